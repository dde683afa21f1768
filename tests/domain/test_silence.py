"""Whether the AE was silent: what is looked at a day after the signature."""

from datetime import timedelta

import pytest

from bot.domain.breakdowns import Breakdown
from bot.domain.completeness import Completeness
from bot.domain.deadlines import Step, to_look_for_silence
from bot.domain.nudging import Stage
from bot.domain.silence import looked_at, weigh_silence
from tests.domain.deals import HOUR, MONDAY, gated, owed_of, signed, started

DAY = 24 * HOUR
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("filled", "counted", "silent"),
    [(7, 23, True), (8, 23, False), (2, 7, True), (3, 7, False), (1, 3, True), (0, 0, False)],
)
def test_two_thirds_still_open_is_silence(filled: int, counted: int, silent: bool) -> None:
    handoff = signed()
    weigh_silence(handoff, Completeness(filled, counted), at=MONDAY + DAY)
    assert (Breakdown.AE_SILENT in handoff.breakdowns) is silent


def test_nobody_is_silent_before_the_day_is_over_nor_before_the_signature() -> None:
    for handoff, at in ((signed(), MONDAY + DAY - MINUTE), (started(), MONDAY + DAY)):
        weigh_silence(handoff, Completeness(0, 23), at=at)
        assert handoff.breakdowns == {}
    assert looked_at(started()) is None


def test_a_corrected_signature_takes_it_off() -> None:
    handoff = signed()
    weigh_silence(handoff, Completeness(0, 23), at=MONDAY + DAY)
    handoff.signed_at = MONDAY + 2 * HOUR
    weigh_silence(handoff, Completeness(0, 23), at=MONDAY + DAY)
    assert handoff.breakdowns == {}


def test_it_is_looked_at_once_a_day_after_the_signature_and_not_past_the_gate() -> None:
    brief = owed_of(signed())[Step.BRIEF]
    assert not to_look_for_silence(brief, now=MONDAY + DAY - MINUTE)
    assert to_look_for_silence(brief, now=MONDAY + DAY)
    ready = owed_of(gated())[Step.BRIEF]
    assert Stage.SILENT not in {plan.stage for plan in ready.stages}
