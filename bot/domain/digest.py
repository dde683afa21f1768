"""What the clock tells one person at one time: together where it coincides, and never too often.

Rules: the process's *Nudges*. The numbers are the policy's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.domain.deadlines import Deadline, DeadlineState, Spoken, Step, settle
from bot.domain.nudging import Stage, StagePlan
from bot.domain.policy import Nudges
from bot.domain.worktime import Calendar

LATE = frozenset({Stage.LATE, Stage.LATE_MANAGER})
_HOUR = timedelta(hours=1)
BELATED = _HOUR
"""What the clock said so long ago and nobody read yet is told in a summary of what is now."""


@dataclass(frozen=True)
class Word:
    """One thing the clock says to somebody: of which handoff, which step, and why now."""

    handoff_id: int
    step: Step
    stage: Stage
    subject: int = 0
    """The number of the promise it is about; 0 for what is about the handoff as a whole."""

    @property
    def late(self) -> bool:
        """Whether it says that something is late."""
        return self.stage in LATE


@dataclass(frozen=True)
class Day:
    """How often the clock has spoken to a person on one of their days, and when it sums up."""

    on: date | None = None
    told: int = 0
    digest_at: datetime | None = None

    def count(self, on: date) -> int:
        """How often it was on that day."""
        return self.told if self.on == on else 0


@dataclass(frozen=True)
class Offer:
    """What one deadline has to say to the person, by different horizons."""

    handoff_id: int
    deadline: Deadline
    soon: Spoken
    """Within the time in which two notices become one."""
    hour: Spoken
    """Within the hour: those late under a manager are told in one message."""


@dataclass(frozen=True)
class Round:
    """What is told in one message, and when; `settled` are the deadlines with it noted."""

    words: tuple[Word, ...]
    at: datetime
    settled: tuple[tuple[int, Deadline], ...]
    sums_up: bool = False
    """Whether the summary of the morning is in it."""


def horizon(now: datetime, nudges: Nudges) -> datetime:
    """Up to when something that is due later may be told along with what is due now."""
    return now + timedelta(minutes=nudges.together_minutes)


def hour_end(now: datetime, calendar: Calendar) -> datetime:
    """The end of the hour of the reader's clock, a moment before the next begins."""
    local = now.astimezone(calendar.zone)
    begun = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return now - begun + _HOUR - timedelta(microseconds=1)


def gather(offers: Sequence[Offer], day: Day, *, now: datetime, nudges: Nudges) -> list[Round]:
    """What is due for a person with what falls due so soon that it goes along; none for nothing.

    Each goes when the last of it is due. What is late under a manager within the hour is a message
    of its own where some of it comes later than that: nothing else waits for it.
    """
    sums_up = day.digest_at is not None and day.digest_at <= now
    if not sums_up and not any(offer.soon.due(now) for offer in offers):
        return []
    at = now
    if day.digest_at is not None and day.digest_at <= horizon(now, nudges):
        sums_up = True
        at = max(at, day.digest_at)
    hourly = any(_due_late(offer.soon.plan, now) for offer in offers) and any(
        offer.soon.plan is None and _is_late_manager(offer.hour.plan) for offer in offers
    )
    if not hourly or sums_up:
        return [_round([(one, one.soon) for one in offers], at, sums_up=sums_up)]
    of_the_hour = [one for one in offers if _is_late_manager(one.hour.plan)]
    rest = [(one, one.soon) for one in offers if not _is_late_manager(one.hour.plan)]
    rounds = [_round(rest, at, sums_up=False)] if any(said.due(now) for _, said in rest) else []
    return [*rounds, _round([(one, one.hour) for one in of_the_hour], at, sums_up=False)]


def _round(said: Sequence[tuple[Offer, Spoken]], at: datetime, *, sums_up: bool) -> Round:
    words: list[Word] = []
    settled: list[tuple[int, Deadline]] = []
    for offer, spoken in said:
        over = {plan.stage for plan in spoken.over}
        told = {spoken.plan.stage} if spoken.plan is not None else set[Stage]()
        if spoken.plan is not None:
            at = max(at, spoken.plan.at)
            words.append(_word(offer.handoff_id, offer.deadline, spoken.plan.stage))
        if told or over:
            settled.append((offer.handoff_id, settle(offer.deadline, said=told, over=over)))
    return Round(tuple(words), at, tuple(settled), sums_up)


def _due_late(plan: StagePlan | None, now: datetime) -> bool:
    return plan is not None and plan.stage is Stage.LATE_MANAGER and plan.at <= now


def _is_late_manager(plan: StagePlan | None) -> bool:
    return plan is not None and plan.stage is Stage.LATE_MANAGER


def fits(day: Day, at: datetime, calendar: Calendar, nudges: Nudges) -> bool:
    """Whether the clock may speak to them once more that day.

    The summary of the same day has its place kept.
    """
    on = calendar.local_date(at)
    ahead = day.digest_at is not None and calendar.local_date(day.digest_at) == on
    kept = 1 if ahead and day.digest_at is not None and day.digest_at > at else 0
    return day.count(on) < nudges.most_a_day - kept


def counted(day: Day, at: datetime, calendar: Calendar) -> Day:
    """The day with one more message at `at`."""
    on = calendar.local_date(at)
    return replace(day, on=on, told=day.count(on) + 1)


def summed_up(
    handoff_id: int,
    deadline: Deadline,
    reader_id: int,
    *,
    at: datetime,
    calendar: Calendar,
    nudges: Nudges,
) -> Word | None:
    """What the summary says of a late step to who owes it or to their manager; None for nothing.

    The owner hears of it on so many mornings after they heard that it is late, the manager for as
    long as it is.
    """
    if deadline.state is not DeadlineState.OPEN or not deadline.late_at(at):
        return None
    if deadline.manager_id == reader_id and Stage.LATE_MANAGER in deadline.said:
        return _word(handoff_id, deadline, Stage.LATE_MANAGER)
    # A snooze may have passed over the notice itself; the mornings count from it all the same.
    if deadline.reader_id != reader_id or Stage.LATE not in deadline.said | deadline.passed:
        return None
    if deadline.snoozed_until is not None and at < deadline.snoozed_until:
        return None
    if deadline.told_id == reader_id:
        # Told in the owner's place, a manager hears of it for as long as it is late.
        return _word(handoff_id, deadline, Stage.LATE)
    told_at = next((plan.at for plan in deadline.stages if plan.stage is Stage.LATE), None)
    if told_at is None:
        return None
    last = calendar.business_day(calendar.local_date(told_at), nudges.mornings)
    if calendar.local_date(at) > last:
        return None
    return _word(handoff_id, deadline, Stage.LATE)


def _word(handoff_id: int, deadline: Deadline, stage: Stage) -> Word:
    return Word(handoff_id, deadline.step, stage, deadline.subject)


def next_digest(
    words: Iterable[Word], day: Day, at: datetime, calendar: Calendar, *, sums_up: bool
) -> datetime | None:
    """When the clock sums up next for them, once a message went at `at`.

    What is late is told again in the morning of the next business day.
    """
    ahead = None if sums_up else day.digest_at
    if not any(word.late for word in words):
        return ahead
    morning = calendar.morning_after(at)
    return morning if ahead is None else min(ahead, morning)


def moved_to(day: Day, now: datetime, calendar: Calendar) -> Day:
    """The day of a person who wants their summaries at another time from now on."""
    if day.digest_at is None:
        return day
    begins = calendar.at(calendar.local_date(day.digest_at), time())
    return replace(day, digest_at=calendar.first_morning(max(now, begins)))


def put_off(day: Day, at: datetime, calendar: Calendar) -> Day:
    """The day where what is over its measure waits for the next summary.

    One that is ahead has its place kept; else it is that of the next business day, for another
    message today would be over the measure as well.
    """
    morning = calendar.morning_after(at)
    ahead = day.digest_at
    return replace(day, digest_at=morning if ahead is None else min(ahead, morning))
