import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from bot.clock.ticks import Tick, Ticks
from bot.clock.watchdog import HANGS_AFTER, Watchdog
from bot.domain.errors import Problem
from bot.storage.engine import StorageUnavailable
from tests.builders import wait_until

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Clocks:
    """A monotonic and a wall clock that run together until the wall is set."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.set_by = timedelta(0)

    def monotonic(self) -> float:
        return self.seconds

    def wall(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds) + self.set_by


class Count:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


def _watchdog(clocks: Clocks, tick: Tick, wakes: Count, ends: Count) -> Watchdog:
    return Watchdog(
        ticks=[tick],
        wake=wakes,
        end_process=ends,
        monotonic=clocks.monotonic,
        wall=clocks.wall,
    )


@pytest.mark.parametrize("step", [-3600, 3600, -3, 3])
def test_a_step_of_the_wall_clock_wakes_the_ticks_once(step: int) -> None:
    clocks, wakes, ends = Clocks(), Count(), Count()
    tick = Tick("sweep", Count(), every=SECOND, monotonic=clocks.monotonic)
    watchdog = _watchdog(clocks, tick, wakes, ends)
    clocks.seconds += 0.5
    watchdog.look()
    assert wakes.count == 0
    clocks.set_by += timedelta(seconds=step)
    for _ in range(5):
        clocks.seconds += 0.5
        watchdog.look()
    assert (wakes.count, ends.count) == (1, 0)


def test_a_wall_clock_that_is_slewed_wakes_nobody() -> None:
    clocks, wakes, ends = Clocks(), Count(), Count()
    tick = Tick("sweep", Count(), every=SECOND, monotonic=clocks.monotonic)
    watchdog = _watchdog(clocks, tick, wakes, ends)
    for _ in range(100):
        clocks.seconds += 0.5
        clocks.set_by += timedelta(milliseconds=1)
        watchdog.look()
    assert wakes.count == 0


def test_a_tick_that_hangs_ends_the_process_and_a_slow_one_does_not() -> None:
    clocks, wakes, ends = Clocks(), Count(), Count()
    looks: list[int] = []

    def hang() -> None:
        for _ in range(2 * int(HANGS_AFTER) + 1):
            clocks.seconds += 0.5
            watchdog.look()
            looks.append(ends.count)

    tick = Tick("sweep", hang, every=SECOND, monotonic=clocks.monotonic)
    watchdog = _watchdog(clocks, tick, wakes, ends)
    tick()
    assert looks == [0] * 2 * int(HANGS_AFTER) + [1]
    clocks.seconds += 1000
    watchdog.look()
    assert ends.count == 1


def test_what_was_in_hand_while_the_whole_process_stood_still_does_not_hang() -> None:
    clocks, ends = Clocks(), Count()
    looks: list[int] = []

    def work() -> None:
        for still in (10 * HANGS_AFTER, *[0.5] * 2 * int(HANGS_AFTER), 0.5):
            clocks.seconds += still
            watchdog.look()
            looks.append(ends.count)

    tick = Tick("housekeeping", work, every=SECOND, monotonic=clocks.monotonic)
    watchdog = _watchdog(clocks, tick, Count(), ends)
    tick()
    assert looks == [0] * (1 + 2 * int(HANGS_AFTER)) + [1], "afterwards it has as long as any"


def test_a_tick_asked_for_while_it_runs_runs_once_more() -> None:
    runs: list[bool] = []

    def work() -> None:
        runs.append(tick.ask_again() if not runs else False)

    tick = Tick("sweep", work, every=SECOND)
    tick()
    assert runs == [True, False]
    assert not tick.ask_again()


def test_a_tick_that_fails_is_logged_by_a_reference_and_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clocks = Clocks()
    failing = [True]

    def work() -> None:
        if failing[0]:
            raise LookupError("words that a person wrote")

    tick = Tick("sweep", work, every=SECOND, monotonic=clocks.monotonic)
    clocks.seconds = 31
    tick()
    assert not tick.well()
    failing[0] = False
    tick()
    assert tick.well()
    printed = capsys.readouterr().out
    assert "reference" in printed
    assert "words that a person wrote" not in printed


def test_the_ticks_run_at_once_when_poked_and_stop_with_their_work_done() -> None:
    sweeps, delivers, housekeepings = Count(), Count(), Count()
    ticks = Ticks(sweep=sweeps, deliver=delivers, housekeeping=housekeepings, end_process=Count())
    ticks.poke_sweep()
    assert sweeps.count == 0
    ticks.start()
    wait_until(lambda: min(sweeps.count, delivers.count) == 1)
    assert ticks.healthy()
    ticks.poke_sweep()
    wait_until(lambda: sweeps.count == 2)
    # What waited is decided and sent first; housekeeping has its turn a little later.
    assert housekeepings.count == 0
    ticks.wake()
    wait_until(lambda: sweeps.count >= 3 and housekeepings.count == 1)
    ticks.stop()
    done = (sweeps.count, delivers.count)
    ticks.poke_sweep()
    assert (sweeps.count, delivers.count) == done


def test_a_poke_during_a_sweep_is_not_lost() -> None:
    inside, go_on = threading.Event(), threading.Event()
    runs = Count()

    def sweep() -> None:
        runs()
        if runs.count == 1:
            inside.set()
            assert go_on.wait(10)

    ticks = Ticks(sweep=sweep, deliver=Count(), housekeeping=Count(), end_process=Count())
    ticks.start()
    assert inside.wait(10)
    ticks.poke_sweep()
    go_on.set()
    wait_until(lambda: runs.count == 2, seconds=4)
    ticks.stop()


def test_a_tick_that_runs_while_the_clock_is_set_back_has_its_next_turn_soon() -> None:
    began, goes_on = threading.Event(), threading.Event()

    def sweep() -> None:
        began.set()
        assert goes_on.wait(10)

    ticks = Ticks(sweep=sweep, deliver=Count(), housekeeping=Count())
    ticks.start()
    try:
        assert began.wait(10)
        # What the scheduler made of the wall clock as it was before it was set back.
        later = datetime.now(UTC) + timedelta(hours=1)
        ticks._scheduler.modify_job("sweep", next_run_time=later)
        ticks.wake()
        next_at = ticks._scheduler.get_job("sweep").next_run_time
        assert next_at < datetime.now(UTC) + timedelta(minutes=1)
    finally:
        goes_on.set()
        ticks.stop()


@pytest.mark.parametrize("problem", [Problem.STORAGE_DOWN, Problem.STORAGE_FULL])
def test_a_tick_whose_database_does_not_work_is_alive_but_not_well(
    problem: Problem, capsys: pytest.CaptureFixture[str]
) -> None:
    clocks = Clocks()

    def work() -> None:
        raise StorageUnavailable(problem)

    tick = Tick("sweep", work, every=SECOND, monotonic=clocks.monotonic)
    for _ in range(40):
        clocks.seconds += 1
        tick()
    assert tick.alive(), "starting anew would mend nothing"
    assert not tick.well()
    assert tick.last_success() == 40
    assert ("tick failed" in capsys.readouterr().out) is (problem is Problem.STORAGE_DOWN)
    clocks.seconds += 31
    assert not tick.alive()


def test_a_tick_that_ends_with_an_error_each_time_is_alive_and_fails() -> None:
    clocks, ends = Clocks(), Count()

    def work() -> None:
        clocks.seconds += 1
        raise LookupError("the rows of one handoff")

    tick = Tick("sweep", work, every=SECOND, monotonic=clocks.monotonic)
    watchdog = _watchdog(clocks, tick, Count(), ends)
    for _ in range(2 * int(HANGS_AFTER)):
        tick()
        watchdog.look()
    assert tick.alive(), "starting anew would mend nothing"
    assert ends.count == 0
    assert not tick.well()
    assert tick.last_success() == 2 * HANGS_AFTER
    clocks.seconds += 31
    assert not tick.alive()


@pytest.fixture
def unwritable_log() -> Iterator[None]:
    """Whoever logs fails, as where standard error is full."""

    def refuse(*_: Any) -> str:
        raise OSError(28, "no space left on device")

    before = structlog.get_config()
    structlog.configure(processors=[refuse])
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("unwritable_log")
def test_a_tick_whose_failure_cannot_be_logged_does_not_seem_to_run_on() -> None:
    clocks, ends = Clocks(), Count()

    def work() -> None:
        raise LookupError

    tick = Tick("housekeeping", work, every=3600 * SECOND, monotonic=clocks.monotonic)
    watchdog = _watchdog(clocks, tick, Count(), ends)
    with pytest.raises(OSError, match="no space"):
        tick()
    clocks.seconds += HANGS_AFTER + 1
    watchdog.look()
    assert ends.count == 0
    assert tick.alive()


class Odd:
    """A tick that is a riddle at the first look, and hangs."""

    name = "sweep"

    def __init__(self) -> None:
        self.looks = 0

    def running_for(self) -> float:
        self.looks += 1
        if self.looks == 1:
            raise LookupError
        return HANGS_AFTER + 1


def test_the_watchdog_outlives_an_error_and_goes_on_to_watch() -> None:
    ends = Count()
    watchdog = Watchdog(ticks=[Odd()], wake=Count(), end_process=ends)
    with capture_logs() as logs:
        watchdog.start()
        wait_until(lambda: ends.count > 0)
        watchdog.stop()
    assert [one["event"] for one in logs[:2]] == ["watchdog failed", "tick hangs"]
    assert logs[0]["reference"]
