"""Socket Mode: the app dials in, envelopes go to one of its connections, acks come back."""

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from uuid import uuid4

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.deliver import Envelope, Failure, Kind, Reply
from bot.sandbox.limits import ANSWER_SECONDS, SOCKETS
from bot.sandbox.wire import read_json

_LOST: Final = object()
"""Stands for an answer that can no longer come: the connection ended."""


@dataclass(eq=False, slots=True)
class _Connection:
    socket: WebSocket
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    sending: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def send(self, message: dict[str, Any]) -> None:
        async with self.sending:
            await self.socket.send_text(json.dumps(message))


class TooManySockets(Exception):
    """The app holds as many connections as Slack grants."""


class SocketDelivery:
    """Envelopes over the WebSockets the app opened with one-use tickets."""

    def __init__(self, *, app_id: str, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._app_id = app_id
        self._answer_seconds = answer_seconds
        self._tickets: set[str] = set()
        self._connections: list[_Connection] = []
        self._turn = count()
        self.on_connections: Callable[[int], object] = lambda _: None

    @property
    def connections(self) -> int:
        return len(self._connections)

    def issue_ticket(self) -> str:
        """A ticket for one connection; TooManySockets beyond the tenth."""
        if len(self._connections) >= SOCKETS:
            raise TooManySockets
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return ticket

    async def send(self, envelope: Envelope) -> Reply:
        """Sends to one connection, a different one each time, as long as there is one.

        What a connection did not acknowledge before it ended goes to the next one.
        """
        try:
            async with asyncio.timeout(self._answer_seconds):
                while self._connections:
                    turn = next(self._turn) % len(self._connections)
                    body = await self._send_on(self._connections[turn], envelope)
                    if body is not _LOST:
                        return Reply(body=body)
        except TimeoutError:
            return Reply(failure=Failure.TIMEOUT, status=0)
        return Reply(failure=Failure.CONNECTION, status=0)

    async def _send_on(self, connection: _Connection, envelope: Envelope) -> Any:
        """The answer, or _LOST."""
        envelope_id = str(uuid4())
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope_id] = answer
        message: dict[str, Any] = {
            "envelope_id": envelope_id,
            "type": envelope.kind.value,
            "accepts_response_payload": envelope.kind is not Kind.EVENT,
            "payload": envelope.payload,
        }
        if envelope.kind is Kind.EVENT:
            message["retry_attempt"] = envelope.retry_num
            message["retry_reason"] = envelope.retry_reason or ""
        try:
            await connection.send(message)
            return await answer
        except (ConnectionError, WebSocketDisconnect, RuntimeError):
            # Starlette raises RuntimeError for a send after the close.
            self._lost(connection)
            return _LOST
        finally:
            connection.waiting.pop(envelope_id, None)

    async def endpoint(self, socket: WebSocket) -> None:
        """Serves one connection of the app from its hello to its end."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await socket.close(code=1008)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        connection = _Connection(socket)
        if len(self._connections) >= SOCKETS:
            # So many tickets were handed out before the first of them was used.
            await connection.send(_disconnect("too_many_websockets"))
            await socket.close(code=1000)
            return
        self._connections.append(connection)
        self.on_connections(len(self._connections))
        try:
            await connection.send(self._hello())
            while True:
                self._acknowledged(connection, await socket.receive_text())
        except WebSocketDisconnect:
            return
        finally:
            self._lost(connection)

    async def warn(self) -> None:
        """Tells every connection that it will be sent away soon; it may be used until then."""
        for connection in list(self._connections):
            try:
                await connection.send(_disconnect("warning"))
            except (ConnectionError, WebSocketDisconnect, RuntimeError):
                self._lost(connection)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tells every connection to go and come back, as Slack does now and then."""
        for connection in list(self._connections):
            self._lost(connection)
            try:
                await connection.send(_disconnect(reason))
                await connection.socket.close(code=1000)
            except (ConnectionError, WebSocketDisconnect, RuntimeError):
                continue

    async def close(self) -> None:
        for connection in list(self._connections):
            self._lost(connection)
            try:
                await connection.socket.close(code=1001)
            except (ConnectionError, WebSocketDisconnect, RuntimeError):
                continue

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "connection_info": {"app_id": self._app_id},
            "debug_info": {"host": "sandbox", "approximate_connection_time": 3600},
        }

    def _acknowledged(self, connection: _Connection, raw: str) -> None:
        try:
            ack = read_json(raw)
        except ValueError:
            return
        if not isinstance(ack, dict):
            return
        answer = connection.waiting.get(str(ack.get("envelope_id")))
        if answer is not None and not answer.done():
            answer.set_result(ack.get("payload") or None)

    def _lost(self, connection: _Connection) -> None:
        if connection not in self._connections:
            return
        self._connections.remove(connection)
        self.on_connections(len(self._connections))
        for answer in connection.waiting.values():
            if not answer.done():
                answer.set_result(_LOST)


def _disconnect(reason: str) -> dict[str, Any]:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
