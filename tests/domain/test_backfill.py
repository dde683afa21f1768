"""A deal that is told of long after its signature has two dates, and nothing of it is ever late."""

from datetime import date, datetime, timedelta

import pytest

from bot.domain.backfill import (
    TwoDates,
    in_retrospect,
    two_dates,
    weigh_backfill,
    without_clocks,
)
from bot.domain.breakdowns import Breakdown
from bot.domain.closing import unfinished
from bot.domain.deadlines import Deadline, DeadlineState, Step, deadlines, snooze, spoken
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.items import Item
from bot.domain.kickoff import kickoff_time
from bot.domain.nudging import Stage
from bot.domain.read_models import Light, light_of
from bot.domain.reviewing import day_now
from bot.domain.reviews import ReviewDay
from tests.domain.deals import (
    AE,
    CS_MANAGER,
    CSM,
    EMPTY,
    FILLED,
    HOUR,
    POLICY,
    Office,
    fill,
    started,
    utc,
)

OFFICE = Office()
BERLIN = OFFICE.calendar_of(AE.id, None)
SIGNED = utc("2025-06-02T13:00")
"""Monday 15:00 in Berlin; business day 5 is Monday 9 June, and ends at 18:00."""
TOLD = utc("2025-06-11T08:00")
"""Wednesday 10:00."""
OPEN, AGREED, UNTIMED = DeadlineState.OPEN, DeadlineState.AGREED, DeadlineState.UNTIMED


def told(at: datetime = TOLD, *, commitment_on: date | None = date(2025, 6, 18)) -> Handoff:
    handoff = started(at=at, signed_at=SIGNED, expected_on=None, commitment_on=commitment_on)
    weigh_backfill(handoff, BERLIN, at=at)
    return handoff


def owed(handoff: Handoff, *, now: datetime = TOLD) -> dict[Step, Deadline]:
    made = deadlines(handoff, POLICY, OFFICE.calendar_of, manager_of=OFFICE.manager_of, now=now)
    return {one.step: one for one in without_clocks(handoff, made, OFFICE.calendar_of)}


@pytest.mark.parametrize(
    ("at", "backfilled"),
    [
        ("2025-06-02T13:05", False),
        # The end of business day 5 itself is in time; a minute later is not.
        ("2025-06-09T16:00", False),
        ("2025-06-09T16:01", True),
        ("2025-08-01T08:00", True),
    ],
)
def test_it_is_told_of_after_business_day_five(at: str, backfilled: bool) -> None:
    assert in_retrospect(SIGNED, told_at=utc(at), ae=BERLIN) is backfilled
    assert (told(utc(at)).backfilled_at is not None) is backfilled


def test_a_signature_recorded_late_in_a_handoff_that_had_begun_makes_no_backfill() -> None:
    handoff = started(at=SIGNED - 24 * HOUR)
    handoff.countersign(SIGNED, by=AE, at=TOLD, ae=AE)
    weigh_backfill(handoff, BERLIN, at=TOLD)
    assert handoff.backfilled_at is None
    assert owed(handoff)[Step.BRIEF].state is OPEN


def test_a_corrected_signature_weighs_anew_and_the_history_has_both() -> None:
    handoff = told()
    handoff.countersign(TOLD - 24 * HOUR, by=AE, at=TOLD + HOUR, ae=AE)
    weigh_backfill(handoff, BERLIN, at=TOLD + HOUR)
    assert handoff.backfilled_at is None
    noted = [event.facts for event in handoff.events if event.tag is Tag.BACKFILLED]
    assert noted == [{"backfilled": True}, {"backfilled": False}]
    assert owed(handoff, now=TOLD + HOUR)[Step.BRIEF].state is OPEN


def test_only_the_commitment_has_a_day_and_everything_else_no_time() -> None:
    found = owed(told())
    assert {
        step: one.state for step, one in found.items() if one.state is not DeadlineState.WAITING
    }
    assert found[Step.MESSAGE].state is UNTIMED
    brief = found[Step.BRIEF]
    # 18:00 in Berlin on the day that was named.
    assert (brief.state, brief.due_at) == (AGREED, utc("2025-06-18T16:00"))
    assert OPEN not in {one.state for one in found.values()}


def test_its_owner_is_reminded_at_half_and_at_four_fifths_and_never_that_it_is_late() -> None:
    brief = owed(told())[Step.BRIEF]
    # From Wednesday 10:00 to the Wednesday after at 18:00 are 53 working hours: 26.5 are gone on
    # Monday 16 at 09:30 (8 on the 11th, 9 on the 12th and the 13th, half an hour on Monday), 42.4
    # on Tuesday 17 at 16:24 (9 on Monday, 7.4 on Tuesday).
    assert [(one.stage, one.at) for one in brief.stages] == [
        (Stage.HALF, utc("2025-06-16T07:30")),
        (Stage.MOST, utc("2025-06-17T14:24")),
    ]
    years_later = brief.due_at + timedelta(days=365)
    assert not brief.late_at(years_later)
    assert light_of(brief, as_of=years_later) is Light.AGREED
    manager = brief.manager_id
    assert manager is not None
    assert spoken(brief, manager, until=years_later).plan is None


def test_what_has_no_time_says_nothing_to_anybody() -> None:
    message = owed(told())[Step.MESSAGE]
    assert message.stages == ()
    assert message.next_at is None
    assert light_of(message, as_of=TOLD + timedelta(days=99)) is Light.UNTIMED


def test_a_brief_that_was_sent_back_has_no_day_any_more() -> None:
    handoff = assigned()
    handoff.send_back((Item.METRIC,), "Which number?", by=CSM, at=TOLD + 3 * HOUR)
    assert owed(handoff, now=TOLD + 3 * HOUR)[Step.BRIEF].state is UNTIMED


def test_the_kickoff_has_the_day_that_was_named_and_none_before() -> None:
    handoff = assigned()
    assert owed(handoff)[Step.KICKOFF].state is UNTIMED
    assert kickoff_time(handoff, POLICY, OFFICE.calendar_of) is None
    assert two_dates(handoff) == TwoDates(date(2025, 6, 18), None)
    handoff.propose_kickoff(utc("2025-06-25T14:00"), shown=None, by=AE, at=TOLD + 3 * HOUR)
    kickoff = owed(handoff)[Step.KICKOFF]
    # The CSM works in New York, where 18:00 is 22:00 UTC.
    assert (kickoff.state, kickoff.due_at) == (AGREED, utc("2025-06-25T22:00"))
    assert {one.stage for one in kickoff.stages} == {Stage.HALF, Stage.MOST}


def test_without_a_commitment_the_brief_has_no_time_either() -> None:
    assert owed(told(commitment_on=None))[Step.BRIEF].state is UNTIMED


def test_a_reminder_of_its_day_can_be_put_off() -> None:
    brief = owed(told())[Step.BRIEF]
    until = utc("2025-06-17T08:00")
    later = snooze(brief, until)
    assert later.next_at == until


def test_no_breakdown_is_recorded_of_it() -> None:
    handoff = told()
    handoff.note_breakdown(Breakdown.KICKOFF_BEFORE_DEBRIEF, happened=True, at=TOLD)
    assert handoff.breakdowns == {}


def assigned() -> Handoff:
    handoff = told()
    fill(handoff, TOLD + HOUR, state=EMPTY)
    fill(handoff, TOLD + HOUR, state=FILLED)
    handoff.assign_csm(CSM, by=CS_MANAGER, at=TOLD + 2 * HOUR)
    return handoff


def test_what_follows_the_kickoff_waits_for_its_day_and_then_has_no_clock() -> None:
    handoff = assigned()
    handoff.hold_kickoff(TOLD + 3 * HOUR, by=CSM, at=TOLD + 4 * HOUR)
    # Day 30 is Wednesday 2 July; it opens five business days before, on the Wednesday.
    before, after = utc("2025-06-24T08:00"), utc("2025-09-01T08:00")
    assert owed(handoff, now=before)[Step.NPS].state is DeadlineState.WAITING
    later = owed(handoff, now=after)
    assert later[Step.NPS].state is UNTIMED
    assert day_now([*later.values()]) is ReviewDay.LAST
    left = unfinished(handoff, [*later.values()], promises=0, milestones=0, lines=0)
    assert {Step.BRIEF, Step.NPS} & set(left.steps) == {Step.NPS}
