"""A CSM who was assigned says that they are not the right one."""

from bot.domain.access import Act
from bot.domain.people import Person
from bot.flows.answers import Answer, Done, Open
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.decline import decline_view
from bot.views.ids import ActionId, Field, ViewId


def open_form(asked: Asked, unit: ReadUnit) -> Answer:
    """*I am not the right CSM*: the form that asks why."""
    handoff = unit.handoffs.get(asked.handoff_id)
    return Open(decline_view(handoff.id, handoff.account))


def decline(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form: the CS manager owes the assignment again."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    handoff.decline(asked.typed.text(Field.REASON), by=actor, at=unit.now)
    unit.save(handoff, actor_id=actor.id)
    return Done()


def register(listeners: Listeners) -> None:
    """The button and the form."""
    listeners.opens(ActionId.OPEN_DECLINE, open_form, act=Act.DECLINE)
    listeners.submits(ViewId.DECLINE, decline)
