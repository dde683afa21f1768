"""Drives senders by hand on clocks that move only when told to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import RowMapping, Table, select

from bot.delivery.constants import Constants
from bot.delivery.failpoints import Reached, nowhere
from bot.delivery.missing import MissingScopes
from bot.delivery.outcomes import Outcome
from bot.delivery.rendering import CheckManager, nobody_to_ask
from bot.delivery.senders import Senders
from bot.delivery.shaping import Shaping
from bot.domain.channels import Channel
from bot.domain.notices import Notice, NoticeKind, Place, Priority
from bot.domain.policy import Policy
from bot.storage.channels import ChannelFacts
from bot.storage.tables import outbox, surface
from bot.storage.unit_of_work import Store
from tests.builders import FixedClock, Team
from tests.delivery.slack import FakeSlack

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


class Crash(BaseException):
    """The process dies here: nothing of ours catches it."""


class Nth:
    """Does something when a named point is reached for the nth time."""

    def __init__(self, point: str, nth: int, do: Callable[[], object]) -> None:
        self._point, self._left, self._do = point, nth, do
        self.done = False

    def __call__(self, name: str) -> None:
        if name == self._point:
            self._left -= 1
            if self._left == 0:
                self.done = True
                self._do()


class CrashAt(Nth):
    """Dies at a named point when it is reached for the nth time."""

    def __init__(self, point: str, nth: int = 1) -> None:
        super().__init__(point, nth, self._die)

    @property
    def died(self) -> bool:
        return self.done

    def _die(self) -> None:
        raise Crash(self._point)


class Desk:
    """One workspace with its senders, and short ways to say and to look."""

    def __init__(self, store: Store, team: Team, slack: FakeSlack, clock: FixedClock) -> None:
        self.store, self.team, self.slack, self.clock = store, team, slack, clock
        self.machine = slack.machine
        self.facts = ChannelFacts(name="deal-northwind", bot_inside=True)
        self.heard: list[tuple[str, Outcome]] = []
        """How each call of the senders ended."""
        self.clients: dict[int, FakeSlack] = {}
        self.constants = Constants()
        self.check_manager: CheckManager = nobody_to_ask
        self.missing = MissingScopes()
        self.senders = self.hire()

    def hire(self, reached: Reached = nowhere, shaping: Shaping | None = None) -> Senders:
        """Senders as after a restart: nothing is left but the store."""
        self.senders = Senders(
            store=self.store,
            client_of=lambda workspace_id: self.clients.get(workspace_id, self.slack),
            check_channel=self.check_channel,
            check_manager=self.check_manager,
            policy=Policy(),
            machine=self.machine,
            constants=self.constants,
            reached=reached,
            shaping=shaping,
            put=self.slack.put,
            heard=self._hear,
        )
        return self.senders

    def _hear(self, workspace_id: int, method: str, outcome: Outcome, _took: float) -> None:
        self.heard.append((method, outcome))
        self.missing.heard(workspace_id, outcome)

    def check_channel(self, workspace_id: int, slack_id: str) -> Channel:
        with self.store.write(workspace_id) as unit:
            channel = unit.channels.ensure(slack_id, facts=self.facts)
            unit.commit()
        return channel

    def work(self) -> int:
        """Send all that is due at this instant; how much it was."""
        count = 0
        while self.senders.work_once():
            count += 1
            assert count < 1000, "it never ends"
        return count

    def pass_time(self, span: timedelta, *, step: timedelta = SECOND) -> None:
        """Let machine time go by, working all along."""
        end = self.machine.now() + span
        self.work()
        while self.machine.now() < end:
            self.machine.advance(min(step, end - self.machine.now()))
            self.slack.catch_up()
            self.work()

    def drain(self, *, within: timedelta = timedelta(minutes=20)) -> None:
        """Go on until nothing waits; fail when that takes longer than `within`."""
        end = self.machine.now() + within
        while True:
            self.work()
            due = self.store.delivery.next_due()
            if due is None:
                self.machine.advance(MINUTE)
                self.slack.catch_up()
                return
            assert self.machine.now() < end, "the queue does not drain"
            self.machine.advance(max(SECOND / 2, min(due - self.machine.now(), 10 * SECOND)))
            self.slack.catch_up()

    def survive(self, crash: CrashAt, run: Callable[[], Any]) -> None:
        """Run with a crash in it, then hire senders anew and run again."""
        self.hire(crash)
        try:
            run()
        except Crash:
            self.hire()
            run()

    # --- Saying

    def say(self, key: str, **changed: Any) -> str:
        """Add a DM to the AE, or a notice like it; gives its opaque key."""
        notice = Notice(
            NoticeKind.WELCOME, Place.DM, key, Priority.HAND_OVER, person_id=self.team.ae.id
        )
        self.add(replace(notice, **changed))
        return str(self.row(outbox, key=key)["opaque"])

    def add(self, notice: Notice) -> None:
        with self.store.write(self.team.workspace_id) as unit:
            assert unit.outbox.add(notice)
            unit.commit()

    # --- Looking

    def rows(self, table: Table) -> list[RowMapping]:
        with self.store.database.reading() as connection:
            return list(connection.execute(select(table).order_by(*table.primary_key)).mappings())

    def row(self, table: Table, **where: Any) -> RowMapping:
        found = [
            row
            for row in self.rows(table)
            if all(row[name] == value for name, value in where.items())
        ]
        assert len(found) == 1, (table.name, where, len(found))
        return found[0]

    def state(self, key: str) -> str:
        return str(self.row(outbox, key=key)["state"])

    def surfaces_at_rest(self) -> bool:
        return all(row["shown"] == row["wanted"] for row in self.rows(surface))
