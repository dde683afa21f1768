"""Messages as they were copied: their taker's alone until they stand in a handoff."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, and_, bindparam, delete, insert, or_, select, update

from bot.domain.access import HELPED, Audience
from bot.domain.copied import AUDIENCE_OF, Copied, Message, Origin, Target
from bot.domain.errors import NotFound, Problem
from bot.domain.items import SectionKey
from bot.storage.statements import Scope
from bot.storage.tables import COPY_NOT_ADDED, copied

_THEIRS = select(copied).where(
    copied.c.workspace_id == bindparam("workspace"),
    copied.c.id == bindparam("id"),
    copied.c.taken_by == bindparam("person"),
    COPY_NOT_ADDED,
)
_READABLE = (
    select(copied)
    .where(
        copied.c.workspace_id == bindparam("workspace"),
        copied.c.handoff_id == bindparam("handoff"),
        or_(
            copied.c.audience.in_(bindparam("audiences", expanding=True)),
            and_(
                copied.c.section.in_(bindparam("given", expanding=True)),
                copied.c.audience.in_(bindparam("helped", expanding=True)),
            ),
        ),
    )
    .order_by(copied.c.id)
)
_TAKE = insert(copied).returning(copied.c.id)
_KEEP = update(copied).where(
    copied.c.id == bindparam("b_id"),
    copied.c.workspace_id == bindparam("b_workspace"),
    COPY_NOT_ADDED,
)
FORGET = delete(copied).where(COPY_NOT_ADDED, copied.c.taken_at < bindparam("before"))


class Copies:
    """The copied messages of one workspace, as far as their reader may read them."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def taken(self, copy_id: int, person_id: int) -> Message:
        """What a person is about to add; raises NotFound once it was added, or forgotten."""
        row = self._rows(_THEIRS, id=copy_id, person=person_id)
        if not row:
            raise NotFound(Problem.COPY_GONE)
        return _message(row[0])

    def of(
        self,
        handoff_id: int,
        *,
        audiences: Collection[Audience],
        given: Collection[SectionKey] = (),
    ) -> tuple[Copied, ...]:
        """What was added to a handoff, the first one first; see `Briefs.load`."""
        found = self._rows(
            _READABLE,
            handoff=handoff_id,
            audiences=_values(audiences),
            given=_values(given),
            helped=_values(HELPED),
        )
        return tuple(
            Copied(Target(row["target"]), _message(row), row["means"], row["entry"])
            for row in found
        )

    def _rows(self, statement: Any, **values: Any) -> list[RowMapping]:
        values["workspace"] = self._scope.workspace_id
        return list(self._scope.connection.execute(statement, values).mappings())


class WritableCopies(Copies):
    """The copied messages, taken and added."""

    def take(self, message: Message, *, by: int) -> int:
        """Keep a message for who is about to add it; gives the id of the copy."""
        values = {
            "workspace_id": self._scope.workspace_id,
            "taken_by": by,
            "taken_at": self._scope.machine_now,
            "words": message.words,
            "cut": message.cut,
            "author": message.author,
            "said_at": message.said_at,
            "link": message.link,
            "origin": message.origin.value,
            "means": "",
        }
        return int(self._scope.connection.execute(_TAKE, values).scalar_one())

    def add(self, copy_id: int, handoff_id: int, one: Copied) -> None:
        """Let a copy stand in a handoff for good; raises NotFound the second time."""
        values = {
            "b_id": copy_id,
            "b_workspace": self._scope.workspace_id,
            "handoff_id": handoff_id,
            "target": one.target.value,
            "section": one.section.value,
            "audience": AUDIENCE_OF[one.target].value,
            "entry": one.entry,
            "means": one.means,
        }
        if not self._scope.connection.execute(_KEEP, values).rowcount:
            raise NotFound(Problem.COPY_GONE)


def _values(names: Iterable[StrEnum]) -> list[str]:
    return [name.value for name in names]


def _message(row: RowMapping) -> Message:
    return Message(
        words=row["words"],
        author=row["author"],
        said_at=row["said_at"],
        link=row["link"],
        origin=Origin(row["origin"]),
        cut=row["cut"],
    )
