"""`/handoff gate`: whether the deal may be closed as won, the call it asks for, the override."""

from collections.abc import Sequence
from datetime import timedelta

from slack_sdk.models.views import View

from bot.domain import access
from bot.domain.access import IN_THE_CHANNEL, Act
from bot.domain.brief import ContactRole, People
from bot.domain.closed_won import closed_won, gate_call
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import Call, Handoff
from bot.domain.people import Person
from bot.domain.read_models import GateModel
from bot.flows.answers import Answer, Open, Say, Update
from bot.flows.asked import Asked
from bot.flows.inputs import champion_of
from bot.flows.listeners import Listeners
from bot.flows.reasons import reason_in
from bot.flows.showing import name_of, only_open_here
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.gate import call_view, gate_message, gate_view, override_view
from bot.views.ids import ActionId, Field, ViewId
from bot.views.payload import Ref


def from_command(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """Where the gate of each open handoff of the channel stands."""
    standing = only_open_here(unit, asked.channel)
    return Say(gate_message([_model(unit, handoff, actor) for handoff in standing]))


def _people(unit: ReadUnit, handoff: Handoff) -> People:
    return unit.brief.load(handoff.id, audiences=IN_THE_CHANNEL).people


def _ids(people: People) -> frozenset[int]:
    return frozenset(one.id for one in people.having(ContactRole.CHAMPION))


def _model(unit: ReadUnit, handoff: Handoff, viewer: Person) -> GateModel:
    people = _people(unit, handoff)
    call = gate_call(handoff, unit.policy, champions=_ids(people))
    called = call.champion if call else None
    return GateModel(
        handoff_id=handoff.id,
        account=handoff.account,
        gate=closed_won(handoff, unit.policy, champions=_ids(people)),
        completeness=handoff.completeness.seen_by(IN_THE_CHANNEL),
        call=call,
        call_cs=name_of(unit, call.cs_id) if call else None,
        call_sales=name_of(unit, call.sales_id) if call else None,
        champions=people.having(ContactRole.CHAMPION),
        call_champion=next((one for one in people.contacts if one.id == called), None),
        overridden_by=name_of(unit, handoff.overridden_by),
        acts=frozenset(act for act in Act if access.may(act, viewer, handoff)),
    )


def open_call(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """The form, with what is recorded, else with whom it is likely to be held."""
    handoff = unit.handoffs.get(asked.handoff_id)
    call = handoff.call
    likely = handoff.csm_id or handoff.cs_contact_id or handoff.proposed_csm_id
    cs_id, sales_id = likely, handoff.ae_id
    if call is not None:
        cs_id, sales_id = call.cs_id, call.sales_id or handoff.ae_id
    people = unit.people.many([cs_id, sales_id])
    cs, sales = people.get(cs_id or 0), people[sales_id]
    at = (
        call.at
        if call
        else unit.people.calendar(actor.id).first_opening(unit.now + timedelta(minutes=1))
    )
    model = _model(unit, handoff, actor)
    chosen = cs.slack_id if cs else None
    reason = access.owes_a_reason(Act.RECORD_CALL, actor, handoff)
    return Open(call_view(model, at=at, sales=sales.slack_id, cs=chosen, asks_why=reason))


def named_person(asked: Asked) -> Sequence[str]:
    """Whoever was chosen."""
    chosen = (asked.typed.user(one) for one in (Field.CALL_SALES, Field.CALL_CS))
    return [one for one in chosen if one]


def record_call(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form."""
    at, chosen = asked.typed.instant(Field.CALL_AT), asked.typed.user(Field.CALL_CS)
    cs = unit.people.by_slack_id(chosen) if chosen else None
    # A form that was opened before this was asked has no such field: then it is the AE.
    seller = asked.typed.user(Field.CALL_SALES)
    sales = unit.people.by_slack_id(seller) if seller else None
    if at is None:
        raise Invalid(Problem.DATE_NEEDED, field=Field.CALL_AT)
    if cs is None:
        raise Invalid(Problem.EMPTY, field=Field.CALL_CS)
    handoff = unit.handoffs.lock(asked.handoff_id)
    customer, champion = asked.typed.text(Field.CALL_CUSTOMER), champion_of(asked.typed)
    call = Call(at, cs.id, customer, champion)
    known = _ids(_people(unit, handoff))
    reason = reason_in(asked, Act.RECORD_CALL, actor, handoff)
    handoff.record_call(
        call, cs=cs, sales=sales, champions=known, by=actor, at=unit.now, reason=reason
    )
    unit.save(handoff, actor_id=actor.id)
    return Update(gate_view(_model(unit, handoff, actor)))


def open_override(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """The form that asks the AE manager for a reason."""
    return Open(override_view(_model(unit, unit.handoffs.get(asked.handoff_id), actor)))


def override(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form; nothing is overridden that is open."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    access.require(Act.OVERRIDE_CLOSED_WON, actor, handoff)
    champions = _ids(_people(unit, handoff))
    if closed_won(handoff, unit.policy, champions=champions).open:
        raise Conflict(Problem.GATE_OPEN, field=Field.REASON)
    handoff.override_closed_won(asked.typed.text(Field.REASON), by=actor, at=unit.now)
    unit.save(handoff, actor_id=actor.id)
    return Update(gate_view(_model(unit, handoff, actor)))


def _once_more(_: Asked, ref: Ref, unit: ReadUnit, actor: Person) -> View:
    return gate_view(_model(unit, unit.handoffs.get(ref.handoff or 0), actor))


def register(listeners: Listeners) -> None:
    """Both buttons and their forms; the command's words are those of `/handoff`."""
    listeners.opens(ActionId.OPEN_CALL, open_call, act=Act.RECORD_CALL)
    listeners.submits(ViewId.CALL, record_call, named=named_person)
    listeners.opens(ActionId.OPEN_CLOSED_WON, open_override, act=Act.OVERRIDE_CLOSED_WON)
    listeners.submits(ViewId.CLOSED_WON, override)
    listeners.redraw(ViewId.GATE, _once_more)
