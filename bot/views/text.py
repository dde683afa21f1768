"""Text on its way to Slack: typed words stay what they are, times and amounts read alike."""

import unicodedata
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.domain.money import Money
from bot.domain.read_models import NamedPerson
from bot.views.limits import ELLIPSIS, LINE, truncate

DATE_FORMAT: Final = "{date_short_pretty} at {time}"
"""Slack's pattern for a day and a minute in the reader's zone."""

_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_BIDI_CONTROLS = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI"})

# strftime would follow the machine's locale.
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def escape(text: str) -> str:
    """Data for an mrkdwn text: Slack reads `&`, `<` and `>` as its own signs.

    Asterisks, underscores and backticks cannot be escaped; words people type go into plain text.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def isolate(text: str) -> str:
    """Keep text that runs from right to left from reordering the line it stands in."""
    if not any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text):
        return text
    return f"{_ISOLATE}{text.translate(_BIDI_CONTROLS)}{_END_ISOLATE}"


def one_line(text: str, limit: int = LINE) -> str:
    """Typed text as part of a line: without line breaks, cut to length, isolated; not escaped."""
    return isolate(_cut(" ".join(text.split()), limit))


def _cut(text: str, limit: int) -> str:
    """Cut to length, between two words where one ends not long before."""
    if len(text) <= limit:
        return text
    kept = truncate(text, limit).removesuffix(ELLIPSIS)
    blank = kept.rfind(" ")
    if text[len(kept)] != " " and blank > limit // 2:
        kept = kept[:blank]
    return f"{kept.rstrip(' ,;:–-')}{ELLIPSIS}"


def mention(person: NamedPerson) -> str:
    """A person in mrkdwn; a new message notifies them, an edit does not."""
    return f"<@{person.slack_id}>"


def channel_link(slack_id: str) -> str:
    """A channel in mrkdwn."""
    return f"<#{slack_id}>"


def day(value: date) -> str:
    """A calendar day, the same for every reader."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def instant_token(at: datetime) -> str:
    """An instant in mrkdwn as Slack shows it to each reader in their zone; else in UTC."""
    return f"<!date^{int(at.timestamp())}^{DATE_FORMAT}|{utc_time(at)}>"


def utc_time(at: datetime) -> str:
    """An instant where neither a reader's zone nor a date token is to be had."""
    utc = at.astimezone(UTC)
    return f"{_WEEKDAYS[utc.weekday()]} {day(utc.date())}, {_wall(utc)} UTC"


def wall_time(at: datetime, zone: str, as_of: datetime) -> str:
    """An instant in a reader's zone, with as little of the date as it takes at `as_of`."""
    local, today = at.astimezone(ZoneInfo(zone)), as_of.astimezone(ZoneInfo(zone)).date()
    away = (local.date() - today).days
    if away == 0:
        return _wall(local)
    weekday = _WEEKDAYS[local.weekday()]
    if 0 < away < 7:
        return f"{weekday} {_wall(local)}"
    year = f" {local.year}" if local.year != today.year else ""
    return f"{weekday} {local.day} {_MONTHS[local.month - 1]}{year}, {_wall(local)}"


def local_time(at: datetime, zone: str, as_of: datetime) -> str:
    """The same with the distance, for what is rendered at `as_of` and not kept on screen."""
    ahead = at - as_of
    if abs(ahead) < _MINUTE:
        return f"{wall_time(at, zone, as_of)} (now)"
    away = f"in {distance(ahead)}" if ahead > timedelta(0) else f"{distance(-ahead)} ago"
    return f"{wall_time(at, zone, as_of)} ({away})"


def distance(span: timedelta) -> str:
    """How long, rounded to its largest unit; less than a minute counts as one."""
    for unit, most, sign in ((_MINUTE, 60, "min"), (_HOUR, 24, "h")):
        # Rounded, as 3 h 59 min would else be told as 3 h.
        count = max((span + unit / 2) // unit, 1)
        if count < most:
            return f"{count} {sign}"
    return f"{max((span + _DAY / 2) // _DAY, 1)} d"


def worked(span: timedelta) -> str:
    """How much working time, in hours however many: a working day is another one for each."""
    minutes = max((span + _MINUTE / 2) // _MINUTE, 1)
    if minutes < 60:
        return f"{minutes} working min"
    return f"{(span + _HOUR / 2) // _HOUR} working h"


def money(value: Money) -> str:
    """An amount with its currency; cents only where there are any."""
    amount = value.amount
    shown = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    return f"{shown} {value.currency}"


def _wall(at: datetime) -> str:
    return f"{at.hour:02}:{at.minute:02}"
