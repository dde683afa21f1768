"""Whether a channel may hold internal content."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.errors import Problem

LONGEST_NAME = 80
UNSAFE = frozenset({Problem.CHANNEL_SHARED, Problem.CHANNEL_GUESTS})
"""Others than colleagues can read there; a handoff needs another channel."""
CHECK_AFTER = timedelta(minutes=10)
"""A check older than this says nothing any more; an unknown channel gets no post."""


@dataclass(frozen=True)
class Channel:
    """What was last learned of one conversation."""

    id: int
    workspace_id: int
    slack_id: str
    name: str = ""
    private: bool = False
    direct: bool = False
    shared: bool = False
    pending: bool = False
    guests: bool = False
    archived: bool = False
    bot_inside: bool = False
    checked_at: datetime | None = None
    turns: int = 0
    """How many times its obstacle has changed."""
    made: bool = False
    """The bot made it for a handoff, and so brings in AE, CSM and both managers."""

    def stale(self, now: datetime) -> bool:
        """Whether Slack must be asked again before showing anything; `now` is machine time.

        A check that is still to come was noted by a clock that was ahead, and says nothing.
        """
        checked = self.checked_at
        return checked is None or not timedelta(0) <= now - checked <= CHECK_AFTER

    def problem_at(self, now: datetime) -> Problem | None:
        """Why nothing internal may be shown here; unknown is not safe, nor is what is too old.

        `now` is machine time.
        """
        return Problem.CHANNEL_UNKNOWN if self.stale(now) else self.problem()

    def problem(self) -> Problem | None:
        """Why nothing internal may be shown here, as last learned; None where it may.

        That outsiders read is known from an event, too, before Slack was asked about all else.
        """
        unknown = self.checked_at is None and not self.outsiders
        return Problem.CHANNEL_UNKNOWN if unknown else self.obstacle

    @property
    def outsiders(self) -> bool:
        """Whether, as last learned, others than colleagues read here or are about to."""
        return self.shared or self.pending or self.guests

    @property
    def obstacle(self) -> Problem | None:
        """The problem by what was last learned, however long ago that was."""
        if self.direct:
            return Problem.CHANNEL_IS_DM
        if self.shared or self.pending:
            return Problem.CHANNEL_SHARED
        if self.guests:
            return Problem.CHANNEL_GUESTS
        if self.archived:
            return Problem.CHANNEL_ARCHIVED
        if not self.bot_inside:
            return Problem.CHANNEL_NOT_INSIDE
        return None


def channel_name(text: str) -> str:
    """A text as Slack takes it for the name of a channel; empty where nothing of it is left."""
    parts = "".join(char if char.isalnum() or char == "_" else " " for char in text.lower()).split()
    return "-".join(parts)[:LONGEST_NAME].strip("-")
