"""Slack's clients for Node talk to the sandbox unmodified, and its types know what it sends."""

import json
import os
import queue
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.deliver import Envelope
from bot.sandbox.events import EVENTS
from bot.sandbox.server import SandboxServer
from bot.sandbox.visitor import Sandbox, Visitor
from bot.sandbox.workspace_file import default_workspace
from tests.conftest import in_ci
from tests.sandbox.deliveries import everything, name_of
from tests.sandbox.desk import BOT, Json
from tests.sandbox.node_clients import HERE, NotInstalled, find_node, installed
from tests.sandbox.typescript import program

pytestmark = [pytest.mark.node, pytest.mark.slow]

DEAL = "#deal-northwind"


@pytest.fixture(scope="module")
def packages() -> Path:
    try:
        return installed()
    except NotInstalled as error:
        if in_ci():
            raise
        pytest.skip(str(error))


@pytest.fixture
def place(packages: Path, tmp_path: Path) -> Path:
    """A folder in which the packages are found."""
    (tmp_path / "node_modules").symlink_to(packages / "node_modules")
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    for script in HERE.glob("*.mjs"):
        shutil.copy(script, tmp_path)
    return tmp_path


class Client:
    """A script that prints JSON lines; those that came are waited for, never guessed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)

    def says(self, wanted: str) -> Json:
        """The next line that has this name in it."""
        while True:
            line = self._lines.get(timeout=20)
            told: Json = json.loads(line) if line.startswith("{") else {}
            if wanted in told:
                return told


@contextmanager
def running(script: str, place: Path, server: SandboxServer, **more: str) -> Iterator[Client]:
    process = subprocess.Popen(
        [str(find_node()), script],
        cwd=place,
        env={**os.environ, **server.environment(), **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield Client(process)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_the_web_api_client_is_answered_as_by_slack(place: Path, server: SandboxServer) -> None:
    done = subprocess.run(
        [str(find_node()), "web_api.mjs"],
        cwd=place,
        env={**os.environ, **server.environment()},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["me"] == BOT
    metadata = {"event_type": "note", "event_payload": {"key": "k"}}
    reactions = [{"name": "eyes", "users": [BOT], "count": 1}]
    channel = server.environment()["SANDBOX_CHANNEL"]
    assert found["history"] == [["hello again", metadata, reactions, [channel]]]
    assert found["thread"] == ["hello again", "a reply"]
    assert sum(found["channels"]) == len(
        [one for one in server.workspace.channels.values() if not (one.is_im or one.is_private)]
    )
    assert max(found["channels"]) == 2
    assert (found["file"], found["planned"], found["dm"]) == (4, True, True)
    assert found["tooMany"]["error"] == "invalid_blocks"
    assert found["tooMany"]["told"]["messages"] == [
        "[ERROR] no more than 50 items allowed [json-pointer:/blocks]"
    ]
    assert found["unknown"]["error"] == "unknown_method"
    assert found["stranger"]["error"] == "invalid_auth"


def test_the_socket_mode_client_hears_answers_and_comes_back(
    place: Path, server: SandboxServer, sandbox: Sandbox
) -> None:
    server.workspace.app.bot_events.append("message.channels")
    maya = sandbox.visitor("maya")
    with running("socket_mode.mjs", place, server) as client:
        client.says("connected")
        answer = maya.slash("/handoff", "over a socket", channel=DEAL)
        assert answer.text == "heard over a socket"
        assert client.says("heard")["kind"] == "/handoff"
        maya.open_home()
        heard = client.says("heard")
        assert (heard["heard"], heard["event"]) == ("events_api", "app_home_opened")
        sandbox.disconnect()
        client.says("connected")
        sandbox.wait_for_app()
        assert maya.slash("/handoff", "again", channel=DEAL).text == "heard again"


def plays_through(maya: Visitor, sandbox: Sandbox) -> None:
    """A command, a form with a mistake in it, a button, the Home tab and a reply."""

    def soon(look: Callable[[], Any]) -> None:
        sandbox.wait_until(look)

    maya.slash("/handoff", channel=DEAL)
    soon(lambda: maya.modal)
    soon(lambda: [one for one in maya.ephemerals(DEAL) if one.text == "the form is open"])
    assert maya.submit({"note": "wrong"}).field_errors == {"about": "Not that."}
    maya.submit({"note": "right"})
    soon(lambda: [one for one in maya.dms() if one.text == "right"])
    maya.click(maya.dms()[-1], "go")
    soon(lambda: [one for one in maya.dms() if one.text == "pressed 7"])
    maya.open_home()
    soon(maya.home)
    maya.write_to_app("ping")
    soon(lambda: "pong" in json.dumps(sandbox.state()["channels"]))


def test_a_bolt_app_plays_by_socket_mode(
    place: Path, server: SandboxServer, sandbox: Sandbox
) -> None:
    with running("bolt.mjs", place, server) as client:
        client.says("ready")
        sandbox.wait_for_app()
        plays_through(sandbox.visitor("maya"), sandbox)


def test_a_bolt_app_plays_by_signed_http(place: Path) -> None:
    with SandboxServer(default_workspace(), request_url="") as server:
        sandbox = Sandbox(server.url)
        with running("bolt.mjs", place, server, OVER_HTTP="1") as client:
            port = client.says("ready")["port"]
            server.deliver_to(f"http://127.0.0.1:{port}/slack/events")
            plays_through(sandbox.visitor("maya"), sandbox)


# ---- types


TS_CONFIG = {
    "compilerOptions": {
        "strict": True,
        "noEmit": True,
        "module": "nodenext",
        "target": "es2022",
        "skipLibCheck": True,
        "types": ["node"],
    },
    "files": ["payloads.ts"],
}


def complaints(place: Path, envelopes: list[Envelope]) -> list[str]:
    """What the compiler says of these deliveries."""
    (place / "tsconfig.json").write_text(json.dumps(TS_CONFIG), encoding="utf-8")
    (place / "payloads.ts").write_text(program(envelopes), encoding="utf-8")
    done = subprocess.run(
        [str(find_node()), "node_modules/typescript/bin/tsc", "-p", "."],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return [line[:400] for line in done.stdout.splitlines()]


def test_whatever_is_delivered_is_of_slacks_own_types(place: Path) -> None:
    heard = everything()
    events = {one.payload["event"]["type"] for one in heard if "event" in one.payload}
    assert events == {name.partition(".")[0] for name in EVENTS}
    others = {name_of(one) for one in heard if "event" not in one.payload}
    assert others == {
        "command",
        "shortcut",
        "message_action",
        "block_actions",
        "block_suggestion",
        "view_submission",
        "view_closed",
    }
    assert complaints(place, heard) == []


def test_the_compiler_would_find_a_payload_that_is_wrong(place: Path) -> None:
    kinds: dict[str, Envelope] = {}
    for one in everything():
        kinds.setdefault(name_of(one), one)
    del kinds["command"].payload["team_domain"]
    kinds["shortcut"].payload["action_ts"] = 7
    kinds["view_submission"].payload["view"]["state"] = {"values": []}
    del kinds["block_suggestion"].payload["container"]
    kinds["event reaction_added"].payload["event"]["item"].pop("ts")
    names = ("command", "shortcut", "view_submission", "block_suggestion", "event reaction_added")
    wrong = [kinds[name] for name in names]
    wrong += [_with_a_wrong_file(), _with_a_wrong_choice()]
    said = complaints(place, wrong)
    lines = {line.partition("(")[2].partition(",")[0] for line in said if "error" in line}
    assert len(lines) >= len(wrong)


def _with_a_wrong_file() -> Envelope:
    """A form with a file in it, of which nobody knows whose it is."""
    for one in everything():
        for held in _held(one):
            if held.get("files"):
                del held["files"][0]["user_team"]
                return one
    raise AssertionError("No form with a file was delivered.")


def _with_a_wrong_choice() -> Envelope:
    """A form whose menu, which the app fills, holds a text where an option should be."""
    for one in everything():
        for held in _held(one):
            if held["type"] == "external_select" and held["selected_option"]:
                held["selected_option"] = "south"
                return one
    raise AssertionError("No choice in a menu that the app fills was delivered.")


def _held(envelope: Envelope) -> list[Json]:
    view = envelope.payload.get("view") or {}
    values = view.get("state", {}).get("values", {})
    return [held for actions in values.values() for held in actions.values()]
