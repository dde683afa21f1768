"""Slack gave a conversation another id: everything that names it by the old one follows.

Where the bot met the new id before it heard of this, both rows become one: what lives under the
new one goes to the old one, which has the history of the handoffs.
"""

from typing import Any

from sqlalchemy import Table, bindparam, literal, select, update

from bot.domain.notices import Place
from bot.storage.statements import Scope
from bot.storage.tables import IS_PROMISE, channel, handoff, outbox, person, surface

_OLD: Any = bindparam("b_old")
_NEW: Any = bindparam("b_new")


def _ours(table: Table) -> Any:
    return table.c.workspace_id == bindparam("b_workspace")


# Where something stands is kept by Slack's id, beside the row of the conversation.
_STANDS = (
    update(surface).where(_ours(surface), surface.c.posted_in == _OLD).values(posted_in=_NEW),
    update(outbox).where(_ours(outbox), outbox.c.sent_channel == _OLD).values(sent_channel=_NEW),
    update(person).where(_ours(person), person.c.dm_slack_id == _OLD).values(dm_slack_id=_NEW),
)
_INTO: Any = bindparam("b_into")
_FROM: Any = bindparam("b_from")
_THERE = surface.alias("there")
# A handoff that was moved under the new id has a message of a promise in both: one stays behind.
_IN_BOTH = (
    select(_THERE.c.id)
    .where(
        _THERE.c.promise_id == surface.c.promise_id,
        _THERE.c.promise_version == surface.c.promise_version,
        _THERE.c.channel_id == _INTO,
    )
    .exists()
)
_TO_PEOPLE = (Place.DM.value, Place.CHAT.value)
_LANE = literal("channel:") + bindparam("b_into_text")
_MOVES = (
    update(handoff).where(_ours(handoff), handoff.c.channel_id == _FROM).values(channel_id=_INTO),
    update(surface)
    .where(_ours(surface), surface.c.channel_id == _FROM, ~(IS_PROMISE & _IN_BOTH))
    .values(channel_id=_INTO, destination=_LANE),
    update(outbox)
    .where(_ours(outbox), outbox.c.channel_id == _FROM, outbox.c.place.not_in(_TO_PEOPLE))
    .values(channel_id=_INTO, destination=_LANE),
)
_CALL = update(channel).where(_ours(channel), channel.c.id == bindparam("b_id"))


def renumber(scope: Scope, *, old: str, new: str, ids: tuple[int | None, int | None]) -> None:
    """Let rows and places follow; `ids` are our rows of the old and of the new id, where known."""
    ours = {"b_workspace": scope.workspace_id}
    for statement in _STANDS:
        scope.connection.execute(statement, {**ours, "b_old": old, "b_new": new})
    known, twin = ids
    if known is None:
        return
    if twin is not None:
        into = {**ours, "b_into": known, "b_into_text": str(known), "b_from": twin}
        for statement in _MOVES:
            scope.connection.execute(statement, into)
        # No conversation of Slack's is called so: the row only keeps what still refers to it.
        gone = {"slack_id": f"gone:{twin}", "bot_inside": False, "checked_at": None}
        scope.connection.execute(_CALL.values(**gone), {**ours, "b_id": twin})
    changed = {"slack_id": new, "checked_at": None}
    scope.connection.execute(_CALL.values(**changed), {**ours, "b_id": known})
