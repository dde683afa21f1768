"""Who can read a channel is asked again after ten minutes; until Slack says it, it is not safe."""

from datetime import timedelta

import pytest

from bot.domain.errors import Invalid, Problem
from bot.views import sentences
from bot.views.payload import Ref
from tests.builders import FakeMachine, signed
from tests.flows.app import App, Modal, Reply
from tests.flows.slack import DEAL, SlackByHand

AE, CS_MANAGER = "UAE", "UCS_MANAGER"
SOME_TIME = timedelta(minutes=11)
UNKNOWN = sentences.problems.problem(Invalid(Problem.CHANNEL_UNKNOWN), people={})
QUESTIONS = ["conversations.info", "conversations.members"]


@pytest.fixture(autouse=True)
def deal_channel(slack: SlackByHand) -> None:
    """The deal channel as Slack knows it: safe."""
    slack.channels[DEAL] = {"id": DEAL, "name": "deal-northwind", "is_member": True}
    slack.members[DEAL] = [AE]


def start_form(app: App) -> Modal:
    return app.modal(app.command(AE)).type(
        account="Northwind", value="48000", cs_manager=CS_MANAGER, expected_on="2026-03-10"
    )


def preview(app: App, handoff_id: int) -> Reply:
    return app.press(AE, "preview_message", Ref(handoff=handoff_id), channel="D0AE")


@pytest.mark.parametrize("silent", QUESTIONS)
def test_the_status_opens_in_a_modal_while_slack_does_not_say_who_can_read_the_channel(
    app: App, slack: SlackByHand, machine: FakeMachine, silent: str
) -> None:
    signed(app.store, app.team)
    assert "1 open" in app.command(AE, name="/handoff-status").sentence
    machine.advance(SOME_TIME)
    slack.silent = {silent}
    reply = app.command(AE, name="/handoff-status")
    assert (reply.status, reply.body) == (200, {})
    assert app.modal(reply).callback_id == "status"
    slack.silent = set()
    assert "1 open" in app.command(AE, name="/handoff-status").body["text"]


@pytest.mark.parametrize("silent", QUESTIONS)
def test_a_start_form_that_was_open_for_long_stays_open_while_slack_is_silent(
    app: App, slack: SlackByHand, machine: FakeMachine, silent: str
) -> None:
    form = start_form(app)
    machine.advance(SOME_TIME)
    slack.silent = {silent}
    refused = app.submit(AE, form)
    assert refused.body["response_action"] == "errors"
    assert list(refused.errors.values()) == [UNKNOWN]
    assert not app.rows()["handoff"]
    slack.silent = set()
    assert app.submit(AE, form).body["view"]["callback_id"] == "brief"


def test_a_start_form_is_refused_where_its_channel_became_shared_unheard(
    app: App, slack: SlackByHand, machine: FakeMachine
) -> None:
    form = start_form(app)
    machine.advance(SOME_TIME)
    slack.channels[DEAL]["is_ext_shared"] = True
    assert "shared outside" in app.submit(AE, form).sentence
    assert not app.rows()["handoff"]


def test_a_start_form_is_refused_with_what_to_do_where_the_bot_was_removed_unheard(
    app: App, slack: SlackByHand, machine: FakeMachine
) -> None:
    form = start_form(app)
    machine.advance(SOME_TIME)
    del slack.channels[DEAL]
    assert "/invite" in app.submit(AE, form).sentence
    assert not app.rows()["handoff"]


@pytest.mark.parametrize("silent", QUESTIONS)
def test_preview_and_post_wait_for_slack_to_say_who_can_read_the_deal_channel(
    app: App, slack: SlackByHand, machine: FakeMachine, silent: str
) -> None:
    handoff_id = signed(app.store, app.team)
    form = app.modal(preview(app, handoff_id))
    machine.advance(SOME_TIME)
    slack.silent = {silent}
    assert UNKNOWN in app.submit(AE, form).sentence
    refused = preview(app, handoff_id)
    assert UNKNOWN in refused.sentence
    assert "message.posted" not in app.events(handoff_id)
    slack.silent = set()
    (again,) = refused.buttons
    shown = app.press(AE, again["action_id"], again["value"], channel="D0AE")
    assert app.modal(shown).callback_id == "preview"
    assert app.submit(AE, form).body == {}
    assert "message.posted" in app.events(handoff_id)
