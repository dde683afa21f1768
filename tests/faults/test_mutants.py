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
    kills=3,
    kill_after=(0.3, 0.6),
)
SAID_AGAIN = Conditions(streams=NOTICES, kills=3, kill_after=(0.3, 0.6))
CHANGING = Conditions(
    cards=6,
    rename_every=0.15,
    rename_until=4.0,
    rules=({"method": "chat.update", "trouble": "slow", "share": 0.7, "seconds": 0.3},),
)


@dataclass(frozen=True)
class Case:
    """Under what a mutant shows, and what it breaks at least."""

    conditions: Conditions
    breaks: Invariant


CASES: Mapping[Mutant, Case] = {
    Mutant.SDK_RETRIES: Case(LOST_ANSWERS, Invariant.ONCE),
    Mutant.SENT_FIRST: Case(LOST_ANSWERS, Invariant.ONCE),
    Mutant.REPOSTS_BLINDLY: Case(LOST_ANSWERS, Invariant.ONCE),
    Mutant.SHORT_QUARANTINE: Case(LATE, Invariant.ONCE),
    Mutant.SHORT_LEASE: Case(DEATHS, Invariant.ONCE),
    Mutant.NO_DEDUP_KEY: Case(SAID_AGAIN, Invariant.ONE_INTENT),
    Mutant.BY_HASH_ALONE: Case(CHANGING, Invariant.AT_REST),
}


def go(conditions: Conditions, folder: Path) -> Outcome:
    return run(conditions, f"sqlite:///{folder / 'handoff.db'}", folder / "processes")


@pytest.mark.slow
@pytest.mark.parametrize("mutant", CASES, ids=lambda one: one.value)
def test_a_mutant_is_caught_where_the_sound_bot_passes(mutant: Mutant, tmp_path: Path) -> None:
    case = CASES[mutant]
    for folder in (tmp_path / "sound", tmp_path / "mutated"):
        folder.mkdir()
        (folder / "handoff.db").write_bytes(migrated_file())
    with ThreadPoolExecutor(2) as both:
        sound = both.submit(go, case.conditions, tmp_path / "sound")
        mutated = both.submit(go, replace(case.conditions, mutant=mutant), tmp_path / "mutated")
        (passes,), (fails,) = sound.result().evidence, mutated.result().evidence
    assert not breaches(passes), told(breaches(passes))
    found = breaches(fails)
    assert case.breaks in found, told(found)
