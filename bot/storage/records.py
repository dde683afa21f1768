"""What is written down from the CSM's reading to the intro: documents by kind, for few readers."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, or_, select, update

from bot.domain.access import Audience
from bot.domain.brief import SCHEMA
from bot.domain.briefing import BriefingCall
from bot.domain.intro import IntroDraft
from bot.domain.kickoff_form import KickoffForm
from bot.domain.succession import Interviews
from bot.domain.verification import (
    Checks,
    JointPlan,
    Record,
    RecordKind,
    Restatement,
    Verdict,
)
from bot.storage.handoffs import WritableHandoffs
from bot.storage.statements import Scope
from bot.storage.tables import IS_CURRENT, document

AUDIENCES: Mapping[RecordKind, Audience] = {
    **dict.fromkeys(RecordKind, Audience.RECORDS),
    RecordKind.KICKOFF: Audience.REASONS,
}
RECORDS: Mapping[RecordKind, type[Record]] = {
    RecordKind.CHECKS: Checks,
    RecordKind.JOINT_PLAN: JointPlan,
    RecordKind.RESTATEMENT: Restatement,
    RecordKind.VERDICT: Verdict,
    RecordKind.BRIEFING_CALL: BriefingCall,
    RecordKind.KICKOFF: KickoffForm,
    RecordKind.INTERVIEWS: Interviews,
    RecordKind.INTRO_DRAFT: IntroDraft,
}
WHOLE = "whole"
"""A record is one piece; only the brief is in sections."""

_OF = (
    document.c.workspace_id == bindparam("workspace"),
    document.c.handoff_id == bindparam("handoff"),
)
_READABLE = (
    select(document)
    .where(
        *_OF,
        document.c.kind.in_(bindparam("kinds", expanding=True)),
        # Whoever wrote something down goes on reading that, whatever part they have now.
        or_(
            document.c.audience.in_(bindparam("audiences", expanding=True)),
            document.c.written_by == bindparam("reader"),
        ),
    )
    .order_by(document.c.revision)
)
_NEWEST = select(func.coalesce(func.max(document.c.revision), 0)).where(
    *_OF, document.c.kind == bindparam("kind")
)
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
_KINDS = [kind.value for kind in RecordKind]


@dataclass(frozen=True)
class Written:
    """One record with who wrote it down when."""

    kind: RecordKind
    record: Record
    revision: int
    by: int | None
    at: datetime


class Records:
    """The records of one workspace, as far as a reader may read them."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def load(
        self, handoff_id: int, *, audiences: Collection[Audience], reader: int | None = None
    ) -> dict[RecordKind, Written]:
        """The newest of each kind among those a person may read; their own they always may."""
        values = {
            "workspace": self._scope.workspace_id,
            "handoff": handoff_id,
            "kinds": _KINDS,
            "audiences": [audience.value for audience in audiences],
            # No row was written by nobody, so that nobody reads as its writer.
            "reader": reader or 0,
        }
        found: dict[RecordKind, Written] = {}
        for row in self._scope.connection.execute(_READABLE, values).mappings():
            kind = RecordKind(row["kind"])
            if row["schema"] != SCHEMA:
                raise ValueError(f"{kind}: unknown schema {row['schema']}")
            record = RECORDS[kind].model_validate(json.loads(row["body"]))
            found[kind] = Written(
                kind, record, row["revision"], row["written_by"], row["written_at"]
            )
        return found

    def revision(self, handoff_id: int, kind: RecordKind) -> int:
        """The newest revision of a kind; 0 where nothing was written down."""
        values = {
            "workspace": self._scope.workspace_id,
            "handoff": handoff_id,
            "kind": kind.value,
        }
        return int(self._scope.connection.execute(_NEWEST, values).scalar_one())


class WritableRecords(Records):
    """The records, written only under the lock of their handoff."""

    def __init__(self, scope: Scope, *, handoffs: WritableHandoffs) -> None:
        super().__init__(scope)
        self._handoffs = handoffs

    def save(
        self,
        handoff_id: int,
        kind: RecordKind,
        record: Record,
        *,
        by: int,
        at: datetime,
        audience: Audience | None = None,
    ) -> int:
        """Write a record down and give its revision; earlier ones are kept.

        `audience` is who reads it, where not those of its kind: a draft has its sender's.
        """
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
                "audience": (audience or AUDIENCES[kind]).value,
                "revision": revision,
                "schema": SCHEMA,
                "body": record.model_dump_json(),
                "written_by": by,
                "written_at": at,
                "is_current": True,
            },
        )
        return revision
