from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from bot.domain.errors import NotFound
from bot.domain.notices import FirstWord, Notice, NoticeKind, Place, Priority
from bot.storage.tables import outbox
from bot.storage.unit_of_work import _HOUSEKEEPING, _MINE_TO_KEEP, Store
from tests.builders import FakeMachine, FixedClock, Pokes, Team


def test_a_workspace_is_made_once_and_keeps_what_is_not_given(store: Store) -> None:
    made = store.workspace(enterprise_id=None, team_id="T1", bot_user_id="UBOT", name="One")
    assert store.workspace(enterprise_id=None, team_id="T1") == made
    org = store.workspace(enterprise_id="E1", team_id="T1")
    assert org != made
    with store.system() as headers:
        rows = headers.workspaces()
    assert [(row.id, row.enterprise_id, row.bot_user_id) for row in rows] == [
        (made, None, "UBOT"),
        (org, "E1", ""),
    ]


def test_a_workspace_that_does_not_exist_is_not_found(store: Store) -> None:
    with store.read(4711) as unit, pytest.raises(NotFound):
        _ = unit.workspace


def test_a_workspace_is_paused_and_goes_on(
    store: Store, team: Team, clock: FixedClock, pokes: Pokes
) -> None:
    pokes.count = 0
    for at in (clock.now(), None):
        with store.write(team.workspace_id) as unit:
            before = unit.workspace.paused_at
            unit.workspace_pause(at)
            assert unit.workspace.paused_at == at != before
            unit.commit()
        with store.read(team.workspace_id) as after:
            assert after.workspace.paused_at == at
    assert pokes.count == 2


@pytest.mark.parametrize("dialect", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_replicas_keep_house_one_at_a_time(
    store: Store, team: Team, machine: FakeMachine, dialect: str
) -> None:
    assert dialect
    with store.write(team.workspace_id) as unit:
        unit.received.claim("old")
        unit.commit()
    machine.advance(timedelta(days=4))
    with store.database.writing() as other:
        other.execute(_MINE_TO_KEEP, {"key": _HOUSEKEEPING})
        assert store.housekeeping() == (0, 0)
    assert store.housekeeping() == (1, 0)


def test_housekeeping_forgets_old_requests_and_slims_old_posts_once(
    store: Store, team: Team, machine: FakeMachine
) -> None:
    with store.write(team.workspace_id) as unit:
        unit.received.claim("old")
        for key in ("sent", "dead", "pending"):
            facts = {"seq": 1}
            notice = Notice(NoticeKind.ACKNOWLEDGED, Place.THREAD, key, Priority.NUDGE, facts=facts)
            unit.outbox.add(notice)
        unit.commit()
    with store.database.writing() as connection:
        for state in ("sent", "dead"):
            settled = {"state": state, "settled_at": machine.now()}
            connection.execute(update(outbox).where(outbox.c.key == state).values(settled))
        connection.commit()
    machine.advance(timedelta(days=2))
    with store.write(team.workspace_id) as unit:
        unit.received.claim("new")
        unit.commit()
    assert store.housekeeping() == (0, 0)
    machine.advance(timedelta(days=2))
    assert store.housekeeping() == (1, 0)
    machine.advance(timedelta(days=27))
    assert store.housekeeping() == (1, 1)
    assert store.housekeeping() == (0, 0)
    with store.database.reading() as connection:
        rows = {row.key: row for row in connection.execute(select(outbox))}
    slim = {key for key, row in rows.items() if not row.opaque}
    assert (set(rows), slim) == ({"sent", "dead", "pending"}, {"sent"})
    assert (rows["sent"].facts, rows["sent"].settled_at) == ("{}", None)


def test_what_was_said_is_not_said_again_however_long_ago_that_was(
    store: Store, team: Team, machine: FakeMachine
) -> None:
    for _ in range(2):
        with store.write(team.workspace_id) as unit:
            unit.outbox.greet(FirstWord(team.ae.id))
            unit.commit()
        for job in store.delivery.lease(9, lease=timedelta(minutes=2)):
            store.delivery.sent(job, ts="1.1", channel="D1")
        machine.advance(timedelta(days=40))
        store.housekeeping()
    with store.database.reading() as connection:
        greeted = connection.execute(select(outbox.c.state).where(outbox.c.kind == "welcome"))
        assert list(greeted.scalars()) == ["sent"]
    assert store.delivery.lease(9, lease=timedelta(minutes=2)) == []


def test_an_instant_comes_back_in_utc_with_its_microseconds(
    store: Store, team: Team, clock: FixedClock
) -> None:
    at = clock.advance(timedelta(microseconds=1))
    with store.write(team.workspace_id) as unit:
        unit.workspace_pause(at.astimezone(ZoneInfo("Asia/Kolkata")))
        paused_at = unit.workspace.paused_at
    assert paused_at == at
    assert paused_at is not None
    assert paused_at.tzinfo is UTC


def test_a_naive_instant_is_refused(store: Store, team: Team, clock: FixedClock) -> None:
    naive = clock.now().replace(tzinfo=None)
    with store.write(team.workspace_id) as unit, pytest.raises(Exception, match="naive"):
        unit.workspace_pause(naive)
