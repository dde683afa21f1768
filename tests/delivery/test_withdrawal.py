"""What the bot said in a channel goes when others than colleagues may read it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.notices import Notice, NoticeKind, Place, Priority
from bot.storage.channels import ChannelFacts
from bot.storage.people import PersonFacts
from bot.storage.tables import outbox
from bot.storage.unit_of_work import Store
from bot.views import sentences
from tests.builders import Team, assigned
from tests.delivery.desk import MINUTE, SECOND, CrashAt, Desk, Nth
from tests.delivery.slack import Fault, Message, Refusal, Script

SOME_TIME = 11 * MINUTE
DAY = timedelta(days=1)
LIST_CHANNEL = "C0LISTS"


def _note(desk: Desk, channel: str = "C0DEAL", **flags: bool) -> None:
    with desk.store.write(desk.team.workspace_id) as unit:
        unit.channels.note(channel, **flags)
        unit.commit()


def _status(desk: Desk, channel_id: int, key: str = "status") -> None:
    desk.add(
        Notice(
            NoticeKind.STATUS_POST,
            Place.CHANNEL,
            key,
            Priority.ANSWER,
            person_id=desk.team.revops.id,
            channel_id=channel_id,
        )
    )


def _said(desk: Desk) -> None:
    """A card with a line below it and a list beside it, and messages to people."""
    assigned(desk.store, desk.team)
    desk.drain()
    _status(desk, desk.team.channel.id)
    desk.drain()
    assert len(desk.slack.ledger.in_channel("C0DEAL")) == 3


def _only_a_neutral_card(desk: Desk, *, waiting: int = 0) -> None:
    (card,) = desk.slack.ledger.in_channel("C0DEAL")
    _is_neutral(card)
    assert {row["state"] for row in desk.rows(outbox) if _in_channel(row)} <= {
        "withdrawn",
        "cancelled",
    }
    counts = desk.store.delivery.counts()
    assert (counts.pending, counts.dead, counts.unconfirmed) == (waiting, 0, 0)


def _is_neutral(card: Message) -> None:
    assert card.args["text"] == sentences.card.CARD_NEUTRAL
    assert "Northwind" not in str(card.args)


def _in_channel(row: Any) -> bool:
    return row["place"] in ("thread", "channel")


@pytest.mark.parametrize("flag", ["shared", "pending", "guests"])
def test_lines_and_lists_go_when_their_channel_becomes_unsafe_and_messages_to_people_stay(
    desk: Desk, flag: str
) -> None:
    _said(desk)
    to_people = [one.ts for one in desk.slack.ledger.messages if one.channel.startswith("D-")]
    told: dict[str, Any] = {flag: True}
    with desk.store.write(desk.team.workspace_id) as unit:
        unit.channels.ensure("C0DEAL", facts=replace(desk.facts, **told))
        unit.commit()
    desk.drain()
    _only_a_neutral_card(desk)
    others = [one for one in desk.slack.ledger.messages if one.channel != "C0DEAL"]
    assert [one.ts for one in others[:-1]] == to_people
    assert "was taken out" in others[-1].args["text"]


def test_nothing_goes_that_stands_in_another_channel(desk: Desk, store: Store, team: Team) -> None:
    with store.write(team.workspace_id) as unit:
        other = unit.channels.ensure(LIST_CHANNEL, facts=ChannelFacts(bot_inside=True))
        unit.commit()
    _said(desk)
    _status(desk, other.id, "elsewhere")
    desk.drain()
    _note(desk, shared=True)
    desk.drain()
    assert len(desk.slack.ledger.in_channel(LIST_CHANNEL)) == 1


@pytest.mark.parametrize("nth", range(1, 6))
@pytest.mark.parametrize("moment", ["before the call", "after the call"])
def test_it_goes_too_when_the_channel_becomes_unsafe_while_it_is_being_posted(
    desk: Desk, moment: str, nth: int
) -> None:
    assigned(desk.store, desk.team)
    flip = Nth("C0DEAL", nth, lambda: _note(desk, shared=True))

    def trouble(method: str, args: dict[str, Any]) -> None:
        if method in ("chat.postMessage", "chat.update"):
            flip(args["channel"])

    def reached(point: str) -> None:
        if point in ("posted", "edited") and desk.slack.ledger.calls[-1][0].startswith("chat."):
            flip("C0DEAL")

    if moment == "before the call":
        desk.slack.trouble = trouble
    else:
        desk.hire(reached)
    desk.drain()
    _status(desk, desk.team.channel.id)
    desk.drain()
    _note(desk, shared=True)
    desk.drain()
    cards = desk.slack.ledger.in_channel("C0DEAL")
    assert len(cards) <= 1
    for card in cards:
        _is_neutral(card)


def test_it_goes_too_when_its_post_was_in_doubt_meanwhile(desk: Desk) -> None:
    assigned(desk.store, desk.team)
    trouble = Script(chat__postMessage=[None] * 6)
    desk.slack.trouble = lambda method, args: (
        Fault.TAKEN_THEN_RESET if args.get("thread_ts") else trouble(method, args)
    )
    desk.pass_time(10 * SECOND)
    assert len(desk.slack.ledger.in_channel("C0DEAL")) == 2
    assert desk.row(outbox, kind="csm_mention")["state"] == "pending"
    _note(desk, shared=True)
    desk.drain()
    _only_a_neutral_card(desk)


@pytest.mark.parametrize("point", ["leased", "rendered", "withdrawn", "settled"])
@pytest.mark.parametrize("nth", [1, 2])
def test_a_crash_while_it_is_taken_down_changes_nothing(desk: Desk, point: str, nth: int) -> None:
    _said(desk)
    _note(desk, shared=True)
    crash = CrashAt(point, nth)
    desk.survive(crash, desk.drain)
    assert crash.died
    _only_a_neutral_card(desk)


@pytest.mark.parametrize(
    "fault", [Fault.TAKEN_THEN_RESET, Fault.SILENT, Fault.LIMITED, Fault.NO_CONNECTION]
)
def test_taking_down_is_repeated_until_it_is_known_to_be_done(desk: Desk, fault: Fault) -> None:
    _said(desk)
    desk.slack.trouble = Script(chat__delete=[fault])
    _note(desk, shared=True)
    desk.drain()
    _only_a_neutral_card(desk)


def test_where_slack_keeps_every_message_its_words_are_replaced(desk: Desk) -> None:
    _said(desk)
    refused = Refusal("compliance_exports_prevent_deletion")
    desk.slack.trouble = Script(chat__delete=[refused] * 2)
    _note(desk, shared=True)
    desk.drain()
    card, *others = desk.slack.ledger.in_channel("C0DEAL")
    _is_neutral(card)
    assert [one.args["text"] for one in others] == [sentences.card.WITHDRAWN] * 2
    assert "Northwind" not in str([one.args for one in others])


def test_what_can_neither_be_taken_down_nor_replaced_is_shown_as_given_up(desk: Desk) -> None:
    _said(desk)
    desk.slack.trouble = lambda method, args: (
        Refusal("cant_update_message" if method == "chat.update" else "cant_delete_message")
        if args.get("ts") and method in ("chat.update", "chat.delete")
        else None
    )
    _note(desk, shared=True)
    desk.drain()
    reasons = [row["reason"] for row in desk.rows(outbox) if row["state"] == "dead"]
    assert reasons == ["cant_update_message"] * 2


def test_a_list_in_a_channel_without_a_card_goes_when_a_guest_comes_in(
    desk: Desk, store: Store, team: Team
) -> None:
    with store.write(team.workspace_id) as unit:
        lists = unit.channels.ensure(LIST_CHANNEL, facts=ChannelFacts(bot_inside=True))
        unit.commit()
    for number in range(3):
        _status(desk, lists.id, f"status {number}")
    desk.drain()
    desk.facts = replace(desk.facts, guests=True)
    _note(desk, LIST_CHANNEL, forget_check=True)
    desk.drain()
    assert not desk.slack.ledger.in_channel(LIST_CHANNEL)


def test_it_goes_where_a_colleague_became_a_guest(desk: Desk, store: Store, team: Team) -> None:
    with store.write(team.workspace_id) as unit:
        lists = unit.channels.ensure(LIST_CHANNEL, facts=ChannelFacts(bot_inside=True))
        unit.commit()
    _status(desk, lists.id)
    desk.drain()
    desk.facts = replace(desk.facts, guests=True)
    with store.write(team.workspace_id) as unit:
        unit.people.note("UOUTSIDER", PersonFacts("Sam", "Europe/Berlin", guest=True))
        unit.channels.forget_checks()
        unit.commit()
    desk.drain()
    assert not desk.slack.ledger.in_channel(LIST_CHANNEL)


def test_a_colleague_who_comes_in_is_looked_at_once_and_everything_stays(
    desk: Desk,
) -> None:
    _said(desk)
    looks: list[str] = []
    check = desk.check_channel

    def counted(workspace_id: int, slack_id: str) -> Any:
        looks.append(slack_id)
        return check(workspace_id, slack_id)

    desk.check_channel = counted  # type: ignore[method-assign]
    desk.hire()
    _note(desk, forget_check=True)
    desk.drain()
    assert looks == ["C0DEAL"]
    assert len(desk.slack.ledger.in_channel("C0DEAL")) == 3
    assert "chat.delete" not in [method for method, _ in desk.slack.ledger.calls]
    row = desk.row(outbox, kind="status_post")
    assert (row["state"], row["method"], bool(row["ts"])) == ("sent", "chat.postMessage", True)


def test_what_was_an_error_and_corrected_at_once_takes_nothing_down(desk: Desk) -> None:
    _said(desk)
    _note(desk, shared=True)
    _note(desk, shared=False)
    desk.drain()
    assert len(desk.slack.ledger.in_channel("C0DEAL")) == 3


def test_where_the_bot_was_sent_away_nothing_is_asked_for_ever(desk: Desk) -> None:
    _said(desk)
    _note(desk, forget_check=True)
    desk.facts = replace(desk.facts, bot_inside=False)
    _note(desk, bot_inside=False)
    desk.drain()
    assert len(desk.slack.ledger.in_channel("C0DEAL")) == 3


def test_also_during_a_pause_nothing_stands_where_others_may_read(
    desk: Desk, store: Store, team: Team
) -> None:
    _said(desk)
    with store.write(team.workspace_id) as unit:
        unit.workspace_pause(unit.now)
        unit.commit()
    _note(desk, shared=True)
    desk.pass_time(20 * SECOND)
    _only_a_neutral_card(desk, waiting=1)  # The AE hears of it after the pause.


def test_many_messages_are_taken_down_at_the_rate_slack_allows(desk: Desk) -> None:
    for number in range(20):
        _status(desk, desk.team.channel.id, f"status {number}")
    desk.drain()
    before = len(desk.slack.ledger.calls)
    _note(desk, shared=True)
    desk.drain()
    assert not desk.slack.ledger.in_channel("C0DEAL")
    calls = desk.slack.ledger.calls[before:]
    times = [at for method, at in calls if method == "chat.delete"]
    assert len(times) == 20
    assert max(sum(1 for at in times if begin <= at < begin + 6) for begin in times) <= 11


def test_in_a_channel_that_is_safe_again_only_the_card_comes_back(desk: Desk) -> None:
    _said(desk)
    _note(desk, shared=True)
    desk.drain()
    _note(desk, shared=False)
    desk.drain()
    (card,) = desk.slack.ledger.in_channel("C0DEAL")
    assert "Northwind" in str(card.args)


@pytest.mark.parametrize("later", [timedelta(0), 40 * DAY])
def test_what_was_said_long_ago_goes_as_well(desk: Desk, store: Store, later: timedelta) -> None:
    _said(desk)
    desk.machine.advance(later)
    store.housekeeping()
    desk.facts = replace(desk.facts, shared=True)
    _note(desk, shared=True)
    desk.drain()
    _only_a_neutral_card(desk)


def test_a_channel_in_which_something_was_said_lately_is_looked_at_once_a_day(
    desk: Desk, store: Store, team: Team
) -> None:
    _status(desk, team.channel.id)
    desk.drain()
    desk.facts = replace(desk.facts, pending=True)
    for wait, left in ((23, 1), (2, 0)):
        desk.machine.advance(timedelta(hours=wait))
        store.housekeeping()
        desk.drain()
        assert len(desk.slack.ledger.in_channel("C0DEAL")) == left
