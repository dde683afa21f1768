"""The promise ledger."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.domain.ledger import Over
from bot.domain.promises import Side, Signing, Surfaced

SIDES: Final[Mapping[Side, str]] = {Side.AE: "AE", Side.CSM: "CSM"}
WHICH: Final = "This channel has several open handoffs. Which one is the promise of?"
NO_CSM: Final = "once a CSM is assigned"
OVER: Final[Mapping[Over, str]] = {
    Over.SUPERSEDED: "superseded: another message below has its words of now",
    Over.WITHDRAWN: "withdrawn",
    Over.MOVED: "the handoff lives in another channel now",
    Over.CLOSED: "the handoff is not open any more",
}
BECAUSE: Final = "Because:"
WITHDRAWN_LINE: Final = "{title} — withdrawn"
CAN: Final = "can deliver it"
CAN_DELIVER: Final = "I can deliver it"
TO_CHECK: Final = "It has to be checked with …"
MEANS: Final[Mapping[Side, str]] = {
    Side.AE: "Your initial says that this is what the customer was told, and all of it.",
    Side.CSM: (
        "Your initial says that you know of this promise, and whether you can deliver it. "
        "Everybody in the deal channel reads it."
    ),
}


def title(number: int, *, none_made: bool) -> str:
    """What an entry is called."""
    return "No promises were made" if none_made else f"Promise {number}"


SURFACED: Final[Mapping[Surfaced, str]] = {
    Surfaced.REMEMBERED: "The AE remembered it",
    Surfaced.CUSTOMER: "It was heard from the customer",
}
LATE: Final[Mapping[Surfaced, str]] = {
    Surfaced.REMEMBERED: "⏰ Late: remembered by the AE after their initials",
    Surfaced.CUSTOMER: "⏰ Late: heard from the customer after the initials of the AE",
}


def late(count: int) -> str:
    """How many came up late."""
    return f"{count} late"


def checks(what: str) -> str:
    """What the CSM has to check, and with whom (plain text)."""
    return f"to be checked with {what}"


def state(signing: Signing, *, withdrawn: bool = False) -> str:
    """How far the ledger is; `withdrawn`: there are entries that are not in force any more."""
    if not signing.entries:
        return "No promise is in force." if withdrawn else "Nothing is written down yet."
    told = promised(signing.entries)
    return f"{told} · {by_both(signing)}"


def promised(count: int) -> str:
    """How many entries there are."""
    return "1 entry" if count == 1 else f"{count} entries"


def by_both(signing: Signing) -> str:
    """How many of them are initialed by both."""
    told = f"{signing.signed} initialed by both"
    if signing.signed == signing.entries:
        told = "initialed by both"
    elif not signing.signed:
        told = "none initialed by both yet"
    return f"{told} · {signing.disputed} disputed" if signing.disputed else told


def waits_for_you(count: int) -> str:
    """To the AE or the CSM."""
    told = "1 promise waits" if count == 1 else f"{count} promises wait"
    return f"✍️ {told} for your initial."


def initial_all(count: int) -> str:
    """The button that leads through what waits for the viewer's initial."""
    return "Initial promise" if count == 1 else f"Initial {count} promises one by one"


def more_left(count: int) -> str:
    """How many follow after the one that is shown."""
    if not count:
        return "This is the last one that waits for your initial."
    return "1 more waits after this one." if count == 1 else f"{count} more wait after this one."


def incomplete(numbers: Sequence[int]) -> str:
    """Which entries the CSM cannot initial yet."""
    told = ", ".join(str(one) for one in numbers)
    which = f"Promise {told} says" if len(numbers) == 1 else f"Promises {told} say"
    return f"{which} not yet who delivers it by when. The CSM can initial it once both are there."


FILE_COMES: Final = "The file comes to your direct messages with this bot."
FILE_TITLE: Final = "Promise ledger"


def file_name(day: str) -> str:
    """What the file of a ledger is called."""
    return f"promise-ledger-{day}.md"


def file_head(account: str) -> str:
    """Its first line."""
    return f"{account}: promise ledger"


def file_comment(account: str, zone: str) -> str:
    """What stands with the file (mrkdwn)."""
    return f"{account}: the promise ledger. Times are those of {zone}."


def older(count: int) -> str:
    """How many earlier wordings are not shown."""
    told = "1 earlier wording is" if count == 1 else f"{count} earlier wordings are"
    return f"{told} not shown here."


def wording(version: int, by: str, when: str) -> str:
    """One wording, and who wrote it when (mrkdwn)."""
    return f"Version {version}, written by {by} {when}"
