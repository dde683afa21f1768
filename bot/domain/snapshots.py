"""Earlier states of a brief, kept by ids alone, and what differs from them today."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from bot.domain.brief import Brief, Contact
from bot.domain.items import SectionKey

CONTACTS = "contacts"
ENTRIES = "entries"
MUST_CONFIRM = "must_confirm"
ASKER = "asker"


@dataclass(frozen=True)
class Snapshot:
    """Which revision of every section and which version of every promise made up a brief.

    It holds no words: these are read with the audiences of whoever looks.
    """

    sections: Mapping[SectionKey, int] = field(default_factory=dict)
    promises: Mapping[int, int] = field(default_factory=dict)
    """By id, those in force."""

    @property
    def written(self) -> frozenset[SectionKey]:
        """The sections in which something was saved."""
        promises = {SectionKey.PROMISES} if self.promises else set[SectionKey]()
        return frozenset(self.sections) | promises


@dataclass(frozen=True)
class Version:
    """One section as somebody left it; the rest of the brief in it is empty."""

    brief: Brief
    by: int | None
    at: datetime


class How(StrEnum):
    """What became of something in a brief."""

    ADDED = "added"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True)
class Spot:
    """One field of a section, one person or a field of theirs, or one promise."""

    section: SectionKey
    field: str
    entry: int | None = None


@dataclass(frozen=True)
class Change:
    """One place in which two states of a brief differ."""

    spot: Spot
    how: How


def changes(before: Brief, after: Brief) -> tuple[Change, ...]:
    """Where two states of a brief differ, in the order of the brief.

    Both are as one reader may read them, so that nothing else shows in the difference.
    """
    return tuple(_changes(before, after))


def filled_since(found: tuple[Change, ...]) -> frozenset[Spot]:
    """What was empty before and is filled now.

    That an item must be confirmed with the customer, and by whom, fills nothing.
    """
    return frozenset(
        one.spot
        for one in found
        if one.how is How.ADDED and one.spot.field not in (MUST_CONFIRM, ASKER)
    )


def _changes(before: Brief, after: Brief) -> Iterator[Change]:
    for key in SectionKey:
        yield from _differing(Spot(key, ""), before.section(key), after.section(key))
        if key is SectionKey.PEOPLE:
            yield from _people(before, after)
        if key is SectionKey.PROMISES:
            # Who delivers a promise is our own affair, and no other promise.
            was = {one.id: replace(one.text, owner_id=None) for one in before.entries}
            now = {one.id: replace(one.text, owner_id=None) for one in after.entries}
            yield from _entries(Spot(key, ENTRIES), was, now)


def _people(before: Brief, after: Brief) -> Iterator[Change]:
    was: dict[int, Contact] = {one.id: one for one in before.people.contacts}
    now: dict[int, Contact] = {one.id: one for one in after.people.contacts}
    kept = was.keys() & now.keys()
    spot = Spot(SectionKey.PEOPLE, CONTACTS)
    for change in _entries(spot, was, now):
        entry = change.spot.entry
        if entry in kept:
            within = Spot(SectionKey.PEOPLE, "", entry)
            yield from _differing(within, was[entry], now[entry])
        else:
            yield change


def _entries(spot: Spot, was: Mapping[int, Any], now: Mapping[int, Any]) -> Iterator[Change]:
    for one in sorted(was.keys() | now.keys()):
        if was.get(one) != now.get(one):
            how = How.ADDED if one not in was else How.GONE if one not in now else How.CHANGED
            yield Change(Spot(spot.section, spot.field, one), how)


def _differing(spot: Spot, was: BaseModel, now: BaseModel) -> Iterator[Change]:
    for name in type(now).model_fields:
        if name in ("id", CONTACTS):
            continue
        how = _how(getattr(was, name), getattr(now, name))
        if how is not None:
            yield Change(Spot(spot.section, name, spot.entry), how)


def _how(was: Any, now: Any) -> How | None:
    empty_before, empty_now = _empty(was), _empty(now)
    if was == now or (empty_before and empty_now):
        return None
    if empty_before:
        return How.ADDED
    return How.GONE if empty_now else How.CHANGED


def _empty(value: Any) -> bool:
    return not (value.strip() if isinstance(value, str) else value)
