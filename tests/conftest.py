"""What holds for every test: no way out of this machine, and Chromium or a word without it."""

import gc
import ipaddress
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog

from tests.sandbox.node_clients import MISSING as NO_NODE
from tests.sandbox.node_clients import find_node

pytest_plugins = ("tests.postgres",)

# A developer's own proxies and Slack tokens must not change a result, nor be used by a test.
for _name in list(os.environ):
    if _name.lower().endswith("_proxy") or _name.startswith(("SLACK_", "HANDOFF_")):
        del os.environ[_name]
for _name in ("DATABASE_URL", "PORT"):
    os.environ.pop(_name, None)

# How long an example takes says how busy the machine is, and nothing about what is tested.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


# --- The log


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command has the log written to its runner's own output, which is closed afterwards."""
    yield
    structlog.reset_defaults()


# --- Chromium

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_CHROMIUMS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)
NO_CHROMIUM = "no Chromium on this machine (on Debian: apt-get install chromium)"


def find_chromium() -> Path | None:
    """Find the browser: what CHROMIUM names, else the first of the usual places."""
    if named := os.environ.get("CHROMIUM"):
        return Path(named) if os.access(named, os.X_OK) else None
    on_path = (shutil.which(name) for name in CHROMIUM_NAMES)
    found = [Path(path) for path in on_path if path] + [p for p in MAC_CHROMIUMS if p.exists()]
    return found[0] if found else None


def in_ci() -> bool:
    """Tell CI, where a missing Chromium is a failure, from a laptop, where it is not."""
    return os.environ.get("CI", "").lower() in ("true", "1")


@pytest.hookimpl(tryfirst=True)  # before any fixture starts a browser
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test without the browser or the Node.js that it needs, or fail it in CI."""
    if item.get_closest_marker("browser") and find_chromium() is None:
        _do_without(NO_CHROMIUM)
    if item.get_closest_marker("node") and find_node() is None:
        _do_without(NO_NODE)


def _do_without(what: str) -> None:
    if in_ci():
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end how many tests were left out for want of what they need, if any."""
    reports = terminalreporter.stats.get("skipped", [])
    for kind, title, missing in (
        ("Node.js", "Node.js", NO_NODE),
        ("browser", "Chromium", NO_CHROMIUM),
    ):
        skipped = sum(
            1
            for report in reports
            if isinstance(report.longrepr, tuple) and missing in str(report.longrepr[2])
        )
        if skipped:
            tests = f"1 {kind} test was" if skipped == 1 else f"{skipped} {kind} tests were"
            terminalreporter.section(title)
            terminalreporter.write_line(f"{tests} skipped: {missing}")
    _tell_figures(terminalreporter)


FIGURE = "figure"


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Have a line stand in the summary of the test run, also with several workers."""

    def note(line: str) -> None:
        record_property(FIGURE, line)

    return note


def _tell_figures(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what tests measured, whoever of several workers did."""
    reports = [one for of in ("passed", "failed") for one in terminalreporter.stats.get(of, [])]
    figures = [line for one in reports for name, line in one.user_properties if name == FIGURE]
    if figures:
        terminalreporter.section("Figures")
        for line in figures:
            terminalreporter.write_line(str(line))


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """Give the browser's program; only tests marked `browser` may ask."""
    path = find_chromium()
    if path is None:
        pytest.fail(f"{NO_CHROMIUM}; is this test marked `browser`?", pytrace=False)
    return path


# --- Order and place

IN_MEMORY = Path("/dev/shm")  # noqa: S108, pytest makes folders of its own in it
ROOM_FOR_FILES = 4 * 2**30

# Most tests have a database of their own, which forces every commit to the disk, as it shall:
# in memory that costs nothing. A container may have too little of it.
if os.path.ismount(IN_MEMORY) and shutil.disk_usage(IN_MEMORY).free > ROOM_FOR_FILES:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long: at the end one worker would be alone with them."""
    long = {
        item.path
        for item in items
        if item.get_closest_marker("slow") or item.get_closest_marker("browser")
    }
    items.sort(key=lambda item: item.path not in long)


def pytest_collection_finish() -> None:
    """Look for garbage more rarely, and never through what all tests share and nobody lets go.

    As shipped, the looks are a sixth of the time of most tests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


# --- The network

REACHING = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")
LOOKING_UP = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
_refused: list[str] = []


class OutsideThisMachine(RuntimeError):
    """A test tried to reach something that is not on this machine's loopback."""


def is_loopback(host: object) -> bool:
    """Say whether a host as Python's socket functions take it stays on this machine."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _watch_sockets(event: str, arguments: tuple[Any, ...]) -> None:
    if event in REACHING:
        address = arguments[1]
        # A unix socket's address is a path; sendmsg on a connected socket names no address.
        if not isinstance(address, tuple) or is_loopback(address[0]):
            return
        host = address[0]
    elif event in LOOKING_UP:
        host = arguments[0]
        if is_loopback(host):
            return
    else:
        return
    _refused.append(f"{event} {host!r}")
    raise OutsideThisMachine(f"{event} {host!r}: tests use loopback only")


# An audit hook sees every socket of this process, whichever library opens it, and patches nothing.
sys.addaudithook(_watch_sockets)


@pytest.fixture
def refused_connections() -> list[str]:
    """Give the refused attempts of this test; a test that provoked one on purpose clears them."""
    return _refused


@pytest.fixture(autouse=True)
def _stay_on_this_machine(refused_connections: list[str]) -> Iterator[None]:
    """Fail a test whose attempt was refused, even if the code under test swallowed the refusal."""
    refused_connections.clear()
    yield
    attempts = list(refused_connections)
    refused_connections.clear()
    if attempts:
        pytest.fail(f"reached out of this machine: {', '.join(attempts)}", pytrace=False)
