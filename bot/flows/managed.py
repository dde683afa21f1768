"""The lists of admins: who manages whom; and the pages of all such lists."""

from collections.abc import Callable

from slack_sdk.models.views import View

from bot.domain.access import Act
from bot.domain.errors import Invalid, Problem
from bot.domain.people import Person
from bot.domain.read_models import Managed
from bot.flows.answers import Answer, Open, Update
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.people import require
from bot.flows.people_csv import list_of_people
from bot.flows.showing import myself
from bot.flows.undelivered import list_of_undelivered
from bot.storage.unit_of_work import ReadUnit
from bot.views.ids import ActionId, ViewId
from bot.views.lists import pages_of
from bot.views.managed import managed_view

PEOPLE = 30
"""On one page."""


def list_of_managed(unit: ReadUnit, _actor: Person, page: int) -> View:
    """Who manages whom, in the order of names."""
    pages = pages_of(unit.people.count_of_interest(), PEOPLE)
    page = min(page, pages - 1)
    shown = unit.people.of_interest(skip=page * PEOPLE, size=PEOPLE)
    managers = unit.people.many(one.manager_id for one in shown)
    rows = []
    for one in shown:
        manager = managers.get(one.manager_id) if one.manager_id is not None else None
        gone = manager is not None and not manager.full_member
        rows.append(Managed(myself(one), myself(manager) if manager else None, gone))
    return managed_view(rows, page=page, pages=pages)


def open_list(unit: ReadUnit, actor: Person) -> Answer:
    """Its first page."""
    require(Act.CHANGE_PEOPLE, actor)
    return Open(list_of_managed(unit, actor, 0))


_LISTS: dict[ViewId, Callable[[ReadUnit, Person, int], View]] = {
    ViewId.MANAGED: list_of_managed,
    ViewId.PEOPLE_LIST: list_of_people,
    ViewId.UNDELIVERED: list_of_undelivered,
}


def turn_page(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """Another page of the list that the button names."""
    require(Act.CHANGE_PEOPLE, actor)
    made = next((make for view, make in _LISTS.items() if view == asked.ref.thing), None)
    if made is None:
        raise Invalid(Problem.STALE_BUTTON)
    return Update(made(unit, actor, max(asked.ref.page or 0, 0)))


def register(listeners: Listeners) -> None:
    """The button of the Home tab, and those that turn pages."""
    listeners.opens(ActionId.OPEN_MANAGED, open_list)
    listeners.opens(ActionId.LIST_BACK, turn_page)
    listeners.opens(ActionId.LIST_ON, turn_page)
