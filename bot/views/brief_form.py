"""Which inputs each section of the brief has, and how each is filled in; one table for both ways.

The names of the fields are those of the section's model, so that a form is drawn from it and read
back into it without a second list.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.domain.items import Item, SectionKey
from bot.views.ids import Field


class Input(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    TEXT = "text"
    DAY = "day"
    TICK = "tick"
    """One box that says that there is nothing to tell."""


@dataclass(frozen=True)
class FormField:
    """One input of a section's form."""

    field: Field
    kind: Input
    items: tuple[Item, ...] = ()
    """The items it is a part of; a deal that counts none of them is not asked for it first."""

    def counts(self, counted: Collection[Item]) -> bool:
        """Whether it is part of what a deal counts."""
        return any(item in counted for item in self.items)


def _fields(kind: Input, *fields: Field, of: Item | None = None) -> tuple[FormField, ...]:
    items = () if of is None else (of,)
    return tuple(FormField(field, kind, items) for field in fields)


_LINE, _TEXT, _DAY, _TICK = Input.LINE, Input.TEXT, Input.DAY, Input.TICK
TICKED: Final = "yes"
"""Value of the one option of a box."""

FORMS: Final[Mapping[SectionKey, tuple[FormField, ...]]] = {
    SectionKey.WHY: (
        *_fields(_TEXT, Field.TRIGGER, of=Item.TRIGGER),
        *_fields(_TEXT, Field.EVENT, of=Item.EVENT),
        *_fields(_DAY, Field.RUNS_ON, of=Item.RUNS_ON),
        *_fields(_TEXT, Field.QUOTE, of=Item.QUOTE),
        *_fields(_LINE, Field.QUOTE_BY, of=Item.QUOTE),
        *_fields(_DAY, Field.QUOTE_ON, of=Item.QUOTE),
        *_fields(_LINE, Field.QUOTE_SOURCE, of=Item.QUOTE),
        *_fields(_TEXT, Field.CRM_REASON),
    ),
    SectionKey.PEOPLE: (
        *_fields(_TICK, Field.NO_BUYER, of=Item.BUYER_AND_SKEPTIC),
        FormField(Field.NO_SKEPTIC, _TICK, (Item.SKEPTIC, Item.BUYER_AND_SKEPTIC)),
        *_fields(_LINE, Field.SECOND_CONTACT),
        *_fields(_TEXT, Field.KEY_CONTACTS, Field.HISTORY),
    ),
    SectionKey.SUCCESS: (
        *_fields(_TEXT, Field.METRIC, of=Item.METRIC),
        *_fields(_LINE, Field.TODAY, of=Item.TODAY),
        *_fields(_LINE, Field.TARGET, of=Item.METRIC),
        *_fields(_DAY, Field.BY, of=Item.METRIC),
        *_fields(_LINE, Field.WHOSE, of=Item.WHOSE),
        *_fields(_DAY, Field.SAID_ON, of=Item.WHOSE),
        *_fields(_TEXT, Field.FURTHER),
    ),
    SectionKey.PROMISES: (
        *_fields(_TICK, Field.NONE_MADE, of=Item.PROMISES),
        *_fields(_TEXT, Field.REFUSED, of=Item.REFUSED),
    ),
    SectionKey.RED_FLAGS: (
        *_fields(_TEXT, Field.NEARLY, of=Item.NEARLY),
        *_fields(_TEXT, Field.TOP_RISK, Field.OTHER_RISKS, of=Item.RISKS),
        *_fields(_TICK, Field.NO_RISKS, of=Item.RISKS),
        *_fields(_TEXT, Field.PRIVATE_NOTE, of=Item.PRIVATE_NOTE),
    ),
    SectionKey.COMMERCIALS: (
        *_fields(_LINE, Field.TERM, of=Item.CONTRACT),
        *_fields(_DAY, Field.STARTS_ON, Field.RENEWS_ON, of=Item.CONTRACT),
        *_fields(_LINE, Field.PRODUCTS, of=Item.SCOPE),
        *_fields(_TEXT, Field.USE_CASE, Field.SCOPE, of=Item.SCOPE),
        *_fields(_DAY, Field.LIVE_ON, of=Item.SCOPE),
        *_fields(_TEXT, Field.GROWTH, Field.GROWTH_NEEDS, of=Item.GROWTH),
        *_fields(_TEXT, Field.COMPETITORS, Field.PARTNER, Field.LINKS),
    ),
    SectionKey.FIRST_DAYS: (
        *_fields(_DAY, Field.LIVE_BY, of=Item.DEFINED_DONE),
        *_fields(_TEXT, Field.OUTCOME, Field.SECOND_OUTCOME, of=Item.DEFINED_DONE),
        *_fields(_TEXT, Field.CONFIRMS, of=Item.DEFINED_DONE),
        *_fields(_DAY, Field.REVIEW_ON, of=Item.DEFINED_DONE),
        *_fields(_LINE, Field.STYLE, Field.CADENCE, of=Item.STYLE),
    ),
}
