"""Whether what the AE said in the debrief of champion, growth and the year ahead is still true."""

from collections.abc import Mapping
from enum import StrEnum

from bot.domain.debrief import RULES, Question
from bot.domain.errors import Invalid, Problem
from bot.domain.verification import Record

ASKED_AGAIN = tuple(rule.question for rule in RULES.values() if rule.comes_back)
"""The questions that come back at day 30, 60 and 90."""
LONGEST_CHANGE = 1000


class Holds(StrEnum):
    """What the CSM says of one answer."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"


class StillTrue(Record):
    """What the CSM says of each; what changed stands where one is not true any more."""

    holds: Mapping[Question, Holds]
    changed: Mapping[Question, str] = {}

    def checked(self) -> "StillTrue":
        """The same without outer blanks; raises Invalid with the field that is wrong."""
        kept: dict[Question, str] = {}
        for question in ASKED_AGAIN:
            said = self.holds.get(question)
            if said is None:
                raise Invalid(Problem.CHOOSE, field=holds_field(question))
            words = self.changed.get(question, "").strip()
            if said is Holds.NO and not words:
                raise Invalid(Problem.WHAT_CHANGED, field=changed_field(question))
            if len(words) > LONGEST_CHANGE:
                most = {"most": str(LONGEST_CHANGE)}
                raise Invalid(Problem.TOO_LONG, field=changed_field(question), facts=most)
            if words:
                kept[question] = words
        return StillTrue(holds={one: self.holds[one] for one in ASKED_AGAIN}, changed=kept)


def holds_field(question: Question) -> str:
    """The form's field in which one is answered."""
    return f"holds_{question.value}"


def changed_field(question: Question) -> str:
    """The one that says what changed."""
    return f"changed_{question.value}"
