"""Figures of the runs under faults, for the summary at the end."""

from collections.abc import Callable

import pytest

FIGURE = "figure"


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Have a line stand in the summary of the test run, also with several workers."""

    def note(line: str) -> None:
        record_property(FIGURE, line)

    return note
