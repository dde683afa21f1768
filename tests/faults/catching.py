"""Whoever says that nothing is lost must be able to say that something is."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.builders import migrated_file
from tests.faults.invariants import Invariant, breaches, told
from tests.faults.mutants import Mutant
from tests.faults.run import Conditions, Outcome, Rule, run
from tests.faults.world import Stream

NOTICES = (Stream(first=0, count=40, begins=0.0, per_second=80.0),)


def some(trouble: str, calls: range, **more: float) -> Rule:
    """Trouble for these calls, so that nothing is left to chance."""
    return {"method": "chat.postMessage", "trouble": trouble, "calls": list(calls), **more}


@dataclass(frozen=True)
class Case:
    """Mutants that show under the same conditions, and what each of them breaks at least."""

    conditions: Conditions
    breaks: Mapping[Mutant, Invariant]
    passes: Mapping[Mutant, Conditions] = field(default_factory=dict)
    """Where these show nothing: it is not for another reason that they are caught."""


def catch(case: Case, folder: Path) -> None:
    """Run the sound bot and every mutant, two at a time; it passes, and each of them is caught.

    And it is caught by this alone: under the milder conditions of `passes` it shows nothing.
    """
    names = ("sound", *case.breaks, *(f"harmless-{mutant}" for mutant in case.passes))
    for name in names:
        (folder / name).mkdir()
        (folder / name / "handoff.db").write_bytes(migrated_file())
    with ThreadPoolExecutor(2) as beside:
        sound = beside.submit(_go, case.conditions, folder / "sound")
        mutated = {
            mutant: beside.submit(_go, replace(case.conditions, mutant=mutant), folder / mutant)
            for mutant in case.breaks
        }
        harmless = {
            mutant: beside.submit(
                _go, replace(milder, mutant=mutant), folder / f"harmless-{mutant}"
            )
            for mutant, milder in case.passes.items()
        }
        (passes,) = sound.result().evidence
        assert not breaches(passes), told(breaches(passes))
        for mutant, breaks in case.breaks.items():
            (fails,) = mutated[mutant].result().evidence
            found = breaches(fails)
            assert breaks in found, f"{mutant}: {told(found)}"
        for mutant, run_of in harmless.items():
            (shows,) = run_of.result().evidence
            assert not breaches(shows), f"{mutant}: {told(breaches(shows))}"


def _go(conditions: Conditions, folder: Path) -> Outcome:
    return run(conditions, f"sqlite:///{folder / 'handoff.db'}", folder / "processes")
