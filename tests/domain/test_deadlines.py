from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain import briefing_call, kickoff_booking, kickoff_prep
from bot.domain.deadlines import (
    Deadline,
    DeadlineState,
    Step,
    bring_in_line,
    deadlines,
    done_at,
    dropped,
    snooze,
    to_open,
)
from bot.domain.debrief import Question, Standing
from bot.domain.errors import HandoffError
from bot.domain.handoff import Handoff
from bot.domain.items import Item
from bot.domain.nudging import Stage
from bot.domain.policy import Policy
from bot.domain.reopening import reopen
from bot.domain.steps import STEPS, is_beyond
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    HOUR,
    MATCH,
    MONDAY,
    NO_MATCH,
    OTHER_CSM,
    POLICY,
    RESTATED,
    REVOPS,
    YES,
    Office,
    assigned,
    called,
    counted,
    debriefed,
    fill,
    gated,
    introduced,
    planned,
    read,
    say,
    signed,
    started,
    utc,
)

OFFICE = Office()
NO_PLAN = YES.model_copy(update={"no_plan": False})
OPEN, WAITING = DeadlineState.OPEN, DeadlineState.WAITING


def owed(
    handoff: Handoff,
    *,
    stored: dict[Step, Deadline] | None = None,
    now: datetime = MONDAY,
    office: Office = OFFICE,
    policy: Policy = POLICY,
) -> dict[Step, Deadline]:
    made = deadlines(
        handoff,
        policy,
        office.calendar_of,
        manager_of=office.manager_of,
        now=now,
        stored=stored,
    )
    return {one.step: one for one in made}


def in_line(stored: Deadline, handoff: Handoff, now: datetime) -> Deadline:
    wanted = owed(handoff, stored={stored.step: stored}, now=now)[stored.step]
    return bring_in_line(stored, wanted, now=now)


def plan(deadline: Deadline) -> dict[str, str]:
    return {one.stage.value: one.at.strftime("%m-%dT%H:%M") for one in deadline.stages}


# --- When a step is due


def test_no_clock_runs_before_the_signature() -> None:
    assert owed(started()) == {}
    # A briefing call comes with a time for it, or with what requires one.
    with_call = {Step.HOLD_CALL, Step.HOLD_CALL_AE}
    assert list(owed(signed())) == [
        rule.step for rule in STEPS if rule.step not in with_call and not rule.beyond
    ]


@pytest.mark.parametrize(
    ("at", "learned", "due"),
    [
        ("2025-06-02T08:00", "2025-06-02T08:00", "2025-06-02T12:00"),
        # Whatever the hour and the day.
        ("2025-06-06T20:00", "2025-06-06T20:00", "2025-06-07T00:00"),
        ("2025-06-07T22:00", "2025-06-07T22:30", "2025-06-08T02:00"),
        # Learned after three hours, not more; and then an hour from when it was learned.
        ("2025-06-02T08:00", "2025-06-02T11:00", "2025-06-02T12:00"),
        ("2025-06-02T08:00", "2025-06-02T11:00:00.000001", "2025-06-02T12:00:00.000001"),
        ("2025-06-02T08:00", "2025-06-02T11:30", "2025-06-02T12:30"),
        ("2025-06-02T08:00", "2025-06-05T09:00", "2025-06-05T10:00"),
        # Across a change of the clocks four hours stay four hours.
        ("2025-03-29T23:00", "2025-03-29T23:00", "2025-03-30T03:00"),
    ],
)
def test_the_message_is_due_four_hours_after_the_signature(at: str, learned: str, due: str) -> None:
    handoff = started(at=utc("2025-03-01"))
    handoff.countersign(utc(at), by=AE, at=utc(learned), ae=AE)
    message = owed(handoff)[Step.MESSAGE]
    assert message.due_at == message.raw_due_at == utc(due)
    assert (message.owner_id, message.manager_id, message.state) == (AE.id, None, OPEN)


@pytest.mark.parametrize(
    ("closed", "due"),
    [
        # Berlin in summer is UTC+2. Friday 15:00 becomes Monday 10:00.
        ("2025-06-06T13:00", "2025-06-09T08:00"),
        ("2025-06-02T13:00", "2025-06-03T13:00"),
        ("2025-06-04T04:00", "2025-06-05T08:00"),
        ("2025-06-04T17:00", "2025-06-06T08:00"),
        ("2025-06-02T07:00", "2025-06-03T07:00"),
        ("2025-06-02T06:59", "2025-06-03T08:00"),
        ("2025-06-02T16:00", "2025-06-03T16:00"),
        ("2025-06-02T16:01", "2025-06-04T08:00"),
        ("2025-06-05T16:01", "2025-06-09T08:00"),
        ("2025-06-07T10:00", "2025-06-09T08:00"),
        ("2025-06-08T10:00", "2025-06-09T10:00"),
        # The weekend in which the clocks go forward, and back.
        ("2025-03-28T14:00", "2025-03-31T08:00"),
        ("2025-10-24T13:00", "2025-10-27T09:00"),
    ],
)
def test_the_brief_is_due_in_24_hours_moved_into_the_working_hours_of_the_ae(
    closed: str, due: str
) -> None:
    handoff = started(at=utc("2025-03-01"))
    handoff.countersign(utc(closed), by=AE, at=utc(closed), ae=AE)
    brief = owed(handoff)[Step.BRIEF]
    assert brief.due_at == utc(due)
    assert brief.raw_due_at == utc(closed) + 24 * HOUR
    assert (brief.owner_id, brief.manager_id, brief.zone) == (AE.id, AE_MANAGER.id, AE.zone)


@pytest.mark.parametrize(
    ("gate", "due"),
    [
        # Signed on Monday at 10:00 in Berlin: the table says Tuesday 10:00 (08:00 UTC).
        ("2025-06-02T10:00", "2025-06-03T08:00"),
        ("2025-06-02T13:00", "2025-06-03T08:00"),
        # From 15:00 on four working hours reach past it.
        ("2025-06-02T15:00", "2025-06-03T10:00"),
        ("2025-06-03T07:00", "2025-06-03T11:00"),
        ("2025-06-03T14:00", "2025-06-04T09:00"),
        ("2025-06-03T21:00", "2025-06-04T11:00"),
        ("2025-06-06T15:00", "2025-06-09T10:00"),
        ("2025-06-07T12:00", "2025-06-09T11:00"),
    ],
)
def test_assigning_is_due_at_the_later_of_the_table_and_four_working_hours_once_free(
    gate: str, due: str
) -> None:
    assign = owed(gated(utc("2025-06-02T08:00"), gate=utc(gate)))[Step.ASSIGN]
    assert (assign.due_at, assign.state, assign.waits_for) == (utc(due), OPEN, None)
    assert assign.start_at == utc(gate)
    assert (assign.owner_id, assign.manager_id) == (CS_MANAGER.id, REVOPS.id)


@pytest.mark.parametrize(
    ("when", "due"),
    [
        # Signed on Monday 08:00 UTC: 44 h is midnight in New York, moved to Wednesday 10:00.
        ("2025-06-03T07:00", "2025-06-04T14:00"),
        ("2025-06-03T15:00", "2025-06-04T14:00"),
        ("2025-06-03T15:01", "2025-06-04T14:01"),
        ("2025-06-03T20:00", "2025-06-04T19:00"),
        ("2025-06-06T21:00", "2025-06-09T20:00"),
        ("2025-06-08T12:00", "2025-06-09T21:00"),
    ],
)
def test_reading_is_due_at_the_later_of_the_table_and_eight_working_hours_once_free(
    when: str, due: str
) -> None:
    read = owed(assigned(utc("2025-06-02T08:00"), when=utc(when)))[Step.READ]
    assert (read.due_at, read.state, read.start_at) == (utc(due), OPEN, utc(when))
    assert read.raw_due_at == utc("2025-06-04T04:00")
    assert (read.owner_id, read.manager_id, read.zone) == (CSM.id, CS_MANAGER.id, CSM.zone)


def test_a_step_whose_need_is_open_waits_and_says_nothing() -> None:
    made = owed(signed())
    assign, read = made[Step.ASSIGN], made[Step.READ]
    assert (assign.state, assign.waits_for) == (WAITING, Step.BRIEF)
    assert (read.state, read.waits_for) == (WAITING, Step.ASSIGN)
    assert (read.owner_id, read.zone) == (None, None)
    for waiting in (assign, read):
        assert (waiting.stages, waiting.next_at, waiting.start_at) == ((), None, None)
        assert not waiting.late_at(MONDAY + 400 * HOUR)
        assert say(waiting, now=MONDAY + 400 * HOUR) == (waiting, ())


def test_a_done_step_is_never_late_and_knows_when_it_was_done() -> None:
    handoff = read()
    handoff.post(by=AE, at=MONDAY + HOUR)
    counted(handoff, 1, 1, 1, at=MONDAY + 7 * HOUR)
    handoff.hold_kickoff(MONDAY + 30 * HOUR, by=CSM, at=MONDAY + 32 * HOUR)
    debriefed(handoff, at=MONDAY + 7 * HOUR)
    called(handoff, at=MONDAY + 30 * HOUR)
    planned(handoff, at=MONDAY + 33 * HOUR)
    introduced(handoff, at=MONDAY + 31 * HOUR)
    up_to_kickoff = {one: due for one, due in owed(handoff).items() if not is_beyond(one)}
    for step, deadline in up_to_kickoff.items():
        assert (deadline.state, deadline.next_at) == (DeadlineState.DONE, None)
        assert not deadline.late_at(MONDAY + 400 * HOUR)
        assert done_at(step, handoff) is not None


def test_a_gate_passed_before_the_signature_frees_the_next_step_at_the_signature() -> None:
    handoff = started(at=MONDAY - 48 * HOUR)
    fill(handoff, MONDAY - 24 * HOUR)
    handoff.countersign(MONDAY, by=AE, at=MONDAY, ae=AE)
    assign = owed(handoff)[Step.ASSIGN]
    assert (assign.state, assign.start_at) == (OPEN, MONDAY)
    assert assign.due_at == utc("2025-06-03T08:00")


def test_windows_come_from_the_policy() -> None:
    policy = Policy.model_validate({"clocks": {"message": 6, "brief": 30, "own_assign": 2}})
    made = owed(gated(gate=utc("2025-06-03T14:00")), policy=policy)
    assert made[Step.MESSAGE].due_at == MONDAY + 6 * HOUR
    assert made[Step.BRIEF].due_at == utc("2025-06-03T12:00")
    assert made[Step.ASSIGN].due_at == utc("2025-06-03T16:00")


# --- Whose manager, whose zone


def test_a_manager_who_owes_the_step_is_not_told_as_their_own_manager() -> None:
    handoff = gated()
    handoff.assign_csm(CS_MANAGER, by=CS_MANAGER, at=MONDAY + 2 * HOUR)
    assert owed(handoff)[Step.READ].manager_id == REVOPS.id
    alone = replace(handoff, ae_manager_id=AE.id, gate_at=None)
    assert owed(alone)[Step.BRIEF].manager_id == AE_MANAGER.id
    revops_alone = replace(gated(), cs_manager_id=REVOPS.id)
    assign = owed(revops_alone)[Step.ASSIGN]
    assert assign.manager_id is None
    assert Stage.LATE_MANAGER.value not in plan(assign)


def test_without_a_named_manager_the_own_one_is_told() -> None:
    assert owed(replace(signed(), ae_manager_id=None))[Step.BRIEF].manager_id == AE_MANAGER.id


def test_a_zone_stays_fixed_while_the_owner_stays() -> None:
    office, handoff = Office(), signed(utc("2025-06-02T13:00"))
    stored = owed(handoff, office=office)
    office.zones[AE.id] = "America/New_York"
    moved = owed(handoff, stored=stored, office=office)[Step.BRIEF]
    assert (moved.zone, moved.due_at) == ("Europe/Berlin", utc("2025-06-03T13:00"))
    # A signature corrected later is still read by the calendar that was fixed.
    handoff.countersign(utc("2025-06-02T17:00"), by=AE, at=utc("2025-06-02T18:00"), ae=AE)
    corrected = owed(handoff, stored=stored, office=office)[Step.BRIEF]
    assert corrected.due_at == utc("2025-06-04T08:00")
    assert owed(handoff, office=office)[Step.BRIEF].due_at == utc("2025-06-03T17:00")


def test_reminders_follow_the_zone_the_owner_is_in_today() -> None:
    office, handoff = Office(), signed(utc("2025-06-02T13:00"))
    stored = owed(handoff, office=office)
    office.zones[AE.id] = "America/New_York"
    # New York's Monday is 13:00 to 22:00 UTC; its share of the window is all of that day.
    assert plan(owed(handoff, stored=stored, office=office)[Step.BRIEF]) == {
        "half": "06-02T17:30",
        "most": "06-02T20:12",
        "late": "06-03T13:00",
        "late_manager": "06-03T13:00",
        "silent": "06-03T13:00",
    }


def test_a_new_owner_brings_a_new_zone_and_nothing_that_was_said() -> None:
    handoff = assigned(utc("2025-06-02T08:00"), when=utc("2025-06-03T07:00"))
    stored = owed(handoff)
    spoken, told = say(stored[Step.READ], now=utc("2025-06-05T14:00"))
    assert told == (Stage.LATE, Stage.LATE_MANAGER)
    # Eight working hours in Sydney (UTC+10, Friday 01:00 there): Friday 09:00 to 17:00.
    handoff.assign_csm(OTHER_CSM, by=CS_MANAGER, at=utc("2025-06-05T15:00"))
    wanted = owed(handoff, stored=stored)[Step.READ]
    assert (wanted.owner_id, wanted.zone) == (OTHER_CSM.id, "Australia/Sydney")
    assert wanted.due_at == utc("2025-06-06T07:00")
    renewed = bring_in_line(spoken, wanted, now=utc("2025-06-05T15:00"))
    assert renewed == wanted
    assert (renewed.said, renewed.passed) == (frozenset(), frozenset())


# --- What is said


def test_the_stages_of_a_brief_stand_at_their_instants() -> None:
    brief = owed(signed())[Step.BRIEF]
    assert plan(brief) == {
        "half": "06-02T12:00",
        "most": "06-02T15:00",
        "silent": "06-03T06:00",
        "late": "06-03T08:00",
        "late_manager": "06-03T08:00",
    }
    assert brief.next_at == utc("2025-06-02T12:00")


def test_the_message_has_one_reminder_and_then_the_bot_posts() -> None:
    message = owed(signed(utc("2025-06-02T08:00")))[Step.MESSAGE]
    assert plan(message) == {"most": "06-02T11:12", "post": "06-02T12:00"}


def test_each_stage_is_said_at_its_time_and_once() -> None:
    brief = owed(signed())[Step.BRIEF]
    script = [
        ("2025-06-02T11:59:59", ()),
        ("2025-06-02T12:00", (Stage.HALF,)),
        ("2025-06-02T12:00", ()),
        ("2025-06-02T15:00", (Stage.MOST,)),
        ("2025-06-03T07:59:59", ()),
        ("2025-06-03T08:00", (Stage.LATE, Stage.LATE_MANAGER)),
        ("2025-06-30T08:00", ()),
    ]
    for now, expected in script:
        brief, told = say(brief, now=utc(now))
        assert told == expected
    assert brief.next_at is None
    assert brief.passed == frozenset()


def test_after_a_gap_earlier_stages_are_passed_over() -> None:
    brief, told = say(owed(signed())[Step.BRIEF], now=utc("2025-06-04T09:00"))
    assert told == (Stage.LATE, Stage.LATE_MANAGER)
    assert brief.passed == {Stage.HALF, Stage.MOST}
    assert say(brief, now=utc("2025-06-04T09:00")) == (brief, ())


def test_a_signature_learned_late_says_the_present_state_once() -> None:
    brief = owed(signed(learned=utc("2025-06-04T09:00")))[Step.BRIEF]
    assert plan(brief) == {
        "late": "06-04T09:00",
        "late_manager": "06-04T09:00",
        "silent": "06-03T06:00",
    }
    brief, told = say(brief, now=utc("2025-06-04T09:00"))
    assert told == (Stage.LATE, Stage.LATE_MANAGER)
    assert (brief.next_at, brief.passed) == (None, frozenset())


def test_a_signature_learned_at_night_says_so_in_the_morning() -> None:
    made = owed(signed(learned=utc("2025-06-04T20:30")))
    assert plan(made[Step.BRIEF]) == {
        "late": "06-05T07:00",
        "late_manager": "06-05T07:00",
        "silent": "06-03T06:00",
    }
    assert plan(made[Step.MESSAGE]) == {"post": "06-04T21:30"}


# --- Brought in line


def test_a_recompute_that_changes_nothing_keeps_what_was_said() -> None:
    handoff = signed()
    brief, _ = say(owed(handoff)[Step.BRIEF], now=utc("2025-06-04T09:00"))
    assert in_line(brief, handoff, utc("2025-06-04T10:00")) == brief
    fresh = owed(handoff)[Step.BRIEF]
    assert bring_in_line(None, fresh, now=MONDAY) == fresh


def test_a_moved_deadline_says_again_only_what_now_lies_ahead() -> None:
    handoff = signed()
    brief, told = say(owed(handoff)[Step.BRIEF], now=utc("2025-06-02T12:10"))
    assert told == (Stage.HALF,)
    # 09:00 in Berlin: half of the new window was gone at 11:30 UTC, four fifths at 14:12.
    handoff.countersign(utc("2025-06-02T07:00"), by=AE, at=utc("2025-06-02T12:30"), ae=AE)
    brief = in_line(brief, handoff, utc("2025-06-02T12:30"))
    assert (brief.due_at, brief.said) == (utc("2025-06-03T07:00"), frozenset({Stage.HALF}))
    assert brief.next_at == utc("2025-06-02T14:12")
    brief, told = say(brief, now=utc("2025-06-02T14:12"))
    assert told == (Stage.MOST,)
    # 18:00 in Berlin: the whole window lies ahead.
    handoff.countersign(utc("2025-06-02T16:00"), by=AE, at=utc("2025-06-02T16:00"), ae=AE)
    brief = in_line(brief, handoff, utc("2025-06-02T16:00"))
    assert brief.said == frozenset()
    assert plan(brief)["half"] == "06-03T11:30"
    brief, told = say(brief, now=utc("2025-06-03T11:30"))
    assert told == (Stage.HALF,)


def test_a_deadline_moved_into_the_past_says_late_once_more_never() -> None:
    handoff = signed(utc("2025-06-03T06:00"))
    stored = owed(handoff)[Step.BRIEF]
    now = utc("2025-06-03T09:00")
    handoff.countersign(utc("2025-06-01T06:00"), by=AE, at=now, ae=AE)
    brief, told = say(in_line(stored, handoff, now), now=now)
    assert told == (Stage.LATE, Stage.LATE_MANAGER)
    handoff.countersign(utc("2025-06-01T05:00"), by=AE, at=now, ae=AE)
    assert say(in_line(brief, handoff, now), now=now)[1] == ()


@pytest.mark.parametrize(
    ("corrections", "due"),
    [
        # Learned at 08:00 when it was signed, so the bot posts at 12:00. Each pair is when the
        # correction came, and what it said.
        ([], "12:00"),
        ([("09:00", "07:30")], "11:30"),
        # More than three hours before it was first learned: an hour from then, not from now.
        ([("08:20", "04:30")], "09:00"),
        # The time for it is over: an hour from the correction ...
        ([("10:00", "05:00")], "11:00"),
        ([("10:00", "2025-05-30T08:00")], "11:00"),
        # ... but never more time than there was.
        ([("11:45", "07:59")], "11:59"),
        ([("11:45", "07:00")], "12:00"),
        ([("11:45", "2025-05-30T08:00")], "12:00"),
        ([("10:00", "05:00"), ("10:50", "04:00")], "11:00"),
        ([("10:00", "05:00"), ("10:50", "04:00"), ("10:55", "08:00")], "12:00"),
        # What was signed later gives its four hours from there.
        ([("09:00", "08:40")], "12:40"),
        ([("10:00", "05:00"), ("10:30", "09:00")], "13:00"),
    ],
)
def test_a_correction_never_postpones_the_bots_post_nor_has_it_post_at_once(
    corrections: list[tuple[str, str]], due: str
) -> None:
    def at(text: str) -> datetime:
        return utc(text if "T" in text else f"2025-06-02T{text}")

    handoff = signed(at("08:00"))
    stored = owed(handoff)
    for now, signed_at in corrections:
        handoff.countersign(at(signed_at), by=AE, at=at(now), ae=AE)
        # Whatever is saved afterwards changes nothing about it.
        for later in (at(now), at(now) + timedelta(minutes=5), at(now) + 9 * HOUR):
            again = {Step.MESSAGE: in_line(stored[Step.MESSAGE], handoff, later)}
            stored = again if later == at(now) else stored
            assert again[Step.MESSAGE].due_at == stored[Step.MESSAGE].due_at
    message = stored[Step.MESSAGE]
    assert message.due_at == at(due)
    assert plan(message)["post"] == at(due).strftime("%m-%dT%H:%M")


LATE_STAGES = frozenset({Stage.LATE, Stage.LATE_MANAGER})


@pytest.mark.parametrize(
    ("now", "corrected", "again"),
    [
        # The brief was due on Tuesday at 08:00. What is told by night would lie ahead, in the
        # morning that follows.
        ("2025-06-03T21:00", "2025-06-02T05:59", frozenset()),
        ("2025-06-03T21:00", "2025-06-02T07:55", frozenset()),
        ("2025-06-03T21:00", "2025-06-02T09:00", frozenset()),
        ("2025-06-03T10:00", "2025-06-02T07:00", frozenset()),
        ("2025-06-03T10:00", "2025-06-02T10:00", frozenset()),
        # Only where it is not late any more.
        ("2025-06-03T10:00", "2025-06-02T10:01", LATE_STAGES),
        ("2025-06-03T21:00", "2025-06-03T09:00", LATE_STAGES),
    ],
)
def test_late_is_said_again_only_of_what_is_not_late_any_more(
    now: str, corrected: str, again: frozenset[Stage]
) -> None:
    handoff = signed(utc("2025-06-02T08:00"))
    brief, told = say(owed(handoff)[Step.BRIEF], now=utc("2025-06-03T08:00"))
    assert frozenset(told) == LATE_STAGES
    handoff.countersign(utc(corrected), by=AE, at=utc(now), ae=AE)
    brief = in_line(brief, handoff, utc(now))
    assert LATE_STAGES - brief.said == again
    heard = {stage for _ in range(3) for stage in say(brief, now=utc("2025-06-30T09:00"))[1]}
    assert LATE_STAGES & heard == again


def test_a_due_time_moved_within_the_past_wakes_no_manager_whose_evening_it_fell_into() -> None:
    handoff = assigned(utc("2025-06-02T08:00"), when=utc("2025-06-03T07:00"))
    read, told = say(owed(handoff)[Step.READ], now=utc("2025-06-04T14:00"))
    assert frozenset(told) == LATE_STAGES
    # Three in the afternoon in New York, where the CSM is, and nine in the evening in Berlin.
    handoff.countersign(utc("2025-06-02T23:00"), by=AE, at=utc("2025-06-04T20:30"), ae=AE)
    read = in_line(read, handoff, utc("2025-06-04T20:30"))
    assert (read.due_at, plan(read)["late_manager"]) == (utc("2025-06-04T19:00"), "06-05T07:00")
    assert read.said == LATE_STAGES


@pytest.mark.parametrize("minutes", [1, 30, 90, 150])
def test_a_correction_to_an_earlier_time_says_no_reminder_again(minutes: int) -> None:
    handoff = signed()
    brief, told = say(owed(handoff)[Step.BRIEF], now=utc("2025-06-02T12:00"))
    assert told == (Stage.HALF,)
    now = utc("2025-06-02T12:01")
    handoff.countersign(MONDAY - timedelta(minutes=minutes), by=AE, at=now, ae=AE)
    brief = in_line(brief, handoff, now)
    assert brief.said == {Stage.HALF}


def test_a_cancelled_handoff_owes_nothing_and_after_the_undo_all_is_as_before() -> None:
    handoff = signed()
    before, _ = say(owed(handoff)[Step.BRIEF], now=utc("2025-06-02T12:10"))
    before = snooze(before, utc("2025-06-03T09:00"))
    ended = utc("2025-06-02T13:00")
    handoff.cancel("The customer withdrew", by=AE, at=ended)
    off = in_line(before, handoff, ended)
    assert (off.state, off.stages, off.next_at) == (DeadlineState.CANCELLED, (), None)
    assert say(off, now=utc("2025-06-09T09:00")) == (off, ())
    assert owed(handoff)[Step.ASSIGN].state is DeadlineState.CANCELLED
    handoff.undo_cancel(by=AE, at=ended + timedelta(minutes=9), policy=POLICY)
    assert in_line(off, handoff, ended + timedelta(minutes=9)) == before


def test_an_acknowledgement_taken_back_is_owed_as_before() -> None:
    handoff = assigned()
    before, told = say(owed(handoff)[Step.READ], now=utc("2025-06-05T14:00"))
    assert told == (Stage.LATE, Stage.LATE_MANAGER)
    now = utc("2025-06-05T15:00")
    handoff.acknowledge(version=handoff.brief_version, by=CSM, at=now)
    assert in_line(before, handoff, now) == before
    handoff.answer_checks(YES, revision=1, by=CSM, at=now)
    handoff.restate(RESTATED, revision=1, by=CSM, at=now)
    done = in_line(before, handoff, now)
    assert (done.state, done.next_at) == (DeadlineState.DONE, None)
    handoff.undo_acknowledge(by=CSM, at=now, policy=POLICY)
    assert in_line(done, handoff, now) == before


# --- Snoozing


def test_a_snooze_silences_the_owner_alone_and_reminds_at_its_end() -> None:
    brief, _ = say(owed(signed())[Step.BRIEF], now=utc("2025-06-02T12:00"))
    due = brief.due_at
    brief = snooze(brief, utc("2025-06-03T12:00"))
    script = [
        ("2025-06-02T15:00", ()),
        ("2025-06-03T08:00", (Stage.LATE_MANAGER,)),
        ("2025-06-03T12:00", (Stage.SNOOZED,)),
        ("2025-06-05T12:00", ()),
    ]
    for now, expected in script:
        brief, told = say(brief, now=utc(now))
        assert told == expected
    assert brief.due_at == due


def test_a_snooze_that_ends_in_time_leaves_the_late_notice() -> None:
    brief = snooze(owed(signed())[Step.BRIEF], utc("2025-06-02T15:30"))
    brief, told = say(brief, now=utc("2025-06-02T15:30"))
    assert told == (Stage.SNOOZED,)
    assert say(brief, now=utc("2025-06-03T08:00"))[1] == (Stage.LATE, Stage.LATE_MANAGER)


def test_a_second_snooze_takes_the_place_of_the_first() -> None:
    brief = snooze(owed(signed())[Step.BRIEF], utc("2025-06-03T12:00"))
    shorter = snooze(brief, utc("2025-06-02T14:00"))
    assert shorter.next_at == utc("2025-06-02T14:00")
    brief, told = say(shorter, now=utc("2025-06-02T14:00"))
    assert told == (Stage.SNOOZED,)
    # What only the longer one had silenced is heard again.
    brief, told = say(brief, now=utc("2025-06-02T15:00"))
    assert told == (Stage.MOST,)
    again = snooze(brief, utc("2025-06-04T09:00"))
    assert again.snoozed_until == utc("2025-06-04T09:00")
    again, _ = say(again, now=utc("2025-06-03T08:00"))
    assert say(again, now=utc("2025-06-04T09:00"))[1] == (Stage.SNOOZED,)


def test_a_snooze_outlives_every_recompute_until_its_reminder_was_given() -> None:
    handoff = signed()
    brief = snooze(owed(handoff)[Step.BRIEF], utc("2025-06-03T12:00"))
    assert in_line(brief, handoff, utc("2025-06-02T13:00")) == brief
    # An act between the end of the snooze and the next sweep.
    brief = in_line(brief, handoff, utc("2025-06-03T12:00:03"))
    brief, told = say(brief, now=utc("2025-06-03T12:00:05"))
    assert told == (Stage.SNOOZED, Stage.LATE_MANAGER)
    brief = in_line(brief, handoff, utc("2025-06-03T13:00"))
    assert brief.snoozed_until is None
    assert say(brief, now=utc("2025-06-09T13:00"))[1] == ()


def test_a_snoozed_message_is_posted_all_the_same_even_after_a_gap() -> None:
    message = snooze(owed(signed(utc("2025-06-02T08:00")))[Step.MESSAGE], utc("2025-06-02T15:00"))
    assert say(message, now=utc("2025-06-02T12:00"))[1] == (Stage.POST,)
    assert say(message, now=utc("2025-06-02T16:00"))[1] == (Stage.POST,)


# --- Whatever the order of acts and moves of the clock


class Run:
    """A handoff, its stored deadlines and a sweep, with what may still be said kept beside."""

    def __init__(self) -> None:
        self.now = MONDAY
        self.handoff = started()
        self.stored: dict[Step, Deadline] = {}
        self.said: dict[Step, set[Stage]] = {step: set() for step in Step}

    def act(self, deed: Callable[[], object]) -> None:
        with suppress(HandoffError):
            deed()
        wanted = owed(self.handoff, stored=self.stored, now=self.now)
        for step, want in wanted.items():
            before = self.stored.get(step)
            if before is None or before.owner_id != want.owner_id:
                self.said[step] = set()
            elif want.due_at > max(before.due_at, self.now):
                self.said[step] -= {one.stage for one in want.stages if one.at > self.now}
            self.stored[step] = bring_in_line(before, want, now=self.now)
        for step in self.stored.keys() - wanted.keys():
            self.stored[step] = dropped(self.stored[step])

    def snooze(self, step: Step, hours: int) -> None:
        deadline = self.stored.get(step)
        if deadline is not None and deadline.state is OPEN:
            self.stored[step] = snooze(deadline, self.now + hours * HOUR)
            self.said[step] -= {Stage.SNOOZED}

    def sweep(self) -> None:
        if any(to_open(one, now=self.now) for one in self.stored.values()):
            self.act(lambda: None)  # What opens by time alone is owed from now on.
        for step, deadline in list(self.stored.items()):
            settled, told = say(deadline, now=self.now)
            self.stored[step] = settled
            if told:
                self.check(step, deadline, told)
            assert settled.next_at is None or settled.next_at > self.now
            if Stage.POST in told:
                self.act(lambda: self.handoff.post_by_bot(at=self.now))
                assert self.handoff.posted_at == self.now

    def check(self, step: Step, deadline: Deadline, told: tuple[Stage, ...]) -> None:
        handoff = self.handoff
        assert handoff.open
        assert handoff.signed_at is not None
        # None of the acts here records a review, or the intro as sent.
        reviews = {rule.step: handoff.kickoff_held_at is not None for rule in STEPS if rule.beyond}
        still_owed = reviews | {
            Step.MESSAGE: handoff.posted_at is None,
            Step.BRIEF: handoff.gate_at is None or handoff.verification.with_ae,
            Step.ASSIGN: handoff.assignable and handoff.csm_id is None,
            Step.READ: handoff.csm_id is not None
            and not handoff.verification.with_ae
            and handoff.reading_left() != (),
            Step.JUDGE: handoff.verification.to_judge,
            Step.BOOK_CALL: handoff.csm_id is not None
            and handoff.briefing.settled(handoff.verification.call_asked_at) is None,
            Step.HOLD_CALL: _call_owed(handoff),
            Step.HOLD_CALL_AE: _call_owed(handoff),
            Step.INTRO: handoff.csm_id is not None and handoff.reading_left() == (),
            Step.INITIALS: handoff.csm_id is not None
            and handoff.signing.entries > handoff.signing.csm,
            Step.INITIALS_AE: handoff.csm_id is not None and handoff.signing.ae_at is None,
            Step.PREP: _ahead(handoff) and handoff.kickoff.ready_at is None,
            Step.PREP_AE: _ahead(handoff) and handoff.kickoff.ready_ae_at is None,
            Step.KICKOFF: handoff.csm_id is not None and handoff.kickoff_held_at is None,
            Step.DEBRIEF: handoff.csm_id is not None and handoff.debrief.done_at is None,
            Step.PLAN: handoff.kickoff_held_at is not None
            and handoff.success_plan.drafted_at is None,
            Step.SIGN_PLAN: handoff.success_plan.drafted_at is not None
            and handoff.success_plan.csm_done_at is None,
            Step.SIGN_PLAN_AE: handoff.success_plan.drafted_at is not None
            and handoff.success_plan.ae_done_at is None,
        }
        assert still_owed[step]
        assert len(told) == len(set(told))
        assert not self.said[step] & set(told)
        assert len(set(told) - {Stage.LATE_MANAGER}) <= 1
        planned = {one.stage: one.at for one in deadline.stages}
        assert all(planned[stage] <= self.now for stage in told)
        if self.said[step] & {Stage.MOST, Stage.LATE}:
            assert Stage.HALF not in told
        if Stage.LATE in self.said[step]:
            assert Stage.MOST not in told
        if {Stage.LATE, Stage.LATE_MANAGER} & set(told):
            assert self.now >= deadline.due_at
        self.said[step] |= set(told)


def _ahead(handoff: Handoff) -> bool:
    return handoff.csm_id is not None and handoff.kickoff_held_at is None


def _call_owed(handoff: Handoff) -> bool:
    asked, briefing = handoff.verification.call_asked_at, handoff.briefing
    due = asked is not None or briefing.at is not None
    return handoff.csm_id is not None and due and briefing.recorded(asked) is None


OPERATIONS = st.one_of(
    st.tuples(st.just("later"), st.sampled_from([1, 10, 45, 120, 300, 900, 4000])),
    st.tuples(st.just("sign"), st.sampled_from([0, 1, 2, 4, 20, 30, 90])),
    st.tuples(st.just("fill"), st.just(0)),
    st.tuples(st.just("post"), st.just(0)),
    st.tuples(st.just("assign"), st.sampled_from([0, 1])),
    st.tuples(st.just("acknowledge"), st.sampled_from([0, 1])),
    st.tuples(st.just("take back"), st.sampled_from([0, 1])),
    st.tuples(st.just("cancel"), st.just(0)),
    st.tuples(st.just("reopen"), st.just(0)),
    st.tuples(st.just("open again"), st.just(0)),
    st.tuples(st.just("read"), st.sampled_from([0, 1])),
    st.tuples(st.just("judge"), st.sampled_from([0, 1])),
    st.tuples(st.just("send back"), st.sampled_from([0, 1])),
    st.tuples(st.just("return"), st.just(0)),
    st.tuples(st.just("book"), st.sampled_from([1, 20])),
    st.tuples(st.just("without"), st.sampled_from([0, 1])),
    st.tuples(st.just("call"), st.just(0)),
    st.tuples(st.just("half read"), st.sampled_from([0, 1])),
    st.tuples(st.just("decline"), st.sampled_from([0, 1])),
    st.tuples(st.just("override"), st.sampled_from([0, 1])),
    st.tuples(st.just("book kickoff"), st.sampled_from([1, 30, 200])),
    st.tuples(st.just("call off"), st.just(0)),
    st.tuples(st.just("prepare"), st.sampled_from([0, 1])),
    st.tuples(st.just("hold"), st.sampled_from([0, 1])),
    st.tuples(st.just("initials"), st.integers(0, 7)),
    st.tuples(st.just("debrief"), st.integers(0, len(Standing) * len(Question) - 1)),
    st.tuples(st.just("talk"), st.just(0)),
    st.tuples(st.just("debriefed"), st.just(0)),
    st.tuples(st.just("plan"), st.just(0)),
    st.tuples(st.just("snooze"), st.integers(0, len(Step) * 40 - 1)),
    st.tuples(st.just("sweep"), st.just(0)),
)


def stand(handoff: Handoff, question: Question, standing: Standing, at: datetime) -> None:
    handoff.debrief = handoff.debrief.with_standing(question, standing, at)


def hold(handoff: Handoff, at: datetime) -> None:
    handoff.debrief = handoff.debrief.held(at, 40, at)


def play(run: Run, name: str, number: int) -> None:
    handoff, now = run.handoff, run.now
    csm = (CSM, OTHER_CSM)[number % 2]
    match name:
        case "later":
            run.now += number * timedelta(minutes=1)
        case "sweep":
            run.sweep()
        case "snooze":
            run.snooze(STEPS[number % len(STEPS)].step, 1 + number // len(STEPS))
        case "sign":
            run.act(lambda: handoff.countersign(now - number * HOUR, by=AE, at=now, ae=AE))
        case "fill":
            run.act(lambda: fill(handoff, now))
        case "post":
            run.act(lambda: handoff.post(by=AE, at=now))
        case "assign":
            run.act(lambda: handoff.assign_csm(csm, by=CS_MANAGER, at=now))
        case "acknowledge":
            run.act(lambda: handoff.acknowledge(version=handoff.brief_version, by=csm, at=now))
        case "override":
            why = "They start on Monday"
            run.act(lambda: handoff.assign_csm(csm, by=CS_MANAGER, at=now, override=why))
        case "decline":
            run.act(lambda: handoff.decline("Not my region", by=csm, at=now))
        case "read":
            run.act(lambda: handoff.answer_checks(YES, revision=1, by=csm, at=now))
            run.act(lambda: handoff.restate(RESTATED, revision=1, by=csm, at=now))
        case "half read":
            run.act(lambda: handoff.answer_checks(NO_PLAN, revision=1, by=csm, at=now))
        case "book":
            at = now + number * HOUR
            run.act(lambda: briefing_call.book(handoff, at, by=AE, at=now))
        case "without":
            by = (AE, csm)[number]
            run.act(lambda: briefing_call.do_without(handoff, by=by, at=now, policy=POLICY))
        case "call":
            run.act(lambda: called(handoff, at=now))
        case "judge":
            said = (MATCH, NO_MATCH)[number]
            run.act(lambda: handoff.judge(said, revision=1, by=AE, at=now))
        case "send back":
            items = (Item.METRIC,)
            run.act(lambda: handoff.send_back(items, "Which tickets?", by=csm, at=now))
        case "return":
            run.act(lambda: handoff.return_brief(by=AE, at=now, policy=POLICY))
        case "initials":
            # Bit by bit: whether there are two, and how many of them each side initialed.
            entries = 2 * bool(number & 4)
            ae, of_csm = (entries if number & bit else entries // 2 for bit in (1, 2))
            run.act(lambda: counted(handoff, entries, ae, of_csm, at=now))
        case "book kickoff":
            at = now + number * HOUR
            run.act(lambda: kickoff_booking.book(handoff, at, by=csm, at=now, policy=POLICY))
        case "call off":
            run.act(lambda: kickoff_booking.call_off(handoff, by=CSM, at=now, policy=POLICY))
        case "prepare":
            by = (AE, csm)[number]
            run.act(lambda: kickoff_prep.prepare(handoff, by=by, at=now, policy=POLICY))
        case "hold":
            run.act(lambda: handoff.hold_kickoff(now, by=csm, at=now))
        case "debrief":
            question = list(Question)[number % len(Question)]
            standing = list(Standing)[number // len(Question)]
            run.act(lambda: stand(handoff, question, standing, now))
        case "talk":
            run.act(lambda: hold(handoff, now))
        case "debriefed":
            run.act(lambda: debriefed(handoff, at=now))
        case "plan":
            run.act(lambda: planned(handoff, at=now))
        case "take back":
            run.act(lambda: handoff.undo_acknowledge(by=csm, at=now, policy=POLICY))
        case "cancel":
            run.act(lambda: handoff.cancel("The customer withdrew", by=AE, at=now))
        case "reopen":
            run.act(lambda: handoff.undo_cancel(by=AE, at=now, policy=POLICY))
        case "open again":
            run.act(lambda: reopen(handoff, "They came back", by=AE, at=now))


@settings(max_examples=250, deadline=None)
@given(st.lists(OPERATIONS, max_size=30))
@example([("override", 0), ("acknowledge", 0), ("read", 0)])
@example([("override", 0), ("hold", 0), *[("later", 4000)] * 20])
def test_nothing_is_said_twice_or_of_a_step_that_is_not_owed(
    operations: list[tuple[str, int]],
) -> None:
    run = Run()
    run.act(lambda: run.handoff.countersign(MONDAY, by=AE, at=MONDAY, ae=AE))
    for name, number in operations:
        play(run, name, number)
        if name in ("later", "sign"):
            run.sweep()
    run.now += 400 * HOUR
    run.sweep()
    run.sweep()
    for deadline in run.stored.values():
        # What opens by time alone is looked at then, and no earlier.
        assert deadline.next_at is None or (deadline.opens_by_time and deadline.next_at > run.now)
        if deadline.state is OPEN and deadline.step is not Step.MESSAGE:
            # However it went, who is late has heard of it after the due time.
            assert {Stage.LATE, Stage.SNOOZED} & deadline.said
            assert Stage.LATE_MANAGER in deadline.said
