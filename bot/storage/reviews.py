"""What is written at day 30, 60 and 90: documents by kind and revision, each for its readers."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import bindparam, func, insert, or_, select, update

from bot.domain.access import Audience
from bot.domain.brief import SCHEMA
from bot.domain.check_in import CheckIn
from bot.domain.closing import Closing
from bot.domain.defined_done import DefinedDone
from bot.domain.expansion import Expansion
from bot.domain.first_value import FirstValue
from bot.domain.milestone_review import MilestoneReview
from bot.domain.nps import Nps
from bot.domain.reviews import ReviewKind, audience_of
from bot.domain.scoring import BriefScore
from bot.domain.still_true import StillTrue
from bot.domain.verification import Record
from bot.storage.handoffs import WritableHandoffs
from bot.storage.records import WHOLE
from bot.storage.statements import Scope
from bot.storage.tables import IS_CURRENT, document

WRITTEN_AS: Mapping[ReviewKind, type[Record]] = {
    ReviewKind.CHECK_IN: CheckIn,
    ReviewKind.MILESTONES: MilestoneReview,
    ReviewKind.NPS: Nps,
    ReviewKind.STILL_TRUE_30: StillTrue,
    ReviewKind.STILL_TRUE_60: StillTrue,
    ReviewKind.STILL_TRUE_90: StillTrue,
    ReviewKind.FIRST_VALUE: FirstValue,
    ReviewKind.EXPANSION: Expansion,
    ReviewKind.EXPANSION_AE: Expansion,
    ReviewKind.SCORE: BriefScore,
    ReviewKind.SCORE_AE: BriefScore,
    ReviewKind.DEFINED_DONE: DefinedDone,
    ReviewKind.CLOSING: Closing,
}
R = TypeVar("R", bound=Record)

_OF = (
    document.c.workspace_id == bindparam("workspace"),
    document.c.handoff_id == bindparam("handoff"),
    document.c.kind.in_(bindparam("kinds", expanding=True)),
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
    .order_by(document.c.revision)
)
_NEWEST = select(func.coalesce(func.max(document.c.revision), 0)).where(*_OF)
_RETIRE = (
    update(document)
    .where(
        document.c.workspace_id == bindparam("b_workspace"),
        document.c.handoff_id == bindparam("b_handoff"),
        document.c.kind == bindparam("b_kind"),
        IS_CURRENT,
    )
    .values(is_current=False)
)
_ADD = insert(document)
_KINDS = [kind.value for kind in ReviewKind]


@dataclass(frozen=True)
class Reviewed:
    """One of them with who wrote it down when."""

    kind: ReviewKind
    record: Record
    revision: int
    by: int | None
    at: datetime


class WrittenReviews:
    """What is written down in the reviews of one workspace, as far as a reader may read it."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def load(
        self, handoff_id: int, *, audiences: Collection[Audience], reader: int | None = None
    ) -> dict[ReviewKind, Reviewed]:
        """The newest of each kind among those a person may read; their own they always may."""
        values = {
            **self._place(handoff_id, _KINDS),
            "audiences": [audience.value for audience in audiences],
            # No row was written by nobody, so that nobody reads as its writer.
            "reader": reader or 0,
        }
        found: dict[ReviewKind, Reviewed] = {}
        for row in self._scope.connection.execute(_READABLE, values).mappings():
            kind = ReviewKind(row["kind"])
            if row["schema"] != SCHEMA:
                raise ValueError(f"{kind}: unknown schema {row['schema']}")
            record = WRITTEN_AS[kind].model_validate(json.loads(row["body"]))
            found[kind] = Reviewed(
                kind, record, row["revision"], row["written_by"], row["written_at"]
            )
        return found

    def one(
        self,
        handoff_id: int,
        kind: ReviewKind,
        of: type[R],
        *,
        audiences: Collection[Audience],
        reader: int | None = None,
    ) -> R | None:
        """The newest of one kind as what it is; None where a person may read none."""
        found = self.load(handoff_id, audiences=audiences, reader=reader).get(kind)
        return found.record if found is not None and isinstance(found.record, of) else None

    def revision(self, handoff_id: int, kind: ReviewKind) -> int:
        """The newest revision of a kind; 0 where nothing was written down."""
        values = self._place(handoff_id, [kind.value])
        return int(self._scope.connection.execute(_NEWEST, values).scalar_one())

    def _place(self, handoff_id: int, kinds: Collection[str]) -> dict[str, object]:
        return {
            "workspace": self._scope.workspace_id,
            "handoff": handoff_id,
            "kinds": list(kinds),
        }


class WritableReviews(WrittenReviews):
    """The same, written only under the lock of their handoff."""

    def __init__(self, scope: Scope, *, handoffs: WritableHandoffs) -> None:
        super().__init__(scope)
        self._handoffs = handoffs

    def save(
        self, handoff_id: int, kind: ReviewKind, record: Record, *, by: int, at: datetime
    ) -> int:
        """Write one down and give its revision; earlier ones are kept."""
        self._handoffs.locked_chain(handoff_id)
        revision = self.revision(handoff_id, kind) + 1
        place = {"b_workspace": self._scope.workspace_id, "b_handoff": handoff_id}
        self._scope.connection.execute(_RETIRE, {**place, "b_kind": kind.value})
        self._scope.connection.execute(
            _ADD,
            {
                "workspace_id": self._scope.workspace_id,
                "handoff_id": handoff_id,
                "kind": kind.value,
                "section": WHOLE,
                "audience": audience_of(kind).value,
                "revision": revision,
                "schema": SCHEMA,
                "body": record.model_dump_json(),
                "written_by": by,
                "written_at": at,
                "is_current": True,
            },
        )
        return revision
