import json
import threading
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from slack_sdk.signature import SignatureVerifier

from bot.sandbox.server import SandboxServer
from bot.sandbox.visitor import Sandbox, Visitor
from tests.sandbox.app_over_http import AppOverHttp, Arrived, Canned
from tests.sandbox.desk import NORTHWIND


@pytest.fixture
def app() -> Iterator[AppOverHttp]:
    with AppOverHttp() as running:
        yield running


@pytest.fixture
def signed(app: AppOverHttp) -> Iterator[SandboxServer]:
    """A sandbox that reaches the app by signed HTTP and waits shortly between tries."""
    with SandboxServer(request_url=app.url, answer_seconds=0.5, retry_scale=0.0) as running:
        yield running


@pytest.fixture
def maya(signed: SandboxServer) -> Visitor:
    return Sandbox(signed.url).visitor("maya")


def is_signed(arrived: Arrived, secret: str) -> bool:
    verifier = SignatureVerifier(signing_secret=secret)
    return verifier.is_valid_request(arrived.body, arrived.headers)


def test_every_kind_of_request_is_signed_over_its_exact_bytes(
    app: AppOverHttp, signed: SandboxServer, maya: Visitor
) -> None:
    maya.slash("/handoff", "für Zoë & <Co>", channel="#deal-northwind")
    maya.write_to_app("hello")
    maya.open_home()
    arrived = app.wait_for(4)
    assert all(is_signed(request, signed.signing_secret) for request in arrived)
    assert not any(is_signed(request, "another secret") for request in arrived)
    forged = Arrived("/", arrived[0].headers, arrived[0].body + b"x")
    assert not is_signed(forged, signed.signing_secret)


def test_a_command_is_a_form_and_an_event_is_json(app: AppOverHttp, maya: Visitor) -> None:
    maya.slash("/handoff", "für Zoë & <Co>", channel="#deal-northwind")
    maya.open_home()
    command, event = app.wait_for(2)
    assert command.path == "/slack/events"
    assert command.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(command.body.decode())["text"] == ["für Zoë & <Co>"]
    assert event.headers["content-type"] == "application/json"
    assert json.loads(event.body)["event"]["type"] == "app_home_opened"


def test_an_interaction_is_json_inside_a_form(
    app: AppOverHttp, signed: SandboxServer, maya: Visitor
) -> None:
    body = {
        "text": "x",
        "blocks": [
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "action_id": "go",
                        "text": {"type": "plain_text", "text": "Go"},
                    }
                ],
            }
        ],
    }
    headers = {"Content-Type": "application/json"}
    app.answers.append(Canned(body=json.dumps(body).encode(), headers=headers))
    maya.slash("/handoff", channel="#deal-northwind")
    [message] = maya.ephemerals("#deal-northwind")
    maya.click(message, "go")
    click = app.wait_for(2)[-1]
    payload = json.loads(parse_qs(click.body.decode())["payload"][0])
    assert (payload["type"], payload["actions"][0]["action_id"]) == ("block_actions", "go")
    assert is_signed(click, signed.signing_secret)


def test_plain_text_answers_a_command(app: AppOverHttp, maya: Visitor) -> None:
    app.answers.append(Canned(body="Schön.".encode(), headers={"Content-Type": "text/plain"}))
    assert maya.slash("/handoff", channel="#deal-northwind").text == "Schön."


def test_a_late_app_is_told_to_the_person(app: AppOverHttp, maya: Visitor) -> None:
    late = threading.Event()
    app.answers.append(Canned(body=b"too late", hold=late))
    answer = maya.slash("/handoff", channel="#deal-northwind")
    late.set()
    assert (answer.answered, "operation_timeout" in (answer.notice or "")) == (False, True)
    assert maya.notices == [answer.notice]
    assert maya.messages("#deal-northwind") == []


def test_an_app_that_hangs_up_or_fails_is_told_to_the_person(
    app: AppOverHttp, maya: Visitor
) -> None:
    app.answers.extend([Canned(hang_up=True), Canned(status=500)])
    assert "dispatch_failed" in (maya.slash("/handoff", channel=NORTHWIND).notice or "")
    assert "status 500" in (maya.slash("/handoff", channel=NORTHWIND).notice or "")
    assert maya.slash("/handoff", channel=NORTHWIND).answered


def test_an_app_that_is_not_there_is_told_to_the_person() -> None:
    with SandboxServer(request_url="") as nowhere:
        maya = Sandbox(nowhere.url).visitor("maya")
        assert "dispatch_failed" in (maya.slash("/handoff", channel=NORTHWIND).notice or "")


def test_an_event_is_tried_again_with_headers_and_one_id(
    app: AppOverHttp, signed: SandboxServer, maya: Visitor
) -> None:
    late = threading.Event()
    app.answers.extend([Canned(status=500), Canned(hold=late), Canned(hang_up=True), Canned()])
    maya.open_home()
    arrived = app.wait_for(4)
    late.set()
    numbers = [request.headers.get("x-slack-retry-num") for request in arrived]
    reasons = [request.headers.get("x-slack-retry-reason") for request in arrived]
    assert numbers == [None, "1", "2", "3"]
    assert reasons == [None, "http_error", "http_timeout", "connection_failed"]
    assert len({json.loads(request.body)["event_id"] for request in arrived}) == 1
    assert all(is_signed(request, signed.signing_secret) for request in arrived)


def test_no_retry_is_asked_for_by_a_header(app: AppOverHttp, maya: Visitor) -> None:
    app.answers.append(Canned(status=500, headers={"X-Slack-No-Retry": "1"}))
    maya.open_home()
    maya.slash("/handoff", channel=NORTHWIND)
    # Had the event been tried again, it would stand between the two: its wait is scaled to none.
    kinds = [request.headers["content-type"] for request in app.wait_for(2)]
    assert kinds == ["application/json", "application/x-www-form-urlencoded"]


def test_socket_mode_is_closed_while_http_is_used(signed: SandboxServer) -> None:
    from slack_sdk import WebClient
    from slack_sdk.errors import SlackApiError

    client = WebClient(base_url=signed.api_url)
    with pytest.raises(SlackApiError) as refused:
        client.apps_connections_open(app_token=signed.app_token)
    assert refused.value.response["error"] == "forbidden_team"


@pytest.mark.parametrize("url", ["https://127.0.0.1/x", "127.0.0.1:80", "http://"])
def test_a_request_url_must_be_plain_http(url: str) -> None:
    with pytest.raises(ValueError, match="http://"):
        SandboxServer(request_url=url)
