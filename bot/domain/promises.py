"""Promises made in the sale, each in its own words and by version."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from bot.domain.errors import Invalid, Problem

LONGEST_WORDS = 3000


class Kind(StrEnum):
    """What a promise is about."""

    TIMING = "timing"
    SCOPE = "scope"
    INTEGRATION = "integration"
    CUSTOM_WORK = "custom_work"
    EXECUTIVE_ACCESS = "executive_access"
    PRICING = "pricing"
    SUPPORT = "support"
    OTHER = "other"


@dataclass(frozen=True)
class PromiseText:
    """What a person writes down of a promise."""

    words: str
    kind: Kind = Kind.OTHER
    said_to: str = ""
    due: date | None = None

    def checked(self) -> "PromiseText":
        """The same without outer blanks; raises Invalid for no words or too many."""
        words = self.words.strip()
        if not words:
            raise Invalid(Problem.EMPTY, field="words")
        if len(words) > LONGEST_WORDS:
            raise Invalid(Problem.TOO_LONG, field="words")
        return replace(self, words=words, said_to=self.said_to.strip())


@dataclass(frozen=True)
class Promise:
    """One promise at the version in force; earlier versions stay readable in the store."""

    id: int
    number: int
    """Its number within the handoff, from 1."""
    version: int
    text: PromiseText
    withdrawn: bool = False
