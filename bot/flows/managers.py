"""Which field of the Slack profile says who somebody's manager is: an admin's choice."""

from bot.domain.access import Act
from bot.domain.errors import Invalid, Problem
from bot.domain.people import Person
from bot.flows.answers import Answer, Done, Open
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.people import require
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.managers import BY_HAND, managers_view


def open_form(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """The fields that hold a person, as the workspace has them now."""
    require(Act.CHANGE_PEOPLE, actor)
    return Open(managers_view(asked.profile_fields, chosen=unit.workspace.manager_field))


def choose(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form: profiles are asked from now on, or no more."""
    require(Act.CHANGE_PEOPLE, actor)
    chosen = asked.typed.option(Field.PROFILE_FIELD)
    if chosen == BY_HAND:
        unit.choose_manager_field(None, None)
    else:
        known = {one.id: one.label for one in asked.profile_fields}
        if chosen is None or chosen not in known:
            raise Invalid(Problem.CHOOSE, field=Field.PROFILE_FIELD)
        unit.choose_manager_field(chosen, known[chosen])
    unit.surfaces.open_home(actor.id)
    return Done()


def register(listeners: Listeners) -> None:
    """The button and the form."""
    listeners.opens(ActionId.OPEN_MANAGERS, open_form, looks_at_profile=True)
    listeners.submits(ViewId.MANAGERS, choose, looks_at_profile=True)
