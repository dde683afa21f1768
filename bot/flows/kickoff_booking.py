"""The time of the kickoff: its form, and the card that shows it afterwards."""

from datetime import datetime

from bot.domain import access, kickoff_booking
from bot.domain.access import Audience
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.kickoff import kickoff_due
from bot.domain.kickoff_pages import BookingPage, champion_of
from bot.domain.kickoff_prep import missing
from bot.domain.people import Person
from bot.flows.answers import Answer, Done, Push, Update
from bot.flows.asked import Asked
from bot.flows.kickoff_card import card_for, elsewhere
from bot.flows.listeners import Listeners
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.kickoff_booking import OFF, booking_view, shown_mark


def open_booking(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Book kickoff*: the time, and what is still missing for it."""
    handoff = unit.handoffs.get(asked.handoff_id)
    kickoff_booking.require(actor, handoff, unit.policy)
    return Push(booking_view(_page(unit, handoff, actor), as_of=unit.now))


def _page(unit: ReadUnit, handoff: Handoff, actor: Person) -> BookingPage:
    readable = access.audiences(actor, handoff, in_channel=False)
    ahead = handoff.csm_id is not None
    return BookingPage(
        handoff.id,
        handoff.account,
        at=handoff.kickoff.at,
        offered_at=handoff.kickoff.offered_at,
        due_at=kickoff_due(handoff, unit.policy, unit.people.calendar),
        joint=kickoff_booking.joint(handoff, unit.policy),
        hold=kickoff_booking.internal_hold(handoff),
        missing=missing(handoff, audiences=readable) if ahead else (),
        elsewhere=elsewhere(unit, handoff, actor),
        champion=champion_of(unit.brief.load(handoff.id, audiences={Audience.CHANNEL})),
        asks_why=kickoff_booking.owes_a_reason(actor, handoff),
    )


def save_booking(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted time; the card then shows it, with the link to a calendar."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    kickoff_booking.require(actor, handoff, unit.policy)
    reason = _reason(asked, handoff, actor)
    off = OFF in asked.typed.options(Field.KICKOFF_OFF)
    wanted = None if off else asked.typed.instant(Field.KICKOFF_AT)
    if wanted is None and not off:
        raise Invalid(Problem.DATE_NEEDED, field=Field.KICKOFF_AT)
    _require_as_shown(asked, handoff, wanted)
    if wanted is None:
        kickoff_booking.call_off(handoff, by=actor, at=unit.now, policy=unit.policy, reason=reason)
        unit.save(handoff, actor_id=actor.id)
        return Done()
    kickoff_booking.book(
        handoff,
        wanted,
        offered=asked.typed.instant(Field.OFFERED_AT),
        by=actor,
        at=unit.now,
        policy=unit.policy,
        reason=reason,
    )
    unit.save(handoff, actor_id=actor.id)
    return Update(card_for(unit, handoff, actor))


def _reason(asked: Asked, handoff: Handoff, actor: Person) -> str:
    """As typed; raises Invalid where the form was opened as the owner's, and is not any more."""
    owes = kickoff_booking.owes_a_reason(actor, handoff)
    if owes and not asked.typed.shown(Field.REASON):
        raise Invalid(Problem.ASKED_WHY_NOW)
    return asked.typed.text(Field.REASON)


def _require_as_shown(asked: Asked, handoff: Handoff, wanted: datetime | None) -> None:
    """A time booked while the form was open is not overwritten unseen."""
    now = handoff.kickoff.at
    if now != wanted and shown_mark(now) != (asked.ref.revision or 0):
        facts = {"at": now.isoformat()} if now is not None else {}
        raise Conflict(Problem.CHANGED_MEANWHILE, field=Field.KICKOFF_AT, facts=facts)


def register(listeners: Listeners) -> None:
    """The button and its form."""
    # Whose it is depends on whether there is a CSM: the listener asks for the right itself.
    listeners.opens(ActionId.OPEN_KICKOFF_BOOKING, open_booking)
    listeners.submits(ViewId.KICKOFF_BOOKING, save_booking)
