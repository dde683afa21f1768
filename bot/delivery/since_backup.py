"""Whether something was said in the time that a restored database knows nothing of."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.delivery.calls import Posted
from bot.domain.deadlines import Step
from bot.domain.notices import Notice, NoticeKind, Place, SurfaceKind
from bot.domain.worktime import Calendar
from bot.storage.jobs import Job


def below_card(job: Job) -> bool:
    """Whether it stands in the thread of a card, and so can be looked for once that is known."""
    if job.surface is not None:
        return job.surface.kind is SurfaceKind.PROMISE
    return job.notice is not None and job.notice.place is Place.THREAD


def stands(job: Job, posted: Sequence[Posted]) -> Posted | None:
    """The message that it is, of several the newest: older ones gave way to it."""
    for one in posted:
        if (job.key and job.key in one.keys) or (job.mark and job.mark in one.marks):
            return one
    return None


def step_of(job: Job, posted: Posted) -> Step | None:
    """The step of its reader's for which a guide was posted."""
    return next((step for mark, step in job.step_marks.items() if mark in posted.marks), None)


def unsaid(
    job: Job, notice: Notice, posted: Sequence[Posted], calendar: Calendar
) -> tuple[Job, str | None]:
    """The job without what was said already, and the newest message that says some of that.

    What is late is said anew every morning: in a message of several things it counts as said only
    if that was on the same day of its reader's.
    """
    summary = notice.kind is NoticeKind.SUMMARY
    today = calendar.local_date(job.created_at) if job.created_at is not None else None
    left, said = [], list[str]()
    for word, mark in zip(notice.about, job.word_marks, strict=True):
        found = [
            one.ts
            for one in posted
            if mark in one.marks
            and not (summary and word.late and calendar.local_date(_at(one)) != today)
        ]
        if found:
            said.append(found[0])
        else:
            left.append((word, mark))
    kept = replace(notice, about=tuple(word for word, _ in left))
    marks = tuple(mark for _, mark in left)
    return replace(job, notice=kept, word_marks=marks), max(said, default=None)


def _at(posted: Posted) -> datetime:
    return datetime.fromtimestamp(float(posted.ts), UTC)
