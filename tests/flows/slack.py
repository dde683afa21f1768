"""A Slack made by hand for the app's conversations: people, channels, views and whispers."""

import itertools
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.sandbox.blockkit import Surface, check_view
from tests.builders import FakeMachine

TEAM, BOT_USER, DEAL = "T100", "U0BOT", "C0DEAL"
Json = dict[str, Any]


def account(slack_id: str, **said: object) -> Json:
    """A user object as `users.info` gives it."""
    return {
        "id": slack_id,
        "team_id": TEAM,
        "real_name": slack_id.title(),
        "tz": "Europe/Berlin",
        **said,
    }


NOT_MEMBERS: dict[str, Json] = {
    "U0GUEST": account("U0GUEST", is_restricted=True),
    "U0ROBOT": account("U0ROBOT", is_bot=True),
    "U0GONE": account("U0GONE", deleted=True),
    "U0STRANGER": account("U0STRANGER", team_id="T0ELSEWHERE", is_stranger=True),
}
"""Accounts the bot never met and that may do nothing."""


def check_modal(view: Json) -> None:
    """Raise unless Slack would show this; the builders' people have ids Slack would never give."""
    text = re.sub(r'"initial_user": "\w+"', '"initial_user": "U0INVENTED1"', json.dumps(view))
    check_view(json.loads(text), Surface.MODAL)


class SlackByHand(WebClient):
    """Takes calls, checks every view as Slack would, and answers about people and channels."""

    def __init__(self) -> None:
        super().__init__(token="xoxb-invented", retry_handlers=[])
        self.calls: list[tuple[str, Json]] = []
        self.number = itertools.count(1)
        self.silent: set[str] = set()
        self.ends: dict[str, Exception] = {}
        """How calls of a method end, where they do not end well."""
        self.takes = timedelta(0)
        """How long every call takes, on the machine's clock; its time-out ends it."""
        self.machine: FakeMachine | None = None
        self.users = dict(NOT_MEMBERS)
        self.channels: dict[str, Json] = {}
        self.members: dict[str, list[str]] = {}
        self.profile_fields: list[Json] = []
        self.profiles: dict[str, Json | None] = {}
        """What stands in the custom fields of each; Slack gives nothing for who filled none."""
        self.refuses_channels: str | None = None
        """Slack's word for why the bot may make none."""
        self.loses_answers = False
        """A channel is made, and nobody hears of it."""

    def api_call(self, api_method: str, **given: Any) -> SlackResponse:
        args = given.get("json") or given.get("params") or given.get("data") or {}
        if self.machine is not None:
            self.machine.advance(min(self.takes, timedelta(seconds=self.timeout)))
        if api_method in self.silent or self.takes > timedelta(seconds=self.timeout):
            raise TimeoutError("timed out")
        if api_method in self.ends:
            raise self.ends[api_method]
        if "view" in args:
            check_modal(args["view"])
        self.calls.append((api_method, args))
        answer: Json = {}
        if api_method == "users.info":
            answer["user"] = self._known(self.users, args["user"], "user_not_found")
        elif api_method == "team.profile.get":
            answer["profile"] = {"fields": self.profile_fields}
        elif api_method == "users.profile.get":
            self._known(self.users, args["user"], "user_not_found")
            answer["profile"] = {"fields": self.profiles.get(args["user"])}
        elif api_method == "conversations.info":
            answer["channel"] = self._known(self.channels, args["channel"], "channel_not_found")
        elif api_method == "conversations.create":
            answer["channel"] = self._make(args["name"])
        elif api_method == "conversations.list":
            answer["channels"] = [one for one in self.channels.values() if one.get("is_private")]
        elif api_method == "chat.getPermalink":
            answer["permalink"] = self._address(args["channel"], args["message_ts"])
        elif api_method == "conversations.members":
            answer["members"] = self.members.get(args["channel"], [])
        return self._response({"ok": True, **answer})

    def _address(self, channel: str, ts: str) -> str:
        if not self.channels.get(channel, {}).get("is_member"):
            raise self.refusal("channel_not_found")
        return f"https://invented.slack.com/archives/{channel}/p{ts.replace('.', '')}?from=slack"

    def _make(self, name: str) -> Json:
        if self.refuses_channels is not None:
            raise self.refusal(self.refuses_channels)
        if any(one["name"] == name for one in self.channels.values()):
            raise self.refusal("name_taken")
        made: Json = {
            "id": f"G0MADE{next(self.number)}",
            "name": name,
            "creator": BOT_USER,
            "is_private": True,
            "is_member": True,
        }
        self.channels[made["id"]] = made
        if self.loses_answers:
            raise TimeoutError("timed out")
        return made

    def called(self, method: str) -> list[Json]:
        """The arguments of every call of a method."""
        return [args for name, args in list(self.calls) if name == method]

    def _known(self, kept: Mapping[str, Json], key: str, error: str) -> Json:
        if key not in kept:
            raise self.refusal(error)
        return kept[key]

    def refusal(self, error: str) -> SlackApiError:
        """How a call ends that Slack refuses with this word."""
        answer = self._response({"ok": False, "error": error})
        return SlackApiError("refused", answer)  # type: ignore[no-untyped-call]

    def _response(self, data: Json) -> SlackResponse:
        return SlackResponse(
            client=self,
            http_verb="POST",
            api_url="",
            req_args={},
            data=data,
            headers={},
            status_code=200,
        )


class Whispers:
    """Where `response_url` leads: what only the person who pressed is shown."""

    def __init__(self) -> None:
        self.heard: dict[str, list[Json]] = {}
        whispers = self

        class Listening(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told = self.rfile.read(int(self.headers["Content-Length"]))
                whispers.heard.setdefault(self.path, []).append(json.loads(told))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Listening)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @contextmanager
    def listening(self) -> Iterator["Whispers"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
