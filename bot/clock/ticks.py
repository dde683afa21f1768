"""The ticks: sweep, deliver, housekeeping, alarms. No job stands for a deadline of its own."""

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.background import (  # type: ignore[import-untyped]
    BackgroundScheduler,
)

from bot.clock.clocks import Monotonic, Wall, wall_now
from bot.clock.watchdog import Watchdog
from bot.delivery.trouble import named
from bot.storage.engine import StorageUnavailable

log = structlog.get_logger()

SWEEP_EVERY = timedelta(seconds=5)
DELIVER_EVERY = timedelta(seconds=1)
ALARMS_EVERY = timedelta(minutes=1)
HOUSEKEEPING_EVERY = timedelta(hours=1)
HOUSEKEEPING_AFTER = timedelta(seconds=10)
"""What waited is decided and sent first; who is started again and again does nothing else."""
PERIODS_UNTIL_UNWELL = 5
UNWELL_AFTER_AT_LEAST = timedelta(seconds=30)
EXIT_STATUS = 70


def exit_at_once() -> None:
    """End the process without waiting for the thread that hangs."""
    os._exit(EXIT_STATUS)


class Tick:
    """Work that is repeated; asked for again while it runs, it runs once more."""

    def __init__(
        self,
        name: str,
        work: Callable[[], object],
        *,
        every: timedelta,
        after: timedelta = timedelta(0),
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        """Its first turn comes `after` the start."""
        self._name = name
        self._work = work
        self.every = every
        self.after = after
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._began: float | None = None
        self._ended = self._ended_well = monotonic()
        self._again = False

    @property
    def name(self) -> str:
        """Also the id of its job."""
        return self._name

    def __call__(self) -> None:
        """Run until nobody has asked for another run meanwhile."""
        while self._run_once():
            pass

    def ask_again(self) -> bool:
        """Where it runs now, have it run once more; whether it does."""
        with self._guard:
            self._again = self._began is not None
            return self._again

    def running_for(self) -> float | None:
        """Seconds since the present run began, None between runs."""
        with self._guard:
            return None if self._began is None else self._monotonic() - self._began

    def last_success(self) -> float:
        """Seconds since it last did its work; before the first time, since it was made."""
        with self._guard:
            return self._monotonic() - self._ended_well

    def well(self) -> bool:
        """Whether it did its work not too long ago."""
        return self.last_success() <= self._longest

    def alive(self) -> bool:
        """Whether it came to an end not too long ago, be it that of an error.

        Another start mends neither one handoff's rows nor a database that is out of reach or full.
        Who acts meanwhile is answered, or reads why nothing is kept.
        """
        with self._guard:
            return self._monotonic() - self._ended <= self._longest

    @property
    def _longest(self) -> float:
        longest = max(self.every * PERIODS_UNTIL_UNWELL, UNWELL_AFTER_AT_LEAST)
        return longest.total_seconds()

    def _run_once(self) -> bool:
        """One run; whether it was asked for another meanwhile."""
        with self._guard:
            self._again = False
            self._began = self._monotonic()
        well = False
        try:
            well = self._does_its_work()
        finally:
            # Whatever came of it, also of logging that: it does not run any more.
            with self._guard:
                self._began, self._ended = None, self._monotonic()
                if well:
                    self._ended_well = self._ended
                again = self._again
        return again

    def _does_its_work(self) -> bool:
        try:
            self._work()
        except Exception as error:  # noqa: BLE001, the top of a tick
            if isinstance(error, StorageUnavailable) and error.unwritable:
                return False  # The store says it, once a minute.
            log.error("tick failed", tick=self._name, **named(error))
            return False
        return True


class Ticks:
    """Runs the ticks in memory and watches over them."""

    def __init__(
        self,
        *,
        sweep: Callable[[], object],
        deliver: Callable[[], object],
        housekeeping: Callable[[], object],
        alarms: Callable[[], object] | None = None,
        end_process: Callable[[], None] = exit_at_once,
        monotonic: Monotonic = time.monotonic,
        wall: Wall = wall_now,
    ) -> None:
        self._sweep = Tick("sweep", sweep, every=SWEEP_EVERY, monotonic=monotonic)
        self._ticks: tuple[Tick, ...] = (
            self._sweep,
            Tick("deliver", deliver, every=DELIVER_EVERY, monotonic=monotonic),
            Tick(
                "housekeeping",
                housekeeping,
                every=HOUSEKEEPING_EVERY,
                after=HOUSEKEEPING_AFTER,
                monotonic=monotonic,
            ),
        )
        if alarms is not None:
            self._ticks += (Tick("alarms", alarms, every=ALARMS_EVERY, monotonic=monotonic),)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._watchdog = Watchdog(
            ticks=self._ticks,
            wake=self.wake,
            end_process=end_process,
            monotonic=monotonic,
            wall=wall,
        )

    def start(self) -> None:
        """Start ticking; all but housekeeping run at once."""
        for tick in self._ticks:
            self._scheduler.add_job(
                tick,
                "interval",
                seconds=tick.every.total_seconds(),
                id=tick.name,
                next_run_time=datetime.now(UTC) + tick.after,
            )
        self._scheduler.start()
        self._watchdog.start()

    def stop(self) -> None:
        """Stop ticking; a run in hand is finished."""
        self._watchdog.stop()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def poke_sweep(self) -> None:
        """Sweep now; from any thread, and nothing before the start."""
        self._run_now(self._sweep)

    def wake(self) -> None:
        """Run everything now: the scheduler sleeps by the wall clock, which has moved.

        One that runs is run once more, and its next turn, which was set by the wall clock as it
        was, begins anew as well: else it would wait until that time has come again.
        """
        for tick in self._ticks:
            tick.ask_again()
            self._next_now(tick)

    def healthy(self) -> bool:
        """Whether every tick has done its work lately."""
        return all(tick.well() for tick in self._ticks)

    def hanging(self) -> list[str]:
        """The names of the ticks that have not come to an end for too long."""
        return [tick.name for tick in self._ticks if not tick.alive()]

    def failing(self) -> list[str]:
        """The names of the ticks that have not done their work lately."""
        return [tick.name for tick in self._ticks if not tick.well()]

    def last_success(self) -> dict[str, float]:
        """Seconds since each tick last did its work."""
        return {tick.name: tick.last_success() for tick in self._ticks}

    def _run_now(self, tick: Tick) -> None:
        if not tick.ask_again():
            self._next_now(tick)

    def _next_now(self, tick: Tick) -> None:
        if self._scheduler.running:
            self._scheduler.modify_job(tick.name, next_run_time=datetime.now(UTC))
