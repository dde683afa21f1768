"""The closed-won gate: whether a deal may be closed as won, and what is missing for it."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.handoff import Call, Handoff
from bot.domain.kickoff_booking import joint
from bot.domain.policy import Policy, Tier


class Missing(StrEnum):
    """What keeps the gate closed."""

    BRIEF = "brief"
    """The brief is not past its own gate, or with its AE again."""
    CALL = "call"
    """No call is booked of AE, customer success and who is the champion in the brief."""


@dataclass(frozen=True)
class ClosedWon:
    """How the gate stands."""

    missing: tuple[Missing, ...]
    overridden_by: int | None = None
    asks_for_nothing: bool = False
    """The deal is below the smallest tier."""

    @property
    def open(self) -> bool:
        """Whether the deal may be closed as won."""
        return not self.missing or self.overridden_by is not None


def closed_won(handoff: Handoff, policy: Policy, *, champions: Collection[int]) -> ClosedWon:
    """The gate of one handoff (process rule *Closed-won gate*).

    A light deal needs its brief past the gate, a full one a booked call as well; below the
    smallest tier nothing is asked, whatever form is written all the same. `champions` are those of
    the brief by the ids of their entries: whatever becomes of a name, they stay the same people.
    """
    rate = handoff.rate or policy.rate(handoff.value.currency)
    if rate is not None and policy.tier(handoff.value, rate) is Tier.NONE:
        return ClosedWon((), asks_for_nothing=True)
    # One that was sent back is no brief to close on until its AE has returned it.
    needs = {Missing.BRIEF: handoff.gate_at is None or handoff.verification.with_ae}
    if handoff.tier is Tier.FULL:
        call = gate_call(handoff, policy, champions=champions)
        needs[Missing.CALL] = call is None or call.champion not in champions
    missing = tuple(one for one, lacks in needs.items() if lacks)
    return ClosedWon(missing, handoff.overridden_by)


def gate_call(handoff: Handoff, policy: Policy, *, champions: Collection[int]) -> Call | None:
    """The call of the gate: as it was recorded, else the joint kickoff that is booked.

    The kickoff is that call where somebody of customer success and a champion are known.
    """
    recorded = handoff.call
    if recorded is not None and recorded.champion in champions:
        return recorded
    at, cs = handoff.kickoff.at, handoff.csm_id or handoff.proposed_csm_id or handoff.cs_contact_id
    if at is None or cs is None or not champions or not joint(handoff, policy):
        return recorded
    return Call(at, cs, "", min(champions), handoff.ae_id)
