"""What is answered about late promises and what became of them, under the lock of their handoff."""

from dataclasses import replace
from typing import Any

from sqlalchemy import RowMapping, bindparam, delete, insert, select, update

from bot.domain.disputes import Outcome, Settlement
from bot.domain.late import Dealt, Given
from bot.domain.ledger import Entry
from bot.domain.owing import Surfacing
from bot.domain.people import NamedPerson
from bot.domain.promises import Side
from bot.storage.handoffs import WritableHandoffs
from bot.storage.statements import Scope
from bot.storage.tables import late_answer, person, promise

_ANSWERS = (
    select(late_answer, person.c.slack_id, person.c.name)
    .join(person, person.c.id == late_answer.c.person_id)
    .where(
        late_answer.c.workspace_id == bindparam("workspace"),
        late_answer.c.promise_id == bindparam("promise"),
        late_answer.c.version == bindparam("version"),
    )
)
_ANSWERED = (
    select(promise.c.number, late_answer.c.side, late_answer.c.at)
    .join(promise, promise.c.id == late_answer.c.promise_id)
    .where(
        late_answer.c.workspace_id == bindparam("workspace"),
        late_answer.c.handoff_id == bindparam("handoff"),
        late_answer.c.version == promise.c.version,
    )
)
_KEY = (
    late_answer.c.workspace_id == bindparam("b_workspace"),
    late_answer.c.promise_id == bindparam("b_promise"),
    late_answer.c.version == bindparam("b_version"),
    late_answer.c.side == bindparam("b_side"),
)
_CHANGE = update(late_answer).where(*_KEY)
_ADD = insert(late_answer)
# What was decided keeps what both said.
_TAKE_ALL = delete(late_answer).where(
    late_answer.c.workspace_id == bindparam("b_workspace"),
    late_answer.c.handoff_id == bindparam("b_handoff"),
    late_answer.c.side == bindparam("b_side"),
    late_answer.c.promise_id.in_(
        select(promise.c.id).where(
            promise.c.handoff_id == bindparam("b_handoff"), promise.c.dealt.is_(None)
        )
    ),
)
_DEAL = update(promise).where(
    promise.c.workspace_id == bindparam("b_workspace"), promise.c.id == bindparam("b_promise")
)


class LatePromises:
    """The late promises of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def with_answers(self, entry: Entry) -> Entry:
        """A late entry with what was answered about the wording in force."""
        if entry.late is None:
            return entry
        about = {"promise": entry.promise.id, "version": entry.promise.version}
        answers = (_given(row) for row in self._rows(_ANSWERS, **about))
        return replace(entry, answers={one.side: one for one in answers})

    def with_answered(self, handoff_id: int, found: list[Surfacing]) -> list[Surfacing]:
        """Late promises with when each side answered about what they say now."""
        answered: dict[int, dict[Side, Any]] = {}
        for row in self._rows(_ANSWERED, handoff=handoff_id):
            answered.setdefault(row["number"], {})[Side(row["side"])] = row["at"]
        return [replace(one, answered=answered.get(one.number, {})) for one in found]

    def _rows(self, statement: Any, **values: Any) -> list[RowMapping]:
        values["workspace"] = self._scope.workspace_id
        return list(self._scope.connection.execute(statement, values).mappings())


class WritableLatePromises(LatePromises):
    """The late promises, changed only under the lock of their handoff."""

    def __init__(self, scope: Scope, *, handoffs: WritableHandoffs) -> None:
        super().__init__(scope)
        self._handoffs = handoffs

    def answer(self, handoff_id: int, entry: Entry, given: Given) -> None:
        """Keep what a side answered about the wording in force, in place of what it did before."""
        self._handoffs.locked_chain(handoff_id)
        key = {
            "b_workspace": self._scope.workspace_id,
            "b_promise": entry.promise.id,
            "b_version": entry.promise.version,
            "b_side": given.side.value,
        }
        values = {
            "person_id": given.by.id,
            "outcome": given.settlement.outcome.value,
            "words": given.settlement.words,
            "due": given.settlement.due,
            "reason": given.settlement.reason,
        }
        if given.side in (entry.answers or {}):
            changed = _CHANGE.values({name: bindparam(name) for name in values})
            self._scope.connection.execute(changed, {**key, **values})
            return
        self._scope.connection.execute(
            _ADD,
            {
                "workspace_id": self._scope.workspace_id,
                "handoff_id": handoff_id,
                "promise_id": entry.promise.id,
                "version": entry.promise.version,
                "side": given.side.value,
                "at": given.at,
                **values,
            },
        )

    def deal(self, handoff_id: int, entry: Entry, dealt: Dealt) -> None:
        """Keep what became of a late promise."""
        self._handoffs.locked_chain(handoff_id)
        values = {
            "dealt": dealt.outcome.value,
            "dealt_by": dealt.by.id,
            "dealt_at": dealt.at,
            "dealt_line": dealt.line,
            "dealt_together": dealt.together,
        }
        key = {"b_workspace": self._scope.workspace_id, "b_promise": entry.promise.id}
        statement = _DEAL.values({name: bindparam(name) for name in values})
        self._scope.connection.execute(statement, {**key, **values})

    def take_all(self, handoff_id: int, side: Side) -> None:
        """Forget what a side answered about what is not decided: somebody else has its part now."""
        self._handoffs.locked_chain(handoff_id)
        key = {"b_workspace": self._scope.workspace_id, "b_handoff": handoff_id}
        self._scope.connection.execute(_TAKE_ALL, {**key, "b_side": side.value})


def _given(row: RowMapping) -> Given:
    return Given(
        Side(row["side"]),
        NamedPerson(row["person_id"], row["slack_id"], row["name"]),
        row["at"],
        Settlement(Outcome(row["outcome"]), row["words"], row["due"], row["reason"]),
    )
