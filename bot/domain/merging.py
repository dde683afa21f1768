"""Bringing together what two people changed in one thing since both read it, field by field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class FieldConflict:
    """A field that two people changed to different values since the same revision."""

    field: str
    theirs: Any
    yours: Any


@dataclass(frozen=True)
class Save:
    """A thing as somebody left it."""

    fields: Mapping[str, Any]
    by: int | None
    at: datetime


def last_changed(field: str, saves: Iterable[Save], *, before: Mapping[str, Any]) -> Save | None:
    """The save to which a field owes its present value; None where none changed it.

    `saves` begin with the first one, and `before` is what that one found. Whoever saved last may
    have left the field as it was.
    """
    found, was = None, before
    for save in saves:
        if save.fields[field] != was[field]:
            found = save
        was = save.fields
    return found


def changed_since(
    *, base: Mapping[str, Any], current: Mapping[str, Any], submitted: Mapping[str, Any]
) -> tuple[FieldConflict, ...]:
    """Every field that others changed since `base`, also where the submitter left it as it was.

    To be shown to who wants the whole thing gone: there `yours` is theirs, unless it was changed.
    """
    return tuple(
        FieldConflict(name, current[name], value if value != base[name] else current[name])
        for name, value in submitted.items()
        if current[name] not in (base[name], value)
    )


def merge_fields(
    *, base: Mapping[str, Any], current: Mapping[str, Any], submitted: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[FieldConflict, ...]]:
    """Keep what either changed since `base`; a field both changed differently is a conflict.

    A conflicting field still has its current value: nothing is overwritten unseen.
    """
    merged, conflicts = dict(current), []
    for name, value in submitted.items():
        if value in (base[name], current[name]):
            continue
        if current[name] == base[name]:
            merged[name] = value
        else:
            conflicts.append(FieldConflict(name, current[name], value))
    return merged, tuple(conflicts)
