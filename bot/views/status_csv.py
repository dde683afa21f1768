"""The list of handoffs as a file for a spreadsheet."""

import csv
import io
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.domain.read_models import NamedPerson, StatusPage, StatusRow
from bot.views import sentences as said

_HOUR: Final = timedelta(hours=1)
_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the same signs as East Asian keyboards type them."""
_KEEPS_IT_TEXT: Final = "'"
_MARK: Final = "\ufeff"
"""By which spreadsheets know that the file is UTF-8."""


def status_csv(page: StatusPage, zone: str) -> bytes:
    """Every row of the page, its instants in the reader's zone with the distance from UTC."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(said.status.CSV_COLUMNS)
    rows.writerows(_cells(row, ZoneInfo(zone)) for row in page.rows)
    return (_MARK + out.getvalue()).encode()


def _cells(row: StatusRow, zone: ZoneInfo) -> list[str | int]:
    return [
        _typed(row.account),
        said.terms.TIER_NAMES[row.tier],
        said.closing.CLOSED if row.outcome is not None else said.terms.LIGHT_WORDS[row.light],
        _stage(row),
        _name(row.owner if row.step is not None else None),
        _name(row.ae),
        _name(row.csm),
        _instant(row.due_at, zone),
        f"{row.late_by / _HOUR:.2f}",
        row.percent,
        _instant(row.signed_at, zone),
    ]


def _stage(row: StatusRow) -> str:
    if row.step is not None:
        return said.terms.step_name(row.step, row.left)
    if row.outcome is not None:
        return said.closing.OUTCOMES[row.outcome]
    return "" if row.signed else said.status.AWAITED_SIGNATURE


def _name(person: NamedPerson | None) -> str:
    return _typed(person.name) if person is not None else ""


def _instant(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds") if at is not None else ""


def _typed(words: str) -> str:
    """What a person typed, in one line, and never read as a formula by whoever opens the file."""
    line = " ".join(words.split())
    return f"{_KEEPS_IT_TEXT}{line}" if line.startswith(_BEGINS_A_FORMULA) else line
