"""The waits and rates of delivery, so many times faster; as shipped with a factor of 1."""

from dataclasses import replace
from datetime import timedelta

from bot.delivery.constants import Constants

CI_FACTOR = 20
"""What the tests divide by: a quarantine of 3 s and a lease of 6 s."""


def divided(factor: int) -> Constants:
    """Every wait divided and every rate multiplied by `factor`.

    Two of them never become shorter: the client counts its time-out in whole seconds, and who
    looks for work more often than five times a second takes the time from who does it.
    """
    fast = Constants().divided(factor)
    return replace(
        fast,
        http_timeout=max(fast.http_timeout, timedelta(seconds=1)),
        idle=max(fast.idle, timedelta(seconds=0.2)),
    )


def told(factor: int) -> str:
    """How a figure names the factor."""
    if factor == 1:
        return "constants as shipped"
    kept = divided(factor)
    return (
        f"constants ÷ {factor} (but HTTP time-out {kept.http_timeout.total_seconds():g} s, "
        f"quarantine {kept.quarantine.total_seconds():g} s, lease {kept.lease.total_seconds():g} s)"
    )
