"""What people record at day 30 and 60, and line by line at day 90."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain import access
from bot.domain.deadlines import Deadline, DeadlineState, Step
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import CLOCK_SLACK, Handoff, State
from bot.domain.history import Fact, Tag, instant_text
from bot.domain.people import Person
from bot.domain.reviews import STILL_TRUE, ReviewDay, ReviewKind, act_of, side_of

TAGS = {
    ReviewKind.CHECK_IN: Tag.CHECKED_IN,
    ReviewKind.MILESTONES: Tag.MILESTONES_REVIEWED,
    ReviewKind.NPS: Tag.NPS_RECORDED,
    ReviewKind.STILL_TRUE_30: Tag.STILL_TRUE_SAID,
    ReviewKind.STILL_TRUE_60: Tag.STILL_TRUE_SAID,
    ReviewKind.STILL_TRUE_90: Tag.STILL_TRUE_SAID,
    ReviewKind.FIRST_VALUE: Tag.FIRST_VALUE_RECORDED,
    ReviewKind.EXPANSION: Tag.EXPANSION_TALKED,
    ReviewKind.EXPANSION_AE: Tag.EXPANSION_TALKED,
    ReviewKind.SCORE: Tag.BRIEF_SCORED,
    ReviewKind.SCORE_AE: Tag.BRIEF_SCORED,
    ReviewKind.DEFINED_DONE: Tag.DEFINED_DONE_REVIEWED,
}
_OPENS: tuple[tuple[ReviewDay, Step], ...] = (
    (ReviewDay.LAST, Step.OUTCOME),
    (ReviewDay.SECOND, Step.SCORE),
    (ReviewDay.FIRST, Step.MILESTONES),
)
"""A step that every deal has on each of the days, the last day first."""


def takes(kind: ReviewKind, handoff: Handoff) -> bool:
    """Whether something may be recorded in a handoff as far as its state goes.

    A customer may have something of it only months after the closing, and that is counted, too.
    """
    closed = handoff.state is State.CLOSED
    return handoff.open or (closed and kind is ReviewKind.FIRST_VALUE)


def require(kind: ReviewKind, by: Person, handoff: Handoff) -> None:
    """Raise NotAllowed or Invalid unless the kickoff was held and this person may record it."""
    access.require(act_of(kind), by, handoff)
    if not takes(kind, handoff):
        raise Invalid(handoff.why_over)
    if handoff.csm_id is None:
        raise Invalid(Problem.NOT_ASSIGNED)
    if handoff.kickoff_held_at is None:
        raise Invalid(Problem.BEFORE_KICKOFF)


def record(
    handoff: Handoff,
    kind: ReviewKind,
    *,
    revision: int,
    by: Person,
    at: datetime,
    reason: str = "",
    facts: dict[str, Fact] | None = None,
) -> None:
    """It is recorded, stored as a document's `revision`; once more where that was wrong.

    A manager who records it for its owner gives a reason.
    """
    require(kind, by, handoff)
    values = handoff.reason_for(act_of(kind), by, reason)
    told: dict[str, Fact] = {
        "kind": kind.value,
        "side": side_of(kind).value,
        "revision": revision,
        "again": handoff.reviews.at(kind) is not None,
        **(facts or {}),
    }
    handoff.reviews = handoff.reviews.recorded(kind, at)
    handoff.note(TAGS[kind], told, values, by=by, at=at)


def send_check_in(
    handoff: Handoff,
    sent_at: datetime,
    *,
    revision: int,
    by: Person,
    at: datetime,
    reason: str = "",
) -> None:
    """The AE's note went out. Raises Invalid for a time to come or before the kickoff."""
    require(ReviewKind.CHECK_IN, by, handoff)
    if sent_at > at + CLOCK_SLACK:
        raise Invalid(Problem.NOT_YET_HELD, field="note_sent_at")
    if handoff.kickoff_held_at is not None and sent_at < handoff.kickoff_held_at:
        raise Invalid(Problem.BEFORE_KICKOFF_HELD, field="note_sent_at")
    facts: dict[str, Fact] = {"sent_at": instant_text(sent_at)}
    kind = ReviewKind.CHECK_IN
    record(handoff, kind, revision=revision, by=by, at=at, reason=reason, facts=facts)


def draft_check_in(
    handoff: Handoff, *, revision: int, by: Person, at: datetime, reason: str = ""
) -> None:
    """The note was written and not sent. Raises Conflict where one was sent already."""
    kind = ReviewKind.CHECK_IN
    require(kind, by, handoff)
    if handoff.reviews.check_in_at is not None:
        raise Conflict(Problem.NOTE_SENT, field="note_sent_at")
    values = handoff.reason_for(act_of(kind), by, reason)
    facts: dict[str, Fact] = {"side": side_of(kind).value, "revision": revision}
    handoff.note(Tag.CHECK_IN_DRAFTED, facts, values, by=by, at=at)


def day_now(owed: Sequence[Deadline]) -> ReviewDay | None:
    """The last of the days that can be reviewed by now; None before the first one can."""
    open_now = {one.step for one in owed if one.state is not DeadlineState.WAITING}
    return next((day for day, step in _OPENS if step in open_now), None)


def asks_still_true(handoff: Handoff, owed: Sequence[Deadline]) -> ReviewDay | None:
    """The day on which it was not said yet whether the AE's answers are still true.

    An earlier day that nobody answered is over with the next one.
    """
    day = day_now(owed) if handoff.open else None
    if day is None or handoff.reviews.at(STILL_TRUE[day]) is not None:
        return None
    return day
