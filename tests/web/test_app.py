"""What is not from Slack is refused before anything of it is read, run or logged."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_bolt import Ack, App, BoltResponse
from slack_bolt.authorization import AuthorizeResult

from bot.web.app import LARGEST_BODY, Health, build_web
from tests.web.asgi import Reply, request

SECRET = "an invented signing secret"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def well() -> None:
    return None


class Endpoint:
    """The Slack endpoint with one command behind it, and how often that ran."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.ran = 0
        bolt = App(
            authorize=lambda: AuthorizeResult(
                enterprise_id=None, team_id="T1", bot_token="xoxb-1", bot_user_id="U1"
            ),
            process_before_response=True,
            request_verification_enabled=False,
            raise_error_for_unhandled_request=True,
        )
        # Bolt's own handlers write the body of what they do not know into the log.
        bolt.error(lambda error: BoltResponse(status=404))

        def answer(ack: Ack) -> None:
            self.ran += 1
            ack("seen")

        bolt.command("/handoff")(answer)
        health = Health(alive=well, ready=lambda: "The database does not answer.")
        self.app = build_web(health=health, bolt=bolt, signing_secret=SECRET, threads=2, now=now)

    def post(
        self,
        body: bytes,
        *,
        kind: str = FORM,
        at: int | str | None = None,
        signature: Callable[[str, bytes], str | None] = lambda at, body: sign(at, body),
    ) -> Reply:
        timestamp = str(at if at is not None else int(time.time()))
        headers = {"content-type": kind, "x-slack-request-timestamp": timestamp}
        signed = signature(timestamp, body)
        if signed is not None:
            headers["x-slack-signature"] = signed
        return request(self.app, "POST", "/slack/events", body=body, headers=headers)


@pytest.fixture(scope="module")
def endpoint() -> Endpoint:
    return Endpoint()


def sign(timestamp: str, body: bytes) -> str:
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(SECRET.encode(), base, hashlib.sha256).hexdigest()


def command(**more: str) -> bytes:
    fields = {"command": "/handoff", "team_id": "T1", "user_id": "U2", "text": "", **more}
    return urlencode(fields).encode()


def test_a_signed_command_is_answered(endpoint: Endpoint) -> None:
    before = endpoint.ran
    assert endpoint.post(command()) == Reply(200, b"seen")
    assert endpoint.ran == before + 1


def test_a_forged_signature_is_refused_and_nothing_runs(endpoint: Endpoint) -> None:
    before = endpoint.ran
    forged: list[Callable[[str, bytes], str | None]] = [
        lambda at, body: None,
        lambda at, body: "",
        lambda at, body: "v0=" + "0" * 64,
        lambda at, body: sign(at, body + b"x"),
        lambda at, body: sign(at, body).upper(),
        lambda at, body: "v0=\xe9",
    ]
    for signature in forged:
        assert endpoint.post(command(), signature=signature).status == 401
    assert endpoint.ran == before


def test_a_stale_or_unreadable_timestamp_is_refused(endpoint: Endpoint) -> None:
    before = endpoint.ran
    now = int(time.time())
    for at in (now - 301, now + 400, -1, 0, "9" * 400, "9" * 5000):
        assert endpoint.post(command(), at=at).status == 401
    assert endpoint.ran == before


def test_how_old_a_request_is_is_told_by_slacks_time_and_not_by_this_machines() -> None:
    ahead = 1200
    endpoint = Endpoint(now=lambda: time.time() + ahead)
    stamped = int(time.time())
    assert endpoint.post(command(), at=stamped).status == 401
    assert endpoint.post(command(), at=stamped + ahead) == Reply(200, b"seen")


@settings(deadline=None, max_examples=60)
@given(body=st.binary(max_size=300), signature=st.text(max_size=80), at=st.text(max_size=12))
def test_random_unsigned_bodies_are_refused(
    endpoint: Endpoint, body: bytes, signature: str, at: str
) -> None:
    before = endpoint.ran
    headers = {
        "content-type": JSON,
        "x-slack-request-timestamp": at.encode("ascii", "replace").decode(),
        "x-slack-signature": signature.encode("latin-1", "replace").decode("latin-1"),
    }
    reply = request(endpoint.app, "POST", "/slack/events", body=body, headers=headers)
    assert reply.status == 401
    assert endpoint.ran == before


def test_a_refusal_logs_nothing_of_the_body(endpoint: Endpoint) -> None:
    with structlog.testing.capture_logs() as logs:
        endpoint.post(command(text="the customer's secret"), signature=lambda at, body: "v0=1")
    assert logs
    assert "secret" not in json.dumps(logs)


def test_a_body_larger_than_slack_sends_is_refused(endpoint: Endpoint) -> None:
    assert endpoint.post(b"x" * (LARGEST_BODY + 1)).status == 413


def test_health_says_what_is_wrong(endpoint: Endpoint) -> None:
    assert request(endpoint.app, "GET", "/healthz").status == 200
    unwell = request(endpoint.app, "GET", "/readyz")
    assert unwell.status == 503
    content: dict[str, Any] = json.loads(unwell.body)
    assert content["problem"] == "The database does not answer."


def test_without_a_secret_there_is_no_slack_endpoint() -> None:
    app = build_web(
        health=Health(alive=well, ready=well), bolt=None, signing_secret=None, threads=1
    )
    assert request(app, "POST", "/slack/events").status == 404
    assert request(app, "GET", "/readyz").status == 200
