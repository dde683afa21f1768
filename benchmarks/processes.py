"""The bot and Slack's side as processes of their own, for as long as they are needed."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.machine import Share
from bot.clock.ticks import HOUSEKEEPING_AFTER

PROJECT = Path(__file__).parent.parent
STARTS_WITHIN = 30
ENDS_WITHIN = 30
SIGNING_SECRET = "only-used-on-loopback"  # noqa: S105, nothing outside ever sees it
KEY = "b25seS11c2VkLWZvci1tZWFzdXJpbmctdGhlLWJvdCE="
WORKSPACES = "BENCHMARK_WORKSPACES"
"""The variable that says for how many workspaces a bot's process has tokens."""
SETTLED, SETTLES_WITHIN = 0.05, 180.0
"""Processors that processes at rest use at most, and the seconds in which they come to it."""
_TOKEN = "xoxb-only-used-on-loopback"  # noqa: S105, likewise


def token_of(workspace_id: int) -> str:
    """The token of one of many workspaces."""
    return f"xoxb-of-workspace-{workspace_id}"


class NotStarted(Exception):
    """A process ended before it listened."""


@dataclass(frozen=True)
class Started:
    """A process that listens."""

    pid: int
    url: str


def settle(bots: Sequence[Started]) -> None:
    """Wait until what a process does once it is up is done: it looks at every open handoff.

    Until that begins, some seconds after the start, it only seems to be at rest. Raises NotStarted
    where they do not come to rest.
    """
    time.sleep(HOUSEKEEPING_AFTER.total_seconds())
    end = time.monotonic() + SETTLES_WITHIN
    while time.monotonic() < end:
        share, began = Share([bot.pid for bot in bots]), time.perf_counter()
        time.sleep(3.0)
        if sum(share.ours()) / (time.perf_counter() - began) < SETTLED * len(bots):
            return
    raise NotStarted("the processes do not come to rest")


@contextmanager
def slack() -> Iterator[Started]:
    """Slack's side."""
    with _started("benchmarks.slack_stub", {}) as process:
        yield process


@contextmanager
def the_page() -> Iterator[Started]:
    """The sandbox with its page, and an app in it that answers at once."""
    with _started("benchmarks.page_server", {}) as process:
        yield process


@contextmanager
def the_bot(*, slack_url: str, database_url: str, workspaces: int = 1) -> Iterator[Started]:
    """The bot, on the database, reached by signed HTTP; with tokens of so many workspaces."""
    settings = {
        "SLACK_BOT_TOKEN": _TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "HANDOFF_KEY": KEY,
        "SLACK_API_URL": f"{slack_url}/api/",
        "DATABASE_URL": database_url,
        WORKSPACES: str(workspaces),
    }
    with _started("benchmarks.bot_process", settings) as process:
        yield process


@contextmanager
def _started(module: str, settings: Mapping[str, str]) -> Iterator[Started]:
    # What the shell sets for another bot must not reach this one.
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "VIRTUAL_ENV", "TMPDIR", "TZ")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=PROJECT,
        env={**environment, **settings},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        url = process.stdout.readline().strip() if process.stdout else ""
        if not url:
            raise NotStarted(f"{module} did not start")
        _wait_until_listening(url)
        yield Started(process.pid, url)
    finally:
        # Each ends when its standard input does, also where this process dies.
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _wait_until_listening(url: str) -> None:
    parts = urlsplit(url)
    end = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            socket.create_connection((parts.hostname or "", parts.port or 80), timeout=1).close()
            return
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise NotStarted(f"{url} does not listen") from None
            time.sleep(0.02)
