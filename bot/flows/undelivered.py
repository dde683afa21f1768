"""What could not be delivered: an admin has it sent again, or puts it aside."""

from slack_sdk.models.views import View

from bot.domain import access
from bot.domain.access import Act, Audience
from bot.domain.errors import Conflict, Invalid, NotFound, Problem
from bot.domain.notices import JobSource
from bot.domain.people import Person
from bot.domain.read_models import Undelivered
from bot.flows.answers import Answer, Open, Update
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.people import require
from bot.flows.showing import name_of
from bot.storage.undelivered import Trouble
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId
from bot.views.lists import pages_of
from bot.views.undelivered import undelivered_view

ROWS = 15
"""On one page: each takes up to four of the 100 blocks of a modal."""


def list_of_undelivered(unit: ReadUnit, actor: Person, page: int) -> View:
    """One page, or the last one there is."""
    pages = pages_of(unit.undelivered.count(), ROWS)
    page = min(page, pages - 1)
    found = unit.undelivered.page(skip=page * ROWS, size=ROWS)
    return undelivered_view([_told(unit, one, actor) for one in found], page=page, pages=pages)


def _told(unit: ReadUnit, one: Trouble, viewer: Person) -> Undelivered:
    channel = unit.channels.get(one.channel_id).slack_id if one.channel_id is not None else None
    return Undelivered(
        source=one.source,
        entry=one.id,
        kind=one.kind,
        account=_account(unit, one.handoff_id, viewer),
        hidden=one.handoff_id is not None,
        person=name_of(unit, one.person_id),
        channel_slack_id=channel,
        reason=one.reason,
        in_doubt=one.in_doubt,
        may_retry=one.may_retry,
        in_vain=one.in_vain,
    )


def _account(unit: ReadUnit, handoff_id: int | None, viewer: Person) -> str | None:
    """An admin reads no more of a handoff than anybody else with their part in it."""
    if handoff_id is None:
        return None
    try:
        handoff = unit.handoffs.get(handoff_id)
    except NotFound:
        return None
    public = not unit.channels.get(handoff.channel_id).private
    audiences = access.audiences(viewer, handoff, in_channel=public)
    return handoff.account if Audience.FACTS in audiences else None


def open_list(unit: ReadUnit, actor: Person) -> Answer:
    """Its first page."""
    require(Act.PAUSE, actor)
    return Open(list_of_undelivered(unit, actor, 0))


def send_again(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Send again*: whatever still holds of it goes out as it would now."""
    of = _named(asked, actor)
    tries = unit.outbox.try_again if of is JobSource.NOTICE else unit.surfaces.try_again
    return _after(asked, unit, actor, done=tries(asked.ref.entry or 0))


def put_aside(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Put aside*: it is on the list no more."""
    of = _named(asked, actor)
    settles = unit.outbox.put_aside if of is JobSource.NOTICE else unit.surfaces.put_aside
    return _after(asked, unit, actor, done=settles(asked.ref.entry or 0))


def _named(asked: Asked, actor: Person) -> JobSource:
    require(Act.PAUSE, actor)
    if asked.ref.entry is None or asked.ref.thing not in set(JobSource):
        raise Invalid(Problem.STALE_BUTTON)
    return JobSource(asked.ref.thing)


def _after(asked: Asked, unit: WriteUnit, actor: Person, *, done: bool) -> Answer:
    if not done:
        raise Conflict(Problem.ALREADY_DONE)
    unit.surfaces.open_home(actor.id)
    return Update(list_of_undelivered(unit, actor, asked.ref.page or 0))


def register(listeners: Listeners) -> None:
    """The button of the Home tab, and both of a row."""
    listeners.opens(ActionId.OPEN_UNDELIVERED, open_list)
    listeners.acts(ActionId.SEND_AGAIN, send_again)
    listeners.acts(ActionId.PUT_ASIDE, put_aside)
