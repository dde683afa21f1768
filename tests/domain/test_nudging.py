from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.nudging import Stage, StagePlan, due_now, late, reminders
from bot.domain.worktime import Calendar, QuietHours, WorkingHours

HOUR = timedelta(hours=1)
CORPUS_CHRISTI = date(2025, 6, 19)
WEEKDAYS = WorkingHours()
SUNDAY_TO_THURSDAY = WorkingHours(weekdays=frozenset({6, 0, 1, 2, 3}))


def calendar(zone: str, *holidays: date, hours: WorkingHours = WEEKDAYS) -> Calendar:
    def of_year(year: int) -> frozenset[date]:
        return frozenset(day for day in holidays if day.year == year)

    return Calendar(ZoneInfo(zone), hours, QuietHours(), of_year)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def half(text: str) -> StagePlan:
    return StagePlan(Stage.HALF, utc(text))


def most(text: str) -> StagePlan:
    return StagePlan(Stage.MOST, utc(text))


NEW_YORK = calendar("America/New_York")
BERLIN = calendar("Europe/Berlin")
MUNICH = calendar("Europe/Berlin", CORPUS_CHRISTI)
DUBAI = calendar("Asia/Dubai", hours=SUNDAY_TO_THURSDAY)
SYDNEY = calendar("Australia/Sydney")
KOLKATA = calendar("Asia/Kolkata")
EVENINGS = calendar("Europe/Berlin", hours=WorkingHours(time(9), time(23)))
EARLY_BIRD = calendar("Europe/Berlin", hours=WorkingHours(time(5), time(18)))


@pytest.mark.parametrize(
    ("owner", "signed", "expected"),
    [
        # Berlin, summer (UTC+2): Monday to Friday and the weekend.
        (BERLIN, "2025-06-02T06:00", [half("2025-06-02T12:00"), most("2025-06-02T15:00")]),
        (BERLIN, "2025-06-02T13:00", [half("2025-06-03T08:30"), most("2025-06-03T11:12")]),
        (BERLIN, "2025-06-02T16:30", [half("2025-06-03T12:00"), most("2025-06-03T15:00")]),
        (BERLIN, "2025-06-02T21:50", [half("2025-06-03T12:00"), most("2025-06-03T15:00")]),
        (BERLIN, "2025-06-06T06:00", [half("2025-06-06T12:00"), most("2025-06-06T15:00")]),
        (BERLIN, "2025-06-06T13:00", [half("2025-06-06T15:00"), most("2025-06-09T07:12")]),
        (BERLIN, "2025-06-06T16:30", [most("2025-06-09T07:48")]),
        (BERLIN, "2025-06-06T21:50", [most("2025-06-09T07:48")]),
        # New York (UTC-4), a Thursday evening: due on Monday at ten, Friday counts in full.
        (NEW_YORK, "2025-06-05T22:30", [half("2025-06-06T18:00"), most("2025-06-06T21:00")]),
        (NEW_YORK, "2025-06-06T12:00", [half("2025-06-06T18:00"), most("2025-06-06T21:00")]),
        # Dubai (UTC+4) with Friday and Saturday off.
        (DUBAI, "2025-06-05T11:00", [half("2025-06-05T13:00"), most("2025-06-08T05:12")]),
        (DUBAI, "2025-06-05T14:30", [most("2025-06-08T05:48")]),
        # Six working hours on the Sunday: the two would be less than two hours apart.
        (DUBAI, "2025-06-07T11:00", [most("2025-06-08T09:48")]),
        # Sydney (UTC+10) and Kolkata (UTC+5:30).
        (SYDNEY, "2025-06-02T05:00", [half("2025-06-03T00:30"), most("2025-06-03T03:12")]),
        (KOLKATA, "2025-06-02T09:30", [half("2025-06-03T05:00"), most("2025-06-03T07:42")]),
        # A Friday before the clocks change: forward and back in Berlin, back in Sydney.
        (BERLIN, "2025-03-28T14:00", [half("2025-03-28T16:00"), most("2025-03-31T07:12")]),
        (BERLIN, "2025-10-24T13:00", [half("2025-10-24T15:00"), most("2025-10-27T08:12")]),
        (SYDNEY, "2025-04-04T04:00", [half("2025-04-04T06:00"), most("2025-04-06T23:12")]),
        # The day before a regional holiday, in the region and outside it.
        (MUNICH, "2025-06-18T13:00", [half("2025-06-18T15:00"), most("2025-06-20T07:12")]),
        (BERLIN, "2025-06-18T13:00", [half("2025-06-19T08:30"), most("2025-06-19T11:12")]),
    ],
)
def test_a_step_of_24_hours_is_nudged_at_half_and_at_80_percent_of_the_working_hours(
    owner: Calendar, signed: str, expected: list[StagePlan]
) -> None:
    start = utc(signed)
    due = owner.moved(start + 24 * HOUR)
    planned = reminders(owner=owner, start=start, due=due, raw_window=24 * HOUR)
    assert planned == expected


def test_shares_are_of_the_hours_of_the_person_nudged() -> None:
    start, due = utc("2025-06-02T13:00"), utc("2025-06-03T13:00")
    # New York works 13:00 to 22:00 UTC: all of Monday, none of Tuesday before the due time.
    assert reminders(owner=NEW_YORK, start=start, due=due, raw_window=24 * HOUR) == [
        half("2025-06-02T17:30"),
        most("2025-06-02T20:12"),
    ]


@pytest.mark.parametrize(
    ("start", "due", "raw_hours", "expected"),
    [
        # Four working hours over a night are enough, a microsecond less is not.
        ("2025-06-02T14:00", "2025-06-03T09:00", 20, ["half", "most"]),
        ("2025-06-02T14:00:00.000001", "2025-06-03T09:00", 20, ["most"]),
        # A raw window of eight hours is enough, less is not.
        ("2025-06-02T07:00", "2025-06-02T15:00", 8, ["half", "most"]),
        ("2025-06-02T07:00", "2025-06-02T15:00", 7, ["most"]),
        # Two hours apart stay two, less becomes the later one.
        ("2025-06-02T07:00", "2025-06-02T13:40", 8, ["half", "most"]),
        ("2025-06-02T07:00", "2025-06-02T13:39", 8, ["most"]),
        # No working time, and a due time that is already past.
        ("2025-06-02T21:50", "2025-06-03T01:50", 4, []),
        ("2025-06-03T10:00", "2025-06-02T10:00", 24, []),
    ],
)
def test_a_short_window_has_only_the_second_reminder_and_an_empty_one_none(
    start: str, due: str, raw_hours: int, expected: list[str]
) -> None:
    planned = reminders(owner=BERLIN, start=utc(start), due=utc(due), raw_window=raw_hours * HOUR)
    assert [plan.stage for plan in planned] == expected


def test_half_that_is_gone_at_six_is_said_at_six_and_not_the_next_morning() -> None:
    planned = reminders(
        owner=BERLIN,
        start=utc("2025-06-02T13:00"),
        due=utc("2025-06-03T10:00"),
        raw_window=24 * HOUR,
    )
    assert planned == [half("2025-06-02T16:00"), most("2025-06-03T08:48")]


def test_a_reminder_in_quiet_hours_goes_out_15_minutes_before_they_begin() -> None:
    # Working until 23:00 with quiet hours from 20:00: 80 % of 09:00 to 23:00 is gone at 20:12.
    planned = reminders(
        owner=EVENINGS,
        start=utc("2025-06-02T07:00"),
        due=utc("2025-06-02T21:00"),
        raw_window=14 * HOUR,
    )
    assert planned == [half("2025-06-02T14:00"), most("2025-06-02T17:45")]


def test_a_reminder_that_would_come_before_the_step_was_theirs_is_dropped() -> None:
    # Working from 05:00 with quiet hours to 08:00: half is gone at 07:15, 80 % at 08:36.
    planned = reminders(
        owner=EARLY_BIRD,
        start=utc("2025-06-02T22:00"),
        due=utc("2025-06-03T07:30"),
        raw_window=10 * HOUR,
    )
    assert planned == [most("2025-06-03T06:36")]
    nothing_left = reminders(
        owner=EARLY_BIRD,
        start=utc("2025-06-02T22:00"),
        due=utc("2025-06-03T05:00"),
        raw_window=10 * HOUR,
    )
    assert nothing_left == []


@pytest.mark.parametrize(
    ("reader", "due", "at"),
    [
        (BERLIN, "2025-06-02T16:00", "2025-06-02T16:00"),
        (BERLIN, "2025-06-02T17:59", "2025-06-02T17:59"),
        (BERLIN, "2025-06-02T18:00", "2025-06-03T07:00"),
        (BERLIN, "2025-06-03T04:00", "2025-06-03T07:00"),
        (BERLIN, "2025-06-06T22:00", "2025-06-09T07:00"),
        # A due time at 18:00 in New York reaches readers elsewhere on their own morning.
        (KOLKATA, "2025-06-06T22:00", "2025-06-09T03:30"),
        (SYDNEY, "2025-10-03T22:00", "2025-10-05T22:00"),
        (DUBAI, "2025-06-05T22:00", "2025-06-08T05:00"),
        (MUNICH, "2025-06-19T10:00", "2025-06-20T07:00"),
    ],
)
def test_a_late_notice_waits_for_the_first_nine_oclock_of_its_reader(
    reader: Calendar, due: str, at: str
) -> None:
    notice = late(reader=reader, due=utc(due), stage=Stage.LATE_MANAGER)
    assert notice == StagePlan(Stage.LATE_MANAGER, utc(at))
    assert notice.at.tzinfo is UTC


PLANS = [
    half("2025-06-03T08:30"),
    most("2025-06-03T11:12"),
    StagePlan(Stage.LATE, utc("2025-06-03T13:00")),
]


@pytest.mark.parametrize(
    ("now", "said", "stage", "passed"),
    [
        ("2025-06-03T08:29", [], None, []),
        ("2025-06-03T08:30", [], "half", []),
        ("2025-06-03T12:00", [], "most", ["half"]),
        ("2025-06-03T12:00", ["half"], "most", []),
        ("2025-06-03T12:00", ["half", "most"], None, []),
        ("2025-06-05T09:00", [], "late", ["half", "most"]),
        ("2025-06-05T09:00", ["half"], "late", ["most"]),
        # A reminder never follows one that says more.
        ("2025-06-03T12:00", ["most"], None, ["half"]),
        ("2025-06-05T09:00", ["late"], None, ["half", "most"]),
    ],
)
def test_only_the_last_due_stage_is_said(
    now: str, said: list[str], stage: str | None, passed: list[str]
) -> None:
    already = {Stage(word) for word in said}
    # The order of the plans does not matter.
    for plans in (PLANS, PLANS[::-1]):
        current, over = due_now(plans, said=already, now=utc(now))
        assert (current.stage if current else None) == stage
        assert [plan.stage for plan in over] == passed


def test_a_snooze_that_was_said_does_not_swallow_the_late_notice() -> None:
    snoozed = StagePlan(Stage.SNOOZED, utc("2025-06-03T14:00"))
    current, over = due_now([PLANS[2], snoozed], said={Stage.SNOOZED}, now=utc("2025-06-03T15:00"))
    assert current == PLANS[2]
    assert over == []


PEOPLE = st.sampled_from([NEW_YORK, BERLIN, MUNICH, DUBAI, SYDNEY, KOLKATA, EVENINGS, EARLY_BIRD])
STARTS = st.datetimes(
    min_value=utc("2025-01-01").replace(tzinfo=None),
    max_value=utc("2026-12-31").replace(tzinfo=None),
    timezones=st.just(UTC),
)
WINDOWS = st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=8))


@given(PEOPLE, PEOPLE, STARTS, WINDOWS)
def test_reminders_lie_between_start_and_due_never_quiet_and_in_order(
    owner: Calendar, due_by: Calendar, start: datetime, window: timedelta
) -> None:
    due = due_by.moved(start + window)
    planned = reminders(owner=owner, start=start, due=due, raw_window=window)
    for plan in planned:
        assert start <= plan.at < due
        assert not owner.is_quiet(plan.at)
    stages = [plan.stage for plan in planned]
    assert stages in ([], [Stage.HALF], [Stage.MOST], [Stage.HALF, Stage.MOST])
    if len(planned) == 2:
        assert planned[1].at - planned[0].at >= 2 * HOUR


@given(PEOPLE, STARTS)
def test_a_late_notice_is_never_early_and_never_quiet(reader: Calendar, due: datetime) -> None:
    notice = late(reader=reader, due=due, stage=Stage.LATE)
    assert notice.at >= due
    assert not reader.is_quiet(notice.at)
