"""The AE's note to the customer at day 30: brief, personal, and nothing sold in it.

The bot looks at it and writes none of it; what it finds never keeps anybody from sending it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import Invalid, Problem
from bot.domain.verification import Record
from bot.domain.words import selling_words

BRIEF_WORDS = 80
"""More than so many is no short note; no rule of the process, which only calls it brief."""
LONGEST_NOTE = 3000
"""Slack's own limit of a text field."""
_WORD = re.compile(r"\w+(?:[-’'.]\w+)*")


class CheckIn(Record):
    """The note, and when it was sent; a draft was not."""

    words: str
    sent_at: datetime | None = None

    def checked(self) -> "CheckIn":
        """The same without outer blanks; raises Invalid for nothing or too much."""
        words = self.words.strip()
        if not words:
            raise Invalid(Problem.EMPTY, field="note")
        if len(words) > LONGEST_NOTE:
            raise Invalid(Problem.TOO_LONG, field="note", facts={"most": str(LONGEST_NOTE)})
        return self.model_copy(update={"words": words})


@dataclass(frozen=True)
class NoteLook:
    """What was found in a note."""

    words: int
    names: bool
    """Whether it names anybody of the customer; True where the brief names nobody, either."""
    selling: tuple[str, ...] = ()
    """Words that sell something, as typed."""

    @property
    def brief(self) -> bool:
        """Whether it is short."""
        return self.words <= BRIEF_WORDS

    @property
    def fine(self) -> bool:
        """Whether there is nothing to point out."""
        return self.brief and self.names and not self.selling


def look(note: str, *, people: Sequence[str]) -> NoteLook:
    """What there is to point out in a note; `people` are those of the customer in the brief."""
    words = _WORD.findall(note)
    folded = {word.casefold() for word in words}
    firsts = {name.split()[0].casefold() for name in people if name.split()}
    return NoteLook(
        words=len(words),
        names=not firsts or bool(firsts & folded),
        selling=selling_words(note),
    )
