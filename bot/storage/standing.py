"""What the bot said in channels stands there only while nobody from outside can read it.

Such a message becomes a job again when that is no longer known: it is looked at and, where it may
not stand, taken down. Its row is then pending as before it was sent, and has its timestamp.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select, update

from bot.domain.notices import Priority
from bot.storage.statements import Scope
from bot.storage.tables import OutboxState, channel, outbox, standing

METHOD = "chat.delete"
_AGAIN: dict[str, Any] = {
    "state": OutboxState.PENDING.value,
    "method": METHOD,
    # Also in a workspace that is paused: what is taken away says nothing.
    "priority": Priority.ANSWER.value,
    "not_before": None,
    "attempts": 0,
    "reason": None,
}
_MACHINE_NOW = bindparam("machine_now", type_=outbox.c.next_try_at.type)
_OUTSIDERS = or_(channel.c.shared, channel.c.pending, channel.c.guests)
# Who reads where the bot is not cannot be found out, and is looked at when it comes back.
_UNKNOWN = and_(channel.c.checked_at.is_(None), channel.c.bot_inside)
_NEWEST = outbox.alias("newest")


def _newest(*conditions: Any) -> Any:
    # One message for each channel: the look at it tells of all the others.
    return (
        select(func.max(_NEWEST.c.id))
        .join(channel, channel.c.id == _NEWEST.c.channel_id)
        .where(standing(_NEWEST), *conditions)
        .group_by(_NEWEST.c.channel_id)
    )


_ASKED: Any = bindparam("channels", expanding=True)
_LOOK_AGAIN = (
    update(outbox)
    .where(
        outbox.c.workspace_id == bindparam("workspace"),
        standing(outbox),
        outbox.c.channel_id.in_(_ASKED),
        or_(
            outbox.c.channel_id.in_(select(channel.c.id).where(_OUTSIDERS)),
            outbox.c.id.in_(_newest(_NEWEST.c.channel_id.in_(_ASKED), _UNKNOWN)),
        ),
    )
    .values(**_AGAIN, next_try_at=_MACHINE_NOW)
)
LOOK_DAILY = (
    update(outbox)
    .where(
        outbox.c.id.in_(
            _newest(
                _NEWEST.c.settled_at.is_not(None),
                channel.c.checked_at < bindparam("checked_before"),
                channel.c.bot_inside,
            )
        )
    )
    .values(**_AGAIN, next_try_at=_MACHINE_NOW)
)
"""Of messages that are not slimmed yet, whatever events said meanwhile."""
# Shared, so that nobody notes anything of the channel until the row that stands there is settled.
_WHO_READS = (
    select(or_(_OUTSIDERS, _UNKNOWN))
    .where(channel.c.id == bindparam("id"))
    .with_for_update(read=True)
)


def look_again(scope: Scope, channel_ids: Collection[int]) -> bool:
    """Have looked at what stands in channels of which something was learned; whether any is."""
    values = {
        "workspace": scope.workspace_id,
        "channels": sorted(channel_ids),
        "machine_now": scope.machine_now,
    }
    return bool(channel_ids) and scope.connection.execute(_LOOK_AGAIN, values).rowcount > 0


def filed(connection: Connection, channel_id: int | None, *, now: datetime) -> dict[str, Any]:
    """What differs for a message that was posted, or looked at, while its channel changed."""
    unsafe = connection.execute(_WHO_READS, {"id": channel_id}).scalar()
    return {**_AGAIN, "next_try_at": now} if unsafe else {}
