"""What *done* was to mean, reviewed line by line at day 90."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.brief import FirstDays
from bot.domain.errors import Invalid, Problem
from bot.domain.verification import Record

LONGEST_NOTE = 1000


class DoneLine(StrEnum):
    """The lines of defined done, named as the brief names its fields."""

    LIVE_BY = "live_by"
    OUTCOME = "outcome"
    SECOND_OUTCOME = "second_outcome"
    CONFIRMS = "confirms"
    REVIEW_ON = "review_on"


class Met(StrEnum):
    """What became of a line."""

    MET = "met"
    PARTLY = "partly"
    NOT = "not"
    MOVED = "moved"


@dataclass(frozen=True)
class WrittenLine:
    """A line as the brief has it: a day, or words."""

    line: DoneLine
    said: str | date


class DefinedDone(Record):
    """What the CSM says of each line that was written."""

    met: Mapping[DoneLine, Met]
    notes: Mapping[DoneLine, str] = {}

    def checked(self, lines: tuple[WrittenLine, ...]) -> "DefinedDone":
        """The same without outer blanks; raises Invalid with the field that is wrong.

        Whatever was not met as it was written is said why.
        """
        met: dict[DoneLine, Met] = {}
        notes: dict[DoneLine, str] = {}
        for one in lines:
            said, note = self.met.get(one.line), self.notes.get(one.line, "").strip()
            if said is None:
                raise Invalid(Problem.CHOOSE, field=met_field(one.line))
            if said is not Met.MET and not note:
                raise Invalid(Problem.SAY_WHY_NOT_MET, field=note_field(one.line))
            if len(note) > LONGEST_NOTE:
                most = {"most": str(LONGEST_NOTE)}
                raise Invalid(Problem.TOO_LONG, field=note_field(one.line), facts=most)
            met[one.line] = said
            if note:
                notes[one.line] = note
        return DefinedDone(met=met, notes=notes)


def met_field(line: DoneLine) -> str:
    """The form's field in which a line is judged."""
    return f"met_{line.value}"


def note_field(line: DoneLine) -> str:
    """The one with the note to it."""
    return f"note_{line.value}"


def written_lines(days: FirstDays) -> tuple[WrittenLine, ...]:
    """The lines that the brief has; of a deal that counts none it may have some all the same."""
    return tuple(_written(days))


def _written(days: FirstDays) -> Iterator[WrittenLine]:
    for line in DoneLine:
        said = getattr(days, line.value)
        if isinstance(said, date) or (isinstance(said, str) and said.strip()):
            yield WrittenLine(line, said)
