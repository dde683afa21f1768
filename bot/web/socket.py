"""Socket Mode: the bot connects to Slack, with as many workers as there are request threads."""

import threading
import time
from typing import Any, Protocol

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.flows.arrival import came_in

ANSWER_WITHIN = 4.0
"""Seconds; whoever acted waits for three."""
HANG_UP_WITHIN = 4.0
"""Seconds; the SDK's reader holds the connection's lock for three at a time, and may take turns."""


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

    def __init__(self, bolt: App, app_token: str, *, client: WebClient, threads: int) -> None:
        super().__init__(bolt, app_token, web_client=client, concurrency=threads, ping_interval=10)
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
                return  # Not acknowledged: an event is delivered again.
            self._in_hand += 1
        try:
            super().handle(client, req)
        finally:
            with self._changed:
                self._in_hand -= 1
                self._changed.notify_all()

    def close(self) -> bool:
        with self._changed:
            self._closing = True
            answered = self._changed.wait_for(lambda: self._in_hand == 0, timeout=ANSWER_WITHIN)
        hang_up = threading.Thread(target=super().close, name="hang-up", daemon=True)
        hang_up.start()
        hang_up.join(HANG_UP_WITHIN)
        return answered and not hang_up.is_alive()


def build_socket(bolt: App, *, app_token: str, client: WebClient, threads: int) -> Socket:
    """A handler that is not connected yet; `client` is used to ask for the connection's address."""
    return _Handler(bolt, app_token, client=client, threads=threads)
