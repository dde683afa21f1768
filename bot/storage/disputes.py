"""Disputes about promises and what is answered to them, changed under the lock of their handoff."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, insert, or_, select, update

from bot.domain.disputes import Answer, Dispute, Ending, Outcome, PastDispute, Seat, Settlement
from bot.domain.ledger import Entry
from bot.domain.owing import Contested
from bot.domain.people import NamedPerson
from bot.storage.handoffs import WritableHandoffs
from bot.storage.statements import Scope
from bot.storage.tables import IS_CURRENT_DISPUTE, dispute, dispute_answer, person, promise

_ANSWERS = (
    select(dispute_answer, person.c.slack_id, person.c.name)
    .join(person, person.c.id == dispute_answer.c.person_id)
    .where(
        dispute_answer.c.workspace_id == bindparam("workspace"),
        dispute_answer.c.dispute_id == bindparam("dispute"),
        dispute_answer.c.version == bindparam("version"),
    )
)
_CONTESTED = (
    select(
        promise.c.number,
        dispute.c.asked_at,
        dispute.c.escalated_at,
        dispute.c.ended_at,
        dispute_answer.c.seat,
        dispute_answer.c.at,
        dispute_answer.c.person_id,
    )
    .join(promise, promise.c.id == dispute.c.promise_id)
    .join(
        dispute_answer,
        (dispute_answer.c.dispute_id == dispute.c.id)
        & or_(
            dispute_answer.c.version == promise.c.version,
            # What settled it is about the wording before the one it led to.
            dispute.c.ended_at.is_not(None) & (dispute_answer.c.at >= dispute.c.asked_at),
        ),
        isouter=True,
    )
    .where(
        dispute.c.workspace_id == bindparam("workspace"),
        dispute.c.handoff_id == bindparam("handoff"),
        IS_CURRENT_DISPUTE,
    )
    .order_by(promise.c.number)
)
_LAST = (
    select(
        dispute.c.ending, promise.c.version, dispute.c.id, dispute.c.raised_by, dispute.c.ended_at
    )
    .join(promise, promise.c.id == dispute.c.promise_id)
    .where(
        dispute.c.workspace_id == bindparam("workspace"),
        dispute.c.handoff_id == bindparam("handoff"),
        promise.c.number == bindparam("number"),
        IS_CURRENT_DISPUTE,
    )
)
_PAST = (
    select(
        promise.c.number,
        dispute.c.id,
        dispute.c.raised_by,
        dispute.c.raised_at,
        dispute.c.reason,
        dispute.c.ending,
        dispute.c.ended_at,
        dispute_answer.c.reason.label("why"),
        person.c.slack_id,
        person.c.name,
    )
    .join(promise, promise.c.id == dispute.c.promise_id)
    .join(person, person.c.id == dispute.c.raised_by)
    .join(
        dispute_answer,
        (dispute_answer.c.dispute_id == dispute.c.id)
        & (dispute_answer.c.outcome == dispute.c.ending)
        & (dispute_answer.c.at >= dispute.c.asked_at),
        isouter=True,
    )
    .where(
        dispute.c.workspace_id == bindparam("workspace"),
        dispute.c.handoff_id == bindparam("handoff"),
        dispute.c.ended_at.is_not(None),
    )
    # Of the answers that came to the same the last one settled it.
    .order_by(dispute.c.id, dispute_answer.c.at)
)
_ADD = insert(dispute).returning(dispute.c.id)
_ADD_ANSWERS = insert(dispute_answer)
_RETIRE = (
    update(dispute)
    .where(
        dispute.c.workspace_id == bindparam("b_workspace"),
        dispute.c.promise_id == bindparam("b_promise"),
        IS_CURRENT_DISPUTE,
    )
    .values(is_current=False)
)
_CHANGE = update(dispute).where(
    dispute.c.workspace_id == bindparam("b_workspace"),
    dispute.c.id == bindparam("b_id"),
    dispute.c.ended_at.is_(None),
)
_OPEN_OF = (
    dispute.c.workspace_id == bindparam("b_workspace"),
    dispute.c.promise_id
    == select(promise.c.id)
    .where(
        promise.c.workspace_id == bindparam("b_workspace"),
        promise.c.handoff_id == bindparam("b_handoff"),
        promise.c.number == bindparam("b_number"),
    )
    .scalar_subquery(),
    IS_CURRENT_DISPUTE,
    dispute.c.ended_at.is_(None),
)
_ASK_AGAIN = update(dispute).where(*_OPEN_OF)


@dataclass(frozen=True)
class Over:
    """The last dispute about a promise that ended, and how."""

    ending: str
    raised_by: int


class Disputes:
    """The disputes of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def with_answers(self, entry: Entry) -> Entry:
        """An entry whose open dispute has what was answered about the wording in force."""
        if entry.dispute is None:
            return entry
        about = {"dispute": entry.dispute.id, "version": entry.promise.version}
        answers = (_answer(row) for row in self._rows(_ANSWERS, **about))
        found = {one.seat: one for one in answers}
        return replace(entry, dispute=replace(entry.dispute, answers=found))

    def contested(self, handoff_id: int) -> list[Contested]:
        """The last dispute about each promise, with who answered it when."""
        found: dict[int, Contested] = {}
        for row in self._rows(_CONTESTED, handoff=handoff_id):
            number = row["number"]
            one = found.get(number) or Contested(
                number, row["asked_at"], row["escalated_at"], row["ended_at"]
            )
            if row["seat"] is not None:
                seat = Seat(row["seat"])
                one = replace(one, answered={**one.answered, seat: row["at"]})
                if seat is not Seat.REVOPS:
                    one = replace(one, answered_by=one.answered_by | {row["person_id"]})
            found[number] = one
        return list(found.values())

    def with_past(self, handoff_id: int, entries: Iterable[Entry]) -> list[Entry]:
        """The entries of a handoff, each with its disputes that are over."""
        found: dict[int, dict[int, PastDispute]] = {}
        for row in self._rows(_PAST, handoff=handoff_id):
            found.setdefault(row["number"], {})[row["id"]] = _past(row)
        return [
            replace(one, past=tuple(found.get(one.promise.number, {}).values())) for one in entries
        ]

    def over(self, handoff_id: int, number: int) -> Over | None:
        """How the last dispute about a promise ended; None where it did not, or there was none."""
        for row in self._rows(_LAST, handoff=handoff_id, number=number):
            if row["ending"] is not None:
                return Over(row["ending"], row["raised_by"])
        return None

    def _rows(self, statement: Any, **values: Any) -> list[RowMapping]:
        values["workspace"] = self._scope.workspace_id
        return list(self._scope.connection.execute(statement, values).mappings())


class WritableDisputes(Disputes):
    """The disputes, changed only under the lock of their handoff."""

    def __init__(self, scope: Scope, *, handoffs: WritableHandoffs) -> None:
        super().__init__(scope)
        self._handoffs = handoffs

    def add(self, handoff_id: int, entry: Entry, raised: Dispute) -> int:
        """Keep a dispute that was raised; gives its id. The one before it is none any more."""
        self._handoffs.locked_chain(handoff_id)
        key = {"b_workspace": self._scope.workspace_id, "b_promise": entry.promise.id}
        self._scope.connection.execute(_RETIRE, key)
        row = {
            "workspace_id": self._scope.workspace_id,
            "handoff_id": handoff_id,
            "promise_id": entry.promise.id,
            "side": raised.side.value,
            "raised_by": raised.by.id,
            "raised_at": raised.at,
            "reason": raised.reason,
            "asked_at": raised.asked_at,
            "is_current": True,
        }
        return int(self._scope.connection.execute(_ADD, row).scalar_one())

    def answer(self, handoff_id: int, entry: Entry, given: Iterable[Answer]) -> None:
        """Keep what somebody answered about the wording in force."""
        self._handoffs.locked_chain(handoff_id)
        if entry.dispute is None:
            raise ValueError("Only what is disputed is answered.")
        rows = [
            {
                "dispute_id": entry.dispute.id,
                "version": entry.promise.version,
                "seat": one.seat.value,
                "workspace_id": self._scope.workspace_id,
                "person_id": one.by.id,
                "at": one.at,
                "outcome": one.settlement.outcome.value,
                "words": one.settlement.words,
                "due": one.settlement.due,
                "reason": one.settlement.reason,
            }
            for one in given
        ]
        self._scope.connection.execute(_ADD_ANSWERS, rows)

    def escalate(self, handoff_id: int, found: Dispute) -> None:
        """RevOps decides it from now on."""
        self._change(handoff_id, found, escalated_at=self._scope.now)

    def end(self, handoff_id: int, found: Dispute, ending: Outcome | Ending) -> None:
        """It is open no more."""
        self._change(handoff_id, found, ended_at=self._scope.now, ending=ending.value)

    def ask_again(self, handoff_id: int, number: int) -> bool:
        """Another wording asks the managers anew; whether a dispute about it is open."""
        return self._change_open(handoff_id, number, asked_at=self._scope.now)

    def lapse(self, handoff_id: int, number: int) -> bool:
        """What is withdrawn is disputed no more; whether it was."""
        lapsed = Ending.LAPSED.value
        return self._change_open(handoff_id, number, ended_at=self._scope.now, ending=lapsed)

    def _change(self, handoff_id: int, found: Dispute, **values: datetime | str) -> None:
        self._handoffs.locked_chain(handoff_id)
        key = {"b_id": found.id, "b_workspace": self._scope.workspace_id}
        self._scope.connection.execute(_CHANGE, {**key, **values})

    def _change_open(self, handoff_id: int, number: int, **values: datetime | str) -> bool:
        self._handoffs.locked_chain(handoff_id)
        key = {
            "b_workspace": self._scope.workspace_id,
            "b_handoff": handoff_id,
            "b_number": number,
        }
        statement = _ASK_AGAIN.values({name: bindparam(name) for name in values})
        return self._scope.connection.execute(statement, {**key, **values}).rowcount > 0


def _answer(row: RowMapping) -> Answer:
    return Answer(
        Seat(row["seat"]),
        NamedPerson(row["person_id"], row["slack_id"], row["name"]),
        row["at"],
        Settlement(Outcome(row["outcome"]), row["words"], row["due"], row["reason"]),
    )


def _past(row: RowMapping) -> PastDispute:
    ending = row["ending"]
    return PastDispute(
        NamedPerson(row["raised_by"], row["slack_id"], row["name"]),
        row["raised_at"],
        row["reason"],
        Outcome(ending) if ending in set(Outcome) else Ending(ending),
        row["ended_at"],
        row["why"] or "",
    )
