"""Every breakdown: what the process names is recorded when it happens, and only then."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.domain import introducing, kickoff_booking, kickoff_prep, kickoff_record
from bot.domain.breakdowns import Breakdown
from bot.domain.debriefing import weigh_debrief
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.intro import Contacted, CsBefore, Sent, Way
from bot.domain.kickoff_form import Ours, Ran
from bot.domain.kickoff_record import weigh_kickoff
from bot.domain.silence import weigh_silence
from bot.domain.verification import Checks
from bot.views.sentences.debrief import BREAKDOWNS
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CSM,
    EMPTY,
    FILLED,
    HOUR,
    KICKOFF_FORM,
    MONDAY,
    POLICY,
    assigned,
    debriefed,
    read,
    restated,
    signed,
)

TUESDAY = MONDAY + 24 * HOUR
WEDNESDAY = MONDAY + 48 * HOUR
UNSURE = Checks(metric=True, no_plan=True, champion=False)

Case = Callable[[], Handoff]


def _held(handoff: Handoff, **changed: object) -> Handoff:
    """The kickoff was held on Wednesday, prepared and after the debrief unless that is the case."""
    form = KICKOFF_FORM.model_copy(update={"held_at": WEDNESDAY, **changed}).checked()
    kickoff_record.record(
        handoff, form, before=None, revision=1, by=CSM, at=WEDNESDAY + HOUR, policy=POLICY
    )
    weigh_kickoff(handoff, MONDAY + timedelta(days=7), at=WEDNESDAY + HOUR)
    weigh_debrief(handoff, TUESDAY, at=WEDNESDAY + HOUR)
    return handoff


def _ready(*, opened: bool = True, talked: bool = True) -> Handoff:
    handoff = read()
    if opened:
        kickoff_prep.follow_reading(handoff, at=TUESDAY)
    if talked:
        debriefed(handoff, at=TUESDAY)
    return handoff


def _looked_at(*, written: bool) -> Handoff:
    handoff = signed()
    weigh_silence(handoff, FILLED if written else EMPTY, at=TUESDAY)
    return handoff


def _introduced(handoff: Handoff, *, csm_wrote: bool = False) -> Handoff:
    before = Contacted(TUESDAY - HOUR, Way.PHONE) if csm_wrote else None
    said = CsBefore.CSM if csm_wrote else CsBefore.NO
    sent = Sent(Contacted(TUESDAY, Way.EMAIL), said, before)
    introducing.mark_sent(handoff, sent, by=AE, at=TUESDAY + HOUR, policy=POLICY)
    return handoff


def _booked(days: int) -> Handoff:
    handoff = assigned()
    at = MONDAY + timedelta(days=days)
    kickoff_booking.book(handoff, at, by=CSM, at=TUESDAY, policy=POLICY)
    weigh_kickoff(handoff, MONDAY + timedelta(days=7), at=TUESDAY)
    return handoff


def _late_talk() -> Handoff:
    handoff = _ready(talked=False)
    debriefed(handoff, at=TUESDAY + 12 * HOUR)
    return _held(handoff)


def _let_through() -> Handoff:
    handoff = signed()
    handoff.override_closed_won("The board meets today", by=AE_MANAGER, at=MONDAY)
    return handoff


HAPPENED: dict[Breakdown, Case] = {
    Breakdown.AE_SILENT: lambda: _looked_at(written=False),
    Breakdown.CS_WROTE_FIRST: lambda: _introduced(read(), csm_wrote=True),
    Breakdown.BRIEF_UNOPENED: lambda: _held(_ready(opened=False)),
    Breakdown.KICKOFF_BEFORE_DEBRIEF: lambda: _held(_ready(talked=False)),
    Breakdown.KICKOFF_WITHOUT_AE: lambda: _held(_ready(), ours=(Ours.CSM,)),
    Breakdown.KICKOFF_RUN_BY_AE: lambda: _held(_ready(), ran=Ran.AE),
    Breakdown.KNOWN_ASKED_AGAIN: lambda: _held(_ready(), known_again=True),
    Breakdown.OTHER_SUCCESS: lambda: _held(_ready(), metric=False, changed="They count hours"),
    Breakdown.CLOSED_WITHOUT_GATE: _let_through,
    Breakdown.KICKOFF_LATE: lambda: _booked(14),
    Breakdown.DEBRIEF_LATE: _late_talk,
    Breakdown.INTRO_WHILE_HELD: lambda: _introduced(restated(checks=UNSURE)),
}
IN_ORDER: tuple[Case, ...] = (
    lambda: _looked_at(written=True),
    lambda: _introduced(read()),
    lambda: _held(_ready()),
    lambda: _booked(3),
)
"""The same acts as the process has them."""


def test_each_kind_has_a_case_and_words() -> None:
    assert HAPPENED.keys() == BREAKDOWNS.keys() == set(Breakdown)


@pytest.mark.parametrize("kind", Breakdown)
def test_it_is_recorded_alone_and_stands_in_the_history_once(kind: Breakdown) -> None:
    handoff = HAPPENED[kind]()
    assert set(handoff.breakdowns) == {kind}
    noted = [event.facts for event in handoff.events if event.tag is Tag.BREAKDOWN]
    assert noted == [{"kind": kind.value, "happened": True}]


@pytest.mark.parametrize("case", IN_ORDER)
def test_what_goes_as_the_process_has_it_is_none(case: Case) -> None:
    assert case().breakdowns == {}
