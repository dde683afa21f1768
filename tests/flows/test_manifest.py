"""The manifest is written from the listeners and accepted by Slack's own schema."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from bot.domain.errors import HandoffError, Problem
from bot.flows.answers import Done
from bot.flows.asked import Kind
from bot.flows.manifest import BOT_NAME, SCOPES, manifest
from bot.flows.registration import all_listeners
from bot.views import sentences

HERE = Path(__file__).parent
SCHEMA = json.loads((HERE.parent / "slack_manifest.schema.json").read_text())
CHECKED_IN = HERE.parent.parent / "manifest.yml"


def problems(content: dict[str, Any]) -> list[str]:
    return [error.message for error in Draft7Validator(SCHEMA).iter_errors(content)]


def test_the_socket_manifest_passes_slacks_schema() -> None:
    assert problems(manifest(all_listeners())) == []


def test_the_http_manifest_passes_slacks_schema_and_names_the_endpoint_everywhere() -> None:
    url = "https://handoff.example.com/slack/events"
    content = manifest(all_listeners(), http_url=url)
    assert problems(content) == []
    assert content["settings"]["event_subscriptions"]["request_url"] == url
    assert content["settings"]["interactivity"]["request_url"] == url
    assert {command["url"] for command in content["features"]["slash_commands"]} == {url}
    assert content["settings"]["socket_mode_enabled"] is False


def test_whom_to_invite_is_called_as_the_manifest_says() -> None:
    asked = sentences.problems.problem(HandoffError(Problem.CHANNEL_NOT_INSIDE), people={})
    assert f"/invite @{BOT_NAME} " in asked
    assert f"/invite @{BOT_NAME} " in sentences.notices.CANNOT_POST[Problem.CHANNEL_NOT_INSIDE][1]


def test_the_schema_can_refuse() -> None:
    content = manifest(all_listeners())
    content["features"]["slash_commands"][0]["comand"] = "/typo"
    assert problems(content)


def test_the_checked_in_manifest_is_the_socket_one() -> None:
    assert yaml.safe_load(CHECKED_IN.read_text()) == manifest(all_listeners())


def test_every_command_and_event_that_is_listened_to_is_in_the_manifest() -> None:
    listeners = all_listeners()
    content = manifest(listeners)
    commands = [command["command"] for command in content["features"]["slash_commands"]]
    assert commands == listeners.names(Kind.COMMAND)
    shortcuts = [(one["type"], one["callback_id"]) for one in content["features"]["shortcuts"]]
    assert shortcuts == [("message", name) for name in listeners.names(Kind.SHORTCUT)]
    # Slack tells of messages by the sort of conversation they are in, and of no other sort.
    heard = ["message.im" if one == "message" else one for one in listeners.names(Kind.EVENT)]
    assert content["settings"]["event_subscriptions"]["bot_events"] == sorted(heard)


def test_an_event_whose_scope_is_not_asked_for_is_refused() -> None:
    def seen(asked: object, unit: object, actor: object) -> Done:
        return Done()

    listeners = all_listeners()
    listeners.event("pin_added", seen, scopes=("pins:read",))
    with pytest.raises(ValueError, match="pins:read"):
        manifest(listeners)


def test_every_scope_has_a_reason_of_its_own() -> None:
    assert len({scope.name for scope in SCOPES}) == len(SCOPES)
    assert all(len(scope.reason) > 10 for scope in SCOPES)
