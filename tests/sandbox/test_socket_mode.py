import base64
import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.sandbox.limits import SOCKETS
from bot.sandbox.server import SandboxServer
from bot.sandbox.visitor import Sandbox, Visitor
from tests.sandbox.desk import NORTHWIND, Json

Answer = Callable[[SocketModeRequest], Json | None]


class DialledIn:
    """Slack's own built-in client with listeners that answer at once."""

    def __init__(self, server: SandboxServer) -> None:
        self.heard: list[SocketModeRequest] = []
        self.answer: Answer = lambda _: None
        self.silent = threading.Event()
        self.client = SocketModeClient(
            app_token=server.app_token,
            web_client=WebClient(token=server.bot_token, base_url=server.api_url),
            ping_interval=1,
        )
        self.client.socket_mode_request_listeners.append(self._listen)

    def _listen(self, client: Any, request: SocketModeRequest) -> None:
        self.heard.append(request)
        if self.silent.is_set():
            return
        answer = SocketModeResponse(request.envelope_id, payload=self.answer(request))
        client.send_socket_mode_response(answer)


class Phones:
    """Dials into one sandbox as often as asked, and hangs up at the end."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server
        self.sandbox = Sandbox(server.url)
        self._apps: list[DialledIn] = []

    def dial(self) -> DialledIn:
        app = DialledIn(self.server)
        self._apps.append(app)
        app.client.connect()
        self.sandbox.wait_until(lambda: self.connections() >= len(self._apps))
        return app

    def connections(self) -> int:
        return int(self.sandbox.get("/control/app")["connections"])

    def hang_up(self) -> None:
        # Slack's client notices at once when the other side goes, but by itself after 3 s only.
        for app in self._apps:
            app.client.auto_reconnect_enabled = False
            app.client.default_auto_reconnect_enabled = False
        self.server.stop()
        for app in self._apps:
            app.client.close()


@pytest.fixture
def phones(server: SandboxServer) -> Iterator[Phones]:
    phones = Phones(server)
    yield phones
    phones.hang_up()


@pytest.fixture
def impatient() -> Iterator[Phones]:
    """A sandbox that waits for an answer for a fifth of a second."""
    with SandboxServer(answer_seconds=0.2, retry_scale=0.0) as running:
        phones = Phones(running)
        yield phones
        phones.hang_up()


@pytest.fixture
def app(phones: Phones) -> DialledIn:
    return phones.dial()


@pytest.fixture
def maya(sandbox: Sandbox) -> Visitor:
    return sandbox.visitor("maya")


def handshake(url: str) -> tuple[http.client.HTTPConnection, int]:
    """Asks for a WebSocket by hand; the connection and the status that came back."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=5)
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(bytes(16)).decode(),
    }
    connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
    return connection, connection.getresponse().status


def test_a_command_is_answered_through_the_socket(app: DialledIn, maya: Visitor) -> None:
    app.answer = lambda _: {"text": "Here."}
    answer = maya.slash("/handoff", "help", channel="#deal-northwind")
    assert answer.text == "Here."
    [request] = app.heard
    assert request.type == "slash_commands"
    assert request.accepts_response_payload is True
    assert request.payload["text"] == "help"


def test_an_event_takes_no_payload_and_carries_its_try(app: DialledIn, maya: Visitor) -> None:
    maya.open_home()
    [request] = app.heard
    assert request.type == "events_api"
    assert request.accepts_response_payload is False
    assert request.payload["event"]["type"] == "app_home_opened"
    assert request.retry_attempt == 0


def test_a_submission_is_corrected_through_the_socket(
    app: DialledIn, server: SandboxServer, maya: Visitor
) -> None:
    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "T"},
        "submit": {"type": "plain_text", "text": "S"},
        "blocks": [
            {
                "type": "input",
                "block_id": "b",
                "label": {"type": "plain_text", "text": "L"},
                "element": {"type": "plain_text_input", "action_id": "a"},
            }
        ],
    }

    def answer(request: SocketModeRequest) -> Json | None:
        if request.type == "slash_commands":
            app.client.web_client.views_open(trigger_id=request.payload["trigger_id"], view=view)
            return None
        return {"response_action": "errors", "errors": {"b": "No."}}

    app.answer = answer
    maya.slash("/handoff", channel="#deal-northwind")
    assert maya.submit({"a": "x"}).field_errors == {"b": "No."}


def test_an_unacknowledged_envelope_is_told_to_the_person(impatient: Phones) -> None:
    impatient.dial().silent.set()
    maya = impatient.sandbox.visitor("maya")
    answer = maya.slash("/handoff", channel=NORTHWIND)
    assert "operation_timeout" in (answer.notice or "")


def test_an_unacknowledged_event_comes_again_with_its_number(impatient: Phones) -> None:
    app = impatient.dial()
    app.silent.set()
    impatient.sandbox.visitor("maya").open_home()
    impatient.sandbox.wait_until(lambda: len(app.heard) >= 4)
    assert [request.retry_attempt for request in app.heard] == [0, 1, 2, 3]
    assert app.heard[1].retry_reason == "http_timeout"


def test_without_a_connection_the_app_cannot_be_reached(sandbox: Sandbox) -> None:
    answer = sandbox.visitor("maya").slash("/handoff", channel=NORTHWIND)
    assert "dispatch_failed" in (answer.notice or "")


def test_the_client_comes_back_after_a_disconnect(
    app: DialledIn, sandbox: Sandbox, maya: Visitor
) -> None:
    first = app.client.session_id()
    sandbox.disconnect()
    sandbox.wait_for_app()
    assert maya.slash("/handoff", channel=NORTHWIND).answered
    assert app.client.session_id() != first


def test_envelopes_go_to_one_connection_each_in_turn(
    app: DialledIn, phones: Phones, maya: Visitor
) -> None:
    second = phones.dial()
    for _ in range(4):
        maya.slash("/handoff", channel=NORTHWIND)
    assert (len(app.heard), len(second.heard)) == (2, 2)


def test_what_a_connection_left_unacknowledged_goes_to_another_one(
    app: DialledIn, phones: Phones, maya: Visitor
) -> None:
    second = phones.dial()

    def drop(_: SocketModeRequest) -> None:
        app.client.auto_reconnect_enabled = False
        session = app.client.current_session
        assert session is not None
        assert session.sock is not None
        session.sock.shutdown(socket.SHUT_RDWR)

    app.answer = drop
    assert all(maya.slash("/handoff", channel=NORTHWIND).answered for _ in range(2))
    assert (len(app.heard), len(second.heard)) == (1, 2)


def ticketed(server: SandboxServer) -> str:
    client = WebClient(base_url=server.api_url)
    return str(client.apps_connections_open(app_token=server.app_token)["url"])


def test_a_ticket_serves_once_and_a_wrong_one_never(server: SandboxServer) -> None:
    url = ticketed(server)
    attempts = [handshake(url), handshake(url), handshake(url.replace("ticket=", "ticket=x"))]
    assert [status for _, status in attempts] == [101, 403, 403]
    for connection, _ in attempts:
        connection.close()


def test_an_eleventh_connection_is_refused(server: SandboxServer, sandbox: Sandbox) -> None:
    connections = [handshake(ticketed(server))[0] for _ in range(SOCKETS)]
    sandbox.wait_until(lambda: sandbox.get("/control/app")["connections"] == SOCKETS)
    with pytest.raises(SlackApiError) as refused:
        ticketed(server)
    assert refused.value.response["error"] == "too_many_websockets"
    for connection in connections:
        connection.close()


class Wire:
    """A WebSocket by hand, which does nothing by itself when it is sent away."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._socket = socket.create_connection((str(parts.hostname), parts.port), timeout=10)
        key = base64.b64encode(bytes(16)).decode()
        lines = [
            f"GET {parts.path}?{parts.query} HTTP/1.1",
            f"Host: {parts.netloc}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key}",
        ]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self._unread = self._socket.makefile("rb")
        while self._unread.readline().strip():
            continue

    def told(self) -> Json:
        """The next message, or the code with which the connection ends."""
        kind, size = self._unread.read(2)
        if size == 126:
            size = int.from_bytes(self._unread.read(2))
        content = self._unread.read(size)
        if kind == 0x88:
            return {"closed": int.from_bytes(content[:2])}
        if kind == 0x89:
            return {"pinged": len(content)}
        message: Json = json.loads(content)
        return message

    def close(self) -> None:
        self._unread.close()
        self._socket.close()


@pytest.fixture
def wire(server: SandboxServer) -> Iterator[Wire]:
    opened = WebClient(base_url=server.api_url).apps_connections_open(app_token=server.app_token)
    wire = Wire(str(opened["url"]))
    yield wire
    wire.close()


def test_a_socket_is_pinged() -> None:
    with SandboxServer(ping_seconds=0.05) as server:
        wire = Wire(ticketed(server))
        assert [*wire.told()][:1] == ["type"]
        assert "pinged" in wire.told()
        wire.close()


def test_tickets_taken_ahead_make_no_eleventh_connection_either(
    server: SandboxServer, sandbox: Sandbox
) -> None:
    tickets = [ticketed(server) for _ in range(SOCKETS + 1)]
    wires = [Wire(ticket) for ticket in tickets[:SOCKETS]]
    assert {wire.told()["type"] for wire in wires} == {"hello"}
    late = Wire(tickets[SOCKETS])
    said = late.told()
    assert (said["type"], said["reason"]) == ("disconnect", "too_many_websockets")
    assert late.told() == {"closed": 1000}
    assert sandbox.get("/control/app")["connections"] == SOCKETS
    for wire in [*wires, late]:
        wire.close()


def test_a_warning_comes_first_and_leaves_the_connection_as_it_is(
    wire: Wire, sandbox: Sandbox
) -> None:
    assert wire.told()["type"] == "hello"
    sandbox.disconnect("warning")
    warned = wire.told()
    assert (warned["type"], warned["reason"]) == ("disconnect", "warning")
    assert sandbox.get("/control/app")["connections"] == 1
    sandbox.disconnect("link_disabled")
    assert wire.told()["reason"] == "link_disabled"
    assert wire.told() == {"closed": 1000}
    with pytest.raises(ValueError, match="no reason 'whim'"):
        sandbox.disconnect("whim")
