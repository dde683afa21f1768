"""Before the signature: another expected day, the alignment; and the answer for the commitment."""

from collections.abc import Sequence

from bot.domain import access
from bot.domain.access import Act
from bot.domain.commitment import moved_day
from bot.domain.errors import Invalid, Problem
from bot.domain.handoff import CommitmentAnswer
from bot.domain.people import Person
from bot.flows.answers import Answer, Done, Open, Push, Say
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.reasons import reason_in
from bot.flows.showing import card_of
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views import sentences
from bot.views.ids import ActionId, Field, ViewId
from bot.views.message import Message, plain_section
from bot.views.pre_close import alignment_view, new_date_view


def open_new_date(asked: Asked, unit: ReadUnit) -> Answer:
    """The form behind *New date*."""
    return Open(new_date_view(card_of(unit, asked.handoff_id)))


def new_date(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form; reminders and the commitment follow the new day."""
    day = asked.typed.date(Field.EXPECTED_ON)
    if day is None:
        raise Invalid(Problem.DATE_NEEDED, field=Field.EXPECTED_ON)
    handoff = unit.handoffs.lock(asked.handoff_id)
    ae = unit.people.get(handoff.ae_id)
    calendar = unit.people.calendar(ae.id)
    committed = moved_day(handoff, day, at=unit.now, policy=unit.policy, calendar=calendar)
    handoff.expect(day, by=actor, at=unit.now, ae=ae, commitment_on=committed)
    unit.save(handoff, actor_id=actor.id)
    return Done()


def open_alignment(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """The form, with what is recorded, else with today and the proposed CSM."""
    handoff = unit.handoffs.get(asked.handoff_id)
    contact_id = handoff.cs_contact_id or handoff.proposed_csm_id
    contact = unit.people.get(contact_id).slack_id if contact_id is not None else None
    today = unit.people.calendar(actor.id).local_date(unit.now)
    card = card_of(unit, handoff.id)
    on, reason = handoff.aligned_on or today, access.owes_a_reason(Act.ALIGN, actor, handoff)
    return Push(alignment_view(card, on=on, contact=contact, asks_why=reason))


def named_contact(asked: Asked) -> Sequence[str]:
    """Whoever was chosen."""
    chosen = asked.typed.user(Field.CS_CONTACT)
    return [chosen] if chosen else []


def align(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form."""
    day, chosen = asked.typed.date(Field.ALIGNED_ON), asked.typed.user(Field.CS_CONTACT)
    contact = unit.people.by_slack_id(chosen) if chosen else None
    if day is None:
        raise Invalid(Problem.DATE_NEEDED, field=Field.ALIGNED_ON)
    if contact is None:
        raise Invalid(Problem.EMPTY, field=Field.CS_CONTACT)
    handoff = unit.handoffs.lock(asked.handoff_id)
    reason = reason_in(asked, Act.ALIGN, actor, handoff)
    handoff.align(day, contact, by=actor, at=unit.now, zone=actor.zone, reason=reason)
    unit.save(handoff, actor_id=actor.id)
    return Done()


def commitment_done(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The AE kept the day."""
    return _answer(asked, unit, actor, CommitmentAnswer.DONE)


def commitment_not_done(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The AE did not keep it."""
    return _answer(asked, unit, actor, CommitmentAnswer.NOT_DONE)


def commitment_cancelled(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """Nobody waits for it any more; the handoff itself goes on."""
    return _answer(asked, unit, actor, CommitmentAnswer.CANCELLED)


def _answer(asked: Asked, unit: WriteUnit, actor: Person, answer: CommitmentAnswer) -> Answer:
    handoff = unit.handoffs.lock(asked.handoff_id)
    handoff.answer_commitment(answer, by=actor, at=unit.now)
    unit.save(handoff, actor_id=actor.id)
    told = sentences.pre_close.ANSWERED[answer]
    return Say(Message(told, (plain_section(told),)))


def register(listeners: Listeners) -> None:
    """Both forms with their buttons, and the three answers."""
    listeners.opens(ActionId.OPEN_NEW_DATE, open_new_date, act=Act.SIGN)
    listeners.submits(ViewId.NEW_DATE, new_date)
    listeners.opens(ActionId.OPEN_ALIGNMENT, open_alignment, act=Act.ALIGN)
    listeners.submits(ViewId.ALIGNMENT, align, named=named_contact)
    listeners.acts(ActionId.COMMITMENT_DONE, commitment_done)
    listeners.acts(ActionId.COMMITMENT_NOT_DONE, commitment_not_done)
    listeners.acts(ActionId.COMMITMENT_CANCELLED, commitment_cancelled)
