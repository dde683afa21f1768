"""The control API: tests and tools act as people, look at screens and move the clock."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import asdict, is_dataclass
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.sandbox.api import WebApi
from bot.sandbox.control_doc import misfit, openapi, routes_of
from bot.sandbox.control_ways import ACTS, DISCONNECTS, MOST_RECORDS, MOST_WAIT_SECONDS, ways_in
from bot.sandbox.edge import Edge
from bot.sandbox.fault_plan import BadPlan, read_plan
from bot.sandbox.faults import Fault
from bot.sandbox.interactions import Acts
from bot.sandbox.persistence import dump
from bot.sandbox.schedule import Timetable
from bot.sandbox.socket_mode import SocketDelivery
from bot.sandbox.view_state import CannotAct
from bot.sandbox.wire import read_json
from bot.sandbox.workspace import Json, Message, OpenView, Workspace

HEADER: Final = "x-sandbox-control"
"""A header of our own: another site's page cannot send it without asking first."""


class Control:
    def __init__(
        self,
        workspace: Workspace,
        *,
        acts: Acts,
        edge: Edge,
        api: WebApi,
        sockets: SocketDelivery | None,
        timetable: Timetable,
        base_url: str,
    ) -> None:
        self._workspace = workspace
        self.acts = acts
        self._edge = edge
        self._api = api
        self._sockets = sockets
        self._timetable = timetable
        self._base_url = base_url

    def routes(self) -> list[BaseRoute]:
        ways = ways_in(self)
        return [
            *(
                Route(
                    way.path,
                    way.endpoint if way.open else _guarded(way.endpoint),
                    methods=[way.verb],
                )
                for way in ways
            ),
            *routes_of(lambda: openapi(ways, header=HEADER, server=self._base_url), header=HEADER),
        ]

    # ---- the clock

    async def read_clock(self, _: Request) -> Response:
        """The calendar's time, and by how many seconds it is ahead of the machine's."""
        clock = self._workspace.clock
        return JSONResponse(
            {"offset_seconds": clock.offset_seconds, "now": clock.now().isoformat()}
        )

    async def move_clock(self, request: Request) -> Response:
        """Moves the calendar forward; what was scheduled until then is posted."""
        body = await _body(request)
        seconds = body.get("advance_seconds")
        if not isinstance(seconds, int | float) or isinstance(seconds, bool):
            return _no("advance_seconds must be a number.", status=400)
        try:
            self._workspace.clock.advance(seconds)
        except ValueError as error:
            return _no(str(error), status=400)
        self._workspace.touch()
        self._timetable.post_due()
        return await self.read_clock(request)

    # ---- acting

    async def act(self, request: Request) -> Response:
        """`{"act": …, "user": …, "with": {…}}`: one act, answered when the app has answered."""
        body = await _body(request)
        name, user, given = body.get("act"), body.get("user"), body.get("with", {})
        if name not in ACTS or not isinstance(user, str) or not isinstance(given, dict):
            return _no(f"There is no act {name!r} of {user!r} like that.", status=400)
        method = getattr(self.acts, str(name))
        wrong = misfit(partial(method, user), given)
        if wrong is not None:
            return _no(f"{name}: {wrong}", status=400)
        try:
            result = method(user, **given)
            if inspect.isawaitable(result):
                result = await result
        except CannotAct as refusal:
            return _no(str(refusal), status=409)
        shown = asdict(result) if is_dataclass(result) and not isinstance(result, type) else result
        return JSONResponse({"ok": True, "answer": shown})

    async def set_faults(self, request: Request) -> Response:
        """Adds one fault, or clears all of them when the body is empty."""
        body = await _body(request)
        if not body:
            self._edge.faults.clear()
            return JSONResponse({"ok": True})
        wrong = misfit(Fault, body)
        if wrong is not None:
            return _no(f"fault: {wrong}", status=400)
        self._edge.faults.add(Fault(**body))
        return JSONResponse({"ok": True})

    async def follow_plan(self, request: Request) -> Response:
        """Follows the plan in the body from now on, and none where that is empty."""
        body = await _body(request)
        try:
            self._edge.follow(read_plan(body) if body else None)
        except BadPlan as wrong:
            return _no(str(wrong), status=400)
        return JSONResponse({"ok": True})

    async def rates(self, request: Request) -> Response:
        """Switches Slack's rate tiers `on` or off; both begin to count anew."""
        on = (await _body(request)).get("on")
        if not isinstance(on, bool):
            return _no("on must be true or false.", status=400)
        self._edge.keep_tiers(on=on)
        return JSONResponse({"ok": True})

    async def plan(self, _: Request) -> Response:
        """How often each trouble was met, and how many calls are to be accepted later."""
        plan = self._edge.plan
        return JSONResponse(
            {
                "followed": plan is not None,
                "met": dict(plan.met) if plan is not None else {},
                "on_their_way": self._edge.on_their_way,
            }
        )

    async def record(self, request: Request) -> Response:
        """What was accepted after the write with the number `after`, at most `most` of it."""
        try:
            after = max(0, int(request.query_params.get("after", "0")))
            most = int(request.query_params.get("most", str(MOST_RECORDS)))
        except ValueError:
            return _no("after and most must be numbers.", status=400)
        found = self._edge.record.after(after, most=min(max(most, 0), MOST_RECORDS))
        return JSONResponse(
            {"accepted": [asdict(one) for one in found], "of": len(self._edge.record)}
        )

    async def disconnect(self, request: Request) -> Response:
        """Sends the app's sockets away, as Slack does now and then, or only warns of that."""
        reason = (await _body(request)).get("reason", "refresh_requested")
        if reason not in DISCONNECTS:
            return _no(f"There is no reason {reason!r}.", status=400)
        if self._sockets is None:
            return _no("There is no Socket Mode in this workspace.", status=409)
        if reason == "warning":
            await self._sockets.warn()
        else:
            await self._sockets.disconnect(reason)
        return JSONResponse({"ok": True})

    # ---- looking

    async def state(self, _: Request) -> Response:
        """All there is, as it stands in the file of a workspace, without the app's secrets."""
        shown = dump(self._workspace)
        for secret in ("bot_token", "app_token", "signing_secret", "client_id", "client_secret"):
            del shown["app"][secret]
        return JSONResponse(shown)

    async def directory(self, _: Request) -> Response:
        """Who and what there is by id and name, without anything that was said."""
        return JSONResponse(
            {
                "users": [
                    {"id": user.id, "name": user.name} for user in self._workspace.users.values()
                ],
                "channels": [
                    {"id": channel.id, "name": channel.name}
                    for channel in self._workspace.channels.values()
                    if not channel.is_im
                ],
            }
        )

    async def app(self, _: Request) -> Response:
        """How many sockets the app holds, and how often it called each method."""
        return JSONResponse(
            {
                "connections": self._sockets.connections if self._sockets is not None else 0,
                "calls": dict(self._api.calls),
            }
        )

    async def changes(self, request: Request) -> Response:
        """The workspace's version, as soon as it is another than the one that is known."""
        try:
            after = int(request.query_params.get("after", "-1"))
            timeout = float(request.query_params.get("timeout", "0"))
        except ValueError:
            return _no("after and timeout must be numbers.", status=400)
        wait = max(0.0, min(timeout, MOST_WAIT_SECONDS))  # In this order NaN is no wait.
        return JSONResponse({"version": await self._workspace.wait_for_change(after, wait)})

    async def screen(self, request: Request) -> Response:
        """What one person sees beside the conversations: modals, Home tab and notices."""
        user = request.query_params.get("user", "")
        if user not in self._workspace.users:
            return _no(f"There is no person {user}.", status=404)
        home = self._workspace.homes.get(user)
        dm = self._workspace.app_dm(user)
        return JSONResponse(
            {
                "modals": [_view(view) for view in self._workspace.modal_stack(user)],
                "home": _view(home) if home is not None else None,
                "notices": [asdict(n) for n in self._workspace.notices.get(user, [])],
                "dm": dm.id if dm is not None else None,
                "version": self._workspace.version,
            }
        )

    async def messages(self, request: Request) -> Response:
        """A channel or thread as one person sees it, oldest first."""
        user = request.query_params.get("user", "")
        channel = self._workspace.channels.get(request.query_params.get("channel", ""))
        hidden = channel is not None and (channel.is_private or channel.is_im or channel.is_mpim)
        if channel is None or (hidden and user not in channel.members):
            return _no("There is no such conversation for this person.", status=404)
        thread = request.query_params.get("thread")
        found = channel.thread(thread, user) if thread else channel.top_level(user)
        return JSONResponse({"messages": [_message(message) for message in found]})


def _view(view: OpenView) -> Json:
    return asdict(view)


def _message(message: Message) -> Json:
    return asdict(message)


def _no(sentence: str, *, status: int) -> Response:
    return JSONResponse({"ok": False, "error": sentence}, status_code=status)


class _NoObject(Exception):
    """The body of a request is not what every way in takes."""


async def _body(request: Request) -> Json:
    raw = await request.body()
    try:
        decoded: Any = read_json(raw) if raw else {}
    except ValueError:
        raise _NoObject from None
    if not isinstance(decoded, dict):
        raise _NoObject
    return decoded


def _guarded(
    endpoint: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    async def guarded(request: Request) -> Response:
        if request.headers.get(HEADER) != "1":
            return _no(f"The header {HEADER} is missing.", status=403)
        try:
            return await endpoint(request)
        except _NoObject:
            return _no("The body must be a JSON object.", status=400)

    return guarded
