"""The rules of late promises: who talks, who decides, and what is the same answer."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import deciding, keeping
from bot.domain.disputes import Outcome, Settlement
from bot.domain.errors import Conflict, HandoffError, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.late import OUTCOMES, Dealt
from bot.domain.ledger import Entry
from bot.domain.people import Person
from bot.domain.promises import Fate, Side, Surfaced
from tests.domain.deals import AE, AE_MANAGER, CSM, EVERYBODY, MONDAY, OTHER_CSM
from tests.domain.test_leave import away
from tests.domain.test_ledger import LATER, entry
from tests.domain.test_settling import managed

KEPT = Settlement(Outcome.KEPT)
ANEW = Settlement(Outcome.RENEGOTIATED, "Live in 90 days.")


def late() -> Entry:
    return replace(entry(), late=Surfaced.REMEMBERED)


def held() -> Handoff:
    handoff = managed()
    handoff.kickoff_held_at = MONDAY
    return handoff


def answers(handoff: Handoff, of: Entry, by: Person, wish: Settlement) -> deciding.Answered:
    return deciding.answer(handoff, of, wish, by=by, version=1, at=LATER)


def given(of: Entry, *said: deciding.Answered) -> Entry:
    found = {**(of.answers or {}), **{one.given.side: one.given for one in said}}
    return replace(of, answers=found)


@pytest.mark.parametrize("who", [one for one in EVERYBODY if one.id not in (AE.id, AE_MANAGER.id)])
def test_only_the_ae_and_their_manager_record_the_talk(who: Person) -> None:
    with pytest.raises(NotAllowed) as refused:
        deciding.require_talk(managed(), late(), by=who, version=1)
    assert refused.value.whose == (AE.id,)


def test_a_talk_is_recorded_once_and_what_was_said_is_no_fact_of_the_history() -> None:
    handoff = managed()
    dealt, became = deciding.talk(
        handoff, late(), KEPT, "  They know. ", by=AE, version=1, at=LATER
    )
    assert (dealt.line, became.outcome) == ("They know.", Outcome.KEPT)
    event = handoff.events[-1]
    assert event.tag is Tag.LATE_TALKED
    assert "They know." not in str(event.facts)
    with pytest.raises(Conflict) as twice:
        deciding.require_talk(handoff, replace(late(), dealt=dealt), by=AE, version=1)
    assert twice.value.problem is Problem.ALREADY_DONE


def test_a_manager_says_why_they_record_it() -> None:
    handoff = managed()
    with pytest.raises(Invalid) as without:
        deciding.talk(handoff, late(), KEPT, "They know.", by=AE_MANAGER, version=1, at=LATER)
    assert without.value.field == "reason"
    deciding.talk(
        handoff,
        late(),
        KEPT,
        "They know.",
        by=AE_MANAGER,
        version=1,
        at=LATER,
        reason="On a plane",
    )
    assert handoff.events[-1].values["reason"] == "On a plane"


@pytest.mark.parametrize(
    ("of", "problem"),
    [
        (entry(), Problem.NOT_LATE),
        (replace(late(), dealt=Dealt(Outcome.KEPT, AE, LATER)), Problem.ALREADY_DONE),  # type: ignore[arg-type]
    ],
)
def test_what_is_not_late_or_is_settled_is_neither_talked_over_nor_decided(
    of: Entry, problem: Problem
) -> None:
    for act, handoff in ((deciding.require_talk, managed()), (deciding.require_decide, held())):
        with pytest.raises(Conflict) as refused:
            act(handoff, of, by=AE, version=1)
        assert refused.value.problem is problem


def test_the_kickoff_parts_the_two() -> None:
    with pytest.raises(Invalid) as after:
        deciding.require_talk(held(), late(), by=AE, version=1)
    assert after.value.problem is Problem.LATE_TOGETHER
    with pytest.raises(Invalid) as before:
        deciding.require_decide(managed(), late(), by=AE, version=1)
    assert before.value.problem is Problem.LATE_AHEAD
    with pytest.raises(Invalid) as undecided:
        keeping.require_conclude(held(), late(), Fate.DELIVERED, by=AE, version=1)
    assert undecided.value.problem is Problem.LATE_UNDECIDED


def test_the_same_answers_decide_whoever_wants_it_why() -> None:
    handoff = held()
    first = answers(handoff, late(), AE, ANEW)
    assert (first.decided, first.differ) == (None, False)
    same = replace(ANEW, words=" live in  90 DAYS.", reason="Clearer")
    second = answers(handoff, given(late(), first), CSM, same)
    assert second.decided is not None
    assert second.decided.together
    assert [one.tag for one in handoff.events][-2:] == [Tag.LATE_ANSWERED, Tag.LATE_DECIDED]
    assert "outcome" not in handoff.events[-2].facts


def test_who_differs_may_change_and_who_answered_alone_may_not() -> None:
    handoff = held()
    first = answers(handoff, late(), AE, KEPT)
    with pytest.raises(Conflict) as waits:
        answers(handoff, given(late(), first), AE, ANEW)
    assert waits.value.problem is Problem.ANSWERED_LATE
    second = answers(handoff, given(late(), first), CSM, ANEW)
    assert second.differ
    both = given(late(), first, second)
    assert deciding.differing(both)
    with pytest.raises(Invalid) as again:
        answers(handoff, both, AE, KEPT)
    assert again.value.problem is Problem.SAME_ANSWER
    changed = deciding.answer(handoff, both, ANEW, by=AE, version=1, at=LATER + timedelta(hours=1))
    assert changed.decided is not None
    assert changed.given.at == LATER  # When they first answered.


def test_nobody_answers_for_both_sides() -> None:
    handoff = held()
    first = answers(away(handoff, {AE.id: OTHER_CSM.id}), late(), OTHER_CSM, KEPT)
    assert first.given.side is Side.AE
    moved = away(held(), {CSM.id: OTHER_CSM.id})
    with pytest.raises(NotAllowed) as both:
        answers(moved, given(late(), first), OTHER_CSM, KEPT)
    assert both.value.problem is Problem.BOTH_SIDES


@pytest.mark.parametrize("outcome", [one for one in Outcome if one not in OUTCOMES])
def test_nothing_else_may_become_of_one(outcome: Outcome) -> None:
    with pytest.raises(HandoffError):
        answers(held(), late(), AE, Settlement(outcome, "Other words"))
