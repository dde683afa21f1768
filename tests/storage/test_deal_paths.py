"""Links between handoffs, what a copied promise comes from, and a partner's side."""

from dataclasses import replace

import pytest

from bot.domain.access import EVERY, Audience
from bot.domain.deal_path import DealPath
from bot.domain.erasing import Names
from bot.domain.linked import Link, LinkKind
from bot.domain.partner import PartnerPerson, PartnerSide
from bot.domain.partner_state import PartnerState
from bot.domain.promises import Origin, PromiseText
from bot.storage.unit_of_work import Store
from tests.builders import Deal, Team, make_team, posted, signed

SIDE = PartnerSide(
    people=(PartnerPerson(name="Ada Brook", company="Larkfield Clinics", role="AE"),),
    lives="Their CRM, deal 4711",
    source="Ada Brook, call",
)


def pair(store: Store, team: Team) -> tuple[int, int]:
    return signed(store, team), posted(store, team, Deal(account="Larkfield Clinics"))


def test_a_link_is_read_from_both_ends_until_it_ends(store: Store, team: Team) -> None:
    first, other = pair(store, team)
    by = team.ae.id
    with store.write(team.workspace_id) as unit:
        for one in (first, other):
            unit.handoffs.lock(one)
        unit.links.add(first, other, LinkKind.SPLIT, by=by, at=unit.now)
        unit.links.add(first, other, LinkKind.AMENDED, by=by, at=unit.now)
        unit.commit()
    with store.read(team.workspace_id) as unit:
        assert unit.links.of(first) == (
            Link(other, LinkKind.SPLIT, onward=True),
            Link(other, LinkKind.AMENDED, onward=True),
        )
        assert unit.links.of(other)[0] == Link(first, LinkKind.SPLIT, onward=False)
    with store.write(team.workspace_id) as unit:
        for one in (first, other):
            unit.handoffs.lock(one)
        unit.links.end(first, other, LinkKind.SPLIT, at=unit.now)
        unit.commit()
    with store.read(team.workspace_id) as unit:
        assert unit.links.of(first) == (Link(other, LinkKind.AMENDED, onward=True),)


def test_a_link_is_made_only_under_both_locks(store: Store, team: Team) -> None:
    first, other = pair(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(first)
        with pytest.raises(RuntimeError):
            unit.links.add(first, other, LinkKind.SPLIT, by=team.ae.id, at=unit.now)


def test_another_workspace_sees_no_link(store: Store, team: Team) -> None:
    first, other = pair(store, team)
    with store.write(team.workspace_id) as unit:
        for one in (first, other):
            unit.handoffs.lock(one)
        unit.links.add(first, other, LinkKind.MERGED, by=team.ae.id, at=unit.now)
        unit.commit()
    elsewhere = make_team(store, team_id="T0ELSEWHERE")
    with store.read(elsewhere.workspace_id) as unit:
        assert unit.links.of(first) == ()


def test_the_turns_of_a_deal_and_how_much_of_a_partner_is_known_come_back(
    store: Store, team: Team
) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        assert (handoff.path, handoff.partner) == (DealPath(), PartnerState())
        path, partner = DealPath(unit.now, 2), PartnerState(3, unit.now)
        handoff.path, handoff.partner = path, partner
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    with store.read(team.workspace_id) as unit:
        handoff = unit.handoffs.get(handoff_id)
        assert (handoff.path, handoff.partner) == (path, partner)


def test_a_copied_promise_says_where_it_is_from_in_every_wording(store: Store, team: Team) -> None:
    first, other = pair(store, team)
    origin, hidden = Origin(first, 4, "Northwind Robotics"), Origin(first, 5)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(other)
        text, by, at = PromiseText("Live in June."), team.ae.id, unit.now
        named = unit.brief.add_promise(other, text, by=by, at=at, origin=origin)
        kept = unit.brief.add_promise(other, text, by=by, at=at, origin=hidden)
        assert (named.origin, kept.origin) == (origin, hidden)
        worded = replace(text, words="Live in July.")
        again, _ = unit.brief.edit_promise(named.id, worded, base_version=1, by=by, at=at)
        assert again.origin == origin
        unit.commit()
    with store.read(team.workspace_id) as unit:
        entries = unit.ledger.entries(other)
        assert [one.promise.origin for one in entries] == [None, origin, hidden]
        read = unit.brief.load(other, audiences=EVERY).entries
        assert [one.origin for one in read] == [None, origin, hidden]


def test_a_partners_side_is_kept_by_revision_for_few_readers(store: Store, team: Team) -> None:
    handoff_id = signed(store, team)
    readers, others = {Audience.BACKGROUND}, EVERY - {Audience.BACKGROUND}
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        by = team.ae.id
        assert unit.partners.revision(handoff_id) == 0
        assert unit.partners.save(handoff_id, PartnerSide(), by=by, at=unit.now) == 1
        assert unit.partners.save(handoff_id, SIDE, by=by, at=unit.now) == 2
        unit.commit()
    with store.read(team.workspace_id) as unit:
        found = unit.partners.of(handoff_id, audiences=readers)
        assert found is not None
        assert (found.side, found.revision, found.by) == (SIDE, 2, team.ae.id)
        assert unit.partners.of(handoff_id, audiences=others) is None
        # Whoever wrote it goes on reading it.
        assert unit.partners.of(handoff_id, audiences=(), reader=team.ae.id) == found
        assert unit.partners.of(handoff_id, audiences=(), reader=team.csm.id) is None
        # It is no part of the brief's own fields.
        assert unit.brief.load(handoff_id, audiences=EVERY).commercials.partner == ""


def test_a_partners_side_is_written_only_under_the_lock(store: Store, team: Team) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit, pytest.raises(RuntimeError):
        unit.partners.save(handoff_id, SIDE, by=team.ae.id, at=unit.now)


def test_a_name_is_found_in_a_partners_side_and_taken_out_of_every_revision(
    store: Store, team: Team
) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        for side in (SIDE, SIDE.model_copy(update={"lives": "Elsewhere"})):
            unit.partners.save(handoff_id, side, by=team.ae.id, at=unit.now)
        places = unit.erasing.find(Names(["Ada Brook"]))
        assert [(one.kind, one.times) for one in places] == [("partner", 2)] * 2
        unit.erasing.replace(places)
        unit.commit()
    with store.read(team.workspace_id) as unit:
        found = unit.partners.of(handoff_id, audiences={Audience.BACKGROUND})
        assert found is not None
        assert "Ada Brook" not in found.side.model_dump_json()
        assert found.side.people[0].company == "Larkfield Clinics"
