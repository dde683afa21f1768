import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest

from bot.clock.clocks import SteadyMachineClock, SystemClock, TravelClock
from tests.builders import wait_until

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Wall:
    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


class Offset:
    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.error: Exception | None = None

    def __call__(self) -> float:
        if self.error:
            raise self.error
        return self.seconds


class Moves:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


def test_the_machines_clock_rises_with_the_monotonic_one_whatever_the_wall_does() -> None:
    wall, seconds = Wall(), [100.0]
    machine = SteadyMachineClock(monotonic=lambda: seconds[0], told=wall)
    wall.at -= HOUR
    seconds[0] = 160.0
    assert machine.now() == NOON + timedelta(minutes=1)
    assert machine.monotonic() == 160.0


def test_the_system_clock_tells_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


def _travel(offset: Offset, wall: Wall, moves: Moves) -> TravelClock:
    return TravelClock("http://127.0.0.1/", on_moved=moves, read_offset=offset, wall=wall)


def test_the_calendar_goes_forward_with_the_offset_and_tells_so() -> None:
    offset, wall, moves = Offset(), Wall(), Moves()
    clock = _travel(offset, wall, moves)
    assert not clock.look()
    offset.seconds = 4 * 3600
    assert clock.look()
    assert clock.now() == NOON + 4 * HOUR
    assert moves.count == 1
    assert not clock.look()
    assert moves.count == 1


def test_the_calendar_never_steps_back() -> None:
    offset, wall, moves = Offset(3600), Wall(), Moves()
    clock = _travel(offset, wall, moves)
    clock.look()
    told = clock.now()
    offset.seconds = 0
    assert not clock.look()
    wall.at -= HOUR
    assert clock.now() == told


@pytest.mark.parametrize(
    "error", [OSError("no answer"), ValueError("no number"), OverflowError("too far")]
)
def test_an_offset_that_cannot_be_read_changes_nothing(error: Exception) -> None:
    offset, wall, moves = Offset(3600), Wall(), Moves()
    clock = _travel(offset, wall, moves)
    clock.look()
    offset.error = error
    assert not clock.look()
    assert clock.now() == NOON + HOUR


class _Told(BaseHTTPRequestHandler):
    answer: ClassVar[Any] = {"offset_seconds": 0}

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(type(self).answer).encode())

    def log_message(self, format: str, *args: Any) -> None:
        return None


@pytest.fixture
def told() -> Iterator[tuple[type[_Told], str]]:
    class Told(_Told):
        pass

    server = HTTPServer(("127.0.0.1", 0), Told)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield Told, f"http://127.0.0.1:{server.server_port}/control/clock"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_demos_clock_is_followed_over_http_in_the_background(
    told: tuple[type[_Told], str],
) -> None:
    handler, url = told
    handler.answer = {"offset_seconds": 60, "now": "ignored"}
    moves = Moves()
    clock = TravelClock(url, on_moved=moves, every=0.01)
    clock.start()
    assert moves.count == 1
    handler.answer = {"offset_seconds": 7200.5}
    wait_until(lambda: moves.count == 2)
    clock.stop()
    assert clock.now() - datetime.now(UTC) > timedelta(seconds=7190)


class _AfterAWhile:
    """No answer to the first questions."""

    def __init__(self, silent: int) -> None:
        self.silent = silent

    def __call__(self) -> float:
        self.silent -= 1
        if self.silent >= 0:
            raise OSError("no answer")
        return 3600.0


def test_nothing_starts_before_a_demos_clock_was_told() -> None:
    tells, moves = _AfterAWhile(silent=3), Moves()
    clock = TravelClock(
        "http://127.0.0.1/", on_moved=moves, every=0.001, read_offset=tells, wall=Wall()
    )
    clock.start()
    assert clock.now() == NOON + HOUR
    assert moves.count == 1
    clock.stop()


def test_a_demos_clock_that_is_not_told_in_time_starts_nothing() -> None:
    seconds = iter(range(0, 100, 15))
    clock = TravelClock(
        "http://127.0.0.1/",
        on_moved=Moves(),
        every=0.001,
        read_offset=_AfterAWhile(silent=100),
        wall=Wall(),
        monotonic=lambda: float(next(seconds)),
    )
    with pytest.raises(TimeoutError):
        clock.start()
    clock.stop()


@pytest.mark.parametrize("answer", [[], {"offset_seconds": "7"}, {"offset_seconds": True}, {}])
def test_an_answer_that_is_no_offset_is_left_alone(
    told: tuple[type[_Told], str], answer: Any
) -> None:
    handler, url = told
    handler.answer = answer
    assert not TravelClock(url, on_moved=Moves()).look()


def test_a_clock_is_read_over_http_only() -> None:
    with pytest.raises(ValueError, match="http"):
        TravelClock("file:///etc/passwd", on_moved=Moves())
