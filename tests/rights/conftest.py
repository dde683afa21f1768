"""A world on a migrated SQLite store."""

from collections.abc import Iterator

import pytest

from bot.domain.policy import Policy
from bot.storage.engine import open_database
from bot.storage.migrate import migrate
from tests.builders import FakeMachine, FixedClock, make_store
from tests.flows.slack import SlackByHand, Whispers
from tests.rights.world import TEAM_CHANNEL, World, listening


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a migrated database."""
    url = f"sqlite:///{tmp_path_factory.mktemp('rights') / 'handoff.db'}"
    database = open_database(url)
    migrate(database)
    database.close()
    return url


@pytest.fixture(scope="module")
def world(url: str) -> Iterator[World]:
    """Everything there is to leak."""
    clock, machine = FixedClock(), FakeMachine()
    policy = Policy(team_channel=TEAM_CHANNEL)
    store = make_store(url, clock=clock, machine=machine, policy=policy)
    views: set[str] = set()
    with Whispers().listening() as whispers:
        with listening(views):
            made = World(
                store, clock=clock, machine=machine, slack=SlackByHand(), whispers=whispers
            )
        made.views = views
        yield made
    store.close()
