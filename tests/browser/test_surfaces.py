"""What people see when a channel or an account is gone, and when the bot cannot deliver."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from bot.domain.alarms import TRIED_IN_VAIN, About, alarm
from bot.storage.tables import IS_CARD, outbox, surface
from tests.browser.conftest import Seat
from tests.story.stack import DEAL, Stack
from tests.story.test_surfaces import ASKS, BOT
from tests.story.test_thin_job import (
    assign_jonas,
    northwind,
    post_message,
    signed_half_an_hour_ago,
)
from tests.story.typing import start_deal, write_brief

pytestmark = pytest.mark.browser


@pytest.fixture
def posted(stack: Stack) -> Stack:
    """A handoff whose message stands in its channel, with a CSM."""
    deal = northwind(stack)
    start_deal(stack, deal, signed_at=signed_half_an_hour_ago(stack))
    write_brief(stack.maya, deal)
    post_message(stack)
    assign_jonas(stack)
    stack.card_says("Acknowledge brief")
    return stack


def test_people_are_asked_where_to_go_on_and_who_takes_over(posted: Stack, sit: Seat) -> None:
    maya, priya = sit("maya"), sit("priya")
    posted.theo.do("remove_member", channel_id=posted.sandbox.channel(DEAL), removed=BOT)
    maya.go("app")
    maya.sees(maya.message(ASKS), "The bot is not in this channel any more")
    maya.picture("90-where-next", at=maya.message(ASKS))
    posted.theo.do("invite", channel_id=posted.sandbox.channel(DEAL), invited=[BOT])
    posted.jonas.do("edit_user", deleted=True)
    priya.go("app")
    priya.sees(priya.message("Please name somebody else"), "has no account any more")
    priya.picture("91-account-closed", at=priya.message("Please name somebody else"))
    posted.card_says("has no account any more")
    maya.go(DEAL.removeprefix("#"))
    maya.picture("92-card-account-closed", at=maya.message("has no account any more"))


def test_admins_are_told_what_is_in_trouble(posted: Stack, sit: Seat) -> None:
    ada = sit("ada")
    store, workspace_id = posted.bot.store, posted.bot.workplace.id
    with store.database.writing() as connection:
        greetings = outbox.c.kind == "welcome"
        dead = {"state": "dead", "reason": "not_in_channel"}
        connection.execute(update(outbox).where(greetings).values(**dead))
        later = datetime.now(UTC) + timedelta(hours=1)
        tried = {"attempts": TRIED_IN_VAIN, "next_try_at": later}
        card = update(surface).where(IS_CARD).values(wanted=surface.c.wanted + 1, **tried)
        connection.execute(card.values(reason="channel_guests"))
        one = select(func.min(outbox.c.id)).where(greetings).scalar_subquery()
        greeting = update(outbox).where(outbox.c.id == one).values(state="pending", **tried)
        connection.execute(greeting.values(reason="internal_error"))
        connection.commit()
    with store.write(workspace_id) as unit:
        reader = unit.people.by_slack_id(posted.ada.id)
        assert reader is not None
        for about, detail in (
            (About.UNDELIVERED, ""),
            (About.IN_VAIN, ""),
            (About.SCOPE, "users:read"),
            (About.SCOPE, "groups:history"),
            (About.TOKEN, "account_inactive"),
            (About.SOCKET, ""),
        ):
            over = about in (About.TOKEN, About.SOCKET)
            at = unit.now if over else None
            name = f"{about.value}{detail}"
            unit.outbox.add(
                alarm(about, reader.id, reference=name, detail=detail, since=at, until=at)
            )
        unit.commit()
    ada.go("app")
    for number, words in enumerate(
        (
            "were not delivered, or may not have been",
            "do not go through, however often it tries",
            "lacks the permission users:read",
            "lacks the permission groups:history",
            "did not let the bot in for a while",
            "was not connected to Slack for a while",
        )
    ):
        ada.sees(ada.message(words), "Reference for whoever runs the bot")
        ada.picture(f"9{number + 3}-alarm", at=ada.message(words))
    ada.press(ada.message("do not go through"), "open_undelivered")
    ada.sees(ada.modal, "There are guests in the channel")
    ada.sees(ada.modal, "goes on trying")
    ada.picture("99-delivery-problems")
