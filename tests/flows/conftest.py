"""The app on a migrated store of each dialect, with a Slack made by hand."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.domain.policy import Policy
from bot.storage.engine import open_database
from bot.storage.migrate import migrate
from bot.storage.unit_of_work import Store
from tests import postgres
from tests.builders import FakeMachine, FixedClock, Team, make_store, make_team
from tests.flows.app import App
from tests.flows.slack import SlackByHand, Whispers

DIALECTS = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgres),
]


def _build(url: str) -> None:
    database = open_database(url)
    migrate(database)
    database.close()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy from."""
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    _build(f"sqlite:///{path}")
    return path


@pytest.fixture(params=DIALECTS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database that only this test sees, on each dialect."""
    if request.param == "sqlite":
        path = tmp_path / "handoff.db"
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        yield f"sqlite:///{path}"
        return
    request.getfixturevalue("postgres_server")
    with postgres.database(template_name=postgres.template("migrated", _build)) as migrated:
        yield migrated


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def machine() -> FakeMachine:
    return FakeMachine()


@pytest.fixture
def slack() -> SlackByHand:
    return SlackByHand()


@pytest.fixture
def whispers() -> Iterator[Whispers]:
    with Whispers().listening() as listening:
        yield listening


@pytest.fixture
def open_app(
    url: str, clock: FixedClock, machine: FakeMachine, slack: SlackByHand, whispers: Whispers
) -> Iterator[Callable[..., App]]:
    """Start the app, again where asked: as another replica, or after a crash."""
    opened: list[Store] = []
    team: list[Team] = []

    def opener(*, wait_seconds: float = 10.0, policy: Policy | None = None) -> App:
        store = make_store(
            url, clock=clock, machine=machine, wait_seconds=wait_seconds, policy=policy
        )
        opened.append(store)
        if not team:
            team.append(make_team(store))
        return App(store, team[0], slack, whispers, machine)

    yield opener
    for store in opened:
        store.close()


@pytest.fixture
def app(open_app: Callable[..., App]) -> App:
    return open_app()
