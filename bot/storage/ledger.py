"""The promise ledger: entries with their initials, changed only under the lock of their handoff."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from bot.domain.disputes import Dispute, Outcome
from bot.domain.errors import NotFound, Problem
from bot.domain.handoff import Handoff
from bot.domain.late import Dealt
from bot.domain.ledger import (
    Counts,
    Delivery,
    Entry,
    Initial,
    LateCount,
    Standing,
    Via,
    Wording,
)
from bot.domain.owing import Promised, Surfacing
from bot.domain.people import NamedPerson
from bot.domain.promises import Fate, Kind, Promise, Side, Surfaced
from bot.storage.briefs import WORDED, promise_of
from bot.storage.handoffs import WritableHandoffs
from bot.storage.statements import Scope
from bot.storage.tables import (
    IS_CURRENT_DISPUTE,
    IS_PROMISE,
    dispute,
    handoff,
    initial,
    person,
    promise,
    promise_version,
    surface,
)

_GIVEN = {side: initial.alias(f"{side.value}_initial") for side in Side}
_WHO = {side: person.alias(f"{side.value}_person") for side in Side}


def _on(side: Side) -> ColumnElement[bool]:
    """A side's initial on the wording in force."""
    given = _GIVEN[side]
    return and_(
        given.c.promise_id == promise.c.id,
        given.c.version == promise.c.version,
        given.c.side == side.value,
    )


def _with_initials(statement: Select[Any]) -> Select[Any]:
    for side, given in _GIVEN.items():
        who, name = _WHO[side], side.value
        statement = (
            statement.add_columns(
                given.c.person_id.label(f"{name}_id"),
                given.c.at.label(f"{name}_at"),
                given.c.delivery.label(f"{name}_delivery"),
                given.c.check_with.label(f"{name}_check_with"),
                given.c.via.label(f"{name}_via"),
                who.c.slack_id.label(f"{name}_slack_id"),
                who.c.name.label(f"{name}_name"),
            )
            .join(given, _on(side), isouter=True)
            .join(who, who.c.id == given.c.person_id, isouter=True)
        )
    return statement


_RAISED_BY = person.alias("raised_by_person")
IS_OPEN_DISPUTE = and_(
    dispute.c.promise_id == promise.c.id, IS_CURRENT_DISPUTE, dispute.c.ended_at.is_(None)
)
"""The dispute about a promise that nobody settled yet."""
_DISPUTED = (
    dispute.c.id.label("dispute_id"),
    dispute.c.side.label("dispute_side"),
    dispute.c.raised_by,
    dispute.c.raised_at,
    dispute.c.reason.label("dispute_reason"),
    dispute.c.asked_at,
    dispute.c.escalated_at,
    _RAISED_BY.c.slack_id.label("raised_by_slack_id"),
    _RAISED_BY.c.name.label("raised_by_name"),
)
_SAID_BY = person.alias("fate_by_person")
_DEALT_BY = person.alias("dealt_by_person")
_FATE = (
    promise.c.late,
    promise.c.dealt,
    promise.c.dealt_by,
    promise.c.dealt_at,
    promise.c.dealt_line,
    promise.c.dealt_together,
    _DEALT_BY.c.slack_id.label("dealt_by_slack_id"),
    _DEALT_BY.c.name.label("dealt_by_name"),
    promise.c.fate,
    promise.c.fate_by,
    promise.c.fate_at,
    promise.c.fate_line,
    _SAID_BY.c.slack_id.label("fate_by_slack_id"),
    _SAID_BY.c.name.label("fate_by_name"),
)
_ENTRIES = (
    _with_initials(WORDED.add_columns(promise.c.none_made, promise.c.withdrawn_reason))
    .add_columns(*_DISPUTED, *_FATE)
    .join(dispute, IS_OPEN_DISPUTE, isouter=True)
    .join(_RAISED_BY, _RAISED_BY.c.id == dispute.c.raised_by, isouter=True)
    .join(_SAID_BY, _SAID_BY.c.id == promise.c.fate_by, isouter=True)
    .join(_DEALT_BY, _DEALT_BY.c.id == promise.c.dealt_by, isouter=True)
)
_ALL = _ENTRIES.where(promise.c.handoff_id == bindparam("handoff")).order_by(promise.c.number)
_ONE = _ENTRIES.where(promise.c.id == bindparam("promise"))
_NUMBERED = _ALL.where(promise.c.number == bindparam("number"))
_COUNTS = (
    select(
        func.count().label("entries"),
        func.count(_GIVEN[Side.AE].c.person_id).label("ae"),
        func.count(_GIVEN[Side.CSM].c.person_id).label("csm"),
        # What is added to nothing is nothing: counted where both are there.
        func.count(_GIVEN[Side.AE].c.person_id + _GIVEN[Side.CSM].c.person_id).label("signed"),
        func.count(dispute.c.id).label("disputed"),
    )
    .select_from(
        promise.join(_GIVEN[Side.AE], _on(Side.AE), isouter=True)
        .join(_GIVEN[Side.CSM], _on(Side.CSM), isouter=True)
        .join(dispute, IS_OPEN_DISPUTE, isouter=True)
    )
    .where(
        promise.c.workspace_id == bindparam("workspace"),
        promise.c.handoff_id == bindparam("handoff"),
        promise.c.withdrawn_at.is_(None),
    )
)
_COUNTED = _COUNTS.subquery("counted")
# With how many there are, so that whoever fills or opens a box need not have them counted again.
_ONE_COUNTED = _ONE.add_columns(*_COUNTED.c).join(_COUNTED, true())
_FIRST = promise_version.alias("first_version")
_IS_PROMISED = and_(
    promise.c.withdrawn_at.is_(None),
    promise_version.c.owner_id.is_not(None),
    promise_version.c.due.is_not(None),
)
# Of those withdrawn only what was done before.
_IS_SURFACING = and_(
    promise.c.late.is_not(None),
    or_(
        promise.c.dealt.is_not(None),
        and_(promise.c.withdrawn_at.is_(None), promise.c.fate_by.is_(None)),
    ),
)
_OWED = (
    select(
        promise.c.number,
        promise.c.dealt,
        promise.c.dealt_together,
        _IS_PROMISED.label("is_promised"),
        _IS_SURFACING.label("is_surfacing"),
        _FIRST.c.written_at.label("came_up_at"),
        promise.c.fate,
        promise.c.fate_at,
        promise_version.c.owner_id,
        promise_version.c.due,
        promise_version.c.written_at,
    )
    .join(
        promise_version,
        (promise_version.c.promise_id == promise.c.id)
        & (promise_version.c.version == promise.c.version),
    )
    .join(_FIRST, (_FIRST.c.promise_id == promise.c.id) & (_FIRST.c.version == 1))
    .where(
        promise.c.workspace_id == bindparam("workspace"),
        promise.c.handoff_id == bindparam("handoff"),
        or_(_IS_PROMISED, _IS_SURFACING),
    )
    .order_by(promise.c.number)
)
_LATE = (
    select(handoff.c.ae_id, promise_version.c.kind, promise.c.late, func.count().label("count"))
    .select_from(promise)
    .join(handoff, handoff.c.id == promise.c.handoff_id)
    .join(
        promise_version,
        (promise_version.c.promise_id == promise.c.id)
        & (promise_version.c.version == promise.c.version),
    )
    .where(promise.c.workspace_id == bindparam("workspace"), promise.c.late.is_not(None))
    .group_by(handoff.c.ae_id, promise_version.c.kind, promise.c.late)
    .order_by(handoff.c.ae_id, promise_version.c.kind, promise.c.late)
)
_SAID = select(
    surface.c.handoff_id, surface.c.promise_id, surface.c.promise_version, surface.c.channel_id
).where(
    surface.c.workspace_id == bindparam("workspace"),
    surface.c.posted_in == bindparam("channel"),
    surface.c.ts == bindparam("ts"),
    IS_PROMISE,
)
_EVERY_INITIAL = (
    select(initial, person.c.slack_id, person.c.name)
    .join(person, person.c.id == initial.c.person_id)
    .where(
        initial.c.workspace_id == bindparam("workspace"),
        initial.c.promise_id == bindparam("promise"),
    )
    .order_by(initial.c.side)
)
_EVERY_WORDING = (
    select(promise_version, person.c.slack_id, person.c.name)
    .join(person, person.c.id == promise_version.c.written_by, isouter=True)
    .where(
        promise_version.c.workspace_id == bindparam("workspace"),
        promise_version.c.promise_id == bindparam("promise"),
    )
    .order_by(promise_version.c.version.desc())
)
_EVERY_WORDS = (
    select(promise_version.c.words)
    .join(promise, promise.c.id == promise_version.c.promise_id)
    .where(
        promise.c.workspace_id == bindparam("workspace"),
        promise.c.handoff_id == bindparam("handoff"),
    )
)
_PUT = insert(initial)
_OF = (
    initial.c.workspace_id == bindparam("workspace"),
    initial.c.side == bindparam("side"),
)
_TAKE = delete(initial).where(
    *_OF,
    initial.c.promise_id == bindparam("promise"),
    initial.c.version == bindparam("version"),
)
# Those on other wordings, and on what is withdrawn, stay for whoever reads what was.
_TAKE_ALL = delete(initial).where(
    *_OF,
    initial.c.handoff_id == bindparam("handoff"),
    exists().where(
        promise.c.id == initial.c.promise_id,
        promise.c.version == initial.c.version,
        promise.c.withdrawn_at.is_(None),
    ),
)
_UNSHOWN = (
    select(promise.c.id, promise.c.version)
    .where(
        promise.c.workspace_id == bindparam("workspace"),
        promise.c.handoff_id == bindparam("handoff"),
        promise.c.withdrawn_at.is_(None),
        ~exists().where(
            surface.c.promise_id == promise.c.id,
            surface.c.promise_version == promise.c.version,
            surface.c.channel_id == bindparam("channel"),
            IS_PROMISE,
        ),
    )
    .order_by(promise.c.number)
)
_NONE_MADE = select(promise.c.id, promise.c.version, promise.c.withdrawn_at).where(
    promise.c.workspace_id == bindparam("workspace"),
    promise.c.handoff_id == bindparam("handoff"),
    promise.c.none_made,
)
_LAST_NUMBER = select(func.coalesce(func.max(promise.c.number), 0)).where(
    promise.c.workspace_id == bindparam("workspace"), promise.c.handoff_id == bindparam("handoff")
)
_ADD = insert(promise).returning(promise.c.id)
_ADD_WORDING = insert(promise_version)
_CHANGE = update(promise).where(
    promise.c.id == bindparam("b_id"), promise.c.workspace_id == bindparam("b_workspace")
)


@dataclass(frozen=True)
class Said:
    """A wording of a promise that stands as a message."""

    handoff_id: int
    promise_id: int
    version: int
    channel_id: int


class Ledgers:
    """The ledgers of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def entries(self, handoff_id: int) -> list[Entry]:
        """Every entry of a handoff in the order of their numbers, the withdrawn ones too."""
        return [_entry(row) for row in self._rows(_ALL, handoff=handoff_id)]

    def entry(self, handoff_id: int, promise_id: int) -> Entry:
        """One entry; raises NotFound for none of this handoff."""
        for row in self._rows(_ONE, promise=promise_id):
            if row["handoff_id"] == handoff_id:
                return _entry(row)
        raise NotFound(Problem.STALE_BUTTON)

    def numbered(self, handoff_id: int, number: int) -> Entry | None:
        """The entry with a number; None where the handoff has none of it."""
        found = self._rows(_NUMBERED, handoff=handoff_id, number=number)
        return _entry(found[0]) if found else None

    def counts(self, handoff_id: int) -> Counts:
        """How many entries are in force, and how many of them initialed by whom."""
        (row,) = self._rows(_COUNTS, handoff=handoff_id)
        return _counts(row)

    def owed(self, handoff_id: int) -> tuple[list[Promised], list[Surfacing]]:
        """The entries in force that say who delivers them by when, and those that came up late."""
        rows = self._rows(_OWED, handoff=handoff_id)
        late = [
            Surfacing(
                row["number"],
                row["came_up_at"],
                row["written_at"],
                settled=row["dealt"] is not None,
                together=row["dealt_together"],
            )
            for row in rows
            if row["is_surfacing"]
        ]
        promised = [
            Promised(
                row["number"],
                row["owner_id"],
                row["due"],
                row["written_at"],
                Fate(row["fate"]),
                row["fate_at"],
            )
            for row in rows
            if row["is_promised"]
        ]
        return promised, late

    def late_by_ae(self) -> list[LateCount]:
        """How many promises came up late, by AE, kind and how; those withdrawn since, too."""
        return [
            LateCount(row["ae_id"], Kind(row["kind"]), Surfaced(row["late"]), row["count"])
            for row in self._rows(_LATE)
        ]

    def wordings(self, promise_id: int) -> list[Wording]:
        """Every wording of an entry with the initials it got and kept, the newest first."""
        given: dict[int, list[Initial]] = {}
        for row in self._rows(_EVERY_INITIAL, promise=promise_id):
            given.setdefault(row["version"], []).append(
                Initial(
                    Side(row["side"]),
                    NamedPerson(row["person_id"], row["slack_id"], row["name"]),
                    row["at"],
                    Delivery(row["delivery"]) if row["delivery"] else None,
                    row["check_with"],
                    Via(row["via"]),
                )
            )
        return [
            Wording(
                row["version"],
                row["words"],
                NamedPerson(row["written_by"], row["slack_id"], row["name"])
                if row["written_by"] is not None
                else None,
                row["written_at"],
                tuple(given.get(row["version"], ())),
            )
            for row in self._rows(_EVERY_WORDING, promise=promise_id)
        ]

    def every_words(self, handoff_id: int) -> frozenset[str]:
        """What every version of every promise of a handoff says, of those withdrawn, too."""
        return frozenset(row["words"] for row in self._rows(_EVERY_WORDS, handoff=handoff_id))

    def unshown(self, handoff: Handoff) -> list[tuple[int, int]]:
        """Ids and versions of entries in force without a message where the handoff lives."""
        rows = self._rows(_UNSHOWN, handoff=handoff.id, channel=handoff.channel_id)
        return [(row["id"], row["version"]) for row in rows]

    def said_at(self, channel: str, ts: str) -> Said | None:
        """Which wording a message is, by Slack's id of its conversation and its timestamp."""
        for row in self._rows(_SAID, channel=channel, ts=ts):
            return Said(
                row["handoff_id"], row["promise_id"], row["promise_version"], row["channel_id"]
            )
        return None

    def _rows(self, statement: Any, **values: Any) -> list[RowMapping]:
        values["workspace"] = self._scope.workspace_id
        return list(self._scope.connection.execute(statement, values).mappings())


class WritableLedgers(Ledgers):
    """The ledgers, changed only under the lock of their handoff."""

    def __init__(self, scope: Scope, *, handoffs: WritableHandoffs) -> None:
        super().__init__(scope)
        self._handoffs = handoffs
        self._counted: dict[int, Counts] = {}
        self._counts_now: dict[int, Counts] = {}

    def entry(self, handoff_id: int, promise_id: int) -> Entry:
        """One entry; raises NotFound for none of this handoff."""
        if not self._handoffs.locked(handoff_id):
            return super().entry(handoff_id, promise_id)
        for row in self._rows(_ONE_COUNTED, promise=promise_id, handoff=handoff_id):
            if row["handoff_id"] == handoff_id:
                self._counted[handoff_id] = _counts(row)
                return _entry(row)
        raise NotFound(Problem.STALE_BUTTON)

    def counts(self, handoff_id: int) -> Counts:
        """How many entries are in force, and how many of them initialed by whom.

        After a box was filled or opened that follows from what was counted before it, once.
        """
        known = self._counts_now.pop(handoff_id, None)
        return known if known is not None else super().counts(handoff_id)

    def _count(self, handoff_id: int, entry: Entry, side: Side, change: int) -> None:
        """Take note that one box of an entry, as it was read, was filled (1) or opened (-1)."""
        before = self._counted.pop(handoff_id, None)
        # Another box in the same unit: what followed from the first one does not hold any more.
        self._counts_now.pop(handoff_id, None)
        if before is not None:
            both = any(one is not side for one in entry.initials)
            self._counts_now[handoff_id] = Counts(
                before.entries,
                before.ae + change * (side is Side.AE),
                before.csm + change * (side is Side.CSM),
                before.signed + change * both,
                before.disputed,
            )

    def put(self, handoff_id: int, entry: Entry, given: Initial) -> None:
        """Keep an initial on the wording in force."""
        self._handoffs.locked_chain(handoff_id)
        self._scope.connection.execute(
            _PUT,
            {
                "promise_id": entry.promise.id,
                "version": entry.promise.version,
                "side": given.side.value,
                "workspace_id": self._scope.workspace_id,
                "handoff_id": handoff_id,
                "person_id": given.by.id,
                "at": given.at,
                "delivery": given.delivery.value if given.delivery else None,
                "check_with": given.check_with,
                "via": given.via.value,
            },
        )
        self._count(handoff_id, entry, given.side, 1)

    def take(self, handoff_id: int, entry: Entry, side: Side) -> None:
        """Take an initial on the wording in force off again."""
        self._handoffs.locked_chain(handoff_id)
        about = {"promise": entry.promise.id, "version": entry.promise.version}
        self._delete(_TAKE, side, **about)
        self._count(handoff_id, entry, side, -1)

    def conclude(self, handoff_id: int, entry: Entry, became: Standing) -> None:
        """Keep what became of a promise, in place of what was said of it before."""
        self._handoffs.locked_chain(handoff_id)
        self._change(
            entry.promise.id,
            {
                "fate": became.fate.value,
                "fate_by": became.by.id,
                "fate_at": became.at,
                "fate_line": became.line,
            },
        )

    def take_all(self, handoff_id: int, side: Side) -> None:
        """Take every initial of a side off what is in force: somebody else has its part now."""
        self._handoffs.locked_chain(handoff_id)
        self._delete(_TAKE_ALL, side, handoff=handoff_id)

    def say_none_made(self, handoff_id: int, *, none_made: bool, by: int | None) -> Promise | None:
        """Have the entry that says so, or have it withdrawn; gives it where that was a change.

        Said anew it is another version: what was signed before it was taken back is not signed now.
        """
        self._handoffs.locked_chain(handoff_id)
        found = self._rows(_NONE_MADE, handoff=handoff_id)
        stands = bool(found) and found[0]["withdrawn_at"] is None
        if stands == none_made:
            return None
        now = self._scope.now
        if not none_made:
            self._change(found[0]["id"], {"withdrawn_at": now, "withdrawn_by": by})
        elif found:
            version = found[0]["version"] + 1
            self._add_wording(found[0]["id"], version, by, now)
            self._change(found[0]["id"], {"version": version, "withdrawn_at": None})
        else:
            self._add_none_made(handoff_id, by, now)
        entries = (one for one in self.entries(handoff_id) if one.none_made)
        return next(entries).promise

    def _add_none_made(self, handoff_id: int, by: int | None, now: datetime) -> None:
        key = {"workspace": self._scope.workspace_id, "handoff": handoff_id}
        row = {
            "workspace_id": self._scope.workspace_id,
            "handoff_id": handoff_id,
            "number": self._scope.connection.execute(_LAST_NUMBER, key).scalar_one() + 1,
            "version": 1,
            "none_made": True,
        }
        added = self._scope.connection.execute(_ADD, row).scalar_one()
        self._add_wording(added, 1, by, now)

    def _add_wording(self, promise_id: int, version: int, by: int | None, at: datetime) -> None:
        self._scope.connection.execute(
            _ADD_WORDING,
            {
                "promise_id": promise_id,
                "version": version,
                "workspace_id": self._scope.workspace_id,
                "words": "",
                "kind": Kind.OTHER.value,
                "said_to": "",
                "written_by": by,
                "written_at": at,
            },
        )

    def _change(self, promise_id: int, values: dict[str, Any]) -> None:
        values = {"b_id": promise_id, "b_workspace": self._scope.workspace_id, **values}
        self._scope.connection.execute(_CHANGE, values)

    def _delete(self, statement: Any, side: Side, **values: Any) -> None:
        values |= {"workspace": self._scope.workspace_id, "side": side.value}
        self._scope.connection.execute(statement, values)


def _counts(row: RowMapping) -> Counts:
    return Counts(row["entries"], row["ae"], row["csm"], row["signed"], row["disputed"])


def _entry(row: RowMapping) -> Entry:
    initials = (_initial(row, side) for side in Side)
    return Entry(
        promise_of(row),
        {one.side: one for one in initials if one is not None},
        none_made=row["none_made"],
        reason=row["withdrawn_reason"] or "",
        dispute=_dispute(row),
        standing=_standing(row),
        late=Surfaced(row["late"]) if row["late"] else None,
        dealt=_dealt(row),
    )


def _dealt(row: RowMapping) -> Dealt | None:
    if row["dealt"] is None:
        return None
    return Dealt(
        Outcome(row["dealt"]),
        NamedPerson(row["dealt_by"], row["dealt_by_slack_id"], row["dealt_by_name"]),
        row["dealt_at"],
        row["dealt_line"],
        row["dealt_together"],
    )


def _standing(row: RowMapping) -> Standing | None:
    if row["fate_by"] is None:
        return None
    return Standing(
        Fate(row["fate"]),
        NamedPerson(row["fate_by"], row["fate_by_slack_id"], row["fate_by_name"]),
        row["fate_at"],
        row["fate_line"],
    )


def _dispute(row: RowMapping) -> Dispute | None:
    if row["dispute_id"] is None:
        return None
    return Dispute(
        row["dispute_id"],
        Side(row["dispute_side"]),
        NamedPerson(row["raised_by"], row["raised_by_slack_id"], row["raised_by_name"]),
        row["raised_at"],
        row["dispute_reason"],
        row["asked_at"],
        row["escalated_at"],
    )


def _initial(row: RowMapping, side: Side) -> Initial | None:
    name = side.value
    if row[f"{name}_id"] is None:
        return None
    said = row[f"{name}_delivery"]
    return Initial(
        side,
        NamedPerson(row[f"{name}_id"], row[f"{name}_slack_id"], row[f"{name}_name"]),
        row[f"{name}_at"],
        Delivery(said) if said else None,
        row[f"{name}_check_with"],
        Via(row[f"{name}_via"]),
    )
