"""A process over HTTP on a machine whose clock is wrong."""

from pathlib import Path

import pytest

from tests.crash.process import LARKFIELD, living, wait
from tests.faults.wall import NO_FAKETIME, Wall, library

AHEAD = 1200.0
"""Seconds; Slack's requests are too old after 300."""


@pytest.mark.skipif(library() is None, reason=NO_FAKETIME)
def test_a_process_whose_clock_is_off_is_not_ready_and_knows_slacks_requests_all_the_same(
    tmp_path: Path,
) -> None:
    with living(tmp_path, over_http=True) as life:
        life.environ = Wall(tmp_path / "wall", ahead=AHEAD).environ()
        life.start()
        wait(lambda: life.page("/healthz")[0] == 200)
        status, facts = life.page("/readyz")
        problem = "The clock of this machine is more than four minutes off."
        assert (status, facts["problem"]) == (503, problem)
        assert facts["clock_drift_seconds"] == pytest.approx(AHEAD, abs=30)
        assert life.person("maya").slash("/handoff", channel=LARKFIELD).answered
