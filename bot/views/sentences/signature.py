"""The countersignature."""

from typing import Final

from bot.domain.due import OwnWindow
from bot.domain.steps import STEPS
from bot.views.sentences.terms import STEP_NAMES

WHICH_SIGNED: Final = "Several handoffs are open in this channel. Whose signature is it?"
WHICH_DEAL: Final = "Several handoffs are open in this channel. Which deal changed?"
_FROM_THE_SIGNATURE: Final = tuple(
    rule.step for rule in STEPS if not isinstance(rule.due, OwnWindow)
)


def signature_starts() -> str:
    """Which clocks the countersignature starts."""
    *first, last = (STEP_NAMES[step] for step in _FROM_THE_SIGNATURE)
    return f"These clocks count from here: {', '.join(first)} and {last}."


def signature_corrects(recorded: str, *, posted: bool) -> str:
    """What correcting the recorded moment does."""
    told = " The thread below the handoff message tells everybody." if posted else ""
    moves = "Another time here moves the due times, and whoever owes such a step hears it."
    return f"Recorded so far: {recorded}. {moves}{told}"
