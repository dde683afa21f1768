"""The AE's own post: the deal channel is looked at afresh, and the card is their answer."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.errors import Invalid, Problem
from bot.domain.notices import Priority
from bot.storage.tables import channel, surface
from bot.views import sentences
from bot.views.ids import ActionId
from bot.views.payload import Ref
from tests.builders import FakeMachine, signed
from tests.flows.app import App, Modal
from tests.flows.slack import DEAL, SlackByHand, account

SOME_TIME = timedelta(minutes=11)
SAFE = {"id": DEAL, "name": "deal-northwind", "is_member": True}


def _preview(app: App, handoff_id: int) -> Modal:
    about = Ref(handoff=handoff_id)
    return app.modal(app.press("UAE", ActionId.PREVIEW_MESSAGE, about, channel="D0AE"))


def test_a_channel_that_became_shared_unheard_is_noticed_before_the_preview_and_the_post(
    app: App, slack: SlackByHand, machine: FakeMachine
) -> None:
    handoff_id = signed(app.store, app.team)
    slack.channels[DEAL] = SAFE
    form = _preview(app, handoff_id)
    slack.channels[DEAL] = {**SAFE, "is_ext_shared": True}
    machine.advance(SOME_TIME)
    before = app.rows()
    refused = app.submit("UAE", form)
    assert _words(Problem.CHANNEL_SHARED) in refused.sentence
    about = Ref(handoff=handoff_id)
    again = app.press("UAE", ActionId.PREVIEW_MESSAGE, about, channel="D0AE")
    assert _words(Problem.CHANNEL_SHARED) in again.sentence
    assert app.rows() == before


def test_a_bot_that_was_removed_unheard_posts_nothing(
    app: App, slack: SlackByHand, machine: FakeMachine
) -> None:
    handoff_id = signed(app.store, app.team)
    slack.channels[DEAL] = SAFE
    form = _preview(app, handoff_id)
    del slack.channels[DEAL]
    machine.advance(SOME_TIME)
    refused = app.submit("UAE", form)
    assert _words(Problem.CHANNEL_NOT_INSIDE) in refused.sentence
    assert "message.posted" not in app.events(handoff_id)


def test_the_card_of_the_aes_own_post_is_an_answer(app: App, slack: SlackByHand) -> None:
    handoff_id = signed(app.store, app.team)
    slack.channels[DEAL] = SAFE
    assert app.submit("UAE", _preview(app, handoff_id)).body == {}
    with app.store.database.reading() as connection:
        card = select(surface.c.priority).where(surface.c.kind == "card")
        assert connection.execute(card).scalars().all() == [Priority.ANSWER.value]


@pytest.mark.parametrize(("known", "doubted"), [("USAM", False), ("UCSM", True)])
def test_a_colleague_who_becomes_a_guest_has_channels_with_cards_looked_at_again(
    app: App, slack: SlackByHand, known: str, doubted: bool
) -> None:
    handoff_id = signed(app.store, app.team)
    slack.channels[DEAL] = SAFE
    app.submit("UAE", _preview(app, handoff_id))
    for restricted in (False, True):
        user = account(known, is_restricted=restricted)
        app.deliver(app.event_body(type="user_change", user=user))
        with app.store.database.reading() as connection:
            checked = connection.execute(select(channel.c.checked_at)).scalar_one()
        assert (checked is None) is (doubted and restricted)


def _words(problem: Problem) -> str:
    return sentences.problems.problem(Invalid(problem), people={})
