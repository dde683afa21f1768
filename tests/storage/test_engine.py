import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from bot.domain.errors import Conflict, NotFound, Problem
from bot.storage.engine import MOST_OVERTAKEN, FairLock, StorageUnavailable, open_database
from bot.storage.people import PersonFacts
from bot.storage.tables import person
from bot.storage.unit_of_work import Store
from tests.builders import Pokes, Team, wait_until

WAIT = 10.0


def test_nothing_is_kept_without_a_commit(store: Store, team: Team) -> None:
    with store.write(team.workspace_id) as unit:
        unit.people.ensure("UNEW", facts=PersonFacts("New"))
    with store.read(team.workspace_id) as unit_after:
        assert unit_after.people.by_slack_id("UNEW") is None


def test_nothing_is_kept_of_a_unit_that_failed(store: Store, team: Team) -> None:
    def fail() -> None:
        with store.write(team.workspace_id) as unit:
            unit.people.ensure("UNEW", facts=PersonFacts("New"))
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with store.write(team.workspace_id) as after:
        assert after.people.by_slack_id("UNEW") is None


def test_a_read_cannot_write(store: Store) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"), store.database.reading() as connection:
        connection.execute(text("DELETE FROM person"))


def test_a_read_sees_one_state_of_the_data(store: Store, team: Team) -> None:
    with store.read(team.workspace_id) as before:
        assert before.people.by_slack_id("UNEW") is None
        with store.write(team.workspace_id) as unit:
            unit.people.ensure("UNEW", facts=PersonFacts("New"))
            unit.commit()
        assert before.people.by_slack_id("UNEW") is None
    with store.read(team.workspace_id) as after:
        assert after.people.by_slack_id("UNEW") is not None


def test_a_unit_is_committed_once(store: Store, team: Team) -> None:
    with store.write(team.workspace_id) as unit:
        unit.commit()
        with pytest.raises(RuntimeError, match="once"):
            unit.commit()


def test_no_transaction_is_left_open(store: Store, team: Team) -> None:
    with store.read(team.workspace_id), store.write(team.workspace_id):
        pass
    with pytest.raises(NotFound), store.read(team.workspace_id) as unit:
        unit.handoffs.get(4711)
    for engine in (store.database.readers, store.database.writers):
        assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_delivery_is_told_only_after_a_commit_that_left_it_something(
    store: Store, team: Team, pokes: Pokes
) -> None:
    pokes.count = 0
    with store.write(team.workspace_id) as unit:
        unit.surfaces.open_home(team.ae.id)
    with store.write(team.workspace_id) as unit:
        unit.people.ensure("UNEW")
        unit.commit()
    assert pokes.count == 0
    with store.write(team.workspace_id) as unit:
        unit.surfaces.open_home(team.ae.id)
        unit.commit()
        assert pokes.count == 0
    assert pokes.count == 1


def test_a_writer_who_waits_too_long_is_told_that_the_store_is_busy(
    open_store: Callable[..., Store], team: Team, dialect: str
) -> None:
    store = open_store(wait_seconds=0.05)
    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        with store.write(team.workspace_id) as unit:
            unit.people.set_part(team.ae.id, region="DE")
            holding.set()
            assert done.wait(WAIT)

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(hold)
        assert holding.wait(WAIT)
        with pytest.raises(Conflict) as refused, store.write(team.workspace_id) as unit:
            unit.people.set_part(team.ae.id, region="FR")
        done.set()
        held.result(WAIT)
    assert refused.value.problem is Problem.BUSY
    with store.write(team.workspace_id) as unit:
        unit.people.set_part(team.ae.id, region="FR")
        unit.commit()


def test_another_process_that_writes_too_long_makes_the_store_busy(
    open_store: Callable[..., Store], team: Team
) -> None:
    # Two stores share no lock of ours, so the database's own wait is what ends.
    one, other = open_store(wait_seconds=0.05), open_store(wait_seconds=0.05)
    with one.write(team.workspace_id) as unit:
        unit.people.set_part(team.ae.id, region="DE")
        with pytest.raises(Conflict) as refused, other.write(team.workspace_id) as second:
            second.people.set_part(team.ae.id, region="FR")
    assert refused.value.problem is Problem.BUSY


def test_a_used_up_pool_means_busy(url: str) -> None:
    database = open_database(url, pool_size=1, wait_seconds=0.05)
    with database.reading(), pytest.raises(Conflict) as refused, database.reading():
        pass
    database.close()
    assert refused.value.problem is Problem.BUSY


def test_a_database_that_cannot_be_opened_is_unavailable(dialect: str) -> None:
    url = {
        "sqlite": "sqlite:////nowhere/at/all.db",
        "postgresql": "postgresql://nobody@/none?host=/nowhere",
    }[dialect]
    database = open_database(url)
    with pytest.raises(StorageUnavailable) as refused, database.reading() as connection:
        connection.execute(select(person.c.id))
    database.close()
    assert refused.value.problem is Problem.STORAGE_DOWN


def test_a_release_of_sqlite_that_may_corrupt_its_file_is_known(url: str, dialect: str) -> None:
    database = open_database(url)
    assert (database.sqlite_version is None) is (dialect == "postgresql")
    for version, safe in (("3.51.2", False), ("3.40.1", False), ("3.51.3", True), ("3.9.9", False)):
        database.sqlite_version = version
        assert database.sqlite_safe is safe
    database.sqlite_version = None
    assert database.sqlite_safe
    database.close()


def test_the_lock_is_given_in_the_order_it_was_asked_for() -> None:
    lock, order = FairLock(), list[int]()
    assert lock.acquire(WAIT)

    def take(number: int) -> None:
        assert lock.acquire(WAIT)
        order.append(number)
        lock.release()

    def stands(many: int) -> bool:
        return lock.waiting == many

    with ThreadPoolExecutor(5) as pool:
        waiting = []
        for number in range(5):
            waiting.append(pool.submit(take, number))
            wait_until(partial(stands, number + 1))
        lock.release()
        for one in waiting:
            one.result(WAIT)
    assert order == [0, 1, 2, 3, 4]


def test_the_patient_let_others_go_first_but_not_for_ever() -> None:
    lock, order = FairLock(), list[str]()
    assert lock.acquire(WAIT)

    def take(name: str, patient: bool) -> None:
        assert lock.acquire(WAIT, patient=patient)
        order.append(name)
        lock.release()

    def stands(many: int) -> bool:
        return lock.waiting == many

    acts = MOST_OVERTAKEN + 2
    with ThreadPoolExecutor(acts + 1) as pool:
        waiting = [pool.submit(take, "sender", True)]
        wait_until(partial(stands, 1))
        for number in range(acts):
            waiting.append(pool.submit(take, "act", False))
            wait_until(partial(stands, number + 2))
        lock.release()
        for one in waiting:
            one.result(WAIT)
    assert order.index("sender") == MOST_OVERTAKEN
    assert order.count("act") == acts


def test_who_stopped_waiting_for_the_lock_does_not_get_it() -> None:
    lock = FairLock()
    assert lock.acquire(WAIT)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lock.acquire, 0.01).result(WAIT) is False
        lock.release()
        assert lock.acquire(WAIT)
        lock.release()


def test_a_thread_that_would_wait_for_itself_is_told_so_at_once() -> None:
    lock = FairLock()
    assert lock.acquire(WAIT)
    with pytest.raises(RuntimeError):
        lock.acquire(WAIT)
