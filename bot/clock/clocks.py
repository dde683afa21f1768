"""The two clocks, and the calendar clock of a demo that can be moved forward."""

import json
import threading
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

log = structlog.get_logger()

Monotonic = Callable[[], float]
Wall = Callable[[], datetime]
ReadOffset = Callable[[], float]
"""Seconds a calendar is ahead; raises OSError or ValueError where it cannot be read."""
JUMP = timedelta(seconds=5)
"""Two machines' seconds differ by less than that in an hour."""
TOLD_WITHIN = 20.0
"""Seconds in which a calendar that travels has to be told before anything reads it."""


def wall_now() -> datetime:
    """What the machine says the time is; it may step."""
    return datetime.now(UTC)


class SystemClock:
    """The calendar clock of a real install."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)


class SteadyMachineClock:
    """Starts at a time told and then rises with the monotonic clock, whatever the wall does.

    Several processes on one database have it told by the database's server, so that a lease means
    the same to all of them; a process alone starts at its own wall time.
    """

    def __init__(
        self, *, monotonic: Monotonic = time.monotonic, told: Wall = wall_now, shared: bool = False
    ) -> None:
        self._monotonic = monotonic
        self._told = told
        self._shared = shared
        self._guard = threading.Lock()
        self._anchor = self._latest = told()
        self._zero = monotonic()

    def now(self) -> datetime:
        """An aware UTC instant that never steps back."""
        with self._guard:
            # Held for the moment by which this machine's seconds were the shorter ones.
            self._latest = max(self._latest, self._reckoned())
            return self._latest

    def catch_up(self, told: datetime, /) -> datetime:
        """Now, and never before what the server of a shared time has just told.

        An answer may come late, so nobody is set back by it. The monotonic clock stands still while
        a machine sleeps or is paused, and its wall need not show that.
        """
        if self._shared:
            with self._guard:
                behind = max(told - self._reckoned(), timedelta(0))
                if behind:
                    self._anchor, self._zero = told, self._monotonic()
            _say_if_it_jumped(behind)
        return self.now()

    def _reckoned(self) -> datetime:
        return self._anchor + timedelta(seconds=self._monotonic() - self._zero)

    def set_right(self) -> None:
        """Have a shared time told again: two machines' seconds are not quite as long.

        A process alone keeps to its own: a wall clock that is set would only end its leases.
        """
        if not self._shared:
            return
        told, zero = self._told(), self._monotonic()
        with self._guard:
            jumped = told - self._anchor - timedelta(seconds=zero - self._zero)
            self._anchor, self._zero = told, zero
        _say_if_it_jumped(jumped)

    def monotonic(self) -> float:
        """Seconds on the same scale, for differences."""
        return self._monotonic()


def _say_if_it_jumped(jumped: timedelta) -> None:
    if abs(jumped) > JUMP:
        # This machine slept, or the server's clock was set: what was in hand meanwhile may be
        # somebody else's now, and an operator has to know.
        seconds = round(jumped.total_seconds(), 1)
        log.error("the database server's clock is another one than before", ahead=seconds)


class TravelClock:
    """Ahead of the wall by an offset that another process tells; it never goes back."""

    def __init__(
        self,
        url: str,
        *,
        on_moved: Callable[[], None],
        every: float = 0.3,
        read_offset: ReadOffset | None = None,
        wall: Wall = wall_now,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        self._read_offset = read_offset or _over_http(url)
        self._on_moved = on_moved
        self._every = every
        self._wall = wall
        self._monotonic = monotonic
        self._offset = timedelta(0)
        self._latest: datetime | None = None
        self._guard = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def now(self) -> datetime:
        """Wall time plus the offset, and never before an instant already told."""
        with self._guard:
            now = self._wall() + self._offset
            self._latest = now if self._latest is None else max(self._latest, now)
            return self._latest

    def wait(self, within: float = TOLD_WITHIN) -> None:
        """Wait until the offset is told, without following it.

        Raises TimeoutError where it is not told in so many seconds: without it the calendar would
        stand before instants that rows have from earlier.
        """
        end = self._monotonic() + within
        while (told := self._told()) is None:
            if self._stopped.wait(self._every) or self._monotonic() > end:
                raise TimeoutError("the calendar was not told")
        self._move_to(told)

    def start(self) -> None:
        """Wait until the offset is told, then follow it in a thread of its own.

        Raises TimeoutError as `wait` does.
        """
        self.wait()
        self._thread = threading.Thread(target=self._run, name="travel-clock", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop following; the offset stays."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(5.0)

    def look(self) -> bool:
        """Read the offset once; whether it has grown."""
        told = self._told()
        return told is not None and self._move_to(told)

    def _told(self) -> timedelta | None:
        try:
            return timedelta(seconds=self._read_offset())
        except (OSError, ValueError, OverflowError) as error:
            log.debug("clock offset not read", error=type(error).__name__)
            return None

    def _move_to(self, told: timedelta) -> bool:
        with self._guard:
            moved = told > self._offset
            if moved:
                self._offset = told
        if moved:
            self._on_moved()
        return moved

    def _run(self) -> None:
        while not self._stopped.wait(self._every):
            self.look()


def _over_http(url: str) -> ReadOffset:
    if not url.startswith(("http://", "https://")):
        raise ValueError("a clock is read over http(s)")

    def read() -> float:
        with urllib.request.urlopen(url, timeout=2.0) as answer:  # noqa: S310, checked above
            told = json.loads(answer.read(10_000))
        if not isinstance(told, dict):
            raise ValueError("no object")
        offset = told.get("offset_seconds")
        if isinstance(offset, bool) or not isinstance(offset, int | float):
            raise ValueError("no offset_seconds")
        return float(offset)

    return read
