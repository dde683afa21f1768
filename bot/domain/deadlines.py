"""The clocks: one table of steps, and what each handoff owes whom and when."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.handoff import Handoff
from bot.domain.nudging import Stage, StagePlan, due_now, late, reminders
from bot.domain.policy import Clocks, Policy
from bot.domain.ports import CalendarOf


class Step(StrEnum):
    """Steps of the process, called by their names there."""

    CAPTURE = "capture"
    ALIGNMENT = "alignment"
    SIGNATURE = "signature"
    """The day it is expected on; no row of the table, and shown in no list of steps."""
    MESSAGE = "message"
    BRIEF = "brief"
    ASSIGN = "assign"
    READ = "read"
    JUDGE = "judge"
    """The AE says whether the CSM's restatement matches; a step of its own."""
    COMMITMENT = "commitment"
    """The question whether it was kept; no row of the table either."""


class DeadlineState(StrEnum):
    """Whether a step is owed now."""

    WAITING = "waiting"
    OPEN = "open"
    DATED = "dated"
    """Something is said at fixed instants; it is never late, and no snooze concerns it."""
    DONE = "done"
    MISSED = "missed"
    """Of a step before the signature: that came first."""
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class StepRule:
    """One row of the process's table *Steps and clocks*."""

    step: Step
    number: int
    owner: Callable[[Handoff], int | None]
    needs: tuple[Step, ...]
    hours: Callable[[Clocks], int] | None
    """Raw hours from the signature; None for a step that only has a window of its own."""
    done: Callable[[Handoff], datetime | None]
    needs_now: Callable[[Handoff], tuple[Step, ...]] | None = None
    """What it waits for where that depends on the handoff; without it `needs`."""
    free_at: Callable[[Handoff], datetime | None] | None = None
    """When it came into being or was opened again, apart from its needs."""
    own_hours: Callable[[Clocks], int] | None = None
    """Working hours of the owner from the moment a waiting step became free."""
    manager: Callable[[Handoff], int | None] | None = None
    """Who is told when the owner is late; without it the owner's own manager."""
    manager_at_once: bool = True
    """Whether the manager hears of it at the due time, or in the next morning."""
    moves: bool = True
    """Whether a due time outside working hours is moved."""

    def waits_for(self, handoff: Handoff) -> tuple[Step, ...]:
        """The steps it needs in a handoff as it is."""
        return self.needs if self.needs_now is None else self.needs_now(handoff)


def _latest(*times: datetime | None) -> datetime | None:
    return max((at for at in times if at is not None), default=None)


STEPS: tuple[StepRule, ...] = (
    # The message never moves, and nobody is told on: at its due time the bot posts it.
    StepRule(
        Step.MESSAGE,
        3,
        owner=lambda h: h.ae_id,
        needs=(),
        hours=lambda c: c.message,
        done=lambda h: h.posted_at,
        moves=False,
    ),
    # Owed again while a brief that was sent back has not been returned; the gate stays passed.
    StepRule(
        Step.BRIEF,
        4,
        owner=lambda h: h.ae_id,
        needs=(),
        hours=lambda c: c.brief,
        done=lambda h: (
            None if h.verification.with_ae else _latest(h.gate_at, h.verification.returned_at)
        ),
        free_at=lambda h: h.verification.sent_back_at,
        own_hours=lambda c: c.own_other,
        manager=lambda h: h.ae_manager_id,
    ),
    # What the gate of the brief let through stays so, also while the AE has the brief again.
    StepRule(
        Step.ASSIGN,
        5,
        owner=lambda h: h.cs_manager_id,
        needs=(Step.BRIEF,),
        hours=lambda c: c.assign,
        done=lambda h: h.assigned_at,
        needs_now=lambda h: () if h.assignable else (Step.BRIEF,),
        free_at=lambda h: _latest(h.gate_at, h.declined_at),
        own_hours=lambda c: c.own_assign,
    ),
    StepRule(
        Step.READ,
        7,
        owner=lambda h: h.csm_id,
        needs=(Step.ASSIGN,),
        hours=lambda c: c.read,
        done=lambda h: h.read_at(),
        needs_now=lambda h: (Step.ASSIGN, Step.BRIEF) if h.verification.with_ae else (Step.ASSIGN,),
        free_at=lambda h: h.verification.reopened_at,
        own_hours=lambda c: c.own_other,
        manager=lambda h: h.cs_manager_id,
    ),
    StepRule(
        Step.JUDGE,
        7,
        owner=lambda h: h.ae_id,
        needs=(Step.READ,),
        hours=None,
        done=lambda h: h.verification.matched_at,
        needs_now=lambda h: () if h.verification.restated_at else (Step.READ,),
        free_at=lambda h: h.verification.restated_at,
        own_hours=lambda c: c.own_judge,
        manager=lambda h: h.ae_manager_id,
        manager_at_once=False,
    ),
)


def _window(rule: StepRule, clocks: Clocks, handoff: Handoff) -> timedelta:
    """The table's window from the signature; none for a step that has no time there."""
    window = timedelta(hours=rule.hours(clocks) if rule.hours else 0)
    if rule.step is not Step.MESSAGE or not handoff.signed_at or not handoff.signature_learned_at:
        return window
    # Learned after three of the message's four hours: one hour from when the bot first learned it.
    known_after = handoff.signature_learned_at - handoff.signed_at
    if known_after > timedelta(hours=clocks.message_learned_late_after):
        return known_after + timedelta(hours=clocks.message_learned_late)
    return window


_RULES: Mapping[Step, StepRule] = {rule.step: rule for rule in STEPS}


def _post_at(due: datetime, *, before: datetime, clocks: Clocks, now: datetime) -> datetime:
    """When the bot posts for the AE, after a correction that would have had it post at once.

    The AE gets the hour of a signature learned late, but never more time than they had before.
    """
    if due > now:
        return due
    return max(due, min(before, now + timedelta(hours=clocks.message_learned_late)))


LONGEST_SOON = timedelta(hours=4)
_OWNER_STAGES = frozenset(Stage) - {Stage.LATE_MANAGER}
SPEAKS = frozenset({DeadlineState.OPEN, DeadlineState.DATED})
"""States in which a deadline has something to say."""


@dataclass(frozen=True)
class Deadline:
    """What one person owes one handoff, with the reminders said and to come."""

    step: Step
    owner_id: int | None
    zone: str | None
    """Fixed when its owner was set; None while nobody owns it."""
    state: DeadlineState
    waits_for: Step | None
    start_at: datetime | None
    raw_due_at: datetime
    due_at: datetime
    stages: tuple[StagePlan, ...] = ()
    manager_id: int | None = None
    said: frozenset[Stage] = frozenset()
    passed: frozenset[Stage] = frozenset()
    """Stages that were overtaken by a later one before they could be said."""
    snoozed_until: datetime | None = None

    @property
    def next_at(self) -> datetime | None:
        """When the sweep has to look at it again; None where nothing more is to be said."""
        if self.state not in SPEAKS:
            return None
        settled = self.said | self.passed
        return min((plan.at for plan in self.stages if plan.stage not in settled), default=None)

    @property
    def soon_at(self) -> datetime:
        """From when it is shown as due soon."""
        return soon_from(self.start_at, self.due_at)

    def late_at(self, now: datetime) -> bool:
        """Whether it is owed and overdue."""
        return self.state is DeadlineState.OPEN and now > self.due_at


def soon_from(start: datetime | None, due: datetime) -> datetime:
    """From when a step that became its owner's at `start` is due soon.

    That is the last quarter of their time for it, and never more than `LONGEST_SOON`: else a step
    of a few hours would be due soon from its first minute.
    """
    if start is None:
        return due - LONGEST_SOON
    return due - min(LONGEST_SOON, max(due - start, timedelta(0)) / 4)


ManagerOf = Callable[[int], int | None]
"""A person's own manager, else somebody of RevOps, else nobody."""


def deadlines(
    handoff: Handoff,
    policy: Policy,
    calendar_of: CalendarOf,
    *,
    manager_of: ManagerOf,
    now: datetime,
    stored: Mapping[Step, Deadline] | None = None,
) -> list[Deadline]:
    """What a handoff owes; empty before the signature, because clocks start there.

    Of the stored deadlines a zone stays as long as its owner does, and the time of the bot's own
    post is never pulled away from under the AE.
    """
    if handoff.signed_at is None:
        return []
    kept = stored or {}
    return [
        _deadline(
            rule,
            kept.get(rule.step),
            handoff,
            handoff.signed_at,
            policy,
            calendar_of,
            manager_of,
            now,
        )
        for rule in STEPS
    ]


def _deadline(
    rule: StepRule,
    stored: Deadline | None,
    handoff: Handoff,
    signed_at: datetime,
    policy: Policy,
    calendar_of: CalendarOf,
    manager_of: ManagerOf,
    now: datetime,
) -> Deadline:
    owner = rule.owner(handoff)
    zone = stored.zone if stored is not None and stored.owner_id == owner else None
    window = _window(rule, policy.clocks, handoff)
    raw = signed_at + window
    done = rule.done(handoff)
    needs = rule.waits_for(handoff)
    missing = next((need for need in needs if done_at(need, handoff) is None), None)
    free_since = _free_since(rule, handoff)
    calendar = calendar_of(owner, zone) if owner is not None else None
    due = calendar.moved(raw) if calendar and rule.moves else raw
    if rule.step is Step.MESSAGE and done is None and stored is not None:
        due = _post_at(due, before=stored.due_at, clocks=policy.clocks, now=now)
    start = max(signed_at, handoff.signature_learned_at or signed_at)
    if free_since is not None and calendar is not None:
        own_hours = rule.own_hours(policy.clocks) if rule.own_hours else 0
        due = max(due, calendar.add_working(free_since, timedelta(hours=own_hours)))
        start = max(start, free_since)
    if rule.hours is None:
        raw, window = due, due - start
    state = _state(handoff, done=done, waiting=missing is not None or owner is None)
    manager = rule.manager(handoff) if rule.manager else None
    told_on = rule.step is not Step.MESSAGE and done is None
    if manager in (None, owner) and told_on and owner is not None:
        manager = manager_of(owner)
    deadline = Deadline(
        step=rule.step,
        owner_id=owner,
        zone=calendar.zone.key if calendar else None,
        state=state,
        waits_for=missing if state is DeadlineState.WAITING else None,
        start_at=start if state is not DeadlineState.WAITING else None,
        raw_due_at=raw,
        due_at=due,
        manager_id=manager if manager != owner else None,
    )
    if state is not DeadlineState.OPEN or owner is None:
        return deadline
    return replace(deadline, stages=_stages(deadline, window, calendar_of))


def _state(handoff: Handoff, *, done: datetime | None, waiting: bool) -> DeadlineState:
    if done is not None:
        return DeadlineState.DONE
    if not handoff.open:
        return DeadlineState.CANCELLED
    return DeadlineState.WAITING if waiting else DeadlineState.OPEN


_BESIDE: Mapping[Step, Callable[[Handoff], datetime | None]] = {
    Step.CAPTURE: lambda h: h.captured_at,
    Step.ALIGNMENT: lambda h: h.aligned_at,
    Step.SIGNATURE: lambda h: h.signed_at,
    Step.COMMITMENT: lambda h: h.commitment_answered_at,
}
"""When what stands beside the clocks was done."""


def done_at(step: Step, handoff: Handoff) -> datetime | None:
    """When a step was done; None while it is not."""
    done = _BESIDE.get(step) or _RULES[step].done
    return done(handoff)


def _free_since(rule: StepRule, handoff: Handoff) -> datetime | None:
    """When the last of its needs was met or it was opened again; None while a need is open."""
    times = [done_at(need, handoff) for need in rule.waits_for(handoff)]
    if None in times:
        return None
    return _latest(*times, rule.free_at(handoff) if rule.free_at else None)


def _stages(
    deadline: Deadline, window: timedelta, calendar_of: CalendarOf
) -> tuple[StagePlan, ...]:
    owner_id, start = deadline.owner_id, deadline.start_at
    if owner_id is None or start is None:
        return ()
    # Reminders follow the owner's zone of today, the due time the zone it was fixed in.
    owner = calendar_of(owner_id, None)
    plans = reminders(owner=owner, start=start, due=deadline.due_at, raw_window=window)
    if deadline.step is Step.MESSAGE:
        return (*plans, StagePlan(Stage.POST, deadline.due_at))
    # Nobody can be told before the step was theirs: a signature learned late may be overdue then.
    overdue = max(deadline.due_at, start)
    plans.append(late(reader=owner, due=overdue, stage=Stage.LATE))
    if deadline.manager_id is not None:
        reader = calendar_of(deadline.manager_id, None)
        told = late(reader=reader, due=overdue, stage=Stage.LATE_MANAGER)
        if not _RULES[deadline.step].manager_at_once:
            told = replace(told, at=reader.first_morning(overdue))
        plans.append(told)
    return tuple(plans)


def bring_in_line(stored: Deadline | None, wanted: Deadline, *, now: datetime) -> Deadline:
    """The wanted deadline with what was already said of the stored one.

    A stage is said again only where the due time moved into the future past it, or where the step
    has a new owner. Of a date that was set or moved, what would have had to be said before is
    passed over.
    """
    kept = _with_what_was_said(stored, wanted, now=now)
    if wanted.state is not DeadlineState.DATED:
        return kept
    known = stored.stages if stored is not None else ()
    over = {plan.stage for plan in wanted.stages if plan.at <= now and plan not in known}
    return replace(kept, passed=kept.passed | over - kept.said)


def dropped(stored: Deadline) -> Deadline:
    """A step that the deal does not have any more; one that was done stays done."""
    if stored.state in (DeadlineState.DONE, DeadlineState.MISSED):
        return stored
    return replace(stored, state=DeadlineState.CANCELLED, waits_for=None, stages=())


def _with_what_was_said(stored: Deadline | None, wanted: Deadline, *, now: datetime) -> Deadline:
    if stored is None or stored.owner_id != wanted.owner_id:
        return wanted
    prolonged = wanted.due_at > max(stored.due_at, now)
    again = {plan.stage for plan in wanted.stages if prolonged and plan.at > now}
    # Kept until its reminder was given: it lies in the past when an act comes before the sweep,
    # and a step that was cancelled or done may be owed again.
    reminded = Stage.SNOOZED in stored.said | stored.passed
    snoozed = None if reminded else stored.snoozed_until
    kept = replace(
        wanted, said=stored.said - again, passed=stored.passed - again, snoozed_until=snoozed
    )
    return snooze(kept, snoozed) if snoozed and kept.state is DeadlineState.OPEN else kept


def moved(stored: Iterable[Deadline], wanted: Iterable[Deadline]) -> list[Deadline]:
    """Those of the wanted deadlines that are owed now and at another time than the stored ones."""
    before = {one.step: one.due_at for one in stored}
    return [
        one
        for one in wanted
        if one.state is DeadlineState.OPEN and one.due_at != before.get(one.step, one.due_at)
    ]


def told_otherwise(stored: Deadline | None, wanted: Deadline) -> bool:
    """Whether what was said of a deadline would be said otherwise, or to others, by now."""
    if stored is None:
        return wanted.state in SPEAKS
    return (stored.state, stored.owner_id, stored.manager_id, stored.due_at) != (
        wanted.state,
        wanted.owner_id,
        wanted.manager_id,
        wanted.due_at,
    )


def snooze(deadline: Deadline, until: datetime) -> Deadline:
    """Silence the owner's reminders up to `until` and remind then; the manager's stays."""
    silenced = {
        plan.stage
        for plan in deadline.stages
        if plan.stage in (Stage.HALF, Stage.MOST, Stage.LATE) and plan.at <= until
    }
    # What an earlier, longer snooze had silenced and this one does not.
    heard = {plan.stage for plan in deadline.stages if plan.at > until}
    stages = tuple(plan for plan in deadline.stages if plan.stage is not Stage.SNOOZED)
    # Once the bot has posted there is nothing left to remind of.
    if all(until < plan.at for plan in stages if plan.stage is Stage.POST):
        stages += (StagePlan(Stage.SNOOZED, until),)
    return replace(
        deadline,
        stages=stages,
        said=deadline.said - {Stage.SNOOZED},
        passed=(deadline.passed - heard | silenced) - {Stage.SNOOZED},
        snoozed_until=until,
    )


@dataclass(frozen=True)
class Spoken:
    """What a deadline has to say to one reader, and the earlier stages that this passes over."""

    plan: StagePlan | None
    over: tuple[StagePlan, ...] = ()

    def due(self, now: datetime) -> bool:
        """Whether any of it is due."""
        said = (self.plan, *self.over)
        return any(plan is not None and plan.at <= now for plan in said)


def spoken(deadline: Deadline, reader_id: int, *, until: datetime) -> Spoken:
    """What is to be said to one reader by `until`: the last stage, each once.

    Earlier ones are passed over: after a gap nobody gets a backlog. The bot's own post of the
    message is said to nobody.
    """
    if deadline.state not in SPEAKS:
        return Spoken(None)
    theirs = deadline.owner_id == reader_id
    if not theirs and deadline.manager_id != reader_id:
        return Spoken(None)
    stages = _OWNER_STAGES - {Stage.POST} if theirs else frozenset({Stage.LATE_MANAGER})
    plans = [plan for plan in deadline.stages if plan.stage in stages]
    current, over = due_now(plans, said=deadline.said | deadline.passed, now=until)
    return Spoken(current, tuple(over))


def to_post(deadline: Deadline, *, now: datetime) -> bool:
    """Whether the bot is to post the message now in its owner's place."""
    settled = deadline.said | deadline.passed
    return deadline.state is DeadlineState.OPEN and any(
        plan.stage is Stage.POST and plan.at <= now and plan.stage not in settled
        for plan in deadline.stages
    )


def settle(
    deadline: Deadline, *, said: Collection[Stage] = (), over: Collection[Stage] = ()
) -> Deadline:
    """The deadline with stages that were said, or that were passed over."""
    return replace(
        deadline, said=deadline.said | set(said), passed=deadline.passed | set(over) - set(said)
    )


def posted_for(deadline: Deadline, *, now: datetime) -> Deadline:
    """The message's deadline once the bot posted it: no earlier reminder is said any more."""
    own = [plan for plan in deadline.stages if plan.stage in _OWNER_STAGES]
    _, over = due_now(own, said=deadline.said | deadline.passed, now=now)
    return settle(deadline, said={Stage.POST}, over={plan.stage for plan in over})
