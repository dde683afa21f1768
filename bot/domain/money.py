"""A contract value: whole minor units of a currency, never a float."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from bot.domain.errors import Invalid, Problem

LARGEST = Decimal(1_000_000_000_000)
# `0,500` and `48,000,50` are refused: a guess would be wrong by a factor of a thousand or hundred.
_GROUPED = re.compile(r"^(?!0)\d{1,3}([ ,.'\u00a0\u202f])\d{3}(\1\d{3})*((?!\1)[.,]\d{1,2})?$")
_PLAIN = re.compile(r"^\d+([.,]\d{1,2})?$")


@dataclass(frozen=True)
class Money:
    """One year's contract value: hundredths of the currency's unit."""

    cents: int
    currency: str

    @property
    def amount(self) -> Decimal:
        """The value in whole units."""
        return Decimal(self.cents) / 100


def parse_amount(text: str) -> Decimal:
    """Read what a person types for an amount: `48000`, `48,000`, `48.000,50`, `48 000`.

    Raises Invalid (field `value`) for anything else, for less than zero and for more than 10^12.
    """
    cleaned = text.strip()
    grouped = _GROUPED.match(cleaned)
    if grouped:
        head, tail = cleaned, ""
        if grouped[3]:
            head, tail = cleaned[: -len(grouped[3])], grouped[3][1:]
        cleaned = "".join(ch for ch in head if ch.isdigit()) + ("." + tail if tail else "")
    elif _PLAIN.match(cleaned):
        cleaned = cleaned.replace(",", ".")
    else:
        raise Invalid(Problem.BAD_VALUE, field="value")
    try:
        amount = Decimal(cleaned)
    except InvalidOperation as error:
        raise Invalid(Problem.BAD_VALUE, field="value") from error
    if amount > LARGEST:
        raise Invalid(Problem.BAD_VALUE, field="value")
    return amount
