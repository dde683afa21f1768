"""Bringing a database to the schema this version expects."""

from importlib import resources

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from bot.storage.engine import Database

_LOCK = 7_205_759_403
"""Any number, as long as every replica takes the same one."""


def migrate(database: Database) -> None:
    """Run the steps still missing, in one transaction; replicas that start together take turns."""
    with (
        resources.as_file(resources.files("bot.storage.migrations")) as scripts,
        database.writing() as connection,
    ):
        if database.dialect == "postgresql":
            # Another replica's migration may take longer than an act may wait.
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config = Config()
        config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
