"""How the shared milestones stand at day 30, one by one, with a note.

Whoever reviews them ticks what is done and what is behind; the rest is on track.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum

from bot.domain.errors import Invalid, Problem
from bot.domain.verification import LONGEST_WORDS, Record

_NUMBERED = re.compile(r"\s*(\d+)\s*[:.)\-–]\s*(.*)")


class Progress(StrEnum):
    """How one milestone stands."""

    ON_TRACK = "on_track"
    BEHIND = "behind"
    DONE = "done"


class MilestoneState(Record):
    """One milestone by its number in the plan."""

    number: int
    progress: Progress
    note: str = ""


class MilestoneReview(Record):
    """All shared milestones of the plan as it was then; none where it had none."""

    states: tuple[MilestoneState, ...] = ()
    note: str = ""
    """What is said of them all."""

    def notes(self) -> str:
        """The notes as they are typed: one a line, behind the number of its milestone."""
        of_each = [f"{one.number}: {one.note}" for one in self.states if one.note]
        return "\n".join([*of_each, *([self.note] if self.note else [])])

    def standing(self, progress: Progress) -> tuple[int, ...]:
        """The numbers of those that stand so."""
        return tuple(one.number for one in self.states if one.progress is progress)


def reviewed(
    numbers: Sequence[int], *, done: Collection[int], behind: Collection[int], notes: str
) -> MilestoneReview:
    """What was ticked and written of the milestones with these numbers.

    Raises Invalid with the field that is wrong: one milestone ticked as both, a note to a number
    that there is not, and no word at all where there is no milestone.
    """
    both = [one for one in numbers if one in done and one in behind]
    if both:
        facts = {"number": str(both[0])}
        raise Invalid(Problem.DONE_AND_BEHIND, field="milestones_behind", facts=facts)
    text = notes.strip()
    if len(text) > LONGEST_WORDS:
        facts = {"most": str(LONGEST_WORDS)}
        raise Invalid(Problem.TOO_LONG, field="milestone_notes", facts=facts)
    if not numbers and not text:
        raise Invalid(Problem.EMPTY, field="milestone_notes")
    of_each: dict[int, list[str]] = {}
    general: list[str] = []
    for number, line in _lines(text, numbers):
        if number is None:
            general.append(line)
        else:
            of_each.setdefault(number, []).append(line)
    states = tuple(
        MilestoneState(
            number=one,
            progress=_progress(one, done, behind),
            note=" ".join(of_each.get(one, ())),
        )
        for one in numbers
    )
    return MilestoneReview(states=states, note="\n".join(general))


def _progress(number: int, done: Collection[int], behind: Collection[int]) -> Progress:
    if number in done:
        return Progress.DONE
    return Progress.BEHIND if number in behind else Progress.ON_TRACK


def _lines(text: str, numbers: Collection[int]) -> Iterator[tuple[int | None, str]]:
    """Each line with the milestone it is about; None is about all of them."""
    for row, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        found = _NUMBERED.fullmatch(line) if numbers else None
        if found is None:
            yield None, line.strip()
            continue
        number = int(found[1])
        if number not in numbers:
            facts = {"row": str(row), "number": found[1]}
            raise Invalid(Problem.NO_SUCH_MILESTONE, field="milestone_notes", facts=facts)
        yield number, found[2].strip()
