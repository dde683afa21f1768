"""The briefing call: its time, doing without it, its card and record, and the hold it ends."""

from datetime import datetime

from slack_sdk.models.views import View

from bot.domain import access, briefing_call, read_models
from bot.domain.access import Act, Audience
from bot.domain.briefing import BriefingCall
from bot.domain.debrief import Talk
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.people import Person
from bot.domain.promises import Side
from bot.domain.read_models import BookingForm, BriefingCard
from bot.domain.steps import call_required, intro_waits_for_call
from bot.domain.verification import RecordKind
from bot.flows.answers import Answer, Done, Push, Update
from bot.flows.asked import Asked
from bot.flows.inputs import call_of
from bot.flows.listeners import Listeners
from bot.flows.reasons import reason_in
from bot.storage.records import Written
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.briefing import booking_view, briefing_view, lift_view, shown_mark
from bot.views.ids import ActionId, Field, ViewId


def open_booking(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Book briefing call*: the time, or that writing is enough."""
    handoff = unit.handoffs.get(asked.handoff_id)
    briefing_call.require(Act.BOOK_BRIEFING, actor, handoff)
    return Push(_booking(unit, handoff, actor))


def _booking(unit: ReadUnit, handoff: Handoff, actor: Person) -> View:
    briefing, side = handoff.briefing, access.side_of(actor, handoff)
    other = handoff.ae_id if side is Side.CSM else handoff.csm_id
    said = side is not None and briefing.without_at(side.across) is not None
    asks_why = access.owes_a_reason(Act.BOOK_BRIEFING, actor, handoff)
    reads = Audience.RECORDS in access.audiences(actor, handoff, in_channel=False)
    return booking_view(
        BookingForm(
            handoff.id,
            handoff.account,
            at=briefing.at,
            required=call_required(handoff, handoff.size(unit.policy)),
            asked=reads and handoff.verification.call_asked_for,
            skips=briefing_call.skips(actor, handoff, unit.policy),
            own_without=side is not None and briefing.without_at(side) is not None,
            other_without=unit.people.get(other).name if said and other is not None else None,
            asks_why=asks_why,
        )
    )


def save_booking(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted time; the other one is told."""
    wanted = asked.typed.instant(Field.BRIEFING_AT)
    if wanted is None:
        raise Invalid(Problem.DATE_NEEDED, field=Field.BRIEFING_AT)
    handoff = unit.handoffs.lock(asked.handoff_id)
    access.require(Act.BOOK_BRIEFING, actor, handoff)
    _require_as_shown(asked, handoff, wanted)
    briefing_call.book(
        handoff,
        wanted,
        by=actor,
        at=unit.now,
        reason=reason_in(asked, Act.BOOK_BRIEFING, actor, handoff),
    )
    unit.save(handoff, actor_id=actor.id)
    return Done()


def _require_as_shown(asked: Asked, handoff: Handoff, wanted: datetime) -> None:
    """A time booked while the form was open is not overwritten unseen."""
    now = handoff.briefing.at
    if now != wanted and shown_mark(now) != (asked.ref.revision or 0):
        facts = {"at": now.isoformat()} if now is not None else {}
        raise Conflict(Problem.CHANGED_MEANWHILE, field=Field.BRIEFING_AT, facts=facts)


def do_without(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Do without call*: out of the form it shows that it was said, out of a message nothing."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    briefing_call.do_without(handoff, by=actor, at=unit.now, policy=unit.policy)
    unit.save(handoff, actor_id=actor.id)
    if asked.view is None:
        return Done()
    return Update(_booking(unit, handoff, actor))


def open_card(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Open call card*: what to read aloud and to ask, and the record."""
    handoff = unit.handoffs.get(asked.handoff_id)
    briefing_call.require(Act.HOLD_BRIEFING, actor, handoff)
    return Push(briefing_view(_card(unit, handoff, actor)))


def _card(unit: ReadUnit, handoff: Handoff, actor: Person) -> BriefingCard:
    bundle = unit.bundle(handoff.id, viewer=actor)
    held_at, record = None, None
    if handoff.briefing.recorded(handoff.verification.call_asked_at) is not None:
        held_at = handoff.briefing.held_at
        written = _written(unit, handoff, bundle.audiences)
        record = written.record if written is not None else None
    talk = _debrief_held(unit, handoff)
    asks_why = access.owes_a_reason(Act.HOLD_BRIEFING, actor, handoff)
    return BriefingCard(
        handoff.id,
        handoff.account,
        at=handoff.briefing.at,
        held_at=held_at,
        likely_at=held_at or _likely(handoff, unit.now),
        brief=bundle.brief,
        completeness=read_models.told(handoff, bundle.people, bundle.audiences),
        promises=tuple((one.number, one.text.words) for one in bundle.brief.entries),
        revision=unit.records.revision(handoff.id, RecordKind.BRIEFING_CALL),
        record=record if isinstance(record, BriefingCall) else None,
        debrief_held_at=talk.held_at if talk is not None else None,
        in_it=not asks_why,
        asks_why=asks_why,
    )


def _written(unit: ReadUnit, handoff: Handoff, audiences: frozenset[Audience]) -> Written | None:
    return unit.records.load(handoff.id, audiences=audiences).get(RecordKind.BRIEFING_CALL)


def _debrief_held(unit: ReadUnit, handoff: Handoff) -> Talk | None:
    """The debrief, once it was held: it may stand for the call."""
    if handoff.debrief.recorded_at is None:
        return None
    found = unit.debriefs.load(handoff.id, audiences=access.EVERY).talk
    return found.talk if found is not None else None


def _likely(handoff: Handoff, now: datetime) -> datetime:
    at = handoff.briefing.at
    return at if at is not None and at <= now else now.replace(second=0, microsecond=0)


def save_call(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted record; one that was written meanwhile is not overwritten unseen."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    briefing_call.require(Act.HOLD_BRIEFING, actor, handoff)
    kind = RecordKind.BRIEFING_CALL
    if unit.records.revision(handoff.id, kind) != (asked.ref.revision or 0):
        raise Conflict(Problem.CHANGED_MEANWHILE, field=Field.EMPHASIS)
    entries = unit.brief.load(handoff.id, audiences=access.EVERY).entries
    call = briefing_call.checked_call(
        call_of(
            asked.typed,
            promises=[one.number for one in entries],
            talk=_debrief_held(unit, handoff),
        ),
        handoff,
        at=unit.now,
    )
    briefing_call.record(
        handoff,
        call,
        revision=unit.records.save(handoff.id, kind, call, by=actor.id, at=unit.now),
        by=actor,
        at=unit.now,
        reason=reason_in(asked, Act.HOLD_BRIEFING, actor, handoff),
    )
    unit.save(handoff, actor_id=actor.id)
    return Done()


def open_lift(asked: Asked, unit: ReadUnit) -> Answer:
    """*Let intro go out*: the form that asks why."""
    handoff = unit.handoffs.get(asked.handoff_id)
    if not intro_waits_for_call(handoff, handoff.size(unit.policy)):
        raise Conflict(Problem.NOTHING_HELD)
    return Push(lift_view(handoff.id, handoff.account))


def save_lift(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted reason: the intro waits for the call no longer."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    reason = asked.typed.text(Field.REASON)
    briefing_call.lift_hold(handoff, reason, by=actor, at=unit.now, policy=unit.policy)
    unit.save(handoff, actor_id=actor.id)
    return Done()


def register(listeners: Listeners) -> None:
    """The buttons and their forms."""
    listeners.opens(ActionId.OPEN_BOOKING, open_booking, act=Act.BOOK_BRIEFING)
    listeners.submits(ViewId.BOOKING, save_booking)
    listeners.acts(ActionId.SKIP_BRIEFING, do_without)
    listeners.opens(ActionId.OPEN_BRIEFING, open_card, act=Act.HOLD_BRIEFING)
    listeners.submits(ViewId.BRIEFING, save_call)
    listeners.opens(ActionId.OPEN_LIFT, open_lift, act=Act.LIFT_HOLD)
    listeners.submits(ViewId.LIFT, save_lift)
