"""Statements the two dialects spell through different constructs, and what every query shares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

from bot.domain.ports import Cipher
from bot.storage.cipher import NoKey


@dataclass(frozen=True, slots=True)
class Scope:
    """What a repository works in: one transaction, for one workspace, at one time."""

    connection: Connection
    dialect: str
    workspace_id: int
    now: datetime
    """Calendar time, the same for the whole unit."""
    machine_now: datetime
    cipher: Cipher = field(default_factory=NoKey)


def once(table: Table) -> Mapping[str, Insert]:
    """By dialect: an insert that leaves a row that is there already as it is."""
    return {
        "sqlite": sqlite.insert(table).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(table).on_conflict_do_nothing(),
    }
