"""chat.*: writing, changing and taking back the app's own messages."""

import json
from typing import Any

from bot.sandbox.blockkit import BlocksRefused
from bot.sandbox.limits import LIMITS, METADATA_BYTES
from bot.sandbox.methods.call import Call, Method, Refused, bad_argument
from bot.sandbox.posting import accept_blocks, message_json, post_as_app, thread_trouble
from bot.sandbox.rates import Tier
from bot.sandbox.workspace import Blocks, Channel, Json, Message


def target_of(call: Call) -> Channel:
    """The conversation to write to; a user id stands for the app's DM with that person."""
    wanted = call.text("channel")
    workspace = call.workspace
    user = workspace.users.get(wanted)
    if user is not None:
        if user.is_bot or user.deleted:
            raise Refused("channel_not_found")
        if not workspace.app.messages_tab_enabled:
            raise Refused("messages_tab_disabled")
        return workspace.open_app_dm(user.id)
    named = workspace.channel_named(wanted)
    if named is not None:
        call.arguments["channel"] = named.id
    channel = call.channel()
    if channel.is_archived:
        raise Refused("is_archived")
    if not call.is_member(channel) and "chat:write.public" not in workspace.app.bot_scopes:
        raise Refused("not_in_channel")
    return channel


def content_of(call: Call) -> tuple[str, Blocks]:
    """Text and checked blocks; `no_text` when there is neither."""
    text = call.text("text")
    blocks: Blocks = []
    if call.has("markdown_text"):
        if call.has("text") or call.has("blocks"):
            raise Refused("markdown_text_conflict")
        markdown = call.text("markdown_text")
        complaint = LIMITS["chat.postMessage.markdown_text"].complaint(len(markdown))
        if complaint:
            raise bad_argument("markdown_text", complaint)
        return markdown, _checked(call, [{"type": "markdown", "text": markdown}])
    if call.has("blocks"):
        blocks = _checked(call, call.data("blocks"))
    if not text and not blocks:
        raise Refused("no_text")
    return text, blocks


def _checked(call: Call, blocks: Any) -> Blocks:
    try:
        return accept_blocks(call.workspace, blocks)
    except BlocksRefused as refusal:
        raise Refused(refusal.error, messages=refusal.messages) from refusal


def metadata_of(call: Call) -> Json | None:
    if not call.has("metadata"):
        return None
    metadata = call.data("metadata")
    if not isinstance(metadata, dict):
        raise Refused("invalid_metadata_format")
    if not metadata:
        return {}
    event_type, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(event_type, str) or not isinstance(payload, dict):
        raise Refused("invalid_metadata_format")
    if set(metadata) - {"event_type", "event_payload", "entities"}:
        raise Refused("invalid_metadata_schema")
    if LIMITS["metadata.event_type"].complaint(len(event_type)):
        raise Refused("invalid_metadata_schema")
    if not all(_is_flat(value, deep=2) for value in payload.values()):
        raise Refused("invalid_metadata_schema")
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        raise Refused("metadata_too_large")
    return metadata


def _is_flat(value: Any, *, deep: int) -> bool:
    """Strings, numbers and booleans; objects of them, and lists of those objects."""
    if isinstance(value, str | int | float | bool):
        return True
    if deep and isinstance(value, dict):
        return all(_is_flat(entry, deep=0) for entry in value.values())
    if deep and isinstance(value, list):
        return all(_is_flat(entry, deep=1) for entry in value)
    return False


def thread_of(call: Call, channel: Channel) -> str | None:
    if not call.has("thread_ts"):
        return None
    thread_ts = call.text("thread_ts")
    trouble = thread_trouble(channel, thread_ts)
    if trouble is not None:
        raise Refused(trouble)
    return thread_ts


def chat_post_message(call: Call) -> Json:
    channel = target_of(call)
    text, blocks = content_of(call)
    metadata = metadata_of(call)
    message = post_as_app(
        call.workspace,
        channel.id,
        text=text,
        blocks=blocks,
        metadata=metadata or None,
        thread_ts=thread_of(call, channel),
        reply_broadcast=call.flag("reply_broadcast"),
    )
    call.server.events.app_posted(message)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "message": message_json(call.workspace, message, whole_metadata=True),
    }


def chat_post_ephemeral(call: Call) -> Json:
    channel = call.channel()
    if channel.is_archived:
        raise Refused("is_archived")
    if not call.is_member(channel):
        raise Refused("not_in_channel")
    if call.text("user") not in channel.members:
        raise Refused("user_not_in_channel")
    text, blocks = content_of(call)
    message = post_as_app(
        call.workspace,
        channel.id,
        text=text,
        blocks=blocks,
        thread_ts=thread_of(call, channel),
        ephemeral_for=call.text("user"),
    )
    return {"message_ts": message.ts}


def _own(call: Call, channel: Channel, *, error: str) -> Message:
    message = call.message(channel)
    if message.bot_id != call.workspace.app.bot_id:
        raise Refused(error)
    return message


def chat_update(call: Call) -> Json:
    """Blocks stay only when neither text nor blocks are given; metadata stays unless given."""
    channel = call.channel()
    message = _own(call, channel, error="cant_update_message")
    if channel.is_archived:
        raise Refused("is_inactive")
    if LIMITS["chat.update.text"].complaint(len(call.text("text"))):
        raise Refused("msg_too_long")
    metadata = metadata_of(call)
    if not any(name in call.arguments for name in ("text", "blocks", "markdown_text")):
        if metadata is None:
            raise Refused("no_text")
        text, blocks = message.text, message.blocks
    elif call.has("blocks") or "text" not in call.arguments:
        kept = message.text
        text, blocks = content_of(call)
        text = text if "text" in call.arguments else kept
    else:
        text, blocks = content_of(call)
        message.edited_ts = call.workspace.new_ts()
    previous = message_json(call.workspace, message, whole_metadata=True)
    message.text, message.blocks = text, blocks
    if metadata is not None:
        message.metadata = metadata or None
    call.workspace.message_changed(message)
    _tell_altered(call, "message_changed", message, previous)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": message_json(call.workspace, message, whole_metadata=True),
    }


def chat_delete(call: Call) -> Json:
    channel = call.channel()
    message = _own(call, channel, error="cant_delete_message")
    previous = message_json(call.workspace, message, whole_metadata=True)
    call.workspace.remove_message(message)
    _tell_altered(call, "message_deleted", message, previous)
    return {"channel": channel.id, "ts": message.ts}


def _tell_altered(call: Call, subtype: str, message: Message, previous: Json) -> None:
    channel = call.workspace.channels[message.channel]
    events = call.server.events
    name = events.message_name(channel)
    if events.heard(name) and call.is_member(channel):
        _, event = events.message_altered(subtype, message, previous)
        events.tell_later(name, event, channel=channel)


def chat_get_permalink(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel, "message_ts")
    place = message.ts.replace(".", "")
    link = f"{call.server.base_url()}/archives/{channel.id}/p{place}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


CONTENT = {"channel", "text", "blocks", "markdown_text", "link_names", "parse"}
_OTHER_LOOKS = frozenset({"as_user", "attachments", "icon_emoji", "icon_url", "username"})

METHODS = (
    Method(
        name="chat.postMessage",
        handler=chat_post_message,
        arguments=frozenset(
            CONTENT
            | {"metadata", "mrkdwn", "reply_broadcast", "thread_ts", "unfurl_links", "unfurl_media"}
        ),
        not_done=_OTHER_LOOKS | {"current_draft_last_updated_ts"},
        required=("channel",),
        scopes=("chat:write",),
        tier=Tier.PER_CHANNEL,
    ),
    Method(
        name="chat.postEphemeral",
        handler=chat_post_ephemeral,
        arguments=frozenset(CONTENT | {"user", "thread_ts"}),
        not_done=_OTHER_LOOKS,
        required=("channel", "user"),
        scopes=("chat:write",),
        tier=Tier.FOUR,
    ),
    Method(
        name="chat.update",
        handler=chat_update,
        arguments=frozenset(CONTENT | {"ts", "metadata"}),
        not_done=frozenset(
            {"as_user", "attachments", "file_ids", "reply_broadcast", "unfurled_attachments"}
        ),
        required=("channel", "ts"),
        scopes=("chat:write",),
        tier=Tier.THREE,
    ),
    Method(
        name="chat.delete",
        handler=chat_delete,
        arguments=frozenset({"channel", "ts"}),
        not_done=frozenset({"as_user"}),
        required=("channel", "ts"),
        scopes=("chat:write",),
        tier=Tier.THREE,
    ),
    Method(
        name="chat.getPermalink",
        handler=chat_get_permalink,
        arguments=frozenset({"channel", "message_ts"}),
        required=("channel", "message_ts"),
        tier=Tier.SPECIAL,
    ),
)
