"""What an admin was told of trouble that lasts, and under which reference the log has it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from bot.domain.alarms import About
from bot.storage.statements import Scope, once
from bot.storage.tables import alarm, outbox

_OURS: Any = alarm.c.workspace_id == bindparam("b_workspace")
_THIS = (_OURS, alarm.c.about == bindparam("b_about"), alarm.c.detail == bindparam("b_detail"))
_ALL = select(alarm).where(_OURS).order_by(alarm.c.about, alarm.c.detail)
_BEGIN = {dialect: add.returning(alarm.c.about) for dialect, add in once(alarm).items()}
_OVER = delete(alarm).where(*_THIS)
_BEFORE = bindparam("b_before", type_=alarm.c.told_at.type)
_TELL = (
    update(alarm)
    .where(*_THIS, alarm.c.told_at.is_(None) | (alarm.c.told_at <= _BEFORE))
    .values(told_at=bindparam("b_now", type_=alarm.c.told_at.type), times=alarm.c.times + 1)
    .returning(alarm.c.times)
)
_SAID = select(outbox.c.id).where(
    outbox.c.workspace_id == bindparam("b_workspace"), outbox.c.key == bindparam("b_key")
)


@dataclass(frozen=True)
class Lasting:
    """Trouble that is not over."""

    about: About
    detail: str
    """Which permission, or Slack's word for what it refuses; else empty."""
    reference: str
    since: datetime
    told_at: datetime | None
    times: int
    """How often it was told."""


class Alarms:
    """The trouble of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def lasting(self) -> list[Lasting]:
        """All that is not over."""
        rows = self._scope.connection.execute(_ALL, {"b_workspace": self._scope.workspace_id})
        return [
            Lasting(About(row.about), row.detail, row.reference, row.since, row.told_at, row.times)
            for row in rows
        ]

    def begin(self, about: About, *, reference: str, detail: str = "") -> bool:
        """Trouble begins; False where it began before, whoever found it."""
        row = {
            "workspace_id": self._scope.workspace_id,
            "about": about.value,
            "detail": detail,
            "reference": reference,
            "since": self._scope.now,
            "times": 0,
        }
        added = self._scope.connection.execute(_BEGIN[self._scope.dialect], row)
        return added.first() is not None

    def tell(self, one: Lasting, *, before: datetime) -> int | None:
        """Take the turn to tell of it, where nobody told since `before`; gives how often that was.

        None where somebody else has told of it.
        """
        values = {**self._this(one), "b_before": before, "b_now": self._scope.now}
        row = self._scope.connection.execute(_TELL, values).first()
        return int(row.times) - 1 if row is not None else None

    def said(self, key: str) -> bool:
        """Whether an alarm was said under this key, or waits to be."""
        of_it = {"b_workspace": self._scope.workspace_id, "b_key": key}
        return self._scope.connection.execute(_SAID, of_it).first() is not None

    def over(self, one: Lasting) -> bool:
        """It is over; False where somebody else has found so."""
        return self._scope.connection.execute(_OVER, self._this(one)).rowcount > 0

    def _this(self, one: Lasting) -> dict[str, Any]:
        return {
            "b_workspace": self._scope.workspace_id,
            "b_about": one.about.value,
            "b_detail": one.detail,
        }
