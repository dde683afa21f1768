"""pins.*: messages which the app keeps at hand in a channel."""

import re

from bot.sandbox.limits import PINS
from bot.sandbox.methods.call import Call, Method, Refused
from bot.sandbox.posting import message_json
from bot.sandbox.rates import Tier
from bot.sandbox.workspace import Channel, Json, Message

_TS = re.compile(r"\d{10}\.\d{6}")


def _message(call: Call) -> tuple[Channel, Message]:
    channel = call.channel()
    if not call.has("timestamp"):
        raise Refused("no_item_specified")
    if _TS.fullmatch(call.text("timestamp")) is None:
        raise Refused("bad_timestamp")
    if not call.is_member(channel):
        raise Refused("not_in_channel")
    return channel, call.message(channel, "timestamp")


def _item(call: Call, channel: Channel, pin: Json) -> Json:
    message = channel.messages[pin["ts"]]
    place = message.ts.replace(".", "")
    return {
        "type": "message",
        "channel": channel.id,
        "created": pin["created"],
        "created_by": pin["user"],
        "message": {
            **message_json(call.workspace, message),
            "permalink": f"{call.server.base_url()}/archives/{channel.id}/p{place}",
        },
    }


def _tell(call: Call, kind: str, channel: Channel, message: Message, item: Json) -> None:
    call.workspace.message_changed(message)
    event: Json = {
        "type": kind,
        "user": call.workspace.app.bot_user_id,
        "channel_id": channel.id,
        "item": item,
        "item_user": message.user,
        "pin_count": str(len(channel.pins)),
        "pinned_info": {
            "channel": channel.id,
            "pinned_by": item["created_by"],
            "pinned_ts": item["created"],
        },
        "event_ts": call.workspace.new_ts(),
    }
    if kind == "pin_removed":
        event["has_pins"] = bool(channel.pins)
    call.server.events.tell_later(kind, event, channel=channel)


def pins_add(call: Call) -> Json:
    channel, message = _message(call)
    if any(pin["ts"] == message.ts for pin in channel.pins):
        raise Refused("already_pinned")
    if len(channel.pins) >= PINS:
        raise Refused("too_many_pins")
    pin = {
        "ts": message.ts,
        "user": call.workspace.app.bot_user_id,
        "created": int(call.workspace.clock.timestamp()),
    }
    channel.pins.append(pin)
    _tell(call, "pin_added", channel, message, _item(call, channel, pin))
    return {}


def pins_remove(call: Call) -> Json:
    channel, message = _message(call)
    pin = next((one for one in channel.pins if one["ts"] == message.ts), None)
    if pin is None:
        raise Refused("no_pin")
    item = _item(call, channel, pin)
    channel.pins.remove(pin)
    _tell(call, "pin_removed", channel, message, item)
    return {}


def pins_list(call: Call) -> Json:
    """The last pin first."""
    channel = call.channel()
    return {"items": [_item(call, channel, pin) for pin in reversed(channel.pins)]}


_ITEM = frozenset({"channel", "timestamp"})

METHODS = (
    Method(
        name="pins.add",
        handler=pins_add,
        arguments=_ITEM,
        required=("channel",),
        scopes=("pins:write",),
        tier=Tier.TWO,
    ),
    Method(
        name="pins.remove",
        handler=pins_remove,
        arguments=_ITEM,
        required=("channel",),
        scopes=("pins:write",),
        tier=Tier.TWO,
    ),
    Method(
        name="pins.list",
        handler=pins_list,
        arguments=frozenset({"channel"}),
        required=("channel",),
        scopes=("pins:read",),
        tier=Tier.TWO,
    ),
)
