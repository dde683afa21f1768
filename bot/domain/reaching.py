"""What is owed about single milestones of the success plan, by whom and until when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.domain import access
from bot.domain.deadlines import (
    Deadline,
    DeadlineState,
    Key,
    Step,
    owned_since,
    stages_of,
)
from bot.domain.handoff import Handoff
from bot.domain.owing import TellerOf, opened_by_time, opening, told_of_delivery
from bot.domain.plan import MilestoneOwner, MilestoneState
from bot.domain.policy import Policy, Tier
from bot.domain.ports import CalendarOf
from bot.domain.steps import latest


@dataclass(frozen=True)
class Planned:
    """A milestone of the plan that says whose it is and by when, as far as clocks need it."""

    number: int
    owner: MilestoneOwner
    due: date
    added_at: datetime
    """When it was first written down."""
    state: MilestoneState = MilestoneState.OPEN


def about_milestones(
    handoff: Handoff,
    policy: Policy,
    calendar_of: CalendarOf,
    *,
    told_of: TellerOf,
    planned: Iterable[Planned],
    stored: Sequence[Deadline],
    now: datetime,
) -> list[Deadline]:
    """Their deadlines, while the handoff has a CSM; none of a deal of which nothing is asked.

    Who is told of what is late is the manager of the side that owes it.
    """
    if handoff.signed_at is None or handoff.csm_id is None or handoff.tier is Tier.NONE:
        return []
    before = {one.key: one for one in stored if one.step is Step.MILESTONE}
    return [
        _deadline(one, handoff, policy, calendar_of, told_of=told_of, before=before, now=now)
        for one in planned
    ]


def _deadline(
    one: Planned,
    handoff: Handoff,
    policy: Policy,
    calendar_of: CalendarOf,
    *,
    told_of: TellerOf,
    before: Mapping[Key, Deadline],
    now: datetime,
) -> Deadline:
    """By the end of its day; until shortly before it, and until the kickoff, it waits.

    What customer and partner reach is for the CSM to ask about. What was due when it came up, or
    when the kickoff was held, is due some working hours later.
    """
    key = (Step.MILESTONE, one.number)
    stored, clocks = before.get(key), policy.clocks
    held = handoff.ae_id if one.owner is MilestoneOwner.AE else handoff.csm_id or handoff.ae_id
    owner = access.acting(held, handoff)
    zone = stored.zone if stored is not None and stored.owner_id == owner else None
    calendar = calendar_of(owner, zone)
    held_at = handoff.kickoff_held_at
    opens = opening(one.due, calendar, days=clocks.review_opens)
    from_then = latest(one.added_at, held_at) or one.added_at
    window = calendar.add_working(from_then, timedelta(hours=clocks.own_other))
    due = max(calendar.at(one.due, calendar.hours.end), window)
    since = max(from_then, opens)
    state = _state(handoff, one)
    if state is DeadlineState.OPEN and (held_at is None or now < opens):
        state = DeadlineState.WAITING
    is_open = state is DeadlineState.OPEN
    told = told_of_delivery(owner, handoff, told_of, reads=_all) if is_open else None
    manager = told.person_id if told is not None else None
    alone = manager if is_open and access.unattended(held, handoff) else None
    waits = state is DeadlineState.WAITING
    deadline = Deadline(
        step=Step.MILESTONE,
        owner_id=owner,
        zone=calendar.zone.key,
        state=state,
        waits_for=Step.KICKOFF if waits and held_at is None else None,
        start_at=None if waits else since,
        raw_due_at=due,
        due_at=due,
        manager_id=manager,
        told_id=alone,
        owned_at=owned_since(stored, alone if alone is not None else owner, now),
        subject=one.number,
    )
    if not is_open:
        return opened_by_time(deadline, opens)
    return replace(deadline, stages=stages_of(deadline, due - since, calendar_of))


def _state(handoff: Handoff, one: Planned) -> DeadlineState:
    if one.state is MilestoneState.DONE:
        return DeadlineState.DONE
    return DeadlineState.OPEN if handoff.open else DeadlineState.CANCELLED


def _all(_person_id: int) -> bool:
    """Both sides and their managers read every milestone."""
    return True
