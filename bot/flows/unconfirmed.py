"""The AE says that a post whose fate Slack did not tell is not there: it is posted again."""

from bot.domain import access
from bot.domain.access import Act
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.notices import JobSource
from bot.domain.people import Person
from bot.flows.answers import Answer, Done
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.storage.unit_of_work import WriteUnit
from bot.views.ids import ActionId


def post_again(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Post it again*; pressed twice it is posted once."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    access.require(Act.POST, actor, handoff)
    if asked.ref.entry is None or asked.ref.thing not in set(JobSource):
        raise Invalid(Problem.STALE_BUTTON)
    if asked.ref.thing == JobSource.SURFACE:
        again = unit.surfaces.post_again(asked.ref.entry, handoff_id=handoff.id)
    else:
        again = unit.outbox.send_again(asked.ref.entry, handoff_id=handoff.id)
    if not again:
        raise Conflict(Problem.ALREADY_DONE)
    return Done()


def register(listeners: Listeners) -> None:
    """The one button."""
    listeners.acts(ActionId.POST_AGAIN, post_again)
