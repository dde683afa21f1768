"""What people do, as the signed requests that Slack sends for it."""

import itertools
import json
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from slack_sdk.signature import SignatureVerifier

from benchmarks.bot_process import NOTHING, OURS
from benchmarks.seeding import REVOPS, Assigned
from benchmarks.slack_stub import RESPONSE_URL, TEAM_ID
from bot.views.ids import ActionId, CommandId
from bot.views.payload import Ref


class SlackActs:
    """Whole HTTP requests, each signed now and each an act of its own."""

    def __init__(
        self, *, bot_url: str, slack_url: str, signing_secret: str, card: list[dict[str, Any]]
    ) -> None:
        self._host = urlsplit(bot_url).netloc
        self._response_url = f"{slack_url}/{RESPONSE_URL}"
        self._signer = SignatureVerifier(signing_secret)
        self._card = card
        self._began = int(time.time())
        self._numbers = itertools.count(1)

    def acknowledge(self, at: Assigned) -> bytes:
        """*Acknowledge* on the card in the deal channel, pressed by the CSM."""
        return self._press(OURS, ActionId.ACKNOWLEDGE, at)

    def undo(self, at: Assigned) -> bytes:
        """*Undo* of that."""
        return self._press(OURS, ActionId.UNDO_ACKNOWLEDGE, at)

    def open_whole(self, at: Assigned) -> bytes:
        """*Open* on the card: the whole handoff in a modal."""
        return self._press(OURS, ActionId.OPEN_HANDOFF, at)

    def open_form(self, at: Assigned) -> bytes:
        """*Cancel* in the menu: a small form, of which Slack is told before the answer."""
        ref = Ref(handoff=at.handoff_id)
        return self.press(
            OURS, ActionId.OPEN_CANCEL, ref, REVOPS, channel=at.channel, team_id=at.team_id
        )

    def nothing(self, prefix: str, at: Assigned) -> bytes:
        """The same press on a listener that does nothing."""
        return self._press(prefix, NOTHING, at)

    def submit(self, prefix: str, view: dict[str, Any], user: str) -> bytes:
        """A form submitted by a person; `view` is all of it, as Slack sends it."""
        number = next(self._numbers)
        payload = {
            "type": "view_submission",
            "team": {"id": TEAM_ID, "domain": "benchmark"},
            "user": {"id": user, "username": "maya", "team_id": TEAM_ID},
            "api_app_id": "A0BENCH001",
            "token": "unused",
            "trigger_id": f"{number}.1.{self._began:x}",
            "view": {
                **view,
                "id": f"V{number:010d}",
                "hash": f"{self._began}.{number}",
                "team_id": TEAM_ID,
                "app_id": "A0BENCH001",
                "bot_id": "B0BENCH001",
                "root_view_id": f"V{number:010d}",
                "previous_view_id": None,
            },
            "response_urls": [],
            "is_enterprise_install": False,
            "enterprise": None,
        }
        return self._request(prefix, {"payload": json.dumps(payload)})

    def status(self, at: Assigned) -> bytes:
        """`/handoff-status` by somebody who sees all handoffs."""
        return self._request(
            OURS,
            {
                "command": CommandId.STATUS.value,
                "text": "",
                "user_id": REVOPS,
                "user_name": "wren",
                "team_id": TEAM_ID,
                "team_domain": "benchmark",
                "channel_id": at.channel,
                "channel_name": "deal",
                "api_app_id": "A0BENCH001",
                "is_enterprise_install": "false",
                "response_url": self._response_url,
                "trigger_id": f"{next(self._numbers)}.1.{self._began:x}",
            },
        )

    def _press(self, prefix: str, action_id: str, at: Assigned) -> bytes:
        ref = Ref(handoff=at.handoff_id, revision=at.brief_version)
        return self.press(prefix, action_id, ref, at.csm, channel=at.channel, team_id=at.team_id)

    def press(
        self,
        prefix: str,
        action_id: str,
        ref: Ref,
        user: str,
        *,
        channel: str = "C0DEAL000000",
        team_id: str = TEAM_ID,
    ) -> bytes:
        """A button in a message, pressed by a person."""
        number = next(self._numbers)
        ts = f"1790000000.{ref.handoff:06d}"
        payload = {
            "type": "block_actions",
            "user": {"id": user, "username": "jonas", "team_id": TEAM_ID},
            "api_app_id": "A0BENCH001",
            "token": "unused",
            "container": {"type": "message", "message_ts": ts, "channel_id": channel},
            "trigger_id": f"{number}.1.{self._began:x}",
            "team": {"id": team_id, "domain": "benchmark"},
            "enterprise": None,
            "is_enterprise_install": False,
            "channel": {"id": channel, "name": "deal"},
            "message": {"type": "message", "ts": ts, "text": "", "blocks": self._card},
            "response_url": self._response_url,
            "actions": [
                {
                    "type": "button",
                    "action_id": action_id,
                    "block_id": "acts",
                    "text": {"type": "plain_text", "text": "Acknowledge", "emoji": True},
                    "value": ref.dump(),
                    "action_ts": f"{self._began + number // 1_000_000}.{number % 1_000_000:06d}",
                }
            ],
        }
        return self._request(prefix, {"payload": json.dumps(payload)})

    def _request(self, prefix: str, fields: dict[str, str]) -> bytes:
        body = urlencode(fields)
        timestamp = str(int(time.time()))
        signature = self._signer.generate_signature(timestamp=timestamp, body=body)
        lines = [
            f"POST {prefix}/slack/events HTTP/1.1",
            f"Host: {self._host}",
            "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)",
            "Accept: */*",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
            f"X-Slack-Request-Timestamp: {timestamp}",
            f"X-Slack-Signature: {signature}",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
