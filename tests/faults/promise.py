"""Never lost, never doubled: under kills, faults, late acceptance and a frozen process.

One for each database, in files of their own: two workers run them side by side.
"""

from pathlib import Path

from tests.faults.copies import wrong_in
from tests.faults.figures import Figure, summed_up
from tests.faults.invariants import breaches, counted, told
from tests.faults.run import Conditions, look_shares, run, shares
from tests.faults.world import Stream

KILLS, NOTICES, SHARE = 26, 1_500, 0.30
WORKSPACES = 3
SAID = 1_380
"""Of the notices; the clock and what is late say the others."""
THIRTY_PERCENT = shares(
    [
        ("limited", 0.004, {"seconds": 1.0}),
        ("refused", 0.09, {}),
        ("lost", 0.09, {}),
        ("reset", 0.091, {}),
        ("slow", 0.015, {"seconds": 1.2, "most_seconds": 1.8}),
        ("hang", 0.01, {"seconds": 1.5}),
        ("late", 0.03, {"seconds": 1.3, "most_seconds": 3.0}),
        ("lag", 0.15, {"seconds": 0.2, "most_seconds": 1.0}),
    ]
)
"""A little more, of whatever is sent; the lag comes on top."""
TEN_PERCENT = look_shares([("refused", 0.04), ("lost", 0.03), ("reset", 0.03)])
"""Of the looks for what is in doubt."""
TROUBLE = Conditions(
    workspaces=WORKSPACES,
    # Each death leaves leases on those it was sending to; of few readers soon none would be free.
    readers=90,
    streams=(Stream(first=0, count=SAID // WORKSPACES, begins=0.0, per_second=30.0),),
    cards=3,
    rename_every=1.0,
    rename_until=15.0,
    dues=10,
    due_from=4.0,
    due_until=15.0,
    cancelled=3,
    rules=THIRTY_PERCENT,
    look_rules=TEN_PERCENT,
    until_accepted=int(0.9 * SAID),
    kills=KILLS,
    kill_after=(0.1, 0.4),
    kill_every=20,
    freezes=1,
    freeze_for=6.5,
)


def keep_it(conditions: Conditions, url: str, folder: Path, figure: Figure, *, on: str) -> None:
    """Run under trouble, note what came of it, and see that every invariant holds."""
    outcome = run(conditions, url, folder)
    figure(summed_up(on, conditions, outcome))
    found = breaches(*outcome.evidence)
    assert not found, told(found)
    counts = zip(*map(counted, outcome.evidence), strict=True)
    notices, lost, doubled = map(sum, counts)
    assert notices >= NOTICES
    assert (lost, doubled) == (0, 0)
    # A slow machine has not sent all of what is wanted by then.
    assert outcome.under_trouble >= NOTICES / 2
    assert [wrong for copy in outcome.copies for wrong in wrong_in(copy, outcome.evidence)] == []
    assert len(outcome.copies) == conditions.copies
    assert outcome.kills >= KILLS - 1
    assert outcome.crashed == 0, outcome.log[-2000:]
    assert outcome.met_share >= SHARE * 0.95
    assert outcome.looks_met > 0
