"""Another AE, manager or implementation lead of a handoff; another CSM is `assignment`."""

from collections.abc import Sequence

from bot.domain import access, reassigning
from bot.domain.access import Act, Audience, Capacity
from bot.domain.brief import ContactRole
from bot.domain.errors import Conflict, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.ledger import left_to_deliver
from bot.domain.people import Person
from bot.domain.promises import Side
from bot.flows.answers import Answer, Done, Open, Say
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.showing import about_people, name_of, only_open_here, require_here
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.reassigning import (
    Offered,
    lead_view,
    reassign_ae_view,
    reassign_manager_view,
    reassign_message,
)

_MANAGES = {Side.AE: Capacity.AE_MANAGER, Side.CSM: Capacity.CS_MANAGER}


def from_command(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """`/handoff reassign`: what its asker may do about the people of the handoffs here."""
    standing = only_open_here(unit, asked.channel)
    here = standing[0].channel_id
    offered = [
        Offered(one.id, one.account, acts, assigned=one.csm_id is not None, champion=there)
        for one in standing
        for there in (_has_champion(unit, one),)
        if (acts := about_people(actor, one, champion=there))
    ]
    if not offered:
        require_here(Act.REASSIGN_AE, actor, standing[0])
    return Say(reassign_message(offered, channel=here))


def _has_champion(unit: ReadUnit, handoff: Handoff) -> bool:
    brief = unit.brief.load(handoff.id, audiences={Audience.CHANNEL})
    return bool(brief.people.having(ContactRole.CHAMPION))


def _channel(asked: Asked, unit: ReadUnit) -> int | None:
    here = unit.channels.by_slack_id(asked.channel) if asked.channel else None
    return here.id if here is not None else asked.ref.channel


def _require_known(asked: Asked, unit: ReadUnit, actor: Person, handoff: Handoff) -> None:
    """Who may change people everywhere need not know of a handoff in a private channel."""
    channel = unit.channels.get(handoff.channel_id)
    inside = not channel.private or _channel(asked, unit) == channel.id
    if Audience.FACTS not in access.audiences(actor, handoff, in_channel=inside):
        raise NotAllowed(Problem.PRIVATE_CHANNEL, whose=(handoff.ae_id,))


def open_ae(asked: Asked, unit: ReadUnit) -> Answer:
    """*Reassign AE*: the form, with what the former one promised to deliver themselves."""
    handoff = unit.handoffs.get(asked.handoff_id)
    name = name_of(unit, handoff.ae_id)
    delivers = left_to_deliver(unit.ledger.entries(handoff.id), handoff.ae_id)
    told = (name.name, delivers) if name is not None and delivers else None
    channel = _channel(asked, unit)
    return Open(reassign_ae_view(handoff.id, handoff.account, delivers=told, channel=channel))


def named_ae(asked: Asked) -> Sequence[str]:
    """Whoever was chosen."""
    chosen = asked.typed.user(Field.AE)
    return [chosen] if chosen else []


def save_ae(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form: all that is the AE's is theirs from now on."""
    chosen = asked.typed.user(Field.AE)
    ae = unit.people.by_slack_id(chosen) if chosen else None
    if ae is None:
        raise Invalid(Problem.EMPTY, field=Field.AE)
    unit.reassign_ae(unit.handoffs.lock(asked.handoff_id), ae, by=actor)
    return Done()


def open_ae_manager(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Change AE manager*: the form."""
    return _open_manager(Side.AE, asked, unit, actor)


def open_cs_manager(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Change CS manager*: the form."""
    return _open_manager(Side.CSM, asked, unit, actor)


def _open_manager(side: Side, asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    handoff = unit.handoffs.get(asked.handoff_id)
    _require_known(asked, unit, actor, handoff)
    now = name_of(unit, access.holder(_MANAGES[side], handoff))
    channel = _channel(asked, unit)
    return Open(reassign_manager_view(handoff.id, handoff.account, side, now, channel=channel))


def named_manager(asked: Asked) -> Sequence[str]:
    """Whoever was chosen."""
    chosen = asked.typed.user(Field.MANAGER)
    return [chosen] if chosen else []


def save_manager(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form: they are told of what is late on their side from now on."""
    if asked.ref.thing not in set(Side):
        raise Invalid(Problem.STALE_BUTTON)
    handoff = unit.handoffs.lock(asked.handoff_id)
    side, chosen = Side(asked.ref.thing), asked.typed.user(Field.MANAGER)
    access.require(reassigning.NAMES_MANAGER[side], actor, handoff)
    _require_known(asked, unit, actor, handoff)
    manager = unit.people.by_slack_id(chosen) if chosen else None
    if manager is None:
        raise Invalid(Problem.EMPTY, field=Field.MANAGER)
    reassigning.name_manager(handoff, side, manager, by=actor, at=unit.now)
    unit.save(handoff, actor_id=actor.id)
    return Done()


def open_lead(asked: Asked, unit: ReadUnit) -> Answer:
    """*Implementation lead*: the form, with who it is so far."""
    handoff = unit.handoffs.get(asked.handoff_id)
    now, channel = name_of(unit, handoff.lead_id), _channel(asked, unit)
    return Open(lead_view(handoff.id, handoff.account, now, channel=channel))


def named_lead(asked: Asked) -> Sequence[str]:
    """Whoever was chosen."""
    chosen = asked.typed.user(Field.PERSON)
    return [chosen] if chosen else []


def save_lead(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form: they are told, and the kickoff is in their calendar from now on."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    access.require(Act.NAME_LEAD, actor, handoff)
    chosen = asked.typed.user(Field.PERSON)
    lead = unit.people.by_slack_id(chosen) if chosen else None
    if chosen and lead is None:
        raise Invalid(Problem.NOT_A_COLLEAGUE, field=Field.PERSON)
    shown, now = asked.ref.entry or 0, handoff.lead_id or 0
    if now not in (shown, lead.id if lead is not None else 0):
        known = name_of(unit, handoff.lead_id)
        facts = {"name": known.name} if known is not None else {}
        raise Conflict(Problem.CHANGED_MEANWHILE, field=Field.PERSON, facts=facts)
    reassigning.name_lead(handoff, lead, by=actor, at=unit.now)
    unit.save(handoff, actor_id=actor.id)
    return Done()


def register(listeners: Listeners) -> None:
    """The buttons and the forms; the command's words are those of `/handoff`."""
    listeners.opens(ActionId.OPEN_REASSIGN_AE, open_ae, act=Act.REASSIGN_AE)
    listeners.submits(ViewId.REASSIGN_AE, save_ae, named=named_ae)
    listeners.opens(ActionId.OPEN_AE_MANAGER, open_ae_manager, act=Act.REASSIGN_AE_MANAGER)
    listeners.opens(ActionId.OPEN_CS_MANAGER, open_cs_manager, act=Act.REASSIGN_CS_MANAGER)
    listeners.submits(ViewId.REASSIGN_MANAGER, save_manager, named=named_manager)
    listeners.opens(ActionId.OPEN_LEAD, open_lead, act=Act.NAME_LEAD)
    listeners.submits(ViewId.LEAD, save_lead, named=named_lead)
