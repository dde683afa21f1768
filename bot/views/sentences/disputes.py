"""Disputes about promises."""

from collections.abc import Mapping
from typing import Final

from bot.domain.disputes import Ending, Escalation, Outcome, Seat

OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.KEPT: "It stays as it is",
    Outcome.REWORDED: "It gets other words",
    Outcome.WITHDRAWN: "It is withdrawn",
    Outcome.RENEGOTIATED: "It is renegotiated with the customer",
}
SEATS: Final[Mapping[Seat, str]] = {
    Seat.AE_MANAGER: "AE manager",
    Seat.CS_MANAGER: "CS manager",
    Seat.REVOPS: "RevOps",
}
CAME_TO: Final[Mapping[Outcome, str]] = {
    Outcome.KEPT: "it stays as it is, and so do its initials",
    Outcome.REWORDED: "it has other words now, and both sides initial these",
    Outcome.WITHDRAWN: "it is withdrawn",
    Outcome.RENEGOTIATED: "it is renegotiated, and both sides initial what it says now",
}
WHY_REVOPS: Final[Mapping[Escalation, str]] = {
    Escalation.DIFFER: "The two managers answered differently",
    Escalation.LATE: "An answer is late by a business day",
}
ENDED: Final[Mapping[Ending, str]] = {
    Ending.TAKEN_BACK: "took back the dispute about promise {number}. Nothing is to be settled.",
    Ending.LAPSED: "withdrew promise {number}, which was disputed.",
}
WITHOUT_ANSWER: Final[Mapping[Ending, str]] = {
    Ending.TAKEN_BACK: "Taken back",
    Ending.LAPSED: "Over, because the promise was withdrawn",
}
REVOPS_DECIDES: Final = "RevOps decides."
MEANS: Final = (
    "Both managers of the handoff are asked what becomes of it. Initials stay, but nothing counts "
    "as signed until it is settled."
)
SETTLE_MEANS: Final = (
    "You answer alone and once. Two answers that come to the same settle it at once; then what "
    "settled it, and why, stands with the promise. Two different ones go to RevOps, who reads both."
)
DECIDE_MEANS: Final = "What you answer becomes of the promise at once."
ASKED: Final = "What becomes of it is asked of both managers, each alone."
ASKED_REVOPS: Final = "RevOps decides what becomes of it: you."


def disputed(by: str) -> str:
    """Who disputes it, before when."""
    return f"⚠️ Disputed by {by}"


def raised(by: str, number: int) -> str:
    """To the other side and below the card, before the reason."""
    return f"{by} disputes promise {number}. Both managers say what becomes of it. Because:"


def to_settle(by: str, number: int, account: str) -> str:
    """To a manager."""
    return f"{account}: {by} disputes promise {number}."


def escalated(why: Escalation, number: int) -> str:
    """Below the card; which answers there are is not told."""
    return f"{WHY_REVOPS[why]}, so RevOps decides about promise {number}."


def settled(by: str, outcome: Outcome, number: int) -> str:
    """Whose answer settled it, and how."""
    came_to = CAME_TO[outcome]
    return f"The dispute about promise {number} is settled with the answer of {by}: {came_to}."


def ended(by: str, ending: Ending, number: int) -> str:
    """That there is nothing to settle any more."""
    return f"{by} {ENDED[ending].format(number=number)}"


def disputed_once(by: str) -> str:
    """Who disputed it, before when."""
    return f"Disputed by {by}"


def came_to(ending: Outcome | Ending) -> str:
    """How a dispute that is over ended, before when."""
    if isinstance(ending, Outcome):
        return f"Settled: {CAME_TO[ending]}"
    return WITHOUT_ANSWER[ending]


def answered(seat: Seat, by: str) -> str:
    """Whose answer follows, for who decides between two."""
    return f"{SEATS[seat]}, {by}:"


def due(day: str) -> str:
    """On which day it would be due by an answer."""
    return f"Due {day}"
