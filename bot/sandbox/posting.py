"""Messages on their way in and out: written by the app, shown to the app."""

from collections.abc import Sequence
from mimetypes import guess_type
from typing import Any
from urllib.parse import quote

from bot.sandbox.blockkit import check_message_blocks
from bot.sandbox.limits import TEXT_KEPT
from bot.sandbox.view_state import fill_ids
from bot.sandbox.workspace import Blocks, Channel, Json, Message, StoredFile, Workspace


def accept_blocks(workspace: Workspace, blocks: Any) -> Blocks:
    """Checked blocks with every id filled in; raises BlocksRefused."""
    check_message_blocks(blocks)
    checked: Blocks = blocks
    fill_ids(checked, workspace.new_id)
    return checked


def thread_trouble(channel: Channel, thread_ts: str) -> str | None:
    """Slack's error code for a thread that nothing can be posted to; None where it can."""
    parent = channel.messages.get(thread_ts)
    if parent is None:
        return "thread_not_found"
    # Slack warns against a reply's ts here, because it then makes a thread nobody can open.
    if parent.is_reply or parent.ephemeral_for is not None:
        return "cannot_reply_to_message"
    return None


def post_as_app(
    workspace: Workspace,
    channel_id: str,
    *,
    text: str,
    blocks: Blocks,
    metadata: Json | None = None,
    thread_ts: str | None = None,
    reply_broadcast: bool = False,
    ephemeral_for: str | None = None,
    files: Sequence[str] = (),
) -> Message:
    message = Message(
        ts=workspace.new_ts(),
        channel=channel_id,
        user=workspace.app.bot_user_id,
        bot_id=workspace.app.bot_id,
        text=text[:TEXT_KEPT],
        blocks=blocks,
        metadata=metadata,
        thread_ts=thread_ts,
        reply_broadcast=reply_broadcast,
        ephemeral_for=ephemeral_for,
        subtype="file_share" if files else None,
        files=list(files),
    )
    workspace.add_message(message)
    return message


def message_json(workspace: Workspace, message: Message, *, whole_metadata: bool = False) -> Json:
    """The message as Slack's API and payloads show it; metadata values only when asked for."""
    shown: Json = {
        "type": "message",
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
        "team": workspace.team.id,
    }
    if message.tombstone:
        shown["subtype"] = "tombstone"
        shown["hidden"] = True
    elif message.subtype is not None:
        shown["subtype"] = message.subtype
    if message.bot_id is not None:
        app = workspace.app
        shown["bot_id"] = message.bot_id
        shown["app_id"] = app.id
        shown["bot_profile"] = {
            "id": app.bot_id,
            "app_id": app.id,
            "name": app.name,
            "team_id": workspace.team.id,
            "icons": {},
            "updated": 0,
            "deleted": False,
        }
    if message.blocks:
        shown["blocks"] = message.blocks
    if message.files:
        shown["files"] = [file_json(workspace, workspace.files[one]) for one in message.files]
        shown["upload"] = False
        shown["display_as_bot"] = False
    if message.metadata is not None:
        shown["metadata"] = (
            message.metadata
            if whole_metadata
            else {"event_type": message.metadata["event_type"], "event_payload": {}}
        )
    if message.edited_ts is not None:
        shown["edited"] = {"user": message.user, "ts": message.edited_ts}
    if any(pin["ts"] == message.ts for pin in workspace.channels[message.channel].pins):
        shown["pinned_to"] = [message.channel]
    if message.reactions:
        shown["reactions"] = [
            {"name": r.name, "users": list(r.users), "count": len(r.users)}
            for r in message.reactions
        ]
    _add_thread(workspace, message, shown)
    return shown


def file_json(workspace: Workspace, stored: StoredFile) -> Json:
    """A file as Slack's API shows it; an app reads it at its private addresses, with its token."""
    name = quote(stored.name, safe="")
    base = f"{workspace.files_url}/files-pri/{workspace.team.id}-{stored.id}"
    home = f"https://{workspace.team.domain}.slack.com/files/{stored.user}/{stored.id}"
    owner = workspace.users.get(stored.user)
    ending = stored.name.rpartition(".")[2].lower() if "." in stored.name else "binary"
    return {
        "id": stored.id,
        "created": stored.created,
        "timestamp": stored.created,
        "name": stored.name,
        "title": stored.title,
        "mimetype": guess_type(stored.name)[0] or "application/octet-stream",
        "filetype": ending,
        "pretty_type": ending.upper(),
        "user": stored.user,
        "user_team": owner.team_id if owner is not None else workspace.team.id,
        "editable": False,
        "size": len(stored.content),
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": False,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "media_display_type": "unknown",
        "is_starred": False,
        "has_rich_preview": False,
        "file_access": "visible",
        "permalink": f"{home}/{name}",
        "permalink_public": f"https://slack-files.com/{workspace.team.id}-{stored.id}",
        "url_private": f"{base}/{name}",
        "url_private_download": f"{base}/download/{name}",
        "channels": [one for one in stored.channels if one.startswith("C")],
        "groups": [one for one in stored.channels if one.startswith("G")],
        "ims": [one for one in stored.channels if one.startswith("D")],
    }


def _add_thread(workspace: Workspace, message: Message, shown: Json) -> None:
    channel = workspace.channels[message.channel]
    if message.is_reply:
        shown["thread_ts"] = message.thread_ts
        parent = channel.messages.get(message.thread_ts or "")
        if parent is not None:
            shown["parent_user_id"] = parent.user
        if message.reply_broadcast:
            shown["subtype"] = "thread_broadcast"
        return
    replies = [
        reply
        for ts in channel.threads.get(message.ts, ())
        if (reply := channel.messages[ts]).ephemeral_for is None
    ]
    if replies:
        shown["thread_ts"] = message.ts
        shown["reply_count"] = len(replies)
        shown["reply_users"] = list(dict.fromkeys(reply.user for reply in replies))
        shown["reply_users_count"] = len(shown["reply_users"])
        shown["latest_reply"] = replies[-1].ts
