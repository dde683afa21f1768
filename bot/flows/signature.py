"""When both had signed: the form, and the record every clock starts from."""

from slack_sdk.models.views import View

from bot.domain.access import Act
from bot.domain.errors import Invalid, Problem
from bot.domain.people import Person
from bot.flows.answers import Answer, Open, Say, Update
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.showing import card_of, only_open_here, require_here, whole_of
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.payload import Ref
from bot.views.signature import signature_view, which_signed_message
from bot.views.whole import whole_view


def from_command(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """`/handoff signed`: the form, or which handoff is meant where several are open."""
    standing = only_open_here(unit, asked.channel)
    cards = [card_of(unit, handoff.id) for handoff in standing]
    if len(cards) > 1:
        return Say(which_signed_message(cards))
    require_here(Act.SIGN, actor, standing[0])
    return Open(signature_view(cards[0], as_of=unit.now))


def open_form(asked: Asked, unit: ReadUnit) -> Answer:
    """The form behind *Countersigned*."""
    return Open(signature_view(card_of(unit, asked.handoff_id), as_of=unit.now))


def record(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form: a first record or a correction, answered with what is due when."""
    signed_at = asked.typed.instant(Field.SIGNED_AT)
    if signed_at is None:
        raise Invalid(Problem.DATE_NEEDED, field=Field.SIGNED_AT)
    handoff = unit.handoffs.lock(asked.handoff_id)
    ae = unit.people.get(handoff.ae_id)
    handoff.countersign(signed_at, by=actor, at=unit.now, ae=ae)
    unit.save(handoff, actor_id=actor.id)
    return Update(whole_view(whole_of(unit, handoff.id, actor)))


def _once_more(_: Asked, ref: Ref, unit: ReadUnit, actor: Person) -> View:
    return whole_view(whole_of(unit, ref.handoff or 0, actor), page=ref.page or 0)


def register(listeners: Listeners) -> None:
    """The button and the form."""
    listeners.opens(ActionId.OPEN_SIGNATURE, open_form, act=Act.SIGN)
    listeners.submits(ViewId.SIGNATURE, record)
    listeners.redraw(ViewId.WHOLE, _once_more)
