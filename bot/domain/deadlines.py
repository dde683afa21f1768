"""The clocks: what each handoff owes whom and when, by the table of steps."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain import access, silence
from bot.domain.access import Capacity, holder
from bot.domain.due import Facts, opens
from bot.domain.handoff import Handoff
from bot.domain.nudging import Stage, StagePlan, due_now, late, reminders
from bot.domain.people import ManagerBy
from bot.domain.policy import Clocks, Policy, Tier
from bot.domain.ports import CalendarOf
from bot.domain.reassigning import taken_over_at
from bot.domain.size import Size
from bot.domain.steps import (
    MANAGERS,
    OF_A_PROMISE,
    OF_A_SIDE,
    PROCESS,
    TO_SETTLE,
    StepRule,
    call_required,
    latest,
    steps_now,
)
from bot.domain.steps import Step as Step
from bot.domain.worktime import Calendar


class DeadlineState(StrEnum):
    """Whether a step is owed now."""

    WAITING = "waiting"
    OPEN = "open"
    DATED = "dated"
    """Something is said at fixed instants; it is never late, and no snooze concerns it."""
    AGREED = "agreed"
    """Owed by a day that somebody named, and never late: of a deal told of in retrospect."""
    UNTIMED = "untimed"
    """Owed by no time at all, and nobody is reminded of it; of such a deal, too."""
    DONE = "done"
    MISSED = "missed"
    """Of a step before the signature: that came first."""
    CANCELLED = "cancelled"
    DROPPED = "dropped"
    """The deal does not have the step any more; where it gets it again, it is a new one."""


_RULES: Mapping[Step, StepRule] = {rule.step: rule for rule in PROCESS}
_ORDER: Mapping[Step, int] = {step: place for place, step in enumerate(Step)}


def _post_at(due: datetime, *, before: datetime, clocks: Clocks, now: datetime) -> datetime:
    """When the bot posts for the AE, after a correction that would have had it post at once.

    The AE gets the hour of a signature learned late, but never more time than they had before.
    """
    if due > now:
        return due
    return max(due, min(before, now + timedelta(hours=clocks.message_learned_late)))


LONGEST_SOON = timedelta(hours=4)
_SAID_TO_NOBODY = frozenset(
    {Stage.POST, Stage.ESCALATE, Stage.SILENT, Stage.OPENS, Stage.PAST_LATEST}
)
"""At these the bot does something itself."""
_OWNER_STAGES = frozenset(Stage) - {Stage.LATE_MANAGER}
Key = tuple[Step, int]
"""Which of a handoff's deadlines it is: the step, and by its number the promise or the milestone
it is about."""
SETTLED = frozenset({DeadlineState.DONE, DeadlineState.MISSED})
"""States of what nobody has to do any more."""
SPEAKS = frozenset({DeadlineState.OPEN, DeadlineState.DATED, DeadlineState.AGREED})
"""States in which a deadline has something to say."""
REMINDED = frozenset({DeadlineState.OPEN, DeadlineState.AGREED})
"""States in which its owner is reminded of what they owe."""
OWED_STATES = REMINDED | {DeadlineState.UNTIMED}
"""States of what is somebody's to do now, whether a clock runs for it or not."""


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
    told_id: int | None = None
    """Who hears of it in place of an owner who is away and for whom nobody stands in."""
    said: frozenset[Stage] = frozenset()
    passed: frozenset[Stage] = frozenset()
    """Stages that were overtaken by a later one before they could be said."""
    snoozed_until: datetime | None = None
    added_at: datetime | None = None
    """When the deal got the step, where that was after the signature."""
    owned_at: datetime | None = None
    """Since when its reader has it, where that was somebody else, or nobody, before."""
    subject: int = 0
    """The number of the promise, or of the milestone, it is about; 0 for the handoff as a whole."""

    @property
    def key(self) -> Key:
        """Which of its handoff's deadlines it is."""
        return self.step, self.subject

    @property
    def reader_id(self) -> int | None:
        """Who is reminded of it, and hears that it is late as its owner would."""
        return self.told_id if self.told_id is not None else self.owner_id

    @property
    def next_at(self) -> datetime | None:
        """When the sweep has to look at it again; None where nothing more is to be said."""
        if self.state not in SPEAKS and not self.opens_by_time:
            return None
        settled = self.said | self.passed
        return min((plan.at for plan in self.stages if plan.stage not in settled), default=None)

    @property
    def opens_by_time(self) -> bool:
        """Whether nothing but time keeps it waiting."""
        plans = (plan.stage for plan in self.stages)
        return self.state is DeadlineState.WAITING and Stage.OPENS in plans

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


class ManagerOf(Protocol):
    """Who is told of what somebody owes; see `managers.told`."""

    def __call__(
        self,
        holder: int,
        /,
        *,
        named: tuple[int, ManagerBy | None] | None = None,
        but: Collection[int] = (),
    ) -> int | None:
        """The manager named for it, else their own, else somebody of RevOps; never one of `but`."""
        ...


def named_manager(step: Step, handoff: Handoff, size: Size) -> tuple[int, ManagerBy | None] | None:
    """The manager whom the handoff itself has for what is owed in a step, and how they became it.

    None where only the owner's own manager is told.
    """
    part = _RULES[step].part(size) if step in _RULES else OF_A_SIDE.get(step)
    above = MANAGERS.get(part) if part is not None else None
    found = holder(above, handoff) if above is not None else None
    if found is None:
        return None
    of_ae = above is Capacity.AE_MANAGER
    return found, handoff.ae_manager_by if of_ae else handoff.cs_manager_by


def holder_of(step: Step, handoff: Handoff, size: Size) -> int | None:
    """Whose part a step belongs to, also while somebody else acts for them."""
    return holder(_RULES[step].part(size), handoff) if step in _RULES else None


def held_by(owed: Deadline, handoff: Handoff, size: Size) -> int | None:
    """Whose part it is that is owed, also while somebody else acts for them."""
    if owed.step in OF_A_SIDE:
        return holder(OF_A_SIDE[owed.step], handoff)
    return owed.owner_id if owed.subject else holder_of(owed.step, handoff, size)


def deadlines(
    handoff: Handoff,
    policy: Policy,
    calendar_of: CalendarOf,
    *,
    manager_of: ManagerOf,
    now: datetime,
    stored: Mapping[Step, Deadline] | None = None,
    table: Sequence[StepRule] | None = None,
) -> list[Deadline]:
    """What a handoff owes; empty before the signature, because clocks start there.

    Of a deal below the smallest tier nothing is asked. Of the stored deadlines a zone stays as long
    as its owner does, the time of the bot's own post is never pulled away from under the AE, and
    what came into the deal after the signature keeps the window it got then. `table` are the rows
    to go by, where not by those that run now.
    """
    if handoff.signed_at is None or handoff.tier is Tier.NONE:
        return []
    kept = stored or {}
    size = handoff.size(policy)
    rows = steps_now(handoff) if table is None else table
    rules = {rule.step: rule for rule in rows if rule.in_deal(handoff, size)}
    held = kept.get(Step.KICKOFF)
    running = {rule.beyond for rule in rows if rule.step in kept}
    if held is not None and held.state is DeadlineState.DONE:
        # Those beyond it ran since then, whether this version was the first to know them or not.
        running.add(True)
    context = _Context(
        handoff, policy.clocks, size, rules, calendar_of, manager_of, now, kept, frozenset(running)
    )
    return [_deadline(rule, context) for rule in rules.values()]


@dataclass(frozen=True)
class _Context:
    """What all deadlines of a handoff are computed from."""

    handoff: Handoff
    clocks: Clocks
    size: Size
    rules: Mapping[Step, StepRule]
    """Those of its deal."""
    calendar_of: CalendarOf
    manager_of: ManagerOf
    now: datetime
    stored: Mapping[Step, Deadline]
    running: frozenset[bool]
    """Whether clocks ran before of steps up to the kickoff (False) and beyond it (True).

    Then a step of the same half that was not there came into the deal now.
    """

    def zone(self, person_id: int) -> str | None:
        """The zone that was fixed for a person where they got a step; None for that of today."""
        return next((one.zone for one in self.stored.values() if one.owner_id == person_id), None)

    def added_at(self, rule: StepRule) -> datetime | None:
        """When the deal got a step that it had not had at the signature, or at the kickoff."""
        before = self.stored.get(rule.step)
        if before is not None and before.state is not DeadlineState.DROPPED:
            return before.added_at
        return self.now if rule.beyond in self.running else None

    def counted_by(self, rule: StepRule, owner: int | None, owners: Calendar | None) -> Calendar:
        """Whose business days and hours the table's time follows."""
        person = rule.counted_by(self.handoff, self.size)
        if owners is not None and person == owner:
            return owners
        return self.calendar_of(person, self.zone(person))

    def needs(self, rule: StepRule) -> dict[Step, datetime | None]:
        """What a step needs, with when it was done; without what the deal does not have."""
        return {
            # What is owed about a promise is no row of the table, and waited for only while it is.
            step: self.rules[step].done_at(self.handoff) if step in self.rules else None
            for step in rule.waits_for(self.handoff)
            if step in self.rules or step in OF_A_PROMISE
        }

    def reopened_at(self, done: datetime | None) -> datetime | None:
        """When the deal was opened again; None for a step that was done by then."""
        again = self.handoff.path.reopened_at
        return None if again is not None and done is not None and done <= again else again

    def facts(
        self, calendar: Calendar, added_at: datetime | None, reopened_at: datetime | None
    ) -> Facts:
        """What a step's due time by the table follows from."""
        handoff = self.handoff
        if handoff.signed_at is None or handoff.day0 is None:
            raise ValueError("Clocks start at the signature.")
        kickoff, held_at = handoff.kickoff, handoff.kickoff_held_at
        return Facts(
            signed_at=handoff.signed_at,
            learned_at=handoff.signature_learned_at or handoff.signed_at,
            day0=handoff.day0,
            calendar=calendar,
            clocks=self.clocks,
            tier=self.size.tier,
            call_required=call_required(handoff, self.size),
            assigned_at=handoff.assigned_at,
            booked_on=calendar.local_date(kickoff.at) if kickoff.at is not None else None,
            booked_at=kickoff.at,
            offered_at=kickoff.offered_at,
            held_on=calendar.local_date(held_at) if held_at is not None else None,
            contacted=handoff.intro.csm_wrote_at is not None,
            added_at=added_at,
            reopened_at=reopened_at,
        )


def _deadline(rule: StepRule, context: _Context) -> Deadline:
    handoff = context.handoff
    stored = context.stored.get(rule.step)
    held = holder(rule.part(context.size), handoff)
    owner = access.acting(held, handoff) if held is not None else None
    done = rule.done_at(handoff)
    former = stored is not None and _by_the_former(rule, stored, context, done)
    if stored is not None and former:
        owner = stored.owner_id
    zone = stored.zone if stored is not None and stored.owner_id == owner else None
    calendar = context.calendar_of(owner, zone) if owner is not None else None
    added = context.added_at(rule)
    counts = calendar if former and rule.calendar is None else None
    facts = context.facts(
        counts or context.counted_by(rule, owner, calendar),
        added if rule.of_size(context.size) else None,
        context.reopened_at(done),
    )
    needs = context.needs(rule)
    missing = next((step for step, met in needs.items() if met is None), None)
    times = _times(rule, context, facts, calendar, None if missing else needs.values(), added)
    due = times.due
    if rule.step is Step.MESSAGE and done is None and stored is not None:
        due = _post_at(due, before=stored.due_at, clocks=context.clocks, now=context.now)
    waiting = missing is not None or owner is None or times.opens_at is not None
    state = _state(handoff, done=done, waiting=waiting)
    alone = held is not None and access.unattended(held, handoff)
    manager = _manager(rule, held, owner, context, done=done, alone=alone)
    told = manager if alone and done is None else None
    deadline = Deadline(
        step=rule.step,
        owner_id=owner,
        zone=calendar.zone.key if calendar else None,
        state=state,
        waits_for=missing if state is DeadlineState.WAITING else None,
        start_at=times.start if state is not DeadlineState.WAITING else None,
        raw_due_at=times.raw,
        due_at=due,
        manager_id=manager,
        told_id=told,
        added_at=added,
        owned_at=owned_since(stored, told if told is not None else owner, context.now),
    )
    if times.opens_at is not None and missing is None and owner is not None:
        return replace(deadline, stages=_opening(state, times.opens_at))
    if state is not DeadlineState.OPEN or owner is None:
        return deadline
    stages = stages_of(deadline, times.window, context.calendar_of)
    if rule.step is Step.KICKOFF:
        stages += (StagePlan(Stage.PAST_LATEST, facts.end_of(facts.latest_kickoff_on())),)
    return replace(deadline, stages=(*stages, *_silence(rule, handoff)))


def _silence(rule: StepRule, handoff: Handoff) -> tuple[StagePlan, ...]:
    """The look at a brief that never passed its gate, whatever time its owner has left."""
    at = silence.looked_at(handoff)
    looks = rule.step is Step.BRIEF and handoff.gate_at is None
    return (StagePlan(Stage.SILENT, at),) if looks and at is not None else ()


def _opening(state: DeadlineState, at: datetime) -> tuple[StagePlan, ...]:
    """When the sweep opens a step that waits for nothing but its time."""
    return (StagePlan(Stage.OPENS, at),) if state is DeadlineState.WAITING else ()


def owned_since(stored: Deadline | None, reader: int | None, now: datetime) -> datetime | None:
    """Since when a step is its reader's; None where it was from its start."""
    if stored is None or stored.state is DeadlineState.DROPPED:
        return None
    return stored.owned_at if stored.reader_id == reader else now


@dataclass(frozen=True)
class _Times:
    start: datetime
    raw: datetime
    due: datetime
    window: timedelta
    """The time there is before the due time was moved or made later by what it waited for."""
    opens_at: datetime | None = None
    """When it opens by time alone; None where it has, or does not."""


def _times(
    rule: StepRule,
    context: _Context,
    facts: Facts,
    owners: Calendar | None,
    met: Iterable[datetime | None] | None,
    added: datetime | None,
) -> _Times:
    """When a step starts and is due; `met` is when its needs were, None while one is open."""
    handoff, clocks = context.handoff, context.clocks
    table = rule.due.due(facts)
    opens_at = opens(rule.due, facts)
    due = table.at if table else facts.start
    start = max(facts.start, facts.learned_at, facts.reopened_at or facts.start)
    if owners is not None and met is not None:
        freed = rule.free_at(handoff) if rule.free_at else None
        again = rule.opened_again_at(handoff) if rule.opened_again_at else None
        # What comes into being by what happened has the window of what is opened again.
        again = latest(again, None if rule.of_size(context.size) else added)
        windows = (
            (latest(*met, freed, opens_at), rule.own(clocks)),
            (again, clocks.own_other),
            (_taken_over(rule, context), clocks.own_other),
            # The hours of the message are no working hours; its own rule has them.
            (
                facts.reopened_at if rule.step is not Step.MESSAGE else None,
                rule.own(clocks) or clocks.own_other,
            ),
        )
        for since, hours in windows:
            if since is not None:
                due = max(due, owners.add_working(since, timedelta(hours=hours)))
                start = max(start, since)
    shut = opens_at if opens_at is not None and context.now < opens_at else None
    if table is None:
        return _Times(start, due, due, due - start, shut)
    return _Times(start, table.raw, due, table.raw - facts.start, shut)


def _by_the_former(
    rule: StepRule, stored: Deadline, context: _Context, done: datetime | None
) -> bool:
    """Whether a step was done before somebody else took its part over: it stays that one's."""
    taken = taken_over_at(rule.part(context.size), context.handoff)
    if done is None or taken is None:
        return False
    return stored.state is DeadlineState.DONE and done <= taken


def _taken_over(rule: StepRule, context: _Context) -> datetime | None:
    """Since when whoever owes a step has it from another one, who had not done it.

    The message never moves: where nobody posts it the bot does.
    """
    if rule.step is Step.MESSAGE or rule.done_at(context.handoff) is not None:
        return None
    return taken_over_at(rule.part(context.size), context.handoff)


def _manager(
    rule: StepRule,
    held: int | None,
    owner: int | None,
    context: _Context,
    *,
    done: datetime | None,
    alone: bool,
) -> int | None:
    """Who is told when the owner is late; of the message nobody, for the bot posts it.

    `alone`: whose step it is is away and nobody stands in, so that it is told in their place.
    """
    if rule.step is Step.MESSAGE and not alone:
        return None
    named = named_manager(rule.step, context.handoff, context.size)
    manager = named[0] if named is not None else None
    if held is not None and owner is not None and done is None:
        manager = context.manager_of(held, named=named, but=(held, owner))
    return manager if manager != owner else None


def _state(handoff: Handoff, *, done: datetime | None, waiting: bool) -> DeadlineState:
    if done is not None:
        return DeadlineState.DONE
    if not handoff.open:
        return DeadlineState.CANCELLED
    return DeadlineState.WAITING if waiting else DeadlineState.OPEN


_BESIDE: Mapping[Step, Callable[[Handoff], datetime | None]] = {
    Step.SIGNATURE: lambda h: h.signed_at,
    Step.COMMITMENT: lambda h: h.commitment_answered_at,
    Step.KICKOFF_DAY: lambda h: h.kickoff_held_at,
}
"""When what is no row of the table was done."""


def done_at(step: Step, handoff: Handoff) -> datetime | None:
    """When a step was done; None while it is not."""
    beside = _BESIDE.get(step)
    if beside is not None:
        return beside(handoff)
    return _RULES[step].done_at(handoff) if step in _RULES else None


def stages_of(
    deadline: Deadline, window: timedelta, calendar_of: CalendarOf
) -> tuple[StagePlan, ...]:
    """When its reader is reminded, and who hears when that it is late.

    `window` is the time there is before the due time was moved.
    """
    owner_id = deadline.reader_id
    if owner_id is None or deadline.start_at is None:
        return ()
    # Shares are of the time the reader has, and that begins when the step became theirs.
    start = max(deadline.start_at, deadline.owned_at or deadline.start_at)
    # Reminders follow the owner's zone of today, the due time the zone it was fixed in.
    owner = calendar_of(owner_id, None)
    plans = reminders(owner=owner, start=start, due=deadline.due_at, raw_window=window)
    if deadline.step is Step.MESSAGE:
        return (*plans, StagePlan(Stage.POST, deadline.due_at))
    # Nobody can be told before the step was theirs: a signature learned late may be overdue then.
    overdue = max(deadline.due_at, start)
    plans.append(late(reader=owner, due=overdue, stage=Stage.LATE))
    if deadline.manager_id is not None and deadline.told_id is None:
        reader = calendar_of(deadline.manager_id, None)
        told = late(reader=reader, due=overdue, stage=Stage.LATE_MANAGER)
        rule = _RULES.get(deadline.step)
        if rule is None or not rule.manager_at_once:
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
    if stored.state in SETTLED:
        return stored
    return replace(stored, state=DeadlineState.DROPPED, waits_for=None, stages=())


def _asked_anew(stored: Deadline, wanted: Deadline) -> bool:
    """Whether it is owed about another dispute, or about another wording than was asked about."""
    return wanted.step in TO_SETTLE and wanted.start_at not in (None, stored.start_at)


def _with_what_was_said(stored: Deadline | None, wanted: Deadline, *, now: datetime) -> Deadline:
    if stored is None or _asked_anew(stored, wanted):
        return wanted
    if (stored.owner_id, stored.reader_id) != (wanted.owner_id, wanted.reader_id):
        return replace(wanted, said=_heard_by_the_manager(stored, wanted))
    prolonged = wanted.due_at > max(stored.due_at, now)
    again = {plan.stage for plan in wanted.stages if prolonged and plan.at > now}
    # Kept until its reminder was given: it lies in the past when an act comes before the sweep,
    # and a step that was cancelled or done may be owed again.
    reminded = Stage.SNOOZED in stored.said | stored.passed
    snoozed = None if reminded else stored.snoozed_until
    kept = replace(
        wanted, said=stored.said - again, passed=stored.passed - again, snoozed_until=snoozed
    )
    return snooze(kept, snoozed) if snoozed and kept.state in REMINDED else kept


def _heard_by_the_manager(stored: Deadline, wanted: Deadline) -> frozenset[Stage]:
    """What a manager heard of a step that another owes now: they are not told of it again."""
    same = (stored.manager_id, stored.due_at) == (wanted.manager_id, wanted.due_at)
    if not same or Stage.LATE_MANAGER not in stored.said:
        return frozenset()
    return frozenset({Stage.LATE if wanted.told_id is not None else Stage.LATE_MANAGER})


def moved(stored: Iterable[Deadline], wanted: Iterable[Deadline]) -> list[Deadline]:
    """Those of the wanted deadlines that are owed now and at another time than the stored ones.

    Only of the handoff as a whole: who owes something about one promise is told of it by itself.
    """
    before = {one.key: one.due_at for one in stored}
    return [
        one
        for one in wanted
        if one.state is DeadlineState.OPEN
        and not one.subject
        and one.due_at != before.get(one.key, one.due_at)
    ]


def in_order(found: Iterable[Deadline]) -> list[Deadline]:
    """In the order of the steps, and of one step in that of the promises."""
    return sorted(found, key=lambda one: (_ORDER[one.step], one.subject))


def told_otherwise(stored: Deadline | None, wanted: Deadline) -> bool:
    """Whether what was said of a deadline would be said otherwise, or to others, by now."""
    if stored is None:
        return wanted.state in SPEAKS
    return _as_told(stored) != _as_told(wanted)


def _as_told(deadline: Deadline) -> tuple[object, ...]:
    readers = (deadline.owner_id, deadline.told_id, deadline.manager_id)
    return (deadline.state, deadline.due_at, *readers)


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
    theirs = deadline.reader_id == reader_id
    if not theirs and deadline.manager_id != reader_id:
        return Spoken(None)
    stages = _OWNER_STAGES - _SAID_TO_NOBODY if theirs else frozenset({Stage.LATE_MANAGER})
    plans = [plan for plan in deadline.stages if plan.stage in stages]
    current, over = due_now(plans, said=deadline.said | deadline.passed, now=until)
    return Spoken(current, tuple(over))


def to_post(deadline: Deadline, *, now: datetime) -> bool:
    """Whether the bot is to post the message now in its owner's place."""
    return _does(Stage.POST, deadline, now)


def to_escalate(deadline: Deadline, *, now: datetime) -> bool:
    """Whether RevOps is to decide now what its owner left unanswered."""
    return _does(Stage.ESCALATE, deadline, now)


def to_weigh_kickoff(deadline: Deadline, *, now: datetime) -> bool:
    """Whether the last day on which a kickoff is in time is over, and nobody said that it was."""
    return _does(Stage.PAST_LATEST, deadline, now)


def to_look_for_silence(deadline: Deadline, *, now: datetime) -> bool:
    """Whether it is time to look how far the brief was a day after the signature."""
    return _does(Stage.SILENT, deadline, now)


def to_open(deadline: Deadline, *, now: datetime) -> bool:
    """Whether a step that opens by time alone is its owner's by now."""
    return deadline.opens_by_time and deadline.next_at is not None and deadline.next_at <= now


def unheard(deadline: Deadline) -> bool:
    """Whether its owner never heard that it is late, and did not ask to hear nothing of it."""
    planned = {plan.stage for plan in deadline.stages}
    return Stage.LATE in planned - deadline.said - deadline.passed


def _does(stage: Stage, deadline: Deadline, now: datetime) -> bool:
    settled = deadline.said | deadline.passed
    return deadline.state is DeadlineState.OPEN and any(
        plan.stage is stage and plan.at <= now and plan.stage not in settled
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
