"""What becomes of late promises."""

from collections.abc import Mapping
from typing import Final

from bot.domain.disputes import Outcome
from bot.domain.promises import Side

TALK_MISSING: Final = "⏳ The AE still has to talk to the customer about it"
UNDECIDED: Final = "⏳ AE and CSM still have to decide about it"
BECAME: Final[Mapping[Outcome, str]] = {
    Outcome.KEPT: "it stays as it is",
    Outcome.RENEGOTIATED: "it is renegotiated",
    Outcome.WITHDRAWN: "it is withdrawn",
}
TALK_MEANS: Final = (
    "It came up after the initials of the AE, so the AE talks it over with the customer before the "
    "kickoff. Renegotiated it is another wording, and both sides initial it anew."
)
DECIDE_MEANS: Final = (
    "AE and CSM each answer alone; nobody reads the other's answer before their own. Two answers "
    "that come to the same decide at once. Two different ones are shown to both, and each may "
    "change theirs."
)
DIFFER: Final = (
    "The two answers differ. Talk it over; the promise becomes what both say once one of you "
    "answers the same as the other."
)
SIDES: Final[Mapping[Side, str]] = {Side.AE: "AE", Side.CSM: "CSM"}


def talked_over(outcome: Outcome, by: str) -> str:
    """Who recorded it and what it came to, before when."""
    return f"☎️ Talked over with the customer, says {by}: {BECAME[outcome]} ·"


def decided(outcome: Outcome) -> str:
    """What both came to, before when."""
    return f"🤝 Decided by AE and CSM: {BECAME[outcome]} ·"


def answered(side: Side, by: str) -> str:
    """Whose answer follows."""
    return f"{SIDES[side]}, {by}:"


def differs(number: int) -> str:
    """To the side that answered before."""
    return f"AE and CSM answered differently about late promise {number}."
