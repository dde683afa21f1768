from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain import access, briefing_call
from bot.domain.access import Act, Capacity
from bot.domain.brief import Brief
from bot.domain.briefing import Briefing
from bot.domain.deadlines import Deadline, DeadlineState, Step, deadlines, snooze
from bot.domain.handoff import Handoff, State
from bot.domain.people import Person
from bot.domain.read_models import (
    Guide,
    Light,
    NamedPerson,
    StatusCounts,
    StepLine,
    card,
    guide,
    light_of,
    named,
    next_line,
    role_of,
    step_line,
    step_lines,
)
from bot.domain.steps import intro_waits_for_call, steps_now
from tests.domain.deals import (
    ADMIN,
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    FULL_BRIEF,
    HOUR,
    MEMBER,
    MONDAY,
    PEOPLE,
    POLICY,
    REVOPS,
    Office,
    acknowledged,
    assigned,
    called,
    counted,
    debriefed,
    gated,
    introduced,
    planned,
    read,
    signed,
    started,
    utc,
)

OFFICE = Office()
TICK = timedelta(microseconds=1)


def owed(handoff: Handoff) -> list[Deadline]:
    return deadlines(handoff, POLICY, OFFICE.calendar_of, manager_of=OFFICE.manager_of, now=MONDAY)


def guide_of(handoff: Handoff, viewer: Person, *, as_of: datetime = MONDAY) -> Guide:
    return guide(
        handoff,
        owed(handoff),
        PEOPLE,
        viewer,
        audiences=access.audiences(viewer, handoff, in_channel=True),
        channel_slack_id="C001",
        as_of=as_of,
        policy=POLICY,
    )


@pytest.mark.parametrize(
    ("hours", "soon"),
    [
        # The last quarter of the owner's time, and four hours at most.
        (26, 4),
        (16, 4),
        (4, 1),
        (1, 0.25),
        # Overdue when it was learned: there is no time to speak of.
        (0, 0),
        (-3, 0),
    ],
)
def test_a_light_turns_at_its_instants(hours: float, soon: float) -> None:
    brief = replace(owed(signed())[1], start_at=MONDAY, due_at=MONDAY + hours * HOUR)
    due = brief.due_at
    assert light_of(brief, as_of=due - soon * HOUR - TICK) is Light.ON_TIME
    assert light_of(brief, as_of=due - soon * HOUR) is Light.SOON
    assert light_of(brief, as_of=due) is Light.SOON
    assert light_of(brief, as_of=due + TICK) is Light.LATE


@pytest.mark.parametrize(
    ("state", "light"),
    [
        (DeadlineState.WAITING, Light.WAITING),
        (DeadlineState.DONE, Light.DONE),
        (DeadlineState.CANCELLED, Light.CANCELLED),
    ],
)
def test_a_step_that_is_not_owed_is_never_late(state: DeadlineState, light: Light) -> None:
    brief = replace(owed(signed())[1], state=state)
    assert light_of(brief, as_of=MONDAY + 999 * HOUR) is light
    assert not brief.late_at(MONDAY + 999 * HOUR)


def test_the_steps_stand_in_the_order_of_the_table_with_owner_and_need() -> None:
    handoff = gated()
    lines = step_lines(handoff, owed(handoff), PEOPLE, as_of=MONDAY + 2 * HOUR)
    with_call = {Step.HOLD_CALL, Step.HOLD_CALL_AE}
    assert [line.step for line in lines] == [
        rule.step for rule in steps_now(handoff) if rule.step not in with_call and not rule.beyond
    ]
    assert [line.light for line in lines] == [
        Light.ON_TIME,
        Light.DONE,
        Light.ON_TIME,
        *[Light.WAITING] * 10,
    ]
    up_to_call = ["Ana", "Ana", "Mara", "Ana", None, "Ana"]
    owners = [line.owner and line.owner.name for line in lines]
    assert owners == [*up_to_call, "Ana", None, None, "Ana", None, "Ana", None]
    waits = [None, None, None, *[Step.ASSIGN] * 2, Step.READ, *[Step.ASSIGN] * 7]
    assert [line.waits_for for line in lines] == waits
    assert [line.done_at for line in lines] == [None, MONDAY + HOUR, *[None] * 11]


def test_what_is_done_shortly_before_hides_nothing_until_it_is_due_soon() -> None:
    def line(step: Step, light: Light, hours: int) -> StepLine:
        return StepLine(step, light, None, MONDAY + hours * HOUR)

    debrief, kickoff = (line(one, Light.ON_TIME, 9) for one in (Step.DEBRIEF, Step.KICKOFF))
    for light, first in ((Light.ON_TIME, debrief), (Light.SOON, None), (Light.LATE, None)):
        prep = line(Step.PREP, light, 1)
        assert next_line([prep, debrief, kickoff]) is (first or prep)
    alone = line(Step.PREP, Light.ON_TIME, 1)
    assert next_line([alone]) is alone


@pytest.mark.parametrize(
    ("viewer", "step"),
    [(AE, Step.HOLD_CALL_AE), (CSM, Step.HOLD_CALL), (CS_MANAGER, Step.HOLD_CALL)],
)
def test_the_call_that_both_owe_is_one_line_and_the_viewers_own(viewer: Person, step: Step) -> None:
    handoff = assigned()
    handoff.briefing = Briefing(at=MONDAY + 9 * HOUR, booked_at=MONDAY)
    lines = step_lines(handoff, owed(handoff), PEOPLE, as_of=MONDAY + 8 * HOUR, viewer_id=viewer.id)
    assert [one.step for one in lines if one.step.value.startswith("hold_call")] == [step]


def test_a_guide_says_who_does_without_the_call_and_who_is_asked() -> None:
    handoff = assigned()

    def shown(viewer: Person) -> tuple[bool, bool]:
        guide = guide_of(handoff, viewer)
        return guide.skipped, guide.skips

    assert {shown(one) for one in (AE, CSM, CS_MANAGER)} == {(False, False)}
    briefing_call.do_without(handoff, by=AE, at=MONDAY + 8 * HOUR, policy=POLICY)
    assert [shown(one) for one in (AE, CSM)] == [(True, False), (False, True)]
    assert {shown(one) for one in (CS_MANAGER, AE_MANAGER)} == {(False, False)}
    briefing_call.do_without(handoff, by=CSM, at=MONDAY + 8 * HOUR, policy=POLICY)
    assert {shown(one) for one in (AE, CSM)} == {(False, False)}


def test_a_guide_tells_the_time_of_a_call_until_it_was_held_and_what_the_intro_waits_for() -> None:
    handoff = assigned()
    briefing_call.book(handoff, MONDAY + 9 * HOUR, by=AE, at=MONDAY + 8 * HOUR)
    assert guide_of(handoff, CSM).call_at == MONDAY + 9 * HOUR
    size = handoff.size(POLICY)
    assert intro_waits_for_call(handoff, size)
    called(handoff, at=MONDAY + 10 * HOUR)
    assert guide_of(handoff, CSM).call_at is None
    assert not intro_waits_for_call(handoff, size)


def test_the_next_step_is_the_first_one_owed_else_the_first_that_waits() -> None:
    handoff = gated()
    lines = step_lines(handoff, owed(handoff), PEOPLE, as_of=MONDAY)
    first = next_line(lines)
    assert first is not None
    assert first.step is Step.MESSAGE
    # A late one is older than all that are not.
    late = next_line(step_lines(handoff, owed(handoff), PEOPLE, as_of=MONDAY + 90 * HOUR))
    assert late is not None
    assert (late.step, late.light) == (Step.MESSAGE, Light.LATE)
    waiting = next_line([line for line in lines if line.light in (Light.WAITING, Light.DONE)])
    assert waiting is not None
    assert waiting.step is Step.BOOK_CALL
    assert next_line([line for line in lines if line.light is Light.DONE]) is None
    assert next_line([]) is None


def test_a_person_is_named_by_slacks_id_and_nobody_as_nobody() -> None:
    assert named(AE.id, PEOPLE) == NamedPerson(AE.id, "U001", "Ana")
    assert named(None, PEOPLE) is None
    assert named(999, PEOPLE) is None


def test_the_card_says_what_the_channel_may_read() -> None:
    handoff = read()
    handoff.id = 5
    handoff.post(by=AE, at=MONDAY + 3 * HOUR)
    counted(handoff, 1, 1, 1, at=MONDAY + 3 * HOUR)
    called(handoff, at=MONDAY + 3 * HOUR)
    handoff.hold_kickoff(MONDAY + 3 * HOUR, by=CSM, at=MONDAY + 4 * HOUR)
    debriefed(handoff, at=MONDAY + 3 * HOUR)
    planned(handoff, at=MONDAY + 4 * HOUR)
    introduced(handoff, at=MONDAY + 3 * HOUR)
    shown = card(handoff, FULL_BRIEF, owed(handoff), PEOPLE, as_of=MONDAY + 4 * HOUR)
    assert (shown.handoff_id, shown.account, shown.state) == (5, "Lindgrove Mills", State.OPEN)
    assert shown.ae == NamedPerson(AE.id, "U001", "Ana")
    assert shown.csm == NamedPerson(CSM.id, "U003", "Cleo")
    assert shown.posted_by == shown.ae
    assert (shown.brief_version, shown.acknowledged_version) == (1, 1)
    assert (shown.completeness.percent, shown.gate_passed) == (100, True)
    assert shown.next is not None
    # What comes next is weeks away, and says from when it can be done.
    assert (shown.next.step, shown.next.light) == (Step.CHECK_IN, Light.WAITING)
    assert shown.next.opens_at == utc("2025-06-25T07:00")
    assert not shown.preview
    assert shown.plan_signed_at == MONDAY + 4 * HOUR


def test_a_card_of_the_bot_names_nobody_who_posted_it() -> None:
    handoff = signed()
    handoff.post_by_bot(at=MONDAY + 4 * HOUR)
    shown = card(handoff, Brief(), owed(handoff), PEOPLE, as_of=MONDAY + 4 * HOUR)
    assert (shown.posted_at, shown.posted_by) == (MONDAY + 4 * HOUR, None)
    assert (shown.completeness.filled, shown.gate_passed) == (0, False)


def test_a_preview_does_not_ask_for_the_post_that_it_shows() -> None:
    handoff = signed()
    as_of = MONDAY + HOUR
    preview = card(handoff, Brief(), owed(handoff), PEOPLE, as_of=as_of, preview=True)
    assert preview.preview
    assert preview.next is not None
    assert preview.next.step is Step.BRIEF
    handoff.post(by=AE, at=as_of)
    real = card(handoff, Brief(), owed(handoff), PEOPLE, as_of=as_of)
    assert (real.next, real.completeness) == (preview.next, preview.completeness)


def test_a_cancelled_handoff_has_no_next_step() -> None:
    handoff = signed()
    handoff.cancel("The customer withdrew", by=AE, at=MONDAY + HOUR)
    shown = card(handoff, Brief(), owed(handoff), PEOPLE, as_of=MONDAY + 99 * HOUR)
    assert (shown.state, shown.next) == (State.CANCELLED, None)


def test_a_card_without_its_ae_is_a_fault_and_not_a_blank() -> None:
    with pytest.raises(KeyError):
        card(signed(), Brief(), [], {}, as_of=MONDAY)


AE_SIDE_ACTS = {Act.SIGN, Act.MOVE, Act.CANCEL, Act.REOPEN}
BOTH_ACTS = {
    Act.ARRANGE_TALK,
    Act.SKIP_BRIEFING,
    Act.NOTE_CONTACT,
    Act.HOLD_BRIEFING,
    Act.PREPARE_KICKOFF,
    Act.OPEN_KICKOFF_CARD,
    Act.INITIAL_PROMISE,
    Act.DISPUTE_PROMISE,
    Act.EDIT_PROMISE,
    Act.CONCLUDE_PROMISE,
    Act.CONCLUDE_MILESTONE,
    Act.DECIDE_LATE,
    Act.RECORD_CHAMPION,
}
TO_NO_HANDOFF = {Act.START, Act.CHANGE_POLICY, Act.CHANGE_PEOPLE, Act.PAUSE}
AE_ACTS = (
    AE_SIDE_ACTS
    | BOTH_ACTS
    | {
        Act.RECORD_AE_STEP,
        Act.INTERVIEW,
        Act.CONFIRM_AE,
        Act.EDIT_BRIEF,
        Act.INVITE_HELPER,
        Act.CHANGE_DEAL,
        Act.POST,
        Act.ALIGN,
        Act.RECORD_CALL,
        Act.JUDGE,
        Act.BOOK_BRIEFING,
        Act.SIGN_PLAN_AE,
        Act.WRITE_AE_INTRO,
        Act.SEND_AE_INTRO,
        Act.TALK_PROMISE,
        Act.RETURN_BRIEF,
        Act.ANSWER_DEBRIEF,
        Act.REPLY_DEBRIEF,
        Act.CHAT_DEBRIEF,
    }
)
AE_MANAGER_ACTS = AE_SIDE_ACTS | {
    Act.OPEN_KICKOFF_CARD,
    Act.REASSIGN_AE,
    Act.REASSIGN_AE_MANAGER,
    Act.INTERVIEW,
    Act.SETTLE_DISPUTE,
    Act.OVERRIDE_CLOSED_WON,
    Act.ANSWER_COMMITMENT,
}
CSM_ACTS = BOTH_ACTS | {
    Act.BOOK_KICKOFF,
    Act.ACKNOWLEDGE,
    Act.UNDO_ACKNOWLEDGE,
    Act.VERIFY,
    Act.HOLD_KICKOFF,
    Act.EDIT_PLAN,
    Act.SIGN_PLAN,
    Act.CONFIRM_PLAN,
    Act.WRITE_CSM_INTRO,
    Act.SEND_CSM_INTRO,
    Act.SEND_BACK,
    Act.DECLINE,
    Act.RECORD_CSM_STEP,
    Act.ANSWER_DEBRIEF,
    Act.LEAD_DEBRIEF,
    Act.MARK_DEBRIEF,
    Act.NAME_LISTENER,
    Act.NAME_LEAD,
    Act.CLOSE,
}
NAMES_MANAGERS = {Act.REASSIGN_AE_MANAGER, Act.REASSIGN_CS_MANAGER}
CS_MANAGER_ACTS = {
    Act.OPEN_KICKOFF_CARD,
    Act.ASSIGN,
    Act.REASSIGN_CS_MANAGER,
    Act.LIFT_HOLD,
    Act.OVERRIDE_GATE,
    Act.SETTLE_DISPUTE,
    Act.ANSWER_DEBRIEF,
    Act.NAME_LISTENER,
    Act.NAME_LEAD,
}
"""Neither manager's has what they only record for the AE or the CSM: it is not theirs to do."""


@pytest.mark.parametrize(
    ("viewer", "role", "mine", "acts"),
    [
        (
            AE,
            Capacity.AE,
            Step.MESSAGE,
            AE_ACTS,
        ),
        (CSM, Capacity.CSM, Step.READ, CSM_ACTS),
        (CS_MANAGER, Capacity.CS_MANAGER, None, CS_MANAGER_ACTS),
        (AE_MANAGER, Capacity.AE_MANAGER, None, AE_MANAGER_ACTS),
        (
            REVOPS,
            Capacity.REVOPS,
            None,
            AE_SIDE_ACTS | {Act.DECIDE_DISPUTE, Act.OPEN_KICKOFF_CARD} | NAMES_MANAGERS,
        ),
        (MEMBER, Capacity.MEMBER, None, set()),
        (ADMIN, Capacity.MEMBER, None, NAMES_MANAGERS),
    ],
)
def test_a_guide_speaks_to_its_reader(
    viewer: Person, role: Capacity, mine: Step | None, acts: set[Act]
) -> None:
    handoff = assigned()
    shown = guide_of(handoff, viewer)
    assert shown.role is role is role_of(viewer, handoff)
    assert (shown.mine.step if shown.mine else None) == mine
    assert shown.acts - TO_NO_HANDOFF == acts
    assert shown.viewer.slack_id == viewer.slack_id
    with_call = {Step.HOLD_CALL, Step.HOLD_CALL_AE}
    assert [line.step for line in shown.steps] == [
        rule.step for rule in steps_now(handoff) if rule.step not in with_call and not rule.beyond
    ]


def test_only_an_ae_who_has_not_said_yes_is_asked_for_it() -> None:
    by_other = started(by=MEMBER)
    assert guide_of(by_other, AE).must_confirm_ae
    assert not guide_of(by_other, CS_MANAGER).must_confirm_ae
    assert not guide_of(started(), AE).must_confirm_ae
    by_other.confirm_ae(by=AE, at=MONDAY)
    assert not guide_of(by_other, AE).must_confirm_ae


def test_a_guide_names_who_started_the_handoff() -> None:
    assert guide_of(started(by=MEMBER), AE).started_by == named(MEMBER.id, PEOPLE)


def test_an_act_can_be_undone_up_to_the_last_instant_of_its_minutes() -> None:
    handoff = acknowledged()
    done = handoff.acknowledged_at or MONDAY
    ends = done + timedelta(minutes=10)
    assert guide_of(handoff, CSM, as_of=ends).undoable
    assert not guide_of(handoff, CSM, as_of=ends + TICK).undoable
    handoff.cancel("The customer withdrew", by=AE, at=ends + HOUR)
    assert guide_of(handoff, AE, as_of=ends + HOUR + timedelta(minutes=10)).undoable
    assert not guide_of(handoff, AE, as_of=ends + 2 * HOUR).undoable
    assert not guide_of(assigned(), CSM).undoable


def test_a_snooze_shows_until_it_ends_and_only_of_what_is_owed() -> None:
    until = MONDAY + 5 * HOUR
    brief = snooze(owed(signed())[1], until)
    for as_of, shown in ((until - TICK, until), (until, None)):
        assert step_line(brief, PEOPLE, as_of=as_of, done=None).snoozed_until == shown
    done = replace(brief, state=DeadlineState.DONE)
    assert step_line(done, PEOPLE, as_of=MONDAY, done=MONDAY).snoozed_until is None


def test_the_nearest_part_of_a_person_with_several_comes_first() -> None:
    both = replace(assigned(), csm_id=CS_MANAGER.id)
    assert role_of(CS_MANAGER, both) is Capacity.CSM
    assert role_of(REVOPS, replace(assigned(), ae_manager_id=None)) is Capacity.AE_MANAGER


def test_before_the_signature_a_guide_has_no_steps() -> None:
    shown = guide_of(started(), AE)
    assert (shown.steps, shown.mine, shown.signed_at) == ((), None, None)
    assert shown.expected_on is not None


def test_the_counts_add_up_to_what_is_open() -> None:
    assert StatusCounts(late=1, due_today=2, waiting=3, on_time=4, done=5).open == 15


def test_lights_sort_worst_first() -> None:
    assert list(Light)[:4] == [Light.LATE, Light.SOON, Light.ON_TIME, Light.WAITING]
    assert utc("2025-06-02T06:00") == MONDAY


def test_that_a_brief_was_written_quickly_is_for_its_ae_alone() -> None:
    handoff = gated()
    for viewer in (AE, CS_MANAGER, REVOPS):
        shown = guide(
            handoff,
            owed(handoff),
            PEOPLE,
            viewer,
            audiences=access.EVERY,
            channel_slack_id="C001",
            as_of=MONDAY,
            policy=POLICY,
            written_quickly=True,
        )
        assert shown.written_quickly is (viewer is AE)
