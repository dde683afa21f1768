"""People by pasted lines: first what would change, then, confirmed, the change itself."""

from collections.abc import Sequence
from hashlib import sha256

from slack_sdk.models.views import View

from bot.domain.access import Act
from bot.domain.errors import Invalid, Problem
from bot.domain.people import Person
from bot.domain.people_csv import Change, Plan, as_lines, ids_in, plan
from bot.flows.answers import Answer, Done, Open, Push, Update
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.people import require
from bot.flows.showing import myself
from bot.storage.holidays import find_region
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.lists import pages_of
from bot.views.people_csv import people_csv_view, people_list_view

AT_ONCE = 20
"""People whose handoffs are reckoned anew before the answer; the rest follows by housekeeping."""
LINES = 25
"""Of the present list on one page: so many fit into the field at once."""


def open_form(actor: Person) -> Answer:
    """The empty field."""
    require(Act.CHANGE_PEOPLE, actor)
    return Open(people_csv_view())


def named_people(asked: Asked) -> Sequence[str]:
    """Everybody in the lines, and their managers."""
    return ids_in(asked.typed.text(Field.PEOPLE_LINES))


def submit(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """Shows what the lines come to; does it once just that was shown, and nothing is wrong."""
    require(Act.CHANGE_PEOPLE, actor)
    text = asked.typed.text(Field.PEOPLE_LINES)
    if not text.strip():
        raise Invalid(Problem.EMPTY, field=Field.PEOPLE_LINES)
    wanted = _planned(unit, text)
    mark = _mark(text, wanted) if wanted.changes and not wanted.wrong else None
    if mark is None or asked.ref.thing != mark:
        managers = unit.people.many(one.person.manager_id for one in wanted.changes)
        return Update(
            people_csv_view(
                text,
                wanted,
                managers={one.id: myself(one) for one in managers.values()},
                mark=mark,
                at_once=AT_ONCE,
            ),
            acted=False,
        )
    for one in wanted.changes:
        unit.people.set_part(
            one.person.id,
            roles=one.roles,
            manager_id=one.manager.id if one.manager else None,
            clear_manager=one.no_manager,
            region=one.region,
        )
    for one in [one for one in wanted.changes if one.moves_handoffs][:AT_ONCE]:
        unit.bring_in_line(one.person.id)
    unit.surfaces.open_home(actor.id)
    return Done()


def _planned(unit: ReadUnit, text: str) -> Plan:
    people = dict(unit.people.by_slack_ids(ids_in(text)))
    managers = unit.people.many(one.manager_id for one in people.values())
    people |= {one.slack_id: one for one in managers.values()}
    return plan(text, people, find_region)


def _mark(text: str, wanted: Plan) -> str:
    """The same for the same lines that would change the same."""
    told = "\n".join((text, *(_told(one) for one in wanted.changes)))
    return sha256(told.encode()).hexdigest()[:40]


def _told(one: Change) -> str:
    before = sorted(role.value for role in one.person.roles)
    after = sorted(role.value for role in one.roles) if one.roles is not None else None
    manager = one.manager.id if one.manager is not None else one.no_manager
    return repr((one.person.id, before, after, one.person.manager_id, manager, one.region))


def list_of_people(unit: ReadUnit, _actor: Person, page: int) -> View:
    """The present state as lines to copy."""
    pages = pages_of(unit.people.count_of_interest(), LINES)
    page = min(page, pages - 1)
    shown = unit.people.of_interest(skip=page * LINES, size=LINES)
    managers = {
        one.id: one
        for one in unit.people.many(one.manager_id for one in shown).values()
        if one.full_member
    }
    return people_list_view(as_lines(shown, managers), page=page, pages=pages)


def open_list(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """Its first page, on top of the form."""
    require(Act.CHANGE_PEOPLE, actor)
    shown = list_of_people(unit, actor, 0)
    return Push(shown) if asked.in_modal else Open(shown)


def register(listeners: Listeners) -> None:
    """The button of the Home tab, the form, and the list."""
    listeners.opens(ActionId.OPEN_PEOPLE_CSV, open_form)
    listeners.submits(ViewId.PEOPLE_CSV, submit, meets=named_people)
    listeners.opens(ActionId.OPEN_PEOPLE_LIST, open_list)
