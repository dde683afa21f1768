"""What the tests themselves stand on: no way out, a word about what is missing, a PostgreSQL."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, create_engine, make_url, text

from tests import postgres

PROJECT = Path(__file__).resolve().parent.parent

BROWSER_TESTS = """
import pytest

@pytest.mark.browser
def test_in_a_browser(): pass

@pytest.mark.browser
def test_in_a_browser_too(chromium_path): assert chromium_path

def test_without(): pass
"""


# --- The network


def test_an_address_outside_is_refused_before_a_packet_leaves(
    refused_connections: list[str],
) -> None:
    with socket.socket() as sock, pytest.raises(RuntimeError, match="loopback only"):
        sock.connect(("192.0.2.1", 80))  # TEST-NET-1: nobody is there
    with (
        socket.socket(type=socket.SOCK_DGRAM) as sock,
        pytest.raises(RuntimeError, match="loopback only"),
    ):
        sock.sendto(b"x", ("192.0.2.1", 80))
    with pytest.raises(RuntimeError, match=r"slack\.example"):
        socket.getaddrinfo("slack.example", 443)
    assert len(refused_connections) == 3
    refused_connections.clear()


def test_a_server_open_to_every_network_is_refused(refused_connections: list[str]) -> None:
    with socket.socket() as sock, pytest.raises(RuntimeError, match="loopback only"):
        sock.bind(("", 0))
    refused_connections.clear()


def test_loopback_and_unix_sockets_work(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(("localhost", server.getsockname()[1])) as client,
    ):
        assert client.getpeername() == server.getsockname()
    left, right = socket.socketpair()
    with left, right:
        left.send(b"x")
        assert right.recv(1) == b"x"
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(os.path.relpath(tmp_path / "s"))
        assert (tmp_path / "s").is_socket()


def test_a_developers_proxies_and_tokens_do_not_reach_a_test() -> None:
    left = [
        name
        for name in os.environ
        if name.lower().endswith("_proxy") or name.startswith(("SLACK_", "HANDOFF_"))
    ]
    assert left == []


# --- Chromium


def run_browser_tests(
    folder: Path, *, tests: str = BROWSER_TESTS, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run three tests, two of them in a browser, under this project's conftest and settings."""
    (folder / "conftest.py").write_text((PROJECT / "tests" / "conftest.py").read_text())
    (folder / "test_it.py").write_text(tests)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--confcutdir"]
    return subprocess.run(
        [*command, str(folder), "-c", str(PROJECT / "pyproject.toml"), str(folder)],
        cwd=PROJECT,
        env={"PATH": str(folder), "HOME": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_without_chromium_browser_tests_are_skipped_and_the_last_lines_say_so(
    tmp_path: Path,
) -> None:
    done = run_browser_tests(tmp_path, CHROMIUM=str(tmp_path / "none"))
    assert done.returncode == 0, done.stdout + done.stderr
    *_, said, closing = done.stdout.strip().splitlines()
    assert said.startswith("2 browser tests were skipped: no Chromium")
    assert "1 passed, 2 skipped" in closing


def test_without_chromium_browser_tests_fail_in_ci(tmp_path: Path) -> None:
    done = run_browser_tests(tmp_path, CHROMIUM=str(tmp_path / "none"), CI="true")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "no Chromium on this machine" in done.stdout
    assert "1 passed, 2 errors" in done.stdout


def test_with_chromium_browser_tests_run_and_nothing_is_said(tmp_path: Path) -> None:
    done = run_browser_tests(tmp_path, CHROMIUM=sys.executable)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
    assert "Chromium" not in done.stdout


# --- Node.js

NODE_TEST = """
import pytest

@pytest.mark.node
def test_with_node(): pass
"""


def test_without_node_its_tests_are_skipped_and_the_last_lines_say_so(tmp_path: Path) -> None:
    done = run_browser_tests(tmp_path, tests=NODE_TEST)
    assert done.returncode == 0, done.stdout + done.stderr
    *_, said, _ = done.stdout.strip().splitlines()
    assert said.startswith("1 Node.js test was skipped: no Node.js from ")


def test_without_node_its_tests_fail_in_ci(tmp_path: Path) -> None:
    done = run_browser_tests(tmp_path, tests=NODE_TEST, CI="true")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "no Node.js from 20.18.1 on with npm here" in done.stdout


# --- PostgreSQL


@pytest.fixture
def deals(postgres_server: str) -> str:
    """Give the name of a template with one table and one row."""
    assert postgres_server

    def build(url: str) -> None:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE deal (name text)"))
            connection.execute(text("INSERT INTO deal VALUES ('Ábel')"))
        engine.dispose()

    return postgres.template("deals", build)


def names_in(url: str, *, after: str = "SELECT 1") -> list[str]:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(after))
        names = [str(row[0]) for row in connection.execute(text("SELECT name FROM deal"))]
    engine.dispose()
    return names


def connected_to(url: URL) -> str:
    engine = create_engine(url)
    with engine.connect() as connection:
        version = str(connection.execute(text("SHOW server_version")).scalar_one())
    engine.dispose()
    return version


@pytest.mark.postgres
def test_a_test_gets_an_empty_database_on_postgresql_18(postgres_url: str) -> None:
    assert make_url(postgres_url).drivername == "postgresql+psycopg"
    assert connected_to(make_url(postgres_url)).startswith("18.")


@pytest.mark.postgres
def test_copies_of_a_template_do_not_see_each_other(deals: str) -> None:
    with (
        postgres.database(template_name=deals) as one,
        postgres.database(template_name=deals) as other,
    ):
        assert names_in(one, after="DELETE FROM deal") == []
        assert names_in(other, after="SELECT lower(name) FROM deal") == ["Ábel"]


@pytest.mark.postgres
def test_a_database_is_gone_after_its_block_even_with_someone_connected(
    postgres_server: str,
) -> None:
    with postgres.database() as url:
        host = str(make_url(url).query["host"])
        held = psycopg.connect(host=host, user="postgres", dbname=make_url(url).database)
    with pytest.raises(psycopg.OperationalError):
        held.execute("SELECT 1")
    held.close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(host=host, user="postgres", dbname=make_url(url).database)


@pytest.mark.postgres
def test_a_killed_test_run_leaves_no_server_behind() -> None:
    script = (
        "import json, sys; from tests import postgres; postgres.start();"
        "print(json.dumps([postgres._directory, postgres._keeper.pid]), flush=True);"
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as tests:
        assert tests.stdout is not None
        directory, keeper = json.loads(tests.stdout.readline())
        server = int((Path(directory) / ".s.PGSQL.5432.lock").read_text().split()[0])
        # The keeper is no child of ours: a descriptor of the process tells its end without polling.
        ended = os.pidfd_open(keeper) if hasattr(os, "pidfd_open") else None
        tests.send_signal(signal.SIGKILL)
    if ended is None:
        pytest.skip("only Linux tells the end of somebody else's process")
    assert selected_within(ended, seconds=20.0)
    os.close(ended)
    assert not Path(directory).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)


def selected_within(descriptor: int, *, seconds: float) -> bool:
    return bool(select.select([descriptor], [], [], seconds)[0])
