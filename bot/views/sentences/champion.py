"""The customer's champion left, and who follows."""

from typing import Final

HEADING: Final = "Champion"
MEANS: Final = (
    "Whoever left stays in the brief, marked as gone. The metric and the promises stay as they "
    "are, with what was acknowledged and initialed. Your counterpart and both managers are told "
    "once."
)
NAME_MEANS: Final = "The brief names no champion who is still there. Say who it is now."
NOBODY_YET: Final = "Nobody yet: ask the customer"
OWED: Final = "The champion left and nobody follows yet: ask the customer, then name who it is."
GONE: Final = "gone"
SECOND_CONTACT: Final = "Second contact in the brief: "


def until(day: str) -> str:
    """Behind the name of who left, where their last day is known."""
    return f"gone, last day {day}"


def on_card(gone: str) -> str:
    """In place of the champion while nobody follows (plain text)."""
    return f"nobody yet ({gone} left)"


def left(
    by: str, who: str, last_day: str | None, follows: str | None, *, after_kickoff: bool
) -> str:
    """That one left, and who follows (plain text)."""
    day = f"; their last day is {last_day}" if last_day else ""
    told = f"{by} recorded that the champion, {who}, leaves the customer{day}."
    if follows is not None:
        return f"{told} The champion is now {follows}."
    asks = "the CSM" if after_kickoff else "the AE"
    return f"{told} Nobody follows yet: {asks} asks the customer who does."


def named(by: str, who: str) -> str:
    """That there is one again (plain text)."""
    return f"{by} named {who} as the champion."
