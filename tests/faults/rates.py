"""How many posts a rate allows in a stretch of time: the one place that knows who shares it."""

from collections.abc import Iterable, Sequence

from bot.delivery.constants import Rate
from bot.sandbox.edge import Limited
from tests.faults.fleet import Life

ARRIVES = 1.0
"""Seconds after its death within which what a process had sent is taken up at the edge."""


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
        elif life.ended is not None and 0 < begin - life.ended <= ARRIVES:
            together += under_way
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


def slowed_by(
    limited: Iterable[Limited], rate: Rate, *, at: float, recovery_per_minute: float
) -> float:
    """What is left of a method's rate at a time, by the times that Slack said it was too much.

    Each halves it, but for those of calls that were under way when it began to rest; after the
    pause a share of the full rate comes back each minute. A rule of its own, so that what the bot
    makes of a 429 is held against it.
    """
    now, paused_until = rate.per_second, 0.0

    def regained(until: float) -> float:
        minutes = max(0.0, until - paused_until) / 60
        return min(rate.per_second, now + rate.per_second * recovery_per_minute * minutes)

    for one in sorted(limited, key=lambda one: one.at):
        if one.at >= paused_until:
            now = regained(one.at) / 2
        paused_until = max(paused_until, one.at + one.seconds)
    return regained(at)
