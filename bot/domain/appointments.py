"""Times that two people agree on: proposed by one, taken or answered with another by the other."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.domain.promises import Side
from bot.domain.worktime import DAY, Calendar

DEBRIEF_LENGTH = timedelta(minutes=45)
"""The longest that a debrief is meant to take."""
LONGEST_LINE = 300
"""Characters of what is said with another time."""
MOST_SUGGESTED = 3
SOON = timedelta(days=7)
"""How far ahead times are suggested where no due time ends it."""
AHEAD = timedelta(hours=1)
"""A time sooner than this is not suggested: the other one has to answer first."""
GRAIN = timedelta(minutes=30)
APART = timedelta(hours=2)
"""Two suggestions of one day lie at least this far from each other."""
WIDEST = (time(8), time(20))
"""Where the working hours of two people never meet, these hours of both may."""


class Talk(StrEnum):
    """What is agreed on."""

    DEBRIEF = "debrief"


@dataclass(frozen=True)
class Appointment:
    """Where two people are in agreeing on a time.

    A time that was agreed on holds until another one is.
    """

    turn: int = 0
    """How often a time was proposed: what a button or a form was drawn for."""
    proposed_at: datetime | None = None
    """The time that waits for an answer."""
    proposed_side: Side | None = None
    proposed_by: int | None = None
    agreed_at: datetime | None = None
    """The time that both said yes to."""
    agreed: int = 0
    """How often that was another one: the sequence number in a calendar."""

    @property
    def waits_for(self) -> Side | None:
        """Whose answer it waits for; None while no time is proposed."""
        if self.proposed_side is None:
            return None
        return Side.CSM if self.proposed_side is Side.AE else Side.AE

    @property
    def on_the_table(self) -> datetime | None:
        """The time that was named last, whether it was agreed on or not."""
        return self.proposed_at or self.agreed_at

    def proposing(self, at: datetime, *, side: Side, by: int) -> "Appointment":
        """The same with a time that waits for the other side."""
        return replace(self, turn=self.turn + 1, proposed_at=at, proposed_side=side, proposed_by=by)

    def agreeing(self) -> "Appointment":
        """The same once the proposed time is taken."""
        agreed = replace(self, agreed_at=self.proposed_at, agreed=self.agreed + 1)
        return replace(agreed, proposed_at=None, proposed_side=None, proposed_by=None)

    def keeping(self) -> "Appointment":
        """The same once another time was declined, or withdrawn: no button for that one works."""
        kept = replace(self, proposed_at=None, proposed_side=None, proposed_by=None)
        return replace(kept, turn=self.turn + 1)

    @property
    def called_off(self) -> int:
        """The sequence number of its end in a calendar."""
        return self.agreed + 1

    def of_others(self) -> "Appointment":
        """What is left of it for another CSM, with whom nothing was agreed: no old button works."""
        if not self.turn:
            return self
        agreed = self.called_off if self.agreed_at is not None else self.agreed
        return Appointment(turn=self.turn + 1, agreed=agreed)


@dataclass(frozen=True)
class TalkForm:
    """What somebody sees who names a time."""

    handoff_id: int
    account: str
    talk: Appointment
    other: str
    """The name of the one they talk with."""
    zone: str
    """The reader's own."""
    other_zone: str
    taking: datetime | None = None
    """The other one's proposal, where the reader's answer is waited for."""
    suggested: tuple[datetime, ...] = ()
    until: datetime | None = None
    """When the debrief is to be over; None before the signature."""
    overdue: bool = False
    """Whether that has passed."""
    keeping: datetime | None = None
    """The time that was agreed on, where the other one's proposal to move it waits."""
    first: bool = True
    """Whether it is the first time that is named, which nobody has to explain."""


@dataclass(frozen=True)
class CalendarEntry:
    """An agreed time as a calendar has it; nothing of the deal but whose it is."""

    uid: str
    """The same for every version of it."""
    sequence: int
    starts: datetime
    ends: datetime
    off: bool = False
    """Whether it is to be taken out of the calendar."""


def suggestions(
    one: Calendar,
    other: Calendar,
    *,
    now: datetime,
    until: datetime,
    length: timedelta = DEBRIEF_LENGTH,
) -> tuple[datetime, ...]:
    """Up to three starts that suit both, in order, each over by `until`.

    They lie in the working hours of both; where these never meet, within 08:00 to 20:00 of both;
    else there are none. Only business days of both count, each by the date it is there.
    """
    for hours in (None, WIDEST):
        starts = _spread(list(_starts(one, other, hours, now=now, until=until, length=length)), one)
        if starts:
            return starts
    return ()


def without_leave(calendar: Calendar, now: datetime, until: date) -> Calendar:
    """The same of somebody who is away, with no business day until they are back."""
    first = calendar.local_date(now)
    away = frozenset(first + number * DAY for number in range((until - first).days + 1))
    return replace(calendar, holidays=lambda year: calendar.holidays(year) | away)


def _starts(
    one: Calendar,
    other: Calendar,
    hours: tuple[time, time] | None,
    *,
    now: datetime,
    until: datetime,
    length: timedelta,
) -> Iterator[datetime]:
    """Every start on the half hour that suits both and ends by `until`."""
    first, last = one.local_date(now), one.local_date(until)
    for days in range((last - first).days + 1):
        begins, ends = _window(one, first + days * DAY, hours)
        at = one.at(first + days * DAY, (hours or (one.hours.start, one.hours.end))[0])
        while at + length <= ends:
            if at >= max(begins, now + AHEAD) and at + length <= until:
                opens, closes = _window(other, other.local_date(at), hours)
                if opens <= at and at + length <= closes:
                    yield at
            at += GRAIN


def _window(
    calendar: Calendar, day: date, hours: tuple[time, time] | None
) -> tuple[datetime, datetime]:
    """From when to when somebody can be asked on a day: for no time at all on one off."""
    begin, end = hours or (calendar.hours.start, calendar.hours.end)
    starts = calendar.at(day, begin)
    return starts, calendar.at(day, end) if calendar.is_business_day(day) else starts


def _spread(starts: list[datetime], calendar: Calendar) -> tuple[datetime, ...]:
    """The first of each day, and where there are too few days later ones of the same."""
    chosen: list[datetime] = []
    for same_day in (False, True):
        for at in starts:
            days = {calendar.local_date(one) for one in chosen}
            apart = all(abs(at - one) >= APART for one in chosen)
            free = apart if same_day else calendar.local_date(at) not in days
            if free and len(chosen) < MOST_SUGGESTED:
                chosen.append(at)
    return tuple(sorted(chosen))
