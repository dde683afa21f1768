"""Deals as rows of a file: which columns there are, and what stands in their cells."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum
from hashlib import sha256
from typing import Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.errors import Invalid, Problem
from bot.domain.money import Money, Rate, parse_amount, parse_currency, parse_rate
from bot.domain.policy import Policy
from bot.domain.size import Marks, parse_stakeholders

T = TypeVar("T")


class Column(StrEnum):
    """What a column is called in the first row."""

    DEAL = "deal"
    """Its name elsewhere, such as the CRM's id: what a deal is recognised by."""
    ACCOUNT = "account"
    VALUE = "value"
    CURRENCY = "currency"
    RATE = "rate"
    SIGNED = "signed"
    AE = "ae"
    CSM = "csm"
    AE_MANAGER = "ae manager"
    CS_MANAGER = "cs manager"
    CHANNEL = "channel"
    BRIEF_BY = "brief by"
    STAKEHOLDERS = "stakeholders"
    COMPLEX = "complex onboarding"
    STRATEGIC = "strategic"
    LINK = "link"


NEEDED: Final = (Column.ACCOUNT, Column.VALUE, Column.SIGNED, Column.AE)
PEOPLE: Final = (Column.AE, Column.CSM, Column.AE_MANAGER, Column.CS_MANAGER)
_ALSO: Final[Mapping[str, Column]] = {
    "signed at": Column.SIGNED,
    "proposed csm": Column.CSM,
    "commitment": Column.BRIEF_BY,
    "complex": Column.COMPLEX,
}
_SEPARATORS: Final = ("\t", ";", ",")
_YES: Final = frozenset({"yes", "y", "true", "x", "1"})
_NO: Final = frozenset({"", "no", "n", "false", "0", "-"})
_NOON: Final = time(12)
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DOTTED_DAY: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?")
_BEFORE_CLOCK: Final = re.compile(r"(?<=\d)T(?=\d)")
_OFFSET: Final = re.compile(r"Z|[+-]\d{2}:?\d{2}")
MOST_ROWS: Final = 1000


class RowProblem(StrEnum):
    """What is wrong with a row or a file, beyond what every form refuses."""

    NO_ROWS = "no_rows"
    TOO_MANY_ROWS = "too_many_rows"
    NO_SUCH_COLUMN = "no_such_column"
    COLUMN_TWICE = "column_twice"
    COLUMN_MISSING = "column_missing"
    TOO_MANY_CELLS = "too_many_cells"
    BROKEN_QUOTES = "broken_quotes"
    BAD_DAY = "bad_day"
    BAD_SIGNED = "bad_signed"
    BAD_ZONE = "bad_zone"
    NOT_YES_OR_NO = "not_yes_or_no"
    NO_RATE = "no_rate"
    UNKNOWN_PERSON = "unknown_person"
    SEVERAL_PEOPLE = "several_people"
    UNKNOWN_CHANNEL = "unknown_channel"
    NO_CHANNEL = "no_channel"
    TWICE = "twice"
    SAME_DEAL_TWICE = "same_deal_twice"


@dataclass(frozen=True)
class Wrong:
    """Why a row cannot be taken: the number that a spreadsheet has for it, and the cell."""

    number: int
    column: Column | None
    problem: RowProblem | Problem
    cell: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A row as it was typed; what is not there is empty."""

    number: int
    cells: Mapping[Column, str]

    def cell(self, column: Column) -> str:
        """What stands in a column, empty where there is none such."""
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Deal:
    """What a row says that needs nobody to be asked."""

    value: Money
    rate: Rate | None
    marks: Marks
    brief_by: date | None
    links: tuple[str, ...]


def rows_in(text: str) -> tuple[list[Row], list[Wrong]]:
    """The rows of a file, with what is wrong with it as a table; the first row names columns."""
    try:
        found = list(_table(text))
    except csv.Error:
        return [], [Wrong(_broken_at(text), None, RowProblem.BROKEN_QUOTES)]
    filled = [
        (number, row) for number, row in enumerate(found, start=1) if any(map(str.strip, row))
    ]
    if not filled:
        return [], [Wrong(1, None, RowProblem.NO_ROWS)]
    (first, headings), *rest = filled
    columns, wrong = _columns(first, headings)
    if wrong:
        return [], wrong
    if not rest:
        return [], [Wrong(first, None, RowProblem.NO_ROWS)]
    if len(rest) > MOST_ROWS:
        facts = {"most": str(MOST_ROWS)}
        return [], [Wrong(first, None, RowProblem.TOO_MANY_ROWS, facts=facts)]
    rows: list[Row] = []
    for number, cells in rest:
        typed = [cell.strip() for cell in cells]
        if any(typed[len(columns) :]):
            beyond = next(cell for cell in typed[len(columns) :] if cell)
            wrong.append(Wrong(number, None, RowProblem.TOO_MANY_CELLS, beyond))
        else:
            rows.append(Row(number, dict(zip(columns, typed, strict=False))))
    return rows, wrong


def _table(text: str) -> Iterator[list[str]]:
    """The rows by the separator that the first one has most of; raises csv.Error."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count) if any(map(first.count, _SEPARATORS)) else ","
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _broken_at(text: str) -> int:
    number = 1
    try:
        for _ in _table(text):
            number += 1
    except csv.Error:
        pass
    return number


def _columns(number: int, headings: Iterable[str]) -> tuple[list[Column], list[Wrong]]:
    columns: list[Column] = []
    wrong: list[Wrong] = []
    for heading in headings:
        name = " ".join(heading.replace("_", " ").split()).casefold()
        found = _ALSO.get(name) or (Column(name) if name in set(Column) else None)
        if found is None:
            wrong.append(Wrong(number, None, RowProblem.NO_SUCH_COLUMN, heading.strip()))
        elif found in columns:
            wrong.append(Wrong(number, found, RowProblem.COLUMN_TWICE))
        else:
            columns.append(found)
    missing = [one for one in NEEDED if one not in columns]
    wrong += [Wrong(number, one, RowProblem.COLUMN_MISSING) for one in missing]
    return columns, wrong


def deal_in(row: Row, policy: Policy, *, today: date) -> tuple[Deal | None, list[Wrong]]:
    """What a row says of the deal, or all that is wrong with it.

    `today` is the day of a rate that a row gives.
    """
    wrong: list[Wrong] = []

    def read(column: Column, parse: Callable[[str], T]) -> T | None:
        try:
            return parse(row.cell(column))
        except Invalid as error:
            wrong.append(Wrong(row.number, column, error.problem, row.cell(column), error.facts))
        except _Unreadable as error:
            wrong.append(Wrong(row.number, column, error.problem, row.cell(column)))
        return None

    if not row.cell(Column.ACCOUNT):
        wrong.append(Wrong(row.number, Column.ACCOUNT, Problem.EMPTY))
    if not row.cell(Column.AE):
        wrong.append(Wrong(row.number, Column.AE, Problem.EMPTY))
    amount = read(Column.VALUE, parse_amount)
    unit = read(Column.CURRENCY, lambda cell: parse_currency(cell) if cell else policy.currency)
    worth = read(Column.RATE, lambda cell: parse_rate(cell) if cell else None)
    stakeholders = read(Column.STAKEHOLDERS, parse_stakeholders)
    complex_onboarding = read(Column.COMPLEX, _yes)
    strategic = read(Column.STRATEGIC, _yes)
    brief_by = read(Column.BRIEF_BY, lambda cell: _day(cell) if cell else None)
    if unit is not None and worth is None and policy.rate(unit) is None:
        wrong.append(Wrong(row.number, Column.RATE, RowProblem.NO_RATE, unit))
    if wrong or amount is None or unit is None:
        return None, wrong
    own = Rate(worth, today) if worth is not None and policy.rate(unit) is None else None
    marks = Marks(
        stakeholders=stakeholders,
        complex_onboarding=bool(complex_onboarding),
        strategic=bool(strategic),
    )
    links = tuple(row.cell(Column.LINK).split())
    return Deal(Money(int(amount * 100), unit), own, marks, brief_by, links), []


class _Unreadable(Exception):
    def __init__(self, problem: RowProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def signed_in(row: Row, zone: str) -> datetime | Wrong:
    """When both had signed, in UTC; what names no zone is in that of the AE.

    Of a day alone it is its noon, for the day is all that the clocks of such a deal would need.
    """
    cell = row.cell(Column.SIGNED)
    try:
        return _signed(cell, zone)
    except _Unreadable as error:
        return Wrong(row.number, Column.SIGNED, error.problem, cell)


def _signed(cell: str, zone: str) -> datetime:
    if not cell:
        raise _Unreadable(RowProblem.BAD_SIGNED)
    head, *rest = _BEFORE_CLOCK.sub(" ", cell).split(None, 1)
    on = _day(head, RowProblem.BAD_SIGNED)
    clock, place = _clock_and_zone(rest[0] if rest else "", zone)
    local = datetime.combine(on, clock)
    if isinstance(place, ZoneInfo):
        return local.replace(tzinfo=place).astimezone(UTC)
    return datetime.fromisoformat(f"{local.isoformat()}{place}").astimezone(UTC)


def _clock_and_zone(text: str, zone: str) -> tuple[time, ZoneInfo | str]:
    """The time of day, noon where none is named, and its zone or offset."""
    clock = _NOON
    found = _CLOCK.match(text)
    if found is not None:
        hour, minute, second = (int(part or 0) for part in found.groups())
        if hour > 23 or minute > 59 or second > 59:
            raise _Unreadable(RowProblem.BAD_SIGNED)
        clock, text = time(hour, minute, second), text[found.end() :].strip()
        if _OFFSET.fullmatch(text):
            return clock, text
    if not text:
        return clock, ZoneInfo(zone)
    try:
        return clock, ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _Unreadable(RowProblem.BAD_ZONE) from None


def _day(cell: str, problem: RowProblem = RowProblem.BAD_DAY) -> date:
    """As `2026-03-02` or `2.3.2026`; with slashes day and month change places between countries."""
    iso, dotted = _ISO_DAY.fullmatch(cell), _DOTTED_DAY.fullmatch(cell)
    try:
        if iso is not None:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if dotted is not None:
            return date(int(dotted[3]), int(dotted[2]), int(dotted[1]))
    except ValueError:
        pass
    raise _Unreadable(problem)


def _yes(cell: str) -> bool:
    said = cell.casefold()
    if said in _YES or said in _NO:
        return said in _YES
    raise _Unreadable(RowProblem.NOT_YES_OR_NO)


def key_of(row: Row, signed_on: date) -> str:
    """What a deal is recognised by, hashed: its name elsewhere, else account and day."""
    deal = row.cell(Column.DEAL)
    told = ("deal", deal) if deal else ("account", folded(row.cell(Column.ACCOUNT)), str(signed_on))
    return f"backfill:{sha256(repr(told).encode()).hexdigest()}"


def folded(account: str) -> str:
    """An account as two spellings of it are compared."""
    return " ".join(account.split()).casefold()
