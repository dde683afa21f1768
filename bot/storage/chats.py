"""Chats: which question each is at, and what was written in its thread."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, and_, bindparam, insert, select, update

from bot.domain.chat import About, Chat, ChatMessage, ChatState, Spot
from bot.domain.errors import NotFound, Problem
from bot.storage.statements import Scope, once
from bot.storage.tables import OutboxState, chat, chat_message, outbox

_OF = (chat.c.workspace_id == bindparam("workspace"),)
_ONE = select(chat).where(*_OF, chat.c.id == bindparam("id"))
_OWN = select(chat).where(
    *_OF,
    chat.c.handoff_id == bindparam("handoff"),
    chat.c.person_id == bindparam("person"),
    chat.c.about == bindparam("about"),
)
_ROOTED = select(chat).join(
    outbox, and_(outbox.c.workspace_id == chat.c.workspace_id, outbox.c.id == chat.c.root_id)
)
_AT = _ROOTED.where(
    *_OF, outbox.c.sent_channel == bindparam("channel"), outbox.c.ts == bindparam("thread_ts")
)
_LISTENING = (
    select(chat, outbox.c.sent_channel, outbox.c.ts)
    .join(outbox, outbox.c.id == chat.c.root_id)
    .where(
        *_OF,
        chat.c.person_id == bindparam("person"),
        chat.c.state == ChatState.OPEN.value,
        outbox.c.ts.is_not(None),
    )
    .order_by(chat.c.id)
)
_ON_ITS_WAY = (
    select(chat.c.id)
    .join(outbox, outbox.c.id == chat.c.root_id)
    .where(
        *_OF,
        chat.c.person_id == bindparam("person"),
        outbox.c.state == OutboxState.PENDING.value,
        outbox.c.maybe_sent.is_(True),
    )
    .limit(1)
)
_ROOT = (
    select(outbox.c.sent_channel, outbox.c.ts, outbox.c.state)
    .join(chat, chat.c.root_id == outbox.c.id)
    .where(*_OF, chat.c.id == bindparam("id"))
)
_ROOT_ID = select(outbox.c.id).where(
    outbox.c.workspace_id == bindparam("workspace"), outbox.c.key == bindparam("key")
)
_ADD = insert(chat).returning(chat.c.id)
_CHANGE = update(chat).where(
    chat.c.id == bindparam("b_id"), chat.c.workspace_id == bindparam("b_workspace")
)
_MESSAGES = select(chat_message).where(
    chat_message.c.workspace_id == bindparam("workspace"),
    chat_message.c.chat_id == bindparam("chat"),
)
_OF_A_SPOT = _MESSAGES.where(
    chat_message.c.section == bindparam("section"), chat_message.c.item == bindparam("item")
)
_BY_TS = _MESSAGES.where(chat_message.c.ts == bindparam("ts"))
_COLLECT = once(chat_message)
_REWRITE = update(chat_message).where(
    chat_message.c.chat_id == bindparam("b_chat"), chat_message.c.ts == bindparam("b_ts")
)
_KEEP = (
    update(chat_message)
    .where(
        chat_message.c.chat_id == bindparam("b_chat"),
        chat_message.c.ts.in_(bindparam("b_all", expanding=True)),
    )
    .values(saved=True)
)


@dataclass(frozen=True)
class Thread:
    """Where a chat is held: a conversation and the message its thread hangs on."""

    channel: str
    ts: str


@dataclass(frozen=True)
class Root:
    """The message a chat's thread hangs on, as far as it got."""

    thread: Thread | None
    """None while it does not stand there."""
    awaited: bool
    """Whether it is still to come."""


class Chats:
    """The chats of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def get(self, chat_id: int) -> Chat:
        """One chat; raises NotFound."""
        return self._found(_ONE, {"id": chat_id})

    def of(self, handoff_id: int, person_id: int, about: About) -> Chat | None:
        """A person's chat about one thing of a handoff; None where there never was one."""
        values = {"handoff": handoff_id, "person": person_id, "about": about.value}
        return self._first(_OWN, values)

    def at(self, channel: str, thread_ts: str) -> Chat | None:
        """The chat that is held in a thread; None where none is."""
        return self._first(_AT, {"channel": channel, "thread_ts": thread_ts})

    def listening(self, person_id: int) -> list[tuple[Chat, Thread]]:
        """The chats in which something is asked of a person now, each with its thread."""
        values = self._values({"person": person_id})
        rows = self._scope.connection.execute(_LISTENING, values).mappings()
        return [(_chat(row), Thread(row["sent_channel"], row["ts"])) for row in rows]

    def on_its_way(self, person_id: int) -> bool:
        """Whether a thread of this person's may stand there without our knowing where."""
        values = self._values({"person": person_id})
        return self._scope.connection.execute(_ON_ITS_WAY, values).first() is not None

    def root(self, chat_id: int) -> Root:
        """Where a chat's thread is."""
        row = self._scope.connection.execute(_ROOT, self._values({"id": chat_id})).first()
        if row is None:
            return Root(None, awaited=False)
        there = Thread(row.sent_channel, row.ts) if row.ts and row.sent_channel else None
        return Root(there, awaited=row.state == OutboxState.PENDING.value)

    def messages(self, chat_id: int, spot: Spot) -> list[ChatMessage]:
        """What was written to one question, in no order."""
        values = {"chat": chat_id, "section": spot.section, "item": spot.item}
        rows = self._scope.connection.execute(_OF_A_SPOT, self._values(values)).mappings()
        return [_message(row) for row in rows]

    def message(self, chat_id: int, ts: str) -> ChatMessage | None:
        """One message; None for one that was never collected."""
        values = self._values({"chat": chat_id, "ts": ts})
        row = self._scope.connection.execute(_BY_TS, values).mappings().first()
        return _message(row) if row is not None else None

    def _found(self, statement: Any, values: dict[str, Any]) -> Chat:
        found = self._first(statement, values)
        if found is None:
            raise NotFound(Problem.STALE_BUTTON)
        return found

    def _first(self, statement: Any, values: dict[str, Any]) -> Chat | None:
        row = self._scope.connection.execute(statement, self._values(values)).mappings().first()
        return _chat(row) if row is not None else None

    def _values(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"workspace": self._scope.workspace_id, **values}


class WritableChats(Chats):
    """The chats, changed under the lock of their handoff."""

    def begin(
        self,
        handoff_id: int,
        person_id: int,
        about: About,
        spot: Spot,
        *,
        since: str,
        at: datetime,
    ) -> Chat:
        """A new chat; its thread's first message is said by whoever began it."""
        path = ((since, spot),)
        new = Chat(0, handoff_id, person_id, about, spot, ChatState.OPEN, path=path)
        row = {
            "workspace_id": self._scope.workspace_id,
            "handoff_id": handoff_id,
            "person_id": person_id,
            "about": about.value,
            "started_at": at,
            **_state(new),
        }
        chat_id = self._scope.connection.execute(_ADD, row).scalar_one()
        return replace(new, id=chat_id)

    def hangs_on(self, chat_id: int, key: str) -> None:
        """Note which notice is the first message of a chat's thread."""
        root = self._scope.connection.execute(_ROOT_ID, self._values({"key": key})).scalar_one()
        self._set(chat_id, {"root_id": root})

    def change(self, changed: Chat) -> None:
        """Keep which question it is at, and whether it listens."""
        self._set(changed.id, _state(changed))

    def collect(
        self,
        chat_id: int,
        spot: Spot,
        ts: str,
        words: str,
        *,
        edited: str = "",
        deleted: bool = False,
    ) -> None:
        """Keep what was written, once."""
        row = {
            "workspace_id": self._scope.workspace_id,
            "chat_id": chat_id,
            "ts": ts,
            "section": spot.section,
            "item": spot.item,
            "words": words,
            "saved": False,
            "edited": edited,
            "deleted": deleted,
        }
        self._scope.connection.execute(_COLLECT[self._scope.dialect], row)

    def reword(self, chat_id: int, ts: str, words: str) -> None:
        """What was written says something else now, or with no words nothing."""
        place = {"b_chat": chat_id, "b_ts": ts}
        self._scope.connection.execute(_REWRITE, {**place, "words": words})

    def told(self, chat_id: int, ts: str, *, edited: str, deleted: bool) -> None:
        """Keep which edit was told of last, or that it was deleted."""
        place = {"b_chat": chat_id, "b_ts": ts}
        values = {**place, "edited": edited, "deleted": deleted}
        self._scope.connection.execute(_REWRITE, values)

    def move(self, chat_id: int, ts: str, spot: Spot) -> None:
        """What was written belongs to another question."""
        place = {"b_chat": chat_id, "b_ts": ts}
        values = {**place, "section": spot.section, "item": spot.item}
        self._scope.connection.execute(_REWRITE, values)

    def keep(self, chat_id: int, written: Sequence[str]) -> None:
        """These messages are saved."""
        self._scope.connection.execute(_KEEP, {"b_chat": chat_id, "b_all": written})

    def _set(self, chat_id: int, values: dict[str, Any]) -> None:
        place = {"b_id": chat_id, "b_workspace": self._scope.workspace_id}
        self._scope.connection.execute(_CHANGE, {**place, **values})


def _state(of: Chat) -> dict[str, Any]:
    return {
        "section": of.at.section,
        "item": of.at.item,
        "state": of.state.value,
        "asked_more": of.asked_more,
        "turn": of.turn,
        "asked": of.asked,
        "tag_asked": of.tag_asked,
        "path": json.dumps([[since, spot.section, spot.item] for since, spot in of.path]),
    }


def _chat(row: RowMapping) -> Chat:
    return Chat(
        row["id"],
        row["handoff_id"],
        row["person_id"],
        About(row["about"]),
        Spot(row["section"], row["item"]),
        ChatState(row["state"]),
        row["asked_more"],
        row["turn"],
        row["asked"],
        row["tag_asked"],
        tuple((since, Spot(section, item)) for since, section, item in json.loads(row["path"])),
    )


def _message(row: RowMapping) -> ChatMessage:
    spot = Spot(row["section"], row["item"])
    return ChatMessage(row["ts"], spot, row["words"], row["saved"], row["edited"], row["deleted"])
