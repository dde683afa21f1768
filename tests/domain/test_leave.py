"""While somebody is away: who owes their steps, what a stand-in may do, and who is told instead."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain import access
from bot.domain.access import Act, Audience, Capacity
from bot.domain.deadlines import (
    Deadline,
    DeadlineState,
    Spoken,
    Step,
    bring_in_line,
    deadlines,
    spoken,
)
from bot.domain.errors import HandoffError, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.items import SectionKey
from bot.domain.leave import Away, leave_ends_at
from bot.domain.notices import SurfaceKind, surfaces
from bot.domain.nudging import Stage
from bot.domain.people import Person
from bot.domain.steps import PROCESS
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
    read,
)

OFFICE = Office()
UNTIL = date(2025, 6, 20)
LATER = datetime(2025, 6, 10, 9, tzinfo=UTC)


def away(handoff: Handoff, absent: Mapping[int, int | None]) -> Handoff:
    handoff.away = {one: Away(UNTIL, stand_in) for one, stand_in in absent.items()}
    return handoff


def owed(handoff: Handoff) -> dict[Step, Deadline]:
    made = deadlines(handoff, POLICY, OFFICE.calendar_of, manager_of=OFFICE.manager_of, now=MONDAY)
    return {one.step: one for one in made}


@pytest.mark.parametrize(
    ("zone", "back"),
    [
        ("Europe/Berlin", "2025-06-20T22:00"),
        ("America/New_York", "2025-06-21T04:00"),
        ("Asia/Kolkata", "2025-06-20T18:30"),
        ("Australia/Sydney", "2025-06-20T14:00"),
    ],
)
def test_somebody_is_back_at_the_midnight_after_the_last_day_where_they_are(
    zone: str, back: str
) -> None:
    ends = leave_ends_at(UNTIL, zone)
    assert ends.astimezone(UTC) == datetime.fromisoformat(back).replace(tzinfo=UTC)


def test_a_day_in_which_the_clocks_change_ends_at_its_own_midnight() -> None:
    assert leave_ends_at(date(2025, 10, 26), "Europe/Berlin").astimezone(UTC) == datetime(
        2025, 10, 26, 23, tzinfo=UTC
    )


# --- With a stand-in


def test_the_stand_in_owes_the_steps_and_is_reminded_in_their_own_hours() -> None:
    handoff = away(assigned(), {CSM.id: OTHER_CSM.id})
    step = owed(handoff)[Step.READ]
    assert (step.owner_id, step.reader_id, step.told_id) == (OTHER_CSM.id, OTHER_CSM.id, None)
    assert step.manager_id == CS_MANAGER.id
    assert step.zone == OTHER_CSM.zone


def test_what_was_said_to_the_absent_one_is_no_reason_not_to_tell_the_stand_in() -> None:
    before = owed(assigned())[Step.READ]
    told = Deadline(**{**vars(before), "said": frozenset({Stage.HALF})})
    after = owed(away(assigned(), {CSM.id: OTHER_CSM.id}))[Step.READ]
    assert bring_in_line(told, after, now=LATER).said == frozenset()
    assert bring_in_line(told, before, now=LATER).said == {Stage.HALF}


def test_the_manager_of_the_part_is_told_and_not_the_stand_ins_own() -> None:
    handoff = away(assigned(), {CSM.id: MEMBER.id})
    assert owed(handoff)[Step.READ].manager_id == CS_MANAGER.id


def test_a_manager_who_stands_in_is_not_told_of_themselves() -> None:
    handoff = away(assigned(), {CSM.id: CS_MANAGER.id})
    step = owed(handoff)[Step.READ]
    assert step.owner_id == CS_MANAGER.id
    assert step.manager_id == REVOPS.id


def test_the_guide_goes_to_the_stand_in() -> None:
    handoff = away(assigned(), {CSM.id: OTHER_CSM.id})
    wishes = surfaces(handoff, actor_id=None, calendar_of=OFFICE.calendar_of, now=MONDAY)
    readers = {wish.person_id for wish in wishes if wish.kind is SurfaceKind.GUIDE}
    assert OTHER_CSM.id in readers
    assert CSM.id not in readers


@pytest.mark.parametrize(
    ("absent", "stand_in", "act"),
    [
        (CSM, OTHER_CSM, Act.ACKNOWLEDGE),
        (CSM, OTHER_CSM, Act.SEND_BACK),
        (AE, MEMBER, Act.EDIT_BRIEF),
        (AE, MEMBER, Act.SIGN),
        (CS_MANAGER, OTHER_CSM, Act.ASSIGN),
        (AE_MANAGER, MEMBER, Act.OVERRIDE_CLOSED_WON),
    ],
)
def test_a_stand_in_may_do_what_the_absent_one_may_until_they_are_back(
    absent: Person, stand_in: Person, act: Act
) -> None:
    handoff = assigned()
    assert not access.may(act, stand_in, handoff)
    away(handoff, {absent.id: stand_in.id})
    assert access.may(act, stand_in, handoff)
    assert access.may(act, absent, handoff)
    handoff.away = {}
    assert not access.may(act, stand_in, handoff)


def test_a_stand_in_sees_all_of_the_role_and_writes_its_sections() -> None:
    handoff = away(assigned(), {AE.id: MEMBER.id})
    theirs = access.audiences(MEMBER, handoff, in_channel=False)
    assert theirs == access.audiences(AE, assigned(), in_channel=False)
    assert Audience.PRIVATE_NOTE in theirs
    assert access.may_write(SectionKey.RED_FLAGS, MEMBER, handoff)


def test_a_helpers_stand_in_fills_the_helpers_sections_and_no_other() -> None:
    handoff = gated()
    handoff.helpers = {MEMBER.id: frozenset({SectionKey.SUCCESS})}
    away(handoff, {MEMBER.id: OTHER_CSM.id})
    assert access.may_write(SectionKey.SUCCESS, OTHER_CSM, handoff)
    assert not access.may_write(SectionKey.WHY, OTHER_CSM, handoff)
    assert access.given(OTHER_CSM, handoff) == {SectionKey.SUCCESS}


def test_a_refusal_names_the_stand_in_as_the_one_whose_turn_it_is() -> None:
    handoff = away(assigned(), {CSM.id: OTHER_CSM.id})
    with pytest.raises(HandoffError) as refused:
        handoff.acknowledge(version=handoff.brief_version, by=MEMBER, at=MONDAY)
    assert refused.value.whose == (OTHER_CSM.id,)


# --- AE and CSM stay different people


def test_nobody_acts_for_the_side_that_is_not_theirs() -> None:
    handoff = away(assigned(), {CSM.id: AE.id})
    assert not access.may(Act.ACKNOWLEDGE, AE, handoff)
    with pytest.raises(HandoffError) as refused:
        handoff.acknowledge(version=handoff.brief_version, by=AE, at=MONDAY)
    assert refused.value.problem is Problem.BOTH_SIDES
    step = owed(handoff)[Step.READ]
    assert (step.owner_id, step.told_id) == (CSM.id, CS_MANAGER.id)


def test_one_stand_in_of_both_sides_acts_for_the_ae_alone() -> None:
    handoff = away(assigned(), {AE.id: MEMBER.id, CSM.id: MEMBER.id})
    assert access.stand_ins(handoff) == {Capacity.AE: MEMBER.id}
    with pytest.raises(HandoffError) as refused:
        handoff.acknowledge(version=handoff.brief_version, by=MEMBER, at=MONDAY)
    assert refused.value.problem is Problem.BOTH_SIDES


def test_an_ae_does_not_assign_in_place_of_the_cs_manager() -> None:
    handoff = away(gated(), {CS_MANAGER.id: AE.id})
    with pytest.raises(HandoffError) as refused:
        handoff.assign_csm(CSM, by=AE, at=MONDAY)
    assert refused.value.problem is Problem.BOTH_SIDES


def test_who_stands_in_for_the_ae_is_not_made_the_csm() -> None:
    handoff = away(gated(), {AE.id: OTHER_CSM.id})
    with pytest.raises(HandoffError) as refused:
        handoff.assign_csm(OTHER_CSM, by=CS_MANAGER, at=MONDAY)
    assert (refused.value.problem, refused.value.field) == (Problem.BOTH_SIDES, "csm")


# --- Without one


def test_without_a_stand_in_the_manager_is_reminded_and_told_once_at_the_due_time() -> None:
    handoff = away(assigned(), {CSM.id: None})
    step = owed(handoff)[Step.READ]
    assert (step.owner_id, step.told_id, step.manager_id) == (CSM.id, CS_MANAGER.id, CS_MANAGER.id)
    assert step.state is DeadlineState.OPEN
    assert step.due_at == owed(assigned())[Step.READ].due_at
    stages = [plan.stage for plan in step.stages]
    assert Stage.LATE in stages
    assert Stage.LATE_MANAGER not in stages
    late = step.due_at + 72 * HOUR
    assert spoken(step, CSM.id, until=late) == Spoken(None)
    said = spoken(step, CS_MANAGER.id, until=late).plan
    assert said is not None
    assert said.stage is Stage.LATE


def test_where_nobody_is_left_to_be_told_the_owner_is_as_ever() -> None:
    handoff = away(assigned(), {CSM.id: None})
    made = deadlines(
        handoff,
        POLICY,
        OFFICE.calendar_of,
        manager_of=lambda holder, /, *, named=None, but=(): None,
        now=MONDAY,
    )
    step = {one.step: one for one in made}[Step.READ]
    assert (step.reader_id, step.told_id, step.manager_id) == (CSM.id, None, None)


def test_a_snooze_of_the_absent_one_does_not_silence_whoever_is_told() -> None:
    before = owed(assigned())[Step.READ]
    snoozed = Deadline(**{**vars(before), "snoozed_until": before.due_at})
    wanted = owed(away(assigned(), {CSM.id: None}))[Step.READ]
    assert bring_in_line(snoozed, wanted, now=LATER).snoozed_until is None


def test_a_step_that_is_done_concerns_nobody_more() -> None:
    step = owed(away(read(), {CSM.id: None}))[Step.READ]
    assert (step.state, step.told_id) == (DeadlineState.DONE, None)


# --- History


def test_leaving_and_coming_back_stand_once_in_the_history_with_who_acts() -> None:
    handoff = away(assigned(), {CSM.id: OTHER_CSM.id, MEMBER.id: None})
    handoff.events.clear()
    handoff.note_leave(by=CSM, at=MONDAY)
    handoff.note_leave(by=None, at=MONDAY)
    (left,) = handoff.events
    assert (left.tag, left.actor) == (Tag.AWAY, CSM.id)
    assert left.facts == {"person": CSM.id, "until": "2025-06-20", "stand_in": OTHER_CSM.id}
    handoff.events.clear()
    handoff.away = {}
    handoff.note_leave(by=None, at=LATER)
    handoff.note_leave(by=None, at=LATER)
    (back,) = handoff.events
    assert (back.tag, back.facts) == (Tag.BACK, {"person": CSM.id})


def test_a_stand_in_of_the_other_side_stands_in_no_history_as_one_who_acts() -> None:
    handoff = away(assigned(), {CSM.id: AE.id})
    handoff.events.clear()
    handoff.note_leave(by=None, at=MONDAY)
    assert handoff.events[0].facts["stand_in"] is None


def test_what_a_stand_in_writes_confirms_the_ae_who_was_named_by_somebody_else() -> None:
    handoff = away(gated(), {AE.id: MEMBER.id})
    handoff.ae_confirmed_at = None
    handoff.confirm_ae(by=MEMBER, at=MONDAY)
    assert handoff.ae_confirmed_at == MONDAY


OF_THE_CSM = [
    rule.step for rule in PROCESS if rule.owner is Capacity.CSM and rule.joint_owner is None
]


@pytest.mark.parametrize("step", OF_THE_CSM)
@pytest.mark.parametrize("stand_in", [MEMBER.id, None])
def test_a_stand_in_owes_every_step_of_the_csm_also_those_after_the_kickoff(
    step: Step, stand_in: int | None
) -> None:
    rule = next(one for one in PROCESS if one.step is step)
    handoff = read()
    if rule.beyond:
        handoff.hold_kickoff(MONDAY + 9 * HOUR, by=CSM, at=MONDAY + 10 * HOUR)
    table = [
        replace(one, done=lambda _: None, happens=lambda _: True) if one is rule else one
        for one in PROCESS
    ]
    made = deadlines(
        away(handoff, {CSM.id: stand_in}),
        POLICY,
        OFFICE.calendar_of,
        manager_of=OFFICE.manager_of,
        now=MONDAY + timedelta(days=400),
        table=table,
    )
    found = next(one for one in made if one.step is step)
    if stand_in is not None:
        assert (found.owner_id, found.told_id) == (MEMBER.id, None)
        assert found.zone == MEMBER.zone
    else:
        assert (found.owner_id, found.told_id) == (CSM.id, CS_MANAGER.id)
