"""What outlives the process: the clocks, Slack with its faults, and the file of the database."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from slack_sdk.web import SlackResponse
from sqlalchemy import Engine, event

from bot.storage.engine import Database
from tests.builders import FakeMachine, FixedClock
from tests.delivery.desk import SECOND, Crash
from tests.delivery.slack import LATE, FakeSlack, Fault

HANGS = 10 * SECOND
"""How long a caller waits for an answer that does not come."""
LAG = timedelta(seconds=25)
"""How long what was accepted may be missing from the history; with a late acceptance this stays
below the quarantine."""
_UNHEARD = frozenset({Fault.SILENT, Fault.TAKEN_THEN_SILENT, Fault.TAKEN_LATE})


class Doom:
    """Counts what the process does one after the other, and lets it die at the nth from now."""

    def __init__(self) -> None:
        self._left: int | None = None
        self._name: str | None = None
        self.deaths = 0
        self.passed = 0

    def arm(self, point: int | str) -> None:
        """Die at the nth point from now, or the next time one of that name is reached."""
        self._left, self._name = (point, None) if isinstance(point, int) else (1, point)

    def disarm(self) -> None:
        self._left = None

    def reached(self, name: str) -> None:
        """A point between two statements, or one with a name."""
        self.passed += 1
        if self._left is None or self._name not in (None, name):
            return
        self._left -= 1
        if self._left <= 0:
            self._left = None
            self.deaths += 1
            raise Crash(name)

    def watch(self, database: Database) -> None:
        """Let every statement of a database be a point before it and one after it."""
        for engine in (database.readers, database.writers):
            self._watch(engine)

    def _watch(self, engine: Engine) -> None:
        def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            self.reached(f"before {statement[:60]}")

        def after(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            self.reached(f"after {statement[:60]}")

        def commit(_connection: Any) -> None:
            self.reached("before COMMIT")

        event.listen(engine, "before_cursor_execute", before)
        event.listen(engine, "after_cursor_execute", after)
        event.listen(engine, "commit", commit)


class Machine(FakeMachine):
    """Machine time as a process alone has it: nobody sets it right."""

    def set_right(self) -> None:
        pass


class FaultySlack(FakeSlack):
    """Takes time to be silent, shows late what it took, and has trouble for the next calls."""

    machine: FakeMachine

    def __init__(self, machine: FakeMachine, doom: Doom) -> None:
        super().__init__(machine, self._next_trouble)
        self._doom = doom
        self._planned: deque[Fault | None] = deque()
        self.lags = False
        self.only: str | None = None
        """The method that what is planned waits for."""
        self.faults = 0
        """How many calls had trouble."""
        self.meanwhile: Callable[[], object] | None = None
        """What somebody does while the next call is under way."""

    def plan(self, faults: Iterable[Fault | None], *, only: str | None = None) -> None:
        """Trouble for the next calls, or for those of one method, one each."""
        self._planned.extend(faults)
        self.only = only

    def be_well(self) -> None:
        self._planned.clear()
        self.lags, self.meanwhile, self.only = False, None, None

    def api_call(self, api_method: str, **given: Any) -> SlackResponse:
        self._doom.reached(f"calling {api_method}")
        if self.meanwhile is not None and self.only in (None, api_method):
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        answer = super().api_call(api_method, **given)
        self._doom.reached(f"answered {api_method}")
        return answer

    def _next_trouble(self, method: str, _args: dict[str, Any]) -> Fault | None:
        if self.only not in (None, method):
            return None
        fault = self._planned.popleft() if self._planned else None
        self.faults += fault is not None
        return fault

    def _fail(self, fault: Fault | None) -> None:
        if fault in _UNHEARD:
            self.machine.advance(HANGS)
        super()._fail(fault)

    def _history(self, args: dict[str, Any]) -> dict[str, Any]:
        answer = super()._history(args)
        if self.lags:
            seen_until = (self.now() - LAG).timestamp()
            answer["messages"] = [
                one for one in answer["messages"] if float(one["ts"]) <= seen_until
            ]
        return answer


class Outside:
    """The world around one process."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.clock = FixedClock()
        self.machine = Machine()
        self.doom = Doom()
        self.slack = FaultySlack(self.machine, self.doom)

    def go_on(self, span: timedelta) -> None:
        """Both clocks move; what was under way arrives when it does."""
        self.clock.advance(span)
        for part in (min(span, LATE), max(span - LATE, timedelta(0))):
            self.machine.advance(part)
            self.slack.catch_up()

    def set_wall(self, off: timedelta) -> None:
        """Who starts next reads both clocks off a wall that is so far ahead of Slack's."""
        by = off - self.slack.behind
        self.clock.advance(by)
        self.machine.set_wall(by)
        self.slack.behind = off
