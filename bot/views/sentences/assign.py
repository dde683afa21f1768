"""The choice of the CSM."""

from typing import Final


def assign_load(most: int, *, anybody: bool) -> str:
    """How many open handoffs the policy plans for one CSM, before those who have some."""
    planned = f"The policy plans for at most {most} open handoffs a CSM"
    return f"{planned}:" if anybody else f"{planned}; nobody has one yet."


def open_handoffs(who: str, count: int) -> str:
    """What one candidate has already (mrkdwn)."""
    return f"{who}: {count} open"


def and_more(count: int) -> str:
    """A list that was cut."""
    return f"and {count} more"


GATE_MEANS: Final = "The brief is not ready. Open in it: {items}."
