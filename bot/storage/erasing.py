"""Where words of people stand, in which a name is looked for and erased.

Every column of text is in one of the two tables below, and a test fails for one that is in neither.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, RowMapping, Table, bindparam, func, select, update

from bot.domain.erasing import Names
from bot.storage import tables
from bot.storage.briefs import ENCRYPTED
from bot.storage.statements import Scope

WORDS: Mapping[str, frozenset[str]] = {
    "handoff": frozenset({"account", "call_customer", "links"}),
    "document": frozenset({"body"}),
    "promise": frozenset({"withdrawn_reason", "dealt_line", "fate_line", "origin_account"}),
    "promise_version": frozenset({"words", "said_to", "said_by", "source"}),
    "initial": frozenset({"check_with"}),
    "dispute": frozenset({"reason"}),
    "dispute_answer": frozenset({"words", "reason"}),
    "late_answer": frozenset({"words", "reason"}),
    "milestone_version": frozenset({"words", "who"}),
    "plan_mark": frozenset({"who"}),
    "debrief_ask": frozenset({"text", "reply"}),
    "pasted": frozenset({"words"}),
    "copied": frozenset({"words", "author", "link", "means"}),
    "chat_message": frozenset({"words"}),
    "event_value": frozenset({"value"}),
}
"""What people typed."""
NO_WORDS: Mapping[str, frozenset[str]] = {
    "workspace": frozenset(
        {
            "enterprise_id",
            "team_id",
            "bot_user_id",
            "name",
            "notify",
            "blocked_reason",
            "key_check",
            "manager_field",
            "manager_field_label",
            "marks_key",
        }
    ),
    # A name that Slack gave, erased by its own way: see `Erasing.forget_account`.
    "person": frozenset(
        {"slack_id", "name", "zone", "region", "region_by", "manager_by", "dm_slack_id"}
    ),
    "person_role": frozenset({"role"}),
    # The name of a channel is Slack's, and comes back with its next look.
    "channel": frozenset({"slack_id", "name"}),
    "alarm": frozenset({"about", "detail", "reference"}),
    "rate": frozenset({"family", "destination"}),
    "received": frozenset({"key", "answer"}),
    "holiday": frozenset({"region", "days"}),
    "handoff": frozenset(
        {
            "currency",
            "tier",
            "ae_manager_by",
            "cs_manager_by",
            "away_known",
            "state",
            "commitment_answer",
            "rate",
            "talk_proposed_side",
            "helpers",
            "open_items",
            "signed_brief",
            "read_brief",
            "sent_back_items",
            "intro_sent_way",
            "intro_cs_before",
            "intro_ae_way",
            "intro_csm_way",
            "debrief_standings",
            "breakdowns",
            "review_outcome",
            "attention_state",
            "attention_step",
        }
    ),
    "document": frozenset({"kind", "section", "audience"}),
    "promise": frozenset({"late", "dealt", "fate"}),
    "linked": frozenset({"kind"}),
    "promise_version": frozenset({"kind", "basis"}),
    "initial": frozenset({"side", "delivery", "via"}),
    "dispute": frozenset({"side", "ending"}),
    "dispute_answer": frozenset({"seat", "outcome"}),
    "late_answer": frozenset({"side", "outcome"}),
    "milestone": frozenset({"state"}),
    "milestone_version": frozenset({"sharing", "owner"}),
    "plan_mark": frozenset({"party", "way"}),
    "debrief_ask": frozenset({"question", "audience"}),
    "copied": frozenset({"origin", "target", "section", "audience"}),
    "chat": frozenset({"about", "section", "item", "state", "path"}),
    "chat_message": frozenset({"ts", "section", "item", "edited"}),
    "deadline": frozenset({"step", "zone", "state", "waits_for", "stages", "said", "passed"}),
    "digest_line": frozenset({"step", "stage"}),
    # The bytes that were hashed hold no words, only what these were hashed to.
    "event": frozenset({"tag", "body"}),
    "event_value": frozenset({"field"}),
    # Kinds and ids: what is said is made when it is sent.
    "outbox": frozenset(
        {
            "kind",
            "place",
            "method",
            "destination",
            "key",
            "opaque",
            "facts",
            "state",
            "lease",
            "ts",
            "sent_channel",
            "reason",
        }
    ),
    "outbox_about": frozenset({"step", "stage"}),
    "surface": frozenset(
        {
            "kind",
            "destination",
            "state",
            "opaque",
            "ts",
            "posted_in",
            "lease",
            "step",
            "reason",
        }
    ),
}
"""What the bot itself writes, or Slack says."""
_JSON = frozenset({("document", "body"), ("handoff", "links")})
_ABOVE: Mapping[str, tuple[str, str]] = {
    "promise_version": ("promise", "promise_id"),
    "milestone_version": ("milestone", "milestone_id"),
    "dispute_answer": ("dispute", "dispute_id"),
    "chat_message": ("chat", "chat_id"),
}
"""What belongs to a handoff by something else of it."""
_SENT = (
    select(func.count())
    .select_from(tables.outbox)
    .where(
        tables.outbox.c.workspace_id == bindparam("workspace"),
        tables.outbox.c.handoff_id.in_(bindparam("handoffs", expanding=True)),
        tables.outbox.c.state == tables.OutboxState.SENT.value,
        tables.outbox.c.sent_channel.is_not(None),
    )
)
_SECURE = "PRAGMA secure_delete = ON"


@dataclass(frozen=True)
class Place:
    """A cell that holds a name."""

    kind: str
    """Of a document its kind, else the table it stands in."""
    table: str
    column: str
    row: Mapping[str, Any]
    """The primary key."""
    handoff_id: int | None
    """None for what was copied and belongs to no handoff yet."""
    times: int
    after: str
    """What stands there instead; of a value of the history nothing does."""


class Erasing:
    """Looks through all words of one workspace, and erases names from them."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def find(self, names: Names) -> list[Place]:
        """Every cell with one of these names; raises WrongKey where notes cannot be read."""
        return [
            place
            for table in tables.metadata.sorted_tables
            if table.name in WORDS
            for place in self._in_table(table, names)
        ]

    def _in_table(self, table: Table, names: Names) -> Iterator[Place]:
        columns = [table.c[name] for name in sorted(WORDS[table.name])]
        key = list(table.primary_key.columns)
        about = _handoff_of(table)
        extra = [table.c.kind, table.c.audience] if table is tables.document else []
        statement = select(*columns, *key, about.label("about"), *extra)
        if table.name in _ABOVE:
            above, by = _ABOVE[table.name]
            owner = tables.metadata.tables[above]
            statement = statement.join(owner, owner.c.id == table.c[by])
        statement = statement.where(table.c.workspace_id == self._scope.workspace_id)
        for row in self._scope.connection.execute(statement).mappings():
            for column in columns:
                place = self._place(table, column, row, names)
                if place is not None:
                    yield place

    def _place(
        self, table: Table, column: Column[Any], row: RowMapping, names: Names
    ) -> Place | None:
        kept = row[column.name]
        if kept is None:
            return None
        hidden = table is tables.document and row["audience"] in ENCRYPTED
        text = self._scope.cipher.decrypt(kept) if hidden else kept
        is_json = (table.name, column.name) in _JSON
        # As it is read, and not as JSON spells it.
        times = names.count(_as_read(text) if is_json else text)
        if not times:
            return None
        after = names.erased_in(text) if is_json else names.erased(text)
        return Place(
            row["kind"] if table is tables.document else table.name,
            table.name,
            column.name,
            {one.name: row[one.name] for one in table.primary_key.columns},
            row["about"],
            times,
            self._scope.cipher.encrypt(after) if hidden else after,
        )

    def replace(self, places: Iterable[Place]) -> None:
        """Write what stands there instead; values of the history are left to their own way."""
        if self._scope.dialect == "sqlite":
            # What is written over is not left in the free parts of the file.
            self._scope.connection.exec_driver_sql(_SECURE)
        for place in places:
            if place.table == tables.event_value.name:
                continue
            table = tables.metadata.tables[place.table]
            this = [table.c[name] == value for name, value in place.row.items()]
            this.append(table.c.workspace_id == self._scope.workspace_id)
            self._scope.connection.execute(
                update(table).where(*this).values({place.column: place.after})
            )

    def messages_about(self, handoff_ids: Sequence[int]) -> int:
        """How many messages about handoffs stand in Slack that are never drawn anew."""
        values = {"workspace": self._scope.workspace_id, "handoffs": sorted(handoff_ids)}
        return int(self._scope.connection.execute(_SENT, values).scalar_one())


def _handoff_of(table: Table) -> Column[Any]:
    if table is tables.handoff:
        return table.c.id
    above = _ABOVE.get(table.name)
    return tables.metadata.tables[above[0]].c.handoff_id if above else table.c.handoff_id


def _as_read(body: str) -> str:
    """The strings of a JSON text, each by itself."""
    found: list[str] = []

    def read(one: Any) -> None:
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, list | dict):
            for part in one.values() if isinstance(one, dict) else one:
                read(part)

    read(json.loads(body))
    return "\0".join(found)
