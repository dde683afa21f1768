"""Mutants that show while the process lives, most of them under faults."""

from pathlib import Path

import pytest

from tests.faults.catching import NOTICES, Case, catch, some
from tests.faults.invariants import Invariant
from tests.faults.mutants import Mutant
from tests.faults.run import Conditions

LOST_ANSWERS = Conditions(
    streams=NOTICES,
    through=True,
    rules=(
        some("reset", range(3, 25, 4)),
        some("lost", range(4, 25, 8)),
        some("refused", range(5, 25, 4)),
    ),
)
LATE = Conditions(
    streams=NOTICES,
    through=True,
    rules=(some("late", range(3, 19, 2), seconds=1.3, most_seconds=2.8),),
)
CHANGING = Conditions(
    cards=6,
    rename_every=0.15,
    rename_until=4.0,
    rules=({"method": "chat.update", "trouble": "slow", "share": 0.7, "seconds": 0.3},),
)
REMINDED = Conditions(dues=2, due_from=0.0, due_until=0.0)
CASES = (
    Case(
        LOST_ANSWERS,
        {
            Mutant.SDK_RETRIES: Invariant.ONCE,
            Mutant.SENT_FIRST: Invariant.ONCE,
            Mutant.REPOSTS_BLINDLY: Invariant.ONCE,
        },
    ),
    Case(LATE, {Mutant.SHORT_QUARANTINE: Invariant.ONCE}),
    Case(CHANGING, {Mutant.BY_HASH_ALONE: Invariant.AT_REST}),
    Case(REMINDED, {Mutant.HOLDS_BACK: Invariant.BEFORE}),
)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda one: "-".join(one.breaks))
def test_mutants_are_caught_where_the_sound_bot_passes(case: Case, tmp_path: Path) -> None:
    catch(case, tmp_path)
