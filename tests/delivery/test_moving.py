"""A handoff that moves takes its card along; what it leaves behind says no more than it may."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import update

from bot.domain.errors import Conflict, Problem
from bot.domain.notices import NoticeKind, cannot_post
from bot.domain.people import Person
from bot.storage.channels import ChannelFacts
from bot.storage.tables import outbox, surface
from bot.views.sentences.card import CARD_NEUTRAL
from tests.builders import assigned
from tests.delivery.desk import MINUTE, SECOND, Crash, CrashAt, Desk
from tests.delivery.slack import FakeSlack, Fault, Message, Refusal, no_trouble

OLD, NEW = "C0DEAL", "C0NEW"


@pytest.fixture
def handoff_id(desk: Desk) -> int:
    """One whose card stands in the deal channel."""
    one = assigned(desk.store, desk.team)
    desk.drain()
    return one


def move(desk: Desk, handoff_id: int, *, made: bool = False, by: Person | None = None) -> None:
    with desk.store.write(desk.team.workspace_id) as unit:
        facts = ChannelFacts(name="new", bot_inside=True, private=made)
        channel = unit.channels.ensure(NEW, facts=facts)
        if made:
            channel = unit.channels.note_made(channel.id)
        handoff = unit.handoffs.lock(handoff_id)
        unit.move(handoff, channel, by=by or desk.team.ae)
        unit.commit()


def others_can_read(desk: Desk) -> None:
    desk.facts = replace(desk.facts, shared=True)
    with desk.store.write(desk.team.workspace_id) as unit:
        unit.channels.note(OLD, shared=True)
        unit.commit()


def card(slack: FakeSlack, channel: str) -> Message:
    (found,) = [one for one in slack.ledger.in_channel(channel) if one.thread_ts is None]
    return found


def told_to_ae(desk: Desk) -> list[str]:
    with desk.store.read(desk.team.workspace_id) as unit:
        slack_id = unit.people.get(desk.team.ae.id).slack_id
    return [str(one.args) for one in desk.slack.ledger.in_channel(f"D-{slack_id}")]


def test_the_card_is_posted_anew_and_the_old_one_leads_there(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    move(desk, handoff_id)
    desk.drain()
    assert "Days from order to dispatch" in str(card(slack, NEW).args)
    left = card(slack, OLD)
    assert f"lives in <#{NEW}> now" in left.args["text"]
    assert "Days from order to dispatch" not in str(left.args["blocks"])
    assert not [part for part in left.args["blocks"] if part["type"] == "actions"]
    row = desk.row(surface, kind="card")
    assert (row["posted_in"], row["ts"]) == (NEW, card(slack, NEW).ts)
    assert desk.surfaces_at_rest()


def test_where_others_can_read_not_even_that_it_moved_is_told(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    others_can_read(desk)
    move(desk, handoff_id)
    desk.drain()
    left = card(slack, OLD)
    assert left.args["text"] == CARD_NEUTRAL
    assert NEW not in str(left.args)
    assert "Northwind" not in str(left.args)
    assert "Northwind" in str(card(slack, NEW).args)


def test_replies_stand_below_the_card_in_the_new_channel(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    move(desk, handoff_id)
    desk.drain()
    with desk.store.write(desk.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.acknowledge(version=handoff.brief_version, by=desk.team.csm, at=unit.now)
        unit.save(handoff, actor_id=desk.team.csm.id)
        unit.commit()
    desk.drain()
    replies = [one for one in slack.ledger.in_channel(NEW) if one.thread_ts is not None]
    assert {one.thread_ts for one in replies} == {card(slack, NEW).ts}


def test_into_a_channel_that_was_made_those_with_a_part_are_brought(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    before = len(slack.ledger.invitations)
    move(desk, handoff_id, made=True)
    desk.drain()
    team = desk.team
    people = (team.ae, team.csm, team.cs_manager, team.ae_manager)
    assert sorted(slack.ledger.invitations[before:]) == sorted(
        (NEW, one.slack_id) for one in people
    )


def test_an_ae_whose_handoff_somebody_else_moved_is_brought_there_too(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    before = len(slack.ledger.invitations)
    move(desk, handoff_id, by=desk.team.ae_manager)
    desk.drain()
    people = (desk.team.ae, desk.team.csm)
    assert sorted(slack.ledger.invitations[before:]) == sorted(
        (NEW, one.slack_id) for one in people
    )


def test_a_card_that_was_deleted_meanwhile_is_let_be(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    def gone(method: str, args: dict[str, Any]) -> Refusal | None:
        deleted = method == "chat.update" and args["channel"] == OLD
        return Refusal("message_not_found") if deleted else None

    slack.trouble = gone
    move(desk, handoff_id)
    desk.drain()
    (notice,) = [row for row in desk.rows(outbox) if row["kind"] == NoticeKind.MOVED]
    assert (notice["state"], notice["reason"]) == ("cancelled", "message_not_found")
    assert "Northwind" in str(card(slack, NEW).args)


@pytest.mark.parametrize("point", ["leased", "rendered", "marked", "posted", "edited", "settled"])
def test_a_crash_on_the_way_leaves_one_card(
    desk: Desk, slack: FakeSlack, handoff_id: int, point: str
) -> None:
    move(desk, handoff_id)
    crash = CrashAt(point)
    desk.hire(crash)
    with pytest.raises(Crash):
        desk.drain()
    desk.hire()
    desk.drain()
    assert crash.died
    assert "Northwind" in str(card(slack, NEW).args)
    assert f"lives in <#{NEW}> now" in card(slack, OLD).args["text"]


def test_while_the_card_is_being_sent_nothing_moves(desk: Desk, handoff_id: int) -> None:
    def leased(until: datetime | None) -> None:
        with desk.store.database.writing() as connection:
            connection.execute(update(surface).values(lease="held", lease_until=until))
            connection.commit()

    leased(desk.machine.now() + MINUTE)
    with pytest.raises(Conflict) as busy:
        move(desk, handoff_id)
    assert busy.value.problem is Problem.BUSY
    leased(None)
    move(desk, handoff_id)


def test_while_it_is_in_doubt_whether_the_card_stands_there_nothing_moves(
    desk: Desk, handoff_id: int
) -> None:
    with desk.store.database.writing() as connection:
        connection.execute(update(surface).values(maybe_sent=True))
        connection.commit()
    with pytest.raises(Conflict) as busy:
        move(desk, handoff_id)
    assert busy.value.problem is Problem.BUSY


@pytest.fixture(params=["line", "promise"])
def below(request: pytest.FixtureRequest) -> Callable[[str, dict[str, Any]], bool]:
    """Whether a call posts what is said below the card."""
    of_a_promise = request.param == "promise"

    def posts(method: str, args: dict[str, Any]) -> bool:
        replies = method == "chat.postMessage" and "thread_ts" in args
        return replies and Message(OLD, "", args).of_a_promise is of_a_promise

    return posts


def test_while_something_is_being_sent_below_the_card_nothing_moves(
    desk: Desk, slack: FakeSlack, below: Callable[[str, dict[str, Any]], bool]
) -> None:
    refused: list[Problem] = []
    one = assigned(desk.store, desk.team)

    def meanwhile(method: str, args: dict[str, Any]) -> None:
        if below(method, args):
            with pytest.raises(Conflict) as busy:
                move(desk, one)
            refused.append(busy.value.problem)

    slack.trouble = meanwhile
    desk.drain()
    assert refused == [Problem.BUSY]
    move(desk, one)


def test_while_something_below_the_card_may_be_there_nothing_moves_and_then_it_all_goes(
    desk: Desk, slack: FakeSlack, below: Callable[[str, dict[str, Any]], bool]
) -> None:
    one = assigned(desk.store, desk.team)
    slack.trouble = lambda method, args: Fault.TAKEN_THEN_RESET if below(method, args) else None
    desk.pass_time(3 * SECOND)
    with pytest.raises(Conflict) as busy:
        move(desk, one)
    assert busy.value.problem is Problem.BUSY
    slack.trouble = no_trouble
    desk.drain()
    others_can_read(desk)
    move(desk, one)
    desk.pass_time(MINUTE)
    assert "ERP" not in str([each.args for each in slack.ledger.promises_in(OLD)])
    lines = [each for each in slack.ledger.in_channel(OLD) if each.thread_ts is not None]
    assert lines == []


def test_a_card_taken_out_of_an_unsafe_channel_is_told_to_the_ae_once(
    desk: Desk, handoff_id: int
) -> None:
    others_can_read(desk)
    desk.drain()
    with desk.store.write(desk.team.workspace_id) as unit:
        unit.surfaces.refresh(handoff_id)
        unit.commit()
    desk.drain()
    told = [one for one in told_to_ae(desk) if "was taken out" in one]
    assert len(told) == 1
    assert "open_make_channel" in told[0]
    assert "open_move" in told[0]
    assert "shared outside the company" in told[0]


def test_once_it_is_safe_again_before_that_was_said_nobody_is_troubled(
    desk: Desk, handoff_id: int
) -> None:
    with desk.store.write(desk.team.workspace_id) as unit:
        handoff = unit.handoffs.get(handoff_id)
        unit.outbox.add(cannot_post(handoff, Problem.CHANNEL_GUESTS, turns=1, stood=True))
        unit.commit()
    desk.drain()
    assert not [one for one in told_to_ae(desk) if "was taken out" in one]


def test_where_others_come_to_read_later_the_way_to_the_new_channel_goes(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    move(desk, handoff_id)
    desk.drain()
    others_can_read(desk)
    desk.drain()
    assert not [one for one in slack.ledger.in_channel(OLD) if NEW in str(one.args)]
    assert "Northwind" in str(card(slack, NEW).args)
