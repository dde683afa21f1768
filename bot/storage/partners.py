"""What the AE entered of a partner's side: a document by revision, for the readers of its part of
the brief."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, or_, select, update

from bot.domain.access import Audience
from bot.domain.brief import SCHEMA
from bot.domain.partner import SECTION, PartnerSide
from bot.storage.handoffs import WritableHandoffs
from bot.storage.statements import Scope
from bot.storage.tables import IS_CURRENT, document

AUDIENCE = Audience.BACKGROUND
KIND = "partner"

_OF = (
    document.c.workspace_id == bindparam("workspace"),
    document.c.handoff_id == bindparam("handoff"),
    document.c.kind == KIND,
)
_READABLE = (
    select(document)
    .where(
        *_OF,
        # Whoever wrote something down goes on reading that, whatever part they have now.
        or_(
            document.c.audience.in_(bindparam("audiences", expanding=True)),
            document.c.written_by == bindparam("reader"),
        ),
    )
    .order_by(document.c.revision.desc())
    .limit(1)
)
_NEWEST = select(func.coalesce(func.max(document.c.revision), 0)).where(*_OF)
_RETIRE = (
    update(document)
    .where(
        document.c.workspace_id == bindparam("b_workspace"),
        document.c.handoff_id == bindparam("b_handoff"),
        document.c.kind == KIND,
        IS_CURRENT,
    )
    .values(is_current=False)
)
_ADD = insert(document)


@dataclass(frozen=True)
class Entered:
    """A partner's side with who entered it when."""

    side: PartnerSide
    revision: int
    by: int | None
    at: datetime


class Partners:
    """The partners' sides of one workspace, as far as a reader may read them."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def of(
        self, handoff_id: int, *, audiences: Collection[Audience], reader: int | None = None
    ) -> Entered | None:
        """The newest that a person may read; their own they always may."""
        values = {
            "workspace": self._scope.workspace_id,
            "handoff": handoff_id,
            "audiences": [audience.value for audience in audiences],
            # No row was written by nobody, so that nobody reads as its writer.
            "reader": reader or 0,
        }
        row = self._scope.connection.execute(_READABLE, values).mappings().first()
        if row is None:
            return None
        if row["schema"] != SCHEMA:
            raise ValueError(f"{KIND}: unknown schema {row['schema']}")
        side = PartnerSide.model_validate(json.loads(row["body"]))
        return Entered(side, row["revision"], row["written_by"], row["written_at"])

    def revision(self, handoff_id: int) -> int:
        """The newest revision; 0 where nothing was entered."""
        values = {"workspace": self._scope.workspace_id, "handoff": handoff_id}
        return int(self._scope.connection.execute(_NEWEST, values).scalar_one())


class WritablePartners(Partners):
    """The same, written only under the lock of their handoff."""

    def __init__(self, scope: Scope, *, handoffs: WritableHandoffs) -> None:
        super().__init__(scope)
        self._handoffs = handoffs

    def save(self, handoff_id: int, side: PartnerSide, *, by: int, at: datetime) -> int:
        """Write down a partner's side and give its revision; earlier ones are kept."""
        self._handoffs.locked_chain(handoff_id)
        revision = self.revision(handoff_id) + 1
        place = {"b_workspace": self._scope.workspace_id, "b_handoff": handoff_id}
        self._scope.connection.execute(_RETIRE, place)
        self._scope.connection.execute(
            _ADD,
            {
                "workspace_id": self._scope.workspace_id,
                "handoff_id": handoff_id,
                "kind": KIND,
                "section": SECTION.value,
                "audience": AUDIENCE.value,
                "revision": revision,
                "schema": SCHEMA,
                "body": side.model_dump_json(),
                "written_by": by,
                "written_at": at,
                "is_current": True,
            },
        )
        return revision
