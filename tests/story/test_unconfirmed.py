"""Slack leaves open whether the card arrived, and the bot may not look into the channel."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.seen import Seen
from tests.story.stack import DEAL, Stack, Transport, running
from tests.story.test_clocks import at_rest, signed
from tests.story.typing import example, start_deal, write_brief


@pytest.fixture
def blind(tmp_path: Path) -> Iterator[Stack]:
    """A workspace that did not grant the optional scopes to read channels' history."""
    with running(tmp_path, transport=Transport.HTTP) as stack:
        scopes = stack.server.workspace.app.bot_scopes
        for optional in ("channels:history", "groups:history"):
            scopes.remove(optional)
        yield stack


def posts(stack: Stack) -> list[Seen]:
    return [one for one in stack.theo.messages(DEAL) if "Northwind Mills" in one.words]


@pytest.mark.parametrize("arrived", [True, False])
def test_the_ae_is_asked_and_nothing_is_repeated_by_itself(blind: Stack, arrived: bool) -> None:
    deal = example("northwind", today=blind.sandbox.now().date())
    start_deal(blind, deal, signed_at=signed(blind))
    write_brief(blind.maya, deal)
    mine = blind.dm_says(blind.maya, "Northwind Mills")
    blind.maya.click(mine, "preview_message")
    blind.until(lambda: at_rest(blind))
    blind.sandbox.fail_next("chat.postMessage", status=503, after=arrived)
    blind.maya.submit({})
    question = blind.dm_says(blind.maya, "post it again")
    assert len(posts(blind)) == int(arrived)
    assert blind.bot.store.delivery.counts().dead == 0
    if arrived:
        return
    blind.maya.click(question, "post_again")
    blind.card_says("Northwind Mills")
    blind.maya.click(question, "post_again")
    blind.until(lambda: at_rest(blind))
    assert len(posts(blind)) == 1
