"""The CSM takes the brief over, and may take that back for some minutes."""

from bot.domain.people import Person
from bot.flows.answers import Answer, Done
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.storage.unit_of_work import WriteUnit
from bot.views.ids import ActionId


def acknowledge(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Acknowledge brief*, on the card or in the CSM's own message."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    # A button that names no version was drawn before any was written down.
    handoff.acknowledge(version=asked.ref.revision or 0, by=actor, at=unit.now)
    here = unit.channels.by_slack_id(asked.channel) if asked.channel else None
    # In the CSM's own message nothing is whispered: its menu holds the undo.
    unit.save(handoff, actor_id=actor.id, asked_in=here.id if here else None)
    return Done()


def undo(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Undo*: the CSM owes the acknowledgement again, with the due time it had."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    handoff.undo_acknowledge(by=actor, at=unit.now, policy=unit.policy)
    unit.save(handoff, actor_id=actor.id)
    return Done(spent=True)


def register(listeners: Listeners) -> None:
    """Both buttons."""
    listeners.acts(ActionId.ACKNOWLEDGE, acknowledge)
    listeners.acts(ActionId.UNDO_ACKNOWLEDGE, undo)
