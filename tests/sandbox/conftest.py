"""Workspaces for the tests of the sandbox: in this process, and served on a loopback port."""

from collections.abc import Iterator

import pytest

from bot.sandbox.server import SandboxServer
from bot.sandbox.visitor import Sandbox
from tests.sandbox.desk import Desk


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
