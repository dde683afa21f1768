"""Public holidays: computed by a library once, kept ever after, and the region guessed by zone."""

import importlib
import json
from collections.abc import Callable, Collection
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.storage.statements import once
from bot.storage.tables import holiday

_DAYS = select(holiday.c.days).where(
    holiday.c.region == bindparam("region"), holiday.c.year == bindparam("year")
)
_KEEP = once(holiday)


def _country_holidays(region: str, year: int | None = None) -> Collection[date] | None:
    # The library is large, and a workspace without regions never needs it.
    library = importlib.import_module("holidays")
    country, _, subdivision = region.partition("-")
    if not country:
        return None
    try:
        found: Collection[date] = library.country_holidays(
            country, subdiv=subdivision or None, years=year
        )
    except NotImplementedError:
        return None
    return found


def known_region(region: str) -> bool:
    """Whether the library knows a country and, where one is named, its subdivision."""
    return _country_holidays(region) is not None


@cache
def _parts(country: str) -> dict[str, str]:
    """The subdivisions of a country the library knows, by their codes, with names where it has."""
    if known_region(country):
        found: Any = importlib.import_module("holidays").country_holidays(country)
        names = {code: name for name, code in reversed(found.subdivisions_aliases.items())}
        return {code: names.get(code, code) for code in found.subdivisions}
    return {}


def parts_of(country: str) -> list[tuple[str, str]]:
    """The regions within a country, each with the name of its part, in the order of names."""
    named = ((f"{country}-{code}", name) for code, name in _parts(country).items())
    return sorted(named, key=lambda one: one[1])


def find_region(typed: str) -> str | None:
    """The region somebody means by a code or by names, as DE, de-be, Germany or Germany, Berlin.

    None where no public holidays are known for it.
    """
    first, _, rest = (part.strip().casefold() for part in typed.partition(","))
    if not rest and first not in _by_name():
        first, _, rest = first.partition("-")
    country = _by_name().get(first, "")
    if not country or not known_region(country):
        return None
    if not rest:
        return country
    known = _parts(country).items()
    code = next((one for one, name in known if rest in (one.casefold(), name.casefold())), None)
    return f"{country}-{code}" if code is not None else None


def region_name(region: str) -> str:
    """What a region is called, with its code: Germany (DE), Germany, Berlin (DE-BE)."""
    country, _, part = region.partition("-")
    name = _country_names().get(country, country)
    if part:
        name = f"{name}, {_parts(country).get(part, part)}"
    return f"{name} ({region})"


class HolidayBook:
    """The library's answer; a region is a country and, after a dash, its subdivision."""

    def holidays(self, region: str, year: int) -> frozenset[date]:
        """The days off of one year; empty for a region the library does not know."""
        found = _country_holidays(region, year)
        return frozenset(found) if found is not None else frozenset()


class HolidayShelf:
    """What was computed stays as it is, so that a newer library changes no due time silently."""

    def __init__(self, book: Callable[[str, int], frozenset[date]]) -> None:
        self._book = book
        self._kept: dict[tuple[str, int], frozenset[date]] = {}

    def days(
        self,
        region: str,
        year: int,
        *,
        connection: Connection,
        fresh: dict[tuple[str, int], frozenset[date]],
    ) -> frozenset[date]:
        """The days off as kept; where none are kept yet they go into `fresh` to be kept."""
        key = (region, year)
        known = self._kept.get(key)
        if known is None:
            known = fresh.get(key)
        if known is not None:
            return known
        row = connection.execute(_DAYS, {"region": region, "year": year}).scalar()
        if row is not None:
            days = frozenset(date.fromisoformat(day) for day in json.loads(row))
            self._kept[key] = days
            return days
        fresh[key] = self._book(region, year)
        return fresh[key]

    def keep(self, connection: Connection, fresh: dict[tuple[str, int], frozenset[date]]) -> None:
        """Write what was computed in this transaction; where another was faster, theirs stays."""
        if fresh:
            connection.execute(
                _KEEP[connection.dialect.name],
                [
                    {
                        "region": region,
                        "year": year,
                        "days": json.dumps([day.isoformat() for day in sorted(days)]),
                    }
                    for (region, year), days in sorted(fresh.items())
                ],
            )


@cache
def _country_names() -> dict[str, str]:
    table = resources.files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {row[0]: row[1] for row in rows}


@cache
def _by_name() -> dict[str, str]:
    """Countries by code and by name, in small letters."""
    names = _country_names()
    codes = {code.casefold(): code for code in names}
    return {name.casefold(): code for code, name in names.items()} | codes


@cache
def _countries() -> dict[str, str]:
    files = resources.files("tzdata.zoneinfo")
    table = files.joinpath("zone.tab").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in table if not line.startswith("#"))
    countries = {fields[2]: fields[0] for fields in rows}
    # Slack names some zones as they were called before, such as Asia/Calcutta.
    for line in files.joinpath("tzdata.zi").read_text(encoding="utf-8").splitlines():
        if line.startswith("L "):
            _, zone, older = line.split()
            if zone in countries:
                countries.setdefault(older, countries[zone])
    return countries


def region_of_zone(zone: str) -> str:
    """The country a zone belongs to; empty where it names none, such as UTC."""
    return _countries().get(zone, "")
