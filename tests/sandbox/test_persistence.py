import json
from pathlib import Path

import pytest

from bot.sandbox.persistence import UnreadableFile, dump, read, write
from bot.sandbox.server import SandboxServer
from bot.sandbox.visitor import Sandbox
from tests.sandbox.desk import (
    MAYA,
    NORTHWIND,
    THEO,
    Desk,
    actions,
    button,
    modal,
    plain,
)


def lived_in(desk: Desk) -> None:
    """A workspace with something of everything in it."""
    parent = desk.post(
        blocks=[actions(button())], metadata={"event_type": "t", "event_payload": {"key": "k"}}
    )
    desk.post(thread_ts=parent)
    desk.call("chat.postEphemeral", channel=NORTHWIND, user=MAYA, text="psst")
    desk.call("chat.postMessage", channel=MAYA, text="in the DM")
    desk.run(desk.acts.react(THEO, channel_id=NORTHWIND, ts=parent, name="eyes"))
    view = desk.open(modal())
    desk.acts.keep_typed(MAYA, view_id=view["id"], values={"about": {"note": "half"}})
    home = {"type": "home", "blocks": [{"type": "header", "text": plain("Hi")}]}
    desk.call("views.publish", user_id=MAYA, view=home)
    desk.workspace.add_notice(MAYA, "The app did not answer.")
    desk.workspace.clock.advance(3600)


def test_everything_is_as_before_after_saving_and_loading(desk: Desk, tmp_path: Path) -> None:
    lived_in(desk)
    path = tmp_path / "deep" / "sandbox.json"
    write(path, dump(desk.workspace))
    loaded = read(path)
    assert loaded is not None
    before, after = dump(desk.workspace), dump(loaded)
    assert json.loads(json.dumps(after)) == json.loads(json.dumps(before))
    assert loaded.clock.offset_seconds == 3600
    assert loaded.app_dm(MAYA) is not None
    assert [p.name for p in path.parent.iterdir()] == ["sandbox.json"]


def test_ids_and_times_go_on_rising_after_loading(desk: Desk, tmp_path: Path) -> None:
    lived_in(desk)
    last = desk.post()
    known = desk.workspace.new_id("V")
    write(tmp_path / "w.json", dump(desk.workspace))
    loaded = read(tmp_path / "w.json")
    assert loaded is not None
    assert loaded.new_ts() > last
    assert loaded.new_id("V") > known


def test_nothing_saved_is_no_workspace(tmp_path: Path) -> None:
    assert read(tmp_path / "none.json") is None


@pytest.mark.parametrize("content", ["{", "{}", '{"schema": 99}', '{"schema": 1}', "[]"])
def test_a_file_that_is_no_workspace_is_refused_by_its_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "w.json"
    path.write_text(content)
    with pytest.raises(UnreadableFile):
        read(path)


def test_a_server_takes_up_where_it_stopped(tmp_path: Path) -> None:
    data = tmp_path / "w.json"
    with SandboxServer(data=data) as first:
        sandbox = Sandbox(first.url)
        ts = sandbox.visitor("maya").post("#deal-northwind", "still here?")
        sandbox.advance(60)
        tokens = (first.bot_token, first.app_token, first.signing_secret)
    with SandboxServer(data=data) as second:
        sandbox = Sandbox(second.url)
        assert [m.ts for m in sandbox.visitor("theo").messages("#deal-northwind")] == [ts]
        assert sandbox.offset_seconds == 60
        assert (second.bot_token, second.app_token, second.signing_secret) == tokens


def test_changes_are_saved_while_the_server_runs(tmp_path: Path) -> None:
    data = tmp_path / "w.json"
    with SandboxServer(data=data) as running:
        sandbox = Sandbox(running.url)
        sandbox.visitor("maya").post("#deal-northwind", "a word to keep")

        def saved() -> bool:
            return data.exists() and "a word to keep" in data.read_text()

        assert sandbox.wait_until(saved)
