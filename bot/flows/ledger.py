"""The promise ledger: the initials of both sides, by button, by reaction, and one by one."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from slack_sdk.models.views import View

from bot.domain import access, ledger
from bot.domain.access import Audience
from bot.domain.errors import HandoffError, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.ledger import (
    Delivery,
    Entry,
    PromiseHistory,
    Via,
)
from bot.domain.notices import ledger_file, reaction_not_taken
from bot.domain.people import Person
from bot.domain.promises import Side
from bot.flows.answers import Answer, Done, Push, Update
from bot.flows.asked import Asked
from bot.flows.inputs import delivery_of
from bot.flows.listeners import Listeners
from bot.storage.ledger import Said
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.ledger import ONE_BY_ONE, initial_view, ledger_view, promise_history_view
from bot.views.payload import Ref
from bot.views.sentences.ledger import FILE_COMES

INITIALS = "white_check_mark"
"""The reaction that is an initial; every other one is just a reaction."""
_TOLD = frozenset(
    {
        Problem.UNDO_TOO_LATE,
        Problem.NOT_DELIVERABLE,
        Problem.PROMISE_REWORDED,
        Problem.PROMISE_WITHDRAWN,
    }
)
"""What is said to whoever reacted, once; whatever else was refused changes nothing they expect."""


def initial(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Initial promise*: the AE's is one press, the CSM says whether they can deliver it."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    entry = unit.ledger.entry(handoff.id, asked.ref.entry or 0)
    version = asked.ref.revision or 0
    side = ledger.require_initial(handoff, entry, by=actor, version=version)
    if side is Side.CSM and not entry.none_made:
        return Update(initial_view(handoff.id, handoff.account, entry, side=side), acted=False)
    _put(unit, handoff, entry, actor, version=version)
    return Done()


def save_initial(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The form of an initial; one by one the next entry follows in the same window."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    entry = unit.ledger.entry(handoff.id, asked.ref.entry or 0)
    _put(
        unit,
        handoff,
        entry,
        actor,
        version=asked.ref.revision or 0,
        delivery=delivery_of(asked.typed),
        check_with=asked.typed.text(Field.CHECK_WITH),
    )
    if asked.ref.thing != ONE_BY_ONE:
        return Done()
    return Update(_next(unit, handoff, actor))


def _put(
    unit: WriteUnit,
    handoff: Handoff,
    entry: Entry,
    actor: Person,
    *,
    version: int,
    delivery: Delivery | None = None,
    check_with: str = "",
    via: Via = Via.BUTTON,
) -> None:
    after = ledger.initial(
        handoff,
        entry,
        by=actor,
        version=version,
        at=unit.now,
        delivery=delivery,
        check_with=check_with,
        via=via,
    )
    side = ledger.require_side(actor, handoff)
    unit.ledger.put(handoff.id, entry, after.initials[side])
    _save(unit, handoff, entry, actor)


def take_back(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Take back my initial*, within the policy's minutes."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    entry = unit.ledger.entry(handoff.id, asked.ref.entry or 0)
    _take_back(unit, handoff, entry, actor, version=asked.ref.revision or 0)
    return Done()


def _take_back(
    unit: WriteUnit,
    handoff: Handoff,
    entry: Entry,
    actor: Person,
    *,
    version: int,
    via: Via = Via.BUTTON,
) -> None:
    ledger.take_back(
        handoff, entry, by=actor, version=version, at=unit.now, policy=unit.policy, via=via
    )
    unit.ledger.take(handoff.id, entry, ledger.require_side(actor, handoff))
    _save(unit, handoff, entry, actor)


def _save(unit: WriteUnit, handoff: Handoff, entry: Entry, actor: Person) -> None:
    unit.surfaces.show_promise(handoff, entry.promise.id, entry.promise.version)
    unit.save(handoff, actor_id=actor.id, asked_in=handoff.channel_id)


# --- By reaction


def reacted(asked: Asked, unit: WriteUnit, actor: Person | None) -> Answer:
    """A ✅ on the message of the wording in force initials it."""
    return _by_reaction(asked, unit, actor, given=True)


def reaction_gone(asked: Asked, unit: WriteUnit, actor: Person | None) -> Answer:
    """Without its ✅ an initial is taken back, while it can be."""
    return _by_reaction(asked, unit, actor, given=False)


def _by_reaction(asked: Asked, unit: WriteUnit, actor: Person | None, *, given: bool) -> Answer:
    item = asked.event["item"]
    channel, ts = item.get("channel"), item.get("ts")
    if actor is None or asked.event["reaction"] != INITIALS:
        return Done()
    if not isinstance(channel, str) or not isinstance(ts, str):
        return Done()
    stands = unit.ledger.said_at(channel, ts)
    if stands is None:
        return Done()
    handoff = unit.handoffs.lock(stands.handoff_id)
    if access.side_of(actor, handoff) is None:
        return Done()  # Everybody may react to a message.
    if stands.channel_id != handoff.channel_id or unit.channels.get(stands.channel_id).problem():
        return Done()  # The message says nothing of the promise any more.
    if _overtaken(asked, unit, stands, actor):
        return Done()
    entry = unit.ledger.entry(handoff.id, stands.promise_id)
    try:
        if given:
            # A reaction cannot say that something has to be checked first: it says yes.
            _put(
                unit,
                handoff,
                entry,
                actor,
                version=stands.version,
                delivery=Delivery.CAN,
                via=Via.REACTION,
            )
        else:
            _take_back(unit, handoff, entry, actor, version=stands.version, via=Via.REACTION)
    except HandoffError as refused:
        if refused.problem in _TOLD and (given or refused.problem is Problem.UNDO_TOO_LATE):
            told = reaction_not_taken(handoff, entry.promise, actor.id, refused.problem)
            unit.outbox.add(told)
    return Done()


def _overtaken(asked: Asked, unit: WriteUnit, stands: Said, actor: Person) -> bool:
    """Whether a later tick of this person on this message, or its end, was heard of before.

    Slack keeps no order between events, and may deliver one again after days: the later of two by
    Slack's own time is what stands on the message now.
    """
    at = _time_of(asked.event)
    if at is None:
        return False
    key = f"tick:{stands.promise_id}:{stands.version}:{actor.id}"
    known = unit.received.claim(key, for_good=True)
    if known is not None and (before := known.get("at")) and Decimal(before) > at:
        return True
    unit.received.keep(key, {"at": str(at)})
    return False


def _time_of(event: Mapping[str, Any]) -> Decimal | None:
    """When a reaction was given or taken away, in Slack's seconds; None where it does not say."""
    try:
        at = Decimal(str(event.get("event_ts")))
    except InvalidOperation:
        return None
    return at if at.is_finite() else None


# --- All of it


def _require_reader(asked: Asked, unit: ReadUnit, actor: Person, handoff: Handoff) -> None:
    """Raise NotAllowed for who may not read what stands in the deal channel."""
    here = unit.channels.by_slack_id(asked.channel) if asked.channel else None
    channel = unit.channels.get(handoff.channel_id)
    inside = not channel.private or (here is not None and here.id == channel.id)
    readable = access.audiences(actor, handoff, in_channel=inside)
    if Audience.CHANNEL not in readable:
        raise NotAllowed(Problem.PRIVATE_CHANNEL, whose=(handoff.ae_id,))


def open_ledger(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Open ledger*: every entry, in pages."""
    handoff = unit.handoffs.get(asked.handoff_id)
    _require_reader(asked, unit, actor, handoff)
    page = asked.ref.page
    view = ledger_view(unit.ledger_page(handoff, viewer=actor), page=page or 0)
    return Push(view) if page is None else Update(view)


def send_file(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """All of it as a file in one's own direct messages; delivery makes it."""
    handoff = unit.handoffs.get(asked.handoff_id)
    _require_reader(asked, unit, actor, handoff)
    unit.outbox.add(ledger_file(handoff, actor.id, key=asked.key))
    page = unit.ledger_page(handoff, viewer=actor)
    return Update(ledger_view(page, page=asked.ref.page or 0, told=FILE_COMES))


def initial_all(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Initial … one by one*: each whole entry that waits, one after the other."""
    handoff = unit.handoffs.get(asked.handoff_id)
    ledger.require_side(actor, handoff)
    return Update(_next(unit, handoff, actor))


def _next(unit: ReadUnit, handoff: Handoff, actor: Person) -> View:
    """The first entry that waits for a person, or the ledger where none does."""
    waiting = ledger.waiting_for(actor, handoff, unit.ledger.entries(handoff.id))
    if not waiting:
        return ledger_view(unit.ledger_page(handoff, viewer=actor))
    side = ledger.require_side(actor, handoff)
    left = len(waiting) - 1
    return initial_view(handoff.id, handoff.account, waiting[0], side=side, left=left)


def history(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Earlier wordings*: every version with its initials, and the disputes that are over."""
    handoff = unit.handoffs.get(asked.handoff_id)
    _require_reader(asked, unit, actor, handoff)
    entry = unit.ledger.entry(handoff.id, asked.ref.entry or 0)
    (entry,) = unit.disputes.with_past(handoff.id, [entry])
    reasons = Audience.REASONS in access.audiences(actor, handoff, in_channel=False)
    disputes = entry.past if reasons else tuple(one.for_the_channel for one in entry.past)
    number, wordings = entry.promise.number, tuple(unit.ledger.wordings(entry.promise.id))
    found = PromiseHistory(handoff.id, handoff.account, number, wordings, disputes)
    return Push(promise_history_view(found))


def _initial_once_more(_: Asked, ref: Ref, unit: ReadUnit, actor: Person) -> View:
    """The entry that a submitted initial led to."""
    return _next(unit, unit.handoffs.get(ref.handoff or 0), actor)


def register(listeners: Listeners) -> None:
    """Buttons, forms and reactions."""
    listeners.acts(ActionId.INITIAL_PROMISE, initial)
    listeners.submits(ViewId.INITIAL, save_initial)
    listeners.acts(ActionId.TAKE_BACK_INITIAL, take_back)
    listeners.opens(ActionId.OPEN_LEDGER, open_ledger)
    listeners.acts(ActionId.LEDGER_FILE, send_file)
    listeners.opens(ActionId.INITIAL_ALL, initial_all)
    listeners.opens(ActionId.PROMISE_HISTORY, history)
    listeners.redraw(ViewId.INITIAL, _initial_once_more)
    listeners.redraw(ViewId.LEDGER, _initial_once_more)
    reads = ("reactions:read",)
    listeners.event("reaction_added", reacted, scopes=reads)
    listeners.event("reaction_removed", reaction_gone, scopes=reads)
