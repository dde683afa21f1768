"""Late promises: talked over with the customer by the AE, or after the kickoff decided by both."""

from typing import Protocol

from bot.domain import access, deciding
from bot.domain.access import Act
from bot.domain.disputes import Settlement
from bot.domain.errors import Conflict, HandoffError, Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.ledger import Entry
from bot.domain.people import Person
from bot.flows.answers import Answer, Done, Push, Update
from bot.flows.asked import Asked
from bot.flows.inputs import settlement_of
from bot.flows.keeping import become
from bot.flows.listeners import Listeners
from bot.flows.reasons import reason_in
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.late import decide_view, talked_view


def open_talked(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Talked with customer*: what was said, and what becomes of the promise."""
    handoff = unit.handoffs.get(asked.handoff_id)
    entry = _asked_about(asked, unit, handoff, actor, deciding.require_talk)
    asks_why = access.owes_a_reason(Act.TALK_PROMISE, actor, handoff)
    return Push(talked_view(handoff.id, handoff.account, entry, asks_why=asks_why))


def talked(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form: the promise becomes it with the same press."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    entry, version = unit.ledger.entry(handoff.id, asked.ref.entry or 0), asked.ref.revision or 0
    reason = reason_in(asked, Act.TALK_PROMISE, actor, handoff)
    wish, line = _wish(asked), asked.typed.text(Field.LINE)
    dealt, became = deciding.talk(
        handoff, entry, wish, line, by=actor, version=version, at=unit.now, reason=reason
    )
    unit.late.deal(handoff.id, entry, dealt)
    become(unit, handoff, entry, became, actor, act=Act.TALK_PROMISE)
    return Done()


def open_decide(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Decide*: what is to become of it; both answers where there are two that differ."""
    handoff = unit.handoffs.get(asked.handoff_id)
    entry = _asked_about(asked, unit, handoff, actor, deciding.require_decide)
    side = deciding.require_decide(handoff, entry, by=actor, version=entry.promise.version)
    return Push(decide_view(handoff.id, handoff.account, entry, side=side))


def decide(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """An answer; where it comes to the same as the other, the promise becomes it at once.

    Whoever answers differently is shown both.
    """
    handoff = unit.handoffs.lock(asked.handoff_id)
    entry = unit.late.with_answers(unit.ledger.entry(handoff.id, asked.ref.entry or 0))
    wish, version = _wish(asked), asked.ref.revision or 0
    answered = deciding.answer(handoff, entry, wish, by=actor, version=version, at=unit.now)
    given = answered.given
    unit.late.answer(handoff.id, entry, given)
    if answered.decided is not None:
        unit.late.deal(handoff.id, entry, answered.decided)
        become(unit, handoff, entry, given.settlement, actor, act=Act.DECIDE_LATE, concludes=True)
        return Done()
    unit.save(handoff, actor_id=actor.id)
    if not answered.differ:
        return Done()
    both = unit.late.with_answers(entry)
    return Update(decide_view(handoff.id, handoff.account, both, side=given.side))


class _Requires(Protocol):
    def __call__(self, handoff: Handoff, entry: Entry, /, *, by: Person, version: int) -> object:
        """Raise unless somebody may do now what is asked."""
        ...


def _asked_about(
    asked: Asked, unit: ReadUnit, handoff: Handoff, actor: Person, require: _Requires
) -> Entry:
    """The promise that a button names; without one the first late one that waits for the reader."""
    if asked.ref.entry is not None:
        entry = unit.late.with_answers(unit.ledger.entry(handoff.id, asked.ref.entry))
        require(handoff, entry, by=actor, version=asked.ref.revision or 0)
        return entry
    refused: HandoffError = Conflict(Problem.NOTHING_LATE)
    for one in unit.ledger.entries(handoff.id):
        if not one.undealt:
            continue
        entry = unit.late.with_answers(one)
        try:
            require(handoff, entry, by=actor, version=entry.promise.version)
        except HandoffError as error:
            refused = error
            continue
        return entry
    raise refused


def _wish(asked: Asked) -> Settlement:
    wish = settlement_of(asked.typed)
    if wish is None:
        raise Invalid(Problem.CHOOSE, field=Field.SETTLEMENT)
    return wish


def register(listeners: Listeners) -> None:
    """Buttons and forms."""
    listeners.opens(ActionId.OPEN_TALKED, open_talked)
    listeners.submits(ViewId.TALKED, talked)
    listeners.opens(ActionId.OPEN_DECIDE_LATE, open_decide)
    listeners.submits(ViewId.DECIDE_LATE, decide)
