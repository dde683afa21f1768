"""Socket Mode: the bot connects to Slack, with as many workers as there are request threads."""

from typing import Protocol, cast

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient


class Socket(Protocol):
    """What is used of Bolt's handler, whose own methods carry no types."""

    def connect(self) -> None:
        """Ask for an address and connect to it."""
        ...

    def close(self) -> None:
        """Disconnect and wait for the workers."""
        ...


def build_socket(bolt: App, *, app_token: str, client: WebClient, threads: int) -> Socket:
    """A handler that is not connected yet; `client` is used to ask for the connection's address."""
    handler = SocketModeHandler(
        bolt, app_token, web_client=client, concurrency=threads, ping_interval=10
    )
    return cast(Socket, handler)
