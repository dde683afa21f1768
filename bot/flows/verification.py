"""The CSM checks and restates the brief they acknowledged, and the AE says whether it matches."""

from slack_sdk.models.views import View

from bot.domain import access
from bot.domain.access import Act
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.people import Person
from bot.domain.verification import (
    JointPlan,
    Part,
    RecordKind,
    Restatement,
    Verdict,
)
from bot.flows.answers import Answer, Done, Push, Update
from bot.flows.asked import Asked
from bot.flows.inputs import checks_of, plan_of, restatement_of, verdict_of
from bot.flows.listeners import Listeners
from bot.flows.reasons import reason_in
from bot.storage.records import Written
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.payload import Ref
from bot.views.verification import checks_view, judge_view, plan_view, restate_view


def _records(unit: ReadUnit, handoff: Handoff, reader: Person) -> dict[RecordKind, Written]:
    audiences = access.audiences(reader, handoff, in_channel=False)
    return unit.records.load(handoff.id, audiences=audiences)


def _asks_why(handoff: Handoff, actor: Person) -> bool:
    """Whether the reading that a person records is another one's."""
    return access.owes_a_reason(Act.VERIFY, actor, handoff)


def open_checks(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Answer checks*: three questions."""
    handoff = unit.handoffs.get(asked.handoff_id)
    revision = unit.records.revision(handoff.id, RecordKind.CHECKS)
    asks_why = _asks_why(handoff, actor)
    return Push(checks_view(handoff.id, handoff.account, revision=revision, asks_why=asks_why))


def save_checks(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The three answers, with a joint plan where one was written; then the restatement."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    checks = checks_of(asked.typed)
    planned = bool(asked.typed.text(Field.PLAN).strip())
    access.require(Act.VERIFY, actor, handoff)
    if planned and checks.no_plan:
        # Neither answer is taken for a mistake, and no plan is thrown away.
        raise Invalid(Problem.PLAN_AND_NONE_NEEDED, field=Field.PLAN)
    revision = unit.records.revision(handoff.id, RecordKind.CHECKS) + 1
    reason = reason_in(asked, Act.VERIFY, actor, handoff)
    handoff.answer_checks(checks, revision=revision, by=actor, at=unit.now, reason=reason)
    unit.records.save(handoff.id, RecordKind.CHECKS, checks, by=actor.id, at=unit.now)
    if planned:
        _write_plan(unit, handoff, plan_of(asked.typed), actor, with_checks=True)
    unit.save(handoff, actor_id=actor.id)
    if Part.RESTATEMENT not in handoff.reading_left():
        return Done()
    return Update(_empty_restatement(handoff, actor))


def open_plan(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Write joint plan*: the one that stands there, or an empty form."""
    handoff = unit.handoffs.get(asked.handoff_id)
    written = _records(unit, handoff, actor).get(RecordKind.JOINT_PLAN)
    plan = written.record.plan if written and isinstance(written.record, JointPlan) else ""
    revision = written.revision if written else 0
    asks_why = _asks_why(handoff, actor)
    return Push(plan_view(handoff.id, handoff.account, plan, revision=revision, asks_why=asks_why))


def save_plan(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted plan; one that was written meanwhile is not overwritten unseen."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    access.require(Act.VERIFY, actor, handoff)
    plan = plan_of(asked.typed)
    if unit.records.revision(handoff.id, RecordKind.JOINT_PLAN) != (asked.ref.revision or 0):
        raise Conflict(Problem.CHANGED_MEANWHILE, field=Field.PLAN)
    reason = reason_in(asked, Act.VERIFY, actor, handoff)
    _write_plan(unit, handoff, plan, actor, reason=reason)
    unit.save(handoff, actor_id=actor.id)
    return Done()


def _write_plan(
    unit: WriteUnit,
    handoff: Handoff,
    plan: JointPlan,
    actor: Person,
    *,
    reason: str = "",
    with_checks: bool = False,
) -> None:
    revision = unit.records.revision(handoff.id, RecordKind.JOINT_PLAN) + 1
    handoff.write_plan(
        plan, revision=revision, by=actor, at=unit.now, reason=reason, with_checks=with_checks
    )
    unit.records.save(handoff.id, RecordKind.JOINT_PLAN, plan, by=actor.id, at=unit.now)


def open_restate(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Restate brief*: empty, or after *not a match* what the CSM wrote and what the AE says."""
    handoff = unit.handoffs.get(asked.handoff_id)
    revision = unit.records.revision(handoff.id, RecordKind.RESTATEMENT)
    before, line = _not_matched(unit, handoff, actor)
    return Push(
        restate_view(
            handoff.id,
            handoff.account,
            revision=revision,
            before=before,
            line=line,
            asks_why=_asks_why(handoff, actor),
        )
    )


def _not_matched(
    unit: ReadUnit, handoff: Handoff, reader: Person
) -> tuple[Restatement | None, str | None]:
    reading = handoff.verification
    if not reading.mismatches or reading.restated_at is not None:
        return None, None
    found = _records(unit, handoff, reader)
    words, verdict = found.get(RecordKind.RESTATEMENT), found.get(RecordKind.VERDICT)
    said = verdict.record if verdict else None
    line = said.line if isinstance(said, Verdict) and not said.match else None
    # From memory: only who wrote the words before has them in front of them again.
    own = words is not None and words.by == reader.id
    before = words.record if words is not None and own else None
    return before if isinstance(before, Restatement) else None, line


def save_restatement(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """What the CSM wrote from memory; from now on the AE owes an answer."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    words = restatement_of(asked.typed)
    revision = unit.records.revision(handoff.id, RecordKind.RESTATEMENT) + 1
    reason = reason_in(asked, Act.VERIFY, actor, handoff)
    handoff.restate(words, revision=revision, by=actor, at=unit.now, reason=reason)
    unit.records.save(handoff.id, RecordKind.RESTATEMENT, words, by=actor.id, at=unit.now)
    unit.save(handoff, actor_id=actor.id)
    return Done()


def _restate_once_more(_: Asked, ref: Ref, unit: ReadUnit, actor: Person) -> View:
    """The empty restatement that answered checks lead to."""
    handoff = unit.handoffs.get(ref.handoff or 0)
    access.require(Act.VERIFY, actor, handoff)
    return _empty_restatement(handoff, actor)


def _empty_restatement(handoff: Handoff, actor: Person) -> View:
    asks_why = _asks_why(handoff, actor)
    return restate_view(handoff.id, handoff.account, revision=0, asks_why=asks_why)


def open_judge(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Judge restatement*: what the CSM wrote, and the answer to it."""
    handoff = unit.handoffs.get(asked.handoff_id)
    if not handoff.verification.to_judge:
        raise Conflict(Problem.NOTHING_TO_JUDGE)
    # The AE manager records what the AE says of it, and does not read it.
    written = _records(unit, handoff, actor).get(RecordKind.RESTATEMENT)
    words = written.record if written and isinstance(written.record, Restatement) else None
    audiences = access.audiences(actor, handoff, in_channel=False)
    return Push(
        judge_view(
            handoff.id,
            handoff.account,
            words,
            revision=unit.records.revision(handoff.id, RecordKind.RESTATEMENT),
            brief=unit.brief.load(handoff.id, audiences=audiences),
            mismatches=handoff.verification.mismatches,
            written_by=_written_for_csm(unit, handoff, written),
            asks_why=access.owes_a_reason(Act.JUDGE, actor, handoff),
        )
    )


def _written_for_csm(unit: ReadUnit, handoff: Handoff, written: Written | None) -> str | None:
    """The name of who wrote a restatement for the CSM; None where it was the CSM."""
    by = written.by if written is not None else None
    return unit.people.get(by).name if by is not None and by != handoff.csm_id else None


def save_verdict(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Match* or *not a match*, about the restatement that was shown."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    access.require(Act.JUDGE, actor, handoff)
    verdict = verdict_of(asked.typed)
    if unit.records.revision(handoff.id, RecordKind.RESTATEMENT) != (asked.ref.revision or 0):
        raise Invalid(Problem.NOTHING_TO_JUDGE)
    revision = unit.records.revision(handoff.id, RecordKind.VERDICT) + 1
    # Whoever judges need not be one who reads it.
    restated = unit.records.load(handoff.id, audiences=access.EVERY).get(RecordKind.RESTATEMENT)
    handoff.judge(
        verdict,
        revision=revision,
        by=actor,
        at=unit.now,
        restated_by=restated.by if restated is not None else None,
        reason=reason_in(asked, Act.JUDGE, actor, handoff),
    )
    unit.records.save(handoff.id, RecordKind.VERDICT, verdict, by=actor.id, at=unit.now)
    unit.save(handoff, actor_id=actor.id)
    return Done()


def register(listeners: Listeners) -> None:
    """The buttons and their forms."""
    listeners.opens(ActionId.OPEN_CHECKS, open_checks, act=Act.VERIFY)
    listeners.submits(ViewId.CHECKS, save_checks)
    listeners.opens(ActionId.OPEN_PLAN, open_plan, act=Act.VERIFY)
    listeners.submits(ViewId.PLAN, save_plan)
    listeners.opens(ActionId.OPEN_RESTATE, open_restate, act=Act.VERIFY)
    listeners.submits(ViewId.RESTATE, save_restatement)
    listeners.redraw(ViewId.RESTATE, _restate_once_more)
    listeners.opens(ActionId.OPEN_JUDGE, open_judge, act=Act.JUDGE)
    listeners.submits(ViewId.JUDGE, save_verdict)
