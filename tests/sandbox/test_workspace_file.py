from pathlib import Path

import pytest

from bot.sandbox.clock import SandboxClock
from bot.sandbox.server import SandboxServer
from bot.sandbox.workspace_file import (
    default_workspace,
    read_workspace,
)
from bot.sandbox.written import BadWorkspaceFile
from tests.sandbox.desk import Json

SMALL = """
team: {id: T1, name: Small, domain: small}
app: {id: A0TINY, name: Tiny, bot_token: xoxb-fixed}
people:
  - {id: U1, name: ola, real_name: Ola Nordahl, tz: Europe/Oslo, admin: true}
  - {id: U2, name: ines, real_name: Ines Duarte, tz: Europe/Lisbon, guest: single}
  - {id: U3, name: otto, real_name: Otto Brandt, tz: Europe/Berlin, deactivated: true}
channels:
  - {id: C1, name: open, members: [ola, ines]}
  - {id: C2, name: closed, members: [ola], private: true, archived: true, pending: true}
"""
MANIFEST: Json = {
    "display_information": {"name": "Other"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": False},
        "slash_commands": [{"command": "/other", "description": "Does it", "should_escape": True}],
        "shortcuts": [{"name": "Go", "type": "global", "callback_id": "go", "description": "Goes"}],
    },
    "oauth_config": {"scopes": {"bot": ["commands", "chat:write"]}},
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened"]},
        "interactivity": {"is_enabled": True},
    },
}


def test_people_and_channels_are_as_written() -> None:
    workspace = read_workspace(SMALL)
    ola, ines, otto = (workspace.users[key] for key in ("U1", "U2", "U3"))
    assert (ola.is_admin, ola.is_owner, ola.is_restricted) == (True, False, False)
    assert (ines.is_restricted, ines.is_ultra_restricted) == (True, True)
    assert otto.deleted is True
    assert [user.name for user in workspace.people()] == ["ola", "ines"]
    closed = workspace.channels["C2"]
    assert (closed.is_private, closed.is_archived, closed.is_pending_ext_shared) == (
        True,
        True,
        True,
    )
    assert workspace.app.bot_token == "xoxb-fixed"
    assert [c.name for c in workspace.channels_of("U2")] == ["open"]


FIELDS = """
profile_fields:
  - {id: Xf1, label: Boss, type: user}
  - {id: Xf2, label: Floor, type: options_list, options: [first, second]}
"""


def test_custom_fields_and_what_people_have_in_them_are_as_written() -> None:
    boss = SMALL.replace("tz: Europe/Lisbon", "tz: Europe/Lisbon, fields: {Xf1: ola, Xf2: first}")
    workspace = read_workspace(boss + FIELDS)
    assert workspace.users["U2"].fields == {"Xf1": "U1", "Xf2": "first"}
    assert workspace.users["U1"].fields == {}


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ("{Xf9: ola}", "there is no profile field Xf9"),
        ("{Xf1: nobody}", "Boss names nobody known: nobody"),
        ("{Xf2: third}", "third is no option of Floor"),
    ],
)
def test_what_no_field_can_hold_is_refused(held: str, told: str) -> None:
    text = SMALL.replace("tz: Europe/Lisbon", f"tz: Europe/Lisbon, fields: {held}") + FIELDS
    with pytest.raises(BadWorkspaceFile, match=told):
        read_workspace(text)


@pytest.mark.parametrize(
    ("field", "told"),
    [("id: Xf1, label: A, type: person", "no type"), ("id: F1, label: A, type: user", "with Xf")],
)
def test_a_field_that_slack_could_not_have_is_refused(field: str, told: str) -> None:
    with pytest.raises(BadWorkspaceFile, match=told):
        read_workspace(f"{SMALL}profile_fields:\n  - {{{field}}}\n")


def test_tokens_that_are_not_written_are_new_each_time() -> None:
    first, second = default_workspace().app, default_workspace().app
    assert first.bot_token.startswith("xoxb-")
    assert first.app_token.startswith("xapp-")
    assert first.bot_token != second.bot_token
    assert first.signing_secret != second.signing_secret


def test_a_manifest_stands_in_place_of_the_files_own() -> None:
    app = default_workspace(manifest=MANIFEST).app
    assert app.name == "Other"
    assert [(c.command, c.should_escape) for c in app.slash_commands] == [("/other", True)]
    assert [s.callback_id for s in app.shortcuts] == ["go"]
    assert app.bot_scopes == ["commands", "chat:write"]
    assert app.bot_events == ["app_home_opened"]
    assert (app.home_tab_enabled, app.messages_tab_enabled) == (True, False)


def test_a_server_takes_a_manifest_even_for_a_saved_workspace(tmp_path: Path) -> None:
    data = tmp_path / "w.json"
    with SandboxServer(data=data):
        pass
    with SandboxServer(data=data, manifest=MANIFEST) as again:
        assert again.workspace.app.bot_scopes == ["commands", "chat:write"]


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("tz: Europe/Oslo", "tz: Mars/Base", "Mars/Base"),
        ("guest: single", "guest: often", "guest"),
        ("[ola, ines]", "[ola, nobody]", "nobody"),
        ("private: true", "secret: true", "secret"),
        ("admin: true", "boss: true", "boss"),
        ("name: Tiny,", "name: Tiny, colour: red,", "colour"),
        ("tz: Europe/Oslo, ", "", "people.0.tz"),
        ("real_name: Ola Nordahl, ", "", "people.0.real_name"),
        ("tz: Europe/Oslo", "tz: 5", "people.0.tz"),
        ("admin: true", "admin: perhaps", "people.0.admin"),
        ("members: [ola, ines]", "members: ola", "channels.0.members"),
        ("{id: C1, name: open, members: [ola, ines]}", "open", "channels.0"),
        ("team: {id: T1, name: Small, domain: small}", "", "team"),
        ("people:", "folk:", "people"),
        ("id: U2", "id: U1", "Two have the id U1"),
        ("name: ines", "name: ola", "Two have the name ola"),
        ("name: closed", "name: open", "Two have the name open"),
        ("id: C2", "id: C1", "Two have the id C1"),
        ("id: U2", "id: U0TINY", "Two have the id U0TINY"),
        ("name: Tiny,", "name: Tiny, manifest: {features: []},", "manifest, features"),
        ("tz: Europe/Oslo", "tz: 2026-13-01", "YAML"),
    ],
)
def test_a_mistake_in_the_file_is_named(old: str, new: str, part: str) -> None:
    assert old in SMALL
    with pytest.raises(BadWorkspaceFile, match=part):
        read_workspace(SMALL.replace(old, new))


def test_something_else_is_no_workspace() -> None:
    with pytest.raises(BadWorkspaceFile):
        read_workspace("- a\n- b\n")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"features": {"slash_commands": [{"description": "Does it"}]}}, "slash_commands.0"),
        ({"features": {"shortcuts": [{"name": "Go", "type": "local"}]}}, "shortcuts.0"),
        ({"oauth_config": {"scopes": {"bot": "commands"}}}, "scopes.bot"),
    ],
)
def test_a_mistake_in_a_manifest_is_named(wrong: Json, told: str) -> None:
    with pytest.raises(BadWorkspaceFile, match=told):
        default_workspace(manifest=wrong)


# ---- the clock


def test_the_calendar_moves_and_the_machine_clock_does_not() -> None:
    clock = SandboxClock(real=lambda: 1_000_000.0, machine=lambda: 5.0)
    clock.advance(90.5)
    assert clock.timestamp() == 1_000_090.5
    assert clock.offset_seconds == 90.5
    assert clock.machine_seconds() == 5.0
    assert clock.now().tzinfo is not None


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
def test_the_calendar_never_stands_still_goes_back_or_leaps_for_ever(seconds: float) -> None:
    clock = SandboxClock()
    with pytest.raises(ValueError, match="forward"):
        clock.advance(seconds)
    assert clock.offset_seconds == 0


def test_message_times_differ_even_within_one_microsecond() -> None:
    workspace = default_workspace()
    workspace.clock = SandboxClock(real=lambda: 1_700_000_000.5)
    stamps = [workspace.new_ts() for _ in range(3)]
    assert stamps == ["1700000000.500000", "1700000000.500001", "1700000000.500002"]
