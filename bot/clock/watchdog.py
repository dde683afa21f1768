"""Looks after the ticks on the monotonic clock, because the wall clock may step under them."""

import math
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.clock.clocks import Monotonic, Wall, wall_now
from bot.delivery.trouble import named

log = structlog.get_logger()

LOOKS_EVERY = 0.5
STEP = timedelta(seconds=2)
"""A wall clock that ran this much differently from the monotonic one was set."""
HANGS_AFTER = 60.0
"""Seconds; every tick's own time-outs are far shorter."""
STOOD_STILL = 5.0
"""Seconds: if the watchdog looks so late, the whole process stood still, as while a machine is
paused or moved."""


class Watched(Protocol):
    """A tick as the watchdog sees it."""

    @property
    def name(self) -> str:
        """For the log."""
        ...

    def running_for(self) -> float | None:
        """Seconds since the present run began, None between runs."""
        ...


class Watchdog:
    """Wakes the ticks after a step of the wall clock; ends the process when one hangs."""

    def __init__(
        self,
        *,
        ticks: Iterable[Watched],
        wake: Callable[[], None],
        end_process: Callable[[], None],
        monotonic: Monotonic = time.monotonic,
        wall: Wall = wall_now,
    ) -> None:
        self._ticks = tuple(ticks)
        self._wake = wake
        self._end_process = end_process
        self._monotonic = monotonic
        self._wall = wall
        self._seen: tuple[float, datetime] = (monotonic(), wall())
        self._goes_since = -math.inf
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Watch from a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Watch no more."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(5.0)

    def look(self) -> None:
        """Compare the clocks and the ticks once."""
        before, wall_before = self._seen
        self._seen = now, wall = self._monotonic(), self._wall()
        drift = (wall - wall_before) - timedelta(seconds=now - before)
        if abs(drift) > STEP:
            log.warning("wall clock stepped", seconds=round(drift.total_seconds(), 1))
            self._wake()
        if now - before > STOOD_STILL:
            # What was in hand meanwhile has its time anew: it did not hang.
            self._goes_since = now
        for tick in self._ticks:
            running = tick.running_for()
            if running is not None and min(running, now - self._goes_since) > HANGS_AFTER:
                log.error("tick hangs", tick=tick.name, seconds=round(running))
                self._end_process()
                return

    def _run(self) -> None:
        while not self._stopped.wait(LOOKS_EVERY):
            try:
                self.look()
            except Exception as error:  # noqa: BLE001, the top of a thread
                log.error("watchdog failed", **named(error))
