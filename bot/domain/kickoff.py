"""What is known of the kickoff's time: held, booked, proposed by the AE, else when it is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.deadlines import Deadline, DeadlineState, Step
from bot.domain.due import Facts
from bot.domain.handoff import Handoff
from bot.domain.policy import Policy
from bot.domain.ports import CalendarOf
from bot.domain.size import AddOn
from bot.domain.steps import rule_of


@dataclass(frozen=True)
class KickoffTime:
    """When the kickoff is to be, as far as anybody knows."""

    at: datetime
    proposed: bool = False
    """Whether the AE proposed it; if nobody booked, proposed or held it, it is when it is due."""
    booked: bool = False
    held: bool = False
    """Whether it was held then."""


def kickoff_time(
    handoff: Handoff,
    policy: Policy,
    calendar_of: CalendarOf,
    *,
    owed: Sequence[Deadline] = (),
) -> KickoffTime | None:
    """The time the handoff message names; None where there is none yet, or no kickoff any more.

    `owed` are the deadlines as they are stored: its step may have become free late.
    """
    if handoff.kickoff_held_at is not None:
        return KickoffTime(handoff.kickoff_held_at, held=True)
    if not handoff.open:
        return None
    if handoff.kickoff.at is not None:
        return KickoffTime(handoff.kickoff.at, booked=True)
    if handoff.kickoff_proposed_at is not None:
        return KickoffTime(handoff.kickoff_proposed_at, proposed=True)
    if handoff.backfilled_at is not None:
        return None  # It is due at no time.
    due = _stored(Step.KICKOFF, owed) or kickoff_due(handoff, policy, calendar_of)
    return KickoffTime(due) if due is not None else None


def _stored(step: Step, owed: Sequence[Deadline]) -> datetime | None:
    kept = (one for one in owed if one.step is step and one.state is not DeadlineState.DROPPED)
    return next((one.due_at for one in kept), None)


def kickoff_due(handoff: Handoff, policy: Policy, calendar_of: CalendarOf) -> datetime | None:
    """When the kickoff is due; None before the signature, with which its days are counted.

    Business days are the CSM's, before the assignment those of who may follow.
    """
    facts = _facts(handoff, policy, calendar_of)
    return facts.end_of(facts.kickoff_due_on()) if facts is not None else None


def kickoff_latest(handoff: Handoff, policy: Policy, calendar_of: CalendarOf) -> datetime | None:
    """The end of the business day past which no kickoff is in time; None before the signature.

    None, too, for a deal that the bot was told of long after it, in which nothing is late.
    """
    facts = _facts(handoff, policy, calendar_of)
    if facts is None or handoff.backfilled_at is not None:
        return None
    return facts.end_of(facts.latest_kickoff_on())


def debrief_due(
    handoff: Handoff,
    policy: Policy,
    calendar_of: CalendarOf,
    *,
    owed: Sequence[Deadline] = (),
) -> datetime | None:
    """When the debrief is to be over: at the end of the business day before the kickoff.

    `owed` are the deadlines as they are stored: its step may have become free late.
    """
    stored = _stored(Step.DEBRIEF, owed)
    if stored is not None:
        return stored
    facts = _facts(handoff, policy, calendar_of)
    due = rule_of(Step.DEBRIEF).due.due(facts) if facts is not None else None
    return due.at if due is not None else None


def _facts(handoff: Handoff, policy: Policy, calendar_of: CalendarOf) -> Facts | None:
    if handoff.signed_at is None or handoff.day0 is None:
        return None
    size = handoff.size(policy)
    counted_by = handoff.csm_id or handoff.proposed_csm_id or handoff.cs_manager_id
    calendar, held_at = calendar_of(counted_by or handoff.ae_id, None), handoff.kickoff_held_at
    kickoff = handoff.kickoff
    return Facts(
        signed_at=handoff.signed_at,
        learned_at=handoff.signature_learned_at or handoff.signed_at,
        day0=handoff.day0,
        calendar=calendar,
        clocks=policy.clocks,
        tier=size.tier,
        call_required=size.has(AddOn.CALL) or handoff.verification.call_asked_for,
        assigned_at=handoff.assigned_at,
        booked_on=calendar.local_date(kickoff.at) if kickoff.at is not None else None,
        booked_at=kickoff.at,
        offered_at=kickoff.offered_at,
        held_on=calendar.local_date(held_at) if held_at is not None else None,
    )
