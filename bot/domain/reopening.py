"""A cancelled handoff is opened again after its cancellation can be undone no more."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from bot.domain import access
from bot.domain.access import Act
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import LONGEST_REASON, Handoff, State
from bot.domain.history import Fact, Tag, instant_text
from bot.domain.people import Person


class Booked(StrEnum):
    """What had a time, and is to be booked anew; by this name it stands in the history."""

    BRIEFING = "briefing"
    KICKOFF = "kickoff"


def require_to_reopen(handoff: Handoff, *, by: Person) -> None:
    """Raise NotAllowed for who may not open it again, Conflict for one that is not cancelled."""
    access.require(Act.REOPEN, by, handoff)
    if handoff.state is not State.CANCELLED:
        raise Conflict(Problem.NOT_CANCELLED if handoff.open else handoff.why_over)


def reopen(handoff: Handoff, reason: str, *, by: Person, at: datetime) -> None:
    """Go on with it: what is still open has its own window from now on, what was done stays done.

    A time that was still to come fell with the cancellation and was taken out of calendars: the
    debrief is to be agreed on anew, briefing call and kickoff are to be booked anew. Raises what
    `require_to_reopen` does, and Invalid without a reason.
    """
    require_to_reopen(handoff, by=by)
    text = reason.strip()
    if not text:
        raise Invalid(Problem.EMPTY, field="reason")
    if len(text) > LONGEST_REASON:
        raise Invalid(Problem.TOO_LONG, field="reason", facts={"most": str(LONGEST_REASON)})
    since, agreed = handoff.cancelled_at or at, handoff.debrief_talk.agreed_at
    handoff.state, handoff.cancelled_at = State.OPEN, None
    handoff.path = replace(handoff.path, reopened_at=at)
    if agreed is not None and agreed > since and handoff.debrief.recorded_at is None:
        handoff.debrief_talk = handoff.debrief_talk.of_others()
    facts: dict[str, Fact] = {"cancelled_at": instant_text(since)}
    facts |= {booked.value: instant_text(fell) for booked, fell in _fall(handoff, since).items()}
    handoff.note(Tag.REOPENED, facts, {"reason": text}, by=by, at=at)


def _fall(handoff: Handoff, since: datetime) -> dict[Booked, datetime]:
    """Nothing is booked any more for a time after the cancellation; gives what was.

    Before it, it may have been held, and only nobody recorded it.
    """
    fell: dict[Booked, datetime] = {}
    call, kickoff = handoff.briefing.at, handoff.kickoff.at
    if call is not None and call > since and handoff.briefing.recorded_at is None:
        fell[Booked.BRIEFING] = call
        handoff.briefing = handoff.briefing.called_off()
    if kickoff is not None and kickoff > since and handoff.kickoff_held_at is None:
        fell[Booked.KICKOFF] = kickoff
        handoff.kickoff = handoff.kickoff.called_off()
    return fell
