"""Which notices and surfaces may be sent now, and taking one so that nobody else does."""

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    Interval,
    RowMapping,
    Select,
    Table,
    and_,
    bindparam,
    case,
    literal,
    not_,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from bot.domain.deadlines import Step
from bot.domain.digest import Word
from bot.domain.notices import (
    OF_THE_CLOCK,
    JobSource,
    NoticeKind,
    Priority,
    SurfaceKind,
)
from bot.domain.nudging import Stage
from bot.storage.jobs import Job, job_of
from bot.storage.marks import Marks
from bot.storage.readable import READABLE
from bot.storage.tables import (
    OUTBOX_PENDING,
    SURFACE_STALE,
    outbox,
    outbox_about,
    surface,
    workspace,
)
from bot.storage.types import MICROSECOND

AGEING = timedelta(minutes=10)
"""What waits goes up one level of priority in this time, though never above an answer."""
BLOCKED_FOR = timedelta(minutes=5)
"""A workspace whose token was refused is tried again after this."""
IN_HAND = -1
"""The priority of a surface that answers somebody and was leased. Where its sender dies it is still
an answer, which also a paused workspace gives: a card that must not be read any more is one."""
SPARE = 4
"""How many times more rows are looked at than are taken: several may go to one destination."""

Candidate = tuple[JobSource, RowMapping]
"""What could be sent, and where its row is."""

TABLES = {JobSource.NOTICE: outbox, JobSource.SURFACE: surface}


@dataclass(frozen=True)
class HeldBack:
    """What may not be sent now for reasons the rows do not know."""

    workspaces: Collection[int] = ()
    methods: Collection[tuple[int, str]] = ()
    destinations: Collection[tuple[int, str]] = ()
    methods_but_answers: Collection[tuple[int, str]] = ()
    """Of these what is left is for answers to people."""
    looks: Collection[int] = ()
    """Workspaces in which nothing can be looked for now, but for what answers people."""

    def lists(self) -> dict[str, list[Any]]:
        """Those in which anything stands, by name."""
        named = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: sorted(listed) for name, listed in named.items() if listed}


@dataclass(frozen=True)
class Wanted:
    """Something that could be sent now, as far as its rate is concerned."""

    workspace_id: int
    method: str
    destination: str
    priority: int


class Gate(Protocol):
    """What is asked before anything is leased."""

    def held_back(self, within: Connection, /) -> HeldBack:
        """What is not even looked at."""
        ...

    def let(
        self, wanted: Wanted, claim: Callable[[], Job | None], within: Connection, /
    ) -> Job | None:
        """Claim it, or not; `within` is the transaction of the claim."""
        ...


class Open:
    """Lets everything go."""

    def held_back(self, _within: Connection, /) -> HeldBack:
        """Nothing."""
        return HeldBack()

    def let(
        self, _wanted: Wanted, claim: Callable[[], Job | None], _within: Connection, /
    ) -> Job | None:
        """Whatever can be claimed."""
        return claim()


@dataclass(frozen=True)
class Times:
    """The two clocks at one instant."""

    machine: datetime
    calendar: datetime

    def values(self) -> dict[str, datetime]:
        """For the statements here."""
        return {
            "machine_now": self.machine,
            "calendar_now": self.calendar,
            "blocked_before": self.machine - BLOCKED_FOR,
        }


_METHOD_OF_SURFACE = case(
    (surface.c.kind == SurfaceKind.HOME.value, "views.publish"),
    (surface.c.ts.is_(None), "chat.postMessage"),
    else_="chat.update",
)
_METHODS = {JobSource.NOTICE: outbox.c.method, JobSource.SURFACE: _METHOD_OF_SURFACE}
_SOURCES = {table: source for source, table in TABLES.items()}
_NOW = bindparam("machine_now", type_=surface.c.next_try_at.type)
_CALENDAR_NOW = bindparam("calendar_now", type_=surface.c.not_before.type)
_BLOCKED_BEFORE = bindparam("blocked_before", type_=workspace.c.blocked_at.type)


def is_answer(table: Table) -> ColumnElement[bool]:
    """Somebody waits for it, also where the sender that had it in hand is dead."""
    return table.c.priority <= Priority.ANSWER.value


def _aged(table: Table, since: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """Ten minutes of age weigh as much as one level; the order does not depend on the hour."""
    if dialect == "postgresql":
        return since + table.c.priority * literal(AGEING, Interval())
    return since + table.c.priority * literal(AGEING // MICROSECOND)


def _leased_elsewhere(table: Table, other: Table) -> ColumnElement[bool]:
    """Another row, of the same or the other table, is in flight to this row's destination."""
    busy = other.alias("busy")
    return (
        select(busy.c.id)
        .where(
            busy.c.workspace_id == table.c.workspace_id,
            busy.c.destination == table.c.destination,
            busy.c.lease.is_not(None),
            busy.c.lease_until > _NOW,
        )
        .exists()
    )


def _free(table: Table) -> ColumnElement[bool]:
    waiting = OUTBOX_PENDING if table is outbox else SURFACE_STALE
    return and_(
        waiting,
        table.c.next_try_at <= _NOW,
        or_(table.c.not_before.is_(None), table.c.not_before <= _CALENDAR_NOW),
        or_(table.c.lease.is_(None), table.c.lease_until <= _NOW),
        not_(_leased_elsewhere(table, outbox)),
        not_(_leased_elsewhere(table, surface)),
    )


def _allowed(table: Table) -> ColumnElement[bool]:
    return and_(
        or_(workspace.c.blocked_at.is_(None), workspace.c.blocked_at <= _BLOCKED_BEFORE),
        or_(workspace.c.paused_at.is_(None), is_answer(table)),
    )


def _still_allowed(table: Table) -> ColumnElement[bool]:
    theirs = select(workspace.c.id).where(workspace.c.id == table.c.workspace_id, _allowed(table))
    return theirs.exists()


def _but_for(table: Table, name: str) -> ColumnElement[bool]:
    """The condition on one list of `HeldBack`; what stands in it is given where it is run."""
    called = tuple_(table.c.workspace_id, _METHODS[_SOURCES[table]])
    place = tuple_(table.c.workspace_id, table.c.destination)
    about: dict[str, ColumnElement[Any]] = {
        "workspaces": table.c.workspace_id,
        "methods": called,
        "methods_but_answers": called,
        "destinations": place,
        "looks": table.c.workspace_id,
    }
    others = about[name].not_in(bindparam(name, expanding=True))
    if name == "methods_but_answers":
        return or_(is_answer(table), others)
    if name == "looks":
        return or_(is_answer(table), not_(table.c.maybe_sent), others)
    return others


# To build a statement and have it compiled costs more than to run it, and every sender asks once a
# second: there is one for each set of lists, however long those are.
@cache
def _candidates(
    source: JobSource, dialect: str, held_back: frozenset[str], *, but_unread: bool = False
) -> Select[Any]:
    """Of one table, but for what stands in these lists, or is in words unknown here as well."""
    table = TABLES[source]
    since = table.c.created_at if table is outbox else table.c.next_try_at
    aged = _aged(table, since, dialect)
    but_for = [_but_for(table, name) for name in sorted(held_back)]
    if but_unread:
        but_for.append(READABLE[table])
    first = (
        select(
            table.c.id,
            table.c.workspace_id,
            table.c.destination,
            table.c.kind,
            case((is_answer(table), Priority.ANSWER.value), else_=table.c.priority).label(
                "priority"
            ),
            _METHODS[_SOURCES[table]].label("method"),
            aged.label("aged"),
            workspace.c.blocked_at.is_not(None).label("probing"),
            workspace.c.marks_key,
            workspace.c.restored_from,
            workspace.c.restored_at,
            workspace.c.in_doubt_until,
        )
        .join(workspace, workspace.c.id == table.c.workspace_id)
        .where(_free(table), _allowed(table), *but_for)
        .order_by(
            not_(is_answer(table)),
            aged,
            table.c.kind != NoticeKind.WELCOME.value,
            table.c.id,
        )
        .limit(bindparam("most"))
        .subquery()
    )
    return select(first, READABLE[table].label("readable")).join(table, table.c.id == first.c.id)


def _claim(table: Table) -> ReturningUpdate[Any]:
    values: dict[str, Any] = {
        "lease": bindparam("b_lease"),
        "lease_until": bindparam("b_until", type_=table.c.lease_until.type),
    }
    if table is surface:
        # Raised again while it is under way, it is urgent again; else it will have been served.
        values["priority"] = case((is_answer(table), IN_HAND), else_=Priority.CARD.value)
    else:
        # What changed until now is read anew, but for a post that perhaps is there already.
        values["changed"] = and_(table.c.changed, table.c.maybe_sent)
    return (
        update(table)
        .where(table.c.id == bindparam("b_id"), _free(table), _still_allowed(table))
        .values(**values)
        .returning(*table.c)
    )


_CLAIM = {source: _claim(table) for source, table in TABLES.items()}
_OF_THE_CLOCK = frozenset(kind.value for kind in OF_THE_CLOCK)
_ABOUT = (
    select(
        outbox_about.c.handoff_id,
        outbox_about.c.step,
        outbox_about.c.stage,
        outbox_about.c.subject,
    )
    .where(outbox_about.c.outbox_id == bindparam("id"))
    .order_by(outbox_about.c.place)
)


def candidates(
    connection: Connection, limit: int, held_back: HeldBack, *, times: Times, dialect: str
) -> list[Candidate]:
    """What may be sent now, in the order in which it should be."""
    lists = held_back.lists()
    values = {**times.values(), **lists, "most": limit * SPARE}
    found: list[Candidate] = []
    for source in TABLES:
        statement = _candidates(source, dialect, frozenset(lists))
        rows = connection.execute(statement, values).mappings().all()
        if not all(row["readable"] for row in rows):
            # Seldom, and so only then all that waits is held against the words that are known.
            statement = _candidates(source, dialect, frozenset(lists), but_unread=True)
            rows = connection.execute(statement, values).mappings().all()
        found += [(source, row) for row in rows]
    found.sort(
        key=lambda one: (
            one[1]["priority"] != Priority.ANSWER,
            one[1]["aged"],
            _rank(one[0], one[1]["kind"]),
            one[1]["id"],
        )
    )
    return found


def _rank(source: JobSource, kind: str) -> int:
    """The order of what was decided in one transaction, and so is equally old.

    A person is greeted before their first card, and a card goes before the replies below it.
    """
    if kind == NoticeKind.WELCOME:
        return 0
    return 1 if source is JobSource.SURFACE else 2


def claim(
    connection: Connection,
    source: JobSource,
    row: RowMapping,
    *,
    lease: timedelta,
    times: Times,
) -> Job | None:
    """Lease a candidate in a writing transaction; None where it is not free any more."""
    values: dict[str, Any] = {
        **times.values(),
        "b_id": row["id"],
        "b_lease": secrets.token_hex(8),
        "b_until": times.machine + lease,
    }
    claimed = connection.execute(_CLAIM[source], values).mappings().first()
    if claimed is None:
        return None
    about: tuple[Word, ...] = ()
    if source is JobSource.NOTICE and claimed["kind"] in _OF_THE_CLOCK:
        said = connection.execute(_ABOUT, {"id": claimed["id"]})
        about = tuple(
            Word(one.handoff_id, Step(one.step), Stage(one.stage), one.subject) for one in said
        )
    return job_of(
        source,
        claimed,
        priority=row["priority"],
        probing=bool(row["probing"]),
        about=about,
        marks=Marks(row["marks_key"]),
        restored_from=row["restored_from"],
        restored_at=row["restored_at"],
        in_doubt_until=row["in_doubt_until"],
    )


def free_from(table: Table) -> ColumnElement[Any]:
    """The machine time from which a row may be leased."""
    leased_longer = table.c.lease_until > table.c.next_try_at
    return case((leased_longer, table.c.lease_until), else_=table.c.next_try_at)
