"""The card in the deal channel and its preview."""

from typing import Final

from bot.domain.completeness import Completeness
from bot.domain.policy import Tier
from bot.views.sentences.terms import HANDOFF_NAMES, percent

CARD_TITLE: Final = "{account} — handoff"
CARD_CANCELLED: Final = "{account} — handoff cancelled"
CARD_CLOSED: Final = "{account} — handoff closed"
CARD_NEUTRAL: Final = (
    "A handoff stood here. This channel can be read from outside the company now, so the handoff "
    "is kept out of it; those with a part in it find it on the bot's Home tab."
)
WITHDRAWN: Final = (
    "What stood here is kept out of this channel, which can be read from outside the company."
)
CARD_LEFT: Final = "{account}: this handoff lives in {channel} now."
NOTHING_DUE: Final = "Nothing is due."
NO_CLOCK_YET: Final = "Every clock starts with the signature, which is not recorded."
WHY_NOW: Final = "Why now"
CHAMPION: Final = "Champion"
SUCCESS: Final = "Success"
PROMISED: Final = "Promised"
BRIEF: Final = "Brief"
NEXT: Final = "Next"
ACKNOWLEDGED: Final = "Acknowledged"
NOT_WRITTEN: Final = "missing in the brief"
NO_PROMISES: Final = "none made"
BAR_LENGTH: Final = 10
KICKOFF_BOOKED: Final = "kickoff booked"
KICKOFF_PROPOSED: Final = "kickoff proposed"
KICKOFF_DUE: Final = "kickoff due"
KICKOFF_HELD: Final = "kickoff held"
PREVIEW_TITLE: Final = "Preview"
PREVIEW_SUBMIT: Final = "Post to channel"
PREVIEW_LEAD: Final = "This is how the message will stand in the deal channel."
PREVIEW_NOT_SIGNED: Final = (
    "The signature is not recorded yet. Once it is, this message can be posted."
)
PREVIEW_POSTED: Final = "The message stands in the deal channel, as below."
PREVIEW_CANCELLED: Final = "This handoff is cancelled, so its message cannot be posted."
PREVIEW_CLOSED: Final = "This handoff is closed, so its message cannot be posted."


def closed(outcome: str) -> str:
    """How it ended, to everybody who reads the card (plain text)."""
    return f"the handoff is closed: {outcome}."


def value_a_year(amount: str, tier: Tier) -> str:
    """The size of the deal."""
    return f"{amount} a year · {HANDOFF_NAMES[tier]}"


def term_from(term: str, starts_on: str) -> str:
    """For how long the contract runs and from when, with what there is of it."""
    return " ".join(part for part in (term, f"from {starts_on}" if starts_on else "") if part)


def runs_on(when: str) -> str:
    """The day that the event behind a purchase runs on."""
    return f"It runs on {when}."


def size_without_value(tier: Tier) -> str:
    """The size of the deal for who may not read the commercials."""
    return HANDOFF_NAMES[tier]


def promises_made(count: int) -> str:
    """How many promises are in force."""
    return "1 promise" if count == 1 else f"{count} promises"


NOTHING_COUNTED: Final = "nothing in it is counted"


def brief_state(state: Completeness) -> str:
    """How much of the brief is filled, in figures and as a bar; a small deal is asked nothing."""
    if not state.counted:
        return NOTHING_COUNTED
    full = BAR_LENGTH * state.percent // 100
    bar = "█" * full + "░" * (BAR_LENGTH - full)
    return f"{state.filled} of {state.counted} items ({percent(state.percent)}) {bar}"
