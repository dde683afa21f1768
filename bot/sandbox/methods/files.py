"""files.*: the two calls around an upload; the address between them is served beside the API."""

from bot.sandbox.limits import FILE_BYTES, LIMITS
from bot.sandbox.methods.call import Call, Method, Refused, bad_argument
from bot.sandbox.posting import file_json, post_as_app
from bot.sandbox.uploads import Begun
from bot.sandbox.workspace import Channel, Json, StoredFile


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
    channel = _channel(call) if call.has("channel_id") else None
    stored = [_store(call, one, title, channel) for one, title in begun]
    if channel is not None:
        message = post_as_app(
            call.workspace,
            channel.id,
            text=call.text("initial_comment"),
            blocks=[],
            files=[one.id for one in stored],
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


def _channel(call: Call) -> Channel:
    channel = call.channel("channel_id")
    if channel.is_archived:
        raise Refused("posting_to_channel_denied")
    if not call.is_member(channel):
        raise Refused("not_in_channel")
    return channel


def _store(call: Call, begun: Begun, title: str, channel: Channel | None) -> StoredFile:
    workspace = call.workspace
    stored = StoredFile(
        id=begun.id,
        name=begun.name,
        title=title or begun.name,
        user=workspace.app.bot_user_id,
        created=int(workspace.clock.timestamp()),
        content=begun.content or b"",
        channels=[channel.id] if channel is not None else [],
    )
    call.server.uploads.complete(begun)
    workspace.add_file(stored)
    return stored


METHODS = (
    Method(
        name="files.getUploadURLExternal",
        handler=get_upload_url,
        arguments=frozenset({"filename", "length", "alt_txt"}),
        not_done=frozenset({"snippet_type"}),
        required=("filename",),
        scopes=("files:write",),
    ),
    Method(
        name="files.completeUploadExternal",
        handler=complete_upload,
        arguments=frozenset({"files", "channel_id", "initial_comment"}),
        not_done=frozenset({"blocks", "channels", "thread_ts"}),
        required=("files",),
        scopes=("files:write",),
    ),
)
