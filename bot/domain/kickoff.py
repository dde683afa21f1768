"""What is known of the kickoff's time: proposed by the AE, else when it is due."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.due import Facts
from bot.domain.handoff import Handoff
from bot.domain.policy import Policy
from bot.domain.ports import CalendarOf
from bot.domain.size import AddOn
from bot.domain.steps import PROCESS, Step


@dataclass(frozen=True)
class KickoffTime:
    """When the kickoff is to be, as far as anybody knows."""

    at: datetime
    proposed: bool = False
    """Whether the AE proposed it; else it is when the kickoff is due."""


def kickoff_time(handoff: Handoff, policy: Policy, calendar_of: CalendarOf) -> KickoffTime | None:
    """The time the handoff message names; None where there is none yet, or no kickoff any more."""
    if not handoff.open:
        return None
    if handoff.kickoff_proposed_at is not None:
        return KickoffTime(handoff.kickoff_proposed_at, proposed=True)
    due = kickoff_due(handoff, policy, calendar_of)
    return KickoffTime(due) if due is not None else None


def kickoff_due(handoff: Handoff, policy: Policy, calendar_of: CalendarOf) -> datetime | None:
    """When the kickoff is due; None before the signature, with which its days are counted.

    Business days are the CSM's, before the assignment those of who may follow.
    """
    facts = _facts(handoff, policy, calendar_of)
    return facts.end_of(facts.kickoff_due_on()) if facts is not None else None


def debrief_latest(handoff: Handoff, policy: Policy, calendar_of: CalendarOf) -> datetime | None:
    """The last instant at which the debrief is held in time; None before the signature.

    The end of the business day before the kickoff (process rule, step 10), whatever window the
    step itself has by what it waited for.
    """
    facts = _facts(handoff, policy, calendar_of)
    rule = next(one for one in PROCESS if one.step is Step.DEBRIEF)
    due = rule.due.due(facts) if facts is not None else None
    return due.at if due is not None else None


def _facts(handoff: Handoff, policy: Policy, calendar_of: CalendarOf) -> Facts | None:
    if handoff.signed_at is None or handoff.day0 is None:
        return None
    size = handoff.size(policy)
    counted_by = handoff.csm_id or handoff.proposed_csm_id or handoff.cs_manager_id
    return Facts(
        signed_at=handoff.signed_at,
        learned_at=handoff.signature_learned_at or handoff.signed_at,
        day0=handoff.day0,
        calendar=calendar_of(counted_by or handoff.ae_id, None),
        clocks=policy.clocks,
        tier=size.tier,
        call_required=size.has(AddOn.CALL) or handoff.verification.call_asked_for,
        assigned_at=handoff.assigned_at,
    )
