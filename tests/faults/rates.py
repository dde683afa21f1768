"""How many posts a rate allows in a stretch of time: the one place that knows who shares it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.delivery.buckets import Bucket
from bot.delivery.constants import Rate
from bot.storage.rates import Kept
from tests.faults.fleet import Life


def allowed(
    rate: Rate,
    lives: Sequence[Life],
    begin: float,
    end: float,
    *,
    under_way: int,
    shared: bool,
) -> float:
    """How many posts may come in from `begin` to `end`, both included.

    A post is counted when it is taken up and seen when it comes in: so many as are `under_way` at
    once may come closer together. Where the rate is not `shared` in rows, each process counts for
    itself, from a full bucket at its start.
    """
    if shared:
        return rate.burst + rate.per_second * (end - begin) + under_way
    together = 0.0
    for life in lives:
        first, last = max(begin, life.began), min(end, life.ended or end)
        if last >= first:
            together += rate.burst + rate.per_second * (last - first) + under_way
    return together


def most_beyond(
    at: Sequence[float], rate: Rate, lives: Sequence[Life], *, under_way: int, shared: bool
) -> float:
    """By how much the busiest stretch is beyond what is allowed; 0 where none is.

    Stretches of one post up to the hundredth are looked at, from every post on.
    """
    times = sorted(at)
    beyond = 0.0
    for index, begin in enumerate(times):
        for count in (2, 3, 5, 10, 25, 50, 100):
            last = index + count - 1
            if last < len(times):
                may = allowed(rate, lives, begin, times[last], under_way=under_way, shared=shared)
                beyond = max(beyond, count - may)
    return beyond


def seconds_for(posts: int, rate: Rate, *, begins_at: float, recovery_per_minute: float) -> float:
    """How long so many posts take at a rate that was slowed and comes back.

    `recovery_per_minute` is the share of the full rate that it regains in a minute.
    """
    left, now, seconds = float(posts), begins_at, 0.0
    while left > 0:
        step = min(1.0, left / now)
        left -= now * step
        seconds += step
        now = min(rate.per_second, now + rate.per_second * recovery_per_minute / 60 * step)
    return seconds


def slowed_to(kept: Iterable[Kept], rate: Rate, *, at: datetime, recovery: float) -> float:
    """The slowest of what was kept of a rate in several workspaces, as it is at a time."""
    now = [Bucket.of(one, rate, at, recovery).per_second for one in kept]
    return min(now, default=rate.per_second)
