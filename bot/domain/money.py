"""A contract value: whole minor units of a currency, never a float."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from bot.domain.errors import Invalid, Problem

LARGEST = Decimal(1_000_000_000_000)
LARGEST_RATE = Decimal(1_000_000)
CURRENCY = r"^[A-Z]{3}$"
# `0,500` and `48,000,50` are refused: a guess would be wrong by a factor of a thousand or hundred.
_GROUPED = re.compile(r"^(?!0)\d{1,3}([ ,.'\u00a0\u202f])\d{3}(\1\d{3})*((?!\1)[.,]\d{1,2})?$")
_PLAIN = re.compile(r"^\d+([.,]\d{1,2})?$")
_RATE = re.compile(r"^\d{1,7}([.,]\d{1,8})?$")


@dataclass(frozen=True)
class Money:
    """One year's contract value: hundredths of the currency's unit."""

    cents: int
    currency: str

    @property
    def amount(self) -> Decimal:
        """The value in whole units."""
        return Decimal(self.cents) / 100


@dataclass(frozen=True)
class Rate:
    """What one unit of a currency is worth in the policy's, and the day that was so."""

    worth: Decimal
    of: date


def parse_currency(text: str) -> str:
    """Read a currency's three letters; raises Invalid (field `other_currency`)."""
    code = text.strip().upper()
    if not re.match(CURRENCY, code):
        raise Invalid(Problem.BAD_CURRENCY, field="other_currency")
    return code


def parse_rate(text: str) -> Decimal:
    """Read what one unit is worth, like `0.0067` or `1,08`; raises Invalid (field `rate`)."""
    cleaned = text.strip()
    worth = Decimal(cleaned.replace(",", ".")) if _RATE.match(cleaned) else Decimal(0)
    if not 0 < worth <= LARGEST_RATE:
        raise Invalid(Problem.BAD_RATE, field="rate")
    return worth


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
