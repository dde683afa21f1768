"""Getting ready for the kickoff: what each side says it did, and what is missing for it.

Rules: the process's *Kickoff* and *Soft and hard*. Nothing here stops a kickoff.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from bot.domain import access
from bot.domain.access import Act, Audience, Capacity
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.kickoff_booking import joint
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.promises import Side


class Missing(StrEnum):
    """What a kickoff should not begin without."""

    READ = "read"
    """The CSM has not acknowledged, checked and restated the brief."""
    MATCH = "match"
    """No restatement matches."""
    PLAN = "plan"
    """The red flags need a joint plan, and there is none; only for who may read the checks."""
    DEBRIEF = "debrief"
    LEDGER = "ledger"
    """An initial is missing in it."""
    DISPUTE = "dispute"
    """A promise is disputed."""


def missing(
    handoff: Handoff, *, audiences: Collection[Audience], by: datetime | None = None
) -> tuple[Missing, ...]:
    """What is missing of it, as one reader may know it; `by`: what was at an instant."""

    def lacks(done: datetime | None) -> bool:
        return done is None or (by is not None and done > by)

    reading, signing = handoff.verification, handoff.signing
    plan = reading.plan_needed and lacks(reading.plan_at)
    initials = [signing.ae_at, signing.csm_at]
    lacking = {
        Missing.READ: lacks(handoff.read_at()),
        Missing.MATCH: lacks(reading.matched_at),
        Missing.PLAN: plan and Audience.RECORDS in audiences,
        Missing.DEBRIEF: lacks(handoff.debrief.done_at),
        Missing.LEDGER: any(lacks(one) for one in initials),
        Missing.DISPUTE: bool(signing.disputed),
    }
    return tuple(one for one, lacked in lacking.items() if lacked)


def side_for(person: Person, handoff: Handoff) -> Side | None:
    """For which side somebody says that it is prepared: their own, or the one they manage."""
    own, held = access.side_of(person, handoff), access.capacities(person, handoff)
    if own is not None:
        return own
    if Capacity.CS_MANAGER in held:
        return Side.CSM
    return Side.AE if Capacity.AE_MANAGER in held else None


def prepares(person: Person, handoff: Handoff, policy: Policy) -> Side | None:
    """For which side a person may say now that it is prepared; None where for none."""
    side = side_for(person, handoff)
    if side is None or not access.may(Act.PREPARE_KICKOFF, person, handoff):
        return None
    ahead = handoff.can_be_held and handoff.kickoff_held_at is None
    ours = side is Side.CSM or joint(handoff, policy)
    return side if ahead and ours and handoff.kickoff.prepared_at(side) is None else None


def prepare(
    handoff: Handoff, *, by: Person, at: datetime, policy: Policy, reason: str = ""
) -> None:
    """A side says that it is prepared: the CSM has read the brief, the AE has their part.

    A manager who says it for one of them gives a reason. Raises Invalid for an AE who has no part
    in it and without a CSM, Conflict for what was said already and once it was held.
    """
    access.require(Act.PREPARE_KICKOFF, by, handoff)
    if not handoff.open:
        raise Invalid(handoff.why_over)
    if handoff.signed_at is None:
        raise Invalid(Problem.NOT_SIGNED)
    if handoff.csm_id is None:
        raise Invalid(Problem.NOT_ASSIGNED)
    if handoff.kickoff_held_at is not None:
        raise Conflict(Problem.KICKOFF_OVER)
    side = side_for(by, handoff)
    if side is None or (side is Side.AE and not joint(handoff, policy)):
        raise Invalid(Problem.NO_PART_IN_KICKOFF)
    if handoff.kickoff.prepared_at(side) is not None:
        raise Conflict(Problem.ALREADY_DONE)
    values = handoff.reason_for(Act.PREPARE_KICKOFF, by, reason)
    handoff.kickoff = handoff.kickoff.prepared(side, at)
    tag = Tag.KICKOFF_PREPARED if side is Side.CSM else Tag.KICKOFF_PREPARED_AE
    handoff.note(tag, {"brief": handoff.brief_version}, values, by=by, at=at)


_OPENS = frozenset(
    {
        Tag.ACKNOWLEDGED,
        Tag.CHECKS_ANSWERED,
        Tag.RESTATED,
        Tag.SENT_BACK,
        Tag.KICKOFF_PREPARED,
    }
)
"""What nobody does with a brief that they did not open."""


def follow_reading(handoff: Handoff, *, at: datetime) -> None:
    """Take note of the first thing that just happened which shows that the CSM opened the brief."""
    if any(event.tag in _OPENS for event in handoff.events):
        handoff.kickoff = handoff.kickoff.opened(at)
