"""A migrated SQLite store, a Slack made by hand, and senders that are driven step by step."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.storage.engine import open_database
from bot.storage.migrate import migrate
from bot.storage.unit_of_work import Store
from tests.builders import FakeMachine, FixedClock, Team, make_store, make_team
from tests.delivery.desk import Desk
from tests.delivery.slack import FakeSlack


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy from."""
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def machine() -> FakeMachine:
    return FakeMachine()


@pytest.fixture
def store(
    empty_file: Path, tmp_path: Path, clock: FixedClock, machine: FakeMachine
) -> Iterator[Store]:
    path = tmp_path / "handoff.db"
    shutil.copy(empty_file, path)
    opened = make_store(f"sqlite:///{path}", clock=clock, machine=machine)
    yield opened
    opened.close()


@pytest.fixture
def team(store: Store) -> Team:
    return make_team(store)


@pytest.fixture
def slack(machine: FakeMachine) -> FakeSlack:
    return FakeSlack(machine)


@pytest.fixture
def desk(store: Store, team: Team, slack: FakeSlack, clock: FixedClock) -> Desk:
    return Desk(store, team, slack, clock)
