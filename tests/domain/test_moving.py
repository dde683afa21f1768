from dataclasses import replace

import pytest

from bot.domain import access
from bot.domain.access import Audience
from bot.domain.channels import channel_name
from bot.domain.errors import Conflict, Invalid, NotAllowed, Problem
from bot.domain.handoff import State
from bot.domain.history import Tag
from bot.domain.items import SectionKey
from bot.domain.notices import NoticeKind, Place, cannot_post, member_invites
from bot.domain.people import Person
from tests.domain.deals import AE, AE_MANAGER, CS_MANAGER, CSM, MONDAY, REVOPS, assigned, started


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("deal-northwind internal", "deal-northwind-internal"),
        ("  Würth & Söhne: Deal!  ", "würth-söhne-deal"),
        ("a_b", "a_b"),
        ("🎉 — !", ""),
        ("x" * 100, "x" * 80),
        ("y" * 79 + " z", "y" * 79),
    ],
)
def test_a_text_becomes_a_name_that_slack_takes(typed: str, name: str) -> None:
    assert channel_name(typed) == name


@pytest.mark.parametrize("who", [AE, AE_MANAGER, REVOPS])
def test_the_ae_side_moves_a_handoff_and_no_clock_changes(who: Person) -> None:
    handoff = assigned()
    before = replace(handoff, events=[])
    handoff.move(99, by=who, at=MONDAY)
    assert replace(handoff, events=[], channel_id=before.channel_id) == before
    (event,) = [one for one in handoff.events if one.tag is Tag.MOVED]
    assert event.facts == {"channel": 99, "before": before.channel_id}


@pytest.mark.parametrize("who", [CSM, CS_MANAGER])
def test_nobody_else_moves_it(who: Person) -> None:
    with pytest.raises(NotAllowed):
        assigned().move(99, by=who, at=MONDAY)


def test_it_is_not_moved_to_where_it_is_nor_once_cancelled() -> None:
    handoff = assigned()
    with pytest.raises(Conflict):
        handoff.move(handoff.channel_id, by=AE, at=MONDAY)
    with pytest.raises(Invalid):
        replace(handoff, state=State.CANCELLED).move(99, by=AE, at=MONDAY)


def test_ae_proposed_csm_and_both_managers_are_brought_in_each_once() -> None:
    handoff = started(proposed_csm=CSM)
    told = member_invites(handoff)
    assert {one.person_id for one in told} == {AE.id, CSM.id, CS_MANAGER.id, AE_MANAGER.id}
    assert len({one.key for one in told}) == len(told)
    assert {(one.kind, one.place) for one in told} == {(NoticeKind.MEMBER_INVITE, Place.INVITATION)}
    # Who is the CSM already is invited as such.
    assert CSM.id not in {one.person_id for one in member_invites(assigned())}


def test_nobody_else_with_a_part_is_brought_in() -> None:
    four = started(proposed_csm=CSM)
    more = replace(
        four, listener_id=REVOPS.id, lead_id=96, helpers={97: frozenset({SectionKey.WHY})}
    )
    assert member_invites(more) == member_invites(four)


def test_in_the_channel_a_lead_would_read_more_than_their_part_gives_them() -> None:
    lead = replace(REVOPS, id=96, roles=frozenset())
    handoff = replace(started(), lead_id=lead.id)
    outside, inside = (access.audiences(lead, handoff, in_channel=one) for one in (False, True))
    assert Audience.CHANNEL in outside
    assert inside - outside == {Audience.COMMERCIALS}


def test_of_each_channel_it_is_told_once_that_it_cannot_hold_the_message() -> None:
    handoff = assigned()
    elsewhere = replace(handoff, channel_id=99)
    keys = {cannot_post(one, Problem.CHANNEL_SHARED, turns=1).key for one in (handoff, elsewhere)}
    assert len(keys) == 2
