"""What is told once below the card."""

from typing import Final

from bot.domain.deadlines import Step
from bot.domain.policy import Tier
from bot.views.sentences.terms import HANDOFF_NAMES, STEP_NAMES, version_read

CHANGED_SINCE: Final = "the brief changed since"


def thread_acknowledged(by: str, version: int) -> str:
    """Told once below the card."""
    return f"{by} acknowledged {version_read(version)}."


def thread_acknowledge_undone(by: str) -> str:
    """Told once below the card."""
    return f"{by} took the acknowledgement back. The brief waits for it again."


def thread_cancelled(by: str) -> str:
    """Told once below the card; the reason is for those who may read reasons."""
    return f"{by} cancelled this handoff. Nothing in it is due any more."


def thread_cancel_undone(by: str) -> str:
    """Told once below the card."""
    return f"{by} opened this handoff again. Its due times hold as before."


def signature_corrected(by: str) -> str:
    """Told once below the card, before the one instant and the other."""
    return f"{by} corrected the signature from "


TO_INSTANT: Final = " to "


def due_now(step: Step, *, late: bool) -> str:
    """A step that a correction moved, before its due time."""
    return f"The {STEP_NAMES[step]} {'was' if late else 'is now'} due "


def due_moved(by: str) -> str:
    """To the owner of what is due at another time now."""
    return f"{by} corrected the signature, so what you owe is due at another time."


def thread_tier_changed(by: str, tier: Tier) -> str:
    """Told once below the card; which marks were set is not."""
    if tier is Tier.NONE:
        return f"{by} changed the deal: it is {HANDOFF_NAMES[tier]} of it any more."
    return f"{by} changed the deal: it has the {HANDOFF_NAMES[tier]} now."


def anchor(account: str, *, count: int, head: str, version: int) -> str:
    """How long the history is and its last hash, for later comparison (plain text)."""
    return (
        f"{account}: history anchor. {count} records, head {head}, with the brief at version "
        f"{version}. Nothing to do: a later check of the history must find the same."
    )


THREAD_CSM: Final = (
    "{csm} is the CSM of this handoff. Next: read the brief and press *Acknowledge brief* above"
)
