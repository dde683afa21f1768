"""slack_sdk's clients, in threads and in a loop, unmodified but for the address."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import SandboxServer
from bot.sandbox.visitor import Sandbox
from tests.sandbox.desk import MAYA, NORTHWIND

TOO_MANY = [{"type": "divider"}] * 51
COMPLAINT = "[ERROR] no more than 50 items allowed [json-pointer:/blocks]"


def test_the_client_in_threads(server: SandboxServer) -> None:
    client = WebClient(server.bot_token, base_url=server.api_url)
    posted = client.chat_postMessage(channel=NORTHWIND, text="hello")
    client.chat_update(channel=NORTHWIND, ts=posted["ts"], text="hello again")
    client.reactions_add(channel=NORTHWIND, timestamp=posted["ts"], name="eyes")
    client.pins_add(channel=NORTHWIND, timestamp=posted["ts"])
    (message,) = client.conversations_history(channel=NORTHWIND)["messages"]
    assert (message["text"], message["pinned_to"]) == ("hello again", [NORTHWIND])
    pages = [len(page["channels"]) for page in client.conversations_list(limit=2)]
    assert pages[0] == 2
    assert len(pages) > 1
    sent = client.files_upload_v2(channel=NORTHWIND, filename="a.csv", content="a,b\n")
    assert sent["files"][0]["size"] == 4
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=NORTHWIND, text="x", blocks=TOO_MANY)
    assert caught.value.response["response_metadata"]["messages"] == [COMPLAINT]


def test_the_client_in_a_loop(server: SandboxServer) -> None:
    async def play() -> list[int]:
        client = AsyncWebClient(server.bot_token, base_url=server.api_url)
        posted = await client.chat_postMessage(channel=NORTHWIND, text="hello")
        await client.bookmarks_add(
            channel_id=NORTHWIND, title="Brief", type="link", link="https://a.example"
        )
        opened = await client.conversations_open(users=MAYA)
        await client.chat_postMessage(channel=opened["channel"]["id"], text="hello you")
        sent = await client.files_upload_v2(channel=NORTHWIND, filename="a.csv", content="a,b\n")
        assert sent["files"][0]["size"] == 4
        link = await client.chat_getPermalink(channel=NORTHWIND, message_ts=posted["ts"])
        assert NORTHWIND in link["permalink"]
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel=NORTHWIND, text="x", blocks=TOO_MANY)
        assert caught.value.response["response_metadata"]["messages"] == [COMPLAINT]
        return [len(page["channels"]) async for page in await client.conversations_list(limit=2)]

    assert len(asyncio.run(play())) > 1


class InALoop:
    """An app of its own thread and loop that answers each command with its text."""

    def __init__(self, server: SandboxServer) -> None:
        self._server = server
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    async def _run(self) -> None:
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        client = SocketModeClient(
            app_token=self._server.app_token,
            web_client=AsyncWebClient(self._server.bot_token, base_url=self._server.api_url),
        )
        client.socket_mode_request_listeners.append(self._listen)
        await client.connect()  # type: ignore[no-untyped-call]
        self._up.set()
        await self._done.wait()
        await client.close()  # type: ignore[no-untyped-call]

    async def _listen(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        said: dict[str, Any] = {"text": f"heard {request.payload.get('text')}"}
        answer = SocketModeResponse(request.envelope_id, payload=said)
        await client.send_socket_mode_response(answer)

    def start(self) -> None:
        self._thread.start()
        assert self._up.wait(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(10)


@pytest.fixture
def in_a_loop(server: SandboxServer) -> Iterator[InALoop]:
    app = InALoop(server)
    app.start()
    yield app
    app.stop()


@pytest.mark.usefixtures("in_a_loop")
def test_the_socket_in_a_loop(sandbox: Sandbox) -> None:
    answer = sandbox.visitor("maya").slash("/handoff", "in a loop", channel="#deal-northwind")
    assert answer.text == "heard in a loop"
