"""Reading, checking and restating the brief, and the ways in which it comes back."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import datetime

import pytest

from bot.domain.brief import Brief
from bot.domain.completeness import completeness
from bot.domain.deadlines import Deadline, DeadlineState, Step
from bot.domain.errors import Conflict, HandoffError, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.items import Item, SectionKey
from bot.domain.notices import NoticeKind, Place, announcements
from bot.domain.nudging import Stage
from bot.domain.people import Person
from bot.domain.policy import Policy, Tier
from bot.domain.verification import Checks, JointPlan, Part, Restatement, Verdict
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    EMPTY,
    EVERYBODY,
    FILLED,
    HOUR,
    MATCH,
    MONDAY,
    NO_MATCH,
    OTHER_CSM,
    POLICY,
    RESTATED,
    YES,
    acknowledged,
    assigned,
    checked,
    gated,
    read,
    restated,
    signed,
    utc,
)
from tests.domain.test_deadlines import owed, plan

LATER = MONDAY + 10 * HOUR
NO_PLAN_IS_NO = Checks(metric=True, no_plan=False, champion=True)
ITEMS = (Item.METRIC, Item.PRIVATE_NOTE)


def tags(handoff: Handoff) -> list[Tag]:
    return [event.tag for event in handoff.events]


def change_metric(handoff: Handoff, at: datetime, field: str = "target") -> None:
    handoff.save_section(
        SectionKey.SUCCESS,
        changed={field: "98 %"},
        revision=2,
        state=FILLED,
        by=AE,
        at=at,
        policy=POLICY,
    )


def save_promise(
    handoff: Handoff, at: datetime, tag: Tag = Tag.PROMISE_ADDED, by: Person = AE
) -> None:
    handoff.save_promise(
        tag, number=1, version=1, words="Live", state=FILLED, by=by, at=at, policy=POLICY
    )


def sent_back(at: datetime = LATER, *, of: Handoff | None = None) -> Handoff:
    handoff = of or acknowledged()
    handoff.send_back(ITEMS, " Which tickets? ", by=CSM, at=at)
    return handoff


def step(handoff: Handoff, which: Step) -> Deadline:
    return owed(handoff)[which]


# --- What has read means


def test_the_csm_is_asked_for_one_thing_after_the_other() -> None:
    stages = (assigned(), acknowledged(), checked(), restated())
    assert [handoff.reading_left() for handoff in stages] == [
        tuple(Part),
        (Part.CHECKS, Part.RESTATEMENT),
        (Part.RESTATEMENT,),
        (),
    ]
    assert [handoff.read_at() for handoff in stages] == [None, None, None, MONDAY + 5 * HOUR]


def test_reading_is_done_when_the_last_of_the_three_is_there_and_judging_is_a_step_of_its_own() -> (
    None
):
    states = {
        make: (step(make(), Step.READ).state, step(make(), Step.JUDGE).state)
        for make in (acknowledged, checked, restated, read)
    }
    waiting, open_, done = DeadlineState.WAITING, DeadlineState.OPEN, DeadlineState.DONE
    assert states == {
        acknowledged: (open_, waiting),
        checked: (open_, waiting),
        restated: (done, open_),
        read: (done, done),
    }
    assert step(checked(), Step.JUDGE).waits_for is Step.READ


# --- The three checks


@pytest.mark.parametrize("name", ["metric", "no_plan", "champion"])
def test_any_check_that_is_no_yes_holds_the_intro(name: str) -> None:
    assert checked().verification.intro_held_at is None
    handoff = checked(checks=YES.model_copy(update={name: False}))
    assert handoff.verification.intro_held_at == MONDAY + 4 * HOUR
    assert tags(handoff)[-2:] == [Tag.CHECKS_ANSWERED, Tag.INTRO_HELD]
    answered = handoff.events[-2]
    assert answered.values == {
        "metric": "yes",
        "no_plan": "yes",
        "champion": "yes",
        name: "no",
    }
    assert answered.facts == {"revision": 1, "brief": 1}


def test_no_later_answer_lifts_what_holds_the_intro() -> None:
    handoff = sent_back(of=checked(checks=NO_PLAN_IS_NO))
    handoff.return_brief(by=AE, at=LATER, policy=POLICY)
    handoff.acknowledge(version=handoff.brief_version, by=CSM, at=LATER)
    handoff.answer_checks(YES, revision=2, by=CSM, at=LATER)
    assert handoff.verification.intro_held_at == MONDAY + 4 * HOUR
    assert tags(handoff).count(Tag.INTRO_HELD) == 1


@pytest.mark.parametrize("declined", [True, False])
def test_another_csm_reads_anew_and_what_the_first_reading_led_to_stands(declined: bool) -> None:
    handoff = restated(checks=NO_PLAN_IS_NO)
    handoff.judge(NO_MATCH, revision=1, by=AE, at=MONDAY + 6 * HOUR)
    handoff.restate(RESTATED, revision=2, by=CSM, at=MONDAY + 7 * HOUR)
    handoff.judge(NO_MATCH, revision=2, by=AE, at=MONDAY + 8 * HOUR)
    if declined:
        handoff.decline("Not my region", by=CSM, at=MONDAY + 9 * HOUR)
    handoff.assign_csm(OTHER_CSM, by=CS_MANAGER, at=LATER)
    reading = handoff.verification
    assert reading.intro_held_at == MONDAY + 4 * HOUR
    assert reading.plan_missing
    assert reading.call_required_at == MONDAY + 8 * HOUR
    # What did not match were another's words.
    assert (reading.checks_at, reading.mismatches) == (None, 0)
    assert handoff.reading_left() == tuple(Part)


def test_a_joint_plan_is_written_where_the_red_flags_need_one() -> None:
    plan_of = JointPlan(plan=" Weekly call with the IT lead ").checked()
    with pytest.raises(Invalid) as refused:
        checked().write_plan(plan_of, revision=1, by=CSM, at=LATER)
    assert refused.value.problem is Problem.NO_PLAN_NEEDED
    handoff = checked(checks=NO_PLAN_IS_NO)
    assert handoff.verification.plan_missing
    handoff.write_plan(plan_of, revision=1, by=CSM, at=LATER)
    assert not handoff.verification.plan_missing
    assert handoff.events[-1].values == {"plan": "Weekly call with the IT lead"}
    # It outlasts whoever wrote it.
    handoff.assign_csm(OTHER_CSM, by=CS_MANAGER, at=LATER)
    assert handoff.verification.plan_at == LATER


# --- The restatement and what the AE says of it


@pytest.mark.parametrize("name", ["why", "success", "risk"])
def test_a_restatement_needs_all_of_its_words(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        RESTATED.model_copy(update={name: " \n"}).checked()
    assert (refused.value.problem, refused.value.field) == (Problem.EMPTY, f"restated_{name}")
    with pytest.raises(Invalid) as refused:
        RESTATED.model_copy(update={name: "x" * 3001}).checked()
    assert refused.value.problem is Problem.TOO_LONG
    spaced = RESTATED.model_copy(update={name: " none "}).checked()
    assert getattr(spaced, name) == "none"


def test_not_a_match_takes_a_line_and_a_match_takes_none() -> None:
    assert Verdict(match=True).checked() == MATCH
    assert Verdict(match=False, line=" Not \n this ").checked().line == "Not this"
    with pytest.raises(Invalid) as refused:
        Verdict(match=False, line=" ").checked()
    assert (refused.value.problem, refused.value.field) == (Problem.EMPTY, "line")
    with pytest.raises(Invalid) as refused:
        Verdict(match=True, line="x" * 301).checked()
    assert refused.value.problem is Problem.TOO_LONG


def test_a_match_is_noted_and_said_once() -> None:
    handoff = read()
    assert handoff.verification.matched_at == MONDAY + 6 * HOUR
    assert tags(handoff)[-1] is Tag.MATCHED
    for verdict in (MATCH, NO_MATCH):
        with pytest.raises(Conflict) as refused:
            handoff.judge(verdict, revision=1, by=AE, at=LATER)
        assert refused.value.problem is Problem.NOTHING_TO_JUDGE


def test_not_a_match_asks_for_the_words_alone_and_after_the_second_a_call_is_required() -> None:
    handoff = restated()
    handoff.judge(NO_MATCH, revision=1, by=AE, at=LATER)
    assert handoff.reading_left() == (Part.RESTATEMENT,)
    assert not handoff.verification.call_required
    assert handoff.events[-1].values == {"line": NO_MATCH.line}
    handoff.restate(RESTATED, revision=2, by=CSM, at=LATER + HOUR)
    handoff.judge(NO_MATCH, revision=2, by=AE, at=LATER + 2 * HOUR)
    assert handoff.verification.call_required
    assert tags(handoff)[-2:] == [Tag.MISMATCHED, Tag.CALL_REQUIRED]
    handoff.restate(RESTATED, revision=3, by=CSM, at=LATER + 3 * HOUR)
    handoff.judge(NO_MATCH, revision=3, by=AE, at=LATER + 4 * HOUR)
    assert tags(handoff).count(Tag.CALL_REQUIRED) == 1
    handoff.restate(RESTATED, revision=4, by=CSM, at=LATER + 5 * HOUR)
    handoff.judge(MATCH, revision=4, by=AE, at=LATER + 6 * HOUR)
    assert handoff.verification.call_required


@pytest.mark.parametrize(
    ("written", "due"),
    [
        # The AE is in Berlin (UTC+2 in summer) and has nine working hours, a whole day.
        ("2025-06-03T07:00", "2025-06-03T16:00"),
        ("2025-06-03T14:00", "2025-06-04T14:00"),
        ("2025-06-03T21:00", "2025-06-04T16:00"),
        # Written on a Friday evening: all of Monday.
        ("2025-06-06T18:30", "2025-06-09T16:00"),
        ("2025-06-06T15:59", "2025-06-09T15:59"),
        ("2025-06-07T12:00", "2025-06-09T16:00"),
    ],
)
def test_the_ae_has_nine_working_hours_from_the_restatement(written: str, due: str) -> None:
    judge = step(restated(when=utc(written)), Step.JUDGE)
    assert (judge.due_at, judge.raw_due_at, judge.start_at) == (utc(due), utc(due), utc(written))
    assert (judge.owner_id, judge.manager_id, judge.zone) == (AE.id, AE_MANAGER.id, AE.zone)


def test_the_nine_hours_of_a_week_in_which_the_clocks_change_are_working_hours() -> None:
    # Friday 17:00 in Berlin (UTC+1); on Sunday the clocks go forward; Monday 17:00 is UTC+2.
    handoff = restated(utc("2025-03-27T06:00"), when=utc("2025-03-28T16:00"))
    assert step(handoff, Step.JUDGE).due_at == utc("2025-03-31T15:00")
    # And back: Friday 17:00 is UTC+2, Monday 17:00 is UTC+1.
    handoff = restated(utc("2025-10-23T06:00"), when=utc("2025-10-24T15:00"))
    assert step(handoff, Step.JUDGE).due_at == utc("2025-10-27T16:00")


def test_an_ae_who_does_not_judge_is_reminded_and_their_manager_hears_in_the_morning() -> None:
    # Tuesday 10:00 in Berlin; due on Wednesday at 10:00.
    judge = step(restated(when=utc("2025-06-03T08:00")), Step.JUDGE)
    assert plan(judge) == {
        "half": "06-03T12:30",
        "most": "06-03T15:12",
        "late": "06-04T08:00",
        "late_manager": "06-05T07:00",
    }
    brief = step(signed(), Step.BRIEF)
    at = {one.stage: one.at for one in brief.stages}
    assert at[Stage.LATE] == at[Stage.LATE_MANAGER]


def test_how_long_the_ae_has_is_the_policys() -> None:
    policy = Policy.model_validate({"clocks": {"own_judge": 2}})
    handoff = restated(when=utc("2025-06-03T08:00"))
    assert owed(handoff, policy=policy)[Step.JUDGE].due_at == utc("2025-06-03T10:00")


@pytest.mark.parametrize(
    ("judged", "due"),
    [
        # New York is UTC-4: eight working hours from 10:00 there are 18:00.
        ("2025-06-04T14:00", "2025-06-04T22:00"),
        ("2025-06-04T20:00", "2025-06-05T19:00"),
        # Judged on Friday evening: Monday 17:00.
        ("2025-06-06T22:30", "2025-06-09T21:00"),
        # Long before the time of the table, which then holds: Wednesday 10:00.
        ("2025-06-02T14:00", "2025-06-04T14:00"),
    ],
)
def test_not_a_match_gives_the_csm_eight_working_hours_or_the_time_of_the_table(
    judged: str, due: str
) -> None:
    handoff = restated()
    handoff.judge(NO_MATCH, revision=1, by=AE, at=utc(judged))
    reading = step(handoff, Step.READ)
    assert (reading.state, reading.due_at) == (DeadlineState.OPEN, utc(due))
    assert reading.start_at == utc(judged)
    assert step(handoff, Step.JUDGE).state is DeadlineState.WAITING


# --- Sending the brief back


def test_a_brief_that_is_sent_back_is_the_aes_again_and_the_csms_step_waits() -> None:
    handoff = sent_back(of=restated())
    assert (handoff.csm_id, handoff.gate_at) == (CSM.id, MONDAY + HOUR)
    assert (handoff.acknowledged_at, handoff.reading_left()) == (None, tuple(Part))
    told = handoff.events[-1]
    assert (told.tag, told.values) == (Tag.SENT_BACK, {"reason": "Which tickets?"})
    assert told.facts == {"items": ["metric", "private_note"], "brief": 1}
    assert handoff.verification.sent_back_items == ITEMS
    made = owed(handoff)
    assert made[Step.BRIEF].state is DeadlineState.OPEN
    assert made[Step.ASSIGN].state is DeadlineState.DONE
    assert (made[Step.READ].state, made[Step.READ].waits_for) == (DeadlineState.WAITING, Step.BRIEF)
    assert (made[Step.JUDGE].state, made[Step.JUDGE].waits_for) == (
        DeadlineState.WAITING,
        Step.READ,
    )


@pytest.mark.parametrize(
    ("at", "due"),
    [
        # Berlin: the table says Tuesday 10:00 (08:00 UTC); eight hours from Monday 15:00 reach on.
        ("2025-06-02T13:00", "2025-06-03T12:00"),
        ("2025-06-04T07:00", "2025-06-04T15:00"),
        # Friday 17:00: one hour, and seven on Monday.
        ("2025-06-06T15:00", "2025-06-09T14:00"),
        ("2025-06-06T21:00", "2025-06-09T15:00"),
    ],
)
def test_the_ae_has_eight_working_hours_with_a_brief_that_was_sent_back(at: str, due: str) -> None:
    brief = step(sent_back(utc(at), of=assigned(utc("2025-06-02T08:00"))), Step.BRIEF)
    assert (brief.due_at, brief.start_at) == (utc(due), utc(at))
    assert (brief.owner_id, brief.manager_id) == (AE.id, AE_MANAGER.id)


def test_the_time_of_the_table_holds_where_it_is_the_later_one() -> None:
    # Signed on Friday 15:00 in Berlin, so due on Monday at 10:00, and sent back that evening.
    handoff = assigned(utc("2025-06-06T13:00"), when=utc("2025-06-06T14:30"))
    handoff.send_back(ITEMS, "Which?", by=CSM, at=utc("2025-06-06T15:00"))
    brief = owed(handoff, policy=Policy.model_validate({"clocks": {"own_other": 1}}))[Step.BRIEF]
    assert brief.due_at == utc("2025-06-09T08:00")


def test_the_brief_returns_when_the_ae_says_so_and_it_passes_its_gate_at_that_moment() -> None:
    handoff = sent_back()
    handoff.weigh(EMPTY, at=LATER, policy=POLICY)
    with pytest.raises(Invalid) as refused:
        handoff.return_brief(by=AE, at=LATER, policy=POLICY)
    assert refused.value.problem is Problem.BRIEF_NOT_READY
    handoff.weigh(FILLED, at=LATER, policy=POLICY)
    assert step(handoff, Step.BRIEF).state is DeadlineState.OPEN
    handoff.return_brief(by=AE, at=utc("2025-06-06T13:00"), policy=POLICY)
    assert tags(handoff)[-1] is Tag.RETURNED
    made = owed(handoff)
    assert made[Step.BRIEF].state is DeadlineState.DONE
    # New York: Friday 09:00, so eight working hours later it is 17:00.
    assert (made[Step.READ].state, made[Step.READ].due_at) == (
        DeadlineState.OPEN,
        utc("2025-06-06T21:00"),
    )
    handoff.acknowledge(version=handoff.brief_version, by=CSM, at=LATER)
    with pytest.raises(Conflict):
        handoff.return_brief(by=AE, at=LATER, policy=POLICY)


def test_a_gate_once_passed_stays_passed_whatever_is_emptied() -> None:
    handoff = acknowledged()
    handoff.weigh(completeness(Brief(), Tier.FULL, POLICY), at=LATER, policy=POLICY)
    assert step(handoff, Step.BRIEF).state is DeadlineState.DONE


def test_sending_back_names_items_and_a_reason_and_happens_once() -> None:
    handoff = assigned()
    with pytest.raises(Invalid) as refused:
        handoff.send_back((), "Which?", by=CSM, at=LATER)
    assert (refused.value.problem, refused.value.field) == (Problem.CHOOSE_ONE, "items")
    with pytest.raises(Invalid) as refused:
        handoff.send_back(ITEMS, " ", by=CSM, at=LATER)
    assert (refused.value.problem, refused.value.field) == (Problem.EMPTY, "reason")
    sent_back(of=handoff)
    with pytest.raises(Conflict):
        handoff.send_back(ITEMS, "Which?", by=CSM, at=LATER)


def test_while_the_ae_has_the_brief_there_is_nothing_to_read() -> None:
    handoff = sent_back()
    acts: list[Callable[[], None]] = [
        lambda: handoff.acknowledge(version=handoff.brief_version, by=CSM, at=LATER),
        lambda: handoff.answer_checks(YES, revision=1, by=CSM, at=LATER),
        lambda: handoff.restate(RESTATED, revision=1, by=CSM, at=LATER),
    ]
    for act in acts:
        with pytest.raises(Invalid) as refused:
            act()
        assert refused.value.problem is Problem.BRIEF_SENT_BACK


# --- A changed metric or promise


@pytest.mark.parametrize("field", ["metric", "target", "by"])
def test_a_changed_metric_asks_for_the_acknowledgement_alone(field: str) -> None:
    handoff = read()
    change_metric(handoff, LATER, field)
    assert handoff.reading_left() == (Part.ACKNOWLEDGEMENT,)
    assert (handoff.acknowledged_version, handoff.verification.outdated_at) == (1, LATER)
    assert tags(handoff)[-2:] == [Tag.BRIEF_SAVED, Tag.OUTDATED]
    assert step(handoff, Step.JUDGE).state is DeadlineState.DONE
    handoff.acknowledge(version=2, by=CSM, at=LATER + HOUR)
    assert handoff.read_at() == LATER + HOUR
    assert handoff.acknowledged_version == 2


@pytest.mark.parametrize("tag", [Tag.PROMISE_ADDED, Tag.PROMISE_EDITED, Tag.PROMISE_WITHDRAWN])
def test_a_changed_promise_asks_for_the_acknowledgement_alone(tag: Tag) -> None:
    handoff = read()
    save_promise(handoff, LATER, tag)
    assert handoff.reading_left() == (Part.ACKNOWLEDGEMENT,)


def test_other_words_of_the_brief_ask_for_nothing_again() -> None:
    handoff = read()
    change_metric(handoff, LATER, "today")
    handoff.save_section(
        SectionKey.WHY,
        changed={"trigger": "Another"},
        revision=2,
        state=FILLED,
        by=AE,
        at=LATER,
        policy=POLICY,
    )
    assert handoff.reading_left() == ()


@pytest.mark.parametrize(
    ("changed", "due"),
    [
        ("2025-06-05T13:00", "2025-06-05T21:00"),
        # Friday 17:30 in New York, and its Monday.
        ("2025-06-06T21:30", "2025-06-09T20:30"),
        ("2025-06-02T20:00", "2025-06-04T14:00"),
    ],
)
def test_a_change_gives_the_csm_eight_working_hours_or_the_time_of_the_table(
    changed: str, due: str
) -> None:
    handoff = read()
    change_metric(handoff, utc(changed))
    assert step(handoff, Step.READ).due_at == utc(due)
    # The next change before the CSM came to it moves nothing.
    save_promise(handoff, utc(changed) + 2 * HOUR)
    assert step(handoff, Step.READ).due_at == utc(due)


@pytest.mark.parametrize(("made", "to_csm"), [(acknowledged, True), (read, False)])
def test_what_outdates_an_acknowledgement_is_told_below_the_card_and_where_no_new_card_comes(
    made: Callable[..., Handoff], to_csm: bool
) -> None:
    handoff = made()
    handoff.posted_at = MONDAY
    handoff.events.clear()
    handoff.save_promise(
        Tag.PROMISE_EDITED,
        number=2,
        version=2,
        words="Live by May.",
        state=FILLED,
        by=AE,
        at=LATER,
        policy=POLICY,
    )
    told = announcements(handoff, list(enumerate(handoff.events)), asked_in=None)
    assert {one.kind for one in told} == {NoticeKind.OUTDATED}
    places = [(Place.THREAD, None), (Place.DM, CSM.id)] if to_csm else [(Place.THREAD, None)]
    assert [(one.place, one.person_id) for one in told] == places
    about = {"actor": AE.id, "csm": CSM.id, "changed": "promise.edited", "number": 2}
    assert told[0].facts == {"seq": 1, **about}


@pytest.mark.parametrize("tag", [Tag.PROMISE_EDITED, Tag.PROMISE_WITHDRAWN])
def test_a_csm_who_changes_a_promise_hears_nothing_and_the_ae_does(tag: Tag) -> None:
    handoff = acknowledged()
    handoff.posted_at = MONDAY
    handoff.events.clear()
    save_promise(handoff, LATER, tag, by=CSM)
    told = announcements(handoff, list(enumerate(handoff.events)), asked_in=None)
    assert [(one.kind, one.place, one.person_id) for one in told] == [
        (NoticeKind.PROMISE_CHANGED, Place.DM, AE.id),
        (NoticeKind.OUTDATED, Place.THREAD, None),
    ]
    # Nothing is acknowledged now: what the thread says is the change itself.
    handoff.events.clear()
    save_promise(handoff, LATER, tag, by=CSM)
    told = announcements(handoff, list(enumerate(handoff.events)), asked_in=None)
    assert [(one.kind, one.place, one.person_id) for one in told] == [
        (NoticeKind.PROMISE_CHANGED, Place.THREAD, None),
        (NoticeKind.PROMISE_CHANGED, Place.DM, AE.id),
    ]
    assert told[0].facts["changed"] == tag.value
    # What the AE does the AE knows.
    handoff.events.clear()
    save_promise(handoff, LATER, tag)
    assert announcements(handoff, list(enumerate(handoff.events)), asked_in=None) == []


def test_what_was_not_acknowledged_cannot_be_outdated() -> None:
    for handoff in (gated(), assigned(), sent_back()):
        change_metric(handoff, LATER)
        assert handoff.verification.outdated_at is None


def test_an_outdated_acknowledgement_is_not_there_to_be_taken_back_but_the_new_one_is() -> None:
    handoff = restated()
    change_metric(handoff, LATER)
    with pytest.raises(Conflict) as refused:
        handoff.undo_acknowledge(by=CSM, at=MONDAY + 3 * HOUR, policy=POLICY)
    assert refused.value.problem is Problem.NOTHING_TO_UNDO
    handoff.acknowledge(version=2, by=CSM, at=LATER)
    handoff.undo_acknowledge(by=CSM, at=LATER, policy=POLICY)
    assert handoff.reading_left() == (Part.ACKNOWLEDGEMENT,)
    assert handoff.acknowledged_version is None


def test_checks_and_words_may_still_come_in_when_the_metric_changes_meanwhile() -> None:
    handoff = acknowledged()
    change_metric(handoff, LATER)
    handoff.answer_checks(YES, revision=1, by=CSM, at=LATER)
    handoff.restate(RESTATED, revision=1, by=CSM, at=LATER)
    assert handoff.reading_left() == (Part.ACKNOWLEDGEMENT,)
    assert step(handoff, Step.JUDGE).state is DeadlineState.OPEN


# --- Not the right CSM


def test_a_csm_who_declines_gives_the_assignment_back() -> None:
    handoff = checked(checks=NO_PLAN_IS_NO)
    handoff.decline(" Not my region ", by=CSM, at=utc("2025-06-04T14:00"))
    assert (handoff.csm_id, handoff.assigned_at, handoff.acknowledged_at) == (None, None, None)
    told = handoff.events[-1]
    assert (told.tag, told.facts, told.values) == (
        Tag.DECLINED,
        {"csm": CSM.id},
        {"reason": "Not my region"},
    )
    made = owed(handoff)
    # Wednesday 16:00 in Berlin: two hours then, two on Thursday.
    assert (made[Step.ASSIGN].state, made[Step.ASSIGN].due_at) == (
        DeadlineState.OPEN,
        utc("2025-06-05T09:00"),
    )
    assert made[Step.ASSIGN].owner_id == CS_MANAGER.id
    assert (made[Step.READ].state, made[Step.READ].owner_id) == (DeadlineState.WAITING, None)
    handoff.assign_csm(CSM, by=CS_MANAGER, at=LATER)
    assert handoff.reading_left() == tuple(Part)


def test_on_a_friday_evening_the_manager_has_four_hours_of_monday() -> None:
    handoff = assigned()
    handoff.decline("Not my region", by=CSM, at=utc("2025-06-06T17:00"))
    assert step(handoff, Step.ASSIGN).due_at == utc("2025-06-09T11:00")


def test_only_who_declined_is_no_longer_proposed() -> None:
    handoff = assigned()
    handoff.proposed_csm_id = CS_MANAGER.id
    handoff.decline("Not my region", by=CSM, at=LATER)
    assert handoff.proposed_csm_id == CS_MANAGER.id
    handoff = assigned()
    handoff.proposed_csm_id = CSM.id
    handoff.decline("Not my region", by=CSM, at=LATER)
    assert handoff.proposed_csm_id is None


def test_whoever_comes_after_a_csm_who_declined_finds_the_brief_where_it_was() -> None:
    handoff = sent_back()
    handoff.decline("Not my region", by=CSM, at=LATER)
    made = owed(handoff)
    assert made[Step.ASSIGN].state is DeadlineState.OPEN
    assert made[Step.BRIEF].state is DeadlineState.OPEN
    handoff.assign_csm(OTHER_CSM, by=CS_MANAGER, at=LATER)
    assert step(handoff, Step.READ).waits_for is Step.BRIEF
    handoff.return_brief(by=AE, at=LATER, policy=POLICY)
    assert step(handoff, Step.READ).state is DeadlineState.OPEN


# --- Before the gate


def test_the_cs_manager_assigns_before_the_gate_with_a_reason() -> None:
    handoff = signed()
    handoff.weigh(EMPTY, at=MONDAY, policy=POLICY)
    for reason in ("", " \n"):
        with pytest.raises(Invalid) as refused:
            handoff.assign_csm(CSM, by=CS_MANAGER, at=LATER, override=reason)
        assert (refused.value.problem, refused.value.field) == (Problem.GATE_CLOSED, "reason")
    handoff.assign_csm(CSM, by=CS_MANAGER, at=LATER, override=" They start on Monday ")
    assert (handoff.csm_id, handoff.gate_at, handoff.gate_overridden_at) == (CSM.id, None, LATER)
    overridden, given = handoff.events[-2:]
    assert (overridden.tag, given.tag) == (Tag.GATE_OVERRIDDEN, Tag.ASSIGNED)
    assert overridden.values == {"reason": "They start on Monday"}
    assert overridden.facts["open"] == [one.item.value for one in EMPTY.open]
    made = owed(handoff)
    before = owed(signed())[Step.BRIEF]
    assert (made[Step.BRIEF].state, made[Step.BRIEF].due_at) == (DeadlineState.OPEN, before.due_at)
    assert made[Step.ASSIGN].state is DeadlineState.DONE
    assert made[Step.READ].state is DeadlineState.OPEN


def test_an_override_holds_for_the_next_csm_too() -> None:
    handoff = signed()
    handoff.assign_csm(CSM, by=CS_MANAGER, at=LATER, override="They start on Monday")
    handoff.decline("Not my region", by=CSM, at=LATER)
    assert step(handoff, Step.ASSIGN).state is DeadlineState.OPEN
    handoff.assign_csm(OTHER_CSM, by=CS_MANAGER, at=LATER)
    assert tags(handoff).count(Tag.GATE_OVERRIDDEN) == 1


def test_past_the_gate_a_reason_overrides_nothing() -> None:
    handoff = gated()
    handoff.assign_csm(CSM, by=CS_MANAGER, at=LATER, override="They start on Monday")
    assert handoff.gate_overridden_at is None
    assert Tag.GATE_OVERRIDDEN not in tags(handoff)


def test_a_brief_overridden_and_sent_back_returns_once_it_passes_its_gate() -> None:
    handoff = signed()
    handoff.assign_csm(CSM, by=CS_MANAGER, at=LATER, override="They start on Monday")
    sent_back(of=handoff)
    with pytest.raises(Invalid):
        handoff.return_brief(by=AE, at=LATER, policy=POLICY)
    handoff.weigh(FILLED, at=LATER, policy=POLICY)
    handoff.return_brief(by=AE, at=LATER, policy=POLICY)
    assert step(handoff, Step.BRIEF).state is DeadlineState.DONE


# --- Who may, and when


def _restate(handoff: Handoff, by: Person) -> None:
    handoff.restate(RESTATED, revision=1, by=by, at=LATER)


ACTS: list[tuple[Callable[[], Handoff], Person, Callable[[Handoff, Person], None]]] = [
    (acknowledged, CSM, lambda h, by: h.answer_checks(YES, revision=1, by=by, at=LATER)),
    (checked, CSM, _restate),
    (
        lambda: checked(checks=NO_PLAN_IS_NO),
        CSM,
        lambda h, by: h.write_plan(JointPlan(plan="A call"), revision=1, by=by, at=LATER),
    ),
    (restated, AE, lambda h, by: h.judge(MATCH, revision=1, by=by, at=LATER)),
    (assigned, CSM, lambda h, by: h.send_back(ITEMS, "Which?", by=by, at=LATER)),
    (sent_back, AE, lambda h, by: h.return_brief(by=by, at=LATER, policy=POLICY)),
    (assigned, CSM, lambda h, by: h.decline("Not mine", by=by, at=LATER)),
    (signed, CS_MANAGER, lambda h, by: h.assign_csm(CSM, by=by, at=LATER, override="Why")),
]
FOR_CSM = [act for _, _, act in ACTS[:3]]


@pytest.mark.parametrize(("make", "whose", "act"), [one for one in ACTS if one[0] is not restated])
def test_each_act_is_its_owners_alone_and_a_refusal_changes_nothing(
    make: Callable[[], Handoff], whose: Person, act: Callable[[Handoff, Person], None]
) -> None:
    handoff = make()
    before = deepcopy(handoff)
    for other in EVERYBODY:
        if other.id == CS_MANAGER.id and act in FOR_CSM:
            continue  # With a reason they may record it: below.
        if other.id != whose.id:
            with pytest.raises(NotAllowed) as refused:
                act(handoff, other)
            assert refused.value.whose == (whose.id,)
    assert handoff == before
    act(handoff, whose)
    assert handoff != before


@pytest.mark.parametrize(
    ("make", "act"),
    [
        (assigned, lambda h, **by: h.acknowledge(version=1, at=LATER, **by)),
        (acknowledged, lambda h, **by: h.answer_checks(YES, revision=1, at=LATER, **by)),
        (checked, lambda h, **by: h.restate(RESTATED, revision=1, at=LATER, **by)),
        (
            lambda: checked(checks=NO_PLAN_IS_NO),
            lambda h, **by: h.write_plan(JointPlan(plan="A call"), revision=1, at=LATER, **by),
        ),
    ],
)
def test_the_cs_manager_records_the_reading_for_the_csm_with_a_reason(
    make: Callable[[], Handoff], act: Callable[..., None]
) -> None:
    handoff = make()
    before = deepcopy(handoff)
    with pytest.raises(Invalid) as unsaid:
        act(handoff, by=CS_MANAGER, reason=" ")
    assert (unsaid.value.problem, unsaid.value.field) == (Problem.EMPTY, "reason")
    assert handoff == before
    act(handoff, by=CS_MANAGER, reason="Jonas is on a plane")
    mine, theirs = make(), handoff.events[-1]
    act(mine, by=CSM, reason="not asked")
    own = mine.events[-1]
    assert theirs.values == {**own.values, "reason": "Jonas is on a plane"}
    assert (theirs.tag, theirs.facts) == (own.tag, own.facts)
    assert (theirs.actor, own.actor) == (CS_MANAGER.id, CSM.id)


def test_the_ae_manager_answers_for_the_ae_with_a_reason_and_nobody_else_does() -> None:
    handoff = restated()
    before = deepcopy(handoff)
    for other in EVERYBODY:
        if other.id not in (AE.id, AE_MANAGER.id):
            with pytest.raises(NotAllowed) as refused:
                handoff.judge(MATCH, revision=1, by=other, at=LATER, reason="On leave")
            assert refused.value.whose == (AE.id,)
    with pytest.raises(Invalid) as unsaid:
        handoff.judge(MATCH, revision=1, by=AE_MANAGER, at=LATER, reason=" ")
    assert (unsaid.value.problem, unsaid.value.field) == (Problem.EMPTY, "reason")
    assert handoff == before
    handoff.judge(MATCH, revision=1, by=AE_MANAGER, at=LATER, reason="Ana is on leave")
    assert handoff.events[-1].values == {"line": "", "reason": "Ana is on leave"}
    own = restated()
    own.judge(MATCH, revision=1, by=AE, at=LATER, reason="not asked")
    assert own.events[-1].values == {"line": ""}


@pytest.mark.parametrize(("make", "whose", "act"), ACTS)
def test_nothing_of_it_happens_in_a_cancelled_handoff(
    make: Callable[[], Handoff], whose: Person, act: Callable[[Handoff, Person], None]
) -> None:
    handoff = make()
    handoff.cancel("The customer withdrew", by=AE, at=LATER)
    with pytest.raises(HandoffError) as refused:
        act(handoff, whose)
    assert refused.value.problem is Problem.HANDOFF_CANCELLED


@pytest.mark.parametrize(
    ("make", "act", "problem"),
    [
        (assigned, ACTS[0][2], Problem.NOT_ACKNOWLEDGED),
        (assigned, ACTS[1][2], Problem.NOT_ACKNOWLEDGED),
        (gated, ACTS[0][2], Problem.NOT_ASSIGNED),
        (gated, ACTS[4][2], Problem.NOT_ASSIGNED),
        (gated, ACTS[6][2], Problem.NOT_ASSIGNED),
        (checked, ACTS[0][2], Problem.ALREADY_DONE),
        (restated, ACTS[1][2], Problem.ALREADY_DONE),
    ],
)
def test_what_is_not_due_yet_or_no_more_is_refused(
    make: Callable[[], Handoff], act: Callable[[Handoff, Person], None], problem: Problem
) -> None:
    handoff = make()
    before = deepcopy(handoff)
    with pytest.raises(HandoffError) as refused:
        act(handoff, CSM)
    assert refused.value.problem is problem
    assert handoff == before


def test_words_stand_in_values_and_never_in_the_facts_of_the_history() -> None:
    marked = Restatement(why="≈w", success="≈s", risk="≈r")
    handoff = checked(checks=NO_PLAN_IS_NO)
    handoff.write_plan(JointPlan(plan="≈p"), revision=1, by=CSM, at=LATER)
    handoff.restate(marked, revision=1, by=CSM, at=LATER)
    handoff.judge(Verdict(match=False, line="≈l"), revision=1, by=AE, at=LATER)
    handoff.send_back(ITEMS, "≈b", by=CSM, at=LATER)
    handoff.decline("≈d", by=CSM, at=LATER)
    open_again = replace(handoff, gate_at=None)
    open_again.assign_csm(CSM, by=CS_MANAGER, at=LATER, override="≈o")
    facts = "".join(str(dict(event.facts)) for event in handoff.events)
    assert "≈" not in facts
    kept = {value for event in handoff.events for value in event.values.values()}
    assert {"≈w", "≈s", "≈r", "≈p", "≈l", "≈b", "≈d", "≈o"} <= kept
