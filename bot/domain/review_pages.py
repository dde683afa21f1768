"""What is shown of the reviews of day 30, 60 and 90: their forms, and what was written in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.check_in import CheckIn, NoteLook
from bot.domain.closing import Unfinished
from bot.domain.debrief import Answer, Question
from bot.domain.defined_done import DefinedDone, WrittenLine
from bot.domain.expansion import Expansion
from bot.domain.first_value import FirstValue
from bot.domain.items import SectionKey
from bot.domain.milestone_review import MilestoneReview
from bot.domain.nps import Nps
from bot.domain.people import NamedPerson
from bot.domain.promises import Side, Surfaced
from bot.domain.reviews import Outcome, ReviewDay, ReviewKind
from bot.domain.scoring import BriefScore
from bot.domain.still_true import StillTrue
from bot.domain.verification import Record


@dataclass(frozen=True)
class FormHead:
    """What every form of a review carries."""

    handoff_id: int
    account: str
    kind: ReviewKind
    revision: int
    """Of what is written down; 0 for nothing."""
    asks_why: bool = False
    """Whether it is recorded for the one whose it is, with a reason."""
    side: Side = Side.CSM


@dataclass(frozen=True)
class CheckInForm:
    """The AE's note."""

    head: FormHead
    note: CheckIn | None
    look: NoteLook | None = None
    """None where nothing was looked for yet."""
    saved: bool = False
    """Whether what stands in it was just saved."""


@dataclass(frozen=True)
class MilestoneForm:
    """How the shared milestones stand."""

    head: FormHead
    milestones: tuple[tuple[int, str], ...]
    """Their numbers, with what each is."""
    record: MilestoneReview | None
    done: frozenset[int] = frozenset()
    """Of these, what is done in the plan by now."""


@dataclass(frozen=True)
class NpsForm:
    """The customer's answers."""

    head: FormHead
    record: Nps | None


@dataclass(frozen=True)
class StillTrueForm:
    """The debrief's answers that come back, as far as the viewer may read them."""

    head: FormHead
    day: ReviewDay
    answers: Mapping[Question, Answer]
    record: StillTrue | None


@dataclass(frozen=True)
class FirstValueForm:
    """Since when the customer has something of it, and how engaged they are."""

    head: FormHead
    record: FirstValue | None


@dataclass(frozen=True)
class ExpansionForm:
    """The conversation about more revenue."""

    head: FormHead
    record: Expansion | None


@dataclass(frozen=True)
class LatePromise:
    """A promise that came up after the AE's initials."""

    number: int
    words: str
    surfaced: Surfaced


@dataclass(frozen=True)
class ScoreForm:
    """The brief, scored by one of the two."""

    head: FormHead
    sections: tuple[SectionKey, ...]
    late: tuple[LatePromise, ...]
    record: BriefScore | None


@dataclass(frozen=True)
class DefinedDoneForm:
    """What done was to mean, line by line."""

    head: FormHead
    lines: tuple[WrittenLine, ...]
    record: DefinedDone | None


@dataclass(frozen=True)
class ClosingForm:
    """How the handoff ends."""

    head: FormHead
    left: Unfinished
    early: bool
    """Whether only a customer who is lost ends it by now."""
    lines: bool
    """Whether there are lines of defined done to review."""


@dataclass(frozen=True)
class ReviewShown:
    """Something that was written down, as one viewer may read it."""

    kind: ReviewKind
    record: Record
    by: NamedPerson | None
    at: datetime


@dataclass(frozen=True)
class ReviewOffer:
    """Something the viewer may record now."""

    kind: ReviewKind
    for_other: bool
    """Whether it is somebody else's of their side, so that it takes a reason."""
    again: bool
    """Whether it corrects what is recorded."""


@dataclass(frozen=True)
class ReviewPage:
    """The reviews on the page of a handoff."""

    shown: tuple[ReviewShown, ...] = ()
    offers: tuple[ReviewOffer, ...] = ()
    outcome: Outcome | None = None
    closed_at: datetime | None = None
    milestones: Mapping[int, str] = field(default_factory=dict)
    """What the shared milestones are, by number."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing of it for the viewer."""
        return not self.shown and not self.offers and self.closed_at is None


NOTHING_REVIEWED = ReviewPage()
