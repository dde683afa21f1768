"""Deals beside the straight way: cancelled, opened again, gone on in others, amended, partners."""

from collections.abc import Mapping
from typing import Final

from bot.domain.linked import LinkKind
from bot.domain.promises import Origin
from bot.domain.reopening import Booked

ANOTHER: Final = "another handoff"
"""What a handoff is called to who may not know of it."""
_ONWARD: Final[Mapping[LinkKind, str]] = {
    LinkKind.REPLACED: "Goes on as {other}",
    LinkKind.MERGED: "Merged into {other}",
    LinkKind.SPLIT: "Split off into {other}",
    LinkKind.AMENDED: "Amended by {other}",
}
_BACK: Final[Mapping[LinkKind, str]] = {
    LinkKind.REPLACED: "Takes the place of {other}",
    LinkKind.MERGED: "Took in {other}",
    LinkKind.SPLIT: "Split off from {other}",
    LinkKind.AMENDED: "Amends {other}",
}
KIND_NAMES: Final[Mapping[LinkKind, str]] = {
    LinkKind.REPLACED: "The deal goes on there",
    LinkKind.MERGED: "It was merged into that one",
    LinkKind.SPLIT: "It was split, and a part is there",
    LinkKind.AMENDED: "That one amends the contract",
}
WHOLE: Final = "The deal"
PARTNER: Final = "Partner"
PARTNER_PEOPLE: Final = "Their people"
PARTNER_LIVES: Final = "Where it lives on their side"
PARTNER_SOURCE: Final = "Source"
PARTNER_NOBODY: Final = "A partner sells it along. Nothing is known of their side yet."
PARTNER_MEANS: Final = (
    "Partner people are outside of the bot: nobody writes to them, and they are only ever shown "
    "what a customer may see. Leave e-mail addresses and phone numbers out."
)
REOPEN_MEANS: Final = (
    "Every step that is still open has its own time again from now on, and what was done stays "
    "done. What was booked for a time still to come fell with the cancellation, and is booked "
    "anew. Everybody with a part is told once, with this reason."
)
FELL: Final[Mapping[Booked, str]] = {
    Booked.BRIEFING: "The briefing call was booked for ",
    Booked.KICKOFF: "The kickoff was booked for ",
}
FELL_AFTER: Final = ". That time fell with the cancellation; a new one is to be booked."
BECAME_MEANS: Final = (
    "Where the deal goes on in another handoff, choose it: both then name each other. Choose "
    "several where it was split into them."
)
CARRY_MEANS: Final = (
    "Promises you tick are copied there, into each you chose, as new entries that say where they "
    "come from. Both sides initial them anew."
)
NO_DEALS: Final = "You know of no other open handoff, so this one cannot name what it became."


def carry_range(shown: int, more: int) -> str:
    """That a menu cannot hold every promise."""
    return f"The first {shown} are offered here; {more} more have to be added there by hand."


def linked(kind: LinkKind, account: str | None, *, onward: bool) -> str:
    """What another handoff is to this one (as the account is: plain or mrkdwn)."""
    return (_ONWARD if onward else _BACK)[kind].format(other=account or ANOTHER)


def more_links(count: int) -> str:
    """How many further ones there are."""
    return f"and {count} more"


def came_from(origin: Origin, account: str) -> str:
    """Where a copied promise stood before (plain text)."""
    return f"copied from {account or ANOTHER}, promise {origin.number}"


def cancelled(by: str) -> str:
    """Told below the card, and to everybody with a part; the reason to who may read reasons."""
    return f"{by} cancelled this handoff. Nothing in it is due any more."


def reopened(by: str) -> str:
    """Told once below the card, and to everybody with a part."""
    return (
        f"{by} opened the handoff again. What is still open has its own time from now on; what "
        "was done stays done."
    )


def reopened_on(when: str) -> str:
    """That it was cancelled once (mrkdwn)."""
    return f"opened again {when}"


def link_told(kind: LinkKind, by: str, account: str | None, *, onward: bool, promises: int) -> str:
    """Told once below both cards, and to AE and CSM of the one that goes on (plain text)."""
    other = account or ANOTHER
    told = {
        (LinkKind.REPLACED, True): f"{by} says that the deal goes on in {other}.",
        (LinkKind.REPLACED, False): f"{by} cancelled {other}; that deal goes on here.",
        (LinkKind.MERGED, True): f"{by} says that the deal was merged into {other}.",
        (LinkKind.MERGED, False): f"{by} cancelled {other}; that deal was merged into this one.",
        (LinkKind.SPLIT, True): f"{by} says that the deal was split, and a part is {other}.",
        (LinkKind.SPLIT, False): f"{by} cancelled {other}; a part of that deal is this one.",
        (LinkKind.AMENDED, True): f"{by} started {other}: the contract was amended.",
        (LinkKind.AMENDED, False): f"{by} started this handoff: it amends the contract of {other}.",
    }[kind, onward]
    if not promises:
        return told
    copied = "1 promise was" if promises == 1 else f"{promises} promises were"
    where = "there" if onward else "into this ledger"
    return f"{told} {copied} copied {where}; both sides initial anew."


def unlink_told(by: str, account: str | None) -> str:
    """Told where a deal went on that is open again by itself (plain text)."""
    other = account or ANOTHER
    return (
        f"{by} opened {other} again, so it goes on by itself. Promises that were copied from it "
        "stay in this ledger until somebody withdraws them."
    )


def amends(account: str) -> str:
    """On top of the form of an amended contract (mrkdwn)."""
    return (
        f"A new handoff beside {account}, linked to it. It has its own value, size and clocks; the "
        "first one goes on as it is."
    )
