"""Lists of handoffs with their most urgent step, chosen and counted on the handoff rows alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
)

from bot.domain import access
from bot.domain.access import Reach
from bot.domain.deadlines import DeadlineState, Step, soon_from
from bot.domain.people import Person
from bot.domain.read_models import (
    Light,
    NamedPerson,
    StatusCounts,
    StatusPage,
    StatusRow,
)
from bot.domain.verification import Part, missing
from bot.storage.statements import Scope
from bot.storage.tables import HANDOFF_OPEN, AttentionState, channel, deadline, handoff, person

HOME_ROWS = 20
"""Handoffs in one list of the Home tab; a view has room for about this many."""

_DUE = handoff.c.attention_due_at
_NOW = bindparam("now", type_=_DUE.type)
_DAY_END = bindparam("day_end", type_=_DUE.type)
_OWED = handoff.c.attention_state == AttentionState.OWED.value
_LATE = and_(_OWED, _DUE < _NOW)
_TODAY = and_(_OWED, _DUE >= _NOW, _DUE <= _DAY_END)
_WAITING = handoff.c.attention_state == AttentionState.WAITING.value
_UNSIGNED = handoff.c.attention_state == AttentionState.UNSIGNED.value
_DONE = handoff.c.attention_state == AttentionState.NOTHING.value
# Within one rank either all due times are there or none is, so that it does not matter that the
# dialects sort missing values to different ends.
_RANK = case((_LATE, 0), (_TODAY, 1), (_OWED, 2), (_WAITING, 3), (_UNSIGNED, 4), else_=5)

_VIEWER = bindparam("viewer", type_=handoff.c.ae_id.type)
_HAS_PART = or_(
    handoff.c.ae_id == _VIEWER,
    handoff.c.csm_id == _VIEWER,
    handoff.c.cs_manager_id == _VIEWER,
    handoff.c.ae_manager_id == _VIEWER,
    handoff.c.listener_id == _VIEWER,
    handoff.c.lead_id == _VIEWER,
)
_READABLE_IN = handoff.c.channel_id.in_(
    select(channel.c.id).where(
        channel.c.workspace_id == bindparam("workspace"),
        or_(channel.c.id == bindparam("channel"), channel.c.private.is_(False)),
    )
)
_ae = person.alias("ae")
_csm = person.alias("csm")
_urgent = deadline.alias("urgent")
_SHOWN = (
    select(
        handoff.c.id,
        handoff.c.account,
        handoff.c.attention_state,
        handoff.c.attention_step,
        handoff.c.attention_owner_id,
        handoff.c.attention_due_at,
        handoff.c.signed_at,
        handoff.c.brief_version,
        handoff.c.acknowledged_at,
        handoff.c.outdated_at,
        handoff.c.checks_at,
        handoff.c.restated_at,
        handoff.c.items_filled,
        handoff.c.items_counted,
        handoff.c.ae_id,
        _ae.c.slack_id.label("ae_slack_id"),
        _ae.c.name.label("ae_name"),
        handoff.c.csm_id,
        _csm.c.slack_id.label("csm_slack_id"),
        _csm.c.name.label("csm_name"),
        channel.c.slack_id.label("channel_slack_id"),
        _urgent.c.start_at,
    )
    .select_from(handoff)
    .join(_ae, _ae.c.id == handoff.c.ae_id)
    .join(channel, channel.c.id == handoff.c.channel_id)
    .outerjoin(_csm, _csm.c.id == handoff.c.csm_id)
    .outerjoin(
        _urgent,
        and_(_urgent.c.handoff_id == handoff.c.id, _urgent.c.step == handoff.c.attention_step),
    )
    .where(handoff.c.workspace_id == bindparam("workspace"), HANDOFF_OPEN)
)
_COUNTS = select(
    func.coalesce(func.sum(case((_LATE, 1), else_=0)), 0).label("late"),
    func.coalesce(func.sum(case((_TODAY, 1), else_=0)), 0).label("due_today"),
    func.coalesce(func.sum(case((or_(_WAITING, _UNSIGNED), 1), else_=0)), 0).label("waiting"),
    func.coalesce(func.sum(case((_DONE, 1), else_=0)), 0).label("done"),
    func.count().label("all"),
).where(handoff.c.workspace_id == bindparam("workspace"), HANDOFF_OPEN)


@dataclass(frozen=True)
class _List:
    """Which handoffs a list is about, as statements built once."""

    counts: Select[Any]
    page: Select[Any]

    @classmethod
    def of(cls, *conditions: ColumnElement[bool]) -> "_List":
        # The page is chosen on the narrow index first; only its rows are then joined and read.
        chosen = (
            select(handoff.c.id)
            .where(handoff.c.workspace_id == bindparam("workspace"), HANDOFF_OPEN, *conditions)
            .order_by(_RANK, _DUE, handoff.c.id)
            .limit(bindparam("size"))
            .offset(bindparam("skip"))
        )
        page = _SHOWN.where(handoff.c.id.in_(chosen)).order_by(_RANK, _DUE, handoff.c.id)
        return cls(_COUNTS.where(*conditions), page)


_PUBLIC = handoff.c.channel_id.in_(
    select(channel.c.id).where(
        channel.c.workspace_id == bindparam("workspace"), channel.c.private.is_(False)
    )
)
_OF_REACH: Mapping[Reach, tuple[ColumnElement[bool], ...]] = {
    Reach.OWN: (_HAS_PART,),
    Reach.READABLE: (or_(_HAS_PART, _PUBLIC),),
    Reach.ALL: (),
}
_LISTS = {
    (reach, in_channel): _List.of(*conditions, *([_READABLE_IN] if in_channel else []))
    for reach, conditions in _OF_REACH.items()
    for in_channel in (False, True)
}
_PART_IN_ANY = (
    select(handoff.c.id).where(handoff.c.workspace_id == bindparam("workspace"), _HAS_PART).limit(1)
)
_OWN_STEPS = (
    deadline.c.workspace_id == bindparam("workspace"),
    deadline.c.owner_id == _VIEWER,
    deadline.c.state == DeadlineState.OPEN.value,
)
_OWNED = (
    select(deadline.c.handoff_id, deadline.c.step, deadline.c.start_at, deadline.c.due_at)
    .where(*_OWN_STEPS)
    .order_by(deadline.c.due_at, deadline.c.handoff_id)
    .limit(HOME_ROWS * len(Step))  # One person may own every step of a handoff.
)
_OWNED_COUNT = select(func.count(deadline.c.handoff_id.distinct()).label("all")).where(*_OWN_STEPS)
_BY_IDS = _SHOWN.where(handoff.c.id.in_(bindparam("ids", expanding=True)))
_OWES_NOTHING = ~exists().where(deadline.c.handoff_id == handoff.c.id, *_OWN_STEPS)
_OTHERS = _List.of(_HAS_PART, _OWES_NOTHING, or_(_OWED, _WAITING))
_REST = _List.of(
    _HAS_PART,
    _OWES_NOTHING,
    handoff.c.attention_state.not_in((AttentionState.OWED.value, AttentionState.WAITING.value)),
)


_BY_CSM = (
    select(person.c.id, person.c.slack_id, person.c.name, func.count().label("n"))
    .join(handoff, handoff.c.csm_id == person.c.id)
    .where(
        handoff.c.workspace_id == bindparam("workspace"),
        HANDOFF_OPEN,
        person.c.deactivated.is_(False),
    )
    .group_by(person.c.id, person.c.slack_id, person.c.name)
    .order_by(func.count(), person.c.name)
)


@dataclass(frozen=True)
class HomeLists:
    """A person's handoffs, each in one list: what they owe, what others owe, the rest."""

    needs_you: tuple[StatusRow, ...]
    waiting_on_others: tuple[StatusRow, ...]
    mine: tuple[StatusRow, ...]
    more: int


class Status:
    """The lists people see of a workspace's open handoffs."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def page(
        self,
        *,
        viewer: Person,
        page: int,
        size: int,
        day_end: datetime,
        in_channel: int | None = None,
    ) -> StatusPage:
        """One page, worst first: late, due by `day_end`, due later, waiting, unsigned, done.

        `in_channel` leaves out what lies in private channels other than that one.
        """
        reach = access.reach(
            viewer, has_part=lambda: bool(self._execute(_PART_IN_ANY, {"viewer": viewer.id}))
        )
        chosen = _LISTS[reach, in_channel is not None]
        values: dict[str, Any] = {"now": self._scope.now, "day_end": day_end}
        if reach is not Reach.ALL:
            values["viewer"] = viewer.id
        if in_channel is not None:
            values["channel"] = in_channel
        found = self._execute(chosen.counts, values)[0]
        told = {name: found[name] for name in ("late", "due_today", "waiting", "done")}
        counts = StatusCounts(**told, on_time=found["all"] - sum(told.values()))
        pages = max(1, -(-counts.open // size))
        page = min(max(page, 0), pages - 1)
        rows = self._execute(chosen.page, {**values, "size": size, "skip": page * size})
        return StatusPage(
            counts=counts,
            rows=tuple(self._row(row) for row in rows),
            page=page,
            pages=pages,
            only_own=reach is Reach.OWN,
            as_of=self._scope.now,
        )

    def home(self, viewer: Person) -> HomeLists:
        """What a person owes, by their own most urgent step, and their other open handoffs."""
        values = {"viewer": viewer.id, "now": self._scope.now, "day_end": self._scope.now}
        own: dict[int, RowMapping] = {}
        for row in self._execute(_OWNED, {"viewer": viewer.id}):
            own.setdefault(row["handoff_id"], row)
        ids = list(own)[:HOME_ROWS]
        shown = {row["id"]: row for row in self._execute(_BY_IDS, {"ids": ids})} if ids else {}
        needs = [self._row(shown[one], own=own[one]) for one in ids if one in shown]
        more = 0
        if len(own) > HOME_ROWS:
            more = self._execute(_OWNED_COUNT, {"viewer": viewer.id})[0]["all"] - HOME_ROWS
        others, others_more = self._first(_OTHERS, values)
        rest, rest_more = self._first(_REST, values)
        return HomeLists(tuple(needs), others, rest, more + others_more + rest_more)

    def _first(self, chosen: _List, values: dict[str, Any]) -> tuple[tuple[StatusRow, ...], int]:
        """The first rows of a list, and how many more there are."""
        found = self._execute(chosen.page, {**values, "size": HOME_ROWS, "skip": 0})
        rows = tuple(self._row(row) for row in found)
        if len(rows) < HOME_ROWS:
            return rows, 0
        return rows, self._execute(chosen.counts, values)[0]["all"] - HOME_ROWS

    def open_by_csm(self) -> list[tuple[NamedPerson, int]]:
        """How many open handoffs each CSM has, the fewest first."""
        rows = self._execute(_BY_CSM, {})
        return [(NamedPerson(row["id"], row["slack_id"], row["name"]), row["n"]) for row in rows]

    def _execute(self, statement: Any, values: dict[str, Any]) -> list[RowMapping]:
        values = {**values, "workspace": self._scope.workspace_id}
        return list(self._scope.connection.execute(statement, values).mappings())

    def _row(self, row: RowMapping, *, own: RowMapping | None = None) -> StatusRow:
        """A row with its most urgent step, or with one that a person owes themselves."""
        state = AttentionState.OWED if own else AttentionState(row["attention_state"])
        named = own["step"] if own else row["attention_step"]
        due = own["due_at"] if own else row["attention_due_at"]
        start = own["start_at"] if own else row["start_at"]
        counted = row["items_counted"]
        csm_id = row["csm_id"]
        return StatusRow(
            handoff_id=row["id"],
            account=row["account"],
            ae=NamedPerson(row["ae_id"], row["ae_slack_id"], row["ae_name"]),
            csm=NamedPerson(csm_id, row["csm_slack_id"], row["csm_name"]) if csm_id else None,
            step=Step(named) if named else None,
            light=_light(state, start, due, self._scope.now),
            due_at=due,
            percent=row["items_filled"] * 100 // counted if counted else 0,
            signed=row["signed_at"] is not None,
            channel_slack_id=row["channel_slack_id"],
            brief_version=row["brief_version"],
            left=_left(row) if named == Step.READ and state is AttentionState.OWED else (),
        )


def _left(row: RowMapping) -> tuple[Part, ...]:
    return missing(
        acknowledged=row["acknowledged_at"] is not None and row["outdated_at"] is None,
        checked=row["checks_at"] is not None,
        restated=row["restated_at"] is not None,
    )


def _light(
    state: AttentionState, start_at: datetime | None, due_at: datetime | None, now: datetime
) -> Light:
    if state is AttentionState.NOTHING:
        return Light.DONE
    if state is not AttentionState.OWED or due_at is None:
        return Light.WAITING
    if now > due_at:
        return Light.LATE
    return Light.SOON if now >= soon_from(start_at, due_at) else Light.ON_TIME
