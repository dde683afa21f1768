"""What every call to Slack has in common: whose token, how it may end, how long it may take."""

import copy
import time
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPException
from typing import Protocol
from urllib.parse import urlsplit
from urllib.request import BaseHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

CALL_FAILED = (SlackClientError, OSError, HTTPException, ValueError)
"""How a call ends that did not end well: refused, silent, cut off, or with an unreadable answer."""
CALL_TIMEOUT = 2
"""Seconds one call may take while somebody waits for its end."""
BEFORE_ANSWER = 2.5
"""Seconds for everything that is asked of Slack before an answer, which is due within three."""


class TokenSource(Protocol):
    """The bot's tokens, one for each workspace it is installed in."""

    def token(self, workspace_id: int) -> str | None:
        """The token of a workspace by our id of it; None where the bot is not installed."""
        ...


class NoToken(SlackClientError):
    """Nothing can be asked of a workspace without a token."""


class OneToken:
    """The token of the one workspace a bot is set up for by hand."""

    def __init__(self, workspace_id: int, token: str) -> None:
        self._workspace_id = workspace_id
        self._token = token

    def token(self, workspace_id: int) -> str | None:
        """The token, for that workspace alone."""
        return self._token if workspace_id == self._workspace_id else None


class Clients:
    """Makes clients of one kind, which never retry by themselves."""

    def __init__(self, tokens: TokenSource, *, base_url: str, timeout: int) -> None:
        self._tokens = tokens
        self._base_url = base_url
        self._timeout = timeout

    def of(self, workspace_id: int) -> WebClient:
        """A client with the token that the workspace has now; raises NoToken."""
        token = self._tokens.token(workspace_id)
        if token is None:
            raise NoToken
        return WebClient(token, self._base_url, timeout=self._timeout, retry_handlers=[])


class NotTaken(OSError):
    """An upload was answered by something else than 200."""


def put_file(client: WebClient, url: str, content: bytes) -> None:
    """Bring the content of a file to the address that Slack gave; raises one of CALL_FAILED."""
    if urlsplit(url).scheme not in ("https", urlsplit(client.base_url).scheme):
        raise ValueError("an address that no file is brought to")
    handlers: list[BaseHandler] = [HTTPSHandler(context=client.ssl)]
    if client.proxy:
        handlers.append(ProxyHandler({"http": client.proxy, "https": client.proxy}))
    headers = {"Content-Type": "application/octet-stream"}
    request = Request(url, data=content, headers=headers, method="POST")  # noqa: S310, looked at above
    with build_opener(*handlers).open(request, timeout=client.timeout) as answer:
        if answer.status != HTTPStatus.OK:
            raise NotTaken(answer.status)


class Patience:
    """The time there is to ask Slack: counted from when a request came in, shared by all calls."""

    def __init__(
        self,
        seconds: float = BEFORE_ANSWER,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        self._end = monotonic() + seconds

    @property
    def over(self) -> bool:
        """Whether nothing is left."""
        return self._monotonic() >= self._end

    def part(self, seconds: float) -> "Patience":
        """At most so much of it, for one thing of several."""
        left = self._end - self._monotonic()
        return Patience(min(seconds, left), monotonic=self._monotonic)

    def seconds(self, most: float, *, least: float = 0.0) -> float:
        """How long the next call may take; raises TimeoutError where nothing is left."""
        seconds = max(least, min(most, self._end - self._monotonic()))
        if seconds <= 0:
            raise TimeoutError("no time is left to ask Slack")
        return seconds

    def lend(self, client: WebClient, *, least: float = 0.0) -> WebClient:
        """The client, for one call that ends in time; raises TimeoutError where none is left."""
        lent = copy.copy(client)
        lent.timeout = self.seconds(CALL_TIMEOUT, least=least)  # type: ignore[assignment]
        return lent
