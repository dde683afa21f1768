"""*Kickoff held*: the form, and the record of when it was."""

from datetime import datetime

from slack_sdk.models.views import View

from bot.domain import access
from bot.domain.access import Act
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.people import Person
from bot.flows.answers import Answer, Done, Push
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.reasons import reason_in
from bot.flows.showing import card_of
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.kickoff import held_view, shown_mark


def open_held(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """The form, with what is recorded, else with the time that was proposed, else with now."""
    handoff = unit.handoffs.get(asked.handoff_id)
    _require_begun(handoff)
    return Push(_form(unit, handoff, actor))


def _require_begun(handoff: Handoff) -> None:
    """Refused before anything is typed; the handoff itself refuses the same."""
    if handoff.csm_id is None:
        raise Invalid(Problem.NOT_ASSIGNED)
    if handoff.signed_at is None:
        raise Invalid(Problem.NOT_SIGNED)


def _form(unit: ReadUnit, handoff: Handoff, actor: Person) -> View:
    asks_why = access.owes_a_reason(Act.HOLD_KICKOFF, actor, handoff)
    return held_view(card_of(unit, handoff.id), at=_likely(handoff, unit.now), asks_why=asks_why)


def _likely(handoff: Handoff, now: datetime) -> datetime:
    if handoff.kickoff_held_at is not None:
        return handoff.kickoff_held_at
    proposed = handoff.kickoff_proposed_at
    return (
        proposed
        if proposed is not None and proposed <= now
        else now.replace(second=0, microsecond=0)
    )


def record_held(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form: a first record or a correction."""
    held_at = asked.typed.instant(Field.HELD_AT)
    if held_at is None:
        raise Invalid(Problem.DATE_NEEDED, field=Field.HELD_AT)
    handoff = unit.handoffs.lock(asked.handoff_id)
    _require_as_shown(asked, handoff, held_at, actor)
    reason = reason_in(asked, Act.HOLD_KICKOFF, actor, handoff)
    handoff.hold_kickoff(held_at, by=actor, at=unit.now, reason=reason)
    unit.save(handoff, actor_id=actor.id)
    return Done()


def _require_as_shown(asked: Asked, handoff: Handoff, held_at: datetime, actor: Person) -> None:
    """A record made while the form was open is not overwritten unseen; sent twice it is done."""
    access.require(Act.HOLD_KICKOFF, actor, handoff)
    recorded = handoff.kickoff_held_at
    if shown_mark(recorded) not in (asked.ref.revision or 0, int(held_at.timestamp())):
        facts = {"at": recorded.isoformat()} if recorded is not None else {}
        raise Conflict(Problem.CHANGED_MEANWHILE, field=Field.HELD_AT, facts=facts)


def register(listeners: Listeners) -> None:
    """The button and its form."""
    listeners.opens(ActionId.OPEN_HELD, open_held, act=Act.HOLD_KICKOFF)
    listeners.submits(ViewId.HELD, record_held)
