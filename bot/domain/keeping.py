"""What becomes of a promise once the kickoff was held: delivered, renegotiated, or broken."""

from dataclasses import replace
from datetime import date, datetime

from bot.domain import access
from bot.domain.access import Act
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import LONGEST_REASON, Handoff
from bot.domain.history import Tag
from bot.domain.ledger import Entry, Standing, facts_of, named, require_in_force
from bot.domain.people import Person
from bot.domain.promises import Fate, PromiseText

_TAGS = {
    Fate.DELIVERED: Tag.PROMISE_DELIVERED,
    Fate.RENEGOTIATED: Tag.PROMISE_RENEGOTIATED,
    Fate.BROKEN: Tag.PROMISE_BROKEN,
}


def require_conclude(
    handoff: Handoff, entry: Entry, fate: Fate, *, by: Person, version: int
) -> None:
    """Raise unless this person may say now that this became of the wording.

    Conflict for another wording than the one in force, while it is disputed, and for what was said
    already; what was said otherwise may be corrected. Invalid before the kickoff, of a late one
    that nobody decided about, and of the entry that says that nothing was promised.
    """
    access.require(Act.CONCLUDE_PROMISE, by, handoff)
    require_in_force(handoff, entry, version)
    if entry.none_made:
        raise Invalid(Problem.NOTHING_TO_DELIVER)
    if handoff.kickoff_held_at is None:
        raise Invalid(Problem.KICKOFF_AHEAD)
    if entry.undealt:
        raise Invalid(Problem.LATE_UNDECIDED)
    if entry.dispute is not None:
        # What was promised is open until then.
        act = Act.DECIDE_DISPUTE if entry.dispute.escalated_at else Act.SETTLE_DISPUTE
        raise Conflict(Problem.STILL_DISPUTED, whose=access.whose(act, handoff))
    if entry.fate is fate and fate is not Fate.RENEGOTIATED:
        raise Conflict(Problem.ALREADY_DONE)


def conclude(
    handoff: Handoff,
    entry: Entry,
    fate: Fate,
    *,
    by: Person,
    version: int,
    at: datetime,
    line: str = "",
) -> Standing:
    """Say what became of a promise; of a broken one with a line why.

    Raises what `require_conclude` does, and Invalid where the line is missing or too long.
    """
    require_conclude(handoff, entry, fate, by=by, version=version)
    why = line.strip()
    if fate is Fate.BROKEN and not why:
        raise Invalid(Problem.EMPTY, field="line")
    if len(why) > LONGEST_REASON:
        raise Invalid(Problem.TOO_LONG, field="line", facts={"most": str(LONGEST_REASON)})
    return note(handoff, entry, fate, by=by, at=at, line=why)


def renegotiated(
    handoff: Handoff,
    entry: Entry,
    words: str,
    due: date | None,
    *,
    by: Person,
    version: int,
    at: datetime,
) -> tuple[Standing, PromiseText]:
    """Another wording was agreed with the customer; raises what `conclude` does.

    Invalid also for the words and the day that the promise has.
    """
    text = replace(entry.promise.text, words=words, due=due).checked()
    require_conclude(handoff, entry, Fate.RENEGOTIATED, by=by, version=version)
    if text == entry.promise.text:
        raise Invalid(Problem.NOTHING_REWORDED, field="words")
    return note(handoff, entry, Fate.RENEGOTIATED, by=by, at=at), text


def note(
    handoff: Handoff, entry: Entry, fate: Fate, *, by: Person, at: datetime, line: str = ""
) -> Standing:
    """Take note of what became of a promise."""
    values = {"line": line} if line else {}
    handoff.note_promise(_TAGS[fate], facts_of(entry), values, by=by, at=at)
    return Standing(fate, named(by), at, line)
