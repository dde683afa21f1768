"""A disk that is full or fails, and a database that may only be read: said, and over by itself."""

import logging
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from bot.domain.errors import Problem
from bot.storage.engine import Database, StorageUnavailable, open_database
from bot.storage.failures import TOLD_EVERY, Damage, Writability
from bot.storage.people import PersonFacts
from bot.storage.probe import try_to_write
from bot.storage.tables import received
from bot.storage.types import EPOCH
from bot.storage.unit_of_work import Store
from tests.builders import Team
from tests.unwritable import full, look_again, read_only

Unwritable = Callable[[], Any]
LARGE = "x" * 50_000


def save(store: Store, team: Team, slack_id: str) -> None:
    """Two statements of one act: a name, and something that needs room."""
    with store.write(team.workspace_id) as unit:
        unit.people.ensure(slack_id, facts=PersonFacts("New"))
        unit.received.claim(f"{slack_id}{LARGE}")
        unit.commit()


def known(store: Store, team: Team, slack_id: str) -> bool:
    with store.read(team.workspace_id) as unit:
        return unit.people.by_slack_id(slack_id) is not None


CASES = [
    pytest.param(full, Problem.STORAGE_FULL, id="full"),
    pytest.param(read_only, Problem.STORAGE_READ_ONLY, id="read only"),
]


@pytest.mark.parametrize(("trouble", "problem"), CASES)
def test_nothing_is_half_written_and_afterwards_all_goes_on_by_itself(
    store: Store, team: Team, trouble: Callable[[Database], Any], problem: Problem
) -> None:
    with trouble(store.database):
        for slack_id in ("U0ONE", "U0TWO"):
            with pytest.raises(StorageUnavailable) as refused:
                save(store, team, slack_id)
            assert refused.value.problem is problem
            assert refused.value.unwritable
            assert not known(store, team, slack_id)
        assert store.database.writability.trouble is problem
        assert store.database.writability.refused == 2
    look_again(store.database)
    save(store, team, "U0ONE")
    assert known(store, team, "U0ONE")
    assert store.database.writability.trouble is None


@pytest.mark.parametrize(("trouble", "problem"), CASES)
def test_a_probe_finds_out_that_it_is_over_and_leaves_nothing(
    store: Store, team: Team, trouble: Callable[[Database], Any], problem: Problem
) -> None:
    with trouble(store.database):
        for _ in range(2):
            with pytest.raises(StorageUnavailable):
                try_to_write(store.database)
        assert store.database.writability.trouble is problem
    look_again(store.database)
    assert store.database.writability.trouble is None
    with store.database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM received")).scalar() == 0


def test_a_commit_the_disk_refuses_is_undone_and_the_next_one_is_taken(
    store: Store, team: Team, dialect: str
) -> None:
    if dialect != "sqlite":
        pytest.skip("the limit holds for this process, not for a server")
    path = Path(store.database.writers.url.database or "")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    room = max(one.stat().st_size for one in path.parent.glob("handoff.db*"))
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
        with pytest.raises(StorageUnavailable) as refused:
            fill(store, team)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert refused.value.problem is Problem.STORAGE_FAULT
    with store.database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM received")).scalar() == 0
    save(store, team, "U0NEW")
    assert known(store, team, "U0NEW")


def fill(store: Store, team: Team) -> None:
    """One transaction that is larger than the log has ever been, so that it has to grow."""
    with store.database.writing() as connection:
        for number in range(100):
            row = {"workspace_id": team.workspace_id, "key": f"{number}", "answer": LARGE}
            connection.execute(insert(received).values(**row, received_at=EPOCH))
        connection.commit()


def test_a_file_that_was_opened_to_be_read_only_says_so(
    store: Store, team: Team, dialect: str
) -> None:
    if dialect != "sqlite":
        pytest.skip("a file")
    path = store.database.writers.url.database
    database = open_database(f"sqlite:///file:{path}?mode=ro&uri=true")
    with pytest.raises(StorageUnavailable) as refused:
        try_to_write(database)
    database.close()
    assert refused.value.problem is Problem.STORAGE_READ_ONLY


def test_the_log_says_it_once_a_minute_and_when_it_is_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    seconds = [0.0]
    writability = Writability(monotonic=lambda: seconds[0])
    with caplog.at_level(logging.WARNING):
        for _ in range(100):
            writability.note_refused(Problem.STORAGE_FULL)
        seconds[0] += TOLD_EVERY
        writability.note_refused(Problem.STORAGE_FULL)
        for _ in range(10):
            writability.note_taken()
            writability.note_refused(Problem.STORAGE_FULL)
        writability.note_taken()
    assert caplog.messages == [
        "the disk of the database is full: nothing is saved or sent (1 times)",
        "the disk of the database is full: nothing is saved or sent (101 times)",
        "the database is written to again",
    ]


def spoil(store: Store, dialect: str) -> None:
    """Meet damage: on SQLite behind the first page, on PostgreSQL as the server says it."""
    if dialect == "postgresql":
        with store.database.reading() as connection:
            told = "DO $$ BEGIN RAISE EXCEPTION 'invalid page' USING ERRCODE = 'XX001'; END $$"
            connection.execute(text(told))
        return
    path = Path(store.database.writers.url.database or "")
    store.close()
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with store.database.reading() as connection:
        connection.execute(text("SELECT * FROM person")).all()


def test_a_damaged_database_is_said_to_be_that_once_a_minute(
    store: Store, team: Team, dialect: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            with pytest.raises(StorageUnavailable) as refused:
                spoil(store, dialect)
            assert refused.value.problem is Problem.STORAGE_DAMAGED
            assert not refused.value.unwritable
    assert caplog.messages == ["the database is damaged: stop the bot and put a backup back"]
    assert store.database.writability.trouble is None


def test_damage_is_told_of_again_after_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    seconds = [0.0]
    damage = Damage(monotonic=lambda: seconds[0])
    with caplog.at_level(logging.WARNING):
        for step in (0.0, 1.0, TOLD_EVERY):
            seconds[0] += step
            damage.note_met()
    assert len(caplog.messages) == 2
