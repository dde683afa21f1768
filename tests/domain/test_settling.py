"""The rules of disputes: who answers, what is the same answer, and until when."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain import ledger, settling
from bot.domain.disputes import Answer, Dispute, Outcome, Seat, Settlement
from bot.domain.errors import Conflict, HandoffError, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.ledger import Entry, counted, weigh
from bot.domain.people import Person
from bot.domain.promises import Side
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    EVERYBODY,
    HOUR,
    MONDAY,
    OTHER_CSM,
    REVOPS,
    Office,
    assigned,
)
from tests.domain.test_leave import away
from tests.domain.test_ledger import LATER, by_ae, by_csm, entry

KEPT = Settlement(Outcome.KEPT)
REWORDED = Settlement(Outcome.REWORDED, "Live in 90 days.")


def managed() -> Handoff:
    """One with both managers."""
    handoff = assigned()
    handoff.ae_manager_id, handoff.cs_manager_id = AE_MANAGER.id, CS_MANAGER.id
    return handoff


def disputed(handoff: Handoff, by: Person = CSM) -> Entry:
    raised = settling.dispute(handoff, entry(), "Why?", by=by, version=1, at=LATER)
    return replace(entry(), dispute=raised)


def answered(of: Entry, *given: Answer) -> Entry:
    assert of.dispute is not None
    return replace(of, dispute=replace(of.dispute, answers={one.seat: one for one in given}))


def answers(handoff: Handoff, of: Entry, by: Person, wish: Settlement) -> settling.Answered:
    return settling.answer(handoff, of, wish, by=by, version=1, at=LATER)


@pytest.mark.parametrize("who", [one for one in EVERYBODY if one.id not in (AE.id, CSM.id)])
def test_only_the_two_sides_dispute(who: Person) -> None:
    with pytest.raises(NotAllowed) as refused:
        settling.dispute(managed(), entry(), "Why?", by=who, version=1, at=LATER)
    assert refused.value.whose == (AE.id, CSM.id)


def test_a_stand_in_disputes_for_the_side_and_the_side_takes_it_back() -> None:
    handoff = away(managed(), {CSM.id: OTHER_CSM.id})
    raised = disputed(handoff, OTHER_CSM)
    assert raised.dispute is not None
    assert (raised.dispute.side, raised.dispute.by.id) == (Side.CSM, OTHER_CSM.id)
    with pytest.raises(NotAllowed):
        settling.take_back(handoff, raised, by=AE, at=LATER)
    settling.take_back(handoff, raised, by=CSM, at=LATER)
    assert handoff.events[-1].tag is Tag.DISPUTE_TAKEN_BACK


def test_an_entry_has_one_dispute_and_that_none_were_made_has_none() -> None:
    handoff = managed()
    with pytest.raises(Conflict) as twice:
        settling.require_dispute(handoff, disputed(handoff), by=AE, version=1)
    assert (twice.value.problem, twice.value.whose) == (Problem.DISPUTED_ALREADY, (CSM.id,))
    with pytest.raises(Invalid) as none_made:
        settling.require_dispute(handoff, replace(entry(), none_made=True), by=AE, version=1)
    assert none_made.value.problem is Problem.NOTHING_TO_DISPUTE


def test_two_answers_that_come_to_the_same_settle_it_and_others_differ() -> None:
    handoff = managed()
    first = answers(handoff, disputed(handoff), AE_MANAGER, REWORDED)
    assert (first.settled, first.differ) == (None, False)
    asked = answered(disputed(handoff), *first.given)
    same = Settlement(Outcome.REWORDED, " live in  90 DAYS.", reason="Clearer")
    assert answers(handoff, asked, CS_MANAGER, same).settled is not None
    for other in (KEPT, replace(REWORDED, words="Live in 91 days.")):
        apart = answers(handoff, asked, CS_MANAGER, other)
        assert (apart.settled, apart.differ) == (None, True)


def test_reasons_may_differ_and_another_day_is_another_promise() -> None:
    gone = Settlement(Outcome.WITHDRAWN, reason="One")
    assert gone.same_as(replace(gone, reason="Another"))
    moved = Settlement(Outcome.RENEGOTIATED, "Live", date(2026, 5, 1))
    assert not moved.same_as(replace(moved, due=date(2026, 5, 2)))


def test_what_an_answer_has_no_use_for_is_left_out() -> None:
    handoff, text = managed(), entry().promise.text
    typed = Settlement(Outcome.KEPT, text.words, text.due)
    (given,) = answers(handoff, disputed(handoff), AE_MANAGER, typed).given
    assert given.settlement == KEPT
    (reworded,) = answers(handoff, disputed(handoff), AE_MANAGER, REWORDED).given
    assert reworded.settlement.due == text.due


@pytest.mark.parametrize(
    ("wish", "problem", "field"),
    [
        (Settlement(Outcome.WITHDRAWN), Problem.EMPTY, "reason"),
        (Settlement(Outcome.REWORDED, " "), Problem.EMPTY, "words"),
        (Settlement(Outcome.REWORDED, "w" * 3001), Problem.TOO_LONG, "words"),
        (Settlement(Outcome.KEPT, reason="r" * 1001), Problem.TOO_LONG, "reason"),
        (Settlement(Outcome.REWORDED, "Live in 30 days."), Problem.NOTHING_REWORDED, "words"),
    ],
)
def test_an_answer_says_what_it_needs(wish: Settlement, problem: Problem, field: str) -> None:
    handoff = managed()
    with pytest.raises(Invalid) as refused:
        answers(handoff, disputed(handoff), AE_MANAGER, wish)
    assert (refused.value.problem, refused.value.field) == (problem, field)
    assert Tag.DISPUTE_ANSWERED not in {event.tag for event in handoff.events}


def test_what_was_answered_stands_in_the_history_by_its_commitment_alone() -> None:
    handoff = managed()
    answers(handoff, disputed(handoff), AE_MANAGER, REWORDED)
    event = handoff.events[-1]
    assert event.facts == {"number": 1, "version": 1, "seats": ["ae_manager"]}
    assert event.values == {"outcome": "reworded", "words": REWORDED.words}


def test_revops_stands_in_for_a_missing_manager_and_for_both_decides_alone() -> None:
    handoff = managed()
    handoff.ae_manager_id = None
    assert settling.settlers(handoff, revops=REVOPS.id) == {
        Seat.AE_MANAGER: REVOPS.id,
        Seat.CS_MANAGER: CS_MANAGER.id,
    }
    first = answers(handoff, disputed(handoff), REVOPS, KEPT)
    assert first.settled is None
    handoff.cs_manager_id = None
    assert answers(handoff, disputed(handoff), REVOPS, KEPT).settled == KEPT


def test_once_it_is_revops_no_manager_answers_any_more() -> None:
    handoff = managed()
    raised = disputed(handoff)
    assert raised.dispute is not None
    handed = replace(raised, dispute=replace(raised.dispute, escalated_at=LATER))
    for manager in (AE_MANAGER, CS_MANAGER):
        with pytest.raises(NotAllowed) as refused:
            answers(handoff, handed, manager, KEPT)
        assert refused.value.problem is Problem.WITH_REVOPS
    assert answers(handoff, handed, REVOPS, KEPT).settled == KEPT


@pytest.mark.parametrize("who", [AE, CSM, REVOPS])
def test_before_that_nobody_but_the_managers_answers(who: Person) -> None:
    handoff = managed()
    with pytest.raises(NotAllowed) as refused:
        answers(handoff, disputed(handoff), who, KEPT)
    assert set(refused.value.whose) == {AE_MANAGER.id, CS_MANAGER.id}


def test_what_is_over_or_of_another_wording_is_not_answered() -> None:
    handoff = managed()
    raised = disputed(handoff)
    with pytest.raises(Conflict) as stale:
        settling.answer(handoff, raised, KEPT, by=AE_MANAGER, version=2, at=LATER)
    assert stale.value.problem is Problem.PROMISE_REWORDED
    with pytest.raises(Conflict) as over:
        answers(handoff, entry(), AE_MANAGER, KEPT)
    assert over.value.problem is Problem.NOT_DISPUTED
    handoff.cancel("Lost", by=AE, at=LATER)
    with pytest.raises(HandoffError):
        answers(handoff, raised, AE_MANAGER, KEPT)


def test_a_dispute_keeps_the_boxes_and_nothing_counts_as_signed_until_it_is_over() -> None:
    handoff = managed()
    signed = by_csm(handoff, by_ae(handoff, entry()))
    weigh(handoff, counted([signed]), at=LATER)
    assert handoff.signing.done_at(Side.AE) == LATER
    raised = Dispute(1, Side.AE, ledger.named(AE), LATER, "Why?", asked_at=LATER)
    weigh(handoff, counted([replace(signed, dispute=raised)]), at=LATER + HOUR)
    assert (handoff.signing.signed, handoff.signing.complete) == (1, False)
    assert handoff.signing.done_at(Side.CSM) is None
    weigh(handoff, counted([signed]), at=LATER + 2 * HOUR)
    assert handoff.signing.complete
    for side in Side:
        assert handoff.signing.done_at(side) == LATER + 2 * HOUR
    told = [event.tag for event in handoff.events].count(Tag.LEDGER_SIGNED)
    assert told == 2


def test_it_is_due_a_day_before_the_kickoff_and_never_within_eight_hours_of_work() -> None:
    calendar = Office().calendar_of(CS_MANAGER.id, None)
    least = calendar.add_working(MONDAY, timedelta(hours=8))
    soon, far = MONDAY + timedelta(days=1), MONDAY + timedelta(days=7)
    due = [settling.due_at(MONDAY, at, hours=8, calendar=calendar) for at in (None, soon, far)]
    assert due == [least, least, far - timedelta(hours=24)]
    friday = datetime(2025, 6, 6, 12, tzinfo=UTC)
    assert settling.too_late_at(friday, calendar) == friday + timedelta(days=3)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (Settlement(Outcome.KEPT, "Live in 90 days."), "words"),
        (Settlement(Outcome.WITHDRAWN, "Live in 90 days.", reason="No."), "words"),
        (Settlement(Outcome.KEPT, due=date(2026, 9, 1)), "due"),
        (replace(REWORDED, due=date(2026, 9, 1)), "due"),
    ],
)
def test_what_was_typed_and_changes_nothing_is_refused_and_not_dropped(
    typed: Settlement, field: str
) -> None:
    handoff = managed()
    with pytest.raises(Invalid) as refused:
        answers(handoff, disputed(handoff), AE_MANAGER, typed)
    assert (refused.value.problem, refused.value.field) == (Problem.WITHOUT_EFFECT, field)
