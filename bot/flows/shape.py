"""What the parts of a delivery have to be before anybody relies on them."""

import json
import re
from collections.abc import Mapping
from typing import Any

UNREADABLE = (TypeError, AttributeError, LookupError, ValueError, RecursionError)
"""What reading a delivery of a shape that Slack never sends ends in, here and in Bolt."""


_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""A NUL as JSON writes it, and not a backslash before these letters."""


def text(of: Mapping[str, Any], name: str) -> str:
    """A part that is there and is a text."""
    value = of[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def text_or_none(of: Mapping[str, Any], name: str) -> str | None:
    """A part that is a text where it is there."""
    return None if of.get(name) is None else text(of, name)


def object_or_none(of: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """A part that has parts of its own where it is there."""
    value = of.get(name)
    if value is not None and not isinstance(value, Mapping):
        raise TypeError(name)
    return value


def require_storable(body: Mapping[str, Any]) -> None:
    """Half a character can be encoded by nobody, and PostgreSQL holds no text with a NUL."""
    # Written as JSON it is one text; looking at each by itself takes ten times as long.
    written = json.dumps(body, ensure_ascii=False)
    written.encode()
    if _NUL.search(written):
        raise ValueError("NUL")


_ABOUT_A_CHANNEL: Mapping[str, tuple[type, ...]] = {"channel": (str, dict)}
_CARRIED: Mapping[str, Mapping[str, tuple[type, ...]]] = {
    "app_home_opened": {"user": (str,)},
    "channel_id_changed": {"old_channel_id": (str,), "new_channel_id": (str,)},
    "member_joined_channel": {"user": (str,), **_ABOUT_A_CHANNEL},
    "member_left_channel": {"user": (str,), **_ABOUT_A_CHANNEL},
    "message": {"channel": (str,)},
    "reaction_added": {"user": (str,), "reaction": (str,), "item": (dict,)},
    "reaction_removed": {"user": (str,), "reaction": (str,), "item": (dict,)},
    "user_change": {"user": (dict,)},
}
"""What listeners take from an event, by its type; all others are about a channel."""


def require_event(event: Mapping[str, Any]) -> None:
    """An event that passes can fail for trouble of our own only."""
    for name, kinds in _CARRIED.get(text(event, "type"), _ABOUT_A_CHANNEL).items():
        if not isinstance(event[name], kinds):
            raise TypeError(name)
        if name != "item" and isinstance(event[name], dict):
            text(event[name], "id")
    if isinstance(event.get("user"), dict):
        for name in ("profile", "enterprise_user"):
            object_or_none(event["user"], name)
