"""The counted items of the brief by name, and why one may not count as filled."""

from collections.abc import Collection, Mapping
from enum import StrEnum


class SectionKey(StrEnum):
    """The sections of the brief, in the order of the stepper."""

    WHY = "why"
    PEOPLE = "people"
    SUCCESS = "success"
    PROMISES = "promises"
    RED_FLAGS = "red_flags"
    COMMERCIALS = "commercials"
    FIRST_DAYS = "first_days"


class Item(StrEnum):
    """The counted items; the process numbers those of a full deal from 1 to 23."""

    TRIGGER = "trigger"
    EVENT = "event"
    RUNS_ON = "runs_on"
    QUOTE = "quote"
    CHAMPION = "champion"
    STAKE = "stake"
    CONSEQUENCE = "consequence"
    BUYER = "buyer"
    USER = "user"
    SKEPTIC = "skeptic"
    BUYER_AND_SKEPTIC = "buyer_and_skeptic"
    """Of a light deal only: 8 and 10 as one."""
    METRIC = "metric"
    TODAY = "today"
    WHOSE = "whose"
    PROMISES = "promises"
    REFUSED = "refused"
    NEARLY = "nearly"
    RISKS = "risks"
    PRIVATE_NOTE = "private_note"
    CONTRACT = "contract"
    SCOPE = "scope"
    GROWTH = "growth"
    DEFINED_DONE = "defined_done"
    STYLE = "style"


_SAME_QUESTION: Mapping[Item, frozenset[Item]] = {
    Item.BUYER_AND_SKEPTIC: frozenset({Item.BUYER, Item.SKEPTIC}),
    Item.BUYER: frozenset({Item.BUYER_AND_SKEPTIC}),
    Item.SKEPTIC: frozenset({Item.BUYER_AND_SKEPTIC}),
}
"""Items that another size of the deal counts under another name."""


def same_question(item: Item) -> frozenset[Item]:
    """The items of another size of the deal that ask the same; most are the same item there."""
    return _SAME_QUESTION.get(item, frozenset())


def to_confirm(item: Item, marked: Collection[Item]) -> bool:
    """Whether an item waits for the customer, marked in this size of the deal or another."""
    return item in marked or not same_question(item).isdisjoint(marked)


NOT_FOR_THE_CUSTOMER = frozenset({Item.PRIVATE_NOTE})
"""What nobody at the customer could confirm."""


class Hole(StrEnum):
    """Why an item does not count as filled."""

    EMPTY = "empty"
    NO_METRIC = "no_metric"
    NO_NUMBER = "no_number"
    NO_DATE = "no_date"
    NO_PERSON = "no_person"
    NO_SAID_ON = "no_said_on"
    NO_SOURCE = "no_source"
    NO_TITLE = "no_title"
    NO_LINE = "no_line"
    """The champion has no behavioural line."""
    NO_STAKE = "no_stake"
    NO_TOP = "no_top"
    """Risks are named, and none is marked as the one that matters most."""
    ONE_OUTCOME = "one_outcome"
    NO_CONFIRMATION = "no_confirmation"
    PART_MISSING = "part_missing"
    MUST_CONFIRM = "must_confirm"
    ELSEWHERE = "elsewhere"
