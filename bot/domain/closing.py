"""The end of a handoff: the CSM closes it with an outcome, and may take that back for minutes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain import access
from bot.domain.access import Act
from bot.domain.deadlines import OWED_STATES, Deadline, DeadlineState, Step, done_at
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import Handoff, State
from bot.domain.history import Fact, Tag
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.pre_close import QUESTIONS
from bot.domain.reviewing import day_now, require
from bot.domain.reviews import STILL_TRUE, Outcome, ReviewDay, ReviewKind
from bot.domain.steps import AT_ONCE
from bot.domain.verification import LONGEST_LINE, Record


class Closing(Record):
    """How the CSM closed it, and why they say so."""

    outcome: Outcome
    line: str

    def checked(self) -> "Closing":
        """The same with its words in one line; raises Invalid for none or too many."""
        line = " ".join(self.line.split())
        if not line:
            raise Invalid(Problem.EMPTY, field="closing_line")
        if len(line) > LONGEST_LINE:
            facts = {"most": str(LONGEST_LINE)}
            raise Invalid(Problem.TOO_LONG, field="closing_line", facts=facts)
        return self.model_copy(update={"line": line})


@dataclass(frozen=True)
class Unfinished:
    """What would be dropped with the closing, named before it."""

    steps: tuple[Step, ...]
    """Owed and not done."""
    promises: int
    """In force, and nobody said what became of them."""
    milestones: int
    """In the plan, and nobody said that they were reached."""
    still_true: bool
    """Whether nobody said at day 90 if the AE's answers are still true."""
    defined_done: bool
    """Whether lines of it were written, and nobody reviewed them."""


def unfinished(
    handoff: Handoff, owed: Sequence[Deadline], *, promises: int, milestones: int, lines: int
) -> Unfinished:
    """What is not done; `lines` are those of defined done that were written."""
    reviews = handoff.reviews
    undone = OWED_STATES | {DeadlineState.WAITING}
    return Unfinished(
        steps=tuple(
            one.step
            for one in owed
            if one.state in undone and not one.subject and one.step is not Step.OUTCOME
        ),
        promises=promises,
        milestones=milestones,
        still_true=reviews.at(STILL_TRUE[ReviewDay.LAST]) is None,
        defined_done=bool(lines) and reviews.defined_done_at is None,
    )


def require_closing(
    by: Person, handoff: Handoff, owed: Sequence[Deadline], outcome: Outcome | None = None
) -> None:
    """Raise NotAllowed or Invalid unless it may be closed so now.

    Before day 90 can be reviewed only a customer who is lost ends it.
    """
    require(ReviewKind.CLOSING, by, handoff)
    if outcome not in (None, Outcome.LOST) and day_now(owed) is not ReviewDay.LAST:
        raise Invalid(Problem.CLOSES_LATER, field="closing_outcome")


def may_close(person: Person, handoff: Handoff) -> bool:
    """Whether a person is the one who closes it, as far as rights go."""
    return handoff.open and access.may(Act.CLOSE, person, handoff)


def close(
    handoff: Handoff,
    said: Closing,
    *,
    left: Unfinished,
    owed: Sequence[Deadline],
    revision: int,
    by: Person,
    at: datetime,
) -> None:
    """The CSM closes it; everything that is still owed is dropped, promises to deliver, too."""
    require_closing(by, handoff, owed, said.outcome)
    facts: dict[str, Fact] = {
        "outcome": said.outcome.value,
        "revision": revision,
        "left": [one.value for one in left.steps],
        "promises": left.promises,
        "milestones": left.milestones,
    }
    handoff.state = State.CLOSED
    handoff.reviews = handoff.reviews.closed(said.outcome, at)
    handoff.note(Tag.CLOSED, facts, by=by, at=at)


def undo_close(handoff: Handoff, *, by: Person, at: datetime, policy: Policy) -> None:
    """Open it again within the policy's minutes; every clock goes on as if nothing was.

    Raises Conflict where it is not closed, or was for longer.
    """
    access.require(Act.CLOSE, by, handoff)
    since = handoff.reviews.closed_at
    if handoff.state is not State.CLOSED or since is None:
        raise Conflict(Problem.NOTHING_TO_UNDO)
    if at - since > policy.undo_window:
        raise Conflict(Problem.UNDO_TOO_LATE, facts={"minutes": str(policy.undo_minutes)})
    handoff.state = State.OPEN
    handoff.reviews = handoff.reviews.opened_again()
    handoff.note(Tag.CLOSING_UNDONE, {}, by=by, at=at)


@dataclass(frozen=True)
class Thanks:
    """What one person did by its due time."""

    person_id: int
    steps: tuple[Step, ...]


def thanks(handoff: Handoff, owed: Sequence[Deadline]) -> tuple[Thanks, ...]:
    """Who did what in time, in the order of the steps; of nothing is said that it was late.

    What the bot did in somebody's place, and what was another's when it was done, thanks nobody.
    """
    found: dict[int, list[Step]] = {}
    for one in owed:
        if one.owner_id is not None and _in_time(one, handoff):
            found.setdefault(one.owner_id, []).append(one.step)
    return tuple(Thanks(person, tuple(dict.fromkeys(steps))) for person, steps in found.items())


def _in_time(one: Deadline, handoff: Handoff) -> bool:
    if one.subject or one.step in QUESTIONS or one.state is not DeadlineState.DONE:
        return False
    if one.step is Step.MESSAGE and handoff.posted_by is None:
        return False
    at = done_at(one.step, handoff)
    theirs = at is not None and (one.owned_at is None or one.owned_at <= at)
    return theirs and at is not None and at <= one.due_at


def together(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Steps as they are named for one person: what two do at once has one name."""
    same: Mapping[Step, Step] = {aes: csms for csms, aes in AT_ONCE.items()}
    return tuple(dict.fromkeys(same.get(step, step) for step in steps))
