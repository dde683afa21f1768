"""The whole product for stories that need only one transport and one database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.story.stack import Stack, Transport, running


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Stack]:
    """A running product on SQLite, reached by signed HTTP."""
    with running(tmp_path, transport=Transport.HTTP) as built:
        yield built
