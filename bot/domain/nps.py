"""What the customer answered to *would you recommend us*: single answers, never only an average.

Who answered is not asked. Rules: row 15 of the process's *Steps and clocks* and its *Figures*.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction

from bot.domain.errors import Invalid, Problem
from bot.domain.verification import Record

MOST = 10
"""The best answer; the worst is 0."""
PROMOTES_FROM, DETRACTS_TO = 9, 6
SCORED_FROM = 5
"""So many answers make a score."""
MOST_ANSWERS = 1000
LONGEST_PASTED = 3000
"""Slack's own limit of a text field."""
_TOKEN = re.compile(r"(?<!\w)[-\N{MINUS SIGN}]?\d[\d./]*")
_LIST_NUMBER = re.compile(r"\s*(\d+)[.)]\s+(?=\S)")
_SHOWN = 40
"""Characters of a row that cannot be read, in what is said about it."""


class Nps(Record):
    """The answers in the order in which they were typed, or that nobody gave any."""

    answers: tuple[int, ...] = ()
    asked_on: date | None = None

    @property
    def nobody(self) -> bool:
        """Whether the customer was asked and nobody answered."""
        return not self.answers


def score(answers: Sequence[int]) -> int | None:
    """Per cent who promote less per cent who detract, a half rounded away from 0.

    None while there are too few answers to make one.
    """
    if len(answers) < SCORED_FROM:
        return None
    promote = sum(one >= PROMOTES_FROM for one in answers)
    detract = sum(one <= DETRACTS_TO for one in answers)
    exact = Fraction(100 * (promote - detract), len(answers))
    rounded = int(abs(exact) + Fraction(1, 2))
    return rounded if exact >= 0 else -rounded


def answers_in(pasted: str) -> tuple[int, ...]:
    """The answers of a text: one a line, or several with anything between them.

    Numbers that only count the rows of a list are left out. Raises Invalid that names the row of
    what is no whole number from 0 to 10, or holds none at all.
    """
    found: list[int] = []
    for row, text in _rows(pasted):
        found += _of_row(row, text)
    if len(found) > MOST_ANSWERS:
        raise Invalid(Problem.TOO_MANY, field="nps", facts={"most": str(MOST_ANSWERS)})
    return tuple(found)


def _rows(pasted: str) -> Iterator[tuple[int, str]]:
    """Rows that say something, with their numbers; without what counts them as a list."""
    rows = [(row, text) for row, text in enumerate(pasted.splitlines(), start=1) if text.strip()]
    counts = [_LIST_NUMBER.match(text) for _, text in rows]
    listed = len(rows) > 1 and all(
        one is not None and int(one[1]) == place for place, one in enumerate(counts, start=1)
    )
    for (row, text), count in zip(rows, counts, strict=True):
        yield row, text[count.end() :] if listed and count is not None else text


def _of_row(row: int, text: str) -> Iterator[int]:
    tokens = _TOKEN.findall(text)
    if not tokens:
        raise _unreadable(row, text.strip())
    for token in tokens:
        bare = token.rstrip("./")
        if not bare.isascii() or not bare.isdigit() or int(bare) > MOST:
            raise _unreadable(row, bare)
        yield int(bare)


def _unreadable(row: int, shown: str) -> Invalid:
    cut = shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"
    return Invalid(Problem.BAD_NPS, field="nps", facts={"row": str(row), "shown": cut})


def recorded(pasted: str, *, nobody: bool, asked_on: date | None, day0: date, today: date) -> Nps:
    """What is recorded of it; raises Invalid with the field that is wrong.

    That nobody answered is recorded with the day on which they were asked.
    """
    answers = answers_in(pasted)
    if nobody and answers:
        raise Invalid(Problem.NOBODY_AND_SOME, field="nps_nobody")
    if nobody and asked_on is None:
        raise Invalid(Problem.DATE_NEEDED, field="asked_on")
    if not nobody and not answers:
        raise Invalid(Problem.NO_ANSWERS, field="nps")
    if asked_on is not None and asked_on > today:
        raise Invalid(Problem.DAY_TO_COME, field="asked_on")
    if asked_on is not None and asked_on < day0:
        raise Invalid(Problem.BEFORE_SIGNATURE, field="asked_on")
    return Nps(answers=answers, asked_on=asked_on)
