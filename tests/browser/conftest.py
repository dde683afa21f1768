"""The product on loopback and people at their own Chromium windows, with pictures on request."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from bot.demo import demo_constants
from tests.browser.person import Person
from tests.story.stack import Stack, running

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]

Seat = Callable[[str], Person]


@pytest.fixture(scope="module")
def chromium(chromium_path: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """The demo's own pace: what is seen here is what somebody trying it sees."""
    with running(tmp_path, constants=demo_constants()) as built:
        yield built


@pytest.fixture
def album(request: pytest.FixtureRequest) -> Path | None:
    """Where the pictures go; they are taken where SCREENSHOTS names a folder to look at them in."""
    wanted = os.environ.get("SCREENSHOTS")
    if not wanted:
        return None
    folder = Path(wanted) / str(request.node.name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def sit(chromium: Browser, stack: Stack, album: Path | None) -> Iterator[Seat]:
    """Give a person a window of their own; what the browser complains of fails the test."""
    seated: dict[str, Person] = {}

    def seat(name: str) -> Person:
        if name not in seated:
            visitor = getattr(stack, name)
            seated[name] = Person(chromium, stack.server.url, visitor.id, name, album)
        return seated[name]

    yield seat
    complaints = {name: person.complaints for name, person in seated.items() if person.complaints}
    for person in seated.values():
        person.leave()
    assert complaints == {}
