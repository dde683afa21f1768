"""Several workspaces are answered, each with its own token; others are not."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

import pytest
from slack_bolt import Ack, BoltRequest
from slack_sdk import WebClient

from bot.bootstrap import _bolt
from bot.delivery.outcomes import Verdict, failed
from bot.flows.installations import Installations
from bot.slack_calls import Clients, NoToken, OneToken
from bot.storage.unit_of_work import Store
from tests.builders import Team, make_store, make_team
from tests.flows.slack import TEAM

FORM = "application/x-www-form-urlencoded"
NOWHERE = "http://127.0.0.1:9/api/"


class Tokens:
    """What each workspace's token is now."""

    def __init__(self, of: dict[int, str]) -> None:
        self.of = of

    def token(self, workspace_id: int) -> str | None:
        return self.of.get(workspace_id)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = make_store(url)
    yield opened
    opened.close()


@pytest.fixture
def team(store: Store) -> Team:
    return make_team(store)


@pytest.fixture
def other(store: Store) -> Team:
    return make_team(store, team_id="T200")


@pytest.fixture
def tokens(team: Team, other: Team) -> Tokens:
    return Tokens({team.workspace_id: "xoxb-here", other.workspace_id: "xoxb-there"})


def asked_by(team_id: str, installations: Installations) -> list[str | None]:
    """The tokens of the clients that a command of a workspace was answered with."""
    bolt, used = _bolt(installations, NOWHERE), []

    def answer(ack: Ack, client: WebClient) -> None:
        used.append(client.token)
        ack()

    bolt.command("/any")(answer)
    body = urlencode({"command": "/any", "team_id": team_id, "user_id": "U1", "text": ""})
    headers: dict[str, str | Sequence[str]] = {
        "content-type": ["application/x-www-form-urlencoded"]
    }
    bolt.dispatch(BoltRequest(body=body, headers=headers))
    return used


def test_each_workspace_is_answered_with_its_own_token(
    store: Store, team: Team, other: Team, tokens: Tokens
) -> None:
    installations = Installations(store=store, tokens=tokens)
    assert installations.workspace_of(None, TEAM) == team.workspace_id
    assert installations.workspace_of(None, "T200") == other.workspace_id
    assert asked_by(TEAM, installations) == ["xoxb-here"]
    assert asked_by("T200", installations) == ["xoxb-there"]


def test_a_token_that_changed_is_used_at_once(store: Store, team: Team, tokens: Tokens) -> None:
    installations = Installations(store=store, tokens=tokens)
    asked_by(TEAM, installations)
    tokens.of[team.workspace_id] = "xoxb-anew"
    assert asked_by(TEAM, installations) == ["xoxb-anew"]


def test_a_workspace_without_row_or_token_is_none_of_ours(
    store: Store, other: Team, tokens: Tokens
) -> None:
    installations = Installations(store=store, tokens=tokens)
    assert installations.workspace_of(None, "T999") is None
    assert installations.workspace_of(None, None) is None
    del tokens.of[other.workspace_id]
    assert installations.workspace_of(None, "T200") is None
    assert asked_by("T200", installations) == [None]


def test_a_workspace_that_comes_later_is_known_then(store: Store, tokens: Tokens) -> None:
    installations = Installations(store=store, tokens=tokens)
    assert installations.workspace_of(None, "T300") is None
    new = make_team(store, team_id="T300")
    tokens.of[new.workspace_id] = "xoxb-new"
    assert installations.workspace_of(None, "T300") == new.workspace_id


def test_one_token_is_for_one_workspace(team: Team, other: Team) -> None:
    clients = Clients(OneToken(team.workspace_id, "xoxb-one"), base_url=NOWHERE, timeout=2)
    assert clients.of(team.workspace_id).token == "xoxb-one"
    with pytest.raises(NoToken) as error:
        clients.of(other.workspace_id)
    assert failed(error.value).verdict is Verdict.NO_ACCESS
