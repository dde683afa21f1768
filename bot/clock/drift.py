"""Slack's time by the Date header of answers that come anyway, and how far this clock is off it."""

import threading
import time
from datetime import datetime, timedelta

import structlog

from bot.clock.clocks import Monotonic, Wall, wall_now

log = structlog.get_logger()

WARN_BEYOND = timedelta(seconds=30)
TOLD_EVERY = timedelta(hours=1)
_SECOND = timedelta(seconds=1)
"""The header names whole seconds."""


def drift(told: datetime, *, began: datetime, ended: datetime) -> timedelta:
    """How far a clock that showed these times around an answer is ahead of the answer's, at least.

    Within the time the call took and the second that the header leaves open nothing is known, so
    a slow answer is no drift.
    """
    least, most = began - (told + _SECOND), ended - told
    if least > timedelta(0):
        return least
    return min(most, timedelta(0))


class Drift:
    """The last drift that was measured; warns in the log while it is large.

    What Slack told also goes on by the monotonic clock, and so shows Slack's time whatever becomes
    of this machine's.
    """

    def __init__(self, *, wall: Wall = wall_now, monotonic: Monotonic = time.monotonic) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._last: timedelta | None = None
        self._told: tuple[datetime, float] | None = None
        self._told_at: float | None = None

    @property
    def seconds(self) -> float | None:
        """Seconds this clock is ahead of Slack's, behind it below zero; None before an answer."""
        return None if self._last is None else self._last.total_seconds()

    @property
    def large(self) -> bool:
        """Whether it is more than what delivery reckons with."""
        return self._last is not None and abs(self._last) > WARN_BEYOND

    def slack_now(self) -> datetime:
        """What Slack's clock shows, to some seconds; before an answer, what this machine's does."""
        told = self._told
        if told is None:
            return self._wall()
        at, since = told
        return at + timedelta(seconds=self._monotonic() - since)

    def heard(self, told: datetime | None, took: float) -> None:
        """An answer of Slack's is in, just now, after a call of so many seconds."""
        if told is None:
            return
        ended = self._wall()
        with self._guard:
            self._told = told, self._monotonic()
            before = self.large
            self._last = drift(told, began=ended - timedelta(seconds=took), ended=ended)
            tell = self._tells() if self.large else before
        if tell and self.large:
            log.warning("clock differs from Slack's", seconds=self.seconds)
        elif tell:
            log.info("clock agrees with Slack's again", seconds=self.seconds)

    def _tells(self) -> bool:
        now = self._monotonic()
        if self._told_at is not None and now - self._told_at < TOLD_EVERY / _SECOND:
            return False
        self._told_at = now
        return True
