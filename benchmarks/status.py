"""How fast the status list is at 10,000 open handoffs: `python -m benchmarks.status`.

benchmarks/README.md says what each figure means.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from benchmarks import seeding
from benchmarks.load import Times
from benchmarks.machine import Share, description
from bot.domain.deadlines import Step
from bot.domain.people import Person, Role
from bot.domain.policy import Tier
from bot.domain.status import EVERYTHING, Bucket, Filter, Whose
from bot.domain.worktime import end_of_day
from bot.storage.people import PersonFacts
from bot.storage.tables import AttentionState, handoff
from bot.storage.unit_of_work import Store
from bot.views.status import status_message, status_view
from bot.views.status_csv import status_csv

HANDOFFS = 10_000
SEEDED = 20
"""Handoffs that are made as people make them; the others are copies with another state."""
PEOPLE = 400
TEAM = 25
"""People under one manager."""
PAGE = 10
BLOCK = 10
"""Lists of one kind before those of the next: what slows the machine slows all kinds alike."""
WARM_UP = 5
LATE_SINCE = timedelta(days=60)
AHEAD = timedelta(days=30)
P95 = 0.200
_ZONES = {
    "Europe/Berlin": "DE",
    "Europe/London": "GB",
    "America/New_York": "US",
    "America/Chicago": "US",
    "America/Sao_Paulo": "BR",
    "Asia/Kolkata": "IN",
    "Asia/Tokyo": "JP",
    "Australia/Sydney": "AU",
}
_STEPS = (Step.MESSAGE, Step.BRIEF, Step.ASSIGN, Step.READ, Step.JUDGE)


@dataclass(frozen=True)
class Company:
    """Who looks at the list."""

    workspace_id: int
    revops: Person
    manager: Person
    one: Person


def fill(store: Store, url: str) -> Company:
    """A company with so many open handoffs."""
    seeding.seed(url, first=0, count=SEEDED)
    workspace_id = seeding.workspace_of(store)
    with store.write(workspace_id) as unit:
        revops = unit.people.by_slack_id(seeding.REVOPS)
        if revops is None:
            raise LookupError(seeding.REVOPS)
        managers = [
            unit.people.set_part(
                unit.people.ensure(f"U0LEAD{number:05d}", facts=PersonFacts(f"Lead {number}")).id,
                roles={Role.AE_MANAGER},
            )
            for number in range(PEOPLE // TEAM)
        ]
        people = []
        for number in range(PEOPLE):
            zone, region = list(_ZONES.items())[number % len(_ZONES)]
            facts = PersonFacts(f"Person {number}", zone)
            made = unit.people.ensure(f"U0PERS{number:05d}", facts=facts)
            lead = managers[number // TEAM].id
            people.append(unit.people.set_part(made.id, manager_id=lead, region=region))
        now = unit.now
        unit.commit()
    with store.database.writing() as connection:
        copy(connection, [one.id for one in people], now)
        connection.commit()
    return Company(workspace_id, revops, managers[0], people[0])


def copy(connection: Connection, people: list[int], now: datetime) -> None:
    """Rows like the first one, each in a state of its own; the same ones in every run."""
    chance = random.Random(10_000)  # noqa: S311, no secret
    first = dict(connection.execute(select(handoff).limit(1)).mappings().one())
    del first["id"]
    rows = []
    for number in range(HANDOFFS - SEEDED):
        ae, csm = chance.sample(people, 2)
        late = chance.random() < 0.5
        span = LATE_SINCE if late else AHEAD
        due = now + chance.random() * (-span if late else span)
        state = chance.choices(
            (AttentionState.OWED, AttentionState.WAITING, AttentionState.UNSIGNED), (85, 10, 5)
        )[0]
        unsigned = state is AttentionState.UNSIGNED
        rows.append(
            {
                **first,
                "account": f"Larkfield Mills {number}",
                "ae_id": ae,
                "csm_id": csm,
                "ae_manager_id": None,
                "cs_manager_id": None,
                "tier": chance.choice(list(Tier)).value,
                "attention_state": state.value,
                "attention_step": None if unsigned else chance.choice(_STEPS).value,
                "attention_owner_id": None if unsigned else chance.choice((ae, csm)),
                "attention_due_at": None if unsigned else due,
            }
        )
    connection.execute(insert(handoff), rows)


def all_late(store: Store, now: datetime) -> None:
    """The worst there is: nothing that has a due time is on time any more."""
    due = handoff.c.attention_due_at
    with store.database.writing() as connection:
        rows = connection.execute(select(handoff.c.id, due).where(due > now)).all()
        connection.execute(
            update(handoff)
            .where(handoff.c.id == bindparam("b_id"))
            .values(attention_due_at=bindparam("b_due", type_=due.type)),
            [{"b_id": row.id, "b_due": row.attention_due_at - AHEAD} for row in rows],
        )
        connection.execute(
            update(handoff)
            .where(due.is_not(None))
            .values(attention_state=AttentionState.OWED.value)
        )
        connection.commit()


class Lists:
    """What people ask for, each from its first statement to the JSON that goes to Slack."""

    def __init__(self, store: Store, company: Company) -> None:
        self._store, self._company = store, company

    def answer(self, viewer: Person) -> None:
        """The answer to the command."""
        with self._store.read(self._company.workspace_id) as unit:
            page = unit.status.page(
                viewer=viewer, page=0, size=PAGE, day_end=end_of_day(unit.now, viewer.zone)
            )
        json.dumps(status_message(page, viewer.zone).to_args())

    def modal(self, chosen: Filter, *, page: int = 0) -> int:
        """A page of the modal as RevOps sees it; gives how many handoffs are listed."""
        viewer = self._company.revops
        with self._store.read(self._company.workspace_id) as unit:
            shown = unit.status.page(
                viewer=viewer,
                page=page,
                size=PAGE,
                day_end=end_of_day(unit.now, viewer.zone),
                chosen=chosen,
            )
        json.dumps(status_view(shown, viewer.zone).to_dict())
        return shown.listed

    def file(self) -> None:
        """Everything as a file."""
        viewer = self._company.revops
        with self._store.read(self._company.workspace_id) as unit:
            page = unit.status.every(viewer=viewer, day_end=end_of_day(unit.now, viewer.zone))
        status_csv(page, viewer.zone)

    def kinds(self) -> Mapping[str, Callable[[], Any]]:
        """By what they are called in the figures."""
        company = self._company
        late = Filter(whose=Whose.ALL, bucket=Bucket.LATE)
        stage = Filter(whose=Whose.ALL, step=Step.READ, tier=Tier.FULL)
        person = Filter(whose=Whose.ALL, person=company.one.id)
        middle, last = self.modal(late) // 2 // PAGE, HANDOFFS // PAGE
        return {
            "answer to RevOps: all": lambda: self.answer(company.revops),
            "answer to a manager: their team": lambda: self.answer(company.manager),
            "answer to an AE: their own": lambda: self.answer(company.one),
            "modal: late": lambda: self.modal(late),
            "modal: late, in the middle": lambda: self.modal(late, page=middle),
            "modal: a stage and a tier": lambda: self.modal(stage),
            "modal: a person": lambda: self.modal(person),
            "modal: all, the last page": lambda: self.modal(EVERYTHING, page=last),
        }


def measure(lists: Lists, count: int) -> dict[str, tuple[Times, Times]]:
    """Each kind of list so many times, in turns: how long it took, and of that our processor."""
    kinds = lists.kinds()
    measured: dict[str, list[float]] = {name: [] for name in kinds}
    worked: dict[str, list[float]] = {name: [] for name in kinds}
    for ask in kinds.values():
        for _ in range(WARM_UP):
            ask()
    for _ in range(count // BLOCK):
        for name, ask in kinds.items():
            for _ in range(BLOCK):
                began, busy = time.perf_counter(), time.process_time()
                ask()
                measured[name].append(time.perf_counter() - began)
                worked[name].append(time.process_time() - busy)
    return {name: (Times.of(measured[name]), Times.of(worked[name])) for name in kinds}


def told(title: str, lists: Lists, count: int) -> bool:
    """Print the figures of all kinds; whether each is fast enough."""
    share = Share([])
    print(
        f"\n{title}\n{'':<34}{'n':>7}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}{'cpu p95 ms':>13}"
    )
    met = True
    for name, (times, worked) in measure(lists, count).items():
        figures = "".join(f"{times.at(percent) * 1000:10.1f}" for percent in (50, 95, 99))
        figures += f"{worked.at(95) * 1000:13.1f}"
        met &= times.at(95) < P95
        print(f"{name:<34}{len(times):7}{figures}")
    began = time.perf_counter()
    lists.file()
    print(f"{'everything as a file, once':<34}{'':7}{(time.perf_counter() - began) * 1000:10.1f}")
    print(f"{'met' if met else 'NOT MET':>8}  every p95 < {P95 * 1000:.0f} ms")
    busy = share.of_others()
    if busy is not None:
        print(f"          {busy:.0%} of the processors were busy, with this and anything else.")
    return met


def run(options: argparse.Namespace, folder: Path) -> bool:
    """Both companies; whether all goals were met."""
    print("\n".join(description(folder)), flush=True)
    url = f"sqlite:///{folder / 'handoff.db'}"
    with seeding.opened(url) as store:
        company = fill(store, url)
        lists = Lists(store, company)
        usual = told(f"{HANDOFFS:,} open handoffs, half of those owed late", lists, options.count)
        with store.read(company.workspace_id) as unit:
            now = unit.now
        all_late(store, now)
        worst = told(f"{HANDOFFS:,} open handoffs, all that are owed late", lists, options.count)
    return usual and worst


def main() -> int:
    """Read the options and measure; the status is 1 where a goal was not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="lists of each kind")
    parser.add_argument("--data", type=Path, help="folder for the database, on the disk to measure")
    options = parser.parse_args()
    if options.count < BLOCK:
        parser.error(f"--count must be at least {BLOCK}")
    with tempfile.TemporaryDirectory(prefix="handoff-bench-", dir=options.data) as folder:
        return 0 if run(options, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
