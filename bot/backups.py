"""The commands that keep, bring back and move a database; what goes wrong is one sentence."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from bot.bootstrap import constants_of, machine_clock, migrated, opened
from bot.clock.clocks import SystemClock
from bot.domain.errors import Conflict, Problem
from bot.settings import Settings
from bot.storage import backup
from bot.storage.backup import Contents, InUse, NoBackup
from bot.storage.copying import (
    Copied,
    CopyDiffers,
    copy_rows,
    empty,
    holds_anything,
    unsound_histories,
)
from bot.storage.engine import (
    APPLICATION,
    Database,
    StorageUnavailable,
    checked_url,
    open_database,
)
from bot.storage.migrate import UnknownSchema, migrate, schema_of
from bot.storage.restoring import InDoubt, put_in_doubt

FOLDER = Path("backups")
_STAMP = "%Y%m%dT%H%M%SZ"
RUNNING = "A bot runs on this database; stop it first."
_FULL = (
    "The database already holds a workspace. To restore over it say --replace; what it holds is "
    "kept aside."
)


class BackupError(Exception):
    """It was not done; the message is one sentence that says why."""


def back_up(settings: Settings, *, to: Path | None, keep: int = 0) -> list[str]:
    """Write a backup into a file, or under a dated name into a folder; gives what to print.

    With `keep` older dated files of the folder go once the new one was read back. Raises
    BackupError.
    """
    place = to or FOLDER
    if to is not None and not to.suffix and not to.exists():
        # Taken for a file it would be written once, and be in the way on the next night.
        raise BackupError(f"{to}: there is no such folder; make it first, or name a file.db.")
    file, folder = place, None
    with _sentences(place):
        if to is None or place.is_dir():
            place.mkdir(mode=0o700, exist_ok=True)
            file, folder = backup.dated(place, SystemClock().now()), place
    if keep and folder is None:
        raise BackupError("--keep: there are older backups only in a folder; name one with --to.")
    with (
        _sentences(file, silent="DATABASE_URL"),
        closing(_reached(settings.database_url)) as database,
    ):
        held = backup.back_up(database, file)
        gone = backup.keep_newest(folder, keep) if folder is not None else []
    told = [f"{file}: {_holds(held)}, read back and sound."]
    return [*told, f"{len(gone)} older backup(s) deleted."] if gone else told


def restore(settings: Settings, file: Path | None, *, replace: bool = False) -> list[str]:
    """Bring a backup into the database of the settings, or with None take what is there for one.

    What it does not know of is looked for in Slack from the next start on. Gives what to print;
    raises BackupError.
    """
    if file is None:
        with _sentences("DATABASE_URL"):
            return _in_place(settings)
    with _sentences(file):
        if not file.is_file():
            raise BackupError(f"{file}: there is no such file.")
        backup.look_into(file)
    target = _own_file(settings.database_url)
    with _sentences(target or "DATABASE_URL"):
        if target is not None:
            return _into_file(settings, file, target, replace=replace)
        return _into_server(settings, file, replace=replace)


def _into_file(settings: Settings, file: Path, target: Path, *, replace: bool) -> list[str]:
    if target.exists():
        if backup.in_use(target):
            raise BackupError(RUNNING)
        if not replace and not backup.holds_nothing(target):
            raise BackupError(_FULL)
    until = SystemClock().now() + _in_hand(settings)
    with backup.unfinished(target) as part:
        doubt, held, unsound = _prepared(file, part, until=until)
        kept = None
        if target.exists():
            kept = backup.set_aside(target, f"before-restore-{SystemClock().now():{_STAMP}}")
        backup.put_in_place(part, target)
    told = [f"What was there is kept as {kept.name}."] if kept is not None else []
    return [*_restored(held, doubt, unsound), *told]


def _into_server(settings: Settings, file: Path, *, replace: bool) -> list[str]:
    told = []
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(opened(settings)) as database,
    ):
        _refuse_running(database)
        migrated(database)
        with database.reading() as connection:
            full = holds_anything(connection)
        if full and not replace:
            raise BackupError(_FULL)
        if full:
            kept = file.with_name(f"before-restore-{SystemClock().now():{_STAMP}}.db")
            with _sentences(kept, silent="DATABASE_URL"):
                backup.back_up(database, kept)
            told = [f"What was there is kept as {kept}."]
        part = Path(folder) / "restored.db"
        until = machine_clock(database).now() + _in_hand(settings)
        with _sentences(folder):
            doubt, held, unsound = _prepared(file, part, until=until)
        with (
            closing(open_database(f"sqlite:///{part}")) as restored,
            restored.reading() as source,
            database.writing() as target,
        ):
            empty(target)
            copy_rows(source, target, in_doubt_until=until)
            target.commit()
    return [*_restored(held, doubt, unsound), *told]


def _in_hand(settings: Settings) -> timedelta:
    """How long after its end what a bot was sending may still be accepted: as long as its lease."""
    return constants_of(settings).lease


def _prepared(
    file: Path, part: Path, *, until: datetime
) -> tuple[InDoubt, Contents, tuple[int, ...]]:
    """A copy of the backup at this version's tables in which all that is unsent is in doubt."""
    backup.vacuum_into(file, part)
    with closing(open_database(f"sqlite:///{part}")) as database:
        try:
            migrate(database)
        except UnknownSchema:
            raise BackupError(_NEWER.format(file)) from None
        with database.writing() as connection:
            doubt = put_in_doubt(connection, until=until)
            unsound = unsound_histories(connection)
            connection.commit()
    backup.into_one_file(part)
    return doubt, backup.look_into(part), unsound


def _in_place(settings: Settings) -> list[str]:
    target = _own_file(settings.database_url)
    if target is not None:
        if not target.exists():
            raise BackupError("DATABASE_URL: there is no database; name the backup to restore.")
        if backup.in_use(target):
            raise BackupError(RUNNING)
    with closing(opened(settings)) as database:
        _refuse_running(database)
        if _holds_nothing(database):
            raise BackupError("The database is empty; name the backup to restore.")
        migrated(database)
        until = machine_clock(database).now() + _in_hand(settings)
        with database.writing() as connection:
            doubt = put_in_doubt(connection, until=until)
            connection.commit()
    return _doubtful(doubt)


def _restored(held: Contents, doubt: InDoubt, unsound: tuple[int, ...]) -> list[str]:
    told = [f"Restored: {_holds(held)}."]
    told += [f"Handoff {one}: its history is NOT sound, as in the backup." for one in unsound]
    return [*told, *_doubtful(doubt)]


def _doubtful(doubt: InDoubt) -> list[str]:
    return [
        f"The last thing it knows of was at {doubt.since:%Y-%m-%d %H:%M:%S} UTC; what people did "
        "in Slack afterwards is not in it.",
        f"{doubt.notices} message(s) that wait and {doubt.messages} card(s) and the like are "
        "looked for in Slack first; so is what falls due until the bot is started. As Slack may "
        "accept late what was on its way, nothing of that is looked for before "
        f"{doubt.until:%H:%M:%S} UTC.",
        f"New handoffs are numbered from {doubt.next_handoff}. Now start the bot.",
    ]


def copy(settings: Settings, url: str) -> list[str]:
    """Copy the database of the settings into an empty one; gives what to print.

    Raises BackupError.
    """
    source = _own_file(settings.database_url)
    if source is not None:
        if not source.exists():
            raise BackupError("DATABASE_URL: there is no database to copy.")
        if backup.in_use(source):
            raise BackupError(RUNNING)
    try:
        checked_url(url)
    except ValueError:
        raise BackupError("--to: sqlite:///path or postgresql://user@host/name.") from None
    with (
        _sentences("--to", silent="DATABASE_URL or --to"),
        closing(opened(settings)) as ours,
    ):
        _refuse_running(ours)
        if _holds_nothing(ours):
            raise BackupError("DATABASE_URL: there is nothing in it to copy.")
        migrated(ours)
        with closing(_reached(url, name="--to")) as theirs:
            migrate(theirs)
            until = machine_clock(theirs).now() + _in_hand(settings)
            with ours.reading() as source_rows, theirs.writing() as target:
                if holds_anything(target):
                    raise BackupError("--to: that database is not empty; nothing was copied.")
                copied = copy_rows(source_rows, target, in_doubt_until=until)
                target.commit()
    return _table(copied)


def _table(copied: Copied) -> list[str]:
    rows = {name: count for name, count in copied.rows.items() if count}
    wide = max(len(name) for name in [*rows, "rows"])
    told = [f"{name:<{wide}} {count:>9}" for name, count in rows.items()]
    told += [f"{'rows':<{wide}} {sum(rows.values()):>9}, the same on both sides."]
    if copied.unsound:
        named = ", ".join(str(one) for one in copied.unsound)
        return [*told, f"NOT sound, as before: the histories of handoff {named}."]
    return [*told, f"{copied.histories} histories verified: sound."]


def _own_file(url: str) -> Path | None:
    """The SQLite file of the settings, whether or not it is there; None for a server's database.

    Raises BackupError where it is something else, which must be neither read nor put aside.
    """
    path = backup.file_named(url)
    if path is not None and path.exists() and not path.is_file():
        raise BackupError(f"DATABASE_URL: {path} is no file; name the file of the database.")
    return path


def _holds_nothing(database: Database) -> bool:
    """Whether no bot has ever started on a database, whose tables stay as they are, or none."""
    if schema_of(database).at is None:
        return True
    with database.reading() as connection:
        return not holds_anything(connection)


def _refuse_running(database: Database) -> None:
    """Raise where a bot has connections to this PostgreSQL database; SQLite is asked otherwise."""
    if database.dialect != "postgresql":
        return
    database.close()  # Our own that are idle would count.
    with database.reading() as connection:
        others = connection.execute(_OTHERS, {"name": APPLICATION}).scalar_one()
    if others:
        raise BackupError(RUNNING)


_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name = :name AND pid <> pg_backend_pid()"
)


def _reached(url: str, *, name: str = "DATABASE_URL") -> Database:
    """A database as it is, at whatever version's tables."""
    path = _own_file(url) if name == "DATABASE_URL" else None
    if path is not None and not path.exists():
        raise BackupError(f"{name}: there is no database at {path}.")
    try:
        database = open_database(url)
    except ModuleNotFoundError:
        raise BackupError(
            f"{name}: PostgreSQL needs its driver; install handoff-bot with [postgres]."
        ) from None
    try:
        database.reach()
    except StorageUnavailable:
        database.close()
        raise BackupError(f"{name}: the database cannot be reached, or not written to.") from None
    return database


def _holds(held: Contents) -> str:
    return (
        f"{held.handoffs} handoff(s), {held.people} people, {held.waiting} message(s) that wait, "
        f"{held.bytes / 1_000_000:.1f} MB"
    )


_NEWER = "{}: a newer version of the bot made this; use that one."
_UNWRITABLE = {
    Problem.STORAGE_FULL: "the disk under it is full",
    Problem.STORAGE_READ_ONLY: "it may only be read",
    Problem.STORAGE_FAULT: "the disk under it fails",
}


@contextmanager
def _sentences(place: object, *, silent: str = "") -> Iterator[None]:
    """Whatever of this a person can mend is a sentence.

    `place` is what is written. `silent` is what may not answer, where that is another database.
    """
    try:
        yield
    except FileExistsError:
        raise BackupError(f"{place}: there is a file already; nothing was overwritten.") from None
    except InUse:
        raise BackupError(RUNNING) from None
    except NoBackup as error:
        raise BackupError(str(error)) from None
    except UnknownSchema:
        raise BackupError(_NEWER.format(place)) from None
    except CopyDiffers as error:
        raise BackupError(f"Nothing was kept: {error}.") from None
    except (StorageUnavailable, Conflict) as error:
        if error.problem in _UNWRITABLE:
            raise BackupError(f"{place}: {_UNWRITABLE[error.problem]}.") from None
        raise BackupError(f"{silent or place}: the database does not answer.") from None
    except OSError as error:
        raise BackupError(f"{place}: it cannot be written ({error.strerror}).") from None
