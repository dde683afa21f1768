"""What belongs together, what an amendment takes along, and what is entered of a partner."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import partner
from bot.domain.amended import require_to_take_along, taken_along
from bot.domain.errors import Conflict, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.items import Item, SectionKey
from bot.domain.linked import LinkKind, link, require_to_amend, unlink
from bot.domain.notices import NoticeKind, Place
from bot.domain.partner import MOST_PEOPLE, PartnerPerson, PartnerSide, as_line, people_in
from bot.domain.partner_state import PartnerState
from bot.domain.path_notices import of_paths
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    FULL_BRIEF,
    MEMBER,
    MONDAY,
    REVOPS,
    assigned,
    signed,
    started,
)

NOW = MONDAY + timedelta(hours=6)
UNDO = timedelta(minutes=10)
ADA = PartnerPerson(name="Ada Brook", company="Larkfield Clinics", role="partner manager")


def pair() -> tuple[Handoff, Handoff]:
    return replace(assigned(), id=7, events=[]), replace(assigned(), id=8, events=[])


def told(handoff: Handoff) -> set[tuple[NoticeKind, Place, int | None]]:
    numbered = list(enumerate(handoff.events, start=1))
    notices = of_paths(handoff, numbered, undo_window=UNDO)
    return {(one.kind, one.place, one.person_id) for one in notices}


# --- Linked


def test_both_take_note_of_what_the_other_is() -> None:
    earlier, later = pair()
    link(earlier, later, LinkKind.MERGED, by=AE, at=NOW, carried=2)
    facts = {"kind": "merged", "promises": 2}
    (first,), (second,) = earlier.events, later.events
    assert (first.tag, first.facts) == (Tag.LINKED, {**facts, "other": 8, "onward": True})
    assert (second.tag, second.facts) == (Tag.LINKED, {**facts, "other": 7, "onward": False})
    assert (earlier.path.links, later.path.links) == (1, 1)
    unlink(earlier, later, LinkKind.MERGED, by=AE, at=NOW)
    assert (earlier.path.links, later.path.links) == (0, 0)
    assert earlier.events[-1].tag is later.events[-1].tag is Tag.UNLINKED


def test_a_deal_becomes_neither_itself_nor_one_that_is_over() -> None:
    earlier, later = pair()
    with pytest.raises(Invalid) as itself:
        link(earlier, earlier, LinkKind.SPLIT, by=AE, at=NOW)
    later.cancel("Over", by=AE, at=NOW)
    with pytest.raises(Invalid) as over:
        link(earlier, later, LinkKind.SPLIT, by=AE, at=NOW)
    assert (itself.value.problem, over.value.problem) == (Problem.ITSELF, Problem.OTHER_IS_OVER)
    assert {itself.value.field, over.value.field} == {"became"}
    assert earlier.path.links == 0


def test_whoever_goes_on_with_it_is_told_and_not_who_said_so() -> None:
    earlier, later = pair()
    later.posted_at = NOW
    link(earlier, later, LinkKind.REPLACED, by=AE, at=NOW)
    assert told(later) == {
        (NoticeKind.LINKED, Place.THREAD, None),
        (NoticeKind.LINKED, Place.DM, CSM.id),
    }


def test_of_an_amendment_only_the_csm_of_the_first_contract_hears() -> None:
    earlier, later = pair()
    link(earlier, later, LinkKind.AMENDED, by=AE, at=NOW)
    assert told(earlier) == {(NoticeKind.LINKED, Place.DM, CSM.id)}
    assert told(later) == set()


def test_what_is_opened_again_is_not_told_a_second_time_that_it_goes_on_alone() -> None:
    earlier, later = pair()
    earlier.posted_at = later.posted_at = NOW
    unlink(earlier, later, LinkKind.SPLIT, by=AE, at=NOW)
    assert told(earlier) == set()
    assert (NoticeKind.UNLINKED, Place.DM, CSM.id) in told(later)


# --- Amended


def test_only_what_was_signed_and_is_not_cancelled_is_amended() -> None:
    require_to_amend(signed())
    with pytest.raises(Invalid) as unsigned:
        require_to_amend(started())
    over = signed()
    over.cancel("Over", by=AE, at=NOW)
    with pytest.raises(Invalid) as cancelled:
        require_to_amend(over)
    problems = (unsigned.value.problem, cancelled.value.problem)
    assert problems == (Problem.NOT_SIGNED, Problem.HANDOFF_CANCELLED)


def test_only_people_and_why_come_along_and_only_for_the_ae() -> None:
    new = signed()
    require_to_take_along([SectionKey.WHY, SectionKey.PEOPLE], new, by=AE)
    require_to_take_along([], new, by=AE_MANAGER)
    with pytest.raises(Invalid) as other:
        require_to_take_along([SectionKey.SUCCESS], new, by=AE)
    with pytest.raises(Invalid) as not_theirs:
        require_to_take_along([SectionKey.WHY], new, by=AE_MANAGER)
    assert other.value.problem is Problem.STALE_BUTTON
    assert not_theirs.value.problem is Problem.ONLY_AE_TAKES_ALONG


def test_what_was_to_be_confirmed_there_is_asked_anew() -> None:
    why = FULL_BRIEF.why.model_copy(update={"must_confirm": (Item.QUOTE,), "asker": 3})
    after = taken_along(why)
    assert (after.must_confirm, after.asker) == ((), None)
    assert after.model_copy(update={"must_confirm": why.must_confirm, "asker": 3}) == why


# --- Partners


def test_a_line_says_name_company_and_role() -> None:
    text = " Ada Brook ,Larkfield Clinics,  partner   manager \n\nSam; Larkfield, Inc.; engineer\n"
    found = people_in(text)
    assert found == (ADA, PartnerPerson(name="Sam", company="Larkfield, Inc.", role="engineer"))
    assert people_in("\n".join(as_line(one) for one in found)) == found
    assert people_in(" \n") == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Ada Brook", Problem.PARTNER_LINE),
        ("Ada, Larkfield,", Problem.PARTNER_LINE),
        ("Ada, Larkfield, AE, Berlin", Problem.PARTNER_LINE),
        ("Ada, Larkfield, ada@larkfield.example", Problem.NO_ADDRESSES),
        (f"{'x' * 201}, Larkfield, AE", Problem.TOO_LONG),
    ],
)
def test_a_line_that_says_less_or_more_is_refused(text: str, problem: Problem) -> None:
    with pytest.raises(Invalid) as refused:
        people_in(text)
    assert (refused.value.problem, refused.value.field) == (problem, "partner_people")


def test_whoever_says_something_says_where_it_is_from() -> None:
    PartnerSide().checked()
    for side in (PartnerSide(people=(ADA,)), PartnerSide(lives="Their CRM")):
        with pytest.raises(Invalid) as refused:
            side.checked()
        assert (refused.value.problem, refused.value.field) == (Problem.SOURCE_NEEDED, "source")
        assert side.model_copy(update={"source": " Ada "}).checked().source == "Ada"
    with pytest.raises(Invalid) as many:
        PartnerSide(people=(ADA,) * (MOST_PEOPLE + 1), source="Ada").checked()
    assert many.value.problem is Problem.TOO_MANY


def sold_along() -> Handoff:
    handoff = assigned()
    handoff.marks = replace(handoff.marks, partner=True)
    return handoff


def test_the_ae_enters_it_and_it_confirms_the_plan_while_the_deal_has_a_partner() -> None:
    handoff, side = sold_along(), PartnerSide(people=(ADA,), source="Ada, call")
    partner.enter(handoff, side, revision=1, by=AE, at=NOW)
    assert handoff.partner == PartnerState(1, NOW)
    assert partner.confirms(handoff)
    # What people wrote stands in no fact of the history.
    assert handoff.events[-1].facts == {"revision": 1, "people": 1}
    assert not handoff.events[-1].values
    handoff.marks = replace(handoff.marks, partner=False)
    assert handoff.partner.people == 1
    assert not partner.confirms(handoff)


def test_a_partner_confirms_also_while_nobody_there_is_named() -> None:
    handoff = sold_along()
    partner.enter(handoff, PartnerSide(lives="Their CRM", source="Ada"), revision=1, by=AE, at=NOW)
    assert handoff.partner.entered_at == NOW
    assert partner.confirms(handoff)
    partner.enter(handoff, PartnerSide(), revision=2, by=AE, at=NOW)
    assert handoff.partner == PartnerState()


def test_nobody_else_enters_it_nor_in_a_deal_without_a_partner_or_over() -> None:
    side = PartnerSide(people=(ADA,), source="Ada")
    for who in (CSM, CS_MANAGER, AE_MANAGER, REVOPS, MEMBER):
        with pytest.raises(NotAllowed):
            partner.enter(sold_along(), side, revision=1, by=who, at=NOW)
    with pytest.raises(Invalid) as without:
        partner.enter(assigned(), side, revision=1, by=AE, at=NOW)
    over = sold_along()
    over.cancel("Over", by=AE, at=NOW)
    with pytest.raises(Invalid) as cancelled:
        partner.enter(over, side, revision=1, by=AE, at=NOW)
    problems = (without.value.problem, cancelled.value.problem)
    assert problems == (Problem.NO_PARTNER, Problem.HANDOFF_CANCELLED)


def test_a_form_filled_from_an_older_state_is_refused() -> None:
    partner.require_unchanged(2, 2)
    with pytest.raises(Conflict):
        partner.require_unchanged(1, 2)
