"""What is done now and then: old rows go, and handoffs are held against the rules of today."""

import time
from collections.abc import Callable, Sequence

import structlog

from bot.clock.clocks import Monotonic, SteadyMachineClock
from bot.clock.each import for_each
from bot.delivery.trouble import named
from bot.domain.errors import Conflict, NotFound, busy
from bot.storage.engine import StorageUnavailable
from bot.storage.unit_of_work import Store

log = structlog.get_logger()

PAGE = 10
"""Handoffs looked at in one read."""
LOOKS_FOR = 40.0
"""Seconds of one run, fewer than the watchdog takes for a hang; the next begins where it ended."""
RESTS_SHARE = 1.0
"""A rest is so many times as long as the work before it, for whoever acts meanwhile."""


def _let_be(_workspace_id: int) -> None:
    return None


def _let_it_be() -> None:
    return None


def _no_rest(_seconds: float) -> bool:
    return False


class Housekeeping:
    """Forgets, sets the shared clock right, and brings every open handoff in line.

    An act brings its own handoff in line. What changes for all of them at once does so here: a new
    policy, other holidays, a manager or zone that changed, other rules in a new version. Whose
    profile was not asked for their manager for a day is asked about again, in the background, and
    so is what stands in channels and with people that were not looked at for a day. Slack is asked
    the time, for where nothing else is asked of it for long, and with it what the token may do.

    `rest` waits for so many seconds, less where the process ends, and says whether it does.
    """

    def __init__(
        self,
        *,
        store: Store,
        machine: SteadyMachineClock,
        ask_for_managers: Callable[[int], object] = _let_be,
        look_around: Callable[[int], object] = _let_be,
        ask_the_time: Callable[[], object] = _let_it_be,
        rest: Callable[[float], bool] = _no_rest,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        self._store = store
        self._machine = machine
        self._ask_for_managers = ask_for_managers
        self._look_around = look_around
        self._ask_the_time = ask_the_time
        self._rest = rest
        self._monotonic = monotonic
        self._next: dict[int, int] = {}

    def run(self) -> int:
        """One round; gives how many handoffs were out of line."""
        self._machine.set_right()
        self._store.housekeeping()
        self._ask_the_time()
        with self._store.system() as system:
            workspaces = [row.id for row in system.workspaces()]
        for workspace_id in workspaces:
            self._ask_for_managers(workspace_id)
            self._look_around(workspace_id)
        end, counts = self._monotonic() + LOOKS_FOR, list[int]()
        left = iter(range(len(workspaces), 0, -1))

        def keep(workspace_id: int) -> None:
            # What one leaves of its share of the time goes to those after it.
            now = self._monotonic()
            share = (end - now) / next(left)
            wrong: list[Exception] = []
            counts.append(self._bring_in_line(workspace_id, now + share, wrong))
            self._wake(workspace_id)
            if wrong:
                raise wrong[0]

        for_each(workspaces, keep)
        return sum(counts)

    def _wake(self, workspace_id: int) -> None:
        """Whoever something late concerns reads of it in the morning, however it came about."""
        with self._store.write(workspace_id) as unit:
            unaware = unit.digests.unaware()
            for reader in unaware:
                unit.digests.wake(reader, unit.people.calendar(reader).morning_after(unit.now))
            if unaware:
                unit.commit()

    def _bring_in_line(self, workspace_id: int, end: float, wrong: list[Exception]) -> int:
        """Gives how many were out of line; what some of them failed for is put into `wrong`.

        Such a handoff is left aside in this round: it shall not keep the others from theirs.
        """
        changed = 0
        while (began := self._monotonic()) < end:
            after = self._next.get(workspace_id, 0)
            with self._store.read(workspace_id) as unit:
                ids = unit.handoffs.open_after(after, PAGE)
            for handoff_id in self._drifted(workspace_id, ids, wrong):
                try:
                    self._reckon(workspace_id, handoff_id)
                except (Conflict, NotFound):
                    continue  # Somebody else writes just now: it is found again in the next round.
                except StorageUnavailable:
                    raise
                except Exception as error:  # noqa: BLE001, the first of them is raised in the end
                    wrong.append(_left_aside(workspace_id, handoff_id, error))
                else:
                    changed += 1
            self._next[workspace_id] = ids[-1] if ids else 0
            if not ids or self._rest(RESTS_SHARE * (self._monotonic() - began)):
                break
        return changed

    def _drifted(
        self, workspace_id: int, ids: Sequence[int], wrong: list[Exception]
    ) -> Sequence[int]:
        """Those that are out of line; where looking at them fails they are looked at one by one."""
        if not ids:
            return []
        try:
            with self._store.read(workspace_id) as unit:
                return [one for one in ids if unit.drifted(one)]
        except StorageUnavailable:
            raise
        except Exception as error:
            if busy(error):
                raise
            if len(ids) == 1:
                wrong.append(_left_aside(workspace_id, ids[0], error))
                return []
        return [one for each in ids for one in self._drifted(workspace_id, [each], wrong)]

    def _reckon(self, workspace_id: int, handoff_id: int) -> None:
        with self._store.write(workspace_id) as unit:
            unit.look_first(None)
            unit.reckon(handoff_id)
            unit.commit()


def _left_aside(workspace_id: int, handoff_id: int, error: Exception) -> Exception:
    log.error(
        "handoff not brought in line", workspace=workspace_id, handoff=handoff_id, **named(error)
    )
    return error
