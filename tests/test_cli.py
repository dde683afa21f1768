"""The commands: one sentence for what a person can mend, and an exit code a script can use."""

import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import alembic.command
import psycopg
import pytest
import yaml
from psycopg import sql
from sqlalchemy import make_url, update
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from bot.bootstrap import StartError, build, open_migrated, store_on
from bot.cli import app
from bot.clock.clocks import TravelClock
from bot.demo import forget
from bot.domain.notices import Notice, NoticeKind, Place, Priority
from bot.flows.manifest import manifest
from bot.flows.registration import all_listeners
from bot.sandbox.server import SandboxServer
from bot.settings import load_settings
from bot.storage.engine import open_database, sqlite_driver
from bot.storage.tables import outbox
from bot.web.listening import listening_socket
from tests.builders import KEY, make_store, wait_until
from tests.storage.test_migrate import moved
from tests.story.stack import Stack, Transport, running
from tests.story.test_clocks import begin
from tests.test_backfill import GOOD, HEAD
from tests.unwritable import full


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for a database, named in the environment."""
    path = tmp_path / "handoff.db"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    return path


@pytest.fixture
def workspace(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    """A sandbox to be checked against, named in the environment."""
    with SandboxServer(manifest=manifest(all_listeners())) as server:
        monkeypatch.setenv("SLACK_API_URL", server.api_url)
        monkeypatch.setenv("SLACK_BOT_TOKEN", server.bot_token)
        monkeypatch.setenv("SLACK_APP_TOKEN", server.app_token)
        monkeypatch.setenv("HANDOFF_KEY", KEY)
        yield server


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_a_missing_setting_is_one_sentence_with_its_name(database: Path) -> None:
    outcome = call("run")
    assert outcome.exit_code == 2
    assert outcome.output.startswith("Missing setting SLACK_BOT_TOKEN")
    assert len(outcome.output.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "xapp-not-a-bot-token"),
        ("SLACK_APP_TOKEN", "xoxb-not-an-app-token"),
        ("SLACK_API_URL", "slack.com"),
        ("DATABASE_URL", "mysql://somewhere"),
        ("HANDOFF_KEY", "a-password"),
        ("HANDOFF_KEY", f"{KEY},"),
        ("PORT", "0"),
        ("PORT", "a door"),
    ],
)
def test_a_wrong_setting_is_one_sentence_with_its_name_and_without_its_value(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv(name, value)
    outcome = call("run")
    assert outcome.exit_code == 2
    assert outcome.output.startswith(f"Wrong setting {name}:")
    assert value not in outcome.output.replace(name, "")


MAKES_ONE = ["run", "check", "migrate"]
"""Commands for which an empty place is no mistake."""
DATABASE_COMMANDS = [*MAKES_ONE, "verify", "pause"]
PASSWORD = "a-password-nobody-may-read"


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `run` and `check` ask for first; no Slack is called before the database is open."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "an invented one")
    monkeypatch.setenv("HANDOFF_KEY", KEY)


def one_sentence(outcome: Result) -> str:
    """The only line a command said before it gave up, without a traceback or a password."""
    assert outcome.exit_code == 2, outcome.output
    assert isinstance(outcome.exception, SystemExit)
    (line,) = outcome.output.strip().splitlines()
    assert PASSWORD not in line
    return str(line)


@pytest.mark.parametrize("command", DATABASE_COMMANDS)
@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///",
        "sqlite:///:memory:",
        f"postgresql://u:{PASSWORD}@[bad/x",
        f"postgresql://u:{PASSWORD}@127.0.0.1:door/x",
        f"postgresql+other://u:{PASSWORD}@127.0.0.1/x",
    ],
)
def test_a_database_url_that_is_none_is_one_sentence(
    tokens: None, monkeypatch: pytest.MonkeyPatch, command: str, url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    told = one_sentence(call(command))
    assert told.startswith("Wrong setting DATABASE_URL: sqlite:///path or postgresql://")


@pytest.mark.parametrize("command", DATABASE_COMMANDS)
def test_a_database_that_cannot_be_opened_is_one_sentence_that_says_what_is_wanted(
    tokens: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    no_database = tmp_path / "notes.txt"
    no_database.write_text("These are notes.")
    for url, wanted in (
        (
            f"sqlite:///{tmp_path / PASSWORD / 'handoff.db'}",
            "wants a folder" if command in MAKES_ONE else "there is no such database",
        ),
        (f"sqlite:///{tmp_path}", "wants a folder"),
        (f"sqlite:///{no_database}", "or it is none"),
        (f"postgresql://u:{PASSWORD}@127.0.0.1:1/x", "wants a server"),
        (f"postgresql://u:{PASSWORD}@127.0.0.1:1/x?sslmode={PASSWORD}", "wants a server"),
    ):
        monkeypatch.setenv("DATABASE_URL", url)
        told = one_sentence(call(command))
        assert told.startswith("DATABASE_URL: ")
        assert wanted in told
    assert no_database.read_text() == "These are notes."


def test_a_database_another_writes_to_for_too_long_is_said(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("migrate").exit_code == 0
    # By the same library: two of them in one process do not see each other's locks.
    with closing(sqlite_driver().connect(database)) as other:
        other.execute("begin immediate")
        told = one_sentence(call("migrate"))
    assert told == "DATABASE_URL: others write to the database for too long."


@pytest.mark.postgres
@pytest.mark.parametrize("command", MAKES_ONE)
def test_a_user_who_may_make_no_tables_is_said(
    tokens: None, postgres_url: str, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    own = make_url(postgres_url)
    guest = f"guest_{own.database}"  # Roles are those of all databases.
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as server:
        server.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(guest)))
    url = own.set(username=guest, password=PASSWORD)
    monkeypatch.setenv("DATABASE_URL", url.render_as_string(hide_password=False))
    assert "lets them make tables" in one_sentence(call(command))


def test_postgresql_without_its_driver_is_said() -> None:
    code = "import sys; sys.modules['psycopg'] = None; from bot.cli import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", code, "migrate"],
        env={**os.environ, "DATABASE_URL": f"postgresql://u:{PASSWORD}@127.0.0.1:1/x"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith("DATABASE_URL: PostgreSQL needs its driver")
    assert len(ended.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("command", DATABASE_COMMANDS)
@pytest.mark.parametrize("value", ["posted:x", "posted:0", "posted:-1", "nowhere-at-all", ":2"])
def test_a_fail_point_that_is_none_is_one_sentence(
    tokens: None, database: Path, monkeypatch: pytest.MonkeyPatch, command: str, value: str
) -> None:
    monkeypatch.setenv("HANDOFF_FAILPOINT", value)
    assert one_sentence(call(command)).startswith("Wrong setting HANDOFF_FAILPOINT: ")
    assert not database.exists()


def test_a_known_fail_point_is_taken(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("posted", "posted:2", "event-committed", "swept"):
        monkeypatch.setenv("HANDOFF_FAILPOINT", value)
        assert call("migrate").exit_code == 0


def test_an_unusable_policy_is_named_with_its_key(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workspace: SandboxServer
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[tiers]\nlight_form = 1\n")
    monkeypatch.setenv("HANDOFF_POLICY", str(policy))
    outcome = call("check")
    assert outcome.exit_code == 2
    assert "policy.toml" in outcome.output
    assert "tiers.light_form" in outcome.output


def test_a_refused_token_is_said(
    database: Path, workspace: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-wrong")
    outcome = call("run")
    assert outcome.exit_code == 2
    assert "SLACK_BOT_TOKEN" in outcome.output
    assert "invalid_auth" in outcome.output
    assert "xoxb-wrong" not in outcome.output


def test_a_refused_app_token_is_said_at_the_start_and_by_check(
    database: Path, workspace: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-wrong")
    bot = build(load_settings())
    with pytest.raises(StartError) as told:
        bot.start()
    bot.stop()
    assert str(told.value).startswith("Slack refused SLACK_APP_TOKEN (invalid_auth): ")
    assert "xapp-wrong" not in str(told.value)
    outcome = call("check")
    assert outcome.exit_code == 1
    assert "look Slack refused SLACK_APP_TOKEN: invalid_auth." in outcome.output


def test_where_nobody_gives_a_connection_the_bot_does_not_start(
    database: Path, workspace: SandboxServer
) -> None:
    bot = build(load_settings())
    workspace.stop()
    with pytest.raises(StartError, match=r"^SLACK_API_URL: no connection for Socket Mode \("):
        bot.start()
    bot.stop()


def test_a_port_that_is_taken_is_said(database: Path, workspace: SandboxServer) -> None:
    with closing(listening_socket("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        # A process of its own: the bot listens on all addresses, which no test does.
        ended = subprocess.run(
            [sys.executable, "-m", "bot", "run"],
            env={**os.environ, "PORT": str(port)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert ended.returncode == 2
    assert ended.stderr == f"PORT: {port} cannot be used; is it taken already?\n"


def test_a_demos_clock_that_tells_nothing_is_said_and_nothing_is_sent_or_swept(
    database: Path, workspace: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDOFF_CLOCK_URL", "http://127.0.0.1:1/control/clock")
    seconds = iter(range(0, 100, 15))
    silent = TravelClock(
        "http://127.0.0.1:1/control/clock",
        on_moved=lambda: None,
        every=0.001,
        monotonic=lambda: float(next(seconds)),
    )
    built = build(load_settings())
    assert built.travel is not None
    bot = replace(built, travel=silent)
    with pytest.raises(StartError) as told:
        bot.start()
    assert str(told.value) == "HANDOFF_CLOCK_URL: nothing there tells the time."
    for part in (bot.senders, bot.ticks):
        part.start()  # Both refuse a second start.
    assert bot.stop()


def test_a_command_beside_a_demo_has_the_demos_time_or_says_that_it_is_not_told(
    database: Path, workspace: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("migrate").exit_code == 0
    settings = load_settings()
    workspace.workspace.clock.advance(40 * 24 * 3600)
    there = settings.model_copy(update={"handoff_clock_url": f"{workspace.url}/control/clock"})
    with closing(store_on(open_migrated(there), there)) as store, store.read(1) as unit:
        behind = workspace.workspace.clock.now() - unit.now
    assert abs(behind) < timedelta(minutes=1)
    monkeypatch.setattr("bot.bootstrap.CALL_TIMEOUT", 0)
    monkeypatch.setenv("HANDOFF_CLOCK_URL", "http://127.0.0.1:1/control/clock")
    silent = call("check")
    assert silent.exit_code == 2
    assert "HANDOFF_CLOCK_URL: nothing there tells the time." in silent.output


def test_check_finds_everything_in_order(database: Path, workspace: SandboxServer) -> None:
    outcome = call("check")
    assert outcome.exit_code == 0, outcome.output
    assert all(line.startswith("ok ") for line in outcome.output.strip().splitlines())


OLDER = "0057"
"""A step before this version's."""


def left_at(database: Path, revision: str) -> None:
    """The database as another version left it, and with a workspace in it."""
    assert call("migrate").exit_code == 0
    store = make_store(f"sqlite:///{database}")
    store.workspace(enterprise_id=None, team_id="T0INVENTED")
    if revision == OLDER:
        with store.database.writing() as connection:
            moved(connection, alembic.command.downgrade, revision)
            connection.commit()
    store.close()
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        connection.commit()


def tables(database: Path) -> list[tuple[str]]:
    """The schema of a database, with the step it is at; and no copy was kept beside it."""
    assert list(database.parent.glob("handoff.db.*")) == []
    with closing(sqlite3.connect(database)) as connection:
        found: list[tuple[str]] = connection.execute("SELECT sql FROM sqlite_master").fetchall()
        return found + connection.execute("SELECT version_num FROM alembic_version").fetchall()


PENDING = rf"DATABASE_URL: \d+ step\(s\) of the tables are pending, from {OLDER} to \d+, and "
NEWER = "DATABASE_URL: a newer version of the bot has changed this database; run that one, or"


@pytest.mark.parametrize(("revision", "told"), [(OLDER, PENDING), ("9999", NEWER)])
def test_check_leaves_the_tables_of_another_version_alone_and_looks_at_the_rest(
    database: Path, workspace: SandboxServer, revision: str, told: str
) -> None:
    left_at(database, revision)
    before = tables(database)
    outcome = call("check")
    assert outcome.exit_code == 1, outcome.output
    looked_at = [line for line in outcome.output.splitlines() if line.startswith("look ")]
    assert len(looked_at) == 1
    assert re.match(f"look {told}", looked_at[0])
    assert "ok   Slack knows the bot in" in outcome.output
    assert tables(database) == before


@pytest.mark.parametrize(("revision", "told"), [(OLDER, PENDING), ("9999", NEWER)])
@pytest.mark.parametrize(
    "words",
    [
        ("verify",),
        ("verify", "--anchor", f"3 records, head {'ab' * 8}"),
        ("pause",),
        ("erase", "Ilse Brandt"),
    ],
)
def test_what_may_run_beside_a_bot_of_another_version_leaves_its_tables_alone(
    tokens: None, database: Path, revision: str, told: str, words: tuple[str, ...]
) -> None:
    left_at(database, revision)
    before = tables(database)
    assert re.match(told, one_sentence(call(*words)))
    assert tables(database) == before


def test_an_import_beside_a_bot_of_another_version_leaves_its_tables_alone(
    database: Path, workspace: SandboxServer, tmp_path: Path
) -> None:
    left_at(database, OLDER)
    before = tables(database)
    deals = tmp_path / "deals.csv"
    deals.write_text(f"{HEAD}\n{GOOD}\n")
    assert re.match(PENDING, one_sentence(call("backfill", str(deals))))
    assert tables(database) == before


WORKS_ON_WHAT_IS_THERE = [
    ("verify",),
    ("verify", "--handoff", "1"),
    ("verify", "--anchor", f"3 records, head {'ab' * 8}"),
    ("pause",),
    ("pause", "--resume"),
    ("erase", "Ilse Brandt"),
    ("erase", "Ilse Brandt", "--apply"),
    ("backfill", "deals.csv", "--apply"),
    ("backup", "--to", "kept.db"),
    ("copy", "--to", "sqlite:///other.db"),
    ("restore", "--reconcile"),
]
"""Commands that find nothing to do where no bot has started."""


@pytest.mark.parametrize("words", WORKS_ON_WHAT_IS_THERE)
def test_what_works_on_what_is_there_makes_no_database_at_a_mistyped_address(
    database: Path, tokens: None, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(database.parent)
    Path("deals.csv").write_text(f"{HEAD}\n{GOOD}\n")
    assert "there is no" in one_sentence(call(*words))
    assert list(Path().iterdir()) == [Path("deals.csv")]
    database.touch()
    one_sentence(call(*words))
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []


@pytest.mark.postgres
@pytest.mark.parametrize("words", WORKS_ON_WHAT_IS_THERE)
def test_what_works_on_what_is_there_makes_no_tables_on_a_server(
    postgres_url: str,
    tmp_path: Path,
    tokens: None,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    Path("deals.csv").write_text(f"{HEAD}\n{GOOD}\n")
    one_sentence(call(*words))
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as server:
        assert server.execute("SELECT to_regclass('workspace')").fetchone() == (None,)
    assert list(Path().iterdir()) == [Path("deals.csv")]


@pytest.mark.parametrize("words", WORKS_ON_WHAT_IS_THERE[:8])
def test_where_no_bot_has_started_there_is_nothing_to_say_that_all_is_well_of(
    database: Path, tokens: None, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    assert call("migrate").exit_code == 0
    monkeypatch.chdir(database.parent)
    Path("deals.csv").write_text(f"{HEAD}\n{GOOD}\n")
    told = one_sentence(call(*words))
    assert told.startswith("DATABASE_URL: no bot has started on this database yet; ")


def test_a_check_before_the_first_start_says_that_there_was_none(
    database: Path, workspace: SandboxServer
) -> None:
    never = "ok   No bot has started on it yet."
    assert never in call("check").output
    build(load_settings()).store.close()
    assert never not in call("check").output


def test_a_handoff_that_is_not_there_is_not_sound_and_none_at_all_is_said(database: Path) -> None:
    assert call("migrate").exit_code == 0
    store = make_store(f"sqlite:///{database}")
    store.workspace(enterprise_id=None, team_id="T0INVENTED")
    store.close()
    outcome = call("verify", "--handoff", "99")
    assert (outcome.exit_code, outcome.output) == (1, "There is no handoff 99.\n")
    outcome = call("verify")
    assert (outcome.exit_code, outcome.output) == (0, "0 handoffs.\n")


def test_check_says_of_what_was_not_delivered_how_much_why_and_what_helps(
    database: Path, workspace: SandboxServer
) -> None:
    assert call("migrate").exit_code == 0
    store = make_store(f"sqlite:///{database}")
    workspace_id = store.workspace(enterprise_id=None, team_id="T0INVENTED")
    reasons = ("not_in_channel", "not_in_channel", "word_of_next_year")
    with store.write(workspace_id) as unit:
        reader = unit.people.ensure("U0MAYA0001")
        for number in range(len(reasons)):
            key, place = f"note:{number}", Place.DM
            unit.outbox.add(
                Notice(NoticeKind.NUDGE, place, key, Priority.NUDGE, person_id=reader.id)
            )
        unit.commit()
    with store.database.writing() as connection:
        for number, reason in enumerate(reasons):
            of = outbox.c.key == f"note:{number}"
            connection.execute(update(outbox).where(of).values(state="dead", reason=reason))
        connection.commit()
    store.close()
    outcome = call("check")
    assert outcome.exit_code == 1
    said = outcome.output
    assert "3 message(s) could not be delivered, 0 may not have arrived." in said
    assert "2 of them, such as “A reminder”: The bot is not in this channel; somebody there" in said
    assert "1 of them, such as “A reminder”: Slack refused it with the word “word_of_next" in said


def test_check_says_that_a_message_is_tried_in_vain(
    database: Path, workspace: SandboxServer
) -> None:
    assert call("migrate").exit_code == 0
    store = make_store(f"sqlite:///{database}")
    with store.write(store.workspace(enterprise_id=None, team_id="T0INVENTED")) as unit:
        reader = unit.people.ensure("U0MAYA0001")
        unit.outbox.add(
            Notice(NoticeKind.NUDGE, Place.DM, "note", Priority.NUDGE, person_id=reader.id)
        )
        unit.commit()
    with store.database.writing() as connection:
        tried = {"attempts": 12, "reason": "fatal_error"}
        connection.execute(update(outbox).where(outbox.c.key == "note").values(**tried))
        connection.commit()
    store.close()
    outcome = call("check")
    assert outcome.exit_code == 1
    assert "look A message was tried 12 times in vain, and is tried again" in outcome.output
    told = "1 of them, such as “A reminder” → U0MAYA0001: Slack fails at it each time"
    assert told in outcome.output
    assert "(“fatal_error”)" in outcome.output
    assert "message(s) wait to be sent, none was given up." in outcome.output


def test_check_names_sqlite_and_the_clock(database: Path, workspace: SandboxServer) -> None:
    told = call("check").output
    assert f"ok   SQLite is {sqlite_driver().sqlite_version}." in told
    assert "ok   The clock of this machine agrees with Slack's." in told


@pytest.mark.parametrize(("ahead", "words"), [(100, "s ahead of Slack's"), (-100, "s behind")])
def test_check_says_that_the_clock_is_off(
    database: Path, monkeypatch: pytest.MonkeyPatch, tokens: None, ahead: int, words: str
) -> None:
    with slack_with_a_clock(behind=ahead) as url:
        monkeypatch.setenv("SLACK_API_URL", url)
        outcome = call("check")
    assert outcome.exit_code == 1
    assert re.search(rf"look The clock of this machine is (98|99|100) {words}", outcome.output)


@contextmanager
def slack_with_a_clock(*, behind: int) -> Iterator[str]:
    """Somebody who answers every call like auth.test, by a clock of their own."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = b'{"ok": true, "team": "Northwind Robotics", "team_id": "T1", "user_id": "U1"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string(time.time() - behind)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/api/"
    finally:
        server.shutdown()
        server.server_close()


def test_a_database_that_may_only_be_read_is_said_at_the_start_and_by_check(
    database: Path, workspace: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(load_settings()).store.close()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///file:{database}?mode=ro&uri=true")
    assert one_sentence(call("run")) == "DATABASE_URL: the database may only be read."
    outcome = call("check")
    assert outcome.exit_code == 1
    assert "look Nothing can be saved: the database may only be read." in outcome.output


@pytest.mark.parametrize("command", ["run", "check", "migrate"])
def test_a_damaged_database_is_said(database: Path, tokens: None, command: str) -> None:
    assert call("migrate").exit_code == 0
    content = database.read_bytes()
    database.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    told = one_sentence(call(command))
    assert told.startswith("DATABASE_URL: the database is damaged, or it is none; ")


def test_a_token_that_slack_takes_at_the_start_ends_the_block_of_its_workspace(
    database: Path, workspace: SandboxServer
) -> None:
    bot = build(load_settings())
    bot.store.delivery.block_workspace(bot.workplace.id, "token_revoked")
    bot.store.close()
    again = build(load_settings())
    assert again.store.delivery.blocked() == {}
    again.store.close()


def test_the_tick_of_the_senders_fails_where_none_of_them_lives(
    database: Path, workspace: SandboxServer
) -> None:
    bot = build(load_settings())
    bot.senders._run = lambda **_: None  # type: ignore[method-assign]
    bot.senders.start()
    wait_until(lambda: not any(one.is_alive() for one in bot.senders._threads.values()))
    with capture_logs() as logs:
        bot.ticks.start()
        wait_until(lambda: any(one.get("error") == "NoSender" for one in logs))
    assert bot.stop()
    assert {one["tick"] for one in logs if one.get("error") == "NoSender"} == {"deliver"}


@pytest.mark.postgres
def test_check_says_that_the_disk_is_full(
    postgres_url: str, workspace: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    build(load_settings()).store.close()
    database = open_database(postgres_url)
    with full(database):
        outcome = call("check")
    database.close()
    assert outcome.exit_code == 1
    assert "look Nothing can be saved: the disk under the database is full." in outcome.output
    assert call("check").exit_code == 0


def test_a_key_is_printed_that_the_setting_takes(
    database: Path, workspace: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [call("key").output.strip() for _ in range(2)]
    assert made[0] != made[1]
    monkeypatch.setenv("HANDOFF_KEY", ",".join(made))
    assert call("check").exit_code == 0


def test_without_a_key_nothing_runs_and_the_sentence_says_how_to_make_one(
    database: Path, workspace: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HANDOFF_KEY")
    outcome = call("run")
    assert outcome.exit_code == 2
    assert outcome.output.startswith("Missing setting HANDOFF_KEY")
    assert "handoff-bot key" in outcome.output
    assert len(outcome.output.strip().splitlines()) == 1


def test_another_databases_key_is_refused_at_the_start_and_by_check(
    database: Path, workspace: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(load_settings()).store.close()
    monkeypatch.setenv("HANDOFF_KEY", call("key").output.strip())
    outcome = call("run")
    assert outcome.exit_code == 2
    assert outcome.output.startswith("HANDOFF_KEY:")
    assert len(outcome.output.strip().splitlines()) == 1
    checked = call("check")
    assert checked.exit_code == 1
    assert "look HANDOFF_KEY:" in checked.output


def test_migrate_makes_the_tables_and_may_be_repeated(database: Path) -> None:
    assert call("migrate").exit_code == 0
    assert call("migrate").exit_code == 0
    with closing(sqlite3.connect(database)) as connection:
        names = {row[0] for row in connection.execute("select name from sqlite_master")}
    assert {"handoff", "event", "outbox"} <= names


def test_the_manifest_is_written_for_socket_mode_or_http() -> None:
    socket = yaml.safe_load(call("manifest", "--socket").output)
    assert socket == manifest(all_listeners())
    http = yaml.safe_load(call("manifest", "--http", "https://bot.example.com/").output)
    assert http["settings"]["interactivity"]["request_url"] == (
        "https://bot.example.com/slack/events"
    )
    assert call("manifest").exit_code == 2
    assert call("manifest", "--socket", "--http", "https://x.example.com").exit_code == 2


@pytest.mark.parametrize(
    "address",
    [
        "",
        "bot.example.com",
        "http://bot.example.com",
        "https://",
        "https://:443",
        "https://bot.example.com:door",
        "https://[bot",
        "https://bot.example.com/?a=b",
        "https://bot .example.com",
    ],
)
def test_an_address_that_slack_refuses_makes_no_manifest(address: str) -> None:
    told = one_sentence(call("manifest", "--http", address))
    assert told.startswith("--http: Slack calls an address like https://")


@pytest.mark.parametrize("words", [(), ("--fresh",)])
def test_a_demo_wants_a_folder_for_its_data(tmp_path: Path, words: tuple[str, ...]) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("These are notes.")
    for place in (file, file / "demo"):
        told = one_sentence(call("demo", "--port", "0", "--data", str(place), *words))
        assert told.startswith(f"--data: {place} cannot be the folder of a demo (")
    assert file.read_text() == "These are notes."


def test_a_demo_that_starts_over_deletes_nothing_but_a_demo(tmp_path: Path) -> None:
    mine = tmp_path / "papers" / "notes.txt"
    mine.parent.mkdir()
    mine.write_text("These are notes.")
    told = one_sentence(call("demo", "--fresh", "--port", "0", "--data", str(mine.parent)))
    assert told.startswith(f"--data: {mine.parent} holds no demo")
    assert mine.read_text() == "These are notes."
    earlier = tmp_path / "demo"
    earlier.mkdir()
    (earlier / "workspace.json").write_text("{}")
    forget(earlier)
    assert not earlier.exists()
    forget(earlier)


def test_a_demo_whose_port_is_taken_or_whose_data_is_of_another_kind_says_so(
    tmp_path: Path,
) -> None:
    with closing(listening_socket("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = one_sentence(call("demo", "--port", port, "--data", str(tmp_path)))
    assert told.startswith(f"--port: {port} cannot be used (")
    (tmp_path / "workspace.json").write_text("{}")
    told = one_sentence(call("demo", "--port", "0", "--data", str(tmp_path)))
    assert told.startswith("--data: ")


def test_pause_and_verify_work_on_the_database_of_a_played_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path, transport=Transport.HTTP) as stack:
        begin(stack)
        workplace = stack.bot.workplace.id
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'handoff.db'}")
        assert "Paused in 1 workspace" in call("pause").output
        assert paused(stack, workplace)
        assert "Resumed in 1 workspace" in call("pause", "--resume").output
        assert not paused(stack, workplace)
    sound = call("verify")
    assert sound.exit_code == 0, sound.output
    assert "sound" in sound.output
    with closing(sqlite3.connect(tmp_path / "handoff.db")) as connection:
        connection.execute("update event set body = replace(body, 'full', 'none') where seq = 1")
        connection.commit()
    forged = call("verify", "--handoff", "1")
    assert forged.exit_code == 1
    assert "record 1 forged" in forged.output


def paused(stack: Stack, workplace: int) -> bool:
    with stack.bot.store.read(workplace) as unit:
        return unit.workspace.paused_at is not None


def test_settings_hide_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-very-secret")
    assert "very-secret" not in repr(load_settings())


def test_the_policy_says_in_words_what_a_deal_gets() -> None:
    outcome = call("policy", "show", "--value", "42,000", "--currency", "eur", "--strategic")
    assert outcome.exit_code == 0
    assert "counts as 45,360.00 USD (1 EUR = 1.08 USD, rate of 2 Jan 2026)" in outcome.output
    assert "Its tier: full" in outcome.output
    assert "second listener in the debrief (strategic)" in outcome.output


def test_the_policy_shown_is_the_one_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "team.toml"
    path.write_text("[tiers]\nlight_from = 1_000\nfull_above = 2_000\n")
    monkeypatch.setenv("HANDOFF_POLICY", str(path))
    assert "full, above 2,000 USD" in call("policy", "show", "--value", "2001").output


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("--value", "a lot"), "--value"),
        (("--value", "1", "--currency", "CHF"), "--currency"),
        (("--value", "1", "--currency", "CHF", "--rate", "x"), "--rate"),
        (("--value", "1", "--stakeholders", "many"), "--stakeholders"),
    ],
)
def test_a_deal_that_cannot_be_is_one_sentence_with_the_option(
    words: tuple[str, ...], option: str
) -> None:
    outcome = call("policy", "show", *words)
    assert outcome.exit_code == 2
    assert outcome.output.startswith(f"{option}: ")
    assert len(outcome.output.strip().splitlines()) == 1
