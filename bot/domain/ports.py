"""What the domain and its callers expect of the outside, as protocols."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.domain.worktime import Calendar


@dataclass(frozen=True)
class ProfileField:
    """A field of Slack's profile that holds a person; its id is the workspace's own."""

    id: str
    label: str


class Clock(Protocol):
    """The calendar clock of deadlines and history. A demo may move it forward, never back."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class MachineClock(Protocol):
    """The clock of leases, quarantine and back-off; it never travels and never steps back."""

    def now(self) -> datetime:
        """An aware UTC instant that rises steadily within this process."""
        ...

    def catch_up(self, told: datetime, /) -> datetime:
        """The same, after the server of a database that several processes share told the time."""
        ...

    def monotonic(self) -> float:
        """Seconds on a scale without an origin; differences only."""
        ...


class Poke(Protocol):
    """Asks a tick to run soon; may be lost, because the next tick covers it."""

    def __call__(self) -> None: ...


class HolidayBook(Protocol):
    """Public holidays by region, a region being a country and an optional subdivision (`DE-BE`)."""

    def holidays(self, region: str, year: int) -> frozenset[date]:
        """The days off of one year; empty for an unknown region."""
        ...


class Cipher(Protocol):
    """Keeps what may not lie in the database in plain."""

    def encrypt(self, text: str, /) -> str:
        """The text as it may be stored."""
        ...

    def decrypt(self, token: str, /) -> str:
        """What `encrypt` was given."""
        ...

    def renewed(self, token: str, /) -> str | None:
        """The same under the key of today; None where it is already."""
        ...


CalendarOf = Callable[[int, str | None], Calendar]
"""A person's calendar by id; a zone name overrides the person's zone of today."""
