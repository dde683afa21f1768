"""`handoff-bot erase`: where a name stands, then gone from there, and the chain still sound."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.domain.access import EVERY
from bot.domain.erasing import ERASED, Names
from bot.domain.history import ANCHOR_DIGITS
from bot.domain.people import Role
from bot.storage.engine import open_database
from bot.storage.migrate import migrate
from bot.storage.people import PersonFacts
from bot.storage.tables import surface
from bot.storage.unit_of_work import Store
from tests.builders import KEY, Deal, Team, make_store, make_team, posted

ILSE = "Ilse Brandt"


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command has the log written to the runner's own output, which is closed afterwards."""
    yield
    structlog.reset_defaults()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Store]:
    """A migrated database of each sort, which the environment names with its key."""
    url = f"sqlite:///{tmp_path / 'handoff.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("HANDOFF_KEY", KEY)
    database = open_database(url)
    migrate(database)
    database.close()
    made = make_store(url)
    yield made
    made.close()


@pytest.fixture
def team(store: Store) -> Team:
    return make_team(store)


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def places(store: Store, team: Team, name: str = ILSE) -> int:
    with store.read(team.workspace_id) as unit:
        return sum(one.times for one in unit.erasing.find(Names([name])))


def test_a_dry_run_counts_by_kind_and_changes_nothing(store: Store, team: Team) -> None:
    handoff_id = posted(store, team, Deal(account=f"{ILSE} Consulting"))
    before = places(store, team)
    told = call("erase", ILSE)
    assert told.exit_code == 0, told.output
    lines = told.output.strip().splitlines()
    assert f"In the brief, in all its revisions: 2 times, handoff {handoff_id}." in lines
    assert any(line.startswith("In values of the history: ") for line in lines)
    assert "Nothing was erased: say --apply to do it." in lines
    # What stands alone may be somebody else.
    assert any(line.startswith("“Ilse” alone stands ") for line in lines)
    assert places(store, team) == before > 0


def test_it_goes_from_everything_and_verify_says_so(store: Store, team: Team) -> None:
    handoff_id = posted(store, team, Deal(account=f"{ILSE} Consulting"))
    other = posted(store, team, Deal(account="Larkfield Clinics"))
    told = call("erase", ILSE, "--also", "Ilse", "--apply")
    assert told.exit_code == 0, told.output
    assert ILSE not in told.output
    assert "Erased. handoff-bot verify says so of each history" in told.output
    assert places(store, team) == places(store, team, "Ilse") == 0
    with store.read(team.workspace_id) as unit:
        handoff = unit.handoffs.get(handoff_id)
        assert handoff.account == f"{ERASED} Consulting"
        assert ERASED in {
            one.name for one in unit.brief.load(handoff_id, audiences=EVERY).people.contacts
        }
        last = unit.history.records(handoff_id)[-1].body.decode()
        assert '"tag":"values.erased"' in last
        assert "Ilse" not in last
        assert not unit.drifted(handoff_id)
    said = call("verify")
    assert said.exit_code == 0, said.output
    assert f"Handoff {handoff_id}:" in said.output
    assert "value(s) erased on request: sound." in said.output
    assert f"Handoff {other}:" in said.output


def test_an_anchor_of_before_still_holds(store: Store, team: Team) -> None:
    handoff_id = posted(store, team)
    with store.read(team.workspace_id) as unit:
        count, head = unit.history.head(handoff_id)
    call("erase", ILSE, "--apply")
    anchor = f"{count} records, head {head.hex()[:ANCHOR_DIGITS]}"
    told = call("verify", "--anchor", anchor, "--handoff", str(handoff_id))
    assert told.exit_code == 0, told.output
    assert "the anchor holds" in told.output


def test_what_shows_it_in_slack_is_drawn_anew(store: Store, team: Team) -> None:
    handoff_id = posted(store, team)

    def wanted() -> dict[str, int]:
        with store.read(team.workspace_id) as unit:
            rows = unit._scope.connection.execute(
                select(surface.c.kind, surface.c.person_id, surface.c.wanted).where(
                    surface.c.handoff_id == handoff_id
                )
            )
            return {f"{row.kind}:{row.person_id}": row.wanted for row in rows}

    before = wanted()
    call("erase", ILSE, "--apply")
    after = wanted()
    assert before
    assert all(after[one] > count for one, count in before.items())


def test_a_cancelled_handoff_is_erased_in_as_well(store: Store, team: Team) -> None:
    handoff_id = posted(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.cancel(f"{ILSE} said no", by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    assert call("erase", ILSE, "--apply").exit_code == 0
    assert places(store, team) == 0
    with store.read(team.workspace_id) as unit:
        assert not unit.handoffs.get(handoff_id).open


def test_a_name_that_stands_nowhere_is_said_and_nothing_is_noted(store: Store, team: Team) -> None:
    handoff_id = posted(store, team)
    told = call("erase", "Bertha Mason", "--apply")
    assert told.output.strip() == "This name stands nowhere in what the bot keeps."
    with store.read(team.workspace_id) as unit:
        assert "values.erased" not in unit.history.records(handoff_id)[-1].body.decode()


def test_the_account_of_a_colleague_who_left_loses_its_name(store: Store, team: Team) -> None:
    assert call("erase", "Sam", "--account", "USAM").output.startswith("--account: the bot never")
    with store.write(team.workspace_id) as unit:
        unit.people.ensure("USAM", facts=PersonFacts("Sam Whitlock"))
        unit.commit()
    refused = call("erase", "Sam Whitlock", "--account", "USAM", "--apply")
    assert (refused.exit_code, "still has an account" in refused.output) == (2, True)
    with store.write(team.workspace_id) as unit:
        unit.people.ensure("USAM", facts=PersonFacts("Sam Whitlock", deactivated=True))
        unit.commit()
    told = call("erase", "Sam Whitlock", "--account", "USAM", "--apply")
    assert told.exit_code == 0, told.output
    with store.read(team.workspace_id) as unit:
        sam = unit.people.by_slack_id("USAM")
        assert sam is not None
        assert sam.name == ERASED


def test_who_did_it_is_an_admin_and_stands_in_the_history(store: Store, team: Team) -> None:
    handoff_id = posted(store, team)
    assert call("erase", ILSE, "--by", "UAE").output.startswith("--by: give the Slack id of an")
    with store.write(team.workspace_id) as unit:
        unit.people.set_part(team.revops.id, roles={Role.ADMIN})
        unit.commit()
    call("erase", ILSE, "--by", "UREVOPS", "--apply")
    with store.read(team.workspace_id) as unit:
        columns = unit.history.records(handoff_id)[-1].columns
    assert columns is not None
    assert columns["actor"] == team.revops.id


def test_without_the_key_nothing_is_erased(
    store: Store, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted(store, team)
    before = places(store, team)
    monkeypatch.delenv("HANDOFF_KEY")
    told = call("erase", ILSE, "--apply")
    assert (told.exit_code, told.output.startswith("HANDOFF_KEY: ")) == (2, True)
    assert places(store, team) == before


@pytest.mark.usefixtures("store")
def test_what_is_no_name_is_one_sentence_with_its_argument() -> None:
    told = call("erase", "I.")
    assert told.exit_code == 2
    assert told.output.startswith("--name: This is no name.")
