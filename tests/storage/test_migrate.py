from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, inspect, select, text, update

from bot.domain.history import Tag
from bot.domain.notices import Notice, NoticeKind, Place, Priority
from bot.storage.channels import ChannelFacts
from bot.storage.engine import Database, open_database
from bot.storage.migrate import Schema, migrate, newest_revision, schema_of
from bot.storage.tables import channel, event, handoff, metadata, person, workspace
from bot.storage.unit_of_work import Store
from tests.builders import Team
from tests.storage.test_chats import SPOT, begun


@pytest.fixture
def empty_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database in which nothing was migrated yet, on each dialect."""
    if dialect == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


def upgrade(database: Database, revision: str) -> None:
    """Migrate up to a revision, as the version did that ended there."""
    with database.writing() as connection:
        moved(connection, command.upgrade, revision)
        connection.commit()


def test_the_migrated_schema_is_the_one_the_tables_describe(url: str) -> None:
    database = open_database(url)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    database.close()
    assert differences == []


def test_partial_indexes_have_the_conditions_the_tables_describe(url: str, tmp_path: Path) -> None:
    migrated = open_database(url)
    described = open_database(f"sqlite:///{tmp_path / 'described.db'}")
    if migrated.dialect == "postgresql":
        described.close()
        described = migrated
    with described.writing() as connection:
        if described is migrated:
            metadata.drop_all(connection)
        metadata.create_all(connection)
        wanted = _conditions(connection)
        # Left without a commit: the migrated schema is what stays.
    with migrated.reading() as connection:
        found = _conditions(connection)
    described.close()
    migrated.close()
    assert found == wanted
    assert "ix_outbox_pending" in found


def _conditions(connection: Connection) -> dict[str, str]:
    schema = inspect(connection)
    found: dict[str, str] = {}
    for table in metadata.tables:
        for index in schema.get_indexes(table):
            for option, where in index.get("dialect_options", {}).items():
                if option.endswith("_where"):
                    found[str(index["name"])] = str(where)
    return found


def test_what_stands_where_outsiders_read_already_is_taken_down_after_the_upgrade(
    store: Store, team: Team
) -> None:
    with store.write(team.workspace_id) as unit:
        safe = unit.channels.ensure("C0SAFE", facts=ChannelFacts(bot_inside=True))
        for place in (team.channel.id, safe.id):
            unit.outbox.add(
                Notice(
                    NoticeKind.STATUS_POST,
                    Place.CHANNEL,
                    f"status:{place}",
                    Priority.ANSWER,
                    person_id=team.revops.id,
                    channel_id=place,
                )
            )
        unit.commit()
    for job in store.delivery.lease(9, lease=timedelta(minutes=2)):
        store.delivery.sent(job, ts="5.5", channel="C")
    with store.database.writing() as connection:
        # As an older version left it, which took nothing down.
        shared = update(channel).where(channel.c.id == team.channel.id).values(shared=True)
        connection.execute(shared)
        moved(connection, command.downgrade, "0003")
        connection.commit()
    migrate(store.database)
    (job,) = store.delivery.lease(9, lease=timedelta(minutes=2))
    assert job.stands == "5.5"
    assert job.notice is not None
    assert job.notice.channel_id == team.channel.id


def moved(connection: Connection, move: Callable[[Config, str], None], revision: str) -> None:
    config = Config()
    with resources.as_file(resources.files("bot.storage.migrations")) as scripts:
        config.set_main_option("script_location", str(scripts))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        move(config, revision)


def test_migrating_twice_changes_nothing(url: str) -> None:
    database = open_database(url)
    migrate(database)
    with database.reading() as connection:
        tables = set(inspect(connection).get_table_names())
    database.close()
    assert tables == {*metadata.tables, "alembic_version"}


def test_a_brief_acknowledged_before_has_its_checks_asked_for_from_the_upgrade_on(
    empty_url: str,
) -> None:
    database = open_database(empty_url)
    upgrade(database, "0010")
    began = datetime.now(UTC)
    with database.writing() as connection:
        for number, (state, acknowledged) in enumerate(
            (("open", began - timedelta(days=9)), ("open", None), ("closed", began)), 1
        ):
            _old_handoff(connection, number, state, acknowledged)
        connection.commit()
    migrate(database)
    with database.reading() as connection:
        columns = (handoff.c.reopened_at, handoff.c.checks_at, handoff.c.mismatches)
        asked, *others = connection.execute(select(*columns).order_by(handoff.c.id)).all()
    database.close()
    assert began <= asked.reopened_at <= datetime.now(UTC)
    assert (asked.checks_at, asked.mismatches) == (None, 0)
    assert [one.reopened_at for one in others] == [None, None]


def test_since_when_a_call_is_required_is_taken_from_the_history(empty_url: str) -> None:
    database = open_database(empty_url)
    upgrade(database, "0013")
    first = datetime(2026, 3, 4, 9, tzinfo=UTC)
    with database.writing() as connection:
        for number in (1, 2):
            _old_handoff(connection, number, "open", None)
        for seq, tag in enumerate(("reading.mismatched", Tag.CALL_REQUIRED.value), 1):
            told = {"handoff_id": 1, "workspace_id": 1, "seq": seq, "tag": tag}
            at = first + timedelta(hours=seq)
            connection.execute(insert(event), {**told, "at": at, "body": "{}", "hash": bytes(32)})
        connection.commit()
    migrate(database)
    with database.reading() as connection:
        found = connection.execute(select(handoff.c.call_required_at).order_by(handoff.c.id))
        assert list(found.scalars()) == [first + timedelta(hours=2), None]
    database.close()


def _old_handoff(
    connection: Connection, number: int, state: str, acknowledged: datetime | None
) -> None:
    """A handoff as a version without the checks wrote it."""
    now = datetime.now(UTC)
    if number == 1:
        texts = {"enterprise_id": "", "team_id": "T1", "bot_user_id": "", "name": ""}
        connection.execute(insert(workspace), {"id": 1, **texts})
        flags = ("workspace_admin", "guest", "external", "bot", "deactivated")
        who = {"slack_id": "U1", "name": "Ana", "zone": "UTC", "region": ""}
        connection.execute(
            insert(person), {"id": 1, "workspace_id": 1, **who, **dict.fromkeys(flags, False)}
        )
        marks = ("private", "direct", "shared", "pending", "guests", "archived", "bot_inside")
        where = {"slack_id": "C1", "name": "deal"}
        connection.execute(
            insert(channel), {"id": 1, "workspace_id": 1, **where, **dict.fromkeys(marks, False)}
        )
    connection.execute(
        insert(handoff),
        {
            "id": number,
            "workspace_id": 1,
            "channel_id": 1,
            "account": "Northwind",
            "value_cents": 1,
            "currency": "USD",
            "tier": "full",
            "ae_id": 1,
            "started_by": 1,
            "started_at": now,
            "links": "[]",
            "state": state,
            "brief_version": 1,
            "items_filled": 0,
            "items_counted": 0,
            "acknowledged_at": acknowledged,
            "event_count": 0,
            "head": bytes(32),
            "attention_state": "nothing",
        },
    )


def test_what_was_deleted_in_a_chat_stays_so_after_the_upgrade(store: Store, team: Team) -> None:
    chat = begun(store, team)
    with store.write(team.workspace_id) as unit:
        for ts, words in (("1.1", "Their lease"), ("1.2", "")):
            unit.chats.collect(chat.id, SPOT, ts, words)
        unit.commit()
    with store.database.writing() as connection:
        moved(connection, command.downgrade, "0058")
        connection.commit()
    migrate(store.database)
    with store.read(team.workspace_id) as unit:
        kept = {one.ts: (one.edited, one.deleted) for one in unit.chats.messages(chat.id, SPOT)}
    assert kept == {"1.1": ("", False), "1.2": ("", True)}


def test_how_far_a_schema_is_can_be_told_without_changing_it(empty_url: str) -> None:
    database = open_database(empty_url)
    newest = newest_revision()
    empty = schema_of(database)
    assert (empty.at, empty.newest, empty.current) == (None, newest, False)
    upgrade(database, "0010")
    behind = schema_of(database)
    assert (behind.at, behind.current) == ("0010", False)
    assert empty.pending is not None
    assert behind.pending == empty.pending - 10
    migrate(database)
    assert schema_of(database) == Schema(newest, newest, 0)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()
    assert schema_of(database) == Schema("9999", newest, None)
    database.close()


@pytest.mark.parametrize("url", ["mysql://localhost/handoff", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="SQLite"):
        open_database(url)
