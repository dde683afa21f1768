"""The buckets of Slack's rates as rows, so that all replicas take from the same ones."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, bindparam, delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.engine import Database
from bot.storage.tables import rate

FORGET_AFTER = timedelta(hours=1)
"""How long a conversation's bucket is kept once it is full; a minute would do."""


class RateKey(NamedTuple):
    """A method or family of methods in a workspace, or with a destination one conversation."""

    workspace_id: int
    family: str
    destination: str = ""


@dataclass(frozen=True)
class Kept:
    """A bucket as the last call left it, all instants in machine time."""

    tokens: float
    at: datetime
    per_second: float
    """Tokens; less than the full rate after Slack said that it was too much."""
    slowed_at: datetime
    paused_until: datetime
    opens_at: datetime
    """From when on nobody has to wait, at the latest."""


_COLUMNS = ("tokens", "at", "per_second", "slowed_at", "paused_until", "opens_at")
_KEY = ("workspace_id", "family", "destination")
_CLOSED = select(rate).where(rate.c.opens_at > bindparam("now", type_=rate.c.opens_at.type))
_LOAD = (
    select(rate)
    .where(
        tuple_(*(rate.c[name] for name in _KEY)).in_(bindparam("keys", expanding=True)),
    )
    .order_by(*(rate.c[name] for name in _KEY))
    .with_for_update()
)
_FORGET = delete(rate).where(
    rate.c.destination != "",
    rate.c.opens_at < bindparam("before", type_=rate.c.opens_at.type),
)


def _upsert(dialect: str) -> Any:
    insert = sqlite.insert(rate) if dialect == "sqlite" else postgresql.insert(rate)
    changed = {name: insert.excluded[name] for name in _COLUMNS}
    return insert.on_conflict_do_update(index_elements=_KEY, set_=changed)


_KEEP = {dialect: _upsert(dialect) for dialect in ("sqlite", "postgresql")}


class RateRows:
    """Buckets in rows. A change locks those it is about until its transaction ends."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def changing(
        self, keys: Sequence[RateKey], within: Connection | None = None, /
    ) -> Iterator[dict[RateKey, Kept]]:
        """The buckets of these keys that are there; what is put in is kept.

        `within` is a writing transaction to do it in; without one it has its own.
        """
        if within is not None:
            with self._changing(keys, within) as found:
                yield found
            return
        with self._database.writing() as connection:
            with self._changing(keys, connection) as found:
                yield found
            connection.commit()

    def closed(self, now: datetime, within: Connection | None = None, /) -> Mapping[RateKey, Kept]:
        """Those for which somebody may have to wait."""
        if within is None:
            with self._database.reading() as connection:
                return self.closed(now, connection)
        return _by_key(within.execute(_CLOSED, {"now": now}).mappings().all())

    @contextmanager
    def _changing(
        self, keys: Sequence[RateKey], connection: Connection
    ) -> Iterator[dict[RateKey, Kept]]:
        found = _by_key(connection.execute(_LOAD, {"keys": list(keys)}).mappings().all())
        before = dict(found)
        yield found
        # Two who meet a key for the first time at once both begin with a full bucket: then one
        # call too many is made, in all the time that there is this row.
        changed = [_row(key, kept) for key, kept in found.items() if before.get(key) != kept]
        if changed:
            connection.execute(_KEEP[self._database.dialect], changed)


def forget_rates(connection: Connection, now: datetime) -> None:
    """Drop the buckets of conversations that have been full for long."""
    connection.execute(_FORGET, {"before": now - FORGET_AFTER})


def _by_key(rows: Iterable[RowMapping]) -> dict[RateKey, Kept]:
    return {
        RateKey(*(row[name] for name in _KEY)): Kept(*(row[name] for name in _COLUMNS))
        for row in rows
    }


def _row(key: RateKey, kept: Kept) -> dict[str, Any]:
    return {**key._asdict(), **{name: getattr(kept, name) for name in _COLUMNS}}
