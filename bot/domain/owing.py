"""What is owed about single promises, by whom and until when."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain import access
from bot.domain.deadlines import (
    Deadline,
    DeadlineState,
    Key,
    ManagerOf,
    Step,
    owned_since,
    stages_of,
)
from bot.domain.disputes import Seat
from bot.domain.handoff import Handoff
from bot.domain.nudging import Stage, StagePlan
from bot.domain.policy import Policy
from bot.domain.ports import CalendarOf
from bot.domain.settling import due_at, settlers, too_late_at

STEP_OF: Mapping[Seat, Step] = {
    Seat.CS_MANAGER: Step.SETTLE,
    Seat.AE_MANAGER: Step.SETTLE_AE,
    Seat.REVOPS: Step.DECIDE,
}


@dataclass(frozen=True)
class Contested:
    """The last dispute about a promise, as far as clocks need to know it."""

    number: int
    asked_at: datetime
    escalated_at: datetime | None = None
    ended_at: datetime | None = None
    answered: Mapping[Seat, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class _Context:
    handoff: Handoff
    policy: Policy
    calendar_of: CalendarOf
    manager_of: ManagerOf
    stored: Mapping[Key, Deadline]
    now: datetime


def about_promises(
    handoff: Handoff,
    policy: Policy,
    calendar_of: CalendarOf,
    *,
    manager_of: ManagerOf,
    revops_of: Callable[[int], int | None],
    kickoff_at: datetime | None,
    contested: Iterable[Contested],
    stored: Sequence[Deadline],
    now: datetime,
) -> list[Deadline]:
    """Their deadlines; `revops_of` is who of RevOps decides beside a person, or stands in."""
    of_promises = {one.key: one for one in stored if one.subject}
    context = _Context(handoff, policy, calendar_of, manager_of, of_promises, now)
    revops = revops_of(handoff.ae_id)
    return [
        deadline
        for one in contested
        for deadline in _settlement(one, context, revops=revops, kickoff_at=kickoff_at)
    ]


def _settlement(
    one: Contested, context: _Context, *, revops: int | None, kickoff_at: datetime | None
) -> Iterable[Deadline]:
    """Of an open dispute what each owes; of one that is over only what was owed until then."""
    handoff = context.handoff
    asked: set[int] = set()
    for seat, owner in settlers(handoff, revops=revops).items():
        done = seat in one.answered
        if owner in asked:
            continue  # Whoever has both seats answers once.
        asked.add(owner)
        if one.ended_at is not None and not done:
            continue
        over = one.escalated_at is not None and not done
        yield _deadline(
            (STEP_OF[seat], one.number),
            owner,
            context,
            since=one.asked_at,
            kickoff_at=kickoff_at,
            state=DeadlineState.DROPPED if over else _state(handoff, done=done),
            escalates=True,
        )
    decided = Seat.REVOPS in one.answered
    if one.escalated_at is None or revops is None or (one.ended_at is not None and not decided):
        return
    yield _deadline(
        (Step.DECIDE, one.number),
        revops,
        context,
        since=max(one.escalated_at, one.asked_at),
        kickoff_at=None,
        state=_state(handoff, done=decided),
    )


def _state(handoff: Handoff, *, done: bool) -> DeadlineState:
    if done:
        return DeadlineState.DONE
    return DeadlineState.OPEN if handoff.open else DeadlineState.CANCELLED


def _deadline(
    key: Key,
    owner: int,
    context: _Context,
    *,
    since: datetime,
    kickoff_at: datetime | None,
    state: DeadlineState,
    escalates: bool = False,
) -> Deadline:
    """What somebody owes about a promise since an instant, in their own working hours."""
    handoff, stored = context.handoff, context.stored.get(key)
    zone = stored.zone if stored is not None and stored.owner_id == owner else None
    calendar = context.calendar_of(owner, zone)
    hours = context.policy.clocks.own_other
    due = due_at(since, kickoff_at, hours=hours, calendar=calendar)
    manager = context.manager_of(owner, but=(owner,)) if state is DeadlineState.OPEN else None
    told = manager if access.unattended(owner, handoff) and state is DeadlineState.OPEN else None
    step, subject = key
    deadline = Deadline(
        step=step,
        owner_id=owner,
        zone=calendar.zone.key,
        state=state,
        waits_for=None,
        start_at=since,
        raw_due_at=due,
        due_at=due,
        manager_id=manager,
        told_id=told,
        owned_at=owned_since(stored, told if told is not None else owner, context.now),
        subject=subject,
    )
    if state is not DeadlineState.OPEN:
        return deadline
    stages = stages_of(deadline, due - since, context.calendar_of)
    if escalates:
        stages += (StagePlan(Stage.ESCALATE, too_late_at(due, calendar)),)
    return replace(deadline, stages=stages)
