"""The sandbox's server: puts the parts together and runs them, alone or in a thread."""

import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.answers import AnswerRefused, use_response_url
from bot.sandbox.api import WebApi
from bot.sandbox.control import Control
from bot.sandbox.deliver import Delivery, HttpDelivery
from bot.sandbox.edge import Edge
from bot.sandbox.events import Events
from bot.sandbox.faults import Faults
from bot.sandbox.interactions import Acts
from bot.sandbox.limits import ANSWER_SECONDS, LOOPBACK, PING_SECONDS
from bot.sandbox.methods.call import Server
from bot.sandbox.oauth import OAuth
from bot.sandbox.page import routes as page_routes
from bot.sandbox.persistence import Saver, read
from bot.sandbox.record import Record
from bot.sandbox.schedule import Timetable
from bot.sandbox.socket_mode import SocketDelivery
from bot.sandbox.story import Story, check_cast
from bot.sandbox.story_progress import HeardDelivery
from bot.sandbox.triggers import ResponseUrls, RightRefused, TriggerBook
from bot.sandbox.uploads import Uploads, private_files
from bot.sandbox.wire import read_json
from bot.sandbox.workspace import Workspace
from bot.sandbox.workspace_file import apply_manifest, default_workspace


class OwnNamesOnly:
    """Refuses requests under a foreign name, which is how a web page elsewhere would come in."""

    def __init__(self, app: ASGIApp, names: frozenset[str]) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        host = next((v for k, v in scope["headers"] if k == b"host"), b"").decode("latin-1")
        if urlsplit(f"//{host}").hostname in self._names:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            refusal = PlainTextResponse(f"The sandbox is not called {host}.", 421)
            await refusal(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandboxed:
    """The application and the parts which whoever built it may want to reach."""

    app: Starlette
    acts: Acts
    events: Events
    faults: Faults
    edge: Edge


def build(
    workspace: Workspace,
    *,
    deliver: Delivery,
    base_url: str,
    data: Path | None = None,
    retry_scale: float = 1.0,
    record: Path | None = None,
    story: Story | None = None,
    names: frozenset[str] = LOOPBACK,
) -> Sandboxed:
    """Wires one workspace to one way of reaching its app; `base_url` has no slash at its end.

    It answers under the `names` of hosts and under no other.

    What the app's calls really did goes to `record` as JSON lines, where one is given.
    """
    if story is not None:
        check_cast(story, workspace)
    workspace.files_url = base_url
    sockets = deliver if isinstance(deliver, SocketDelivery) else None
    if sockets is not None:
        sockets.on_connections = lambda _: workspace.touch()
    events = Events(workspace, deliver, retry_scale=retry_scale)
    triggers = TriggerBook(workspace.clock)
    response_urls = ResponseUrls(workspace.clock)
    response_urls.base_url = base_url
    acts = Acts(
        workspace,
        delivery=HeardDelivery(deliver, workspace) if story is not None else deliver,
        events=events,
        triggers=triggers,
        response_urls=response_urls,
    )
    faults = Faults()
    edge = Edge(
        # Asked anew each time: a test may give the workspace another clock.
        seconds=lambda: workspace.clock.machine_seconds(),
        faults=faults,
        record=Record(workspace, path=record),
    )
    uploads = Uploads(workspace)
    oauth = OAuth(workspace)
    timetable = Timetable(workspace, events)
    server = Server(
        workspace=workspace,
        events=events,
        triggers=triggers,
        sockets=sockets,
        base_url=lambda: base_url,
        uploads=uploads,
        edge=edge,
        oauth=oauth,
    )
    api = WebApi(server)
    control = Control(
        workspace,
        acts=acts,
        edge=edge,
        api=api,
        sockets=sockets,
        timetable=timetable,
        base_url=base_url,
    )
    saver = Saver(workspace, data) if data is not None else None

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        if saver is not None:
            saver.start()
        timetable.start()
        yield
        await timetable.stop()
        await events.close()
        await deliver.close()
        if saver is not None:
            await saver.stop()
        edge.record.close()

    app = Starlette(
        routes=[
            Route("/api/{method}", api.endpoint, methods=["GET", "POST"]),
            Route(
                "/response/{key}",
                _response_endpoint(workspace, events, response_urls),
                methods=["POST"],
            ),
            Route("/upload/{key}", uploads.endpoint, methods=["POST"]),
            Route("/files-pri/{key}/{name:path}", private_files(workspace), methods=["GET"]),
            *([WebSocketRoute("/socket", sockets.endpoint)] if sockets is not None else ()),
            *oauth.routes(),
            *control.routes(),
            *page_routes(workspace, acts, workspace.clock, story),
        ],
        lifespan=lifespan,
        exception_handlers={ClientDisconnect: _nobody_waits},
    )
    app.state.names = names
    app.add_middleware(OwnNamesOnly, names=names)
    return Sandboxed(app=app, acts=acts, events=events, faults=faults, edge=edge)


async def _nobody_waits(_request: Request, _error: Exception) -> Response:
    """Whoever asked died in the middle of it, as an app under test does; it is no error here."""
    return Response(status_code=400)


def _response_endpoint(
    workspace: Workspace, events: Events, response_urls: ResponseUrls
) -> Callable[[Request], Awaitable[Response]]:
    async def use(request: Request) -> Response:
        try:
            right = response_urls.take(request.path_params["key"])
        except RightRefused as refusal:
            return JSONResponse({"ok": False, "error": refusal.error}, status_code=404)
        try:
            body = read_json(await request.body())
            use_response_url(workspace, events, right, body)
        except ValueError:
            return JSONResponse({"ok": False, "error": "invalid_payload"}, status_code=400)
        except AnswerRefused as refusal:
            return JSONResponse(
                {"ok": False, "error": "invalid_payload", "detail": str(refusal)},
                status_code=400,
            )
        return PlainTextResponse("ok")

    return use


def place_to_begin(workspace: Workspace) -> dict[str, str]:
    """A channel that the app is in, and one of the people there; nothing where there is none."""
    people = [one.id for one in workspace.people() if not one.is_restricted]
    for channel in workspace.channels.values():
        if channel.is_im or channel.is_archived or channel.is_ext_shared:
            continue
        inside = [one for one in people if one in channel.members]
        if workspace.app.bot_user_id in channel.members and inside:
            return {"SANDBOX_CHANNEL": channel.id, "SANDBOX_USER": inside[0]}
    return {}


class _Uvicorn(uvicorn.Server):
    """Lets go of whoever waits for a change before the server waits for them."""

    def __init__(
        self,
        config: uvicorn.Config,
        workspace: Workspace,
        deliver: HttpDelivery | SocketDelivery,
    ) -> None:
        super().__init__(config)
        self._workspace = workspace
        self._deliver = deliver

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._workspace.close()
        await self._deliver.close()
        await super().shutdown(sockets)


class SandboxServer:
    """A sandbox on a free port, bound when built and served between start and stop.

    It is bound to loopback and answers under its names alone; with another `host` under that too,
    and under `name`, by which apps are then told to reach it.

    `request_url` chooses signed HTTP (an empty string: aimed later by `deliver_to`), None chooses
    Socket Mode. A workspace saved in `data` wins over the one given.
    """

    def __init__(
        self,
        workspace: Workspace | None = None,
        *,
        request_url: str | None = None,
        manifest: dict[str, object] | None = None,
        data: Path | None = None,
        port: int = 0,
        answer_seconds: float = ANSWER_SECONDS,
        ping_seconds: float = PING_SECONDS,
        retry_scale: float = 1.0,
        record: Path | None = None,
        story: Story | None = None,
        rates: bool = False,
        host: str = "127.0.0.1",
        name: str | None = None,
    ) -> None:
        saved = read(data) if data is not None else None
        self.workspace = saved or workspace or default_workspace()
        if manifest is not None:
            apply_manifest(self.workspace.app, manifest)
        self._deliver: HttpDelivery | SocketDelivery
        if request_url is None:
            self._deliver = SocketDelivery(
                app_id=self.workspace.app.id, answer_seconds=answer_seconds
            )
        else:
            self._deliver = HttpDelivery(
                request_url or None,
                signing_secret=self.signing_secret,
                answer_seconds=answer_seconds,
            )
        # asyncio sends without delay only where the protocol is named: otherwise 40 ms a call.
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((host, port))
            # Listening at once lets a client connect before the server thread runs.
            self._socket.listen(128)
        except OSError:
            self._socket.close()
            raise
        called = name or (f"[{host}]" if ":" in host else host)
        self.url = f"http://{called}:{self._socket.getsockname()[1]}"
        built = build(
            self.workspace,
            deliver=self._deliver,
            base_url=self.url,
            data=data,
            retry_scale=retry_scale,
            record=record,
            story=story,
            names=LOOPBACK | {host} | ({name} if name else set()),
        )
        self.edge = built.edge
        self.edge.keep_tiers(on=rates)
        config = uvicorn.Config(
            built.app,
            http=built.edge.connections.protocol(),
            ws="wsproto",
            ws_ping_interval=ping_seconds,
            loop="asyncio",
            lifespan="on",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
            timeout_keep_alive=60,
        )
        self._server = _Uvicorn(config, self.workspace, self._deliver)
        self._thread: threading.Thread | None = None

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    @property
    def bot_token(self) -> str:
        return self.workspace.app.bot_token

    @property
    def app_token(self) -> str:
        return self.workspace.app.app_token

    @property
    def signing_secret(self) -> str:
        return self.workspace.app.signing_secret

    @property
    def client_id(self) -> str:
        return self.workspace.app.client_id

    @property
    def client_secret(self) -> str:
        return self.workspace.app.client_secret

    def environment(self) -> dict[str, str]:
        """What an app needs to use this workspace, with a channel and a person to begin with."""
        return {
            "SLACK_API_URL": self.api_url,
            "SLACK_BOT_TOKEN": self.bot_token,
            "SLACK_APP_TOKEN": self.app_token,
            "SLACK_SIGNING_SECRET": self.signing_secret,
            **place_to_begin(self.workspace),
        }

    def deliver_to(self, request_url: str) -> None:
        """Aims signed HTTP at the app; ValueError for a workspace in Socket Mode."""
        if not isinstance(self._deliver, HttpDelivery):
            raise ValueError("This workspace reaches its app by Socket Mode.")
        self._deliver.aim(request_url)

    def start(self) -> Self:
        self._thread = threading.Thread(
            target=self._server.run,
            kwargs={"sockets": [self._socket]},
            name="sandbox",
            daemon=True,
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Waits until the workspace is saved and the port is free; RuntimeError after 15 s."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(timeout=15)
        self._socket.close()
        if self._thread is not None and self._thread.is_alive():
            raise RuntimeError("The sandbox did not stop within 15 seconds.")

    def serve(self) -> None:
        """Serves in the calling thread until a signal ends it."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._socket.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
