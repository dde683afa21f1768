"""What a dispute about a promise is: who raised it, why, and what is answered to it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from bot.domain.access import Capacity
from bot.domain.people import NamedPerson
from bot.domain.promises import Side


class Outcome(StrEnum):
    """How a dispute may be settled."""

    KEPT = "kept"
    REWORDED = "reworded"
    WITHDRAWN = "withdrawn"
    RENEGOTIATED = "renegotiated"
    """Something else is agreed with the customer: other words, another day, or both."""


REWORDING = frozenset({Outcome.REWORDED, Outcome.RENEGOTIATED})
"""What gives the promise another wording."""


class Seat(StrEnum):
    """As what somebody answers."""

    AE_MANAGER = "ae_manager"
    CS_MANAGER = "cs_manager"
    REVOPS = "revops"
    """Decides alone, where the managers differ or one of them is too late."""


MANAGERS: Mapping[Seat, Capacity] = {
    Seat.AE_MANAGER: Capacity.AE_MANAGER,
    Seat.CS_MANAGER: Capacity.CS_MANAGER,
}


class Ending(StrEnum):
    """How a dispute ended that nobody settled."""

    TAKEN_BACK = "taken_back"
    LAPSED = "lapsed"
    """AE or CSM withdrew the promise meanwhile."""


class Escalation(StrEnum):
    """Why RevOps decides."""

    DIFFER = "differ"
    LATE = "late"


@dataclass(frozen=True)
class Settlement:
    """What somebody wants to become of a disputed promise."""

    outcome: Outcome
    words: str = ""
    due: date | None = None
    """With the words, what it promises then; both empty where it keeps its wording."""
    reason: str = ""

    def same_as(self, other: "Settlement") -> bool:
        """Whether the promise would be the same by either; why somebody wants it is their own.

        Two wordings that differ in more than blanks and capitals are two answers: nobody but
        people can say whether they promise the same.
        """
        return self._promised() == other._promised()

    def _promised(self) -> tuple[Outcome, str, date | None]:
        return self.outcome, " ".join(self.words.split()).casefold(), self.due


@dataclass(frozen=True)
class Answer:
    """One manager's answer, about one wording."""

    seat: Seat
    by: NamedPerson
    at: datetime
    settlement: Settlement


@dataclass(frozen=True)
class Dispute:
    """A dispute that is open."""

    id: int
    """0 until it was stored."""
    side: Side
    by: NamedPerson
    at: datetime
    reason: str
    asked_at: datetime
    """Since when the managers owe an answer: with another wording they are asked anew."""
    escalated_at: datetime | None = None
    """Since when it is RevOps that decides."""
    answers: Mapping[Seat, Answer] | None = None
    """On the wording in force; None where they were not read, as for everybody but the managers."""


@dataclass(frozen=True)
class PastDispute:
    """A dispute that is over."""

    by: NamedPerson
    at: datetime
    reason: str
    ending: Outcome | Ending
    ended_at: datetime
    why: str = ""
    """What was said with the answer that settled it."""

    @property
    def for_the_channel(self) -> "PastDispute":
        """Without why a promise was withdrawn, which fewer read."""
        return replace(self, why="") if self.ending is Outcome.WITHDRAWN else self
