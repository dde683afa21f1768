"""Rows in words that this version does not know, because a newer one wrote them.

While replicas are replaced one by one they are left to whoever knows them. What nobody took for
long, as after a way back to an older version, counts as not delivered, and goes once it is known.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    case,
    literal_column,
    not_,
    or_,
    select,
    update,
)

from bot.domain.deadlines import Step
from bot.domain.notices import OF_THE_CLOCK, NoticeKind, Place, Priority, SurfaceKind
from bot.domain.nudging import Stage
from bot.storage.tables import (
    OUTBOX_FAILED,
    OUTBOX_PENDING,
    SURFACE_STALE,
    OutboxState,
    outbox,
    outbox_about,
    surface,
)

NEWER = "newer_version"
"""The reason of what is given up only until a version knows it."""
LEFT_FOR = timedelta(minutes=15)
"""For so long it is left to another process, which takes it at once where there is one."""


def _among(column: ColumnElement[Any], words: Iterable[str | int]) -> ColumnElement[bool]:
    # In the statement itself: so many values would cost more to hand over than to look through.
    return column.in_([literal_column(repr(one)) for one in sorted(words)])


def word_known(table: Table) -> ColumnElement[bool]:
    """Whether this version knows what a row with a step and a stage is about."""
    return and_(
        _among(table.c.step, (one.value for one in Step)),
        _among(table.c.stage, (one.value for one in Stage)),
    )


_ABOUT_OTHERS = (
    select(outbox_about.c.outbox_id)
    .where(outbox_about.c.outbox_id == outbox.c.id, not_(word_known(outbox_about)))
    .exists()
)
_OF_THE_CLOCK = _among(outbox.c.kind, (one.value for one in OF_THE_CLOCK))
READABLE = {
    outbox: and_(
        _among(outbox.c.kind, (one.value for one in NoticeKind)),
        _among(outbox.c.place, (one.value for one in Place)),
        _among(outbox.c.priority, (one.value for one in Priority)),
        or_(not_(_OF_THE_CLOCK), not_(_ABOUT_OTHERS)),
    ),
    surface: and_(
        _among(surface.c.kind, (one.value for one in SurfaceKind)),
        or_(surface.c.step.is_(None), _among(surface.c.step, (one.value for one in Step))),
    ),
}
"""All of a row that is sent whose words could be unknown."""


def _left(table: Table, waiting: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    before = bindparam("before", type_=table.c.next_try_at.type)
    since = bindparam("since", type_=table.c.next_try_at.type)
    return (
        waiting,
        table.c.next_try_at < before,
        or_(table.c.lease.is_(None), table.c.lease_until < before),
        or_(table.c.not_before.is_(None), table.c.not_before < since),
        not_(READABLE[table]),
    )


_NOW = bindparam("now", type_=outbox.c.next_try_at.type)
# What is in doubt stays so, and is looked for by the version that knows it.
_GIVE_UP = (
    update(outbox)
    .where(*_left(outbox, OUTBOX_PENDING))
    .values(
        state=case(
            (outbox.c.maybe_sent, OutboxState.UNCONFIRMED.value), else_=OutboxState.DEAD.value
        ),
        reason=NEWER,
        settled_at=_NOW,
        lease=None,
        lease_until=None,
    ),
    update(surface)
    .where(*_left(surface, SURFACE_STALE))
    .values(shown=surface.c.wanted, reason=NEWER, lease=None, lease_until=None),
)
_AGAIN: dict[str, Any] = {"reason": None, "attempts": 0, "next_try_at": _NOW}
_TAKE_UP = (
    update(outbox)
    .where(OUTBOX_FAILED, outbox.c.reason == NEWER, READABLE[outbox])
    .values(**_AGAIN, state=OutboxState.PENDING.value, settled_at=None),
    update(surface)
    .where(surface.c.reason == NEWER, READABLE[surface])
    .values(**_AGAIN, wanted=surface.c.wanted + 1),
)


def give_up_unreadable(connection: Connection, *, now: datetime, calendar: datetime) -> None:
    """Show what nobody knew for long as not delivered; `now` is machine time."""
    values = {"now": now, "before": now - LEFT_FOR, "since": calendar - LEFT_FOR}
    for statement in _GIVE_UP:
        connection.execute(statement, values)


def take_up_readable(connection: Connection, *, now: datetime) -> int:
    """Have sent what another version gave up in that way and this one knows; gives how much."""
    return sum(connection.execute(one, {"now": now}).rowcount for one in _TAKE_UP)
