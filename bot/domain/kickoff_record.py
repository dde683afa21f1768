"""The form after the kickoff, and what went otherwise than the process has it.

Rules: the process's *Kickoff* and *Breakdowns*.
"""

from datetime import datetime

from bot.domain.access import EVERY, Act
from bot.domain.breakdowns import Breakdown
from bot.domain.handoff import Handoff
from bot.domain.history import Fact, Tag
from bot.domain.kickoff_booking import joint
from bot.domain.kickoff_form import KickoffForm, Ours, Ran
from bot.domain.kickoff_prep import missing
from bot.domain.people import Person
from bot.domain.policy import Policy


def record(
    handoff: Handoff,
    form: KickoffForm,
    *,
    before: KickoffForm | None,
    revision: int,
    by: Person,
    at: datetime,
    policy: Policy,
    reason: str = "",
) -> None:
    """The kickoff was held, stored as a document's `revision`; once more where that was wrong.

    `before` is what was recorded until now. What was missing when it was held is kept with the
    first record of its time. Raises as `Handoff.hold_kickoff`.
    """
    if form.held_at != handoff.kickoff_held_at:
        handoff.hold_kickoff(form.held_at, by=by, at=at, reason=reason)
        values: dict[str, str] = {}
    else:
        handoff.require_to_hold(by)
        values = handoff.reason_for(Act.HOLD_KICKOFF, by, reason)
    lacked = before.lacked if before is not None else None
    facts: dict[str, Fact] = {
        "revision": revision,
        "again": handoff.kickoff.recorded_at is not None,
        "joint": joint(handoff, policy),
        "lacks": form.lacked is not None and form.lacked is not lacked,
    }
    if before is None or before.held_at != form.held_at:
        # What was opened again since then was there when it was held.
        lacking = missing(handoff, audiences=EVERY, by=form.held_at)
        facts["missing"] = [one.value for one in lacking]
    handoff.kickoff = handoff.kickoff.recorded(at)
    handoff.note(Tag.KICKOFF_RECORDED, facts, values, by=by, at=at)
    _weigh_form(handoff, form, at=at, policy=policy)


def _weigh_form(handoff: Handoff, form: KickoffForm, *, at: datetime, policy: Policy) -> None:
    together = joint(handoff, policy)
    found = {
        Breakdown.KICKOFF_WITHOUT_AE: together and Ours.AE not in form.ours,
        Breakdown.KICKOFF_RUN_BY_AE: form.ran is Ran.AE,
        Breakdown.KNOWN_ASKED_AGAIN: form.known_again,
        Breakdown.OTHER_SUCCESS: not form.metric,
    }
    for kind, happened in found.items():
        handoff.note_breakdown(kind, happened=happened, at=at)


def weigh_kickoff(
    handoff: Handoff, latest: datetime | None, *, at: datetime, over: bool = False
) -> None:
    """Record whether it is, or was, later than it may be, and held on a brief nobody had opened.

    `latest` is the end of the business day past which no kickoff is in time; None before the
    signature. A time that is booked within it counts until another one is known; while none is,
    `over` says that this day has passed. Weighed anew with each of these times.
    """
    held = handoff.kickoff_held_at
    if latest is not None:
        known, kind = held or handoff.kickoff.at, Breakdown.KICKOFF_LATE
        passed = at > latest and (over or kind in handoff.breakdowns)
        handoff.note_breakdown(kind, happened=known > latest if known else passed, at=at)
    if held is not None:
        opened = handoff.kickoff.brief_opened_at
        unopened = opened is None or opened > held
        handoff.note_breakdown(Breakdown.BRIEF_UNOPENED, happened=unopened, at=at)
