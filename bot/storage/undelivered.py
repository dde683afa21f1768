"""What could not be delivered, for the admins who can do something about it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeVar

from sqlalchemy import RowMapping, Table, bindparam, func, select

from bot.domain.alarms import About
from bot.domain.notices import JobSource, NoticeKind, Place, SurfaceKind
from bot.storage.readable import NEWER
from bot.storage.statements import Scope
from bot.storage.tables import (
    IS_GUIDE,
    OUTBOX_IN_VAIN,
    OUTBOX_TROUBLE,
    SURFACE_GIVEN_UP,
    SURFACE_IN_VAIN,
    OutboxState,
    SurfaceState,
    outbox,
    surface,
)

AGAIN_NOTICE = (OUTBOX_TROUBLE, outbox.c.state == OutboxState.DEAD.value)
"""What Slack refused is certainly not there; of what is in doubt a second one might stand."""
AGAIN_SURFACE = (SURFACE_GIVEN_UP, (surface.c.state == SurfaceState.LIVE.value) | IS_GUIDE)
"""The same; a second guide card does no harm."""


class Lot(Enum):
    """What becomes of something that did not arrive."""

    IN_VAIN = auto()
    """It is tried again and again."""
    GIVEN_UP = auto()
    """It is not tried any more, and what may have arrived is not, either."""


LOTS = {About.IN_VAIN: Lot.IN_VAIN, About.UNDELIVERED: Lot.GIVEN_UP}
"""What the alarms of messages are about."""


def _those(table: Table, which: Any) -> Any:
    return select(table).where(table.c.workspace_id == bindparam("workspace"), which)


def _page(of: Any, key: Any) -> Any:
    return of.order_by(key.desc()).limit(bindparam("size")).offset(bindparam("skip"))


_NOTICES = {
    Lot.IN_VAIN: _those(outbox, OUTBOX_IN_VAIN),
    Lot.GIVEN_UP: _those(outbox, OUTBOX_TROUBLE),
}
_SURFACES = {
    Lot.IN_VAIN: _those(surface, SURFACE_IN_VAIN),
    Lot.GIVEN_UP: _those(surface, SURFACE_GIVEN_UP),
}
COUNT_NOTICES = {lot: of.with_only_columns(func.count()) for lot, of in _NOTICES.items()}
COUNT_SURFACES = {lot: of.with_only_columns(func.count()) for lot, of in _SURFACES.items()}
_BUT_ALARMS = outbox.c.kind != NoticeKind.ALARM.value
_COUNT_BUT_ALARMS = {lot: count.where(_BUT_ALARMS) for lot, count in COUNT_NOTICES.items()}
_Kind = TypeVar("_Kind", NoticeKind, SurfaceKind)


@dataclass(frozen=True)
class Trouble:
    """One thing that did not arrive, or may not have; never what it would have said."""

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
    in_vain: bool = False
    """It is tried again and again, and goes by itself when it can."""


_Reads = Callable[[RowMapping, Lot], Trouble]


class Undelivered:
    """What in a workspace is tried in vain, was given up or is in doubt, and not put aside."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def count(self) -> int:
        """How many there are."""
        return sum(self._count(count) for _, count, *_ in _IN_ORDER)

    def count_but_alarms(self, lot: Lot) -> int:
        """The same of a lot, without what tells of them: that fails is no news."""
        return self._count(_COUNT_BUT_ALARMS[lot]) + self._count(COUNT_SURFACES[lot])

    def page(self, *, skip: int, size: int, lot: Lot | None = None) -> list[Trouble]:
        """Some of them: what was to be said first, then what mirrors rows.

        Of each what is tried in vain before what was given up, the newest first.
        """
        found: list[Trouble] = []
        for of, count, page, reads in _IN_ORDER:
            if lot not in (None, of) or len(found) == size:
                continue
            rows = self._rows(page, skip=skip, size=size - len(found))
            found += [reads(row, of) for row in rows]
            skip = 0 if rows else max(skip - self._count(count), 0)
        return found

    def _count(self, statement: Any) -> int:
        values = {"workspace": self._scope.workspace_id}
        return int(self._scope.connection.execute(statement, values).scalar_one())

    def _rows(self, statement: Any, *, skip: int, size: int) -> list[RowMapping]:
        values = {"workspace": self._scope.workspace_id, "skip": skip, "size": size}
        return list(self._scope.connection.execute(statement, values).mappings())


def _of_notice(row: RowMapping, lot: Lot) -> Trouble:
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
        in_doubt=lot is Lot.GIVEN_UP and not dead,
        may_retry=dead and row["reason"] != NEWER,
        in_vain=lot is Lot.IN_VAIN,
    )


def _of_surface(row: RowMapping, lot: Lot) -> Trouble:
    kind, live = _known(SurfaceKind, row["kind"]), row["state"] == SurfaceState.LIVE.value
    again = lot is Lot.GIVEN_UP and row["reason"] != NEWER
    return Trouble(
        JobSource.SURFACE,
        row["id"],
        kind,
        row["handoff_id"],
        row["person_id"],
        row["channel_id"],
        row["reason"],
        in_doubt=not live,
        may_retry=again and (live or kind is SurfaceKind.GUIDE),
        in_vain=lot is Lot.IN_VAIN,
    )


def _known(kinds: type[_Kind], word: str) -> _Kind | None:
    try:
        return kinds(word)
    except ValueError:
        return None


_IN_ORDER: tuple[tuple[Lot, Any, Any, _Reads], ...] = (
    *((lot, COUNT_NOTICES[lot], _page(_NOTICES[lot], outbox.c.id), _of_notice) for lot in Lot),
    *((lot, COUNT_SURFACES[lot], _page(_SURFACES[lot], surface.c.id), _of_surface) for lot in Lot),
)
