"""The whole job once, as people live it: from `/handoff` to the acknowledged brief."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.history import verify
from bot.sandbox.seen import Seen
from bot.sandbox.visitor import Visitor
from bot.views.sentences.card import PREVIEW_LEAD
from bot.views.sentences.forms import KICKOFF_IN_PREVIEW
from bot.views.sentences.guide import GUIDE_RETIRED
from tests import postgres
from tests.story.stack import DEAL, Stack, Transport, modal, running
from tests.story.test_clocks import settled
from tests.story.typing import Deal, example, start_deal, write_brief

PREVIEW_ONLY = {PREVIEW_LEAD, KICKOFF_IN_PREVIEW.label, KICKOFF_IN_PREVIEW.hint}

CASES = [
    pytest.param((transport, dialect), id=f"{transport}-{dialect}", marks=marks)
    for transport in Transport
    for dialect, marks in (("sqlite", ()), ("postgres", (pytest.mark.postgres,)))
]


@pytest.fixture(params=CASES)
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stack]:
    transport, dialect = request.param
    if dialect == "sqlite":
        with running(tmp_path, transport=transport) as built:
            yield built
        return
    with (
        postgres.database() as url,
        running(tmp_path, transport=transport, database_url=url) as built,
    ):
        yield built


def signed_half_an_hour_ago(stack: Stack) -> datetime:
    return (stack.sandbox.now() - timedelta(minutes=30)).replace(second=0, microsecond=0)


def northwind(stack: Stack) -> Deal:
    return example("northwind", today=stack.sandbox.now().date())


def replies(stack: Stack, card: Seen) -> list[str]:
    return [one.words for one in stack.theo.thread(DEAL, card.ts) if one.ts != card.ts]


def assign_jonas(stack: Stack) -> None:
    mine = stack.dm_says(stack.priya, "Northwind Mills")
    stack.priya.click(mine, "open_assign")
    assert "Jonas" in modal(stack.priya).words or modal(stack.priya).holding("csm")
    sent = stack.priya.submit({"csm": stack.jonas.id})
    assert not sent.field_errors, sent.field_errors


def post_message(stack: Stack) -> Seen:
    mine = stack.dm_says(stack.maya, "Northwind Mills")
    stack.maya.click(mine, "preview_message")
    preview = modal(stack.maya)
    assert "Northwind Mills" in preview.words
    stack.maya.submit({})
    card = stack.card_says("Posted by")
    # The preview is the card: every line of it but what only a standing message has.
    shown = [line for line in preview.words.splitlines() if line not in PREVIEW_ONLY]
    assert len(shown) > 8
    for line in shown:
        assert line in card.words, line
    return card


def test_a_deal_is_carried_from_the_ae_to_the_csm(stack: Stack) -> None:
    deal = northwind(stack)
    start_deal(stack, deal, signed_at=signed_half_an_hour_ago(stack))
    write_brief(stack.maya, deal)
    card = post_message(stack)
    assert len(card.blocks) <= 12
    assert stack.maya.id not in [one.user for one in stack.theo.messages(DEAL)]

    assign_jonas(stack)
    card = stack.card_says("Acknowledge")
    stack.until(lambda: any(stack.jonas.id in words for words in replies(stack, card)))
    stack.until(lambda: DEAL.removeprefix("#") in channel_names(stack, stack.jonas))
    stack.dm_says(stack.jonas, "Northwind Mills")

    refused = stack.maya.click(card, "acknowledge")
    assert refused.answered
    stack.until(lambda: any("Jonas" in one.words for one in stack.maya.ephemerals(DEAL)))

    stack.jonas.click(card, "acknowledge")
    stack.card_says("Acknowledged")
    undo = stack.sandbox.wait_until(lambda: with_action(stack.jonas, "undo_acknowledge"))
    assert undo is not None
    stack.jonas.click(undo, "undo_acknowledge")
    stack.until(lambda: "acknowledge" in stack.card_says("Northwind").action_ids())
    # His card says so; below it stands the anchor of what he acknowledged.
    stack.jonas.click(stack.dm_says(stack.jonas, "you are the CSM"), "acknowledge")
    card = stack.card_says("Acknowledged")
    assert "acknowledge" not in card.action_ids()

    with stack.bot.store.read(stack.bot.workplace.id) as unit:
        count, head = unit.history.head(1)
        verdict = verify(unit.history.records(1), expected_count=count, expected_head=head)
    assert verdict.sound
    assert count >= 9


def test_nobody_is_told_twice_and_no_card_stands_twice(stack: Stack) -> None:
    deal = northwind(stack)
    start_deal(stack, deal, signed_at=signed_half_an_hour_ago(stack))
    write_brief(stack.maya, deal)
    post_message(stack)
    assign_jonas(stack)
    card = stack.card_says("Acknowledge")
    stack.jonas.click(card, "acknowledge")
    stack.card_says("Acknowledged")
    cards = [one for one in stack.theo.messages(DEAL) if "Northwind Mills" in one.words]
    assert len(cards) == 1
    settled(stack)
    for reader in (stack.maya, stack.jonas, stack.priya):
        told = [one for one in reader.dms() if "Northwind Mills" in one.words]
        # A card that came back with another step leaves a line where it stood before.
        left = ("history anchor", GUIDE_RETIRED)
        guides = [one for one in told if not any(words in one.words for words in left)]
        assert len(guides) == 1, (reader.id, [one.words for one in guides])


def with_action(visitor: Visitor, action_id: str) -> Seen | None:
    """A message only this person sees, with a button."""
    seen = visitor.ephemerals(DEAL)
    return next((one for one in reversed(seen) if action_id in one.action_ids()), None)


def channel_names(stack: Stack, visitor: Visitor) -> list[str]:
    return [
        channel["name"]
        for channel in stack.sandbox.state()["channels"]
        if visitor.id in channel["members"]
    ]
