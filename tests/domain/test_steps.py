"""The table of steps: what each deal has of it, and that a row needs only its record to run."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.deadlines import Deadline, DeadlineState, bring_in_line, deadlines, dropped
from bot.domain.due import CalendarDay
from bot.domain.errors import HandoffError
from bot.domain.handoff import DealChange, Handoff
from bot.domain.kickoff_state import Kickoff
from bot.domain.money import Money
from bot.domain.nudging import Stage, StagePlan
from bot.domain.policy import Policy, Tier
from bot.domain.size import NO_MARKS, Marks
from bot.domain.steps import OF_ONE_THING, PROCESS, STEPS, Step, StepRule, steps_now
from bot.domain.verification import Checks
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    FULL_BRIEF,
    HOUR,
    MONDAY,
    NO_MATCH,
    OTHER_CSM,
    POLICY,
    RESTATED,
    Office,
    acknowledged,
    assigned,
    checked,
    counted,
    fill,
    gated,
    signed,
    started,
    utc,
)

TABLE = {rule.step: rule for rule in PROCESS}
ALL = tuple(rule for rule in PROCESS if not rule.pre_close)
"""Every row with a clock, those beyond the kickoff, too."""
HELD = utc("2025-06-04T12:00")


def recorded(*steps: Step, at: datetime = HELD) -> tuple[StepRule, ...]:
    """The same where some were done."""
    return tuple(replace(rule, done=lambda _: at) if rule.step in steps else rule for rule in ALL)


def owed(
    handoff: Handoff,
    *,
    stored: Iterable[Deadline] = (),
    now: datetime = MONDAY,
    office: Office | None = None,
    policy: Policy = POLICY,
    table: tuple[StepRule, ...] = ALL,
) -> dict[Step, Deadline]:
    place = office or Office()
    made = deadlines(
        handoff,
        policy,
        place.calendar_of,
        manager_of=place.manager_of,
        now=now,
        stored={one.step: one for one in stored},
        table=table,
    )
    return {one.step: one for one in made}


def light() -> Handoff:
    handoff = started(value=Money(2_000_000, "USD"))
    handoff.countersign(MONDAY, by=AE, at=MONDAY, ae=AE)
    return handoff


def resize(handoff: Handoff, amount: int, at: datetime, marks: Marks = NO_MARKS) -> None:
    change = DealChange(Money(amount, "USD"), marks)
    handoff.change_deal(change, brief=FULL_BRIEF, by=AE, at=at, policy=POLICY)


# --- The table


def test_every_step_but_the_questions_is_one_row_in_the_order_they_are_listed_in() -> None:
    beside = OF_ONE_THING | {Step.SIGNATURE, Step.COMMITMENT, Step.KICKOFF_DAY}
    rows = [step for step in Step if step not in beside]
    assert [rule.step for rule in PROCESS] == rows
    assert [rule.number for rule in PROCESS] == sorted(rule.number for rule in PROCESS)
    assert {rule.number for rule in PROCESS} == set(range(1, 18))


def test_a_step_needs_only_what_stands_above_it() -> None:
    above: set[Step] = set()
    for rule in PROCESS:
        assert set(rule.needs) <= above
        above.add(rule.step)


def test_a_clock_runs_for_every_row_after_the_signature() -> None:
    clocks = {rule.step for rule in STEPS}
    assert clocks == set(TABLE) - {Step.CAPTURE, Step.ALIGNMENT}
    # A briefing call comes with a time for it, or with what requires one.
    assert set(owed(signed(), table=STEPS)) == clocks - {Step.HOLD_CALL, Step.HOLD_CALL_AE}


LIGHT = {
    Step.MESSAGE,
    Step.BRIEF,
    Step.ASSIGN,
    Step.READ,
    Step.JUDGE,
    Step.INTRO,
    Step.DEBRIEF,
    Step.INITIALS,
    Step.INITIALS_AE,
    Step.PREP,
    Step.KICKOFF,
    Step.PLAN,
    Step.SIGN_PLAN,
    Step.MILESTONES,
    Step.NPS,
    Step.SCORE,
    Step.SCORE_AE,
    Step.OUTCOME,
}
CALL = {Step.BOOK_CALL, Step.HOLD_CALL, Step.HOLD_CALL_AE}
JOINT = {Step.PREP_AE, Step.SIGN_PLAN_AE, Step.CHECK_IN}
FULL = LIGHT | JOINT | {Step.BOOK_CALL, Step.EXPANSION, Step.EXPANSION_AE}


@pytest.mark.parametrize(
    ("amount", "marks", "strength", "steps"),
    [
        (20_000, NO_MARKS, None, LIGHT),
        (20_000, NO_MARKS, 4, LIGHT | JOINT),
        (20_000, Marks(stakeholders=3), None, LIGHT | CALL),
        (20_000, Marks(complex_onboarding=True), None, LIGHT | CALL | JOINT),
        (40_000, NO_MARKS, None, FULL),
        (60_000, NO_MARKS, None, FULL | CALL),
    ],
)
def test_a_deal_has_the_steps_of_its_tier_and_its_add_ons(
    amount: int, marks: Marks, strength: int | None, steps: set[Step]
) -> None:
    handoff = started(value=Money(amount * 100, "USD"), marks=marks)
    handoff.countersign(MONDAY, by=AE, at=MONDAY, ae=AE)
    assert set(owed(replace(handoff, strength=strength))) == steps


def test_the_intro_is_the_aes_where_the_kickoff_is_joint_and_else_the_csms() -> None:
    assert owed(assigned())[Step.INTRO].owner_id == AE.id
    assert owed(assigned())[Step.INTRO].manager_id == AE_MANAGER.id
    small = light()
    fill(small, MONDAY + HOUR)
    small.assign_csm(CSM, by=CS_MANAGER, at=MONDAY + 2 * HOUR)
    assert owed(small)[Step.INTRO].owner_id == CSM.id
    assert owed(small)[Step.INTRO].manager_id == CS_MANAGER.id


# --- Waiting


def test_what_the_deal_does_not_have_is_not_waited_for() -> None:
    # A full deal without a required call has no call to hold: the intro waits for the reading.
    done = recorded(Step.READ)
    assert owed(assigned(), table=done)[Step.INTRO].state is DeadlineState.OPEN
    big = replace(assigned(), value=Money(6_000_000, "USD"))
    intro = owed(big, table=done)[Step.INTRO]
    assert (intro.state, intro.waits_for) == (DeadlineState.WAITING, Step.HOLD_CALL)


def test_a_failed_check_brings_the_call_into_a_light_deal() -> None:
    handoff = light()
    fill(handoff, MONDAY + HOUR)
    handoff.assign_csm(CSM, by=CS_MANAGER, at=MONDAY + 2 * HOUR)
    stored = owed(handoff)
    assert not CALL & set(stored)
    handoff.acknowledge(version=handoff.brief_version, by=CSM, at=MONDAY + 3 * HOUR)
    # Wednesday 12:00 in Berlin, where 24 h after the signature are long over.
    failed = utc("2025-06-04T10:00")
    no = Checks(metric=False, no_plan=True, champion=True)
    handoff.answer_checks(no, revision=1, by=CSM, at=failed)
    made = owed(handoff, stored=stored.values(), now=failed)
    assert set(made) >= CALL
    # Eight working hours of the AE: six on Wednesday, two on Thursday.
    booking = made[Step.BOOK_CALL]
    assert (booking.start_at, booking.due_at) == (failed, utc("2025-06-05T09:00"))
    assert booking.added_at == failed
    later = owed(handoff, stored=made.values(), now=failed + 200 * HOUR)
    assert later[Step.BOOK_CALL] == booking


def test_a_call_asked_for_early_is_due_at_its_time_of_the_table() -> None:
    handoff = checked(checks=Checks(metric=False, no_plan=True, champion=True))
    stored = [one for step, one in owed(handoff).items() if step not in CALL]
    made = owed(handoff, stored=stored, now=MONDAY + 4 * HOUR)
    # 44 hours after Monday 02:00 in New York, moved into the CSM's Tuesday to Wednesday 10:00.
    assert made[Step.HOLD_CALL].raw_due_at == MONDAY + 44 * HOUR
    assert made[Step.HOLD_CALL].due_at == utc("2025-06-04T14:00")
    assert made[Step.HOLD_CALL_AE].due_at == utc("2025-06-04T14:00")


def test_a_second_restatement_that_does_not_match_requires_the_call() -> None:
    handoff = light()
    fill(handoff, MONDAY + HOUR)
    handoff.assign_csm(CSM, by=CS_MANAGER, at=MONDAY + 2 * HOUR)
    handoff.acknowledge(version=handoff.brief_version, by=CSM, at=MONDAY + 3 * HOUR)
    for number in (1, 2):
        assert not CALL & set(owed(handoff))
        handoff.restate(RESTATED, revision=number, by=CSM, at=MONDAY + 4 * HOUR)
        handoff.judge(NO_MATCH, revision=number, by=AE, at=MONDAY + 5 * HOUR)
    assert set(owed(handoff)) >= CALL


@pytest.mark.parametrize(
    ("step", "due"),
    [
        # Assigned on Thursday at 17:00 in Berlin, 11:00 in New York; everything was due before.
        # The AE in Berlin has four hours: one on Thursday, three on Friday.
        (Step.BOOK_CALL, "2025-06-12T10:00"),
        # Nothing of their own: at once.
        (Step.DEBRIEF, "2025-06-11T15:00"),
        (Step.INITIALS, "2025-06-11T15:00"),
        (Step.INITIALS_AE, "2025-06-11T15:00"),
        # Eight hours of New York: seven on the day, one on the next.
        (Step.KICKOFF, "2025-06-12T14:00"),
        (Step.READ, "2025-06-12T14:00"),
    ],
)
def test_once_free_a_step_has_its_own_window(step: Step, due: str) -> None:
    handoff = assigned(when=utc("2025-06-11T15:00"))
    counted(handoff, 1, 0, 0, at=MONDAY)
    assert owed(handoff)[step].due_at == utc(due)
    assert owed(handoff)[step].start_at == utc("2025-06-11T15:00")


def test_a_review_waits_until_it_opens_and_is_due_on_its_day() -> None:
    held = recorded(Step.KICKOFF)
    handoff = assigned()
    # Day 0 is 2 June; day 30 is Wednesday 2 July, and opens on Wednesday 25 June at 09:00.
    opens = utc("2025-06-25T13:00")
    early = owed(handoff, now=opens - timedelta(seconds=1), table=held)[Step.NPS]
    assert (early.state, early.waits_for) == (DeadlineState.WAITING, None)
    assert early.stages == (StagePlan(Stage.OPENS, opens),)
    due = owed(handoff, now=opens, table=held)[Step.NPS]
    assert (due.state, due.start_at, due.due_at) == (
        DeadlineState.OPEN,
        opens,
        utc("2025-07-02T22:00"),
    )
    # The AE's own by the AE's calendar, what both share by the CSM's.
    by_ae = owed(handoff, now=opens, table=held)
    assert by_ae[Step.CHECK_IN].due_at == utc("2025-07-02T16:00")
    assert by_ae[Step.EXPANSION_AE].due_at == by_ae[Step.EXPANSION].due_at


def test_a_review_is_not_late_because_the_kickoff_was() -> None:
    late = utc("2025-07-04T15:00")
    review = owed(assigned(), now=late, table=recorded(Step.KICKOFF, at=late))[Step.NPS]
    assert review.start_at == late
    # From Friday 11:00 in New York seven hours, and one on Monday.
    assert review.due_at == utc("2025-07-07T14:00")


# --- Whose calendar


def test_before_the_assignment_the_calendar_of_the_proposed_csm_counts() -> None:
    handoff = signed()
    # The day of +72 h is Thursday 5 June everywhere; 18:00 is somebody's.
    assert owed(handoff)[Step.KICKOFF].due_at == utc("2025-06-05T16:00")
    proposed = replace(handoff, proposed_csm_id=OTHER_CSM.id)
    assert owed(proposed)[Step.KICKOFF].due_at == utc("2025-06-05T08:00")
    chosen = assigned()
    assert owed(replace(chosen, proposed_csm_id=OTHER_CSM.id))[Step.KICKOFF].due_at == utc(
        "2025-06-05T22:00"
    )
    nobody = replace(handoff, cs_manager_id=None)
    assert owed(nobody)[Step.KICKOFF].due_at == utc("2025-06-05T16:00")


def test_a_waiting_step_is_due_in_the_hours_of_who_may_get_it() -> None:
    # 44 h after Monday 08:00 in Berlin: Wednesday 04:00 there, and 12:00 in Sydney.
    reading = owed(signed())[Step.READ]
    assert (reading.due_at, reading.zone, reading.owner_id) == (
        utc("2025-06-04T08:00"),
        None,
        None,
    )
    proposed = replace(signed(), proposed_csm_id=OTHER_CSM.id)
    assert owed(proposed)[Step.READ].due_at == utc("2025-06-04T02:00")


def test_what_two_share_is_due_by_the_csms_calendar_as_it_was_fixed() -> None:
    office, handoff = Office(), assigned()
    stored = owed(handoff, office=office)
    office.zones[CSM.id] = "Australia/Sydney"
    moved = owed(handoff, stored=stored.values(), office=office)
    assert moved[Step.INITIALS_AE].due_at == stored[Step.INITIALS].due_at
    assert moved[Step.INITIALS].due_at == stored[Step.INITIALS].due_at


# --- Another size


NOW = utc("2025-06-05T09:00")
"""Thursday, 11:00 in Berlin."""


def kept(handoff: Handoff, stored: dict[Step, Deadline], now: datetime) -> dict[Step, Deadline]:
    """What is stored after a change, as a unit of work brings it in line."""
    wanted = owed(handoff, stored=stored.values(), now=now)
    owing = {step: bring_in_line(stored.get(step), one, now=now) for step, one in wanted.items()}
    return {step: dropped(one) for step, one in stored.items() if step not in owing} | owing


def test_a_deal_that_grew_gets_the_full_window_of_what_is_new_from_the_change() -> None:
    handoff = light()
    before = owed(handoff)
    resize(handoff, 6_000_000, NOW)
    made = kept(handoff, before, NOW)
    assert handoff.tier is Tier.FULL
    booking = made[Step.BOOK_CALL]
    # 24 h from Thursday 11:00; what the deal had before keeps its times.
    assert (booking.raw_due_at, booking.due_at) == (NOW + 24 * HOUR, NOW + 24 * HOUR)
    assert made[Step.BRIEF].due_at == before[Step.BRIEF].due_at
    assert made[Step.OUTCOME].due_at == before[Step.OUTCOME].due_at
    # Business day 5 from the change: Thursday 12 June.
    assert made[Step.SIGN_PLAN_AE].due_at == utc("2025-06-12T16:00")
    assert made[Step.CHECK_IN].due_at == utc("2025-07-02T16:00")
    # Whatever is saved later changes nothing about it.
    assert kept(handoff, made, NOW + 300 * HOUR) == made


def test_a_review_that_came_late_into_the_deal_has_its_five_days() -> None:
    handoff = light()
    before = owed(handoff)
    grown = utc("2025-07-10T09:00")
    resize(handoff, 6_000_000, grown)
    assert kept(handoff, before, grown)[Step.CHECK_IN].due_at == utc("2025-07-17T16:00")


def test_a_deal_that_shrank_loses_steps_and_gets_them_again_as_new_ones() -> None:
    handoff = assigned()
    stored = owed(handoff)
    resize(handoff, 2_000_000, NOW)
    shrunk = kept(handoff, stored, NOW)
    assert shrunk[Step.BOOK_CALL].state is DeadlineState.DROPPED
    assert shrunk[Step.BOOK_CALL].next_at is None
    assert shrunk[Step.BRIEF].state is DeadlineState.DONE
    again = NOW + 24 * HOUR
    resize(handoff, 6_000_000, again)
    grown = kept(handoff, shrunk, again)
    booking = grown[Step.BOOK_CALL]
    assert (booking.state, booking.added_at) == (DeadlineState.OPEN, again)
    # Friday 11:00 and 24 h: Saturday, so Monday 10:00 by the CSM's calendar.
    assert booking.due_at == utc("2025-06-09T14:00")
    assert grown[Step.BRIEF] == stored[Step.BRIEF]


def test_a_cancellation_undone_makes_no_step_a_new_one() -> None:
    handoff = gated()
    stored = owed(handoff)
    handoff.cancel("The customer withdrew", by=AE, at=NOW)
    off = kept(handoff, stored, NOW)
    assert {one.state for one in off.values()} <= {DeadlineState.CANCELLED, DeadlineState.DONE}
    handoff.undo_cancel(by=AE, at=NOW, policy=POLICY)
    assert kept(handoff, off, NOW) == stored


def test_a_row_that_gets_its_record_with_a_new_version_is_late_in_no_old_handoff() -> None:
    handoff = acknowledged()
    handoff.hold_kickoff(NOW, by=CSM, at=NOW)
    before = owed(handoff, table=tuple(rule for rule in STEPS if not rule.beyond))
    year = MONDAY + timedelta(days=300)
    made = owed(handoff, stored=before.values(), now=year)
    new = set(made) - set(before)
    assert new >= {rule.step for rule in PROCESS if rule.beyond and rule.tiers}
    for step in new:
        assert made[step].due_at > year
        assert made[step].added_at == year


def test_what_comes_after_the_kickoff_begins_with_it() -> None:
    handoff = acknowledged()
    up_to = owed(handoff, table=tuple(rule for rule in ALL if not rule.beyond))
    assert not [rule for rule in steps_now(handoff) if rule.beyond]
    handoff.hold_kickoff(NOW, by=CSM, at=NOW)
    # Nobody gets ready any more for what was held; who did so stays in the list.
    ready = {Step.PREP, Step.PREP_AE}
    assert steps_now(handoff) == tuple(rule for rule in STEPS if rule.step not in ready)
    prepared = replace(handoff, kickoff=Kickoff(ready_at=NOW, ready_ae_at=NOW))
    assert steps_now(prepared) == STEPS
    plan = owed(handoff, stored=up_to.values(), now=NOW)[Step.PLAN]
    assert plan.state is DeadlineState.OPEN
    assert plan.added_at is None


def test_what_is_new_counts_from_a_signature_that_was_corrected_to_later() -> None:
    handoff = light()
    before = owed(handoff)
    resize(handoff, 6_000_000, NOW)
    made = kept(handoff, before, NOW)
    signed_at = NOW + 3 * HOUR
    handoff.countersign(signed_at, by=AE, at=signed_at, ae=AE)
    corrected = kept(handoff, made, signed_at)
    assert corrected[Step.BOOK_CALL].raw_due_at == signed_at + 24 * HOUR


def test_the_numbers_of_the_long_steps_come_from_the_policy() -> None:
    clocks = {"kickoff_latest_day": 3, "first_review_day": 10, "review_opens": 1, "intro": 26}
    policy = Policy.model_validate({"clocks": clocks})
    made = owed(light(), policy=policy)
    # Business day 3 is Thursday 5 June, day 10 Thursday 12 June.
    assert made[Step.KICKOFF].due_at == utc("2025-06-05T16:00")
    assert made[Step.NPS].due_at == utc("2025-06-12T16:00")
    assert made[Step.INTRO].raw_due_at == MONDAY + 26 * HOUR
    assert isinstance(TABLE[Step.NPS].due, CalendarDay)
    assert made[Step.NPS].due_at.tzinfo is UTC


# --- Whatever happens to a deal


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["resize", "sign", "fill", "assign", "check", "cancel", "reopen"]),
        st.integers(0, 3),
        st.sampled_from([0, 1, 30, 200]),
    ),
    max_size=12,
)


def play(handoff: Handoff, deed: str, number: int, now: datetime) -> None:
    match deed:
        case "resize":
            resize(handoff, (2_000_000, 4_000_000, 6_000_000, 2_500_000)[number], now)
        case "sign":
            handoff.countersign(now - number * HOUR, by=AE, at=now, ae=AE)
        case "fill":
            fill(handoff, now)
        case "assign":
            csm = (CSM, OTHER_CSM)[number % 2]
            handoff.assign_csm(csm, by=CS_MANAGER, at=now, override="They start on Monday")
        case "check":
            csm = CSM if handoff.csm_id == CSM.id else OTHER_CSM
            handoff.acknowledge(version=handoff.brief_version, by=csm, at=now)
            checks = Checks(metric=number > 1, no_plan=True, champion=True)
            handoff.answer_checks(checks, revision=1, by=csm, at=now)
        case "cancel":
            handoff.cancel("The customer withdrew", by=AE, at=now)
        case "reopen":
            handoff.undo_cancel(by=AE, at=now, policy=POLICY)


@settings(max_examples=150, deadline=None)
@given(OPERATIONS)
def test_what_came_later_has_its_time_and_a_recompute_changes_nothing(
    operations: list[tuple[str, int, int]],
) -> None:
    now, handoff = MONDAY, signed()
    stored = owed(handoff)
    for deed, number, hours in operations:
        now += hours * HOUR
        before = stored
        with suppress(HandoffError):
            play(handoff, deed, number, now)
        stored = kept(handoff, stored, now)
        assert kept(handoff, stored, now) == stored
        present = {step for step, one in stored.items() if one.state is not DeadlineState.DROPPED}
        assert present == set(owed(handoff))
        for step, one in stored.items():
            assert (one.next_at is None) or one.state is DeadlineState.OPEN
            if step in present and before.get(step) is None:
                assert one.added_at == now
            if one.added_at is not None and one.state is DeadlineState.OPEN:
                assert one.due_at > one.added_at
            # A clock that began with the signature is nobody's new one.
            if step in (Step.MESSAGE, Step.BRIEF, Step.ASSIGN, Step.READ, Step.JUDGE):
                assert one.added_at is None
