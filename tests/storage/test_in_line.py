"""Deadlines follow what is set of a person after the handoff began."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from bot.domain.deadlines import Deadline, Step
from bot.domain.people import ManagerBy, Role
from bot.storage.unit_of_work import Store
from tests.builders import Deal, Team, assigned, posted, signed, started

THURSDAY = date(2026, 3, 5)


def brief_of(store: Store, team: Team, handoff_id: int) -> Deadline:
    with store.read(team.workspace_id) as unit:
        return next(one for one in unit.deadlines.of(handoff_id) if one.step is Step.BRIEF)


def off_in_france(region: str, year: int) -> frozenset[date]:
    return frozenset({THURSDAY}) if region == "FR" and year == THURSDAY.year else frozenset()


def test_due_times_follow_the_region_that_is_set_afterwards(
    open_store: Callable[..., Store], team: Team
) -> None:
    store = open_store(holidays=off_in_france)
    handoff_id = signed(store, team)
    assert brief_of(store, team, handoff_id).due_at.date() == THURSDAY
    with store.write(team.workspace_id) as unit:
        unit.people.set_part(team.ae.id, region="FR")
        unit.bring_in_line(team.ae.id)
        unit.commit()
    assert brief_of(store, team, handoff_id).due_at.date() == date(2026, 3, 6)


def test_only_open_handoffs_with_a_part_for_the_person_are_found(store: Store, team: Team) -> None:
    ids = [assigned(store, team), started(store, team, Deal(account="Larkfield"))]
    with store.write(team.workspace_id) as unit:
        parts = (team.ae, team.cs_manager, team.ae_manager)
        assert [unit.handoffs.open_of(one.id, 10) for one in parts] == [ids] * 3
        assert unit.handoffs.open_of(team.csm.id, 10) == ids[:1]
        assert unit.handoffs.open_of(team.outsider.id, 10) == []
        assert unit.handoffs.open_of(team.ae.id, 1) == ids[:1]
        handoff = unit.handoffs.lock(ids[0])
        handoff.cancel("Lost after all", by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        assert unit.handoffs.open_of(team.ae.id, 10) == ids[1:]


def test_bringing_in_line_adds_nothing_to_the_history(store: Store, team: Team) -> None:
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        before = unit.history.head(handoff_id)
        unit.bring_in_line(team.csm.id)
        assert unit.history.head(handoff_id) == before


def test_when_a_deal_got_a_step_is_kept_through_every_recompute(store: Store, team: Team) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        added = replace(brief_of(store, team, handoff_id), added_at=unit.now)
        unit.deadlines.keep(handoff_id, added)
        unit.bring_in_line(team.ae.id)
        unit.commit()
    kept = brief_of(store, team, handoff_id)
    assert kept.added_at == added.added_at
    assert kept.raw_due_at >= added.raw_due_at


@pytest.mark.parametrize("managed", [True, False])
def test_an_ae_becomes_no_manager_of_their_own_deal(
    store: Store, team: Team, managed: bool
) -> None:
    handoff_id = posted(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.cs_manager_by = ManagerBy.PROFILE
        unit.save(handoff, actor_id=None)
        unit.people.set_part(team.csm.id, manager_id=team.ae.id)
        if not managed:
            unit.people.set_part(team.ae.id, clear_manager=True)
        assert unit.drifted(handoff_id)
        unit.reckon(handoff_id)
        unit.commit()
    above = team.ae_manager if managed else team.revops
    with store.read(team.workspace_id) as unit:
        assert unit.handoffs.get(handoff_id).cs_manager_id == above.id
        assert not unit.drifted(handoff_id)
        owed = {one.step: one for one in unit.deadlines.of(handoff_id)}
        assert owed[Step.ASSIGN].owner_id == above.id


def test_an_ae_who_was_taken_for_the_cs_manager_once_owes_no_assignment(
    store: Store, team: Team
) -> None:
    handoff_id = posted(store, team)
    with store.write(team.workspace_id) as unit:
        unit.people.set_part(team.revops.id, roles=set())
        unit.people.set_part(team.csm.id, clear_manager=True)
        unit.people.set_part(team.ae.id, clear_manager=True)
        handoff = unit.handoffs.lock(handoff_id)
        handoff.cs_manager_id = team.ae.id
        unit.save(handoff, actor_id=None)
        owed = {one.step: one for one in unit.deadlines.of(handoff_id)}
        assert owed[Step.ASSIGN].owner_id is None
        unit.people.set_part(team.revops.id, roles={Role.REVOPS})
        unit.commit()
    with store.write(team.workspace_id) as unit:
        unit.reckon(handoff_id)
        owed = {one.step: one for one in unit.deadlines.of(handoff_id)}
        assert owed[Step.ASSIGN].owner_id == team.revops.id
        assert unit.handoffs.get(handoff_id).cs_manager_id == team.revops.id
