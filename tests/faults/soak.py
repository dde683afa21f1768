"""The long run, with the constants as shipped: `make soak`, or `python -m tests.faults.soak`.

Two databases at once, each with four workspaces: SQLite with one process, PostgreSQL with three.
First trouble of every kind, then peace, in which it is measured how punctual notices are.
"""

import argparse
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.machine import description
from bot.domain.errors import HandoffError
from bot.domain.notices import Notice, NoticeKind, Place, Priority
from bot.storage.engine import open_database
from bot.storage.migrate import migrate
from tests.faults.copies import wrong_in
from tests.faults.factor import told as factor_told
from tests.faults.figures import summed_up
from tests.faults.invariants import breaches, counted_once, told
from tests.faults.punctual import GOAL, Punctuality, punctuality
from tests.faults.run import Conditions, Outcome, Run, Scene, look_shares, scene, shares
from tests.faults.server import Server
from tests.faults.wall import NO_FAKETIME, Wall, library
from tests.faults.world import Stream, sign_all

REPORT = Path(__file__).parent.parent.parent / "docs" / "operations" / "soak.md"
WORKSPACES = 4
"""On each of the two databases."""
READERS = 150
PLANNED_SHARE = 0.37
"""Of all notices: those that are planned for an instant, in the part without trouble."""
TROUBLE_SHARE, PEACE_SHARE = 0.40, 0.32
"""Of the minutes; in between what waits is sent."""
STEP = 20.0
"""Seconds by which the wall clock is set: less than a lease has left after a late acceptance."""
ALONE = (6.0, 18.0)
"""Seconds of a life where there is but one process: its start takes about as long."""
LEAD = 30.0
"""Seconds by which notices are said before their instant, and peace is planned ahead."""
LAST_WAIT = 240.0
LOOKS_FAIL = (("refused", 0.04), ("lost", 0.03), ("reset", 0.03))
"""Of the looks for what is in doubt, while a storm is on."""


def _storm(factor: int) -> tuple[tuple[str, float, dict[str, float]], ...]:
    """Of thirty in a hundred posts and edits; waits as long as the constants allow, divided."""
    return (
        ("limited", 0.001, {"seconds": 1.0}),
        ("refused", 0.093, {}),
        ("lost", 0.093, {}),
        ("reset", 0.093, {}),
        ("slow", 0.005, {"seconds": max(1.2, 12 / factor)}),
        ("hang", 0.005, {"seconds": max(1.2, 12 / factor)}),
        ("late", 0.01, {"seconds": max(1.2, 12 / factor), "most_seconds": max(1.3, 45 / factor)}),
        ("lag", 0.1, {"seconds": 1 / factor, "most_seconds": 20 / factor}),
    )


@dataclass(frozen=True)
class Plan:
    """How long, and how much, on each of the two databases."""

    minutes: float
    notices: int
    factor: int

    @property
    def trouble(self) -> float:
        """Seconds of trouble."""
        return self.minutes * 60 * TROUBLE_SHARE

    @property
    def peace(self) -> float:
        """Seconds in which punctuality is measured."""
        return self.minutes * 60 * PEACE_SHARE

    @property
    def planned(self) -> int:
        """Notices of one workspace that are planned for an instant."""
        return int(self.notices * PLANNED_SHARE / (2 * WORKSPACES)) + 1

    @property
    def said(self) -> int:
        """Notices of one workspace that are said during the trouble."""
        return int(self.notices * (1 - PLANNED_SHARE) / (2 * WORKSPACES)) + 1

    def conditions(self) -> Conditions:
        """Those of both databases."""
        stream = Stream(0, self.said, begins=0.0, per_second=self.said / (self.trouble * 0.9))
        later = max(4, min(60, int(self.peace / 8)))
        return Conditions(
            factor=self.factor,
            workspaces=WORKSPACES,
            readers=READERS,
            streams=(stream,),
            cards=5,
            rename_every=max(0.5, 15 / self.factor),
            rename_until=self.trouble * 0.9,
            dues=20,
            due_from=self.trouble * 0.2,
            due_until=self.trouble * 0.9,
            cancelled=6,
            later=later,
            rules=shares(_storm(self.factor)),
            look_rules=look_shares(LOOKS_FAIL),
            posts={"per_second": 1.0 * self.factor, "burst": 4.0},
            kill_after=(0.5, 3.0),
            kill_every=10,
            freezes=1,
            freeze_for=130 / self.factor,
        )


class Soak(Run):
    """Trouble in storms, with calm between them, then a stretch of peace that is planned ahead."""

    def __init__(
        self,
        plan: Plan,
        name: str,
        url: str,
        folder: Path,
        prepared: Scene,
        *,
        server: Server | None,
        wall: Wall | None,
    ) -> None:
        self._plan = plan
        self._name = name
        self._server = server
        self._wall = wall
        conditions = replace(
            plan.conditions(),
            processes=1 if server is None else 3,
            kill_after=ALONE if server is None else plan.conditions().kill_after,
            clock_steps=STEP if self._wall is not None else 0.0,
            seed=1 if server is None else 2,
        )
        environ = wall.environ(cached=True) if wall is not None else None
        super().__init__(conditions, url, folder, prepared, environ=environ)
        self.steps = 0
        self.stream = Stream(plan.said, plan.planned, begins=0.0, per_second=1.0)
        self.measured: list[list[int]] = []

    @property
    def conditions(self) -> Conditions:
        """What happened."""
        return self._conditions

    # --- Trouble

    def _tell(self, what: str) -> None:
        print(f"{datetime.now(UTC):%H:%M:%S} {self._name}: {what}", file=sys.stderr, flush=True)

    def _trouble(self) -> None:
        self._tell("trouble begins")
        over = threading.Event()
        weather = threading.Thread(target=self._weather, args=(over,), daemon=True)
        weather.start()
        acts: list[Callable[[], None]] = [self._kill, self._kill, self._kill]
        acts += [self._crash] if self._server is not None else [self._copy, self._copy]
        acts += [self._step] if self._wall is not None else []
        frozen = self._plan.trouble < 2.5 * self._conditions.freeze_for
        freeze_at = self._plan.trouble * 0.4
        every = max(1.5, 12.0 / self._plan.factor)
        while self._now() < self._ends:
            if not frozen and self._now() > freeze_at:
                frozen = True
                self._freeze()
            self._random.choice(acts)()
            over.wait(self._random.uniform(0.5 * every, 1.5 * every))
            self._fleet.look()
        over.set()
        weather.join()
        if self._wall is not None:
            self._wall.step(-self._wall.ahead)
        self._tell(f"{self._accepted()} accepted, {max(self._waiting())[0]} wait in one workspace")

    def _weather(self, over: threading.Event) -> None:
        on = True
        while not over.wait(60.0 / self._plan.factor):
            on = not on
            self._storm(on=on)

    def _crash(self) -> None:
        if self._server is not None:
            # Who begins meanwhile says that there is no database, and ends.
            for index in range(self._conditions.processes):
                self._wait_for_work(index)
            self._server.crash(down_for=self._random.uniform(0.0, 3.0))
            self._reconnect()

    def _reconnect(self) -> None:
        for _ in range(50):
            try:
                self._scene.store.delivery.counts()
            except HandoffError:
                time.sleep(0.1)
            else:
                return

    def _step(self) -> None:
        if self._wall is not None:
            self._wall.step(-self._wall.ahead if self._wall.ahead else STEP)
            self.steps += 1

    # --- Peace

    def _peace(self) -> None:
        """Plan notices and due times ahead, and wait until all of it has been said."""
        self._tell("peace begins")
        begins = self._now() + LEAD
        stream = self.stream = replace(
            self.stream,
            begins=begins,
            per_second=self._plan.planned / self._plan.peace,
            lead=LEAD,
        )
        ends = begins + self._plan.peace
        for index, place in enumerate(self._scene.places):
            later = self._conditions.later
            at = [begins + LEAD + one * (self._plan.peace - LEAD) / later for one in range(later)]
            dues = [self._scene.starts + timedelta(seconds=one) for one in at]
            owing = sign_all(
                self._scene.store, self._scene.clock, place, dues, each_in_a_channel=True
            )
            # What fell due under trouble is not measured, but looked at as ever.
            scenario = self._scene.scenarios[index]
            self._scene.scenarios[index] = replace(
                scenario,
                streams=[*scenario.streams, stream],
                due={**scenario.due, **dict(zip(owing, at, strict=True))},
            )
            self.measured.append(owing)
        self._say_ahead(stream)
        while self._now() < ends:
            self._fleet.look()
            time.sleep(0.2)
        self._tell("all is due")
        end = time.monotonic() + LAST_WAIT
        while not self._at_rest() and time.monotonic() < end:
            time.sleep(0.2)

    def _say_ahead(self, stream: Stream) -> None:
        for place, scenario in zip(self._scene.places, self._scene.scenarios, strict=True):
            for start in range(stream.first, stream.first + stream.count, 200):
                numbers = range(start, min(start + 200, stream.first + stream.count))
                with self._scene.store.write(place.workspace_id) as unit:
                    for number in numbers:
                        at = self._scene.starts + timedelta(seconds=stream.instant(number))
                        unit.outbox.add(
                            Notice(
                                NoticeKind.WELCOME,
                                Place.DM,
                                f"said:{number}",
                                Priority.HAND_OVER,
                                person_id=scenario.readers[number % len(scenario.readers)],
                                facts={"said": number},
                                not_before=at,
                            )
                        )
                    unit.commit()


# --- Both at once


@dataclass(frozen=True)
class Result:
    """What a soak of one database came to."""

    name: str
    soak: Soak
    outcome: Outcome
    crashes: int
    wrong: list[str]
    punctual: Punctuality


def _soak(plan: Plan, name: str, folder: Path) -> Result:
    with ExitStack() as stack:
        server: Server | None = None
        url = f"sqlite:///{folder / 'handoff.db'}"
        if name.startswith("PostgreSQL"):
            server = stack.enter_context(Server())
            _servers.append(server)
            url = server.url
        with _migrating:
            database = open_database(url)
            migrate(database)
            database.close()
        # On PostgreSQL the machine's clock is the server's, which nobody here sets.
        wall = Wall(folder / "wall") if server is None and library() else None
        prepared = stack.enter_context(scene(plan.conditions(), url))
        soak = Soak(plan, name, url, folder, prepared, server=server, wall=wall)
        outcome = soak.go()
        wrong = wrong_of(outcome)
        if wrong:
            print(f"{name}: what is left to look at is in {_kept(outcome)}", file=sys.stderr)
        measured = punctuality(outcome.evidence, soak.stream, soak.measured, factor=plan.factor)
        crashes = server.crashes if server is not None else 0
        return Result(name, soak, outcome, crashes, wrong, measured)


def _kept(outcome: Outcome) -> str:
    """The folder and the database go with the run, and only these say why something went wrong."""
    folder = Path(tempfile.mkdtemp(prefix="soak-wrong-"))
    (folder / "log").write_text(outcome.log)
    for number, seen in enumerate(outcome.evidence):
        with (folder / f"workspace-{number}").open("w") as page:
            for one in seen.accepted:
                print(one, file=page)
            for row in [*seen.rows.surfaces, *seen.rows.outbox]:
                print(dict(row), file=page)
    return str(folder)


_migrating = threading.Lock()
"""Alembic keeps its state in globals."""


_servers: list[Server] = []
"""Those that would outlive this process."""


def _end(*_: object) -> None:
    """Leave nothing running: the processes of the bot end with this one."""
    for server in _servers:
        server.stop()
    os._exit(130)


def wrong_of(outcome: Outcome) -> list[str]:
    """All that did not hold in a run, in lines; what its workspaces have in common once."""
    found = breaches(*outcome.evidence)
    wrong = told(found).splitlines() if found else []
    if outcome.crashed:
        wrong.append(f"{outcome.crashed} unplanned ends of a process")
    in_copies = [one for copy in outcome.copies for one in wrong_in(copy, outcome.evidence)]
    return wrong + counted_once(in_copies)


def _told(result: Result) -> list[str]:
    happened = [f"{result.outcome.kills} kills", f"{result.outcome.freezes} freezes"]
    if result.crashes:
        happened.append(f"{result.crashes} immediate stops of PostgreSQL")
    if result.outcome.copies:
        happened.append(f"{len(result.outcome.copies)} copies of the file, each reopened")
    if result.soak.steps:
        happened.append(f"{result.soak.steps} steps of the wall clock by {STEP:g} s")
    met = ", ".join(f"{name} {count}" for name, count in sorted(result.outcome.met.items()))
    return [
        f"- {summed_up(result.name, result.soak.conditions, result.outcome)}",
        f"    {', '.join(happened)}",
        f"    trouble met: {met}",
        f"    {result.punctual.told()}",
        *(f"    WRONG: {line}" for line in result.wrong),
    ]


def report(plan: Plan, results: Sequence[Result], *, took: float, machine: Sequence[str]) -> str:
    """The page."""
    every = Punctuality(
        sorted(delay for one in results for delay in one.punctual.delays),
        results[0].punctual.within,
    )
    good = not any(one.wrong for one in results) and every.share >= GOAL
    lines = [
        "# The last soak",
        "",
        f"Written by `make soak` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC. "
        f"{'Everything held.' if good else 'Something did not hold: see below.'}",
        "",
        f"{plan.minutes:g} minutes planned, {took / 60:.0f} taken; {plan.notices} notices wanted "
        f"over {2 * WORKSPACES} workspaces; {factor_told(plan.factor)}. Storms of trouble come and "
        "go every minute (divided by the factor), while processes are killed, frozen and started "
        "again.",
        "",
        *[line for one in results for line in _told(one)],
        "",
        f"Both together: {every.told()}.",
        "",
        "What is held against the rows and the record of the edge: I1 to I7, nothing unconfirmed, "
        "no surface wrong at rest (`tests/faults/invariants.py`). The rates of I5 are shared by "
        "all processes on PostgreSQL.",
        "" if library() else f"Without steps of the wall clock: {NO_FAKETIME}.",
        "```",
        *machine,
        "```",
        "",
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, write the page and say by the exit status whether everything held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--notices", type=int, default=30_000)
    parser.add_argument("--factor", type=int, default=1, help="divide the constants, for a trial")
    parser.add_argument("--report", type=Path, default=REPORT)
    given = parser.parse_args(arguments)
    plan = Plan(given.minutes, given.notices, given.factor)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, _end)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak-") as kept:
        machine = description(Path(kept))
        names = ("SQLite × 1", "PostgreSQL × 3")
        folders = [Path(kept) / name.partition(" ")[0] for name in names]
        for folder in folders:
            folder.mkdir()
        with ThreadPoolExecutor(len(names)) as both:
            results = list(
                both.map(lambda one: _soak(plan, *one), zip(names, folders, strict=True))
            )
    page = report(plan, results, took=time.monotonic() - began, machine=machine)
    given.report.parent.mkdir(parents=True, exist_ok=True)
    given.report.write_text(page)
    print(page)
    return 1 if any(one.wrong for one in results) or "did not hold" in page else 0


if __name__ == "__main__":
    sys.exit(main())
