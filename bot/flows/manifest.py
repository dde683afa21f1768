"""The app manifest, written from the tables that register the listeners."""

from dataclasses import dataclass
from typing import Any

from bot.flows.asked import Kind
from bot.flows.listeners import CommandWords, Listeners, ShortcutWords

APP_NAME = "Handoff"
BOT_NAME = "handoff"
DESCRIPTION = "Carries a won deal from the account executive to the customer success manager."
LONG_DESCRIPTION = (
    "When a deal is won, what the account executive knows about it fades within days. Handoff "
    "guides both people through the handover where they already are: a structured message in the "
    "deal channel within four hours of the signature, a brief that is good enough to be believed, "
    "an acknowledgement by the customer success manager, and quiet reminders to whoever is next."
)


@dataclass(frozen=True)
class Scope:
    """One permission and why the bot asks for it."""

    name: str
    reason: str
    optional: bool = False


SCOPES: tuple[Scope, ...] = (
    Scope(
        "commands",
        "to offer /handoff and /handoff-status, and *Add to handoff* in the menu of a message",
    ),
    Scope(
        "chat:write",
        "to post the handoff message, to write to the people who are next, and to take its own "
        "messages down where outsiders may read them",
    ),
    Scope("im:write", "to open the direct message in which a person gets their own card"),
    Scope(
        "im:history",
        "to hear what you answer in a chat with the bot, and to look, after an unclear answer from "
        "Slack, whether a message of its own arrived, so that nothing is said twice, and once a "
        "day whether its cards still stand",
    ),
    Scope("users:read", "to know names, time zones, guests and closed accounts"),
    Scope(
        "users.profile:read",
        "to read who somebody's manager is from the field of the profile that an admin chose; "
        "without it managers are set by hand",
        optional=True,
    ),
    Scope(
        "users:read.email",
        "to find people by the addresses in the file of a backfill; without it the file names "
        "them by Slack id or handle",
        optional=True,
    ),
    Scope("channels:read", "to see whether a public channel is shared outside or holds guests"),
    Scope(
        "groups:read",
        "the same for private channels the bot was invited to, and whether who moves a handoff "
        "into one is in it",
    ),
    Scope(
        "reactions:read",
        "to take a ✅ on the message of a promise as an initial; without it initials are given by "
        "button alone",
        optional=True,
    ),
    Scope(
        "channels:write.invites",
        "to invite the assigned CSM to a public deal channel; without it a person is asked to",
        optional=True,
    ),
    Scope(
        "groups:write.invites",
        "to invite the assigned CSM to a private deal channel; without it a person is asked to",
        optional=True,
    ),
    Scope(
        "groups:write",
        "to make a private channel for a handoff whose channel guests or outsiders can read; "
        "without it a person makes one",
        optional=True,
    ),
    Scope(
        "files:write",
        "to send the list of handoffs, or a promise ledger, as a file to the direct messages of "
        "whoever asked for it, and the time of a debrief to those who are in it; without it they "
        "are told that it cannot be sent",
        optional=True,
    ),
    Scope(
        "channels:history",
        "to look in a public deal channel, after an unclear answer from Slack, whether the bot's "
        "own message arrived, and once a day whether it still stands; without it the AE is asked, "
        "and a deleted message is noticed when it is edited next",
        optional=True,
    ),
    Scope(
        "groups:history",
        "the same for private deal channels",
        optional=True,
    ),
)


def manifest(listeners: Listeners, *, http_url: str | None = None) -> dict[str, Any]:
    """The manifest for Socket Mode, or for signed HTTP where `http_url` is the endpoint's URL."""
    settings: dict[str, Any] = {
        "event_subscriptions": {"bot_events": listeners.subscriptions()},
        "interactivity": {"is_enabled": True},
        "org_deploy_enabled": False,
        "socket_mode_enabled": http_url is None,
        "token_rotation_enabled": False,
    }
    if http_url is not None:
        settings["event_subscriptions"]["request_url"] = http_url
        settings["interactivity"]["request_url"] = http_url
    _check_scopes(listeners)
    return {
        "_metadata": {"major_version": 2, "minor_version": 0},
        "display_information": {
            "name": APP_NAME,
            "description": DESCRIPTION,
            "long_description": LONG_DESCRIPTION,
            "background_color": "#1f4d3a",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": BOT_NAME, "always_online": True},
            "shortcuts": [_shortcut(listeners, name) for name in listeners.names(Kind.SHORTCUT)],
            "slash_commands": [
                _command(listeners, name, http_url) for name in _commands(listeners)
            ],
        },
        "oauth_config": {
            "scopes": {
                "bot": [scope.name for scope in SCOPES],
                "bot_optional": [scope.name for scope in SCOPES if scope.optional],
            }
        },
        "settings": settings,
    }


def _commands(listeners: Listeners) -> list[str]:
    return listeners.names(Kind.COMMAND)


def _command(listeners: Listeners, name: str, http_url: str | None) -> dict[str, Any]:
    listener = listeners.of(Kind.COMMAND, name)
    if listener is None or not isinstance(listener.words, CommandWords):
        raise ValueError(f"{name} has no words for the manifest")
    command: dict[str, Any] = {
        "command": name,
        "description": listener.words.description,
        "should_escape": False,
    }
    if listener.words.usage_hint:
        command["usage_hint"] = listener.words.usage_hint
    if http_url is not None:
        command["url"] = http_url
    return command


def _shortcut(listeners: Listeners, name: str) -> dict[str, Any]:
    listener = listeners.of(Kind.SHORTCUT, name)
    if listener is None or not isinstance(listener.words, ShortcutWords):
        raise ValueError(f"{name} has no words for the manifest")
    return {
        "name": listener.words.name,
        "type": "message",
        "callback_id": name,
        "description": listener.words.description,
    }


def _check_scopes(listeners: Listeners) -> None:
    """Every scope an event needs is asked for; raises ValueError otherwise."""
    asked_for = {scope.name for scope in SCOPES}
    for listener in listeners.by_key.values():
        missing = set(listener.scopes) - asked_for
        if missing:
            raise ValueError(f"{listener.name} needs {sorted(missing)}")
