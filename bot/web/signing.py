"""Slack's request signature, checked before anything of the body is read or logged."""

from collections.abc import Callable, Mapping

from slack_sdk.signature import Clock, SignatureVerifier

TIMESTAMP = "x-slack-request-timestamp"
SIGNATURE = "x-slack-signature"
LONGEST_TIMESTAMP = 12
"""Digits; a number of many more cannot be subtracted from the time."""


class Signed:
    """Tells genuine requests from all others; `now` is Slack's time, in seconds since 1970."""

    def __init__(self, signing_secret: str, now: Callable[[], float]) -> None:
        self._verifier = SignatureVerifier(signing_secret, _SlacksClock(now))

    def genuine(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Whether Slack signed exactly this body within the last five minutes."""
        timestamp, signature = headers.get(TIMESTAMP), headers.get(SIGNATURE)
        if not timestamp or not signature or not timestamp.isascii() or not timestamp.isdigit():
            return False
        if len(timestamp) > LONGEST_TIMESTAMP or not signature.isascii():
            return False
        try:
            return self._verifier.is_valid(body, timestamp, signature)
        except UnicodeDecodeError:  # A body that is no text was not written by Slack.
            return False


class _SlacksClock(Clock):
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now

    def now(self) -> float:
        return self._now()
