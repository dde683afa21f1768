"""The CSM takes the brief over, and may take that back for some minutes."""

from bot.domain import access
from bot.domain.access import Act
from bot.domain.people import Person
from bot.flows.answers import Answer, Done, Update
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.reasons import reason_in
from bot.storage.unit_of_work import WriteUnit
from bot.views.ids import ActionId, ViewId
from bot.views.verification import acknowledge_view


def acknowledge(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Acknowledge brief*, on the card or in the CSM's own message; their manager is asked why."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    # A button that names no version was drawn before any was written down.
    version = asked.ref.revision or 0
    if access.owes_a_reason(Act.ACKNOWLEDGE, actor, handoff):
        handoff.require_to_acknowledge(version, by=actor)
        view = acknowledge_view(handoff.id, handoff.account, version=version)
        return Update(view, acted=False)
    handoff.acknowledge(version=version, by=actor, at=unit.now)
    here = unit.channels.by_slack_id(asked.channel) if asked.channel else None
    # In the CSM's own message nothing is whispered: its menu holds the undo.
    unit.save(handoff, actor_id=actor.id, asked_in=here.id if here else None)
    return Done()


def record(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """What a manager says for the CSM, with why it was not they who said it."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    reason = reason_in(asked, Act.ACKNOWLEDGE, actor, handoff)
    handoff.acknowledge(version=asked.ref.revision or 0, by=actor, at=unit.now, reason=reason)
    unit.save(handoff, actor_id=actor.id)
    return Done()


def undo(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Undo*: the CSM owes the acknowledgement again, with the due time it had."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    handoff.undo_acknowledge(by=actor, at=unit.now, policy=unit.policy)
    unit.save(handoff, actor_id=actor.id)
    return Done(spent=True)


def register(listeners: Listeners) -> None:
    """Both buttons, and the form for who records it."""
    listeners.acts(ActionId.ACKNOWLEDGE, acknowledge)
    listeners.submits(ViewId.ACKNOWLEDGE, record)
    listeners.acts(ActionId.UNDO_ACKNOWLEDGE, undo)
