"""Late promises: the AE talks them over with the customer before the kickoff, later both decide.

Rules: the process's *Promise ledger*. After the kickoff AE and CSM each answer alone; two answers
that come to the same decide. Where they differ both are shown, and either side may change its own
until they do not.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import access
from bot.domain.access import Act
from bot.domain.disputes import Outcome, Settlement
from bot.domain.errors import Conflict, Invalid, NotAllowed, Problem
from bot.domain.handoff import LONGEST_REASON, Handoff
from bot.domain.history import Fact, Tag
from bot.domain.late import OUTCOMES, Dealt, Given
from bot.domain.ledger import Entry, facts_of, named, require_in_force
from bot.domain.people import Person
from bot.domain.promises import Side
from bot.domain.settling import complete


def require_talk(handoff: Handoff, entry: Entry, *, by: Person, version: int) -> None:
    """Raise unless this person may record now that the AE talked it over with the customer.

    Conflict for another wording than the one in force, for a promise that is not late, and for one
    of which it is known what became of it; Invalid after the kickoff.
    """
    access.require(Act.TALK_PROMISE, by, handoff)
    require_in_force(handoff, entry, version)
    _require_undealt(entry)
    if handoff.kickoff_held_at is not None:
        raise Invalid(Problem.LATE_TOGETHER)


def talk(
    handoff: Handoff,
    entry: Entry,
    wish: Settlement,
    line: str,
    *,
    by: Person,
    version: int,
    at: datetime,
    reason: str = "",
) -> tuple[Dealt, Settlement]:
    """Record what was said to the customer, and what becomes of the promise with that.

    `reason` is that of a manager who records it for the AE. Raises what `require_talk` does, and
    Invalid for what is missing.
    """
    require_talk(handoff, entry, by=by, version=version)
    told = line.strip()
    if not told:
        raise Invalid(Problem.EMPTY, field="line")
    if len(told) > LONGEST_REASON:
        raise Invalid(Problem.TOO_LONG, field="line", facts={"most": str(LONGEST_REASON)})
    wanted = complete(_one_of_ours(replace(wish, reason=told)), entry.promise.text)
    facts = facts_of(entry) | {"outcome": wanted.outcome.value}
    handoff.note_late_talk(facts, {"line": told}, by=by, at=at, reason=reason)
    # Why a promise was withdrawn is for fewer readers than the promise.
    said = "" if wanted.outcome is Outcome.WITHDRAWN else told
    return Dealt(wanted.outcome, named(by), at, said), wanted


def require_decide(handoff: Handoff, entry: Entry, *, by: Person, version: int) -> Side:
    """The side that may answer now what becomes of a late promise, or change what it answered.

    Raises NotAllowed for who is on none or answered for the other, Conflict for another wording
    than the one in force, for what is not late or decided, and for who answered and waits for the
    other side; Invalid before the kickoff.
    """
    access.require(Act.DECIDE_LATE, by, handoff)
    side = access.side_of(by, handoff)
    if side is None:
        raise NotAllowed(Problem.NOT_YOUR_TURN, whose=access.whose(Act.DECIDE_LATE, handoff))
    require_in_force(handoff, entry, version)
    _require_undealt(entry)
    if handoff.kickoff_held_at is None:
        raise Invalid(Problem.LATE_AHEAD)
    answers = entry.answers or {}
    other = answers.get(side.across)
    if other is not None and other.by.id == by.id:
        raise NotAllowed(Problem.BOTH_SIDES)
    if side in answers and other is None:
        raise Conflict(Problem.ANSWERED_LATE)
    return side


@dataclass(frozen=True)
class Answered:
    """What came of an answer about a late promise."""

    given: Given
    decided: Dealt | None = None
    """What became of it; None while the other side has not answered the same."""
    differ: bool = False
    """Whether both sides answered, and not the same."""


def answer(
    handoff: Handoff, entry: Entry, wish: Settlement, *, by: Person, version: int, at: datetime
) -> Answered:
    """Say what is to become of a late promise; raises what `require_decide` does.

    Raises Invalid for an answer that lacks what it needs, and for just what one answered before.
    """
    side = require_decide(handoff, entry, by=by, version=version)
    wanted = complete(_one_of_ours(wish), entry.promise.text)
    answers = entry.answers or {}
    before, other = answers.get(side), answers.get(side.across)
    if before is not None and before.settlement.same_as(wanted):
        raise Invalid(Problem.SAME_ANSWER, field="settlement")
    differ = other is not None and not other.settlement.same_as(wanted)
    # What one side answered is not the other's to read: its commitment alone is in the chain.
    values = {"outcome": wanted.outcome.value}
    if wanted.words:
        values["words"] = wanted.words
    if wanted.reason:
        values["answer"] = wanted.reason
    facts: dict[str, Fact] = facts_of(entry) | {"side": side.value, "differ": differ}
    handoff.note_promise(Tag.LATE_ANSWERED, facts, values, by=by, at=at)
    given = Given(side, named(by), before.at if before is not None else at, wanted)
    if other is None or differ:
        return Answered(given, differ=differ)
    decided = facts_of(entry) | {"outcome": wanted.outcome.value}
    handoff.note_promise(Tag.LATE_DECIDED, decided, {}, by=by, at=at)
    return Answered(given, decided=Dealt(wanted.outcome, named(by), at, together=True))


def differing(entry: Entry) -> bool:
    """Whether both sides answered, as the answers were read, and not the same."""
    return entry.undealt and len(entry.answers or {}) == len(Side)


def _require_undealt(entry: Entry) -> None:
    if entry.late is None:
        raise Conflict(Problem.NOT_LATE)
    if not entry.undealt:
        raise Conflict(Problem.ALREADY_DONE)


def _one_of_ours(wish: Settlement) -> Settlement:
    if wish.outcome not in OUTCOMES:
        raise Invalid(Problem.CHOOSE, field="settlement")
    return wish
