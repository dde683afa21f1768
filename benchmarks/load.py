"""Sending requests and measuring how long each took."""

import http.client
import math
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

OPEN_LOOP_CONNECTIONS = 32
ANSWER_WITHIN = 10.0
"""Seconds; three times as long as Slack waits."""

Request = Callable[[], bytes]
"""Builds a request, signed at the moment it is called."""


class WrongAnswer(Exception):
    """The bot answered something else than what is measured."""


@dataclass(frozen=True)
class Times:
    """Durations in seconds, sorted."""

    sorted: Sequence[float]

    @classmethod
    def of(cls, durations: Sequence[float]) -> "Times":
        """Sort what was measured."""
        return cls(sorted(durations))

    def __len__(self) -> int:
        return len(self.sorted)

    def at(self, percent: float) -> float:
        """The duration that this share of all did not exceed (nearest rank)."""
        rank = math.ceil(percent / 100 * len(self.sorted))
        return self.sorted[max(rank, 1) - 1]

    @property
    def median(self) -> float:
        """The duration that half of all did not exceed."""
        return self.at(50)


class Connection:
    """One HTTP connection that is kept, as Slack keeps its own."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._socket = socket.create_connection(
            (parts.hostname or "", parts.port or 80), timeout=ANSWER_WITHIN
        )
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> bytes:
        """Send a request and give the answer's body; raises WrongAnswer for no 200."""
        self._socket.sendall(request)
        answer = http.client.HTTPResponse(self._socket, method="POST")
        try:
            answer.begin()
            body = answer.read()
        finally:
            answer.close()
        if answer.status != http.HTTPStatus.OK:
            raise WrongAnswer(f"answered with status {answer.status}")
        return body

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def closed_loop(
    connection: Connection, requests: Sequence[Request], *, check: Callable[[bytes], bool]
) -> list[float]:
    """One request after the other; raises WrongAnswer where `check` does not take a body."""
    durations = []
    for build in requests:
        request = build()
        began = time.perf_counter()
        body = connection.ask(request)
        durations.append(time.perf_counter() - began)
        if not check(body):
            raise WrongAnswer(f"answered with {len(body)} bytes that were not expected")
    return durations


@dataclass(frozen=True)
class OpenLoop:
    """What a load that does not wait for answers found."""

    times: Times
    """From the instant a request was due, whether or not it could be sent then."""
    unanswered: int
    """Requests without an answer in time, or with no 200; they count as endless."""


def open_loop(url: str, requests: Sequence[Request], *, rate: float) -> OpenLoop:
    """Requests at fixed instants, `rate` a second, however long the answers take."""
    durations = [math.inf] * len(requests)
    turn = iter(range(len(requests)))
    guard = threading.Lock()
    began = time.perf_counter() + 0.5

    def work() -> None:
        connection = Connection(url)
        while True:
            with guard:
                number = next(turn, None)
            if number is None:
                break
            due = began + number / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            try:
                connection.ask(requests[number]())
                durations[number] = time.perf_counter() - due
            except (OSError, http.client.HTTPException, WrongAnswer):
                connection.close()
                connection = Connection(url)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(OPEN_LOOP_CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return OpenLoop(Times.of(durations), durations.count(math.inf))


def in_parallel(work: Sequence[Callable[[], None]]) -> None:
    """Run all at the same time; raises the first error of one."""
    failures: list[Exception] = []

    def run(one: Callable[[], None]) -> None:
        try:
            one()
        except (OSError, http.client.HTTPException, WrongAnswer) as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
