"""Whose eyes the HTML is for: names, zone and links as this person sees them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo


def _nowhere(_url: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFile:
    name: str
    size: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """`here` turns a link into this workspace into a link of this page, None for any other link."""

    user_id: str
    zone: ZoneInfo
    now: datetime
    people: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    place_links: Mapping[str, str] = field(default_factory=dict)
    people_to_choose: Sequence[Choice] = ()
    conversations_to_choose: Sequence[Choice] = ()
    channels_to_choose: Sequence[Choice] = ()
    own_files: Mapping[str, OwnFile] = field(default_factory=dict)
    """What the reader brought to forms, by id."""
    here: Callable[[str], str | None] = _nowhere


class Personal(Exception):
    """What is drawn depends on who reads it."""


_OF_ONE: Final = frozenset(
    {
        "user_id",
        "places",
        "place_links",
        "conversations_to_choose",
        "channels_to_choose",
        "own_files",
        "here",
    }
)


class Anybody(Reader):
    """A reader of whom no more is known than the zone: asking for more raises Personal.

    What can be drawn for this one looks the same to everybody in that zone.
    """

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        if name in _OF_ONE:
            raise Personal(name)
        return super().__getattribute__(name)
