"""One run: a workspace in use, trouble for a while, peace, and what is there afterwards."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, or_, select

from bot.domain.nudging import Stage
from bot.sandbox.fault_plan import FaultPlan, Meets, read_plan
from bot.storage.tables import (
    OUTBOX_PENDING,
    SURFACE_STALE,
    deadline,
    handoff,
    outbox,
    outbox_about,
    surface,
)
from bot.storage.unit_of_work import Store
from tests.faults.at_rest import wrong_at_rest
from tests.faults.child import Orders
from tests.faults.evidence import POST, Allowance, Evidence, Timing, read_rows
from tests.faults.factor import CI_FACTOR, divided
from tests.faults.fleet import Fleet
from tests.faults.invariants import drains_within
from tests.faults.mutants import Mutant
from tests.faults.rates import slowed_by
from tests.faults.world import (
    HALF_BEFORE,
    MANAGERS,
    MOST_BEFORE,
    Scenario,
    SeedClock,
    Settled,
    Stream,
    calendar_start,
    open_store,
    settle_in,
    sign_all,
    slack_workspace,
)

Rule = Mapping[str, Any]
LOOKS = frozenset({"conversations.history", "conversations.replies"})
"""By which what is in doubt is looked for."""
LOOKS_EVERY = 0.05
BEFORE = MOST_BEFORE - timedelta(minutes=18)
"""On the calendar, while the processes start: of what falls due soon after, the reminder is due.

It cannot come in the run. Less than ten minutes before the due time nobody is reminded any more:
they hear at that time that it is late.
"""
THROUGH = 60.0
"""Seconds of trouble after the scenario, at most."""
MOST_BETWEEN = 2.0
"""Seconds that a kill waits for posts."""
GRACE = 15.0
"""Seconds beyond the bound after which nobody waits for the queue any more."""


@dataclass(frozen=True)
class Conditions:
    """What is to happen; times in seconds."""

    processes: int = 1
    factor: int = CI_FACTOR
    workspaces: int = 1
    readers: int = 40
    streams: tuple[Stream, ...] = ()
    cards: int = 0
    """Handoffs that are renamed all the time; meanwhile the first reminder of each is due."""
    rename_every: float = 0.5
    rename_until: float = 0.0
    dues: int = 0
    """Handoffs whose brief falls due between `due_from` and `due_until`.

    They are reminded of it before, as the processes start; those calls meet trouble as well.
    """
    due_from: float = 5.0
    due_until: float = 15.0
    cancelled: int = 0
    """The last of them, each cancelled a little before."""
    rules: tuple[Rule, ...] = ()
    """What becomes of what is sent."""
    look_rules: tuple[Rule, ...] = ()
    """What becomes of the look for what is in doubt."""
    through: bool = False
    """Whether trouble lasts until nothing waits any more, and not only as long as the scenario."""
    until_accepted: int = 0
    """So many writes are accepted before trouble ends."""
    posts: Mapping[str, float] | None = None
    """The rate that the edge keeps conversations to, where it does."""
    kills: int = 0
    kill_after: tuple[float, float] = (0.5, 1.0)
    """How long a process works before it is killed."""
    kill_every: int = 0
    """So many posts are accepted between two kills, where they come."""
    kill_amid: int = 0
    """So many posts that will be accepted late are on their way when a process is killed."""
    freezes: int = 0
    freeze_for: float = 0.0
    copies: int = 0
    """Of the SQLite file with its log, each taken while its process stands still."""
    later: int = 0
    """Handoffs for which there is room, and which are signed while the run goes on."""
    clock_steps: float = 0.0
    """By how many seconds the wall clock of the processes is set, at most."""
    seed: int = 1
    mutant: Mutant | None = None

    def allowance(self) -> Allowance:
        """What these conditions let be late."""
        late = [
            float(rule.get("most_seconds") or rule.get("seconds", 0.0))
            for rule in self.rules
            if rule["trouble"] == "late"
        ]
        frozen = self.freeze_for if self.freezes else 0.0
        return Allowance(max(late, default=0.0), frozen, self.clock_steps)


@dataclass
class Outcome:
    """What a run came to."""

    evidence: list[Evidence]
    kills: int
    freezes: int
    crashed: int
    met: Mapping[str, int]
    """How often what was sent met which trouble."""
    met_of: int
    """How many posts and edits there were while trouble lasted, that could have met any."""
    looks_met: int = 0
    """How often a look did not end well."""
    looks_of: int = 0
    """How many looks there were while trouble lasted."""
    under_trouble: int = 0
    """How much was accepted before the trouble was over."""
    copies: list[Path] = field(default_factory=list)
    log: str = ""

    @property
    def met_share(self) -> float:
        """The share of those calls that met trouble, a lag of the history left out."""
        met = sum(count for trouble, count in self.met.items() if trouble != "lag")
        return met / max(1, self.met_of)


class Weather(FaultPlan):
    """A plan of trouble for what is sent, beside another one for the look, each counted apart."""

    def __init__(self, sent: FaultPlan, looks: FaultPlan, *, seed: int) -> None:
        super().__init__(sent.rules, seed=seed, posts=sent.posts)
        self.looks = looks

    def meet(self, method: str, channel: str | None) -> Meets | None:
        """What the next call of a method meets, beside a lag."""
        if method in LOOKS:
            return self.looks.meet(method, channel)
        return super().meet(method, channel)


@dataclass
class Scene:
    """Workspaces settled in on one database, before any process of the bot runs."""

    store: Store
    clock: SeedClock
    places: list[Settled]
    scenarios: list[Scenario]
    starts: datetime


@contextmanager
def scene(conditions: Conditions, url: str) -> Iterator[Scene]:
    """Sandboxes that serve, and rows in a migrated database."""
    starts = calendar_start(datetime.now(UTC))
    clock = SeedClock(starts)
    store = open_store(url, clock)
    handoffs = conditions.cards + conditions.dues + conditions.later
    channels = max(1, handoffs)
    with ExitStack() as stack:
        stack.callback(store.close)
        places, scenarios = [], []
        for number in range(conditions.workspaces):
            people = MANAGERS + max(conditions.readers, handoffs)
            server = slack_workspace(number, people=people, channels=channels)
            place = settle_in(store, server)
            scenarios.append(_scenario(conditions, store, clock, place, starts))
            places.append(place)
        for place in places:
            stack.enter_context(place.server)
        yield Scene(store, clock, places, scenarios, starts)


def _scenario(
    conditions: Conditions, store: Store, clock: SeedClock, place: Settled, starts: datetime
) -> Scenario:
    turn = conditions.rename_until / (conditions.cards + 1)
    halves = [(number + 1) * turn for number in range(conditions.cards)]
    far = [starts + timedelta(seconds=one) + HALF_BEFORE for one in halves]
    renamed = sign_all(store, clock, place, far, each_in_a_channel=True, said=())
    step = (conditions.due_until - conditions.due_from) / max(1, conditions.dues)
    at = [conditions.due_from + number * step for number in range(conditions.dues)]
    dues = [starts + timedelta(seconds=one) for one in at]
    owing = sign_all(store, clock, place, dues, each_in_a_channel=True, said=())
    due = dict(zip(owing, at, strict=True))
    last = owing[len(owing) - conditions.cancelled :] if conditions.cancelled else []
    return Scenario(
        workspace_id=place.workspace_id,
        starts=starts.isoformat(),
        readers=[one.id for one in place.people[MANAGERS : MANAGERS + conditions.readers]],
        streams=list(conditions.streams),
        due=due,
        reminded={
            **dict.fromkeys(renamed, Stage.HALF.value),
            **dict.fromkeys(owing, Stage.MOST.value),
        },
        cancelled={one: max(1.0, due[one] - 2.0) for one in last},
        renamed=renamed,
        rename_every=conditions.rename_every,
        rename_until=conditions.rename_until,
    )


def run(conditions: Conditions, url: str, folder: Path) -> Outcome:
    """Everything from the first process to the last look."""
    with scene(conditions, url) as prepared:
        return Run(conditions, url, folder, prepared).go()


class Run:
    """A run under way; who wants other trouble or another peace overrides that."""

    def __init__(
        self,
        conditions: Conditions,
        url: str,
        folder: Path,
        prepared: Scene,
        *,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._conditions = conditions
        self._url = url
        self._folder = folder
        self._scene = prepared
        self._random = random.Random(conditions.seed)  # noqa: S311, a seed makes it repeatable
        self._constants = divided(conditions.factor)
        self._copies: list[Path] = []
        self._plans: list[Weather] = []
        self._under_trouble = 0
        folder.mkdir(parents=True, exist_ok=True)
        self._fleet = Fleet(folder / "orders", folder, conditions.processes, environ=environ)

    def go(self) -> Outcome:
        servers = [place.server for place in self._scene.places]
        self._fleet.orders.write_text(self._orders().dumped())
        plans = self._plans = [self._weather_plan() for _ in servers]
        self._storm(on=True)
        began = time.time()
        try:
            self._set_clocks(BEFORE)
            self._fleet.start()
            _until(self._all_decided, within=THROUGH)
            _until(self._half_taken_up, within=THROUGH, must=False)
            self._set_clocks(timedelta(0))
            self._trouble()
            self._under_trouble = self._accepted()
            self._storm(on=False)
            timings = self._drain(began)
            self._peace()
            rested = self._rest()
        finally:
            self._fleet.stop()
        met: Counter[str] = Counter()
        for plan in plans:
            met.update({one.value: count for one, count in plan.met.items()})
        return Outcome(
            evidence=self._evidence(timings, rested),
            kills=self._fleet.kills,
            freezes=self._fleet.freezes,
            crashed=self._fleet.crashed,
            met=met,
            met_of=sum(plan.asked for plan in plans),
            looks_met=sum(plan.looks.met.total() for plan in plans),
            looks_of=sum(plan.looks.asked for plan in plans),
            under_trouble=self._under_trouble,
            copies=self._copies,
            log=self._fleet.log.read_text() if self._fleet.log.exists() else "",
        )

    def _weather_plan(self) -> Weather:
        seed = self._conditions.seed
        sent = {
            "seed": seed,
            "rules": list(self._conditions.rules),
            "posts": self._conditions.posts,
        }
        looks = {"seed": seed, "rules": list(self._conditions.look_rules)}
        return Weather(read_plan(sent), read_plan(looks), seed=seed)

    def _storm(self, *, on: bool) -> None:
        """Have calls meet the trouble of the plan, or none."""
        for place, plan in zip(self._scene.places, self._plans, strict=True):
            place.server.edge.follow(plan if on else None)

    def _set_clocks(self, before: timedelta) -> None:
        """Move every calendar to so long before the scenario starts."""
        for place in self._scene.places:
            clock = place.server.workspace.clock
            clock.advance((self._scene.starts - before - clock.now()).total_seconds())
            self._offset = clock.offset_seconds

    def _orders(self) -> Orders:
        first = self._scene.places[0].server
        mutant = self._conditions.mutant
        return Orders(
            database_url=self._url,
            clock_url=f"{first.url}/control/clock",
            factor=self._conditions.factor,
            workspaces={
                place.workspace_id: (place.server.api_url, place.server.bot_token)
                for place in self._scene.places
            },
            scenarios=[one.dumped() for one in self._scene.scenarios],
            ready=str(self._folder),
            mutant=mutant.value if mutant else None,
        )

    # --- Trouble

    def _trouble(self) -> None:
        """Kill, freeze and copy at random, until all of it is done and the scenario is over."""
        left = [
            *[self._kill] * self._conditions.kills,
            *[self._freeze] * self._conditions.freezes,
            *[self._copy] * self._conditions.copies,
        ]
        self._random.shuffle(left)
        while left or self._now() < self._ends:
            self._fleet.look()
            if left:
                left.pop()()
            else:
                time.sleep(LOOKS_EVERY)
        enough = self._conditions.until_accepted
        _until(lambda: self._accepted() >= enough, within=THROUGH, must=False)
        if self._conditions.through:
            _until(self._at_rest, within=THROUGH, must=False)

    def _kill(self) -> None:
        index = self._random.randrange(self._conditions.processes)
        self._wait_for_work(index)
        time.sleep(self._random.uniform(*self._conditions.kill_after))
        enough = self._accepted() + self._conditions.kill_every
        _until(lambda: self._accepted() >= enough, within=MOST_BETWEEN, must=False)
        amid = self._conditions.kill_amid
        _until(lambda: self._on_their_way() >= amid, within=MOST_BETWEEN, must=False)
        self._fleet.kill(index)

    def _accepted(self) -> int:
        return sum(len(place.server.edge.record) for place in self._scene.places)

    def _freeze(self) -> None:
        index = self._random.randrange(self._conditions.processes)
        self._wait_for_work(index)
        time.sleep(self._random.uniform(0.0, 0.3))
        self._fleet.freeze(index, self._conditions.freeze_for)

    def _copy(self) -> None:
        time.sleep(self._random.uniform(0.1, 0.6))
        path = Path(self._url.removeprefix("sqlite:///"))
        copied = self._folder / f"copy-{len(self._copies)}.db"
        with self._fleet.still(0):
            # At one instant, as the power fails: what is half written is so in both.
            for suffix in ("", "-wal"):
                source = path.with_name(path.name + suffix)
                if source.exists():
                    copied.with_name(copied.name + suffix).write_bytes(source.read_bytes())
        self._copies.append(copied)

    def _wait_for_work(self, index: int) -> None:
        def works() -> bool:
            self._fleet.look()
            return self._fleet.works(index)

        _until(works, within=20.0)

    # --- Peace

    def _peace(self) -> None:
        """What happens once all is calm; nothing more here."""

    def _drain(self, began: float) -> list[Timing]:
        """Wait until nothing is left to do; gives when that was so, for each workspace."""
        self._fleet.wait_for_all()
        calmed = time.time()
        waiting = self._waiting()
        timings = [
            Timing(began, calmed, calmed, backlog, in_doubt, self._slowed_to(index, calmed))
            for index, (backlog, in_doubt) in enumerate(waiting)
        ]
        bound = max(drains_within(self._constants, one) for one in timings)
        drained = [calmed] * len(timings)

        def at_rest() -> bool:
            now, waits = time.time(), self._waiting()
            for index, place in enumerate(self._scene.places):
                if waits[index][0] or place.server.edge.on_their_way:
                    drained[index] = now
            return self._at_rest()

        if not _until(at_rest, within=bound + GRACE, must=False):
            # What is left to be decided may be anybody's.
            drained = [time.time()] * len(timings)
        return [replace(one, drained=at) for one, at in zip(timings, drained, strict=True)]

    def _rest(self) -> float:
        """Stop all at an instant at which nothing is left to do, and say which it was.

        They stand still while one looks: what came due a moment later would be half done.
        """
        end = time.monotonic() + GRACE
        while True:
            _until(self._at_rest, within=end - time.monotonic(), must=False)
            with self._fleet.all_still():
                rested = self._now()
                if self._at_rest() or time.monotonic() > end:
                    self._fleet.stop()
                    return rested

    def _at_rest(self) -> bool:
        self._fleet.look()
        return self._on_their_way() == 0 and self._all_said() and self._nothing_due()

    def _on_their_way(self) -> int:
        return sum(place.server.edge.on_their_way for place in self._scene.places)

    def _all_said(self) -> bool:
        wanted = sum(one.count for place in self._scene.scenarios for one in place.streams)
        said = select(func.count()).where(outbox.c.key.startswith("said:"))
        with self._scene.store.database.reading() as connection:
            return int(connection.execute(said).scalar_one()) >= wanted

    def _nothing_due(self) -> bool:
        """Nothing is left to be sent, or to be decided, but for what is planned for later."""
        if not self._all_decided():
            return False
        now = self._calendar()
        waits = [select(func.count()).where(handoff.c.light_at <= now)]
        for table, pending in ((outbox, OUTBOX_PENDING), (surface, SURFACE_STALE)):
            when = or_(table.c.not_before.is_(None), table.c.not_before <= now)
            waits.append(select(func.count()).select_from(table).where(pending, when))
        with self._scene.store.database.reading() as connection:
            return not any(connection.execute(one).scalar_one() for one in waits)

    def _all_decided(self) -> bool:
        """Of all that is due by now it is written down what is said."""
        due = select(func.count()).where(deadline.c.next_at <= self._calendar())
        with self._scene.store.database.reading() as connection:
            return not connection.execute(due).scalar_one()

    def _half_taken_up(self) -> bool:
        """Of the reminders of each workspace, so that no backlog keeps all of them back.

        Whatever else the scenario says goes first, and that is much.
        """
        touched = or_(~OUTBOX_PENDING, outbox.c.next_try_at > outbox.c.created_at)
        counted = (
            select(outbox.c.workspace_id, func.count())
            .join(outbox_about, outbox_about.c.outbox_id == outbox.c.id)
            .where(outbox_about.c.stage == Stage.MOST.value, touched)
            .group_by(outbox.c.workspace_id)
        )
        with self._scene.store.database.reading() as connection:
            taken_up = {one: int(count) for one, count in connection.execute(counted)}
        return all(
            2 * taken_up.get(one.workspace_id, 0) >= len(one.due) for one in self._scene.scenarios
        )

    def _waiting(self) -> list[tuple[int, int]]:
        """How much each workspace has to send now, and how much of it is in doubt."""
        now = self._calendar()
        found: Counter[tuple[int, bool]] = Counter()
        with self._scene.store.database.reading() as connection:
            for table, pending in ((outbox, OUTBOX_PENDING), (surface, SURFACE_STALE)):
                when = or_(table.c.not_before.is_(None), table.c.not_before <= now)
                each = (table.c.workspace_id, table.c.maybe_sent)
                counted = select(*each, func.count()).where(pending, when).group_by(*each)
                for workspace_id, doubtful, count in connection.execute(counted):
                    found[workspace_id, bool(doubtful)] += count
        ids = [place.workspace_id for place in self._scene.places]
        return [(found[one, False] + found[one, True], found[one, True]) for one in ids]

    def _slowed_to(self, index: int, at: float) -> float:
        edge = self._scene.places[index].server.edge
        return slowed_by(
            [one for one in edge.limited if one.method == POST],
            self._constants.rates[POST],
            at=at,
            recovery_per_minute=self._constants.recovery_per_minute,
        )

    # --- What is there

    def _evidence(self, timings: Sequence[Timing], rested: float) -> list[Evidence]:
        """The rows of every workspace first: a look at the surfaces settles whatever is due.

        `rested` is when nothing was left to do, in seconds of the calendar.
        """
        every = [self._looked_at(timing, index) for index, timing in enumerate(timings)]
        self._scene.clock.at = self._scene.starts + timedelta(seconds=rested)
        store = self._scene.store
        return [
            replace(
                seen,
                wrong_at_rest=wrong_at_rest(
                    store, place.workspace_id, place.server.workspace, self._constants
                ),
            )
            for seen, place in zip(every, self._scene.places, strict=True)
        ]

    def _looked_at(self, timing: Timing, index: int) -> Evidence:
        place = self._scene.places[index]
        return Evidence(
            scenario=self._scene.scenarios[index],
            rows=read_rows(self._scene.store.database, place.workspace_id),
            accepted=place.server.edge.record.after(),
            standing=place.server.workspace,
            constants=self._constants,
            lives=self._fleet.lives,
            timing=timing,
            allowance=self._conditions.allowance(),
            offset=self._offset,
            shared_rates=self._scene.store.database.dialect == "postgresql",
            freezes=self._fleet.stood_still,
        )

    def _now(self) -> float:
        """Seconds since the start of the calendar."""
        starts = self._scene.starts.timestamp() - self._offset
        return time.time() - starts

    def _calendar(self) -> datetime:
        return self._scene.starts + timedelta(seconds=self._now())

    @property
    def _ends(self) -> float:
        return max(one.ends for one in self._scene.scenarios)


def _until(look: Callable[[], bool], *, within: float, must: bool = True) -> bool:
    end = time.monotonic() + within
    while not look():
        if time.monotonic() > end:
            assert not must, "it did not happen in time"
            return False
        time.sleep(LOOKS_EVERY)
    return True


def shares(parts: Sequence[tuple[str, float, dict[str, Any]]]) -> tuple[Rule, ...]:
    """Rules for whatever is sent, from trouble, share and how."""
    return tuple(
        {"method": "chat.*", "trouble": trouble, "share": share, **more}
        for trouble, share, more in parts
    )


def look_shares(parts: Sequence[tuple[str, float]]) -> tuple[Rule, ...]:
    """Rules for the look into a history or a thread, from trouble and share."""
    return tuple(
        {"method": method, "trouble": trouble, "share": share}
        for method in sorted(LOOKS)
        for trouble, share in parts
    )
