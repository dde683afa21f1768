"""The brief: its sections, counted items, completeness, the gate, and field-wise merging."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from bot.domain.access import Audience
from bot.domain.errors import Invalid, Problem
from bot.domain.merging import FieldConflict, merge_fields
from bot.domain.policy import Policy, Tier
from bot.domain.promises import Promise

_ELSEWHERE = re.compile(
    r"\W*(see|in|as per|refer to)\s+((the|my|our)\s+)?([^\W\d]+\s+)?"
    r"(notes?|crm|recordings?|calls?|e-?mails?|docs?|documents?|decks?|slides?|threads?)\W*",
    re.IGNORECASE,
)
"""A whole text that only says where the answer stands is none."""
LONGEST = 3000
"""Slack's own limit of a text field; nothing a person can type is longer."""


class SectionKey(StrEnum):
    """The sections of the brief, in the order of the stepper."""

    SUCCESS = "success"
    PROMISES = "promises"


class Item(StrEnum):
    """The counted items; their numbers in the process are in `ITEMS`."""

    METRIC = "metric"
    TODAY = "today"
    WHOSE = "whose"
    PROMISES = "promises"
    REFUSED = "refused"


class Hole(StrEnum):
    """Why an item does not count as filled."""

    EMPTY = "empty"
    NO_METRIC = "no_metric"
    NO_NUMBER = "no_number"
    NO_DATE = "no_date"
    NO_PERSON = "no_person"
    NO_SAID_ON = "no_said_on"
    MUST_CONFIRM = "must_confirm"
    ELSEWHERE = "elsewhere"


class Section(BaseModel):
    """What every section has: the items only the customer can answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    must_confirm: tuple[Item, ...] = ()


class Success(Section):
    """How the customer will judge, with a number and a date, whether buying was right."""

    metric: str = ""
    today: str = ""
    target: str = ""
    by: date | None = None
    whose: str = ""
    said_on: date | None = None


class Promises(Section):
    """What goes with the promise entries, which are rows of their own."""

    none_made: bool = False
    refused: str = ""


SECTIONS: Mapping[SectionKey, type[Section]] = {
    SectionKey.SUCCESS: Success,
    SectionKey.PROMISES: Promises,
}


@dataclass(frozen=True)
class Brief:
    """All of the brief that is built so far, as far as its reader may read it."""

    success: Success = field(default_factory=Success)
    promises: Promises = field(default_factory=Promises)
    entries: tuple[Promise, ...] = ()
    """The promises in force, by number; withdrawn ones are left out."""

    def section(self, key: SectionKey) -> Section:
        """One section by its key."""
        found: Section = getattr(self, key.value)
        return found

    def with_section(self, key: SectionKey, section: Section) -> "Brief":
        """The brief with one section replaced; raises TypeError for a section of another key."""
        if not isinstance(section, SECTIONS[key]):
            raise TypeError(key)
        changed: dict[str, Any] = {key.value: section}
        return replace(self, **changed)


def audience_of(section: type[Section], name: str) -> Audience:
    """Who may read a field; everyone in the deal channel unless its annotation says otherwise."""
    marks = section.model_fields[name].metadata
    return next((mark for mark in marks if isinstance(mark, Audience)), Audience.CHANNEL)


def split(section: Section) -> dict[Audience, dict[str, Any]]:
    """A section's fields as JSON values by who may read them; stored apart, filtered apart."""
    parts: dict[Audience, dict[str, Any]] = {}
    for name, value in section.model_dump(mode="json").items():
        parts.setdefault(audience_of(type(section), name), {})[name] = value
    return parts


def _text_hole(*texts: str) -> Hole | None:
    if not all(text.strip() for text in texts):
        return Hole.EMPTY
    return Hole.ELSEWHERE if any(_ELSEWHERE.fullmatch(text) for text in texts) else None


def _metric_hole(brief: Brief) -> Hole | None:
    success = brief.success
    if not success.metric.strip():
        return Hole.EMPTY if not success.target.strip() and success.by is None else Hole.NO_METRIC
    if not any(ch.isdigit() for ch in success.target):
        return Hole.NO_NUMBER
    return Hole.NO_DATE if success.by is None else _text_hole(success.metric, success.target)


def _today_hole(brief: Brief) -> Hole | None:
    return _text_hole(brief.success.today)


def _whose_hole(brief: Brief) -> Hole | None:
    if not brief.success.whose.strip():
        return Hole.EMPTY if brief.success.said_on is None else Hole.NO_PERSON
    return Hole.NO_SAID_ON if brief.success.said_on is None else _text_hole(brief.success.whose)


def _promises_hole(brief: Brief) -> Hole | None:
    if brief.entries:
        return _text_hole(*(entry.text.words for entry in brief.entries))
    return None if brief.promises.none_made else Hole.EMPTY


def _refused_hole(brief: Brief) -> Hole | None:
    return _text_hole(brief.promises.refused)


@dataclass(frozen=True)
class ItemRule:
    """Where an item stands, for which tiers it counts, and what keeps it from being filled."""

    item: Item
    number: int
    section: SectionKey
    core: bool
    light: bool
    hole: Callable[[Brief], Hole | None]
    audience: Audience = Audience.CHANNEL
    """Who may read that it is open; the narrowest of the fields it draws on."""

    def counted(self, tier: Tier) -> bool:
        """Whether a deal of this tier counts the item."""
        return tier is Tier.FULL or (tier is Tier.LIGHT and self.light)


ITEMS: tuple[ItemRule, ...] = (
    ItemRule(Item.METRIC, 11, SectionKey.SUCCESS, True, True, _metric_hole),
    ItemRule(Item.TODAY, 12, SectionKey.SUCCESS, False, False, _today_hole),
    ItemRule(Item.WHOSE, 13, SectionKey.SUCCESS, False, False, _whose_hole),
    ItemRule(Item.PROMISES, 14, SectionKey.PROMISES, True, True, _promises_hole),
    ItemRule(Item.REFUSED, 15, SectionKey.PROMISES, False, False, _refused_hole),
)


_RULES = {rule.item: rule for rule in ITEMS}


@dataclass(frozen=True)
class OpenItem:
    """A counted item that is a hole, and why."""

    item: Item
    hole: Hole

    @property
    def section(self) -> SectionKey:
        """Where it is filled in."""
        return _RULES[self.item].section

    @property
    def core(self) -> bool:
        """Whether the gate stays closed while it is open."""
        return _RULES[self.item].core

    @property
    def audience(self) -> Audience:
        """Who may read that it is open."""
        return _RULES[self.item].audience


@dataclass(frozen=True)
class Completeness:
    """How many of the tier's items are filled, and which are not."""

    filled: int
    counted: int
    open: tuple[OpenItem, ...] = ()
    private: int = 0
    """Open items that this reader is told of by number only."""

    @property
    def percent(self) -> int:
        """Filled of counted, rounded down; 100 where nothing is counted."""
        return 100 if not self.counted else self.filled * 100 // self.counted

    def seen_by(self, audiences: Collection[Audience]) -> "Completeness":
        """The same for a reader: holes in what they may not read are only counted."""
        named = tuple(item for item in self.open if item.audience in audiences)
        return replace(self, open=named, private=len(self.open) - len(named))


NOTHING_COUNTED = Completeness(0, 0)


def completeness(brief: Brief, tier: Tier) -> Completeness:
    """Count the tier's items; one that must be confirmed with the customer is a named hole."""
    open_items: list[OpenItem] = []
    rules = [rule for rule in ITEMS if rule.counted(tier)]
    for rule in rules:
        hole = rule.hole(brief)
        if rule.item in brief.section(rule.section).must_confirm:
            hole = Hole.MUST_CONFIRM
        if hole is not None:
            open_items.append(OpenItem(rule.item, hole))
    return Completeness(len(rules) - len(open_items), len(rules), tuple(open_items))


def passes_gate(state: Completeness, tier: Tier, policy: Policy) -> bool:
    """The gate of step 4: full 90 % and every core item; light all, one non-core to confirm.

    The share is compared exactly, not as it is shown.
    """
    if any(item.core for item in state.open):
        return False
    if tier is Tier.LIGHT:
        return all(item.hole is Hole.MUST_CONFIRM for item in state.open) and len(state.open) <= 1
    if not state.counted:
        return True
    return Fraction(state.filled, state.counted) >= Fraction(policy.gate_percent, 100)


S = TypeVar("S", bound=Section)


@dataclass(frozen=True)
class Merge(Generic[S]):
    """The outcome of bringing a submission together with what was saved meanwhile."""

    section: S
    conflicts: tuple[FieldConflict, ...]


def merge(*, base: S, current: S, submitted: S) -> Merge[S]:
    """Two changes of one section brought together; see `merge_fields`."""
    merged, conflicts = merge_fields(
        base=base.model_dump(), current=current.model_dump(), submitted=submitted.model_dump()
    )
    return Merge(type(current).model_validate(merged), conflicts)


def changed_fields(before: Section, after: Section) -> dict[str, str]:
    """The fields that differ, with their new values as text, for the history."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    return {
        name: value if isinstance(value, str) else _plain(value)
        for name, value in new.items()
        if value != old[name]
    }


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return "yes" if value is True else "no" if value is False else str(value)


def check_section(section: Section) -> None:
    """Refuse what no form can produce; raises Invalid with the field."""
    for name, value in section.model_dump().items():
        if isinstance(value, str) and len(value) > LONGEST:
            raise Invalid(Problem.TOO_LONG, field=name)


SCHEMA = 1
"""The schema number under which section bodies are written today."""


def read_section(key: SectionKey, parts: Iterable[tuple[int, Mapping[str, Any]]]) -> Section:
    """A section from its stored parts, each a schema number and a body.

    Fields of a part that is not given are empty. Raises ValueError for a schema that this version
    does not know. Older bodies are raised here, one step a schema number; so far there is only 1.
    """
    body: dict[str, Any] = {}
    for schema, part in parts:
        if schema != SCHEMA:
            raise ValueError(f"{key}: unknown schema {schema}")
        body.update(part)
    return SECTIONS[key].model_validate(body)
