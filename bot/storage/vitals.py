"""How it stands with what is due and what is to be sent, in one read that stays cheap."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Table,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    text,
)

from bot.domain.alarms import TRIED_IN_VAIN
from bot.domain.ports import Clock, MachineClock
from bot.storage.engine import Database
from bot.storage.leasing import free_from, is_answer
from bot.storage.tables import (
    DEADLINE_TO_SAY,
    DIGEST_AHEAD,
    LIGHT_CHANGES,
    ON_LEAVE,
    OUTBOX_PENDING,
    OUTBOX_TROUBLE,
    SURFACE_GIVEN_UP,
    SURFACE_STALE,
    OutboxState,
    SurfaceState,
    deadline,
    handoff,
    outbox,
    person,
    surface,
    workspace,
)
from bot.storage.types import Instant

READ_WITHIN = timedelta(seconds=1)
"""PostgreSQL gives up on a statement of such a read after so long."""


@dataclass(frozen=True)
class Vitals:
    """One look at the whole database, over all workspaces."""

    sweep_lag: timedelta
    """Since the earliest moment that is due and that no sweep has dealt with; none is nought."""
    oldest: timedelta
    """Since the oldest of what may be sent now might have been sent; nothing is nought."""
    notices: int
    """Messages that wait to be sent, for whatever reason."""
    surfaces: int
    """Messages that wait to be brought in line with their rows."""
    most_tries: int
    """How often one of them was tried in vain; each try puts it off, so it is never old."""
    in_vain: int
    """How many of them were tried so often that an admin is told."""
    stands_still: bool
    """Slack says nothing to one of those, and took no message since that was tried first."""
    unconfirmed: int
    dead: int
    refused_tokens: int
    """Workspaces whose token Slack refuses."""
    paused: int
    resting: frozenset[tuple[int, str]] = frozenset()
    """Workspaces with the methods, or families of them, that Slack asked to leave alone for now."""


def look(
    database: Database,
    *,
    clock: Clock,
    machine: MachineClock,
    pauses: Callable[[Connection], Collection[tuple[int, str]]] = lambda _: (),
) -> Vitals:
    """Read it; raises StorageUnavailable, or Conflict where no connection is free in time.

    `pauses` tells what Slack asked to leave alone, by the same read where that stands in rows.
    """
    calendar, now = clock.now(), machine.now()
    with database.reading() as connection:
        if database.dialect == "postgresql":
            limit = f"SET LOCAL statement_timeout = {READ_WITHIN // timedelta(milliseconds=1)}"
            connection.execute(text(limit))
        due = [connection.execute(one, {"now": calendar}).scalar() for one in _EARLIEST]
        ripe: list[datetime | None] = []
        unheard: list[datetime | None] = []
        waiting, tries, in_vain = [], [0], 0
        for one in _WAITING:
            row = connection.execute(one, {"now": now, "calendar": calendar}).one()
            waiting.append(row.of_it)
            ripe.append(row.since)
            tries.append(row.tries or 0)
            in_vain += row.in_vain
            unheard.append(row.unheard)
        since = max((one for one in unheard if one is not None), default=None)
        bounds = {"since": since, "now": now}
        still = since is not None and connection.execute(_TAKEN, bounds).first() is None
        failed = {row.state: row.of_it for row in connection.execute(_FAILED_NOTICES)}
        lost = {row.state: row.of_it for row in connection.execute(_FAILED_SURFACES)}
        refused, paused = connection.execute(_WORKSPACES).one()
        resting = frozenset(pauses(connection))
    return Vitals(
        sweep_lag=_since(due, calendar),
        oldest=_since(ripe, now),
        notices=waiting[0],
        surfaces=waiting[1],
        most_tries=max(tries),
        in_vain=in_vain,
        stands_still=still,
        unconfirmed=failed.get(OutboxState.UNCONFIRMED.value, 0)
        + lost.get(SurfaceState.DEAD.value, 0),
        dead=failed.get(OutboxState.DEAD.value, 0) + lost.get(SurfaceState.LIVE.value, 0),
        refused_tokens=refused,
        paused=paused,
        resting=resting,
    )


def _since(moments: list[datetime | None], now: datetime) -> timedelta:
    earliest = min((one for one in moments if one is not None), default=now)
    return max(now - earliest, timedelta(0))


def _earliest(table: FromClause, ahead: ColumnElement[bool], moment: ColumnElement[Any]) -> Any:
    """The earliest moment of each workspace that is not paused: a step into an index for each."""
    first = (
        select(func.min(moment))
        .where(table.c.workspace_id == workspace.c.id, ahead)
        .correlate(workspace)
        .scalar_subquery()
    )
    each = select(first.label("moment")).where(workspace.c.paused_at.is_(None)).subquery()
    return select(func.min(each.c.moment, type_=Instant)).where(each.c.moment <= _NOW)


_NOW = bindparam("now", type_=Instant)
_CALENDAR = bindparam("calendar", type_=Instant)
_EARLIEST = (
    _earliest(deadline, DEADLINE_TO_SAY, deadline.c.next_at),
    _earliest(handoff, LIGHT_CHANGES, handoff.c.light_at),
    _earliest(person, DIGEST_AHEAD, person.c.digest_at),
    _earliest(person, ON_LEAVE, person.c.leave_ends_at),
)


def _waits(table: Table, waiting: ColumnElement[bool]) -> Any:
    """How many wait; since when the oldest of those that may go might have, and most tries."""
    free = free_from(table)
    later = and_(table.c.not_before.is_not(None), table.c.not_before > free)
    since = case((later, table.c.not_before), else_=free)
    wanted = and_(
        or_(table.c.not_before.is_(None), table.c.not_before <= _CALENDAR),
        or_(workspace.c.paused_at.is_(None), is_answer(table)),
    )
    ripe = and_(free <= _NOW, wanted)
    often = and_(wanted, table.c.attempts >= TRIED_IN_VAIN)
    # An instant that is still to come is by a clock that was ahead, and tells nothing.
    unheard = and_(often, table.c.unheard_since <= _NOW)
    return (
        select(
            func.count().label("of_it"),
            func.min(case((ripe, since)), type_=Instant).label("since"),
            func.max(case((wanted, table.c.attempts))).label("tries"),
            func.count(case((often, 1))).label("in_vain"),
            func.max(case((unheard, table.c.unheard_since)), type_=Instant).label("unheard"),
        )
        .join_from(table, workspace, workspace.c.id == table.c.workspace_id)
        .where(waiting)
    )


_WAITING = (_waits(outbox, OUTBOX_PENDING), _waits(surface, SURFACE_STALE))
_TAKEN = (
    select(outbox.c.id)
    .where(
        outbox.c.settled_at > bindparam("since", type_=Instant),
        outbox.c.settled_at <= _NOW,
        outbox.c.state == OutboxState.SENT.value,
    )
    .limit(1)
)


def _failed(table: Table, of: ColumnElement[bool]) -> Any:
    return select(table.c.state, func.count().label("of_it")).where(of).group_by(table.c.state)


_FAILED_NOTICES = _failed(outbox, OUTBOX_TROUBLE)
_FAILED_SURFACES = _failed(surface, SURFACE_GIVEN_UP)
_WORKSPACES = select(func.count(workspace.c.blocked_at), func.count(workspace.c.paused_at))
