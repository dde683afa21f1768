"""A process that runs the bot as in production, but for Slack's side, and the people's acts.

What people do is in a thread of the same process: it dies with it, and the next one takes it up a
little before where it ended, as whoever got no answer does it again.
"""

import json
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import select

from bot.bootstrap import Bot, build, spare_collections
from bot.clock.clocks import SystemClock
from bot.delivery.constants import Constants
from bot.delivery.failpoints import nowhere
from bot.domain.errors import HandoffError
from bot.domain.notices import Notice, NoticeKind, Place, Priority
from bot.logs import configure_logs
from bot.settings import Settings
from bot.storage.tables import outbox
from bot.storage.unit_of_work import Store, WriteUnit
from tests.builders import KEY
from tests.faults.factor import divided
from tests.faults.mutants import Address, Mutant, constants_of, parts_of
from tests.faults.world import Scenario, Stream, scenario_of

AT_ONCE = 50
"""Notices said in one transaction, and said again by a process that takes up after another one."""
LOOKS_EVERY = 0.1


@dataclass(frozen=True)
class Orders:
    """Everything a process has to know; kept in a file, because it is started many times."""

    database_url: str
    clock_url: str | None
    factor: int
    """By how much every wait and rate is divided."""
    workspaces: dict[int, tuple[str, str]]
    """Of each: the address of its API and the bot's token."""
    scenarios: list[str]
    ready: str
    """A folder in which each process that works leaves a file named after it."""
    mutant: str | None = None
    acting: bool = True

    def dumped(self) -> str:
        return json.dumps(asdict(self))


def orders_of(text: str) -> Orders:
    """What `dumped` wrote."""
    given = json.loads(text)
    given["workspaces"] = {int(key): tuple(one) for key, one in given["workspaces"].items()}
    return Orders(**given)


def make(orders: Orders) -> Bot:
    """The bot, sound or mutated."""
    mutant = Mutant(orders.mutant) if orders.mutant else None
    constants: Constants = constants_of(mutant, divided(orders.factor))
    timeout = max(1, int(constants.http_timeout.total_seconds()))
    reached = {one: Address(*at) for one, at in orders.workspaces.items()}
    parts = parts_of(mutant, reached, timeout=timeout)
    url, token = next(iter(orders.workspaces.values()))
    settings = Settings(
        slack_bot_token=SecretStr(token),
        slack_signing_secret=SecretStr("unused"),
        slack_api_url=url,
        database_url=orders.database_url,
        handoff_key=SecretStr(KEY),
        handoff_clock_url=orders.clock_url,
    )
    return build(settings, constants=constants, reached=nowhere, parts=parts)


def run(path: str, name: str, wait: Callable[[], object]) -> None:
    """Work until killed, or until `wait` returns because whoever started it is gone."""
    configure_logs()
    orders = orders_of(Path(path).read_text())
    bot = make(orders)
    spare_collections()
    bot.start()
    if orders.acting:
        for text in orders.scenarios:
            people = People(bot.store, scenario_of(text), now=(bot.travel or SystemClock()).now)
            threading.Thread(target=people.live, daemon=True).start()
    (Path(orders.ready) / name).touch()
    wait()
    os._exit(1)


class People:
    """Say, rename and cancel what the scenario has up to now, from its beginning."""

    def __init__(self, store: Store, scenario: Scenario, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._scenario = scenario
        self._calendar = now
        self._starts = datetime.fromisoformat(scenario.starts)
        self._said: dict[int, int] | None = None
        self._done: set[int] = set()
        self._named: dict[int, str] = {}

    def live(self) -> None:
        """Go on for as long as the process does; what finds the database busy is done again."""
        # Not time.sleep: under libfaketime it fails at times, and the thread would end with it.
        rest = threading.Event()
        while True:
            try:
                busy = self._once()
            except HandoffError:
                busy = False
            if not busy:
                rest.wait(LOOKS_EVERY)

    def _once(self) -> bool:
        if self._said is None:
            self._said = self._said_before()
        now = self._now()
        so_far, streams = self._said, self._scenario.streams
        said = [self._say(so_far, index, one, now) for index, one in enumerate(streams)]
        for handoff_id, at in self._scenario.cancelled.items():
            if at <= now and handoff_id not in self._done:
                self._cancel(handoff_id)
                self._done.add(handoff_id)
        for handoff_id in self._scenario.renamed:
            wanted = self._scenario.name_of(handoff_id, now)
            if self._named.get(handoff_id) != wanted:
                self._rename(handoff_id)
                self._named[handoff_id] = wanted
        return any(said)

    def _now(self) -> float:
        return (self._calendar() - self._starts).total_seconds()

    def _said_before(self) -> dict[int, int]:
        """How far each stream is: its notices are said in their order, so counting them tells."""
        mine = outbox.c.workspace_id == self._scenario.workspace_id
        said = select(outbox.c.facts).where(mine, outbox.c.key.startswith("said:"))
        with self._store.database.reading() as connection:
            numbers = {int(json.loads(one)["said"]) for one in connection.execute(said).scalars()}
        found = {}
        for index, stream in enumerate(self._scenario.streams):
            count = sum(stream.first <= one < stream.first + stream.count for one in numbers)
            found[index] = max(0, count - AT_ONCE)
        return found

    def _say(self, said: dict[int, int], index: int, stream: Stream, now: float) -> bool:
        begin, end = said[index], stream.said_until(now)
        if begin >= end:
            return False
        numbers = range(stream.first + begin, stream.first + min(end, begin + AT_ONCE))
        with self._store.write(self._scenario.workspace_id) as unit:
            for number in numbers:
                unit.outbox.add(self._notice(stream, number))
            unit.commit()
        said[index] = begin + len(numbers)
        return True

    def _notice(self, stream: Stream, number: int) -> Notice:
        readers = self._scenario.readers
        at = self._starts + timedelta(seconds=stream.instant(number))
        return Notice(
            NoticeKind.WELCOME,
            Place.DM,
            f"said:{number}",
            Priority.HAND_OVER,
            person_id=readers[number % len(readers)],
            facts={"said": number},
            not_before=at if stream.lead else None,
        )

    def _cancel(self, handoff_id: int) -> None:
        with self._store.write(self._scenario.workspace_id) as unit:
            handoff = unit.handoffs.lock(handoff_id)
            if handoff.open:
                ae = unit.people.get(handoff.ae_id)
                handoff.cancel("The customer waits.", by=ae, at=unit.now)
                unit.save(handoff, actor_id=ae.id)
                unit.commit()

    def _rename(self, handoff_id: int) -> None:
        with self._store.write(self._scenario.workspace_id) as unit:
            # Read under the lock: whoever was stopped for a while must not bring an old name back.
            self._rename_locked(unit, handoff_id)

    def _rename_locked(self, unit: WriteUnit, handoff_id: int) -> None:
        handoff = unit.handoffs.lock(handoff_id)
        wanted = self._scenario.name_of(handoff_id, self._now())
        if handoff.account != wanted:
            handoff.account = wanted
            unit.save(handoff, actor_id=handoff.ae_id)
            unit.commit()


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2], sys.stdin.read)
