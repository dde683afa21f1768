"""That the kickoff was held, and when."""

from typing import Final

HELD_MEANS: Final = (
    "When the kickoff with the customer began. The thread below the handoff message tells "
    "everybody."
)


def held_corrects(recorded: str) -> str:
    """What another time does (mrkdwn)."""
    return f"Recorded so far: {recorded}. Another time here corrects it, and the thread says so."


def held(by: str) -> str:
    """Told once below the card, before the instant (plain text)."""
    return f"{by} recorded that the kickoff was held "


def held_corrected(by: str) -> str:
    """The same of another time, before the one instant and the other (plain text)."""
    return f"{by} corrected when the kickoff was held: from "
