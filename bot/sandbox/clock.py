"""The sandbox's two clocks: a calendar that may be moved forward, and the machine's own."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

_END: Final = 9_999_999_999.0
"""The last second that ten digits can count, as the ts of a message does."""


class SandboxClock:
    """Calendar time is real time plus an offset that only grows; machine time never travels."""

    def __init__(
        self,
        *,
        offset: timedelta = timedelta(0),
        real: Callable[[], float] = time.time,
        machine: Callable[[], float] = time.monotonic,
    ) -> None:
        if offset < timedelta(0):
            raise ValueError("The sandbox clock can only be ahead of the machine.")
        self._offset = offset.total_seconds()
        self._real = real
        self._machine = machine

    @property
    def offset_seconds(self) -> float:
        return self._offset

    def timestamp(self) -> float:
        """Calendar time in seconds since 1970, UTC."""
        return self._real() + self._offset

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def machine_seconds(self) -> float:
        """Monotonic seconds: trigger ids and response URLs expire by these."""
        return self._machine()

    def advance(self, seconds: float) -> None:
        """Moves the calendar forward; ValueError when asked to stand still, go back or leap."""
        if not 0 < seconds < float("inf"):
            raise ValueError("The sandbox clock only moves forward.")
        if seconds > _END - self.timestamp():
            raise ValueError("The sandbox clock ends in November 2286.")
        self._offset += seconds
