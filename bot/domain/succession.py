"""Who took over a part from whom, and who may know what an AE who is gone knew.

A part goes on with its steps as they are. What its former holder said for themselves, initials
before all, is said anew by the one who follows; the history keeps what was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bot.domain.errors import Invalid, Problem
from bot.domain.verification import LONGEST_WORDS, Record

LONGEST_WHO = 200
"""Characters of the names of whom somebody talked with."""


class Source(StrEnum):
    """Whom to ask about a deal whose AE cannot be asked any more, in the order to ask them in."""

    SALES_ENGINEERS = "sales_engineers"
    AE_MANAGER = "ae_manager"
    PRE_SALES = "pre_sales"
    CHAMPION = "champion"
    """The customer, with an honest question, once the company asked itself."""


class Interview(BaseModel):
    """One talk on the list."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    source: Source
    who: str
    """With whom, as typed."""
    on: date
    note: str = ""
    by: int
    """Who ticked it."""
    at: datetime

    def checked(self, *, today: date) -> "Interview":
        """The same without outer blanks; raises Invalid with the field that is wrong."""
        who, note = " ".join(self.who.split()), self.note.strip()
        if not who:
            raise Invalid(Problem.EMPTY, field="interviewed")
        if len(who) > LONGEST_WHO:
            most = {"most": str(LONGEST_WHO)}
            raise Invalid(Problem.TOO_LONG, field="interviewed", facts=most)
        if self.on > today:
            raise Invalid(Problem.HELD_LATER, field="interview_on")
        if len(note) > LONGEST_WORDS:
            most = {"most": str(LONGEST_WORDS)}
            raise Invalid(Problem.TOO_LONG, field="interview_note", facts=most)
        return self.model_copy(update={"who": who, "note": note})


class Interviews(Record):
    """The list as it is ticked so far; its readers are those of reasons."""

    talks: tuple[Interview, ...] = ()

    def of(self, source: Source) -> Interview | None:
        """The talk with one source; None while nobody talked with them."""
        return next((one for one in self.talks if one.source is source), None)

    def ticked(self, talk: Interview) -> "Interviews":
        """The list with one talk more, or corrected; in the order in which it is asked."""
        talks = {one.source: one for one in (*self.talks, talk)}
        return Interviews(talks=tuple(talks[one] for one in Source if one in talks))

    @property
    def open(self) -> Sequence[Source]:
        """With whom nobody talked yet, the next one first."""
        return tuple(one for one in Source if self.of(one) is None)


@dataclass(frozen=True)
class Succession:
    """What clocks and lists need to know of it."""

    ae_since: datetime | None = None
    """When another AE took over; None while the first one has it."""
    interviews_at: datetime | None = None
    """Since when there is a list of whom to ask what the former AE knew."""
    interviewed_at: datetime | None = None
    """When something on it was last ticked."""

    def of_another_ae(self, at: datetime) -> "Succession":
        """The AE has it since then."""
        return replace(self, ae_since=at)

    def asking(self, at: datetime) -> "Succession":
        """There is a list."""
        return replace(self, interviews_at=at)

    def interviewed(self, at: datetime) -> "Succession":
        """Something on it was ticked."""
        return replace(self, interviewed_at=at)


THE_FIRST = Succession()
"""Of a handoff in which nobody followed anybody."""
