"""Success plans: milestones by number and version, for whom they are, and who said yes."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain import planning
from bot.domain.access import EVERY, IN_THE_CHANNEL, Audience
from bot.domain.deadlines import DeadlineState, Step
from bot.domain.errors import Conflict, Invalid, NotFound, Problem
from bot.domain.plan import (
    MOST_MILESTONES,
    Confirmation,
    ConfirmedWay,
    Milestone,
    MilestoneOwner,
    MilestoneState,
    MilestoneText,
    Party,
    Sharing,
)
from bot.domain.promises import Side
from bot.storage.unit_of_work import Store
from tests.builders import WEDNESDAY, Team, assigned, make_team

LIVE = MilestoneText("Grüße\nLive", owner=MilestoneOwner.CSM, due=date(2026, 4, 1))
HIDDEN = MilestoneText("Who answers at night", Sharing.INTERNAL, MilestoneOwner.AE)
THEIRS = MilestoneText(
    "They count", owner=MilestoneOwner.CUSTOMER, who="Ilse Brandt", due=date(2026, 5, 4)
)
HEARD = Confirmation("Ilse Brandt", date(2026, 3, 4), ConfirmedWay.MAIL)


def planned(store: Store, team: Team) -> int:
    """The id of a handoff with a plan of three milestones."""
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        for text in (LIVE, HIDDEN, THEIRS):
            made = unit.plans.add(handoff_id, text, by=team.csm.id, at=unit.now)
            everything = unit.plans.all_of(handoff_id)
            planning.added(handoff, made, everything, by=team.csm, at=unit.now)
        unit.save(handoff, actor_id=team.csm.id)
        unit.commit()
    return handoff_id


def everything(store: Store, team: Team, handoff_id: int) -> list[Milestone]:
    with store.read(team.workspace_id) as unit:
        return unit.plans.milestones(handoff_id, audiences=EVERY)


def test_each_milestone_comes_back_as_it_was_written_under_its_number(
    store: Store, team: Team
) -> None:
    found = everything(store, team, planned(store, team))
    assert [one.text for one in found] == [LIVE, HIDDEN, THEIRS]
    assert [(one.number, one.version, one.state) for one in found] == [
        (number, 1, MilestoneState.OPEN) for number in (1, 2, 3)
    ]


def test_who_reads_no_reasons_reads_no_internal_milestone(store: Store, team: Team) -> None:
    handoff_id = planned(store, team)
    with store.read(team.workspace_id) as unit:
        shared = unit.plans.milestones(handoff_id, audiences=IN_THE_CHANNEL)
        assert [one.number for one in shared] == [1, 3]
        assert unit.plans.milestones(handoff_id, audiences={Audience.FACTS}) == []
        reasons = unit.plans.milestones(handoff_id, audiences={Audience.REASONS})
        assert [one.number for one in reasons] == [2]


def test_how_far_the_plan_is_stands_on_the_handoff(store: Store, team: Team) -> None:
    handoff_id = planned(store, team)
    with store.read(team.workspace_id) as unit:
        plan = unit.handoffs.get(handoff_id).success_plan
        assert (plan.version, plan.shared_version, plan.milestones) == (3, 3, 3)
        assert (plan.incomplete, plan.shared, plan.drafted_at) == (1, 2, None)


def test_another_wording_is_the_next_version_and_the_earlier_ones_stay(
    store: Store, team: Team
) -> None:
    handoff_id = planned(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        known = unit.plans.milestone(handoff_id, 1)
        assert unit.plans.edit(handoff_id, known, LIVE, by=team.ae.id, at=unit.now) == known
        later = replace(LIVE, due=date(2026, 4, 8))
        after = unit.plans.edit(handoff_id, known, later, by=team.ae.id, at=unit.now)
        assert (after.version, after.text) == (2, later)
        assert unit.plans.milestone(handoff_id, 1) == after
        wordings = unit.plans.versions(1)
        assert [(one.version, one.text.due, one.by) for one in wordings] == [
            (1, LIVE.due, team.csm.id),
            (2, later.due, team.ae.id),
        ]
        assert [one.due for one in unit.plans.planned(handoff_id)] == [later.due, THEIRS.due]


def test_two_who_change_different_fields_both_have_theirs(store: Store, team: Team) -> None:
    handoff_id = planned(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        known = unit.plans.milestone(handoff_id, 1)
        later = replace(LIVE, due=date(2026, 4, 8))
        unit.plans.edit(handoff_id, known, later, by=team.ae.id, at=unit.now)
        mine = replace(LIVE, words="Live in Kiel")
        _, merged, conflicts = unit.plans.merged(handoff_id, 1, mine, base_version=1)
        assert (merged, conflicts) == (replace(later, words="Live in Kiel"), ())
        other = replace(LIVE, due=date(2026, 4, 9))
        _, kept, (conflict,) = unit.plans.merged(handoff_id, 1, other, base_version=1)
        assert (kept, conflict.field) == (later, "due")
        assert (conflict.theirs, conflict.yours) == (later.due, other.due)
        with pytest.raises(NotFound):
            unit.plans.merged(handoff_id, 1, mine, base_version=7)


def test_what_became_of_a_milestone_says_who_and_when(store: Store, team: Team) -> None:
    handoff_id = planned(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        known = unit.plans.milestone(handoff_id, 1)
        done = unit.plans.conclude(handoff_id, known, MilestoneState.DONE, by=team.ae, at=unit.now)
        assert unit.plans.milestone(handoff_id, 1) == done
        assert done.state_by is not None
        assert (done.state_by.name, done.state_at) == ("Maya", WEDNESDAY)
        dropped = MilestoneState.DROPPED
        gone = unit.plans.conclude(handoff_id, done, dropped, by=team.csm, at=unit.now)
        with pytest.raises(Conflict):
            unit.plans.edit(handoff_id, gone, HIDDEN, by=team.csm.id, at=unit.now)
        assert [one.number for one in unit.plans.planned(handoff_id)] == [3]


def test_the_last_yes_of_each_is_read_and_names_only_by_who_may(store: Store, team: Team) -> None:
    handoff_id = planned(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        said = (
            (Party.CSM, None),
            (Party.CUSTOMER, replace(HEARD, who="Somebody else")),
            (Party.CUSTOMER, HEARD),
        )
        for party, heard in said:
            by, at = team.csm.id, unit.now
            unit.plans.mark(handoff_id, party, version=3, by=by, at=at, confirmation=heard)
        unit.commit()
    with store.read(team.workspace_id) as after:
        found = after.plans.marks(handoff_id, audiences=IN_THE_CHANNEL)
        assert set(found) == {Party.CSM, Party.CUSTOMER}
        assert found[Party.CUSTOMER].confirmation == HEARD
        assert found[Party.CUSTOMER].by.name == "Jonas"
        helper = after.plans.marks(handoff_id, audiences={Audience.SHARED_MILESTONES})
        assert helper[Party.CUSTOMER].confirmation is None


def test_initials_come_back_with_the_handoff(store: Store, team: Team) -> None:
    handoff_id = planned(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.success_plan = handoff.success_plan.with_initial(
            Side.CSM, team.csm.id, unit.now
        ).with_confirmation(Party.CUSTOMER, unit.now)
        unit.save(handoff, actor_id=team.csm.id)
        unit.commit()
    with store.read(team.workspace_id) as after:
        plan = after.handoffs.get(handoff_id).success_plan
        assert (plan.initialed_by(Side.CSM), plan.initialed(Side.AE)) == (team.csm.id, False)
        assert plan.confirmed(Party.CUSTOMER)
        assert plan.csm_at == WEDNESDAY


def test_what_has_owner_and_day_has_a_deadline_and_housekeeping_finds_nothing_to_change(
    store: Store, team: Team
) -> None:
    handoff_id = planned(store, team)
    with store.read(team.workspace_id) as unit:
        owed = [one for one in unit.deadlines.of(handoff_id) if one.step is Step.MILESTONE]
        assert [(one.subject, one.state) for one in owed] == [
            (1, DeadlineState.WAITING),
            (3, DeadlineState.WAITING),
        ]
        assert {one.owner_id for one in owed} == {team.csm.id}
        assert not unit.drifted(handoff_id)


def test_a_plan_has_only_so_many_milestones(store: Store, team: Team) -> None:
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        for _ in range(MOST_MILESTONES):
            last = unit.plans.add(handoff_id, LIVE, by=team.csm.id, at=unit.now)
        with pytest.raises(Invalid) as refused:
            unit.plans.add(handoff_id, LIVE, by=team.csm.id, at=unit.now)
        assert refused.value.problem is Problem.TOO_MANY
        dropped = MilestoneState.DROPPED
        unit.plans.conclude(handoff_id, last, dropped, by=team.csm, at=unit.now)
        again = unit.plans.add(handoff_id, LIVE, by=team.csm.id, at=unit.now)
        assert again.number == MOST_MILESTONES + 1


def test_a_plan_is_written_only_under_the_lock_of_its_handoff(store: Store, team: Team) -> None:
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit, pytest.raises(RuntimeError, match="lock"):
        unit.plans.add(handoff_id, LIVE, by=team.csm.id, at=unit.now)


def test_plans_of_another_workspace_do_not_exist(store: Store, team: Team) -> None:
    handoff_id = planned(store, team)
    other = make_team(store, team_id="T200")
    with store.read(other.workspace_id) as unit:
        assert unit.plans.milestones(handoff_id, audiences=EVERY) == []
        assert unit.plans.marks(handoff_id, audiences=EVERY) == {}
        assert unit.plans.planned(handoff_id) == []
        with pytest.raises(NotFound):
            unit.plans.milestone(handoff_id, 1)
