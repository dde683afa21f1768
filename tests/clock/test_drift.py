"""The drift of the clock, by the Date header of answers that come anyway."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from structlog.testing import capture_logs

from bot.clock.drift import TOLD_EVERY, Drift, drift
from bot.delivery.outcomes import date_of

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("began", "ended", "seconds"),
    [
        (0.2, 0.4, 0),
        (-3, 5, 0),
        (1, 1, 0),
        (41, 42, 40),
        (-42, -40, -40),
        (30.5, 40, 29.5),
    ],
)
def test_only_what_the_call_cannot_explain_is_drift(
    began: float, ended: float, seconds: float
) -> None:
    around = {"began": NOON + began * SECOND, "ended": NOON + ended * SECOND}
    assert drift(NOON, **around) == seconds * SECOND


class Clocks:
    def __init__(self) -> None:
        self.ahead, self.seconds = timedelta(0), 0.0

    def wall(self) -> datetime:
        return NOON + self.ahead + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


def told(measured: Drift) -> float | None:
    return measured.seconds


def test_a_clock_that_is_off_is_said_once_an_hour_and_when_it_is_over() -> None:
    clocks = Clocks()
    measured = Drift(wall=clocks.wall, monotonic=clocks.monotonic)
    measured.heard(None, 0.1)
    assert told(measured) is None
    with capture_logs() as logs:
        measured.heard(NOON, 0.1)
        assert (told(measured), measured.large) == (0.0, False)
        assert not logs
        clocks.ahead = -40 * SECOND
        for _ in range(3):
            measured.heard(NOON, 0.1)
        clocks.seconds = TOLD_EVERY.total_seconds()
        measured.heard(NOON + TOLD_EVERY, 0.1)
        clocks.ahead = timedelta(0)
        measured.heard(NOON + TOLD_EVERY, 0.1)
    assert [(one["log_level"], one["seconds"]) for one in logs] == [
        ("warning", -40.0),
        ("warning", -40.0),
        ("info", 0.0),
    ]


def test_slacks_time_goes_on_whatever_becomes_of_this_clock() -> None:
    clocks = Clocks()
    measured = Drift(wall=clocks.wall, monotonic=clocks.monotonic)
    clocks.ahead = 1200 * SECOND
    assert measured.slack_now() == NOON + 1200 * SECOND, "nobody has told it yet"
    measured.heard(NOON, 0.1)
    assert measured.slack_now() == NOON
    clocks.ahead = -1200 * SECOND
    clocks.seconds = 60.0
    assert measured.slack_now() == NOON + 60 * SECOND
    measured.heard(NOON + 62 * SECOND, 0.1)
    assert measured.slack_now() == NOON + 62 * SECOND


def test_the_header_is_read_whatever_its_case_and_a_strange_one_is_none() -> None:
    told = format_datetime(NOON, usegmt=True)
    for name in ("Date", "date"):
        assert date_of({name: told}) == NOON
    for strange in ({}, {"date": "yesterday"}, {"date": ""}, {"date": None}, None):
        assert date_of(strange) is None
