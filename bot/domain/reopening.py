"""A cancelled handoff is opened again after its cancellation can be undone no more."""

from dataclasses import replace
from datetime import datetime

from bot.domain import access
from bot.domain.access import Act
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import LONGEST_REASON, Handoff, State
from bot.domain.history import Fact, Tag, instant_text
from bot.domain.people import Person


def require_to_reopen(handoff: Handoff, *, by: Person) -> None:
    """Raise NotAllowed for who may not open it again, Conflict for one that is not cancelled."""
    access.require(Act.REOPEN, by, handoff)
    if handoff.state is not State.CANCELLED:
        raise Conflict(Problem.NOT_CANCELLED if handoff.open else handoff.why_over)


def reopen(handoff: Handoff, reason: str, *, by: Person, at: datetime) -> None:
    """Go on with it: what is still open has its own window from now on, what was done stays done.

    A time of the debrief that was agreed on and still to come was taken out of calendars with the
    cancellation, so that it is to be agreed on anew. Raises what `require_to_reopen` does, and
    Invalid without a reason.
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
    handoff.note(Tag.REOPENED, facts, {"reason": text}, by=by, at=at)
