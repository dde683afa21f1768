"""A chat as it stands in the direct messages: its first message, its thread, and its buttons."""

from datetime import timedelta

import pytest

from bot.domain.chat import About, Chat, ChatState, Says, Spot
from bot.domain.debrief import Question
from bot.domain.notices import chat_elsewhere, chat_opened, chat_said
from bot.storage.people import PersonFacts
from bot.storage.tables import outbox
from bot.views.ids import ActionId
from tests.builders import assigned
from tests.delivery.desk import Desk
from tests.delivery.slack import FakeSlack, Message, Refusal
from tests.views.shown import action_ids, seen_text

DM = "D-UAE"
BUTTONS = [ActionId.CHAT_NEXT, ActionId.CHAT_SKIP, ActionId.CHAT_BACK, ActionId.CHAT_STOP]


@pytest.fixture
def handoff_id(desk: Desk) -> int:
    one = assigned(desk.store, desk.team)
    desk.drain()
    return one


def begin(desk: Desk, handoff_id: int, about: About = About.DEBRIEF) -> Chat:
    """A chat with its first question, neither of which stands there yet."""
    with desk.store.write(desk.team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        at = Spot("debrief", Question.BOUGHT.value)
        if about is About.BRIEF:
            at = Spot("why", "trigger")
        chat = unit.chats.begin(handoff_id, desk.team.ae.id, about, at, since="1.1", at=unit.now)
        root = chat_opened(chat)
        unit.outbox.add(root)
        unit.chats.hangs_on(chat.id, root.key)
        unit.commit()
    return say(desk, chat, Says.QUESTION)


def say(desk: Desk, chat: Chat, says: Says, saved: int = 0) -> Chat:
    after = Chat(
        chat.id,
        chat.handoff_id,
        chat.person_id,
        chat.about,
        chat.at,
        chat.state,
        turn=chat.turn + 1,
        asked=chat.turn + 1,
        path=chat.path,
    )
    with desk.store.write(desk.team.workspace_id) as unit:
        unit.chats.change(after)
        unit.outbox.add(chat_said(after, says, spot=after.at, saved=saved))
        unit.commit()
    return after


def said(slack: FakeSlack) -> list[Message]:
    """What stands in threads of the AE's direct messages, in the order in which it came."""
    return [one for one in slack.ledger.all_in(DM) if one.thread_ts is not None]


def root(slack: FakeSlack) -> list[Message]:
    told = "at a time. Answer in this thread"
    found = [one for one in slack.ledger.all_in(DM) if one.thread_ts is None]
    return [one for one in found if told in seen_text(one.args.get("blocks", []))]


def test_the_first_question_hangs_on_the_first_message(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    begin(desk, handoff_id)
    desk.drain()
    (first,) = root(slack)
    (question,) = said(slack)
    assert question.thread_ts == first.ts
    assert "1. Why they bought" in seen_text(question.args["blocks"])
    assert action_ids(question.args["blocks"]) == BUTTONS


def test_what_is_said_waits_until_the_first_message_stands(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    limited = Refusal("internal_error")
    slack.trouble = lambda method, args: (
        limited if method == "chat.postMessage" and args["channel"] == DM else None
    )
    begin(desk, handoff_id)
    desk.pass_time(timedelta(seconds=10))
    assert root(slack) == []
    assert said(slack) == []
    slack.trouble = lambda method, args: None
    desk.drain()
    (first,) = root(slack)
    assert [one.thread_ts for one in said(slack)] == [first.ts]


def test_without_its_first_message_nothing_is_said(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    begin(desk, handoff_id)
    with desk.store.database.writing() as connection:
        dead = outbox.c.kind == "chat_opened"
        connection.execute(outbox.update().where(dead).values(state="dead", reason="x"))
        connection.commit()
    desk.drain()
    assert said(slack) == []
    row = desk.row(outbox, kind="chat_said")
    assert (row["state"], row["reason"]) == ("cancelled", "no_thread")


def test_a_question_that_was_left_before_it_goes_out_has_no_buttons(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    chat = begin(desk, handoff_id)
    there = chat.going_to(Spot("debrief", Question.CHAMPION.value), "2.1")
    say(desk, there, Says.QUESTION, saved=2)
    desk.drain()
    left, asked = said(slack)
    assert action_ids(left.args["blocks"]) == []
    assert action_ids(asked.args["blocks"]) == BUTTONS
    assert "Saved (2 messages)." in seen_text(asked.args["blocks"])


@pytest.mark.parametrize("state", [ChatState.STOPPED, ChatState.DONE])
def test_a_chat_that_does_not_listen_shows_no_buttons(
    desk: Desk, slack: FakeSlack, handoff_id: int, state: ChatState
) -> None:
    chat = begin(desk, handoff_id)
    with desk.store.write(desk.team.workspace_id) as unit:
        ended = Chat(chat.id, handoff_id, chat.person_id, chat.about, chat.at, state, turn=1)
        unit.chats.change(ended)
        unit.commit()
    desk.drain()
    assert [action_ids(one.args["blocks"]) for one in said(slack)] == [[]]


def test_two_chats_of_one_person_have_two_threads(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    other = assigned(desk.store, desk.team)
    for one, about in (
        (handoff_id, About.DEBRIEF),
        (other, About.DEBRIEF),
        (other, About.BRIEF),
    ):
        begin(desk, one, about)
        desk.drain()
    assert len({one.thread_ts for one in said(slack)}) == 3
    assert [one.thread_ts for one in said(slack)] == [one.ts for one in root(slack)]


def test_who_wrote_beside_it_is_told_once_and_only_while_something_is_asked(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    desk.add(chat_elsewhere(desk.team.ae.id, "1.1"))
    desk.drain()
    assert desk.row(outbox, kind="chat_elsewhere")["state"] == "cancelled"
    begin(desk, handoff_id)
    desk.drain()
    desk.add(chat_elsewhere(desk.team.ae.id, "1.2"))
    desk.drain()
    words = "Answer in the thread of the chat you mean"
    told = [one for one in slack.ledger.all_in(DM) if words in str(one.args)]
    assert [one.thread_ts for one in told] == [None]
    assert "Northwind" in str(told[0].args)


def test_who_is_the_ae_no_more_is_not_sent_to_a_chat_that_takes_nothing(
    desk: Desk, slack: FakeSlack, handoff_id: int
) -> None:
    begin(desk, handoff_id)
    desk.drain()
    with desk.store.write(desk.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.ae_id = desk.team.outsider.id
        unit.save(handoff, actor_id=None)
        unit.commit()
    desk.add(chat_elsewhere(desk.team.ae.id, "1.2"))
    desk.drain()
    assert desk.row(outbox, kind="chat_elsewhere")["state"] == "cancelled"


def test_a_closed_account_is_said_nothing(desk: Desk, slack: FakeSlack, handoff_id: int) -> None:
    begin(desk, handoff_id)
    with desk.store.write(desk.team.workspace_id) as unit:
        facts = unit.people.get(desk.team.ae.id)
        unit.people.ensure(facts.slack_id, facts=PersonFacts(facts.name, deactivated=True))
        unit.commit()
    desk.drain()
    assert said(slack) == []
