"""A token bucket: how many calls there are, how they come back, and what is left for answers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery.constants import Rate
from bot.storage.rates import Kept

SPARED = 0.2
"""Of the calls that were saved up this share is left for answers to people."""
_SLOWED_BURST = 2.0
"""After Slack said that it was too much: one call at once, and one more for an answer."""
_SLOWEST = 64
_SECOND = timedelta(seconds=1)


@dataclass
class Bucket:
    """One method's or conversation's bucket at one instant, in machine time."""

    full: Rate
    tokens: float
    at: datetime
    per_second: float
    slowed_at: datetime
    paused_until: datetime

    @classmethod
    def of(cls, kept: Kept | None, full: Rate, now: datetime, recovery: float) -> "Bucket":
        """As it is now: a full one, or what was kept with what came back since.

        `recovery` is the share of its full rate that a slowed one gets back in a minute.
        """
        if kept is None:
            return cls(full, full.burst, now, full.per_second, now, now)
        bucket = cls(full, kept.tokens, kept.at, kept.per_second, kept.slowed_at, kept.paused_until)
        bucket._refill(now, recovery)
        return bucket

    @property
    def kept(self) -> Kept:
        """What the next one needs to know."""
        opens_at = self.at + self.wait(answer=False)
        return Kept(
            self.tokens, self.at, self.per_second, self.slowed_at, self.paused_until, opens_at
        )

    def wait(self, *, answer: bool) -> timedelta:
        """How long until a call may be made; an answer may take what is spared for them."""
        wanted = 1.0 if answer else 1.0 + self._spared
        missing = max(0.0, wanted - self.tokens) / self.per_second * _SECOND
        return max(self.paused_until - self.at, missing, timedelta(0))

    def limited(self, retry_after: timedelta) -> None:
        """Slack said it was too much: it rests, and is half as fast from then on.

        Calls that were under way when it began to rest are refused as well, for the same reason:
        these do not slow it down once more.
        """
        if self.paused_until <= self.at:
            self.per_second = max(self.per_second / 2, self.full.per_second / _SLOWEST)
        self.paused_until = max(self.paused_until, self.at + retry_after)
        self.slowed_at = self.paused_until
        self.tokens = min(self.tokens, 1.0)

    @property
    def _slowed(self) -> bool:
        return self.per_second < self.full.per_second

    @property
    def _burst(self) -> float:
        return min(self.full.burst, _SLOWED_BURST) if self._slowed else self.full.burst

    @property
    def _spared(self) -> float:
        return min(max(1.0, self._burst * SPARED), self._burst - 1.0)

    def _refill(self, now: datetime, recovery: float) -> None:
        if now <= self.at:
            return  # Another replica's clock is a moment ahead.
        if self._slowed and now > self.slowed_at:
            minutes = (now - self.slowed_at) / (60 * _SECOND)
            regained = self.full.per_second * recovery * minutes
            self.per_second = min(self.full.per_second, self.per_second + regained)
            self.slowed_at = now
        self.tokens = min(self._burst, self.tokens + (now - self.at) / _SECOND * self.per_second)
        self.at = now
