"""Slack's limits and this bot's own, by name, with the one way to cut a text and to page a list."""

import unicodedata
from collections.abc import Sequence
from typing import Final, TypeVar

# Slack's own.
MESSAGE_TEXT: Final = 4000
VIEW_BLOCKS: Final = 100
SECTION_TEXT: Final = 3000
HEADER_TEXT: Final = 150
OVERFLOW_OPTIONS: Final = 5
OPTION_TEXT: Final = 75
SELECT_OPTIONS: Final = 100
BOXES: Final = 10
"""Boxes of one group."""
INPUT_TEXT: Final = 3000
INPUT_HINT: Final = 2000

# This bot's own, stricter than Slack's.
BUTTONS: Final = 3
CARD_BLOCKS: Final = 12
CARD_CHARACTERS: Final = 1200
CARD_FOOT: Final = 160
"""Of these, what the card's buttons and its last line may take."""
NAME_SHOWN: Final = 30
TIME_SHOWN: Final = 22
"""What a mention and a date token count as, because each reader sees something else."""
LINE: Final = 120
"""Typed text inside a line of a message; whole it stands in the handoff itself."""

ELLIPSIS: Final = "…"
_JOINER = "\u200d"
_CLINGS = frozenset({"Mn", "Me", "Mc"})

T = TypeVar("T")


def truncate(text: str, limit: int) -> str:
    """At most `limit` characters, the last an ellipsis where something was cut.

    The cut never separates a letter from its accents nor the parts of a joined emoji.
    """
    if len(text) <= limit:
        return text
    end = max(limit - len(ELLIPSIS), 0)
    while end and (_clings(text[end]) or text[end - 1] == _JOINER):
        end -= 1
    return (text[:end].rstrip() + ELLIPSIS)[:limit]


def _clings(char: str) -> bool:
    # Skin tones stand right after the emoji they colour.
    return (
        char == _JOINER
        or unicodedata.category(char) in _CLINGS
        or "\U0001f3fb" <= char <= "\U0001f3ff"
    )


def paginate(items: Sequence[T], *, page: int, size: int) -> tuple[Sequence[T], int, int]:
    """The items of a page, the page really shown (the nearest there is) and the number of pages."""
    pages = max(1, -(-len(items) // size))
    shown = min(max(page, 0), pages - 1)
    return items[shown * size : (shown + 1) * size], shown, pages
