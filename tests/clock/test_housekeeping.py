"""Now and then every open handoff is held against the rules of today."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.clock.clocks import SteadyMachineClock
from bot.clock.housekeeping import LOOKS_FOR, PAGE, RESTS_SHARE, Housekeeping
from bot.domain.deadlines import Deadline, Step, snooze
from bot.domain.policy import Clocks, Policy
from bot.storage.engine import open_database
from bot.storage.migrate import migrate
from bot.storage.tables import handoff
from bot.storage.unit_of_work import Store
from tests.builders import (
    Deal,
    FakeMachine,
    FixedClock,
    Team,
    assigned,
    make_store,
    make_team,
    posted,
    signed,
    started,
)

HOUR = timedelta(hours=1)
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
SLOWER = Policy(clocks=Clocks(brief=48))


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Callable[[Policy], Store]]:
    """The same database under one policy or another."""
    path = tmp_path / "handoff.db"
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    opened: list[Store] = []

    def open_one(policy: Policy) -> Store:
        clock, machine = FixedClock(), FakeMachine()
        url = f"sqlite:///{path}"
        opened.append(make_store(url, clock=clock, machine=machine, policy=policy))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@dataclass
class Time:
    """Goes on by `each` with every look at it, and by `rests` with every rest."""

    each: float = 0.0
    rests: float = 0.0
    at: float = 0.0
    rested: list[float] = field(default_factory=list)

    def now(self) -> float:
        self.at += self.each
        return self.at

    def rest(self, seconds: float) -> bool:
        self.rested.append(seconds)
        self.at += self.rests
        return False


def keep_house(
    store: Store,
    monotonic: Callable[[], float] | None = None,
    rest: Callable[[float], bool] = lambda _: False,
) -> Housekeeping:
    machine = SteadyMachineClock()
    return Housekeeping(
        store=store, machine=machine, rest=rest, monotonic=monotonic or machine.monotonic
    )


def owed(store: Store, team: Team, handoff_id: int, step: Step = Step.BRIEF) -> Deadline:
    with store.read(team.workspace_id) as unit:
        return next(one for one in unit.deadlines.of(handoff_id) if one.step is step)


def test_a_new_policy_reaches_handoffs_that_nobody_touches(
    open_store: Callable[[Policy], Store],
) -> None:
    before = open_store(Policy())
    team = make_team(before)
    handoff_id = signed(before, team)
    first = owed(before, team, handoff_id)
    after = open_store(SLOWER)
    assert keep_house(after).run() == 1
    assert owed(after, team, handoff_id).due_at == first.due_at + 24 * HOUR
    assert keep_house(after).run() == 0


def test_what_is_in_line_is_left_alone(open_store: Callable[[Policy], Store]) -> None:
    store = open_store(Policy())
    team = make_team(store)
    for make in (started, signed, posted, assigned):
        make(store, team)
    snoozed_id = signed(store, team, Deal(account="Larkfield"))
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(snoozed_id)
        kept = next(one for one in unit.deadlines.of(snoozed_id) if one.step is Step.BRIEF)
        unit.deadlines.keep(snoozed_id, snooze(kept, unit.now + 5 * HOUR))
        unit.commit()
    with store.read(team.workspace_id) as unit:
        heads = [unit.history.head(one) for one in range(1, 6)]
    assert keep_house(store).run() == 0
    with store.read(team.workspace_id) as unit:
        assert [unit.history.head(one) for one in range(1, 6)] == heads


def test_a_manager_who_left_is_replaced_in_what_is_owed(
    open_store: Callable[[Policy], Store],
) -> None:
    store = open_store(Policy())
    team = make_team(store)
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        # Nobody told the handoffs: the row alone was changed.
        unit.people.set_part(team.cs_manager.id, manager_id=team.outsider.id)
        unit.commit()
    assert keep_house(store).run() == 1
    assert owed(store, team, handoff_id, Step.ASSIGN).manager_id == team.outsider.id


def test_a_brief_is_counted_anew_under_other_rules(open_store: Callable[[Policy], Store]) -> None:
    store = open_store(Policy())
    team = make_team(store)
    handoff_id = posted(store, team)
    with store.database.writing() as connection:
        connection.execute(handoff.update().values(items_filled=0, open_items="[]"))
        connection.commit()
    assert keep_house(store).run() == 1
    with store.read(team.workspace_id) as unit:
        assert unit.handoffs.get(handoff_id).completeness.filled == 23


def test_a_round_ends_after_a_while_and_the_next_goes_on(
    open_store: Callable[[Policy], Store],
) -> None:
    before = open_store(Policy())
    team = make_team(before)
    for number in range(PAGE + 2):
        signed(before, team, Deal(account=f"Deal {number}"))
    after, time = open_store(SLOWER), Time()
    house = keep_house(after, time.now, rest=time.rest)
    time.rests = LOOKS_FOR
    assert [house.run(), house.run()] == [PAGE, 2]


def test_what_takes_long_is_done_a_little_at_a_time(open_store: Callable[[Policy], Store]) -> None:
    before = open_store(Policy())
    team = make_team(before)
    for number in range(PAGE + 2):
        signed(before, team, Deal(account=f"Deal {number}"))
    time = Time(each=0.01)
    assert keep_house(open_store(SLOWER), time.now, rest=time.rest).run() == PAGE + 2
    assert len(time.rested) == 2
    assert all(rest >= RESTS_SHARE * time.each for rest in time.rested)


def test_looking_at_handoffs_ends_with_the_process(open_store: Callable[[Policy], Store]) -> None:
    before = open_store(Policy())
    team = make_team(before)
    for number in range(PAGE + 2):
        signed(before, team, Deal(account=f"Deal {number}"))
    assert keep_house(open_store(SLOWER), rest=lambda _: True).run() == PAGE


class Stumbling(Housekeeping):
    """To which one handoff is a riddle when it is to be changed."""

    odd = 0
    woken: list[int]

    def _reckon(self, workspace_id: int, handoff_id: int) -> None:
        if handoff_id == self.odd:
            raise LookupError("a row nobody foresaw")
        super()._reckon(workspace_id, handoff_id)

    def _wake(self, workspace_id: int) -> None:
        super()._wake(workspace_id)
        self.woken.append(workspace_id)


@pytest.mark.parametrize("readable", [True, False])
def test_one_handoff_that_fails_keeps_no_other_from_its_turn(
    open_store: Callable[[Policy], Store], readable: bool
) -> None:
    before = open_store(Policy())
    team = make_team(before)
    ids = [signed(before, team, Deal(account=f"Deal {number}")) for number in range(PAGE + 2)]
    first = owed(before, team, ids[0])
    odd = ids.pop(1)
    if not readable:
        with before.database.writing() as connection:
            connection.execute(handoff.update().where(handoff.c.id == odd).values(open_items="{"))
            connection.commit()
    after = open_store(SLOWER)
    house = Stumbling(store=after, machine=SteadyMachineClock())
    house.odd, house.woken = odd, []
    for _ in range(2):
        with capture_logs() as logged, pytest.raises((LookupError, ValueError)):
            house.run()
        lines = [one for one in logged if one["event"] == "handoff not brought in line"]
        assert [one["handoff"] for one in lines] == [odd]
        assert lines[0]["reference"]
    assert {owed(after, team, one).due_at for one in ids} == {first.due_at + 24 * HOUR}
    assert house.woken == [team.workspace_id] * 2


def test_each_workspace_has_its_share_of_the_time(open_store: Callable[[Policy], Store]) -> None:
    before = open_store(Policy())
    teams = [make_team(before), make_team(before, team_id="T0SECOND01")]
    for team in teams:
        for number in range(PAGE + 2):
            signed(before, team, Deal(account=f"Deal {number}"))
    after, time = open_store(SLOWER), Time()
    time.rests = LOOKS_FOR / 2
    house = keep_house(after, time.now, rest=time.rest)
    assert [house.run(), house.run()] == [2 * PAGE, 4]


def test_slack_is_asked_the_time_once_however_many_workspaces_there_are(
    open_store: Callable[[Policy], Store],
) -> None:
    store, asked = open_store(Policy()), list[int]()
    for number in range(3):
        make_team(store, team_id=f"T{number}00")
    machine = SteadyMachineClock()
    Housekeeping(store=store, machine=machine, ask_the_time=lambda: asked.append(1)).run()
    assert len(asked) == 1


def test_replicas_on_one_server_agree_on_the_time(tmp_path: Path) -> None:
    seconds = [0.0]
    server = [NOON]
    clock = SteadyMachineClock(monotonic=lambda: seconds[0], told=lambda: server[0], shared=True)
    seconds[0], server[0] = 3601.0, NOON + HOUR
    assert clock.now() == NOON + HOUR + timedelta(seconds=1)
    clock.set_right()
    # Ahead by a second: it is held until the others have caught up, and never steps back.
    assert clock.now() == NOON + HOUR + timedelta(seconds=1)
    seconds[0] += 5
    assert clock.now() == NOON + HOUR + timedelta(seconds=5)


@pytest.mark.parametrize(("set_by", "told"), [(timedelta(seconds=2), 0), (-HOUR, 1), (HOUR, 1)])
def test_that_the_servers_clock_was_set_is_in_the_log(set_by: timedelta, told: int) -> None:
    server = [NOON]
    clock = SteadyMachineClock(monotonic=lambda: 0.0, told=lambda: server[0], shared=True)
    server[0] += set_by
    with capture_logs() as logged:
        clock.set_right()
        clock.set_right()
    assert [line["ahead"] for line in logged] == [set_by.total_seconds()] * told


def test_a_process_alone_keeps_its_own_time_when_the_wall_is_set() -> None:
    wall = [NOON]
    clock = SteadyMachineClock(monotonic=lambda: 0.0, told=lambda: wall[0])
    wall[0] += HOUR
    clock.set_right()
    assert clock.now() == NOON


def test_a_machine_that_slept_catches_up_with_what_the_server_tells_and_says_so() -> None:
    clock = SteadyMachineClock(monotonic=lambda: 0.0, told=lambda: NOON, shared=True)
    with capture_logs() as logged:
        assert clock.catch_up(NOON + HOUR) == NOON + HOUR
        # An answer that was long on its way is of before.
        assert clock.catch_up(NOON) == NOON + HOUR
    assert [line["ahead"] for line in logged] == [HOUR.total_seconds()]
    assert clock.now() == NOON + HOUR


def test_a_process_alone_catches_up_with_nobody() -> None:
    clock = SteadyMachineClock(monotonic=lambda: 0.0, told=lambda: NOON)
    assert clock.catch_up(NOON + HOUR) == NOON


@pytest.mark.postgres
def test_the_server_of_a_shared_database_tells_the_time(postgres_url: str) -> None:
    database = open_database(postgres_url)
    first, second = database.server_now(), database.server_now()
    database.close()
    assert first < second
    assert first.tzinfo is UTC
    assert abs(second - datetime.now(UTC)) < timedelta(minutes=1)
