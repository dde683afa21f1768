"""What an admin is told when the bot cannot do its work: what it is about, and how often."""

from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.history import instant_text
from bot.domain.notices import Notice, NoticeKind, Place, Priority

TRIED_IN_VAIN = 10
"""Times; with what lies between them that takes ten to fifteen minutes."""


class About(StrEnum):
    """What is in trouble."""

    UNDELIVERED = "undelivered"
    """Something was given up or is in doubt."""
    IN_VAIN = "in_vain"
    """Something is tried again and again."""
    SCOPE = "scope"
    """Slack asked for a permission that the app does not have."""
    TOKEN = "token"  # noqa: S105
    """Slack refuses the workspace's token; of this can only be told when it is over."""
    SOCKET = "socket"
    """There is no connection to Slack, or was none for a while."""


SUMMED_UP_AFTER = timedelta(hours=24)
"""What lasts is told of again, but not sooner."""
OVER = 1
"""The number, of what is told when it begins and when it is over, that the latter has."""


def key_of(about: About, reader: int, *, reference: str, times: int) -> str:
    """What an alarm is said once under."""
    return f"{NoticeKind.ALARM.value}:{about.value}:{reference}:{times}:{reader}"


def alarm(
    about: About,
    reader: int,
    *,
    reference: str,
    times: int = 0,
    detail: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> Notice:
    """One alarm to one admin; `times` is how often it was told before, under one reference."""
    facts: dict[str, str | int] = {
        "about": about.value,
        "reference": reference,
        "times": times,
        "detail": detail,
    }
    span = {"since": since, "until": until}
    facts |= {name: instant_text(at) for name, at in span.items() if at is not None}
    return Notice(
        NoticeKind.ALARM,
        Place.DM,
        key_of(about, reader, reference=reference, times=times),
        # In the admin's day: what is wrong at night is for whatever watches the machine.
        Priority.HAND_OVER,
        person_id=reader,
        facts=facts,
    )
