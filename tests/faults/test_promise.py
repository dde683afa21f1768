"""Never lost, never doubled: under kills, faults, late acceptance and a frozen process."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.storage.engine import open_database
from bot.storage.migrate import migrate
from tests import postgres
from tests.builders import migrated_file
from tests.faults.copies import wrong_in
from tests.faults.figures import Figure, summed_up
from tests.faults.invariants import breaches, told
from tests.faults.run import Conditions, run, shares
from tests.faults.world import Stream

KILLS, NOTICES, SHARE = 26, 1_500, 0.30
WORKSPACES = 3
THIRTY_PERCENT = shares(
    [
        ("limited", 0.004, {"seconds": 1.0}),
        ("refused", 0.09, {}),
        ("lost", 0.09, {}),
        ("reset", 0.091, {}),
        ("slow", 0.015, {"seconds": 1.2, "most_seconds": 1.8}),
        ("hang", 0.01, {"seconds": 1.5}),
        ("late", 0.03, {"seconds": 1.3, "most_seconds": 3.0}),
        ("lag", 0.15, {"seconds": 0.2, "most_seconds": 1.0}),
    ]
)
"""A little more, of whatever is sent; the lag comes on top."""
TROUBLE = Conditions(
    workspaces=WORKSPACES,
    readers=30,
    streams=(Stream(first=0, count=NOTICES // WORKSPACES, begins=0.0, per_second=30.0),),
    cards=3,
    rename_until=15.0,
    dues=14,
    due_from=4.0,
    due_until=15.0,
    cancelled=4,
    rules=THIRTY_PERCENT,
    until_accepted=int(0.9 * NOTICES),
    kills=KILLS,
    kill_after=(0.1, 0.4),
    kill_every=30,
    freezes=1,
    freeze_for=7.0,
)


def _build(url: str) -> None:
    database = open_database(url)
    migrate(database)
    database.close()


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database of its own."""
    if request.param == "sqlite":
        path = tmp_path / "handoff.db"
        path.write_bytes(migrated_file())
        yield f"sqlite:///{path}"
        return
    request.getfixturevalue("postgres_server")
    with postgres.database(template_name=postgres.template("migrated", _build)) as made:
        yield made


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_whatever_dies_or_fails(
    url: str, tmp_path: Path, figure: Figure
) -> None:
    on_sqlite = url.startswith("sqlite:")
    conditions = replace(TROUBLE, processes=1, copies=4)
    if not on_sqlite:
        conditions = replace(TROUBLE, processes=3)
    outcome = run(conditions, url, tmp_path / "processes")
    figure(summed_up("SQLite × 1" if on_sqlite else "PostgreSQL × 3", conditions, outcome))
    for seen in outcome.evidence:
        assert not breaches(seen), told(breaches(seen))
    assert [wrong for copy in outcome.copies for wrong in wrong_in(copy, outcome.evidence)] == []
    assert len(outcome.copies) == conditions.copies
    assert outcome.kills >= KILLS - 1
    assert outcome.crashed == 0, outcome.log[-2000:]
    assert outcome.met_share >= SHARE * 0.95
