"""*Open it again*: a cancelled handoff goes on, with a reason."""

from bot.domain.people import Person
from bot.domain.reopening import reopen, require_to_reopen
from bot.flows.answers import Answer, Done, Open
from bot.flows.asked import Asked
from bot.flows.cancel import goes_on_alone, with_others
from bot.flows.listeners import Listeners
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.paths import reopen_view


def open_form(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """The form that asks why."""
    handoff = unit.handoffs.get(asked.handoff_id)
    require_to_reopen(handoff, by=actor)
    return Open(reopen_view(handoff.id, handoff.account))


def reopened(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted reason: clocks begin anew, and who has a part by now is told."""
    handoff, others = with_others(unit, asked.handoff_id)
    reopen(handoff, asked.typed.text(Field.REASON), by=actor, at=unit.now)
    goes_on_alone(unit, handoff, others, by=actor)
    unit.save(handoff, actor_id=actor.id)
    # Managers, policy and rules may be others by now.
    unit.reckon(handoff.id)
    return Done()


def register(listeners: Listeners) -> None:
    """The button and the form."""
    listeners.opens(ActionId.OPEN_REOPEN, open_form)
    # Days later it would open one that was cancelled again.
    listeners.submits(ViewId.REOPEN, reopened, once_for_good=True)
