"""What a handoff is linked to, in one line."""

from collections.abc import Sequence
from typing import Final

from bot.domain.linked import Linked
from bot.views import sentences
from bot.views.limits import LINE
from bot.views.text import one_line

MOST_NAMED: Final = 2
"""Links that a card names; all of them stand on the page of the handoff."""


def links_line(linked: Sequence[Linked], *, most: int = MOST_NAMED, longest: int = LINE) -> str:
    """What a handoff is linked to, in one line (plain text); empty without any."""
    told = [
        sentences.paths.linked(
            one.link.kind,
            one_line(one.account, longest) if one.account else None,
            onward=one.link.onward,
        )
        for one in linked[:most]
    ]
    if len(linked) > most:
        told.append(sentences.paths.more_links(len(linked) - most))
    return " · ".join(told)
