"""`handoff-bot sandbox` as whoever builds another app runs it."""

import http.client
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier
from typer.testing import CliRunner

from bot.cli import app as commands
from bot.sandbox.command import BadCommand, prepared
from bot.sandbox.server import SandboxServer
from bot.sandbox.visitor import Sandbox
from tests.sandbox.app_over_http import AppOverHttp
from tests.sandbox.desk import MAYA

SAYS = [
    "SLACK_API_URL",
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SANDBOX_CHANNEL",
    "SANDBOX_USER",
]


@contextmanager
def started(*arguments: str) -> Iterator[dict[str, str]]:
    """The command in a process of its own, with the lines it printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "sandbox", "--print-env", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in SAYS]
        said = [shlex.split(line)[0].partition("=") for line in lines if line.strip()]
        yield {name: value for name, _, value in said}
    finally:
        process.terminate()
        process.communicate(timeout=20)


def place_of(said: dict[str, str]) -> str:
    return said["SLACK_API_URL"].removesuffix("/api/")


def test_it_prints_all_that_an_app_needs_and_its_first_place_and_person() -> None:
    with started() as said:
        assert list(said) == SAYS
        client = WebClient(said["SLACK_BOT_TOKEN"], base_url=said["SLACK_API_URL"])
        posted = client.chat_postMessage(channel=said["SANDBOX_CHANNEL"], text="hello")
        assert posted["channel"] == said["SANDBOX_CHANNEL"]
        members = client.conversations_members(channel=said["SANDBOX_CHANNEL"])["members"]
        assert said["SANDBOX_USER"] in members
        socket = WebClient(base_url=said["SLACK_API_URL"])
        opened = socket.apps_connections_open(app_token=said["SLACK_APP_TOKEN"])
        assert str(opened["url"]).startswith("ws://127.0.0.1:")


def test_with_an_address_it_delivers_there_signed_with_the_secret_it_printed() -> None:
    with AppOverHttp() as app, started("--deliver", app.url) as said:
        sandbox = Sandbox(place_of(said))
        sandbox.act(
            "slash",
            said["SANDBOX_USER"],
            command="/handoff",
            text="help",
            channel_id=said["SANDBOX_CHANNEL"],
        )
        (arrived,) = app.wait_for(1)
        verifier = SignatureVerifier(signing_secret=said["SLACK_SIGNING_SECRET"])
        assert verifier.is_valid_request(arrived.body, arrived.headers)
        assert b"command=%2Fhandoff" in arrived.body


def test_a_file_keeps_the_workspace_and_its_tokens_over_a_restart(tmp_path: Path) -> None:
    kept = str(tmp_path / "workspace.json")
    with started("--data", kept) as first:
        client = WebClient(first["SLACK_BOT_TOKEN"], base_url=first["SLACK_API_URL"])
        ts = client.chat_postMessage(channel=first["SANDBOX_CHANNEL"], text="kept")["ts"]
    with started("--data", kept, "--rates") as again:
        assert again["SLACK_BOT_TOKEN"] == first["SLACK_BOT_TOKEN"]
        client = WebClient(again["SLACK_BOT_TOKEN"], base_url=again["SLACK_API_URL"])
        history = client.conversations_history(channel=again["SANDBOX_CHANNEL"])
        assert [one["ts"] for one in history["messages"]] == [ts]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--deliver", "ftp://127.0.0.1"], "must begin with http://"),
        (["--deliver", ""], "request URL is empty"),
        (["--host", "::"], "By which name"),
        (["--name", "slack.local"], "Loopback has its names already"),
        (["--workspace", "/nowhere.yml"], "No such file"),
        (["--port", "65536"], "less than or equal to 65535"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(arguments: list[str], sentence: str) -> None:
    result = CliRunner().invoke(commands, ["sandbox", *arguments])
    assert result.exit_code == 2
    assert sentence in " ".join(result.output.replace("│", " ").split())


def test_a_port_that_is_taken_is_said() -> None:
    with SandboxServer() as server:
        port = str(urlsplit(server.url).port)
        result = CliRunner().invoke(commands, ["sandbox", "--port", port])
        assert result.exit_code == 2
        assert "Address already in use" in result.output


@pytest.mark.parametrize("content", [b"team: [", b"team: 5", b"\xff\xfe"])
def test_a_broken_workspace_file_is_named(tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "workspace.yml"
    broken.write_bytes(content)
    with pytest.raises(BadCommand) as caught:
        prepared(
            workspace=broken,
            story=None,
            data=None,
            port=0,
            deliver=None,
            rates=False,
            host="127.0.0.1",
            name=None,
        )
    assert caught.value.option == "workspace"
    assert str(caught.value).startswith(str(broken))
    assert "\n" not in str(caught.value)


def test_a_workspace_without_a_place_for_the_app_prints_none() -> None:
    with SandboxServer() as server:
        for channel in server.workspace.channels.values():
            channel.is_archived = True
        assert list(server.environment()) == SAYS[:4]
        server.workspace.channels["C0NORTHWD1"].is_archived = False
        server.workspace.users[MAYA].is_restricted = True
        said = server.environment()
        assert said["SANDBOX_CHANNEL"] == "C0NORTHWD1"
        assert said["SANDBOX_USER"] not in (MAYA, server.workspace.app.bot_user_id)


def host_of(server: SandboxServer, name: str) -> int:
    """The status of a request that calls the server so."""
    port = urlsplit(server.url).port
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        connection.request("POST", "/api/auth.test", headers={"Host": f"{name}:{port}"})
        return connection.getresponse().status
    finally:
        connection.close()


def test_it_answers_to_this_machines_names_and_to_another_only_when_told() -> None:
    with SandboxServer() as server:
        assert host_of(server, "localhost") == 200
        assert host_of(server, "slack.internal") == 421
    with SandboxServer(name="slack.internal") as server:
        assert server.api_url.startswith("http://slack.internal:")
        assert host_of(server, "slack.internal") == 200
        assert host_of(server, "evil.example") == 421
