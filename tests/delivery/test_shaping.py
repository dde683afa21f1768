"""Rates of calls: the same in the memory of one process and in the rows of several."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select

from bot.delivery.constants import Constants, Rate
from bot.delivery.shaping import InMemory, Shaping, Shelf
from bot.domain.notices import JobSource, Notice, NoticeKind, Priority
from bot.domain.notices import Place as Lane
from bot.storage.engine import Database, open_database
from bot.storage.jobs import Job
from bot.storage.leasing import HeldBack, Wanted
from bot.storage.people import PersonFacts
from bot.storage.rates import RateRows
from bot.storage.tables import rate
from bot.storage.unit_of_work import Store
from tests import postgres
from tests.builders import FakeMachine, FixedClock, make_store, make_team
from tests.storage.conftest import build

POST = "chat.postMessage"
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)

SHELVES = [
    pytest.param("memory", id="in memory"),
    pytest.param("sqlite", id="rows of sqlite"),
    pytest.param("postgresql", id="rows of postgresql", marks=pytest.mark.postgres),
]


@dataclass
class Place:
    """Two processes, and the time for both; in memory there is but one."""

    machine: FakeMachine
    store: Store
    shaping: Shaping
    other: Shaping
    here: int
    there: int

    def held_back(self, of: Shaping | None = None) -> HeldBack:
        with self.store.database.reading() as connection:
            return (of or self.shaping).held_back(connection)

    def let(self, wanted: Wanted, of: Shaping | None = None) -> Job | None:
        with self.store.database.writing() as connection:
            job = (of or self.shaping).let(wanted, lambda: _job(wanted), connection)
            connection.commit()
        return job

    def taken_within(self, seconds: int, *, answer: bool = False) -> int:
        """How many calls there were, by the two in turns."""
        count = 0
        for _ in range(seconds * 10):
            while not self.shaping.take_in_turn(self.here, POST, answer=answer):
                count += 1
                self.shaping, self.other = self.other, self.shaping
            self.machine.advance(SECOND / 10)
        return count

    def use_up(self, *, answer: bool = True) -> None:
        while not self.shaping.take_in_turn(self.here, POST, answer=answer):
            pass


def _job(wanted: Wanted) -> Job:
    return Job(
        id=1,
        workspace_id=wanted.workspace_id,
        source=JobSource.NOTICE,
        key="opaque",
        destination=wanted.destination,
        method=wanted.method,
        priority=wanted.priority,
        attempts=0,
        maybe_sent=False,
        first_try_at=None,
        lease="lease",
        lease_until=FakeMachine().now(),
    )


@pytest.fixture(params=SHELVES)
def url(request: pytest.FixtureRequest, empty_file: Path, tmp_path: Path) -> Iterator[str]:
    """A migrated database; in memory it is only there to be passed on."""
    if request.param != "postgresql":
        path = tmp_path / "rates.db"
        shutil.copy(empty_file, path)
        yield f"sqlite:///{path}"
        return
    request.getfixturevalue("postgres_server")
    with postgres.database(template_name=postgres.template("migrated", build)) as migrated:
        yield migrated


@pytest.fixture
def place(request: pytest.FixtureRequest, url: str, clock: FixedClock) -> Iterator[Place]:
    machine = FakeMachine()
    store = make_store(url, clock=clock, machine=machine)
    other = open_database(url)
    here, there = make_team(store).workspace_id, make_team(store, team_id="T200").workspace_id
    in_memory = InMemory() if request.node.callspec.params["url"] == "memory" else None

    def shaping(database: Database) -> Shaping:
        shelf: Shelf = in_memory or RateRows(database)
        return Shaping(machine=machine, constants=Constants(), shelf=shelf)

    yield Place(machine, store, shaping(store.database), shaping(other), here, there)
    store.close()
    other.close()


def test_a_method_has_its_burst_and_then_its_rate(place: Place) -> None:
    assert place.taken_within(10, answer=True) == pytest.approx(10 + 5 * 10, abs=1)


def test_of_what_was_saved_up_a_fifth_is_left_for_answers(place: Place) -> None:
    place.use_up(answer=False)
    left = 0
    while not place.other.take_in_turn(place.here, POST, answer=True):
        left += 1
    assert left == 0.2 * Constants().rates[POST].burst


def test_what_is_left_for_answers_takes_nothing_from_the_rate(place: Place) -> None:
    assert place.taken_within(10) == pytest.approx(8 + 5 * 10, abs=1)


def test_only_answers_are_looked_at_where_the_rest_is_theirs(place: Place) -> None:
    place.use_up(answer=False)
    held = place.held_back(place.other)
    assert (held.methods, held.methods_but_answers) == ([], [(place.here, POST)])
    nudge = Wanted(place.here, POST, "dm:1", Priority.NUDGE)
    assert place.let(nudge, place.other) is None
    assert place.let(Wanted(place.here, POST, "dm:1", Priority.ANSWER), place.other) is not None


def test_where_a_history_may_not_be_read_nothing_is_looked_for(place: Place) -> None:
    assert not place.held_back(place.other).looks
    while not place.shaping.take_in_turn(place.here, "conversations.history"):
        pass
    assert list(place.held_back(place.other).looks) == [place.here]


def test_one_workspace_does_not_use_up_what_another_may_send(place: Place) -> None:
    place.use_up()
    held = place.held_back(place.other)
    assert (held.methods, held.methods_but_answers) == ([(place.here, POST)], [])
    assert place.other.take_in_turn(place.there, POST) == timedelta(0)
    assert place.other.take_in_turn(place.here, "chat.update") == timedelta(0)


def test_a_conversation_is_posted_to_once_a_second(place: Place) -> None:
    first = Wanted(place.here, POST, "dm:1", Priority.ANSWER)
    assert place.let(first) is not None
    assert place.let(first, place.other) is None
    assert place.held_back(place.other).destinations == [(place.here, "dm:1")]
    assert place.let(Wanted(place.here, POST, "dm:2", Priority.ANSWER), place.other) is not None
    place.machine.advance(SECOND)
    assert place.held_back(place.other).destinations == []
    assert place.let(first, place.other) is not None


def test_a_job_that_came_to_no_call_gives_back_what_it_took(place: Place) -> None:
    wanted = Wanted(place.here, POST, "dm:1", Priority.LATE)
    job = place.let(wanted)
    assert job is not None
    place.shaping.unused(job)
    assert place.let(wanted, place.other) is not None


def test_what_nobody_could_claim_takes_nothing(place: Place) -> None:
    wanted = Wanted(place.here, POST, "dm:1", Priority.LATE)
    with place.store.database.writing() as connection:
        assert place.shaping.let(wanted, lambda: None, connection) is None
        connection.commit()
    assert place.let(wanted, place.other) is not None


def test_a_limited_method_rests_then_goes_half_as_fast_and_recovers(place: Place) -> None:
    place.shaping.limited(place.here, POST, 30 * SECOND)
    assert place.other.resting(place.here, POST)
    assert place.other.take_in_turn(place.here, POST, answer=True) == 30 * SECOND
    place.machine.advance(30 * SECOND)
    assert not place.other.resting(place.here, POST)
    assert place.taken_within(10, answer=True) == pytest.approx(25, abs=3)
    place.machine.advance(6 * MINUTE)
    assert place.taken_within(10, answer=True) == pytest.approx(60, abs=2)


def test_calls_that_are_refused_together_slow_it_down_once(place: Place) -> None:
    for shaping in (place.shaping, place.other, place.shaping, place.other):
        shaping.limited(place.here, POST, 5 * SECOND)
    place.shaping.limited(place.here, POST, 8 * SECOND)
    place.machine.advance(7 * SECOND)
    assert place.other.resting(place.here, POST), "the longest pause holds"
    place.machine.advance(SECOND)
    assert place.taken_within(10, answer=True) == pytest.approx(25, abs=3)
    place.shaping.limited(place.here, POST, SECOND)
    place.machine.advance(SECOND)
    assert place.taken_within(10, answer=True) == pytest.approx(14, abs=3), "and once more"


def test_after_too_many_calls_there_is_still_one_left_for_an_answer(place: Place) -> None:
    place.shaping.limited(place.here, POST, SECOND)
    place.machine.advance(6 * SECOND)
    place.use_up(answer=False)
    assert place.other.take_in_turn(place.here, POST, answer=True) == timedelta(0)
    assert place.other.take_in_turn(place.here, POST, answer=True) > timedelta(0)


def test_a_pause_is_told_until_it_ends(place: Place) -> None:
    assert place.other.pauses() == {}
    place.use_up()
    assert place.other.pauses() == {}
    place.shaping.limited(place.here, POST, 30 * SECOND)
    told = {(place.here, POST): place.machine.now() + 30 * SECOND}
    assert place.other.pauses() == told
    with place.store.database.reading() as connection:
        assert place.other.pauses(connection) == told
    place.machine.advance(30 * SECOND)
    assert place.other.pauses() == {}


def test_two_who_take_at_once_never_take_the_same_call(place: Place) -> None:
    place.shaping.take(place.here, POST)

    def take(shaping: Shaping) -> int:
        count = 0
        while not shaping.take_in_turn(place.here, POST, answer=True):
            count += 1
        return count

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(take, [place.shaping, place.other] * 2))
    assert sum(taken) == Constants().rates[POST].burst - 1


def test_conversations_of_long_ago_are_forgotten_and_methods_are_not(place: Place) -> None:
    place.let(Wanted(place.here, POST, "dm:1", Priority.LATE))
    before = _rows(place)
    place.store.housekeeping()
    assert _rows(place) == before
    place.shaping.limited(place.here, POST, 10 * MINUTE)
    place.machine.advance(2 * timedelta(hours=1))
    place.store.housekeeping()
    assert _rows(place) == [""] * bool(before)


def _rows(place: Place) -> list[str]:
    """The destinations of the buckets that stand in rows."""
    with place.store.database.reading() as connection:
        return sorted(connection.execute(select(rate.c.destination)).scalars())


def test_what_is_shared_costs_three_statements_a_message_and_what_is_not_none(
    place: Place, request: pytest.FixtureRequest
) -> None:
    for key in ("first", "second"):
        _say(place, key)
    asked: list[str] = []
    database = place.store.database
    # On PostgreSQL the readers' engine passes on what is heard on the other.
    engines = {database.writers}
    if database.dialect == "sqlite":
        engines.add(database.readers)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    place.store.delivery.lease(1, lease=MINUTE)
    without = len(asked)
    asked.clear()
    place.store.delivery.lease(1, lease=MINUTE, gate=place.shaping)
    shared = 0 if request.node.callspec.params["url"] == "memory" else 3
    assert len(asked) == without + shared


def _say(place: Place, key: str) -> None:
    with place.store.write(place.here) as unit:
        person_id = unit.people.ensure(key, facts=PersonFacts(name=key)).id
        notice = Notice(NoticeKind.WELCOME, Lane.DM, key, Priority.LATE, person_id=person_id)
        assert unit.outbox.add(notice)
        unit.commit()


@pytest.fixture
def lonely(machine: FakeMachine) -> Shaping:
    return Shaping(machine=machine, constants=Constants())


def test_a_workspace_that_cannot_be_reached_rests_longer_each_time(
    lonely: Shaping, machine: FakeMachine, store: Store
) -> None:
    def away() -> list[int]:
        with store.database.reading() as connection:
            return list(lonely.held_back(connection).workspaces)

    constants = Constants()
    lonely.failed(1, took=SECOND)
    assert away() == []  # One call alone is no outage.
    for failures in range(3):
        machine.advance(SECOND)
        lonely.failed(1, took=SECOND / 2)
        assert away() == [1]
        machine.advance(constants.back_off(failures) - SECOND / 10)
        assert away() == [1]
        machine.advance(SECOND / 5)
        assert away() == []
    lonely.reached(1)
    lonely.failed(1, took=SECOND / 2)
    assert away() == []


def test_a_workspace_rests_a_minute_at_most(
    lonely: Shaping, machine: FakeMachine, store: Store
) -> None:
    constants = Constants()
    for _ in range(12):
        machine.advance(constants.longest_back_off)
        lonely.failed(1, took=constants.http_timeout)
    machine.advance(constants.longest_rest + SECOND)
    with store.database.reading() as connection:
        assert lonely.held_back(connection).workspaces == []


def test_calls_that_fail_together_count_as_one(
    lonely: Shaping, machine: FakeMachine, store: Store
) -> None:
    constants = Constants()
    lonely.failed(1, took=constants.http_timeout)
    machine.advance(constants.http_timeout + SECOND)
    for _ in range(constants.senders):
        lonely.failed(1, took=constants.http_timeout)
        machine.advance(SECOND)
    # The first rest is over; all but its own call were under way when that failed.
    with store.database.reading() as connection:
        assert lonely.held_back(connection).workspaces == []
    lonely.failed(1, took=SECOND)
    machine.advance(constants.back_off(1) - SECOND / 10)
    with store.database.reading() as connection:
        assert lonely.held_back(connection).workspaces == [1]
    machine.advance(SECOND / 5)
    with store.database.reading() as connection:
        assert lonely.held_back(connection).workspaces == []


def test_divided_constants_keep_their_proportions() -> None:
    constants = Constants().divided(10)
    assert constants.quarantine == timedelta(seconds=6)
    assert constants.http_timeout + constants.quarantine <= constants.lease
    assert constants.rates[POST] == Rate(50.0, burst=10.0)
    assert constants.senders == Constants().senders


def test_a_lease_that_a_late_acceptance_could_outlast_is_refused() -> None:
    with pytest.raises(ValueError, match="lease"):
        Constants(lease=timedelta(seconds=65))
