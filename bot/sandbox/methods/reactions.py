"""reactions.*: what the app itself reacts with, and who reacted."""

import re

from bot.sandbox.methods.call import Call, Method, Refused
from bot.sandbox.people_acts import add_reaction, remove_reaction
from bot.sandbox.posting import message_json
from bot.sandbox.rates import Tier
from bot.sandbox.workspace import Json, Message

_NAME = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")
_TS = re.compile(r"\d{10}\.\d{6}")


def _message(call: Call) -> Message:
    if not call.has("channel") or not call.has("timestamp"):
        raise Refused("no_item_specified")
    channel = call.channel()
    if _TS.fullmatch(call.text("timestamp")) is None:
        raise Refused("bad_timestamp")
    return call.message(channel, "timestamp")


def _name(call: Call) -> str:
    name = call.text("name").strip(":")
    if _NAME.fullmatch(name) is None:
        raise Refused("invalid_name")
    return name


def _tell(call: Call, kind: str, name: str, message: Message) -> None:
    call.workspace.message_changed(message)
    channel = call.workspace.channels[message.channel]
    events = call.server.events
    if call.is_member(channel) and events.heard(kind):
        bot = call.workspace.app.bot_user_id
        event = events.reaction_event(kind, user=bot, name=name, message=message)
        events.tell_later(kind, event, channel=channel)


def reactions_add(call: Call) -> Json:
    message, name = _message(call), _name(call)
    channel = call.workspace.channels[message.channel]
    if channel.is_archived:
        raise Refused("is_archived")
    if not call.is_member(channel):
        raise Refused("not_in_channel")
    if not add_reaction(message, call.workspace.app.bot_user_id, name):
        raise Refused("already_reacted")
    _tell(call, "reaction_added", name, message)
    return {}


def reactions_remove(call: Call) -> Json:
    message, name = _message(call), _name(call)
    if not remove_reaction(message, call.workspace.app.bot_user_id, name):
        raise Refused("no_reaction")
    _tell(call, "reaction_removed", name, message)
    return {}


def reactions_get(call: Call) -> Json:
    message = _message(call)
    return {
        "type": "message",
        "channel": message.channel,
        "message": message_json(call.workspace, message),
    }


_ITEM = frozenset({"channel", "timestamp"})
_FILES = frozenset({"file", "file_comment"})

METHODS = (
    Method(
        name="reactions.add",
        handler=reactions_add,
        arguments=_ITEM | {"name"},
        required=("name",),
        scopes=("reactions:write",),
        tier=Tier.THREE,
    ),
    Method(
        name="reactions.remove",
        handler=reactions_remove,
        arguments=_ITEM | {"name"},
        not_done=_FILES,
        required=("name",),
        scopes=("reactions:write",),
        tier=Tier.TWO,
    ),
    Method(
        name="reactions.get",
        handler=reactions_get,
        arguments=_ITEM | {"full"},
        not_done=_FILES,
        scopes=("reactions:read",),
        tier=Tier.THREE,
    ),
)
