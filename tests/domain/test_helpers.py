"""Colleagues who fill sections the AE named."""

from dataclasses import replace

import pytest

from bot.domain import access
from bot.domain.errors import Conflict, HandoffError, Invalid, NotAllowed, Problem
from bot.domain.handoff import MOST_HELPERS, Handoff
from bot.domain.history import Tag
from bot.domain.items import SectionKey
from bot.domain.notices import NoticeKind, Place, Priority, announcements
from bot.domain.people import Person
from tests.domain.deals import (
    AE,
    CS_MANAGER,
    CSM,
    GUEST,
    MEMBER,
    MONDAY,
    OTHER_CSM,
    REVOPS,
    person,
    signed,
    started,
)

PEOPLE, WHY = SectionKey.PEOPLE, SectionKey.WHY


def invited(*sections: SectionKey) -> Handoff:
    handoff = signed()
    handoff.invite_helper(MEMBER, sections, by=AE, at=MONDAY)
    return handoff


def refused(handoff: Handoff, helper: Person, *sections: SectionKey) -> HandoffError:
    before = dict(handoff.helpers)
    with pytest.raises(HandoffError) as error:
        handoff.invite_helper(helper, sections, by=AE, at=MONDAY)
    assert handoff.helpers == before
    return error.value


def test_a_helper_fills_the_sections_they_were_given_and_no_other() -> None:
    handoff = invited(PEOPLE, WHY)
    writable = {key for key in SectionKey if access.may_write(key, MEMBER, handoff)}
    assert writable == {PEOPLE, WHY}
    assert handoff.events[-1].tag is Tag.HELPER_INVITED
    assert handoff.events[-1].facts == {"helper": MEMBER.id, "sections": ["people", "why"]}


def test_another_invitation_replaces_the_sections_and_none_takes_the_helper_off() -> None:
    handoff = invited(PEOPLE)
    handoff.invite_helper(OTHER_CSM, [WHY], by=AE, at=MONDAY)
    handoff.invite_helper(MEMBER, [WHY], by=AE, at=MONDAY)
    assert handoff.helpers == {MEMBER.id: frozenset({WHY}), OTHER_CSM.id: frozenset({WHY})}
    handoff.invite_helper(MEMBER, [], by=AE, at=MONDAY)
    assert handoff.helpers == {OTHER_CSM.id: frozenset({WHY})}
    assert handoff.events[-1].tag is Tag.HELPER_TAKEN_OFF
    assert not access.may_write(WHY, MEMBER, handoff)


@pytest.mark.parametrize("by", [CSM, CS_MANAGER, REVOPS, MEMBER, GUEST])
def test_only_the_ae_invites_helpers(by: Person) -> None:
    with pytest.raises(NotAllowed) as error:
        signed().invite_helper(OTHER_CSM, [WHY], by=by, at=MONDAY)
    assert error.value.whose == (AE.id,)


def test_a_helper_invites_nobody_further() -> None:
    with pytest.raises(NotAllowed):
        invited(WHY).invite_helper(OTHER_CSM, [WHY], by=MEMBER, at=MONDAY)


def test_red_flags_are_given_to_nobody() -> None:
    error = refused(signed(), MEMBER, SectionKey.RED_FLAGS, WHY)
    assert isinstance(error, Invalid)
    assert error.field == "helped_sections"


def test_the_ae_guests_and_nothing_at_all_are_refused_with_their_field() -> None:
    told = [
        (refused(signed(), AE, WHY), Problem.AE_FILLS_ALL, "helper"),
        (refused(signed(), GUEST, WHY), Problem.NOT_A_COLLEAGUE, "helper"),
        (refused(signed(), MEMBER), Problem.NO_SECTION, "helped_sections"),
    ]
    assert all((error.problem, error.field) == (what, where) for error, what, where in told)


def test_the_same_invitation_twice_is_done_once() -> None:
    error = refused(invited(WHY), MEMBER, WHY)
    assert isinstance(error, Conflict)
    assert error.problem is Problem.ALREADY_DONE


def test_who_became_a_guest_can_still_be_taken_off() -> None:
    handoff = invited(WHY)
    handoff.invite_helper(replace(MEMBER, guest=True), [], by=AE, at=MONDAY)
    assert handoff.helpers == {}


def test_there_is_a_most_of_helpers() -> None:
    handoff = signed()
    for number in range(MOST_HELPERS):
        handoff.invite_helper(person(100 + number, "Hana"), [WHY], by=AE, at=MONDAY)
    assert refused(handoff, MEMBER, WHY).problem is Problem.TOO_MANY
    handoff.invite_helper(person(100, "Hana"), [PEOPLE], by=AE, at=MONDAY)


def test_in_a_cancelled_handoff_nobody_is_invited() -> None:
    handoff = signed()
    handoff.cancel("They chose another vendor.", by=AE, at=MONDAY)
    assert refused(handoff, MEMBER, WHY).problem is Problem.HANDOFF_CANCELLED


def test_inviting_says_yes_to_being_the_ae() -> None:
    handoff = started(by=MEMBER)
    handoff.invite_helper(MEMBER, [WHY], by=AE, at=MONDAY)
    assert handoff.ae_confirmed_at == MONDAY


def test_the_helper_is_told_once_in_a_message_that_keeps_quiet_hours() -> None:
    handoff = invited(WHY)
    handoff.invite_helper(MEMBER, [], by=AE, at=MONDAY)
    numbered = list(enumerate(handoff.events[-2:], 10))
    (notice,) = announcements(handoff, numbered, asked_in=None)
    assert (notice.kind, notice.place) == (NoticeKind.HELPER_INVITED, Place.DM)
    assert notice.person_id == MEMBER.id
    # What answers one's own act alone would go out at night.
    assert notice.priority is not Priority.ANSWER
