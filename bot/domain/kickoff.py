"""What is known of the kickoff's time: held, proposed by the AE, else when it is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.deadlines import Deadline, DeadlineState, Step
from bot.domain.due import Facts
from bot.domain.handoff import Handoff
from bot.domain.policy import Policy
from bot.domain.ports import CalendarOf
from bot.domain.size import AddOn


@dataclass(frozen=True)
class KickoffTime:
    """When the kickoff is to be, as far as anybody knows."""

    at: datetime
    proposed: bool = False
    """Whether the AE proposed it; else it is when the kickoff is due."""
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
    if handoff.kickoff_proposed_at is not None:
        return KickoffTime(handoff.kickoff_proposed_at, proposed=True)
    stored = (
        one.due_at
        for one in owed
        if one.step is Step.KICKOFF and one.state is not DeadlineState.DROPPED
    )
    due = next(stored, None) or kickoff_due(handoff, policy, calendar_of)
    return KickoffTime(due) if due is not None else None


def kickoff_due(handoff: Handoff, policy: Policy, calendar_of: CalendarOf) -> datetime | None:
    """When the kickoff is due; None before the signature, with which its days are counted.

    Business days are the CSM's, before the assignment those of who may follow.
    """
    if handoff.signed_at is None or handoff.day0 is None:
        return None
    size = handoff.size(policy)
    counted_by = handoff.csm_id or handoff.proposed_csm_id or handoff.cs_manager_id
    facts = Facts(
        signed_at=handoff.signed_at,
        learned_at=handoff.signature_learned_at or handoff.signed_at,
        day0=handoff.day0,
        calendar=calendar_of(counted_by or handoff.ae_id, None),
        clocks=policy.clocks,
        tier=size.tier,
        call_required=size.has(AddOn.CALL) or handoff.verification.call_asked_for,
        assigned_at=handoff.assigned_at,
    )
    return facts.end_of(facts.kickoff_due_on())
