"""The countersignature."""

from typing import Final

WHICH_SIGNED: Final = "Several handoffs are open in this channel. Whose signature is it?"
WHICH_DEAL: Final = "Several handoffs are open in this channel. Which deal changed?"
SIGNATURE_STARTS: Final = (
    "Every due time counts from here: from the handoff message to the day on which the AE leaves."
)


def signature_corrects(recorded: str, *, posted: bool) -> str:
    """What correcting the recorded moment does."""
    told = " The thread below the handoff message tells everybody." if posted else ""
    moves = "Another time here moves the due times, and whoever owes such a step hears it."
    return f"Recorded so far: {recorded}. {moves}{told}"
