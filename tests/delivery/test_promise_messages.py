"""The messages of the promises: below the card wherever it stands, and nowhere else in words."""

from dataclasses import replace

import pytest
from sqlalchemy import delete

from bot.domain import access, ledger
from bot.domain.completeness import completeness
from bot.domain.history import Tag
from bot.domain.notices import NoticeKind
from bot.storage.tables import outbox, surface
from bot.views.sentences.notices import UNCONFIRMED_LINE
from tests.builders import assigned
from tests.delivery.desk import MINUTE, Desk
from tests.delivery.slack import FakeSlack, Fault, Message, Refusal, Script
from tests.delivery.test_moving import NEW, OLD, card, move, told_to_ae


@pytest.fixture
def handoff_id(desk: Desk) -> int:
    """One whose card stands in the deal channel, with the message of its promise."""
    one = assigned(desk.store, desk.team)
    desk.drain()
    return one


def promises(slack: FakeSlack, channel: str) -> list[Message]:
    return [one for one in slack.ledger.all_in(channel) if one.of_a_promise]


def reword(desk: Desk, handoff_id: int, words: str) -> None:
    ae = desk.team.ae
    with desk.store.write(desk.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        entry = unit.ledger.entries(handoff_id)[0]
        after, _ = unit.brief.edit_promise(
            entry.promise.id,
            replace(entry.promise.text, words=words),
            base_version=entry.promise.version,
            by=ae.id,
            at=unit.now,
        )
        ledger.void(handoff, entry, by=ae, at=unit.now)
        unit.surfaces.show_promise(handoff, after.id, after.version, reworded=True)
        brief = unit.brief.load(handoff_id, audiences=access.EVERY)
        handoff.save_promise(
            Tag.PROMISE_EDITED,
            number=after.number,
            version=after.version,
            words=words,
            state=completeness(brief, handoff.tier, unit.policy),
            by=ae,
            at=unit.now,
            policy=unit.policy,
        )
        unit.save(handoff, actor_id=ae.id)
        unit.commit()


def move_back(desk: Desk, handoff_id: int) -> None:
    with desk.store.write(desk.team.workspace_id) as unit:
        channel = unit.channels.by_slack_id(OLD)
        assert channel is not None
        unit.move(unit.handoffs.lock(handoff_id), channel, by=desk.team.ae)
        unit.commit()


def test_what_is_left_behind_keeps_no_words_of_any_wording(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    (first,) = promises(slack, OLD)
    reword(desk, handoff_id, "Words before the move")
    desk.drain()
    assert "Words before the move" in str([one.args for one in promises(slack, OLD)])
    assert "superseded" in first.args["text"]
    move(desk, handoff_id, made=True)
    desk.drain()
    reword(desk, handoff_id, "Words after the move")
    desk.drain()
    left = promises(slack, OLD)
    assert len(left) == 2
    for one in left:
        assert one.args["text"].endswith("the handoff lives in another channel now")
        assert [part["type"] for part in one.args["blocks"]] == ["rich_text"]
    assert "Words after the move" in str([one.args for one in promises(slack, NEW)])


def test_once_withdrawn_each_message_keeps_the_words_it_was_about(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    (first,) = promises(slack, OLD)
    before = first.args["blocks"][1]
    reword(desk, handoff_id, "Other words")
    desk.drain()
    with desk.store.write(desk.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        entry = unit.ledger.entries(handoff_id)[0].promise
        unit.brief.withdraw_promise(entry.id, "Not said", by=desk.team.ae.id, at=unit.now)
        unit.surfaces.show_promise(handoff, entry.id, entry.version, reworded=True)
        unit.commit()
    desk.drain()
    old, new = promises(slack, OLD)
    assert all(one.args["text"].endswith("— withdrawn") for one in (old, new))
    assert old.args["blocks"][1] == before
    assert "Other words" in str(new.args["blocks"])


def test_back_in_a_channel_the_promises_stand_below_its_new_card(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    move(desk, handoff_id)
    desk.drain()
    move_back(desk, handoff_id)
    desk.drain()
    ts = desk.row(surface, kind="card")["ts"]
    below = [one for one in promises(slack, OLD) if one.thread_ts == ts]
    assert len(below) == 1
    assert "another channel" not in below[0].args["text"]
    assert desk.surfaces_at_rest()


def test_with_a_card_that_was_refused_at_first_its_promises_come(
    desk: Desk, slack: FakeSlack
) -> None:
    slack.trouble = lambda method, args: (
        Refusal("restricted_action")
        if method == "chat.postMessage" and args["channel"] == OLD
        else None
    )
    assigned(desk.store, desk.team)
    desk.drain()
    assert slack.ledger.all_in(OLD) == []
    slack.trouble = lambda method, args: None
    with desk.store.write(desk.team.workspace_id) as unit:
        assert unit.surfaces.try_again(desk.row(surface, kind="card")["id"])
        unit.commit()
    desk.drain()
    assert [one.thread_ts for one in promises(slack, OLD)] == [card(slack, OLD).ts]


def test_promises_of_before_there_were_messages_get_theirs(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    with desk.store.database.writing() as connection:
        connection.execute(delete(surface).where(surface.c.kind == "promise"))
        connection.commit()
    with desk.store.read(desk.team.workspace_id) as unit:
        assert unit.drifted(handoff_id)
    with desk.store.write(desk.team.workspace_id) as unit:
        unit.reckon(handoff_id)
        unit.commit()
    with desk.store.read(desk.team.workspace_id) as unit:
        assert not unit.drifted(handoff_id)
    desk.drain()
    assert len(promises(slack, OLD)) == 2


def test_the_ae_is_asked_about_one_that_may_have_arrived(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    slack.without_scopes = {"conversations.history", "conversations.replies"}
    slack.trouble = Script(chat__postMessage=[Fault.TAKEN_THEN_RESET])
    reword(desk, handoff_id, "Other words")
    desk.drain()
    desk.pass_time(10 * MINUTE, step=MINUTE)
    (asked,) = [one for one in desk.rows(outbox) if one["kind"] == NoticeKind.UNCONFIRMED]
    assert asked["person_id"] == desk.team.ae.id
    assert UNCONFIRMED_LINE in str(told_to_ae(desk)[-1])
