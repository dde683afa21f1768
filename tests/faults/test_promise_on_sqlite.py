"""Never lost, never doubled, by one process on a file."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders import migrated_file
from tests.faults.figures import Figure
from tests.faults.promise import TROUBLE, keep_it


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_whatever_dies_or_fails(tmp_path: Path, figure: Figure) -> None:
    path = tmp_path / "handoff.db"
    path.write_bytes(migrated_file())
    conditions = replace(TROUBLE, processes=1, copies=4)
    keep_it(conditions, f"sqlite:///{path}", tmp_path / "processes", figure, on="SQLite × 1")
