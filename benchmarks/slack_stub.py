"""Slack's side in a process of its own, so that neither its memory nor its work is the bot's.

Answers what the bot calls with the least that Slack would, counts the calls and keeps when what was
posted. Every call can be made to take longer, and a token to be refused or never answered.
"""

import asyncio
import contextlib
import itertools
import json
import socket
import sys
import threading
import time
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

REVOKED, HANGING = "revoked", "hanging"
HANGS_FOR = 60.0
"""Seconds; whoever calls gives up long before."""

_numbers = itertools.count(1)


def _ts() -> str:
    return f"1800000000.{next(_numbers):06d}"


def _standing(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Whatever one message is asked for by its time stands: nobody here deletes any."""
    oldest, latest = str(fields.get("oldest", "")), str(fields.get("latest", ""))
    return [{"type": "message", "ts": latest}] if latest and oldest == latest else []


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
        "conversations.history": {"messages": _standing(fields), "has_more": False},
        "conversations.info": {"channel": {"id": channel, "name": "deal", "is_member": True}},
        "conversations.invite": {"channel": {"id": channel}},
        "conversations.members": {"members": [], "response_metadata": {"next_cursor": ""}},
        "conversations.open": {"channel": {"id": f"D{fields.get('users', '')}"[:11]}},
        "conversations.replies": {"messages": _standing(fields), "has_more": False},
        "views.open": {"view": {"id": f"V{next(_numbers)}"}},
        "views.publish": {"view": {"id": f"V{next(_numbers)}"}},
    }
    return answers.get(method)


class Mood:
    """How Slack's side is for now."""

    def __init__(self) -> None:
        self.delay = 0.0
        self.tokens: dict[str, str] = {}

    async def trouble(self, token: str) -> str | None:
        """Let as much time go by as a call takes; an error's name where there is one."""
        if self.delay:
            await asyncio.sleep(self.delay)
        mood = self.tokens.get(token)
        if mood == HANGING:
            with contextlib.suppress(asyncio.CancelledError):  # Its process ends.
                await asyncio.sleep(HANGS_FOR)
        return "token_revoked" if mood == REVOKED else None


def build() -> Starlette:
    """The stub as an application with its own counters."""
    calls: Counter[str] = Counter()
    posts: list[tuple[str, float]] = []
    mood = Mood()

    async def api(request: Request) -> Response:
        method = request.path_params["method"]
        calls[method] += 1
        body = await request.body()
        if request.headers.get("content-type", "").startswith("application/json"):
            fields: Mapping[str, Any] = json.loads(body or b"{}")
        else:
            fields = dict(await request.form())
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        trouble = await mood.trouble(token)
        if trouble is not None:
            return JSONResponse({"ok": False, "error": trouble})
        answer = _answer(method, fields)
        if answer is None:
            return JSONResponse({"ok": False, "error": "unknown_method"})
        if method == "chat.postMessage":
            posts.append((token, time.time()))
        return JSONResponse({"ok": True, **answer})

    async def response_url(_: Request) -> Response:
        calls[RESPONSE_URL] += 1
        return PlainTextResponse("ok")

    async def counted(_: Request) -> Response:
        return JSONResponse(dict(calls))

    async def posted(_: Request) -> Response:
        told, posts[:] = list(posts), []
        return JSONResponse(told)

    async def turn(request: Request) -> Response:
        wanted = await request.json()
        mood.delay, mood.tokens = float(wanted["delay"]), dict(wanted["tokens"])
        return PlainTextResponse("ok")

    return Starlette(
        routes=[
            Route("/api/{method}", api, methods=["GET", "POST"]),
            Route("/response", response_url, methods=["POST"]),
            Route("/calls", counted),
            Route("/posts", posted),
            Route("/mood", turn, methods=["POST"]),
        ]
    )


def main() -> None:
    """Print the address, then answer until standard input ends."""
    # asyncio sends without delay only where the socket names its protocol.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(128)
    server = uvicorn.Server(
        uvicorn.Config(
            build(),
            http="h11",
            ws="none",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    sys.stdin.read()
    server.should_exit = True
    thread.join()


if __name__ == "__main__":
    main()
