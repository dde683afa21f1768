"""Deals that the bot is told of long after they were signed: two dates count, and no clock runs.

Rules: the process's *Other paths*. The dates are the commitment, by which the brief is past its
gate, and the day the CSM names for the kickoff.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.domain.deadlines import Deadline, DeadlineState
from bot.domain.handoff import Handoff
from bot.domain.history import Fact, Tag
from bot.domain.nudging import reminders
from bot.domain.ports import CalendarOf
from bot.domain.steps import Step
from bot.domain.worktime import Calendar

BACKFILLED_AFTER = 5
"""Business days of the AE after the signature, from the end of which on it is told of too late."""
BACKFILLED_WITHIN = timedelta(days=7)
"""How far ahead the commitment of such a deal may lie."""


def in_retrospect(signed_at: datetime, *, told_at: datetime, ae: Calendar) -> bool:
    """Whether a deal that was signed then and is first told of at `told_at` is a backfilled one."""
    return told_at > ae.business_day_end(ae.local_date(signed_at), BACKFILLED_AFTER)


def weigh_backfill(handoff: Handoff, ae: Calendar, *, at: datetime) -> None:
    """Note whether a handoff is a backfilled one, by the signature as it is known now.

    It is told of when it begins: a signature that is recorded late in one that had begun makes
    none of it. A corrected signature weighs anew.
    """
    signed_at = handoff.signed_at
    found = signed_at is not None and in_retrospect(signed_at, told_at=handoff.started_at, ae=ae)
    if found is (handoff.backfilled_at is not None):
        return
    handoff.backfilled_at = at if found else None
    facts: dict[str, Fact] = {"backfilled": found}
    handoff.note(Tag.BACKFILLED, facts, by=None, at=at)


@dataclass(frozen=True)
class TwoDates:
    """What counts in a backfilled handoff."""

    brief_on: date | None
    """The day of the commitment."""
    kickoff_at: datetime | None
    """None until the CSM names it."""


def two_dates(handoff: Handoff) -> TwoDates | None:
    """The dates that count; None where clocks run."""
    if handoff.backfilled_at is None:
        return None
    named = kickoff_named(handoff)
    return TwoDates(handoff.commitment_on, named[0] if named is not None else None)


def brief_day(handoff: Handoff) -> date | None:
    """The day by which the brief is to be past its gate; None for one that was sent back."""
    return None if handoff.verification.with_ae else handoff.commitment_on


def kickoff_named(handoff: Handoff) -> tuple[datetime, datetime | None] | None:
    """When the kickoff is to be, as somebody named it, and since when that is so."""
    kickoff, named = handoff.kickoff, handoff.kickoff_proposed_at
    if kickoff.at is not None:
        return kickoff.at, kickoff.set_at
    return (named, None) if named is not None else None


def without_clocks(
    handoff: Handoff, owed: Sequence[Deadline], calendar_of: CalendarOf
) -> list[Deadline]:
    """What a handoff owes; of a backfilled one everything is still to be done, by no due time.

    Only the two dates are reminded of, and nothing is ever late.
    """
    if handoff.backfilled_at is None:
        return [*owed]
    return [_without_clock(handoff, one, calendar_of) for one in owed]


def _without_clock(handoff: Handoff, owed: Deadline, calendar_of: CalendarOf) -> Deadline:
    if owed.state is not DeadlineState.OPEN:
        return owed
    owner_id, reader_id = owed.owner_id, owed.reader_id
    named = None
    if owner_id is not None:
        named = _named(handoff, owed, calendar_of(owner_id, owed.zone))
    if named is None or reader_id is None:
        return replace(owed, state=DeadlineState.UNTIMED, stages=())
    due, since = named
    start = max(at for at in (owed.start_at, owed.owned_at, since) if at is not None)
    reader = calendar_of(reader_id, None)
    told = reminders(owner=reader, start=start, due=due, raw_window=due - start)
    return replace(
        owed,
        state=DeadlineState.AGREED,
        start_at=start,
        raw_due_at=due,
        due_at=due,
        stages=tuple(told),
    )


def _named(
    handoff: Handoff, owed: Deadline, owner: Calendar
) -> tuple[datetime, datetime | None] | None:
    """The end of the day that somebody named for a step, and since when; None for no such day."""
    if owed.start_at is None or owed.subject:
        return None
    day, since = None, None
    if owed.step is Step.BRIEF:
        day = brief_day(handoff)
    elif owed.step is Step.KICKOFF and (named := kickoff_named(handoff)) is not None:
        day, since = owner.local_date(named[0]), named[1]
    return (owner.at(day, owner.hours.end), since) if day is not None else None
