"""Every row of one database brought into another, whatever the dialects, and held against it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, func, insert, select, text, update

from bot.domain.history import verify
from bot.storage.cipher import NoKey
from bot.storage.handoffs import Handoffs
from bot.storage.history import History
from bot.storage.statements import Scope
from bot.storage.tables import handoff, metadata, workspace
from bot.storage.types import EPOCH

_AT_A_TIME = 1000
"""Rows held in memory."""
_LEASE = ("lease", "lease_until")


class CopyDiffers(Exception):
    """What arrived is not what was there; the message says where."""


@dataclass(frozen=True)
class Copied:
    """What was copied and checked."""

    rows: Mapping[str, int]
    """By table, in the order of the copy."""
    histories: int
    unsound: tuple[int, ...]
    """Handoffs whose history is not sound; then it was not before, either."""


def unhurried(connection: Connection) -> None:
    """Let the statements of this transaction take their time."""
    if connection.dialect.name == "postgresql":
        for setting in (
            "statement_timeout",
            "lock_timeout",
            "idle_in_transaction_session_timeout",
        ):
            connection.execute(text(f"SET LOCAL {setting} = 0"))


def holds_anything(connection: Connection) -> bool:
    """Whether there is a workspace in a database, without which nothing else is."""
    return connection.execute(select(workspace.c.id).limit(1)).first() is not None


def empty(connection: Connection) -> None:
    """Delete every row."""
    unhurried(connection)
    for table in reversed(metadata.sorted_tables):
        for column in _of_itself(table):
            connection.execute(update(table).values({column.name: None}))
        connection.execute(delete(table))


def copy_rows(source: Connection, target: Connection, *, in_doubt_until: datetime) -> Copied:
    """Copy every row, then check it; raises CopyDiffers.

    Both schemas are this version's and the target is empty. Nothing is committed. Who held a
    lease at the source holds none in the copy; what was leased, or may have been sent, is not
    tried there before `in_doubt_until`, in machine time of the target.
    """
    unhurried(source)
    unhurried(target)
    for table in metadata.sorted_tables:
        _copy_table(table, source, target, in_doubt_until)
    if target.dialect.name == "postgresql":
        _set_sequences(target)
    return _checked(source, target)


def _copy_table(
    table: Table, source: Connection, target: Connection, in_doubt_until: datetime
) -> None:
    """Rows that point to others of the same table get that when all of them are there."""
    pointing = _of_itself(table)
    (own,) = table.primary_key.columns if pointing else (None,)
    later: list[dict[str, Any]] = []
    for rows in _batches(table, source, in_doubt_until):
        for row in rows:
            if own is not None and any(row[one.name] is not None for one in pointing):
                later.append({one.name: row[one.name] for one in (own, *pointing)})
                row |= {one.name: None for one in pointing}
        target.execute(insert(table), rows)
    for values in later:
        if own is not None:
            target.execute(update(table).where(own == values.pop(own.name)).values(values))


def _batches(
    table: Table, source: Connection, in_doubt_until: datetime
) -> Iterator[list[dict[str, Any]]]:
    found = source.execute(
        select(table).order_by(*table.primary_key.columns),
        execution_options={"yield_per": _AT_A_TIME},
    )
    for part in found.mappings().partitions():
        rows = [dict(row) for row in part]
        if _LEASE[0] in table.c:
            rows = [_in_nobodys_hands(row, in_doubt_until) for row in rows]
        yield rows


def _in_nobodys_hands(row: dict[str, Any], in_doubt_until: datetime) -> dict[str, Any]:
    """A row without its lease; what that was there for is waited out by another clock."""
    free = row | dict.fromkeys(_LEASE)
    if row["maybe_sent"] or row["lease"] is not None:
        free["next_try_at"] = max(row["next_try_at"], in_doubt_until)
    return free


def _of_itself(table: Table) -> list[Column[Any]]:
    return [
        one for one in table.columns if any(key.column.table is table for key in one.foreign_keys)
    ]


def _set_sequences(target: Connection) -> None:
    """PostgreSQL numbers on from where the source was."""
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None or column.foreign_keys:
            continue
        highest = target.execute(select(func.max(column))).scalar()
        if table is handoff:
            given = target.execute(select(func.max(workspace.c.handoffs_from))).scalar()
            highest = max((one for one in (highest, given) if one is not None), default=None)
        if highest is not None:
            number_on(target, table, highest)


def number_on(connection: Connection, table: Table, after: int) -> None:
    """Have PostgreSQL give the next row of a table a number above `after`."""
    connection.execute(
        text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :highest)"),
        {"table": table.name, "highest": after},
    )


def _checked(source: Connection, target: Connection) -> Copied:
    counts: dict[str, int] = {}
    for table in metadata.sorted_tables:
        here, there = (_count(table, one) for one in (source, target))
        if here != there:
            raise CopyDiffers(f"{table.name} has {here} rows, and {there} arrived")
        counts[table.name] = there
    return Copied(counts, counts[handoff.name], unsound_histories(target))


def _count(table: Table, connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def unsound_histories(connection: Connection) -> tuple[int, ...]:
    """The handoffs whose history is not what its hashes say."""
    found = connection.execute(
        select(handoff.c.workspace_id, handoff.c.id).order_by(handoff.c.id)
    ).all()
    return tuple(
        handoff_id
        for workspace_id, handoff_id in found
        if not _is_sound(_history(connection, workspace_id), handoff_id)
    )


def _is_sound(history: History, handoff_id: int) -> bool:
    count, head = history.head(handoff_id)
    records = history.records(handoff_id)
    return verify(records, expected_count=count, expected_head=head).sound


def _history(connection: Connection, workspace_id: int) -> History:
    scope = Scope(
        connection=connection,
        dialect=connection.dialect.name,
        workspace_id=workspace_id,
        now=EPOCH,
        machine_now=EPOCH,
        cipher=NoKey(),
    )
    return History(scope, handoffs=Handoffs(scope, away=lambda _: {}, closed=lambda _: False))
