"""What the sweep costs: with nothing due, and with very much due: `python -m benchmarks.sweep`.

benchmarks/README.md says what each figure means.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.executors.pool import (  # type: ignore[import-untyped]
    ThreadPoolExecutor,
)
from apscheduler.jobstores.sqlalchemy import (  # type: ignore[import-untyped]
    SQLAlchemyJobStore,
)
from apscheduler.schedulers.background import (  # type: ignore[import-untyped]
    BackgroundScheduler,
)
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    create_engine,
    event,
    func,
    insert,
    literal,
    select,
    true,
)

from benchmarks import seeding
from benchmarks.machine import Disk, description, resident_megabytes
from bot.clock.sweep import Sweep
from bot.domain.deadlines import Step
from bot.domain.nudging import Stage
from bot.storage.tables import deadline, handoff, outbox, outbox_about, person
from bot.storage.unit_of_work import Store

FEW, MANY = 1_000, 1_000_000
STEPS = (Step.MESSAGE, Step.BRIEF, Step.ASSIGN, Step.READ)
"""What each handoff owes."""
NUMBER = object()
"""In a copied row: the number of the copy."""
DUE = 10_000
QUIET_RATIO, QUIET_DIFFERENCE = 1.5, 0.0002
FASTER = 5.0
GROWTH = 2.0
"""Megabytes that the second half of the quiet sweeps may add."""
_CHUNK = 50_000
_FAR = timedelta(days=900)
_FIRST = 1_000


class _At:
    """The calendar stands still, so that nothing falls due by itself."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """Always the same instant."""
        return self._now


def _copy(
    connection: Connection, table: Table, of: ColumnElement[bool], numbers: range, **changed: Any
) -> None:
    """Insert the one row `of` a table once more for each number, some columns with other values."""
    series = select(literal(numbers[0]).label("n")).cte("series", recursive=True)
    series = series.union_all(select(series.c.n + 1).where(series.c.n < numbers[-1]))
    given = {
        name: series.c.n if value is NUMBER else literal(value, table.c[name].type)
        for name, value in changed.items()
    }
    values = [given.get(column.name, column).label(column.name) for column in table.columns]
    copied = select(*values).select_from(table.join(series, true())).where(of)
    connection.execute(insert(table).from_select(list(table.columns), copied))


def _copies(store: Store, count: int, *, next_at: datetime, people: bool) -> None:
    """Add so many handoffs like the one there is, with what each owes.

    `people`: each has an AE of its own, who owes one step; else each owes all of `STEPS`.
    """
    owed = {
        "handoff_id": NUMBER,
        "state": "open",
        "manager_id": None,
        "stages": json.dumps([[Stage.HALF.value, next_at.isoformat()]]),
        "said": "[]",
        "passed": "[]",
        "snoozed_until": None,
        "next_at": next_at,
    }
    brief = and_(deadline.c.handoff_id == 1, deadline.c.step == Step.BRIEF.value)
    with store.database.writing() as connection:
        for first in range(_FIRST, _FIRST + count, _CHUNK):
            numbers = range(first, min(first + _CHUNK, _FIRST + count))
            if people:
                _copy(connection, person, person.c.id == 1, numbers, id=NUMBER, slack_id=NUMBER)
            _copy(connection, handoff, handoff.c.id == 1, numbers, id=NUMBER)
            for step in (Step.BRIEF,) if people else STEPS:
                owner = {"owner_id": NUMBER} if people else {}
                _copy(connection, deadline, brief, numbers, **owed, **owner, step=step.value)
        connection.commit()


@contextmanager
def _filled(folder: Path, name: str, count: int) -> Iterator[Store]:
    """A file with so many open deadlines, of which nothing is due for years."""
    url = f"sqlite:///{folder / name}.db"
    seeding.seed(url, first=0, count=1)
    with seeding.opened(url) as store:
        _at_rest(store)
        _copies(store, count // len(STEPS), next_at=datetime.now(UTC) + _FAR, people=False)
        yield store


def _at_rest(store: Store) -> None:
    """Nothing of the one handoff that was seeded is due either."""
    with store.database.writing() as connection:
        connection.execute(deadline.update().values(next_at=None))
        connection.execute(handoff.update().values(light_at=None))
        connection.execute(person.update().values(digest_at=None))
        connection.commit()


def quiet(folder: Path, times: int, disk: Disk) -> list[bool]:
    """Sweeps with nothing due over few and over many deadlines, in turns."""
    with _filled(folder, "few", FEW) as few, _filled(folder, "many", MANY) as many:
        now = _At(datetime.now(UTC))
        sweeps = {FEW: Sweep(store=few, clock=now), MANY: Sweep(store=many, clock=now)}
        taken: dict[int, list[float]] = {FEW: [], MANY: []}
        fsync: list[float] = []
        for count, store in ((FEW, few), (MANY, many)):
            with store.database.reading() as connection:
                found = connection.execute(
                    select(func.count())
                    .select_from(deadline)
                    .where(deadline.c.next_at.is_not(None))
                ).scalar_one()
            assert found == count, found
        for sweep in sweeps.values():
            sweep.run()
        half = 0.0
        for number in range(times):
            if number == times // 2:
                half = resident_megabytes(os.getpid()) or 0.0
            for count, sweep in sweeps.items():
                began = time.perf_counter()
                looked_at = sweep.run()
                taken[count].append(time.perf_counter() - began)
                assert looked_at == 0
            fsync += disk.measure(1)
        grown = (resident_megabytes(os.getpid()) or 0.0) - half
        plan = _plan(many)
    medians = {count: statistics.median(found) for count, found in taken.items()}
    print(f"\nNothing due, {times} sweeps each, in turns (medians)")
    for count, median in medians.items():
        print(f"          {count:>9,} open deadlines  {median * 1000:7.3f} ms")
    print(f"          write of 4 kB and fsync  {statistics.median(fsync) * 1000:6.3f} ms")
    for line in plan:
        print(f"          plan: {line}")
    ratio = medians[MANY] / medians[FEW]
    difference = medians[MANY] - medians[FEW]
    return [
        _goal(
            f"ratio {ratio:.2f} <= {QUIET_RATIO} or {difference * 1000:.3f} ms more <= "
            f"{QUIET_DIFFERENCE * 1000:.1f} ms",
            ratio <= QUIET_RATIO or difference <= QUIET_DIFFERENCE,
        ),
        _goal("the plan uses the partial index", any("ix_deadline_next_at" in x for x in plan)),
        _goal(f"memory of the second half {grown:+.1f} MB <= {GROWTH:.0f} MB", grown <= GROWTH),
    ]


def _plan(store: Store) -> list[str]:
    """How SQLite finds what is due, for the very statement of the sweep."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        asked.append((statement, values))

    event.listen(store.database.readers, "before_cursor_execute", note)
    with store.system() as system:
        system.due_workspaces(datetime.now(UTC))
    event.remove(store.database.readers, "before_cursor_execute", note)
    statement, values = next(one for one in asked if "deadline" in one[0])
    with store.database.reading() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return [row[3] for row in rows if "deadline" in row[3]]


def busy(folder: Path, disk: Disk) -> list[bool]:
    """Very many due at once, each of another person: until all is written down to be sent."""
    url = f"sqlite:///{folder / 'busy'}.db"
    seeding.seed(url, first=0, count=1)
    fsync = statistics.median(disk.measure(100))
    with seeding.opened(url) as store:
        _at_rest(store)
        noon = datetime.now(UTC).replace(hour=12)
        _copies(store, DUE, next_at=noon - timedelta(minutes=1), people=True)
        before = resident_megabytes(os.getpid()) or 0.0
        began = time.perf_counter()
        Sweep(store=store, clock=_At(noon)).run()
        ours = time.perf_counter() - began
        grown = (resident_megabytes(os.getpid()) or 0.0) - before
        with store.database.reading() as connection:
            said = connection.execute(select(func.count()).select_from(outbox_about)).scalar_one()
    assert said == DUE, said
    theirs = _scheduled(folder)
    print(f"\n{DUE:,} due at once, each of another person, until each is durable")
    print(f"          the sweep                          {ours:7.2f} s   (memory {grown:+.1f} MB)")
    print(f"          SQLAlchemyJobStore, a row a job    {theirs:7.2f} s")
    print(f"          write of 4 kB and fsync            {fsync * 1000:7.3f} ms")
    return [_goal(f"{theirs / ours:.1f} times faster >= {FASTER:.0f}", theirs / ours >= FASTER)]


_jobs_engine: Engine | None = None


def _say(number: int) -> None:
    """The job of one deadline: it inserts the row that the sweep inserts."""
    assert _jobs_engine is not None
    now = datetime.now(UTC)
    row = {
        "workspace_id": 1, "kind": "nudge", "place": "dm", "method": "chat.postMessage",
        "destination": f"dm:{number}", "priority": 5, "key": f"clock:{number}", "opaque": "0" * 32,
        "facts": "{}", "state": "pending", "next_try_at": now, "maybe_sent": False, "attempts": 0,
        "created_at": now,
    }  # fmt: skip
    with _jobs_engine.begin() as connection:
        connection.execute(insert(outbox), row)


def _durable(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=60000"):
        connection.execute(f"PRAGMA {pragma}")


def _scheduled(folder: Path) -> float:
    """The same as jobs of their own in APScheduler's store, in seconds."""
    global _jobs_engine  # A job of the store names a function; this is how that finds its database.
    _jobs_engine = create_engine(f"sqlite:///{folder / 'jobs'}.db")
    event.listen(_jobs_engine, "connect", _durable)
    outbox.create(_jobs_engine)
    scheduler = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(engine=_jobs_engine)},
        executors={"default": ThreadPoolExecutor(10)},
        job_defaults={"misfire_grace_time": None, "coalesce": True},
        timezone=UTC,
    )
    scheduler.start(paused=True)
    due = datetime.now(UTC) - timedelta(minutes=1)
    for number in range(DUE):
        scheduler.add_job(_say, "date", run_date=due, args=(number,), id=str(number))
    began = time.perf_counter()
    scheduler.resume()
    counted = select(func.count()).select_from(outbox)
    done = 0
    while done < DUE:
        time.sleep(0.1)
        with _jobs_engine.connect() as connection:
            done = connection.execute(counted).scalar_one()
    taken = time.perf_counter() - began
    scheduler.shutdown()
    _jobs_engine.dispose()
    return taken


def _goal(words: str, met: bool) -> bool:
    print(f"{'met' if met else 'NOT MET':>8}  {words}", flush=True)
    return met


def run(options: argparse.Namespace, folder: Path) -> bool:
    """Both measurements; whether all goals were met."""
    print("\n".join(description(folder)), flush=True)
    disk = Disk(folder)
    goals: Sequence[bool] = [*quiet(folder, options.sweeps, disk), *busy(folder, disk)]
    disk.close()
    return all(goals)


def main() -> int:
    """Read the options and measure; the status is 1 where a goal was not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sweeps", type=int, default=500, help="sweeps with nothing due, of each")
    parser.add_argument("--data", type=Path, help="folder for the database, on the disk to measure")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="handoff-bench-", dir=options.data) as folder:
        return 0 if run(options, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
