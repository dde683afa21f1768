"""What every call to Slack has in common, whoever makes it."""

from http.client import HTTPException

from slack_sdk.errors import SlackClientError

CALL_FAILED = (SlackClientError, OSError, HTTPException, ValueError)
"""How a call ends that did not end well: refused, silent, cut off, or with an unreadable answer."""
