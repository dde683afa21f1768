"""The time of a kickoff for a calendar: a file, and a link that opens a filled entry."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from bot.domain.appointments import CalendarEntry
from bot.domain.kickoff_state import KICKOFF_LENGTH
from bot.views import sentences as said
from bot.views.calendar_file import calendar_file

_INSTANT = "%Y%m%dT%H%M%SZ"


def kickoff_ics(entry: CalendarEntry, account: str, *, joint: bool, as_of: datetime) -> bytes:
    """When it is, whose deal, and who of the company holds it; nothing else of the deal."""
    return calendar_file(
        entry,
        said.kickoff.summary(" ".join(account.split())),
        description=said.kickoff.JOINT if joint else said.kickoff.CS_ONLY,
        as_of=as_of,
    )


def kickoff_link(at: datetime, account: str, *, joint: bool) -> str:
    """An address that fills an entry in a calendar on the web.

    It stands behind a button and nowhere in a text: Slack would fetch an address to show what is
    behind it, and so tell its host of the account before anybody pressed it.
    """
    span = (at, at + KICKOFF_LENGTH)
    asked = {
        "action": "TEMPLATE",
        "text": said.kickoff.summary(" ".join(account.split())),
        "dates": "/".join(one.astimezone(UTC).strftime(_INSTANT) for one in span),
        "details": said.kickoff.JOINT if joint else said.kickoff.CS_ONLY,
    }
    return f"{said.kickoff.LINK_HOST}?{urlencode(asked)}"
