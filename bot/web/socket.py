"""Socket Mode: the bot connects to Slack, with as many workers as there are request threads."""

import contextlib
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.flows.arrival import came_in

PAUSE_WITHIN = 1.0
"""Seconds for a moment at which nothing is in hand; acts take a fraction of it."""
ANSWER_WITHIN = 3.0
"""Seconds; whoever acted waits for three."""
HANG_UP_WITHIN = 4.0
"""Seconds; the SDK's reader holds the connection's lock for three at a time, and may take turns."""
_CLOSE, _MASKED = 0x88, 0x80
_NORMAL_END = (1000).to_bytes(2, "big")


class Socket(Protocol):
    """What is used of the handler."""

    @property
    def connected(self) -> bool:
        """Whether Slack reaches the bot now, as far as can be seen from here."""
        ...

    def connect(self) -> None:
        """Ask for an address and connect to it."""
        ...

    def close(self) -> bool:
        """Let what is in hand be answered, disconnect and wait for the workers; whether all did."""
        ...


class _Envelope(str):
    """What came in, and when; a worker may have it later."""

    at: float


def _note_arrival(_client: BaseSocketModeClient, _message: dict[str, Any], raw: str | None) -> None:
    """The SDK runs this in the worker that then answers."""
    came_in(raw.at if isinstance(raw, _Envelope) else None)


class _Handler(SocketModeHandler):
    """Bolt's own hangs up at once, and whoever acted at that moment would hear nothing."""

    def __init__(
        self,
        bolt: App,
        app_token: str,
        *,
        client: WebClient,
        threads: int,
        address: Callable[[], str],
    ) -> None:
        super().__init__(bolt, app_token, web_client=client, concurrency=threads, ping_interval=10)
        self.client.issue_new_wss_url = address  # type: ignore[method-assign]
        self.client.enqueue_message = self._enqueue  # type: ignore[method-assign]
        self.client.message_listeners.insert(0, _note_arrival)
        self._changed = threading.Condition()
        self._in_hand = 0
        self._closing = False

    @property
    def connected(self) -> bool:
        return bool(self.client.is_connected())

    def _enqueue(self, message: str) -> None:
        envelope = _Envelope(message)
        envelope.at = time.monotonic()
        self.client.message_queue.put(envelope)

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        with self._changed:
            if self._closing:
                return  # Not acknowledged: it is for another connection.
            self._in_hand += 1
        try:
            super().handle(client, req)
        finally:
            with self._changed:
                self._in_hand -= 1
                self._changed.notify_all()

    def close(self) -> bool:
        """End the connection between two acts, so that what comes next goes to another one.

        Until then acts are answered: whoever acted at a connection that is only left unread would
        wait in vain.
        """
        self.client.auto_reconnect_enabled = False
        with self._changed:
            answered = self._changed.wait_for(lambda: self._in_hand == 0, timeout=PAUSE_WITHIN)
            self._closing = True
            if not answered:
                answered = self._changed.wait_for(lambda: self._in_hand == 0, timeout=ANSWER_WITHIN)
            self._say_goodbye()
        hang_up = threading.Thread(target=super().close, name="hang-up", daemon=True)
        hang_up.start()
        hang_up.join(HANG_UP_WITHIN)
        return answered and not hang_up.is_alive()

    def _say_goodbye(self) -> None:
        """Send a WebSocket's closing frame; the SDK just drops the connection, seconds later."""
        session = self.client.current_session
        if session is None:
            return
        mask = secrets.token_bytes(4)
        code = bytes(one ^ other for one, other in zip(_NORMAL_END, mask, strict=False))
        with session.sock_send_lock, contextlib.suppress(OSError):
            if session.sock is not None:
                session.sock.sendall(bytes([_CLOSE, _MASKED | len(code)]) + mask + code)


def build_socket(
    bolt: App, *, app_token: str, client: WebClient, threads: int, address: Callable[[], str]
) -> Socket:
    """A handler that is not connected yet; `address` asks Slack where to connect to, each time."""
    return _Handler(bolt, app_token, client=client, threads=threads, address=address)
