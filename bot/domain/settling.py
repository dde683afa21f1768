"""Disputes: raised by either side, settled by both managers, and where they differ by RevOps.

Rules: the process's *Promise ledger*. Each manager answers alone and once about a wording; two
answers that come to the same settle it. A dispute takes nobody's initial away.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.domain import access
from bot.domain.access import Act
from bot.domain.disputes import (
    MANAGERS,
    REWORDING,
    Answer,
    Dispute,
    Escalation,
    Outcome,
    Seat,
    Settlement,
)
from bot.domain.errors import Conflict, Invalid, NotAllowed, Problem
from bot.domain.handoff import LONGEST_REASON, Handoff
from bot.domain.history import Tag
from bot.domain.ledger import Entry, facts_of, named, require_in_force
from bot.domain.people import Person
from bot.domain.promises import LONGEST_WORDS, PromiseText, Side
from bot.domain.worktime import Calendar

BEFORE_KICKOFF = timedelta(hours=24)
"""So long before the kickoff a dispute is to be settled."""


def require_dispute(handoff: Handoff, entry: Entry, *, by: Person, version: int) -> Side:
    """The side that may dispute this wording now.

    Raises NotAllowed for who is on none, Conflict for another wording than the one in force and
    while a dispute is open, Invalid for the entry that says that nothing was promised.
    """
    access.require(Act.DISPUTE_PROMISE, by, handoff)
    side = access.side_of(by, handoff)
    if side is None:
        raise NotAllowed(Problem.NOT_YOUR_TURN, whose=access.whose(Act.DISPUTE_PROMISE, handoff))
    require_in_force(handoff, entry, version)
    if entry.none_made:
        raise Invalid(Problem.NOTHING_TO_DISPUTE)
    if entry.dispute is not None:
        raise Conflict(Problem.DISPUTED_ALREADY, whose=(entry.dispute.by.id,))
    return side


def dispute(
    handoff: Handoff, entry: Entry, reason: str, *, by: Person, version: int, at: datetime
) -> Dispute:
    """Raise a dispute about the wording in force; raises what `require_dispute` does."""
    side = require_dispute(handoff, entry, by=by, version=version)
    why = reason.strip()
    if not why:
        raise Invalid(Problem.EMPTY, field="reason")
    if len(why) > LONGEST_REASON:
        raise Invalid(Problem.TOO_LONG, field="reason", facts={"most": str(LONGEST_REASON)})
    facts = facts_of(entry) | {"side": side.value}
    handoff.note_promise(Tag.PROMISE_DISPUTED, facts, {"dispute": why}, by=by, at=at)
    return Dispute(0, side, named(by), at, why, asked_at=at)


def take_back(handoff: Handoff, entry: Entry, *, by: Person, at: datetime) -> None:
    """End a dispute that one's own side raised. Raises Conflict where none is open."""
    access.require(Act.DISPUTE_PROMISE, by, handoff)
    found = _open(handoff, entry)
    if access.side_of(by, handoff) is not found.side:
        raise NotAllowed(Problem.NOT_YOUR_TURN, whose=(found.by.id,))
    handoff.note_promise(Tag.DISPUTE_TAKEN_BACK, facts_of(entry), {}, by=by, at=at)


def decides_not(handoff: Handoff, *, answered_by: Collection[int] = ()) -> frozenset[int]:
    """Who is no judge of a dispute, of RevOps or not: the two sides, and whoever answered already.

    `answered_by` is who answered about the wording in force as a manager, or in place of one.
    """
    owners = (one for one in (handoff.ae_id, handoff.csm_id) if one is not None)
    sides = {one for owner in owners for one in (owner, access.acting(owner, handoff))}
    return frozenset(sides.union(answered_by))


def may_decide(person: Person, handoff: Handoff, *, answered_by: Collection[int] = ()) -> bool:
    """Whether a person may decide as RevOps, alone or in the seat of a missing manager."""
    beside = person.id not in decides_not(handoff, answered_by=answered_by)
    return beside and access.may(Act.DECIDE_DISPUTE, person, handoff)


def answered_by(found: Dispute | None) -> frozenset[int]:
    """Who answered as a manager about the wording in force."""
    given = answers_of(found).items()
    return frozenset(one.by.id for seat, one in given if seat is not Seat.REVOPS)


def settlers(handoff: Handoff, *, revops: int | None) -> dict[Seat, int]:
    """Who answers in which seat: both managers, and somebody of RevOps for a missing one.

    `revops` is who of them `may_decide`.
    """
    held = {seat: access.holder(part, handoff) for seat, part in MANAGERS.items()}
    found = {
        seat: access.acting(holder, handoff) if holder is not None else revops
        for seat, holder in held.items()
    }
    return {seat: person for seat, person in found.items() if person is not None}


def seats_of(person: Person, handoff: Handoff, found: Dispute) -> frozenset[Seat]:
    """In which seats a person would answer now; once RevOps decides, read with the answers."""
    if found.escalated_at is not None:
        may = may_decide(person, handoff, answered_by=answered_by(found))
        return frozenset({Seat.REVOPS}) if may else frozenset()
    held, stands_in = access.capacities(person, handoff), may_decide(person, handoff)
    return frozenset(
        seat
        for seat, part in MANAGERS.items()
        if part in held and (stands_in or access.holder(part, handoff) is not None)
    )


def may_settle(person: Person, handoff: Handoff, entry: Entry) -> bool:
    """Whether a person is asked what becomes of an entry; they may have answered already."""
    found = entry.dispute
    return handoff.open and found is not None and bool(seats_of(person, handoff, found))


def require_settle(
    handoff: Handoff, entry: Entry, *, by: Person, version: int
) -> tuple[Dispute, frozenset[Seat]]:
    """The dispute, and in which seats this person answers it now.

    Raises NotAllowed for whose turn it is not, Conflict where they answered already, where none is
    open, and for another wording than the one in force.
    """
    if not access.may(Act.SETTLE_DISPUTE, by, handoff):
        act = Act.DECIDE_DISPUTE if access.may(Act.DECIDE_DISPUTE, by, handoff) else None
        access.require(act or Act.SETTLE_DISPUTE, by, handoff)
    found = _open(handoff, entry)
    seats = seats_of(by, handoff, found)
    if not seats:
        if found.escalated_at is not None:
            of_revops = access.may(Act.DECIDE_DISPUTE, by, handoff)
            raise NotAllowed(Problem.DECIDES_NOT if of_revops else Problem.WITH_REVOPS)
        raise NotAllowed(
            Problem.NOT_YOUR_TURN,
            whose=access.whose(Act.SETTLE_DISPUTE, handoff),
            facts={"act": Act.SETTLE_DISPUTE.value},
        )
    require_in_force(handoff, entry, version)
    left = seats - (found.answers or {}).keys()
    if not left:
        answered = {one.by.id for seat, one in answers_of(found).items() if seat in seats}
        facts = {"by": "you"} if by.id in answered else {}
        raise Conflict(Problem.ALREADY_ANSWERED, whose=tuple(sorted(answered)), facts=facts)
    return found, left


@dataclass(frozen=True)
class Answered:
    """What came of an answer."""

    given: tuple[Answer, ...]
    """One for each seat of the person."""
    settled: Settlement | None = None
    """What the promise becomes now; None while another answer is waited for, or RevOps decides."""
    differ: bool = False
    """Whether the managers' answers are two different ones, so that RevOps decides."""


def answer(
    handoff: Handoff, entry: Entry, wish: Settlement, *, by: Person, version: int, at: datetime
) -> Answered:
    """Say what is to become of a disputed promise; raises what `require_settle` does.

    Raises Invalid for an answer that lacks what it needs.
    """
    found, seats = require_settle(handoff, entry, by=by, version=version)
    wanted = complete(wish, entry.promise.text)
    given = tuple(Answer(seat, named(by), at, wanted) for seat in sorted(seats))
    values = {"words": wanted.words} if wanted.words else {}
    if wanted.reason:
        values["answer"] = wanted.reason
    # What one manager answered is not the other's to read: its commitment alone is in the chain.
    values["outcome"] = wanted.outcome.value
    facts = facts_of(entry) | {"seats": [one.seat.value for one in given]}
    handoff.note_promise(Tag.DISPUTE_ANSWERED, facts, values, by=by, at=at)
    answers = {**(found.answers or {}), **{one.seat: one for one in given}}
    if Seat.REVOPS in seats:
        return Answered(given, settled=wanted)
    theirs = [answers[seat].settlement for seat in MANAGERS if seat in answers]
    if len(theirs) < len(MANAGERS):
        return Answered(given)
    first, second = theirs
    return (
        Answered(given, settled=wanted) if first.same_as(second) else Answered(given, differ=True)
    )


def note_settled(
    handoff: Handoff, entry: Entry, settled: Settlement, *, by: Person, at: datetime
) -> None:
    """Take note of what a dispute came to; what it changes is noted beside."""
    facts = facts_of(entry) | {"outcome": settled.outcome.value}
    values = {"answer": settled.reason} if settled.reason else {}
    handoff.note_promise(Tag.DISPUTE_SETTLED, facts, values, by=by, at=at)


def escalate(handoff: Handoff, entry: Entry, why: Escalation, *, at: datetime) -> None:
    """Take note that RevOps decides from now on."""
    facts = facts_of(entry) | {"why": why.value}
    handoff.note_promise(Tag.DISPUTE_ESCALATED, facts, {}, by=None, at=at)


def due_at(
    found_at: datetime, kickoff_at: datetime | None, *, hours: int, calendar: Calendar
) -> datetime:
    """Until when a manager answers: a day before the kickoff, but so many hours of theirs at least.

    `kickoff_at` is the time that the handoff message names: booked, else proposed, else when the
    kickoff is due.
    """
    window = calendar.add_working(found_at, timedelta(hours=hours))
    return window if kickoff_at is None else max(window, kickoff_at - BEFORE_KICKOFF)


def too_late_at(due: datetime, calendar: Calendar) -> datetime:
    """When a manager is late by a business day."""
    day = calendar.business_day(calendar.local_date(due), 1)
    return calendar.at(day, due.astimezone(calendar.zone).time())


def complete(wish: Settlement, now: PromiseText) -> Settlement:
    """The answer without what its outcome has no use for; raises Invalid for what is missing."""
    words, reason = wish.words.strip(), wish.reason.strip()
    if len(words) > LONGEST_WORDS:
        raise Invalid(Problem.TOO_LONG, field="words", facts={"most": str(LONGEST_WORDS)})
    if len(reason) > LONGEST_REASON:
        raise Invalid(Problem.TOO_LONG, field="reason", facts={"most": str(LONGEST_REASON)})
    if wish.outcome is Outcome.WITHDRAWN and not reason:
        raise Invalid(Problem.EMPTY, field="reason")
    _require_effect(wish.outcome, words, wish.due, now)
    if wish.outcome not in REWORDING:
        return Settlement(wish.outcome, reason=reason)
    if not words:
        raise Invalid(Problem.EMPTY, field="words")
    # Reworded is what was promised, said better; on which day is another promise.
    due: date | None = wish.due if wish.outcome is Outcome.RENEGOTIATED else now.due
    if words == now.words.strip() and due == now.due:
        raise Invalid(Problem.NOTHING_REWORDED, field="words")
    return replace(wish, words=words, due=due, reason=reason)


def _require_effect(outcome: Outcome, words: str, due: date | None, now: PromiseText) -> None:
    """Raise Invalid for what was typed and would be dropped; what is empty was not."""
    rewords = outcome in REWORDING
    if not rewords and words and words != now.words.strip():
        raise Invalid(Problem.WITHOUT_EFFECT, field="words")
    if outcome is not Outcome.RENEGOTIATED and due is not None and due != now.due:
        raise Invalid(Problem.WITHOUT_EFFECT, field="due")


def _open(handoff: Handoff, entry: Entry) -> Dispute:
    if not handoff.open:
        raise Invalid(handoff.why_over)
    if entry.dispute is None or not entry.open:
        raise Conflict(Problem.NOT_DISPUTED)
    return entry.dispute


def answers_of(found: Dispute | None) -> Mapping[Seat, Answer]:
    """The answers that were read with a dispute."""
    return (found.answers or {}) if found is not None else {}
