"""What delivery reads and settles: leases on notices and surfaces, each call a transaction."""

import json
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Interval,
    RowMapping,
    Table,
    and_,
    bindparam,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    text,
    update,
)

from bot.domain.notices import Notice, NoticeKind, Place, Priority, SurfaceKind
from bot.domain.ports import Clock, MachineClock
from bot.storage.engine import Database
from bot.storage.tables import (
    IS_CARD,
    OUTBOX_FAILED,
    OUTBOX_PENDING,
    SURFACE_STALE,
    OutboxState,
    SurfaceState,
    outbox,
    person,
    surface,
    workspace,
)
from bot.storage.types import MICROSECOND

AGEING = timedelta(minutes=10)
"""What waits goes up one level of priority in this time, though never above an answer."""
BLOCKED_FOR = timedelta(minutes=5)
"""A workspace whose token was refused is tried again after this."""
_LEASING = 7_205_759_404
"""Replicas lease one after the other, so that two never choose one destination."""


class JobSource(StrEnum):
    """The table a job comes from."""

    NOTICE = "notice"
    SURFACE = "surface"


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
    """Machine time."""
    lease: str
    lease_until: datetime
    """Machine time."""
    probing: bool = False
    """Its workspace is blocked; this job tries whether it still is."""
    notice: Notice | None = None
    surface: SurfaceJob | None = None


@dataclass(frozen=True)
class OutboxCounts:
    """How delivery stands; a healthy install has neither unconfirmed nor dead ones."""

    pending: int
    oldest_age: timedelta | None
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


_METHOD_OF_SURFACE = case(
    (surface.c.kind == SurfaceKind.HOME.value, "views.publish"),
    (surface.c.ts.is_(None), "chat.postMessage"),
    else_="chat.update",
)
_NOW = bindparam("machine_now", type_=surface.c.next_try_at.type)
_CALENDAR_NOW = bindparam("calendar_now", type_=surface.c.not_before.type)
_BLOCKED_BEFORE = bindparam("blocked_before", type_=workspace.c.blocked_at.type)


def _aged(table: Table, since: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """Ten minutes of age weigh as much as one level; the order does not depend on the hour."""
    if dialect == "postgresql":
        return since + table.c.priority * literal(AGEING, Interval())
    return since + table.c.priority * literal(AGEING // MICROSECOND)


def _leased_elsewhere(table: Table, other: Table) -> ColumnElement[bool]:
    """Another row, of the same or the other table, is in flight to this row's destination."""
    busy = other.alias("busy")
    return (
        select(busy.c.id)
        .where(
            busy.c.workspace_id == table.c.workspace_id,
            busy.c.destination == table.c.destination,
            busy.c.lease.is_not(None),
            busy.c.lease_until > _NOW,
        )
        .exists()
    )


def _free(table: Table) -> ColumnElement[bool]:
    waiting = OUTBOX_PENDING if table is outbox else SURFACE_STALE
    return and_(
        waiting,
        table.c.next_try_at <= _NOW,
        or_(table.c.not_before.is_(None), table.c.not_before <= _CALENDAR_NOW),
        or_(table.c.lease.is_(None), table.c.lease_until <= _NOW),
        not_(_leased_elsewhere(table, outbox)),
        not_(_leased_elsewhere(table, surface)),
    )


def _allowed(table: Table) -> ColumnElement[bool]:
    return and_(
        or_(workspace.c.blocked_at.is_(None), workspace.c.blocked_at <= _BLOCKED_BEFORE),
        or_(workspace.c.paused_at.is_(None), table.c.priority == Priority.ANSWER.value),
    )


class DeliveryStore:
    """Leases and settles; every settling call is refused once the lease went to somebody else."""

    def __init__(self, database: Database, *, clock: Clock, machine: MachineClock) -> None:
        self._database = database
        self._clock = clock
        self._machine = machine

    # --- Leasing

    def lease(
        self,
        limit: int,
        *,
        lease: timedelta,
        exclude_workspaces: Collection[int] = (),
        methods_blocked: Collection[tuple[int, str]] = (),
        destinations_blocked: Collection[tuple[int, str]] = (),
    ) -> list[Job]:
        """Take what may be sent now: answers first, then by priority and age, one a destination.

        Of a paused workspace only answers are taken, of a blocked one nothing until it is tried
        again.
        """
        held_back = (exclude_workspaces, methods_blocked, destinations_blocked)
        with self._database.reading() as connection:
            found = self._candidates(connection, limit, held_back)
        if not found:
            return []
        taken: list[Job] = []
        with self._database.writing() as connection:
            if self._database.dialect == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LEASING})
            for source, row in found:
                if len(taken) == limit:
                    break
                job = self._claim(connection, source, row, lease)
                if job is not None:
                    taken.append(job)
            if taken:
                connection.commit()
        return taken

    def _candidates(
        self,
        connection: Connection,
        limit: int,
        held_back: tuple[Collection[int], Collection[tuple[int, str]], Collection[tuple[int, str]]],
    ) -> list[tuple[JobSource, RowMapping]]:
        times = self._times()
        found: list[tuple[JobSource, RowMapping]] = []
        for source, table in _TABLES.items():
            method = table.c.method if table is outbox else _METHOD_OF_SURFACE
            since = table.c.created_at if table is outbox else table.c.next_try_at
            aged = _aged(table, since, self._database.dialect)
            statement = (
                select(
                    table.c.id,
                    table.c.workspace_id,
                    table.c.destination,
                    table.c.priority,
                    aged.label("aged"),
                    workspace.c.blocked_at.is_not(None).label("probing"),
                )
                .join(workspace, workspace.c.id == table.c.workspace_id)
                .where(_free(table), _allowed(table), *_but_for(table, method, held_back))
                .order_by(table.c.priority != Priority.ANSWER.value, aged, table.c.id)
                # More than asked for, as several may go to one destination.
                .limit(limit * 4)
            )
            found += [(source, row) for row in connection.execute(statement, times).mappings()]
        # A card goes before the replies below it that were decided with it.
        found.sort(
            key=lambda one: (
                one[1]["priority"] != Priority.ANSWER,
                one[1]["aged"],
                one[0] is JobSource.NOTICE,
                one[1]["id"],
            )
        )
        return found

    def _claim(
        self, connection: Connection, source: JobSource, row: RowMapping, lease: timedelta
    ) -> Job | None:
        table = _TABLES[source]
        times = self._times()
        until, token = times["machine_now"] + lease, secrets.token_hex(8)
        values: dict[str, Any] = {"lease": token, "lease_until": until}
        if table is surface:
            # Raised again while it is under way, it is urgent again; else it has been served.
            values["priority"] = Priority.CARD.value
        statement = (
            update(table)
            .where(table.c.id == row["id"], _free(table))
            .values(**values)
            .returning(*table.c)
        )
        claimed = connection.execute(statement, times).mappings().first()
        if claimed is None:
            return None
        return _job(source, claimed, priority=row["priority"], probing=bool(row["probing"]))

    def _times(self) -> dict[str, datetime]:
        now = self._machine.now()
        return {
            "machine_now": now,
            "calendar_now": self._clock.now(),
            "blocked_before": now - BLOCKED_FOR,
        }

    # --- Settling

    def mark_maybe_sent(self, job: Job) -> bool:
        """Note, just before posting, that from now on it may be there."""
        table = _TABLES[job.source]
        first = func.coalesce(
            table.c.first_try_at, literal(self._machine.now(), table.c.first_try_at.type)
        )
        return self._settle(job, {"maybe_sent": True, "first_try_at": first}, release=False)

    def sent(
        self,
        job: Job,
        *,
        ts: str | None,
        channel: str | None,
        shown: int | None = None,
        settle: timedelta = timedelta(0),
    ) -> bool:
        """It is there; a surface shows the version `shown` and rests for `settle`."""
        now = self._machine.now()
        values: dict[str, Any]
        if job.source is JobSource.NOTICE:
            values = {
                "state": OutboxState.SENT.value,
                "ts": ts,
                "sent_channel": channel,
                "maybe_sent": False,
                "reason": None,
                "settled_at": now,
            }
            return self._settle(job, values)
        version = shown if shown is not None else _surface_of(job).wanted
        urgent = and_(
            surface.c.priority == Priority.ANSWER.value, surface.c.wanted > literal(version)
        )
        kind = surface.c.next_try_at.type
        values = {
            "shown": version,
            "maybe_sent": False,
            "first_try_at": None,
            "attempts": 0,
            "reason": None,
            "priority": case((urgent, surface.c.priority), else_=Priority.CARD.value),
            "next_try_at": case((urgent, literal(now, kind)), else_=literal(now + settle, kind)),
        }
        if ts is not None:
            values |= {"ts": ts, "posted_in": channel}
        return self._settle(job, values)

    def retry(
        self,
        job: Job,
        *,
        after: timedelta,
        maybe_sent: bool | None = None,
        surface_lost: bool = False,
        counted: bool = True,
        in_doubt_after: timedelta | None = None,
    ) -> bool:
        """Give it back for later; `maybe_sent` None leaves that open as it stands.

        `surface_lost`: the message is gone, so it is posted anew under a new key.
        `in_doubt_after` is how long to wait where the row says that it may be there.
        """
        table = _TABLES[job.source]
        now, kind = self._machine.now(), table.c.next_try_at.type
        values: dict[str, Any] = {"next_try_at": now + after}
        if in_doubt_after is not None:
            values["next_try_at"] = case(
                (table.c.maybe_sent, literal(now + in_doubt_after, kind)),
                else_=literal(now + after, kind),
            )
        if counted:
            values["attempts"] = table.c.attempts + 1
        if maybe_sent is not None:
            values["maybe_sent"] = maybe_sent
            if not maybe_sent:
                values["first_try_at"] = None
        if job.source is JobSource.SURFACE:
            values["priority"] = case(
                (surface.c.priority > job.priority, job.priority), else_=surface.c.priority
            )
            if surface_lost:
                values |= {"ts": None, "posted_in": None, "opaque": secrets.token_hex(16)}
        return self._settle(job, values)

    def postpone(self, job: Job, *, until: datetime) -> bool:
        """Let it wait for a calendar time, as quiet hours do."""
        return self._settle(job, {"not_before": until})

    def dead(self, job: Job, *, reason: str) -> bool:
        """Give it up, visibly; a surface is tried again when its rows change."""
        if job.source is JobSource.SURFACE:
            return self._let_be(job, reason)
        return self._settle_notice(job, OutboxState.DEAD, reason)

    def cancelled(self, job: Job, *, reason: str) -> bool:
        """It is no longer to be sent; a surface is looked at again when its rows change."""
        if job.source is JobSource.SURFACE:
            return self._let_be(job, None)
        return self._settle_notice(job, OutboxState.CANCELLED, reason)

    def unconfirmed(self, job: Job, *, reason: str) -> bool:
        """It may be there or not and nobody can look: never repeated, and shown."""
        if job.source is JobSource.SURFACE:
            return self._settle(
                job,
                {"shown": _surface_of(job).wanted, "state": SurfaceState.DEAD.value}
                | {"reason": reason},
            )
        return self._settle_notice(job, OutboxState.UNCONFIRMED, reason)

    def _settle_notice(self, job: Job, state: OutboxState, reason: str) -> bool:
        values = {"state": state.value, "reason": reason, "settled_at": self._machine.now()}
        return self._settle(job, values)

    def _let_be(self, job: Job, reason: str | None) -> bool:
        values = {
            "shown": _surface_of(job).wanted,
            "maybe_sent": False,
            "first_try_at": None,
            "attempts": 0,
            "reason": reason,
        }
        return self._settle(job, values)

    def _settle(self, job: Job, values: dict[str, Any], *, release: bool = True) -> bool:
        table = _TABLES[job.source]
        if release:
            values = {**values, "lease": None, "lease_until": None}
        statement = (
            update(table).where(table.c.id == job.id, table.c.lease == job.lease).values(**values)
        )
        with self._database.writing() as connection:
            settled = connection.execute(statement).rowcount == 1
            if settled:
                connection.commit()
        return settled

    # --- People and workspaces

    def set_dm(self, person_id: int, channel_slack_id: str) -> None:
        """Remember the conversation between the bot and a person."""
        statement = update(person).where(person.c.id == person_id)
        self._write(statement.values(dm_slack_id=channel_slack_id))

    def dm_of(self, person_id: int) -> str | None:
        """The conversation between the bot and a person, once opened."""
        with self._database.reading() as connection:
            return connection.execute(
                select(person.c.dm_slack_id).where(person.c.id == person_id)
            ).scalar_one_or_none()

    def block_workspace(self, workspace_id: int, reason: str) -> None:
        """Stop sending for a workspace whose token Slack refuses; its rows stay."""
        statement = update(workspace).where(workspace.c.id == workspace_id)
        self._write(statement.values(blocked_at=self._machine.now(), blocked_reason=reason))

    def unblock_workspace(self, workspace_id: int) -> None:
        """Send for the workspace again."""
        statement = update(workspace).where(workspace.c.id == workspace_id)
        self._write(statement.values(blocked_at=None, blocked_reason=None))

    def blocked(self) -> dict[int, str]:
        """The blocked workspaces and Slack's word for why."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(workspace.c.id, workspace.c.blocked_reason).where(
                    workspace.c.blocked_at.is_not(None)
                )
            )
            return {row.id: row.blocked_reason or "" for row in rows}

    def _write(self, statement: Any) -> None:
        with self._database.writing() as connection:
            connection.execute(statement)
            connection.commit()

    # --- Looking

    def card_message(self, handoff_id: int) -> CardMessage:
        """Where the card of a handoff stands, for replies below it."""
        statement = select(surface.c.ts, surface.c.posted_in, SURFACE_STALE.label("awaited")).where(
            surface.c.handoff_id == handoff_id, IS_CARD
        )
        with self._database.reading() as connection:
            row = connection.execute(statement).first()
        if row is None:
            return CardMessage(None, None, awaited=False)
        return CardMessage(row.ts, row.posted_in, awaited=bool(row.awaited))

    def next_due(self) -> datetime | None:
        """When, in machine time, the next notice or surface may be tried; None for nothing."""
        with self._database.reading() as connection:
            dues = [
                connection.execute(select(func.min(_free_from(table))).where(waiting)).scalar()
                for table, waiting in ((outbox, OUTBOX_PENDING), (surface, SURFACE_STALE))
            ]
        return min((due for due in dues if due is not None), default=None)

    def counts(self) -> OutboxCounts:
        """How many wait, since when the oldest does, and how many were given up."""
        with self._database.reading() as connection:
            waiting, oldest = connection.execute(
                select(func.count(), func.min(outbox.c.created_at)).where(OUTBOX_PENDING)
            ).one()
            failed = _by_state(connection, outbox, OUTBOX_FAILED)
            surfaces = _by_state(connection, surface, surface.c.reason.is_not(None))
        return OutboxCounts(
            pending=waiting,
            oldest_age=self._machine.now() - oldest if oldest is not None else None,
            unconfirmed=failed.get(OutboxState.UNCONFIRMED.value, 0)
            + surfaces.get(SurfaceState.DEAD.value, 0),
            dead=failed.get(OutboxState.DEAD.value, 0) + surfaces.get(SurfaceState.LIVE.value, 0),
        )

    def dead_letters(self, workspace_id: int) -> list[DeadLetter]:
        """What was given up or is in doubt in a workspace, oldest first."""
        letters: list[DeadLetter] = []
        with self._database.reading() as connection:
            for source, table, given_up in (
                (JobSource.NOTICE, outbox, OUTBOX_FAILED),
                (JobSource.SURFACE, surface, surface.c.reason.is_not(None)),
            ):
                rows = connection.execute(
                    select(
                        table.c.id,
                        table.c.kind,
                        table.c.handoff_id,
                        table.c.person_id,
                        table.c.reason,
                    )
                    .where(table.c.workspace_id == workspace_id, given_up)
                    .order_by(table.c.id)
                )
                letters += [DeadLetter(source, *row) for row in rows]
        return letters


_TABLES = {JobSource.NOTICE: outbox, JobSource.SURFACE: surface}


def _free_from(table: Table) -> ColumnElement[Any]:
    leased_longer = table.c.lease_until > table.c.next_try_at
    return case((leased_longer, table.c.lease_until), else_=table.c.next_try_at)


def _by_state(connection: Connection, table: Table, of: ColumnElement[bool]) -> dict[str, int]:
    counted = select(table.c.state, func.count()).where(of).group_by(table.c.state)
    return {state: count for state, count in connection.execute(counted)}


def _but_for(
    table: Table,
    method: ColumnElement[Any],
    held_back: tuple[Collection[int], Collection[tuple[int, str]], Collection[tuple[int, str]]],
) -> Iterable[ColumnElement[bool]]:
    workspaces, methods, destinations = held_back
    if workspaces:
        yield table.c.workspace_id.not_in(sorted(workspaces))
    for workspace_id, name in methods:
        yield not_(and_(table.c.workspace_id == workspace_id, method == name))
    for workspace_id, name in destinations:
        yield not_(and_(table.c.workspace_id == workspace_id, table.c.destination == name))


def _surface_of(job: Job) -> SurfaceJob:
    if job.surface is None:
        raise TypeError(job.source)
    return job.surface


def _job(source: JobSource, row: RowMapping, *, priority: int, probing: bool) -> Job:
    notice = _notice(row) if source is JobSource.NOTICE else None
    mirrored = _surface(row) if source is JobSource.SURFACE else None
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
        surface=mirrored,
    )


def _method(mirrored: SurfaceJob | None) -> str:
    if mirrored is not None and mirrored.kind is SurfaceKind.HOME:
        return "views.publish"
    return "chat.postMessage" if mirrored is None or mirrored.ts is None else "chat.update"


def _notice(row: RowMapping) -> Notice:
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
    )
