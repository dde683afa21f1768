"""Whoever says that nothing is lost must be able to say that something is."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.builders import migrated_file
from tests.faults.invariants import Invariant, breaches, told
from tests.faults.mutants import Mutant
from tests.faults.run import Conditions, Outcome, Rule, run
from tests.faults.world import Stream

NOTICES = (Stream(first=0, count=40, begins=0.0, per_second=80.0),)


def some(trouble: str, calls: range, **more: float) -> Rule:
    """Trouble for these calls, so that nothing is left to chance."""
    return {"method": "chat.postMessage", "trouble": trouble, "calls": list(calls), **more}


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
DEATHS = replace(
    LATE,
    rules=(some("late", range(1, 16), seconds=2.2, most_seconds=3.2),),
    kills=2,
    kill_after=(0.3, 0.6),
)
SAID_AGAIN = Conditions(streams=NOTICES, kills=1, kill_after=(0.3, 0.6))
CHANGING = Conditions(
    cards=6,
    rename_every=0.15,
    rename_until=4.0,
    rules=({"method": "chat.update", "trouble": "slow", "share": 0.7, "seconds": 0.3},),
)


@dataclass(frozen=True)
class Case:
    """Mutants that show under the same conditions, and what each of them breaks at least."""

    conditions: Conditions
    breaks: Mapping[Mutant, Invariant]


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
    Case(DEATHS, {Mutant.SHORT_LEASE: Invariant.ONCE}),
    Case(SAID_AGAIN, {Mutant.NO_DEDUP_KEY: Invariant.ONE_INTENT}),
    Case(CHANGING, {Mutant.BY_HASH_ALONE: Invariant.AT_REST}),
)


def go(conditions: Conditions, folder: Path) -> Outcome:
    return run(conditions, f"sqlite:///{folder / 'handoff.db'}", folder / "processes")


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda one: "-".join(one.breaks))
def test_mutants_are_caught_where_the_sound_bot_passes(case: Case, tmp_path: Path) -> None:
    for name in ("sound", *case.breaks):
        (tmp_path / name).mkdir()
        (tmp_path / name / "handoff.db").write_bytes(migrated_file())
    with ThreadPoolExecutor() as all_at_once:
        sound = all_at_once.submit(go, case.conditions, tmp_path / "sound")
        mutated = {
            mutant: all_at_once.submit(
                go, replace(case.conditions, mutant=mutant), tmp_path / mutant
            )
            for mutant in case.breaks
        }
        (passes,) = sound.result().evidence
        assert not breaches(passes), told(breaches(passes))
        for mutant, breaks in case.breaks.items():
            (fails,) = mutated[mutant].result().evidence
            found = breaches(fails)
            assert breaks in found, f"{mutant}: {told(found)}"


def test_every_mutant_is_caught_here_or_where_the_clock_is_set_back() -> None:
    caught = [mutant for case in CASES for mutant in case.breaks]
    assert sorted([*caught, Mutant.NO_WATCHDOG]) == sorted(Mutant)
