"""The bound on a queue that drains counts the rate as Slack left it, and as it comes back."""

from datetime import timedelta

import pytest

from bot.delivery.buckets import Bucket
from bot.delivery.constants import Constants, Rate
from tests.builders import WEDNESDAY
from tests.faults.rates import seconds_for, slowed_to

FULL = Rate(5.0, burst=10.0)


def test_what_waits_takes_as_long_as_its_rate_says() -> None:
    assert seconds_for(920, FULL, begins_at=5.0, recovery_per_minute=0.1) == pytest.approx(184)


def test_a_rate_that_was_halved_comes_back_meanwhile() -> None:
    # 2.5 t + t² / 240 posts after t seconds.
    took = seconds_for(600, FULL, begins_at=2.5, recovery_per_minute=0.1)
    assert took == pytest.approx(183.7, abs=0.5)


def test_it_begins_at_the_slowest_of_what_is_kept() -> None:
    recovery = Constants().recovery_per_minute
    kept = []
    for times in range(3):
        bucket = Bucket.of(None, FULL, WEDNESDAY, recovery)
        for _ in range(times):
            bucket.limited(timedelta(0))
        kept.append(bucket.kept)
    assert slowed_to(kept, FULL, at=WEDNESDAY, recovery=recovery) == 1.25
    later = WEDNESDAY + timedelta(minutes=2)
    assert slowed_to(kept, FULL, at=later, recovery=recovery) == pytest.approx(2.25)
    assert slowed_to([], FULL, at=WEDNESDAY, recovery=recovery) == 5.0
