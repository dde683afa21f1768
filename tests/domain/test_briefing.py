from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import briefing_call
from bot.domain.access import Act
from bot.domain.briefing import BriefingCall, Overrun, unread
from bot.domain.deadlines import DeadlineState, Step
from bot.domain.errors import Conflict, Invalid, NotAllowed, Problem
from bot.domain.handoff import DealChange, Handoff
from bot.domain.history import Tag
from bot.domain.money import Money
from bot.domain.notices import NoticeKind, announcements
from bot.domain.people import Person
from bot.domain.promises import Side
from bot.domain.size import Marks
from bot.domain.steps import rule_of
from bot.domain.verification import Checks
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CALL,
    CS_MANAGER,
    CSM,
    FULL_BRIEF,
    HOUR,
    MEMBER,
    MONDAY,
    NO_MATCH,
    POLICY,
    RESTATED,
    YES,
    assigned,
    checked,
    debriefed,
    signed,
    utc,
)
from tests.domain.test_deadlines import owed

NOW = MONDAY + 8 * HOUR
LATER = NOW + 20 * HOUR
HELD = NOW - HOUR
NOT_ALL = Checks(metric=True, no_plan=True, champion=False)


def call(**changed: object) -> BriefingCall:
    return CALL.model_copy(update={"held_at": HELD, **changed})


def record(handoff: Handoff, made: BriefingCall | None = None, *, by: Person = AE) -> None:
    held = briefing_call.checked_call(made or call(), handoff, at=NOW)
    briefing_call.record(handoff, held, revision=1, by=by, at=NOW)


def lift(handoff: Handoff, reason: str, *, by: Person = CS_MANAGER) -> None:
    briefing_call.lift_hold(handoff, reason, by=by, at=NOW, policy=POLICY)


def test_a_booked_call_is_a_step_of_both_and_its_booking_is_done() -> None:
    handoff = assigned()
    assert Step.HOLD_CALL not in owed(handoff)
    briefing_call.book(handoff, LATER, by=AE, at=NOW)
    made = owed(handoff, now=NOW)
    assert made[Step.BOOK_CALL].state is DeadlineState.DONE
    for step, owner in ((Step.HOLD_CALL, CSM), (Step.HOLD_CALL_AE, AE)):
        assert (made[step].state, made[step].owner_id) == (DeadlineState.OPEN, owner.id)
    record(handoff)
    made = owed(handoff, now=NOW)
    assert {made[step].state for step in (Step.HOLD_CALL, Step.HOLD_CALL_AE)} == {
        DeadlineState.DONE
    }


def test_a_booked_call_waits_for_a_csm_while_there_is_none() -> None:
    handoff = assigned()
    briefing_call.book(handoff, LATER, by=AE, at=NOW)
    handoff.decline("Not my region", by=CSM, at=NOW)
    of_ae = owed(handoff, now=NOW)[Step.HOLD_CALL_AE]
    assert (of_ae.state, of_ae.waits_for) == (DeadlineState.WAITING, Step.ASSIGN)


@pytest.mark.parametrize(
    ("at", "error", "problem"),
    [
        (NOW, Invalid, Problem.TIME_PAST),
        (NOW + timedelta(days=367), Invalid, Problem.TOO_FAR_AHEAD),
        (LATER, Conflict, Problem.ALREADY_DONE),
    ],
)
def test_a_call_is_booked_for_a_time_to_come_and_for_another_than_before(
    at: object, error: type[Exception], problem: Problem
) -> None:
    handoff = assigned()
    briefing_call.book(handoff, LATER, by=AE, at=NOW)
    with pytest.raises(error) as refused:
        briefing_call.book(handoff, at, by=AE, at=NOW)  # type: ignore[arg-type]
    assert refused.value.problem is problem  # type: ignore[attr-defined]
    assert handoff.briefing.at == LATER


def test_there_is_nobody_to_talk_to_before_the_assignment() -> None:
    with pytest.raises(Invalid) as refused:
        briefing_call.book(signed(), LATER, by=AE, at=NOW)
    assert refused.value.problem is Problem.NOT_ASSIGNED


def test_a_manager_books_it_for_the_ae_with_a_reason() -> None:
    handoff = assigned()
    with pytest.raises(Invalid) as refused:
        briefing_call.book(handoff, LATER, by=AE_MANAGER, at=NOW)
    assert refused.value.problem is Problem.EMPTY
    briefing_call.book(handoff, LATER, by=AE_MANAGER, at=NOW, reason="She is on a plane")
    assert handoff.briefing.at == LATER
    with pytest.raises(NotAllowed):
        briefing_call.book(handoff, LATER + HOUR, by=CSM, at=NOW)


def test_both_have_to_find_that_writing_is_enough() -> None:
    handoff = assigned()
    briefing_call.do_without(handoff, by=AE, at=NOW, policy=POLICY)
    assert owed(handoff, now=NOW)[Step.BOOK_CALL].state is DeadlineState.OPEN
    with pytest.raises(Conflict):
        briefing_call.do_without(handoff, by=AE, at=NOW, policy=POLICY)
    briefing_call.do_without(handoff, by=CSM, at=NOW + HOUR, policy=POLICY)
    made = owed(handoff, now=NOW + HOUR)
    assert made[Step.BOOK_CALL].state is DeadlineState.DONE
    assert Step.HOLD_CALL not in made
    assert handoff.briefing.without == NOW + HOUR


def test_the_second_yes_lets_a_booked_call_fall_and_a_new_time_takes_both_back() -> None:
    handoff = assigned()
    briefing_call.book(handoff, LATER, by=AE, at=NOW)
    briefing_call.do_without(handoff, by=CSM, at=NOW, policy=POLICY)
    assert handoff.briefing.at == LATER
    briefing_call.do_without(handoff, by=AE, at=NOW, policy=POLICY)
    assert handoff.briefing.at is None
    briefing_call.book(handoff, LATER + HOUR, by=AE, at=NOW)
    assert [handoff.briefing.without_at(side) for side in Side] == [None, None]


def test_a_deal_that_needs_the_call_does_not_go_without() -> None:
    required = assigned()
    required.value = Money(60_000_00, "USD")
    for handoff in (required, checked(checks=NOT_ALL)):
        assert not briefing_call.skips(AE, handoff, POLICY)
        with pytest.raises(Invalid) as refused:
            briefing_call.do_without(handoff, by=CSM, at=NOW, policy=POLICY)
        assert refused.value.problem is Problem.CALL_IS_REQUIRED


def test_what_both_did_without_is_needed_once_the_deal_grows_into_it() -> None:
    handoff = assigned()
    for by in (AE, CSM):
        briefing_call.do_without(handoff, by=by, at=NOW, policy=POLICY)
    grown = DealChange(handoff.value, Marks(serious_flags=True))
    handoff.change_deal(grown, brief=FULL_BRIEF, by=AE, at=NOW + HOUR, policy=POLICY)
    made = owed(handoff, now=NOW + HOUR)
    assert made[Step.BOOK_CALL].state is DeadlineState.OPEN
    assert made[Step.HOLD_CALL].waits_for is Step.BOOK_CALL


def test_a_failed_check_holds_the_intro_until_a_call_is_recorded() -> None:
    handoff = checked(checks=NOT_ALL)
    assert handoff.intro_held
    assert rule_of(Step.INTRO).waits_for(handoff)[-1] is Step.HOLD_CALL
    record(handoff)
    assert not handoff.intro_held
    assert [event.tag for event in handoff.events][-2:] == [Tag.BRIEFING_HELD, Tag.INTRO_FREE]


def test_a_call_before_the_check_failed_does_not_answer_it() -> None:
    handoff = assigned()
    record(handoff)
    handoff.acknowledge(version=handoff.brief_version, by=CSM, at=NOW + HOUR)
    handoff.answer_checks(NOT_ALL, revision=1, by=CSM, at=NOW + HOUR)
    made = owed(handoff, now=NOW + HOUR)
    assert handoff.intro_held
    assert made[Step.BOOK_CALL].state is DeadlineState.OPEN
    # Eight working hours from when it was asked for, unless the table gives longer.
    assert made[Step.BOOK_CALL].due_at >= NOW + 9 * HOUR
    briefing_call.book(handoff, LATER, by=AE, at=NOW + HOUR)
    assert owed(handoff, now=NOW + HOUR)[Step.BOOK_CALL].state is DeadlineState.DONE


def test_two_restatements_that_do_not_match_ask_for_a_call_too() -> None:
    handoff = checked(checks=YES)
    record(handoff)
    for _ in range(2):
        handoff.restate(RESTATED, revision=1, by=CSM, at=NOW + HOUR)
        handoff.judge(NO_MATCH, revision=1, by=AE, at=NOW + HOUR)
    assert not handoff.intro_held
    assert owed(handoff, now=NOW + HOUR)[Step.HOLD_CALL].state is DeadlineState.WAITING


def test_the_cs_manager_lifts_the_hold_with_a_reason_and_the_call_stays_owed() -> None:
    handoff = checked(checks=NOT_ALL)
    with pytest.raises(NotAllowed):
        lift(handoff, "They wait", by=CSM)
    with pytest.raises(Invalid):
        lift(handoff, " ")
    lift(handoff, "They wait for our mail")
    assert not handoff.intro_held
    assert Step.HOLD_CALL not in rule_of(Step.INTRO).waits_for(handoff)
    assert owed(handoff, now=NOW)[Step.BOOK_CALL].state is DeadlineState.OPEN
    with pytest.raises(Conflict) as refused:
        lift(handoff, "Once more")
    assert refused.value.problem is Problem.NOTHING_HELD


@pytest.mark.parametrize(
    ("changed", "field", "problem"),
    [
        ({"minutes": 0}, "minutes", Problem.BAD_BRIEFING_MINUTES),
        ({"minutes": 241}, "minutes", Problem.BAD_BRIEFING_MINUTES),
        ({"minutes": 31}, "overrun", Problem.OVERRUN_UNEXPLAINED),
        ({"emphasis": "  "}, "emphasis", Problem.EMPTY),
        ({"questions": "x" * 3001}, "open_questions", Problem.TOO_LONG),
        ({"held_at": NOW + HOUR}, "held_at", Problem.NOT_YET_HELD),
        ({"held_at": utc("2025-05-30T08:00")}, "held_at", Problem.HELD_BEFORE_SIGNATURE),
    ],
)
def test_a_record_that_cannot_be_so_is_refused_where_it_is_wrong(
    changed: dict[str, object], field: str, problem: Problem
) -> None:
    handoff = assigned()
    with pytest.raises(Invalid) as refused:
        record(handoff, call(**changed))
    assert (refused.value.field, refused.value.problem) == (field, problem)
    assert handoff.briefing.recorded_at is None


def test_only_a_call_that_was_too_long_has_a_reason_for_it() -> None:
    assert call(minutes=31, overrun=Overrun.THIN).checked().overrun is Overrun.THIN
    assert call(minutes=30, overrun=Overrun.THIN).checked().overrun is None
    assert call(minutes=45, debrief=True).checked().overrun is None


def test_the_debrief_stands_for_the_call_only_once_it_was_held() -> None:
    handoff = assigned()
    with pytest.raises(Invalid) as refused:
        record(handoff, call(debrief=True))
    assert refused.value.problem is Problem.NO_DEBRIEF_HELD
    debriefed(handoff, at=HELD)
    record(handoff, call(debrief=True, minutes=40))
    assert handoff.briefing.minutes == 40


def test_a_corrected_record_moves_nothing_and_is_not_told_again() -> None:
    handoff = assigned()
    handoff.post(by=AE, at=NOW)
    record(handoff)
    first = handoff.briefing.recorded_at
    corrected = briefing_call.checked_call(call(minutes=20), handoff, at=NOW + HOUR)
    briefing_call.record(handoff, corrected, revision=2, by=CSM, at=NOW + HOUR)
    assert (handoff.briefing.recorded_at, handoff.briefing.minutes) == (first, 20)
    told = announcements(handoff, list(enumerate(handoff.events, 1)), asked_in=None)
    assert [one.kind for one in told].count(NoticeKind.BRIEFING_HELD) == 1


def test_who_records_it_for_both_tells_both_and_says_why() -> None:
    handoff = replace(assigned(), id=7)
    held = briefing_call.checked_call(call(), handoff, at=NOW)
    with pytest.raises(Invalid):
        briefing_call.record(handoff, held, revision=1, by=CS_MANAGER, at=NOW)
    handoff.events.clear()
    why = "Both are on the road"
    briefing_call.record(handoff, held, revision=1, by=CS_MANAGER, at=NOW, reason=why)
    told = announcements(handoff, list(enumerate(handoff.events, 1)), asked_in=None)
    readers = {one.person_id for one in told if one.kind is NoticeKind.RECORDED_FOR}
    assert readers == {AE.id, CSM.id}
    with pytest.raises(NotAllowed) as refused:
        briefing_call.require(Act.HOLD_BRIEFING, MEMBER, handoff)
    assert set(refused.value.whose) == {AE.id, CSM.id}


def test_the_other_one_hears_of_a_time_and_of_doing_without() -> None:
    handoff = replace(assigned(), id=7)
    handoff.events.clear()
    briefing_call.book(handoff, LATER, by=AE, at=NOW)
    briefing_call.do_without(handoff, by=CSM, at=NOW, policy=POLICY)
    told = announcements(handoff, list(enumerate(handoff.events, 1)), asked_in=None)
    assert [(one.kind, one.person_id) for one in told] == [
        (NoticeKind.BRIEFING_BOOKED, CSM.id),
        (NoticeKind.BRIEFING_SKIPPED, AE.id),
    ]


def test_a_promise_nobody_read_aloud_is_flagged() -> None:
    assert unread((1, 2, 4), (2,)) == (1, 4)
    assert unread((), ()) == ()


def test_the_cs_manager_also_lets_an_intro_go_out_that_only_its_size_holds() -> None:
    handoff = assigned()
    with pytest.raises(Conflict):
        lift(handoff, "Nothing waits")
    handoff.value = Money(60_000_00, "USD")
    lift(handoff, "They leave for a month")
    assert Step.HOLD_CALL not in rule_of(Step.INTRO).waits_for(handoff)


def test_what_asks_for_a_call_after_the_hold_was_lifted_holds_the_intro_anew() -> None:
    handoff = checked(checks=NOT_ALL)
    lift(handoff, "They wait for our mail")
    for _ in range(2):
        handoff.restate(RESTATED, revision=1, by=CSM, at=NOW + HOUR)
        handoff.judge(NO_MATCH, revision=1, by=AE, at=NOW + HOUR)
    assert Step.HOLD_CALL in rule_of(Step.INTRO).waits_for(handoff)
    briefing_call.lift_hold(
        handoff, "They still wait", by=CS_MANAGER, at=NOW + 2 * HOUR, policy=POLICY
    )
    assert Step.HOLD_CALL not in rule_of(Step.INTRO).waits_for(handoff)


def test_both_hear_that_the_intro_may_go_out() -> None:
    handoff = replace(checked(checks=NOT_ALL), id=7)
    handoff.events.clear()
    lift(handoff, "They wait for our mail")
    told = announcements(handoff, list(enumerate(handoff.events, 1)), asked_in=None)
    lifted = [one.person_id for one in told if one.kind is NoticeKind.HOLD_LIFTED]
    assert lifted == [AE.id, CSM.id]


def test_a_call_that_moves_was_booked_when_it_first_was() -> None:
    handoff = assigned()
    briefing_call.book(handoff, LATER, by=AE, at=NOW)
    briefing_call.book(handoff, LATER + HOUR, by=AE, at=NOW + HOUR)
    assert handoff.briefing.booked_at == NOW
    # One that passed before a check failed is no answer to it, and the next one is another call.
    much_later = LATER + 3 * HOUR
    handoff.acknowledge(version=handoff.brief_version, by=CSM, at=much_later)
    handoff.answer_checks(NOT_ALL, revision=1, by=CSM, at=much_later)
    briefing_call.book(handoff, much_later + 3 * HOUR, by=AE, at=much_later + HOUR)
    assert handoff.briefing.booked_at == much_later + HOUR


def test_another_csm_keeps_what_both_agreed_on_and_not_a_yes_that_waited() -> None:
    alone, both = assigned(), assigned()
    briefing_call.do_without(alone, by=CSM, at=NOW, policy=POLICY)
    for by in (AE, CSM):
        briefing_call.do_without(both, by=by, at=NOW, policy=POLICY)
    for handoff in (alone, both):
        handoff.assign_csm(MEMBER, by=CS_MANAGER, at=NOW + HOUR)
    assert alone.briefing.without_csm_at is None
    assert both.briefing.without == NOW
    booked = assigned()
    briefing_call.book(booked, LATER, by=AE, at=NOW)
    booked.decline("Not my segment", by=CSM, at=NOW + HOUR)
    assert booked.briefing.at == LATER


def test_the_ae_for_whom_it_was_booked_is_told_once() -> None:
    handoff = replace(assigned(), id=7)
    handoff.events.clear()
    briefing_call.book(handoff, LATER, by=AE_MANAGER, at=NOW, reason="She is on a plane")
    told = announcements(handoff, list(enumerate(handoff.events, 1)), asked_in=None)
    assert [(one.kind, one.person_id) for one in told] == [
        (NoticeKind.BRIEFING_BOOKED, CSM.id),
        (NoticeKind.RECORDED_FOR, AE.id),
    ]


def test_without_a_csm_nobody_owes_a_call_that_was_booked() -> None:
    handoff = assigned()
    briefing_call.book(handoff, LATER, by=AE, at=NOW)
    handoff.decline("Not my segment", by=CSM, at=NOW + HOUR)
    of_the_ae = owed(handoff)[Step.HOLD_CALL_AE]
    assert (of_the_ae.state, of_the_ae.waits_for) == (DeadlineState.WAITING, Step.ASSIGN)
