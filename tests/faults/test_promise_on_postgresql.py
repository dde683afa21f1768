"""Never lost, never doubled, by three processes on one server."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.storage.engine import open_database
from bot.storage.migrate import migrate
from tests import postgres
from tests.faults.figures import Figure
from tests.faults.promise import TROUBLE, keep_it


def _build(url: str) -> None:
    database = open_database(url)
    migrate(database)
    database.close()


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.usefixtures("postgres_server")
def test_nothing_is_lost_or_doubled_whatever_dies_or_fails(tmp_path: Path, figure: Figure) -> None:
    conditions = replace(TROUBLE, processes=3)
    with postgres.database(template_name=postgres.template("migrated", _build)) as url:
        keep_it(conditions, url, tmp_path / "processes", figure, on="PostgreSQL × 3")
