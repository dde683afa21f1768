"""What could not be delivered, for the admins who can do something about it."""

from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import RowMapping, bindparam, func, select

from bot.domain.notices import JobSource, NoticeKind, Place, SurfaceKind
from bot.storage.readable import NEWER
from bot.storage.statements import Scope
from bot.storage.tables import (
    IS_GUIDE,
    OUTBOX_TROUBLE,
    SURFACE_TROUBLE,
    OutboxState,
    SurfaceState,
    outbox,
    surface,
)

AGAIN_NOTICE = (OUTBOX_TROUBLE, outbox.c.state == OutboxState.DEAD.value)
"""What Slack refused is certainly not there; of what is in doubt a second one might stand."""
AGAIN_SURFACE = (SURFACE_TROUBLE, (surface.c.state == SurfaceState.LIVE.value) | IS_GUIDE)
"""The same; a second guide card does no harm."""
_NOTICES = select(outbox).where(outbox.c.workspace_id == bindparam("workspace"), OUTBOX_TROUBLE)
_SURFACES = select(surface).where(surface.c.workspace_id == bindparam("workspace"), SURFACE_TROUBLE)


def _page(of: Any, key: Any) -> Any:
    return of.order_by(key.desc()).limit(bindparam("size")).offset(bindparam("skip"))


_PAGE_OF_NOTICES = _page(_NOTICES, outbox.c.id)
_PAGE_OF_SURFACES = _page(_SURFACES, surface.c.id)
_COUNT_NOTICES = _NOTICES.with_only_columns(func.count())
_COUNT_BUT_ALARMS = _COUNT_NOTICES.where(outbox.c.kind != NoticeKind.ALARM.value)
_COUNT_SURFACES = _SURFACES.with_only_columns(func.count())
_Kind = TypeVar("_Kind", NoticeKind, SurfaceKind)


@dataclass(frozen=True)
class Trouble:
    """One thing that was given up or is in doubt; never what it would have said."""

    source: JobSource
    id: int
    kind: NoticeKind | SurfaceKind | None
    """None for what a newer version left that this one does not know."""
    handoff_id: int | None
    person_id: int | None
    """Whose it is, where it goes to one person."""
    channel_id: int | None
    reason: str
    """Slack's word for it, or ours."""
    in_doubt: bool
    """It may have arrived."""
    may_retry: bool


class Undelivered:
    """What was given up or is in doubt in a workspace, and was not put aside."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def count(self) -> int:
        """How many there are."""
        return self._count(_COUNT_NOTICES) + self._count(_COUNT_SURFACES)

    def count_but_alarms(self) -> int:
        """The same without what tells of them: that fails is no news."""
        return self._count(_COUNT_BUT_ALARMS) + self._count(_COUNT_SURFACES)

    def page(self, *, skip: int, size: int) -> list[Trouble]:
        """Some of them: what was to be said first, then what mirrors rows, the newest first."""
        found = [_of_notice(row) for row in self._rows(_PAGE_OF_NOTICES, skip=skip, size=size)]
        left = size - len(found)
        if left:
            before = max(skip - self._count(_COUNT_NOTICES), 0)
            rows = self._rows(_PAGE_OF_SURFACES, skip=before, size=left)
            found += [_of_surface(row) for row in rows]
        return found

    def _count(self, statement: Any) -> int:
        values = {"workspace": self._scope.workspace_id}
        return int(self._scope.connection.execute(statement, values).scalar_one())

    def _rows(self, statement: Any, *, skip: int, size: int) -> list[RowMapping]:
        values = {"workspace": self._scope.workspace_id, "skip": skip, "size": size}
        return list(self._scope.connection.execute(statement, values).mappings())


def _of_notice(row: RowMapping) -> Trouble:
    alone = row["place"] in (Place.DM.value, Place.EPHEMERAL.value)
    dead = row["state"] == OutboxState.DEAD.value
    return Trouble(
        JobSource.NOTICE,
        row["id"],
        _known(NoticeKind, row["kind"]),
        row["handoff_id"],
        row["person_id"] if alone else None,
        None if alone else row["channel_id"],
        row["reason"],
        in_doubt=not dead,
        may_retry=dead and row["reason"] != NEWER,
    )


def _of_surface(row: RowMapping) -> Trouble:
    kind, live = _known(SurfaceKind, row["kind"]), row["state"] == SurfaceState.LIVE.value
    return Trouble(
        JobSource.SURFACE,
        row["id"],
        kind,
        row["handoff_id"],
        row["person_id"],
        row["channel_id"],
        row["reason"],
        in_doubt=not live,
        may_retry=(live or kind is SurfaceKind.GUIDE) and row["reason"] != NEWER,
    )


def _known(kinds: type[_Kind], word: str) -> _Kind | None:
    try:
        return kinds(word)
    except ValueError:
        return None
