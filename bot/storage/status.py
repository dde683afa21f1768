"""Lists of handoffs with their most urgent step, chosen and counted on the handoff rows alone.

What is late stands by how much working time of its owner it is late. That depends on calendars,
which no database knows: the late ones are read from the index with their due times alone, and put
in order here, calendar by calendar.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from heapq import merge
from itertools import islice
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
    not_,
    or_,
    select,
)

from bot.domain import access
from bot.domain.access import Reach
from bot.domain.deadlines import OWED_STATES, DeadlineState, Step, soon_from
from bot.domain.items import SectionKey
from bot.domain.people import Person
from bot.domain.policy import Tier
from bot.domain.read_models import (
    HelpedRow,
    Light,
    NamedPerson,
    StatusCounts,
    StatusPage,
    StatusRow,
    urgency_of,
)
from bot.domain.reviews import Outcome
from bot.domain.status import EVERYTHING, Bucket, Filter, Whose, whose_by_default
from bot.domain.verification import Part, missing
from bot.domain.worktime import WorkedUntil
from bot.storage.people import People
from bot.storage.statements import Scope
from bot.storage.tables import (
    HANDOFF_CLOSED,
    HANDOFF_HELPED,
    HANDOFF_OPEN,
    AttentionState,
    channel,
    deadline,
    handoff,
    person,
)

ROWS_AT_ONCE = 500
"""Handoffs read by their ids in one statement."""
HOME_ROWS = 40
"""Handoffs in one list of the Home tab at most; its three lists share the room there is."""

_PLACE: Mapping[Step, int] = {step: place for place, step in enumerate(Step)}
_DUE = handoff.c.attention_due_at
_NOW = bindparam("now", type_=_DUE.type)
_DAY_END = bindparam("day_end", type_=_DUE.type)
_OWED = handoff.c.attention_state == AttentionState.OWED.value
_LATE = and_(_OWED, _DUE < _NOW)
_TODAY = and_(_OWED, _DUE >= _NOW, _DUE <= _DAY_END)
_WAITING = handoff.c.attention_state == AttentionState.WAITING.value
_UNSIGNED = handoff.c.attention_state == AttentionState.UNSIGNED.value
_UNTIMED = handoff.c.attention_state == AttentionState.UNTIMED.value
_DONE = handoff.c.attention_state == AttentionState.NOTHING.value
# Within one rank either all due times are there or none is, so that it does not matter that the
# dialects sort missing values to different ends.
_RANK = case(
    (_LATE, 0),
    (_TODAY, 1),
    (_WAITING, 2),
    (_UNSIGNED, 3),
    (_OWED, 4),
    (_UNTIMED, 5),
    # What is done until its next review can be.
    (_DUE.is_not(None), 6),
    else_=7,
)
_IN_BUCKET: Mapping[Bucket, ColumnElement[bool]] = {
    Bucket.LATE: _LATE,
    Bucket.TODAY: _TODAY,
    Bucket.WAITING: or_(_WAITING, _UNSIGNED),
    Bucket.ON_TIME: and_(_OWED, _DUE > _DAY_END),
    Bucket.UNTIMED: _UNTIMED,
    Bucket.DONE: _DONE,
    Bucket.CLOSED: HANDOFF_CLOSED,
}

_VIEWER = bindparam("viewer", type_=handoff.c.ae_id.type)
# The viewer, and those who are away and for whom they stand in.
_FILLED = bindparam("filled", type_=handoff.c.ae_id.type, expanding=True)
_HAS_PART = or_(
    handoff.c.ae_id.in_(_FILLED),
    handoff.c.csm_id.in_(_FILLED),
    handoff.c.cs_manager_id.in_(_FILLED),
    handoff.c.ae_manager_id.in_(_FILLED),
    handoff.c.listener_id.in_(_FILLED),
    handoff.c.lead_id.in_(_FILLED),
    # Until a CSM is assigned, who is proposed and who was spoken to before the close.
    and_(handoff.c.proposed_csm_id == _VIEWER, handoff.c.csm_id.is_(None)),
    and_(handoff.c.cs_contact_id == _VIEWER, handoff.c.csm_id.is_(None)),
)
_READABLE_IN = handoff.c.channel_id.in_(
    select(channel.c.id).where(
        channel.c.workspace_id == bindparam("workspace"),
        or_(channel.c.id == bindparam("channel"), channel.c.private.is_(False)),
    )
)
_REPORTS = select(person.c.id).where(
    person.c.workspace_id == bindparam("workspace"), person.c.manager_id == _VIEWER
)
_MANAGES = or_(handoff.c.cs_manager_id == _VIEWER, handoff.c.ae_manager_id == _VIEWER)
_OF_WHOM: Mapping[Whose, tuple[ColumnElement[bool], ...]] = {
    Whose.MINE: (or_(_HAS_PART, handoff.c.attention_owner_id == _VIEWER),),
    Whose.TEAM: (or_(_MANAGES, handoff.c.ae_id.in_(_REPORTS), handoff.c.csm_id.in_(_REPORTS)),),
    Whose.ALL: (),
}
_PERSON = bindparam("person", type_=handoff.c.ae_id.type)
_IS_WORK_OF = or_(
    handoff.c.ae_id == _PERSON,
    handoff.c.csm_id == _PERSON,
    handoff.c.attention_owner_id == _PERSON,
)
_ae = person.alias("ae")
_csm = person.alias("csm")
_owner = person.alias("owner")
_urgent = deadline.alias("urgent")
_ROWS = (
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
        _urgent.c.state,
        _urgent.c.due_at,
        handoff.c.tier,
        handoff.c.review_outcome,
        _owner.c.slack_id.label("owner_slack_id"),
        _owner.c.name.label("owner_name"),
        _owner.c.zone.label("owner_zone"),
        _owner.c.region.label("owner_region"),
    )
    .select_from(handoff)
    .join(_ae, _ae.c.id == handoff.c.ae_id)
    .join(channel, channel.c.id == handoff.c.channel_id)
    .outerjoin(_csm, _csm.c.id == handoff.c.csm_id)
    .outerjoin(_owner, _owner.c.id == handoff.c.attention_owner_id)
    .outerjoin(
        _urgent,
        and_(_urgent.c.handoff_id == handoff.c.id, _urgent.c.step == handoff.c.attention_step),
    )
    .where(handoff.c.workspace_id == bindparam("workspace"))
)
_SHOWN = _ROWS.where(HANDOFF_OPEN)
_COUNT_CLOSED = select(func.count().label("closed")).where(
    handoff.c.workspace_id == bindparam("workspace"), HANDOFF_CLOSED
)
_COUNTS = select(
    func.coalesce(func.sum(case((_LATE, 1), else_=0)), 0).label("late"),
    func.coalesce(func.sum(case((_TODAY, 1), else_=0)), 0).label("due_today"),
    func.coalesce(func.sum(case((or_(_WAITING, _UNSIGNED), 1), else_=0)), 0).label("waiting"),
    func.coalesce(func.sum(case((_UNTIMED, 1), else_=0)), 0).label("untimed"),
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


@dataclass(frozen=True)
class _Chosen:
    """The statements of one combination of choices; values come in when they are run."""

    counts: Select[Any]
    late: Select[Any]
    """The late ones, as no more than what puts them in order."""
    others: Select[Any]
    """Ids of the rest, in order."""
    closed: Select[Any]
    """How many of them are closed; asked only where these are listed."""


@dataclass(frozen=True)
class _Shape:
    """Which choices were made; one for each way the statements can look."""

    reach: Reach
    in_channel: bool
    whose: Whose
    bucket: Bucket | None
    person: bool
    step: bool
    unsigned: bool
    tier: bool

    @classmethod
    def of(cls, chosen: Filter, reach: Reach, *, whose: Whose, in_channel: bool) -> "_Shape":
        unsigned = chosen.step is Step.SIGNATURE
        return cls(
            reach=reach,
            in_channel=in_channel,
            whose=whose,
            bucket=chosen.bucket,
            person=chosen.person is not None,
            step=chosen.step is not None and not unsigned,
            unsigned=unsigned,
            tier=chosen.tier is not None,
        )

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """What holds for each handoff in it, however it stands."""
        yield from _OF_REACH[self.reach]
        yield from _OF_WHOM[self.whose]
        if self.in_channel:
            yield _READABLE_IN
        if self.person:
            yield _IS_WORK_OF
        if self.step:
            yield handoff.c.attention_step == bindparam("step")
        if self.unsigned:
            yield _UNSIGNED
        if self.tier:
            yield handoff.c.tier == bindparam("tier")


@lru_cache(maxsize=1024)
def _statements(shape: _Shape) -> _Chosen:
    # Building a statement costs more than running it.
    closed = shape.bucket is Bucket.CLOSED
    state = HANDOFF_CLOSED if closed else HANDOFF_OPEN
    order = (handoff.c.review_closed_at.desc(),) if closed else (_RANK, _DUE)
    of = (handoff.c.workspace_id == bindparam("workspace"), state, *shape.conditions())
    late = select(handoff.c.attention_owner_id, _DUE, handoff.c.id).where(*of, _LATE)
    others = select(handoff.c.id).where(
        *of, not_(_LATE) if shape.bucket is None else _IN_BUCKET[shape.bucket]
    )
    return _Chosen(
        counts=_COUNTS.where(*shape.conditions()),
        late=late,
        closed=_COUNT_CLOSED.where(*shape.conditions()),
        others=others.order_by(*order, handoff.c.id)
        .limit(bindparam("size"))
        .offset(bindparam("skip")),
    )


_PART_IN_ANY = (
    select(handoff.c.id).where(handoff.c.workspace_id == bindparam("workspace"), _HAS_PART).limit(1)
)
_LEADS_ANY = (
    select(handoff.c.id).where(handoff.c.workspace_id == bindparam("workspace"), _MANAGES).limit(1)
)
_HAS_REPORTS = _REPORTS.limit(1)
_OWN_STEPS = (
    deadline.c.workspace_id == bindparam("workspace"),
    deadline.c.owner_id == _VIEWER,
    deadline.c.state.in_(sorted(state.value for state in OWED_STATES)),
)
_OWNED = (
    select(
        deadline.c.handoff_id,
        deadline.c.step,
        deadline.c.start_at,
        deadline.c.state,
        deadline.c.due_at,
        person.c.zone,
        person.c.region,
    )
    .join(person, person.c.id == deadline.c.owner_id)
    .where(*_OWN_STEPS)
    # What no clock runs for comes behind what is due, however long ago its deal was signed.
    .order_by(
        case((deadline.c.state == DeadlineState.OPEN.value, 0), else_=1),
        deadline.c.due_at,
        deadline.c.handoff_id,
    )
    .limit(HOME_ROWS * len(Step))  # One person may own every step of a handoff.
)
_OWNED_COUNT = select(func.count(deadline.c.handoff_id.distinct()).label("all")).where(*_OWN_STEPS)
_BY_IDS = _SHOWN.where(handoff.c.id.in_(bindparam("ids", expanding=True)))
_CLOSED_BY_IDS = _ROWS.where(HANDOFF_CLOSED, handoff.c.id.in_(bindparam("ids", expanding=True)))
_HOURS_OF = select(person.c.id, person.c.zone, person.c.region).where(
    person.c.workspace_id == bindparam("workspace"),
    person.c.id.in_(bindparam("ids", expanding=True)),
)
_OWES_NOTHING = ~exists().where(deadline.c.handoff_id == handoff.c.id, *_OWN_STEPS)
_OTHERS = _List.of(_HAS_PART, _OWES_NOTHING, or_(_OWED, _UNTIMED, _WAITING))
_REST = _List.of(
    _HAS_PART,
    _OWES_NOTHING,
    not_(or_(_OWED, _UNTIMED, _WAITING)),
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


_HELPED = (
    select(handoff.c.id, handoff.c.account, handoff.c.helpers, handoff.c.gate_at)
    .where(handoff.c.workspace_id == bindparam("workspace"), HANDOFF_HELPED)
    .order_by(handoff.c.id)
)


@dataclass(frozen=True)
class _Asked:
    """What one reader asks for, ready to be run."""

    reach: Reach
    chosen: Filter
    statements: _Chosen
    values: dict[str, Any]


@dataclass(frozen=True)
class HomeLists:
    """A person's handoffs, each in one list: what they owe, what others owe, the rest."""

    needs_you: tuple[StatusRow, ...]
    waiting_on_others: tuple[StatusRow, ...]
    mine: tuple[StatusRow, ...]
    more: int


class Status:
    """The lists people see of a workspace's handoffs, the closed ones only where asked for."""

    def __init__(self, scope: Scope, *, people: People) -> None:
        self._scope = scope
        self._people = people
        self._hours: dict[tuple[str | None, str | None], WorkedUntil] = {}

    def page(
        self,
        *,
        viewer: Person,
        page: int,
        size: int,
        day_end: datetime,
        in_channel: int | None = None,
        chosen: Filter = EVERYTHING,
    ) -> StatusPage:
        """One page, worst first: late, due by `day_end`, waiting, unsigned, due later, no clock.

        Those in which nothing is owed come last.

        `in_channel` leaves out what lies in private channels other than that one.
        """
        asked = self._asked(viewer, chosen, day_end=day_end, in_channel=in_channel)
        return self._page(asked, page=page, size=size)

    def every(
        self, *, viewer: Person, day_end: datetime, chosen: Filter = EVERYTHING
    ) -> StatusPage:
        """The same on one page that holds all, however many there are."""
        asked = self._asked(viewer, chosen, day_end=day_end, in_channel=None)
        return self._page(asked, page=0, size=None)

    def _page(self, asked: "_Asked", *, page: int, size: int | None) -> StatusPage:
        counts = self._counts(asked)
        listed = counts.of(asked.chosen.bucket)
        size = size if size is not None else max(1, listed)
        pages = max(1, -(-listed // size))
        page = min(max(page, 0), pages - 1)
        ids = self._ids(asked, counts, skip=page * size, size=size)
        return StatusPage(
            counts=counts,
            rows=tuple(self._rows(ids, closed=asked.chosen.bucket is Bucket.CLOSED)),
            page=page,
            pages=pages,
            only_own=asked.reach is Reach.OWN,
            as_of=self._scope.now,
            chosen=asked.chosen,
            person=self._named(asked.chosen.person),
        )

    def _asked(
        self, viewer: Person, chosen: Filter, *, day_end: datetime, in_channel: int | None
    ) -> "_Asked":
        values: dict[str, Any] = {"viewer": viewer.id, "filled": self._filled(viewer)}
        reach = access.reach(viewer, has_part=lambda: bool(self._execute(_PART_IN_ANY, values)))
        whose = chosen.whose or whose_by_default(
            viewer,
            leads=lambda: any(self._execute(one, values) for one in (_HAS_REPORTS, _LEADS_ANY)),
        )
        shape = _Shape.of(chosen, reach, whose=whose, in_channel=in_channel is not None)
        given: dict[str, Any] = {
            **values,
            "now": self._scope.now,
            "day_end": day_end,
            "channel": in_channel,
            "person": chosen.person,
            "step": chosen.step.value if chosen.step else None,
            "tier": chosen.tier.value if chosen.tier else None,
        }
        return _Asked(reach, chosen.model_copy(update={"whose": whose}), _statements(shape), given)

    def _counts(self, asked: "_Asked") -> StatusCounts:
        found = self._execute(asked.statements.counts, asked.values)[0]
        told = {name: found[name] for name in ("late", "due_today", "waiting", "untimed", "done")}
        on_time, closed = found["all"] - sum(told.values()), 0
        if asked.chosen.bucket is Bucket.CLOSED:
            closed = self._execute(asked.statements.closed, asked.values)[0]["closed"]
        return StatusCounts(**told, on_time=on_time, closed=closed)

    def _ids(self, asked: "_Asked", counts: StatusCounts, *, skip: int, size: int) -> list[int]:
        """Part of the list, in its order."""
        bucket = asked.chosen.bucket
        late = counts.late if bucket in (None, Bucket.LATE) else 0
        ids: list[int] = []
        if skip < late:
            ids = list(islice(self._latest_first(asked), skip, skip + size))
        if bucket is not Bucket.LATE and len(ids) < size and skip + size > late:
            values = {**asked.values, "skip": max(0, skip - late), "size": size - len(ids)}
            ids += [row["id"] for row in self._execute(asked.statements.others, values)]
        return ids

    def _latest_first(self, asked: "_Asked") -> Iterator[int]:
        """All that are late, by working time of who owes them, then by due time.

        Within one calendar that is the order of the due times, so that calendars are merged, and
        working time is counted only as far as somebody reads.
        """
        owned: dict[int | None, list[tuple[datetime, int]]] = {}
        values = {**asked.values, "workspace": self._scope.workspace_id}
        # Ten thousand rows: tuples are read faster than rows by name.
        for owner_id, due_at, handoff_id in self._scope.connection.execute(
            asked.statements.late, values
        ):
            owned.setdefault(owner_id, []).append((due_at, handoff_id))
        alike: dict[WorkedUntil, list[tuple[datetime, int]]] = {}
        for owner_id, worked in self._worked_by(owned).items():
            alike.setdefault(worked, []).extend(owned[owner_id])
        runs = (_run(worked, sorted(dues)) for worked, dues in alike.items())
        return (handoff_id for _, _, handoff_id in merge(*runs))

    def _worked_by(self, owners: Collection[int | None]) -> dict[int | None, WorkedUntil]:
        """Working time up to now in the calendar of each of these people."""
        found: dict[int | None, WorkedUntil] = {one: self._worked(None, None) for one in owners}
        known = sorted(one for one in owners if one is not None)
        for first in range(0, len(known), ROWS_AT_ONCE):
            some = known[first : first + ROWS_AT_ONCE]
            for row in self._execute(_HOURS_OF, {"ids": some}):
                found[row["id"]] = self._worked(row["zone"], row["region"])
        return found

    def _worked(self, zone: str | None, region: str | None) -> WorkedUntil:
        """That of an owner; where nobody owns what is owed, the policy's hours in UTC."""
        kept = self._hours.get((zone, region))
        if kept is None:
            calendar = self._people.calendar_of(zone or "UTC", region or "")
            kept = self._hours[zone, region] = WorkedUntil(calendar, self._scope.now)
        return kept

    def _rows(self, ids: Sequence[int], *, closed: bool) -> Iterator[StatusRow]:
        """The rows, in the order of the ids."""
        rows = _CLOSED_BY_IDS if closed else _BY_IDS
        for first in range(0, len(ids), ROWS_AT_ONCE):
            some = ids[first : first + ROWS_AT_ONCE]
            found = {row["id"]: row for row in self._execute(rows, {"ids": some})}
            yield from (self._row(found[one]) for one in some)

    def _named(self, person_id: int | None) -> NamedPerson | None:
        found = self._people.many([person_id]).get(person_id) if person_id is not None else None
        return NamedPerson(found.id, found.slack_id, found.name) if found else None

    def home(self, viewer: Person) -> HomeLists:
        """What a person owes, by their own most urgent step, and their other open handoffs."""
        values: dict[str, Any] = {"viewer": viewer.id, "filled": self._filled(viewer)}
        values |= {"now": self._scope.now, "day_end": self._scope.now}
        own: dict[int, list[RowMapping]] = {}
        for row in self._execute(_OWNED, {"viewer": viewer.id}):
            own.setdefault(row["handoff_id"], []).append(row)
        ids = list(own)[:HOME_ROWS]
        shown = {row["id"]: row for row in self._execute(_BY_IDS, {"ids": ids})} if ids else {}
        # Of each handoff the step that its guide card names as the next.
        first = {one: min(own[one], key=self._urgency) for one in ids if one in shown}
        needs = [self._row(shown[one], own=first[one]) for one in _by_due(first)]
        more = 0
        if len(own) > HOME_ROWS:
            more = self._execute(_OWNED_COUNT, {"viewer": viewer.id})[0]["all"] - HOME_ROWS
        others, others_more = self._first(_OTHERS, values)
        rest, rest_more = self._first(_REST, values)
        return HomeLists(tuple(needs), others, rest, more + others_more + rest_more)

    def _urgency(self, own: RowMapping) -> tuple[bool, bool, datetime, int]:
        """Where a step that somebody owes stands among all that they owe in its handoff."""
        state, step = _own_state(own), Step(own["step"])
        due = own["due_at"] if state is AttentionState.OWED else _named_day(own)
        light = _light(state, own["start_at"], due, self._scope.now)
        return *urgency_of(step, light, own["due_at"]), _PLACE[step]

    def _first(self, chosen: _List, values: dict[str, Any]) -> tuple[tuple[StatusRow, ...], int]:
        """The first rows of a list, and how many more there are."""
        found = self._execute(chosen.page, {**values, "size": HOME_ROWS, "skip": 0})
        rows = tuple(_worst_first(self._row(row) for row in found))
        if len(rows) < HOME_ROWS:
            return rows, 0
        return rows, self._execute(chosen.counts, values)[0]["all"] - HOME_ROWS

    def helped_by(self, person_id: int) -> tuple[HelpedRow, ...]:
        """The open handoffs in which a person fills sections; few have any helper at all."""
        found = ((row, json.loads(row["helpers"])) for row in self._execute(_HELPED, {}))
        return tuple(
            HelpedRow(
                row["id"],
                row["account"],
                frozenset(SectionKey(key) for key in helpers[str(person_id)]),
                ready=row["gate_at"] is not None,
            )
            for row, helpers in found
            if str(person_id) in helpers
        )[:HOME_ROWS]

    def open_by_csm(self) -> list[tuple[NamedPerson, int]]:
        """How many open handoffs each CSM has, the fewest first."""
        rows = self._execute(_BY_CSM, {})
        return [(NamedPerson(row["id"], row["slack_id"], row["name"]), row["n"]) for row in rows]

    def _filled(self, viewer: Person) -> list[int]:
        return [viewer.id, *self._people.replaced_by(viewer.id)]

    def _execute(self, statement: Any, values: dict[str, Any]) -> list[RowMapping]:
        values = {**values, "workspace": self._scope.workspace_id}
        return list(self._scope.connection.execute(statement, values).mappings())

    def _row(self, row: RowMapping, *, own: RowMapping | None = None) -> StatusRow:
        """A row with its most urgent step, or with one that a person owes themselves."""
        about = own or row
        state = AttentionState(row["attention_state"])
        if own:
            state = _own_state(own)
        named = own["step"] if own else row["attention_step"]
        due = own["due_at"] if own else row["attention_due_at"]
        if state is AttentionState.UNTIMED:
            due = _named_day(about)
        start = about["start_at"]
        counted = row["items_counted"]
        csm_id, owner_id = row["csm_id"], row["attention_owner_id"]
        light = _light(state, start, due, self._scope.now)
        if light is Light.DONE and named is not None:
            light = Light.WAITING  # For its time alone.
        late_by = timedelta(0)
        if light is Light.LATE:
            zone, region = row["owner_zone"], row["owner_region"]
            if own is not None:
                zone, region = own["zone"], own["region"]
            late_by = self._worked(zone, region).since(due)
        return StatusRow(
            handoff_id=row["id"],
            account=row["account"],
            ae=NamedPerson(row["ae_id"], row["ae_slack_id"], row["ae_name"]),
            csm=NamedPerson(csm_id, row["csm_slack_id"], row["csm_name"]) if csm_id else None,
            step=Step(named) if named else None,
            light=light,
            due_at=due,
            percent=row["items_filled"] * 100 // counted if counted else 0,
            signed=row["signed_at"] is not None,
            channel_slack_id=row["channel_slack_id"],
            brief_version=row["brief_version"],
            left=_left(row) if named == Step.READ and state in _TO_DO else (),
            late_by=late_by,
            owner=NamedPerson(owner_id, row["owner_slack_id"], row["owner_name"])
            if owner_id
            else None,
            tier=Tier(row["tier"]),
            signed_at=row["signed_at"],
            outcome=Outcome(row["review_outcome"]) if row["review_outcome"] else None,
        )


def _own_state(own: RowMapping) -> AttentionState:
    """How what somebody owes stands: what has no clock is never late."""
    timed = own["state"] == DeadlineState.OPEN.value
    return AttentionState.OWED if timed else AttentionState.UNTIMED


def _named_day(about: RowMapping) -> datetime | None:
    """By when something without a clock is owed, where somebody named a day for it."""
    agreed = about["state"] == DeadlineState.AGREED.value
    return about["due_at"] if agreed else None


def _by_due(first: Mapping[int, RowMapping]) -> list[int]:
    """Handoffs by when the step that is named of each is due, those without a clock last."""
    untimed = AttentionState.UNTIMED
    return sorted(
        first, key=lambda one: (_own_state(first[one]) is untimed, first[one]["due_at"], one)
    )


def _run(
    worked: WorkedUntil, dues: Iterable[tuple[datetime, int]]
) -> Iterator[tuple[timedelta, datetime, int]]:
    return ((-worked.since(due_at), due_at, handoff_id) for due_at, handoff_id in dues)


def _worst_first(rows: Iterable[StatusRow]) -> list[StatusRow]:
    """The late ones by how late they are, and the rest behind them as they came."""
    return sorted(rows, key=lambda row: (row.light is not Light.LATE, -row.late_by))


_TO_DO = frozenset({AttentionState.OWED, AttentionState.UNTIMED})


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
    if state is AttentionState.UNTIMED:
        return Light.UNTIMED if due_at is None else Light.AGREED
    if state is not AttentionState.OWED or due_at is None:
        return Light.WAITING
    if now > due_at:
        return Light.LATE
    return Light.SOON if now >= soon_from(start_at, due_at) else Light.ON_TIME
