"""Backup, restore and copy, as somebody runs them."""

import resource
import shutil
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from alembic import command
from sqlalchemy import text
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.delivery.constants import Constants
from bot.storage.backup import NoBackup, into_one_file
from bot.storage.engine import open_database
from bot.storage.migrate import newest_revision, revision_of
from bot.storage.unit_of_work import Store
from tests.builders import KEY, make_store, make_team, migrated_file, signed
from tests.storage.test_migrate import moved


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with one handoff, named in the environment; no bot runs."""
    path = tmp_path / "handoff.db"
    path.write_bytes(migrated_file())
    store = make_store(f"sqlite:///{path}")
    signed(store, make_team(store))
    store.close()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.setenv("HANDOFF_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    return path


@pytest.fixture
def running(place: Path) -> Iterator[Store]:
    """The same database, open elsewhere."""
    store = make_store(f"sqlite:///{place}")
    with store.system() as system:
        assert system.workspaces()
    yield store
    store.close()


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def refused(*words: str) -> str:
    outcome = call(*words)
    assert outcome.exit_code == 2, outcome.output
    assert len(outcome.output.strip().splitlines()) == 1
    return outcome.output.strip()


def handoffs(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM handoff").fetchone()[0])


def test_a_backup_is_one_whole_file_of_its_owner(place: Path, running: Store) -> None:
    assert running.database.dialect == "sqlite"
    outcome = call("backup", "--to", "kept.db")
    assert outcome.exit_code == 0, outcome.output
    assert "1 handoff(s), 6 people" in outcome.output
    kept = place.with_name("kept.db")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert handoffs(kept) == 1
    assert {one.name for one in place.parent.iterdir()} - {
        f"handoff.db{ending}" for ending in ("", "-wal", "-shm")
    } == {"kept.db"}


def test_a_file_that_is_there_is_not_overwritten(place: Path) -> None:
    place.with_name("kept.db").write_text("mine")
    assert "nothing was overwritten" in refused("backup", "--to", "kept.db")
    assert place.with_name("kept.db").read_text() == "mine"


def test_of_dated_backups_the_newest_stay_and_nothing_else_goes(place: Path) -> None:
    folder = place.with_name("backups")
    folder.mkdir()
    for day in ("01", "02", "03"):
        (folder / f"handoff-202601{day}T020000Z.db").touch()
    (folder / "handoff-before-the-move.db").touch()
    outcome = call("backup", "--keep", "2")
    assert outcome.exit_code == 0, outcome.output
    names = sorted(one.name for one in folder.iterdir())
    assert len(names) == 3
    assert names[0] == "handoff-20260103T020000Z.db"
    assert "handoff-before-the-move.db" in names


@pytest.mark.parametrize("words", [(), ("--keep", "14")])
def test_a_folder_that_is_not_there_is_not_taken_for_a_file(
    place: Path, words: tuple[str, ...]
) -> None:
    wanted = place.with_name("of-the-night")
    told = refused("backup", "--to", f"{wanted}/", *words)
    assert told == f"{wanted}: there is no such folder; make it first, or name a file.db."
    assert not wanted.exists()
    wanted.mkdir()
    assert call("backup", "--to", str(wanted), *words).exit_code == 0
    assert len(list(wanted.glob("handoff-*.db"))) == 1


def test_a_folder_that_cannot_be_made_is_one_sentence(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.with_name("backups").write_text("mine")
    assert refused("backup").startswith("backups: ")
    assert place.with_name("backups").read_text() == "mine"
    gone = place.with_name("gone")
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert refused("backup").startswith("backups: it cannot be written (")


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """This process can make no file larger than so many bytes, as on a disk that fills up."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.postgres
def test_of_a_backup_that_does_not_fit_its_file_is_named_and_not_the_server(
    place: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("copy", "--to", postgres_url).exit_code == 0
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    with no_file_beyond(100_000):
        told = refused("backup", "--to", "kept.db")
    assert told == "kept.db: the disk under it fails."
    assert not list(place.parent.glob("*kept.db*"))


@pytest.mark.postgres
def test_of_a_server_that_does_not_answer_the_backup_is_not_blamed(
    place: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("copy", "--to", postgres_url).exit_code == 0
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as other:
        other.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
        told = refused("backup", "--to", "kept.db")
    assert told == "DATABASE_URL: the database does not answer."


def test_what_cannot_be_brought_into_one_file_is_one_sentence(tmp_path: Path) -> None:
    path, beside = tmp_path / "of-a-bot.db", tmp_path / "left-behind.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE note AS SELECT randomblob(20000) AS words")
        # As it lies there after a crash: its last rows are in the log alone.
        for ending in ("", "-wal"):
            shutil.copy(f"{path}{ending}", f"{beside}{ending}")
    with no_file_beyond(8192), pytest.raises(NoBackup, match="could not finish the file"):
        into_one_file(beside)


def test_of_a_restore_to_nowhere_the_target_is_named_and_not_the_backup(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("backup", "--to", "kept.db").exit_code == 0
    target = tmp_path / "no-such-folder" / "handoff.db"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{target}")
    told = refused("restore", "kept.db", "--reconcile")
    assert told == f"{target}: it cannot be written (No such file or directory)."


def test_a_backup_of_a_newer_version_is_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("backup", "--to", "kept.db").exit_code == 0
    with closing(sqlite3.connect("kept.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    told = refused("restore", "kept.db", "--reconcile", "--replace")
    assert told == "kept.db: a newer version of the bot made this; use that one."


def test_without_a_database_there_is_no_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'nowhere.db'}")
    assert "there is no database" in refused("backup", "--to", str(tmp_path / "kept.db"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ("restore", "--reconcile"),
        ("restore", "kept.db", "--reconcile"),
        ("restore", "kept.db", "--reconcile", "--replace"),
        ("copy", "--to", "sqlite:///a.db"),
        ("backup", "--to", "other.db"),
    ],
)
def test_a_folder_in_the_place_of_the_database_is_one_sentence_and_stays_where_it_is(
    place: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    assert call("backup", "--to", "kept.db").exit_code == 0
    folder = place.with_name("data")
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    monkeypatch.setenv("DATABASE_URL", "sqlite:///data")
    before = sorted(place.parent.rglob("*"))
    assert refused(*words) == "DATABASE_URL: data is no file; name the file of the database."
    assert sorted(place.parent.rglob("*")) == before


def test_a_restore_asks_for_reconcile(place: Path) -> None:
    assert "--reconcile" in refused("restore", str(place))


def test_a_restore_keeps_what_was_there(place: Path) -> None:
    assert call("backup", "--to", "kept.db").exit_code == 0
    store = make_store(f"sqlite:///{place}")
    signed(store, make_team(store))
    store.close()
    assert "--replace" in refused("restore", "kept.db", "--reconcile")
    assert handoffs(place) == 2
    outcome = call("restore", "kept.db", "--reconcile", "--replace")
    assert outcome.exit_code == 0, outcome.output
    assert handoffs(place) == 1
    (aside,) = place.parent.glob("handoff.db.before-restore-*")
    assert handoffs(aside) == 2
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert handoffs(place.with_name("kept.db")) == 1
    assert call("verify").exit_code == 0


def test_a_restore_over_a_damaged_file_keeps_that_one_too(place: Path) -> None:
    assert call("backup", "--to", "kept.db").exit_code == 0
    place.write_bytes(b"not a database at all" * 500)
    assert "--replace" in refused("restore", "kept.db", "--reconcile")
    outcome = call("restore", "kept.db", "--reconcile", "--replace")
    assert outcome.exit_code == 0, outcome.output
    assert handoffs(place) == 1


def test_nothing_is_restored_or_copied_while_the_bot_runs(place: Path, running: Store) -> None:
    assert call("backup", "--to", "kept.db").exit_code == 0
    assert refused("restore", "kept.db", "--reconcile", "--replace").startswith("A bot runs")
    assert refused("restore", "--reconcile").startswith("A bot runs")
    assert refused("copy", "--to", "sqlite:///other.db").startswith("A bot runs")
    with running.system() as system:
        assert system.workspaces()


@pytest.mark.parametrize("content", [b"", b"no database", None])
def test_what_is_no_backup_is_not_restored(place: Path, content: bytes | None) -> None:
    file = place.with_name("other.db")
    if content is None:
        assert call("backup", "--to", "other.db").exit_code == 0
        whole = bytearray(file.read_bytes())
        whole[8192:16384] = b"\xff" * 8192
        file.write_bytes(whole)
    else:
        file.write_bytes(content)
    assert "other.db" in refused("restore", "other.db", "--reconcile", "--replace")
    assert handoffs(place) == 1


def test_a_database_restored_by_other_means_is_reconciled_in_place(place: Path) -> None:
    outcome = call("restore", "--reconcile")
    assert outcome.exit_code == 0, outcome.output
    with closing(sqlite3.connect(place)) as connection:
        (doubted,) = connection.execute("SELECT min(maybe_sent) FROM outbox").fetchone()
        (since,) = connection.execute("SELECT restored_from FROM workspace").fetchone()
    assert doubted == 1
    assert since is not None


def test_what_the_bot_had_on_its_way_waits_as_long_as_a_lease_after_a_copy(place: Path) -> None:
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("UPDATE outbox SET maybe_sent = 1, next_try_at = 0")
        connection.commit()
    before = time.time()
    assert call("copy", "--to", "sqlite:///other.db").exit_code == 0
    with closing(sqlite3.connect(place.with_name("other.db"))) as connection:
        (earliest,) = connection.execute("SELECT min(next_try_at) FROM outbox").fetchone()
    lease = Constants().lease.total_seconds()
    assert before + lease <= earliest / 1_000_000 <= time.time() + lease


@pytest.mark.parametrize("file", [True, False])
def test_nothing_is_looked_for_before_a_lease_is_over_after_a_restore(
    place: Path, file: bool
) -> None:
    assert call("backup", "--to", "kept.db").exit_code == 0
    before = time.time()
    named = ["kept.db", "--replace"] if file else []
    told = call("restore", *named, "--reconcile")
    assert told.exit_code == 0, told.output
    with closing(sqlite3.connect(place)) as connection:
        (until,) = connection.execute("SELECT in_doubt_until FROM workspace").fetchone()
        assert connection.execute("SELECT min(next_try_at) FROM outbox").fetchone() == (until,)
    lease = Constants().lease.total_seconds()
    assert before + lease <= until / 1_000_000 <= time.time() + lease
    assert f"before {datetime.fromtimestamp(until / 1_000_000, UTC):%H:%M:%S} UTC" in told.output


@pytest.mark.postgres
@pytest.mark.parametrize("words", [("restore", "--reconcile"), ("copy", "--to", "sqlite:///o.db")])
def test_what_is_refused_because_a_bot_runs_changes_no_tables_under_it(
    place: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    assert call("copy", "--to", postgres_url).exit_code == 0
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    database = open_database(postgres_url)
    with database.writing() as connection:
        moved(connection, command.downgrade, "0057")
        connection.commit()
    assert refused(*words).startswith("A bot runs")
    with database.reading() as connection:
        assert revision_of(connection) == "0057"
    database.close()


@pytest.mark.postgres
def test_one_kind_of_backup_serves_both_databases(
    place: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("copy", "--to", postgres_url).exit_code == 0
    assert "not empty" in refused("copy", "--to", postgres_url)
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    outcome = call("backup", "--to", "of-postgres.db")
    assert outcome.exit_code == 0, outcome.output
    assert handoffs(place.with_name("of-postgres.db")) == 1
    assert "--replace" in refused("restore", "of-postgres.db", "--reconcile")
    outcome = call("restore", "of-postgres.db", "--reconcile", "--replace")
    assert outcome.exit_code == 0, outcome.output
    assert len(list(place.parent.glob("before-restore-*.db"))) == 1
    database = open_database(postgres_url)
    with database.reading() as connection:
        assert connection.execute(text("SELECT restored_from FROM workspace")).scalar()
    assert refused("restore", "--reconcile").startswith("A bot runs")
    database.close()
    store = make_store(postgres_url)
    assert signed(store, make_team(store)) == 2000
    store.close()


def test_a_new_versions_first_start_keeps_the_file_as_it_was(place: Path) -> None:
    database = open_database(f"sqlite:///{place}")
    with database.writing() as connection:
        moved(connection, command.downgrade, "0045")
        connection.commit()
    database.close()
    assert call("migrate").exit_code == 0
    (kept,) = place.parent.glob("handoff.db.0045-*")
    assert handoffs(kept) == 1
    with closing(sqlite3.connect(place)) as connection:
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        assert connection.execute("SELECT marks_key FROM workspace").fetchone() != ("",)
    assert revision == newest_revision()
    assert call("migrate").exit_code == 0
    assert list(place.parent.glob("handoff.db.0045-*")) == [kept]


def test_a_database_of_a_newer_version_is_left_alone(place: Path) -> None:
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    assert "newer version" in refused("migrate")
    assert "newer version" in refused("restore", "--reconcile")
