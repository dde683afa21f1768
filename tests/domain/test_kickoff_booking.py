"""The kickoff booked, moved, later at the customer's wish, and called off; what follows from it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain import kickoff_booking
from bot.domain.breakdowns import Breakdown
from bot.domain.closed_won import Missing, closed_won, gate_call
from bot.domain.deadlines import Deadline, DeadlineState, Step, to_weigh_kickoff
from bot.domain.errors import Conflict, HandoffError, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.kickoff import KickoffTime, kickoff_latest, kickoff_time
from bot.domain.kickoff_day import kickoff_day
from bot.domain.kickoff_notices import of_the_kickoff
from bot.domain.kickoff_record import weigh_kickoff
from bot.domain.money import Money
from bot.domain.notices import Notice, NoticeKind
from bot.domain.nudging import Stage
from bot.domain.people import Person
from bot.domain.policy import Tier
from bot.domain.promises import Side
from bot.domain.reassigning import reassign_ae
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
    fill,
    gated,
    signed,
    started,
    utc,
)
from tests.domain.test_deadlines import owed

NOW = MONDAY + 3 * HOUR
TUESDAY = utc("2025-06-10T14:00")
"""10:00 in New York, a week after; the deal was signed on Monday, 2 June."""
THURSDAY = utc("2025-06-05T18:00")
"""14:00 in New York, within its due day."""
WHY = "Cleo is on a plane."


def light(*, csm: bool = True) -> Handoff:
    handoff = started(value=Money(2_000_000, "USD"))
    handoff.countersign(MONDAY, by=AE, at=MONDAY, ae=AE)
    fill(handoff, MONDAY + HOUR)
    if csm:
        handoff.assign_csm(CSM, by=CS_MANAGER, at=MONDAY + 2 * HOUR)
    return handoff


def book(
    handoff: Handoff,
    at: datetime = THURSDAY,
    *,
    by: Person = CSM,
    now: datetime = NOW,
    offered: datetime | None = None,
    reason: str = "",
) -> None:
    kickoff_booking.book(handoff, at, offered=offered, by=by, at=now, policy=POLICY, reason=reason)


def call_off(handoff: Handoff, *, by: Person = CSM, reason: str = "") -> None:
    kickoff_booking.call_off(handoff, by=by, at=NOW, policy=POLICY, reason=reason)


def told(handoff: Handoff, *, joint: bool = True, revops: int | None = None) -> list[Notice]:
    events = list(enumerate(handoff.events, 1))
    window = timedelta(minutes=10)
    return of_the_kickoff(handoff, events, joint=joint, revops=revops, undo_window=window)


def kinds(notices: list[Notice]) -> list[tuple[NoticeKind, int | None]]:
    return [(one.kind, one.person_id) for one in notices]


def latest(handoff: Handoff) -> datetime | None:
    return kickoff_latest(handoff, POLICY, Office().calendar_of)


# --- Who books it


def test_the_csm_books_it_and_its_time_is_what_the_message_names() -> None:
    handoff = assigned()
    handoff.propose_kickoff(TUESDAY, shown=None, by=AE, at=MONDAY)
    book(handoff)
    assert handoff.kickoff.at == THURSDAY
    named = kickoff_time(handoff, POLICY, Office().calendar_of)
    assert named == KickoffTime(THURSDAY, booked=True)
    (event,) = [one for one in handoff.events if one.tag is Tag.KICKOFF_BOOKED]
    assert event.facts == {
        "at": "2025-06-05T18:00:00.000000Z",
        "before": None,
        "joint": True,
        "offered": None,
        "sequence": 1,
        "past": True,
    }
    assert event.values == {}


@pytest.mark.parametrize("by", [AE, CS_MANAGER])
def test_ae_and_cs_manager_book_it_for_the_csm_with_a_reason(by: Person) -> None:
    handoff = assigned()
    with pytest.raises(Invalid) as refused:
        book(handoff, by=by)
    assert (refused.value.problem, refused.value.field) == (Problem.EMPTY, "reason")
    book(handoff, by=by, reason=WHY)
    assert handoff.events[-1].values == {"reason": WHY}
    with pytest.raises(Invalid):
        call_off(handoff, by=by)
    call_off(handoff, by=by, reason=WHY)
    assert handoff.kickoff.at is None


def test_nobody_else_books_it_and_the_refusal_names_whose_turn_it_is() -> None:
    for handoff, whose in ((assigned(), (CSM.id,)), (gated(), (AE.id,))):
        for person in (AE_MANAGER, REVOPS, MEMBER):
            with pytest.raises(NotAllowed) as refused:
                book(handoff, by=person)
            assert refused.value.whose == whose
            assert not kickoff_booking.books(person, handoff, POLICY)


def test_before_the_assignment_the_ae_books_a_joint_one_without_a_reason() -> None:
    handoff = started()
    book(handoff, by=AE)
    assert handoff.kickoff.at == THURSDAY
    assert handoff.events[-1].values == {}
    assert handoff.events[-1].facts["past"] is False
    with pytest.raises(Invalid) as refused:
        book(light(csm=False), by=AE)
    assert refused.value.problem is Problem.NOT_ASSIGNED
    assert not kickoff_booking.books(AE, light(csm=False), POLICY)


def test_what_is_over_is_not_booked() -> None:
    held, cancelled = assigned(), assigned()
    held.hold_kickoff(MONDAY + 2 * HOUR, by=CSM, at=NOW)
    cancelled.cancel("They bought elsewhere.", by=AE, at=NOW)
    for handoff, problem in (
        (held, Problem.KICKOFF_OVER),
        (cancelled, Problem.HANDOFF_CANCELLED),
    ):
        with pytest.raises(HandoffError) as refused:
            book(handoff)
        assert refused.value.problem is problem
        assert not kickoff_booking.books(CSM, handoff, POLICY)


@pytest.mark.parametrize(
    ("at", "offered", "problem", "field"),
    [
        (NOW, None, Problem.TIME_PAST, "kickoff_at"),
        (NOW + timedelta(days=367), None, Problem.TOO_FAR_AHEAD, "kickoff_at"),
        (TUESDAY, TUESDAY, Problem.OFFERED_NO_EARLIER, "offered_at"),
        (TUESDAY, MONDAY - HOUR, Problem.TOO_LONG_AGO, "offered_at"),
    ],
)
def test_a_time_that_cannot_be_is_refused_at_its_field(
    at: datetime, offered: datetime | None, problem: Problem, field: str
) -> None:
    handoff = assigned()
    with pytest.raises(Invalid) as refused:
        book(handoff, at, offered=offered)
    assert (refused.value.problem, refused.value.field) == (problem, field)
    assert handoff.kickoff.at is None


def test_the_same_time_twice_and_nothing_to_call_off_is_a_conflict() -> None:
    handoff = assigned()
    with pytest.raises(Conflict):
        call_off(handoff)
    book(handoff)
    with pytest.raises(Conflict) as refused:
        book(handoff)
    assert refused.value.problem is Problem.ALREADY_DONE


def test_a_move_is_another_entry_of_the_same_calendar_and_an_offer_alone_is_not() -> None:
    handoff = assigned()
    book(handoff, TUESDAY)
    book(handoff, TUESDAY, offered=THURSDAY)
    assert (handoff.kickoff.sequence, handoff.kickoff.set_at) == (1, NOW)
    book(handoff, TUESDAY + HOUR, now=NOW + HOUR, offered=THURSDAY)
    assert (handoff.kickoff.sequence, handoff.kickoff.set_at) == (2, NOW + HOUR)
    call_off(handoff)
    assert handoff.kickoff.sequence == 3
    assert (handoff.kickoff.at, handoff.kickoff.offered_at) == (None, None)


# --- What is due


def test_debrief_and_initials_are_due_before_the_booked_day() -> None:
    handoff = assigned()
    before = owed(handoff)
    # Thursday is when it is due, so Wednesday 18:00 in New York.
    assert before[Step.DEBRIEF].due_at == utc("2025-06-04T22:00")
    book(handoff, utc("2025-06-04T14:00"))
    made = owed(handoff)
    assert made[Step.DEBRIEF].due_at == utc("2025-06-03T22:00")
    assert made[Step.INITIALS].due_at == utc("2025-06-03T22:00")
    # The debrief is never later than business day 5, the ledger only before the kickoff.
    book(handoff, utc("2025-06-18T14:00"))
    made = owed(handoff)
    assert made[Step.DEBRIEF].due_at == utc("2025-06-09T22:00")
    assert made[Step.INITIALS].due_at == utc("2025-06-17T22:00")
    call_off(handoff)
    assert owed(handoff)[Step.DEBRIEF].due_at == utc("2025-06-04T22:00")


@pytest.mark.parametrize(
    ("booked", "due"),
    [
        # Until it is booked it counts from the end of its due day, Thursday 18:00 in New York.
        (None, "2025-06-04T16:00"),
        # 14:00: noon of the business day before leaves 26 hours.
        ("2025-06-05T18:00", "2025-06-04T16:00"),
        # In the morning, too, noon of the business day before; that of 09:00 begins just a day
        # before, that of 08:59 less: then it is the morning before.
        ("2025-06-05T14:00", "2025-06-04T16:00"),
        ("2025-06-05T13:00", "2025-06-04T16:00"),
        ("2025-06-05T12:59", "2025-06-03T16:00"),
        # Over a weekend.
        ("2025-06-09T18:00", "2025-06-06T16:00"),
    ],
)
def test_prep_is_due_at_noon_of_the_business_day_before(booked: str | None, due: str) -> None:
    handoff = assigned()
    if booked is not None:
        book(handoff, utc(booked))
    made = owed(handoff)[Step.PREP]
    assert (made.state, made.owner_id, made.due_at) == (DeadlineState.OPEN, CSM.id, utc(due))


def test_the_ae_gets_ready_in_their_own_zone_and_only_for_a_joint_one() -> None:
    handoff = assigned()
    book(handoff, utc("2025-06-05T18:00"))
    made = owed(handoff)[Step.PREP_AE]
    # Noon in Berlin.
    assert (made.owner_id, made.due_at) == (AE.id, utc("2025-06-04T10:00"))
    assert Step.PREP_AE not in owed(light())
    assert Step.PREP in owed(light())


def test_who_is_assigned_or_booked_late_has_four_working_hours_to_get_ready() -> None:
    # Assigned on Thursday at 11:00 in New York, the day on which it is due.
    late = assigned(when=utc("2025-06-05T15:00"))
    book(late, utc("2025-06-06T18:00"), now=utc("2025-06-05T15:30"))
    assert owed(late)[Step.PREP].due_at == utc("2025-06-05T19:30")
    # Booked on Tuesday at 11:00 for the next morning.
    short = assigned()
    book(short, utc("2025-06-04T13:00"), now=utc("2025-06-03T15:00"))
    assert owed(short)[Step.PREP].due_at == utc("2025-06-03T19:00")


def test_a_customers_choice_moves_the_kickoff_only_where_a_slot_was_offered_in_time() -> None:
    def due_of(offered: datetime | None) -> Deadline:
        handoff = assigned()
        book(handoff, TUESDAY, offered=offered)
        return owed(handoff)[Step.KICKOFF]

    table = utc("2025-06-05T22:00")
    assert due_of(None).due_at == table
    assert due_of(utc("2025-06-06T14:00")).due_at == table
    moved = due_of(THURSDAY)
    # Figures keep the day by the table.
    assert (moved.raw_due_at, moved.due_at) == (table, utc("2025-06-10T22:00"))


# --- The closed-won gate


def test_a_joint_kickoff_booked_before_the_close_is_the_call_of_the_gate() -> None:
    handoff = started(proposed_csm=CSM)
    fill(handoff, MONDAY)
    assert closed_won(handoff, POLICY, champions={4}).missing == (Missing.CALL,)
    book(handoff, by=AE)
    assert closed_won(handoff, POLICY, champions={9, 4}).missing == ()
    call = gate_call(handoff, POLICY, champions={9, 4})
    assert call is not None
    assert (call.at, call.cs_id, call.champion, call.sales_id) == (THURSDAY, CSM.id, 4, AE.id)
    # Somebody at the customer and somebody of customer success have to be known.
    assert closed_won(handoff, POLICY, champions=()).missing == (Missing.CALL,)
    nobody = replace(handoff, proposed_csm_id=None)
    assert closed_won(nobody, POLICY, champions={4}).missing == (Missing.CALL,)
    # One that customer success holds alone is no such call.
    alone = replace(handoff, value=Money(2_000_000, "USD"), tier=Tier.LIGHT)
    assert gate_call(alone, POLICY, champions={4}) is None


# --- What is told


def test_everybody_in_it_gets_it_for_their_calendar_and_again_when_it_moves() -> None:
    handoff, file = assigned(), NoticeKind.KICKOFF_FILE
    handoff.events.clear()
    book(handoff)
    assert kinds(told(handoff)) == [(file, CSM.id), (file, AE.id)]
    handoff.events.clear()
    book(handoff, THURSDAY + HOUR)
    notices = told(handoff)
    assert kinds(notices) == [(file, CSM.id), (file, AE.id)]
    assert {one.facts["sequence"] for one in notices} == {2}
    assert kinds(told(handoff, joint=False)) == [(file, CSM.id)]
    handoff.events.clear()
    book(handoff, THURSDAY + HOUR, offered=THURSDAY)
    assert file not in [one.kind for one in told(handoff)]


def test_an_implementation_lead_gets_it_too_with_the_way_to_its_card() -> None:
    handoff = replace(assigned(), lead_id=MEMBER.id)
    book(handoff)
    to_lead = [one.kind for one in told(handoff) if one.person_id == MEMBER.id]
    assert to_lead == [NoticeKind.KICKOFF_FILE, NoticeKind.KICKOFF_CARD]


def test_before_the_assignment_the_proposed_csm_gets_it_and_whoever_comes_instead() -> None:
    handoff = started(proposed_csm=CSM)
    handoff.countersign(MONDAY, by=AE, at=MONDAY, ae=AE)
    fill(handoff, MONDAY + HOUR)
    book(handoff, by=AE)
    assert (NoticeKind.KICKOFF_FILE, CSM.id) in kinds(told(handoff))
    as_expected, instead = replace(handoff, events=[]), replace(handoff, events=[])
    as_expected.assign_csm(CSM, by=CS_MANAGER, at=NOW)
    assert kinds(told(as_expected)) == []
    instead.assign_csm(OTHER_CSM, by=CS_MANAGER, at=NOW)
    assert kinds(told(instead)) == [
        (NoticeKind.KICKOFF_FELL, CSM.id),
        (NoticeKind.KICKOFF_FILE, OTHER_CSM.id),
    ]
    assert {one.facts["sequence"] for one in told(instead)} == {2}


def test_with_another_csm_the_time_stands_and_moves_between_calendars() -> None:
    handoff = assigned()
    book(handoff)
    handoff.kickoff = handoff.kickoff.opened(NOW)
    handoff.events.clear()
    handoff.decline("Not my region", by=CSM, at=NOW)
    assert kinds(told(handoff)) == [(NoticeKind.KICKOFF_FELL, CSM.id)]
    handoff.events.clear()
    handoff.assign_csm(OTHER_CSM, by=CS_MANAGER, at=NOW)
    assert kinds(told(handoff)) == [(NoticeKind.KICKOFF_FILE, OTHER_CSM.id)]
    assert (handoff.kickoff.at, handoff.kickoff.brief_opened_at) == (THURSDAY, None)


def test_with_another_ae_a_joint_one_moves_between_calendars_and_waits_for_their_part() -> None:
    handoff, away = assigned(), NOW + HOUR
    book(handoff)
    handoff.kickoff = handoff.kickoff.prepared(Side.AE, NOW).prepared(Side.CSM, NOW)
    handoff.events.clear()
    reassign_ae(handoff, MEMBER, by=AE_MANAGER, at=away)
    notices = told(handoff)
    assert kinds(notices) == [
        (NoticeKind.KICKOFF_FELL, AE.id),
        (NoticeKind.KICKOFF_FILE, MEMBER.id),
    ]
    assert {one.facts["sequence"] for one in notices} == {2}
    # It is the customer's time, too; that the CSM is prepared stays true.
    kickoff = handoff.kickoff
    assert (kickoff.at, kickoff.ready_at, kickoff.ready_ae_at) == (THURSDAY, NOW, None)
    prep = owed(handoff)[Step.PREP_AE]
    assert (prep.state, prep.owner_id) == (DeadlineState.OPEN, MEMBER.id)
    # One that customer success holds alone is in no AE's calendar.
    assert told(handoff, joint=False) == []
    over = assigned()
    book(over)
    over.events.clear()
    reassign_ae(over, MEMBER, by=AE_MANAGER, at=THURSDAY)
    assert told(over) == []


def test_who_comes_after_the_kickoff_changes_nothing_in_how_it_was_prepared() -> None:
    handoff = assigned()
    book(handoff)
    handoff.kickoff = handoff.kickoff.opened(NOW).prepared(Side.AE, NOW).prepared(Side.CSM, NOW)
    handoff.hold_kickoff(THURSDAY, by=CSM, at=THURSDAY)
    before = handoff.kickoff
    reassign_ae(handoff, MEMBER, by=AE_MANAGER, at=TUESDAY)
    handoff.assign_csm(OTHER_CSM, by=CS_MANAGER, at=TUESDAY)
    assert handoff.kickoff == before
    # A corrected signature weighs the kickoff anew: the brief had been opened before it.
    weigh_kickoff(handoff, latest(handoff), at=TUESDAY)
    assert Breakdown.BRIEF_UNOPENED not in handoff.breakdowns
    handoff.decline("Not my region", by=OTHER_CSM, at=TUESDAY)
    assert handoff.kickoff == before


def test_who_had_it_in_a_calendar_hears_that_it_is_off() -> None:
    handoff = assigned()
    book(handoff)
    handoff.events.clear()
    call_off(handoff)
    fell = NoticeKind.KICKOFF_FELL
    assert kinds(told(handoff)) == [(fell, CSM.id), (fell, AE.id)]
    cancelled = assigned()
    book(cancelled)
    cancelled.events.clear()
    cancelled.cancel("They bought elsewhere.", by=AE, at=NOW)
    notices = told(cancelled)
    assert kinds(notices) == [(fell, CSM.id), (fell, AE.id)]
    assert {one.not_before for one in notices} == {NOW + timedelta(minutes=10)}
    assert {one.facts["sequence"] for one in notices} == {2}
    over = assigned()
    book(over)
    over.events.clear()
    over.cancel("They bought elsewhere.", by=AE, at=THURSDAY)
    assert told(over) == []


def test_a_later_one_at_the_customers_wish_is_told_to_csm_and_cs_manager() -> None:
    handoff = assigned()
    book(handoff, TUESDAY, by=AE, offered=THURSDAY, reason=WHY)
    later = [one.person_id for one in told(handoff) if one.kind is NoticeKind.KICKOFF_LATER]
    assert later == [CSM.id, CS_MANAGER.id]
    own = assigned()
    book(own, TUESDAY, offered=THURSDAY)
    later = [one.person_id for one in told(own) if one.kind is NoticeKind.KICKOFF_LATER]
    assert later == [CS_MANAGER.id]
    # Within 72 hours of the signature nobody has to hear of it.
    soon = assigned()
    book(soon, MONDAY + 72 * HOUR, offered=MONDAY + 50 * HOUR)
    assert NoticeKind.KICKOFF_LATER not in [one.kind for one in told(soon)]


# --- Past its last day


def test_past_business_day_5_it_is_a_breakdown_and_revops_hears_of_it() -> None:
    handoff = assigned()
    assert latest(handoff) == utc("2025-06-09T22:00")
    book(handoff, TUESDAY, offered=THURSDAY)
    weigh_kickoff(handoff, latest(handoff), at=NOW)
    assert Breakdown.KICKOFF_LATE in handoff.breakdowns
    past = [one.person_id for one in told(handoff, revops=REVOPS.id) if "past" in one.kind]
    assert past == [REVOPS.id]
    # A time within it takes that off.
    book(handoff, utc("2025-06-09T14:00"))
    weigh_kickoff(handoff, latest(handoff), at=NOW)
    assert Breakdown.KICKOFF_LATE not in handoff.breakdowns


def test_without_a_time_the_end_of_business_day_5_makes_it_one() -> None:
    handoff, after = assigned(), utc("2025-06-09T22:01")
    plan = next(one for one in owed(handoff)[Step.KICKOFF].stages if one.stage is Stage.PAST_LATEST)
    assert plan.at == utc("2025-06-09T22:00")
    due = owed(handoff)[Step.KICKOFF]
    assert not to_weigh_kickoff(due, now=plan.at - HOUR)
    assert to_weigh_kickoff(due, now=plan.at)
    # Another act after it, of a signature learned late, does not.
    weigh_kickoff(handoff, latest(handoff), at=after)
    assert Breakdown.KICKOFF_LATE not in handoff.breakdowns
    weigh_kickoff(handoff, latest(handoff), at=after, over=True)
    assert Breakdown.KICKOFF_LATE in handoff.breakdowns
    weigh_kickoff(handoff, latest(handoff), at=after)
    assert Breakdown.KICKOFF_LATE in handoff.breakdowns
    # It had been held in time, and was recorded late.
    handoff.hold_kickoff(THURSDAY, by=CSM, at=after)
    weigh_kickoff(handoff, latest(handoff), at=after)
    assert Breakdown.KICKOFF_LATE not in handoff.breakdowns


def test_a_time_that_is_booked_within_it_counts_until_another_is_known() -> None:
    handoff, after = assigned(), utc("2025-06-09T22:01")
    book(handoff)
    weigh_kickoff(handoff, latest(handoff), at=after, over=True)
    assert Breakdown.KICKOFF_LATE not in handoff.breakdowns
    handoff.hold_kickoff(TUESDAY, by=CSM, at=TUESDAY)
    weigh_kickoff(handoff, latest(handoff), at=TUESDAY)
    assert Breakdown.KICKOFF_LATE in handoff.breakdowns


# --- The morning of it


def morning(handoff: Handoff) -> Deadline | None:
    return kickoff_day(handoff, Office().calendar_of)


def test_the_csm_hears_of_it_on_its_morning_and_earlier_of_an_early_one() -> None:
    handoff = assigned()
    assert morning(handoff) is None
    book(handoff)
    made = morning(handoff)
    assert made is not None
    assert (made.owner_id, made.state, made.due_at) == (CSM.id, DeadlineState.DATED, THURSDAY)
    # 09:00 in New York.
    assert [one.at for one in made.stages] == [utc("2025-06-05T13:00")]
    # At 09:00 there, and at 08:30, the hour before which lies in the quiet hours.
    for at, told in (
        (utc("2025-06-05T13:00"), utc("2025-06-05T12:00")),
        (utc("2025-06-05T12:30"), utc("2025-06-04T23:45")),
    ):
        book(handoff, at)
        early = morning(handoff)
        assert early is not None
        assert [one.at for one in early.stages] == [told]
    handoff.hold_kickoff(MONDAY + 2 * HOUR, by=CSM, at=NOW)
    over = morning(handoff)
    assert over is not None
    assert (over.state, over.stages) == (DeadlineState.DONE, ())


def test_it_waits_for_signature_and_csm_and_ends_with_the_handoff() -> None:
    unsigned = started()
    book(unsigned, by=AE)
    assert morning(unsigned) is None
    nobody = signed()
    book(nobody, by=AE)
    assert morning(nobody) is None
    cancelled = assigned()
    book(cancelled)
    cancelled.cancel("They bought elsewhere.", by=AE, at=NOW)
    made = morning(cancelled)
    assert made is not None
    assert made.state is DeadlineState.CANCELLED
