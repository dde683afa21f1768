"""The CS manager names the CSM."""

from collections.abc import Sequence

from bot.domain.access import Act
from bot.domain.errors import Invalid, Problem
from bot.domain.people import Person
from bot.flows.answers import Answer, Done, Open
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.showing import brief_told, card_of
from bot.storage.because import because
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.assign import assign_view
from bot.views.ids import ActionId, Field, ViewId


def open_form(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """The form, with the proposed CSM chosen and how many open handoffs candidates have.

    While the gate of the brief is closed it names what is open and asks for a reason; where a CSM
    gave it back, their reason stands on top.
    """
    handoff = unit.handoffs.get(asked.handoff_id)
    card = card_of(unit, asked.handoff_id)
    candidates = unit.status.open_by_csm()
    proposed = card.proposed_csm
    if proposed is not None and all(known.id != proposed.id for known, _ in candidates):
        candidates.insert(0, (proposed, 0))
    most = unit.policy.open_handoffs_per_csm
    closed = None
    if not handoff.assignable:
        closed = brief_told(unit, handoff, actor)
    told = because(unit, unit.bundle(handoff.id, viewer=actor), actor)
    return Open(assign_view(card, candidates=candidates, most=most, closed=closed, because=told))


def named_person(asked: Asked) -> Sequence[str]:
    """Whoever was chosen."""
    chosen = asked.typed.user(Field.CSM)
    return [chosen] if chosen else []


def assign(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form: from now on the CSM's clocks run."""
    chosen = asked.typed.user(Field.CSM)
    csm = unit.people.by_slack_id(chosen) if chosen else None
    if csm is None:
        raise Invalid(Problem.EMPTY, field=Field.CSM)
    handoff = unit.handoffs.lock(asked.handoff_id)
    reason = asked.typed.text(Field.REASON)
    unit.assign(handoff, csm, by=actor, override=reason)
    return Done()


def register(listeners: Listeners) -> None:
    """The button and the form."""
    listeners.opens(ActionId.OPEN_ASSIGN, open_form, act=Act.ASSIGN)
    listeners.submits(ViewId.ASSIGN, assign, named=named_person)
