"""Several processes of the bot on one PostgreSQL come and go, while people act all along."""

import itertools
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.domain.history import Tag
from bot.sandbox.answers import Answer
from bot.sandbox.seen import Seen
from tests import postgres
from tests.builders import assigned
from tests.crash.process import (
    ANSWER_SECONDS,
    NORTHWIND,
    Life,
    free_port,
    living,
    wait,
)
from tests.forked import Forked

pytestmark = pytest.mark.postgres

COUNT = 3
ENDS_WITHIN = 10.0


class Replicas:
    """So many processes, each of which is known by its port."""

    def __init__(self, life: Life, *, database_url: str | None = None) -> None:
        self._life = life
        self._database_url = database_url
        self._running: dict[int, subprocess.Popen[bytes] | Forked] = {}

    @property
    def ports(self) -> list[int]:
        """Of each that was not seen to end."""
        return list(self._running)

    def start(self, count: int = 1) -> None:
        """Start some at the same instant; returns once what people do reaches them, too."""
        ports = [free_port() for _ in range(count)]
        fresh = [self._life.spawn(port, database_url=self._database_url) for port in ports]
        self._running |= zip(ports, fresh, strict=True)
        wait(lambda: self.reached() == len(self._running) or any(_ended(one) for one in fresh))
        assert not any(_ended(one) for one in fresh), self._life.log.read_text()

    def end_the_oldest(self) -> None:
        """Ask it to end, as a container's host does, and wait until it has."""
        port = self.ports[0]
        self._running[port].send_signal(signal.SIGTERM)
        assert self._running[port].wait(ENDS_WITHIN) == 0, self._life.log.read_text()
        del self._running[port]

    def reached(self) -> int:
        """How many of them Slack's side has a connection of, or over HTTP may be sent to."""
        if self._life.over_http:
            return sum(self._life.page("/readyz", port=port)[0] == 200 for port in self.ports)
        return int(self._life.sandbox.get("/control/app")["connections"])

    def stop(self) -> None:
        """End all without asking."""
        for one in self._running.values():
            one.kill()
            one.wait()


def _ended(process: subprocess.Popen[bytes] | Forked) -> bool:
    return process.poll() is not None


@contextmanager
def replicas(
    folder: Path, *, empty: bool = False, over_http: bool = False
) -> Iterator[tuple[Life, Replicas]]:
    """A workspace on PostgreSQL; `empty` gives the processes a database without any tables."""
    with (
        postgres.database() as url,
        postgres.database() as bare,
        living(
            folder, database_url=url, prepare=assigned, over_http=over_http, forked=True
        ) as life,
    ):
        several = Replicas(life, database_url=bare if empty else None)
        try:
            yield life, several
        finally:
            several.stop()


@contextmanager
def balancer(life: Life, ports: list[int]) -> Iterator[list[int]]:
    """Gives each request to the next of the ports, and to another one where it gets no answer.

    So does the one of compose.yaml. Each port that gave none is noted.
    """
    turns, silent = itertools.count(), list[int]()

    class Pass(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            first = next(turns)
            for number in range(len(ports)):
                port = ports[(first + number) % len(ports)]
                try:
                    status, answer = _posted(port, self.path, body, dict(self.headers.items()))
                except (OSError, HTTPException):
                    silent.append(port)
                    continue
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
                return
            self.send_error(503)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", life.port), Pass)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield silent
    finally:
        server.shutdown()
        server.server_close()


def _posted(port: int, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@dataclass
class Asker:
    """Somebody who looks at the list again and again."""

    life: Life
    name: str
    enough: threading.Event
    answers: list[Answer] = field(default_factory=list)

    def __call__(self) -> None:
        person = self.life.person(self.name)
        while not self.enough.is_set():
            self.answers.append(person.slash("/handoff-status", channel=NORTHWIND))


@dataclass
class Undecided:
    """Jonas, who acknowledges and takes it back, as soon as he can."""

    life: Life
    enough: threading.Event
    answers: list[Answer] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def __call__(self) -> None:
        jonas = self.life.person("jonas")
        while not self.enough.is_set():
            wait(lambda: "acknowledge" in self.life.card().action_ids())
            self.answers.append(jonas.click(self.life.card(), "acknowledge"))
            wait(self._offers)
            offer = self._offers()[-1]
            self.used.add(offer.ts)
            self.answers.append(jonas.click(offer, "undo_acknowledge"))

    def acted(self, times: int) -> bool:
        return len(self.answers) >= times

    def _offers(self) -> list[Seen]:
        """What he may take back and did not yet."""
        seen = self.life.person("jonas").ephemerals(NORTHWIND)
        return [
            one
            for one in seen
            if "undo_acknowledge" in one.action_ids() and one.ts not in self.used
        ]


def test_a_rolling_restart_loses_no_act_and_says_everything_once(tmp_path: Path) -> None:
    with replicas(tmp_path) as (life, several), ThreadPoolExecutor(4) as aside:
        several.start(COUNT)
        life.see(life.card)
        life.see(lambda: life.person("jonas").id in _members(life))
        enough = threading.Event()
        jonas = Undecided(life, enough)
        people: list[Undecided | Asker] = [
            jonas,
            *(Asker(life, name, enough) for name in ("theo", "priya", "maya")),
        ]
        working = [aside.submit(one) for one in people]
        try:
            for restarted in range(1, COUNT + 1):
                several.start()
                several.end_the_oldest()
                wait(partial(jonas.acted, 2 * restarted))
        finally:
            enough.set()
        for one in working:
            one.result(60)
        assert all(answer.answered for one in people for answer in one.answers)
        life.rest()
        tags, times = life.tags(1), len(jonas.answers) // 2
        assert times >= COUNT
        assert tags.count(Tag.ACKNOWLEDGED) == tags.count(Tag.ACKNOWLEDGE_UNDONE) == times
        life.stands()  # It refuses what is there twice.
        assert life.doubtful() == []
        assert life.sound()


def test_a_rolling_restart_behind_a_balancer_loses_no_act_and_says_everything_once(
    tmp_path: Path,
) -> None:
    known: list[int] = []
    with (
        replicas(tmp_path, over_http=True) as (life, several),
        ThreadPoolExecutor(2) as aside,
        balancer(life, known) as silent,
    ):
        several.start()
        known += several.ports
        life.see(life.card)
        life.see(lambda: life.person("jonas").id in _members(life))
        enough = threading.Event()
        people = Undecided(life, enough), Asker(life, "theo", enough)
        working = [aside.submit(one) for one in people]
        try:
            several.start()
            known[:] = several.ports
            several.end_the_oldest()  # It stays known, as a container that is being replaced does.
            wait(lambda: silent and people[0].acted(2))
        finally:
            enough.set()
        for one in working:
            one.result(60)
        assert all(answer.answered for one in people for answer in one.answers)
        assert set(silent) == set(known) - set(several.ports)
        life.rest()
        tags, times = life.tags(1), len(people[0].answers) // 2
        assert tags.count(Tag.ACKNOWLEDGED) == tags.count(Tag.ACKNOWLEDGE_UNDONE) == times >= 1
        life.stands()  # It refuses what is there twice.
        assert life.doubtful() == []
        assert life.sound()


def _members(life: Life) -> list[str]:
    channel = life.sandbox.channel(NORTHWIND)
    found = next(one for one in life.sandbox.state()["channels"] if one["id"] == channel)
    return list(found["members"])


def test_three_at_the_same_instant_on_an_empty_database_all_come_up(tmp_path: Path) -> None:
    with replicas(tmp_path, empty=True) as (life, several):
        several.start(COUNT)
        assert several.reached() == COUNT
        assert life.person("theo").slash("/handoff-status", channel=NORTHWIND).answered
        assert '"level": "error"' not in life.log.read_text()
