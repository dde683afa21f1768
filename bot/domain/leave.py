"""Who is away and who acts for them; rights and steps follow it (`access`, `deadlines`)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Away:
    """The leave of somebody who is away now."""

    until: date
    """Its last day, in their own zone."""
    stand_in_id: int | None = None
    """Who acts for them: nobody who is away, too, or has no account any more."""


def leave_ends_at(until: date, zone: str) -> datetime:
    """The instant at which somebody is back: the midnight after the last day, in their zone."""
    return datetime.combine(until + timedelta(days=1), time.min, tzinfo=ZoneInfo(zone))
