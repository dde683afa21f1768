"""The AE gives sections of the brief to colleagues, who are guests of the form alone."""

from collections.abc import Sequence

from bot.domain.access import Act
from bot.domain.errors import Invalid, Problem
from bot.domain.people import Person
from bot.flows.answers import Answer, Done, Push, Refresh
from bot.flows.asked import Asked
from bot.flows.brief import steps_list
from bot.flows.inputs import sections_ticked
from bot.flows.listeners import Listeners
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.helpers import helpers_view
from bot.views.ids import ActionId, Field, ViewId


def open_form(asked: Asked, unit: ReadUnit) -> Answer:
    """The form, on top of the list of all steps."""
    handoff = unit.handoffs.get(asked.handoff_id)
    return Push(helpers_view(handoff.id, handoff.account))


def named_person(asked: Asked) -> Sequence[str]:
    """Whoever was chosen."""
    chosen = asked.typed.user(Field.HELPER)
    return [chosen] if chosen else []


def invite(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form: the list below shows who helps with what."""
    chosen = asked.typed.user(Field.HELPER)
    helper = unit.people.by_slack_id(chosen) if chosen else None
    handoff = unit.handoffs.lock(asked.handoff_id)
    if helper is None:
        raise Invalid(Problem.EMPTY, field=Field.HELPER)
    handoff.invite_helper(helper, sections_ticked(asked.typed), by=actor, at=unit.now)
    unit.save(handoff, actor_id=actor.id)
    below = (asked.view or {}).get("previous_view_id")
    return Done(Refresh(below, steps_list(unit, handoff, actor)) if below else None)


def register(listeners: Listeners) -> None:
    """The button and the form."""
    listeners.opens(ActionId.INVITE_HELPER, open_form, act=Act.INVITE_HELPER)
    listeners.submits(ViewId.HELPERS, invite, named=named_person)
