"""The handoff message: its preview, which is the card, and the AE's *Post*."""

from bot.domain.access import Act
from bot.domain.errors import Invalid
from bot.domain.handoff import Handoff
from bot.domain.people import Person
from bot.flows.answers import Answer, Done, Open
from bot.flows.asked import Asked
from bot.flows.inputs import propose_kickoff
from bot.flows.listeners import Listeners
from bot.flows.showing import card_of
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.card import preview_view
from bot.views.ids import ActionId, ViewId
from bot.views.payload import Ref


def preview(asked: Asked, unit: ReadUnit) -> Answer:
    """The card as it would stand in the channel now, holes and all."""
    _require_safe(unit, unit.handoffs.get(asked.handoff_id))
    card = card_of(unit, asked.handoff_id, preview=True)
    return Open(preview_view(card, Ref(handoff=card.handoff_id)))


def post(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Post to channel*, with the time the AE proposes for the kickoff."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    _require_safe(unit, handoff)
    propose_kickoff(asked.typed, handoff, by=actor, at=unit.now)
    handoff.post(by=actor, at=unit.now)
    # The card is the answer to who posted it, wherever they pressed.
    unit.save(handoff, actor_id=actor.id, asked_in=handoff.channel_id)
    return Done()


def _require_safe(unit: ReadUnit, handoff: Handoff) -> None:
    problem = unit.channels.problem(unit.channels.get(handoff.channel_id))
    if problem is not None:
        raise Invalid(problem)


def register(listeners: Listeners) -> None:
    """The preview and the posting."""
    listeners.opens(ActionId.PREVIEW_MESSAGE, preview, act=Act.POST, looks_at_deal_channel=True)
    listeners.submits(ViewId.PREVIEW, post, looks_at_deal_channel=True)
