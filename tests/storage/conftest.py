"""A migrated store on each dialect; what differs between the two is only the URL."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.storage.engine import open_database
from bot.storage.migrate import migrate
from bot.storage.unit_of_work import Store
from tests import postgres
from tests.builders import FakeMachine, FixedClock, Pokes, Team, make_store, make_team

DIALECTS = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgres),
]


def build(url: str) -> None:
    """Migrate a database and leave no connection to it."""
    database = open_database(url)
    migrate(database)
    database.close()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy from."""
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    build(f"sqlite:///{path}")
    return path


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    """Which dialect the test runs on; a test that asks for a URL or a store runs on both."""
    name: str = request.param
    return name


@pytest.fixture
def url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database that only this test sees."""
    if dialect == "sqlite":
        path = tmp_path / "handoff.db"
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        yield f"sqlite:///{path}"
        return
    request.getfixturevalue("postgres_server")
    with postgres.database(template_name=postgres.template("migrated", build)) as migrated:
        yield migrated


@pytest.fixture
def clock() -> FixedClock:
    """The calendar of the test."""
    return FixedClock()


@pytest.fixture
def machine() -> FakeMachine:
    """The machine's clock of the test."""
    return FakeMachine()


@pytest.fixture
def pokes() -> Pokes:
    """How often delivery was told."""
    return Pokes()


@pytest.fixture
def open_store(
    url: str, clock: FixedClock, machine: FakeMachine, pokes: Pokes
) -> Iterator[Callable[..., Store]]:
    """Open further stores on the test's database, as another replica would; all are closed."""
    opened: list[Store] = []

    def opener(**changed: object) -> Store:
        given = {"clock": clock, "machine": machine, "on_commit": pokes, **changed}
        store = make_store(url, **given)  # type: ignore[arg-type]
        opened.append(store)
        return store

    yield opener
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[..., Store]) -> Store:
    """A store on each dialect."""
    return open_store()


@pytest.fixture
def team(store: Store) -> Team:
    """The people of the test's workspace."""
    return make_team(store)
