"""A page in Chromium with an app that answers on cue, for tests that look at it as people do."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import uvicorn
from playwright.sync_api import Page, Response, expect

from bot.sandbox.blockkit import Surface
from bot.sandbox.deliver import Envelope, Kind, Reply
from bot.sandbox.posting import accept_blocks, post_as_app
from bot.sandbox.screen import accept_view, open_modal, replace_view
from bot.sandbox.server import build
from bot.sandbox.story import Story
from bot.sandbox.triggers import Trigger
from bot.sandbox.workspace import Message, OpenView
from bot.sandbox.workspace_file import default_workspace
from tests.sandbox.desk import MAYA, NORTHWIND, AppByHand, Json, plain

T = TypeVar("T")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]


class AppOnCue(AppByHand):
    """Does what was arranged for an action id or a submission; anything else is acknowledged."""

    def __init__(self) -> None:
        super().__init__()
        self.cues: dict[str, Callable[[Json], Awaitable[Any]]] = {}

    async def send(self, envelope: Envelope) -> Reply:
        self.heard.append(envelope)
        payload = envelope.payload
        name = str(payload.get("type", payload.get("command", "")))
        if name == "block_actions":
            name = payload["actions"][0]["action_id"]
        cue = self.cues.get(name)
        return Reply() if cue is None else Reply(body=await cue(payload))

    def interactions(self, kind: str) -> list[Json]:
        found = [e.payload for e in self.heard if e.kind is Kind.INTERACTION]
        return [payload for payload in found if payload["type"] == kind]


class Stage:
    """A sandbox served from a thread, whose workspace the test changes on the server's loop."""

    def __init__(self, story: Story | None = None) -> None:
        self.workspace = default_workspace()
        self.app = AppOnCue()
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(64)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.built = build(self.workspace, deliver=self.app, base_url=self.url, story=story)
        config = uvicorn.Config(
            self.built.app, http="h11", ws="none", loop="asyncio", log_config=None
        )
        self._server = uvicorn.Server(config)
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._started.wait(10)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._started.set()
        await self._server.serve(sockets=[self._socket])

    def close(self) -> None:
        self._server.should_exit = True
        self.do(self.workspace.close)
        self._thread.join(15)
        self._socket.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def do(self, change: Callable[..., T], *arguments: Any, **named: Any) -> T:
        async def on_the_loop() -> T:
            return change(*arguments, **named)

        return self.run(on_the_loop())

    # ---- what the app does

    def post(self, *blocks: Json, text: str = "text", **more: Any) -> Message:
        def post() -> Message:
            accepted = accept_blocks(self.workspace, list(blocks)) if blocks else []
            return post_as_app(self.workspace, NORTHWIND, text=text, blocks=accepted, **more)

        return self.do(post)

    def show(self, view: Json, *, user: str = MAYA, over: str | None = None) -> OpenView:
        """To be called on the loop."""
        accepted = accept_view(self.workspace, view, Surface.MODAL)
        return open_modal(self.workspace, accepted, Trigger(user, over, 0.0))

    def open(self, view: Json, *, user: str = MAYA) -> OpenView:
        return self.do(self.show, view, user=user)

    def update(self, open_view: OpenView, view: Json) -> None:
        accepted = accept_view(self.workspace, view, Surface.MODAL, instead_of=open_view)
        self.do(replace_view, self.workspace, open_view, accepted)


class Screen:
    """One person's tab; whatever the browser complains of fails the test at its end."""

    def __init__(self, page: Page, stage: Stage) -> None:
        self.page = page
        self._stage = stage
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        page.on("response", self._note_failure)

    def _note_failure(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.url}")

    def go(self, place: str = NORTHWIND, *, user: str = MAYA, more: str = "") -> Page:
        self.page.goto(f"{self._stage.url}/?as={user}&place={place}{more}")
        expect(self.page.locator("html[data-ready]")).to_be_attached()
        return self.page


def option(value: str) -> Json:
    return {"text": plain(f"Option {value}"), "value": value}


def question(kind: str, block_id: str, **element: Any) -> Json:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(f"About {block_id}"),
        "element": {"type": kind, "action_id": "a", **element},
    }
