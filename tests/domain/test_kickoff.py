"""The kickoff: the time that the handoff message names, its step, and that it was held."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from bot.domain.deadlines import Deadline, DeadlineState, Step, deadlines
from bot.domain.errors import Conflict, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.kickoff import KickoffTime, kickoff_due, kickoff_time
from bot.domain.money import Money
from bot.domain.nudging import Stage
from bot.domain.steps import PROCESS, STEPS, StepRule
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    HOUR,
    MEMBER,
    MONDAY,
    OTHER_CSM,
    POLICY,
    REVOPS,
    Office,
    assigned,
    gated,
    signed,
    started,
    utc,
)

LIGHT, FULL, CALL = (Money(cents, "USD") for cents in (2_000_000, 4_800_000, 6_000_000))
LATER = MONDAY + timedelta(days=3)


def due(handoff: Handoff) -> datetime | None:
    return kickoff_due(handoff, POLICY, Office().calendar_of)


def told(handoff: Handoff) -> KickoffTime | None:
    return kickoff_time(handoff, POLICY, Office().calendar_of)


def owed(handoff: Handoff, *, table: Sequence[StepRule] = STEPS) -> dict[Step, Deadline]:
    office = Office()
    made = deadlines(
        handoff,
        POLICY,
        office.calendar_of,
        manager_of=office.manager_of,
        now=MONDAY,
        table=table,
    )
    return {one.step: one for one in made}


def deadline_of(handoff: Handoff) -> Deadline:
    return owed(handoff)[Step.KICKOFF]


@pytest.mark.parametrize(
    ("at", "value", "when"),
    [
        # Monday 10:00 in Berlin: the day of +72 h is Thursday, before a CSM by the CS manager's.
        ("2025-06-02T08:00", FULL, "2025-06-05T16:00"),
        # Thursday: Sunday is moved to Monday, which is business day 2.
        ("2025-06-05T08:00", FULL, "2025-06-09T16:00"),
        # Friday: Monday by the hours, Tuesday as the second business day.
        ("2025-06-06T13:00", FULL, "2025-06-10T16:00"),
        # A light deal has until business day 5.
        ("2025-06-02T08:00", LIGHT, "2025-06-09T16:00"),
    ],
)
def test_a_kickoff_is_due_early_in_the_days_after_the_signature(
    at: str, value: Money, when: str
) -> None:
    handoff = started(at=utc("2025-06-02T07:00"), value=value)
    handoff.countersign(utc(at), by=AE, at=utc(at), ae=AE)
    assert due(handoff) == utc(when)


def test_it_follows_the_assignment_in_the_hours_of_the_csm_up_to_the_fifth_business_day() -> None:
    # Assigned on Wednesday in New York: Friday is the second business day after it.
    when = utc("2025-06-04T15:00")
    assert due(assigned(MONDAY, when=when)) == utc("2025-06-06T22:00")
    # Assigned on the next Monday: no later than business day 5, which is that Monday.
    assert due(assigned(MONDAY, when=utc("2025-06-09T14:00"))) == utc("2025-06-09T22:00")


def test_with_a_call_there_is_a_third_day_after_the_assignment() -> None:
    handoff = started(value=CALL)
    handoff.countersign(MONDAY, by=AE, at=MONDAY, ae=AE)
    when = utc("2025-06-04T15:00")
    handoff.assign_csm(CSM, by=CS_MANAGER, at=when, override="They know the customer.")
    assert due(handoff) == utc("2025-06-09T22:00")


def test_before_the_assignment_the_proposed_csms_days_count() -> None:
    handoff = started(proposed_csm=OTHER_CSM)
    handoff.countersign(MONDAY, by=AE, at=MONDAY, ae=AE)
    # 18:00 in Sydney.
    assert due(handoff) == utc("2025-06-05T08:00")


def test_before_the_signature_nothing_is_known_unless_the_ae_proposes_a_time() -> None:
    handoff = started()
    assert told(handoff) is None
    handoff.propose_kickoff(LATER, shown=None, by=AE, at=MONDAY)
    assert told(handoff) == KickoffTime(LATER, proposed=True)


def test_a_proposal_goes_before_the_due_time_and_can_be_taken_back() -> None:
    handoff = gated()
    assert told(handoff) == KickoffTime(utc("2025-06-05T16:00"))
    handoff.propose_kickoff(LATER, shown=None, by=AE, at=MONDAY + HOUR)
    assert told(handoff) == KickoffTime(LATER, proposed=True)
    handoff.propose_kickoff(None, shown=LATER, by=AE, at=MONDAY + HOUR)
    assert told(handoff) == KickoffTime(utc("2025-06-05T16:00"))
    kept = [one.facts for one in handoff.events if one.tag is Tag.KICKOFF_PROPOSED]
    assert [one["at"] is None for one in kept] == [False, True]
    assert kept[1]["before"] == kept[0]["at"]


def test_a_cancelled_handoff_has_no_kickoff() -> None:
    handoff = signed()
    handoff.cancel("They bought elsewhere.", by=AE, at=MONDAY + HOUR)
    assert told(handoff) is None


@pytest.mark.parametrize(
    ("at", "problem"),
    [
        (MONDAY, Problem.TIME_PAST),
        (MONDAY - timedelta(days=9000), Problem.TIME_PAST),
        (MONDAY + timedelta(days=367), Problem.TOO_FAR_AHEAD),
    ],
)
def test_no_kickoff_is_proposed_for_a_time_that_cannot_be(at: datetime, problem: Problem) -> None:
    handoff = signed()
    with pytest.raises(Invalid) as refused:
        handoff.propose_kickoff(at, shown=None, by=AE, at=MONDAY)
    assert (refused.value.problem, refused.value.field) == (problem, "kickoff")
    assert handoff.kickoff_proposed_at is None


def test_what_was_proposed_meanwhile_is_not_overwritten_by_who_did_not_see_it() -> None:
    handoff, other = signed(), LATER + HOUR
    handoff.propose_kickoff(LATER, shown=None, by=AE, at=MONDAY)
    with pytest.raises(Conflict) as refused:
        handoff.propose_kickoff(other, shown=None, by=AE, at=MONDAY)
    assert refused.value.field == "kickoff"
    # A form that left it alone changes nothing, however old it is.
    handoff.propose_kickoff(None, shown=None, by=AE, at=MONDAY)
    assert handoff.kickoff_proposed_at == LATER
    handoff.propose_kickoff(other, shown=LATER, by=AE, at=MONDAY)
    assert handoff.kickoff_proposed_at == other


def test_a_time_that_passed_since_stands_while_nobody_changes_it() -> None:
    handoff = signed()
    handoff.propose_kickoff(LATER, shown=None, by=AE, at=MONDAY)
    handoff.propose_kickoff(LATER, shown=LATER, by=AE, at=LATER + HOUR)
    assert handoff.kickoff_proposed_at == LATER


def test_only_the_ae_proposes() -> None:
    handoff = assigned()
    for person in (CSM, CS_MANAGER):
        with pytest.raises(NotAllowed):
            handoff.propose_kickoff(LATER, shown=None, by=person, at=MONDAY)


# --- Held


HELD = MONDAY + timedelta(days=2)


def test_the_csm_records_when_the_kickoff_was_held_and_that_is_its_time() -> None:
    handoff = assigned()
    handoff.propose_kickoff(LATER, shown=None, by=AE, at=MONDAY)
    handoff.hold_kickoff(HELD, by=CSM, at=HELD + HOUR)
    assert handoff.kickoff_held_at == HELD
    assert told(handoff) == KickoffTime(HELD, held=True)
    (event,) = [one for one in handoff.events if one.tag is Tag.KICKOFF_HELD]
    assert (event.actor, event.facts, event.values) == (
        CSM.id,
        {"held_at": "2025-06-04T06:00:00.000000Z"},
        {},
    )


def test_the_cs_manager_records_it_for_the_csm_with_a_reason_and_nobody_else_does() -> None:
    handoff = assigned()
    for person in (AE, AE_MANAGER, REVOPS, MEMBER):
        with pytest.raises(NotAllowed) as turned_away:
            handoff.hold_kickoff(HELD, by=person, at=HELD + HOUR)
        assert turned_away.value.whose == (CSM.id,)
    with pytest.raises(Invalid) as refused:
        handoff.hold_kickoff(HELD, by=CS_MANAGER, at=HELD + HOUR)
    assert (refused.value.problem, refused.value.field) == (Problem.EMPTY, "reason")
    handoff.hold_kickoff(HELD, by=CS_MANAGER, at=HELD + HOUR, reason="Cleo is on a plane.")
    (held,) = [one for one in handoff.events if one.tag is Tag.KICKOFF_HELD]
    assert held.values == {"reason": "Cleo is on a plane."}


def test_a_time_is_corrected_visibly_and_told_once() -> None:
    handoff = assigned()
    handoff.hold_kickoff(HELD, by=CSM, at=HELD + HOUR)
    with pytest.raises(Conflict) as refused:
        handoff.hold_kickoff(HELD, by=CSM, at=HELD + HOUR)
    assert refused.value.problem is Problem.ALREADY_DONE
    handoff.hold_kickoff(HELD - HOUR, by=CSM, at=HELD + 2 * HOUR)
    assert handoff.events[-1].facts == {
        "held_at": "2025-06-04T05:00:00.000000Z",
        "before": "2025-06-04T06:00:00.000000Z",
    }


@pytest.mark.parametrize(
    ("at", "problem"),
    [
        (HELD + timedelta(minutes=6), Problem.NOT_YET_HELD),
        (MONDAY - timedelta(seconds=1), Problem.HELD_BEFORE_SIGNATURE),
    ],
)
def test_a_kickoff_is_held_between_the_signature_and_now(at: datetime, problem: Problem) -> None:
    handoff = assigned()
    with pytest.raises(Invalid) as refused:
        handoff.hold_kickoff(at, by=CSM, at=HELD)
    assert (refused.value.problem, refused.value.field) == (problem, "held_at")
    assert handoff.kickoff_held_at is None
    # A clock that is a little ahead, and the signature's own minute, are no mistakes.
    handoff.hold_kickoff(HELD + timedelta(minutes=5), by=CSM, at=HELD)
    handoff.hold_kickoff(MONDAY, by=CSM, at=HELD)


def test_without_a_csm_a_signature_or_an_open_handoff_nothing_is_held() -> None:
    unsigned = started()
    unsigned.assign_csm(CSM, by=CS_MANAGER, at=MONDAY, override="They know the customer.")
    over = assigned()
    over.cancel("They bought elsewhere.", by=AE, at=HELD)
    for handoff, problem in (
        (gated(), Problem.NOT_ASSIGNED),
        (unsigned, Problem.NOT_SIGNED),
        (over, Problem.HANDOFF_CANCELLED),
    ):
        with pytest.raises(Invalid) as refused:
            handoff.hold_kickoff(HELD, by=CSM, at=HELD + HOUR)
        assert refused.value.problem is problem
        assert not handoff.can_be_held


def test_its_step_is_the_csms_from_the_assignment_on_and_done_when_it_was_held() -> None:
    waiting = deadline_of(gated())
    assert (waiting.state, waiting.waits_for) == (DeadlineState.WAITING, Step.ASSIGN)
    handoff = assigned()
    due_at = deadline_of(handoff)
    assert (due_at.state, due_at.owner_id, due_at.due_at) == (
        DeadlineState.OPEN,
        CSM.id,
        utc("2025-06-05T22:00"),
    )
    # Late, its manager hears at once; early reminders are the owner's.
    assert due_at.manager_id == CS_MANAGER.id
    assert {plan.stage for plan in due_at.stages} == {
        Stage.HALF,
        Stage.MOST,
        Stage.LATE,
        Stage.LATE_MANAGER,
        Stage.PAST_LATEST,
    }
    handoff.hold_kickoff(HELD, by=CSM, at=HELD + HOUR)
    assert deadline_of(handoff).state is DeadlineState.DONE


def test_the_message_names_the_due_time_that_its_step_has() -> None:
    # Assigned after business day 5: the CSM has their own window of eight working hours.
    handoff = assigned(when=utc("2025-06-11T15:00"))
    owed_now = owed(handoff)
    named = kickoff_time(handoff, POLICY, Office().calendar_of, owed=list(owed_now.values()))
    assert named == KickoffTime(owed_now[Step.KICKOFF].due_at)
    assert named is not None
    assert named.at == utc("2025-06-12T14:00")


def test_what_is_due_before_the_kickoff_is_due_before_the_day_it_was_held_on() -> None:
    handoff = assigned()
    before = owed(handoff, table=PROCESS)[Step.INITIALS].due_at
    # Thursday was due, so Wednesday; it was held on Wednesday, so Tuesday.
    assert before == utc("2025-06-04T22:00")
    handoff.hold_kickoff(HELD + 8 * HOUR, by=CSM, at=HELD + 9 * HOUR)
    assert owed(handoff, table=PROCESS)[Step.INITIALS].due_at == utc("2025-06-03T22:00")
