"""Several processes of the bot on one PostgreSQL come and go, while people act all along."""

import signal
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from bot.domain.history import Tag
from bot.sandbox.answers import Answer
from bot.sandbox.seen import Seen
from tests import postgres
from tests.builders import assigned
from tests.crash.process import NORTHWIND, Life, free_port, living, wait
from tests.forked import Forked

pytestmark = pytest.mark.postgres

COUNT = 3
ENDS_WITHIN = 10.0


class Replicas:
    """So many processes, each of which is known by its port."""

    def __init__(self, life: Life, *, database_url: str | None = None) -> None:
        self._life = life
        self._database_url = database_url
        self._running: list[subprocess.Popen[bytes] | Forked] = []

    def start(self, count: int = 1) -> None:
        """Start some at the same instant; returns once they are connected too."""
        fresh = [
            self._life.spawn(free_port(), database_url=self._database_url) for _ in range(count)
        ]
        self._running += fresh
        wait(lambda: self.connected() == len(self._running) or any(_ended(one) for one in fresh))
        assert not any(_ended(one) for one in fresh), self._life.log.read_text()

    def end_the_oldest(self) -> None:
        """Ask it to end, as a container's host does, and wait until it has."""
        oldest = self._running.pop(0)
        oldest.send_signal(signal.SIGTERM)
        assert oldest.wait(ENDS_WITHIN) == 0, self._life.log.read_text()

    def connected(self) -> int:
        """How many connections Slack's side has."""
        return int(self._life.sandbox.get("/control/app")["connections"])

    def stop(self) -> None:
        """End all without asking."""
        for one in self._running:
            one.kill()
            one.wait()


def _ended(process: subprocess.Popen[bytes] | Forked) -> bool:
    return process.poll() is not None


@contextmanager
def replicas(folder: Path, *, empty: bool = False) -> Iterator[tuple[Life, Replicas]]:
    """A workspace on PostgreSQL; `empty` gives the processes a database without any tables."""
    with (
        postgres.database() as url,
        postgres.database() as bare,
        living(folder, database_url=url, prepare=assigned, forked=True) as life,
    ):
        several = Replicas(life, database_url=bare if empty else None)
        try:
            yield life, several
        finally:
            several.stop()


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


def _members(life: Life) -> list[str]:
    channel = life.sandbox.channel(NORTHWIND)
    found = next(one for one in life.sandbox.state()["channels"] if one["id"] == channel)
    return list(found["members"])


def test_three_at_the_same_instant_on_an_empty_database_all_come_up(tmp_path: Path) -> None:
    with replicas(tmp_path, empty=True) as (life, several):
        several.start(COUNT)
        assert several.connected() == COUNT
        assert life.person("theo").slash("/handoff-status", channel=NORTHWIND).answered
        assert '"level": "error"' not in life.log.read_text()
