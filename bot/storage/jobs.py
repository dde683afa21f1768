"""What delivery works on: things to send, and what became of those that could not be sent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import RowMapping

from bot.domain.deadlines import Step
from bot.domain.digest import Word
from bot.domain.notices import JobSource, Notice, NoticeKind, Place, Priority, SurfaceKind
from bot.storage.marks import Marks


@dataclass(frozen=True)
class SurfaceJob:
    """A surface that is behind its rows."""

    kind: SurfaceKind
    handoff_id: int | None
    person_id: int | None
    channel_id: int | None
    ts: str | None
    posted_in: str | None
    """Slack's id of the conversation `ts` lies in."""
    wanted: int
    shown: int
    step: Step | None = None
    """Of a guide: the step its reader was told of with the message that stands there."""
    promise_id: int | None = None
    promise_version: int | None = None


@dataclass(frozen=True)
class Job:
    """One thing to send, leased to who holds it."""

    id: int
    workspace_id: int
    source: JobSource
    key: str
    """Opaque; goes into the message's metadata, so that a post in doubt can be found again."""
    destination: str
    method: str
    priority: int
    attempts: int
    maybe_sent: bool
    first_try_at: datetime | None
    """By Slack's clock, or machine time where that is behind it."""
    lease: str
    lease_until: datetime
    """Machine time."""
    probing: bool = False
    """Its workspace is blocked; this job tries whether it still is."""
    notice: Notice | None = None
    stands: str | None = None
    """Of a notice that was sent: its timestamp. It is looked at whether it may stay."""
    stands_in: str | None = None
    """Slack's id of the conversation it stands in."""
    surface: SurfaceJob | None = None
    created_at: datetime | None = None
    """Machine time; of a notice."""
    mark: str = ""
    """What it says, for whoever says the same after a restore; empty where only its words do."""
    word_marks: tuple[str, ...] = ()
    """Of each thing that a notice is about."""
    restored_from: datetime | None = None
    """Machine time of the last thing a restored database knows of; None where it is none."""
    restored: bool = False
    """It may have been posted in the time that a restored database knows nothing of."""
    unswept: bool = False
    """And what was due in that time is not decided yet."""
    in_doubt_until: datetime | None = None
    """And until then, in machine time, Slack may still accept it from the process of before."""
    step_marks: Mapping[str, Step] = field(default_factory=dict)
    """Of a guide: by which step of its reader's it was posted for."""


@dataclass(frozen=True)
class OutboxCounts:
    """How delivery stands; a healthy install has neither unconfirmed nor dead ones."""

    pending: int
    oldest_age: timedelta | None
    most_tries: int
    """How often one of what waits was tried in vain."""
    unconfirmed: int
    dead: int


@dataclass(frozen=True)
class DeadLetter:
    """Something that was given up, and Slack's word for why; never what it would have said."""

    source: JobSource
    id: int
    kind: str
    handoff_id: int | None
    person_id: int | None
    reason: str


@dataclass(frozen=True)
class CardMessage:
    """Where a handoff's card stands, or whether it soon will."""

    ts: str | None
    posted_in: str | None
    awaited: bool
    next_try_at: datetime | None = None
    """Machine time: before that nothing is done about it."""


def job_of(
    source: JobSource,
    row: RowMapping,
    *,
    priority: int,
    probing: bool,
    about: tuple[Word, ...] = (),
    marks: Marks,
    restored_from: datetime | None = None,
    restored_at: datetime | None = None,
    in_doubt_until: datetime | None = None,
) -> Job:
    """A job from its row; `about` is what of the clock's a notice says."""
    notice = _notice(row, about) if source is JobSource.NOTICE else None
    mirrored = _surface(row) if source is JobSource.SURFACE else None
    restored = (
        row["maybe_sent"]
        and restored_from is not None
        and row["first_try_at"] is not None
        and row["first_try_at"] <= restored_from
    )
    return Job(
        id=row["id"],
        workspace_id=row["workspace_id"],
        source=source,
        key=row["opaque"],
        destination=row["destination"],
        method=row["method"] if notice else _method(mirrored),
        priority=priority,
        attempts=row["attempts"],
        maybe_sent=row["maybe_sent"],
        first_try_at=row["first_try_at"],
        lease=row["lease"],
        lease_until=row["lease_until"],
        probing=probing,
        notice=notice,
        stands=row["ts"] if notice else None,
        stands_in=row["sent_channel"] if notice else None,
        surface=mirrored,
        created_at=row["created_at"] if notice else None,
        mark=marks.notice(notice) if notice else _mark(marks, mirrored),
        word_marks=tuple(marks.word(row["person_id"], word) for word in about),
        restored_from=restored_from,
        restored=restored,
        unswept=restored and restored_at is None,
        in_doubt_until=in_doubt_until if restored else None,
        step_marks=_step_marks(marks, mirrored),
    )


def _step_marks(marks: Marks, mirrored: SurfaceJob | None) -> Mapping[str, Step]:
    if mirrored is None or mirrored.kind is not SurfaceKind.GUIDE:
        return {}
    return {marks.step(mirrored.handoff_id, mirrored.person_id, one): one for one in Step}


def _mark(marks: Marks, mirrored: SurfaceJob | None) -> str:
    if mirrored is None:
        return ""
    return marks.surface(
        mirrored.kind,
        handoff_id=mirrored.handoff_id,
        person_id=mirrored.person_id,
        promise_id=mirrored.promise_id,
        promise_version=mirrored.promise_version,
    )


def _method(mirrored: SurfaceJob | None) -> str:
    if mirrored is not None and mirrored.kind is SurfaceKind.HOME:
        return "views.publish"
    return "chat.postMessage" if mirrored is None or mirrored.ts is None else "chat.update"


def _notice(row: RowMapping, about: tuple[Word, ...]) -> Notice:
    return Notice(
        kind=NoticeKind(row["kind"]),
        place=Place(row["place"]),
        key=row["key"],
        priority=Priority(row["priority"]),
        handoff_id=row["handoff_id"],
        person_id=row["person_id"],
        channel_id=row["channel_id"],
        facts=json.loads(row["facts"]),
        not_before=row["not_before"],
        about=about,
    )


def _surface(row: RowMapping) -> SurfaceJob:
    return SurfaceJob(
        kind=SurfaceKind(row["kind"]),
        handoff_id=row["handoff_id"],
        person_id=row["person_id"],
        channel_id=row["channel_id"],
        ts=row["ts"],
        posted_in=row["posted_in"],
        wanted=row["wanted"],
        shown=row["shown"],
        step=Step(row["step"]) if row["step"] else None,
        promise_id=row["promise_id"],
        promise_version=row["promise_version"],
    )
