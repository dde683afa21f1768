"""Which inputs each section of the brief has, and how each is filled in; one table for both ways.

The names of the fields are those of the section's model, so that a form is drawn from it and read
back into it without a second list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.domain.items import SectionKey
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


def _fields(kind: Input, *fields: Field) -> tuple[FormField, ...]:
    return tuple(FormField(field, kind) for field in fields)


_LINE, _TEXT, _DAY, _TICK = Input.LINE, Input.TEXT, Input.DAY, Input.TICK
TICKED: Final = "yes"
"""Value of the one option of a box."""

FORMS: Final[Mapping[SectionKey, tuple[FormField, ...]]] = {
    SectionKey.WHY: (
        *_fields(_TEXT, Field.TRIGGER, Field.EVENT),
        *_fields(_DAY, Field.RUNS_ON),
        *_fields(_TEXT, Field.QUOTE),
        *_fields(_LINE, Field.QUOTE_BY),
        *_fields(_DAY, Field.QUOTE_ON),
        *_fields(_LINE, Field.QUOTE_SOURCE),
        *_fields(_TEXT, Field.CRM_REASON),
    ),
    SectionKey.PEOPLE: (
        *_fields(_TICK, Field.NO_BUYER, Field.NO_SKEPTIC),
        *_fields(_LINE, Field.SECOND_CONTACT),
        *_fields(_TEXT, Field.KEY_CONTACTS, Field.HISTORY),
    ),
    SectionKey.SUCCESS: (
        *_fields(_TEXT, Field.METRIC),
        *_fields(_LINE, Field.TODAY, Field.TARGET),
        *_fields(_DAY, Field.BY),
        *_fields(_LINE, Field.WHOSE),
        *_fields(_DAY, Field.SAID_ON),
        *_fields(_TEXT, Field.FURTHER),
    ),
    SectionKey.PROMISES: (
        *_fields(_TICK, Field.NONE_MADE),
        *_fields(_TEXT, Field.REFUSED),
    ),
    SectionKey.RED_FLAGS: (
        *_fields(_TEXT, Field.NEARLY, Field.TOP_RISK, Field.OTHER_RISKS),
        *_fields(_TICK, Field.NO_RISKS),
        *_fields(_TEXT, Field.PRIVATE_NOTE),
    ),
    SectionKey.COMMERCIALS: (
        *_fields(_LINE, Field.TERM),
        *_fields(_DAY, Field.STARTS_ON, Field.RENEWS_ON),
        *_fields(_LINE, Field.PRODUCTS),
        *_fields(_TEXT, Field.USE_CASE, Field.SCOPE),
        *_fields(_DAY, Field.LIVE_ON),
        *_fields(_TEXT, Field.GROWTH, Field.GROWTH_NEEDS),
        *_fields(_TEXT, Field.COMPETITORS, Field.PARTNER, Field.LINKS),
    ),
    SectionKey.FIRST_DAYS: (
        *_fields(_DAY, Field.LIVE_BY),
        *_fields(_TEXT, Field.OUTCOME, Field.SECOND_OUTCOME, Field.CONFIRMS),
        *_fields(_DAY, Field.REVIEW_ON),
        *_fields(_LINE, Field.STYLE, Field.CADENCE),
    ),
}
