"""The HTTP application: the Slack endpoint where it is used, and health in both modes."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from prometheus_client import CONTENT_TYPE_LATEST
from slack_bolt import App, BoltRequest, BoltResponse
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.flows.arrival import came_in
from bot.flows.shape import UNREADABLE
from bot.web.signing import Signed
from bot.web.threads import Threads

log = structlog.get_logger()

LARGEST_BODY = 1_000_000
"""Bytes; Slack's largest payload, a view with its state, stays below 300 kB."""


@dataclass(frozen=True)
class Health:
    """What the health routes ask: each returns None when well, else one sentence."""

    alive: Callable[[], str | None]
    ready: Callable[[], str | None]
    facts: Callable[[], Mapping[str, Any]] = dict
    """What both show beside it, whatever it is."""
    metrics: Callable[[], bytes] | None = None
    """The metrics page; without it there is none."""


def build_web(
    *,
    health: Health,
    bolt: App | None,
    signing_secret: str | None,
    threads: int,
    now: Callable[[], float] = time.time,
) -> Starlette:
    """The application; without `bolt` and a secret it has no Slack endpoint (Socket Mode).

    How old a request is counts from `now`, which should be Slack's time.
    """
    routes: list[BaseRoute] = [
        Route("/healthz", _health_route(health.alive, health.facts)),
        Route("/readyz", _health_route(health.ready, health.facts)),
    ]
    if health.metrics is not None:
        routes.append(Route("/metrics", _metrics_route(health.metrics)))
    if bolt is not None and signing_secret is not None:
        endpoint = _slack_route(bolt, Signed(signing_secret, now), Threads(threads))
        routes.append(Route("/slack/events", endpoint, methods=["POST"]))
    return Starlette(routes=routes)


def _health_route(
    check: Callable[[], str | None], facts: Callable[[], Mapping[str, Any]]
) -> Callable[[Request], Response]:
    def answer(_: Request) -> Response:
        problem = check()
        if problem is None:
            return JSONResponse({"status": "ok", **facts()})
        told = {"status": "unwell", "problem": problem}
        return JSONResponse({**told, **facts()}, status_code=503)

    return answer


def _metrics_route(metrics: Callable[[], bytes]) -> Callable[[Request], Response]:
    def answer(_: Request) -> Response:
        return Response(metrics(), media_type=CONTENT_TYPE_LATEST)

    return answer


def _slack_route(bolt: App, signed: Signed, threads: Threads) -> Callable[[Request], object]:
    async def receive(request: Request) -> Response:
        came_in()
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response(status_code=413)
        if not signed.genuine(body, request.headers):
            # Nothing of the request is logged: it may be anybody's.
            log.warning("request refused", reason="signature")
            return Response(status_code=401)
        headers: dict[str, str | Sequence[str]] = dict(request.headers.items())
        try:
            asked = BoltRequest(body=body.decode(), headers=headers)
            if not _sound(asked.body):
                return Response(status_code=400)
            answer = await threads.run(asked.context.team_id, lambda: bolt.dispatch(asked))
        except UNREADABLE as error:
            # Bolt takes Slack's shape for granted; what our listeners raise never comes this far.
            log.warning("unreadable delivery", error=type(error).__name__)
            return Response(status_code=400)
        return _response(answer)

    return receive


async def _body(request: Request) -> bytes | None:
    """The body, or None where it is larger than anything Slack sends."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST_BODY:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


_OBJECTS = frozenset(
    {"enterprise", "event", "team", "user", "view", "channel", "message", "container"}
)
"""Parts of a payload that are objects where they are present (a team may be absent or null)."""


def _sound(content: object) -> bool:
    """Whether it is a command, or an object of the shape Slack sends, as Bolt has read it."""
    if not isinstance(content, dict):
        return False
    if "command" in content or "ssl_check" in content:
        return True
    if not isinstance(content.get("type"), str):
        return False
    actions = content.get("actions", [])
    return (
        all(isinstance(content.get(name) or {}, dict) for name in _OBJECTS)
        and isinstance(actions, list)
        and all(isinstance(action, dict) for action in actions)
        and ("event" not in content or isinstance(content["event"], dict))
    )


def _response(answer: BoltResponse) -> Response:
    response = Response(content=answer.body, status_code=answer.status)
    for name, values in answer.headers.items():
        for value in values:
            if name.lower() != "content-length":
                response.headers.append(name, value)
    return response
