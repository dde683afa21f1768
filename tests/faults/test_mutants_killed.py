"""Mutants that show when the process dies, and that every mutant is caught somewhere."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults import test_clock_step, test_mutants
from tests.faults.catching import NOTICES, Case, catch, some
from tests.faults.invariants import Invariant
from tests.faults.mutants import Mutant
from tests.faults.run import Conditions

LATE = Conditions(
    # Slower than elsewhere: a death leaves time for a short lease before the quarantine ends.
    factor=14,
    streams=NOTICES,
    through=True,
    rules=(some("late", range(1, 5), seconds=4.1, most_seconds=4.4),),
)
LATE_AND_DEAD = replace(LATE, kills=1, kill_after=(0.0, 0.0), kill_amid=4)
# Who dies before anything was said has nothing to say again.
SAID_AGAIN = Conditions(streams=NOTICES, kills=2, kill_after=(0.1, 0.3), kill_every=5)
CASES = (
    Case(
        LATE_AND_DEAD,
        {Mutant.SHORT_LEASE: Invariant.ONCE},
        passes={Mutant.SHORT_LEASE: LATE},
    ),
    Case(SAID_AGAIN, {Mutant.NO_DEDUP_KEY: Invariant.ONE_INTENT}),
)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda one: "-".join(one.breaks))
def test_mutants_are_caught_where_the_sound_bot_passes(case: Case, tmp_path: Path) -> None:
    catch(case, tmp_path)


def test_every_mutant_is_caught_somewhere() -> None:
    caught = [mutant for case in (*test_mutants.CASES, *CASES) for mutant in case.breaks]
    assert sorted([*caught, test_clock_step.CAUGHT]) == sorted(Mutant)
