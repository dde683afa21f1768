"""Workspaces for the tests of the sandbox: in this process, and served on a loopback port."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from bot.sandbox.server import SandboxServer
from bot.sandbox.story import Story
from bot.sandbox.visitor import Sandbox
from tests.sandbox.desk import Desk
from tests.sandbox.stage import CHROMIUM_ARGUMENTS, Screen, Stage


@pytest.fixture
def desk() -> Iterator[Desk]:
    built = Desk()
    yield built
    built.close()


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    """A sandbox in Socket Mode on a free port."""
    with SandboxServer() as running:
        yield running


@pytest.fixture
def sandbox(server: SandboxServer) -> Sandbox:
    return Sandbox(server.url)


@pytest.fixture
def told() -> Story | None:
    """The story of the page; a module that wants one has a fixture of its own."""
    return None


@pytest.fixture
def stage(told: Story | None) -> Iterator[Stage]:
    built = Stage(told)
    yield built
    built.close()


@pytest.fixture(scope="module")
def chromium(chromium_path: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def screen(chromium: Browser, stage: Stage) -> Iterator[Screen]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(8000)
    shown = Screen(context.new_page(), stage)
    yield shown
    context.close()
    # A refused deed is an answer, though the browser logs it as an error.
    assert [c for c in shown.complaints if "status of 409" not in c] == []
