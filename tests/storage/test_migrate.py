from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from bot.storage.engine import open_database
from bot.storage.migrate import migrate
from bot.storage.tables import metadata


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
