"""What the end of a call to Slack means for the thing that was to be sent."""

import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackObjectFormationError, SlackRequestError
from slack_sdk.web import SlackResponse

from bot.slack_calls import CALL_FAILED, NoToken


class Verdict(StrEnum):
    """How a call ended, as far as we can know."""

    OK = "ok"
    LIMITED = "limited"
    NOT_SENT = "not_sent"
    """Certainly not: the connection never stood."""
    REFUSED = "refused"
    """Slack will never take this one as it is."""
    NO_ACCESS = "no_access"
    """Slack refuses the workspace's token, whatever is sent."""
    GONE = "gone"
    """The message to edit cannot be edited any more."""
    UNREADABLE = "unreadable"
    """A scope is missing."""
    AMBIGUOUS = "ambiguous"
    """It may have been taken."""


@dataclass(frozen=True)
class Outcome:
    """The end of a call: Slack's answer, or a short word for why there is none."""

    verdict: Verdict
    reason: str = ""
    retry_after: timedelta = timedelta(0)
    answer: Mapping[str, Any] | None = None
    date: datetime | None = None
    """What Slack's clock showed when it answered; None where it did not."""
    lacking: frozenset[str] = frozenset()
    """The scopes the app would need and does not have, as far as Slack names them."""

    @property
    def word(self) -> str:
        """Slack's word for it, for a row or a log; never text that people wrote."""
        return self.reason[:_LONGEST_WORD] or self.verdict.value


Heard = Callable[[int, str, Outcome, float], object]
"""Is told in which workspace a call of a method ended how, after so many seconds."""


def unheard(_workspace_id: int, _method: str, _outcome: Outcome, _took: float) -> None:
    """Nobody listens."""


_LONGEST_WORD = 80
FIXED = frozenset({"edit_window_closed", "cant_update_message"})
"""Of what cannot be edited any more: it stands all the same."""
# Not among these is `ekm_access_denied`, "administrators have suspended the ability to post a
# message": an organization may revoke its keys for one channel, or for some hours of it, alone.
_NO_ACCESS = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "org_login_required",
        # "The token used is not granted the specific workspace access required": an organization
        # grants that, and takes it away, for a workspace as a whole.
        "team_access_not_granted",
        "not_allowed_token_type",
        # Nothing goes out from this network, or for this account, until somebody mends it.
        "accesslimited",
        "two_factor_setup_required",
    }
)
_GONE = frozenset({"message_not_found", *FIXED})
# Slack's own words for "some aspect of the operation may have succeeded", and for trouble on its
# side; of these nothing can be concluded.
_AMBIGUOUS = frozenset(
    {
        "fatal_error",
        "internal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "update_failed",
        "external_channel_migrating",
    }
)
_LIMITED = frozenset({"ratelimited", "rate_limited"})
_WITHOUT_A_TIME = timedelta(seconds=30)
_TOO_MANY = 429
_SERVER_ERRORS = 500


def answered(response: SlackResponse) -> Outcome:
    """Slack took it."""
    data = response.data
    date = date_of(response.headers)
    return Outcome(Verdict.OK, answer=data if isinstance(data, dict) else {}, date=date)


def listened(
    heard: Callable[[Outcome, float], object], call: Callable[[], SlackResponse]
) -> SlackResponse:
    """Make a call of which somebody is to hear how it ended; raises what the call does."""
    began = time.monotonic()
    try:
        told = call()
    except CALL_FAILED as error:
        heard(failed(error), time.monotonic() - began)
        raise
    heard(answered(told), time.monotonic() - began)
    return told


def failed(error: Exception) -> Outcome:
    """Classify what a call raised; whatever is not certain is ambiguous."""
    if isinstance(error, SlackApiError):
        return replace(_refusal(error), date=date_of(getattr(error.response, "headers", {})))
    if isinstance(error, NoToken):
        return Outcome(Verdict.NO_ACCESS, "no_token")
    if isinstance(error, SlackObjectFormationError | SlackRequestError):
        # The SDK found our own arguments wrong before anything was sent.
        return Outcome(Verdict.REFUSED, type(error).__name__)
    if isinstance(error, URLError) and _never_connected(error.reason):
        return Outcome(Verdict.NOT_SENT, type(error.reason).__name__)
    return Outcome(Verdict.AMBIGUOUS, type(error).__name__)


def _never_connected(reason: object) -> bool:
    # urllib wraps only what went wrong up to the end of sending; an end of the TLS connection in
    # the middle of that says nothing about what has arrived.
    if isinstance(reason, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return False
    return isinstance(reason, ConnectionRefusedError | socket.gaierror | ssl.SSLError)


def _refusal(error: SlackApiError) -> Outcome:
    response = error.response
    status = getattr(response, "status_code", 0)
    name = str(response.get("error") or "")
    if status == _TOO_MANY or name in _LIMITED:
        return Outcome(Verdict.LIMITED, "rate_limited", _retry_after(response))
    if status >= _SERVER_ERRORS:
        return Outcome(Verdict.AMBIGUOUS, f"http_{status}")
    if not name or not name.replace("_", "").isalnum() or name in _AMBIGUOUS:
        # A body that is not JSON ends up here with the SDK's own sentence for a name.
        return Outcome(Verdict.AMBIGUOUS, name if name in _AMBIGUOUS else "unreadable_answer")
    if name in _NO_ACCESS:
        return Outcome(Verdict.NO_ACCESS, name)
    if name in _GONE:
        return Outcome(Verdict.GONE, name)
    if name == "missing_scope":
        return Outcome(Verdict.UNREADABLE, name, lacking=_lacking(response))
    return Outcome(Verdict.REFUSED, name)


def date_of(headers: Mapping[str, Any] | None) -> datetime | None:
    """The Date header of an answer; None where there is none that can be read."""
    named = {name.lower(): value for name, value in (headers or {}).items()}
    try:
        told = parsedate_to_datetime(named["date"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return told if told.utcoffset() is not None else told.replace(tzinfo=UTC)


def _lacking(response: SlackResponse | Mapping[str, Any]) -> frozenset[str]:
    needed = _scopes(response.get("needed"))
    return needed - _scopes(response.get("provided")) or needed


def _scopes(listed: object) -> frozenset[str]:
    """Slack's list of scopes, with commas between them."""
    found = listed.split(",") if isinstance(listed, str) else ()
    return frozenset(one.strip() for one in found if one.strip())


def _retry_after(response: SlackResponse | Mapping[str, Any]) -> timedelta:
    headers = {name.lower(): value for name, value in getattr(response, "headers", {}).items()}
    try:
        return timedelta(seconds=max(1.0, float(headers["retry-after"])))
    except (KeyError, TypeError, ValueError):
        return _WITHOUT_A_TIME
