"""The bound on a queue that drains counts the rate as Slack left it, and as it comes back."""

from datetime import timedelta

import pytest

from bot.delivery.buckets import Bucket
from bot.delivery.constants import Rate
from bot.sandbox.edge import Limited
from tests.builders import WEDNESDAY
from tests.faults.fleet import Life
from tests.faults.rates import ARRIVES, most_beyond, seconds_for, slowed_by

FULL = Rate(5.0, burst=10.0)


def test_what_waits_takes_as_long_as_its_rate_says() -> None:
    assert seconds_for(920, FULL, begins_at=5.0, recovery_per_minute=0.1) == pytest.approx(184)


def test_a_rate_that_was_halved_comes_back_meanwhile() -> None:
    # 2.5 t + t² / 240 posts after t seconds.
    took = seconds_for(600, FULL, begins_at=2.5, recovery_per_minute=0.1)
    assert took == pytest.approx(183.7, abs=0.5)


def _after(*limited: Limited, at: float) -> float:
    return slowed_by(limited, FULL, at=at, recovery_per_minute=0.1)


def test_each_time_that_slack_says_it_is_too_much_halves_it() -> None:
    assert _after(at=100.0) == 5.0
    first, second = Limited(10.0, "chat.postMessage", 5), Limited(15.0, "chat.postMessage", 5)
    assert _after(first, at=12.0) == 2.5
    assert _after(second, first, at=20.0) == 1.25
    assert _after(first, second, at=80.0) == pytest.approx(1.75), "a tenth of it comes back"
    assert _after(first, second, at=4000.0) == 5.0


def test_calls_that_were_under_way_when_it_began_to_rest_slow_it_down_no_further() -> None:
    together = [Limited(10.0 + number / 100, "chat.postMessage", 5) for number in range(4)]
    assert _after(*together, at=15.0) == pytest.approx(2.5, abs=0.001)


def test_the_rule_is_the_bots_own() -> None:
    bucket = Bucket.of(None, FULL, WEDNESDAY, 0.1)
    bucket.limited(timedelta(seconds=5))
    later = Bucket.of(bucket.kept, FULL, WEDNESDAY + timedelta(seconds=65), 0.1)
    told = Limited(WEDNESDAY.timestamp(), "chat.postMessage", 5)
    assert _after(told, at=told.at + 65) == pytest.approx(later.per_second)


def _beyond(*at: float) -> float:
    """With two processes, of which one died at 10 and the other began at 20."""
    lives = [Life(began=0.0, ended=10.0), Life(began=20.0)]
    return most_beyond(at, FULL, lives, under_way=2, shared=False)


def test_what_a_process_had_sent_comes_in_after_its_death() -> None:
    assert _beyond(10.1, 10.2) == 0
    assert _beyond(10.1, 10.2, 10.3) == 1, "so many cannot have been under way"


def test_nothing_comes_in_of_a_process_that_is_dead_for_long() -> None:
    assert _beyond(10.1 + ARRIVES, 10.2 + ARRIVES) == 2
