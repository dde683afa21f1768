"""What is owed about one promise stands beside what is owed about another, and apart from it."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.domain.deadlines import Deadline, DeadlineState, Step, settle
from bot.domain.digest import Word
from bot.domain.notices import clock_notice, key_of
from bot.domain.nudging import Stage, StagePlan
from bot.storage.tables import outbox
from bot.storage.unit_of_work import Store
from tests.builders import Team, assigned, signed


@pytest.fixture
def handoff_id(store: Store, team: Team) -> int:
    """One in which the same is owed twice, about the handoff and about its third promise."""
    one = signed(store, team)
    with store.write(team.workspace_id) as unit:
        stored = unit.deadlines.of(one)
        brief = next(each for each in stored if each.step is Step.BRIEF)
        third = replace(
            brief, subject=3, stages=(StagePlan(Stage.LATE, unit.now),), said=frozenset()
        )
        unit.deadlines.bring_in_line(one, stored, [third])
        unit.commit()
    return one


def briefs(store: Store, team: Team, handoff_id: int) -> list[Deadline]:
    with store.read(team.workspace_id) as unit:
        return [one for one in unit.deadlines.of(handoff_id) if one.step is Step.BRIEF]


def test_each_is_found_and_settled_by_itself(store: Store, team: Team, handoff_id: int) -> None:
    whole, third = briefs(store, team, handoff_id)
    assert (whole.key, third.key) == ((Step.BRIEF, 0), (Step.BRIEF, 3))
    with store.write(team.workspace_id) as unit:
        due = [one for _, one in unit.deadlines.due(9) if one.step is Step.BRIEF]
        assert due == [third]
        unit.deadlines.settle([(handoff_id, settle(third, said={Stage.LATE}))])
        unit.commit()
    assert briefs(store, team, handoff_id) == [whole, settle(third, said={Stage.LATE})]


def test_one_that_nothing_asks_for_any_more_is_dropped_and_the_other_stays(
    store: Store, team: Team, handoff_id: int
) -> None:
    with store.write(team.workspace_id) as unit:
        unit.reckon(handoff_id)
        unit.commit()
    whole, third = briefs(store, team, handoff_id)
    assert whole.state is DeadlineState.OPEN
    assert third.state is DeadlineState.DROPPED


def test_what_was_said_of_one_is_looked_at_when_just_that_changes(store: Store, team: Team) -> None:
    handoff_id = assigned(store, team)
    words = [Word(handoff_id, Step.READ, Stage.MOST, subject) for subject in (0, 3)]
    with store.write(team.workspace_id) as unit:
        told = [clock_notice([one], team.csm.id, key=f"told:{one.subject}") for one in words]
        assert [key_of(one) for one in told] == [(Step.READ, 0), (Step.READ, 3)]
        unit.outbox.tell(told)
        unit.digests.add_lines(team.csm.id, words)
        assert unit.digests.take_lines([team.csm.id]) == {team.csm.id: words}
        unit.outbox.show_as_now(handoff_id, {(Step.READ, 3)})
        unit.commit()
    with store.database.reading() as connection:
        found = connection.execute(
            select(outbox.c.key).where(outbox.c.changed, outbox.c.key.like("told:%"))
        ).scalars()
        assert list(found) == ["told:3"]
