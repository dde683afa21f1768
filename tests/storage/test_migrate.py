from datetime import timedelta
from importlib import resources
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, update

from bot.domain.notices import Notice, NoticeKind, Place, Priority
from bot.storage.channels import ChannelFacts
from bot.storage.engine import open_database
from bot.storage.migrate import migrate
from bot.storage.tables import channel, metadata
from bot.storage.unit_of_work import Store
from tests.builders import Team


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
        _downgrade(connection, "0003")
        connection.commit()
    migrate(store.database)
    (job,) = store.delivery.lease(9, lease=timedelta(minutes=2))
    assert job.stands == "5.5"
    assert job.notice is not None
    assert job.notice.channel_id == team.channel.id


def _downgrade(connection: Connection, revision: str) -> None:
    config = Config()
    with resources.as_file(resources.files("bot.storage.migrations")) as scripts:
        config.set_main_option("script_location", str(scripts))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def test_migrating_twice_changes_nothing(url: str) -> None:
    database = open_database(url)
    migrate(database)
    with database.reading() as connection:
        tables = set(inspect(connection).get_table_names())
    database.close()
    assert tables == {*metadata.tables, "alembic_version"}


@pytest.mark.parametrize("url", ["mysql://localhost/handoff", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="SQLite"):
        open_database(url)
