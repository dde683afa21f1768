"""The debrief as it was written down: documents by audience and revision, and what the AE is asked.

Reading filters by audience in the SELECT; whoever wrote something down goes on reading just that.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, func, insert, or_, select, update

from bot.domain.access import EVERY, Audience
from bot.domain.brief import SCHEMA
from bot.domain.debrief import (
    OWN_PART,
    RULES,
    TALK,
    Answer,
    AnswerPart,
    Ask,
    KeptAnswer,
    OwnPart,
    Question,
    Talk,
    ask_audience,
)
from bot.domain.errors import NotFound, Problem
from bot.storage.documents import retire
from bot.storage.handoffs import WritableHandoffs
from bot.storage.statements import Scope
from bot.storage.tables import debrief_ask, document

KIND = "debrief"
OWN = "own_part"
HELD = "talk"
"""Sections beside the questions'."""

_OF = (
    document.c.workspace_id == bindparam("workspace"),
    document.c.handoff_id == bindparam("handoff"),
    document.c.kind == KIND,
)
_READABLE_BY = or_(
    document.c.audience.in_(bindparam("audiences", expanding=True)),
    document.c.written_by == bindparam("reader"),
)
_READABLE = select(document).where(*_OF, _READABLE_BY).order_by(document.c.revision)
_AT = (
    select(document)
    .where(
        *_OF,
        document.c.section == bindparam("section"),
        document.c.revision <= bindparam("revision"),
    )
    .order_by(document.c.revision)
)
_REVISION = select(func.coalesce(func.max(document.c.revision), 0)).where(
    *_OF, document.c.section == bindparam("section")
)
_RETIRE = retire(KIND)
_ADD = insert(document)
_ASKS = (
    select(debrief_ask)
    .where(
        debrief_ask.c.workspace_id == bindparam("workspace"),
        debrief_ask.c.handoff_id == bindparam("handoff"),
        or_(
            debrief_ask.c.audience.in_(bindparam("audiences", expanding=True)),
            debrief_ask.c.asked_by == bindparam("reader"),
            debrief_ask.c.replied_by == bindparam("reader"),
        ),
    )
    .order_by(debrief_ask.c.id)
)
_ADD_ASK = insert(debrief_ask).returning(debrief_ask.c.id)
_REPLY = update(debrief_ask).where(
    debrief_ask.c.id == bindparam("b_id"), debrief_ask.c.workspace_id == bindparam("b_workspace")
)


@dataclass(frozen=True)
class KeptTalk:
    """The record of the talk, with who wrote it down when."""

    talk: Talk
    revision: int
    by: int | None
    at: datetime


@dataclass(frozen=True)
class KeptOwnPart:
    """What the CSM added, with who wrote it down when."""

    own: OwnPart
    revision: int
    by: int | None
    at: datetime


@dataclass(frozen=True)
class Debriefing:
    """All of a debrief that one reader may read."""

    answers: Mapping[Question, KeptAnswer] = field(default_factory=dict)
    own: KeptOwnPart | None = None
    talk: KeptTalk | None = None
    asks: tuple[Ask, ...] = ()

    def answer(self, question: Question) -> Answer:
        """What stands there; an empty answer where nothing does, or nothing may be read."""
        kept = self.answers.get(question)
        return kept.answer if kept is not None else Answer()

    def revision(self, question: Question) -> int:
        """The newest one of an answer that this reader may read; 0 where nothing was written."""
        kept = self.answers.get(question)
        return kept.revision if kept is not None else 0

    def about(self, question: Question | None) -> tuple[Ask, ...]:
        """What the AE is asked about one answer, or about none."""
        return tuple(one for one in self.asks if one.question is question)


class Debriefs:
    """The debriefs of one workspace, as far as a reader may read them."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def load(
        self,
        handoff_id: int,
        *,
        audiences: Collection[Audience],
        reader: int | None = None,
    ) -> Debriefing:
        """The newest of everything a person may read; their own words they always may."""
        values = {
            **self._of(handoff_id),
            "audiences": [audience.value for audience in audiences],
            # No row was written by nobody, so that nobody reads as its writer.
            "reader": reader or 0,
        }
        rows = list(self._scope.connection.execute(_READABLE, values).mappings())
        asks = self._scope.connection.execute(_ASKS, values).mappings()
        answers = {
            question: kept
            for question in Question
            if (kept := _newest_answer(row for row in rows if row["section"] == question))
        }
        own, talk = _newest(rows, OWN), _newest(rows, HELD)
        return Debriefing(
            answers,
            KeptOwnPart(OwnPart.model_validate(own.body), own.revision, own.by, own.at)
            if own
            else None,
            KeptTalk(Talk.model_validate(talk.body), talk.revision, talk.by, talk.at)
            if talk
            else None,
            tuple(_ask(row, values["audiences"], values["reader"]) for row in asks),
        )

    def answer_at(self, handoff_id: int, question: Question, revision: int) -> Answer:
        """An answer as it was saved under a revision; empty before the first one."""
        values = {**self._of(handoff_id), "section": question.value, "revision": revision}
        kept = _newest_answer(self._scope.connection.execute(_AT, values).mappings())
        return kept.answer if kept is not None else Answer()

    def revision(self, handoff_id: int, section: str) -> int:
        """The newest revision of an answer or of a section beside them; 0 for none."""
        values = {**self._of(handoff_id), "section": section}
        return int(self._scope.connection.execute(_REVISION, values).scalar_one())

    def ask(self, handoff_id: int, ask_id: int) -> Ask:
        """One question to the AE, whoever reads it; raises NotFound."""
        found = self.load(handoff_id, audiences=EVERY).asks
        for one in found:
            if one.id == ask_id:
                return one
        raise NotFound(Problem.STALE_BUTTON)

    def _of(self, handoff_id: int) -> dict[str, Any]:
        return {"workspace": self._scope.workspace_id, "handoff": handoff_id}


class WritableDebriefs(Debriefs):
    """The debriefs, written only under the lock of their handoff."""

    def __init__(self, scope: Scope, *, handoffs: WritableHandoffs) -> None:
        super().__init__(scope)
        self._handoffs = handoffs

    def save_answer(
        self, handoff_id: int, question: Question, answer: Answer, *, by: int, at: datetime
    ) -> int:
        """Write down what changed of an answer, a row for each audience; gives its revision.

        What did not change stays its writer's: it is theirs to read also without a part.
        """
        before = self.load(handoff_id, audiences=EVERY).answers.get(question)
        known = _split(question, before.answer) if before is not None else {}
        bodies = {
            audience: body
            for audience, body in _split(question, answer).items()
            if known.get(audience) != body
        }
        if not bodies:
            return self.revision(handoff_id, question.value)
        return self._save(handoff_id, question.value, bodies, by=by, at=at)

    def save_own_part(self, handoff_id: int, own: OwnPart, *, by: int, at: datetime) -> int:
        """Write the CSM's own part down and give its revision."""
        bodies = {OWN_PART: own.model_dump(mode="json")}
        return self._save(handoff_id, OWN, bodies, by=by, at=at)

    def save_talk(self, handoff_id: int, talk: Talk, *, by: int, at: datetime) -> int:
        """Write the record of the talk down and give its revision."""
        return self._save(handoff_id, HELD, {TALK: talk.model_dump(mode="json")}, by=by, at=at)

    def add_ask(
        self, handoff_id: int, question: Question | None, text: str, *, by: int, at: datetime
    ) -> Ask:
        """Store a question to the AE."""
        self._handoffs.locked_chain(handoff_id)
        ask_id = self._scope.connection.execute(
            _ADD_ASK,
            {
                "workspace_id": self._scope.workspace_id,
                "handoff_id": handoff_id,
                "question": question.value if question is not None else None,
                "audience": ask_audience(question).value,
                "text": text,
                "asked_by": by,
                "asked_at": at,
                "reply": "",
            },
        ).scalar_one()
        return Ask(ask_id, question, text, by, at)

    def reply(self, handoff_id: int, ask_id: int, text: str, *, by: int, at: datetime) -> None:
        """Store what the AE says to a question."""
        self._handoffs.locked_chain(handoff_id)
        place = {"b_id": ask_id, "b_workspace": self._scope.workspace_id}
        said = {"reply": text, "replied_by": by, "replied_at": at}
        self._scope.connection.execute(_REPLY, {**place, **said})

    def _save(
        self,
        handoff_id: int,
        section: str,
        bodies: Mapping[Audience, Mapping[str, Any]],
        *,
        by: int,
        at: datetime,
    ) -> int:
        self._handoffs.locked_chain(handoff_id)
        revision = self.revision(handoff_id, section) + 1
        place = {"b_workspace": self._scope.workspace_id, "b_handoff": handoff_id}
        audiences = {"b_audiences": [audience.value for audience in bodies]}
        self._scope.connection.execute(_RETIRE, {**place, "b_section": section, **audiences})
        rows = [
            {
                "workspace_id": self._scope.workspace_id,
                "handoff_id": handoff_id,
                "kind": KIND,
                "section": section,
                "audience": audience.value,
                "revision": revision,
                "schema": SCHEMA,
                "body": json.dumps(body),
                "written_by": by,
                "written_at": at,
                "is_current": True,
            }
            for audience, body in bodies.items()
        ]
        self._scope.connection.execute(_ADD, rows)
        return revision


def _split(question: Question, answer: Answer) -> dict[Audience, dict[str, Any]]:
    """The parts of an answer by who may read them."""
    parts: dict[Audience, dict[str, Any]] = {}
    whole = answer.model_dump(mode="json")
    for part, audience in RULES[question].parts.items():
        parts.setdefault(audience, {})[part.value] = whole[part.value]
    return parts


@dataclass(frozen=True)
class _Row:
    body: Any
    revision: int
    by: int | None
    at: datetime
    current: bool


def _read(row: RowMapping) -> _Row:
    if row["schema"] != SCHEMA:
        raise ValueError(f"{KIND}: unknown schema {row['schema']}")
    return _Row(
        json.loads(row["body"]),
        row["revision"],
        row["written_by"],
        row["written_at"],
        row["is_current"],
    )


def _newest(rows: Iterable[RowMapping], section: str) -> _Row | None:
    found = [row for row in rows if row["section"] == section]
    return _read(found[-1]) if found else None


def _newest_answer(rows: Iterable[RowMapping]) -> KeptAnswer | None:
    """The newest of each part among these, brought together, by whoever changed it last.

    Nobody is named to who reads one part by their rights and an earlier one as its writer.
    """
    newest = {row["audience"]: _read(row) for row in rows}
    if not newest:
        return None
    body: dict[str, Any] = {}
    for one in newest.values():
        body |= one.body
    last = max(newest.values(), key=lambda one: one.revision)
    whole = all(one.current for one in newest.values())
    by = last.by if whole or {one.by for one in newest.values()} == {last.by} else None
    parts = frozenset(AnswerPart(name) for name in body)
    return KeptAnswer(Answer.model_validate(body), last.revision, by, last.at, parts)


def _ask(row: RowMapping, audiences: Collection[str], reader: int) -> Ask:
    """A question with its reply; whoever may not read it any more has their own words alone."""
    whole = row["audience"] in audiences
    return Ask(
        row["id"],
        Question(row["question"]) if row["question"] else None,
        row["text"] if whole or row["asked_by"] == reader else "",
        row["asked_by"],
        row["asked_at"],
        row["reply"] if whole or row["replied_by"] == reader else "",
        row["replied_by"],
        row["replied_at"],
    )
