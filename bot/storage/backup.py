"""Backups: one SQLite file, whatever the database; it is whole before it has its name."""

import contextlib
import errno
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import make_url

from bot.storage.copying import copy_rows
from bot.storage.engine import Database, open_database, sqlite_driver
from bot.storage.migrate import migrate, newest_revision, revision_of
from bot.storage.types import EPOCH

_MINE_ALONE = 0o600
_BUSY = frozenset({5, 6})
"""SQLITE_BUSY and SQLITE_LOCKED, without their extensions."""
_DATED = "handoff-%Y%m%dT%H%M%SZ.db"
_IS_DATED = re.compile(r"handoff-\d{8}T\d{6}Z\.db")


class NoBackup(Exception):
    """There is no sound backup in this file; the message is a sentence that says why."""


class InUse(Exception):
    """Another process has this database open."""


@dataclass(frozen=True)
class Contents:
    """What a backup holds, as it was read back from it."""

    handoffs: int
    people: int
    waiting: int
    """Messages that were not sent yet."""
    bytes: int


def file_of(database: Database) -> Path:
    """The file of a SQLite database."""
    return Path(str(database.writers.url.database))


def dated(folder: Path, now: datetime) -> Path:
    """The backup of a moment in a folder of such."""
    return folder / now.strftime(_DATED)


def keep_newest(folder: Path, most: int) -> list[Path]:
    """Delete all dated backups of a folder but so many of the newest; gives those that went."""
    found = sorted(one for one in folder.iterdir() if _IS_DATED.fullmatch(one.name))
    gone = found[:-most] if most > 0 else []
    for one in gone:
        one.unlink()
    return gone


def back_up(database: Database, to: Path) -> Contents:
    """Write a backup while the bot runs; nothing has the name `to` before it was read back.

    Raises FileExistsError where there is something, OSError where it cannot be written, NoBackup
    where the database is not at this version's schema or what was written cannot be read.
    """
    if to.exists():
        raise FileExistsError(to)
    with unfinished(to) as part:
        if database.dialect == "sqlite":
            vacuum_into(file_of(database), part)
        else:
            _copy_into(database, part)
        found = look_into(part)
        _force(part)
        _name(part, to)
    _force(to.parent)
    return found


def _name(part: Path, to: Path) -> None:
    """Unlike a rename a link takes no other file's place, should one have come meanwhile."""
    try:
        os.link(part, to)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP):
            raise
        # A file system without links, as of some shared folders.
        part.rename(to)


def keep_aside(source: Path, revision: str, now: datetime) -> Path:
    """Keep a copy of a SQLite database beside it, named for the step of the schema it is at."""
    to = source.with_name(f"{source.name}.{revision}-{now:%Y%m%dT%H%M%SZ}")
    with unfinished(to) as part:
        vacuum_into(source, part)
        _force(part)
        _name(part, to)
    _force(to.parent)
    return to


def vacuum_into(source: Path, to: Path) -> None:
    """A compact copy of a SQLite database at one moment; who writes to it is not held up."""
    driver = sqlite_driver()
    with closing(driver.connect(str(source), isolation_level=None)) as connection:
        try:
            connection.execute("VACUUM INTO ?", (str(to),))
        except (driver.OperationalError, driver.DatabaseError) as error:
            raise NoBackup(f"SQLite could not copy the database ({error}).") from None


def _copy_into(database: Database, part: Path) -> None:
    copy = open_database(f"sqlite:///{part}")
    try:
        with database.reading() as source:
            if revision_of(source) != newest_revision():
                raise NoBackup(
                    "The database is not at this version's tables; run handoff-bot migrate first."
                )
            migrate(copy)
            with copy.writing() as target:
                # The wait for what is in doubt begins when it is restored.
                copy_rows(source, target, in_doubt_until=EPOCH)
                target.commit()
    finally:
        copy.close()
    into_one_file(part)


def into_one_file(path: Path) -> None:
    """Leave nothing of a SQLite database outside of its file; raises InUse or NoBackup."""
    driver = sqlite_driver()
    try:
        with closing(driver.connect(str(path), isolation_level=None, timeout=0)) as connection:
            _alone(connection)
            connection.execute("PRAGMA journal_mode=DELETE")
    except driver.DatabaseError as error:
        raise NoBackup(f"SQLite could not finish the file ({error}).") from None


def in_use(path: Path) -> bool:
    """Whether another process has a SQLite database open."""
    driver = sqlite_driver()
    try:
        opened = driver.connect(str(path), isolation_level=None, timeout=0)
    except driver.OperationalError:
        return False  # Whoever goes on to open it says why that cannot be done.
    with closing(opened) as connection:
        try:
            _alone(connection)
        except InUse:
            return True
        except driver.DatabaseError:
            # Damaged: whoever had it open would have found that, too.
            return False
    return False


def _alone(connection: Any) -> None:
    """Take the lock that only who is alone can take; raises InUse."""
    try:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
    except sqlite_driver().OperationalError as error:
        if error.sqlite_errorcode & 0xFF in _BUSY:
            raise InUse from None
        raise


def holds_nothing(path: Path) -> bool:
    """Whether there is no workspace in a SQLite database; a damaged one holds something."""
    driver = sqlite_driver()
    with closing(driver.connect(str(path), isolation_level=None)) as connection:
        try:
            named = "SELECT count(*) FROM sqlite_master WHERE name = 'workspace'"
            return not _number(connection, named) or not _number(
                connection, "SELECT count(*) FROM workspace"
            )
        except driver.DatabaseError:
            return False


def set_aside(path: Path, ending: str) -> Path:
    """Give a SQLite database another name, also a damaged one; raises InUse."""
    with contextlib.suppress(NoBackup):
        into_one_file(path)
    to = path.with_name(f"{path.name}.{ending}")
    for beside in ("-wal", "-shm", "-journal"):
        if Path(f"{path}{beside}").exists():
            Path(f"{path}{beside}").rename(f"{to}{beside}")
    path.rename(to)
    return to


def look_into(path: Path) -> Contents:
    """What a backup holds; raises NoBackup unless it is whole and of the bot's making."""
    driver = sqlite_driver()
    try:
        address = f"{path.resolve().as_uri()}?mode=ro"
        with closing(driver.connect(address, uri=True, isolation_level=None)) as connection:
            wrong = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if wrong != "ok":
                raise NoBackup(f"{path} is damaged ({' '.join(wrong.split())}).")
            if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise NoBackup(f"{path} is damaged: a row refers to one that is not there.")
            handoffs, people, waiting = (_number(connection, one) for one in _COUNTS)
            return Contents(handoffs, people, waiting, path.stat().st_size)
    except driver.DatabaseError:
        raise NoBackup(f"{path} is no backup of the bot's.") from None


_COUNTS = (
    "SELECT count(*) FROM handoff",
    "SELECT count(*) FROM person",
    "SELECT count(*) FROM outbox WHERE state = 'pending'",
)


def _number(connection: Any, statement: str) -> int:
    return int(connection.execute(statement).fetchone()[0])


@contextmanager
def unfinished(to: Path) -> Iterator[Path]:
    """An empty file beside one that is to be, for its owner alone; it is gone afterwards."""
    handle, name = tempfile.mkstemp(prefix=f".{to.name}.", dir=to.parent)
    os.close(handle)
    part = Path(name)
    part.chmod(_MINE_ALONE)
    try:
        yield part
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            Path(f"{part}{ending}").unlink(missing_ok=True)


def put_in_place(part: Path, to: Path) -> None:
    """Give a whole file its name, and have both outlast a power cut."""
    _force(part)
    part.replace(to)
    _force(to.parent)


def _force(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def file_named(url: str) -> Path | None:
    """The SQLite file that a database's URL names, there or not; None for a server's database."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    named = str(parsed.database)
    if named.startswith("file:"):  # SQLite takes an address of its own as well.
        return Path(unquote(urlsplit(named).path))
    return Path(named)
