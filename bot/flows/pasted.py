"""A long text pasted once and cut into the sections by hand; its writer alone sees it."""

from bot.domain import access
from bot.domain.access import Act
from bot.domain.errors import Invalid
from bot.domain.people import Person
from bot.flows.answers import Answer, Push, Update
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.pasted import paste_view, pasted_view


def open_pasted(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Pasted text*: on top of the step, so that what is typed there stays; a page of it later."""
    parts = unit.pasted.parts(asked.handoff_id, actor.id)
    if not parts:
        return Push(paste_view(asked.handoff_id))
    view = pasted_view(asked.handoff_id, parts, page=asked.ref.page or 0)
    return Push(view) if asked.ref.page is None else Update(view)


def paste_more(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Paste more*: the form for the next part, in place of the text."""
    there = len(unit.pasted.parts(asked.handoff_id, actor.id))
    return Update(paste_view(asked.handoff_id, parts=there))


def keep_pasted(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The pasted part, kept behind the others; it is shown as it stands now."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    access.require(Act.EDIT_BRIEF, actor, handoff)
    if not handoff.open:
        raise Invalid(handoff.why_over, field=Field.PASTED)
    unit.pasted.add(handoff.id, actor.id, asked.typed.text(Field.PASTED), at=unit.now)
    parts = unit.pasted.parts(handoff.id, actor.id)
    return Update(pasted_view(handoff.id, parts, page=len(parts) - 1))


def forget_pasted(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Forget the text*: all of it is deleted."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    access.require(Act.EDIT_BRIEF, actor, handoff)
    unit.pasted.forget(handoff.id, actor.id)
    return Update(paste_view(handoff.id))


def register(listeners: Listeners) -> None:
    """The text's buttons and its form."""
    listeners.opens(ActionId.PASTED_OPEN, open_pasted, act=Act.EDIT_BRIEF)
    listeners.opens(ActionId.PASTED_MORE, paste_more, act=Act.EDIT_BRIEF)
    listeners.submits(ViewId.PASTE, keep_pasted)
    listeners.acts(ActionId.PASTED_FORGET, forget_pasted)
