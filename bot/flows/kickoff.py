"""*Kickoff held*: the form, and the record of when it was and what came of it."""

from datetime import datetime

from slack_sdk.models.views import View

from bot.domain import access, kickoff_booking, kickoff_record
from bot.domain.access import EVERY, Act, Audience
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.kickoff_form import KickoffForm
from bot.domain.kickoff_pages import HeldPage
from bot.domain.people import Person
from bot.domain.verification import RecordKind
from bot.flows.answers import Answer, Done, Push
from bot.flows.asked import Asked
from bot.flows.inputs import kickoff_of
from bot.flows.listeners import Listeners
from bot.flows.reasons import reason_in
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.kickoff import held_view

_KIND = RecordKind.KICKOFF


def open_held(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """The form, with what is recorded, else with the time it was to be, else with now."""
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
    readable = access.audiences(actor, handoff, in_channel=False)
    return held_view(
        HeldPage(
            handoff.id,
            handoff.account,
            held_at=handoff.kickoff_held_at,
            likely_at=_likely(handoff, unit.now),
            joint=kickoff_booking.joint(handoff, unit.policy),
            revision=unit.records.revision(handoff.id, _KIND),
            form=_recorded(unit, handoff) if Audience.REASONS in readable else None,
            asks_why=access.owes_a_reason(Act.HOLD_KICKOFF, actor, handoff),
        )
    )


def _recorded(unit: ReadUnit, handoff: Handoff) -> KickoffForm | None:
    found = unit.records.load(handoff.id, audiences=EVERY).get(_KIND)
    return found.record if found is not None and isinstance(found.record, KickoffForm) else None


def _likely(handoff: Handoff, now: datetime) -> datetime:
    if handoff.kickoff_held_at is not None:
        return handoff.kickoff_held_at
    wanted = handoff.kickoff.at or handoff.kickoff_proposed_at
    return wanted if wanted is not None and wanted <= now else now.replace(second=0, microsecond=0)


def record_held(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form: a first record or a correction."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    handoff.require_to_hold(actor)
    before = _recorded(unit, handoff)
    if unit.records.revision(handoff.id, _KIND) != (asked.ref.revision or 0):
        at = handoff.kickoff_held_at
        facts = {"at": at.isoformat()} if at is not None else {}
        raise Conflict(Problem.CHANGED_MEANWHILE, field=Field.HELD_AT, facts=facts)
    form = kickoff_of(asked.typed).checked()
    if form == before:
        raise Conflict(Problem.ALREADY_DONE, field=Field.HELD_AT)
    kickoff_record.record(
        handoff,
        form,
        before=before,
        revision=unit.records.save(handoff.id, _KIND, form, by=actor.id, at=unit.now),
        by=actor,
        at=unit.now,
        policy=unit.policy,
        reason=reason_in(asked, Act.HOLD_KICKOFF, actor, handoff),
    )
    unit.save(handoff, actor_id=actor.id)
    return Done()


def register(listeners: Listeners) -> None:
    """The button and its form."""
    listeners.opens(ActionId.OPEN_HELD, open_held, act=Act.HOLD_KICKOFF)
    listeners.submits(ViewId.HELD, record_held)
