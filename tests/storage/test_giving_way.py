"""Senders let acts go first, but not those that only wait for Slack."""

import threading
from datetime import timedelta

import pytest

from bot.storage.giving_way import AT_WORK_FOR, GivingWay
from tests.builders import FakeMachine, wait_until

NEVER = 30.0


@pytest.fixture
def machine() -> FakeMachine:
    return FakeMachine()


@pytest.fixture
def giving_way(machine: FakeMachine) -> GivingWay:
    return GivingWay(NEVER, monotonic=machine.monotonic)


def waits(giving_way: GivingWay) -> threading.Thread:
    """Somebody who can wait."""
    thread = threading.Thread(target=giving_way.wait, daemon=True)
    thread.start()
    return thread


def test_who_can_wait_does_so_until_the_last_act_is_done(giving_way: GivingWay) -> None:
    with giving_way.act():
        with giving_way.act():
            waiting = waits(giving_way)
        waiting.join(0.05)
        assert waiting.is_alive()
    wait_until(lambda: not waiting.is_alive())


def test_an_act_that_waits_for_slack_holds_up_nobody(
    giving_way: GivingWay, machine: FakeMachine
) -> None:
    with giving_way.act():
        machine.advance(timedelta(seconds=AT_WORK_FOR))
        giving_way.wait()
        with giving_way.act():
            waiting = waits(giving_way)
        wait_until(lambda: not waiting.is_alive())


def test_nobody_waits_longer_than_for_a_moment() -> None:
    hasty = GivingWay(0.01)
    with hasty.act():
        hasty.wait()
