"""Without trouble, notices are there at the instant they were planned for."""

from pathlib import Path

import pytest

from tests.builders import migrated_file
from tests.faults.factor import CI_FACTOR
from tests.faults.factor import told as factor_told
from tests.faults.figures import Figure
from tests.faults.invariants import breaches, reminders_held_against, told
from tests.faults.punctual import GOAL, punctuality
from tests.faults.run import Conditions, run
from tests.faults.world import Stream

PLANNED = Stream(first=0, count=120, begins=4.0, per_second=6.0, lead=3.0)
"""Together half of what one process sends: whatever else the machine does must not be measured."""
CALM = Conditions(workspaces=2, readers=60, streams=(PLANNED,), dues=12, due_until=12.0)


@pytest.mark.slow
def test_notices_come_when_they_were_planned_for(tmp_path: Path, figure: Figure) -> None:
    path = tmp_path / "handoff.db"
    path.write_bytes(migrated_file())
    outcome = run(CALM, f"sqlite:///{path}", tmp_path / "processes")
    owing = [list(seen.scenario.due) for seen in outcome.evidence]
    found = punctuality(outcome.evidence, PLANNED, owing, factor=CI_FACTOR)
    figure(f"SQLite × 1, no trouble: {found.told()}; {factor_told(CI_FACTOR)}")
    for seen in outcome.evidence:
        assert not breaches(seen), told(breaches(seen))
    # Without trouble no reminder is overtaken.
    every = CALM.workspaces * CALM.dues
    assert reminders_held_against(outcome.evidence) == (every, every)
    assert len(found.delays) == CALM.workspaces * (PLANNED.count + CALM.dues)
    assert found.share >= GOAL
