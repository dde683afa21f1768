"""Who can wait lets people's acts go first: somebody waits for an answer, nobody for a sender."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONGEST_WAIT = 0.05
"""Seconds a sender gives way at a time, so that delivery goes on under any load."""
AT_WORK_FOR = 0.15
"""Seconds; an act that is in hand for longer waits for Slack, and needs nothing of ours."""


class GivingWay:
    """Counts the acts at work; who can wait does so until there is none, or for a moment."""

    def __init__(
        self,
        longest_wait: float = LONGEST_WAIT,
        *,
        at_work_for: float = AT_WORK_FOR,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._longest_wait = longest_wait
        self._at_work_for = at_work_for
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._began: list[float] = []

    @contextmanager
    def act(self) -> Iterator[None]:
        """An act is in hand until the block is left."""
        with self._changed:
            began = self._monotonic()
            self._began.append(began)
        try:
            yield
        finally:
            with self._changed:
                self._began.remove(began)
                if not self._at_work():
                    self._changed.notify_all()

    def wait(self) -> None:
        """Return once no act is at work, after the longest wait at the latest."""
        with self._changed:
            self._changed.wait_for(lambda: not self._at_work(), self._longest_wait)

    def _at_work(self) -> bool:
        since = self._monotonic() - self._at_work_for
        return any(began > since for began in self._began)
