"""Channels, messages and accounts go and come back; the handoff goes on, and people are told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.bootstrap import Bot, build
from bot.sandbox.seen import Seen
from bot.sandbox.workspace import Channel
from bot.storage.tables import IS_CARD, outbox, surface
from tests.story.stack import DEAL, Stack, quick
from tests.story.test_clocks import HOUR, settled
from tests.story.test_thin_job import (
    assign_jonas,
    northwind,
    post_message,
    signed_half_an_hour_ago,
)
from tests.story.typing import start_deal, write_brief

BOT, OTHER = "U0HANDOFF1", "#deal-larkfield"
ASKS = "Where shall it go on?"


@pytest.fixture
def card(place: Stack) -> Seen:
    """The handoff message, in its channel."""
    deal = northwind(place)
    start_deal(place, deal, signed_at=signed_half_an_hour_ago(place))
    write_brief(place.maya, deal)
    return post_message(place)


def channel(place: Stack) -> Channel:
    """The deal channel as it is in Slack, for what happens while nobody is told of it."""
    return place.server.workspace.channels[place.sandbox.channel(DEAL)]


@contextmanager
def started_again(place: Stack) -> Iterator[Bot]:
    """The bot as it comes up beside the one that heard nothing."""
    bot = build(place.bot.settings, constants=quick())
    bot.start()
    bot.ticks.wake()  # Else housekeeping, which looks around, begins ten seconds later.
    try:
        yield bot
    finally:
        bot.stop()


def nothing_given_up(place: Stack) -> None:
    settled(place)
    counts = place.bot.store.delivery.counts()
    assert (counts.dead, counts.unconfirmed) == (0, 0)


def test_from_an_archived_channel_the_ae_moves_the_handoff_and_the_clocks_go_on(
    place: Stack, card: Seen
) -> None:
    place.theo.do("archive", channel_id=place.sandbox.channel(DEAL))
    asked = place.dm_says(place.maya, ASKS)
    assert "this channel was archived" in asked.words.lower()
    place.sandbox.advance(23.6 * HOUR)
    place.dm_says(place.priya, "CSM assignment")
    nothing_given_up(place)
    place.maya.click(asked, "open_move")
    place.maya.submit({"channel": place.sandbox.channel(OTHER)})
    moved = place.card_says("Northwind Mills", channel=OTHER)
    assert "Posted by" in moved.words
    nothing_given_up(place)
    assert len([one for one in place.maya.dms() if ASKS in one.words]) == 1


def test_a_channel_that_is_back_shows_what_happened_meanwhile(place: Stack, card: Seen) -> None:
    there = place.sandbox.channel(DEAL)
    place.theo.do("archive", channel_id=there)
    place.dm_says(place.maya, ASKS)
    assign_jonas(place)
    place.dm_says(place.jonas, "Northwind Mills")
    nothing_given_up(place)
    assert place.card_says("Posted by").words == card.words
    place.theo.do("unarchive", channel_id=there)
    assert place.card_says("Acknowledge brief").ts == card.ts


def test_a_bot_that_was_removed_asks_and_goes_on_once_it_is_invited_again(
    place: Stack, card: Seen
) -> None:
    there = place.sandbox.channel(DEAL)
    place.theo.do("remove_member", channel_id=there, removed=BOT)
    asked = place.dm_says(place.maya, ASKS)
    assert "Type /invite @handoff in the channel" in asked.words
    assign_jonas(place)
    nothing_given_up(place)
    assert place.card_says("Posted by").words == card.words
    place.theo.do("invite", channel_id=there, invited=[BOT])
    assert place.card_says("Acknowledge brief").ts == card.ts


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"is_archived": True}, "this channel was archived"),
        ({"is_ext_shared": True}, "was taken out, because its channel is shared"),
        ({"members": []}, "the bot is not in this channel any more"),
        ({"members": [], "is_private": True}, "the bot is not in this channel any more"),
    ],
)
def test_what_became_of_a_channel_while_the_bot_was_down_is_found_when_it_is_back(
    place: Stack, card: Seen, change: dict[str, object], says: str
) -> None:
    settled(place)
    for name, value in change.items():
        setattr(channel(place), name, value)
    with started_again(place):
        found = place.sandbox.wait_until(
            lambda: [one for one in place.maya.dms() if says in one.words.lower()], within=20
        )
        assert len(found) == 1
        nothing_given_up(place)


def test_a_deleted_card_is_posted_anew_when_the_bot_looks(place: Stack, card: Seen) -> None:
    settled(place)
    with place.bot.store.database.writing() as connection:
        # As if it had been sent or edited last an hour ago.
        ago = datetime.now(UTC) - timedelta(hours=1)
        connection.execute(update(surface).where(IS_CARD).values(next_try_at=ago))
        connection.commit()
    place.ada.do("delete_message", channel_id=place.sandbox.channel(DEAL), ts=card.ts)
    with started_again(place):
        place.sandbox.wait_until(
            lambda: [
                one
                for one in place.theo.messages(DEAL)
                if one.ts != card.ts and "Posted by" in one.words
            ],
            within=20,
        )
        nothing_given_up(place)


def test_who_may_name_another_csm_is_told_that_an_account_is_closed(
    place: Stack, card: Seen
) -> None:
    assign_jonas(place)
    place.card_says("Jonas")
    settled(place)
    place.jonas.do("edit_user", deleted=True)
    told = place.dm_says(place.priya, "Please name somebody else")
    assert "has no account any more" in told.words
    place.card_says("has no account any more")
    place.priya.click(told, "open_assign")
    sent = place.priya.submit({"csm": place.sam.id})
    assert not sent.field_errors
    shown = place.card
    place.until(lambda: (card := shown()) and "no account any more" not in card.words)
    nothing_given_up(place)


def test_an_admin_is_told_of_what_was_not_delivered_and_finds_it_in_the_list(
    place: Stack, card: Seen
) -> None:
    settled(place)
    with place.bot.store.database.writing() as connection:
        of = outbox.c.kind == "welcome"
        connection.execute(update(outbox).where(of).values(state="dead", reason="not_in_channel"))
        connection.commit()
    with started_again(place):
        told = place.dm_says(place.ada, "not delivered, or may not have been")
        assert "Reference for whoever runs the bot" in told.words
        place.ada.click(told, "open_undelivered")
        shown = place.ada.modal
        assert shown is not None
        assert "The bot is not in this channel" in shown.words
