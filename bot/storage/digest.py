"""How often the clock spoke to whom, and what waits for their next summary."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from sqlalchemy import CursorResult, bindparam, delete, or_, select, update

from bot.domain.deadlines import DeadlineState, Step
from bot.domain.digest import Day, Word, moved_to
from bot.domain.nudging import Stage
from bot.domain.worktime import Calendar
from bot.storage.readable import word_known
from bot.storage.statements import Scope, once
from bot.storage.tables import DIGEST_AHEAD, deadline, digest_line, person

_DUE = (
    select(person.c.id)
    .where(
        person.c.workspace_id == bindparam("workspace"),
        DIGEST_AHEAD,
        person.c.digest_at <= bindparam("now"),
    )
    .order_by(person.c.digest_at, person.c.id)
    .limit(bindparam("most"))
)
# Not the whole row: a message to somebody only holds on to their key.
_LOCK = (
    select(person.c.id, person.c.told_on, person.c.told, person.c.digest_at)
    .where(
        person.c.workspace_id == bindparam("workspace"),
        person.c.id.in_(bindparam("ids", expanding=True)),
    )
    .order_by(person.c.id)
    .with_for_update(skip_locked=True, key_share=True)
)
_KEEP = update(person).where(
    person.c.id == bindparam("b_id"), person.c.workspace_id == bindparam("b_workspace")
)
_WAKE = (
    update(person)
    .where(
        person.c.id == bindparam("b_id"),
        person.c.workspace_id == bindparam("b_workspace"),
        or_(person.c.digest_at.is_(None), person.c.digest_at > bindparam("b_at")),
    )
    .values(digest_at=bindparam("b_at"))
)
# What a newer version left there waits for one that knows it.
_OF_THESE = (
    digest_line.c.workspace_id == bindparam("workspace"),
    digest_line.c.person_id.in_(bindparam("ids", expanding=True)),
    word_known(digest_line),
)
_LINES = select(digest_line).where(*_OF_THESE)
_ADD = once(digest_line)
_TAKE = delete(digest_line).where(*_OF_THESE)
_LATE = (deadline.c.state == DeadlineState.OPEN.value, deadline.c.due_at < bindparam("now"))
_UNAWARE = (
    select(person.c.id)
    .where(
        person.c.workspace_id == bindparam("workspace"),
        person.c.digest_at.is_(None),
        or_(
            person.c.id.in_(select(deadline.c.owner_id).where(*_LATE)),
            person.c.id.in_(select(deadline.c.manager_id).where(*_LATE)),
        ),
    )
    .order_by(person.c.id)
)


class Digests:
    """The days of people, and the lines that wait for their summaries."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def due(self, limit: int) -> list[int]:
        """Whose summary is due, the longest due first."""
        return list(self._execute(_DUE, {"now": self._scope.now, "most": limit}).scalars())

    def lock(self, person_ids: Collection[int]) -> dict[int, Day]:
        """The days of people, locked; those that another transaction holds are left out."""
        if not person_ids:
            return {}
        rows = self._execute(_LOCK, {"ids": sorted(person_ids)})
        return {row.id: Day(row.told_on, row.told, row.digest_at) for row in rows}

    def keep(self, days: Mapping[int, Day]) -> None:
        """Keep what was counted, and when the next summary is."""
        if days:
            rows = [
                {
                    "b_id": one,
                    "b_workspace": self._scope.workspace_id,
                    "told_on": day.on,
                    "told": day.told,
                    "digest_at": day.digest_at,
                }
                for one, day in sorted(days.items())
            ]
            self._scope.connection.execute(_KEEP, rows)

    def move(self, person_id: int, calendar: Calendar, *, before: Calendar | None = None) -> None:
        """Let a person's next summary come at the time of theirs that `calendar` has now.

        It stays that of its day, which is told by the calendar of `before`, where that is another.
        """
        for one, day in self.lock([person_id]).items():
            ahead = day
            if before is not None and day.digest_at is not None:
                noon = calendar.at(before.local_date(day.digest_at), time(12))
                ahead = replace(day, digest_at=noon)
            self.keep({one: moved_to(ahead, self._scope.now, calendar)})

    def wake(self, person_id: int, at: datetime) -> None:
        """See that a person's next summary is not after `at`."""
        values = {"b_id": person_id, "b_workspace": self._scope.workspace_id, "b_at": at}
        self._scope.connection.execute(_WAKE, values)

    def unaware(self) -> list[int]:
        """Who owes something late, or manages who does, and has no summary ahead."""
        return list(self._execute(_UNAWARE, {"now": self._scope.now}).scalars())

    def add_lines(self, person_id: int, words: Iterable[Word]) -> None:
        """Have something said in a person's next summary, once."""
        rows = [
            {
                "workspace_id": self._scope.workspace_id,
                "person_id": person_id,
                "handoff_id": word.handoff_id,
                "step": word.step.value,
                "stage": word.stage.value,
                "subject": word.subject,
            }
            for word in words
        ]
        if rows:
            self._scope.connection.execute(_ADD[self._scope.dialect], rows)

    def take_lines(self, person_ids: Collection[int]) -> dict[int, list[Word]]:
        """What waits for the summaries of people, which is taken out with it."""
        found: dict[int, list[Word]] = {}
        if not person_ids:
            return found
        values = {"ids": sorted(person_ids)}
        for row in self._execute(_LINES, values):
            word = Word(row.handoff_id, Step(row.step), Stage(row.stage), row.subject)
            found.setdefault(row.person_id, []).append(word)
        if found:
            self._execute(_TAKE, {"ids": sorted(found)})
        return found

    def _execute(self, statement: Any, values: dict[str, Any]) -> CursorResult[Any]:
        values = {**values, "workspace": self._scope.workspace_id}
        return self._scope.connection.execute(statement, values)
