"""A cancelled deal that goes on: who may say so, what starts anew, and what is not said twice."""

from datetime import datetime, timedelta

import pytest

from bot.domain import briefing_call, kickoff_booking
from bot.domain.deadlines import Deadline, DeadlineState, Step, bring_in_line, deadlines
from bot.domain.errors import Conflict, Invalid, NotAllowed, Problem
from bot.domain.handoff import LONGEST_REASON, Handoff, State
from bot.domain.history import Tag
from bot.domain.nudging import Stage
from bot.domain.pre_close import dated
from bot.domain.reopening import Booked, reopen
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CSM,
    EVERYBODY,
    HOUR,
    MONDAY,
    POLICY,
    REVOPS,
    Office,
    acknowledged,
    assigned,
    say,
    signed,
    started,
    utc,
)

OVER = utc("2025-06-02T12:00")
"""Monday 14:00 in Berlin."""
AGAIN = utc("2025-06-12T08:00")
"""Thursday of the week after, 10:00 in Berlin and 04:00 in New York."""
WHY = "The customer found the budget after all"


def owed(
    handoff: Handoff, *, now: object = AGAIN, stored: dict[Step, Deadline] | None = None
) -> dict[Step, Deadline]:
    office = Office()
    made = deadlines(
        handoff,
        POLICY,
        office.calendar_of,
        manager_of=office.manager_of,
        now=now,  # type: ignore[arg-type]
        stored=stored,
    )
    return {one.step: one for one in made}


def cancelled(handoff: Handoff) -> Handoff:
    handoff.cancel("They stopped the project", by=AE, at=OVER)
    return handoff


@pytest.mark.parametrize("who", [AE, AE_MANAGER, REVOPS])
def test_who_may_cancel_opens_it_again_with_a_reason(who: object) -> None:
    handoff = cancelled(assigned())
    reopen(handoff, f"  {WHY} ", by=who, at=AGAIN)  # type: ignore[arg-type]
    assert (handoff.state, handoff.cancelled_at) == (State.OPEN, None)
    assert handoff.path.reopened_at == AGAIN
    told = handoff.events[-1]
    assert (told.tag, told.values) == (Tag.REOPENED, {"reason": WHY})
    assert told.facts == {"cancelled_at": "2025-06-02T12:00:00.000000Z"}


def test_nobody_else_opens_it_again() -> None:
    handoff = cancelled(assigned())
    for who in EVERYBODY:
        if who not in (AE, AE_MANAGER, REVOPS):
            with pytest.raises(NotAllowed):
                reopen(handoff, WHY, by=who, at=AGAIN)
    assert handoff.state is State.CANCELLED


@pytest.mark.parametrize(
    ("reason", "problem"),
    [(" \n", Problem.EMPTY), ("x" * (LONGEST_REASON + 1), Problem.TOO_LONG)],
)
def test_it_asks_why(reason: str, problem: Problem) -> None:
    handoff = cancelled(assigned())
    with pytest.raises(Invalid) as refused:
        reopen(handoff, reason, by=AE, at=AGAIN)
    assert (refused.value.problem, refused.value.field) == (problem, "reason")
    assert not handoff.open


def test_what_is_open_is_not_opened_again() -> None:
    with pytest.raises(Conflict) as refused:
        reopen(assigned(), WHY, by=AE, at=AGAIN)
    assert refused.value.problem is Problem.NOT_CANCELLED


def test_what_was_closed_with_an_outcome_is_not_opened_again() -> None:
    handoff = assigned()
    handoff.state = State.CLOSED
    with pytest.raises(Conflict) as refused:
        reopen(handoff, WHY, by=AE, at=AGAIN)
    assert refused.value.problem is Problem.HANDOFF_CLOSED


def test_each_open_step_has_its_own_window_from_then_on() -> None:
    handoff = cancelled(assigned())
    reopen(handoff, WHY, by=AE, at=AGAIN)
    made = owed(handoff)
    # Whatever the hour, as after a signature.
    assert made[Step.MESSAGE].due_at == AGAIN + 4 * HOUR
    # Eight working hours of the CSM in New York, who begins at 13:00 UTC.
    assert made[Step.READ].due_at == utc("2025-06-12T21:00")
    # Four of the AE.
    assert made[Step.BOOK_CALL].due_at == utc("2025-06-12T12:00")
    # What has no window of its own has that of a step that is opened again.
    assert made[Step.DEBRIEF].due_at == utc("2025-06-12T21:00")
    assert made[Step.KICKOFF].due_at == utc("2025-06-12T21:00")
    open_now = [one for one in made.values() if one.state is DeadlineState.OPEN]
    assert {one.start_at for one in open_now} == {AGAIN}
    assert all(one.due_at > AGAIN for one in open_now)


def test_what_the_table_has_later_stays_there() -> None:
    handoff = assigned()
    soon = OVER + timedelta(minutes=30)
    before = owed(handoff, now=OVER)
    cancelled(handoff)
    reopen(handoff, WHY, by=AE, at=soon)
    after = owed(handoff, now=soon)
    for step in (Step.KICKOFF, Step.DEBRIEF, Step.READ, Step.BOOK_CALL):
        assert after[step].due_at == before[step].due_at


def test_what_was_done_stays_as_it_was() -> None:
    handoff = acknowledged()
    before = owed(handoff, now=OVER)[Step.ASSIGN]
    cancelled(handoff)
    reopen(handoff, WHY, by=AE, at=AGAIN)
    after = owed(handoff)[Step.ASSIGN]
    assert after.state is DeadlineState.DONE
    assert (after.due_at, after.raw_due_at) == (before.due_at, before.raw_due_at)


def test_what_is_done_after_it_keeps_the_time_it_had_then() -> None:
    handoff = cancelled(assigned())
    reopen(handoff, WHY, by=AE, at=AGAIN)
    due = owed(handoff)[Step.KICKOFF].due_at
    handoff.hold_kickoff(AGAIN + 2 * HOUR, by=CSM, at=AGAIN + 3 * HOUR)
    held = owed(handoff, now=AGAIN + 3 * HOUR)[Step.KICKOFF]
    assert (held.state, held.due_at) == (DeadlineState.DONE, due)


def test_nothing_said_before_of_the_same_due_time_is_said_twice() -> None:
    handoff = assigned()
    now = OVER
    stored = owed(handoff, now=now)
    kickoff, told = say(stored[Step.KICKOFF], now=utc("2025-06-04T18:00"))
    assert told == (Stage.HALF,)
    now = utc("2025-06-04T18:05")
    handoff.cancel("They stopped the project", by=AE, at=now)
    off = bring_in_line(kickoff, owed(handoff, now=now)[Step.KICKOFF], now=now)
    assert (off.state, off.next_at) == (DeadlineState.CANCELLED, None)
    back = now + timedelta(minutes=30)
    reopen(handoff, WHY, by=AE, at=back)
    on = bring_in_line(off, owed(handoff, now=back)[Step.KICKOFF], now=back)
    assert on.due_at == kickoff.due_at
    assert say(on, now=back)[1] == ()
    assert Stage.HALF in on.said


def test_a_step_that_was_late_is_late_again_only_after_its_new_window() -> None:
    handoff = assigned()
    read, told = say(owed(handoff, now=OVER)[Step.READ], now=utc("2025-06-05T14:00"))
    assert Stage.LATE in told
    ended = utc("2025-06-05T15:00")
    handoff.cancel("They stopped the project", by=AE, at=ended)
    off = bring_in_line(read, owed(handoff, now=ended)[Step.READ], now=ended)
    reopen(handoff, WHY, by=AE, at=AGAIN)
    on = bring_in_line(off, owed(handoff)[Step.READ], now=AGAIN)
    assert say(on, now=AGAIN)[1] == ()
    assert {one.stage for one in on.stages if one.at > AGAIN} >= {Stage.LATE, Stage.LATE_MANAGER}
    assert Stage.LATE in say(on, now=on.due_at)[1]


def test_a_time_of_the_debrief_that_fell_is_agreed_on_anew() -> None:
    handoff = assigned()
    wanted = utc("2025-06-04T13:00")
    handoff.propose_talk(wanted, turn=0, by=CSM, at=MONDAY)
    handoff.agree_talk(turn=1, by=AE, at=MONDAY)
    turn = handoff.debrief_talk.turn
    cancelled(handoff)
    reopen(handoff, WHY, by=AE, at=AGAIN)
    assert handoff.debrief_talk.agreed_at is None
    assert handoff.debrief_talk.turn > turn  # No button of before works.


def test_a_time_of_the_debrief_that_was_over_by_then_stays() -> None:
    handoff = assigned()
    handoff.propose_talk(OVER - HOUR, turn=0, by=CSM, at=MONDAY)
    handoff.agree_talk(turn=1, by=AE, at=MONDAY)
    cancelled(handoff)
    reopen(handoff, WHY, by=AE, at=AGAIN)
    assert handoff.debrief_talk.agreed_at == OVER - HOUR


def _booked(handoff: Handoff, at: datetime) -> Handoff:
    briefing_call.book(handoff, at, by=AE, at=MONDAY)
    kickoff_booking.book(handoff, at, by=CSM, at=MONDAY, policy=POLICY)
    return handoff


def test_what_was_booked_for_later_fell_and_is_booked_anew() -> None:
    wanted = utc("2025-06-20T13:00")
    handoff = cancelled(_booked(assigned(), wanted))
    sequence = handoff.kickoff.sequence
    reopen(handoff, WHY, by=AE, at=AGAIN)
    assert (handoff.briefing.at, handoff.kickoff.at) == (None, None)
    # That of the file which took it out of calendars.
    assert handoff.kickoff.sequence == sequence + 1
    told = "2025-06-20T13:00:00.000000Z"
    fell = {one.value: handoff.events[-1].facts[one.value] for one in Booked}
    assert fell == dict.fromkeys(fell, told)
    made = owed(handoff)
    assert made[Step.BOOK_CALL].state is DeadlineState.OPEN
    assert made[Step.BOOK_CALL].due_at == utc("2025-06-12T12:00")
    assert made[Step.PREP].due_at < wanted


def test_what_was_booked_for_before_the_cancellation_may_have_been_held_and_stays() -> None:
    handoff = cancelled(_booked(assigned(), OVER - HOUR))
    reopen(handoff, WHY, by=AE, at=AGAIN)
    assert (handoff.briefing.at, handoff.kickoff.at) == (OVER - HOUR, OVER - HOUR)
    assert set(handoff.events[-1].facts) == {"cancelled_at"}


def _dated(handoff: Handoff) -> dict[Step, Deadline]:
    office = Office()
    made = dated(handoff, POLICY, office.calendar_of, stand_in_of=lambda _: None)
    return {one.step: one for one in made}


def test_a_signature_expected_meanwhile_is_asked_about_the_day_after() -> None:
    handoff = started()
    before = _dated(handoff)[Step.SIGNATURE]
    cancelled(handoff)
    off = bring_in_line(before, _dated(handoff)[Step.SIGNATURE], now=OVER)
    late = utc("2025-06-24T09:00")
    reopen(handoff, WHY, by=AE, at=late)
    on = bring_in_line(off, _dated(handoff)[Step.SIGNATURE], now=late)
    assert on.next_at == utc("2025-06-25T07:00")


def test_a_question_that_was_put_before_is_not_put_again() -> None:
    handoff = started()
    asked = utc("2025-06-23T07:00")
    put, told = say(_dated(handoff)[Step.SIGNATURE], now=asked)
    assert told == (Stage.SLIPPED,)
    handoff.cancel("They stopped the project", by=AE, at=asked + HOUR)
    off = bring_in_line(put, _dated(handoff)[Step.SIGNATURE], now=asked + HOUR)
    back = asked + 5 * HOUR
    reopen(handoff, WHY, by=AE, at=back)
    assert bring_in_line(off, _dated(handoff)[Step.SIGNATURE], now=back).next_at is None


def test_a_commitment_asked_about_meanwhile_is_asked_the_next_day_and_once() -> None:
    handoff = started(commitment_on=utc("2025-06-05T00:00").date())
    usual = _dated(handoff)[Step.COMMITMENT]
    cancelled(handoff)
    off = bring_in_line(usual, _dated(handoff)[Step.COMMITMENT], now=OVER)
    back = utc("2025-06-24T09:00")
    reopen(handoff, WHY, by=AE, at=back)
    on = bring_in_line(off, _dated(handoff)[Step.COMMITMENT], now=back)
    assert on.next_at == utc("2025-06-25T07:00")
    put, told = say(on, now=utc("2025-06-25T08:00"))
    assert told == (Stage.ASK,)
    handoff.cancel("Again", by=AE, at=utc("2025-06-25T09:00"))
    off = bring_in_line(put, _dated(handoff)[Step.COMMITMENT], now=utc("2025-06-25T09:00"))
    reopen(handoff, WHY, by=AE, at=utc("2025-06-27T09:00"))
    again = bring_in_line(off, _dated(handoff)[Step.COMMITMENT], now=utc("2025-06-27T09:00"))
    assert again.next_at is None


def test_nothing_runs_in_a_signed_deal_while_it_is_cancelled() -> None:
    handoff = cancelled(signed())
    assert {one.state for one in owed(handoff).values()} == {DeadlineState.CANCELLED}
