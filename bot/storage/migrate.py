"""Bringing a database to the schema this version expects."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.storage.engine import Database

_LOCK = 7_205_759_403
"""Any number, as long as every replica takes the same one."""


def _nothing(_connection: Connection, _revision: str) -> None:
    return None


class UnknownSchema(Exception):
    """The database was made by another version of the bot, which this one does not know."""


@dataclass(frozen=True)
class Schema:
    """How far the tables of a database are, beside those of this version."""

    at: str | None
    """The step they are at; None where there are none of the bot's."""
    newest: str
    """The step this version ends at."""
    pending: int | None
    """How many steps are missing; None where a newer version has gone further."""

    @property
    def current(self) -> bool:
        """Whether they are this version's."""
        return self.at == self.newest


def schema_of(database: Database) -> Schema:
    """How far the tables of a database are; nothing is changed."""
    with _steps() as config, database.reading() as connection:
        at, scripts = revision_of(connection), ScriptDirectory.from_config(config)
        newest = str(scripts.get_current_head())
        if at == newest:
            return Schema(at, newest, 0)
        known = [one.revision for one in scripts.walk_revisions()]  # The newest first.
        if at is None:
            return Schema(at, newest, len(known))
        return Schema(at, newest, known.index(at) if at in known else None)


def migrate(database: Database, *, before: Callable[[Connection, str], None] = _nothing) -> None:
    """Run the steps still missing, in one transaction; replicas that start together take turns.

    `before` is called with the revision of a database that has steps before it, before the first
    of them; nobody writes meanwhile. Raises UnknownSchema for one of a newer version.
    """
    with _steps() as config, database.writing() as connection:
        if database.dialect == "postgresql":
            # Another replica's migration may take longer than an act may wait.
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        revision = revision_of(connection)
        if revision is not None:
            scripts = ScriptDirectory.from_config(config)
            if revision not in {one.revision for one in scripts.walk_revisions()}:
                raise UnknownSchema(revision)
            if revision == scripts.get_current_head():
                # As at nearly every start, which would read all steps once more for nothing.
                connection.commit()
                return
            before(connection, revision)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def revision_of(connection: Connection) -> str | None:
    """The step a database is at; None where it has no table of the bot's."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """The step this version ends at."""
    with _steps() as config:
        return str(ScriptDirectory.from_config(config).get_current_head())


@contextmanager
def _steps() -> Iterator[Config]:
    with resources.as_file(resources.files("bot.storage.migrations")) as scripts:
        config = Config()
        config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        yield config
