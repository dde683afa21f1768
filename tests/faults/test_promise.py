"""Never lost, never doubled: under kills, faults, late acceptance and a frozen process."""

from collections.abc import Iterator
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
THIRTY_PERCENT = shares(
    [
        ("limited", 0.004, {"seconds": 1.0}),
        ("refused", 0.08, {}),
        ("lost", 0.08, {}),
        ("reset", 0.081, {}),
        ("slow", 0.015, {"seconds": 1.2, "most_seconds": 1.8}),
        ("hang", 0.01, {"seconds": 1.5}),
        ("late", 0.03, {"seconds": 1.3, "most_seconds": 3.0}),
        ("lag", 0.15, {"seconds": 0.2, "most_seconds": 1.0}),
    ]
)
"""Of whatever is sent; the lag comes on top."""
TROUBLE = Conditions(
    readers=60,
    streams=(Stream(first=0, count=NOTICES, begins=0.0, per_second=65.0),),
    cards=6,
    rename_until=20.0,
    dues=40,
    due_from=6.0,
    due_until=22.0,
    cancelled=12,
    rules=THIRTY_PERCENT,
    kills=KILLS,
    kill_after=(0.1, 0.6),
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
    conditions = Conditions(
        **{
            **vars(TROUBLE),
            "processes": 1 if on_sqlite else 3,
            "copies": 4 if on_sqlite else 0,
        }
    )
    outcome = run(conditions, url, tmp_path / "processes")
    (seen,) = outcome.evidence
    figure(summed_up("SQLite × 1" if on_sqlite else "PostgreSQL × 3", conditions, outcome))
    found = breaches(seen)
    assert not found, told(found)
    assert [wrong for copy in outcome.copies for wrong in wrong_in(copy, [seen])] == []
    assert len(outcome.copies) == conditions.copies
    assert outcome.kills >= KILLS - 1
    assert outcome.crashed == 0, outcome.log[-2000:]
    assert outcome.met_share >= SHARE * 0.8
