"""What is said before the signature and on fixed days, and that it is never late."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from bot.domain.brief import Brief
from bot.domain.deadlines import Deadline, DeadlineState, Step, bring_in_line, dropped
from bot.domain.handoff import CommitmentAnswer, Handoff
from bot.domain.money import Money
from bot.domain.nudging import Stage
from bot.domain.people import Person
from bot.domain.policy import Clocks, Policy
from bot.domain.pre_close import dated
from bot.domain.size import NO_MARKS, Marks
from bot.domain.worktime import Calendar
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    FULL_BRIEF,
    HOUR,
    MONDAY,
    POLICY,
    REVOPS,
    Office,
    say,
    started,
    utc,
)

LIGHT, FULL = Money(2_000_000, "USD"), Money(4_800_000, "USD")
DATED, DONE = DeadlineState.DATED, DeadlineState.DONE
OFFICE = Office()


def owed(handoff: Handoff, policy: Policy = POLICY) -> dict[Step, Deadline]:
    made = dated(handoff, policy, OFFICE.calendar_of, stand_in_of=lambda _: REVOPS.id)
    return {one.step: one for one in made}


def plan(deadline: Deadline) -> dict[str, str]:
    return {one.stage.value: one.at.strftime("%m-%dT%H:%M") for one in deadline.stages}


def expected(
    day: date,
    *,
    by: Person = AE,
    value: Money = FULL,
    marks: Marks = NO_MARKS,
    commitment_on: date | None = None,
) -> Handoff:
    return started(by=by, expected_on=day, value=value, marks=marks, commitment_on=commitment_on)


def sign(handoff: Handoff, at: datetime = MONDAY) -> None:
    handoff.countersign(at, by=AE, at=at, ae=AE)


@pytest.mark.parametrize(
    ("day", "week", "day_before", "slipped"),
    [
        # Berlin in summer is UTC+2, so 09:00 is 07:00. Friday, 20 June.
        (date(2025, 6, 20), "06-13T07:00", "06-19T07:00", "06-23T07:00"),
        (date(2025, 6, 18), "06-11T07:00", "06-17T07:00", "06-19T07:00"),
        # A Monday: one business day before it is the Friday.
        (date(2025, 6, 23), "06-16T07:00", "06-20T07:00", "06-24T07:00"),
        # A Sunday: seven days before it is a Sunday too, so the Friday.
        (date(2025, 6, 22), "06-13T07:00", "06-20T07:00", "06-23T07:00"),
        # The clocks go back between the two.
        (date(2025, 10, 28), "10-21T07:00", "10-27T08:00", "10-29T08:00"),
    ],
)
def test_the_ae_is_reminded_a_week_and_a_business_day_before_and_asked_the_morning_after(
    day: date, week: str, day_before: str, slipped: str
) -> None:
    steps = owed(expected(day))
    assert plan(steps[Step.CAPTURE]) == {"days_before": week, "day_before": day_before}
    assert plan(steps[Step.SIGNATURE]) == {"slipped": slipped}
    assert {one.owner_id for one in (steps[Step.CAPTURE], steps[Step.SIGNATURE])} == {AE.id}


def test_a_holiday_sends_the_reminder_to_the_business_day_before_it() -> None:
    def calendar_of(person_id: int, zone: str | None) -> Calendar:
        off = {date(2025, 6, 12), date(2025, 6, 13), date(2025, 6, 19)}
        return replace(OFFICE.calendar_of(person_id, zone), holidays=lambda year: frozenset(off))

    made = dated(expected(date(2025, 6, 20)), POLICY, calendar_of, stand_in_of=lambda _: None)
    steps = {one.step: one for one in made}
    assert plan(steps[Step.CAPTURE]) == {"days_before": "06-11T07:00", "day_before": "06-18T07:00"}


def test_how_many_days_before_is_the_policys() -> None:
    policy = Policy(clocks=Clocks(capture_days=3))
    steps = owed(expected(date(2025, 6, 20)), policy)
    assert plan(steps[Step.CAPTURE])["days_before"] == "06-17T07:00"


def test_who_begins_with_the_signature_has_missed_nothing() -> None:
    handoff = started(signed_at=MONDAY, expected_on=None)
    assert owed(handoff) == {}


def test_the_capture_is_done_once_people_metric_red_flags_and_promises_have_content() -> None:
    handoff = expected(date(2025, 6, 20))
    assert owed(handoff)[Step.CAPTURE].state is DATED
    handoff.copy_from(FULL_BRIEF, at=MONDAY + HOUR)
    captured = owed(handoff)[Step.CAPTURE]
    assert (captured.state, captured.stages) == (DONE, ())
    # Emptied again before the signature, it is owed again.
    handoff.copy_from(replace(FULL_BRIEF, success=Brief().success), at=MONDAY + 2 * HOUR)
    assert owed(handoff)[Step.CAPTURE].state is DATED


def test_at_the_signature_both_are_done_or_missed_and_nothing_changes_that() -> None:
    done, missed = expected(date(2025, 6, 20)), expected(date(2025, 6, 20))
    done.copy_from(FULL_BRIEF, at=MONDAY)
    done.align(date(2025, 6, 2), CSM, by=AE, at=MONDAY, zone=AE.zone)
    for handoff in (done, missed):
        sign(handoff)
    done.copy_from(Brief(), at=MONDAY + HOUR)
    missed.copy_from(FULL_BRIEF, at=MONDAY + HOUR)
    for handoff, state in ((done, DONE), (missed, DeadlineState.MISSED)):
        steps = owed(handoff)
        assert [steps[one].state for one in (Step.CAPTURE, Step.ALIGNMENT)] == [state, state]
        assert steps[Step.SIGNATURE].state is DONE
        assert not any(one.late_at(utc("2026-01-01")) for one in steps.values())
        assert all(one.next_at is None for step, one in steps.items() if step in steps)


def test_an_alignment_of_a_day_after_the_signature_was_missed() -> None:
    handoff = expected(date(2025, 6, 20))
    handoff.copy_from(FULL_BRIEF, at=MONDAY)
    wednesday = MONDAY + 48 * HOUR
    handoff.align(date(2025, 6, 3), CSM, by=AE, at=wednesday, zone=AE.zone)
    handoff.countersign(MONDAY, by=AE, at=wednesday, ae=AE)
    assert owed(handoff)[Step.ALIGNMENT].state is DeadlineState.MISSED
    # Held on the day of the signature or before it, it was held in time, whenever it was told.
    handoff.countersign(MONDAY + 24 * HOUR, by=AE, at=wednesday, ae=AE)
    assert owed(handoff)[Step.ALIGNMENT].state is DONE


def test_the_alignment_waits_for_the_capture_so_that_only_one_is_reminded_of() -> None:
    handoff = expected(date(2025, 6, 20))
    alignment = owed(handoff)[Step.ALIGNMENT]
    assert (alignment.waits_for, alignment.stages) == (Step.CAPTURE, ())
    handoff.copy_from(FULL_BRIEF, at=MONDAY)
    steps = owed(handoff)
    assert steps[Step.CAPTURE].stages == ()
    assert plan(steps[Step.ALIGNMENT]) == {
        "days_before": "06-13T07:00",
        "day_before": "06-19T07:00",
    }


def test_a_light_deal_is_reminded_of_the_capture_and_no_more() -> None:
    handoff = expected(date(2025, 6, 20), value=LIGHT)
    assert Step.ALIGNMENT not in owed(handoff)
    assert owed(handoff)[Step.CAPTURE].state is DATED
    sign(handoff)
    assert Step.CAPTURE not in owed(handoff)


def test_complex_onboarding_asks_for_the_alignment_of_a_light_deal() -> None:
    handoff = expected(date(2025, 6, 20), value=LIGHT, marks=Marks(complex_onboarding=True))
    assert Step.ALIGNMENT in owed(handoff)


def test_nothing_is_said_of_a_cancelled_handoff() -> None:
    handoff = expected(date(2025, 6, 20))
    handoff.cancel("They chose another vendor", by=AE, at=MONDAY)
    assert {one.state for one in owed(handoff).values()} == {DeadlineState.CANCELLED}


# --- What is said stays said


def stored(handoff: Handoff, before: Deadline | None, step: Step, now: datetime) -> Deadline:
    return bring_in_line(before, owed(handoff)[step], now=now)


def test_a_reminder_whose_moment_had_passed_when_it_came_up_is_passed_over() -> None:
    late_start = expected(date(2025, 6, 5))
    capture = stored(late_start, None, Step.CAPTURE, MONDAY)
    assert capture.passed == {Stage.DAYS_BEFORE}
    assert say(capture, now=MONDAY)[1] == ()
    assert say(capture, now=utc("2025-06-04T07:00"))[1] == (Stage.DAY_BEFORE,)


def test_after_a_gap_only_the_last_reminder_is_said() -> None:
    capture = stored(expected(date(2025, 6, 20)), None, Step.CAPTURE, MONDAY)
    settled, told = say(capture, now=utc("2025-06-19T12:00"))
    assert told == (Stage.DAY_BEFORE,)
    assert settled.next_at is None


def test_a_new_date_is_reminded_of_and_asked_about_anew() -> None:
    handoff = expected(date(2025, 6, 5))
    capture = stored(handoff, None, Step.CAPTURE, MONDAY)
    signature = stored(handoff, None, Step.SIGNATURE, MONDAY)
    now = utc("2025-06-06T07:00")
    capture, _ = say(capture, now=now)
    signature, told = say(signature, now=now)
    assert told == (Stage.SLIPPED,)
    assert say(signature, now=now + 900 * HOUR)[1] == ()
    handoff.expect(date(2025, 6, 20), by=AE, at=now, ae=AE)
    capture = stored(handoff, capture, Step.CAPTURE, now)
    signature = stored(handoff, signature, Step.SIGNATURE, now)
    assert say(capture, now=utc("2025-06-13T07:00"))[1] == (Stage.DAYS_BEFORE,)
    assert say(signature, now=utc("2025-06-23T07:00"))[1] == (Stage.SLIPPED,)


def test_a_date_that_moves_closer_says_nothing_of_the_week_that_is_gone() -> None:
    handoff = expected(date(2025, 6, 27))
    capture = stored(handoff, None, Step.CAPTURE, MONDAY)
    handoff.expect(date(2025, 6, 6), by=AE, at=MONDAY, ae=AE)
    capture = stored(handoff, capture, Step.CAPTURE, MONDAY)
    assert say(capture, now=MONDAY + HOUR)[1] == ()


def test_bringing_in_line_twice_changes_nothing() -> None:
    handoff = expected(date(2025, 6, 5))
    for step in (Step.CAPTURE, Step.ALIGNMENT, Step.SIGNATURE):
        once = stored(handoff, None, step, MONDAY)
        assert stored(handoff, once, step, MONDAY + HOUR) == once


def test_a_step_that_the_deal_lost_is_dropped_unless_it_was_done() -> None:
    handoff = expected(date(2025, 6, 20))
    alignment = owed(handoff)[Step.ALIGNMENT]
    assert dropped(alignment).state is DeadlineState.DROPPED
    assert dropped(alignment).next_at is None
    done = replace(alignment, state=DONE)
    assert dropped(done) == done


# --- The commitment


def test_the_ae_manager_is_asked_on_the_seventh_day_after_the_commitment() -> None:
    handoff = expected(date(2025, 6, 20), commitment_on=date(2025, 6, 4))
    asked = owed(handoff)[Step.COMMITMENT]
    assert asked.owner_id == AE_MANAGER.id
    assert plan(asked) == {"ask": "06-11T07:00"}
    handoff.answer_commitment(CommitmentAnswer.NOT_DONE, by=AE_MANAGER, at=MONDAY)
    assert owed(handoff)[Step.COMMITMENT].state is DONE


def test_a_seventh_day_at_the_weekend_becomes_the_next_morning_of_a_business_day() -> None:
    handoff = expected(date(2025, 6, 20), commitment_on=date(2025, 6, 7))
    assert plan(owed(handoff)[Step.COMMITMENT]) == {"ask": "06-16T07:00"}


def test_nobody_is_asked_without_a_commitment_or_a_yes_of_the_ae() -> None:
    assert Step.COMMITMENT not in owed(expected(date(2025, 6, 20)))
    named = expected(date(2025, 6, 20), commitment_on=date(2025, 6, 4), by=CS_MANAGER)
    assert Step.COMMITMENT not in owed(named)
    named.confirm_ae(by=AE, at=MONDAY)
    assert Step.COMMITMENT in owed(named)


def test_revops_is_asked_where_there_is_no_ae_manager() -> None:
    named = expected(date(2025, 6, 20), commitment_on=date(2025, 6, 4))
    named.ae_manager_id = None
    assert owed(named)[Step.COMMITMENT].owner_id == REVOPS.id
    nobody = dated(named, POLICY, OFFICE.calendar_of, stand_in_of=lambda _: None)
    assert Step.COMMITMENT not in {one.step for one in nobody}
    named.answer_commitment(CommitmentAnswer.DONE, by=REVOPS, at=MONDAY)
    assert owed(named)[Step.COMMITMENT].state is DONE


def test_who_confirms_after_the_seventh_day_is_still_asked_about() -> None:
    named = expected(date(2025, 6, 20), commitment_on=date(2025, 6, 4), by=CS_MANAGER)
    named.confirm_ae(by=AE, at=utc("2025-06-18T12:00"))
    assert plan(owed(named)[Step.COMMITMENT]) == {"ask": "06-19T07:00"}
