"""What a watcher is told of the database, on both dialects."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.clock.sweep import Sweep
from bot.domain.alarms import TRIED_IN_VAIN
from bot.domain.notices import Notice, NoticeKind, Place, Priority
from bot.storage.jobs import Job
from bot.storage.tables import outbox, surface
from bot.storage.unit_of_work import Store
from bot.storage.vitals import Vitals, look
from tests.builders import FakeMachine, FixedClock, Team, signed

MINUTE = timedelta(minutes=1)
NOTHING = timedelta(0)


@pytest.fixture
def looked(store: Store, clock: FixedClock, machine: FakeMachine) -> "Look":
    return Look(store, clock, machine)


class Look:
    def __init__(self, store: Store, clock: FixedClock, machine: FakeMachine) -> None:
        self.store, self.clock, self.machine = store, clock, machine

    def __call__(self) -> Vitals:
        return look(self.store.database, clock=self.clock, machine=self.machine)

    def set(self, **values: object) -> None:
        """Change every notice."""
        with self.store.database.writing() as connection:
            connection.execute(update(outbox).values(**values))
            connection.commit()


def say(store: Store, team: Team, key: str = "hello", **changed: object) -> None:
    with store.write(team.workspace_id) as unit:
        given = {"person_id": team.ae.id, **changed}
        assert unit.outbox.add(
            Notice(NoticeKind.WELCOME, Place.DM, key, Priority.HAND_OVER, **given)  # type: ignore[arg-type]
        )
        unit.commit()


def test_where_nothing_happens_there_is_nothing_to_tell(store: Store, looked: Look) -> None:
    assert looked() == Vitals(NOTHING, NOTHING, 0, 0, 0, 0, False, 0, 0, 0, 0)


def test_the_sweep_lags_from_the_earliest_moment_that_was_not_dealt_with(
    store: Store, team: Team, looked: Look
) -> None:
    signed(store, team)
    assert looked().sweep_lag == NOTHING
    looked.clock.advance(timedelta(hours=30))
    lag = looked().sweep_lag
    assert timedelta(hours=1) < lag < timedelta(hours=30)
    looked.clock.advance(MINUTE)
    assert looked().sweep_lag == lag + MINUTE
    with store.write(team.workspace_id) as unit:
        unit.workspace_pause(unit.now)
        unit.commit()
    assert (looked().sweep_lag, looked().paused) == (NOTHING, 1)
    with store.write(team.workspace_id) as unit:
        unit.workspace_pause(None)
        unit.commit()
    Sweep(store=store, clock=looked.clock).run()
    assert looked().sweep_lag == NOTHING


def test_the_oldest_is_of_what_may_be_sent_now(store: Store, team: Team, looked: Look) -> None:
    say(store, team)
    machine, calendar = looked.machine, looked.clock
    machine.advance(10 * MINUTE)
    calendar.advance(10 * MINUTE)
    assert (looked().notices, looked().oldest) == (1, 10 * MINUTE)
    looked.set(next_try_at=machine.now() - MINUTE)
    assert looked().oldest == MINUTE
    looked.set(lease="somebody", lease_until=machine.now() + MINUTE)
    assert (looked().notices, looked().oldest) == (1, NOTHING), "it is in hand"
    looked.set(lease=None, lease_until=None, not_before=calendar.now() + MINUTE)
    assert (looked().notices, looked().oldest) == (1, NOTHING), "its reader sleeps"
    looked.set(not_before=None)
    with store.write(team.workspace_id) as unit:
        unit.workspace_pause(unit.now)
        unit.commit()
    assert (looked().notices, looked().oldest) == (1, NOTHING), "the bot is paused"
    looked.set(priority=Priority.ANSWER.value)
    assert looked().oldest == MINUTE, "answers go out all the same"


def test_what_is_tried_in_vain_is_told_though_each_try_makes_it_young_again(
    store: Store, team: Team, looked: Look
) -> None:
    say(store, team)
    say(store, team, "other")
    machine, calendar = looked.machine, looked.clock
    with store.database.writing() as connection:
        tried = update(outbox).where(outbox.c.key == "hello")
        connection.execute(tried.values(attempts=12, next_try_at=machine.now() + 5 * MINUTE))
        connection.commit()
    assert (looked().most_tries, looked().oldest) == (12, NOTHING)
    assert store.delivery.counts().most_tries == 12
    looked.set(not_before=calendar.now() + MINUTE)
    assert looked().most_tries == 0, "its reader sleeps"
    looked.set(not_before=None, state="dead", reason="invalid_blocks")
    assert looked().most_tries == 0, "it was given up"
    assert store.delivery.counts().most_tries == 0


def test_what_is_tried_in_vain_stands_still_only_where_slack_takes_nothing_else(
    store: Store, team: Team, looked: Look
) -> None:
    def sent(key: str) -> None:
        """Another message goes out."""
        say(store, team, key, person_id=team.csm.id)
        (job,) = [one for one in waiting() if one.notice and one.notice.key == key]
        store.delivery.sent(job, ts=f"{key}.0", channel="D1")

    def waiting() -> list[Job]:
        looked.machine.advance(2 * MINUTE)
        return store.delivery.lease(9, lease=MINUTE)

    sent("1")
    say(store, team)
    for _ in range(TRIED_IN_VAIN):
        assert (looked().in_vain, looked().stands_still) == (0, False)
        (job,) = waiting()
        store.delivery.retry(job, after=MINUTE, reason="fatal_error", unheard=True)
    assert (looked().in_vain, looked().stands_still) == (1, True)
    sent("2")
    assert (looked().in_vain, looked().stands_still) == (1, False)
    say(store, team, "later", person_id=team.csm.id)
    for _ in range(TRIED_IN_VAIN):
        for job in waiting():
            store.delivery.retry(job, after=MINUTE, reason="TimeoutError", unheard=True)
    assert (looked().in_vain, looked().stands_still) == (2, True), "now nothing goes out any more"


def test_a_place_that_slack_refuses_is_in_vain_but_nothing_stands_still(
    store: Store, team: Team, looked: Look
) -> None:
    say(store, team)
    for _ in range(TRIED_IN_VAIN):
        (job,) = store.delivery.lease(1, lease=MINUTE)
        store.delivery.retry(job, after=MINUTE, reason="ekm_access_denied")
        looked.machine.advance(MINUTE)
    assert (looked().in_vain, looked().stands_still) == (1, False)
    (again,) = store.delivery.lease(1, lease=MINUTE)
    store.delivery.retry(again, after=MINUTE, reason="TimeoutError", unheard=True)
    assert looked().stands_still, "since then Slack took nothing"


def test_what_failed_is_counted_as_check_counts_it(store: Store, team: Team, looked: Look) -> None:
    signed(store, team)
    for number, state in enumerate(("dead", "dead", "unconfirmed")):
        say(store, team, f"notice {number}", person_id=team.csm.id)
        with store.database.writing() as connection:
            failed = update(outbox).where(outbox.c.key == f"notice {number}")
            connection.execute(failed.values(state=state, reason="invalid_blocks"))
            if number == 2:
                connection.execute(update(surface).values(state="dead", reason="TimeoutError"))
            connection.commit()
    counts, vitals = store.delivery.counts(), looked()
    assert (vitals.dead, vitals.unconfirmed) == (counts.dead, counts.unconfirmed)
    assert vitals.dead == 2
    assert vitals.unconfirmed > 1
    assert (vitals.notices, vitals.surfaces) == (counts.pending, 0)
    store.delivery.block_workspace(team.workspace_id, "token_revoked")
    assert looked().refused_tokens == 1
