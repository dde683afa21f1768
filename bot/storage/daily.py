"""What is looked at once a day: channels and people of open handoffs, and what stands there.

Channels in which nothing is open any more are looked at for who reads what was left there.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    bindparam,
    case,
    not_,
    null,
    or_,
    select,
    union,
    update,
)

from bot.domain.notices import SurfaceKind
from bot.storage.statements import Scope
from bot.storage.tables import (
    HANDOFF_OPEN,
    IS_CARD,
    IS_GUIDE,
    IS_PROMISE,
    SURFACE_STALE,
    SurfaceState,
    channel,
    handoff,
    outbox,
    person,
    standing,
    surface,
)

_WORKSPACE: Any = bindparam("b_workspace")
_MACHINE_NOW = bindparam("machine_now", type_=surface.c.next_try_at.type)


def _not_lately(table: Table) -> ColumnElement[bool]:
    return or_(table.c.looked_at.is_(None), table.c.looked_at < bindparam("before"))


def _due(table: Table, which: Any) -> Any:
    return (
        select(table.c.id, table.c.slack_id)
        .where(
            table.c.workspace_id == _WORKSPACE,
            table.c.id > bindparam("after"),
            which,
            _not_lately(table),
        )
        .order_by(table.c.id)
        .limit(bindparam("most"))
    )


def _open(part: Any) -> Any:
    return select(part).where(handoff.c.workspace_id == _WORKSPACE, HANDOFF_OPEN, part.is_not(None))


_CHANNELS = _due(channel, channel.c.id.in_(_open(handoff.c.channel_id)))
_LEFT_THERE = union(
    select(surface.c.channel_id).where(
        surface.c.workspace_id == _WORKSPACE, surface.c.ts.is_not(None), or_(IS_CARD, IS_PROMISE)
    ),
    select(outbox.c.channel_id).where(outbox.c.workspace_id == _WORKSPACE, standing(outbox)),
)
# The one that waits longest first: a round does not reach all of them.
_OVER = (
    select(channel.c.id, channel.c.slack_id)
    .where(
        channel.c.workspace_id == _WORKSPACE,
        channel.c.id.in_(_LEFT_THERE),
        channel.c.id.not_in(_open(handoff.c.channel_id)),
        _not_lately(channel),
    )
    .order_by(channel.c.looked_at.nulls_first(), channel.c.id)
    .limit(bindparam("most"))
)
_WITH_A_PART = union(
    *(
        _open(part)
        for part in (
            handoff.c.ae_id,
            handoff.c.csm_id,
            handoff.c.cs_manager_id,
            handoff.c.ae_manager_id,
        )
    ),
    select(surface.c.person_id)
    .join(handoff, handoff.c.id == surface.c.handoff_id)
    .where(handoff.c.workspace_id == _WORKSPACE, HANDOFF_OPEN, IS_GUIDE),
)
# Whoever counts as a colleague reads in channels, stands in or listens, with a part or without.
_UNSURE = or_(
    person.c.checked_at.is_(None),
    and_(
        person.c.checked_at < bindparam("before"),
        not_(or_(person.c.guest, person.c.external, person.c.bot, person.c.deactivated)),
    ),
)
_PEOPLE = _due(person, or_(person.c.id.in_(_WITH_A_PART), _UNSURE))
# What is on its way now, or may be there, is looked after by who has it.
_AT_REST = and_(
    surface.c.workspace_id == _WORKSPACE,
    surface.c.ts.is_not(None),
    surface.c.state == SurfaceState.LIVE.value,
    surface.c.maybe_sent.is_(False),
    or_(surface.c.lease.is_(None), surface.c.lease_until <= _MACHINE_NOW),
)
_STANDING = (
    select(
        surface.c.id,
        surface.c.kind,
        surface.c.handoff_id,
        surface.c.posted_in,
        surface.c.ts,
        surface.c.next_try_at,
    )
    .join(handoff, handoff.c.id == surface.c.handoff_id)
    .where(_AT_REST, HANDOFF_OPEN)
    .order_by(surface.c.id)
)
_IN_CHANNEL = _STANDING.where(
    surface.c.channel_id == bindparam("channel"), or_(IS_CARD, IS_PROMISE)
)
_WITH_PERSON = _STANDING.where(surface.c.person_id == bindparam("person"), IS_GUIDE)
_THIS = (_AT_REST, surface.c.id == bindparam("b_id"), surface.c.ts == bindparam("b_ts"))
# What waits already was not tried less often because it is looked at.
_TRIES = case((SURFACE_STALE, surface.c.attempts), else_=0)
_ANEW = {"wanted": surface.c.wanted + 1, "attempts": _TRIES, "next_try_at": _MACHINE_NOW}
_LOST = (
    update(surface)
    .where(*_THIS)
    .values(
        **_ANEW,
        ts=null(),
        posted_in=null(),
        opaque=bindparam("b_opaque"),
        not_before=bindparam("b_not_before", type_=surface.c.not_before.type),
    )
)
_DRAWN = update(surface).where(*_THIS).values(**_ANEW)


@dataclass(frozen=True)
class Standing:
    """A message that should stand somewhere."""

    id: int
    kind: SurfaceKind
    handoff_id: int
    posted_in: str
    """Slack's id of the conversation."""
    ts: str
    rests_since: datetime
    """In machine time, a little after it was sent, found or edited last."""


class Daily:
    """Whom and what to look at, and what came of it."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.grown = False
        """Whether anything is to be sent because of it."""

    def channels(self, before: datetime, *, after: int, most: int) -> list[tuple[int, str]]:
        """Channels of open handoffs, by our and Slack's id, not looked at since (machine time)."""
        return self._due(_CHANNELS, before, after, most)

    def channels_over(self, before: datetime, *, most: int) -> list[tuple[int, str]]:
        """The same of channels without one, in which something of the bot's stands all the same."""
        return self._due(_OVER, before, 0, most)

    def people(self, before: datetime, *, after: int, most: int) -> list[tuple[int, str]]:
        """The same of people with a part in an open handoff, or a guide card of one.

        And of everybody who counts as a colleague though Slack was not asked about them since.
        """
        return self._due(_PEOPLE, before, after, most)

    def in_channel(self, channel_id: int) -> list[Standing]:
        """Cards and promises of open handoffs that should stand there."""
        return self._standing(_IN_CHANNEL, channel=channel_id)

    def with_person(self, person_id: int) -> list[Standing]:
        """Guide cards of open handoffs that should stand in a person's direct messages."""
        return self._standing(_WITH_PERSON, person=person_id)

    def looked_at(self, *, channel_id: int | None = None, person_id: int | None = None) -> None:
        """Somebody or some channel was looked at just now."""
        for table, one in ((channel, channel_id), (person, person_id)):
            if one is not None:
                looked = {"looked_at": self._scope.machine_now}
                ours = table.c.workspace_id == self._scope.workspace_id
                statement = update(table).where(ours, table.c.id == one).values(**looked)
                self._scope.connection.execute(statement)

    def lost(self, gone: Iterable[Standing], *, not_before: datetime | None = None) -> int:
        """Let what is gone be posted anew, from a calendar time on; gives how many that is."""
        waits = {"b_not_before": not_before}
        return sum(
            self._change(_LOST, one, b_opaque=secrets.token_hex(16), **waits) for one in gone
        )

    def draw_anew(self, unread: Iterable[Standing]) -> int:
        """Have edited what nobody may read back: the edit tells whether it stands."""
        return sum(self._change(_DRAWN, one) for one in unread)

    def _change(self, statement: Any, one: Standing, **values: Any) -> int:
        about = {"b_id": one.id, "b_ts": one.ts, "machine_now": self._scope.machine_now}
        ours = {"b_workspace": self._scope.workspace_id}
        count = int(self._scope.connection.execute(statement, {**ours, **about, **values}).rowcount)
        self.grown |= count > 0
        return count

    def _due(
        self, statement: Any, before: datetime, after: int, most: int
    ) -> list[tuple[int, str]]:
        values = {
            "b_workspace": self._scope.workspace_id,
            "before": before,
            "after": after,
            "most": most,
        }
        return [(row.id, row.slack_id) for row in self._scope.connection.execute(statement, values)]

    def _standing(self, statement: Any, **values: Any) -> list[Standing]:
        values |= {"b_workspace": self._scope.workspace_id}
        rows = self._scope.connection.execute(
            statement, {**values, "machine_now": self._scope.machine_now}
        )
        return [
            Standing(
                row.id,
                SurfaceKind(row.kind),
                row.handoff_id,
                row.posted_in,
                row.ts,
                rests_since=row.next_try_at,
            )
            for row in rows
            if row.posted_in is not None
        ]
