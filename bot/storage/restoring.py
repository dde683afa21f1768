"""After a restore: what may stand in Slack since the backup is looked for before it is said.

A backup knows nothing of what was posted after it was made. So everything it holds as unsent
starts as *maybe sent*, every message that mirrors rows is looked for, and what the clock decides
anew is, too (`WriteUnit.look_first`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, func, literal, or_, select, update

from bot.domain.notices import FILES, SurfaceKind
from bot.storage.copying import number_on, unhurried
from bot.storage.tables import (
    HANDOFF_OPEN,
    IS_HOME,
    OUTBOX_PENDING,
    SURFACE_STALE,
    SurfaceState,
    handoff,
    outbox,
    received,
    surface,
    workspace,
)
from bot.storage.types import EPOCH, Instant

POSTED = frozenset({"chat.postMessage", "chat.postEphemeral"})
"""What must not be repeated; all else may be."""
_ROUND = 1000
"""Handoffs begin at the next but one of these: so many are not started between two backups."""
_KNOWN = (
    outbox.c.created_at,
    outbox.c.settled_at,
    outbox.c.first_try_at,
    surface.c.first_try_at,
    received.c.received_at,
)


@dataclass(frozen=True)
class InDoubt:
    """What will be looked for in Slack."""

    notices: int
    messages: int
    """Cards, guide cards and messages of promises."""
    since: datetime
    """Machine time of the last thing the backup knows of."""
    until: datetime
    """Machine time before which nothing is looked for."""
    next_handoff: int


def put_in_doubt(connection: Connection, *, until: datetime) -> InDoubt:
    """Have everything looked for that may have been said since the last thing that is known.

    Nothing is committed. What was posted after that instant has no row here; all that was posted
    before it has. Nothing is looked for before `until`, in machine time: until then Slack may
    still accept what the process before had in hand, and what that was no row tells.
    """
    unhurried(connection)
    since = _last_known(connection)
    notices = connection.execute(_notices(since, until)).rowcount
    messages = connection.execute(_surfaces(since, until)).rowcount
    highest = connection.execute(select(func.max(handoff.c.id))).scalar() or 0
    given = _ROUND * (highest // _ROUND + 2) - 1
    connection.execute(
        update(workspace).values(
            restored_from=since, restored_at=None, in_doubt_until=until, handoffs_from=given
        )
    )
    if connection.dialect.name == "postgresql":
        number_on(connection, handoff, given)
    return InDoubt(notices, messages, since, until, given + 1)


def _last_known(connection: Connection) -> datetime:
    found: Iterable[datetime | None] = (
        connection.execute(select(func.max(column))).scalar() for column in _KNOWN
    )
    return max((one for one in found if one is not None), default=EPOCH)


def _notices(since: datetime, until: datetime) -> Any:
    fresh = outbox.c.maybe_sent.is_(False)
    by_nothing = and_(fresh, outbox.c.kind.in_(sorted(one.value for one in FILES)))
    return (
        update(outbox)
        .where(OUTBOX_PENDING, outbox.c.ts.is_(None), outbox.c.method.in_(sorted(POSTED)))
        .values(
            maybe_sent=True,
            first_try_at=case((fresh, literal(since, Instant)), else_=outbox.c.first_try_at),
            # A file bears no mark, and under which id it may have been sent is not known.
            opaque=case((by_nothing, ""), else_=outbox.c.opaque),
            next_try_at=until,
            lease=None,
            lease_until=None,
        )
    )


def _surfaces(since: datetime, until: datetime) -> Any:
    """Also those that stand: one may have been deleted or renewed, and all show later rows."""
    alive = select(handoff.c.id).where(HANDOFF_OPEN)
    fresh = surface.c.maybe_sent.is_(False)
    guides = surface.c.kind == SurfaceKind.GUIDE.value
    return (
        update(surface)
        .where(
            ~IS_HOME,
            or_(SURFACE_STALE, surface.c.handoff_id.in_(alive)),
            or_(surface.c.state == SurfaceState.LIVE.value, guides),
        )
        .values(
            maybe_sent=True,
            first_try_at=case((fresh, literal(since, Instant)), else_=surface.c.first_try_at),
            wanted=surface.c.wanted + 1,
            state=SurfaceState.LIVE.value,
            next_try_at=until,
            attempts=0,
            lease=None,
            lease_until=None,
        )
    )
