"""A database that takes nothing new, by an error of its own: on SQLite and on PostgreSQL."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, text

from bot.storage.engine import Database, StorageUnavailable
from bot.storage.probe import try_to_write

_FULL_TRIGGER = """
CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER disk_full BEFORE INSERT ON received EXECUTE FUNCTION disk_full();
"""


@contextmanager
def full(database: Database) -> Iterator[None]:
    """No page can be added to the file; on PostgreSQL the server says so of itself."""
    if database.dialect == "postgresql":
        with database.writers.connect() as connection:
            connection.execute(text(_FULL_TRIGGER))
            connection.commit()
        yield
        with database.writers.connect() as connection:
            connection.execute(text("DROP FUNCTION disk_full CASCADE"))
            connection.commit()
        return
    with sqlite_told(database, "PRAGMA max_page_count=1", "PRAGMA max_page_count=1073741823"):
        yield


@contextmanager
def read_only(database: Database) -> Iterator[None]:
    """The writer's session is told that it may not write; new ones are, too."""
    if database.dialect == "sqlite":
        with sqlite_told(database, "PRAGMA query_only=ON", "PRAGMA query_only=OFF"):
            yield
        return
    name = database.writers.url.database
    for value in ("on", "off"):
        with database.writers.connect() as connection:
            connection.execute(text("SET TRANSACTION READ WRITE"))
            connection.execute(
                text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {value}')
            )
            connection.commit()
        if value == "on":
            database.writers.dispose()
            yield


@contextmanager
def sqlite_told(database: Database, now: str, then: str) -> Iterator[None]:
    """Every connection that writes is told something, also one that is opened meanwhile."""

    def tell(connection: Any, _record: Any) -> None:
        connection.execute(now)

    with database.writers.connect() as connection:
        connection.exec_driver_sql(now)
    event.listen(database.writers, "connect", tell)
    yield
    event.remove(database.writers, "connect", tell)
    with database.writers.connect() as connection:
        connection.connection.execute(then)


def look_again(database: Database) -> None:
    """As the sweep does; a session opened in the trouble is used up first."""
    for _ in range(2):
        with contextlib.suppress(StorageUnavailable):
            try_to_write(database)
