"""The day on which each story of the whole product begins, whatever day the tests run on."""

from datetime import UTC, datetime

from bot.sandbox.server import SandboxServer

FIRST_DAY = datetime(2040, 1, 24, 14, 30, tzinfo=UTC)
"""A Tuesday on which New York, London and Berlin are at work, with no holiday in the three weeks
after it. A sandbox's calendar only goes forward, so it lies far ahead.
"""


def go_to_the_first_day(server: SandboxServer) -> None:
    """Move a workspace's calendar to it."""
    clock = server.workspace.clock
    clock.advance((FIRST_DAY - clock.now()).total_seconds())
