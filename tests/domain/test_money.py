from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Invalid, Problem
from bot.domain.money import LARGEST, Money, parse_amount


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("48000", "48000"),
        ("  48000\n", "48000"),
        ("0", "0"),
        ("48000.5", "48000.5"),
        ("48000,50", "48000.50"),
        ("48,000", "48000"),
        ("48.000", "48000"),
        ("48 000", "48000"),
        ("48'000", "48000"),
        ("48\u00a0000", "48000"),
        ("48\u202f000,5", "48000.5"),
        ("48,000.50", "48000.50"),
        ("48.000,50", "48000.50"),
        ("1,234,567", "1234567"),
        ("1.234.567,89", "1234567.89"),
        ("1,5", "1.5"),
        ("14,999.99", "14999.99"),
        ("0.99", "0.99"),
        ("1000000000000", "1000000000000"),
        ("٤٨٠٠٠", "48000"),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed: str, amount: str) -> None:
    assert parse_amount(typed) == Decimal(amount)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "-1",
        "+1",
        "48k",
        "$48,000",
        "48000 USD",
        "1e5",
        "NaN",
        "Infinity",
        "0x10",
        "1_000",
        "48,00,000",
        "1,234.567",
        "1,2345",
        "12345,678",
        "48.000.50",
        "48,000,50",
        "0,500",
        "0.500",
        "012.345",
        "48,000.",
        ".5",
        "1.234,567.89",
        "1\n000",
        "4²",
        "1,5x",
        "1000000000000.01",
        "9" * 5000,
        "1" + ",000" * 5000,
        "48000; DROP TABLE handoff",
        "<!channel>",
        "\u0000",
    ],
)
def test_anything_else_is_refused_at_the_value_field(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_amount(typed)
    assert refused.value.problem is Problem.BAD_VALUE
    assert refused.value.field == "value"


@given(st.text())
def test_whatever_is_typed_is_an_amount_within_bounds_or_refused(typed: str) -> None:
    try:
        amount = parse_amount(typed)
    except Invalid:
        return
    assert 0 <= amount <= LARGEST
    assert amount * 100 == int(amount * 100)


@given(st.integers(0, 10**14), st.sampled_from([",.", ".,", " .", " ,", "'.", "\u202f,"]))
def test_a_written_amount_is_read_back_to_the_cent(cents: int, marks: str) -> None:
    group, point = marks[0], marks[1]
    written = f"{cents // 100:,}".replace(",", group) + f"{point}{cents % 100:02}"
    assert parse_amount(written) == Decimal(cents) / 100


@pytest.mark.parametrize(
    ("cents", "amount"), [(1_499_999, "14999.99"), (1_500_000, "15000"), (1, "0.01")]
)
def test_hundredths_are_whole_units_without_rounding(cents: int, amount: str) -> None:
    assert Money(cents, "USD").amount == Decimal(amount)
