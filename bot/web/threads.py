"""The threads that requests are answered in, and how many of them one workspace may hold."""

from collections.abc import Callable
from typing import TypeVar

import anyio.to_thread

T = TypeVar("T")


class Threads:
    """So many for all; where several workspaces are served, three quarters of them for each.

    Whoever acts in a workspace whose Slack hangs holds a thread for as long as an answer may take.
    """

    def __init__(self, count: int) -> None:
        self._all = anyio.CapacityLimiter(count)
        self._each = max(1, count * 3 // 4)
        self._of: dict[str | None, anyio.CapacityLimiter] = {}

    async def run(self, team_id: str | None, work: Callable[[], T]) -> T:
        """Do the work in a thread as soon as there is one for this workspace."""
        mine = self._of.get(team_id)
        if mine is None:
            mine = self._of[team_id] = anyio.CapacityLimiter(self._each)
        if len(self._of) == 1:
            return await anyio.to_thread.run_sync(work, limiter=self._all)
        async with mine:
            return await anyio.to_thread.run_sync(work, limiter=self._all)
