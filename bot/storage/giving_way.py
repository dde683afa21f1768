"""Who can wait lets people's acts go first: somebody waits for an answer, nobody for a sender."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_WAIT = 0.05
"""Seconds a sender gives way at a time, so that delivery goes on under any load."""


class GivingWay:
    """Counts the acts in hand; who can wait does so until there is none, or for a moment."""

    def __init__(self, longest_wait: float = LONGEST_WAIT) -> None:
        self._longest_wait = longest_wait
        self._changed = threading.Condition()
        self._in_hand = 0

    @contextmanager
    def act(self) -> Iterator[None]:
        """An act is in hand until the block is left."""
        with self._changed:
            self._in_hand += 1
        try:
            yield
        finally:
            with self._changed:
                self._in_hand -= 1
                if not self._in_hand:
                    self._changed.notify_all()

    def wait(self) -> None:
        """Return once no act is in hand, after the longest wait at the latest."""
        with self._changed:
            self._changed.wait_for(lambda: not self._in_hand, self._longest_wait)
