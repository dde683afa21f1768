"""What a run is summed up as, always with the factor of its constants."""

from collections.abc import Callable

from tests.faults.evidence import Evidence, Timing
from tests.faults.factor import told as factor_told
from tests.faults.invariants import breaches, counted, drains_within, reminders_held_against
from tests.faults.run import Conditions, Outcome

Figure = Callable[[str], None]
"""Has a line stand in the summary of a test run."""


def summed_up(name: str, conditions: Conditions, outcome: Outcome) -> str:
    """A few lines about one run."""
    notices, lost, doubled = (
        sum(numbers) for numbers in zip(*map(counted, outcome.evidence), strict=True)
    )
    took, bound, timing = max(map(_drained, outcome.evidence), key=lambda one: one[0] / one[1])
    wrong = sum(len(set(one)) for one in breaches(*outcome.evidence).values())
    reminders, fell_due = reminders_held_against(outcome.evidence)
    surfaces = sum(len(seen.rows.surfaces) for seen in outcome.evidence)
    return (
        f"{name}: {lost} lost and {doubled} doubled of {notices} notices, with {outcome.kills} "
        f"kills, {outcome.freezes} freezes, {outcome.crashed} unplanned ends; {surfaces} surfaces, "
        f"{wrong} breaches\n"
        f"    {reminders} reminders held against their due times, of which {fell_due} came in the "
        "run\n"
        f"    while there was trouble, {outcome.met_share:.0%} of {outcome.met_of} posts and edits "
        f"met it, and {outcome.looks_met} of {outcome.looks_of} looks for what was in doubt did\n"
        f"    {took:.1f} s to drain {timing.backlog} waiting ({timing.in_doubt} in doubt), at most "
        f"{bound:.1f} s allowed, in the workspace nearest to that; {factor_told(conditions.factor)}"
    )


def _drained(seen: Evidence) -> tuple[float, float, Timing]:
    """How long it took, and may have taken at most."""
    timing = seen.timing
    return timing.drained - timing.calmed, drains_within(seen.constants, timing), timing
