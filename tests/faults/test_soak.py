"""What a soak says did not hold: each line once, and whatever ended by itself."""

from tests.faults.by_hand import CALM_AT, ByHand
from tests.faults.figures import summed_up
from tests.faults.invariants import Invariant
from tests.faults.run import Conditions, Outcome
from tests.faults.soak import wrong_of


def _outcome(*made: ByHand, crashed: int = 0) -> Outcome:
    seen = [one.seen() for one in made]
    return Outcome(evidence=seen, kills=0, freezes=0, crashed=crashed, met={}, met_of=0)


def test_what_workspaces_have_in_common_is_told_once_with_its_count() -> None:
    made = [ByHand() for _ in range(4)]
    for one in made:
        one.drained = CALM_AT + 60.0
    made[0].unsaid("said:0")
    outcome = _outcome(*made)
    once, never, drains, took = wrong_of(outcome)
    assert once == f"{Invariant.ONCE.value}: 1"
    assert never.endswith("is sent and was accepted 0 times")
    assert drains == f"{Invariant.DRAINS.value}: 1"
    assert took.strip().startswith("it took 60.0 s")
    assert took.endswith("(4 times)")
    assert "2 breaches" in summed_up("SQLite × 1", Conditions(), outcome)


def test_a_process_that_ends_by_itself_does_not_pass() -> None:
    assert wrong_of(_outcome(ByHand())) == []
    outcome = _outcome(ByHand(), crashed=2)
    assert wrong_of(outcome) == ["2 unplanned ends of a process"]
    assert "2 unplanned ends" in summed_up("SQLite × 1", Conditions(), outcome)
