"""What an admin was told of trouble that lasts, and under which reference the log has it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from bot.domain.alarms import About
from bot.storage.statements import Scope, once
from bot.storage.tables import alarm, workspace

_OURS: Any = alarm.c.workspace_id == bindparam("b_workspace")
_THIS = (
    _OURS,
    alarm.c.about == bindparam("b_about"),
    alarm.c.detail == bindparam("b_detail"),
    # What began anew meanwhile is something else.
    alarm.c.reference == bindparam("b_reference"),
)
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
_HERE = workspace.c.id == bindparam("b_workspace")
_CONNECTED_AT = select(workspace.c.connected_at).where(_HERE)
_CONNECTED = (
    update(workspace)
    .where(_HERE)
    .values(connected_at=bindparam("b_now", type_=workspace.c.connected_at.type))
)
_AHEAD = timedelta(seconds=30)
"""The machine clocks of two replicas differ by less; an instant beyond is from before a clock was
set back."""


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

    def begin(
        self, about: About, *, reference: str, detail: str = "", since: datetime | None = None
    ) -> bool:
        """Trouble begins, now or `since` then; False where it began before, whoever found it."""
        row = {
            "workspace_id": self._scope.workspace_id,
            "about": about.value,
            "detail": detail,
            "reference": reference,
            "since": since or self._scope.now,
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

    def over(self, one: Lasting) -> bool:
        """It is over; False where somebody else has found so."""
        return self._scope.connection.execute(_OVER, self._this(one)).rowcount > 0

    def connected_ago(self) -> timedelta | None:
        """How long ago some process was connected to Slack; None where that is not known."""
        ours = {"b_workspace": self._scope.workspace_id}
        at: datetime | None = self._scope.connection.execute(_CONNECTED_AT, ours).scalar_one()
        if at is None or at > self._scope.machine_now + _AHEAD:
            return None
        return max(self._scope.machine_now - at, timedelta(0))

    def note_connected(self) -> None:
        """This process is connected to Slack."""
        now = {"b_workspace": self._scope.workspace_id, "b_now": self._scope.machine_now}
        self._scope.connection.execute(_CONNECTED, now)

    def _this(self, one: Lasting) -> dict[str, Any]:
        return {
            "b_workspace": self._scope.workspace_id,
            "b_about": one.about.value,
            "b_detail": one.detail,
            "b_reference": one.reference,
        }
