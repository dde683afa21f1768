from datetime import UTC, date, datetime, time, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.worktime import Calendar, QuietHours, WorkedUntil, WorkingHours

SUNDAY_TO_THURSDAY = frozenset({6, 0, 1, 2, 3})
HOUR = timedelta(hours=1)


def calendar(
    zone: str,
    *holidays: date,
    hours: WorkingHours | None = None,
    quiet: QuietHours | None = None,
) -> Calendar:
    def of_year(year: int) -> frozenset[date]:
        return frozenset(day for day in holidays if day.year == year)

    return Calendar(ZoneInfo(zone), hours or WorkingHours(), quiet or QuietHours(), of_year)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


BERLIN = calendar("Europe/Berlin")
NEW_YORK = calendar("America/New_York")
SYDNEY = calendar("Australia/Sydney")
KOLKATA = calendar("Asia/Kolkata")
DUBAI = calendar("Asia/Dubai", hours=WorkingHours(weekdays=SUNDAY_TO_THURSDAY))
NIGHT_SHIFT = calendar(
    "Europe/Berlin",
    hours=WorkingHours(time(0), time(6), frozenset(range(7)), resume=time(1)),
)
LONG_DAYS = calendar("Europe/Berlin", hours=WorkingHours(time(6), time(22)))
QUIET_FROM_MIDNIGHT = calendar("America/New_York", quiet=QuietHours(time(0), time(7, 30)))

# The offsets are written out here, so that the expected instants do not come from the zone data.
OFFSETS_IN_JUNE = {
    "New York": (NEW_YORK, timedelta(hours=-4)),
    "Berlin": (BERLIN, timedelta(hours=2)),
    "Dubai": (DUBAI, timedelta(hours=4)),
    "Sydney": (SYDNEY, timedelta(hours=10)),
    "Kolkata": (KOLKATA, timedelta(hours=5, minutes=30)),
}
# 2025-06-02 is a Monday. Rows: the close, then what its 24 h become.
CLOSES_MONDAY_TO_FRIDAY = """
    02T08:00 03T10:00 | 02T15:00 03T15:00 | 02T18:30 04T10:00 | 02T23:50 04T10:00
    03T08:00 04T10:00 | 03T15:00 04T15:00 | 03T18:30 05T10:00 | 03T23:50 05T10:00
    04T08:00 05T10:00 | 04T15:00 05T15:00 | 04T18:30 06T10:00 | 04T23:50 06T10:00
    05T08:00 06T10:00 | 05T15:00 06T15:00 | 05T18:30 09T10:00 | 05T23:50 09T10:00
    06T08:00 09T10:00 | 06T15:00 09T10:00 | 06T18:30 09T10:00 | 06T23:50 09T10:00
    07T08:00 09T10:00 | 07T15:00 09T10:00 | 07T18:30 09T10:00 | 07T23:50 09T10:00
    08T08:00 09T10:00 | 08T15:00 09T15:00 | 08T18:30 10T10:00 | 08T23:50 10T10:00
"""
CLOSES_SUNDAY_TO_THURSDAY = """
    02T08:00 03T10:00 | 02T15:00 03T15:00 | 02T18:30 04T10:00 | 02T23:50 04T10:00
    03T08:00 04T10:00 | 03T15:00 04T15:00 | 03T18:30 05T10:00 | 03T23:50 05T10:00
    04T08:00 05T10:00 | 04T15:00 05T15:00 | 04T18:30 08T10:00 | 04T23:50 08T10:00
    05T08:00 08T10:00 | 05T15:00 08T10:00 | 05T18:30 08T10:00 | 05T23:50 08T10:00
    06T08:00 08T10:00 | 06T15:00 08T10:00 | 06T18:30 08T10:00 | 06T23:50 08T10:00
    07T08:00 08T10:00 | 07T15:00 08T15:00 | 07T18:30 09T10:00 | 07T23:50 09T10:00
    08T08:00 09T10:00 | 08T15:00 09T15:00 | 08T18:30 10T10:00 | 08T23:50 10T10:00
"""


def closes() -> list[tuple[str, str, str]]:
    rows = []
    for city in OFFSETS_IN_JUNE:
        table = CLOSES_SUNDAY_TO_THURSDAY if city == "Dubai" else CLOSES_MONDAY_TO_FRIDAY
        for cell in table.replace("\n", "|").split("|"):
            if cell.strip():
                closed, due = cell.split()
                rows.append((city, closed, due))
    return rows


@pytest.mark.parametrize(("city", "closed", "due"), closes())
def test_24_hours_after_a_close_land_in_working_hours(city: str, closed: str, due: str) -> None:
    person, offset = OFFSETS_IN_JUNE[city]
    local = timezone(offset)
    signed = datetime.fromisoformat(f"2025-06-{closed}").replace(tzinfo=local)
    expected = datetime.fromisoformat(f"2025-06-{due}").replace(tzinfo=local)
    moved = person.moved(signed + 24 * HOUR)
    assert moved == expected
    assert moved.tzinfo is UTC


@pytest.mark.parametrize(
    ("due", "moved"),
    [
        ("2025-06-05T06:00", "2025-06-05T10:00"),
        ("2025-06-05T19:00", "2025-06-06T10:00"),
        ("2025-06-05T09:00", "2025-06-05T09:00"),
        ("2025-06-05T18:00", "2025-06-05T18:00"),
        ("2025-06-05T08:59:59.999999", "2025-06-05T10:00"),
        ("2025-06-05T18:00:00.000001", "2025-06-06T10:00"),
        ("2025-06-07T12:00", "2025-06-09T10:00"),
    ],
)
def test_nine_and_six_stay_and_everything_outside_waits_for_ten(due: str, moved: str) -> None:
    # Dakar keeps UTC all year.
    assert calendar("Africa/Dakar").moved(utc(due)) == utc(moved)


@pytest.mark.parametrize(
    ("person", "due", "moved"),
    [
        # Spring in Berlin is the night to Sunday 30 March, autumn the night to 26 October.
        (BERLIN, "2025-03-28T08:30", "2025-03-28T08:30"),
        (BERLIN, "2025-03-29T14:00", "2025-03-31T08:00"),
        (BERLIN, "2025-03-31T06:30", "2025-03-31T08:00"),
        (BERLIN, "2025-03-31T07:00", "2025-03-31T07:00"),
        (BERLIN, "2025-10-25T14:00", "2025-10-27T09:00"),
        (BERLIN, "2025-10-27T07:30", "2025-10-27T09:00"),
        (BERLIN, "2025-10-27T08:00", "2025-10-27T08:00"),
        # New York: 9 March and 2 November.
        (NEW_YORK, "2025-03-08T15:00", "2025-03-10T14:00"),
        (NEW_YORK, "2025-11-01T15:00", "2025-11-03T15:00"),
        # Sydney: back on 6 April, forward on 5 October.
        (SYDNEY, "2025-04-05T03:00", "2025-04-07T00:00"),
        (SYDNEY, "2025-10-04T03:00", "2025-10-05T23:00"),
    ],
)
def test_due_times_move_by_the_wall_clock_across_a_change_of_the_clocks(
    person: Calendar, due: str, moved: str
) -> None:
    assert person.moved(utc(due)) == utc(moved)


CORPUS_CHRISTI = date(2025, 6, 19)
MUNICH = calendar("Europe/Berlin", CORPUS_CHRISTI)


def test_a_regional_holiday_moves_a_due_time_only_in_its_region() -> None:
    due = utc("2025-06-19T13:00")
    assert MUNICH.moved(due) == utc("2025-06-20T08:00")
    assert BERLIN.moved(due) == due


def test_business_days_are_counted_without_the_holiday_and_without_day_0() -> None:
    wednesday = date(2025, 6, 18)
    assert MUNICH.business_day(wednesday, 1) == date(2025, 6, 20)
    assert BERLIN.business_day(wednesday, 1) == CORPUS_CHRISTI
    assert MUNICH.business_day(wednesday, 5) == date(2025, 6, 26)
    assert MUNICH.business_day(date(2025, 6, 21), 1) == date(2025, 6, 23)
    assert MUNICH.business_day_end(wednesday, 5) == utc("2025-06-26T16:00")


def test_neighbouring_business_days_skip_the_holiday_and_the_weekend() -> None:
    assert MUNICH.next_business_day(date(2025, 6, 18)) == date(2025, 6, 20)
    assert MUNICH.previous_business_day(date(2025, 6, 20)) == date(2025, 6, 18)
    assert MUNICH.same_or_next_business_day(date(2025, 6, 18)) == date(2025, 6, 18)
    assert MUNICH.same_or_next_business_day(date(2025, 6, 21)) == date(2025, 6, 23)
    assert DUBAI.next_business_day(date(2025, 6, 5)) == date(2025, 6, 8)


def test_holidays_are_asked_for_the_year_of_each_day() -> None:
    person = calendar("Europe/Berlin", date(2025, 12, 31), date(2026, 1, 1))
    assert person.next_business_day(date(2025, 12, 30)) == date(2026, 1, 2)
    assert person.previous_business_day(date(2026, 1, 2)) == date(2025, 12, 30)


@pytest.mark.parametrize(
    ("n", "day"),
    [(30, date(2025, 6, 20)), (60, date(2025, 7, 21)), (90, date(2025, 8, 18))],
)
def test_day_30_60_and_90_are_calendar_days_moved_to_a_business_day(n: int, day: date) -> None:
    # 20 May plus 30 days is the holiday, plus 60 a Saturday, plus 90 a Monday.
    assert MUNICH.calendar_day(date(2025, 5, 20), n) == day


def test_the_local_date_is_the_persons_own() -> None:
    instant = utc("2025-06-02T20:00")
    assert NEW_YORK.local_date(instant) == date(2025, 6, 2)
    assert KOLKATA.local_date(instant) == date(2025, 6, 3)
    assert SYDNEY.local_date(instant) == date(2025, 6, 3)


@pytest.mark.parametrize(
    ("person", "start", "hours", "end"),
    [
        (BERLIN, "2025-06-06T15:00", 8, "2025-06-09T14:00"),
        (BERLIN, "2025-06-06T07:00", 9, "2025-06-06T16:00"),
        (BERLIN, "2025-06-06T16:00", 4, "2025-06-09T11:00"),
        (BERLIN, "2025-06-07T12:00", 4, "2025-06-09T11:00"),
        (BERLIN, "2025-03-28T14:00", 8, "2025-03-31T12:00"),
        (BERLIN, "2025-10-24T13:00", 8, "2025-10-27T13:00"),
        (MUNICH, "2025-06-18T15:00", 8, "2025-06-20T14:00"),
        (DUBAI, "2025-06-05T12:00", 8, "2025-06-08T11:00"),
        (KOLKATA, "2025-06-02T11:00", 4, "2025-06-03T06:00"),
        (SYDNEY, "2025-04-04T05:00", 8, "2025-04-07T05:00"),
        (BERLIN, "2025-06-07T12:00", 0, "2025-06-07T12:00"),
        (NIGHT_SHIFT, "2025-03-29T22:30", 6, "2025-03-30T23:00"),
        (NIGHT_SHIFT, "2025-10-25T21:00", 7, "2025-10-26T05:00"),
    ],
)
def test_working_hours_are_added_over_nights_weekends_holidays_and_clock_changes(
    person: Calendar, start: str, hours: int, end: str
) -> None:
    assert person.add_working(utc(start), hours * HOUR) == utc(end)


@pytest.mark.parametrize(
    ("person", "start", "end", "hours"),
    [
        (BERLIN, "2025-06-06T13:00", "2025-06-09T08:00", 4),
        (BERLIN, "2025-06-06T16:00", "2025-06-09T07:00", 0),
        (BERLIN, "2025-06-09T08:00", "2025-06-06T13:00", 0),
        (BERLIN, "2025-06-02T00:00", "2025-06-09T00:00", 45),
        (DUBAI, "2025-06-05T10:00", "2025-06-08T06:00", 5),
        (KOLKATA, "2025-06-02T03:00", "2025-06-02T04:30", 1),
        (MUNICH, "2025-06-18T00:00", "2025-06-20T22:00", 18),
        (NIGHT_SHIFT, "2025-03-29T20:00", "2025-03-30T20:00", 5),
        (NIGHT_SHIFT, "2025-10-25T20:00", "2025-10-26T20:00", 7),
    ],
)
def test_working_time_is_the_elapsed_time_inside_the_windows(
    person: Calendar, start: str, end: str, hours: int
) -> None:
    assert person.working_between(utc(start), utc(end)) == hours * HOUR


def test_instants_given_in_one_zone_are_not_subtracted_by_their_wall_times() -> None:
    zone = ZoneInfo("Europe/Berlin")
    midnight = datetime(2025, 3, 30, tzinfo=zone)
    assert NIGHT_SHIFT.working_between(midnight, datetime(2025, 3, 30, 6, tzinfo=zone)) == 5 * HOUR
    first = datetime(2025, 10, 26, 2, 30, tzinfo=zone)
    assert NIGHT_SHIFT.working_between(first, first.replace(fold=1)) == HOUR


@pytest.mark.parametrize(
    ("start", "due", "share", "instant"),
    [
        ("2025-06-02T13:00", "2025-06-03T13:00", Fraction(1, 2), "2025-06-03T08:30"),
        ("2025-06-02T13:00", "2025-06-03T13:00", Fraction(4, 5), "2025-06-03T11:12"),
        # Half is gone at 18:00, and still at 09:00 the next day: the earlier instant counts.
        ("2025-06-02T13:00", "2025-06-03T10:00", Fraction(1, 2), "2025-06-02T16:00"),
        ("2025-06-02T13:00", "2025-06-03T05:00", Fraction(1), "2025-06-02T16:00"),
    ],
)
def test_a_share_of_the_working_time_is_gone_at_its_earliest_instant(
    start: str, due: str, share: Fraction, instant: str
) -> None:
    assert BERLIN.share_instant(utc(start), utc(due), share) == utc(instant)


def test_a_share_of_no_working_time_has_no_instant() -> None:
    night = utc("2025-06-02T21:50"), utc("2025-06-03T01:50")
    assert BERLIN.share_instant(*night, Fraction(1, 2)) is None


@pytest.mark.parametrize(
    ("person", "instant", "quiet"),
    [
        (BERLIN, "2025-06-02T05:59:59", True),
        (BERLIN, "2025-06-02T06:00", False),
        (BERLIN, "2025-06-02T17:59:59", False),
        (BERLIN, "2025-06-02T18:00", True),
        (BERLIN, "2025-06-07T10:00", True),
        (MUNICH, "2025-06-19T10:00", True),
        (DUBAI, "2025-06-06T10:00", True),
        (DUBAI, "2025-06-08T10:00", False),
        (KOLKATA, "2025-06-02T02:29", True),
        (KOLKATA, "2025-06-02T02:30", False),
        (QUIET_FROM_MIDNIGHT, "2025-06-03T03:59", False),
        (QUIET_FROM_MIDNIGHT, "2025-06-03T04:00", True),
        (QUIET_FROM_MIDNIGHT, "2025-06-03T11:30", False),
    ],
)
def test_nights_and_non_working_days_are_quiet(person: Calendar, instant: str, quiet: bool) -> None:
    assert person.is_quiet(utc(instant)) is quiet


@pytest.mark.parametrize(
    ("person", "instant", "loud"),
    [
        (BERLIN, "2025-06-02T17:00", "2025-06-02T17:00"),
        (BERLIN, "2025-06-02T18:00", "2025-06-03T06:00"),
        (BERLIN, "2025-06-03T02:00", "2025-06-03T06:00"),
        (BERLIN, "2025-06-06T21:00", "2025-06-09T06:00"),
        (BERLIN, "2025-03-28T21:00", "2025-03-31T06:00"),
        (BERLIN, "2025-10-24T21:00", "2025-10-27T07:00"),
        (DUBAI, "2025-06-05T18:00", "2025-06-08T04:00"),
        (SYDNEY, "2025-10-03T12:00", "2025-10-05T21:00"),
        (QUIET_FROM_MIDNIGHT, "2025-06-07T05:00", "2025-06-09T11:30"),
    ],
)
def test_what_falls_into_quiet_hours_is_said_when_they_end(
    person: Calendar, instant: str, loud: str
) -> None:
    assert person.first_loud(utc(instant)) == utc(loud)


@pytest.mark.parametrize(
    ("person", "instant", "morning"),
    [
        (BERLIN, "2025-06-02T07:00", "2025-06-02T07:00"),
        (BERLIN, "2025-06-02T07:00:00.000001", "2025-06-03T07:00"),
        (BERLIN, "2025-06-06T18:30", "2025-06-09T07:00"),
        (MUNICH, "2025-06-18T18:30", "2025-06-20T07:00"),
        (NEW_YORK, "2025-11-01T12:00", "2025-11-03T14:00"),
        (KOLKATA, "2025-06-02T15:00", "2025-06-03T03:30"),
        (LONG_DAYS, "2025-06-02T18:30", "2025-06-03T06:00"),
    ],
)
def test_the_first_morning_is_on_a_business_day_and_never_quiet(
    person: Calendar, instant: str, morning: str
) -> None:
    assert person.first_morning(utc(instant)) == utc(morning)
    assert not person.is_quiet(utc(morning))


@pytest.mark.parametrize(
    ("person", "instant", "said"),
    [
        (BERLIN, "2025-06-03T10:00", "2025-06-03T10:00"),
        (BERLIN, "2025-06-03T19:00", "2025-06-03T17:45"),
        (BERLIN, "2025-06-03T05:00", "2025-06-02T17:45"),
        (BERLIN, "2025-06-08T10:00", "2025-06-06T17:45"),
        (BERLIN, "2025-06-09T05:00", "2025-06-06T17:45"),
        (BERLIN, "2025-03-31T05:00", "2025-03-28T18:45"),
        (QUIET_FROM_MIDNIGHT, "2025-06-07T12:00", "2025-06-07T03:45"),
    ],
)
def test_a_reminder_goes_out_15_minutes_before_the_quiet_hours_it_falls_into(
    person: Calendar, instant: str, said: str
) -> None:
    assert person.before_quiet(utc(instant), utc(said)) == utc(said)


def test_no_reminder_goes_out_before_the_step_was_its_owners() -> None:
    saturday = utc("2025-06-07T10:00")
    assert BERLIN.before_quiet(saturday, utc("2025-06-06T17:45:01")) is None
    loud = utc("2025-06-06T10:00")
    assert BERLIN.before_quiet(loud, loud) == loud
    assert BERLIN.before_quiet(loud, loud + HOUR) is None


def test_naive_instants_are_refused() -> None:
    naive = utc("2025-06-02T10:00").replace(tzinfo=None)
    aware = utc("2025-06-02T10:00")
    for ask in (
        lambda: BERLIN.local_date(naive),
        lambda: BERLIN.moved(naive),
        lambda: BERLIN.add_working(naive, HOUR),
        lambda: BERLIN.add_working(naive, timedelta(0)),
        lambda: BERLIN.working_between(naive, aware),
        lambda: BERLIN.working_between(aware, naive),
        lambda: BERLIN.is_quiet(naive),
        lambda: BERLIN.first_loud(naive),
        lambda: BERLIN.first_morning(naive),
        lambda: BERLIN.before_quiet(naive, aware),
        lambda: BERLIN.before_quiet(aware, naive),
    ):
        with pytest.raises(ValueError, match="naive"):
            ask()


def test_hours_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="within one day"):
        WorkingHours(time(18), time(9))
    with pytest.raises(ValueError, match="moved due times"):
        WorkingHours(time(11), time(18))
    with pytest.raises(ValueError, match="Monday"):
        WorkingHours(weekdays=frozenset())
    with pytest.raises(ValueError, match="Monday"):
        WorkingHours(weekdays=frozenset({7}))
    with pytest.raises(ValueError, match="evening"):
        QuietHours(time(8), time(20))
    with pytest.raises(ValueError, match="before the quiet hours"):
        calendar("Europe/Berlin", quiet=QuietHours(time(8, 30), time(7)))


def test_counts_and_amounts_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="from 1"):
        BERLIN.business_day(date(2025, 6, 2), 0)
    with pytest.raises(ValueError, match="forward"):
        BERLIN.add_working(utc("2025-06-02T10:00"), -HOUR)
    with pytest.raises(ValueError, match="share"):
        BERLIN.share_instant(utc("2025-06-02T10:00"), utc("2025-06-03T10:00"), Fraction(0))


def test_a_year_without_a_business_day_is_refused_instead_of_searched_forever() -> None:
    first = date(2024, 1, 1)
    closed = calendar("Europe/Berlin", *(first + timedelta(days=n) for n in range(1200)))
    with pytest.raises(ValueError, match="no business day"):
        closed.next_business_day(date(2025, 6, 2))


PEOPLE = st.sampled_from(
    [BERLIN, MUNICH, NEW_YORK, SYDNEY, KOLKATA, DUBAI, NIGHT_SHIFT, LONG_DAYS, QUIET_FROM_MIDNIGHT]
)
INSTANTS = st.datetimes(
    min_value=utc("2025-01-01").replace(tzinfo=None),
    max_value=utc("2026-12-31").replace(tzinfo=None),
    timezones=st.sampled_from([UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Sydney")]),
)
DAYS_AHEAD, DAYS_BACK = timedelta(days=3), timedelta(days=30)
AMOUNTS = st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(hours=60))


@given(PEOPLE, INSTANTS)
def test_a_moved_due_time_is_never_earlier_and_stays_where_it_is(
    person: Calendar, due: datetime
) -> None:
    moved = person.moved(due)
    assert moved >= due.astimezone(UTC)
    assert person.moved(moved) == moved
    assert person.is_business_day(person.local_date(moved))


@given(PEOPLE, INSTANTS, AMOUNTS)
def test_added_working_time_is_counted_back_exactly(
    person: Calendar, start: datetime, amount: timedelta
) -> None:
    end = person.add_working(start, amount)
    assert person.working_between(start, end) == amount
    just_before = end - timedelta(microseconds=1)
    assert person.working_between(start, just_before) < amount


@given(PEOPLE, INSTANTS, AMOUNTS, AMOUNTS)
def test_working_time_adds_up_over_any_instant_between(
    person: Calendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    middle = start.astimezone(UTC) + first
    end = middle + second
    assert person.working_between(start, end) == (
        person.working_between(start, middle) + person.working_between(middle, end)
    )


@given(PEOPLE, INSTANTS, st.lists(st.timedeltas(-DAYS_AHEAD, DAYS_BACK), max_size=8))
def test_working_time_since_many_instants_is_that_since_each(
    person: Calendar, end: datetime, before: list[timedelta]
) -> None:
    starts = [end.astimezone(UTC) - span for span in before]
    worked = WorkedUntil(person, end)
    assert [worked.since(start) for start in starts] == [
        person.working_between(start, end) for start in starts
    ]


@given(PEOPLE, INSTANTS)
def test_quiet_hours_end_in_the_first_loud_instant_and_began_after_the_last(
    person: Calendar, instant: datetime
) -> None:
    loud = person.first_loud(instant)
    assert not person.is_quiet(loud)
    assert loud >= instant.astimezone(UTC)
    if person.is_quiet(instant):
        assert person.is_quiet(loud - timedelta(microseconds=1))
        early = person.before_quiet(instant, utc("2024-12-01"))
        assert early is not None
        assert not person.is_quiet(early)
        assert person.is_quiet(early + timedelta(minutes=15))
        assert person.first_loud(early + timedelta(minutes=15)) == loud
