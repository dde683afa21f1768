"""The server's open connections, so that one of them can be reset in the middle of a call."""

import asyncio
import socket
import struct
from typing import Any, Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_NO_LINGER: Final = struct.pack("ii", 1, 0)
"""A socket closed so sends a reset, and nothing that was still to be sent."""

Peer = tuple[str, int]


class Connections:
    """By the address of whoever is at their other end."""

    def __init__(self) -> None:
        self._transports: dict[Peer, asyncio.Transport] = {}

    def protocol(self) -> type[asyncio.Protocol]:
        """Uvicorn's own protocol, which notes its connections here."""
        transports = self._transports

        class Noted(H11Protocol):
            def connection_made(  # type: ignore[override]  # as Uvicorn's own
                self, transport: asyncio.Transport
            ) -> None:
                super().connection_made(transport)
                if self.client is not None:
                    transports[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                if self.client is not None:
                    transports.pop(self.client, None)
                super().connection_lost(exc)

        return Noted

    def reset(self, peer: Peer) -> None:
        """Reset the connection with somebody, where it still stands."""
        transport = self._transports.get(peer)
        if transport is not None:
            transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER
            )
            transport.abort()


class Reset(Response):
    """No answer: the connection is reset."""

    def __init__(self, connections: Connections) -> None:
        super().__init__()
        self._connections = connections

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        host, port = scope["client"]
        self._connections.reset((host, port))
        # The server answers for whoever returns before it has noticed.
        message: Any = {}
        while message.get("type") != "http.disconnect":
            message = await receive()
