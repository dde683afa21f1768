"""How fast a promise of a long ledger is initialed: `python -m benchmarks.ledger`.

benchmarks/README.md says what each figure means.
"""

import argparse
import itertools
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks import seeding
from benchmarks.bot_process import LIMIT, NOTHING, OURS
from benchmarks.machine import Disk, description
from benchmarks.one_act import WARM_UP, counted, goal, phase, steady, taking_turns
from benchmarks.processes import SIGNING_SECRET, slack, the_bot
from benchmarks.seeding import Written
from benchmarks.slack_acts import SlackActs
from bot.domain.access import EVERY
from bot.domain.ledger import PromiseShown
from bot.flows.asked import Kind, read
from bot.flows.ledger import initial as initial_promise
from bot.storage.tables import initial
from bot.storage.unit_of_work import Store
from bot.views.ids import ActionId
from bot.views.ledger import promise_message
from bot.views.payload import Ref

ENTRIES = 150
FEW = (1, 15)
"""Entries of ledgers whose statements are compared with those of a long one."""
OPEN_LOOP_P99 = 0.060
MOST_STATEMENTS = 12


@dataclass(frozen=True)
class Box:
    """The AE's box on one promise, and who fills it."""

    ref: Ref
    ae: str


class Boxes:
    """Boxes that nobody filled yet, of one ledger after the other in turns."""

    def __init__(self, database_url: str, written: Sequence[Written]) -> None:
        with seeding.opened(database_url) as store:
            ledgers = [list(_boxes(store, one)) for one in written]
            self.blocks = _blocks(store, written[0])
        self.total = sum(len(ledger) for ledger in ledgers)
        self._boxes = itertools.chain.from_iterable(zip(*ledgers, strict=True))
        self.pressed = 0

    def next(self) -> Box:
        """One that is filled by the press it is asked for."""
        self.pressed += 1
        box: Box = next(self._boxes)
        return box


def _boxes(store: Store, one: Written) -> Iterator[Box]:
    with store.read(seeding.workspace_of(store)) as unit:
        for promise in (entry.promise for entry in unit.ledger.entries(one.handoff_id)):
            if promise.withdrawn:
                continue
            ref = Ref(handoff=one.handoff_id, entry=promise.id, revision=promise.version)
            yield Box(ref, one.ae)


def _blocks(store: Store, one: Written) -> list[dict[str, Any]]:
    """The blocks of a promise's message, which Slack sends along with every press on it."""
    with store.read(seeding.workspace_of(store)) as unit:
        entry = unit.ledger.entries(one.handoff_id)[0]
    shown = PromiseShown(one.handoff_id, "Northwind Mills", entry, None, None)
    blocks: list[dict[str, Any]] = promise_message(shown).to_args()["blocks"]
    return blocks


def seed(url: str, *, first: int, count: int, entries: int) -> list[Written]:
    """Handoffs whose ledgers have so many entries, each with a message that stands."""
    made = seeding.seed_written(url, first=first, count=count, people=3, promises=entries)
    with seeding.opened(url) as store:
        for one in made:
            with store.write(seeding.workspace_of(store)) as unit:
                unit.handoffs.lock(one.handoff_id)
                # What a deal has of its own is more than the shortest ledger has.
                for extra in unit.brief.load(one.handoff_id, audiences=EVERY).entries[entries:]:
                    unit.brief.withdraw_promise(extra.id, "Not of it.", by=1, at=unit.now)
                unit.reckon(one.handoff_id)
                unit.commit()
    seeding.settle(url)
    return made


class Presses:
    """*Initial promise* pressed below the cards, as the requests that Slack sends for it."""

    def __init__(self, boxes: Boxes, acts: SlackActs) -> None:
        self._boxes = boxes
        self._acts = acts
        self._any = boxes.next()
        boxes.pressed -= 1

    def put(self) -> bytes:
        """The AE's initial on a promise that has none."""
        box = self._boxes.next()
        return self._acts.press(OURS, ActionId.INITIAL_PROMISE, box.ref, box.ae)

    def nothing(self) -> bytes:
        """The same press on a listener that does nothing."""
        return self._acts.press(LIMIT, NOTHING, self._any.ref, self._any.ae)


def statements(store: Store, one: Written) -> list[int]:
    """How many statements each initial of the AE takes, besides what begins its transaction.

    The last one takes more: with it the AE is through, which is noted and ends a deadline.
    """
    found = []
    for number, box in enumerate(list(_boxes(store, one))):
        asked = read(Kind.ACTION, _pressed(box, number), seeding.workspace_of(store))
        with counted(store) as executed, store.write(asked.workspace_id) as unit:
            unit.received.claim(asked.key)
            actor = unit.people.by_slack_id(box.ae)
            assert actor is not None
            initial_promise(asked, unit, actor)
            unit.commit()
        found.append(sum(not one.startswith("BEGIN") for one in executed))
    return found


def _pressed(box: Box, number: int) -> dict[str, Any]:
    action = {
        "type": "button",
        "action_id": ActionId.INITIAL_PROMISE.value,
        "value": box.ref.dump(),
        "action_ts": f"{box.ref.entry}.{number}",
    }
    return {"actions": [action], "user": {"id": box.ae}}


def initials(database_url: str) -> int:
    """How many there are."""
    counted = select(func.count()).select_from(initial)
    with seeding.opened(database_url) as store, store.database.reading() as connection:
        return int(connection.execute(counted).scalar_one())


def _empty(body: bytes) -> bool:
    # A refusal would be said elsewhere; at the end the initials in the file are counted.
    return body == b""


def one_by_one(presses: Presses, url: str, disk: Disk, count: int) -> None:
    """An initial, the same press to nobody, and the disk, each after the other's answer."""
    kinds = {
        "no-op, before the response": (presses.nothing, _empty),
        "an initial": (presses.put, _empty),
    }
    taking_turns(kinds, url, disk, count)


def _compared(url: str, long: Written, short: Sequence[Written]) -> list[bool]:
    """Whether an initial takes as many statements in a long ledger as in a short one."""
    with seeding.opened(url) as store:
        # The long one first, so that the short one has no first act of all.
        ledgers = zip((ENTRIES, *FEW), (long, *short), strict=True)
        found = {entries: statements(store, one) for entries, one in ledgers}
    last = {entries: each[-1] for entries, each in found.items()}
    others = {entries: each[-2] for entries, each in found.items() if len(each) > 1}
    print("\nStatements of an initial")
    for told, counts in (("one of several", others), ("the last one", last)):
        shown = ", ".join(f"{count} at {entries}" for entries, count in counts.items())
        print(f"          {told}: {shown}")
    same = len(set(last.values())) == len(set(others.values())) == 1
    # The first act of all also looks up the holidays of the year.
    most = max(max(each[1:] or each) for each in found.values())
    return [
        goal("as many in a long ledger as in a short one", same),
        goal(f"{most} <= {MOST_STATEMENTS}", most <= MOST_STATEMENTS),
    ]


def run(options: argparse.Namespace, folder: Path) -> bool:
    """All measurements on one process; whether all goals were met."""
    print("\n".join(description(folder)), flush=True)
    url = f"sqlite:///{folder / 'handoff.db'}"
    wanted = WARM_UP + options.count + round(options.seconds * options.rate) + 1
    count = -(-wanted // ENTRIES)
    short = [seed(url, first=at, count=1, entries=entries)[0] for at, entries in enumerate(FEW)]
    spare, *long = seed(url, first=len(FEW), count=count + 1, entries=ENTRIES)
    met = _compared(url, spare, short)
    before = initials(url)
    seeding.settle(url)
    disk, boxes = Disk(folder), Boxes(url, long)
    with slack() as other, the_bot(slack_url=other.url, database_url=url) as bot:
        acts = SlackActs(
            bot_url=bot.url, slack_url=other.url, signing_secret=SIGNING_SECRET, card=boxes.blocks
        )
        presses, pids = Presses(boxes, acts), (bot.pid, other.pid, os.getpid())
        with phase("One request after the other", pids):
            one_by_one(presses, bot.url, disk, options.count)
        if options.seconds:
            title = f"{options.rate:.0f} initials a second, {options.seconds:.0f} s, open loop"
            with phase(title, pids):
                met.append(
                    steady(
                        presses.put,
                        "an initial",
                        bot.url,
                        seconds=options.seconds,
                        rate=options.rate,
                        p99=OPEN_LOOP_P99,
                    )
                )
        lost = boxes.pressed - (initials(url) - before)
    met.append(goal(f"all initials stored: {lost} are missing", lost == 0))
    disk.close()
    return all(met)


def main() -> int:
    """Read the options and measure; the status is 1 where a goal was not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="requests of each kind")
    parser.add_argument("--seconds", type=float, default=60.0, help="of the open loop; 0: none")
    parser.add_argument("--rate", type=float, default=50.0, help="initials a second of that")
    parser.add_argument("--data", type=Path, help="folder for the database, on the disk to measure")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="handoff-bench-", dir=options.data) as folder:
        return 0 if run(options, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
