"""The same delivery again, later or at the same instant, is one act with one answer."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

import pytest
from slack_bolt import BoltContext, BoltRequest, BoltResponse
from slack_sdk.signature import SignatureVerifier

from bot.views.payload import Ref
from bot.web.app import Health, build_web
from tests.builders import assigned, signed
from tests.flows.app import App, Reply
from tests.flows.slack import DEAL, Json
from tests.web.asgi import request

TIMES = 3
WAIT = 20.0


@dataclass(frozen=True)
class Delivery:
    """Something Slack may send twice, and the history it leaves."""

    body: Json
    handoff_id: int
    tags: tuple[str, ...]


def a_button(app: App) -> Delivery:
    handoff_id = assigned(app.store, app.team)
    body = app.press_body("UCSM", "acknowledge", app.shown(handoff_id))
    return Delivery(body, handoff_id, ("brief.acknowledged",))


def a_submission(app: App) -> Delivery:
    handoff_id = signed(app.store, app.team)
    modal = app.modal(app.press("UAE", "write_brief", Ref(handoff=handoff_id)))
    body = app.submit_body("UAE", modal.type(trigger="The lease ends"))
    return Delivery(body, handoff_id, ("brief.saved",))


def a_closing_submission(app: App) -> Delivery:
    handoff_id = signed(app.store, app.team)
    modal = app.modal(app.press("UAE", "open_cancel", Ref(handoff=handoff_id)))
    body = app.submit_body("UAE", modal.type(reason="They chose another vendor."))
    return Delivery(body, handoff_id, ("handoff.cancelled",))


DELIVERIES = [a_button, a_submission, a_closing_submission]


def new_tags(app: App, delivery: Delivery, before: int) -> tuple[str, ...]:
    return tuple(app.events(delivery.handoff_id)[before:])


@pytest.mark.parametrize("make", DELIVERIES)
def test_what_is_delivered_again_later_changes_nothing_and_is_answered_alike(
    app: App, make: Callable[[App], Delivery]
) -> None:
    delivery = make(app)
    before = len(app.events(delivery.handoff_id))
    first = app.deliver(delivery.body)
    after = app.rows()
    again = app.deliver(delivery.body)
    assert (again.status, again.body) == (first.status, first.body) == (200, first.body)
    assert app.rows() == after
    assert new_tags(app, delivery, before) == delivery.tags


@pytest.mark.parametrize("make", DELIVERIES)
def test_what_is_delivered_to_several_at_one_instant_is_done_once_and_answered_alike(
    open_app: Callable[..., App], make: Callable[[App], Delivery]
) -> None:
    replicas = [open_app() for _ in range(TIMES)]
    delivery = make(replicas[0])
    before = len(replicas[0].events(delivery.handoff_id))
    start = threading.Barrier(TIMES)

    def deliver(replica: App) -> Reply:
        start.wait(WAIT)
        return replica.deliver(delivery.body)

    with ThreadPoolExecutor(TIMES) as pool:
        replies = list(pool.map(deliver, replicas, timeout=WAIT))
    assert [(one.status, one.body) for one in replies] == [(200, replies[0].body)] * TIMES
    assert new_tags(replicas[0], delivery, before) == delivery.tags
    assert not [one for reply in replies for one in reply.whispered]


@pytest.mark.parametrize("make", DELIVERIES)
def test_after_a_crash_between_commit_and_answer_the_stored_answer_is_given(
    open_app: Callable[..., App], make: Callable[[App], Delivery]
) -> None:
    app = open_app()
    delivery = make(app)
    before = len(app.events(delivery.handoff_id))

    class Crashed(Exception):
        pass

    def lose_the_answer(context: BoltContext, next: Callable[[], BoltResponse]) -> BoltResponse:
        def ack(**answer: object) -> None:
            lost.append(answer)
            raise Crashed

        context["ack"] = ack
        return next()

    lost: list[dict[str, object]] = []
    app.bolt.use(lose_the_answer)
    assert app.bolt.dispatch(BoltRequest(mode="socket_mode", body=delivery.body)).status != 200
    (promised,) = lost
    assert new_tags(app, delivery, before) == delivery.tags

    after_restart = open_app()
    committed = after_restart.rows()
    reply = after_restart.deliver(delivery.body)
    assert (reply.status, reply.body) == (200, promised)
    assert after_restart.rows() == committed


def test_an_event_that_is_delivered_again_is_done_once(app: App) -> None:
    body = app.event_body(type="app_home_opened", user="UAE", tab="messages", channel="D0AE")
    assert app.deliver(body).status == 200
    after = app.rows()
    assert len(after["outbox"]) == 1
    assert app.deliver({**body, "retry": 1}).status == 200
    assert app.rows() == after


def test_an_old_event_delivered_late_does_not_undo_a_newer_one(app: App) -> None:
    shared = app.event_body(type="channel_shared", channel=DEAL)
    unshared = app.event_body(type="channel_unshared", channel=DEAL, is_ext_shared=False)
    app.deliver(shared)
    app.deliver(unshared)
    app.deliver(shared)
    with app.store.read(app.team.workspace_id) as unit:
        channel = unit.channels.by_slack_id(DEAL)
    assert channel is not None
    assert not channel.shared


def test_two_different_presses_of_one_button_are_two_acts(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    press = partial(app.press, "UCSM", "acknowledge", app.shown(handoff_id))
    press()
    before = app.events(handoff_id)
    assert "done already" in press().sentence
    assert app.events(handoff_id) == before


def test_a_genuine_request_replayed_by_somebody_changes_nothing(app: App) -> None:
    delivery = a_button(app)
    before = len(app.events(delivery.handoff_id))
    secret = "invented-signing-secret"
    web = build_web(
        health=Health(alive=lambda: None, ready=lambda: None),
        bolt=app.bolt,
        signing_secret=secret,
        threads=2,
    )
    body = urlencode({"payload": json.dumps(delivery.body)})
    stamp = str(int(time.time()))
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": SignatureVerifier(secret).generate_signature(
            timestamp=stamp, body=body
        )
        or "",
    }
    send = partial(request, web, "POST", "/slack/events", body=body.encode(), headers=headers)
    first = send()
    after = app.rows()
    replayed = send()
    assert (first.status, replayed.status) == (200, 200)
    assert replayed.body == first.body
    assert app.rows() == after
    assert new_tags(app, delivery, before) == delivery.tags
