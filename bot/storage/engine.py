"""One database behind two doors: reads that cannot write, and writes that take turns."""

import importlib
import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    QueuePool,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.domain.errors import Conflict, Problem
from bot.storage.failures import READ_ONLY_SQLSTATE, Damage, Writability, problem_of
from bot.storage.failures import StorageUnavailable as StorageUnavailable
from bot.storage.giving_way import GivingWay

log = logging.getLogger(__name__)

SAFE_SQLITE = (3, 51, 3)
"""Before this release a reset of the write-ahead log may corrupt the file."""
WAIT_SECONDS = 2.0
APPLICATION = "handoff-bot"
"""By this a PostgreSQL server names the bot's connections."""
MOST_OVERTAKEN = 8
"""How many may go before one who is patient, so that delivery stands still for nobody."""


class FairLock:
    """A lock that is given in the order in which it was asked for, to the patient ones last.

    Somebody waits for an act, nobody for a sender: whoever is patient lets the others go first,
    though only so many of them in a row.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._queue: deque[threading.Event] = deque()
        self._patient: deque[threading.Event] = deque()
        self._overtaken = 0
        self._held = False
        self._owner: int | None = None

    @property
    def waiting(self) -> int:
        """How many stand in the queue."""
        return len(self._queue) + len(self._patient)

    def acquire(self, wait_seconds: float, *, patient: bool = False) -> bool:
        """Wait for one's turn; False when it did not come in time."""
        me = threading.get_ident()
        with self._guard:
            if self._owner == me:
                raise RuntimeError("a thread that writes already opened another unit to write")
            if not self._held:
                self._held, self._owner = True, me
                return True
            turn = threading.Event()
            queue = self._patient if patient else self._queue
            queue.append(turn)
        turn.wait(wait_seconds)
        with self._guard:
            # Whether it came is asked under the guard: it may come just as the wait ends.
            if turn.is_set():
                self._owner = me
                return True
            queue.remove(turn)
            return False

    def release(self) -> None:
        """Hand it to the one who waits longest, of those who go first."""
        with self._guard:
            self._owner = None
            turn = self._next()
            if turn is not None:
                turn.set()
            else:
                self._held = False

    def _next(self) -> threading.Event | None:
        if self._queue and (not self._patient or self._overtaken < MOST_OVERTAKEN):
            self._overtaken = self._overtaken + 1 if self._patient else 0
            return self._queue.popleft()
        self._overtaken = 0
        return self._patient.popleft() if self._patient else None


class Database:
    """The engines of one database; opened by `open_database`."""

    def __init__(
        self,
        *,
        dialect: str,
        readers: Engine,
        writers: Engine,
        wait_seconds: float,
        sqlite_version: str | None = None,
    ) -> None:
        self.dialect = dialect
        self.sqlite_version = sqlite_version
        self._readers = readers
        self._writers = writers
        self._wait_seconds = wait_seconds
        self.giving_way = GivingWay()
        self.writability = Writability()
        self._damage = Damage()
        # SQLite has one writer; a queue of our own is fair, its busy handler is not.
        self._turn = FairLock() if dialect == "sqlite" else None

    @property
    def sqlite_safe(self) -> bool:
        """Whether it is no release of SQLite whose reset of the log may corrupt the file."""
        if self.sqlite_version is None:
            return True
        return tuple(int(part) for part in self.sqlite_version.split(".")) >= SAFE_SQLITE

    @property
    def writers(self) -> Engine:
        """The engine that may write, for migrations and measurements."""
        return self._writers

    @property
    def readers(self) -> Engine:
        """The engine whose transactions cannot write."""
        return self._readers

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection in a transaction that sees one state of the data and cannot change it."""
        with self._translated(), self._readers.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, *, patient: bool = False) -> Iterator[Connection]:
        """A connection in a writing transaction that is rolled back unless it was committed.

        Who is `patient` lets acts go first. Raises Conflict(BUSY) when others write for longer
        than the wait.
        """
        if patient:
            self.giving_way.wait()
        if self._turn is not None and not self._turn.acquire(self._wait_seconds, patient=patient):
            raise Conflict(Problem.BUSY)
        try:
            with self._translated(writes=True), self._writers.connect() as connection:
                if self.dialect == "postgresql":
                    # One that was used to read would say READ WRITE, against what its server says.
                    connection.connection.dbapi_connection.read_only = None  # type: ignore[union-attr]
                connection.begin()
                try:
                    yield connection
                except DBAPIError as error:
                    self._let_go(connection, error)
                    raise
                if not connection.in_transaction():
                    self.writability.note_taken()
        except StorageUnavailable as error:
            if error.unwritable:
                self.writability.note_refused(error.problem)
            raise
        finally:
            if self._turn is not None:
                self._turn.release()

    @contextmanager
    def _translated(self, *, writes: bool = False) -> Iterator[None]:
        try:
            yield
        except PoolTimeout as error:
            raise Conflict(Problem.BUSY) from error
        except DBAPIError as error:
            problem = problem_of(error, writes=writes)
            if problem is None:
                raise
            if problem.problem is Problem.STORAGE_DAMAGED:
                self._damage.note_met()
            raise problem from error

    def _let_go(self, connection: Connection, error: DBAPIError) -> None:
        """PostgreSQL's sessions keep what they were told at their begin; a new one may write."""
        if getattr(error.orig, "sqlstate", None) == READ_ONLY_SQLSTATE:
            connection.invalidate()
            self._writers.dispose()

    def server_now(self) -> datetime:
        """What PostgreSQL's server says the time is, in UTC; the same for all who share it."""
        with self.reading() as connection:
            return told_by_server(connection)

    def reach(self) -> None:
        """Begin to write once; raises StorageUnavailable where that is refused for any reason.

        Later the same refusal may be a mistake of ours; now it is the place.
        """
        try:
            with self.writing():
                pass
        except DBAPIError as error:
            raise StorageUnavailable from error

    def close(self) -> None:
        """Close every connection."""
        self._readers.dispose()
        self._writers.dispose()


def told_by_server(connection: Connection) -> datetime:
    """The same, asked within a transaction of PostgreSQL's."""
    told: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return told.astimezone(UTC)


def open_database(url: str, *, pool_size: int = 24, wait_seconds: float = WAIT_SECONDS) -> Database:
    """Open a database by its URL (`sqlite:///file` or `postgresql://…`).

    Raises ValueError for any other URL; nothing is connected to before the first unit of work.
    """
    parsed = checked_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(url, pool_size=pool_size, wait_seconds=wait_seconds)
    return _open_postgres(url, pool_size=pool_size, wait_seconds=wait_seconds)


def checked_url(url: str) -> URL:
    """The parts of a database's URL; raises ValueError for one that can lead to none."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError("not the URL of a database") from None
    if parsed.drivername == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise ValueError("the SQLite database must be a file")
    elif parsed.drivername not in ("postgresql", "postgresql+psycopg"):
        raise ValueError("neither SQLite nor PostgreSQL")
    elif set("[]") & set(parsed.host or ""):
        raise ValueError("the host is cut off")
    return parsed


def _open_sqlite(url: str, *, pool_size: int, wait_seconds: float) -> Database:
    driver = sqlite_driver()

    def engine(size: int) -> Engine:
        return create_engine(
            url,
            module=driver,
            poolclass=QueuePool,
            pool_size=size,
            max_overflow=0,
            pool_timeout=wait_seconds,
            pool_use_lifo=True,
            pool_reset_on_return=None,  # Every unit ends its transaction itself.
            hide_parameters=True,  # An error's text must not quote what people wrote.
            connect_args={
                # Transactions are begun by our own hooks, as the driver knows no BEGIN IMMEDIATE.
                "isolation_level": None,
                "timeout": wait_seconds,
                "check_same_thread": False,
            },
        )

    readers, writers = engine(pool_size), engine(1)
    _prepare_sqlite(readers, begin="BEGIN", only_reads=True)
    _prepare_sqlite(writers, begin="BEGIN IMMEDIATE", only_reads=False)
    return Database(
        dialect="sqlite",
        readers=readers,
        writers=writers,
        wait_seconds=wait_seconds,
        sqlite_version=driver.sqlite_version,
    )


def _prepare_sqlite(engine: Engine, *, begin: str, only_reads: bool) -> None:
    def on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        # Of its own for each connection; the file itself is in the memory of the system.
        cursor.execute("PRAGMA cache_size=-512")
        if only_reads:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)


def sqlite_driver() -> ModuleType:
    """The standard library's SQLite where it is new enough, else pysqlite3 where there is one."""
    if sqlite3.sqlite_version_info >= SAFE_SQLITE:
        return sqlite3
    try:
        newer = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        newer = None
    if newer is not None and newer.sqlite_version_info >= SAFE_SQLITE:
        return newer
    log.warning("sqlite_older_than_3.51.3: a reset of the write-ahead log may corrupt the file")
    return sqlite3


def _open_postgres(url: str, *, pool_size: int, wait_seconds: float) -> Database:
    waits = int(wait_seconds * 1000)
    settings = {
        "timezone": "UTC",
        "lock_timeout": str(waits),
        "statement_timeout": str(5 * waits),
        "idle_in_transaction_session_timeout": "30000",
    }
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=wait_seconds,
        pool_use_lifo=True,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "connect_timeout": max(2, int(wait_seconds)),
            "application_name": APPLICATION,
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        },
    )
    # One state of the data for all statements of a read, as SQLite gives it by itself.
    readers = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Database(
        dialect="postgresql", readers=readers, writers=engine, wait_seconds=wait_seconds
    )
