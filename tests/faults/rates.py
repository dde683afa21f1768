"""How many posts a rate allows in a stretch of time: the one place that knows who shares it."""

from collections.abc import Sequence

from bot.delivery.constants import Rate
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
