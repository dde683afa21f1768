"""The JSON Slack puts around an interaction."""

from typing import Final

from bot.sandbox.posting import file_json, message_json
from bot.sandbox.view_state import FILE_INPUT, STATEFUL, State
from bot.sandbox.workspace import Channel, Json, Message, OpenView, User, Workspace

LEGACY_TOKEN: Final = "unused"  # noqa: S105
"""Slack's old verification token: still in every payload, proof of nothing."""


def channel_name(channel: Channel) -> str:
    if channel.is_im:
        return "directmessage"
    if channel.is_mpim:
        return channel.name
    return "privategroup" if channel.is_private else channel.name


def command_form(
    workspace: Workspace,
    user: User,
    channel: Channel,
    *,
    command: str,
    text: str,
    trigger_id: str,
    response_url: str,
) -> Json:
    return {
        "token": LEGACY_TOKEN,
        "team_id": workspace.team.id,
        "team_domain": workspace.team.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": workspace.app.id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def envelope(workspace: Workspace, kind: str, user: User) -> Json:
    """What every interaction begins with."""
    return {
        "type": kind,
        "team": {"id": workspace.team.id, "domain": workspace.team.domain},
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": user.team_id,
        },
        "api_app_id": workspace.app.id,
        "token": LEGACY_TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def view_json(workspace: Workspace, view: OpenView, *, without_inputs: bool = False) -> Json:
    """A view as Slack sends it; a closed one comes without what stood in its input blocks."""
    state = view.state
    if without_inputs:
        inputs = {b["block_id"] for b in view.view["blocks"] if b["type"] == "input"}
        state = {block: actions for block, actions in state.items() if block not in inputs}
    shown: Json = {
        "id": view.id,
        "team_id": workspace.team.id,
        "type": view.type,
        "blocks": view.view["blocks"],
        "private_metadata": view.view.get("private_metadata", ""),
        "callback_id": view.callback_id,
        "state": {"values": as_sent(workspace, state)},
        "hash": view.hash,
        "clear_on_close": view.view.get("clear_on_close", False),
        "notify_on_close": view.view.get("notify_on_close", False),
        "previous_view_id": view.previous_view_id,
        "root_view_id": view.root_view_id,
        "app_id": workspace.app.id,
        "external_id": view.external_id,
        "app_installed_team_id": workspace.team.id,
        "bot_id": workspace.app.bot_id,
    }
    for name in ("title", "submit", "close"):
        shown[name] = view.view.get(name)
    if view.type == "home":
        # Slack gives the Home tab this title, though an app cannot set any.
        shown["title"] = {"type": "plain_text", "text": "View Title", "emoji": True}
    return shown


def as_sent(workspace: Workspace, state: State) -> State:
    """The state as it goes out: rich text in which nothing stands is left out, files are told."""
    return {
        block_id: {action_id: _told(workspace, held) for action_id, held in actions.items()}
        for block_id, actions in state.items()
    }


def _told(workspace: Workspace, held: Json) -> Json:
    if held["type"] == FILE_INPUT:
        files = [workspace.files[one] for one in held["files"] if one in workspace.files]
        return {**held, "files": [file_json(workspace, one) for one in files]}
    unwritten = "rich_text_value" in held and held["rich_text_value"] is None
    return {
        name: value for name, value in held.items() if name != "rich_text_value" or not unwritten
    }


_COPIED: Final = {
    "button": ("text", "value", "style"),
    "icon_button": ("icon", "text", "value"),
    "feedback_buttons": (),
}
"""What an action repeats of its element, where that is more than the placeholder."""


def action_json(block: Json, element: Json, held: Json | None, *, action_ts: str) -> Json:
    """One entry of `actions`; `held` is the element's new state, None for a button."""
    action: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": action_ts,
    }
    for name in _COPIED.get(element["type"], ("placeholder",)):
        if name in element:
            action[name] = element[name]
    if held is not None:
        action.update(held)
        initial = STATEFUL.get(element["type"], ("", ""))[1]
        if initial in element:
            action[initial] = element[initial]
    return action


def message_container(message: Message) -> Json:
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.ephemeral_for is not None,
    }
    if message.thread_ts is not None:
        container["thread_ts"] = message.thread_ts
    return container


def message_click(
    workspace: Workspace, user: User, message: Message, *, state: State, action: Json
) -> Json:
    """A click in a message, still without its trigger id and response URL."""
    channel = workspace.channels[message.channel]
    payload: Json = {
        **envelope(workspace, "block_actions", user),
        "container": message_container(message),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": {"values": as_sent(workspace, state)},
        "actions": [action],
    }
    # Slack does not keep ephemeral messages and so cannot send one back.
    if message.ephemeral_for is None:
        payload["message"] = message_json(workspace, message)
    return payload
