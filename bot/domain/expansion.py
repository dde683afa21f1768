"""The conversation about more revenue at day 60, as AE and CSM each record it."""

from datetime import date
from enum import StrEnum

from bot.domain.errors import Invalid, Problem
from bot.domain.verification import LONGEST_WORDS, Record


class Appetite(StrEnum):
    """What came of it."""

    WANTS_MORE = "wants_more"
    LATER = "later"
    NOT_NOW = "not_now"
    NOT_RAISED = "not_raised"
    """There was nothing to talk about yet."""


class Expansion(Record):
    """What one of the two records of it."""

    talked_on: date
    appetite: Appetite
    words: str

    def checked(self, *, day0: date, today: date) -> "Expansion":
        """The same without outer blanks; raises Invalid with the field that is wrong."""
        if self.talked_on > today:
            raise Invalid(Problem.DAY_TO_COME, field="talked_on")
        if self.talked_on < day0:
            raise Invalid(Problem.BEFORE_SIGNATURE, field="talked_on")
        words = self.words.strip()
        if not words:
            raise Invalid(Problem.EMPTY, field="expansion_words")
        if len(words) > LONGEST_WORDS:
            most = {"most": str(LONGEST_WORDS)}
            raise Invalid(Problem.TOO_LONG, field="expansion_words", facts=most)
        return self.model_copy(update={"words": words})
