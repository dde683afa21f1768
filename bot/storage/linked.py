"""Which handoffs belong together."""

from datetime import datetime

from sqlalchemy import bindparam, insert, or_, select, update

from bot.domain.linked import Link, LinkKind
from bot.storage.handoffs import WritableHandoffs
from bot.storage.statements import Scope
from bot.storage.tables import linked

_OF = (
    select(linked)
    .where(
        linked.c.workspace_id == bindparam("workspace"),
        or_(linked.c.earlier_id == bindparam("handoff"), linked.c.later_id == bindparam("handoff")),
        linked.c.ended_at.is_(None),
    )
    .order_by(linked.c.id)
)
_ADD = insert(linked)
_END = (
    update(linked)
    .where(
        linked.c.workspace_id == bindparam("b_workspace"),
        linked.c.earlier_id == bindparam("b_earlier"),
        linked.c.later_id == bindparam("b_later"),
        linked.c.kind == bindparam("b_kind"),
        linked.c.ended_at.is_(None),
    )
    .values(ended_at=bindparam("at", type_=linked.c.ended_at.type))
)


class Links:
    """The links of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def of(self, handoff_id: int) -> tuple[Link, ...]:
        """Those that hold of one handoff, the first one first."""
        values = {"workspace": self._scope.workspace_id, "handoff": handoff_id}
        rows = self._scope.connection.execute(_OF, values).mappings()
        return tuple(
            Link(
                row["later_id"] if row["earlier_id"] == handoff_id else row["earlier_id"],
                LinkKind(row["kind"]),
                onward=row["earlier_id"] == handoff_id,
            )
            for row in rows
        )


class WritableLinks(Links):
    """The links, changed only under the locks of both handoffs."""

    def __init__(self, scope: Scope, *, handoffs: WritableHandoffs) -> None:
        super().__init__(scope)
        self._handoffs = handoffs

    def add(self, earlier_id: int, later_id: int, kind: LinkKind, *, by: int, at: datetime) -> None:
        """Link two handoffs."""
        self._require_locks(earlier_id, later_id)
        self._scope.connection.execute(
            _ADD,
            {
                "workspace_id": self._scope.workspace_id,
                "earlier_id": earlier_id,
                "later_id": later_id,
                "kind": kind.value,
                "linked_by": by,
                "linked_at": at,
            },
        )

    def end(self, earlier_id: int, later_id: int, kind: LinkKind, *, at: datetime) -> None:
        """Let a link hold no longer; that it did stays."""
        self._require_locks(earlier_id, later_id)
        self._scope.connection.execute(
            _END,
            {
                "b_workspace": self._scope.workspace_id,
                "b_earlier": earlier_id,
                "b_later": later_id,
                "b_kind": kind.value,
                "at": at,
            },
        )

    def _require_locks(self, *handoff_ids: int) -> None:
        for handoff_id in handoff_ids:
            self._handoffs.locked_chain(handoff_id)
