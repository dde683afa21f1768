"""The AE's own post: the deal channel is looked at afresh, and the card is their answer."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.domain.errors import Invalid, Problem
from bot.domain.notices import Priority
from bot.flows.showing import card_of
from bot.storage.tables import channel, surface
from bot.views import sentences
from bot.views.card import card_message
from bot.views.ids import ActionId
from bot.views.payload import Ref
from bot.views.text import instant_token
from tests.builders import FakeMachine, signed
from tests.flows.app import App, Modal
from tests.flows.slack import DEAL, SlackByHand, account
from tests.views.shown import seen_text

SOON, LATER, PASSED = (
    int(datetime(2026, month, 20, 9, tzinfo=UTC).timestamp()) for month in (3, 4, 1)
)
SOME_TIME = timedelta(minutes=11)
SAFE = {"id": DEAL, "name": "deal-northwind", "is_member": True}


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)


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
    # The AE is asked where it shall go on; else nothing is another.
    told = [one for one in app.rows()["outbox"] if one not in before["outbox"]]
    assert [one for one in told if "'where_next'" not in one and "'welcome'" not in one] == []
    before = app.rows()
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


def _card(app: App, handoff_id: int) -> str:
    with app.store.read(app.team.workspace_id) as unit:
        return seen_text(card_message(card_of(unit, handoff_id)).to_args()["blocks"])


def _proposed(app: App, handoff_id: int) -> datetime | None:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.handoffs.get(handoff_id).kickoff_proposed_at


def test_the_message_names_the_kickoff_its_ae_proposed_and_until_then_when_it_is_due(
    app: App, slack: SlackByHand
) -> None:
    handoff_id = signed(app.store, app.team)
    slack.channels[DEAL] = SAFE
    assert "Kickoff due" in _card(app, handoff_id)
    form = _preview(app, handoff_id)
    assert "Kickoff due" in form.words
    refused = app.submit("UAE", form.type(kickoff=PASSED))
    assert list(refused.errors) == [form.block_of("kickoff")]
    assert "This time has passed" in refused.sentence
    assert app.submit("UAE", form.type(kickoff=SOON)).body == {}
    assert f"Kickoff proposed {instant_token(_at(SOON))}" in _card(app, handoff_id)
    assert app.events(handoff_id)[-2:] == ["kickoff.proposed", "message.posted"]


def test_a_proposed_kickoff_is_changed_with_the_deal_and_never_unseen(
    app: App, slack: SlackByHand
) -> None:
    handoff_id = signed(app.store, app.team)
    slack.channels[DEAL] = SAFE
    app.submit("UAE", _preview(app, handoff_id))
    desk, phone, old = (
        app.modal(app.press("UAE", ActionId.OPEN_DEAL, Ref(handoff=handoff_id))) for _ in range(3)
    )
    assert app.submit("UAE", desk.type(kickoff=SOON)).body == {}
    refused = app.submit("UAE", phone.type(kickoff=LATER))
    assert list(refused.errors) == [phone.block_of("kickoff")]
    assert "changed this while the form was open" in refused.sentence
    # Who left the field alone changes the rest, and nothing about the kickoff.
    assert app.submit("UAE", old.type(value="52,000")).body == {}
    assert _proposed(app, handoff_id) == _at(SOON)
    again = app.modal(app.press("UAE", ActionId.OPEN_DEAL, Ref(handoff=handoff_id)))
    assert (again.holds("kickoff"), again.holds("value")) == (SOON, "52000")
    assert app.submit("UAE", again.type(kickoff=None)).body == {}
    assert "Kickoff due" in _card(app, handoff_id)


def test_a_kickoff_typed_before_the_form_asked_for_a_rate_is_kept(
    app: App, slack: SlackByHand
) -> None:
    handoff_id = signed(app.store, app.team)
    form = app.modal(app.press("UAE", ActionId.OPEN_DEAL, Ref(handoff=handoff_id)))
    filled = form.type(kickoff=SOON, currency="other")
    form = app.updated(filled, app.submit("UAE", filled).body["view"])
    assert form.holds("kickoff") == SOON
    assert app.submit("UAE", form.type(other_currency="CHF", rate="1.1")).body == {}
    assert _proposed(app, handoff_id) == _at(SOON)


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
