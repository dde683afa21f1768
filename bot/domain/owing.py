"""What is owed about single promises, by whom and until when."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.domain import access
from bot.domain.access import Capacity
from bot.domain.deadlines import (
    OWED_STATES,
    Deadline,
    DeadlineState,
    Key,
    ManagerOf,
    Step,
    named_manager,
    owned_since,
    stages_of,
)
from bot.domain.disputes import Seat
from bot.domain.handoff import Handoff
from bot.domain.managers import Told
from bot.domain.nudging import Stage, StagePlan
from bot.domain.people import ManagerBy
from bot.domain.policy import Policy, Tier
from bot.domain.ports import CalendarOf
from bot.domain.promises import Fate, Side
from bot.domain.reassigning import taken_over_at
from bot.domain.settling import due_at, settlers, too_late_at
from bot.domain.steps import OF_A_PROMISE, OF_A_SIDE, TO_SETTLE, latest
from bot.domain.worktime import Calendar


class TellerOf(Protocol):
    """Who is told of what somebody owes, and why; see `managers.told`."""

    def __call__(
        self, holder: int, /, *, named: tuple[int, ManagerBy | None] | None, but: Collection[int]
    ) -> Told | None:
        """The manager named for it, else their own, else somebody of RevOps; never one of `but`."""
        ...


STEP_OF: Mapping[Seat, Step] = {
    Seat.CS_MANAGER: Step.SETTLE,
    Seat.AE_MANAGER: Step.SETTLE_AE,
    Seat.REVOPS: Step.DECIDE,
}
DECIDES: Mapping[Side, Step] = {
    Side.CSM: Step.LATE_DECIDE,
    Side.AE: Step.LATE_DECIDE_AE,
}
DAYS_TO_DECIDE = 2
"""Business days of the CSM in which both sides decide about a late promise."""


@dataclass(frozen=True)
class Contested:
    """The last dispute about a promise, as far as clocks need to know it."""

    number: int
    asked_at: datetime
    escalated_at: datetime | None = None
    ended_at: datetime | None = None
    answered: Mapping[Seat, datetime] = field(default_factory=dict)
    answered_by: frozenset[int] = frozenset()
    """Who answered as a manager about the wording in force."""


@dataclass(frozen=True)
class Promised:
    """A promise in force that says who delivers it by when."""

    number: int
    owner_id: int
    due: date
    written_at: datetime
    """When it got the wording in force."""
    fate: Fate = Fate.OPEN
    fate_at: datetime | None = None


@dataclass(frozen=True)
class Surfacing:
    """A late promise that is in force, or of which somebody said what becomes of it."""

    number: int
    came_up_at: datetime
    written_at: datetime
    """When it got the wording in force."""
    settled: bool = False
    """Whether somebody did."""
    together: bool = False
    """Whether both sides did."""
    answered: Mapping[Side, datetime] = field(default_factory=dict)
    """When each side first answered about the wording in force."""


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
    told_of: TellerOf,
    revops_of: Callable[[frozenset[int]], int | None],
    kickoff_at: datetime | None,
    contested: Iterable[Contested],
    promised: Iterable[Promised],
    surfacing: Iterable[Surfacing],
    before_kickoff: datetime | None,
    reads: Callable[[int], bool],
    stored: Sequence[Deadline],
    now: datetime,
) -> list[Deadline]:
    """Their deadlines.

    `revops_of` is who of RevOps decides or stands in, beside some people. Who is told of what is
    late `told_of` says with why, and `manager_of` by id alone.

    `reads` says of a person whether they may know of the handoff at all; `before_kickoff` is when
    the ledger is to be signed by the table.
    """
    of_promises = {one.key: one for one in stored if one.step in OF_A_PROMISE}
    context = _Context(handoff, policy, calendar_of, manager_of, of_promises, now)
    settlements = [
        deadline
        for one in contested
        for deadline in _settlement(one, context, revops_of=revops_of, kickoff_at=kickoff_at)
    ]
    if handoff.signed_at is None or handoff.tier is Tier.NONE:
        return settlements  # Clocks start at the signature.
    late = [
        deadline
        for one in surfacing
        for deadline in _of_a_late_one(one, context, before_kickoff=before_kickoff)
    ]
    return [
        *settlements,
        *late,
        *(_delivery(one, context, told_of=told_of, reads=reads) for one in promised),
    ]


def _of_a_late_one(
    one: Surfacing, context: _Context, *, before_kickoff: datetime | None
) -> Iterable[Deadline]:
    """Before the kickoff the AE owes a talk with the customer, after it both sides a decision.

    What both answered without coming to the same is owed again by both.
    """
    handoff = context.handoff
    held_at = handoff.kickoff_held_at
    if (one.settled and not one.together) or (held_at is None and not one.settled):
        since = max(one.came_up_at, handoff.signed_at or one.came_up_at)
        yield _of_a_side(
            (Step.LATE_TALK, one.number), context, since=since, by=before_kickoff, done=one.settled
        )
        return
    if held_at is None or handoff.csm_id is None:
        return
    since = max(one.came_up_at, held_at)
    csms = context.calendar_of(handoff.csm_id, _zone_of(handoff.csm_id, context))
    day = csms.business_day(csms.local_date(since), DAYS_TO_DECIDE)
    by = csms.at(day, csms.hours.end)
    differ = not one.settled and len(one.answered) == len(Side)
    reworded = one.written_at if one.written_at > since else None
    again = latest(reworded, max(one.answered.values()) if differ else None)
    for side, step in DECIDES.items():
        yield _of_a_side(
            (step, one.number),
            context,
            since=since,
            by=by,
            done=one.settled or (side in one.answered and not differ),
            again=again,
        )


def _zone_of(person_id: int, context: _Context) -> str | None:
    """The zone that was fixed for a person where they got something to do about a promise."""
    return next((one.zone for one in context.stored.values() if one.owner_id == person_id), None)


def _of_a_side(
    key: Key,
    context: _Context,
    *,
    since: datetime,
    by: datetime | None,
    done: bool,
    again: datetime | None = None,
) -> Deadline:
    """By a time, but with the ordinary window from when it came up, was recorded, or came again."""
    handoff, stored = context.handoff, context.stored.get(key)
    held = access.holder(OF_A_SIDE[key[0]], handoff) or handoff.ae_id
    owner = access.acting(held, handoff)
    known = stored is not None and stored.state is not DeadlineState.DROPPED
    added = stored.added_at if stored is not None and known else context.now
    calendar = context.calendar_of(
        owner, stored.zone if stored is not None and stored.owner_id == owner else None
    )
    taken = None if done else taken_over_at(OF_A_SIDE[key[0]], handoff)
    start = latest(since, added, again, taken) or since
    window = calendar.add_working(start, timedelta(hours=context.policy.clocks.own_other))
    due = max(window, by) if by is not None else window
    state, manager = _state(handoff, done=done), None
    if state is DeadlineState.OPEN:
        named = named_manager(key[0], handoff, handoff.size(context.policy))
        manager = context.manager_of(held, named=named, but=(held, owner))
    deadline = _made(
        key,
        owner,
        context,
        calendar=calendar,
        since=start,
        due=due,
        state=state,
        manager=manager,
        held=held,
    )
    return replace(deadline, added_at=added)


def settled_by(owed: Sequence[Deadline]) -> list[Deadline]:
    """The deadlines, each that waits for a dispute with the one who is to settle it now."""
    open_now = {one.step for one in owed if one.subject and one.state in OWED_STATES}
    first = next((step for step in STEP_OF.values() if step in open_now), Step.DECIDE)
    return [replace(one, waits_for=first) if one.waits_for in TO_SETTLE else one for one in owed]


def told_of_delivery(
    owner: int, handoff: Handoff, told_of: TellerOf, *, reads: Callable[[int], bool]
) -> Told | None:
    """Who is told that somebody delivers a promise late, and why they.

    Of the AE it is the handoff's AE manager, of the CSM and the implementation lead its CS manager;
    of others their own manager, but the CS manager where that one may not know of the handoff.
    """
    holder, named = owner, None
    if access.acts_as(owner, handoff.ae_id, handoff):
        holder = handoff.ae_id
        named = _named(Capacity.AE_MANAGER, handoff, handoff.ae_manager_by)
    else:
        cs_manager = _named(Capacity.CS_MANAGER, handoff, handoff.cs_manager_by)
        sides = (handoff.csm_id, handoff.lead_id)
        if any(access.acts_as(owner, one, handoff) for one in sides):
            named = cs_manager
        else:
            own = told_of(owner, named=None, but=(owner,))
            if own is None or reads(own.person_id):
                return own
            named = cs_manager
    but = [owner]
    while (found := told_of(holder, named=named, but=but)) is not None:
        if reads(found.person_id):
            return found
        but.append(found.person_id)
    return None


def _named(
    part: Capacity, handoff: Handoff, by: ManagerBy | None
) -> tuple[int, ManagerBy | None] | None:
    found = access.holder(part, handoff)
    return (found, by) if found is not None else None


def _delivery(
    one: Promised, context: _Context, *, told_of: TellerOf, reads: Callable[[int], bool]
) -> Deadline:
    """By the end of its day in the zone of who delivers it; until shortly before it waits.

    It waits for the kickoff, too: what became of a promise is said after it. What was due before
    is due some working hours later.

    Who may not know of the handoff is reminded of nothing in it: the CSM is in their place, before
    the assignment the AE.
    """
    handoff, key = context.handoff, (Step.DELIVERY, one.number)
    owner = one.owner_id if reads(one.owner_id) else handoff.csm_id or handoff.ae_id
    owner = access.acting(owner, handoff)
    stored = context.stored.get(key)
    zone = stored.zone if stored is not None and stored.owner_id == owner else None
    calendar = context.calendar_of(owner, zone)
    due = calendar.at(one.due, calendar.hours.end)
    clocks, held_at = context.policy.clocks, handoff.kickoff_held_at
    opens = opening(one.due, calendar, days=clocks.review_opens)
    if held_at is not None:
        due = max(due, calendar.add_working(held_at, timedelta(hours=clocks.own_other)))
    since = max(one.written_at, opens, held_at or opens)
    state = _state(handoff, done=one.fate in (Fate.DELIVERED, Fate.BROKEN))
    if state is DeadlineState.OPEN and (held_at is None or context.now < opens):
        state = DeadlineState.WAITING
    told = None
    if state is DeadlineState.OPEN:
        told = told_of_delivery(owner, handoff, told_of, reads=reads)
    made = _made(
        key,
        owner,
        context,
        calendar=calendar,
        since=since,
        due=due,
        state=state,
        manager=told.person_id if told is not None else None,
    )
    waits = state is DeadlineState.WAITING and held_at is None
    return replace(made, waits_for=Step.KICKOFF) if waits else opened_by_time(made, opens)


def opening(due: date, calendar: Calendar, *, days: int) -> datetime:
    """The morning so many business days before a day."""
    day = due
    for _ in range(days):
        day = calendar.previous_business_day(day)
    return calendar.at(day, calendar.hours.start)


def opened_by_time(made: Deadline, opens: datetime) -> Deadline:
    """The same, with when the sweep opens it where nothing but its time keeps it waiting."""
    if made.state is not DeadlineState.WAITING or made.waits_for is not None:
        return made
    return replace(made, stages=(StagePlan(Stage.OPENS, opens),))


def _settlement(
    one: Contested,
    context: _Context,
    *,
    revops_of: Callable[[frozenset[int]], int | None],
    kickoff_at: datetime | None,
) -> Iterable[Deadline]:
    """Of an open dispute what each owes; of one that is over only what was owed until then."""
    handoff = context.handoff
    asked: set[int] = set()
    for seat, owner in settlers(handoff, revops=revops_of(frozenset())).items():
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
    decided, revops = Seat.REVOPS in one.answered, revops_of(one.answered_by)
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
    stored = context.stored.get(key)
    zone = stored.zone if stored is not None and stored.owner_id == owner else None
    calendar = context.calendar_of(owner, zone)
    hours = context.policy.clocks.own_other
    due = due_at(since, kickoff_at, hours=hours, calendar=calendar)
    manager = context.manager_of(owner, but=(owner,)) if state is DeadlineState.OPEN else None
    deadline = _made(
        key,
        owner,
        context,
        calendar=calendar,
        since=since,
        due=due,
        state=state,
        manager=manager,
    )
    if state is not DeadlineState.OPEN or not escalates:
        return deadline
    escalation = StagePlan(Stage.ESCALATE, too_late_at(deadline.due_at, calendar))
    return replace(deadline, stages=(*deadline.stages, escalation))


def _made(
    key: Key,
    owner: int,
    context: _Context,
    *,
    calendar: Calendar,
    since: datetime,
    due: datetime,
    state: DeadlineState,
    manager: int | None,
    held: int | None = None,
) -> Deadline:
    """What somebody owes since an instant, with its reminders where it is open.

    `held` is whose part it is, where somebody may act for them.
    """
    handoff, stored = context.handoff, context.stored.get(key)
    again = handoff.path.reopened_at
    if again is not None and again > since and state is not DeadlineState.DONE:
        # In a deal that was opened again there is the ordinary window once more.
        window = timedelta(hours=context.policy.clocks.own_other)
        since, due = again, max(due, calendar.add_working(again, window))
    part = held if held is not None else owner
    told = manager if access.unattended(part, handoff) and state is DeadlineState.OPEN else None
    step, subject = key
    deadline = Deadline(
        step=step,
        owner_id=owner,
        zone=calendar.zone.key,
        state=state,
        waits_for=None,
        start_at=since if state is not DeadlineState.WAITING else None,
        raw_due_at=due,
        due_at=due,
        manager_id=manager,
        told_id=told,
        owned_at=owned_since(stored, told if told is not None else owner, context.now),
        subject=subject,
    )
    if state is not DeadlineState.OPEN:
        return deadline
    return replace(deadline, stages=stages_of(deadline, due - since, context.calendar_of))
