"""What is owed up to the signature, and the questions that are put on a fixed day."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from bot.domain import access, commitment
from bot.domain.deadlines import Deadline, DeadlineState, done_at
from bot.domain.handoff import Handoff
from bot.domain.nudging import Stage, StagePlan
from bot.domain.policy import Policy, Tier
from bot.domain.ports import CalendarOf
from bot.domain.size import AddOn
from bot.domain.steps import PROCESS, Step
from bot.domain.worktime import DAY, Calendar

StandInOf = Callable[[int], int | None]
"""Who of RevOps is there in place of a person's missing manager."""
PRE_CLOSE = frozenset(rule.step for rule in PROCESS if rule.pre_close)
"""The steps that end with the signature, done or missed."""
QUESTIONS = frozenset({Step.SIGNATURE, Step.COMMITMENT, Step.KICKOFF_DAY})
"""What is no step: it is in no list."""

Fixed = Mapping[Step, tuple[int | None, str | None]]


def dated(
    handoff: Handoff,
    policy: Policy,
    calendar_of: CalendarOf,
    *,
    stand_in_of: StandInOf,
    fixed: Fixed | None = None,
    had: Collection[Step] = PRE_CLOSE,
) -> list[Deadline]:
    """The deadlines beside the clocks, in the order of the steps.

    `stand_in_of` says who of RevOps is asked where a handoff has no AE manager. `fixed` holds owner
    and zone of the stored ones: a zone stays as long as its owner does. `had` are the steps before
    the close that the handoff has so far: after the signature none is added.
    """
    made: list[Deadline] = []
    if handoff.tier is Tier.NONE:
        return made
    if handoff.expected_on is not None:
        ae_id = access.acting(handoff.ae_id, handoff)
        ae = _calendar(Step.CAPTURE, ae_id, calendar_of, fixed)
        made = [
            one
            for one in _up_to_the_signature(handoff, policy, ae)
            if handoff.signed_at is None or one.step in had or one.step not in PRE_CLOSE
        ]
    asked = _commitment(handoff, policy, calendar_of, stand_in_of, fixed)
    return [*made, asked] if asked is not None else made


def _calendar(step: Step, owner_id: int, calendar_of: CalendarOf, fixed: Fixed | None) -> Calendar:
    kept_owner, kept_zone = (fixed or {}).get(step, (None, None))
    return calendar_of(owner_id, kept_zone if kept_owner == owner_id else None)


def _up_to_the_signature(handoff: Handoff, policy: Policy, ae: Calendar) -> list[Deadline]:
    """Only where an unsigned deal was told of; who begins with the signature missed nothing."""
    expected = handoff.expected_on
    if expected is None:
        return []
    due = ae.at(expected, ae.hours.end)
    before = (
        StagePlan(Stage.DAYS_BEFORE, _morning(ae, due, policy.clocks.capture_days)),
        StagePlan(Stage.DAY_BEFORE, ae.at(ae.previous_business_day(expected), ae.hours.start)),
    )
    made: list[Deadline] = []
    # A light deal is reminded of the capture and no more: after the signature nothing is left.
    if handoff.signed_at is None or handoff.tier is not Tier.LIGHT:
        made.append(_one(Step.CAPTURE, handoff, ae, due, before))
    if handoff.size(policy).has(AddOn.EARLY_CS):
        # It waits for the capture: of the two only one is ever reminded of.
        waits = handoff.captured_at is None
        made.append(_one(Step.ALIGNMENT, handoff, ae, due, () if waits else before))
    usual = ae.first_opening(ae.at(expected + DAY, ae.quiet.end))
    slipped = StagePlan(Stage.SLIPPED, _asked_at(usual, handoff, ae))
    return [*made, _one(Step.SIGNATURE, handoff, ae, due, (slipped,))]


def _asked_at(usual: datetime, handoff: Handoff, calendar: Calendar) -> datetime:
    """When a question is put whose day may have passed while the deal was cancelled.

    Then it is the next day; the due time stays, so that nobody is asked a second time.
    """
    again = handoff.path.reopened_at
    if again is None or usual > again:
        return usual
    return calendar.first_opening(calendar.at(calendar.local_date(again) + DAY, calendar.quiet.end))


def _morning(ae: Calendar, due: datetime, days: int) -> datetime:
    day = ae.local_date(due) - days * DAY
    return ae.at(day if ae.is_business_day(day) else ae.previous_business_day(day), ae.hours.start)


def _one(
    step: Step,
    handoff: Handoff,
    ae: Calendar,
    due: datetime,
    stages: tuple[StagePlan, ...],
) -> Deadline:
    state = _state(step, handoff)
    waits = step is Step.ALIGNMENT and handoff.captured_at is None
    return Deadline(
        step=step,
        owner_id=access.acting(handoff.ae_id, handoff),
        zone=ae.zone.key,
        state=state,
        waits_for=Step.CAPTURE if waits and state is DeadlineState.DATED else None,
        start_at=handoff.started_at,
        raw_due_at=due,
        due_at=due,
        stages=stages if state is DeadlineState.DATED else (),
    )


def _state(step: Step, handoff: Handoff) -> DeadlineState:
    if done_at(step, handoff) is not None:
        return DeadlineState.DONE
    if handoff.signed_at is not None and step in PRE_CLOSE:
        return DeadlineState.MISSED
    return DeadlineState.DATED if handoff.open else DeadlineState.CANCELLED


def _commitment(
    handoff: Handoff,
    policy: Policy,
    calendar_of: CalendarOf,
    stand_in_of: StandInOf,
    fixed: Fixed | None,
) -> Deadline | None:
    """The question to the AE manager, else to who of RevOps stands in for them."""
    if handoff.commitment_on is None:
        return None
    owner = handoff.ae_manager_id
    if owner is None or owner == handoff.ae_id:
        owner = stand_in_of(handoff.ae_id)
    if owner is None:
        return None
    owner = access.acting(owner, handoff)
    manager = _calendar(Step.COMMITMENT, owner, calendar_of, fixed)
    at = commitment.asked_at(handoff, policy=policy, calendar=manager)
    if at is None:
        return None
    state = _state(Step.COMMITMENT, handoff)
    return Deadline(
        step=Step.COMMITMENT,
        owner_id=owner,
        zone=manager.zone.key,
        state=state,
        waits_for=None,
        start_at=handoff.ae_confirmed_at,
        raw_due_at=at,
        due_at=at,
        stages=(StagePlan(Stage.ASK, _asked_at(at, handoff, manager)),)
        if state is DeadlineState.DATED
        else (),
    )
