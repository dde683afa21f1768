"""Everything there is goes from SQLite to PostgreSQL and back, and nothing of it is another."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, text, update

from bot.clock.sweep import Sweep
from bot.domain.history import link
from bot.domain.policy import Policy
from bot.storage.copying import copy_rows, empty, holds_anything, unsound_histories
from bot.storage.engine import Database, open_database
from bot.storage.migrate import migrate
from bot.storage.restoring import put_in_doubt
from bot.storage.tables import event, handoff, metadata, outbox, surface
from bot.storage.types import EPOCH
from tests.builders import FakeMachine, FixedClock, make_store, make_team, migrated_file, signed
from tests.delivery.desk import MINUTE, Crash, CrashAt, Desk
from tests.delivery.slack import FakeSlack, Fault, Script
from tests.flows.slack import SlackByHand, Whispers
from tests.rights.world import TEAM_CHANNEL, World

DAY = timedelta(days=1)


def _sqlite(path: Path) -> Database:
    path.write_bytes(migrated_file())
    return open_database(f"sqlite:///{path}")


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with every piece of content in it."""
    database = _sqlite(tmp_path_factory.mktemp("rich") / "handoff.db")
    clock, machine = FixedClock(), FakeMachine()
    policy = Policy(team_channel=TEAM_CHANNEL)
    store = make_store(str(database.writers.url), clock=clock, machine=machine, policy=policy)
    database.close()
    with Whispers().listening() as whispers:
        World(store, clock=clock, machine=machine, slack=SlackByHand(), whispers=whispers)
    yield store.database
    store.close()


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Database]:
    database = open_database(postgres_url)
    migrate(database)
    yield database
    database.close()


def _copied(
    source: Database, target: Database, *, in_doubt_until: datetime = EPOCH
) -> dict[str, int]:
    with source.reading() as rows, target.writing() as to:
        copied = copy_rows(rows, to, in_doubt_until=in_doubt_until)
        to.commit()
    assert copied.unsound == ()
    return dict(copied.rows)


def _everything(database: Database) -> dict[str, list[dict[str, object]]]:
    with database.reading() as connection:
        return {
            table.name: [
                dict(row)
                for row in connection.execute(
                    select(table).order_by(*table.primary_key.columns)
                ).mappings()
            ]
            for table in metadata.sorted_tables
        }


@pytest.mark.postgres
@pytest.mark.slow
def test_there_and_back_every_row_of_every_table_is_the_same(
    rich: Database, postgres: Database, tmp_path: Path
) -> None:
    back = _sqlite(tmp_path / "back.db")
    counts = _copied(rich, postgres)
    assert _copied(postgres, back) == counts
    before, there, after = (_everything(one) for one in (rich, postgres, back))
    for name in before:
        assert there[name] == before[name], name
        assert after[name] == before[name], name
    full = {name for name, count in counts.items() if count}
    assert full >= {
        *("workspace", "person", "channel", "handoff", "document", "promise", "event"),
        *("event_value", "outbox", "surface", "deadline", "copied", "promise_version"),
    }
    back.close()


@pytest.mark.postgres
@pytest.mark.slow
def test_after_a_copy_postgres_numbers_on(rich: Database, postgres: Database) -> None:
    _copied(rich, postgres)
    store = make_store(str(postgres.writers.url.render_as_string(hide_password=False)))
    with store.database.reading() as connection:
        highest = {
            table: connection.execute(select(func.max(table.c.id))).scalar_one()
            for table in (handoff, surface)
        }
    made = signed(store, make_team(store))
    assert made == highest[handoff] + 1
    with store.database.reading() as connection:
        assert connection.execute(select(func.max(surface.c.id))).scalar_one() > highest[surface]
    store.close()


@pytest.mark.postgres
@pytest.mark.parametrize("work", [empty, partial(put_in_doubt, until=EPOCH)])
def test_what_goes_over_whole_tables_is_not_cut_short_as_an_act_would_be(
    postgres: Database, work: Callable[[Connection], object]
) -> None:
    with postgres.writing() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar() != "0"
        work(connection)
        for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            assert connection.execute(text(f"SHOW {limit}")).scalar() == "0", limit


@pytest.mark.postgres
def test_who_held_a_lease_holds_none_in_the_copy(tmp_path: Path, postgres: Database) -> None:
    desk = _desk(tmp_path)
    signed(desk.store, desk.team)
    assert desk.store.delivery.lease(1, lease=DAY)
    _copied(desk.store.database, postgres)
    with postgres.reading() as connection:
        for table in (outbox, surface):
            held = select(func.count()).where(table.c.lease.is_not(None))
            assert connection.execute(held).scalar_one() == 0
    desk.store.close()


def test_what_slack_takes_only_after_the_copy_is_not_said_again(tmp_path: Path) -> None:
    desk = _desk(tmp_path)
    key = desk.say("hello")
    desk.slack.trouble = Script(chat__postMessage=[Fault.TAKEN_LATE])
    desk.hire(CrashAt("posted"))
    with pytest.raises(Crash):
        desk.work()
    target = _sqlite(tmp_path / "target.db")
    until = desk.machine.now() + desk.constants.lease
    _copied(desk.store.database, target, in_doubt_until=until)
    desk.store.close()
    desk.store = make_store(str(target.writers.url), clock=desk.clock, machine=desk.machine)
    target.close()
    desk.hire()
    desk.drain()
    assert desk.slack.ledger.keys() == [key]
    desk.store.close()


def test_only_what_was_in_hand_or_is_in_doubt_waits_in_the_copy(tmp_path: Path) -> None:
    desk = _desk(tmp_path)
    names = ("leased", "in doubt", "in doubt for longer", "neither")
    for name in names:
        desk.say(name)
    now = desk.machine.now()
    until, longer = now + MINUTE, now + 9 * MINUTE
    held = {"lease": "somebody's", "lease_until": longer}
    changed: dict[str, dict[str, object]] = {
        "leased": held,
        "in doubt": {"maybe_sent": True},
        "in doubt for longer": {"maybe_sent": True, "next_try_at": longer},
    }
    with desk.store.database.writing() as connection:
        for name, values in changed.items():
            connection.execute(update(outbox).where(outbox.c.key == name).values(**values))
        connection.commit()
    target = _sqlite(tmp_path / "target.db")
    _copied(desk.store.database, target, in_doubt_until=until)
    with target.reading() as connection:
        found = connection.execute(select(outbox.c.key, outbox.c.next_try_at)).all()
    waits = {row.key: row.next_try_at for row in found}
    assert [waits[name] for name in names] == [until, until, longer, now]
    target.close()
    desk.store.close()


@pytest.mark.postgres
def test_what_is_due_is_said_once_from_the_copy(tmp_path: Path, postgres: Database) -> None:
    desk = _desk(tmp_path)
    signed(desk.store, desk.team)
    desk.drain()
    _copied(desk.store.database, postgres)
    desk.store.close()
    before = len(desk.slack.ledger.messages)
    desk.store = make_store(
        postgres.writers.url.render_as_string(hide_password=False),
        clock=desk.clock,
        machine=desk.machine,
    )
    desk.hire()
    # By then the bot posts for the AE, and says so.
    desk.clock.advance(timedelta(hours=5))
    sweep = Sweep(store=desk.store, clock=desk.clock)
    assert sweep.run() > 0
    desk.pass_time(timedelta(minutes=2))
    said = desk.slack.ledger.keys()
    assert len(said) > before
    assert len(set(said)) == len(said)
    sweep.run()
    desk.pass_time(timedelta(minutes=2))
    assert desk.slack.ledger.keys() == said
    desk.store.close()


def test_a_history_that_was_forged_is_named_and_copied_as_it_is(tmp_path: Path) -> None:
    desk = _desk(tmp_path)
    forged = signed(desk.store, desk.team)
    signed(desk.store, desk.team)
    with desk.store.database.writing() as connection:
        connection.execute(
            update(event).where(event.c.handoff_id == forged).values(hash=link(b"", b"else"))
        )
        connection.commit()
    target = _sqlite(tmp_path / "target.db")
    with desk.store.database.reading() as rows, target.writing() as to:
        assert copy_rows(rows, to, in_doubt_until=EPOCH).unsound == (forged,)
        to.commit()
    assert _everything(target)["event"] == _everything(desk.store.database)["event"]
    with target.reading() as connection:
        assert unsound_histories(connection) == (forged,)
    target.close()
    desk.store.close()


def test_without_a_commit_nothing_is_there(tmp_path: Path) -> None:
    desk = _desk(tmp_path)
    signed(desk.store, desk.team)
    target = _sqlite(tmp_path / "target.db")
    with desk.store.database.reading() as rows, target.writing() as to:
        copy_rows(rows, to, in_doubt_until=EPOCH)
    with target.reading() as connection:
        assert not holds_anything(connection)
    target.close()
    desk.store.close()


def _desk(folder: Path) -> Desk:
    database = _sqlite(folder / "handoff.db")
    machine, clock = FakeMachine(), FixedClock()
    store = make_store(str(database.writers.url), clock=clock, machine=machine)
    database.close()
    return Desk(store, make_team(store), FakeSlack(machine), clock)
