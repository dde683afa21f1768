"""The Web API's door: reads the call, checks token, scope and arguments, and answers."""

import asyncio
import json
import logging
import uuid
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.sandbox.faults import Faults
from bot.sandbox.methods import METHODS
from bot.sandbox.methods.call import Call, Method, Refused, Server, Token, bad_argument
from bot.sandbox.workspace import App, Json

log = logging.getLogger(__name__)

# Slack documents team_id as ignored with a workspace token; SDKs add it to any call.
_ALWAYS_ACCEPTED = frozenset({"token", "team_id"})


class WebApi:
    """Answers `/api/{method}`; counts the calls by method for whoever measures."""

    def __init__(self, server: Server, *, faults: Faults) -> None:
        self._server = server
        self._faults = faults
        self.calls: Counter[str] = Counter()

    async def endpoint(self, request: Request) -> Response:
        name = request.path_params["method"]
        self.calls[name] += 1
        fault = self._faults.take(name, await _channel(request)) if self._faults else None
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
        return self._response(await self._answer(name, request))

    async def _answer(self, name: str, request: Request) -> Json:
        method = METHODS.get(name)
        if method is None:
            return {"ok": False, "error": "unknown_method", "req_method": name}
        try:
            arguments = await _arguments(request)
            _check_token(method, _token(request, arguments), self._server.workspace.app)
            _check_arguments(method, arguments)
            arguments.pop("token", None)
            return {"ok": True, **method.handler(Call(self._server, arguments))}
        except Refused as refusal:
            return refusal.answer
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
            decoded = json.loads(body)
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
    raise Refused("missing_post_type" if not kind else "invalid_post_type")


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
    wanted = app.app_token if method.token is Token.APP else app.bot_token
    if token != wanted:
        raise Refused("not_allowed_token_type")
    granted = app.app_scopes if method.token is Token.APP else app.bot_scopes
    if method.scopes and not any(scope in granted for scope in method.scopes):
        raise Refused("missing_scope", needed=",".join(method.scopes), provided=",".join(granted))


def _check_arguments(method: Method, arguments: Json) -> None:
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
