"""What people do about the briefing call: book it, do without, record it, lift the hold."""

from datetime import UTC, datetime

from bot.domain import access
from bot.domain.access import Act
from bot.domain.briefing import BriefingCall
from bot.domain.errors import Conflict, Invalid, NotAllowed, Problem
from bot.domain.handoff import CLOCK_SLACK, FARTHEST_AHEAD, LONGEST_REASON, Handoff
from bot.domain.history import Fact, Tag, instant_text
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.steps import call_required, intro_waits_for_call


def require(act: Act, by: Person, handoff: Handoff) -> None:
    """Raise NotAllowed or Invalid unless there are two who could talk, and this person may act."""
    access.require(act, by, handoff)
    if not handoff.open:
        raise Invalid(handoff.why_over)
    if handoff.signed_at is None:
        raise Invalid(Problem.NOT_SIGNED)
    if handoff.csm_id is None:
        raise Invalid(Problem.NOT_ASSIGNED)


def skips(by: Person, handoff: Handoff, policy: Policy) -> bool:
    """Whether a person may say now that writing is enough."""
    held, side = handoff.briefing.recorded_at is not None, access.side_of(by, handoff)
    if side is None or held or call_required(handoff, handoff.size(policy)):
        return False
    said = handoff.briefing.without_at(side) is not None
    return not said and access.may(Act.SKIP_BRIEFING, by, handoff)


def book(handoff: Handoff, wanted: datetime, *, by: Person, at: datetime, reason: str = "") -> None:
    """Record when the call is to be, again where it moved.

    Raises Invalid for a time that has passed or is more than a year away, Conflict for the one
    that is recorded already.
    """
    require(Act.BOOK_BRIEFING, by, handoff)
    wanted, before = wanted.astimezone(UTC), handoff.briefing.at
    if wanted == before:
        raise Conflict(Problem.ALREADY_DONE, field="briefing_at")
    if wanted <= at:
        raise Invalid(Problem.TIME_PAST, field="briefing_at")
    if wanted > at + FARTHEST_AHEAD:
        raise Invalid(Problem.TOO_FAR_AHEAD, field="briefing_at")
    values = handoff.reason_for(Act.BOOK_BRIEFING, by, reason)
    asked = handoff.verification.call_asked_at
    handoff.briefing = handoff.briefing.booked(wanted, at, asked=asked)
    facts: dict[str, Fact] = {
        "at": instant_text(wanted),
        "before": instant_text(before) if before is not None else None,
    }
    handoff.note(Tag.BRIEFING_BOOKED, facts, values, by=by, at=at)


def do_without(handoff: Handoff, *, by: Person, at: datetime, policy: Policy) -> None:
    """A side says that what is written is enough; both have to.

    Raises Invalid where a call is required, Conflict where they said so or it was held.
    """
    require(Act.SKIP_BRIEFING, by, handoff)
    if call_required(handoff, handoff.size(policy)):
        raise Invalid(Problem.CALL_IS_REQUIRED)
    side = access.side_of(by, handoff)
    if side is None:
        raise NotAllowed(Problem.NOT_YOUR_TURN, whose=access.whose(Act.SKIP_BRIEFING, handoff))
    if handoff.briefing.recorded_at is not None or handoff.briefing.without_at(side) is not None:
        raise Conflict(Problem.ALREADY_DONE)
    handoff.briefing = handoff.briefing.doing_without(side, at)
    facts: dict[str, Fact] = {"side": side.value, "both": handoff.briefing.without is not None}
    handoff.note(Tag.BRIEFING_SKIPPED, facts, by=by, at=at)


def checked_call(call: BriefingCall, handoff: Handoff, *, at: datetime) -> BriefingCall:
    """The same in UTC; raises Invalid with its field for a call that cannot have been held so."""
    held_at = call.held_at.astimezone(UTC)
    if held_at > at + CLOCK_SLACK:
        raise Invalid(Problem.NOT_YET_HELD, field="held_at")
    if handoff.signed_at is not None and held_at < handoff.signed_at:
        raise Invalid(Problem.HELD_BEFORE_SIGNATURE, field="held_at")
    return call.model_copy(update={"held_at": held_at}).checked()


def record(
    handoff: Handoff,
    call: BriefingCall,
    *,
    revision: int,
    by: Person,
    at: datetime,
    reason: str = "",
) -> None:
    """The call was held, stored as a document's `revision`; once more where that was wrong.

    It ends the hold on the intro. A manager who records it for the two gives a reason. Raises
    Invalid for the debrief in its place where none was held.
    """
    require(Act.HOLD_BRIEFING, by, handoff)
    if call.debrief and handoff.debrief.recorded_at is None:
        raise Invalid(Problem.NO_DEBRIEF_HELD, field="stands_for")
    values = handoff.reason_for(Act.HOLD_BRIEFING, by, reason)
    asked, held = handoff.verification.call_asked_at, handoff.intro_held
    facts: dict[str, Fact] = {
        "revision": revision,
        "held_at": instant_text(call.held_at),
        "minutes": call.minutes,
        "unread": list(call.unread),
        "debrief": call.debrief,
        "again": handoff.briefing.recorded(asked) is not None,
    }
    handoff.briefing = handoff.briefing.held(call, at, asked=asked)
    handoff.note(Tag.BRIEFING_HELD, facts, values, by=by, at=at)
    if held and not handoff.intro_held:
        handoff.note(Tag.INTRO_FREE, {"by": "call"}, by=None, at=at)


def lift_hold(handoff: Handoff, reason: str, *, by: Person, at: datetime, policy: Policy) -> None:
    """The CS manager lets the intro go out without the call it waits for, which stays owed.

    Raises Conflict where it waits for none.
    """
    require(Act.LIFT_HOLD, by, handoff)
    if not intro_waits_for_call(handoff, handoff.size(policy)):
        raise Conflict(Problem.NOTHING_HELD)
    text = reason.strip()
    if not text:
        raise Invalid(Problem.EMPTY, field="reason")
    if len(text) > LONGEST_REASON:
        raise Invalid(Problem.TOO_LONG, field="reason", facts={"most": str(LONGEST_REASON)})
    handoff.briefing = handoff.briefing.lifting(at)
    handoff.note(Tag.HOLD_LIFTED, {}, {"reason": text}, by=by, at=at)
