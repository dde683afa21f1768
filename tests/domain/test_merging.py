"""Whose save it was that a field owes its value to."""

from datetime import UTC, datetime

import pytest

from bot.domain.merging import Save, last_changed

AT = datetime(2026, 3, 4, tzinfo=UTC)
BEFORE = {"a": "", "b": ""}


def saves(*states: tuple[int, str, str]) -> list[Save]:
    return [Save({"a": a, "b": b}, by, AT) for by, a, b in states]


@pytest.mark.parametrize(
    ("states", "by"),
    [
        ([], None),
        ([(1, "", "x")], None),
        ([(1, "x", "")], 1),
        ([(1, "x", ""), (2, "x", "y")], 1),
        ([(1, "x", ""), (2, "y", ""), (3, "y", "z")], 2),
        ([(1, "x", ""), (2, "", ""), (3, "", "z")], 2),
    ],
)
def test_it_is_the_last_that_changed_it_not_the_last_of_all(
    states: list[tuple[int, str, str]], by: int | None
) -> None:
    found = last_changed("a", saves(*states), before=BEFORE)
    assert (found.by if found else None) == by
