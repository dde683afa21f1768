"""The champion leaves: what it makes of the brief, whose the question is, and who is told."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from bot.domain import champion_left
from bot.domain.brief import Contact, ContactRole, People
from bot.domain.champion import NOBODY_YET, Follower, followed_by, marked_gone
from bot.domain.champion_left import Leaving
from bot.domain.errors import Conflict, HandoffError, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.items import Hole, Item
from bot.domain.notices import NoticeKind, Place, announcements
from bot.domain.people import Person
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    FULL_BRIEF,
    HOUR,
    MEMBER,
    MONDAY,
    POLICY,
    REVOPS,
    acknowledged,
    assigned,
    gated,
    read,
    utc,
)

NOON = utc("2025-06-02T10:00")
ILSE = Contact(
    id=1,
    name="Ilse Brandt",
    title="Head of Fulfilment",
    roles=(ContactRole.CHAMPION,),
    behaviour="Answers within the hour.",
    stake="Her bonus.",
    consequence="Her hall stands still.",
    strength=5,
)
OMAR = Contact(id=2, name="Omar", title="Buyer", roles=(ContactRole.BUYER,))
PEOPLE = People(contacts=(ILSE, OMAR), second_contact="Omar")
LAST_DAY = date(2025, 6, 13)


def leave(
    handoff: Handoff,
    follower: Follower = NOBODY_YET,
    *,
    by: Person = CSM,
    people: People = PEOPLE,
    at: datetime = NOON,
) -> People:
    """It is recorded, and kept as the flow keeps it."""
    leaving = Leaving(ILSE.id, LAST_DAY, follower)
    after = champion_left.changed(handoff, people, leaving, fresh=9, by=by, at=at)
    kept(handoff, leaving, people, after, by=by, at=at)
    return after


def kept(
    handoff: Handoff, leaving: Leaving, people: People, after: People, *, by: Person, at: datetime
) -> None:
    before = replace(FULL_BRIEF, people=people)
    champion_left.record(
        handoff, leaving, before=before, people=after, revision=3, by=by, at=at, policy=POLICY
    )


def after_kickoff() -> Handoff:
    handoff = read()
    handoff.hold_kickoff(MONDAY + 3 * HOUR, by=CSM, at=MONDAY + 3 * HOUR)
    handoff.events.clear()
    return handoff


def test_whoever_left_stays_in_the_brief_and_is_the_champion_no_more() -> None:
    after = leave(after_kickoff())
    assert after.contacts[0] == ILSE.model_copy(update={"gone": True, "last_day": LAST_DAY})
    assert after.having(ContactRole.CHAMPION) == ()
    assert after.champions_gone == (after.contacts[0],)
    assert after.present == (OMAR,)


@pytest.mark.parametrize("held", [True, False])
def test_while_nobody_follows_it_is_a_question_of_the_csm_after_the_kickoff_and_of_the_ae_before(
    held: bool,
) -> None:
    handoff = after_kickoff() if held else assigned()
    after = leave(handoff)
    assert Item.CHAMPION in after.must_confirm
    assert after.asker == (CSM.id if held else None)
    hole = next(one for one in handoff.completeness.open if one.item is Item.CHAMPION)
    assert hole.hole is Hole.MUST_CONFIRM
    assert champion_left.owes_champion(handoff) == (CSM if held else AE).id
    # A gate once passed stays passed.
    assert handoff.gate_at is not None


def test_somebody_of_the_brief_or_somebody_new_follows_and_answers_the_question() -> None:
    asked = leave(after_kickoff())
    known = followed_by(asked, Follower(entry=OMAR.id), fresh=9, asker=None)
    assert known.having(ContactRole.CHAMPION)[0].id == OMAR.id
    assert known.contacts[1].roles == (ContactRole.CHAMPION, ContactRole.BUYER)
    new = followed_by(asked, Follower(name=" Nora ", title="COO"), fresh=9, asker=None)
    assert new.contacts[-1] == Contact(
        id=9, name="Nora", title="COO", roles=(ContactRole.CHAMPION,)
    )
    assert Item.CHAMPION not in {*known.must_confirm, *new.must_confirm}


def test_another_champion_who_is_still_there_leaves_no_question() -> None:
    two = People(contacts=(ILSE, ILSE.model_copy(update={"id": 4, "name": "Nora"})))
    after = leave(after_kickoff(), people=two)
    assert after.must_confirm == ()
    assert [one.id for one in after.having(ContactRole.CHAMPION)] == [4]


def test_what_was_acknowledged_with_the_one_who_left_stays() -> None:
    handoff = acknowledged()
    version = handoff.brief_version
    leave(handoff)
    assert handoff.acknowledged
    assert handoff.brief_version == version + 1
    assert Tag.OUTDATED not in {one.tag for one in handoff.events}


def test_what_a_deal_is_asked_for_stays_as_it_was_judged_by_who_left() -> None:
    handoff = after_kickoff()
    leave(handoff)
    assert handoff.strength == ILSE.strength


def test_the_history_has_no_name_outside_of_its_values_and_figures_can_count_it() -> None:
    handoff = after_kickoff()
    leave(handoff, Follower(name="Nora"))
    (event,) = handoff.events
    assert (event.tag, event.actor) == (Tag.CHAMPION_LEFT, CSM.id)
    assert event.facts == {
        "section": "people",
        "revision": 3,
        "brief": handoff.brief_version,
        "champion": 9,
        "left": ILSE.id,
        "last_day": "2025-06-13",
        "after_kickoff": True,
    }
    assert event.values["contacts.9.name"] == "Nora"
    assert (handoff.champions.left, handoff.champions.left_at) == (1, NOON)


def told(handoff: Handoff) -> dict[int | None, NoticeKind]:
    handoff.id = 5
    notices = announcements(handoff, list(enumerate(handoff.events, 10)), asked_in=None)
    assert {one.place for one in notices} <= {Place.DM}
    return {one.person_id: one.kind for one in notices}


@pytest.mark.parametrize(("by", "other"), [(AE, CSM), (CSM, AE)])
def test_the_other_of_the_two_and_both_managers_are_told_once(by: Person, other: Person) -> None:
    handoff = after_kickoff()
    leave(handoff, by=by)
    readers = (other.id, AE_MANAGER.id, CS_MANAGER.id)
    assert told(handoff) == dict.fromkeys(readers, NoticeKind.CHAMPION_LEFT)


def test_who_follows_later_is_named_by_either_and_told_to_the_other() -> None:
    handoff = after_kickoff()
    people = leave(handoff)
    handoff.events.clear()
    named = Leaving(follower=Follower(entry=OMAR.id))
    after = champion_left.changed(handoff, people, named, fresh=9, by=AE, at=NOON)
    kept(handoff, named, people, after, by=AE, at=NOON)
    assert told(handoff) == {CSM.id: NoticeKind.CHAMPION_NAMED}
    assert handoff.champions.left == 1


@pytest.mark.parametrize("by", [AE_MANAGER, CS_MANAGER, REVOPS, MEMBER])
def test_nobody_but_ae_and_csm_records_it(by: Person) -> None:
    with pytest.raises(NotAllowed):
        champion_left.changed(assigned(), PEOPLE, Leaving(ILSE.id), fresh=9, by=by, at=NOON)


GONE = marked_gone(PEOPLE, ILSE.id, None)


@pytest.mark.parametrize(
    ("people", "leaving", "problem", "field"),
    [
        (PEOPLE, Leaving(OMAR.id), Problem.CHANGED_MEANWHILE, "champion_gone"),
        (GONE, Leaving(ILSE.id), Problem.CHANGED_MEANWHILE, "champion_gone"),
        (PEOPLE, Leaving(ILSE.id, date(2027, 1, 1)), Problem.TOO_FAR_AHEAD, "last_day"),
        (PEOPLE, Leaving(ILSE.id, date(2023, 1, 1)), Problem.TOO_LONG_AGO, "last_day"),
        (
            PEOPLE,
            Leaving(ILSE.id, None, Follower(2, "Nora")),
            Problem.FOLLOWER_TWICE,
            "new_champion",
        ),
        (PEOPLE, Leaving(ILSE.id, None, Follower(8)), Problem.CHANGED_MEANWHILE, "follower"),
        (PEOPLE, Leaving(ILSE.id, None, Follower(1)), Problem.CHANGED_MEANWHILE, "follower"),
        (PEOPLE, Leaving(None, None, Follower(2)), Problem.CHANGED_MEANWHILE, "follower"),
        (GONE, Leaving(), Problem.EMPTY, "new_champion"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    people: People, leaving: Leaving, problem: Problem, field: str
) -> None:
    handoff = assigned()
    handoff.champions = handoff.champions.without_another(MONDAY)
    with pytest.raises(HandoffError) as refused:
        champion_left.changed(handoff, people, leaving, fresh=9, by=CSM, at=NOON)
    assert (refused.value.problem, refused.value.field) == (problem, field)
    assert isinstance(refused.value, Conflict | Invalid)


def test_where_there_never_was_a_champion_nobody_follows_one() -> None:
    named = Leaving(follower=Follower(name="Nora"))
    with pytest.raises(Invalid) as refused:
        champion_left.changed(gated(), People(), named, fresh=9, by=AE, at=NOON)
    assert refused.value.problem is Problem.NO_CHAMPION
