"""The Web API's door: reads the call, checks token, scope and arguments, and answers."""

import asyncio
import json
import logging
import re
import uuid
from base64 import b64decode
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.sandbox.connections import Reset
from bot.sandbox.edge import Edge, Limited
from bot.sandbox.fault_plan import Meets, Trouble
from bot.sandbox.methods import METHODS
from bot.sandbox.methods.call import Call, Method, Refused, Server, Token, bad_argument
from bot.sandbox.record import Accepted
from bot.sandbox.wire import read_json
from bot.sandbox.workspace import App, Json

log = logging.getLogger(__name__)

# Slack documents team_id as ignored with a workspace token; SDKs add it to any call.
_ALWAYS_ACCEPTED = frozenset({"token", "team_id"})


_NAME = re.compile(r"[A-Za-z0-9_]{1,255}")


class WebApi:
    """Answers `/api/{method}`; counts the calls by method for whoever measures."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._edge: Edge = server.edge
        self.calls: Counter[str] = Counter()

    async def endpoint(self, request: Request) -> Response:
        name = request.path_params["method"]
        self.calls[name] += 1
        faults = self._edge.faults
        fault = faults.take(name, await _channel(request)) if faults else None
        if fault is not None:
            answer = await self._answer(name, request) if fault.after else {}
            await asyncio.sleep(fault.delay_seconds)
            if fault.cut:
                return CutOff()
            if fault.status == 200 and fault.after:
                return self._response(answer)
            headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
            failed = {"ok": False, "error": fault.error}
            return self._response(failed, status=fault.status, headers=headers)
        wait = await self._too_soon(name, request)
        if wait is not None:
            return self._limited(name, wait)
        if self._edge.plan is not None:
            return await self._as_planned(name, request)
        return self._response(await self._answer(name, request))

    async def _too_soon(self, name: str, request: Request) -> int | None:
        method = METHODS.get(name)
        if self._edge.tiers is None or method is None:
            return None
        return self._edge.tiers.too_soon(name, method.tier, await _channel(request))

    async def _as_planned(self, name: str, request: Request) -> Response:
        channel = await _channel(request)
        plan, rates = self._edge.plan, self._edge.rates
        if rates is not None and name == "chat.postMessage" and channel is not None:
            wait = rates.too_soon(channel)
            if wait is not None:
                return self._limited(name, wait)
        meets = plan.meet(name, channel) if plan is not None else None
        if meets is None:
            return self._response(await self._answer(name, request))
        return await self._troubled(name, request, meets)

    async def _troubled(self, name: str, request: Request, meets: Meets) -> Response:
        failed: Json = {"ok": False, "error": "internal_error"}
        match meets.trouble:
            case Trouble.LIMITED:
                return self._limited(name, max(1, round(meets.seconds)))
            case Trouble.REFUSED:
                return self._response(failed, status=meets.status)
            case Trouble.LOST:
                await self._answer(name, request)
                return self._response(failed, status=meets.status)
            case Trouble.RESET:
                await self._answer(name, request)
                return Reset(self._edge.connections)
            case Trouble.HANG:
                await asyncio.sleep(meets.seconds)
                return self._response(failed, status=meets.status)
            case Trouble.SLOW:
                answer = await self._answer(name, request)
                await asyncio.sleep(meets.seconds)
                return self._response(answer)
            case _:
                return self._response(await self._late(name, request, meets.seconds))

    async def _late(self, name: str, request: Request, seconds: float) -> Json:
        """Accept what came in a while ago; that whoever sent it has gone changes nothing."""
        await request.body()
        asked_at = self._edge.record.now()
        self._edge.on_their_way += 1
        try:
            await asyncio.sleep(seconds)
            return await self._answer(name, request, asked_at=asked_at)
        finally:
            self._edge.on_their_way -= 1

    def _limited(self, name: str, seconds: int) -> Response:
        self._edge.limited.append(Limited(self._edge.record.now(), name, seconds))
        failed = {"ok": False, "error": "ratelimited"}
        return self._response(failed, status=429, headers={"Retry-After": str(seconds)})

    def _hide(self, accepted: Accepted) -> None:
        """Show it late in the history, if that is planned; what is edited was there before."""
        edge, channel, ts = self._edge, accepted.channel, accepted.ts
        if channel is None or ts is None or edge.plan is None or accepted.method == "chat.update":
            return
        hidden = edge.plan.lag(accepted.method, channel)
        if hidden:
            edge.lag.hide(channel, ts, hidden)

    async def _answer(self, name: str, request: Request, *, asked_at: float | None = None) -> Json:
        edge = self._edge
        asked_at = edge.record.now() if asked_at is None else asked_at
        method = METHODS.get(name)
        if method is None:
            return {"ok": False, "error": "unknown_method", "req_method": name}
        try:
            arguments = await _arguments(request) | _credentials(method, request)
            _check_token(method, _token(request, arguments), self._server.workspace.app)
            _check_arguments(method, arguments)
            arguments.pop("token", None)
            answer = {"ok": True, **method.handler(Call(self._server, arguments))}
            accepted = edge.record.add(name, arguments, answer, asked_at=asked_at)
            if accepted is not None:
                self._hide(accepted)
            return answer
        except Refused as refusal:
            return refusal.answer
        except ClientDisconnect:
            raise
        except Exception:
            reference = uuid.uuid4().hex[:8]
            log.exception("sandbox method %s failed, reference %s", name, reference)
            return {"ok": False, "error": "fatal_error", "reference": reference}

    def _response(
        self, answer: Json, *, status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        return Response(
            json.dumps(answer, separators=(",", ":")).encode(),
            status_code=status,
            media_type="application/json",
            headers={
                "X-OAuth-Scopes": ",".join(self._server.workspace.app.bot_scopes),
                **(headers or {}),
            },
        )


class CutOff(Response):
    """The server closes the connection, because the answer never comes to its end."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"100")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _channel(request: Request) -> str | None:
    try:
        return str((await _arguments(request)).get("channel"))
    except Refused:
        return None


async def _arguments(request: Request) -> Json:
    arguments: Json = dict(request.query_params)
    body = await request.body()
    if not body:
        return arguments
    content_type = request.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        try:
            decoded = read_json(body)
        except ValueError:
            raise Refused("invalid_json") from None
        if not isinstance(decoded, dict):
            raise Refused("json_not_object")
        return arguments | decoded
    if kind == "application/x-www-form-urlencoded":
        try:
            fields = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)
        except ValueError:
            raise Refused("invalid_form_data") from None
        return arguments | dict(fields)
    if kind == "multipart/form-data":
        return arguments | await _parts(request)
    raise Refused("missing_post_type" if not kind else "invalid_post_type")


async def _parts(request: Request) -> Json:
    """The fields of a form in parts; no method here takes a file so."""
    try:
        async with request.form() as form:
            parts = dict(form.multi_items())
    except HTTPException:
        raise Refused("invalid_form_data") from None
    if not all(isinstance(value, str) for value in parts.values()):
        raise Refused("invalid_form_data")
    return parts


def _credentials(method: Method, request: Request) -> Json:
    """The app's id and secret, where they came as HTTP has it and the method asks for them."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic" or "client_id" not in method.arguments:
        return {}
    try:
        client_id, _, client_secret = b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        raise Refused("invalid_client_id") from None
    return {"client_id": client_id, "client_secret": client_secret}


def _token(request: Request, arguments: Json) -> str | None:
    header = request.headers.get("authorization", "")
    scheme, _, credential = header.partition(" ")
    if scheme.lower() == "bearer" and credential:
        return credential.strip()
    token: Any = arguments.get("token")
    return token if isinstance(token, str) and token else None


def _check_token(method: Method, token: str | None, app: App) -> None:
    if method.token is Token.NONE:
        return
    if token is None:
        raise Refused("not_authed")
    if token not in (app.bot_token, app.app_token):
        raise Refused("invalid_auth")
    if app.refused:
        raise Refused(app.refused)
    wanted = app.app_token if method.token is Token.APP else app.bot_token
    if token != wanted:
        raise Refused("not_allowed_token_type")
    granted = app.app_scopes if method.token is Token.APP else app.bot_scopes
    if method.scopes and not any(scope in granted for scope in method.scopes):
        raise Refused("missing_scope", needed=",".join(method.scopes), provided=",".join(granted))


def _check_arguments(method: Method, arguments: Json) -> None:
    if not all(_NAME.fullmatch(name) for name in arguments):
        raise Refused("invalid_arg_name")
    if method.token is not Token.NONE:
        for name in arguments:
            if name in method.arguments or name in _ALWAYS_ACCEPTED:
                continue
            if name in method.not_done:
                raise bad_argument(name, "not done by this sandbox")
            raise bad_argument(name, "unknown argument")
    for name in method.required:
        if arguments.get(name) in (None, ""):
            raise bad_argument(name, f"missing required field: {name}")
