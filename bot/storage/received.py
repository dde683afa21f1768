"""What came in from Slack before, and what was answered: twice delivered is once done."""

import json
from typing import Any

from sqlalchemy import bindparam, select, update

from bot.storage.statements import Scope, once
from bot.storage.tables import received

_SEEN = select(received.c.answer).where(
    received.c.workspace_id == bindparam("workspace"), received.c.key == bindparam("key")
)
_CLAIM = {dialect: add.returning(received.c.key) for dialect, add in once(received).items()}
_KEEP = update(received).where(
    received.c.workspace_id == bindparam("b_workspace"), received.c.key == bindparam("b_key")
)


class Received:
    """The requests of one workspace by their keys."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def seen(self, key: str) -> dict[str, Any] | None:
        """What it takes to give the answer again, empty where none was kept; None for a new key."""
        row = self._scope.connection.execute(
            _SEEN, {"workspace": self._scope.workspace_id, "key": key}
        ).first()
        if row is None:
            return None
        answer: dict[str, Any] = json.loads(row.answer) if row.answer else {}
        return answer


class WritableReceived(Received):
    """The requests, claimed first in the transaction of what they ask for."""

    def claim(self, key: str, *, for_good: bool = False) -> dict[str, Any] | None:
        """Take a key; None where it is ours now, else what was kept by the one who had it.

        It is forgotten after some days, unless it is claimed `for_good`.
        On PostgreSQL this waits for another transaction that has just claimed the same key.
        """
        added = self._scope.connection.execute(
            _CLAIM[self._scope.dialect],
            {
                "workspace_id": self._scope.workspace_id,
                "key": key,
                "received_at": self._scope.machine_now,
                "for_good": for_good,
            },
        )
        return None if added.first() is not None else self.seen(key) or {}

    def keep(self, key: str, answer: dict[str, Any]) -> None:
        """Keep, by ids, how whoever comes with the same key again is answered."""
        self._scope.connection.execute(
            _KEEP,
            {
                "b_workspace": self._scope.workspace_id,
                "b_key": key,
                "answer": json.dumps(answer),
            },
        )
