"""Deadline rows: kept in place, so that what was said of one stays said."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, func, insert, or_, select, text, update

from bot.domain.deadlines import SPEAKS, Deadline, DeadlineState, Step, in_order
from bot.domain.nudging import Stage, StagePlan
from bot.storage.statements import Scope
from bot.storage.tables import DEADLINE_TO_SAY, deadline, handoff

_OF = select(deadline).where(
    deadline.c.workspace_id == bindparam("workspace"),
    deadline.c.handoff_id.in_(bindparam("handoffs", expanding=True)),
)
# The handoff is locked, not the deadline: every act locks it first too, so that a sweep and an act
# take turns and never wait for each other crosswise.
_DUE = (
    select(deadline)
    .join(handoff, handoff.c.id == deadline.c.handoff_id)
    .where(
        deadline.c.workspace_id == bindparam("workspace"),
        DEADLINE_TO_SAY,
        deadline.c.next_at <= bindparam("now"),
    )
    .order_by(deadline.c.next_at, deadline.c.handoff_id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=handoff)
)
_DUE_BUT = _DUE.where(deadline.c.handoff_id.not_in(bindparam("but", expanding=True)))
_OF_READERS = or_(
    deadline.c.owner_id.in_(bindparam("readers", expanding=True)),
    deadline.c.told_id.in_(bindparam("readers", expanding=True)),
    deadline.c.manager_id.in_(bindparam("readers", expanding=True)),
)
_TO_READERS = (
    deadline.c.workspace_id == bindparam("workspace"),
    DEADLINE_TO_SAY,
    deadline.c.next_at <= bindparam("until"),
    _OF_READERS,
    # That it opens soon is said to nobody.
    deadline.c.state != DeadlineState.WAITING.value,
)
_HOW_MANY = select(func.count()).select_from(
    select(deadline.c.step).where(*_TO_READERS).limit(bindparam("most")).subquery()
)
_FOR_READERS = (
    select(deadline)
    .join(handoff, handoff.c.id == deadline.c.handoff_id)
    .where(*_TO_READERS)
    .order_by(deadline.c.next_at, deadline.c.handoff_id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=handoff)
)
_LATE_OF = (
    select(deadline)
    .where(
        deadline.c.workspace_id == bindparam("workspace"),
        deadline.c.state == text("'open'"),
        deadline.c.due_at < bindparam("at"),
        _OF_READERS,
    )
    .order_by(deadline.c.due_at, deadline.c.handoff_id)
)
_ADD = insert(deadline)
_CHANGE = update(deadline).where(
    deadline.c.workspace_id == bindparam("b_workspace"),
    deadline.c.handoff_id == bindparam("b_handoff"),
    deadline.c.step == bindparam("b_step"),
    deadline.c.subject == bindparam("b_subject"),
)
_SPEAKS = or_(*(deadline.c.state == state.value for state in sorted(SPEAKS)))
_WAITS = deadline.c.state == DeadlineState.WAITING.value
# By name, for what stands here is all that is written: columns with an index of their own cost more
# than the rest of the row. What came to say nothing meanwhile stays so: nothing would ever settle
# it, and every sweep would find it.
_SETTLE = _CHANGE.where(_SPEAKS).values(
    {name: bindparam(name) for name in ("said", "passed", "next_at")}
)
SILENCE = (
    update(deadline)
    # What waits for its time alone is opened by the sweep, also where that was stopped meanwhile.
    .where(DEADLINE_TO_SAY, deadline.c.next_at <= bindparam("before"), ~_SPEAKS, ~_WAITS)
    .values(next_at=None)
)
"""What says nothing any more and is to be looked at all the same is not."""


class UnreadableDeadline(ValueError):
    """A deadline is in words that this version does not know; `handoff_id` says of which handoff.

    A newer version wrote it, before this one was started again.
    """

    def __init__(self, handoff_id: int) -> None:
        super().__init__(handoff_id)
        self.handoff_id = handoff_id


class Deadlines:
    """What the handoffs of one workspace owe whom; to read it may raise UnreadableDeadline."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def of(self, handoff_id: int) -> list[Deadline]:
        """A handoff's deadlines in the order of the steps, then of the promises."""
        return self.of_many([handoff_id]).get(handoff_id, [])

    def of_many(self, handoff_ids: Iterable[int]) -> dict[int, list[Deadline]]:
        """The deadlines of several handoffs, by handoff."""
        found: dict[int, list[Deadline]] = {}
        for handoff_id, one in self._of_all(handoff_ids):
            found.setdefault(handoff_id, []).append(one)
        return {handoff_id: in_order(several) for handoff_id, several in found.items()}

    def _of_all(
        self, handoff_ids: Iterable[int], *, but_unreadable: bool = False
    ) -> list[tuple[int, Deadline]]:
        wanted = sorted(set(handoff_ids))
        if not wanted:
            return []
        values = {"workspace": self._scope.workspace_id, "handoffs": wanted}
        rows = self._scope.connection.execute(_OF, values).mappings()
        return _with_handoffs(rows, but_unreadable=but_unreadable)


class WritableDeadlines(Deadlines):
    """The deadlines, and their changes."""

    def due(self, limit: int, *, but: Collection[int] = ()) -> list[tuple[int, Deadline]]:
        """Deadlines of which something is to be said now, with their handoffs; the oldest first.

        `but` are handoffs that are not looked at; the others are locked. Those that another
        transaction holds are left out: it brings them up to date, or the next sweep finds them.
        Raises UnreadableDeadline.
        """
        now = self._scope.now
        values: dict[str, Any] = {"now": now, "most": limit}
        if not but:
            return self._locked(_DUE, values, until=now)
        return self._locked(_DUE_BUT, {**values, "but": sorted(but)}, until=now)

    def for_readers(
        self, reader_ids: Collection[int], *, until: datetime, limit: int
    ) -> list[tuple[int, Deadline]]:
        """What has something to say by `until` and is owed by one of them or under them.

        Locked like `due`, the earliest first, with the handoff of each. What this version cannot
        read is left out: `due` raises for it, and this person's others are theirs to hear of.
        """
        if not reader_ids:
            return []
        values = {"readers": sorted(reader_ids), "until": until, "most": limit}
        return self._locked(_FOR_READERS, values, until=until, but_unreadable=True)

    def count_for_readers(self, reader_ids: Collection[int], *, until: datetime, limit: int) -> int:
        """How many `for_readers` would find, counted up to `limit`."""
        values = {"readers": sorted(reader_ids), "until": until, "most": limit}
        values["workspace"] = self._scope.workspace_id
        return int(self._scope.connection.execute(_HOW_MANY, values).scalar_one())

    def _locked(
        self,
        statement: Any,
        values: dict[str, Any],
        *,
        until: datetime,
        but_unreadable: bool = False,
    ) -> list[tuple[int, Deadline]]:
        """What a statement finds that locks handoffs, as it is once they are locked.

        PostgreSQL finds rows first and locks then: what another act did in between is read after
        it. On SQLite nobody else writes while this transaction does.
        """
        found = self._found(statement, values, but_unreadable=but_unreadable)
        if self._scope.dialect != "postgresql" or not found:
            return found
        handoffs = [handoff_id for handoff_id, _ in found]
        now = self._of_all(handoffs, but_unreadable=but_unreadable)
        keys = {(handoff_id, one.key) for handoff_id, one in found}
        read = [
            (handoff_id, one)
            for handoff_id, one in now
            if (handoff_id, one.key) in keys and one.next_at is not None and one.next_at <= until
        ]
        return sorted(read, key=lambda one: (one[1].next_at, one[0]))

    def late_of(self, reader_ids: Collection[int], *, at: datetime) -> list[tuple[int, Deadline]]:
        """What is late at a time and is owed by one of them or under them, the latest first.

        What this version cannot read is left out here, too.
        """
        if not reader_ids:
            return []
        values = {"readers": sorted(reader_ids), "at": at}
        return self._found(_LATE_OF, values, but_unreadable=True)

    def _found(
        self, statement: Any, values: dict[str, Any], *, but_unreadable: bool
    ) -> list[tuple[int, Deadline]]:
        values = {**values, "workspace": self._scope.workspace_id}
        rows = self._scope.connection.execute(statement, values).mappings()
        return _with_handoffs(rows, but_unreadable=but_unreadable)

    def keep(self, handoff_id: int, changed: Deadline) -> None:
        """Keep a deadline that was snoozed."""
        self._change([(handoff_id, changed)])

    def settle(self, settled: Iterable[tuple[int, Deadline]]) -> None:
        """Keep what was said of deadlines and what was passed over, and nothing else of them."""
        rows = [{**self._named(handoff_id, one), **_settled(one)} for handoff_id, one in settled]
        if rows:
            self._scope.connection.execute(_SETTLE, rows)

    def bring_in_line(
        self, handoff_id: int, stored: Sequence[Deadline], wanted: Sequence[Deadline]
    ) -> None:
        """Write those of the wanted deadlines that differ from the stored ones."""
        before = {one.key: one for one in stored}
        new = [one for one in wanted if one.key not in before]
        changed = [one for one in wanted if one.key in before and before[one.key] != one]
        if new:
            self._scope.connection.execute(
                _ADD,
                [
                    {
                        "workspace_id": self._scope.workspace_id,
                        "handoff_id": handoff_id,
                        "step": one.step.value,
                        "subject": one.subject,
                        **_values(one),
                    }
                    for one in new
                ],
            )
        if changed:
            self._change([(handoff_id, one) for one in changed])

    def _change(self, changed: Sequence[tuple[int, Deadline]]) -> None:
        if changed:
            self._scope.connection.execute(
                _CHANGE,
                [{**self._named(handoff_id, one), **_values(one)} for handoff_id, one in changed],
            )

    def _named(self, handoff_id: int, of: Deadline) -> dict[str, Any]:
        return {
            "b_workspace": self._scope.workspace_id,
            "b_handoff": handoff_id,
            "b_step": of.step.value,
            "b_subject": of.subject,
        }


def _values(of: Deadline) -> dict[str, Any]:
    return {
        "owner_id": of.owner_id,
        "zone": of.zone,
        "state": of.state.value,
        "waits_for": of.waits_for.value if of.waits_for else None,
        "start_at": of.start_at,
        "raw_due_at": of.raw_due_at,
        "due_at": of.due_at,
        "stages": json.dumps([[plan.stage.value, plan.at.isoformat()] for plan in of.stages]),
        "manager_id": of.manager_id,
        "told_id": of.told_id,
        "snoozed_until": of.snoozed_until,
        "added_at": of.added_at,
        "owned_at": of.owned_at,
        **_settled(of),
    }


def _settled(of: Deadline) -> dict[str, Any]:
    return {
        "said": json.dumps(sorted(of.said)),
        "passed": json.dumps(sorted(of.passed)),
        "next_at": of.next_at,
    }


def _with_handoffs(
    rows: Iterable[RowMapping], *, but_unreadable: bool
) -> list[tuple[int, Deadline]]:
    found = []
    for row in rows:
        handoff_id = row["handoff_id"]
        try:
            found.append((handoff_id, _deadline(row)))
        except ValueError as error:
            if not but_unreadable:
                raise UnreadableDeadline(handoff_id) from error
    return found


def _deadline(row: RowMapping) -> Deadline:
    return Deadline(
        step=Step(row["step"]),
        owner_id=row["owner_id"],
        zone=row["zone"],
        state=DeadlineState(row["state"]),
        waits_for=Step(row["waits_for"]) if row["waits_for"] else None,
        start_at=row["start_at"],
        raw_due_at=row["raw_due_at"],
        due_at=row["due_at"],
        stages=tuple(
            StagePlan(Stage(stage), datetime.fromisoformat(at))
            for stage, at in json.loads(row["stages"])
        ),
        manager_id=row["manager_id"],
        told_id=row["told_id"],
        said=frozenset(Stage(stage) for stage in json.loads(row["said"])),
        passed=frozenset(Stage(stage) for stage in json.loads(row["passed"])),
        snoozed_until=row["snoozed_until"],
        added_at=row["added_at"],
        owned_at=row["owned_at"],
        subject=row["subject"],
    )
