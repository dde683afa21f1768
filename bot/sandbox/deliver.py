"""The ways from the workspace to the app: an envelope goes out, the app's answer comes back."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol
from urllib.parse import urlencode, urlsplit

import h11

from bot.sandbox.limits import ANSWER_SECONDS
from bot.sandbox.wire import read_json
from bot.sandbox.workspace import Json


class Kind(StrEnum):
    COMMAND = "slash_commands"
    INTERACTION = "interactive"
    EVENT = "events_api"


class Failure(StrEnum):
    """Why an answer does not count, in the words of `x-slack-retry-reason`."""

    TIMEOUT = "http_timeout"
    STATUS = "http_error"
    CONNECTION = "connection_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    kind: Kind
    payload: Json
    retry_num: int = 0
    retry_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`body` is parsed JSON, or text, or None when the app answered nothing."""

    failure: Failure | None = None
    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.failure is None


class Delivery(Protocol):
    """One way to the app; `send` never raises for what the app or the network does."""

    async def send(self, envelope: Envelope) -> Reply: ...

    async def close(self) -> None: ...


def sign(secret: str, *, timestamp: str, body: bytes) -> str:
    """The v0 signature over the timestamp and the raw body."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


_JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"


def wire_form(envelope: Envelope) -> tuple[str, bytes]:
    """The content type and the exact body which Slack would POST."""
    match envelope.kind:
        case Kind.EVENT:
            return _JSON, json.dumps(envelope.payload, separators=(",", ":")).encode()
        case Kind.COMMAND:
            return _FORM, urlencode(envelope.payload).encode()
        case Kind.INTERACTION:
            return _FORM, urlencode({"payload": json.dumps(envelope.payload)}).encode()


class HttpDelivery:
    """Signed POSTs to the app's one request URL, each waited for `answer_seconds`."""

    def __init__(
        self, url: str | None, *, signing_secret: str, answer_seconds: float = ANSWER_SECONDS
    ) -> None:
        self._secret = signing_secret
        self._answer_seconds = answer_seconds
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter, h11.Connection]] = []
        self._host, self._port, self._target = "", 0, ""
        if url is not None:
            self.aim(url)

    def aim(self, url: str) -> None:
        """Sets the app's request URL; before that the app cannot be reached."""
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname is None:
            raise ValueError("The app's request URL must begin with http:// and name a host.")
        self._host = parts.hostname
        self._port = parts.port or 80
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    async def send(self, envelope: Envelope) -> Reply:
        if not self._host:
            return Reply(failure=Failure.CONNECTION, status=0)
        content_type, body = wire_form(envelope)
        # Real time, not the sandbox's calendar: the app checks this against its own machine.
        timestamp = str(int(time.time()))
        headers = {
            "Host": f"{self._host}:{self._port}",
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "Accept": "*/*",
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self._secret, timestamp=timestamp, body=body),
        }
        if envelope.retry_num:
            headers["X-Slack-Retry-Num"] = str(envelope.retry_num)
            headers["X-Slack-Retry-Reason"] = envelope.retry_reason or "unknown_error"
        try:
            async with asyncio.timeout(self._answer_seconds):
                return await self._exchange(headers, body)
        except TimeoutError:
            return Reply(failure=Failure.TIMEOUT, status=0)
        except (OSError, h11.ProtocolError):
            return Reply(failure=Failure.CONNECTION, status=0)

    async def close(self) -> None:
        idle, self._idle = self._idle, []
        for _, writer, _ in idle:
            await _shut(writer)

    async def _exchange(self, headers: Mapping[str, str], body: bytes) -> Reply:
        reader, writer, protocol = await self._connection()
        reusable = False
        try:
            request = h11.Request(method="POST", target=self._target, headers=list(headers.items()))
            writer.write(
                (protocol.send(request) or b"")
                + (protocol.send(h11.Data(data=body)) or b"")
                + (protocol.send(h11.EndOfMessage()) or b"")
            )
            await writer.drain()
            reply = await _read_reply(reader, protocol)
            if protocol.our_state is h11.DONE and protocol.their_state is h11.DONE:
                protocol.start_next_cycle()
                reusable = True
            return reply
        finally:
            if reusable:
                self._idle.append((reader, writer, protocol))
            else:
                writer.close()

    async def _connection(
        self,
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, h11.Connection]:
        while self._idle:
            reader, writer, protocol = self._idle.pop()
            # A server that closed while idle has left an end of file behind.
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer, protocol
            await _shut(writer)
        reader, writer = await asyncio.open_connection(self._host, self._port)
        return reader, writer, h11.Connection(h11.CLIENT)


async def _read_reply(reader: asyncio.StreamReader, protocol: h11.Connection) -> Reply:
    status = 0
    headers: dict[str, str] = {}
    chunks: list[bytes] = []
    while True:
        event = protocol.next_event()
        if event is h11.NEED_DATA:
            protocol.receive_data(await reader.read(65536))
        elif isinstance(event, h11.Response):
            status = event.status_code
            headers = {k.decode().lower(): v.decode("latin-1") for k, v in event.headers}
        elif isinstance(event, h11.Data):
            chunks.append(bytes(event.data))
        elif isinstance(event, h11.EndOfMessage):
            break
        elif isinstance(event, h11.ConnectionClosed):
            raise ConnectionResetError("closed before the answer was complete")
    failure = None if 200 <= status < 300 else Failure.STATUS
    body = parse_body(b"".join(chunks), headers.get("content-type", ""))
    return Reply(failure=failure, status=status, body=body, headers=headers)


def parse_body(raw: bytes, content_type: str) -> Any:
    """JSON when the app said so, otherwise its text, None when it said nothing."""
    text = raw.decode("utf-8", "replace")
    if not text.strip():
        return None
    if content_type.startswith(_JSON):
        try:
            return read_json(text)
        except ValueError:
            return text
    return text


async def _shut(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        await writer.wait_closed()
    except OSError:
        return
