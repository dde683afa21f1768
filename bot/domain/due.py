"""When a step is due, as small values: the rules that the table of steps is written in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from bot.domain.policy import Clocks, Tier
from bot.domain.worktime import Calendar

HOUR = timedelta(hours=1)
Number = Callable[[Clocks], int]
"""A number of the policy."""


@dataclass(frozen=True)
class Facts:
    """What due times follow from; `calendar` is of whose business days are counted."""

    signed_at: datetime
    learned_at: datetime
    day0: date
    """The date of the signature in the AE's zone."""
    calendar: Calendar
    clocks: Clocks
    tier: Tier = Tier.FULL
    call_required: bool = False
    assigned_at: datetime | None = None
    booked_on: date | None = None
    """The day the kickoff is booked for."""
    booked_at: datetime | None = None
    """The instant it is booked for."""
    offered_at: datetime | None = None
    """The earliest slot offered to a customer who wanted the kickoff later than that."""
    held_on: date | None = None
    """The day the kickoff was held on."""
    contacted: bool = False
    """Whether the customer heard from us before the intro."""
    added_at: datetime | None = None
    """When the deal got this step, where that was after the signature: its window starts there."""
    reopened_at: datetime | None = None
    """When the deal was opened again after a cancellation, where the step was open then."""

    @property
    def start(self) -> datetime:
        """Where the hours of a step are counted from."""
        return self.signed_at if self.added_at is None else max(self.signed_at, self.added_at)

    @property
    def first_day(self) -> date:
        """The day after which the business days of a step are counted."""
        if self.added_at is None:
            return self.day0
        return max(self.day0, self.calendar.local_date(self.added_at))

    def business_day(self, number: Number) -> date:
        """The business day with that number of the policy."""
        return self.calendar.business_day(self.first_day, number(self.clocks))

    def end_of(self, day: date) -> datetime:
        """The end of the working hours of a day."""
        return self.calendar.at(day, self.calendar.hours.end)

    def latest_kickoff_on(self) -> date:
        """The last day on which a kickoff is in time."""
        return self.business_day(lambda c: c.kickoff_latest_day)

    def kickoff_due_on(self) -> date:
        """The day the kickoff is due on."""
        clocks, calendar = self.clocks, self.calendar
        latest = self.latest_kickoff_on()
        if self.tier is Tier.LIGHT:
            return latest
        hours_later = calendar.local_date(self.start + clocks.kickoff * HOUR)
        days = [
            calendar.same_or_next_business_day(hours_later),
            self.business_day(lambda c: c.kickoff_day),
        ]
        if self.assigned_at is not None:
            after = clocks.kickoff_after_assignment
            if self.call_required:
                after = clocks.kickoff_after_assignment_call
            days.append(calendar.business_day(calendar.local_date(self.assigned_at), after))
        return min(max(days), latest)

    def kickoff_on(self) -> date:
        """The day of the kickoff as far as it is known: held, booked, else when it is due."""
        return self.held_on or self.booked_on or self.kickoff_due_on()


@dataclass(frozen=True)
class Due:
    """A due time by the table, as it is counted and as it was moved into working hours."""

    raw: datetime
    at: datetime


class DueRule(Protocol):
    """One rule of the table."""

    def due(self, facts: Facts, /) -> Due | None:
        """When a step is due by it; None where it only has a window of its own."""
        ...


@dataclass(frozen=True)
class AtSignature:
    """With the signature it is done or missed: no clock of the table runs for it."""

    def due(self, facts: Facts) -> Due | None:
        """The signature."""
        return Due(facts.signed_at, facts.signed_at)


@dataclass(frozen=True)
class HoursAfter:
    """So many hours after the signature, nights and weekends counted, then moved."""

    hours: Number

    def due(self, facts: Facts) -> Due | None:
        """Moved to the next working time where it lies outside."""
        raw = facts.start + self.hours(facts.clocks) * HOUR
        return Due(raw, facts.calendar.moved(raw))


@dataclass(frozen=True)
class MessageHours:
    """The hours of the handoff message: whatever the hour, and never moved."""

    def due(self, facts: Facts) -> Due | None:
        """Of a signature learned late an hour from when the bot first learned it.

        In a deal that was opened again there are all of them once more.
        """
        clocks = facts.clocks
        window = clocks.message * HOUR
        known_after = facts.learned_at - facts.signed_at
        if known_after > clocks.message_learned_late_after * HOUR:
            window = known_after + clocks.message_learned_late * HOUR
        raw = facts.signed_at + window
        again = facts.reopened_at
        return Due(raw, raw if again is None else max(raw, again + clocks.message * HOUR))


@dataclass(frozen=True)
class OwnWindow:
    """No time of the table: it is due when its own window is over."""

    def due(self, _facts: Facts, /) -> Due | None:
        """None."""
        return None


@dataclass(frozen=True)
class BeforeKickoff:
    """The end of the business day before the kickoff."""

    latest_day: Number | None = None
    """The business day after which it is late, however late the kickoff is."""

    def due(self, facts: Facts) -> Due | None:
        """Before the booked day, or until one is booked before the day it is due on."""
        day = facts.calendar.previous_business_day(facts.kickoff_on())
        if self.latest_day is not None:
            day = min(day, facts.business_day(self.latest_day))
        return Due(facts.end_of(day), facts.end_of(day))


@dataclass(frozen=True)
class FirstContact:
    """So many hours after the signature, for as long as the customer has heard nothing from us."""

    hours: Number

    def due(self, facts: Facts) -> Due | None:
        """After another first contact before the kickoff, as no invitation goes out sooner."""
        first = HoursAfter(self.hours).due(facts)
        before = BeforeKickoff().due(facts) if facts.contacted else None
        if first is None or before is None:
            return first
        return max(first, before, key=lambda due: due.at)


@dataclass(frozen=True)
class KickoffDay:
    """The kickoff's own rule: early in the next week after a Friday, never past a day."""

    def due(self, facts: Facts) -> Due | None:
        """The end of its day, which is due whatever was booked.

        A customer who was offered a time by then, and wanted a later one, moves it to theirs.
        """
        end = facts.end_of(facts.kickoff_due_on())
        offered = facts.offered_at is not None and facts.offered_at <= end
        if offered and facts.booked_on is not None:
            return Due(end, max(end, facts.end_of(facts.booked_on)))
        return Due(end, end)


@dataclass(frozen=True)
class KickoffPrep:
    """An hour of the last business day before the kickoff whose morning leaves a day until then."""

    def due(self, facts: Facts) -> Due | None:
        """Before the booked time, or until one is booked before the end of the day it is due on."""
        calendar, clocks = facts.calendar, facts.clocks
        starts = facts.booked_at or facts.end_of(facts.kickoff_due_on())
        latest = starts - clocks.prep_before * HOUR
        day = calendar.previous_business_day(calendar.local_date(starts))
        while calendar.at(day, calendar.hours.start) > latest:
            day = calendar.previous_business_day(day)
        at = calendar.at(day, time(clocks.prep_hour))
        return Due(at, at)


@dataclass(frozen=True)
class AfterKickoff:
    """The end of a business day, or of one counted from the kickoff where that is later."""

    day: Number
    after: Number

    def due(self, facts: Facts) -> Due | None:
        """Counted from when it was held; until then from its booked or its due day."""
        after = facts.calendar.business_day(facts.kickoff_on(), self.after(facts.clocks))
        end = facts.end_of(max(facts.business_day(self.day), after))
        return Due(end, end)


@dataclass(frozen=True)
class CalendarDay:
    """The end of a calendar day after day 0, moved to a business day; it opens shortly before."""

    day: Number

    def due(self, facts: Facts) -> Due | None:
        """Of a step added later never sooner than it would have been open for."""
        day = self._day(facts)
        if facts.added_at is not None:
            day = max(day, facts.business_day(lambda c: c.review_opens))
        return Due(facts.end_of(day), facts.end_of(day))

    def opens(self, facts: Facts) -> datetime:
        """When it stops waiting: the start of a business day before its day."""
        day = self._day(facts)
        for _ in range(facts.clocks.review_opens):
            day = facts.calendar.previous_business_day(day)
        return facts.calendar.at(day, facts.calendar.hours.start)

    def _day(self, facts: Facts) -> date:
        return facts.calendar.calendar_day(facts.day0, self.day(facts.clocks))


def opens(rule: DueRule, facts: Facts) -> datetime | None:
    """When a step opens by time alone; None for one that does not."""
    return rule.opens(facts) if isinstance(rule, CalendarDay) else None
