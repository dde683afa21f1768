"""The CSM gives the brief back to the AE, and the AE returns it."""

from bot.domain.access import Act
from bot.domain.completeness import rules_of
from bot.domain.errors import Invalid, Problem
from bot.domain.history import CHANGES_BRIEF, Tag
from bot.domain.people import Person
from bot.flows.answers import Answer, Done, Open, Update
from bot.flows.asked import Asked
from bot.flows.inputs import items_of
from bot.flows.listeners import Listeners
from bot.storage.because import because
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.send_back import return_view, send_back_view


def open_form(asked: Asked, unit: ReadUnit) -> Answer:
    """*Send brief back*: the items that the deal counts, and a reason."""
    handoff = unit.handoffs.get(asked.handoff_id)
    if handoff.verification.with_ae:
        raise Invalid(Problem.BRIEF_SENT_BACK)
    items = [rule.item for rule in rules_of(handoff.tier, unit.policy)]
    return Open(send_back_view(handoff.id, handoff.account, items))


def send_back(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form: the AE owes the brief again, and the CSM's step waits for it."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    reason = asked.typed.text(Field.REASON)
    handoff.send_back(items_of(asked.typed), reason, by=actor, at=unit.now)
    unit.save(handoff, actor_id=actor.id)
    return Done()


def return_brief(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Return brief*: the CSM reads it again; one in which nothing changed is asked about first."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    handoff.return_brief(by=actor, at=unit.now, policy=unit.policy)
    sent_back = unit.history.last_of(handoff.id, {Tag.SENT_BACK})
    if unit.history.last_of(handoff.id, CHANGES_BRIEF) < sent_back:
        told = because(unit, unit.bundle(handoff.id, viewer=actor), actor)
        return Update(return_view(handoff.id, handoff.account, told), acted=False)
    unit.save(handoff, actor_id=actor.id)
    return Done()


def return_unchanged(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The answer to that question: it goes back all the same."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    handoff.return_brief(by=actor, at=unit.now, policy=unit.policy)
    unit.save(handoff, actor_id=actor.id)
    return Done()


def register(listeners: Listeners) -> None:
    """The CSM's button and form, and the AE's button."""
    listeners.opens(ActionId.OPEN_SEND_BACK, open_form, act=Act.SEND_BACK)
    listeners.submits(ViewId.SEND_BACK, send_back)
    listeners.acts(ActionId.RETURN_BRIEF, return_brief)
    listeners.submits(ViewId.RETURN_BRIEF, return_unchanged)
