"""Slack's date tokens and message times, in the reader's own zone and on a 24-hour clock."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from bot.sandbox.render.reader import Reader

_TOKEN: Final = re.compile(r"\{([a-z_]+)\}")
_HALF_A_YEAR: Final = timedelta(days=183)


def in_zone(unix: float, reader: Reader) -> datetime:
    return datetime.fromtimestamp(unix, UTC).astimezone(reader.zone)


def clock_time(unix: float, reader: Reader) -> str:
    return f"{in_zone(unix, reader):%H:%M}"


def full_time(unix: float, reader: Reader) -> str:
    """What stands behind the short time: day, minute and zone."""
    then = in_zone(unix, reader)
    return f"{then:%A}, {then.day} {then:%B %Y %H:%M} ({then:%Z})"


def day_heading(unix: float, reader: Reader) -> str:
    then = in_zone(unix, reader)
    named = _pretty(then, reader)
    written = f"{then:%A}, {then.day} {then:%B}"
    return f"{named.capitalize()}, {then.day} {then:%B}" if named else written


def date_token(unix: int, pattern: str, reader: Reader) -> str:
    """The pattern of `<!date^…>` filled in; a token that Slack does not know stays as written."""
    then = in_zone(unix, reader)
    return _TOKEN.sub(lambda match: _one(match[1], then, reader) or match[0], pattern)


def _one(token: str, then: datetime, reader: Reader) -> str | None:
    if token.endswith("_pretty"):
        return _pretty(then, reader) or _one(token.removesuffix("_pretty"), then, reader)
    match token:
        case "date":
            return f"{then:%B} {_ordinal(then.day)}{_year(then, reader)}"
        case "date_short":
            return f"{then:%b} {then.day}{_year(then, reader)}"
        case "date_long":
            return f"{then:%A}, {then:%B} {_ordinal(then.day)}{_year(then, reader)}"
        case "date_num":
            return f"{then:%Y-%m-%d}"
        case "date_slash":
            return f"{then:%m/%d/%Y}"
        case "time":
            return f"{then:%H:%M}"
        case "time_secs":
            return f"{then:%H:%M:%S}"
        case "ago":
            return _ago(then, reader)
    return None


def _pretty(then: datetime, reader: Reader) -> str:
    today: date = reader.now.astimezone(reader.zone).date()
    names = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    return names.get((then.date() - today).days, "")


def _year(then: datetime, reader: Reader) -> str:
    """Slack leaves the year out when the day is within six months of now."""
    return "" if abs(then - reader.now) < _HALF_A_YEAR else f", {then.year}"


def _ordinal(day: int) -> str:
    if 11 <= day <= 13:
        return f"{day}th"
    return f"{day}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th') }"


def _ago(then: datetime, reader: Reader) -> str:
    seconds = int((reader.now - then).total_seconds())
    size = abs(seconds)
    for length, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if size >= length:
            count = size // length
            words = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"{words} ago" if seconds > 0 else f"in {words}"
    return "just now" if seconds >= 0 else "in a moment"
