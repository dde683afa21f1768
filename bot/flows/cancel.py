"""Cancelling a handoff, with a reason and what its deal became; taken back for some minutes."""

from bot.domain import access
from bot.domain.access import Act, Audience
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.ledger import Entry
from bot.domain.linked import BECAME, Link, LinkKind, OpenDeal, link, note_carried, unlink
from bot.domain.path_pages import CancelForm
from bot.domain.people import Person
from bot.domain.promises import Fate, Origin, Promise
from bot.domain.worktime import end_of_day
from bot.flows.answers import Answer, Done, Open, Update
from bot.flows.asked import Asked
from bot.flows.entries import write_promise
from bot.flows.inputs import Typed
from bot.flows.listeners import Listeners
from bot.flows.showing import whole_of
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.cancel import cancel_view
from bot.views.ids import ActionId, Field, ViewId
from bot.views.limits import SELECT_OPTIONS
from bot.views.paths import reopen_view
from bot.views.payload import Ref
from bot.views.whole import whole_view


def open_form(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """The form that asks for the reason; it remembers where the person came from."""
    here = unit.channels.by_slack_id(asked.channel) if asked.channel else None
    ref = Ref(handoff=asked.handoff_id, channel=here.id if here else None)
    handoff = unit.handoffs.get(asked.handoff_id)
    shown = CancelForm(
        handoff.id,
        handoff.account,
        _deals(unit, handoff, actor, from_channel=ref.channel),
        tuple(one.promise for one in _in_force(unit, handoff, actor)),
    )
    return Open(cancel_view(shown, ref))


def _deals(
    unit: ReadUnit, handoff: Handoff, actor: Person, *, from_channel: int | None
) -> tuple[OpenDeal, ...]:
    """Open handoffs besides this one that a person may know of: those of their status list, and
    of the channel they are in."""
    day_end = end_of_day(unit.now, actor.zone)
    page = unit.status.page(viewer=actor, page=0, size=SELECT_OPTIONS, day_end=day_end)
    found = {one.handoff_id: one.account for one in page.rows}
    here = unit.handoffs.open_in(from_channel) if from_channel is not None else ()
    found = {one.id: one.account for one in here} | found
    deals = [OpenDeal(one, account) for one, account in found.items() if one != handoff.id]
    deals.sort(key=lambda one: (one.account.casefold(), one.handoff_id))
    return tuple(deals[:SELECT_OPTIONS])


def _in_force(unit: ReadUnit, handoff: Handoff, actor: Person) -> list[Entry]:
    """The promises that may be copied, for who may read the ledger."""
    if Audience.CHANNEL not in access.audiences(actor, handoff, in_channel=False):
        return []
    return [one for one in unit.ledger.entries(handoff.id) if _carries(one)]


def _carries(entry: Entry) -> bool:
    owed = entry.fate in (Fate.OPEN, Fate.RENEGOTIATED)
    return entry.open and owed and not entry.none_made


def cancel(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form: the handoffs name each other, and what was ticked is copied."""
    parts = _parts(asked.typed)
    ticked = [int(one) for one in asked.typed.options(Field.CARRY) if one.isdecimal()]
    if not parts:
        if ticked:
            raise Invalid(Problem.NOWHERE_TO_CARRY, field=Field.CARRY)
        handoff = unit.handoffs.lock(asked.handoff_id)
        handoff.cancel(asked.typed.text(Field.REASON), by=actor, at=unit.now)
        unit.save(handoff, actor_id=actor.id, asked_in=asked.ref.channel)
        return Done()
    handoff, others = _with_parts(unit, asked.handoff_id, parts)
    access.require(Act.CANCEL, actor, handoff)
    if not all(unit.knows_of(one, actor, from_channel=asked.ref.channel) for one in others):
        raise Invalid(Problem.OTHER_UNSEEN, field=Field.BECAME)
    entries = _ticked(unit, handoff, others, actor, ticked)
    handoff.cancel(asked.typed.text(Field.REASON), by=actor, at=unit.now)
    kind = _how(asked.typed, parts)
    for other in others:
        link(handoff, other, kind, by=actor, at=unit.now, carried=len(entries))
        unit.links.add(handoff.id, other.id, kind, by=actor.id, at=unit.now)
        for entry in entries:
            _carry(unit, handoff, other, entry, actor)
        unit.save(other, actor_id=actor.id)
    unit.save(handoff, actor_id=actor.id, asked_in=asked.ref.channel)
    return Done()


def _parts(typed: Typed) -> list[int]:
    """Ids of the handoffs that the deal became; a form of an earlier version has one at most."""
    chosen = typed.options(Field.BECAME) or (typed.option(Field.BECAME),)
    return [int(one) for one in dict.fromkeys(chosen) if one is not None and one.isdecimal()]


def _with_parts(
    unit: WriteUnit, handoff_id: int, parts: list[int]
) -> tuple[Handoff, list[Handoff]]:
    """All of them locked, in the order of their ids, so that two such acts never wait crosswise.

    Raises Invalid for a handoff and itself.
    """
    if handoff_id in parts:
        raise Invalid(Problem.ITSELF, field=Field.BECAME)
    locked = {one: unit.handoffs.lock(one) for one in sorted((handoff_id, *parts))}
    return locked[handoff_id], [locked[one] for one in parts]


def _how(typed: Typed, parts: list[int]) -> LinkKind:
    """As it was chosen; what became several was split, whatever the menu began with."""
    if len(parts) > 1:
        return LinkKind.SPLIT
    chosen = typed.option(Field.BECAME_HOW)
    return next((one for one in BECAME if one.value == chosen), LinkKind.REPLACED)


def _ticked(
    unit: ReadUnit, handoff: Handoff, others: list[Handoff], actor: Person, ticked: list[int]
) -> list[Entry]:
    """The chosen promises; raises Invalid where one is not in force any more, or not for the
    person to write down in one of the other handoffs."""
    if not ticked:
        return []
    for other in others:
        if other.open and not access.may_change_promise(actor, other):
            raise Invalid(
                Problem.NOT_YOURS_TO_CARRY,
                field=Field.CARRY,
                whose=access.whose(Act.EDIT_PROMISE, other),
                facts={"account": other.account},
            )
    found = {one.promise.id: one for one in _in_force(unit, handoff, actor)}
    if not found.keys() >= set(ticked):
        raise Invalid(Problem.PROMISE_NOT_OPEN, field=Field.CARRY)
    return [one for one in found.values() if one.promise.id in ticked]


def _carry(unit: WriteUnit, handoff: Handoff, other: Handoff, entry: Entry, actor: Person) -> None:
    """A new entry in the other ledger, with both boxes open, that says where it comes from."""
    promise = entry.promise
    # Those who read the one may know of the other where everybody can, or both live in one place.
    named = unit.knows_of(handoff, None, from_channel=other.channel_id)
    origin = Origin(handoff.id, promise.number, handoff.account if named else None)

    def note(copy: Promise) -> None:
        note_carried(handoff, other, promise, copy, by=actor, at=unit.now)

    write_promise(unit, other, promise.text, actor, origin=origin, beside=note)


def undo(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Undo*: open again, with every clock as it was; too late for that, the form to open it."""
    handoff, others = with_others(unit, asked.handoff_id)
    try:
        handoff.undo_cancel(by=actor, at=unit.now, policy=unit.policy)
    except Conflict as refused:
        if refused.problem is not Problem.UNDO_TOO_LATE:
            raise
        return Open(reopen_view(handoff.id, handoff.account))
    goes_on_alone(unit, handoff, others, by=actor)
    unit.save(handoff, actor_id=actor.id)
    if asked.in_modal:
        return Update(whole_view(whole_of(unit, handoff.id, actor)))
    return Done(spent=True)


def with_others(unit: WriteUnit, handoff_id: int) -> tuple[Handoff, list[tuple[Link, Handoff]]]:
    """A cancelled handoff locked, with those that its deal became, in the order of their ids."""
    became = [one for one in unit.links.of(handoff_id) if one.onward and one.kind in BECAME]
    ids = sorted({handoff_id, *(one.other_id for one in became)})
    locked = {one: unit.handoffs.lock(one) for one in ids}
    return locked[handoff_id], [(one, locked[one.other_id]) for one in became]


def goes_on_alone(
    unit: WriteUnit, handoff: Handoff, others: list[tuple[Link, Handoff]], *, by: Person
) -> None:
    """A deal that is open again became no other one; the others are saved, not this one."""
    for one, other in others:
        unlink(handoff, other, one.kind, by=by, at=unit.now)
        unit.links.end(handoff.id, other.id, one.kind, at=unit.now)
        unit.save(other, actor_id=by.id)


def register(listeners: Listeners) -> None:
    """The form's button, the form, and the undo."""
    listeners.opens(ActionId.OPEN_CANCEL, open_form, act=Act.CANCEL)
    # Days later it would cancel one that was opened again, or undo another cancellation within the
    # minutes of that one.
    listeners.submits(ViewId.CANCEL, cancel, once_for_good=True)
    listeners.acts(ActionId.UNDO_CANCEL, undo, once_for_good=True)
