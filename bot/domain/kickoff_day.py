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
"""Before a kickoff that begins earlier than their day does."""


def kickoff_day(
    handoff: Handoff,
    calendar_of: CalendarOf,
    *,
    fixed: Mapping[Step, tuple[int | None, str | None]] | None = None,
) -> Deadline | None:
    """What the CSM is told that morning; None while there is no time for it, or no CSM.

    `fixed` holds owner and zone of the stored one: a zone stays as long as its owner does.
    """
    at, csm = handoff.kickoff.at, handoff.csm_id
    if at is None or csm is None or handoff.signed_at is None or handoff.tier is Tier.NONE:
        return None
    owner = access.acting(csm, handoff)
    kept_owner, kept_zone = (fixed or {}).get(Step.KICKOFF_DAY, (None, None))
    calendar = calendar_of(owner, kept_zone if kept_owner == owner else None)
    state = _state(handoff)
    told = StagePlan(Stage.MORNING, _morning(at, calendar))
    return Deadline(
        step=Step.KICKOFF_DAY,
        owner_id=owner,
        zone=calendar.zone.key,
        state=state,
        waits_for=None,
        start_at=handoff.kickoff.set_at,
        raw_due_at=at,
        due_at=at,
        stages=(told,) if state is DeadlineState.DATED else (),
    )


def _morning(at: datetime, calendar: Calendar) -> datetime:
    morning = calendar.at(calendar.local_date(at), calendar.summary_time)
    return morning if morning < at else at - SHORT_BEFORE


def _state(handoff: Handoff) -> DeadlineState:
    if handoff.kickoff_held_at is not None:
        return DeadlineState.DONE
    return DeadlineState.DATED if handoff.open else DeadlineState.CANCELLED
