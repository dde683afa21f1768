"""Whom what the clock says reaches: everybody, nobody, or one admin who tries the bot out."""

from bot.domain.access import Act
from bot.domain.errors import Invalid, Problem
from bot.domain.notices import Notify
from bot.domain.people import Person
from bot.flows.answers import Answer, Done, Open
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.people import require
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.notify import notify_view


def open_form(unit: ReadUnit, actor: Person) -> Answer:
    """The choice as it is."""
    require(Act.PAUSE, actor)
    return Open(notify_view(unit.workspace.notify))


def choose(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form; it holds for what is sent from now on."""
    require(Act.PAUSE, actor)
    chosen = asked.typed.option(Field.NOTIFY)
    if chosen not in set(Notify):
        raise Invalid(Problem.CHOOSE, field=Field.NOTIFY)
    unit.workspace_notify(Notify(chosen), by=actor)
    unit.surfaces.open_home(actor.id)
    return Done()


def register(listeners: Listeners) -> None:
    """The button of the Home tab and the form."""
    listeners.opens(ActionId.OPEN_NOTIFY, open_form)
    listeners.submits(ViewId.NOTIFY, choose)
