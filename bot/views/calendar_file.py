"""An appointment as a file that any calendar takes."""

from datetime import datetime
from typing import Final

from icalendar import Calendar, Event

from bot.domain.appointments import CalendarEntry
from bot.views import sentences as said

_METHODS: Final = {False: "PUBLISH", True: "CANCEL"}
"""By whether it is off; it tells of a time and asks nobody: answers are given in Slack."""


def calendar_file(
    entry: CalendarEntry, summary: str, *, description: str | None = None, as_of: datetime
) -> bytes:
    """One entry, which a later one with the same uid replaces or takes out again."""
    calendar = Calendar()
    calendar.add("prodid", said.appointments.PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", _METHODS[entry.off])
    event = Event.new(
        uid=entry.uid,
        sequence=entry.sequence,
        start=entry.starts,
        end=entry.ends,
        stamp=as_of,
        summary=summary,
        description=description,
    )
    if entry.off:
        event.add("status", "CANCELLED")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
