"""One request to an ASGI application, without a socket."""

from collections.abc import Mapping
from dataclasses import dataclass

import anyio
from starlette.applications import Starlette
from starlette.types import Message


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    body: bytes


def request(
    app: Starlette,
    method: str,
    path: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Send one request and collect the whole answer."""
    status, chunks = 0, list[bytes]()
    given = [(k.lower().encode(), v.encode("latin-1")) for k, v in (headers or {}).items()]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": given,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
        "state": {},
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif message["type"] == "http.response.body":
            chunks.append(message.get("body", b""))

    anyio.run(app, scope, receive, send)
    return Reply(status, b"".join(chunks))
