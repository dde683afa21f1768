"""When a step's owner is reminded, and when they and their manager hear that it is late."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from bot.domain.worktime import Calendar

HALF_SHARE = Fraction(1, 2)
MOST_SHARE = Fraction(4, 5)
SHORT_WORKING_TIME = timedelta(hours=4)
"""With less working time than this before the due time there is only the second reminder."""
SHORT_RAW_WINDOW = timedelta(hours=8)
"""With a raw window shorter than this there is only the second reminder."""
CLOSE_TOGETHER = timedelta(hours=2)
"""Two reminders less than this apart become the later one."""


class Stage(StrEnum):
    HALF = "half"
    MOST = "most"
    LATE = "late"
    LATE_MANAGER = "late_manager"
    SNOOZED = "snoozed"
    POST = "post"
    DAYS_BEFORE = "days_before"
    DAY_BEFORE = "day_before"
    SLIPPED = "slipped"
    """The signature was expected yesterday."""
    ASK = "ask"
    """Whether the commitment was kept."""
    ESCALATE = "escalate"
    """A manager is too late to settle a dispute: RevOps decides; said to nobody by itself."""
    PAST_LATEST = "past_latest"
    """The last day for a kickoff is over: RevOps is told; said to no owner."""
    MORNING = "morning"
    """Of the day the kickoff is booked for."""
    OPENS = "opens"
    """A step that opens by time alone is its owner's from then on; said to nobody by itself."""
    SILENT = "silent"
    """How far the brief is a day after the signature is looked at; said to nobody by itself."""
    COMMITTED = "committed"
    """The AE named the day of the commitment; told in a summary where no channel is for it."""


@dataclass(frozen=True)
class StagePlan:
    stage: Stage
    at: datetime


_OVERTAKEN_BY = {
    Stage.HALF: frozenset({Stage.MOST, Stage.LATE}),
    Stage.MOST: frozenset({Stage.LATE}),
    Stage.DAYS_BEFORE: frozenset({Stage.DAY_BEFORE}),
}


def reminders(
    *, owner: Calendar, start: datetime, due: datetime, raw_window: timedelta
) -> list[StagePlan]:
    """The reminders between `start`, when the step became the owner's, and its moved due time.

    Shares are of the owner's working time between the two; `raw_window` is the step's own window
    before the due time was moved. The list is in order of time and empty where nothing fits.
    """
    working = owner.working_between(start, due)
    short = working < SHORT_WORKING_TIME or raw_window < SHORT_RAW_WINDOW
    half = None if short else _reminder(owner, start, due, Stage.HALF, HALF_SHARE)
    most = _reminder(owner, start, due, Stage.MOST, MOST_SHARE)
    if half and most and most.at - half.at < CLOSE_TOGETHER:
        half = None
    return [plan for plan in (half, most) if plan is not None]


def late(*, reader: Calendar, due: datetime, stage: Stage) -> StagePlan:
    """At the due time; where that is in the reader's quiet hours, the first morning after it."""
    quiet = reader.is_quiet(due)
    return StagePlan(stage, reader.first_morning(due) if quiet else due.astimezone(UTC))


def due_now(
    plans: Sequence[StagePlan], *, said: Collection[Stage], now: datetime
) -> tuple[StagePlan | None, list[StagePlan]]:
    """What to say to one reader about one step at `now`, and the earlier stages it passes over.

    `plans` and `said` are those of one reader: a manager's notice never passes over the owner's.
    A reminder is passed over too once a later one, or that the step is late, has been said.
    """
    open_plans = sorted(
        (plan for plan in plans if plan.at <= now and plan.stage not in said),
        key=lambda plan: plan.at,
    )
    current = next((plan for plan in reversed(open_plans) if not overtaken(plan.stage, said)), None)
    return current, [plan for plan in open_plans if plan is not current]


def _reminder(
    owner: Calendar, start: datetime, due: datetime, stage: Stage, share: Fraction
) -> StagePlan | None:
    gone = owner.share_instant(start, due, share)
    at = None if gone is None else owner.before_quiet(gone, start)
    return None if at is None or at >= due else StagePlan(stage, at)


def overtaken(stage: Stage, said: Collection[Stage]) -> bool:
    """Whether a later word about the step was said, so that this reminder would be stale."""
    return any(later in said for later in _OVERTAKEN_BY.get(stage, ()))
