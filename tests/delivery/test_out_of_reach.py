"""Messages that stand and cannot be edited, or hang on something that is not there any more."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.notices import NO_CARD
from bot.domain.people import Person
from bot.storage.tables import outbox, surface
from bot.storage.unit_of_work import WriteUnit
from tests.builders import posted, signed
from tests.delivery.desk import MINUTE, SECOND, CrashAt, Desk
from tests.delivery.slack import Fault, Message, Refusal
from tests.delivery.test_moving import others_can_read

FIXED = ["edit_window_closed", "cant_update_message"]
DEAL = "C0DEAL"


def _cards(desk: Desk) -> list[Message]:
    return [one for one in desk.slack.ledger.in_channel(DEAL) if one.thread_ts is None]


def _redraw(desk: Desk, handoff_id: int) -> None:
    with desk.store.write(desk.team.workspace_id) as unit:
        unit.surfaces.refresh(handoff_id)
        unit.commit()


def _refuse(desk: Desk, **words: str) -> Callable[[str, dict[str, Any]], Refusal | None]:
    """What stands by now cannot be called about with these methods; what is posted later can."""
    standing = {one.ts for one in desk.slack.ledger.messages}
    by_method = {method.replace("__", "."): word for method, word in words.items()}

    def trouble(method: str, args: dict[str, Any]) -> Refusal | None:
        fixed = method in by_method and args.get("ts") in standing
        return Refusal(by_method[method]) if fixed else None

    return trouble


# --- Cannot be edited any more


@pytest.mark.parametrize("word", FIXED)
def test_a_card_that_cannot_be_edited_is_taken_down_and_posted_anew(desk: Desk, word: str) -> None:
    handoff_id = posted(desk.store, desk.team)
    desk.drain()
    (old,) = _cards(desk)
    desk.slack.trouble = _refuse(desk, chat__update=word)
    _redraw(desk, handoff_id)
    desk.drain()
    (anew,) = _cards(desk)
    row = desk.row(surface, kind="card")
    assert (row["ts"], row["opaque"]) == (anew.ts, anew.key)
    assert anew.key != old.key


def test_where_slack_keeps_every_message_a_new_card_stands_beside_the_old(desk: Desk) -> None:
    handoff_id = posted(desk.store, desk.team)
    desk.drain()
    keeps = "compliance_exports_prevent_deletion"
    desk.slack.trouble = _refuse(desk, chat__update=FIXED[0], chat__delete=keeps)
    _redraw(desk, handoff_id)
    desk.drain()
    _, anew = _cards(desk)
    assert desk.row(surface, kind="card")["ts"] == anew.ts


@pytest.mark.parametrize("fault", [None, Fault.SILENT, Fault.TAKEN_THEN_RESET, Fault.LIMITED])
def test_what_others_come_to_read_and_cannot_be_edited_is_taken_down(
    desk: Desk, fault: Fault | None
) -> None:
    posted(desk.store, desk.team)
    desk.drain()
    fixed, faults = _refuse(desk, chat__update=FIXED[0]), [fault]

    def trouble(method: str, args: dict[str, Any]) -> Fault | Refusal | None:
        if method == "chat.delete" and faults:
            return faults.pop()
        return fixed(method, args)

    desk.slack.trouble = trouble
    others_can_read(desk)
    desk.drain()
    assert desk.slack.ledger.all_in(DEAL) == []
    assert desk.row(outbox, kind="cannot_post")["state"] == "sent"
    assert desk.store.delivery.counts().dead == 0


def test_what_others_read_and_slack_keeps_as_it_is_is_shown_as_given_up_and_tried_again(
    desk: Desk,
) -> None:
    handoff_id = posted(desk.store, desk.team)
    desk.drain()
    (card,) = _cards(desk)
    desk.slack.trouble = _refuse(desk, chat__update=FIXED[0], chat__delete="cant_delete_message")
    others_can_read(desk)
    desk.drain()
    row = desk.row(surface, kind="card")
    assert (row["ts"], row["state"], row["reason"]) == (card.ts, "live", FIXED[0])
    assert desk.store.delivery.counts().dead == 2  # The promise, too.
    desk.slack.trouble = lambda _method, _args: None
    _redraw(desk, handoff_id)
    desk.drain()
    assert "Northwind" not in str(card.args)
    assert desk.row(surface, kind="card")["reason"] is None


@pytest.mark.parametrize("deletes", [True, False])
def test_the_old_card_of_a_handoff_that_moved_from_where_others_read_goes(
    desk: Desk, *, deletes: bool
) -> None:
    handoff_id = posted(desk.store, desk.team)
    desk.drain()
    words = {} if deletes else {"chat__delete": "cant_delete_message"}
    desk.slack.trouble = _refuse(desk, chat__update=FIXED[1], **words)
    others_can_read(desk)
    with desk.store.write(desk.team.workspace_id) as unit:
        channel = unit.channels.ensure("C0NEW", facts=replace(desk.facts, shared=False))
        unit.move(unit.handoffs.lock(handoff_id), channel, by=desk.team.ae)
        unit.commit()
    looks = desk.check_channel

    def look(workspace_id: int, slack_id: str) -> Any:
        desk.facts = replace(desk.facts, shared=slack_id == DEAL)
        return looks(workspace_id, slack_id)

    desk.check_channel = look  # type: ignore[method-assign]
    desk.hire()
    desk.drain()
    (notice,) = [row for row in desk.rows(outbox) if row["kind"] == "moved"]
    if deletes:
        assert _cards(desk) == []
        assert notice["state"] == "sent"
    else:
        assert (notice["state"], notice["reason"]) == ("dead", FIXED[1])


def _signs(desk: Desk, handoff_id: int, by: Person) -> None:
    with desk.store.write(desk.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.post(by=by, at=unit.now)
        unit.save(handoff, actor_id=by.id)
        unit.commit()


def test_a_guide_that_cannot_be_edited_gives_way_to_the_next(desk: Desk) -> None:
    handoff_id = signed(desk.store, desk.team)
    desk.drain()
    desk.slack.trouble = _refuse(desk, chat__update=FIXED[0])
    _signs(desk, handoff_id, desk.team.ae)
    desk.drain()
    _, guide = desk.slack.ledger.in_channel("D-UAE")  # The first is the greeting.
    assert desk.row(surface, kind="guide", person_id=desk.team.ae.id)["ts"] == guide.ts


@pytest.mark.parametrize("point", ["edited", "withdrawn", "lost", "marked", "posted"])
def test_a_crash_while_a_card_gives_way_leaves_one(desk: Desk, point: str) -> None:
    handoff_id = posted(desk.store, desk.team)
    desk.drain()
    desk.slack.trouble = _refuse(desk, chat__update=FIXED[0])
    _redraw(desk, handoff_id)
    crash = CrashAt(point)
    desk.survive(crash, desk.drain)
    assert crash.died
    (card,) = _cards(desk)
    assert desk.row(surface, kind="card")["ts"] == card.ts


# --- The conversation is another one


def test_a_guide_in_a_conversation_that_is_no_more_is_posted_in_the_one_that_is(
    desk: Desk,
) -> None:
    handoff_id = signed(desk.store, desk.team)
    desk.drain()
    desk.slack.conversations = {"UAE": "D-NEW"}
    desk.slack.trouble = lambda _method, args: (
        Refusal("channel_not_found") if args.get("channel") == "D-UAE" else None
    )
    _redraw(desk, handoff_id)
    desk.drain()
    row = desk.row(surface, kind="guide", person_id=desk.team.ae.id)
    assert (row["posted_in"], row["reason"]) == ("D-NEW", None)
    _signs(desk, handoff_id, desk.team.ae)
    desk.drain()
    assert desk.surfaces_at_rest()
    assert desk.store.delivery.counts().dead == 0


# --- The thread is not there any more


def _mentions(unit: WriteUnit, handoff_id: int, desk: Desk) -> None:
    handoff = unit.handoffs.lock(handoff_id)
    handoff.assign_csm(desk.team.csm, by=desk.team.cs_manager, at=unit.now)
    unit.save(handoff, actor_id=desk.team.cs_manager.id)
    unit.commit()


@pytest.mark.parametrize("in_doubt", [False, True])
def test_a_line_below_a_card_that_was_deleted_waits_for_the_new_card(
    desk: Desk, *, in_doubt: bool
) -> None:
    handoff_id = posted(desk.store, desk.team)
    desk.drain()
    for one in desk.slack.ledger.all_in(DEAL):
        desk.slack.ledger.messages.remove(one)
    # The line goes first, as the card rests after an edit.
    with desk.store.database.writing() as connection:
        rests = desk.machine.now() + MINUTE
        connection.execute(surface.update().values(next_try_at=rests))
        connection.commit()
    if in_doubt:
        faults = [Fault.SILENT]
        desk.slack.trouble = lambda method, args: (
            faults.pop()
            if faults and method == "chat.postMessage" and "thread_ts" in args
            else None
        )
    with desk.store.write(desk.team.workspace_id) as unit:
        _mentions(unit, handoff_id, desk)
    desk.drain()
    (card,) = _cards(desk)
    line = desk.row(outbox, kind="csm_mention")
    assert line["state"] == "sent"
    (there,) = [one for one in desk.slack.ledger.messages if one.ts == line["ts"]]
    assert there.thread_ts == card.ts
    assert desk.store.delivery.counts().dead == 0


def test_a_thread_that_is_refused_below_a_card_that_stands_is_given_up(desk: Desk) -> None:
    handoff_id = posted(desk.store, desk.team)
    desk.drain()
    (card,) = _cards(desk)
    desk.slack.trouble = lambda method, args: (
        Refusal("thread_not_found")
        if method == "chat.postMessage" and "thread_ts" in args
        else None
    )
    with desk.store.write(desk.team.workspace_id) as unit:
        _mentions(unit, handoff_id, desk)
    desk.drain()
    line = desk.row(outbox, kind="csm_mention")
    assert (line["state"], line["reason"]) == ("dead", "thread_not_found")
    assert _cards(desk) == [card]


def test_what_waits_for_a_card_that_is_slow_to_come_back_is_not_given_up(desk: Desk) -> None:
    handoff_id = posted(desk.store, desk.team)
    desk.drain()
    for one in desk.slack.ledger.all_in(DEAL):
        desk.slack.ledger.messages.remove(one)
    ends = desk.machine.now() + 5 * MINUTE

    def trouble(method: str, _args: dict[str, Any]) -> Fault | None:
        early = desk.machine.now() < ends
        return Fault.LIMITED if method == "chat.update" and early else None

    desk.slack.trouble = trouble
    with desk.store.write(desk.team.workspace_id) as unit:
        _mentions(unit, handoff_id, desk)
    desk.pass_time(10 * MINUTE, step=2 * SECOND)
    assert desk.row(outbox, kind="csm_mention")["state"] == "sent"
    (card,) = _cards(desk)
    assert desk.row(surface, kind="card")["ts"] == card.ts


# --- The card is not there yet


def _promises(desk: Desk) -> list[Message]:
    return desk.slack.ledger.promises_in(DEAL)


@pytest.mark.parametrize("by", ["the AE", "an admin", "a change"])
def test_what_was_not_said_for_want_of_a_card_is_said_below_it_once_it_stands(
    desk: Desk, by: str
) -> None:
    in_doubt = by == "the AE"
    word = Fault.SERVER_ERROR if in_doubt else Refusal("invalid_blocks")
    desk.slack.without_scopes = {"conversations.history"}
    faults = [word]

    def trouble(method: str, args: dict[str, Any]) -> Fault | Refusal | None:
        of_the_card = method == "chat.postMessage" and args["channel"] == DEAL
        return faults.pop() if of_the_card and faults else None

    desk.slack.trouble = trouble
    handoff_id = posted(desk.store, desk.team)
    desk.drain()
    faults.append(Refusal("invalid_blocks"))
    with desk.store.write(desk.team.workspace_id) as unit:
        _mentions(unit, handoff_id, desk)
    desk.drain()
    assert desk.row(outbox, kind="csm_mention")["reason"] == NO_CARD
    assert (_cards(desk), _promises(desk)) == ([], [])
    faults.clear()
    card = desk.row(surface, kind="card")
    with desk.store.write(desk.team.workspace_id) as unit:
        if by == "the AE":
            assert unit.surfaces.post_again(card["id"], handoff_id=handoff_id)
        elif by == "an admin":
            assert unit.surfaces.try_again(card["id"])
        else:
            unit.surfaces.refresh(handoff_id)
        unit.commit()
    desk.drain()
    (there,) = _cards(desk)
    line = desk.row(outbox, kind="csm_mention")
    assert line["state"] == "sent"
    replies = [one.ts for one in desk.slack.ledger.all_in(DEAL) if one.thread_ts == there.ts]
    assert sorted(replies) == sorted([line["ts"], *(one.ts for one in _promises(desk))])
    assert len(_promises(desk)) == 1
    assert desk.surfaces_at_rest()
