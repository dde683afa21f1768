"""The history as rows: exact bytes chained by their hashes, the values kept beside them."""

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, bindparam, delete, func, insert, literal, or_, select

from bot.domain.access import Audience
from bot.domain.handoff import Handoff
from bot.domain.history import (
    SALT_BYTES,
    Event,
    Fact,
    Record,
    Tag,
    canonical,
    instant_text,
    link,
)
from bot.storage.handoffs import Chain, Handoffs
from bot.storage.statements import Scope
from bot.storage.tables import event, event_value

_EVENTS = (
    select(event.c.seq, event.c.body, event.c.hash, event.c.tag, event.c.at, event.c.actor_id)
    .where(
        event.c.workspace_id == bindparam("workspace"), event.c.handoff_id == bindparam("handoff")
    )
    .order_by(event.c.seq)
)
_VALUES = select(
    event_value.c.seq, event_value.c.field, event_value.c.salt, event_value.c.value
).where(
    event_value.c.workspace_id == bindparam("workspace"),
    event_value.c.handoff_id == bindparam("handoff"),
)
_VALUE = select(event_value.c.value).where(
    event_value.c.workspace_id == bindparam("workspace"),
    event_value.c.handoff_id == bindparam("handoff"),
    event_value.c.seq == bindparam("seq"),
    event_value.c.field == bindparam("field"),
)
_REASONS = (
    select(
        event.c.tag,
        event.c.at,
        event.c.actor_id,
        event.c.body,
        event_value.c.field,
        event_value.c.value,
    )
    .join(
        event_value,
        (event_value.c.handoff_id == event.c.handoff_id) & (event_value.c.seq == event.c.seq),
    )
    .where(
        event.c.workspace_id == bindparam("workspace"),
        event.c.handoff_id == bindparam("handoff"),
        event_value.c.field == "reason",
        # Whoever gave a reason goes on reading that one, whatever part they have now.
        or_(
            literal(Audience.REASONS.value).in_(bindparam("audiences", expanding=True)),
            event.c.actor_id == bindparam("reader"),
        ),
    )
    .order_by(event.c.seq)
)
_FIRST = select(func.min(event.c.at)).where(
    event.c.workspace_id == bindparam("workspace"),
    event.c.handoff_id == bindparam("handoff"),
    event.c.tag.in_(bindparam("tags", expanding=True)),
)
_DONE = (
    select(event.c.body)
    .where(
        event.c.workspace_id == bindparam("workspace"),
        event.c.handoff_id == bindparam("handoff"),
        event.c.tag == bindparam("tag"),
    )
    .order_by(event.c.seq)
)
_DONE_BY = _DONE.where(event.c.actor_id == bindparam("actor"))
_LAST = select(func.coalesce(func.max(event.c.seq), 0)).where(
    event.c.workspace_id == bindparam("workspace"),
    event.c.handoff_id == bindparam("handoff"),
    event.c.tag.in_(bindparam("tags", expanding=True)),
)
_ADD = insert(event)
_ADD_VALUES = insert(event_value)
_ERASE = delete(event_value).where(
    event_value.c.workspace_id == bindparam("b_workspace"),
    event_value.c.handoff_id == bindparam("b_handoff"),
    event_value.c.seq == bindparam("b_seq"),
    event_value.c.field == bindparam("b_field"),
)


@dataclass(frozen=True)
class Reason:
    """Why somebody did something, in their own words; for those who may read reasons."""

    tag: Tag
    at: datetime
    actor_id: int | None
    field: str
    value: str
    number: int | None = None
    """Of the promise it is about, where it is about one."""


class History:
    """The histories of one workspace's handoffs."""

    def __init__(self, scope: Scope, *, handoffs: Handoffs) -> None:
        self._scope = scope
        self._handoffs = handoffs

    def records(self, handoff_id: int) -> list[Record]:
        """The whole chain with the values still kept, in order."""
        values: dict[int, dict[str, tuple[bytes, str]]] = {}
        for row in self._execute(_VALUES, handoff_id):
            values.setdefault(row.seq, {})[row.field] = (row.salt, row.value)
        return [
            Record(
                row.seq,
                row.body.encode(),
                row.hash,
                values.get(row.seq, {}),
                {
                    "handoff": handoff_id,
                    "seq": row.seq,
                    "tag": row.tag,
                    "at": instant_text(row.at),
                    "actor": row.actor_id,
                },
            )
            for row in self._execute(_EVENTS, handoff_id)
        ]

    def head(self, handoff_id: int) -> Chain:
        """Length and head as the handoff's own row has them; raises NotFound."""
        return self._handoffs.chain(handoff_id)

    def reasons(
        self, handoff_id: int, *, audiences: Collection[Audience], reader: int | None = None
    ) -> list[Reason]:
        """The reasons given and not erased, in order, as far as a reader may read them.

        With `reader` those they gave themselves are among them.
        """
        may_read = {"audiences": [one.value for one in audiences], "reader": reader}
        return [
            Reason(
                Tag(row.tag),
                row.at,
                row.actor_id,
                row.field,
                row.value,
                json.loads(row.body)["facts"].get("number"),
            )
            for row in self._execute(_REASONS, handoff_id, **may_read)
        ]

    def value(self, handoff_id: int, seq: int, field: str) -> str | None:
        """One value of an event, for whom it was meant; None where it has none, or it is erased."""
        found = self._execute(_VALUE, handoff_id, seq=seq, field=field).scalar()
        return str(found) if found is not None else None

    def facts_of(
        self, handoff_id: int, tag: Tag, actor_id: int | None = None
    ) -> list[Mapping[str, Any]]:
        """The facts of what one person did, or anybody, each time they did it, in order."""
        if actor_id is None:
            found = self._execute(_DONE, handoff_id, tag=tag.value)
        else:
            found = self._execute(_DONE_BY, handoff_id, tag=tag.value, actor=actor_id)
        return [json.loads(row.body)["facts"] for row in found]

    def first_of(self, handoff_id: int, tags: Collection[Tag]) -> datetime | None:
        """When the first event with one of the tags happened; None where there is none."""
        wanted = [tag.value for tag in tags]
        found: datetime | None = self._execute(_FIRST, handoff_id, tags=wanted).scalar_one()
        return found

    def last_of(self, handoff_id: int, tags: Collection[Tag]) -> int:
        """The number of the last such event; 0 where there is none."""
        wanted = [tag.value for tag in tags]
        return int(self._execute(_LAST, handoff_id, tags=wanted).scalar_one())

    def _execute(self, statement: Any, handoff_id: int, **more: Any) -> CursorResult[Any]:
        values = {"workspace": self._scope.workspace_id, "handoff": handoff_id, **more}
        return self._scope.connection.execute(statement, values)


class WritableHistory(History):
    """The histories, which only grow, and their values, which may be erased."""

    def append(
        self, handoff_id: int, events: Sequence[Event], chain: Chain
    ) -> tuple[Chain, list[tuple[int, Event]]]:
        """Add events behind a chain; gives the new chain and the events with their numbers."""
        seq, head = chain
        numbered: list[tuple[int, Event]] = []
        rows: list[Mapping[str, Any]] = []
        values: list[Mapping[str, Any]] = []
        for one in events:
            seq += 1
            salts = {name: secrets.token_bytes(SALT_BYTES) for name in one.values}
            body = canonical(handoff=handoff_id, seq=seq, event=one, salts=salts)
            head = link(head, body)
            numbered.append((seq, one))
            place = {
                "handoff_id": handoff_id,
                "seq": seq,
                "workspace_id": self._scope.workspace_id,
            }
            rows.append(
                {
                    **place,
                    "tag": one.tag.value,
                    "at": one.at,
                    "actor_id": one.actor,
                    "body": body.decode(),
                    "hash": head,
                }
            )
            values.extend(
                {**place, "field": name, "salt": salts[name], "value": value}
                for name, value in one.values.items()
            )
        if rows:
            self._scope.connection.execute(_ADD, rows)
        if values:
            self._scope.connection.execute(_ADD_VALUES, values)
        return (seq, head), numbered

    def erase(
        self,
        of: Handoff,
        fields: Sequence[tuple[int, str]],
        *,
        actor_id: int | None,
        places: Mapping[str, int] | None = None,
    ) -> None:
        """Delete values for good and note on the handoff which; its next save keeps the note.

        `places` are all that was erased with them: how many cells of which kind.
        """
        values = [
            {
                "b_workspace": self._scope.workspace_id,
                "b_handoff": of.id,
                "b_seq": seq,
                "b_field": name,
            }
            for seq, name in fields
        ]
        if values:
            self._scope.connection.execute(_ERASE, values)
        facts: dict[str, Fact] = {
            "seqs": [seq for seq, _ in fields],
            "fields": [name for _, name in fields],
        }
        if places is not None:
            kinds = sorted(places)
            facts |= {"kinds": kinds, "cells": [places[kind] for kind in kinds]}
        of.events.append(Event(Tag.ERASED, self._scope.now, actor_id, facts))
