"""A person's calendar: business days, working hours and quiet hours as exact UTC instants.

Hours are wall-clock windows in the person's zone; the time inside them is counted as elapsed time,
so that a change of the clocks shortens or lengthens a window and never shifts its ends.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from math import ceil
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
QUIET_LEAD = timedelta(minutes=15)
"""How long before the quiet hours a reminder goes out that would have fallen into them."""

_LONGEST_CLOSURE = 366
_MIDNIGHT = time(0)
_NO_TIME = timedelta(0)


@dataclass(frozen=True)
class WorkingHours:
    """`resume` is the hour that a due time outside the working hours is moved to."""

    start: time = time(9)
    end: time = time(18)
    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    resume: time = time(10)

    def __post_init__(self) -> None:
        if not self.start < self.end:
            raise ValueError("Working hours start before they end, within one day.")
        if not self.start <= self.resume <= self.end:
            raise ValueError("The hour moved due times go to lies within the working hours.")
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise ValueError("Working days are one or more of 0 (Monday) to 6 (Sunday).")


@dataclass(frozen=True)
class QuietHours:
    """From the evening to the morning; `end` is no longer quiet, 00:00 begins at the day's end."""

    begin: time = time(20)
    end: time = time(8)

    def __post_init__(self) -> None:
        if self.begin != _MIDNIGHT and not self.end < self.begin:
            raise ValueError("Quiet hours begin in the evening, or at 00:00, and end in the day.")

    def spare(self, hours: WorkingHours) -> bool:
        """Whether all of the working hours lie outside of them."""
        return self.end <= hours.start and (self.begin == _MIDNIGHT or hours.end <= self.begin)

    def cover(self, wall: time) -> bool:
        """Whether a wall time of a business day lies within them."""
        return wall < self.end or (self.begin != _MIDNIGHT and self.begin <= wall)


@dataclass(frozen=True)
class Calendar:
    """`holidays` answers with the public holidays of a year in the person's region.

    It is asked once for every weekday looked at, so whoever supplies it keeps the answers.
    Every method raises ValueError for a naive datetime, and where a whole year has no business day.
    """

    zone: ZoneInfo
    hours: WorkingHours
    quiet: QuietHours
    holidays: Callable[[int], frozenset[date]]
    morning: time | None = None
    """When the person wants their summary; None is the start of the working hours."""

    def __post_init__(self) -> None:
        if self.morning is not None and self.quiet.cover(self.morning):
            raise ValueError("A summary comes outside of the quiet hours.")
        if self.quiet.begin != _MIDNIGHT and not self.hours.start < self.quiet.begin:
            raise ValueError("Working hours start before the quiet hours begin.")

    def local_date(self, instant: datetime) -> date:
        return self._local(instant).date()

    def at(self, day: date, wall: time) -> datetime:
        """The UTC instant of a wall time; of one that comes twice the first.

        One that the clocks jump over is read as if they had not jumped yet.
        """
        return _instant(self.zone, day, wall)

    def is_business_day(self, day: date) -> bool:
        return day.weekday() in self.hours.weekdays and day not in self.holidays(day.year)

    def next_business_day(self, day: date) -> date:
        """The first one strictly after `day`."""
        return self._nearest_business_day(day, DAY)

    def previous_business_day(self, day: date) -> date:
        """The last one strictly before `day`."""
        return self._nearest_business_day(day, -DAY)

    def same_or_next_business_day(self, day: date) -> date:
        return day if self.is_business_day(day) else self.next_business_day(day)

    def business_day(self, day0: date, n: int) -> date:
        """The nth business day after `day0`, which itself never counts; `n` is at least 1."""
        if n < 1:
            raise ValueError("Business days are counted from 1.")
        day = day0
        for _ in range(n):
            day = self.next_business_day(day)
        return day

    def business_day_end(self, day0: date, n: int) -> datetime:
        """The end of the working hours on the nth business day after `day0`."""
        return self.at(self.business_day(day0, n), self.hours.end)

    def calendar_day(self, day0: date, n: int) -> date:
        """`n` calendar days after `day0`, moved to the next business day where it is none."""
        return self.same_or_next_business_day(day0 + n * DAY)

    def moved(self, due: datetime) -> datetime:
        """A due time outside the working hours goes to the `resume` hour that follows it.

        Both ends of the working hours count as inside.
        """
        local = self._local(due)
        day, wall = local.date(), local.time()
        if self.is_business_day(day):
            if self.hours.start <= wall <= self.hours.end:
                return local.astimezone(UTC)
            if wall < self.hours.start:
                return self.at(day, self.hours.resume)
        return self.at(self.next_business_day(day), self.hours.resume)

    def add_working(self, start: datetime, amount: timedelta) -> datetime:
        """The earliest instant with `amount` of working time since `start`; `start` for none."""
        if amount < _NO_TIME:
            raise ValueError("Working time is only counted forward.")
        reached = _utc(start)
        if amount == _NO_TIME:
            return reached
        day = self.same_or_next_business_day(self.local_date(reached))
        while True:
            opens, closes = self._working_window(day)
            reached = max(reached, opens)
            if reached + amount <= closes:
                return reached + amount
            amount -= max(closes - reached, _NO_TIME)
            day = self.next_business_day(day)

    def working_between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` to `end`, none where `end` is not later."""
        begun, ended = _utc(start), _utc(end)
        total = _NO_TIME
        if ended <= begun:
            return total
        day, last = self.local_date(begun), self.local_date(ended)
        while day <= last:
            if self.is_business_day(day):
                opens, closes = self._working_window(day)
                total += max(min(closes, ended) - max(opens, begun), _NO_TIME)
            day += DAY
        return total

    def worked_window(self, day: date) -> tuple[datetime, datetime]:
        """Where the working hours of a day begin and end: at one instant where there are none."""
        if self.is_business_day(day):
            return self._working_window(day)
        start = self.at(day, self.hours.start)
        return start, start

    def share_instant(self, start: datetime, due: datetime, share: Fraction) -> datetime | None:
        """The earliest instant when that share of the working time up to `due` is gone.

        None where there is no working time between them.
        """
        if not 0 < share <= 1:
            raise ValueError("A share is more than nothing and at most all.")
        total = self.working_between(start, due)
        if not total:
            return None
        return self.add_working(start, ceil(total // MICROSECOND * share) * MICROSECOND)

    def is_quiet(self, instant: datetime) -> bool:
        """Whether only answers to one's own act may be said: at night and on non-working days."""
        moment = _utc(instant)
        day = self.local_date(moment)
        if not self.is_business_day(day):
            return True
        begins, ends = self._loud_window(day)
        return not begins <= moment < ends

    def first_loud(self, instant: datetime) -> datetime:
        """The instant itself, or the end of the quiet hours it falls into."""
        moment = _utc(instant)
        if not self.is_quiet(moment):
            return moment
        return self._first_on_business_day(moment, self.quiet.end)

    def first_opening(self, instant: datetime) -> datetime:
        """The first start of the working hours on a business day at or after `instant`.

        Where work starts before the quiet hours end, it is the end of these.
        """
        return self._first_on_business_day(_utc(instant), self._opening)

    @property
    def summary_time(self) -> time:
        """When the person is told what waited for the morning: as they wish, else at the start."""
        return self._opening if self.morning is None else self.morning

    def first_morning(self, instant: datetime) -> datetime:
        """The first time for a summary on a business day at or after `instant`."""
        return self._first_on_business_day(_utc(instant), self.summary_time)

    def morning_after(self, instant: datetime) -> datetime:
        """The time for a summary on the next business day after that of `instant`."""
        return self.at(self.next_business_day(self.local_date(instant)), self.summary_time)

    def before_quiet(self, instant: datetime, not_before: datetime) -> datetime | None:
        """The instant itself, or 15 minutes before the quiet hours it falls into began.

        None where that is before `not_before`.
        """
        moment, earliest = _utc(instant), _utc(not_before)
        if self.is_quiet(moment):
            day = self.local_date(moment)
            if not self.is_business_day(day) or moment < self._loud_window(day)[0]:
                day = self.previous_business_day(day)
            opened, closed = self._loud_window(day)
            moment = max(closed - QUIET_LEAD, opened)
        return moment if moment >= earliest else None

    @property
    def _opening(self) -> time:
        return max(self.hours.start, self.quiet.end)

    def _local(self, instant: datetime) -> datetime:
        return _utc(instant).astimezone(self.zone)

    def _working_window(self, day: date) -> tuple[datetime, datetime]:
        return self.at(day, self.hours.start), self.at(day, self.hours.end)

    def _loud_window(self, day: date) -> tuple[datetime, datetime]:
        last = day if self.quiet.begin != _MIDNIGHT else day + DAY
        return self.at(day, self.quiet.end), self.at(last, self.quiet.begin)

    def _first_on_business_day(self, moment: datetime, wall: time) -> datetime:
        day = self.local_date(moment)
        if self.is_business_day(day) and self.at(day, wall) >= moment:
            return self.at(day, wall)
        return self.at(self.next_business_day(day), wall)

    def _nearest_business_day(self, day: date, step: timedelta) -> date:
        for _ in range(_LONGEST_CLOSURE):
            day += step
            if self.is_business_day(day):
                return day
        raise ValueError("This calendar has no business day within a year.")


class WorkedUntil:
    """Working time up to one instant, for many that ask since when: each day is looked at once."""

    def __init__(self, calendar: Calendar, end: datetime) -> None:
        self._calendar = calendar
        self._end = _utc(end)
        self._last = calendar.local_date(end)
        self._days: dict[date, tuple[datetime, datetime, timedelta]] = {}
        self._next, self._after = self._last, _NO_TIME

    def since(self, start: datetime) -> timedelta:
        """The same as `working_between` says."""
        begun = _utc(start)
        day = self._calendar.local_date(begun)
        if day > self._last:
            return _NO_TIME
        while self._next >= day:
            self._look_at(self._next)
        opens, closes, after = self._days[day]
        return after + max(closes - max(opens, begun), _NO_TIME)

    def _look_at(self, day: date) -> None:
        opens, closes = self._calendar.worked_window(day)
        closes = min(closes, self._end)
        self._days[day] = opens, closes, self._after
        self._after += max(closes - opens, _NO_TIME)
        self._next = day - DAY


# Whoever counts working time looks at the same days for every step of every handoff.
@lru_cache(maxsize=4096)
def _instant(zone: ZoneInfo, day: date, wall: time) -> datetime:
    return datetime.combine(day, wall, tzinfo=zone).astimezone(UTC)


def _utc(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError("An instant needs its zone; this one is naive.")
    # Two datetimes of one zone are compared and subtracted by their wall times, across a change of
    # the clocks too; in UTC they never are.
    return instant.astimezone(UTC)


def end_of_day(now: datetime, zone: str) -> datetime:
    """The last instant of the viewer's day, in UTC."""
    local = now.astimezone(ZoneInfo(zone))
    return datetime.combine(local.date(), time.max, tzinfo=ZoneInfo(zone)).astimezone(UTC)
