"""The rules of the promise ledger: whose box, at which wording, and for how long."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.domain import access
from bot.domain.deadlines import (
    Deadline,
    DeadlineState,
    Step,
    bring_in_line,
    deadlines,
    settle,
)
from bot.domain.errors import Conflict, HandoffError, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.ledger import (
    LONGEST_CHECK,
    Counts,
    Delivery,
    Entry,
    Via,
    counted,
    initial,
    named,
    require_initial,
    take_back,
    void,
    weigh,
)
from bot.domain.nudging import Stage
from bot.domain.people import Person
from bot.domain.promises import NOTHING_SIGNED, Promise, PromiseText, Side, Signing
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    EVERYBODY,
    HOUR,
    MONDAY,
    OTHER_CSM,
    POLICY,
    Office,
    assigned,
    gated,
    signed,
    utc,
)
from tests.domain.test_leave import away

LATER = MONDAY + HOUR
MINUTE = timedelta(minutes=1)
Owed = dict[Step, Deadline]
WHOLE = PromiseText("Live in 30 days.", owner_id=CSM.id, due=date(2026, 4, 1))


def entry(number: int = 1, *, version: int = 1, text: PromiseText = WHOLE) -> Entry:
    return Entry(Promise(number, number, version, text))


def by_ae(handoff: Handoff, of: Entry) -> Entry:
    return initial(handoff, of, by=AE, version=of.promise.version, at=LATER)


def by_csm(handoff: Handoff, of: Entry, delivery: Delivery = Delivery.CAN, what: str = "") -> Entry:
    version = of.promise.version
    return initial(
        handoff, of, by=CSM, version=version, at=LATER, delivery=delivery, check_with=what
    )


def test_each_side_fills_its_own_box_in_either_order() -> None:
    for first, second in ((by_ae, by_csm), (by_csm, by_ae)):
        handoff = assigned()
        signed = second(handoff, first(handoff, entry()))
        assert signed.signed
        assert signed.initials[Side.AE].by == named(AE)
        assert signed.initials[Side.CSM].by == named(CSM)
        noted = handoff.events[-2:]
        assert {event.tag for event in noted} == {Tag.PROMISE_INITIALED}
        assert {event.facts["side"] for event in noted} == {"ae", "csm"}
        assert {event.facts["version"] for event in noted} == {1}


@pytest.mark.parametrize("who", [one for one in EVERYBODY if one.id not in (AE.id, CSM.id)])
def test_nobody_else_has_a_box(who: Person) -> None:
    handoff = assigned()
    assert access.side_of(who, handoff) is None
    with pytest.raises(NotAllowed) as refused:
        initial(handoff, entry(), by=who, version=1, at=LATER, delivery=Delivery.CAN)
    assert refused.value.whose == (AE.id, CSM.id)


def test_a_stand_in_fills_the_box_of_whom_they_stand_in_for_and_never_both() -> None:
    handoff = away(assigned(), {CSM.id: OTHER_CSM.id})
    signed = initial(handoff, entry(), by=OTHER_CSM, version=1, at=LATER, delivery=Delivery.CAN)
    assert signed.initials[Side.CSM].by == named(OTHER_CSM)
    # Somebody whose initial is in the other box already gives no second one.
    crossed = replace(entry(), initials={Side.AE: signed.initials[Side.CSM]})
    with pytest.raises(NotAllowed) as refused:
        require_initial(handoff, crossed, by=OTHER_CSM, version=1)
    assert refused.value.problem is Problem.BOTH_SIDES


def test_the_second_time_is_refused_and_notes_nothing() -> None:
    handoff = assigned()
    once = by_ae(handoff, entry())
    count = len(handoff.events)
    with pytest.raises(Conflict) as refused:
        by_ae(handoff, once)
    assert refused.value.problem is Problem.ALREADY_DONE
    assert len(handoff.events) == count


def test_another_wording_than_the_one_in_force_is_refused_with_what_it_says_now() -> None:
    now = entry(version=3, text=replace(WHOLE, words="Live in 60 days."))
    with pytest.raises(Conflict) as refused:
        initial(assigned(), now, by=AE, version=2, at=LATER)
    assert refused.value.problem is Problem.PROMISE_REWORDED
    assert refused.value.facts == {"number": "1", "words": "Live in 60 days."}


def test_what_is_withdrawn_or_in_a_cancelled_handoff_is_not_initialed() -> None:
    gone = replace(entry(), promise=replace(entry().promise, withdrawn=True))
    with pytest.raises(Conflict) as refused:
        by_ae(assigned(), gone)
    assert refused.value.problem is Problem.PROMISE_WITHDRAWN
    cancelled = assigned()
    cancelled.cancel("They chose another vendor", by=AE, at=LATER)
    with pytest.raises(Invalid) as closed:
        by_ae(cancelled, entry())
    assert closed.value.problem is Problem.HANDOFF_CANCELLED


@pytest.mark.parametrize("lacking", [replace(WHOLE, owner_id=None), replace(WHOLE, due=None)])
def test_the_csm_signs_nothing_without_an_owner_and_a_day_and_the_ae_does(
    lacking: PromiseText,
) -> None:
    with pytest.raises(Invalid) as refused:
        by_csm(assigned(), entry(text=lacking))
    assert refused.value.problem is Problem.NOT_DELIVERABLE
    assert Side.AE in by_ae(assigned(), entry(text=lacking)).initials


def test_that_none_were_made_needs_neither_and_is_no_delivery() -> None:
    none_made = replace(entry(text=PromiseText("")), none_made=True)
    handoff = assigned()
    signed = initial(handoff, none_made, by=CSM, version=1, at=LATER)
    assert signed.initials[Side.CSM].delivery is None
    assert by_ae(handoff, signed).signed


@pytest.mark.parametrize(
    ("delivery", "what", "problem", "field"),
    [
        (None, "", Problem.CHOOSE, "delivery"),
        (Delivery.CHECK, "  ", Problem.EMPTY, "check_with"),
        (Delivery.CHECK, "x" * (LONGEST_CHECK + 1), Problem.TOO_LONG, "check_with"),
    ],
)
def test_the_csm_says_whether_they_can_deliver_it(
    delivery: Delivery | None, what: str, problem: Problem, field: str
) -> None:
    handoff = assigned()
    count = len(handoff.events)
    with pytest.raises(Invalid) as refused:
        initial(handoff, entry(), by=CSM, version=1, at=LATER, delivery=delivery, check_with=what)
    assert (refused.value.problem, refused.value.field) == (problem, field)
    assert len(handoff.events) == count


def test_what_is_to_be_checked_is_a_value_of_the_history_and_no_fact() -> None:
    handoff = assigned()
    signed = by_csm(handoff, entry(), Delivery.CHECK, " Ask  the platform team ")
    assert signed.initials[Side.CSM].check_with == "Ask the platform team"
    event = handoff.events[-1]
    assert event.values == {"check_with": "Ask the platform team"}
    assert event.facts["delivery"] == "check"
    assert by_csm(assigned(), entry(), Delivery.CAN, "x").initials[Side.CSM].check_with == ""


@pytest.mark.parametrize(("after", "taken"), [(10 * MINUTE, True), (10.02 * MINUTE, False)])
def test_an_initial_is_taken_back_within_ten_minutes(after: timedelta, taken: bool) -> None:
    handoff = assigned()
    given = by_csm(handoff, by_ae(handoff, entry()))
    at = LATER + after
    if not taken:
        with pytest.raises(Conflict) as refused:
            take_back(handoff, given, by=AE, version=1, at=at, policy=POLICY)
        assert refused.value.problem is Problem.UNDO_TOO_LATE
        return
    back = take_back(handoff, given, by=AE, version=1, at=at, policy=POLICY)
    assert list(back.initials) == [Side.CSM]
    assert handoff.events[-1].facts == {
        "number": 1,
        "version": 1,
        "side": "ae",
        "via": "button",
    }


@pytest.mark.parametrize("given_by", Via)
def test_a_reaction_that_goes_takes_back_what_a_reaction_gave(given_by: Via) -> None:
    handoff = assigned()
    given = initial(handoff, entry(), by=AE, version=1, at=LATER, via=given_by)
    if given_by is Via.REACTION:
        back = take_back(
            handoff, given, by=AE, version=1, at=LATER, policy=POLICY, via=Via.REACTION
        )
        assert back.initials == {}
        assert handoff.events[-1].facts["via"] == "reaction"
        return
    with pytest.raises(Conflict) as refused:
        take_back(handoff, given, by=AE, version=1, at=LATER, policy=POLICY, via=Via.REACTION)
    assert refused.value.problem is Problem.NOTHING_TO_UNDO


@pytest.mark.parametrize("whose", [CSM, OTHER_CSM])
def test_only_an_own_initial_is_taken_back(whose: Person) -> None:
    handoff = assigned()
    given = by_ae(handoff, entry())
    with pytest.raises(HandoffError) as refused:
        take_back(handoff, given, by=whose, version=1, at=LATER, policy=POLICY)
    own = Problem.NOTHING_TO_UNDO if whose is CSM else Problem.NOT_YOUR_TURN
    assert refused.value.problem is own


# --- How far it is


def test_counts_are_of_what_is_in_force() -> None:
    handoff = assigned()
    both = by_csm(handoff, by_ae(handoff, entry(1)))
    gone = replace(entry(3), promise=replace(entry(3).promise, withdrawn=True))
    assert counted([both, by_ae(handoff, entry(2)), gone]) == Counts(2, 2, 1, 1)


def test_all_signed_is_noted_each_time_it_becomes_so_and_an_empty_ledger_is_not() -> None:
    handoff = assigned()
    count = len(handoff.events)
    weigh(handoff, Counts(0, 0, 0, 0), at=LATER)
    assert handoff.signing == NOTHING_SIGNED
    weigh(handoff, Counts(2, 2, 1, 1), at=LATER)
    assert handoff.signing == Signing(2, 2, 1, 1, LATER, None)
    assert not handoff.signing.complete
    for _ in range(2):
        weigh(handoff, Counts(2, 2, 2, 2), at=LATER + HOUR)
    assert (handoff.signing.ae_at, handoff.signing.csm_at) == (LATER, LATER + HOUR)
    assert handoff.signing.complete
    weigh(handoff, Counts(3, 2, 2, 2), at=LATER + 2 * HOUR)
    assert (handoff.signing.ae_at, handoff.signing.csm_at) == (None, None)
    weigh(handoff, Counts(2, 2, 2, 2), at=LATER + 3 * HOUR)
    assert [event.tag for event in handoff.events[count:]] == [Tag.LEDGER_SIGNED] * 2


def test_another_wording_says_which_boxes_it_opens() -> None:
    handoff = assigned()
    count = len(handoff.events)
    void(handoff, entry(), by=AE, at=LATER)
    assert len(handoff.events) == count
    void(handoff, by_csm(handoff, entry(4)), by=AE, at=LATER)
    event = handoff.events[-1]
    assert (event.tag, event.actor) == (Tag.INITIALS_VOIDED, AE.id)
    assert event.facts == {"number": 4, "version": 1, "sides": ["csm"]}


@pytest.mark.parametrize("put", [by_ae, by_csm])
def test_nothing_of_it_moves_the_version_of_the_brief(
    put: Callable[[Handoff, Entry], Entry],
) -> None:
    handoff = assigned()
    version = handoff.brief_version
    put(handoff, entry())
    assert handoff.brief_version == version


# --- Its step


def owed(handoff: Handoff, *, stored: Iterable[Deadline] = (), now: datetime = MONDAY) -> Owed:
    office = Office()
    made = deadlines(
        handoff,
        POLICY,
        office.calendar_of,
        manager_of=office.manager_of,
        now=now,
        stored={one.step: one for one in stored},
    )
    return {one.step: one for one in made if one.step in (Step.INITIALS, Step.INITIALS_AE)}


def states(handoff: Handoff) -> dict[Step, DeadlineState]:
    return {step: one.state for step, one in owed(handoff).items()}


BOTH_OPEN = dict.fromkeys((Step.INITIALS, Step.INITIALS_AE), DeadlineState.OPEN)


def test_both_owe_their_initials_from_the_assignment_on_until_the_day_before_the_kickoff() -> None:
    handoff = gated()
    weigh(handoff, Counts(2, 0, 0, 0), at=MONDAY)
    assert {one.waits_for for one in owed(handoff).values()} == {Step.ASSIGN}
    handoff.assign_csm(CSM, by=CS_MANAGER, at=MONDAY + 2 * HOUR)
    made = owed(handoff)
    assert states(handoff) == BOTH_OPEN
    # The kickoff is due on Thursday, by the CSM's days: Wednesday 18:00 in New York for both.
    assert {one.due_at for one in made.values()} == {utc("2025-06-04T22:00")}
    assert made[Step.INITIALS].owner_id == CSM.id
    assert made[Step.INITIALS_AE].owner_id == AE.id
    assert made[Step.INITIALS].manager_id == CS_MANAGER.id
    assert made[Step.INITIALS_AE].manager_id == AE_MANAGER.id


def test_a_side_is_done_once_all_its_boxes_are_filled_whatever_the_other_does() -> None:
    handoff = assigned()
    weigh(handoff, Counts(2, 1, 2, 1), at=LATER)
    assert states(handoff) == BOTH_OPEN | {Step.INITIALS: DeadlineState.DONE}
    weigh(handoff, Counts(2, 2, 2, 2), at=LATER)
    assert set(states(handoff).values()) == {DeadlineState.DONE}


def test_without_a_word_about_promises_the_ae_owes_it_and_the_csm_waits() -> None:
    handoff = assigned()
    made = owed(handoff)
    assert made[Step.INITIALS_AE].state is DeadlineState.OPEN
    assert made[Step.INITIALS].state is DeadlineState.WAITING
    assert made[Step.INITIALS].waits_for is Step.INITIALS_AE
    # Where the gate was overridden it is the brief that is waited for.
    overridden = signed()
    overridden.assign_csm(CSM, by=CS_MANAGER, at=LATER, override="They know the customer.")
    assert owed(overridden)[Step.INITIALS].waits_for is Step.BRIEF
    # That none were made is an entry, and both initial it.
    weigh(handoff, Counts(1, 0, 0, 0), at=LATER)
    assert states(handoff) == BOTH_OPEN


def test_a_box_that_is_opened_again_gives_its_side_eight_working_hours_or_the_time_it_had() -> None:
    handoff = assigned()
    weigh(handoff, Counts(1, 1, 1, 1), at=LATER)
    early = MONDAY + 4 * HOUR
    weigh(handoff, Counts(1, 0, 0, 0), at=early)
    assert {one.due_at for one in owed(handoff).values()} == {utc("2025-06-04T22:00")}
    weigh(handoff, Counts(1, 1, 1, 1), at=early + HOUR)
    # Thursday 14:00 in Berlin, 08:00 in New York, when it was due the day before.
    late = utc("2025-06-05T12:00")
    weigh(handoff, Counts(1, 0, 0, 0), at=late)
    made = owed(handoff)
    assert made[Step.INITIALS_AE].due_at == utc("2025-06-06T11:00")
    assert made[Step.INITIALS].due_at == utc("2025-06-05T21:00")
    assert {one.start_at for one in made.values()} == {late}


def test_another_promise_and_another_csm_open_it_again() -> None:
    handoff = assigned()
    weigh(handoff, Counts(1, 1, 1, 1), at=LATER)
    weigh(handoff, Counts(2, 1, 1, 1), at=LATER + HOUR)
    assert handoff.signing.ae_again_at == handoff.signing.csm_again_at == LATER + HOUR
    weigh(handoff, Counts(2, 2, 2, 2), at=LATER + 2 * HOUR)
    weigh(handoff, Counts(2, 2, 0, 0), at=LATER + 3 * HOUR)
    assert handoff.signing.csm_again_at == LATER + 3 * HOUR
    assert handoff.signing.ae_again_at == LATER + HOUR


def test_taking_back_ones_own_initial_gives_no_more_time() -> None:
    handoff = assigned()
    signed_by_ae = by_ae(handoff, entry())
    weigh(handoff, Counts(1, 1, 0, 0), at=LATER)
    handoff.events.clear()
    take_back(handoff, signed_by_ae, by=AE, version=1, at=LATER + MINUTE, policy=POLICY)
    weigh(handoff, Counts(1, 0, 0, 0), at=LATER + MINUTE)
    assert handoff.signing.ae_again_at is None
    assert states(handoff)[Step.INITIALS_AE] is DeadlineState.OPEN


def test_what_was_done_is_said_again_once_it_is_opened_and_late() -> None:
    handoff = assigned()
    weigh(handoff, Counts(1, 0, 0, 0), at=LATER)
    late = utc("2025-06-05T12:00")
    before = [settle(one, said={Stage.LATE}) for one in owed(handoff).values()]
    weigh(handoff, Counts(1, 1, 1, 1), at=late)
    done = owed(handoff, stored=before, now=late)
    kept = [bring_in_line(one, done[one.step], now=late) for one in before]
    weigh(handoff, Counts(1, 0, 0, 0), at=late + HOUR)
    for one in owed(handoff, stored=kept, now=late + HOUR).values():
        stored = next(old for old in kept if old.step is one.step)
        assert Stage.LATE not in bring_in_line(stored, one, now=late + HOUR).said


def test_with_nothing_left_to_initial_the_step_waits_for_the_settlement_of_a_dispute() -> None:
    handoff = assigned()
    weigh(handoff, Counts(2, 2, 1, 1, 1), at=LATER)
    steps = owed(handoff)
    ae, csm = steps[Step.INITIALS_AE], steps[Step.INITIALS]
    assert (ae.state, ae.waits_for, ae.stages) == (DeadlineState.WAITING, Step.SETTLE, ())
    # Whoever still has a box to fill is asked to.
    assert (csm.state, csm.waits_for) == (DeadlineState.OPEN, None)
    weigh(handoff, Counts(2, 2, 2, 2, 0), at=LATER + HOUR)
    for step in (Step.INITIALS, Step.INITIALS_AE):
        assert owed(handoff)[step].state is DeadlineState.DONE
