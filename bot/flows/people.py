"""Roles and leave of people, and the pause: what admins set."""

from collections.abc import Sequence

from slack_sdk.models.views import View

from bot.domain import access
from bot.domain.access import Act
from bot.domain.errors import Invalid, NotAllowed, Problem
from bot.domain.people import Person, Role
from bot.flows.answers import Answer, Done, Open, Push, Update
from bot.flows.asked import Asked
from bot.flows.inputs import Typed
from bot.flows.listeners import Listeners
from bot.flows.showing import name_of
from bot.storage.holidays import find_region
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.roles import roles_view


def require(act: Act, actor: Person) -> None:
    """Raise NotAllowed for everybody who may not do what admins set."""
    if not access.may_at_all(act, actor):
        raise NotAllowed(Problem.ADMINS_ONLY)


def open_form(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """The form that asks whose roles, manager and region are meant, unless a button says it."""
    require(Act.CHANGE_PEOPLE, actor)
    if asked.in_modal and asked.ref.entry is not None:
        return Push(_for_one(unit.people.get(asked.ref.entry), unit))
    return Open(roles_view())


def named_people(asked: Asked) -> Sequence[str]:
    """The person, their manager and who stands in for them."""
    asks = (Field.PERSON, Field.MANAGER, Field.STAND_IN)
    return [chosen for field in asks if (chosen := asked.typed.user(field))]


def set_roles(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form, in two steps: who, then what; an emptied field is taken away."""
    require(Act.CHANGE_PEOPLE, actor)
    typed = asked.typed
    if asked.ref.entry is None:
        return Update(_for_one(chosen_colleague(typed, Field.PERSON, unit), unit), acted=False)
    person = unit.people.get(asked.ref.entry)
    manager = chosen_colleague(typed, Field.MANAGER, unit)
    if manager is not None and manager.id == person.id:
        raise Invalid(Problem.OWN_MANAGER, field=Field.MANAGER)
    typed_region = typed.text(Field.REGION).strip()
    region = find_region(typed_region) if typed_region else ""
    if region is None:
        raise Invalid(Problem.UNKNOWN_REGION, field=Field.REGION)
    changed = unit.people.set_part(
        person.id,
        roles=frozenset(Role(value) for value in typed.options(Field.ROLES)),
        manager_id=manager.id if manager else None,
        clear_manager=manager is None,
        region=region,
    )
    if (changed.manager_id, changed.region) != (person.manager_id, person.region):
        unit.bring_in_line(person.id)
    set_leave(typed, unit, person.id, by=actor)
    return Done()


def set_leave(typed: Typed, unit: WriteUnit, person_id: int, *, by: Person) -> None:
    """Keep the leave that a form has, where it is another one: the person's own, or an admin's.

    Raises Invalid at its field as `WriteUnit.set_leave`, and for a stand-in without a last day.
    """
    if not typed.shown(Field.UNTIL):
        return  # The form was opened before it asked for that.
    until, stand_in = typed.date(Field.UNTIL), chosen_colleague(typed, Field.STAND_IN, unit)
    if until is None and stand_in is not None:
        raise Invalid(Problem.DATE_NEEDED, field=Field.UNTIL)
    stand_in_id = stand_in.id if stand_in is not None else None
    before = unit.people.you(person_id)
    stood_in = before.stand_in.id if before.stand_in is not None else None
    if (until, stand_in_id) != (before.leave_until, stood_in):
        unit.set_leave(person_id, until, stand_in_id, by=by)
        unit.surfaces.follow([person_id])


def _for_one(person: Person | None, unit: ReadUnit) -> View:
    """The second step, filled with what the person has now, so that nothing is lost unseen."""
    if person is None:
        raise Invalid(Problem.EMPTY, field=Field.PERSON)
    you = unit.people.you(person.id)
    return roles_view(
        person,
        manager=name_of(unit, person.manager_id),
        away_until=you.leave_until,
        stand_in=you.stand_in,
    )


def chosen_colleague(typed: Typed, name: Field, unit: WriteUnit) -> Person | None:
    """Whom a form names; raises Invalid for an account that is no full member's."""
    slack_id = typed.user(name)
    person = unit.people.by_slack_id(slack_id) if slack_id else None
    if person is not None and not person.full_member:
        raise Invalid(Problem.NOT_A_COLLEAGUE, field=name)
    return person


def pause(unit: WriteUnit, actor: Person) -> Answer:
    """*Pause*: the bot says nothing of its own until *Resume*; answers still come."""
    require(Act.PAUSE, actor)
    unit.workspace_pause(unit.now)
    unit.surfaces.open_home(actor.id)
    return Done()


def resume(unit: WriteUnit, actor: Person) -> Answer:
    """*Resume*: clocks never stopped; each person hears the present state once."""
    require(Act.PAUSE, actor)
    unit.workspace_pause(None)
    unit.surfaces.open_home(actor.id)
    return Done()


def register(listeners: Listeners) -> None:
    """The form and both buttons."""
    listeners.opens(ActionId.OPEN_ROLES, open_form)
    listeners.submits(ViewId.ROLES, set_roles, named=named_people)
    listeners.acts(ActionId.PAUSE, pause)
    listeners.acts(ActionId.RESUME, resume)
