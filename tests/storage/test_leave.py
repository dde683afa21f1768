"""Leave as rows: who acts from when until when, and what of it the handoffs take over."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.clock.sweep import Sweep
from bot.domain import access
from bot.domain.access import Act
from bot.domain.deadlines import Deadline, Step
from bot.domain.errors import HandoffError, Problem
from bot.domain.history import Tag
from bot.domain.leave import Away
from bot.domain.people import ManagerBy
from bot.storage.people import PersonFacts
from bot.storage.unit_of_work import Store
from tests.builders import FixedClock, Team, assigned, posted, signed
from tests.clock.test_housekeeping import keep_house

UNTIL = date(2026, 3, 6)
BACK = datetime(2026, 3, 6, 23, tzinfo=UTC)
"""Midnight after it, in Berlin."""


def leave(
    store: Store, team: Team, who: int, stand_in: int | None, until: date | None = UNTIL
) -> None:
    with store.write(team.workspace_id) as unit:
        unit.set_leave(who, until, stand_in, by=unit.people.get(who))
        unit.commit()


def step(store: Store, team: Team, handoff_id: int, wanted: Step = Step.READ) -> Deadline:
    with store.read(team.workspace_id) as unit:
        return next(one for one in unit.deadlines.of(handoff_id) if one.step is wanted)


def tags(store: Store, team: Team, handoff_id: int) -> list[str]:
    with store.read(team.workspace_id) as unit:
        records = unit.history.records(handoff_id)
    return [str(one.columns["tag"]) for one in records if one.columns is not None]


def test_a_leave_hands_the_steps_over_at_once_and_stands_in_the_history(
    store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    leave(store, team, team.csm.id, team.outsider.id)
    assert step(store, team, handoff_id).owner_id == team.outsider.id
    with store.read(team.workspace_id) as unit:
        handoff = unit.handoffs.get(handoff_id)
        assert handoff.away == {team.csm.id: Away(UNTIL, team.outsider.id)}
        assert access.may(Act.ACKNOWLEDGE, unit.people.get(team.outsider.id), handoff)
        assert unit.people.replaced_by(team.outsider.id) == (team.csm.id,)
        home = unit.status.home(unit.people.get(team.outsider.id))
        theirs = unit.status.home(unit.people.get(team.csm.id))
        (facts,) = unit.history.facts_of(handoff_id, Tag.AWAY, team.csm.id)
        assert not unit.drifted(handoff_id)
    assert [row.handoff_id for row in home.needs_you] == [handoff_id]
    assert theirs.needs_you == ()
    assert [row.handoff_id for row in theirs.waiting_on_others] == [handoff_id]
    assert facts["stand_in"] == team.outsider.id


def test_the_rights_end_with_the_leave_itself_whoever_sweeps_when(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = assigned(store, team)
    leave(store, team, team.csm.id, team.outsider.id)
    clock.advance(BACK - clock.now() - timedelta(microseconds=1))
    with store.read(team.workspace_id) as unit:
        stand_in = unit.people.get(team.outsider.id)
        assert access.may(Act.ACKNOWLEDGE, stand_in, unit.handoffs.get(handoff_id))
    clock.advance(timedelta(microseconds=1))
    with store.read(team.workspace_id) as unit:
        assert not access.may(Act.ACKNOWLEDGE, stand_in, unit.handoffs.get(handoff_id))
        assert unit.drifted(handoff_id)


def test_the_sweep_brings_back_who_is_back_before_it_says_anything(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = assigned(store, team)
    leave(store, team, team.csm.id, team.outsider.id)
    sweep = Sweep(store=store, clock=clock)
    clock.advance(BACK - clock.now() - timedelta(seconds=1))
    sweep.run()
    assert step(store, team, handoff_id).owner_id == team.outsider.id
    clock.advance(timedelta(seconds=1))
    sweep.run()
    assert step(store, team, handoff_id).owner_id == team.csm.id
    with store.read(team.workspace_id) as unit:
        person = unit.people.get(team.csm.id)
    assert (person.leave_until, person.stand_in_id) == (None, None)
    told = tags(store, team, handoff_id)
    assert (told.count("person.away"), told.count("person.back")) == (1, 1)


def test_housekeeping_brings_back_as_well(store: Store, team: Team, clock: FixedClock) -> None:
    handoff_id = assigned(store, team)
    leave(store, team, team.csm.id, team.outsider.id)
    clock.advance(BACK - clock.now())
    keep_house(store).run()
    assert step(store, team, handoff_id).owner_id == team.csm.id
    assert tags(store, team, handoff_id).count("person.back") == 1


def test_ending_it_early_gives_the_steps_back(store: Store, team: Team) -> None:
    handoff_id = assigned(store, team)
    leave(store, team, team.csm.id, team.outsider.id)
    leave(store, team, team.csm.id, None, until=None)
    assert step(store, team, handoff_id).owner_id == team.csm.id


def test_a_stand_in_who_leaves_too_hands_on_to_the_manager_and_takes_over_again(
    store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    leave(store, team, team.csm.id, team.outsider.id)
    leave(store, team, team.outsider.id, None)
    alone = step(store, team, handoff_id)
    assert (alone.owner_id, alone.told_id) == (team.csm.id, team.cs_manager.id)
    leave(store, team, team.outsider.id, None, until=None)
    assert step(store, team, handoff_id).owner_id == team.outsider.id


def test_a_stand_in_whose_account_is_closed_acts_for_nobody(store: Store, team: Team) -> None:
    handoff_id = assigned(store, team)
    leave(store, team, team.csm.id, team.outsider.id)
    with store.write(team.workspace_id) as unit:
        unit.people.note("UOUTSIDER", PersonFacts("Sam", deactivated=True))
        unit.commit()
    with store.read(team.workspace_id) as unit:
        assert unit.people.away()[team.csm.id].stand_in_id is None
    keep_house(store).run()
    assert step(store, team, handoff_id).told_id == team.cs_manager.id


def test_who_travels_is_back_at_the_midnight_of_where_they_are(
    store: Store, team: Team, clock: FixedClock
) -> None:
    leave(store, team, team.csm.id, None)
    with store.write(team.workspace_id) as unit:
        unit.people.note("UCSM", PersonFacts("Jonas", "America/New_York"))
        unit.commit()
    clock.advance(BACK - clock.now() + timedelta(hours=5))
    with store.read(team.workspace_id) as unit:
        assert team.csm.id in unit.people.away()
    clock.advance(timedelta(hours=1))
    with store.read(team.workspace_id) as unit:
        assert unit.people.away() == {}


def test_today_may_be_the_last_day_and_yesterday_may_not(store: Store, team: Team) -> None:
    leave(store, team, team.csm.id, None, until=date(2026, 3, 4))
    with store.write(team.workspace_id) as unit, pytest.raises(HandoffError) as refused:
        unit.set_leave(team.csm.id, date(2026, 3, 3), None, by=None)
    assert (refused.value.problem, refused.value.field) == (Problem.DATE_IN_PAST, "until")


def test_a_stand_in_who_cannot_be_one_is_refused_at_the_field(store: Store, team: Team) -> None:
    assigned(store, team)
    leave(store, team, team.revops.id, None)
    with store.write(team.workspace_id) as unit:
        gone = unit.people.ensure("UGONE", facts=PersonFacts("Ana", deactivated=True))
        unit.commit()
    for stand_in, problem in (
        (team.csm.id, Problem.OWN_STAND_IN),
        (team.revops.id, Problem.STAND_IN_AWAY),
        (gone.id, Problem.NOT_A_COLLEAGUE),
        (team.ae.id, Problem.STAND_IN_OTHER_SIDE),
    ):
        with store.write(team.workspace_id) as unit, pytest.raises(HandoffError) as refused:
            unit.set_leave(team.csm.id, UNTIL, stand_in, by=None)
        assert (refused.value.problem, refused.value.field) == (problem, "stand_in")
    with store.read(team.workspace_id) as unit:
        assert unit.people.get(team.csm.id).leave_until is None


def test_a_handoff_begun_meanwhile_is_owed_by_the_stand_in_from_the_start(
    store: Store, team: Team
) -> None:
    leave(store, team, team.ae.id, team.outsider.id)
    handoff_id = signed(store, team)
    assert step(store, team, handoff_id, Step.BRIEF).owner_id == team.outsider.id
    assert "person.away" in tags(store, team, handoff_id)


# --- Managers who are away, and where they come from


def test_an_absent_manager_is_passed_over_in_what_is_owed_already(store: Store, team: Team) -> None:
    handoff_id = posted(store, team)
    with store.write(team.workspace_id) as unit:
        unit.people.set_part(team.cs_manager.id, manager_id=team.outsider.id)
        unit.bring_in_line(team.cs_manager.id)
        unit.commit()
    assert step(store, team, handoff_id, Step.ASSIGN).manager_id == team.outsider.id
    leave(store, team, team.outsider.id, None)
    keep_house(store).run()
    assert step(store, team, handoff_id, Step.ASSIGN).manager_id == team.revops.id


def test_by_hand_beats_the_profile_and_an_emptied_field_lets_it_count_again(
    store: Store, team: Team
) -> None:
    with store.write(team.workspace_id) as unit:
        unit.note_manager(team.ae.id, team.revops.id)
        kept = unit.people.get(team.ae.id)
        assert (kept.manager_id, kept.manager_by) == (team.ae_manager.id, ManagerBy.HAND)
        assert unit.people.manager_checked_at(team.ae.id) is not None
        unit.people.set_part(team.ae.id, clear_manager=True)
        assert unit.people.manager_checked_at(team.ae.id) is None
        assert unit.note_manager(team.ae.id, team.revops.id)
        kept = unit.people.get(team.ae.id)
        assert (kept.manager_id, kept.manager_by) == (team.revops.id, ManagerBy.PROFILE)
        assert not unit.note_manager(team.ae.id, team.revops.id)
        assert unit.note_manager(team.ae.id, None)
        assert unit.people.get(team.ae.id).manager_by is None


def test_nobody_becomes_their_own_manager_by_a_profile(store: Store, team: Team) -> None:
    with store.write(team.workspace_id) as unit:
        unit.note_manager(team.outsider.id, team.outsider.id)
        assert unit.people.get(team.outsider.id).manager_id is None


def test_only_people_in_open_handoffs_without_one_by_hand_are_asked_about(
    store: Store, team: Team
) -> None:
    signed(store, team)
    with store.write(team.workspace_id) as unit:
        now = unit.people.checked_at(team.ae.id)
        assert now is not None
        soon = now + timedelta(days=2)
        wanted = [team.cs_manager.id, team.ae_manager.id]
        assert unit.people.manager_unchecked(soon, after=0, most=9) == wanted
        assert unit.people.manager_unchecked(soon, after=wanted[0], most=9) == wanted[1:]
        unit.note_manager(wanted[0], None)
        assert unit.people.manager_unchecked(soon, after=0, most=9) == wanted
        assert unit.people.manager_unchecked(now, after=0, most=9) == wanted[1:]
