"""The intro: who writes it, what it waits for, that it went out, and who wrote before."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from bot.domain import briefing_call, introducing
from bot.domain.access import Audience
from bot.domain.breakdowns import Breakdown
from bot.domain.deadlines import DeadlineState, Step
from bot.domain.errors import Conflict, HandoffError, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.intro import Contacted, CsBefore, Sent, Way
from bot.domain.money import Money
from bot.domain.people import Person
from bot.domain.promises import Side
from bot.domain.verification import Checks
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    HOUR,
    MEMBER,
    MONDAY,
    POLICY,
    assigned,
    called,
    fill,
    gated,
    owed_of,
    read,
    restated,
    signed,
    started,
)

NO = Checks(metric=True, no_plan=True, champion=False)
TUESDAY = MONDAY + 24 * HOUR
BIG = Money(6_000_000, "USD")
"""Requires the briefing call."""


def light() -> Handoff:
    """Read, in a deal in which the CSM writes the intro."""
    handoff = read()
    handoff.value = Money(2_000_000, "USD")
    handoff.tier = POLICY.tier(handoff.value)
    return handoff


def sent(
    at: datetime = TUESDAY,
    *,
    before: CsBefore | None = CsBefore.NO,
    csm: datetime | None = None,
    way: Way = Way.EMAIL,
) -> Sent:
    noted = Contacted(csm, Way.PHONE) if csm is not None else None
    return Sent(Contacted(at, way), before, noted)


def mark(
    handoff: Handoff,
    told: Sent | None = None,
    *,
    by: Person = AE,
    at: datetime | None = None,
    reason: str = "",
) -> None:
    now = at or TUESDAY + HOUR
    introducing.mark_sent(handoff, told or sent(), by=by, at=now, policy=POLICY, reason=reason)


def note(
    handoff: Handoff, at: datetime | None, *, by: Person = CSM, now: datetime | None = None
) -> None:
    contact = Contacted(at, Way.PHONE) if at is not None else None
    introducing.note_contact(handoff, contact, by=by, at=now or TUESDAY, policy=POLICY)


def tags(handoff: Handoff) -> list[Tag]:
    return [event.tag for event in handoff.events]


# --- Who writes it, and who reads the draft


def test_the_ae_writes_it_where_the_kickoff_is_joint_and_else_the_csm() -> None:
    assert introducing.sender(read(), POLICY).readers is Audience.AE_INTRO
    assert introducing.sender(light(), POLICY).readers is Audience.CSM_INTRO


@pytest.mark.parametrize(
    ("handoff", "by", "may"),
    [
        (read(), AE, True),
        (read(), CSM, False),
        (read(), AE_MANAGER, False),
        (light(), CSM, True),
        (light(), AE, False),
        (light(), CS_MANAGER, False),
    ],
)
def test_the_draft_is_its_senders_alone(handoff: Handoff, by: Person, may: bool) -> None:
    if may:
        introducing.save_draft(handoff, revision=1, by=by, at=TUESDAY, policy=POLICY)
        assert handoff.intro.drafted_at == TUESDAY
        assert (tags(handoff)[-1], handoff.events[-1].values) == (Tag.INTRO_DRAFTED, {})
        return
    with pytest.raises(NotAllowed):
        introducing.save_draft(handoff, revision=1, by=by, at=TUESDAY, policy=POLICY)


def test_before_the_signature_there_is_no_intro() -> None:
    handoff = started()
    deeds: tuple[Callable[[], None], ...] = (
        lambda: introducing.save_draft(handoff, revision=1, by=AE, at=MONDAY, policy=POLICY),
        lambda: mark(handoff),
        lambda: note(handoff, MONDAY, by=AE),
    )
    for deed in deeds:
        with pytest.raises(HandoffError) as refused:
            deed()
        assert refused.value.problem is Problem.NOT_SIGNED


def test_a_cancelled_handoff_takes_nothing_in() -> None:
    handoff = read()
    handoff.cancel("They withdrew", by=AE, at=TUESDAY)
    with pytest.raises(HandoffError) as refused:
        mark(handoff)
    assert refused.value.problem is Problem.HANDOFF_CANCELLED


# --- What it waits for


@pytest.mark.parametrize(
    ("handoff", "step", "on"),
    [
        (signed(), Step.ASSIGN, AE),
        (gated(), Step.ASSIGN, CS_MANAGER),
        (assigned(), Step.READ, CSM),
        (read(), None, None),
        (restated(checks=NO), Step.HOLD_CALL, CSM),
        (replace(read(), value=BIG), Step.HOLD_CALL, CSM),
    ],
)
def test_it_says_what_it_waits_for_and_on_whom(
    handoff: Handoff, step: Step | None, on: Person | None
) -> None:
    size = handoff.size(POLICY)
    assert introducing.waits_for(handoff, size) is step
    if step is not None and on is not None:
        assert introducing.waits_on(step, handoff, size) == on.id


def test_a_brief_that_was_sent_back_has_it_wait_on_the_ae() -> None:
    handoff = assigned()
    item = POLICY.items.full[0]
    handoff.send_back((item,), "Which date?", by=CSM, at=MONDAY + 4 * HOUR)
    size = handoff.size(POLICY)
    assert introducing.waits_for(handoff, size) is Step.READ
    assert introducing.waits_on(Step.READ, handoff, size) == AE.id


def lift(handoff: Handoff) -> None:
    at = MONDAY + 8 * HOUR
    briefing_call.lift_hold(handoff, "They leave on Friday", by=CS_MANAGER, at=at, policy=POLICY)


@pytest.mark.parametrize("free", [partial(called, at=MONDAY + 8 * HOUR), lift])
def test_a_failed_check_holds_it_until_the_call_or_the_manager(
    free: Callable[[Handoff], None],
) -> None:
    handoff = restated(checks=NO)
    assert owed_of(handoff)[Step.INTRO].state is DeadlineState.WAITING
    free(handoff)
    assert introducing.waits_for(handoff, handoff.size(POLICY)) is None
    assert owed_of(handoff)[Step.INTRO].state is DeadlineState.OPEN


# --- That it went out


def test_what_is_marked_as_sent_is_done_since_then() -> None:
    handoff = read()
    mark(handoff, sent(TUESDAY))
    intro = owed_of(handoff)[Step.INTRO]
    assert (intro.state, handoff.intro.sent_at) == (DeadlineState.DONE, TUESDAY)
    assert handoff.intro.first_contact_at == TUESDAY
    assert handoff.intro.recorded_at == TUESDAY + HOUR
    assert handoff.events[-1].facts["way"] == "email"
    assert handoff.breakdowns == {}


def test_it_is_corrected_without_moving_when_it_was_recorded() -> None:
    handoff = read()
    mark(handoff, sent(TUESDAY))
    mark(handoff, sent(TUESDAY - HOUR, way=Way.CHAT), at=TUESDAY + 5 * HOUR)
    assert handoff.intro.sent == Contacted(TUESDAY - HOUR, Way.CHAT)
    assert handoff.intro.recorded_at == TUESDAY + HOUR
    with pytest.raises(Conflict):
        mark(handoff, sent(TUESDAY - HOUR, way=Way.CHAT), at=TUESDAY + 6 * HOUR)


@pytest.mark.parametrize(
    ("told", "problem", "field"),
    [
        (sent(TUESDAY + 2 * HOUR), Problem.WRITTEN_LATER, "intro_sent_at"),
        (sent(MONDAY - HOUR), Problem.WRITTEN_BEFORE_SIGNATURE, "intro_sent_at"),
        (sent(before=CsBefore.CSM), Problem.DATE_NEEDED, "csm_wrote_at"),
        (
            sent(before=CsBefore.CSM, csm=TUESDAY),
            Problem.WRITTEN_AFTER_INTRO,
            "csm_wrote_at",
        ),
        (
            sent(before=CsBefore.CSM, csm=MONDAY - HOUR),
            Problem.WRITTEN_BEFORE_SIGNATURE,
            "csm_wrote_at",
        ),
    ],
)
def test_times_that_cannot_be_are_refused_at_their_field(
    told: Sent, problem: Problem, field: str
) -> None:
    handoff = read()
    with pytest.raises(HandoffError) as refused:
        mark(handoff, told)
    assert (refused.value.problem, refused.value.field) == (problem, field)
    assert handoff.intro.sent_at is None


def test_a_manager_records_it_for_its_sender_with_a_reason() -> None:
    handoff = read()
    with pytest.raises(HandoffError):
        mark(handoff, by=AE_MANAGER)
    with pytest.raises(NotAllowed):
        mark(handoff, by=CS_MANAGER, reason="Ana is ill")
    mark(handoff, by=AE_MANAGER, reason="Ana is ill")
    assert handoff.events[-1].values == {"reason": "Ana is ill"}
    small = light()
    mark(small, by=CS_MANAGER, reason="Cleo is ill")
    assert small.intro.sent_at == TUESDAY


def test_one_recorded_by_mistake_is_owed_again() -> None:
    handoff = read()
    with pytest.raises(Conflict):
        introducing.take_back(handoff, by=AE, at=TUESDAY, policy=POLICY)
    mark(handoff)
    introducing.take_back(handoff, by=AE, at=TUESDAY + 2 * HOUR, policy=POLICY)
    assert handoff.intro.sent is None
    assert owed_of(handoff)[Step.INTRO].state is DeadlineState.OPEN
    assert tags(handoff)[-1] is Tag.INTRO_NOT_SENT


# --- One that should have waited


def test_one_that_went_out_while_held_is_recorded_as_sent_with_a_breakdown() -> None:
    handoff = restated(checks=NO)
    mark(handoff)
    assert owed_of(handoff)[Step.INTRO].state is DeadlineState.DONE
    assert set(handoff.breakdowns) == {Breakdown.INTRO_WHILE_HELD}
    # What went out is held no more, and the call stays due.
    assert not handoff.intro_held
    assert owed_of(handoff)[Step.BOOK_CALL].state is DeadlineState.OPEN
    introducing.take_back(handoff, by=AE, at=TUESDAY + 2 * HOUR, policy=POLICY)
    assert handoff.breakdowns == {}
    assert handoff.intro_held


@pytest.mark.parametrize(
    ("sent_at", "early"), [(MONDAY + 7 * HOUR, True), (MONDAY + 9 * HOUR, False)]
)
def test_a_record_that_comes_after_the_call_tells_one_from_before_it(
    sent_at: datetime, early: bool
) -> None:
    handoff = restated(checks=NO)
    called(handoff, at=MONDAY + 8 * HOUR)
    mark(handoff, sent(sent_at))
    assert (Breakdown.INTRO_WHILE_HELD in handoff.breakdowns) is early


@pytest.mark.parametrize(
    ("sent_at", "early"),
    [(MONDAY + HOUR, True), (MONDAY + 4 * HOUR, True), (MONDAY + 6 * HOUR, False)],
)
def test_the_same_of_the_assignment_and_the_reading(sent_at: datetime, early: bool) -> None:
    handoff = read()
    mark(handoff, sent(sent_at))
    assert (Breakdown.INTRO_WHILE_HELD in handoff.breakdowns) is early


def test_a_reading_that_is_opened_again_does_not_make_an_earlier_intro_early() -> None:
    handoff = read()
    mark(handoff, sent(TUESDAY))
    handoff.verification = handoff.verification.outdated(TUESDAY + 2 * HOUR)
    mark(handoff, sent(TUESDAY, way=Way.PHONE), at=TUESDAY + 3 * HOUR)
    assert handoff.breakdowns == {}


def test_a_corrected_time_takes_the_breakdown_off() -> None:
    handoff = restated(checks=NO)
    called(handoff, at=MONDAY + 8 * HOUR)
    mark(handoff, sent(MONDAY + 7 * HOUR))
    mark(handoff, sent(MONDAY + 9 * HOUR), at=TUESDAY + 2 * HOUR)
    assert handoff.breakdowns == {}


# --- Who wrote before


def test_a_note_of_the_csm_is_the_first_contact_and_the_intro_stays_owed() -> None:
    handoff = read()
    late = owed_of(handoff)[Step.INTRO].due_at
    note(handoff, MONDAY + 7 * HOUR)
    intro = owed_of(handoff)[Step.INTRO]
    assert handoff.intro.first_contact_at == MONDAY + 7 * HOUR
    assert intro.state is DeadlineState.OPEN
    # Until the end of the business day before the kickoff, of the AE's days.
    debrief = owed_of(handoff)[Step.INITIALS_AE].due_at
    assert intro.due_at > late
    assert abs(intro.due_at - debrief) < timedelta(hours=9)
    assert set(handoff.breakdowns) == {Breakdown.CS_WROTE_FIRST}


def test_where_the_csm_writes_the_intro_an_earlier_note_is_no_breakdown() -> None:
    handoff = light()
    note(handoff, MONDAY + 7 * HOUR)
    assert handoff.intro.first_contact_at == MONDAY + 7 * HOUR
    assert handoff.breakdowns == {}


def test_a_note_of_the_ae_is_recorded_and_ends_nothing() -> None:
    handoff = read()
    due = owed_of(handoff)[Step.INTRO].due_at
    note(handoff, MONDAY + 7 * HOUR, by=AE)
    assert handoff.intro.wrote(Side.AE) == Contacted(MONDAY + 7 * HOUR, Way.PHONE)
    assert handoff.intro.first_contact_at is None
    assert owed_of(handoff)[Step.INTRO].due_at == due
    assert handoff.breakdowns == {}


def test_a_note_is_corrected_and_taken_back() -> None:
    handoff = read()
    note(handoff, MONDAY + 7 * HOUR)
    with pytest.raises(Conflict):
        note(handoff, MONDAY + 7 * HOUR)
    note(handoff, MONDAY + 8 * HOUR)
    assert handoff.intro.csm_wrote_at == MONDAY + 8 * HOUR
    note(handoff, None)
    assert handoff.intro.csm_wrote_at is None
    assert handoff.breakdowns == {}


@pytest.mark.parametrize(
    ("at", "problem"),
    [
        (TUESDAY + HOUR, Problem.WRITTEN_LATER),
        (MONDAY - HOUR, Problem.WRITTEN_BEFORE_SIGNATURE),
    ],
)
def test_a_note_of_a_time_that_cannot_be_is_refused(at: datetime, problem: Problem) -> None:
    with pytest.raises(HandoffError) as refused:
        note(read(), at)
    assert (refused.value.problem, refused.value.field) == (problem, "wrote_at")


def test_what_came_after_the_intro_is_no_earlier_note() -> None:
    handoff = read()
    mark(handoff, sent(TUESDAY))
    with pytest.raises(HandoffError) as refused:
        note(handoff, TUESDAY + HOUR, now=TUESDAY + 2 * HOUR)
    assert refused.value.problem is Problem.WRITTEN_AFTER_INTRO
    note(handoff, TUESDAY - HOUR, now=TUESDAY + 2 * HOUR)
    assert handoff.intro.first_contact_at == TUESDAY - HOUR
    assert set(handoff.breakdowns) == {Breakdown.CS_WROTE_FIRST}


@pytest.mark.parametrize("by", [CS_MANAGER, AE_MANAGER, MEMBER])
def test_nobody_says_for_the_two_that_they_wrote(by: Person) -> None:
    with pytest.raises(NotAllowed):
        note(read(), MONDAY + 7 * HOUR, by=by)


def test_the_sender_says_who_wrote_before() -> None:
    handoff = read()
    mark(handoff, sent(before=CsBefore.CSM, csm=MONDAY + 7 * HOUR))
    assert handoff.intro.first_contact_at == MONDAY + 7 * HOUR
    assert set(handoff.breakdowns) == {Breakdown.CS_WROTE_FIRST}
    assert not handoff.intro.csm_said_so
    # What only the sender said, they correct.
    mark(handoff, sent(before=CsBefore.NO), at=TUESDAY + 2 * HOUR)
    assert handoff.intro.csm_wrote_at is None
    assert handoff.breakdowns == {}


def test_somebody_else_of_customer_success_is_a_breakdown_and_no_first_contact() -> None:
    handoff = read()
    mark(handoff, sent(before=CsBefore.OTHER))
    assert handoff.intro.first_contact_at == TUESDAY
    assert set(handoff.breakdowns) == {Breakdown.CS_WROTE_FIRST}


def test_the_csms_own_word_stands_against_the_senders() -> None:
    handoff = read()
    mark(handoff, sent(before=CsBefore.CSM, csm=MONDAY + 7 * HOUR))
    note(handoff, None, now=TUESDAY + 2 * HOUR)
    assert (handoff.intro.csm_wrote_at, handoff.intro.cs_before) == (None, None)
    note(handoff, MONDAY + 8 * HOUR, now=TUESDAY + 2 * HOUR)
    assert handoff.intro.csm_said_so
    # Then the form does not ask, and a correction of the time leaves it alone.
    mark(handoff, sent(TUESDAY - HOUR, before=None), at=TUESDAY + 3 * HOUR)
    assert handoff.intro.csm_wrote_at == MONDAY + 8 * HOUR


def test_no_word_anybody_wrote_stands_in_the_history() -> None:
    handoff = read()
    handoff.events.clear()
    introducing.save_draft(handoff, revision=1, by=AE, at=TUESDAY, policy=POLICY)
    note(handoff, MONDAY + 7 * HOUR)
    mark(handoff)
    assert all(event.values == {} for event in handoff.events)


def test_a_joint_kickoff_in_a_light_deal_has_the_ae_write_it() -> None:
    handoff = replace(light(), strength=4)
    assert introducing.side_of_sender(handoff.size(POLICY)) is Side.AE
    note(handoff, MONDAY + 7 * HOUR)
    assert Breakdown.CS_WROTE_FIRST in handoff.breakdowns


def test_an_ae_may_report_it_before_a_csm_is_assigned() -> None:
    handoff = signed()
    fill(handoff, MONDAY + HOUR)
    mark(handoff, sent(MONDAY + 2 * HOUR), at=MONDAY + 3 * HOUR)
    assert set(handoff.breakdowns) == {Breakdown.INTRO_WHILE_HELD}
