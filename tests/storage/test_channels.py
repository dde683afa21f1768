from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.domain.errors import NotFound, Problem
from bot.domain.notices import Notice, NoticeKind, Place, Priority
from bot.storage.channels import ChannelFacts
from bot.storage.tables import handoff, surface
from bot.storage.unit_of_work import Store
from tests.builders import FakeMachine, Pokes, Team, make_team, posted

MINUTE = timedelta(minutes=1)


def _wanted(store: Store) -> dict[str, int]:
    with store.database.reading() as connection:
        return {
            row.kind: row.wanted
            for row in connection.execute(select(surface.c.kind, surface.c.wanted))
        }


def test_a_channel_nobody_asked_about_is_unknown(store: Store, team: Team) -> None:
    with store.write(team.workspace_id) as unit:
        made = unit.channels.ensure("CNEW")
        assert made.problem() is Problem.CHANNEL_UNKNOWN
        assert unit.channels.ensure("CNEW").id == made.id


def test_what_slack_says_of_a_channel_is_kept_with_the_machine_time(
    store: Store, team: Team, machine: FakeMachine
) -> None:
    facts = ChannelFacts("ops", private=True, guests=True, bot_inside=True)
    with store.write(team.workspace_id) as unit:
        unit.channels.ensure("CNEW", facts=facts)
        unit.commit()
    with store.read(team.workspace_id) as after:
        known = after.channels.by_slack_id("CNEW")
    assert known is not None
    assert (known.name, known.private, known.checked_at) == ("ops", True, machine.now())
    assert known.problem() is Problem.CHANNEL_GUESTS


def test_a_channel_that_becomes_unsafe_has_its_cards_drawn_anew(
    store: Store, team: Team, pokes: Pokes
) -> None:
    posted(store, team)
    before, pokes.count = _wanted(store), 0
    with store.write(team.workspace_id) as unit:
        noted = unit.channels.note("C0DEAL", shared=True)
        unit.commit()
    assert noted is not None
    assert noted.problem() is Problem.CHANNEL_SHARED
    there = {kind: before[kind] + 1 for kind in ("card", "promise")}
    assert _wanted(store) == {**before, **there}
    assert pokes.count == 1


def test_an_event_that_changes_nothing_draws_nothing_anew(store: Store, team: Team) -> None:
    posted(store, team)
    before = _wanted(store)
    with store.write(team.workspace_id) as unit:
        unit.channels.note("C0DEAL", shared=False)
        assert unit.channels.note("CUNKNOWN", shared=True) is None
        unit.commit()
    assert _wanted(store) == before


def test_a_channel_keeps_its_handoffs_under_a_new_slack_id(store: Store, team: Team) -> None:
    handoff_id = posted(store, team)
    with store.write(team.workspace_id) as unit:
        unit.channels.renumber("C0DEAL", "C1DEAL")
        unit.commit()
    with store.read(team.workspace_id) as after:
        assert after.channels.by_slack_id("C0DEAL") is None
        assert after.bundle(handoff_id, viewer=None).channel.slack_id == "C1DEAL"


def test_a_channel_counts_how_often_its_obstacle_changes_and_nothing_else(
    store: Store, team: Team
) -> None:
    def turns(**noted: bool) -> int:
        with store.write(team.workspace_id) as unit:
            unit.channels.note("C0DEAL", **noted)
            unit.commit()
        with store.read(team.workspace_id) as after:
            return after.channels.get(team.channel.id).turns

    assert turns(shared=True) == 1
    # Still shared: that it is looked at, or pending too, is no second time.
    assert turns(pending=True, forget_check=True) == 1
    assert turns(shared=False) == 1
    assert turns(pending=False) == 2
    assert turns(shared=True) == 3


def test_channels_of_another_workspace_are_unknown(store: Store, team: Team) -> None:
    other = make_team(store, team_id="T200")
    with store.read(team.workspace_id) as unit, pytest.raises(NotFound):
        unit.channels.get(other.channel.id)


def test_where_a_card_is_the_checks_are_forgotten_and_the_card_is_drawn_anew(
    store: Store, team: Team
) -> None:
    posted(store, team)
    before = _wanted(store)
    with store.write(team.workspace_id) as unit:
        unit.channels.ensure("CNEW", facts=ChannelFacts("ops", bot_inside=True))
        unit.channels.forget_checks()
        unit.commit()
    with store.read(team.workspace_id) as after:
        deal, other = after.channels.by_slack_id("C0DEAL"), after.channels.by_slack_id("CNEW")
    assert deal is not None
    assert deal.problem() is Problem.CHANNEL_UNKNOWN
    assert other is not None
    assert other.problem() is None
    there = {kind: before[kind] + 1 for kind in ("card", "promise")}
    assert _wanted(store) == {**before, **there}


def test_where_something_stands_and_nothing_is_open_is_looked_at_apart(
    store: Store, team: Team, machine: FakeMachine
) -> None:
    posted(store, team)
    facts = ChannelFacts(bot_inside=True)
    with store.write(team.workspace_id) as unit:
        lists = unit.channels.ensure("C0LISTS", facts=facts)
        unit.channels.ensure("C0EMPTY", facts=facts)
        for key, one in (("list", lists), ("here", team.channel)):
            unit.outbox.add(
                Notice(
                    NoticeKind.STATUS_POST,
                    Place.CHANNEL,
                    key,
                    Priority.ANSWER,
                    person_id=team.revops.id,
                    channel_id=one.id,
                )
            )
        unit.commit()
    assert _over(store, team, machine) == []
    while jobs := store.delivery.lease(1, lease=MINUTE):
        store.delivery.sent(jobs[0], ts="1.1", channel="C0")
    assert _over(store, team, machine) == ["C0LISTS"]
    with store.database.writing() as connection:
        connection.execute(update(handoff).values(state="closed"))
        connection.commit()
    assert _over(store, team, machine) == ["C0DEAL", "C0LISTS"]
    with store.write(team.workspace_id) as unit:
        unit.daily.looked_at(channel_id=team.channel.id)
        unit.commit()
    assert _over(store, team, machine) == ["C0LISTS"]
    machine.advance(MINUTE)
    assert _over(store, team, machine) == ["C0LISTS", "C0DEAL"], "the longest ago first"


def _over(store: Store, team: Team, machine: FakeMachine) -> list[str]:
    with store.read(team.workspace_id) as unit:
        return [name for _, name in unit.daily.channels_over(machine.now(), most=9)]
