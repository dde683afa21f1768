"""Chats in the database: one a person and thing, found by its thread, with what was written."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.domain.chat import About, Chat, ChatState, Spot, time_of
from bot.domain.errors import NotFound
from bot.domain.notices import chat_opened
from bot.storage.chats import Root, Thread
from bot.storage.tables import chat_message, outbox
from bot.storage.unit_of_work import Store
from tests.builders import Team, make_team, signed

SPOT, THERE = Spot("debrief", "bought"), Spot("debrief", "champion")
DM, TS = "D0AE", "1772620000.000001"


def begun(store: Store, team: Team, about: About = About.DEBRIEF, person: int = 0) -> Chat:
    """A chat whose first message is on its way."""
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        by = person or team.ae.id
        chat = unit.chats.begin(handoff_id, by, about, SPOT, since="1.1", at=unit.now)
        root = chat_opened(chat)
        unit.outbox.add(root)
        unit.chats.hangs_on(chat.id, root.key)
        unit.commit()
    return chat


def stands(store: Store, chat: Chat, ts: str | None = TS, **more: Any) -> None:
    """Where its first message got to."""
    key = chat_opened(chat).key
    given = {"state": "sent", "ts": ts, "sent_channel": DM, **more}
    with store.database.writing() as connection:
        connection.execute(update(outbox).where(outbox.c.key == key).values(**given))
        connection.commit()


def test_a_chat_is_found_by_what_it_is_about_and_comes_back_as_it_was_kept(
    store: Store, team: Team
) -> None:
    chat = begun(store, team)
    assert (chat.state, chat.at, chat.turn) == (ChatState.OPEN, SPOT, 0)
    assert chat.path == (("1.1", SPOT),)
    changed = Chat(
        *(chat.id, chat.handoff_id, chat.person_id, chat.about, THERE, ChatState.STOPPED, True, 7),
        asked=6,
        tag_asked=True,
        path=(*chat.path, ("2.1", THERE)),
    )
    with store.write(team.workspace_id) as unit:
        unit.chats.change(changed)
        unit.commit()
    with store.read(team.workspace_id) as unit:
        assert unit.chats.get(chat.id) == changed
        assert unit.chats.of(chat.handoff_id, team.ae.id, About.DEBRIEF) == changed
        assert unit.chats.of(chat.handoff_id, team.ae.id, About.BRIEF) is None
        assert unit.chats.of(chat.handoff_id, team.csm.id, About.DEBRIEF) is None
        with pytest.raises(NotFound):
            unit.chats.get(999)


def test_a_chat_is_found_by_its_thread_once_that_stands(store: Store, team: Team) -> None:
    chat = begun(store, team)
    with store.read(team.workspace_id) as unit:
        assert unit.chats.root(chat.id) == Root(None, awaited=True)
        assert unit.chats.listening(team.ae.id) == []
        assert unit.chats.at(DM, TS) is None
    stands(store, chat)
    with store.read(team.workspace_id) as unit:
        assert unit.chats.root(chat.id) == Root(Thread(DM, TS), awaited=False)
        assert unit.chats.at(DM, TS) == chat
        assert unit.chats.at("D0CSM", TS) is None
        assert unit.chats.at(DM, "1772620000.000002") is None
        assert unit.chats.listening(team.ae.id) == [(chat, Thread(DM, TS))]
        assert unit.chats.listening(team.csm.id) == []


@pytest.mark.parametrize("state", [ChatState.STOPPED, ChatState.DONE])
def test_only_an_open_chat_listens_and_each_is_found_by_its_thread(
    store: Store, team: Team, state: ChatState
) -> None:
    chat = begun(store, team)
    stands(store, chat)
    ended = Chat(*(chat.id, chat.handoff_id, chat.person_id, chat.about, SPOT, state))
    with store.write(team.workspace_id) as unit:
        unit.chats.change(ended)
        unit.commit()
    with store.read(team.workspace_id) as unit:
        assert unit.chats.listening(team.ae.id) == []
        assert unit.chats.at(DM, TS) == ended


@pytest.mark.parametrize(
    ("state", "maybe", "awaited", "on_its_way"),
    [
        ("pending", False, True, False),
        ("pending", True, True, True),
        ("dead", False, False, False),
        ("unconfirmed", True, False, False),
    ],
)
def test_a_first_message_is_awaited_while_it_may_still_come(
    store: Store, team: Team, state: str, maybe: bool, awaited: bool, on_its_way: bool
) -> None:
    chat = begun(store, team)
    stands(store, chat, None, state=state, sent_channel=None, maybe_sent=maybe)
    with store.read(team.workspace_id) as unit:
        assert unit.chats.root(chat.id) == Root(None, awaited=awaited)
        assert unit.chats.on_its_way(team.ae.id) is on_its_way
        assert not unit.chats.on_its_way(team.csm.id)
        assert unit.chats.root(999) == Root(None, awaited=False)


def test_what_was_written_is_kept_once_by_question_and_saved_by_message(
    store: Store, team: Team
) -> None:
    chat, other = begun(store, team), begun(store, team)
    with store.write(team.workspace_id) as unit:
        for _ in range(2):
            unit.chats.collect(chat.id, SPOT, "1.1", "Their lease 🎉")
        unit.chats.collect(chat.id, SPOT, "1.1", "Delivered again with other words")
        unit.chats.collect(chat.id, THERE, "1.2", "Ilse")
        unit.chats.collect(other.id, SPOT, "1.1", "Of another deal")
        unit.chats.keep(chat.id, ["1.1"])
        unit.chats.reword(chat.id, "1.2", "Ilse Brandt")
        unit.commit()
    with store.read(team.workspace_id) as unit:
        (one,) = unit.chats.messages(chat.id, SPOT)
        assert (one.ts, one.words, one.saved) == ("1.1", "Their lease 🎉", True)
        (two,) = unit.chats.messages(chat.id, THERE)
        assert (two.words, two.saved) == ("Ilse Brandt", False)
        assert unit.chats.message(chat.id, "1.2") == two
        assert unit.chats.message(other.id, "1.2") is None
        (elsewhere,) = unit.chats.messages(other.id, SPOT)
        assert (elsewhere.words, elsewhere.saved) == ("Of another deal", False)


def test_of_a_message_is_kept_when_it_was_edited_last_and_that_it_is_gone(
    store: Store, team: Team
) -> None:
    chat = begun(store, team)
    with store.write(team.workspace_id) as unit:
        unit.chats.collect(chat.id, SPOT, "1.1", "Their lease")
        unit.chats.collect(chat.id, SPOT, "1.2", "Ilse", edited="2.1")
        unit.chats.collect(chat.id, SPOT, "1.3", "", deleted=True)
        unit.commit()
    with store.read(team.workspace_id) as unit:
        first, second, third = sorted(
            unit.chats.messages(chat.id, SPOT), key=lambda one: time_of(one.ts)
        )
    assert [(one.edited, one.deleted) for one in (first, second, third)] == [
        ("", False),
        ("2.1", False),
        ("", True),
    ]
    assert second.edited_after("")
    assert second.edited_after("1.9")
    assert not second.edited_after("2.1")
    assert not second.edited_after("10.1")
    with store.write(team.workspace_id) as unit:
        unit.chats.told(chat.id, "1.2", edited="3.1", deleted=True)
        unit.commit()
    with store.read(team.workspace_id) as unit:
        told = unit.chats.message(chat.id, "1.2")
        assert told == replace(second, edited="3.1", deleted=True)
        assert unit.chats.message(chat.id, "1.1") == first


def test_a_message_can_belong_to_another_question(store: Store, team: Team) -> None:
    chat, other = begun(store, team), begun(store, team)
    with store.write(team.workspace_id) as unit:
        for one in (chat, other):
            unit.chats.collect(one.id, SPOT, "1.1", "Ilse")
        unit.chats.move(chat.id, "1.1", THERE)
        unit.commit()
    with store.read(team.workspace_id) as unit:
        assert unit.chats.messages(chat.id, SPOT) == []
        assert [one.words for one in unit.chats.messages(chat.id, THERE)] == ["Ilse"]
        assert len(unit.chats.messages(other.id, SPOT)) == 1


def test_one_person_has_one_chat_about_one_thing(store: Store, team: Team) -> None:
    chat = begun(store, team)
    with store.write(team.workspace_id) as unit, pytest.raises(Exception, match=r"(?i)unique"):
        unit.chats.begin(chat.handoff_id, team.ae.id, chat.about, SPOT, since="1.1", at=unit.now)


def test_another_workspace_finds_no_chat_of_this_one(store: Store, team: Team) -> None:
    chat = begun(store, team)
    stands(store, chat)
    elsewhere = make_team(store, team_id="T0OTHER")
    with store.write(elsewhere.workspace_id) as unit:
        unit.chats.collect(chat.id, SPOT, "9.9", "Not theirs")
        assert unit.chats.at(DM, TS) is None
        assert unit.chats.listening(team.ae.id) == []
        assert unit.chats.of(chat.handoff_id, team.ae.id, About.DEBRIEF) is None
        with pytest.raises(NotFound):
            unit.chats.get(chat.id)
    with store.database.reading() as connection:
        assert connection.execute(select(chat_message.c.ts)).all() == []
