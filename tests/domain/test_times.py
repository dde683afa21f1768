"""A person's own quiet hours and summary: what may be wished, and what still holds later."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.domain.digest import Day, moved_to
from bot.domain.errors import Invalid, Problem
from bot.domain.nudging import Stage, late, reminders
from bot.domain.times import OwnTimes
from bot.domain.worktime import Calendar, QuietHours, WorkingHours

HOURS, USUAL = WorkingHours(), QuietHours()


def at(text: str) -> datetime:
    """A wall time in Berlin, before its clocks change."""
    return datetime.fromisoformat(f"2026-03-{text}:00+01:00").astimezone(UTC)


def calendar(
    quiet: QuietHours = USUAL, morning: time | None = None, hours: WorkingHours = HOURS
) -> Calendar:
    return Calendar(ZoneInfo("Europe/Berlin"), hours, quiet, lambda _: frozenset(), morning)


@pytest.mark.parametrize(
    ("begin", "end", "field"),
    [
        (time(17, 59), None, "quiet_begin"),
        (None, time(9, 1), "quiet_end"),
        (time(17), time(10), "quiet_end"),
        (time(7), None, "quiet_begin"),
        (time(6), time(7), "quiet_begin"),
    ],
)
def test_quiet_hours_that_reach_into_the_working_hours_are_refused_at_their_field(
    begin: time | None, end: time | None, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        OwnTimes(begin, end).checked(HOURS, USUAL)
    assert (refused.value.problem, refused.value.field) == (Problem.QUIET_AT_WORK, field)
    assert refused.value.facts == {"start": "09:00", "end": "18:00"}


@pytest.mark.parametrize(
    ("begin", "end", "quiet"),
    [
        (time(18), time(9), QuietHours(time(18), time(9))),
        (None, time(6), QuietHours(time(20), time(6))),
        (time(22), None, QuietHours(time(22), time(8))),
        (time(0), None, QuietHours(time(0), time(8))),
        (None, time(0), QuietHours(time(20), time(0))),
        (None, None, USUAL),
    ],
)
def test_all_else_is_taken_and_what_is_left_open_is_the_policys(
    begin: time | None, end: time | None, quiet: QuietHours
) -> None:
    own = OwnTimes(begin, end).checked(HOURS, USUAL)
    assert own.in_force(HOURS, USUAL) == (quiet, None)


@pytest.mark.parametrize("wished", [time(7, 59), time(20), time(23), time(0)])
def test_a_summary_in_the_quiet_hours_is_refused(wished: time) -> None:
    with pytest.raises(Invalid) as refused:
        OwnTimes(summary=wished).checked(HOURS, USUAL)
    assert (refused.value.problem, refused.value.field) == (Problem.SUMMARY_AT_NIGHT, "summary_at")
    assert refused.value.facts == {"start": "08:00", "end": "20:00"}


@pytest.mark.parametrize("wished", [time(8), time(13, 30), time(19, 59)])
def test_a_summary_outside_of_them_is_taken(wished: time) -> None:
    assert OwnTimes(summary=wished).checked(HOURS, USUAL).in_force(HOURS, USUAL) == (USUAL, wished)


def test_a_summary_is_held_against_ones_own_quiet_hours() -> None:
    own = OwnTimes(time(23), time(6), summary=time(6, 30))
    assert own.checked(HOURS, USUAL) == own
    with pytest.raises(Invalid):
        OwnTimes(None, time(9), summary=time(8, 30)).checked(HOURS, USUAL)


def test_what_no_longer_goes_with_the_policy_is_left_out() -> None:
    later = WorkingHours(time(7), time(21), resume=time(10))
    midnight = QuietHours(time(22), time(6))
    own = OwnTimes(time(20), time(8), summary=time(6, 30))
    assert own.in_force(later, midnight) == (midnight, time(6, 30))
    assert OwnTimes(time(7)).in_force(HOURS, USUAL) == (USUAL, None)
    assert OwnTimes(summary=time(6)).in_force(HOURS, USUAL) == (USUAL, None)


# --- What follows from it


def test_the_morning_of_a_calendar_is_the_persons_and_its_opening_is_that_of_work() -> None:
    early, late_riser = calendar(morning=time(8)), calendar(morning=time(11, 30))
    friday_night = at("06T23:00")
    assert early.first_morning(friday_night) == at("09T08:00")
    assert late_riser.first_morning(friday_night) == at("09T11:30")
    assert late_riser.first_opening(friday_night) == at("09T09:00")
    assert late_riser.morning_after(at("06T10:00")) == at("09T11:30")
    assert calendar().summary_time == time(9)


def test_a_calendar_refuses_a_summary_in_its_quiet_hours() -> None:
    with pytest.raises(ValueError, match="outside of the quiet"):
        calendar(morning=time(7))


def test_a_late_notice_that_waited_for_the_morning_comes_with_the_summary() -> None:
    reader = calendar(QuietHours(time(18), time(8)), morning=time(11))
    in_the_evening = at("03T18:30")
    assert late(reader=reader, due=in_the_evening, stage=Stage.LATE).at == at("04T11:00")
    assert late(reader=calendar(), due=in_the_evening, stage=Stage.LATE).at == in_the_evening


def test_a_reminder_goes_out_15_minutes_before_ones_own_quiet_hours() -> None:
    # Half of two working days is gone at the end of the first.
    start, due = at("02T09:00"), at("03T18:00")
    for quiet, half in ((USUAL, "02T18:00"), (QuietHours(time(18), time(8)), "02T17:45")):
        plans = reminders(owner=calendar(quiet), start=start, due=due, raw_window=due - start)
        assert plans[0].at == at(half)


@pytest.mark.parametrize(
    ("ahead", "now", "wished", "moved"),
    [
        ("03T09:00", "02T12:00", time(11), "03T11:00"),
        ("03T09:00", "02T12:00", time(8), "03T08:00"),
        # On the very day: later still today, earlier is over and so the next one.
        ("03T09:00", "03T08:30", time(11), "03T11:00"),
        ("03T09:00", "03T08:30", time(8), "04T08:00"),
        # What was due and was not said yet is not lost.
        ("03T09:00", "03T09:10", time(11), "03T11:00"),
    ],
)
def test_a_summary_that_is_ahead_moves_to_the_new_time(
    ahead: str, now: str, wished: time, moved: str
) -> None:
    day = Day(date(2026, 3, 2), 4, at(ahead))
    after = moved_to(day, at(now), calendar(morning=wished))
    assert after == Day(date(2026, 3, 2), 4, at(moved))


def test_where_none_is_ahead_none_comes() -> None:
    assert moved_to(Day(), at("02T12:00"), calendar(morning=time(8))) == Day()
