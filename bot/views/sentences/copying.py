"""A message that is added to a handoff: in the form, afterwards, and where it stands."""

from collections.abc import Collection, Mapping
from typing import Final

from bot.domain.copied import LONGEST_COPY, Target
from bot.views.sentences.terms import INNER_READERS

NAME: Final = "Add to handoff"
DESCRIPTION: Final = "Keep what this message says as a promise, quote, red flag or metric"
A_MESSAGE: Final = "a message in Slack"
TARGET_NAMES: Final[Mapping[Target, str]] = {
    Target.PROMISE: "Promise",
    Target.QUOTE: "Customer quote",
    Target.RED_FLAG: "Red flag",
    Target.METRIC: "Success metric",
}
STANDS: Final[Mapping[Target, str]] = {
    Target.QUOTE: "There is a quote already:",
    Target.METRIC: "There is a success metric already:",
}
REPLACES: Final[Mapping[Target, str]] = {
    Target.QUOTE: "Put this quote in the place of the one above",
    Target.METRIC: "Put this metric in the place of the one above",
}
MAY_READ: Final = "They may read it"
CUT: Final = f"It is longer than that: its first {LONGEST_COPY:,} characters are taken."
LINKED: Final = "message"


def written(author: str, when: str) -> str:
    """Who wrote the message and when (mrkdwn)."""
    return f"A message of {author}, {when}. It is kept as it stands here:"


def _readers(channel: str, *, private: bool, some: frozenset[Target]) -> list[str]:
    told = []
    if any(one is not Target.RED_FLAG for one in some):
        others = [name for one, name in TARGET_NAMES.items() if one in some - {Target.RED_FLAG}]
        who = f"whoever is in {channel}" if private else "every full member of the workspace"
        told.append(f"{' or '.join(others)}: {who}, and everybody with a part in the handoff.")
    if Target.RED_FLAG in some:
        told.append(f"{TARGET_NAMES[Target.RED_FLAG]}: {INNER_READERS}, nobody else.")
    return told


def readers(channel: str, *, private: bool, targets: Collection[Target], asks: bool) -> str:
    """Who will read it, by what it becomes (mrkdwn)."""
    told = _readers(channel, private=private, some=frozenset(targets))
    lead = "Fewer people can read it where it stands than will here." if asks else "Who reads it."
    return f"{lead} {' '.join(told)}"


_WENT: Final[Mapping[Target, str]] = {
    Target.QUOTE: "It is the quote in “Why they bought” now, word by word, with who said it when.",
    Target.RED_FLAG: (
        "It stands among the other risks of the red flags. Mark the top one in the brief."
    ),
    Target.METRIC: "It is the success metric now. Its target and date are asked for in the brief.",
}


def went(account: str, target: Target, *, number: int | None) -> str:
    """Where the message went."""
    told = _WENT.get(target) or (
        f"It is promise {number} in the ledger. Who delivers it by when is still open: without "
        "that the CSM cannot initial it."
    )
    return f"Added to {account}. {told} The message stands beside it in the whole handoff."


def copied_from(author: str, when: str, link: str) -> str:
    """Above the words of a copied message in the whole handoff (mrkdwn)."""
    return f"Copied from a message of {author}, {when}{link}"


MEANS: Final = "It means"
CUT_MARK: Final = "cut"


def not_yours(account: str | None, who: str) -> str:
    """Why somebody cannot add to what is here (plain text)."""
    what = account if account is not None else "the handoffs of this channel"
    return f"Adding to {what} is up to {who}, and to whoever the AE asked to help with it."
