"""How many senders one workspace may hold, so that none of them keeps the others waiting."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

SLOW_AFTER = timedelta(seconds=2)
"""Slack answers in a fraction of this; a job in hand for longer waits for a call to time out."""


class Shares:
    """Counts who holds which sender, for how long, and what became of it.

    A workspace holds at most `each`. One whose job has been in hand for long gets no further one,
    and from then on one at a time until a job of it ends soon again. All that are slow hold half of
    the senders together, at most. Where there is but one workspace nobody has to be spared.
    """

    def __init__(
        self,
        *,
        each: int,
        slow_after: timedelta = SLOW_AFTER,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._each = each
        self._senders = each
        self._slow_after = slow_after / timedelta(seconds=1)
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._held: dict[int, list[float]] = {}
        """When each job in hand was begun, by workspace."""
        self._slow: set[int] = set()

    def of(self, senders: int) -> None:
        """There are so many senders now: `each`, or more for more workspaces than one."""
        with self._guard:
            self._senders = senders

    def take(self, workspace_id: int) -> float:
        """A sender begins a job; what is given here is given back at its end."""
        with self._guard:
            began = self._monotonic()
            self._held.setdefault(workspace_id, []).append(began)
            return began

    def give_back(self, workspace_id: int, began: float) -> None:
        """Its job has ended, however it did."""
        with self._guard:
            held = self._held[workspace_id]
            held.remove(began)
            if not held:
                del self._held[workspace_id]
            if self._long(began):
                self._slow.add(workspace_id)
            else:
                self._slow.discard(workspace_id)

    def full(self) -> list[int]:
        """The workspaces that get no further sender for now."""
        with self._guard:
            if self._senders <= self._each:
                return []
            slow = self._slow | {
                one for one, held in self._held.items() if any(self._long(began) for began in held)
            }
            by_slow = sum(len(self._held.get(one, ())) for one in slow)
            most_of_slow = 1 if by_slow < self._senders // 2 else 0
            return [
                one
                for one in slow | self._held.keys()
                if len(self._held.get(one, ())) >= (most_of_slow if one in slow else self._each)
            ]

    def _long(self, began: float) -> bool:
        return self._monotonic() - began > self._slow_after
