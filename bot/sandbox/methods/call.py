"""One call of a Web API method: its arguments, its refusals, and what a method declares."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from bot.sandbox.edge import Edge
from bot.sandbox.events import Events
from bot.sandbox.oauth import OAuth
from bot.sandbox.rates import Tier
from bot.sandbox.socket_mode import SocketDelivery
from bot.sandbox.triggers import TriggerBook
from bot.sandbox.uploads import Uploads
from bot.sandbox.wire import read_json
from bot.sandbox.workspace import Channel, Json, Message, Workspace

T = TypeVar("T")


class Refused(Exception):
    """Slack's error code, with whatever else the answer carries."""

    def __init__(self, error: str, *, messages: Sequence[str] = (), **more: Any) -> None:
        super().__init__(error)
        self.answer: Json = {"ok": False, "error": error, **more}
        if messages:
            self.answer["errors"] = list(messages)
            self.answer["response_metadata"] = {"messages": list(messages)}


class Token(StrEnum):
    NONE = "none"
    BOT = "bot"
    APP = "app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What the methods work on."""

    workspace: Workspace
    events: Events
    triggers: TriggerBook
    sockets: SocketDelivery | None
    base_url: Callable[[], str]
    uploads: Uploads
    edge: Edge
    oauth: OAuth


@dataclass(slots=True)
class Call:
    server: Server
    arguments: Json

    @property
    def workspace(self) -> Workspace:
        return self.server.workspace

    # ---- arguments, which come as form fields or as JSON

    def has(self, name: str) -> bool:
        return self.arguments.get(name) not in (None, "")

    def text(self, name: str, default: str = "") -> str:
        value = self.arguments.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            raise bad_argument(name, "must provide a string")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.arguments.get(name)
        if value is None:
            return default
        if value in (True, "1", "true", "True", 1):
            return True
        if value in (False, "0", "false", "False", 0, ""):
            return False
        raise bad_argument(name, "must provide a boolean")

    def number(self, name: str, default: int) -> int:
        value = self.arguments.get(name)
        if value is None:
            return default
        try:
            return int(value)
        except (TypeError, ValueError, OverflowError):
            raise bad_argument(name, "must provide a number") from None

    def data(self, name: str) -> Any:
        """An argument that is JSON inside the form, or already JSON in the body."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return read_json(value)
        except ValueError:
            raise bad_argument(name, "must be valid JSON") from None

    def names(self, name: str) -> list[str]:
        """A list of ids, which Slack takes with commas between."""
        value = self.arguments.get(name)
        if isinstance(value, list):
            return [str(entry) for entry in value]
        return [entry.strip() for entry in self.text(name).split(",") if entry.strip()]

    # ---- what stands behind the arguments

    def need_scope(self, *any_of: str) -> None:
        granted = self.workspace.app.bot_scopes
        if not any(scope in granted for scope in any_of):
            raise Refused("missing_scope", needed=",".join(any_of), provided=",".join(granted))

    def is_member(self, channel: Channel) -> bool:
        return self.workspace.app.bot_user_id in channel.members

    def channel(self, name: str = "channel") -> Channel:
        """A conversation the app can see; private ones only from inside."""
        channel = self.workspace.channels.get(self.text(name))
        if channel is None:
            raise Refused("channel_not_found")
        hidden = channel.is_private or channel.is_im or channel.is_mpim
        if hidden and not self.is_member(channel):
            raise Refused("channel_not_found")
        return channel

    def message(self, channel: Channel, name: str = "ts") -> Message:
        message = channel.messages.get(self.text(name))
        if message is None or message.tombstone or message.ephemeral_for is not None:
            raise Refused("message_not_found")
        return message


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """`scopes`: one of these is needed before the handler looks at anything."""

    name: str
    handler: Callable[[Call], Json]
    arguments: frozenset[str] = field(default_factory=frozenset)
    required: tuple[str, ...] = ()
    not_done: frozenset[str] = field(default_factory=frozenset)
    scopes: tuple[str, ...] = ()
    token: Token = Token.BOT
    tier: Tier


def bad_argument(name: str, sentence: str) -> Refused:
    return Refused("invalid_arguments", messages=[f"[ERROR] {sentence} [json-pointer:/{name}]"])


READ_SCOPES = {
    "public": "channels:read",
    "private": "groups:read",
    "im": "im:read",
    "mpim": "mpim:read",
}


def sort_of(channel: Channel) -> str:
    """The kind of a conversation, in the words the scopes use."""
    if channel.is_im:
        return "im"
    if channel.is_mpim:
        return "mpim"
    return "private" if channel.is_private else "public"


def page_of(call: Call, items: Sequence[T], *, default: int, most: int) -> tuple[Sequence[T], str]:
    """One page by `cursor` and `limit`, and the cursor of the next one ("" at the end)."""
    limit = call.number("limit", default)
    if not 1 <= limit <= most:
        raise Refused("invalid_limit")
    start = 0
    if call.has("cursor"):
        place = read_cursor(call.text("cursor"), kind="offset")
        if not place.isdigit():
            raise Refused("invalid_cursor")
        start = int(place)
    end = start + limit
    following = write_cursor("offset", str(end)) if end < len(items) else ""
    return items[start:end], following


def write_cursor(kind: str, place: str) -> str:
    return base64.urlsafe_b64encode(f"{kind}:{place}".encode()).decode()


def read_cursor(cursor: str, *, kind: str) -> str:
    try:
        found, _, place = base64.urlsafe_b64decode(cursor.encode()).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Refused("invalid_cursor") from None
    if found != kind:
        raise Refused("invalid_cursor")
    return place
