"""Deadline rows: kept in place, so that what was said of one stays said."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, insert, select, update

from bot.domain.deadlines import Deadline, DeadlineState, Step
from bot.domain.nudging import Stage, StagePlan
from bot.storage.statements import Scope
from bot.storage.tables import DEADLINE_TO_SAY, deadline, handoff

_ORDER = {step: place for place, step in enumerate(Step)}
_OF = select(deadline).where(
    deadline.c.workspace_id == bindparam("workspace"),
    deadline.c.handoff_id.in_(bindparam("handoffs", expanding=True)),
)
# The handoff is locked, not the deadline: every act locks it first too, so that a sweep and an act
# take turns and never wait for each other crosswise.
_DUE = (
    select(deadline.c.handoff_id, deadline.c.step)
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
_ADD = insert(deadline)
_CHANGE = update(deadline).where(
    deadline.c.workspace_id == bindparam("b_workspace"),
    deadline.c.handoff_id == bindparam("b_handoff"),
    deadline.c.step == bindparam("b_step"),
)


class Deadlines:
    """What the handoffs of one workspace owe whom."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def of(self, handoff_id: int) -> list[Deadline]:
        """A handoff's deadlines in the order of the steps."""
        return self.of_many([handoff_id]).get(handoff_id, [])

    def of_many(self, handoff_ids: Iterable[int]) -> dict[int, list[Deadline]]:
        """The deadlines of several handoffs, by handoff."""
        wanted = sorted(set(handoff_ids))
        found: dict[int, list[Deadline]] = {}
        if wanted:
            values = {"workspace": self._scope.workspace_id, "handoffs": wanted}
            for row in self._scope.connection.execute(_OF, values).mappings():
                found.setdefault(row["handoff_id"], []).append(_deadline(row))
        for several in found.values():
            several.sort(key=lambda one: _ORDER[one.step])
        return found


class WritableDeadlines(Deadlines):
    """The deadlines, and their changes."""

    def due(self, limit: int) -> list[tuple[int, Step]]:
        """Deadlines of which something is to be said now, the longest due first.

        Their handoffs are locked. Those that another transaction holds are left out: it brings
        them up to date, or the next sweep finds them.
        """
        values = {"workspace": self._scope.workspace_id, "now": self._scope.now, "most": limit}
        rows = self._scope.connection.execute(_DUE, values)
        return [(row.handoff_id, Step(row.step)) for row in rows]

    def settle(self, handoff_id: int, settled: Deadline) -> None:
        """Keep what was said of a deadline, or that it was snoozed."""
        self._change(handoff_id, [settled])

    def bring_in_line(
        self, handoff_id: int, stored: Sequence[Deadline], wanted: Sequence[Deadline]
    ) -> None:
        """Write those of the wanted deadlines that differ from the stored ones."""
        before = {one.step: one for one in stored}
        new = [one for one in wanted if one.step not in before]
        changed = [one for one in wanted if one.step in before and before[one.step] != one]
        if new:
            self._scope.connection.execute(
                _ADD,
                [
                    {
                        "workspace_id": self._scope.workspace_id,
                        "handoff_id": handoff_id,
                        "step": one.step.value,
                        **_values(one),
                    }
                    for one in new
                ],
            )
        if changed:
            self._change(handoff_id, changed)

    def _change(self, handoff_id: int, changed: Iterable[Deadline]) -> None:
        self._scope.connection.execute(
            _CHANGE,
            [
                {
                    "b_workspace": self._scope.workspace_id,
                    "b_handoff": handoff_id,
                    "b_step": one.step.value,
                    **_values(one),
                }
                for one in changed
            ],
        )


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
        "said": json.dumps(sorted(of.said)),
        "passed": json.dumps(sorted(of.passed)),
        "snoozed_until": of.snoozed_until,
        "next_at": of.next_at,
    }


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
        said=frozenset(Stage(stage) for stage in json.loads(row["said"])),
        passed=frozenset(Stage(stage) for stage in json.loads(row["passed"])),
        snoozed_until=row["snoozed_until"],
    )
