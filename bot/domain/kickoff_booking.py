"""When the kickoff is: booked, moved, later because the customer wants it, and called off.

Rules: the process's *Kickoff* and *Customer's choice*.
"""

from datetime import UTC, datetime, timedelta

from bot.domain import access
from bot.domain.access import Act, Capacity
from bot.domain.errors import Conflict, Invalid, NotAllowed, Problem
from bot.domain.handoff import FARTHEST_AHEAD, Handoff
from bot.domain.history import Fact, Tag, instant_text
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.size import AddOn


def joint(handoff: Handoff, policy: Policy) -> bool:
    """Whether AE and CSM hold it together; else it is the CSM's alone."""
    return handoff.size(policy).has(AddOn.JOINT_KICKOFF)


def internal_hold(handoff: Handoff) -> bool:
    """Whether the customer is not to be invited yet: that goes out with the intro, or after it."""
    return handoff.intro.sent_at is None


def csm_of(handoff: Handoff) -> int | None:
    """Who of customer success is in it: the CSM, before the assignment the proposed one."""
    return handoff.csm_id if handoff.csm_id is not None else handoff.proposed_csm_id


def owes_a_reason(by: Person, handoff: Handoff) -> bool:
    """Whether somebody books it in the CSM's place; while there is none the AE books it."""
    if handoff.csm_id is None and Capacity.AE in access.capacities(by, handoff):
        return False
    return access.owes_a_reason(Act.BOOK_KICKOFF, by, handoff)


def require(by: Person, handoff: Handoff, policy: Policy) -> None:
    """Raise NotAllowed, Invalid or Conflict unless this person may book it now.

    Before a CSM is assigned only a joint one can be booked, which is the call that a deal is closed
    on.
    """
    if handoff.csm_id is None and not access.may(Act.BOOK_KICKOFF, by, handoff):
        facts = {"act": Act.BOOK_KICKOFF.value}
        whose = (access.acting(handoff.ae_id, handoff),)
        raise NotAllowed(Problem.NOT_YOUR_TURN, whose=whose, facts=facts)
    access.require(Act.BOOK_KICKOFF, by, handoff)
    if not handoff.open:
        raise Invalid(handoff.why_over)
    if handoff.kickoff_held_at is not None:
        raise Conflict(Problem.KICKOFF_OVER)
    if handoff.csm_id is None and not joint(handoff, policy):
        raise Invalid(Problem.NOT_ASSIGNED)


def books(by: Person, handoff: Handoff, policy: Policy) -> bool:
    """Whether a person may book it now, or move it."""
    ahead = handoff.open and handoff.kickoff_held_at is None
    someone = handoff.csm_id is not None or joint(handoff, policy)
    return ahead and someone and access.may(Act.BOOK_KICKOFF, by, handoff)


def book(
    handoff: Handoff,
    wanted: datetime,
    *,
    offered: datetime | None = None,
    by: Person,
    at: datetime,
    policy: Policy,
    reason: str = "",
) -> None:
    """Record when it is to be, again where it moved.

    `offered` is the earliest slot the customer was offered, where they wanted a later one. Raises
    Invalid for a time that has passed or is more than a year away and for a slot that is no
    earlier one, Conflict for what is recorded already.
    """
    require(by, handoff, policy)
    wanted, before = wanted.astimezone(UTC), handoff.kickoff.at
    offered = offered.astimezone(UTC) if offered is not None else None
    if (wanted, offered) == (before, handoff.kickoff.offered_at):
        raise Conflict(Problem.ALREADY_DONE, field="kickoff_at")
    if wanted <= at and wanted != before:
        raise Invalid(Problem.TIME_PAST, field="kickoff_at")
    if wanted > at + FARTHEST_AHEAD:
        raise Invalid(Problem.TOO_FAR_AHEAD, field="kickoff_at")
    if offered is not None and offered >= wanted:
        raise Invalid(Problem.OFFERED_NO_EARLIER, field="offered_at")
    if offered is not None and offered < (handoff.signed_at or handoff.started_at):
        raise Invalid(Problem.TOO_LONG_AGO, field="offered_at")
    values = _reason(by, handoff, reason)
    handoff.kickoff = handoff.kickoff.booked(wanted, offered, at)
    facts: dict[str, Fact] = {
        "at": instant_text(wanted),
        "before": instant_text(before) if before is not None else None,
        "joint": joint(handoff, policy),
        "offered": instant_text(offered) if offered is not None else None,
        "sequence": handoff.kickoff.sequence,
        "past": _past(handoff, wanted, policy),
    }
    handoff.note(Tag.KICKOFF_BOOKED, facts, values, by=by, at=at)


def _past(handoff: Handoff, wanted: datetime, policy: Policy) -> bool:
    """Whether it is later than so many hours after the signature, nights and weekends counted."""
    hours = timedelta(hours=policy.clocks.kickoff)
    if handoff.signed_at is None or handoff.backfilled_at is not None:
        return False
    return wanted > handoff.signed_at + hours


def call_off(
    handoff: Handoff, *, by: Person, at: datetime, policy: Policy, reason: str = ""
) -> None:
    """There is no time for it any more; when it is due stays. Raises Conflict where none is."""
    require(by, handoff, policy)
    before = handoff.kickoff.at
    if before is None:
        raise Conflict(Problem.ALREADY_DONE, field="kickoff_at")
    values = _reason(by, handoff, reason)
    handoff.kickoff = handoff.kickoff.called_off()
    facts: dict[str, Fact] = {
        "at": instant_text(before),
        "joint": joint(handoff, policy),
        "sequence": handoff.kickoff.sequence,
    }
    handoff.note(Tag.KICKOFF_CALLED_OFF, facts, values, by=by, at=at)


def _reason(by: Person, handoff: Handoff, reason: str) -> dict[str, str]:
    if not owes_a_reason(by, handoff):
        return {}
    return handoff.reason_for(Act.BOOK_KICKOFF, by, reason)
