"""What people do about the success plan: begin and change it, initial it, confirm it for others."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from bot.domain import access, partner
from bot.domain.access import Act
from bot.domain.errors import Conflict, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Fact, Tag
from bot.domain.people import Person
from bot.domain.plan import (
    INITIAL_OF,
    Confirmation,
    Milestone,
    MilestoneState,
    MilestoneText,
    Party,
    SuccessPlan,
    counted,
    days_of_plan,
)
from bot.domain.promises import Side
from bot.domain.size import AddOn, Size

SIGNS = {Side.CSM: Act.SIGN_PLAN, Side.AE: Act.SIGN_PLAN_AE}
_BECAME = {
    MilestoneState.DONE: Tag.MILESTONE_DONE,
    MilestoneState.OPEN: Tag.MILESTONE_OPENED,
    MilestoneState.DROPPED: Tag.MILESTONE_DROPPED,
}


def require(act: Act, by: Person, handoff: Handoff) -> None:
    """Raise NotAllowed or Invalid unless there is a CSM with a signed deal, and `by` may act."""
    access.require(act, by, handoff)
    if not handoff.open:
        raise Invalid(handoff.why_over)
    if handoff.signed_at is None or handoff.day0 is None:
        raise Invalid(Problem.NOT_SIGNED)
    if handoff.csm_id is None:
        raise Invalid(Problem.NOT_ASSIGNED)


def days_of(handoff: Handoff) -> tuple[date, date]:
    """The days between which a milestone lies. Raises Invalid before the signature."""
    if handoff.day0 is None:
        raise Invalid(Problem.NOT_SIGNED)
    return days_of_plan(handoff.day0)


def parties(handoff: Handoff, size: Size) -> tuple[Party, ...]:
    """Who says yes to the plan of this deal, in the order in which they are named.

    The AE where the kickoff is joint, the partner where one sells the deal along or has to reach a
    shared milestone.
    """
    wanted = [Party.CSM, Party.CUSTOMER]
    if size.has(AddOn.JOINT_KICKOFF):
        wanted.insert(1, Party.AE)
    if partner.confirms(handoff) or handoff.success_plan.partner:
        wanted.append(Party.PARTNER)
    return tuple(wanted)


def missing(handoff: Handoff, size: Size) -> tuple[Party, ...]:
    """Whose yes to the plan as it is is missing."""
    plan = handoff.success_plan
    return tuple(one for one in parties(handoff, size) if not plan.holds(one))


def require_start(handoff: Handoff, *, by: Person) -> None:
    """Raise unless somebody may begin the plan from the brief now; Conflict the second time."""
    require(Act.EDIT_PLAN, by, handoff)
    if handoff.success_plan.started_at is not None:
        raise Conflict(Problem.ALREADY_DONE)


def started(
    handoff: Handoff,
    made: Iterable[Milestone],
    milestones: Iterable[Milestone],
    *,
    by: Person,
    at: datetime,
    reason: str = "",
) -> None:
    """The plan begins with what the brief says of the first 90 days; raises what starting does.

    `made` are the new milestones, `milestones` all there are by now.
    """
    require_start(handoff, by=by)
    values = handoff.reason_for(Act.EDIT_PLAN, by, reason)
    new = list(made)
    if not new:
        raise Invalid(Problem.NOTHING_TO_OUTLINE)
    handoff.success_plan = replace(handoff.success_plan, started_at=at)
    numbers = [one.number for one in new]
    handoff.note(Tag.PLAN_STARTED, {"numbers": numbers}, values, by=by, at=at)
    for one in new:
        handoff.note(Tag.MILESTONE_ADDED, _facts(one), _values(one.text), by=by, at=at)
    _change(handoff, milestones, shared=any(one.shared for one in new), by=by, at=at)


def added(
    handoff: Handoff,
    milestone: Milestone,
    milestones: Iterable[Milestone],
    *,
    by: Person,
    at: datetime,
    reason: str = "",
) -> None:
    """A milestone was written down; `milestones` are all there are by now."""
    require(Act.EDIT_PLAN, by, handoff)
    values = _values(milestone.text) | handoff.reason_for(Act.EDIT_PLAN, by, reason)
    handoff.note(Tag.MILESTONE_ADDED, _facts(milestone), values, by=by, at=at)
    _change(handoff, milestones, shared=milestone.shared, by=by, at=at)


def changed(
    handoff: Handoff,
    before: Milestone,
    after: Milestone,
    milestones: Iterable[Milestone],
    *,
    by: Person,
    at: datetime,
    reason: str = "",
) -> None:
    """A milestone has another wording, which opens what was signed; the same one opens nothing.

    Raises Conflict for one that was dropped.
    """
    require(Act.EDIT_PLAN, by, handoff)
    if not before.in_force:
        raise Conflict(Problem.MILESTONE_WAS_DROPPED, field="milestone")
    reasons = handoff.reason_for(Act.EDIT_PLAN, by, reason)
    if before.text == after.text:
        return
    values = _values(after.text) | reasons
    handoff.note(Tag.MILESTONE_CHANGED, _facts(after), values, by=by, at=at)
    _change(handoff, milestones, shared=before.shared or after.shared, by=by, at=at)


def require_conclude(
    handoff: Handoff, milestone: Milestone, state: MilestoneState, *, by: Person, version: int
) -> None:
    """Raise unless somebody may say now that this became of the wording.

    Reached or not is for AE and CSM to say; dropping it, or taking it up again, changes the plan.
    Conflict for another wording than the one in force, and for what was said already.
    """
    require(_act(milestone, state), by, handoff)
    if version != milestone.version:
        facts = {"number": str(milestone.number), "words": milestone.text.words}
        raise Conflict(Problem.MILESTONE_CHANGED, facts=facts)
    if milestone.state is state:
        raise Conflict(Problem.ALREADY_DONE)
    if state is MilestoneState.DONE and not milestone.in_force:
        raise Conflict(Problem.MILESTONE_WAS_DROPPED)


def changes_plan(milestone: Milestone, state: MilestoneState) -> bool:
    """Whether another plan comes of it, and not only of how far it is."""
    return MilestoneState.DROPPED in (milestone.state, state)


def _act(milestone: Milestone, state: MilestoneState) -> Act:
    return Act.EDIT_PLAN if changes_plan(milestone, state) else Act.CONCLUDE_MILESTONE


def asks_why(handoff: Handoff, milestone: Milestone, state: MilestoneState, by: Person) -> bool:
    """Whether this person would say it for the CSM, and so with a reason."""
    return access.owes_a_reason(_act(milestone, state), by, handoff)


def conclude(
    handoff: Handoff,
    milestone: Milestone,
    state: MilestoneState,
    milestones: Iterable[Milestone],
    *,
    by: Person,
    version: int,
    at: datetime,
    reason: str = "",
) -> None:
    """Say what became of a milestone; `milestones` are all, with this one as it is then."""
    require_conclude(handoff, milestone, state, by=by, version=version)
    values = handoff.reason_for(_act(milestone, state), by, reason)
    handoff.note(_BECAME[state], _facts(milestone), values, by=by, at=at)
    if changes_plan(milestone, state):
        _change(handoff, milestones, shared=milestone.shared, by=by, at=at)


def _facts(milestone: Milestone) -> dict[str, Fact]:
    return {"number": milestone.number, "version": milestone.version}


def _values(text: MilestoneText) -> dict[str, str]:
    return {"words": text.words} | ({"who": text.who} if text.who else {})


def _change(
    handoff: Handoff, milestones: Iterable[Milestone], *, shared: bool, by: Person, at: datetime
) -> None:
    """The plan's next version; what was said about the one before is told to hold no longer."""
    before = handoff.success_plan
    after = before.changed(counted(milestones), shared=shared, at=at)
    handoff.success_plan = after
    void = [one.value for one in Party if before.holds(one) and not after.holds(one)]
    if void:
        facts: dict[str, Fact] = {
            "version": before.version,
            "parties": void,
            "signed": before.signed_at is not None,
        }
        handoff.note(Tag.PLAN_VOIDED, facts, by=by, at=at)


def side_to_sign(handoff: Handoff, size: Size, by: Person) -> Side | None:
    """For which side somebody may initial the plan now; None where nothing of it is theirs.

    Whoever has a side signs for that one; a manager for whom of theirs it is missing.
    """
    own = access.side_of(by, handoff)
    lacking = missing(handoff, size)
    sides = [own] if own is not None else list(SIGNS)
    for side in sides:
        if INITIAL_OF[side] in lacking and access.may(SIGNS[side], by, handoff):
            return side
    return None


def require_initial(handoff: Handoff, size: Size, *, by: Person, version: int) -> Side:
    """The side for which somebody may initial this version now.

    Raises NotAllowed for who is on no side or signed for the other one, Conflict for another
    version than there is and for what is initialed already, Invalid while a milestone lacks owner
    or day, and for the AE of a kickoff that is not joint.
    """
    own = access.side_of(by, handoff)
    side = side_to_sign(handoff, size, by)
    act = SIGNS[side or own or Side.CSM]
    if own is None and not access.may(act, by, handoff):
        act = Act.SIGN_PLAN_AE if access.may(Act.SIGN_PLAN_AE, by, handoff) else Act.SIGN_PLAN
    require(act, by, handoff)
    plan = handoff.success_plan
    if act is Act.SIGN_PLAN_AE and Party.AE not in parties(handoff, size):
        raise Invalid(Problem.AE_SIGNS_NO_PLAN)
    if version != plan.version:
        raise Conflict(Problem.PLAN_CHANGED)
    if side is None:
        raise Conflict(Problem.ALREADY_DONE)
    if plan.initialed_by(side.across) == by.id:
        raise NotAllowed(Problem.BOTH_SIDES)
    _require_complete(plan)
    return side


def _require_complete(plan: SuccessPlan) -> None:
    if not plan.complete:
        raise Invalid(Problem.PLAN_INCOMPLETE, facts={"count": str(plan.incomplete)})


def initial(
    handoff: Handoff,
    size: Size,
    *,
    by: Person,
    version: int,
    at: datetime,
    reason: str = "",
) -> Side:
    """Put a side's initial on the version there is; raises what `require_initial` does."""
    side = require_initial(handoff, size, by=by, version=version)
    values = handoff.reason_for(SIGNS[side], by, reason)
    handoff.success_plan = handoff.success_plan.with_initial(side, by.id, at)
    facts: dict[str, Fact] = {"side": side.value, "version": version}
    handoff.note(Tag.PLAN_INITIALED, facts, values, by=by, at=at)
    return side


def require_confirm(handoff: Handoff, size: Size, party: Party, *, by: Person) -> None:
    """Raise unless somebody may record now what the customer, or the partner, said."""
    require(Act.CONFIRM_PLAN, by, handoff)
    if party not in parties(handoff, size):
        raise Invalid(Problem.PARTNER_NOT_ASKED)
    if not handoff.success_plan.shared:
        raise Invalid(Problem.NOTHING_SHARED)
    _require_complete(handoff.success_plan)


def confirm(
    handoff: Handoff,
    size: Size,
    party: Party,
    said: Confirmation,
    *,
    by: Person,
    version: int,
    at: datetime,
    today: date,
    known: Confirmation | None = None,
    meanwhile: int | None = None,
    reason: str = "",
) -> Confirmation:
    """Record who outside said yes to the shared milestones, when and how; again to correct it.

    `version` is that of the plan as it was shown, `known` what was recorded last of this party,
    `meanwhile` who did so since the form was filled; None where it shows that one. Raises what
    `require_confirm` does, Conflict where a shared milestone changed since, for what is recorded
    already and for what another recorded meanwhile, Invalid with the field that is wrong.
    """
    require_confirm(handoff, size, party, by=by)
    if version < handoff.success_plan.shared_version:
        raise Conflict(Problem.PLAN_CHANGED, field="confirmed_by")
    first, _ = days_of(handoff)
    checked = said.checked(first, today)
    if checked == known and handoff.success_plan.confirmed(party):
        raise Conflict(Problem.ALREADY_DONE, field="confirmed_by")
    if known is not None and meanwhile is not None:
        said_then = {"who": known.who, "on": known.on.isoformat(), "way": known.way.value}
        raise Conflict(
            Problem.CONFIRMED_MEANWHILE,
            field="confirmed_by",
            whose=(meanwhile,),
            facts=said_then,
        )
    values = {"who": checked.who} | handoff.reason_for(Act.CONFIRM_PLAN, by, reason)
    handoff.success_plan = handoff.success_plan.with_confirmation(party, at)
    facts: dict[str, Fact] = {
        "party": party.value,
        "version": handoff.success_plan.version,
        "on": checked.on.isoformat(),
        "way": checked.way.value,
    }
    handoff.note(Tag.PLAN_CONFIRMED, facts, values, by=by, at=at)
    return checked


def weigh(handoff: Handoff, size: Size, *, at: datetime) -> None:
    """Take note of how far the plan is: drafted, signed by each side, signed by all.

    What was through and is not any more is opened again from now on.
    """
    plan = handoff.success_plan
    if not plan.version:
        return
    lacking = missing(handoff, size)
    csm = plan.complete and not set(lacking) - {Party.AE}
    ae = plan.complete and Party.AE not in lacking
    all_of_them = plan.complete and not lacking
    handoff.success_plan = replace(
        plan,
        drafted_at=(plan.drafted_at or at) if plan.complete else None,
        redraft_at=at if plan.drafted_at and not plan.complete else plan.redraft_at,
        csm_done_at=(plan.csm_done_at or at) if csm else None,
        csm_again_at=at if plan.csm_done_at and not csm else plan.csm_again_at,
        ae_done_at=(plan.ae_done_at or at) if ae else None,
        ae_again_at=at if plan.ae_done_at and not ae else plan.ae_again_at,
        signed_at=(plan.signed_at or at) if all_of_them else None,
    )
    if all_of_them and plan.signed_at is None:
        facts: dict[str, Fact] = {"version": plan.version, "milestones": plan.milestones}
        handoff.note(Tag.PLAN_SIGNED, facts, by=None, at=at)
