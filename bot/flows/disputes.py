"""Disputes about promises: raised and taken back by a side, settled by managers or by RevOps."""

from bot.domain import settling
from bot.domain.access import Act
from bot.domain.disputes import Ending, Escalation, Seat, Settlement
from bot.domain.errors import Conflict, HandoffError, Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.ledger import Entry
from bot.domain.people import Person
from bot.flows.answers import Answer, Done, Push, Refresh
from bot.flows.asked import Asked
from bot.flows.inputs import settlement_of
from bot.flows.keeping import become
from bot.flows.listeners import Listeners
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.disputes import dispute_view, settle_view
from bot.views.ids import ActionId, Field, ViewId
from bot.views.ledger import ledger_view


def open_dispute(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Dispute*: the promise as it is, and why."""
    handoff = unit.handoffs.get(asked.handoff_id)
    entry = unit.ledger.entry(handoff.id, asked.ref.entry or 0)
    settling.require_dispute(handoff, entry, by=actor, version=asked.ref.revision or 0)
    return Push(dispute_view(handoff.id, handoff.account, entry))


def dispute(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted reason: nothing counts as signed until it is settled."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    entry = unit.ledger.entry(handoff.id, asked.ref.entry or 0)
    reason, version = asked.typed.text(Field.REASON), asked.ref.revision or 0
    raised = settling.dispute(handoff, entry, reason, by=actor, version=version, at=unit.now)
    unit.disputes.add(handoff.id, entry, raised)
    _save(unit, handoff, entry, actor)
    return Done()


def take_back(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Take back dispute*, by the side that raised it."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    entry = unit.ledger.entry(handoff.id, asked.ref.entry or 0)
    settling.take_back(handoff, entry, by=actor, at=unit.now)
    if entry.dispute is not None:
        unit.disputes.end(handoff.id, entry.dispute, Ending.TAKEN_BACK)
    _save(unit, handoff, entry, actor)
    return Done()


def open_settle(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Settle dispute*: the promise, why it is disputed, and what may become of it.

    Without an entry it is the first one that waits for the reader.
    """
    handoff = unit.handoffs.get(asked.handoff_id)
    entry = _asked_about(asked, unit, handoff, actor)
    version = asked.ref.revision if asked.ref.entry is not None else entry.promise.version
    _, seats = settling.require_settle(handoff, entry, by=actor, version=version or 0)
    page = asked.form.page if (asked.view or {}).get("callback_id") == ViewId.LEDGER else None
    decides = Seat.REVOPS in seats
    return Push(settle_view(handoff.id, handoff.account, entry, decides=decides, page=page))


def _asked_about(asked: Asked, unit: ReadUnit, handoff: Handoff, actor: Person) -> Entry:
    if asked.ref.entry is not None:
        return unit.disputes.with_answers(unit.ledger.entry(handoff.id, asked.ref.entry))
    refused: HandoffError = Conflict(Problem.NOT_DISPUTED)
    for one in unit.ledger.entries(handoff.id):
        if one.dispute is None:
            continue
        entry = unit.disputes.with_answers(one)
        try:
            settling.require_settle(handoff, entry, by=actor, version=entry.promise.version)
        except HandoffError as error:
            refused = error
            continue
        return entry
    raise refused


def settle(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """An answer; where it decides, the promise becomes it with the same press."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    entry = unit.disputes.with_answers(unit.ledger.entry(handoff.id, asked.ref.entry or 0))
    wish = settlement_of(asked.typed)
    if wish is None:
        raise Invalid(Problem.CHOOSE, field=Field.SETTLEMENT)
    version = asked.ref.revision or 0
    answered = settling.answer(handoff, entry, wish, by=actor, version=version, at=unit.now)
    unit.disputes.answer(handoff.id, entry, answered.given)
    if answered.differ:
        unit.escalate(handoff, entry, Escalation.DIFFER)
    if answered.settled is None:
        _save(unit, handoff, entry, actor)
    else:
        settled(unit, handoff, entry, answered.settled, actor)
    return Done(_ledger_below(asked, unit, handoff, actor))


def _ledger_below(asked: Asked, unit: ReadUnit, handoff: Handoff, actor: Person) -> Refresh | None:
    """The page of the ledger that the form was opened from, as it is now."""
    below, page = (asked.view or {}).get("previous_view_id"), asked.form.page
    if not below or page is None:
        return None
    return Refresh(below, ledger_view(unit.ledger_page(handoff, viewer=actor), page=page))


def settled(
    unit: WriteUnit, handoff: Handoff, entry: Entry, became: Settlement, actor: Person
) -> None:
    """The dispute is over, and the promise is what was answered."""
    settling.note_settled(handoff, entry, became, by=actor, at=unit.now)
    act = Act.SETTLE_DISPUTE
    if entry.dispute is not None:
        unit.disputes.end(handoff.id, entry.dispute, became.outcome)
        if entry.dispute.escalated_at is not None:
            act = Act.DECIDE_DISPUTE
    become(unit, handoff, entry, became, actor, act=act, concludes=True)


def _save(unit: WriteUnit, handoff: Handoff, entry: Entry, actor: Person) -> None:
    unit.surfaces.show_promise(handoff, entry.promise.id, entry.promise.version)
    unit.save(handoff, actor_id=actor.id)


def register(listeners: Listeners) -> None:
    """Buttons and forms."""
    listeners.opens(ActionId.OPEN_DISPUTE, open_dispute)
    listeners.submits(ViewId.DISPUTE, dispute)
    listeners.acts(ActionId.TAKE_BACK_DISPUTE, take_back)
    listeners.opens(ActionId.OPEN_SETTLE, open_settle)
    listeners.submits(ViewId.SETTLE, settle)
