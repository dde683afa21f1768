"""What a driver's error means to a person, and whether the database takes what is written."""

import logging
import threading
import time
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from bot.domain.errors import Conflict, HandoffError, Problem

log = logging.getLogger(__name__)

TOLD_EVERY = 60.0
"""Seconds: a full disk refuses every write, and a line for each would fill it further."""
_BUSY_SQLSTATES = frozenset({"55P03", "40P01", "40001", "57014"})
"""PostgreSQL: lock not available, deadlock, serialisation failure, query cancelled."""
_NO_RIGHT_SQLSTATE = "42501"
_BUSY_SQLITE = frozenset({5, 6})
"""SQLITE_BUSY and SQLITE_LOCKED, without their extensions."""
_READONLY_SQLITE = 8
_UNWRITABLE_SQLITE = {
    8: Problem.STORAGE_READ_ONLY,  # SQLITE_READONLY
    10: Problem.STORAGE_FAULT,  # SQLITE_IOERR
    13: Problem.STORAGE_FULL,  # SQLITE_FULL
}
READ_ONLY_SQLSTATE = "25006"
_UNWRITABLE_SQLSTATES = {
    READ_ONLY_SQLSTATE: Problem.STORAGE_READ_ONLY,
    "53100": Problem.STORAGE_FULL,  # disk_full
    "58030": Problem.STORAGE_FAULT,  # io_error
}
_DAMAGED_SQLITE = frozenset({11, 26})
"""SQLITE_CORRUPT and SQLITE_NOTADB, without their extensions."""
_DAMAGED_SQLSTATES = frozenset({"XX001", "XX002"})
"""PostgreSQL: data_corrupted and index_corrupted."""
UNWRITABLE = frozenset(_UNWRITABLE_SQLITE.values())
"""The database can be read, and takes nothing new."""
_IN_WORDS = {
    Problem.STORAGE_FULL: "the disk of the database is full",
    Problem.STORAGE_READ_ONLY: "the database may only be read",
    Problem.STORAGE_FAULT: "the disk of the database fails",
}


class StorageUnavailable(HandoffError):
    """The database cannot be reached or refuses to work; nothing was kept."""

    def __init__(self, problem: Problem = Problem.STORAGE_DOWN) -> None:
        super().__init__(problem)

    @property
    def unwritable(self) -> bool:
        """Whether it is there and only takes nothing new, which the log says by itself."""
        return self.problem in UNWRITABLE


def problem_of(error: DBAPIError, *, writes: bool) -> HandoffError | None:
    """What a driver's error means to a person; None for a mistake of ours."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        if code & 0xFF in _BUSY_SQLITE:
            return Conflict(Problem.BUSY)
        if code == _READONLY_SQLITE and not writes:
            return None  # A reader tried to write.
        if code & 0xFF in _DAMAGED_SQLITE:
            return StorageUnavailable(Problem.STORAGE_DAMAGED)
        if code & 0xFF in _UNWRITABLE_SQLITE:
            return StorageUnavailable(_UNWRITABLE_SQLITE[code & 0xFF])
    sqlstate = getattr(error.orig, "sqlstate", None)
    if sqlstate in _BUSY_SQLSTATES:
        return Conflict(Problem.BUSY)
    if sqlstate in _DAMAGED_SQLSTATES:
        return StorageUnavailable(Problem.STORAGE_DAMAGED)
    if sqlstate == _NO_RIGHT_SQLSTATE:
        return StorageUnavailable()
    if sqlstate in _UNWRITABLE_SQLSTATES and (writes or sqlstate != READ_ONLY_SQLSTATE):
        return StorageUnavailable(_UNWRITABLE_SQLSTATES[sqlstate])
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
        return StorageUnavailable()
    return None


class Damage:
    """Says in the log that the database is damaged, once a minute at most while it is met."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._told_at: float | None = None

    def note_met(self) -> None:
        """Something could not be read, or not written, because of it."""
        with self._guard:
            now = self._monotonic()
            if self._told_at is not None and now - self._told_at < TOLD_EVERY:
                return
            self._told_at = now
        log.error("the database is damaged: stop the bot and put a backup back")


class Writability:
    """What the last writes came to; said in the log when it changes, and once a minute at most."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._trouble: Problem | None = None
        self._refused = 0
        self._told_at: float | None = None
        self._said = False

    @property
    def trouble(self) -> Problem | None:
        """Why the last write was refused; None once one was taken since."""
        return self._trouble

    @property
    def refused(self) -> int:
        """How many writes were refused since the start."""
        return self._refused

    def note_refused(self, problem: Problem) -> None:
        """A write was refused, whatever wanted it."""
        with self._guard:
            self._refused += 1
            self._trouble = problem
            now = self._monotonic()
            if self._told_at is not None and now - self._told_at < TOLD_EVERY:
                return
            self._told_at, self._said = now, True
            refused = self._refused
        log.error("%s: nothing is saved or sent (%d times)", _IN_WORDS[problem], refused)

    def note_taken(self) -> None:
        """A write was committed."""
        if self._trouble is None:
            return
        with self._guard:
            self._trouble = None
            said, self._said = self._said, False
        if said:  # Little may fit into what is full for much, and then this comes and goes.
            log.warning("the database is written to again")
