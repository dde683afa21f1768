"""A workspace with its server in this process: no sockets, no threads, an app written by hand."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlencode

from bot.sandbox.clock import SandboxClock
from bot.sandbox.deliver import Envelope, Kind, Reply
from bot.sandbox.server import build
from bot.sandbox.workspace import Workspace
from bot.sandbox.workspace_file import default_workspace

T = TypeVar("T")
Json: TypeAlias = dict[str, Any]
Answering: TypeAlias = Callable[[Envelope], Awaitable[Reply]]

NORTHWIND = "C0NORTHWD1"
LARKFIELD = "C0LARKFLD1"
HARBOR = "C0HARBOR01"
GENERAL = "C0GENERAL1"
MAYA, JONAS, PRIYA, THEO = "U0MAYA0001", "U0JONAS001", "U0PRIYA001", "U0THEO0001"
ADA, SAM, LENA, BOT = "U0ADA00001", "U0SAM00001", "U0LENA0001", "U0HANDOFF1"


class Ticker:
    """A machine clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class AppByHand:
    """Records what it hears; answers from a queue, and with nothing when the queue is empty."""

    def __init__(self) -> None:
        self.heard: list[Envelope] = []
        self.answers: deque[Reply | Answering] = deque()

    async def send(self, envelope: Envelope) -> Reply:
        self.heard.append(envelope)
        if not self.answers:
            return Reply()
        answer = self.answers.popleft()
        return answer if isinstance(answer, Reply) else await answer(envelope)

    async def close(self) -> None:
        self.answers.clear()

    def events(self) -> list[Json]:
        return [e.payload["event"] for e in self.heard if e.kind is Kind.EVENT]


class Desk:
    """Calls the Web API through the whole ASGI application and acts as people."""

    def __init__(self, workspace: Workspace | None = None, *, retry_scale: float = 0.0) -> None:
        self._runner = asyncio.Runner()
        self.workspace = workspace or default_workspace()
        self.ticker = Ticker()
        self.workspace.clock = SandboxClock(machine=self.ticker)
        self.app = AppByHand()
        self.built = build(
            self.workspace,
            deliver=self.app,
            base_url="http://127.0.0.1:9",
            retry_scale=retry_scale,
        )
        self.acts = self.built.acts

    def close(self) -> None:
        self.run(self.built.events.close())
        self._runner.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def call(self, method: str, *, token: str | None = "bot", **arguments: Any) -> Json:
        """Posts JSON; `token` is bot, app, None or a token itself."""
        return self.run(self.acall(method, token=token, **arguments))

    async def acall(self, method: str, *, token: str | None = "bot", **arguments: Any) -> Json:
        own = {"bot": self.workspace.app.bot_token, "app": self.workspace.app.app_token}
        headers = {"content-type": "application/json"}
        if token is not None:
            headers["authorization"] = f"Bearer {own.get(token, token)}"
        _, answer = await self.request(
            f"/api/{method}", headers=headers, body=json.dumps(arguments).encode()
        )
        decoded: Json = json.loads(answer)
        return decoded

    def form(self, method: str, **arguments: str) -> Json:
        """Posts a form with the bot token as a field of it."""
        fields = {"token": self.workspace.app.bot_token, **arguments}
        headers = {"content-type": "application/x-www-form-urlencoded"}
        _, answer = self.run(
            self.request(f"/api/{method}", headers=headers, body=urlencode(fields).encode())
        )
        decoded: Json = json.loads(answer)
        return decoded

    def respond(self, url: str, body: Json) -> tuple[int, str]:
        """Posts to a response URL."""
        path = url.removeprefix("http://127.0.0.1:9")
        headers = {"content-type": "application/json"}
        status, answer = self.run(
            self.request(path, headers=headers, body=json.dumps(body).encode())
        )
        return status, answer.decode()

    async def request(
        self,
        path: str,
        *,
        verb: str = "POST",
        headers: dict[str, str] | None = None,
        body: bytes = b"",
    ) -> tuple[int, bytes]:
        """One request through the ASGI application."""
        status, _, content = await self.answer(path, verb=verb, headers=headers, body=body)
        return status, content

    async def answer(
        self,
        path: str,
        *,
        verb: str = "GET",
        headers: dict[str, str] | None = None,
        body: bytes = b"",
    ) -> tuple[int, dict[str, str], bytes]:
        """The same with the headers of the answer."""
        path, _, query = path.partition("?")
        sent: list[Any] = []
        unread = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            return unread.pop() if unread else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        all_headers = {"host": "127.0.0.1:9", **(headers or {})}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": verb,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(k.encode(), v.encode()) for k, v in all_headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 9),
        }
        await self.built.app(scope, receive, send)
        content = b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body")
        told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return int(sent[0]["status"]), told, content

    # ---- what many tests need

    def post(self, channel: str = NORTHWIND, **arguments: Any) -> str:
        """A message of the app; its ts."""
        answer = self.call("chat.postMessage", channel=channel, **{"text": "hello", **arguments})
        assert answer["ok"], answer
        return str(answer["ts"])

    def trigger(self, user: str = MAYA) -> str:
        """A fresh trigger id, as a slash command brings it."""
        self.run(self.acts.slash(user, command="/handoff", text="", channel_id=NORTHWIND))
        return str(self.app.heard[-1].payload["trigger_id"])

    def open(self, view: Json, *, user: str = MAYA) -> Json:
        """Opens a modal; the view as Slack gave it back."""
        answer = self.call("views.open", trigger_id=self.trigger(user), view=view)
        assert answer["ok"], answer
        shown: Json = answer["view"]
        return shown


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def modal(*blocks: Json, **more: Any) -> Json:
    """A modal; without blocks it has one text input named `note` in the block `about`."""
    return {
        "type": "modal",
        "callback_id": "test_modal",
        "title": plain("Title"),
        "submit": plain("Save"),
        "blocks": list(blocks) or [text_input()],
        **more,
    }


def text_input(block_id: str = "about", action_id: str = "note", **element: Any) -> Json:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain("About"),
        "element": {"type": "plain_text_input", "action_id": action_id, **element},
    }


def button(action_id: str = "go", **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain("Go"), **more}


def actions(*elements: Json, block_id: str = "row") -> Json:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}
