"""Cancelling a handoff with a reason, and taking that back for some minutes."""

from bot.domain.access import Act
from bot.domain.people import Person
from bot.flows.answers import Answer, Done, Open
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.showing import card_of
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.cancel import cancel_view
from bot.views.ids import ActionId, Field, ViewId
from bot.views.payload import Ref


def open_form(asked: Asked, unit: ReadUnit) -> Answer:
    """The form that asks for the reason; it remembers where the person came from."""
    here = unit.channels.by_slack_id(asked.channel) if asked.channel else None
    ref = Ref(handoff=asked.handoff_id, channel=here.id if here else None)
    return Open(cancel_view(card_of(unit, asked.handoff_id), ref))


def cancel(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    handoff.cancel(asked.typed.text(Field.REASON), by=actor, at=unit.now)
    unit.save(handoff, actor_id=actor.id, asked_in=asked.ref.channel)
    return Done()


def undo(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Undo*: open again, with every clock as it was."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    handoff.undo_cancel(by=actor, at=unit.now, policy=unit.policy)
    unit.save(handoff, actor_id=actor.id)
    return Done(spent=True)


def register(listeners: Listeners) -> None:
    """The form's button, the form, and the undo."""
    listeners.opens(ActionId.OPEN_CANCEL, open_form, act=Act.CANCEL)
    listeners.submits(ViewId.CANCEL, cancel)
    # Days later it would undo another cancellation, within the minutes of that one.
    listeners.acts(ActionId.UNDO_CANCEL, undo, once_for_good=True)
