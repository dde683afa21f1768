"""The look at rest is one at every surface: what nobody could look at is told."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.storage.tables import surface
from tests.builders import migrated_file
from tests.faults.at_rest import wrong_at_rest
from tests.faults.factor import CI_FACTOR, divided
from tests.faults.run import Conditions, Scene, scene


@pytest.fixture
def prepared(tmp_path: Path) -> Iterator[Scene]:
    """One handoff, of which nothing is posted."""
    path = tmp_path / "handoff.db"
    path.write_bytes(migrated_file())
    with scene(Conditions(cards=1, readers=3), f"sqlite:///{path}") as found:
        found.clock.at = found.starts
        yield found


def _looked(prepared: Scene) -> tuple[int, list[str]]:
    """How many surfaces there are, and what is said of them."""
    (place,) = prepared.places
    with prepared.store.database.reading() as connection:
        count = connection.execute(select(func.count()).select_from(surface)).scalar_one()
    standing = place.server.workspace
    wrong = wrong_at_rest(prepared.store, place.workspace_id, standing, divided(CI_FACTOR))
    assert count > 0
    return count, wrong


def test_what_was_never_posted_is_told(prepared: Scene) -> None:
    count, wrong = _looked(prepared)
    assert len([one for one in wrong if "is not there" in one]) == count == len(wrong)


def test_surfaces_of_a_blocked_workspace_are_told_as_not_looked_at(prepared: Scene) -> None:
    prepared.store.delivery.block_workspace(prepared.places[0].workspace_id, "token_revoked")
    count, wrong = _looked(prepared)
    assert len([one for one in wrong if "was not looked at" in one]) == count == len(wrong)


def test_surfaces_that_somebody_still_holds_are_told_as_not_looked_at(prepared: Scene) -> None:
    jobs = prepared.store.delivery.lease(50, lease=timedelta(hours=1))
    held = {f"{job.surface.kind.value} {job.id}" for job in jobs if job.surface is not None}
    _, wrong = _looked(prepared)
    told = {one.partition(" was not looked at")[0] for one in wrong if "not looked at" in one}
    assert held
    assert held <= told
