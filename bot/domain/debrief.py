"""The won-deal debrief: seven questions, who may read which answer, and how far the talk is.

Rules: the process's *Two talks* and *Who sees what*. An answer counts once the CSM marked it clear,
or that the AE was asked and does not know.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bot.domain.access import Audience
from bot.domain.errors import Invalid, Problem
from bot.domain.items import SectionKey

LONGEST_ANSWER = 3000
"""Slack's own limit of a text field."""
LONGEST_SHORT = 300
LONGEST_ASK = 300
MOST_ASKS = 50
"""Questions to the AE of one handoff."""
LONGEST_TALK = 480
"""Minutes: nobody talks longer than a working day."""
MOST_THERE = 20


class Question(StrEnum):
    """The seven, in the order in which they are asked."""

    BOUGHT = "bought"
    CHAMPION = "champion"
    NEARLY = "nearly"
    PROMISED = "promised"
    GROWTH = "growth"
    AGAINST = "against"
    YEAR = "year"

    @property
    def number(self) -> int:
        """From 1, as people call them."""
        return list(Question).index(self) + 1


class Outlook(StrEnum):
    """Where the AE expects the customer in a year, in one word."""

    GREAT = "great"
    FINE = "fine"
    WORRIED = "worried"
    WRONG_FIT = "wrong_fit"


class Goes(StrEnum):
    """Where an answer belongs once it is given."""

    CRM = "crm"
    """The account's record in the CRM."""
    CS_PLATFORM = "cs_platform"
    INTERNAL = "internal"
    """The record of this handoff alone."""
    LEDGER = "ledger"


class AnswerPart(StrEnum):
    """Fields of an answer; not all questions have all of them."""

    WORDS = "words"
    SHORT = "short"
    """In one line, for more readers than the whole of it."""
    OUTLOOK = "outlook"


@dataclass(frozen=True)
class QuestionRule:
    """What the process says of one question."""

    question: Question
    parts: Mapping[AnswerPart, Audience]
    """The fields its answer has, each with who may read it."""
    goes: Mapping[AnswerPart, tuple[Goes, ...]]
    beside: SectionKey
    """The section of the brief that says what was known before."""
    comes_back: bool = False
    """Whether the customer's day 30, 60 and 90 ask if it is still so."""


_WORDS, _SHORT, _OUTLOOK = AnswerPart.WORDS, AnswerPart.SHORT, AnswerPart.OUTLOOK
RULES: Mapping[Question, QuestionRule] = {
    rule.question: rule
    for rule in (
        QuestionRule(
            Question.BOUGHT,
            {_WORDS: Audience.DEBRIEF_FACTS},
            {_WORDS: (Goes.CRM,)},
            SectionKey.WHY,
        ),
        QuestionRule(
            Question.CHAMPION,
            {_WORDS: Audience.DEBRIEF},
            {_WORDS: (Goes.CS_PLATFORM,)},
            SectionKey.PEOPLE,
            comes_back=True,
        ),
        QuestionRule(
            Question.NEARLY,
            {_WORDS: Audience.RECORDS},
            {_WORDS: (Goes.INTERNAL,)},
            SectionKey.RED_FLAGS,
        ),
        # Whole it has no row of its own in *Who sees what*: what was agreed stands in the ledger.
        QuestionRule(
            Question.PROMISED,
            {_WORDS: Audience.RECORDS, _SHORT: Audience.DEBRIEF_FACTS},
            {_WORDS: (Goes.LEDGER,), _SHORT: (Goes.CRM,)},
            SectionKey.PROMISES,
        ),
        QuestionRule(
            Question.GROWTH,
            {_WORDS: Audience.DEBRIEF},
            {_WORDS: (Goes.CS_PLATFORM,)},
            SectionKey.COMMERCIALS,
            comes_back=True,
        ),
        QuestionRule(
            Question.AGAINST,
            {_WORDS: Audience.RECORDS, _SHORT: Audience.DEBRIEF},
            {_WORDS: (Goes.INTERNAL,), _SHORT: (Goes.CRM,)},
            SectionKey.RED_FLAGS,
        ),
        QuestionRule(
            Question.YEAR,
            {_WORDS: Audience.DEBRIEF, _OUTLOOK: Audience.DEBRIEF},
            {_WORDS: (Goes.CS_PLATFORM,)},
            SectionKey.FIRST_DAYS,
            comes_back=True,
        ),
    )
}
OWN_PART = Audience.REASONS
"""Who reads what the CSM adds of their own."""
TALK = Audience.DEBRIEF
"""Who reads who was there."""


def ask_audience(question: Question | None) -> Audience:
    """Who reads what the AE is asked about an answer, and what they say to it.

    It is part of what the CSM adds, so never for more readers than that, nor than the answer.
    """
    of_answer = OWN_PART if question is None else RULES[question].parts[AnswerPart.WORDS]
    return OWN_PART if of_answer is Audience.DEBRIEF_FACTS else of_answer


class Standing(StrEnum):
    """How far one answer is."""

    OPEN = "open"
    ANSWERED = "answered"
    """Written down, and not marked by the CSM as it is."""
    ASKED = "asked"
    """The CSM asked the AE about it."""
    CLEAR = "clear"
    NOT_KNOWN = "not_known"
    """The AE was asked and does not know."""


SETTLED = frozenset({Standing.CLEAR, Standing.NOT_KNOWN})


class Written(BaseModel):
    """A document of the debrief."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(Written):
    """What is written down for one question."""

    words: str = ""
    short: str = ""
    outlook: Outlook | None = None

    @property
    def given(self) -> bool:
        """Whether there is anything that could be clear or not."""
        return bool(self.words.strip())

    def checked(self, question: Question) -> "Answer":
        """The same without outer blanks; raises Invalid for too many words.

        What a question does not ask for is not kept.
        """
        parts = RULES[question].parts
        short = " ".join(self.short.split()) if AnswerPart.SHORT in parts else ""
        words = self.words.strip()
        if len(words) > LONGEST_ANSWER:
            raise Invalid(Problem.TOO_LONG, field="answer", facts={"most": str(LONGEST_ANSWER)})
        if len(short) > LONGEST_SHORT:
            raise Invalid(Problem.TOO_LONG, field="short", facts={"most": str(LONGEST_SHORT)})
        outlook = self.outlook if AnswerPart.OUTLOOK in parts else None
        return Answer(words=words, short=short, outlook=outlook)


class OwnPart(Written):
    """What the CSM adds of their own; the questions to the AE are asks."""

    flags: str = ""
    """What the implementation has to look out for."""
    readiness: str = ""
    """How ready the customer is."""

    def checked(self) -> "OwnPart":
        """The same without outer blanks; raises Invalid with the field of too many words."""
        for name in ("flags", "readiness"):
            if len(getattr(self, name)) > LONGEST_ANSWER:
                raise Invalid(Problem.TOO_LONG, field=name, facts={"most": str(LONGEST_ANSWER)})
        return OwnPart(flags=self.flags.strip(), readiness=self.readiness.strip())


class Talk(Written):
    """That it was held: when, how long, and who was there."""

    held_at: datetime
    minutes: int
    there: tuple[int, ...]
    """Ids of our people."""


@dataclass(frozen=True)
class Ask:
    """One thing the CSM asks the AE, about an answer or besides."""

    id: int
    question: Question | None
    """None where it is about no answer."""
    text: str
    """Empty for who has no part any more and only replied; so is `reply` for who only asked."""
    asked_by: int | None
    asked_at: datetime
    reply: str = ""
    replied_by: int | None = None
    replied_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether the AE has not answered it."""
        return self.replied_at is None


@dataclass(frozen=True)
class Debrief:
    """How far it is, without a word of what was said: clocks and lists need this."""

    standings: Mapping[Question, Standing] = field(default_factory=dict)
    held_at: datetime | None = None
    minutes: int | None = None
    recorded_at: datetime | None = None
    done_at: datetime | None = None
    reopened_at: datetime | None = None
    """When an answer that had settled it was changed."""
    asks_open: int = 0
    """Questions that wait for the AE."""

    def standing(self, question: Question) -> Standing:
        """How far one answer is."""
        return self.standings.get(question, Standing.OPEN)

    @property
    def settled(self) -> int:
        """How many answers count."""
        return sum(one in SETTLED for one in self.standings.values())

    @property
    def unsettled(self) -> tuple[Question, ...]:
        """The questions whose answers do not count yet, in order."""
        return tuple(one for one in Question if self.standing(one) not in SETTLED)

    @property
    def unanswered(self) -> tuple[Question, ...]:
        """Those to which nothing was said yet."""
        return tuple(one for one in Question if self.standing(one) is Standing.OPEN)

    @property
    def ahead(self) -> bool:
        """Whether all is answered, and nothing of it is marked or recorded yet."""
        return not self.unanswered and not self.settled and self.recorded_at is None

    def standing_so(self, question: Question, standing: Standing) -> "Debrief":
        """The same with one answer standing otherwise, whatever that makes of the whole."""
        return replace(self, standings={**self.standings, question: standing})

    def with_standing(self, question: Question, standing: Standing, at: datetime) -> "Debrief":
        """The same with one answer standing otherwise; it may be done by it, or not any more."""
        return self.standing_so(question, standing).weighed(at)

    def held(self, held_at: datetime, minutes: int, at: datetime) -> "Debrief":
        """The talk is recorded, for the first time or once more."""
        recorded = self.recorded_at or at
        changed = replace(self, held_at=held_at, minutes=minutes, recorded_at=recorded)
        return changed.weighed(at)

    def asking(self, more: int) -> "Debrief":
        """The same with more questions that wait for the AE, or with a negative number fewer."""
        return replace(self, asks_open=max(self.asks_open + more, 0))

    def of_another_csm(self, at: datetime) -> "Debrief":
        """What is left of it for another CSM: what was said, of which they marked nothing yet.

        Nor have they held the talk, whose record stays to be read.
        """
        standings = {
            question: Standing.ANSWERED if standing in SETTLED else standing
            for question, standing in self.standings.items()
        }
        left = replace(self, standings=standings, held_at=None, minutes=None, recorded_at=None)
        return left.weighed(at)

    def weighed(self, at: datetime) -> "Debrief":
        """The same with whether it is done; what was done and is not any more was opened again."""
        through = self.recorded_at is not None and not self.unsettled
        if through:
            return replace(self, done_at=self.done_at or at)
        if self.done_at is None:
            return self
        return replace(self, done_at=None, reopened_at=at)


NOT_BEGUN = Debrief()


@dataclass(frozen=True)
class KeptAnswer:
    """An answer as it is stored, as far as its reader may read it."""

    answer: Answer
    revision: int
    by: int | None
    at: datetime
    parts: frozenset[AnswerPart]
    """What of it this reader may read."""


def next_promise(words: str, known: Collection[str]) -> str:
    """The first line of an answer that stands in no entry of the ledger yet; empty for none.

    Who answers what was promised writes a promise a line. `known` are all wordings that an entry
    ever had: one that was reworded or withdrawn is in the ledger, too, and so is one to which a
    few words were added or from which they were taken on the way into it.
    """
    wordings = [folded for one in known if (folded := _folded(one))]
    for cleaned in _listed(words):
        line = _folded(cleaned)
        if line and not any(_begins(line, one) or _begins(one, line) for one in wordings):
            return cleaned
    return ""


def _listed(words: str) -> Iterator[str]:
    """Each line without the mark or the number it has as one of a list; a date is no number."""
    number = 1
    for line in words.splitlines():
        cleaned = line.strip().lstrip("-*•–").strip()
        for marker in (f"{number}. ", f"{number}) "):
            if cleaned.startswith(marker):
                cleaned, number = cleaned.removeprefix(marker).strip(), number + 1
                break
        yield cleaned


def _folded(line: str) -> str:
    """A line without its case and how it was spaced."""
    return " ".join(line.split()).casefold()


def _begins(whole: str, beginning: str) -> bool:
    return whole == beginning or whole.startswith(f"{beginning} ")
