"""The morning of the kickoff, as a deadline of its own: who leads it reads what is missing."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.domain import access
from bot.domain.deadlines import Deadline, DeadlineState
from bot.domain.handoff import Handoff
from bot.domain.nudging import Stage, StagePlan
from bot.domain.policy import Tier
from bot.domain.ports import CalendarOf
from bot.domain.steps import Step
from bot.domain.worktime import Calendar

SHORT_BEFORE = timedelta(hours=1)
"""Before a kickoff that begins with their morning or earlier."""


def kickoff_day(
    handoff: Handoff,
    calendar_of: CalendarOf,
    *,
    fixed: Mapping[Step, tuple[int | None, str | None]] | None = None,
) -> Deadline | None:
    """What the CSM is told that morning; None while there is no time for it, or no CSM.

    Where that is in their quiet hours it goes out before these begin, as all reminders do: of a
    kickoff on a day off they are told on the business day before it. Booked later than that, it
    is told of at the end of the quiet hours, where that is still ahead of it.

    `fixed` holds owner and zone of the stored one: a zone stays as long as its owner does.
    """
    at, csm = handoff.kickoff.at, handoff.csm_id
    if at is None or csm is None or handoff.signed_at is None or handoff.tier is Tier.NONE:
        return None
    owner = access.acting(csm, handoff)
    kept_owner, kept_zone = (fixed or {}).get(Step.KICKOFF_DAY, (None, None))
    calendar = calendar_of(owner, kept_zone if kept_owner == owner else None)
    state = _state(handoff)
    told = _told(at, handoff.kickoff.set_at or at, calendar)
    return Deadline(
        step=Step.KICKOFF_DAY,
        owner_id=owner,
        zone=calendar.zone.key,
        state=state,
        waits_for=None,
        start_at=handoff.kickoff.set_at,
        raw_due_at=at,
        due_at=at,
        stages=(StagePlan(Stage.MORNING, told),) if told and state is DeadlineState.DATED else (),
    )


def _told(at: datetime, booked_at: datetime, calendar: Calendar) -> datetime | None:
    morning = calendar.at(calendar.local_date(at), calendar.summary_time)
    if morning >= at:
        morning = at - SHORT_BEFORE
    if not calendar.is_quiet(morning):
        return morning
    before = calendar.before_quiet(morning, booked_at)
    if before is not None:
        return before
    after = calendar.first_loud(morning)
    return after if after < at else None


def _state(handoff: Handoff) -> DeadlineState:
    if handoff.kickoff_held_at is not None:
        return DeadlineState.DONE
    return DeadlineState.DATED if handoff.open else DeadlineState.CANCELLED
