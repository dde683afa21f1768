"""`handoff-bot backfill`: all of a file or nothing, checked against a workspace that answers."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
import structlog
from typer.testing import CliRunner, Result

from bot.bootstrap import bare_store, open_migrated, store_on
from bot.cli import app
from bot.domain.deadlines import Deadline, DeadlineState, Step
from bot.domain.people import Role
from bot.flows.manifest import manifest
from bot.flows.registration import all_listeners
from bot.sandbox.server import SandboxServer
from bot.settings import load_settings
from bot.storage.people import PersonFacts
from bot.storage.unit_of_work import Store
from tests.builders import KEY

NOW = datetime.now(UTC)
LONG_AGO = (NOW - timedelta(days=20)).strftime("%Y-%m-%d 15:00")
HEAD = "account,value,signed,ae,csm,cs manager,channel"
GOOD = (
    f"Northwind Robotics,48000,{LONG_AGO},@maya,jonas@meridian-works.example,U0PRIYA001,C0NORTHWD1"
)
OTHER = f"Larkfield Clinics,20000,{LONG_AGO},<@U0MAYA0001>,@jonas,@priya,C0LARKFLD1"

T = TypeVar("T")
Import = Callable[..., Result]


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command has the log written to the runner's own output, which is closed afterwards."""
    yield
    structlog.reset_defaults()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty database of each sort, named in the environment."""
    url = f"sqlite:///{tmp_path / 'handoff.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    monkeypatch.setenv("DATABASE_URL", url)


@pytest.fixture
def workspace(database: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    """A sandbox that the token leads to, in which Ada is the one person of RevOps."""
    with SandboxServer(manifest=manifest(all_listeners())) as server:
        monkeypatch.setenv("SLACK_API_URL", server.api_url)
        monkeypatch.setenv("SLACK_BOT_TOKEN", server.bot_token)
        monkeypatch.setenv("SLACK_APP_TOKEN", server.app_token)
        monkeypatch.setenv("HANDOFF_KEY", KEY)
        settings = load_settings()
        with closing(store_on(open_migrated(settings), settings)) as store:
            workspace_id = store.workspace(enterprise_id=None, team_id="T0MERIDIAN")
            with store.write(workspace_id) as unit:
                ada = unit.people.ensure("U0ADA00001", facts=PersonFacts("Ada Okonjo"))
                unit.people.set_part(ada.id, roles={Role.REVOPS})
                unit.commit()
        yield server


@pytest.fixture
def run(workspace: SandboxServer, tmp_path: Path) -> Import:
    """Imports rows under the usual headings."""

    def imported(*rows: str, words: tuple[str, ...] = (), head: str = HEAD) -> Result:
        file = tmp_path / "deals.csv"
        file.write_text("\n".join([head, *rows]), "utf-8-sig")
        return CliRunner().invoke(app, ["backfill", str(file), *words])

    return imported


def kept(look: Callable[[Store, int], T]) -> T:
    with closing(bare_store(load_settings())) as store:
        with store.system() as system:
            (workspace,) = system.workspaces()
        return look(store, workspace.id)


def accounts() -> list[str]:
    def look(store: Store, workspace_id: int) -> list[str]:
        with store.read(workspace_id) as unit:
            return [account for _, account, _ in unit.handoffs.signed_deals()]

    return kept(look)


def test_a_dry_run_says_what_would_begin_and_begins_nothing(run: Import) -> None:
    told = run(GOOD, OTHER)
    assert told.exit_code == 0, told.output
    first, second, last = told.output.strip().splitlines()
    today_of_the_ae = datetime.now(ZoneInfo("America/New_York")).date()
    brief_by = (today_of_the_ae + timedelta(days=7)).isoformat()
    assert first == (
        "Row 2: Northwind Robotics would begin in #deal-northwind: AE Maya Ferrant, proposed CSM "
        f"Jonas Lindqvist; the brief is planned for {brief_by}."
    )
    assert second.startswith("Row 3: Larkfield Clinics would begin in #deal-larkfield")
    assert last.startswith("2 deals would be imported, 0 already here, 0 left out. Nothing was")
    assert accounts() == []


def test_a_file_is_imported_once_however_often_it_comes(run: Import) -> None:
    first = run(GOOD, OTHER, words=("--apply",))
    assert first.output.strip().endswith("2 deals were imported, 0 already here, 0 left out.")
    again = run(GOOD, OTHER, words=("--apply",))
    assert again.exit_code == 0
    assert "Row 2: Northwind Robotics was imported before." in again.output
    assert again.output.strip().endswith("0 deals were imported, 2 already here, 0 left out.")
    assert accounts() == ["Northwind Robotics", "Larkfield Clinics"]


def test_what_was_imported_runs_without_a_clock(run: Import) -> None:
    run(GOOD, words=("--apply",))

    def look(store: Store, workspace_id: int) -> tuple[bool, list[str], dict[Step, Deadline]]:
        with store.read(workspace_id) as unit:
            handoff = unit.handoffs.get(1)
            owed = {one.step: one for one in unit.deadlines.of(1)}
            names = [
                unit.people.get(one or 0).name
                for one in (handoff.ae_id, handoff.proposed_csm_id, handoff.started_by)
            ]
            return handoff.backfilled_at is not None, names, owed

    backfilled, names, owed = kept(look)
    assert backfilled
    assert names == ["Maya Ferrant", "Jonas Lindqvist", "Ada Okonjo"]
    assert owed[Step.BRIEF].state is DeadlineState.AGREED
    assert owed[Step.MESSAGE].state is DeadlineState.UNTIMED
    assert DeadlineState.OPEN not in {one.state for one in owed.values()}


def test_one_wrong_row_keeps_all_out_and_every_wrong_cell_is_named(run: Import) -> None:
    told = run(
        GOOD,
        f"Larkfield Clinics,much,{LONG_AGO},@nobody,@jonas,@priya,C0LARKFLD1",
        f"Larkfield Clinics,20000,{LONG_AGO},@jonas,@jonas,@priya,C0HARBOR01",
        ",20000,someday,U0LENA0001,,,general",
        words=("--apply",),
    )
    assert told.exit_code == 2
    lines = told.output.strip().splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "Row 3, value",
        "Row 3, ae",
        "Row 4, channel",
        "Row 5, account",
        "Row 5, signed",
        "Row 5, ae",
        "Row 5, channel",
        "Nothing was imported",
    ]
    assert "nobody in Slack is “@nobody”" in told.output
    assert accounts() == []


def test_what_the_start_form_refuses_is_refused_with_its_row(run: Import) -> None:
    told = run(
        f"Northwind Robotics,48000,{LONG_AGO},@jonas,@jonas,@priya,C0NORTHWD1",
        f"Larkfield Clinics,20000,{LONG_AGO},@maya,,,C0LARKFLD1",
        head=HEAD,
    )
    assert told.exit_code == 2
    assert [line.split(":")[0] for line in told.output.strip().splitlines()[:-1]] == [
        "Row 2, csm",
        "Row 3, cs manager",
    ]


def test_a_deactivated_colleague_is_refused(run: Import, workspace: SandboxServer) -> None:
    next(one for one in workspace.workspace.users.values() if one.name == "jonas").deleted = True
    told = run(f"Northwind Robotics,48000,{LONG_AGO},@maya,U0JONAS001,@priya,C0NORTHWD1")
    assert told.exit_code == 2
    assert told.output.startswith("Row 2, csm: ")


def test_what_is_too_old_too_new_or_too_small_is_left_out(run: Import) -> None:
    def deal(account: str, days: int, value: int = 48_000) -> str:
        signed = (NOW - timedelta(days=days)).strftime("%Y-%m-%d")
        return f"{account},{value},{signed},@maya,@jonas,@priya,C0NORTHWD1"

    rows = (deal("Old", 60), deal("New", 1), deal("Small", 20, 9_000), deal("Fine", 20))
    told = run(*rows)
    assert "Row 2: Old was signed more than 30 days ago, and is left out." in told.output
    assert "Row 3: New was signed within 5 business days" in told.output
    assert "Row 4: Small is below the smallest tier" in told.output
    assert "1 deal would be imported, 0 already here, 3 left out." in told.output
    assert "2 deals would be imported" in run(*rows, words=("--days", "90")).output
    assert run(*rows, words=("--days", "31")).exit_code == 2


def test_two_rows_of_one_deal_are_refused_unless_their_names_differ(run: Import) -> None:
    told = run(GOOD, GOOD)
    assert told.exit_code == 2
    assert told.output.startswith("Row 3, account: row 2 has the same account and day")
    head = f"deal,{HEAD}"
    assert run(f"006A,{GOOD}", f"006B,{GOOD}", head=head).exit_code == 0
    twice = run(f"006A,{GOOD}", f"006A,{GOOD}", head=head)
    assert twice.output.startswith("Row 3, deal: this deal stands in row 2 already.")


def test_a_deal_that_somebody_began_by_hand_is_not_begun_again(run: Import) -> None:
    run(GOOD, words=("--apply",))
    told = run(f"006A,{GOOD}", head=f"deal,{HEAD}")
    assert "is here already as handoff 1." in told.output


def test_semicolons_and_a_channel_for_all_rows(run: Import) -> None:
    told = run(
        f"Northwind Robotics;48.000,50;{LONG_AGO};@maya;@priya",
        head="Account;Value;Signed at;AE;CS manager",
        words=("--channel", "C0NORTHWD1"),
    )
    assert told.exit_code == 0, told.output
    assert "in #deal-northwind" in told.output


def test_who_imports_is_of_revops_or_an_admin(run: Import) -> None:
    assert run(GOOD, words=("--by", "@maya")).output.startswith("--by: backfilling is for RevOps")
    assert run(GOOD, words=("--by", "@ghost")).output.startswith("--by: say who imports")
    assert run(GOOD, words=("--by", "@ada")).exit_code == 0


@pytest.mark.parametrize("content", [None, "account,value\n\xff".encode("latin-1")])
def test_a_file_that_cannot_be_read_is_one_sentence(
    workspace: SandboxServer, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "deals.csv"
    if content is not None:
        file.write_bytes(content)
    told = CliRunner().invoke(app, ["backfill", str(file)])
    assert told.exit_code == 2
    assert len(told.output.strip().splitlines()) == 1
    assert str(file) in told.output
