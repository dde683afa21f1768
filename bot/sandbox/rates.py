"""Slack's rate tiers, which can be switched on: so many calls of a method in a minute."""

import math
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Final

MINUTE: Final = 60.0
CHANNEL_BURST: Final = 5
"""Slack documents one message a second and channel, and that short bursts are let through."""


class Tier(Enum):
    """How often a method may be called in a minute; `SPECIAL` has no number in Slack's documents.

    `PER_CHANNEL` is one message a second and conversation, with short bursts.
    """

    ONE = 1
    TWO = 20
    THREE = 50
    FOUR = 100
    SPECIAL = 200
    PER_CHANNEL = 60


class TierRates:
    """Counts the calls of each method, and the messages of each conversation."""

    def __init__(self, *, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._calls: dict[str, deque[float]] = {}

    def too_soon(self, method: str, tier: Tier, channel: str | None) -> int | None:
        """Seconds for `Retry-After` where a call comes too soon; None where it is counted."""
        now = self._seconds()
        if tier is Tier.PER_CHANNEL:
            most, span, key = CHANNEL_BURST, float(CHANNEL_BURST), f"{method} {channel}"
        else:
            most, span, key = tier.value, MINUTE, method
        past = self._calls.setdefault(key, deque())
        while past and past[0] <= now - span:
            past.popleft()
        if len(past) >= most:
            return max(1, math.ceil(past[0] + span - now))
        past.append(now)
        return None
