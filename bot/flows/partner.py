"""*Partner's side*: who the partner's people are, and where the deal lives with them."""

from bot.domain import access
from bot.domain.partner import (
    SECTION,
    PartnerForm,
    PartnerSide,
    enter,
    people_in,
    require_to_write,
    require_unchanged,
)
from bot.domain.people import Person
from bot.flows.answers import Answer, Done, Push, Refresh
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.showing import whole_of
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.paths import partner_view
from bot.views.whole import whole_view


def open_form(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """What was entered last, for who fills that part of the brief."""
    handoff = unit.handoffs.get(asked.handoff_id)
    require_to_write(handoff, by=actor)
    audiences = access.readable_in(
        SECTION,
        access.audiences(actor, handoff, in_channel=False),
        access.given(actor, handoff),
    )
    found = unit.partners.of(handoff.id, audiences=audiences)
    side = found.side if found is not None else PartnerSide()
    revision = unit.partners.revision(handoff.id)
    return Push(partner_view(PartnerForm(handoff.id, handoff.account, side, revision)))


def entered(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form; the page below shows it."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    require_to_write(handoff, by=actor)
    typed = asked.typed
    side = PartnerSide(
        people=people_in(typed.text(Field.PARTNER_PEOPLE)),
        lives=typed.text(Field.PARTNER_LIVES),
        source=typed.text(Field.SOURCE),
    ).checked()
    require_unchanged(asked.ref.revision or 0, unit.partners.revision(handoff.id))
    revision = unit.partners.save(handoff.id, side, by=actor.id, at=unit.now)
    enter(handoff, side, revision=revision, by=actor, at=unit.now)
    unit.save(handoff, actor_id=actor.id)
    below = (asked.view or {}).get("previous_view_id")
    if not below:
        return Done()
    return Done(Refresh(below, whole_view(whole_of(unit, handoff.id, actor))))


def register(listeners: Listeners) -> None:
    """The button and the form."""
    listeners.opens(ActionId.OPEN_PARTNER, open_form)
    listeners.submits(ViewId.PARTNER, entered)
