import json
from collections.abc import Iterator

import pytest
from starlette.types import Message

from bot.sandbox.fault_plan import read_plan
from bot.sandbox.faults import Fault
from bot.sandbox.methods import METHODS
from bot.sandbox.methods.call import Token
from tests.sandbox.desk import MAYA, NORTHWIND, Desk

WITH_TOKEN = sorted(name for name, method in METHODS.items() if method.token is not Token.NONE)
WITH_SCOPE = sorted(name for name, method in METHODS.items() if method.scopes)
WITH_REQUIRED = sorted(name for name, method in METHODS.items() if method.required)


def own_token(name: str) -> str:
    return METHODS[name].token.value


@pytest.mark.parametrize("name", WITH_TOKEN)
def test_a_call_without_a_token_is_not_authed(desk: Desk, name: str) -> None:
    assert desk.call(name, token=None) == {"ok": False, "error": "not_authed"}


@pytest.mark.parametrize("name", WITH_TOKEN)
def test_a_wrong_token_is_invalid(desk: Desk, name: str) -> None:
    assert desk.call(name, token="xoxb-of-somebody-else")["error"] == "invalid_auth"


@pytest.mark.parametrize("name", WITH_TOKEN)
def test_the_other_kind_of_token_is_not_allowed(desk: Desk, name: str) -> None:
    other = "app" if own_token(name) == "bot" else "bot"
    assert desk.call(name, token=other)["error"] == "not_allowed_token_type"


@pytest.mark.parametrize("name", WITH_SCOPE)
def test_a_missing_scope_is_named(desk: Desk, name: str) -> None:
    app, method = desk.workspace.app, METHODS[name]
    if method.token is Token.APP:
        app.app_scopes = ["authorizations:read"]
    else:
        app.bot_scopes = ["commands"]
    answer = desk.call(name, token=own_token(name))
    assert answer["error"] == "missing_scope"
    assert answer["needed"] == ",".join(method.scopes)
    assert answer["provided"] in ("commands", "authorizations:read")


@pytest.mark.parametrize("name", WITH_TOKEN)
def test_an_unknown_argument_is_refused_by_name(desk: Desk, name: str) -> None:
    answer = desk.call(name, token=own_token(name), colour="red")
    assert answer["error"] == "invalid_arguments"
    assert (
        "[ERROR] unknown argument [json-pointer:/colour]"
        in (answer["response_metadata"]["messages"])
    )


@pytest.mark.parametrize("name", ["colour!", "x" * 256, ""])
def test_an_argument_that_could_have_no_such_name_is_refused(desk: Desk, name: str) -> None:
    assert desk.call("auth.test", **{name: "red"})["error"] == "invalid_arg_name"


@pytest.mark.parametrize("name", WITH_REQUIRED)
def test_a_missing_argument_is_refused_by_name(desk: Desk, name: str) -> None:
    answer = desk.call(name, token=own_token(name))
    assert answer["error"] == "invalid_arguments"
    assert METHODS[name].required[0] in answer["response_metadata"]["messages"][0]


def test_what_slack_takes_and_the_sandbox_does_not_is_said(desk: Desk) -> None:
    answer = desk.call("chat.postMessage", channel=NORTHWIND, text="x", attachments=[])
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] not done by this sandbox [json-pointer:/attachments]"
    ]


def test_an_unknown_method_is_refused_by_name(desk: Desk) -> None:
    answer = desk.call("files.upload")
    assert answer == {"ok": False, "error": "unknown_method", "req_method": "files.upload"}


def test_team_id_is_accepted_everywhere(desk: Desk) -> None:
    assert desk.call("auth.test", team_id="T0MERIDIAN")["ok"]


def test_a_form_with_json_inside_does_the_same_as_json(desk: Desk) -> None:
    blocks = [{"type": "divider", "block_id": "d"}, {"type": "header", "block_id": "h"}]
    blocks[1]["text"] = {"type": "plain_text", "text": "Hi"}  # type: ignore[assignment]
    by_form = desk.form(
        "chat.postMessage", channel=NORTHWIND, text="x", blocks=json.dumps(blocks), mrkdwn="1"
    )
    by_json = desk.call("chat.postMessage", channel=NORTHWIND, text="x", blocks=blocks, mrkdwn=True)
    assert by_form["message"]["blocks"] == by_json["message"]["blocks"] == blocks


def parts(**fields: str) -> bytes:
    head = 'Content-Disposition: form-data; name="'
    shown = [f'--b\r\n{head}{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    return "".join([*shown, "--b--\r\n"]).encode()


def test_a_form_in_parts_is_a_form(desk: Desk) -> None:
    """As `curl --form` posts it."""
    headers = {"content-type": "multipart/form-data; boundary=b"}
    body = parts(token=desk.workspace.app.bot_token, channel=NORTHWIND, text="héllo & more")
    _, answer = desk.run(desk.request("/api/chat.postMessage", headers=headers, body=body))
    assert json.loads(answer)["message"]["text"] == "héllo & more"
    with_file = body.replace(b'name="text"', b'name="text"; filename="text.txt"')
    _, answer = desk.run(desk.request("/api/chat.postMessage", headers=headers, body=with_file))
    assert json.loads(answer)["error"] == "invalid_form_data"


def test_arguments_may_stand_in_the_query(desk: Desk) -> None:
    headers = {"authorization": f"Bearer {desk.workspace.app.bot_token}"}
    status, body = desk.run(
        desk.request("/api/users.info?user=U0MAYA0001", verb="GET", headers=headers)
    )
    assert status == 200
    assert json.loads(body)["user"]["name"] == "maya"


@pytest.mark.parametrize(
    ("content_type", "body", "error"),
    [
        ("application/json", b"{", "invalid_json"),
        ("application/json", b"[]", "json_not_object"),
        ("application/x-www-form-urlencoded", b"\xff", "invalid_form_data"),
        ("multipart/form-data; boundary=b", b"nothing", "invalid_form_data"),
        ("multipart/form-data", b"--b--", "invalid_form_data"),
        ("text/csv", b"a,b", "invalid_post_type"),
        ("", b"a=b", "missing_post_type"),
    ],
)
def test_an_unreadable_body_is_refused(
    desk: Desk, content_type: str, body: bytes, error: str
) -> None:
    headers = {"content-type": content_type} if content_type else {}
    _, answer = desk.run(desk.request("/api/chat.postMessage", headers=headers, body=body))
    assert json.loads(answer)["error"] == error


HALF = r'"half \ud800 and \ud83d\ude00"'
MENDED = "half \ufffd and \U0001f600"


def test_half_a_character_harms_no_page(desk: Desk) -> None:
    """JSON can write it, and nothing that is sent on could."""
    token = desk.workspace.app.bot_token
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    body = f'{{"channel": "{NORTHWIND}", "text": {HALF}}}'.encode()
    _, answer = desk.run(desk.request("/api/chat.postMessage", headers=headers, body=body))
    assert json.loads(answer)["message"]["text"] == MENDED
    block = f'[{{"type": "section", "text": {{"type": "mrkdwn", "text": {HALF}}}}}]'
    posted = desk.form("chat.postMessage", channel=NORTHWIND, text="x", blocks=block)
    assert posted["message"]["blocks"][0]["text"]["text"] == MENDED
    assert desk.run(desk.request(f"/?as={MAYA}&place={NORTHWIND}", verb="GET"))[0] == 200
    assert desk.call("users.list", cursor="\ud800")["error"] == "invalid_cursor"


def test_json_that_is_nested_beyond_reading_is_none(desk: Desk) -> None:
    headers = {"content-type": "application/json"}
    body = b"[" * 200_000
    _, answer = desk.run(desk.request("/api/chat.postMessage", headers=headers, body=body))
    assert json.loads(answer)["error"] == "invalid_json"


def test_json_in_a_form_field_must_be_json(desk: Desk) -> None:
    answer = desk.form("chat.postMessage", channel=NORTHWIND, text="x", blocks="[{")
    assert answer["error"] == "invalid_arguments"


def test_api_test_echoes_and_fails_on_demand(desk: Desk) -> None:
    assert desk.call("api.test", token=None, colour="red")["args"] == {"colour": "red"}
    assert desk.call("api.test", token=None, error="my_error")["error"] == "my_error"


def test_auth_test_says_who_the_app_is(desk: Desk) -> None:
    answer = desk.call("auth.test")
    assert answer["user_id"] == "U0HANDOFF1"
    assert answer["bot_id"] == "B0HANDOFF1"
    assert answer["team_id"] == "T0MERIDIAN"


def test_another_host_name_is_refused(desk: Desk) -> None:
    status, _ = desk.run(desk.request("/api/api.test", headers={"host": "evil.example"}))
    assert status == 421


# ---- trouble on demand


def test_a_fault_refuses_before_anything_was_done(desk: Desk) -> None:
    desk.built.faults.add(Fault(method="chat.*", status=429, error="ratelimited", retry_after=7))
    headers = {
        "content-type": "application/json",
        "authorization": f"Bearer {desk.workspace.app.bot_token}",
    }
    body = json.dumps({"channel": NORTHWIND, "text": "x"}).encode()
    status, answer = desk.run(desk.request("/api/chat.postMessage", headers=headers, body=body))
    assert status == 429
    assert json.loads(answer)["error"] == "ratelimited"
    assert desk.workspace.channels[NORTHWIND].messages == {}
    assert desk.call("chat.postMessage", channel=NORTHWIND, text="x")["ok"]


def test_a_fault_can_lose_the_answer_after_the_work(desk: Desk) -> None:
    desk.built.faults.add(Fault(method="chat.postMessage", status=503, after=True))
    answer = desk.call("chat.postMessage", channel=NORTHWIND, text="once")
    assert answer["ok"] is False
    [message] = desk.workspace.channels[NORTHWIND].messages.values()
    assert message.text == "once"


@pytest.mark.parametrize("plan", [None, {"rules": []}], ids=["as it is", "under a plan of faults"])
def test_an_app_that_dies_in_the_middle_of_a_request_is_no_error_of_the_sandbox(
    desk: Desk, plan: dict[str, object] | None, caplog: pytest.LogCaptureFixture
) -> None:
    desk.built.edge.follow(read_plan(plan) if plan is not None else None)
    asked = {
        "type": "http",
        "method": "POST",
        "path": "/api/chat.postMessage",
        "query_string": b"",
        "headers": [
            (b"host", b"localhost"),
            (b"content-type", b"application/json"),
            (b"content-length", b"100"),
        ],
    }
    came: Iterator[Message] = iter(
        [
            {"type": "http.request", "body": b'{"channel":', "more_body": True},
            {"type": "http.disconnect"},
        ]
    )
    answered: list[str] = []
    before = len(desk.workspace.channels[NORTHWIND].messages)

    async def receive() -> Message:
        return next(came)

    async def send(message: Message) -> None:
        answered.append(message["type"])

    desk.run(desk.built.app(asked, receive, send))
    assert len(desk.workspace.channels[NORTHWIND].messages) == before
    assert answered == ["http.response.start", "http.response.body"]
    assert caplog.records == []
