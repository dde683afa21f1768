"""Processes that break the protocol in one place each, to prove that the machine would see it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from bot.clock.sweep import Sweep
from bot.domain.deadlines import Deadline
from bot.domain.notices import Notice
from bot.storage.delivery import DeliveryStore
from bot.storage.jobs import Job
from bot.storage.tables import OutboxState, surface
from bot.storage.unit_of_work import WriteUnit
from tests.delivery.desk import Desk
from tests.machine.acts import Act
from tests.machine.outside import Outside
from tests.machine.process import Process


class _Breaks(Process):
    store_kind: type[DeliveryStore]

    def delivery(self, outside: Outside) -> DeliveryStore:
        return self.store_kind(self.store.database, clock=outside.clock, machine=outside.machine)


class SettlesBeforePosting(_Breaks):
    """What is to be posted counts as sent before it is."""

    class store_kind(DeliveryStore):
        def mark_maybe_sent(self, job: Job, **given: Any) -> bool:
            if job.notice is None:
                return super().mark_maybe_sent(job, **given)
            return self._settle(job, {"state": OutboxState.SENT.value}, release=False)


class MarksAfterPosting(_Breaks):
    """That it may be there is only noted once the call has ended."""

    class store_kind(DeliveryStore):
        def mark_maybe_sent(self, job: Job, **given: Any) -> bool:
            marked = super().mark_maybe_sent(job, **given)
            return marked and self._settle(job, {"maybe_sent": False}, release=False)


class NeverLooks(_Breaks):
    """What is in doubt is posted again without a look at the history."""

    class store_kind(DeliveryStore):
        def lease(self, *given: Any, **more: Any) -> list[Job]:
            return [replace(one, maybe_sent=False) for one in super().lease(*given, **more)]


class ForgetsVersions(_Breaks):
    """A surface is up to date once it was drawn, whatever happened meanwhile."""

    class store_kind(DeliveryStore):
        def sent(self, job: Job, **more: Any) -> bool:
            settled = super().sent(job, **more)
            if job.surface is not None:
                self._write(
                    update(surface).where(surface.c.id == job.id).values(shown=surface.c.wanted)
                )
            return settled


class HardlyWaits(Process):
    """The quarantine is shorter than a late acceptance."""

    def senders(self, outside: Outside) -> Desk:
        desk = super().senders(outside)
        desk.constants = replace(desk.constants, quarantine=timedelta(seconds=5))
        return desk


class TrustsTheWall(_Breaks):
    """What a process before it left in doubt waits as long as that one's clock said."""

    class store_kind(DeliveryStore):
        def take_over(self, *, quarantine: timedelta, **waits: timedelta) -> None:
            super().take_over(quarantine=timedelta(0), **waits)


class NotesItsOwnTime(_Breaks):
    """A post counts as tried first when this machine's clock says so, not Slack's."""

    class store_kind(DeliveryStore):
        def mark_maybe_sent(self, job: Job, **given: Any) -> bool:
            ahead, self._ahead = self._ahead, timedelta(0)
            marked = super().mark_maybe_sent(job, **given)
            self._ahead = ahead
            return marked


class ChecksNoKey(Process):
    """An act that is delivered again is done again."""

    def claims(self, unit: WriteUnit, act: Act) -> bool:
        return True


class DecidesInTwo(Process):
    """A sweep notes what was said in one transaction, and says it in another."""

    def sweeping(self, outside: Outside) -> Sweep:
        held: list[Notice] = []

        def reached(name: str) -> None:
            outside.doom.reached(name)
            if name == "swept" and held:
                with self.store.write(self.team.workspace_id) as unit:
                    unit.outbox.tell(held)
                    unit.commit()
                held.clear()

        return _Holding(held, store=self.store, clock=outside.clock, reached=reached)


class _Holding(Sweep):
    def __init__(self, held: list[Notice], **given: Any) -> None:
        super().__init__(**given)
        self._held = held

    def _batch(self, unit: WriteUnit, claimed: Sequence[tuple[int, Deadline]]) -> bool:
        def hold(notices: Sequence[Notice]) -> set[str]:
            self._held.extend(notices)
            return set()

        unit.outbox.tell = hold  # type: ignore[method-assign]
        return super()._batch(unit, claimed)


# Those that only a wall set at the right moment finds out have plays of their own.
MUTANTS: tuple[type[Process], ...] = (
    SettlesBeforePosting,
    MarksAfterPosting,
    NeverLooks,
    ForgetsVersions,
    HardlyWaits,
    ChecksNoKey,
    DecidesInTwo,
)
