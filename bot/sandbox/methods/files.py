"""files.*: the two calls around an upload; the address between them is served beside the API."""

from bot.sandbox.blockkit import BlocksRefused
from bot.sandbox.limits import FILE_BYTES, LIMITS
from bot.sandbox.methods.call import Call, Method, Refused, bad_argument
from bot.sandbox.methods.chat import thread_of
from bot.sandbox.posting import accept_blocks, file_json, post_as_app
from bot.sandbox.rates import Tier
from bot.sandbox.uploads import Begun, readable_by_app
from bot.sandbox.workspace import Blocks, Channel, Json, StoredFile


def get_upload_url(call: Call) -> Json:
    length = call.number("length", 0)
    if length < 1:
        # What Slack says of a length of nothing.
        raise Refused("missing_argument")
    if length > FILE_BYTES:
        raise Refused("file_upload_size_restricted")
    if LIMITS["files.alt_txt"].complaint(len(call.text("alt_txt"))):
        raise Refused("alt_txt_too_large")
    begun, key = call.server.uploads.begin(name=call.text("filename"), length=length)
    return {"upload_url": f"{call.server.base_url()}/upload/{key}", "file_id": begun.id}


def complete_upload(call: Call) -> Json:
    """Without a channel the file stays the app's own, and nobody sees it."""
    named = _files(call)
    begun = [(_brought(call, file_id), title) for file_id, title in named]
    channels = _channels(call)
    thread_ts = thread_of(call, channels[0]) if channels else None
    comment, blocks = call.text("initial_comment"), _blocks(call)
    stored = [_store(call, one, title, channels) for one, title in begun]
    for channel in channels:
        message = post_as_app(
            call.workspace,
            channel.id,
            text=comment,
            blocks=blocks,
            files=[one.id for one in stored],
            thread_ts=thread_ts,
        )
        call.server.events.app_posted(message)
    return {"files": [file_json(call.workspace, one) for one in stored]}


def _files(call: Call) -> list[tuple[str, str]]:
    files = call.data("files")
    if not isinstance(files, list) or not files:
        raise bad_argument("files", "must provide an array")
    named: list[tuple[str, str]] = []
    for index, one in enumerate(files):
        known = isinstance(one, dict) and set(one) <= {"id", "title"}
        if not known or not all(isinstance(value, str) for value in one.values()):
            raise bad_argument(f"files/{index}", "must be an object of id and title")
        if not one.get("id"):
            raise bad_argument(f"files/{index}/id", "missing required field: id")
        named.append((one["id"], one.get("title", "")))
    return named


def _brought(call: Call, file_id: str) -> Begun:
    begun = call.server.uploads.brought(file_id)
    if begun is None:
        raise Refused("file_not_found")
    return begun


def _channels(call: Call) -> list[Channel]:
    """Where the files are to be shared: `channel_id`, or each of `channels`."""
    ids = [call.text("channel_id")] if call.has("channel_id") else call.names("channels")
    if LIMITS["files.channels"].complaint(len(ids)):
        raise Refused("channels_limit_exceeded")
    if call.has("thread_ts") and len(ids) != 1:
        raise bad_argument("thread_ts", "needs exactly one channel")
    return [_channel(call, one) for one in ids]


def _channel(call: Call, channel_id: str) -> Channel:
    call.arguments["channel"] = channel_id
    user = call.workspace.users.get(channel_id)
    if user is not None and not user.is_bot and not user.deleted:
        return call.workspace.open_app_dm(user.id)
    channel = call.channel()
    if channel.is_archived:
        raise Refused("posting_to_channel_denied")
    if not call.is_member(channel):
        raise Refused("not_in_channel")
    return channel


def _blocks(call: Call) -> Blocks:
    """Blocks stand in place of the comment, which is then not looked at."""
    if not call.has("blocks") or call.has("initial_comment"):
        return []
    try:
        return accept_blocks(call.workspace, call.data("blocks"))
    except BlocksRefused as refusal:
        raise Refused(refusal.error, messages=refusal.messages) from refusal


def _own_file(call: Call) -> StoredFile:
    """A file the app can see."""
    stored = readable_by_app(call.workspace, call.text("file"))
    if stored is None:
        raise Refused("file_not_found")
    return stored


def files_info(call: Call) -> Json:
    return {
        "file": file_json(call.workspace, _own_file(call)),
        "comments": [],
        "response_metadata": {"next_cursor": ""},
    }


def files_delete(call: Call) -> Json:
    stored = _own_file(call)
    if stored.user != call.workspace.app.bot_user_id:
        raise Refused("cant_delete_file")
    call.workspace.remove_file(stored)
    return {}


def _store(call: Call, begun: Begun, title: str, channels: list[Channel]) -> StoredFile:
    workspace = call.workspace
    stored = StoredFile(
        id=begun.id,
        name=begun.name,
        title=title or begun.name,
        user=workspace.app.bot_user_id,
        created=int(workspace.clock.timestamp()),
        content=begun.content or b"",
        channels=[channel.id for channel in channels],
    )
    call.server.uploads.complete(begun)
    workspace.add_file(stored)
    return stored


METHODS = (
    Method(
        name="files.info",
        handler=files_info,
        arguments=frozenset({"file"}),
        not_done=frozenset({"count", "cursor", "limit", "page"}),
        required=("file",),
        scopes=("files:read",),
        tier=Tier.FOUR,
    ),
    Method(
        name="files.delete",
        handler=files_delete,
        arguments=frozenset({"file"}),
        required=("file",),
        scopes=("files:write",),
        tier=Tier.THREE,
    ),
    Method(
        name="files.getUploadURLExternal",
        handler=get_upload_url,
        arguments=frozenset({"filename", "length", "alt_txt"}),
        not_done=frozenset({"snippet_type"}),
        required=("filename",),
        scopes=("files:write",),
        tier=Tier.FOUR,
    ),
    Method(
        name="files.completeUploadExternal",
        handler=complete_upload,
        arguments=frozenset(
            {"blocks", "channel_id", "channels", "files", "initial_comment", "thread_ts"}
        ),
        required=("files",),
        scopes=("files:write",),
        tier=Tier.FOUR,
    ),
)
