"""What is there after a run: the rows, what Slack's edge accepted, and what stands there."""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Table, select

from bot.delivery.constants import Constants
from bot.sandbox.record import Accepted
from bot.sandbox.workspace import Workspace
from bot.storage.engine import Database
from bot.storage.tables import deadline, handoff, outbox, outbox_about, surface
from tests.faults.fleet import Life
from tests.faults.world import Scenario

POST, EDIT = "chat.postMessage", "chat.update"

Row: TypeAlias = Mapping[Any, Any]
"""By the names of its columns."""


@dataclass(frozen=True)
class Rows:
    """The rows of one workspace."""

    outbox: Sequence[Row]
    about: Mapping[int, Sequence[Row]]
    deadlines: Sequence[Row]
    handoffs: Mapping[int, Row]
    surfaces: Sequence[Row]


def read_rows(database: Database, workspace_id: int) -> Rows:
    """All of one workspace, as they are in one state of the data."""
    with database.reading() as connection:

        def all_of(table: Table) -> Sequence[Row]:
            of = select(table).where(table.c.workspace_id == workspace_id)
            return connection.execute(of).mappings().all()

        notices = all_of(outbox)
        about: dict[int, list[Row]] = defaultdict(list)
        named = select(outbox_about).join(outbox, outbox.c.id == outbox_about.c.outbox_id)
        for row in connection.execute(
            named.where(outbox.c.workspace_id == workspace_id)
        ).mappings():
            about[row["outbox_id"]].append(row)
        return Rows(
            outbox=notices,
            about=about,
            deadlines=all_of(deadline),
            handoffs={row["id"]: row for row in all_of(handoff)},
            surfaces=all_of(surface),
        )


@dataclass(frozen=True)
class Timing:
    """When what happened in a workspace, in seconds since 1970 by this machine."""

    began: float
    calmed: float
    """No call met trouble any more, and every process was up again."""
    drained: float
    """Nothing waited any more; or when nobody waited for that any longer."""
    backlog: int = 0
    """What waited to be sent when the last trouble was over."""
    in_doubt: int = 0
    """How much of it had to be looked for."""
    slowed_to: float | None = None
    """Posts a second that the edge's 429 had left by then; None where it was not looked at."""


@dataclass(frozen=True)
class Allowance:
    """How far the conditions of a run let things be late, in seconds."""

    late_acceptance: float = 0.0
    longest_freeze: float = 0.0
    clock_steps: float = 0.0


@dataclass
class Evidence:
    """One workspace after a run."""

    scenario: Scenario
    rows: Rows
    accepted: Sequence[Accepted]
    standing: Workspace
    constants: Constants
    lives: Sequence[Life]
    timing: Timing
    allowance: Allowance = field(default_factory=Allowance)
    offset: float = 0.0
    """By how many seconds the calendar is ahead of the machine's clock."""
    looked_at: float = field(default_factory=time.time)
    shared_rates: bool = False
    """Whether all processes take from the same buckets, as on PostgreSQL."""
    wrong_at_rest: Sequence[str] = ()
    """Surfaces that stand otherwise than their rows would draw them."""
    freezes: Sequence[tuple[float, float]] = ()
    """From when to when a process stood still, by the machine's clock."""

    def __post_init__(self) -> None:
        self.posts: dict[str, list[Accepted]] = defaultdict(list)
        """Accepted posts by the key in their metadata."""
        for one in self.accepted:
            if one.method == POST and one.metadata is not None:
                self.posts[str(one.metadata["event_payload"]["key"])].append(one)
        starts = datetime.fromisoformat(self.scenario.starts).timestamp()
        self.starts = starts - self.offset
        """The start of the calendar by the machine's clock."""
        self._dues = {
            (row["handoff_id"], row["step"], row["subject"]): self.machine(row["due_at"])
            for row in self.rows.deadlines
        }

    def due_of(self, word: Row) -> float:
        """The due time, by the machine's clock, of what a word of the clock is about."""
        return self._dues[word["handoff_id"], word["step"], word["subject"]]

    def said(self) -> Counter[int]:
        """How many intents there are for each number that the scenario says."""
        found = (number_of(row) for row in self.rows.outbox)
        return Counter(one for one in found if one is not None)

    def for_later(self, row: Row) -> bool:
        """Whether a notice is planned for after the run, as a summary of the next morning is.

        When the scenario's own are due stands in the scenario: whoever puts them off is late.
        """
        number = number_of(row)
        if number is not None:
            return self.starts + self.scenario.instant(number) > self.looked_at
        at = row["not_before"]
        return at is not None and self.machine(at) > self.looked_at

    def stands(self, post: Accepted) -> bool:
        """Whether a message that was accepted is there, and was not taken down since."""
        channel = self.standing.channels.get(post.channel or "")
        message = channel.messages.get(post.ts or "") if channel is not None else None
        return message is not None and not message.tombstone

    def machine(self, calendar: datetime) -> float:
        """An instant of the calendar by the machine's clock."""
        return calendar.timestamp() - self.offset


def number_of(row: Row) -> int | None:
    """Which of the scenario's notices a row is; None for what followed from an act."""
    number = json.loads(row["facts"]).get("said")
    return None if number is None else int(number)
