from datetime import timedelta

import pytest

from bot.delivery.constants import Constants, Rate
from bot.delivery.shaping import Shaping
from tests.builders import FakeMachine

POST = "chat.postMessage"
SECOND = timedelta(seconds=1)


def _taken_within(shaping: Shaping, machine: FakeMachine, seconds: int) -> int:
    count = 0
    for _ in range(seconds * 10):
        while not shaping.take_in_turn(1, POST):
            count += 1
        machine.advance(SECOND / 10)
    return count


def test_a_method_has_its_burst_and_then_its_rate() -> None:
    machine = FakeMachine()
    shaping = Shaping(machine=machine, constants=Constants())
    assert _taken_within(shaping, machine, 10) == pytest.approx(10 + 5 * 10, abs=1)


def test_one_workspace_does_not_use_up_what_another_may_send() -> None:
    machine = FakeMachine()
    shaping = Shaping(machine=machine, constants=Constants())
    _taken_within(shaping, machine, 1)
    while not shaping.take_in_turn(1, POST):
        pass
    assert shaping.methods_blocked() == [(1, POST)]
    assert shaping.take_in_turn(2, POST) == timedelta(0)
    assert shaping.take_in_turn(1, "chat.update") == timedelta(0)


def test_a_limited_method_rests_then_goes_half_as_fast_and_recovers() -> None:
    machine = FakeMachine()
    shaping = Shaping(machine=machine, constants=Constants())
    shaping.limited(1, POST, 30 * SECOND)
    assert shaping.take_in_turn(1, POST) == 30 * SECOND
    machine.advance(30 * SECOND)
    assert _taken_within(shaping, machine, 10) == pytest.approx(25, abs=3)
    machine.advance(timedelta(minutes=6))
    assert _taken_within(shaping, machine, 10) == pytest.approx(50, abs=2)


def test_a_workspace_that_cannot_be_reached_rests_longer_each_time() -> None:
    machine = FakeMachine()
    constants = Constants()
    shaping = Shaping(machine=machine, constants=constants)
    for failures in range(3):
        shaping.failed(1)
        assert list(shaping.workspaces_paused()) == [1]
        machine.advance(constants.back_off(failures) - SECOND / 10)
        assert list(shaping.workspaces_paused()) == [1]
        machine.advance(SECOND / 5)
        assert list(shaping.workspaces_paused()) == []
    shaping.reached(1)
    shaping.failed(1)
    machine.advance(constants.first_back_off)
    assert list(shaping.workspaces_paused()) == []


def test_divided_constants_keep_their_proportions() -> None:
    constants = Constants().divided(10)
    assert constants.quarantine == timedelta(seconds=6)
    assert constants.http_timeout + constants.quarantine <= constants.lease
    assert constants.rates[POST] == Rate(50.0, burst=10.0)
    assert constants.senders == Constants().senders


def test_a_lease_that_a_late_acceptance_could_outlast_is_refused() -> None:
    with pytest.raises(ValueError, match="lease"):
        Constants(lease=timedelta(seconds=65))
