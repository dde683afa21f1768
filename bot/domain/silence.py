"""Whether the AE was silent: a day after the signature two thirds of the brief were still open.

Rule: the process's breakdowns.
"""

from datetime import datetime, timedelta
from fractions import Fraction

from bot.domain.breakdowns import Breakdown
from bot.domain.completeness import Completeness
from bot.domain.handoff import Handoff

SILENT_AFTER = timedelta(hours=24)
STILL_OPEN = Fraction(2, 3)
"""The share of what is counted from which on the brief says nothing yet."""


def looked_at(handoff: Handoff) -> datetime | None:
    """When it is looked at; None before the signature."""
    return handoff.signed_at + SILENT_AFTER if handoff.signed_at is not None else None


def weigh_silence(handoff: Handoff, then: Completeness, *, at: datetime) -> None:
    """Record it, or take it off where a corrected signature says otherwise.

    `then` is how far the brief was when it is looked at.
    """
    when, left = looked_at(handoff), then.counted - then.filled
    silent = then.counted > 0 and Fraction(left, then.counted) >= STILL_OPEN
    over = when is not None and when <= at
    handoff.note_breakdown(Breakdown.AE_SILENT, happened=over and silent, at=at)
