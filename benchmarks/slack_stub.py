"""Slack's side in a process of its own, so that neither its memory nor its work is the bot's.

Answers what the bot calls with the least that Slack would, and counts the calls.
"""

import itertools
import json
import socket
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

TEAM_ID = "T0BENCH001"
BOT_USER = "U0BENCHBOT"
RESPONSE_URL = "response_url"
"""The name under which uses of a response URL are counted."""

_numbers = itertools.count(1)


def _ts() -> str:
    return f"1800000000.{next(_numbers):06d}"


def _answer(method: str, fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the method gives besides `ok`; None for one that is not known here."""
    channel = str(fields.get("channel", ""))
    answers: dict[str, dict[str, Any]] = {
        "auth.test": {
            "team_id": TEAM_ID,
            "team": "Benchmark",
            "user_id": BOT_USER,
            "bot_id": "B0BENCH001",
        },
        "chat.postMessage": {"channel": channel, "ts": _ts()},
        "chat.postEphemeral": {"message_ts": _ts()},
        "chat.update": {"channel": channel, "ts": str(fields.get("ts", ""))},
        "conversations.history": {"messages": [], "has_more": False},
        "conversations.info": {"channel": {"id": channel, "name": "deal", "is_member": True}},
        "conversations.invite": {"channel": {"id": channel}},
        "conversations.members": {"members": [], "response_metadata": {"next_cursor": ""}},
        "conversations.open": {"channel": {"id": f"D{fields.get('users', '')}"[:11]}},
        "conversations.replies": {"messages": [], "has_more": False},
        "views.open": {"view": {"id": f"V{next(_numbers)}"}},
        "views.publish": {"view": {"id": f"V{next(_numbers)}"}},
    }
    return answers.get(method)


def build() -> Starlette:
    """The stub as an application with its own counters."""
    calls: Counter[str] = Counter()

    async def api(request: Request) -> Response:
        method = request.path_params["method"]
        calls[method] += 1
        body = await request.body()
        if request.headers.get("content-type", "").startswith("application/json"):
            fields: Mapping[str, Any] = json.loads(body or b"{}")
        else:
            fields = dict(await request.form())
        answer = _answer(method, fields)
        if answer is None:
            return JSONResponse({"ok": False, "error": "unknown_method"})
        return JSONResponse({"ok": True, **answer})

    async def response_url(_: Request) -> Response:
        calls[RESPONSE_URL] += 1
        return PlainTextResponse("ok")

    async def counted(_: Request) -> Response:
        return JSONResponse(dict(calls))

    return Starlette(
        routes=[
            Route("/api/{method}", api, methods=["GET", "POST"]),
            Route("/response", response_url, methods=["POST"]),
            Route("/calls", counted),
        ]
    )


def main() -> None:
    """Print the address, then answer until standard input ends."""
    # asyncio sends without delay only where the socket names its protocol.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(128)
    server = uvicorn.Server(
        uvicorn.Config(build(), http="h11", ws="none", log_config=None, access_log=False)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    sys.stdin.read()
    server.should_exit = True
    thread.join()


if __name__ == "__main__":
    main()
