"""The brief: sections as documents by audience and revision, promises as versioned rows."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, and_, bindparam, func, insert, not_, or_, select, update

from bot.domain.access import EVERY, HELPED, Audience, readable_in
from bot.domain.brief import SCHEMA, Brief, Section, read_section, split
from bot.domain.errors import Conflict, NotFound, Problem
from bot.domain.items import SectionKey
from bot.domain.merging import FieldConflict, merge_fields
from bot.domain.people import NamedPerson
from bot.domain.promises import (
    Basis,
    Fate,
    Kind,
    Origin,
    Promise,
    PromiseText,
    Surfaced,
)
from bot.domain.snapshots import Snapshot, Version
from bot.storage.documents import retire
from bot.storage.handoffs import WritableHandoffs
from bot.storage.statements import Scope
from bot.storage.tables import IS_CURRENT, document, person, promise, promise_version

Row = Mapping[str, Any] | RowMapping
"""A stored part of a section."""
Own = Mapping[SectionKey, frozenset[Audience]]
"""Of each section the parts that a reader reads because they wrote them."""
BRIEF = "brief"
PROMISE_AUDIENCE = Audience.CHANNEL
ENCRYPTED = frozenset({Audience.PRIVATE_NOTE.value})
"""The audiences whose parts lie in the database encrypted, in all their revisions."""

_DOCUMENTS = select(document).where(
    document.c.workspace_id == bindparam("workspace"),
    document.c.handoff_id == bindparam("handoff"),
    document.c.kind == BRIEF,
    or_(
        document.c.audience.in_(bindparam("audiences", expanding=True)),
        and_(
            document.c.section.in_(bindparam("given", expanding=True)),
            document.c.audience.in_(bindparam("helped", expanding=True)),
        ),
    ),
)
_EVERY_REVISION = _DOCUMENTS.where(document.c.section == bindparam("section")).order_by(
    document.c.revision
)
_CURRENT = _DOCUMENTS.where(IS_CURRENT).order_by(document.c.revision)
_NEWEST = _CURRENT.where(document.c.section == bindparam("section"))
_later = document.alias("later")
# Each part as it was when the section had a revision: of what is not newer, the newest.
_AT_REVISION = _DOCUMENTS.where(
    document.c.section == bindparam("section"),
    document.c.revision
    == select(func.max(_later.c.revision))
    .where(
        _later.c.handoff_id == document.c.handoff_id,
        _later.c.kind == document.c.kind,
        _later.c.section == document.c.section,
        _later.c.audience == document.c.audience,
        _later.c.revision <= bindparam("revision"),
    )
    .scalar_subquery(),
)
# Whoever wrote a part goes on reading it as they left it, whatever part they have now.
_WRITTEN_BY = (
    select(document)
    .where(
        document.c.workspace_id == bindparam("workspace"),
        document.c.handoff_id == bindparam("handoff"),
        document.c.kind == BRIEF,
        document.c.written_by == bindparam("writer"),
    )
    .order_by(document.c.revision)
)
_REVISIONS = (
    select(document.c.section, func.max(document.c.revision).label("revision"))
    .where(
        document.c.workspace_id == bindparam("workspace"),
        document.c.handoff_id == bindparam("handoff"),
        document.c.kind == BRIEF,
        IS_CURRENT,
    )
    .group_by(document.c.section)
)
_REVISIONS_BEFORE = (
    select(document.c.section, func.max(document.c.revision).label("revision"))
    .where(
        document.c.workspace_id == bindparam("workspace"),
        document.c.handoff_id == bindparam("handoff"),
        document.c.kind == BRIEF,
        document.c.written_at < bindparam("before"),
    )
    .group_by(document.c.section)
)
_RETIRE = retire(BRIEF)
_ADD_DOCUMENT = insert(document)

_OWNER = person.alias("owner")
_WORDING = (
    promise_version.c.words,
    promise_version.c.kind,
    promise_version.c.said_to,
    promise_version.c.due,
    promise_version.c.basis,
    promise_version.c.said_by,
    promise_version.c.said_on,
    promise_version.c.source,
    promise_version.c.owner_id,
    _OWNER.c.slack_id.label("owner_slack_id"),
    _OWNER.c.name.label("owner_name"),
)
"""What a promise says, with who delivers it by name."""
_ORIGIN = (
    promise.c.origin_handoff_id,
    promise.c.origin_number,
    promise.c.origin_account,
)
WORDED = (
    select(
        promise.c.id,
        promise.c.handoff_id,
        promise.c.number,
        promise.c.version,
        promise.c.withdrawn_at,
        *_ORIGIN,
        *_WORDING,
    )
    .join(
        promise_version,
        (promise_version.c.promise_id == promise.c.id)
        & (promise_version.c.version == promise.c.version),
    )
    .join(_OWNER, _OWNER.c.id == promise_version.c.owner_id, isouter=True)
    .where(promise.c.workspace_id == bindparam("workspace"))
)
"""Promises in the wording in force, whatever became of them."""
_IN_FORCE = WORDED.where(
    promise.c.handoff_id == bindparam("handoff"),
    promise.c.withdrawn_at.is_(None),
    not_(promise.c.none_made),
).order_by(promise.c.number)
# Every wording of every promise of a handoff: a snapshot says which were in force.
_WORDINGS = (
    select(
        promise.c.id,
        promise.c.number,
        promise.c.withdrawn_at,
        promise.c.withdrawn_by,
        *_ORIGIN,
        promise_version.c.version,
        *_WORDING,
        promise_version.c.written_by,
        promise_version.c.written_at,
    )
    .join(promise_version, promise_version.c.promise_id == promise.c.id)
    .join(_OWNER, _OWNER.c.id == promise_version.c.owner_id, isouter=True)
    .where(
        promise.c.workspace_id == bindparam("workspace"),
        promise.c.handoff_id == bindparam("handoff"),
        not_(promise.c.none_made),
    )
    .order_by(promise.c.number, promise_version.c.version)
)
_WORDINGS_BEFORE = _WORDINGS.where(
    promise_version.c.written_at < bindparam("before"),
    or_(promise.c.withdrawn_at.is_(None), promise.c.withdrawn_at >= bindparam("before")),
)
_WORDED_BY = _IN_FORCE.where(promise_version.c.written_by == bindparam("writer"))
_ONE_PROMISE = WORDED.where(promise.c.id == bindparam("promise"), not_(promise.c.none_made))
_VERSIONS = (
    select(promise_version)
    .where(
        promise_version.c.workspace_id == bindparam("workspace"),
        promise_version.c.promise_id == bindparam("promise"),
    )
    .order_by(promise_version.c.version)
)
_LAST_NUMBER = select(func.coalesce(func.max(promise.c.number), 0)).where(
    promise.c.workspace_id == bindparam("workspace"), promise.c.handoff_id == bindparam("handoff")
)
_ADD_PROMISE = insert(promise).returning(promise.c.id)
_ADD_VERSION = insert(promise_version)
_NOTHING_SAID: Mapping[str, Any] = {
    "fate": Fate.OPEN.value,
    "fate_by": None,
    "fate_at": None,
    "fate_line": "",
}
_CHANGE_PROMISE = update(promise).where(
    promise.c.id == bindparam("b_id"), promise.c.workspace_id == bindparam("b_workspace")
)


@dataclass(frozen=True)
class PromiseVersion:
    """One wording of a promise, with who wrote it when."""

    version: int
    text: PromiseText
    by: int | None
    at: datetime


@dataclass(frozen=True)
class _Save:
    """One thing that was written: a part of a section, or a promise."""

    at: datetime
    by: int | None
    revision: int = 0
    """The parts of one save have the same; 0 is a promise."""
    part: RowMapping | None = None
    promise: Promise | None = None


class Briefs:
    """The briefs of one workspace, as far as the audiences given may read them."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def load(
        self,
        handoff_id: int,
        *,
        audiences: Collection[Audience],
        given: Collection[SectionKey] = (),
    ) -> Brief:
        """All sections and the promises in force; what the reader may not read stays empty.

        Of the sections `given` to them a helper reads more than of the others.
        """
        parts: dict[SectionKey, list[Row]] = {}
        for row in self._documents(handoff_id, audiences, given):
            parts.setdefault(SectionKey(row["section"]), []).append(row)
        brief = Brief()
        for key, rows in parts.items():
            brief = brief.with_section(key, self._read_section(key, rows))
        if PROMISE_AUDIENCE not in readable_in(SectionKey.PROMISES, audiences, given):
            return brief
        return replace(brief, entries=self._in_force(handoff_id))

    def with_own(
        self,
        handoff_id: int,
        *,
        audiences: Collection[Audience],
        given: Collection[SectionKey],
        writer: int,
    ) -> tuple[Brief, Own]:
        """The brief as `load` gives it, with what its reader wrote and may not read else.

        Of a part they wrote they read what it said when they last saved it, of the promises those
        whose wording in force is theirs. Besides, which parts of which sections these are.
        """
        parts: dict[SectionKey, list[Row]] = {}
        for row in self._documents(handoff_id, audiences, given):
            parts.setdefault(SectionKey(row["section"]), []).append(row)
        own: dict[SectionKey, set[Audience]] = {}
        newest = {
            (row["section"], row["audience"]): row
            for row in self._rows(_WRITTEN_BY, handoff=handoff_id, writer=writer)
        }
        for (section, audience), row in newest.items():
            key, part = SectionKey(section), Audience(audience)
            if part not in readable_in(key, audiences, given):
                parts.setdefault(key, []).append(row)
                own.setdefault(key, set()).add(part)
        brief = Brief()
        for key, rows in parts.items():
            brief = brief.with_section(key, self._read_section(key, rows))
        if PROMISE_AUDIENCE in readable_in(SectionKey.PROMISES, audiences, given):
            entries = self._in_force(handoff_id)
        else:
            worded = self._rows(_WORDED_BY, handoff=handoff_id, writer=writer)
            entries = tuple(promise_of(row) for row in worded)
            if entries:
                own.setdefault(SectionKey.PROMISES, set()).add(PROMISE_AUDIENCE)
        return replace(brief, entries=entries), {key: frozenset(of) for key, of in own.items()}

    def revision(self, handoff_id: int, section: SectionKey) -> int:
        """The newest revision of a section, in any of its parts; 0 where it was never saved."""
        return max((int(row["revision"]) for row in self._newest(handoff_id, section)), default=0)

    def at_revision(
        self,
        handoff_id: int,
        section: SectionKey,
        revision: int,
        *,
        audiences: Collection[Audience],
    ) -> Section:
        """A section as it was; revision 0 is the empty one. Raises NotFound for none such."""
        if not 0 <= revision <= self.revision(handoff_id, section):
            raise NotFound(Problem.STALE_BUTTON)
        rows = self._parts(_AT_REVISION, handoff_id, section, audiences, revision=revision)
        return self._read_section(section, rows)

    def snapshot(self, handoff_id: int, *, before: datetime | None = None) -> Snapshot:
        """Which revisions and versions make up the brief, whoever may read them.

        It is the brief as it is now, or as it was saved before an instant.
        """
        if before is None:
            sections = self._rows(_REVISIONS, handoff=handoff_id)
            entries = self._rows(_IN_FORCE, handoff=handoff_id)
        else:
            sections = self._rows(_REVISIONS_BEFORE, handoff=handoff_id, before=before)
            # In the order of the versions: the last one stays.
            entries = self._rows(_WORDINGS_BEFORE, handoff=handoff_id, before=before)
        return Snapshot(
            {SectionKey(row["section"]): row["revision"] for row in sections},
            {row["id"]: row["version"] for row in entries},
        )

    def at(
        self,
        handoff_id: int,
        snapshot: Snapshot,
        *,
        audiences: Collection[Audience],
        given: Collection[SectionKey] = (),
    ) -> Brief:
        """The brief as it was; of what the reader may not read today they read nothing."""
        brief = Brief()
        for key, revision in snapshot.sections.items():
            mine = readable_in(key, audiences, given)
            rows = self._parts(_AT_REVISION, handoff_id, key, mine, revision=revision)
            brief = brief.with_section(key, self._read_section(key, rows))
        if PROMISE_AUDIENCE not in readable_in(SectionKey.PROMISES, audiences, given):
            return brief
        entries = (
            promise_of(row)
            for row in self._rows(_WORDINGS, handoff=handoff_id)
            if snapshot.promises.get(row["id"]) == row["version"]
        )
        return replace(brief, entries=tuple(entries))

    def versions(
        self,
        handoff_id: int,
        section: SectionKey,
        *,
        audiences: Collection[Audience],
        given: Collection[SectionKey] = (),
    ) -> list[Version]:
        """Every state of one section, the first one first.

        A save that changed nothing its reader may read is none to them. A promise that was
        added, reworded or withdrawn makes a version of its section, too.
        """
        mine = readable_in(section, audiences, given)
        rows = self._parts(_EVERY_REVISION, handoff_id, section, mine)
        saves = [
            _Save(row["written_at"], row["written_by"], row["revision"], part=row) for row in rows
        ]
        if section is SectionKey.PROMISES and PROMISE_AUDIENCE in mine:
            saves += _promise_saves(self._rows(_WORDINGS, handoff=handoff_id))
            saves.sort(key=lambda one: one.at)
        return list(_versions(section, saves, self._read_section))

    def _read_section(self, key: SectionKey, rows: Sequence[Row]) -> Section:
        return read_section(key, [(row["schema"], self._body(row)) for row in rows])

    def _documents(
        self, handoff_id: int, audiences: Collection[Audience], given: Collection[SectionKey]
    ) -> Sequence[Row]:
        values = {"audiences": _values(audiences), **_given(given)}
        return self._rows(_CURRENT, handoff=handoff_id, **values)

    def _newest(self, handoff_id: int, section: SectionKey) -> Sequence[Row]:
        """Every part of a section at its newest, the one written last at the end."""
        return self._parts(_NEWEST, handoff_id, section, EVERY)

    def _in_force(self, handoff_id: int) -> tuple[Promise, ...]:
        return tuple(promise_of(row) for row in self._rows(_IN_FORCE, handoff=handoff_id))

    def _parts(
        self,
        statement: Any,
        handoff_id: int,
        section: SectionKey,
        audiences: Iterable[Audience],
        **more: Any,
    ) -> list[RowMapping]:
        readable = _values(audiences)
        found = {"handoff": handoff_id, "section": section.value, "audiences": readable}
        return self._rows(statement, **found, **_given(()), **more)

    def promise(self, handoff_id: int, promise_id: int) -> Promise:
        """One promise at the version in force, withdrawn or not; raises NotFound."""
        row = self._promise_row(promise_id)
        if row["handoff_id"] != handoff_id:
            raise NotFound(Problem.STALE_BUTTON)
        return promise_of(row)

    def promise_versions(self, promise_id: int) -> list[PromiseVersion]:
        """Every wording of a promise, the first one first."""
        return [
            PromiseVersion(row["version"], _text(row), row["written_by"], row["written_at"])
            for row in self._rows(_VERSIONS, promise=promise_id)
        ]

    def _body(self, row: Row) -> dict[str, Any]:
        body: str = row["body"]
        if row["audience"] in ENCRYPTED:
            body = self._scope.cipher.decrypt(body)
        read: dict[str, Any] = json.loads(body)
        return read

    def _promise_row(self, promise_id: int) -> RowMapping:
        row = self._first(_ONE_PROMISE, promise=promise_id)
        if row is None:
            raise NotFound(Problem.STALE_BUTTON)
        return row

    def _rows(self, statement: Any, **values: Any) -> list[RowMapping]:
        values["workspace"] = self._scope.workspace_id
        return list(self._scope.connection.execute(statement, values).mappings())

    def _first(self, statement: Any, **values: Any) -> RowMapping | None:
        return next(iter(self._rows(statement, **values)), None)


class WritableBriefs(Briefs):
    """The briefs, changed only under the lock of their handoff."""

    def __init__(self, scope: Scope, *, handoffs: WritableHandoffs) -> None:
        super().__init__(scope)
        self._handoffs = handoffs
        # Of a locked handoff nobody else changes anything, so each is read once in a unit.
        self._parts_kept: dict[int, list[Row]] = {}
        self._promises_kept: dict[int, tuple[Promise, ...]] = {}
        self._sections_read: dict[Any, Section] = {}

    def _read_section(self, key: SectionKey, rows: Sequence[Row]) -> Section:
        # A part that is stored never changes: the same parts are the same section.
        parts = (
            key,
            frozenset((row["handoff_id"], row["audience"], row["revision"]) for row in rows),
        )
        if parts not in self._sections_read:
            self._sections_read[parts] = super()._read_section(key, rows)
        return self._sections_read[parts]

    def _documents(
        self, handoff_id: int, audiences: Collection[Audience], given: Collection[SectionKey]
    ) -> Sequence[Row]:
        # Who reads less than everything has it filtered by the database, always.
        if EVERY - set(audiences) or not self._handoffs.locked(handoff_id):
            return super()._documents(handoff_id, audiences, given)
        if handoff_id not in self._parts_kept:
            self._parts_kept[handoff_id] = list(super()._documents(handoff_id, EVERY, ()))
        return self._parts_kept[handoff_id]

    def _newest(self, handoff_id: int, section: SectionKey) -> Sequence[Row]:
        if not self._handoffs.locked(handoff_id):
            return super()._newest(handoff_id, section)
        kept = self._documents(handoff_id, EVERY, ())
        return [row for row in kept if row["section"] == section.value]

    def _in_force(self, handoff_id: int) -> tuple[Promise, ...]:
        if not self._handoffs.locked(handoff_id):
            return super()._in_force(handoff_id)
        if handoff_id not in self._promises_kept:
            self._promises_kept[handoff_id] = super()._in_force(handoff_id)
        return self._promises_kept[handoff_id]

    def save_section(
        self, handoff_id: int, section: SectionKey, new: Section, *, by: int, at: datetime
    ) -> int:
        """Make a section the newest one and give its revision; earlier ones are kept.

        Only the parts that differ are written. `new` holds every part: who writes reads them all.
        """
        self._handoffs.locked_chain(handoff_id)
        stored = self._newest(handoff_id, section)
        # Compared as they are read: encrypted twice, the same words look different, and of a part
        # that an earlier version wrote, what it did not know yet is no difference.
        read = split(self._read_section(section, stored))
        bodies = {row["audience"]: read.get(Audience(row["audience"])) for row in stored}
        revision = max((row["revision"] for row in stored), default=0) + 1
        changed = {
            audience.value: body
            for audience, body in split(new).items()
            if bodies.get(audience.value) != body
        }
        if not changed:
            return revision - 1
        added: list[dict[str, Any]] = [
            {
                "workspace_id": self._scope.workspace_id,
                "handoff_id": handoff_id,
                "kind": BRIEF,
                "section": section.value,
                "audience": audience,
                "revision": revision,
                "schema": SCHEMA,
                "body": self._stored(audience, body),
                "written_by": by,
                "written_at": at,
                "is_current": True,
            }
            for audience, body in changed.items()
        ]
        place = {"b_workspace": self._scope.workspace_id, "b_handoff": handoff_id}
        retired = {**place, "b_section": section.value, "b_audiences": list(changed)}
        self._scope.connection.execute(_RETIRE, retired)
        self._scope.connection.execute(_ADD_DOCUMENT, added)
        kept = self._documents(handoff_id, EVERY, ())
        stay = (
            row for row in kept if row["section"] != section.value or row["audience"] not in changed
        )
        self._parts_kept[handoff_id] = [*stay, *added]
        return revision

    def _stored(self, audience: str, body: dict[str, Any]) -> str:
        plain = json.dumps(body, ensure_ascii=False)
        return self._scope.cipher.encrypt(plain) if audience in ENCRYPTED else plain

    def add_promise(
        self,
        handoff_id: int,
        text: PromiseText,
        *,
        by: int,
        at: datetime,
        late: Surfaced | None = None,
        origin: Origin | None = None,
    ) -> Promise:
        """Write down a promise under the handoff's next number. Raises Invalid for bad words."""
        self._handoffs.locked_chain(handoff_id)
        words = text.checked()
        key = {"workspace": self._scope.workspace_id, "handoff": handoff_id}
        number = self._scope.connection.execute(_LAST_NUMBER, key).scalar_one() + 1
        promise_id = self._scope.connection.execute(
            _ADD_PROMISE,
            {
                "workspace_id": self._scope.workspace_id,
                "handoff_id": handoff_id,
                "number": number,
                "version": 1,
                "late": late.value if late is not None else None,
                "origin_handoff_id": origin.handoff_id if origin is not None else None,
                "origin_number": origin.number if origin is not None else None,
                "origin_account": origin.account if origin is not None else None,
            },
        ).scalar_one()
        self._add_version(promise_id, 1, words, by, at)
        self._promises_kept.pop(handoff_id, None)
        return self._in_words(promise_id)

    def edit_promise(
        self, promise_id: int, text: PromiseText, *, base_version: int, by: int, at: datetime
    ) -> tuple[Promise, tuple[FieldConflict, ...]]:
        """Write a promise's next version, merged with those since `base_version`.

        A field that both changed keeps its present value and is given back as a conflict; the
        same text again writes nothing. What was said to have become of the version before is said
        of that one alone. Raises Conflict for a promise that was withdrawn.
        """
        known = self._promise_for_change(promise_id)
        submitted = text.checked()
        if known.withdrawn:
            raise Conflict(Problem.CHANGED_MEANWHILE)
        wordings = {one.version: one.text for one in self.promise_versions(promise_id)}
        if base_version not in wordings:
            raise NotFound(Problem.STALE_BUTTON)
        merged, conflicts = merge_fields(
            base=asdict(wordings[base_version]),
            current=asdict(known.text),
            submitted=asdict(submitted),
        )
        words = PromiseText(**merged)
        if known.text == words:
            return known, conflicts
        version = known.version + 1
        self._add_version(promise_id, version, words, by, at)
        self._change_promise(promise_id, {"version": version, **_NOTHING_SAID})
        return self._in_words(promise_id), conflicts

    def withdraw_promise(self, promise_id: int, reason: str, *, by: int, at: datetime) -> Promise:
        """Take a promise out of force; its number and wordings stay. Conflict the second time."""
        known = self._promise_for_change(promise_id)
        if known.withdrawn:
            raise Conflict(Problem.ALREADY_DONE)
        self._change_promise(
            promise_id, {"withdrawn_at": at, "withdrawn_by": by, "withdrawn_reason": reason}
        )
        return replace(known, withdrawn=True)

    def _in_words(self, promise_id: int) -> Promise:
        return promise_of(self._promise_row(promise_id))

    def _promise_for_change(self, promise_id: int) -> Promise:
        row = self._promise_row(promise_id)
        self._handoffs.locked_chain(row["handoff_id"])
        self._promises_kept.pop(row["handoff_id"], None)
        return promise_of(row)

    def _change_promise(self, promise_id: int, values: dict[str, Any]) -> None:
        self._scope.connection.execute(
            _CHANGE_PROMISE,
            {"b_id": promise_id, "b_workspace": self._scope.workspace_id, **values},
        )

    def _add_version(
        self, promise_id: int, version: int, text: PromiseText, by: int, at: datetime
    ) -> None:
        self._scope.connection.execute(
            _ADD_VERSION,
            {
                "promise_id": promise_id,
                "version": version,
                "workspace_id": self._scope.workspace_id,
                "words": text.words,
                "kind": text.kind.value,
                "said_to": text.said_to,
                "due": text.due,
                "basis": text.basis.value if text.basis else None,
                "said_by": text.said_by,
                "said_on": text.said_on,
                "source": text.source,
                "owner_id": text.owner_id,
                "written_by": by,
                "written_at": at,
            },
        )


def _values(names: Iterable[StrEnum]) -> list[str]:
    return [name.value for name in names]


def _given(sections: Collection[SectionKey]) -> dict[str, list[str]]:
    return {"given": _values(sections), "helped": _values(HELPED)}


def _promise_saves(rows: Iterable[RowMapping]) -> list[_Save]:
    saves: list[_Save] = []
    last: dict[int, RowMapping] = {}
    for row in rows:
        worded = replace(promise_of(row), withdrawn=False)
        saves.append(_Save(row["written_at"], row["written_by"], promise=worded))
        last[row["id"]] = row
    saves += [
        _Save(row["withdrawn_at"], row["withdrawn_by"], promise=promise_of(row))
        for row in last.values()
        if row["withdrawn_at"] is not None
    ]
    return saves


def _versions(
    section: SectionKey,
    saves: Sequence[_Save],
    read: Callable[[SectionKey, Sequence[Row]], Section],
) -> Iterator[Version]:
    parts: dict[str, RowMapping] = {}
    entries: dict[int, Promise] = {}
    for number, save in enumerate(saves):
        if save.part is not None:
            parts[save.part["audience"]] = save.part
        if save.promise is not None:
            entries[save.promise.id] = save.promise
        following = saves[number + 1] if number + 1 < len(saves) else None
        if save.revision and following is not None and following.revision == save.revision:
            continue
        brief = Brief().with_section(section, read(section, tuple(parts.values())))
        in_force = (one for one in entries.values() if not one.withdrawn)
        ordered = tuple(sorted(in_force, key=lambda one: one.number))
        yield Version(replace(brief, entries=ordered), save.by, save.at)


def _text(row: RowMapping) -> PromiseText:
    return PromiseText(
        row["words"],
        Kind(row["kind"]),
        row["said_to"],
        row["due"],
        Basis(row["basis"]) if row["basis"] else None,
        row["said_by"],
        row["said_on"],
        row["source"],
        row["owner_id"],
    )


def _owner(row: RowMapping) -> NamedPerson | None:
    if row["owner_id"] is None:
        return None
    return NamedPerson(row["owner_id"], row["owner_slack_id"], row["owner_name"])


def promise_of(row: RowMapping) -> Promise:
    return Promise(
        id=row["id"],
        number=row["number"],
        version=row["version"],
        text=_text(row),
        withdrawn=row["withdrawn_at"] is not None,
        owner=_owner(row),
        origin=_origin(row),
    )


def _origin(row: RowMapping) -> Origin | None:
    if row["origin_handoff_id"] is None:
        return None
    return Origin(row["origin_handoff_id"], row["origin_number"], row["origin_account"])
