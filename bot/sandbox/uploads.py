"""Files on their way into the workspace: begun by a call, filled by a POST, completed by a call."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from secrets import compare_digest, token_urlsafe
from typing import Final
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.sandbox.limits import FILE_BYTES
from bot.sandbox.workspace import StoredFile, Workspace

_DOWNLOAD: Final = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@dataclass(slots=True, kw_only=True)
class Begun:
    """A file that nobody sees yet; `content` is None until it was brought."""

    id: str
    name: str
    length: int
    content: bytes | None = None


class Uploads:
    """What was begun and not completed; it is forgotten with the process."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._by_key: dict[str, Begun] = {}

    def begin(self, *, name: str, length: int) -> tuple[Begun, str]:
        """A file with the key of the address that its content is brought to."""
        begun = Begun(id=self._workspace.new_id("F"), name=name, length=length)
        key = token_urlsafe(24)
        self._by_key[key] = begun
        return begun, key

    def brought(self, file_id: str) -> Begun | None:
        """A file whose content is here and which is not completed."""
        found = (one for one in self._by_key.values() if one.id == file_id)
        return next((one for one in found if one.content is not None), None)

    def complete(self, begun: Begun) -> None:
        """It is the workspace's now."""
        self._by_key = {key: one for key, one in self._by_key.items() if one is not begun}

    async def endpoint(self, request: Request) -> Response:
        """Takes the bytes as they are, or as the one file of a form: Slack's Node client does."""
        begun = self._by_key.get(request.path_params["key"])
        if begun is None:
            return PlainTextResponse("There is no such upload.", 404)
        if int(request.headers.get("content-length") or FILE_BYTES + 1) > FILE_BYTES:
            return PlainTextResponse("That is too much for one file.", 413)
        content = await _content(request)
        if content is None:
            return PlainTextResponse("A form brings exactly one file.", 400)
        if len(content) != begun.length:
            return PlainTextResponse(f"Expected {begun.length} bytes.", 400)
        begun.content = content
        return PlainTextResponse(f"OK - {len(content)}")


async def _content(request: Request) -> bytes | None:
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        return await request.body()
    try:
        async with request.form(max_files=1, max_fields=8) as form:
            files = [one for _, one in form.multi_items() if isinstance(one, UploadFile)]
            return await files[0].read() if len(files) == 1 else None
    except HTTPException:  # The form is none, or brings too much.
        return None


def readable_by(workspace: Workspace, user_id: str, file_id: str) -> StoredFile | None:
    """A file of this person's own, or that stands in a conversation which they see."""
    stored = workspace.files.get(file_id)
    if stored is None or stored.user == user_id:
        return stored
    for channel in (workspace.channels[one] for one in stored.channels):
        closed = channel.is_private or channel.is_im or channel.is_mpim
        if user_id in channel.members or not closed:
            return stored
    return None


def readable_by_app(workspace: Workspace, file_id: str) -> StoredFile | None:
    """A file which the app can see: its own, one that stands where it is, or was given to it."""
    stored = workspace.files.get(file_id)
    if stored is not None and stored.is_given:
        return stored
    return readable_by(workspace, workspace.app.bot_user_id, file_id)


def private_files(workspace: Workspace) -> Callable[[Request], Awaitable[Response]]:
    """Serves what is in files to the app, at the addresses that the API names for them."""

    async def read(request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        app = workspace.app
        if app.refused or not compare_digest(token.encode(), app.bot_token.encode()):
            return PlainTextResponse("This address wants the app's token.", 403)
        if "files:read" not in app.bot_scopes:
            return PlainTextResponse("The app lacks the scope files:read.", 403)
        file_id = request.path_params["key"].removeprefix(f"{workspace.team.id}-")
        stored = readable_by_app(workspace, file_id)
        if stored is None:
            return PlainTextResponse("There is no such file.", 404)
        return download(stored)

    return read


def shown_in_place(stored: StoredFile, kind: str) -> Response:
    """A picture, as an image and nothing else."""
    headers = {**_DOWNLOAD, "Content-Disposition": "inline"}
    return Response(stored.content, media_type=kind, headers=headers)


def download(stored: StoredFile) -> Response:
    """The bytes to keep: a browser shows nothing of them, and runs nothing in them."""
    name = quote(stored.name, safe="")
    return Response(
        stored.content,
        media_type="application/octet-stream",
        headers={**_DOWNLOAD, "Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )
