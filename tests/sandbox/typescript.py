"""What the sandbox delivers as TypeScript, to be held against the types of Slack's packages."""

import json
from collections.abc import Collection, Iterable
from typing import Any

from bot.sandbox.deliver import Envelope, Kind
from tests.sandbox.desk import Json

HEAD = """\
import type {
  BasicElementAction, BlockAction, BlockSuggestion, EnvelopedEvent, GlobalShortcut,
  KnownEventFromType, MessageShortcut, SlashCommand, ViewClosedAction, ViewSubmitAction,
} from "@slack/bolt";
import type {
  GenericMessageEvent, HomeView, KnownBlock, MessageChangedEvent, MessageDeletedEvent, ModalView,
  UserChangeEvent,
} from "@slack/types";

// Slack sends a response URL only for messages: what its types leave out is said here and below,
// and nothing else.
type InView<T> = Omit<T, "response_url">;
// A message inside an event is as in the history: its place is told once, outside of it.
type Inside = Omit<GenericMessageEvent, "channel" | "channel_type" | "event_ts">;
type Changed = Omit<MessageChangedEvent, "message" | "previous_message"> &
  { message: Inside; previous_message: Inside };
type Deleted = Omit<MessageDeletedEvent, "previous_message"> & { previous_message: Inside };
// Of who was deactivated little is told.
type Person = UserChangeEvent["user"];
type Kept = "id" | "team_id" | "name" | "deleted" | "profile" | "is_bot" | "updated";
type Gone = Omit<UserChangeEvent, "user"> & { user: Pick<Person, Kept> };
declare function sent<T>(): <P extends T>(payload: P) => void;
"""

_TYPES = {
    "shortcut": "GlobalShortcut",
    "message_action": "MessageShortcut",
    "view_submission": "ViewSubmitAction",
    "view_closed": "ViewClosedAction",
    "block_suggestion": "BlockSuggestion",
}


_ALTERED = {"message_changed": "Changed", "message_deleted": "Deleted"}
_THREAD = {"reply_count", "reply_users", "reply_users_count", "latest_reply"}
_UNKNOWN_OF_A_MESSAGE = _THREAD | {"metadata", "app_id"}
_UNKNOWN_OF_A_FILE = {
    "message": {"timestamp", "ims", "user_team", "media_display_type", "is_starred", "file_access"},
    "app_mention": {"channels", "groups", "ims"},
}
"""What Slack sends without its types knowing of it; those of a form's files know all."""
_UNTYPED_ACTIONS = {"datetimepicker", "number_input", "email_text_input", "url_text_input"}
"""Elements of Block Kit for which the types of actions have no entry."""


def program(envelopes: Iterable[Envelope]) -> str:
    """One statement for each delivery, which compiles if it is of its type."""
    lines = [HEAD]
    for envelope in envelopes:
        payload = dict(envelope.payload)
        if payload.get("enterprise", "") is None:
            # Outside of a grid Slack sends null, for which its types have no place.
            del payload["enterprise"]
        lines.append(
            f"sent<{_type_of(envelope)}>()({literal(payload, _unknown_of_files(payload))});"
        )
        message, view = payload.get("message", {}), payload.get("view")
        if message.get("blocks"):
            lines.append(f"sent<KnownBlock[]>()({literal(message['blocks'])});")
        if view:
            kind = "ModalView" if view["type"] == "modal" else "HomeView"
            lines.append(f"sent<{kind}>()({literal(_as_written(view))});")
    return "\n".join(lines)


def _as_written(view: Json) -> Json:
    """A view as an app writes it: what Slack sends of one has null for what was left out."""
    return {name: value for name, value in view.items() if value is not None}


def _type_of(envelope: Envelope) -> str:
    payload = envelope.payload
    match envelope.kind:
        case Kind.COMMAND:
            return "SlashCommand"
        case Kind.EVENT:
            event = payload["event"]
            if event["type"] == "user_change" and event["user"]["deleted"]:
                return "EnvelopedEvent<Gone>"
            known = f'KnownEventFromType<"{event["type"]}">'
            return f"EnvelopedEvent<{_ALTERED.get(event.get('subtype'), known)}>"
        case _ if payload["type"] == "block_actions":
            untyped = payload["actions"][0]["type"] in _UNTYPED_ACTIONS
            action = "BlockAction<BasicElementAction>" if untyped else "BlockAction"
            return f"InView<{action}>" if "view" in payload else action
        case _:
            return _TYPES[payload["type"]]


def _unknown_of_files(payload: Json) -> set[str]:
    kind = "message" if "message" in payload else str(payload.get("event", {}).get("type"))
    return _UNKNOWN_OF_A_FILE.get(kind, set())


def literal(value: Any, of_a_file: Collection[str] = ()) -> str:
    """JSON, in which a message without a subtype says so, as the types of messages want it."""
    if isinstance(value, dict):
        message = value.get("type") == "message" and "ts" in value
        unknown = _UNKNOWN_OF_A_MESSAGE if message else set()
        unknown = {*of_a_file} if "mimetype" in value else unknown
        known = {name: one for name, one in value.items() if name not in unknown}
        fields = [f"{json.dumps(name)}: {literal(one, of_a_file)}" for name, one in known.items()]
        if message and "subtype" not in value:
            fields.append('"subtype": undefined')
        return "{" + ", ".join(fields) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(literal(one, of_a_file) for one in value) + "]"
    return json.dumps(value)
