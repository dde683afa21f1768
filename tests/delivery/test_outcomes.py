import http.client
import socket
import ssl
from datetime import timedelta
from urllib.error import URLError

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackObjectFormationError
from slack_sdk.web import SlackResponse

from bot.delivery.outcomes import Verdict, failed


def _refusal(
    error: str, *, status: int = 200, headers: dict[str, str] | None = None
) -> SlackApiError:
    response = SlackResponse(
        client=WebClient(),
        http_verb="POST",
        api_url="",
        req_args={},
        data={"ok": False, "error": error},
        headers=headers or {},
        status_code=status,
    )
    return SlackApiError("refused", response)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (_refusal("ratelimited", status=429), Verdict.LIMITED),
        (_refusal("rate_limited"), Verdict.LIMITED),
        (_refusal("internal_error"), Verdict.AMBIGUOUS),
        (_refusal("fatal_error"), Verdict.AMBIGUOUS),
        (_refusal("channel_not_found", status=503), Verdict.AMBIGUOUS),
        (_refusal("Received a response in a non-JSON format: <html>"), Verdict.AMBIGUOUS),
        (_refusal("channel_not_found"), Verdict.REFUSED),
        (_refusal("invalid_blocks"), Verdict.REFUSED),
        (_refusal("token_revoked"), Verdict.NO_ACCESS),
        (_refusal("team_access_not_granted"), Verdict.NO_ACCESS),
        (_refusal("ekm_access_denied"), Verdict.REFUSED),
        (_refusal("message_not_found"), Verdict.GONE),
        (_refusal("missing_scope"), Verdict.UNREADABLE),
        (SlackObjectFormationError("too long"), Verdict.REFUSED),
        (URLError(ConnectionRefusedError()), Verdict.NOT_SENT),
        (URLError(socket.gaierror()), Verdict.NOT_SENT),
        (URLError(ssl.SSLCertVerificationError()), Verdict.NOT_SENT),
        (URLError(ssl.SSLEOFError()), Verdict.AMBIGUOUS),
        (URLError(TimeoutError()), Verdict.AMBIGUOUS),
        (TimeoutError(), Verdict.AMBIGUOUS),
        (ConnectionResetError(), Verdict.AMBIGUOUS),
        (http.client.RemoteDisconnected("closed"), Verdict.AMBIGUOUS),
        (http.client.IncompleteRead(b""), Verdict.AMBIGUOUS),
        (UnicodeDecodeError("utf-8", b"", 0, 1, ""), Verdict.AMBIGUOUS),
    ],
)
def test_only_what_is_certain_is_treated_as_certain(error: Exception, verdict: Verdict) -> None:
    assert failed(error).verdict is verdict


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"retry-after": "3"}, 3),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "soon"}, 30),
        ({}, 30),
    ],
)
def test_the_time_to_wait_is_slacks_or_half_a_minute(headers: dict[str, str], seconds: int) -> None:
    outcome = failed(_refusal("ratelimited", status=429, headers=headers))
    assert outcome.retry_after == timedelta(seconds=seconds)


def test_an_answer_that_is_no_json_leaves_no_trace_of_its_words() -> None:
    outcome = failed(_refusal("Received a response in a non-JSON format: secret words"))
    assert "secret" not in outcome.word
