import http.client
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from urllib.request import Request, urlopen

import pytest
from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.server import SandboxServer
from bot.sandbox.view_state import CannotAct
from bot.sandbox.visitor import Sandbox, Visitor
from tests.sandbox.desk import Json, actions, button, modal, plain

OPTIONS = [{"text": plain(word), "value": word.lower()} for word in ("One", "Two", "Three")]


def field(action_id: str, element: Json) -> Json:
    return {
        "type": "input",
        "block_id": f"b_{action_id}",
        "label": plain(action_id),
        "element": {"action_id": action_id, **element},
    }


EVERYTHING = modal(
    field("words", {"type": "plain_text_input", "multiline": True}),
    field("count", {"type": "number_input", "is_decimal_allowed": False}),
    field("mail", {"type": "email_text_input"}),
    field("link", {"type": "url_text_input"}),
    field("one", {"type": "static_select", "options": OPTIONS}),
    field("some", {"type": "multi_static_select", "options": OPTIONS}),
    field("person", {"type": "users_select"}),
    field("people", {"type": "multi_users_select"}),
    field("place", {"type": "conversations_select"}),
    field("places", {"type": "multi_channels_select"}),
    field("ticks", {"type": "checkboxes", "options": OPTIONS}),
    field("dot", {"type": "radio_buttons", "options": OPTIONS, "initial_option": OPTIONS[2]}),
    field("day", {"type": "datepicker"}),
    field("hour", {"type": "timepicker", "timezone": "Europe/Berlin"}),
    field("moment", {"type": "datetimepicker"}),
    field("papers", {"type": "file_input", "filetypes": ["csv"]}),
)


@pytest.fixture
def client(server: SandboxServer) -> WebClient:
    return WebClient(token=server.bot_token, base_url=server.api_url)


@pytest.fixture
def submitted(server: SandboxServer, sandbox: Sandbox, client: WebClient) -> Iterator[list[Json]]:
    """What a Bolt app, connected by Socket Mode, got from its modal."""
    got: list[Json] = []
    app = App(client=client)

    @app.command("/handoff")
    def open_it(ack: Ack, body: Json, client: WebClient) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=EVERYTHING)
        ack()

    @app.view("test_modal")
    def take(ack: Ack, view: Json) -> None:
        got.append(view["state"]["values"])
        ack()

    handler = SocketModeHandler(app, server.app_token)
    handler.client.connect()
    sandbox.wait_for_app()
    yield got
    handler.client.auto_reconnect_enabled = False
    server.stop()
    handler.client.close()


@pytest.fixture
def maya(sandbox: Sandbox) -> Visitor:
    return sandbox.visitor("maya")


def test_a_bolt_app_gets_every_element_in_slacks_shape(
    submitted: list[Json], sandbox: Sandbox, maya: Visitor
) -> None:
    jonas, general = sandbox.visitor("jonas").id, sandbox.channel("#general")
    paper = maya.upload("seats.csv", b"deal,seats")
    maya.slash("/handoff", channel="#deal-northwind")
    answer = maya.submit(
        {
            "words": "two\nlines",
            "count": "12",
            "mail": "a@b.example",
            "link": "https://example.org",
            "one": "two",
            "some": ["one", "three"],
            "person": jonas,
            "people": [jonas, maya.id],
            "place": general,
            "places": [general],
            "ticks": ["two"],
            "day": date(2026, 3, 31),
            "hour": time_of_day(9, 30),
            "moment": datetime(2026, 3, 31, 9, 30, tzinfo=UTC),
            "papers": [paper],
        }
    )
    assert answer.answered
    assert maya.modal is None
    held = {key: value for block in submitted[0].values() for key, value in block.items()}
    [file] = held.pop("papers")["files"]
    assert (file["id"], file["name"], file["user"]) == (paper, "seats.csv", maya.id)
    assert held == {
        "words": {"type": "plain_text_input", "value": "two\nlines"},
        "count": {"type": "number_input", "value": "12"},
        "mail": {"type": "email_text_input", "value": "a@b.example"},
        "link": {"type": "url_text_input", "value": "https://example.org"},
        "one": {"type": "static_select", "selected_option": OPTIONS[1]},
        "some": {"type": "multi_static_select", "selected_options": [OPTIONS[0], OPTIONS[2]]},
        "person": {"type": "users_select", "selected_user": jonas},
        "people": {"type": "multi_users_select", "selected_users": [jonas, maya.id]},
        "place": {"type": "conversations_select", "selected_conversation": general},
        "places": {"type": "multi_channels_select", "selected_channels": [general]},
        "ticks": {"type": "checkboxes", "selected_options": [OPTIONS[1]]},
        "dot": {"type": "radio_buttons", "selected_option": OPTIONS[2]},
        "day": {"type": "datepicker", "selected_date": "2026-03-31"},
        "hour": {"type": "timepicker", "selected_time": "09:30", "timezone": "Europe/Berlin"},
        "moment": {"type": "datetimepicker", "selected_date_time": 1774949400},
    }


def test_fields_left_empty_are_told_without_asking_the_app(
    submitted: list[Json], maya: Visitor
) -> None:
    maya.slash("/handoff", channel="#deal-northwind")
    answer = maya.submit({"words": "x"})
    assert "b_count" in answer.field_errors
    assert "b_words" not in answer.field_errors
    assert submitted == []
    modal_now = maya.modal
    assert modal_now is not None
    assert modal_now.holding("words")["value"] == "x"
    assert set(modal_now.errors) == set(answer.field_errors)


def test_unknown_things_raise(submitted: list[Json], sandbox: Sandbox, maya: Visitor) -> None:
    with pytest.raises(CannotAct):
        maya.submit({})
    maya.slash("/handoff", channel="#deal-northwind")
    for wrong in ({"nothing": "x"}, {"one": "four"}):
        with pytest.raises(CannotAct):
            maya.submit(wrong)
    with pytest.raises(CannotAct):
        sandbox.visitor("nobody")
    with pytest.raises(CannotAct):
        sandbox.channel("#nowhere")
    with pytest.raises(ValueError, match="act"):
        maya.do("fly")
    with pytest.raises(ValueError, match="react: "):
        maya.do("react", colour="red")


def test_messages_are_seen_as_their_reader_sees_them(
    client: WebClient, sandbox: Sandbox, maya: Visitor
) -> None:
    channel, theo = sandbox.channel("#deal-northwind"), sandbox.visitor("theo")
    blocks = [{"type": "header", "text": plain("Big")}, actions(button("go"))]
    parent = client.chat_postMessage(channel=channel, text="fallback", blocks=blocks)["ts"]
    client.chat_postMessage(channel=channel, text="reply", thread_ts=parent)
    client.chat_postEphemeral(channel=channel, user=maya.id, text="psst")
    client.chat_postMessage(channel=maya.id, text="in the DM")
    seen = maya.messages("#deal-northwind")
    assert [message.text for message in seen] == ["fallback", "psst"]
    assert seen[0].words == "fallback\nBig\nGo"
    assert seen[0].action_ids() == ["go"]
    assert [m.text for m in maya.ephemerals(channel)] == ["psst"]
    assert [m.text for m in theo.messages(channel)] == ["fallback"]
    assert [m.text for m in maya.thread(channel, str(parent))] == ["fallback", "reply"]
    assert [m.text for m in maya.dms()] == ["in the DM"]
    maya.react(seen[0], "eyes")
    assert maya.messages(channel)[0].reactions == {"eyes": [maya.id]}
    with pytest.raises(ValueError, match="no such conversation"):
        theo.messages(str(maya.dm_id()))


def test_files_go_with_a_message(client: WebClient, sandbox: Sandbox, maya: Visitor) -> None:
    paper = maya.upload("seats.csv", b"deal,seats")
    maya.post("#deal-northwind", "", files=[paper])
    [message] = maya.messages("#deal-northwind")
    assert (message.text, message.files) == ("", [paper])
    told = client.files_info(file=paper)["file"]
    with urlopen(Request(told["url_private"], headers=bearer(client))) as answer:  # noqa: S310
        assert answer.read() == b"deal,seats"


def bearer(client: WebClient) -> dict[str, str]:
    return {"Authorization": f"Bearer {client.token}"}


def test_waiting_returns_as_soon_as_it_is_there(
    client: WebClient, sandbox: Sandbox, maya: Visitor
) -> None:
    channel = sandbox.channel("#deal-northwind")
    timer = threading.Timer(0.1, client.chat_postMessage, kwargs={"channel": channel, "text": "x"})
    timer.start()
    began = time.monotonic()
    [message] = sandbox.wait_until(lambda: maya.messages(channel))
    timer.join()
    assert message.text == "x"
    assert time.monotonic() - began < 5
    with pytest.raises(TimeoutError):
        sandbox.wait_until(lambda: maya.dms(), within=0.05)


def test_the_clock_only_moves_forward(sandbox: Sandbox) -> None:
    before = sandbox.now()
    sandbox.advance(3600)
    assert 3600 <= (sandbox.now() - before).total_seconds() < 3660
    assert sandbox.offset_seconds == 3600
    for wrong in (0, -1):
        with pytest.raises(ValueError, match="forward"):
            sandbox.advance(wrong)


def test_faults_meet_the_real_client(client: WebClient, sandbox: Sandbox) -> None:
    channel = sandbox.channel("#deal-northwind")
    sandbox.fail_next("chat.*", error="ratelimited", status=429, retry_after=3)
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=channel, text="x")
    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "3"
    sandbox.fail_next("chat.postMessage", times=9)
    sandbox.clear_faults()
    assert client.chat_postMessage(channel=channel, text="x")["ok"]
    assert sandbox.calls()["chat.postMessage"] == 2


def test_a_connection_can_break_after_a_post_was_taken(client: WebClient, sandbox: Sandbox) -> None:
    channel = sandbox.channel("#deal-northwind")
    sandbox.fail_next("chat.postMessage", after=True, cut=True)
    with pytest.raises(http.client.IncompleteRead):
        client.chat_postMessage(channel=channel, text="taken")
    assert client.chat_postMessage(channel=channel, text="next")["ok"]
    assert [one.text for one in sandbox.visitor("maya").messages(channel)] == ["taken", "next"]


def test_only_the_calls_that_are_meant_fail(client: WebClient, sandbox: Sandbox) -> None:
    deal, other = sandbox.channel("#deal-northwind"), sandbox.channel("#deal-larkfield")
    sandbox.fail_next("chat.postMessage", channel=deal, skip=1)
    for channel, taken in ((other, True), (deal, True), (other, True), (deal, False), (deal, True)):
        if taken:
            assert client.chat_postMessage(channel=channel, text="x")["ok"]
        else:
            with pytest.raises(SlackApiError, match="internal_error"):
                client.chat_postMessage(channel=channel, text="x")


def request(server: SandboxServer, verb: str, path: str, **headers: str) -> tuple[int, str]:
    host, _, port = server.url.removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=5)
    try:
        connection.request(verb, path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("POST", "/control/clock"),
        ("POST", "/control/act"),
        ("POST", "/control/faults"),
        ("POST", "/control/fault-plan"),
        ("GET", "/control/fault-plan"),
        ("GET", "/control/record"),
        ("POST", "/control/disconnect"),
        ("GET", "/control/state"),
        ("GET", "/control/directory"),
        ("GET", "/control/screen"),
        ("GET", "/control/messages"),
        ("GET", "/control/changes"),
        ("GET", "/control/app"),
    ],
)
def test_control_needs_a_header_no_other_site_can_send(
    server: SandboxServer, verb: str, path: str
) -> None:
    assert request(server, verb, path)[0] == 403


def test_the_clock_is_read_without_a_header(server: SandboxServer) -> None:
    status, body = request(server, "GET", "/control/clock")
    assert (status, json.loads(body)["offset_seconds"]) == (200, 0)


def test_the_state_tells_no_secrets(server: SandboxServer, sandbox: Sandbox) -> None:
    shown = json.dumps(sandbox.state())
    for secret in (server.bot_token, server.app_token, server.signing_secret):
        assert secret not in shown


def test_another_host_name_is_refused(server: SandboxServer) -> None:
    headers = {"Host": "sandbox.evil.example", "X-Sandbox-Control": "1"}
    assert request(server, "GET", "/control/state", **headers)[0] == 421


def test_stopping_frees_the_port_and_lets_waiters_go() -> None:
    with SandboxServer() as running:
        port = int(running.url.rpartition(":")[2])
        waiting = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        headers = {"X-Sandbox-Control": "1"}
        waiting.request("GET", "/control/changes?after=10000&timeout=30", headers=headers)
        # Another round trip: by then the server has read the request before it.
        Sandbox(running.url).now()
    began = time.monotonic()
    assert waiting.getresponse().status == 200
    waiting.close()
    assert time.monotonic() - began < 5
    with SandboxServer(port=port) as again:
        assert again.url.endswith(f":{port}")


def test_a_click_in_home_without_an_app_is_told(client: WebClient, maya: Visitor) -> None:
    assert maya.open_home() is None
    view = {"type": "home", "blocks": [actions(button("go"))]}
    client.views_publish(user_id=maya.id, view=view)
    home = maya.home()
    assert home is not None
    assert home.action_ids() == ["go"]
    # No app is connected: the click is not answered, and the person is told.
    assert maya.click_in_home("go").answered is False
    assert len(maya.notices) == 1


def test_calls_over_one_connection_are_answered_at_once(server: SandboxServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]))
    waited = []
    for _ in range(40):
        began = time.monotonic()
        connection.request("POST", "/api/api.test", body="{}", headers={"Content-Type": "text/x"})
        connection.getresponse().read()
        waited.append(time.monotonic() - began)
    connection.close()
    # With Nagle's algorithm each of them would wait about 40 ms for the one before, whatever else
    # the machine does; without it the quickest does not.
    assert min(waited[1:]) < 0.03
