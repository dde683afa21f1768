"""Where a probe posts: looked at before, and cleared of all its messages afterwards."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.bootstrap import StartError
from bot.slack_calls import CALL_FAILED

EVENT_TYPE = "handoff_probe"
MOST_PEOPLE = 10
"""In a channel with more people than this a probe would disturb somebody."""
TOO_MANY = 429
MOST_PAUSES = 5
"""Times one call waits as long as Slack asks it to."""
LOOKS = (0.0, 0.3, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds before each look into the history, until what is looked for is there."""
LOOK_BACK, UNKNOWN_LOOK_BACK = 60.0, 3600.0
"""Seconds before the first message for which the history is read, and while that is not known."""
_PAGE = 100
_SERVER_ERRORS = 500
_UNCLEAR = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout"})
"""Slack's words after which a message may be there."""
_SHARED = ("is_shared", "is_ext_shared", "is_org_shared", "is_pending_ext_shared")
_GUEST = ("is_restricted", "is_ultra_restricted", "is_stranger")


@dataclass(frozen=True)
class Times:
    """The time, and waiting; tests have another."""

    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Posted:
    """A message of the probe's, and when its call began and ended by the wall clock here."""

    ts: str
    began: float
    ended: float
    date: str = ""
    """The answer's `Date` header."""

    @property
    def at(self) -> float:
        """When Slack took it, by Slack's clock."""
        return float(self.ts)


@dataclass
class Place:
    """One conversation; only messages with a key of this run are ever looked at."""

    client: WebClient
    channel: str
    run: str
    times: Times
    posted: dict[str, str] = field(default_factory=dict)
    """Slack's time of each message that is known to be there, by key."""
    keys: set[str] = field(default_factory=set)
    """Of all that was sent, whether or not it arrived."""
    oldest: float | None = None
    """From when the history is read, by Slack's clock; it is known once Slack took a message."""

    def key(self, name: str) -> str:
        """A key of this run, which is noted before anything is sent with it."""
        key = f"{self.run}-{name}"
        self.keys.add(key)
        return key

    def values(self, key: str, text: str, **more: Any) -> dict[str, Any]:
        """The arguments of a post."""
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": key}}
        return {"channel": self.channel, "text": text, "metadata": metadata, **more}

    def post(self, name: str, text: str, *, patient: bool = True, **more: Any) -> Posted:
        """Post one message; raises as a call of the SDK does."""
        key = self.key(name)
        values = self.values(key, text, **more)
        began = self.times.wall()

        def send() -> SlackResponse:
            nonlocal began
            began = self.times.wall()
            return self.client.chat_postMessage(**values)

        try:
            answer = self.patiently(send) if patient else send()
        except SlackApiError as error:
            if _certain(error):
                self.keys.discard(key)  # It is certainly not there.
            raise
        ended = self.times.wall()
        self.posted[key] = str(answer["ts"])
        self.oldest = float(answer["ts"]) - LOOK_BACK if self.oldest is None else self.oldest
        headers = {name.lower(): str(value) for name, value in (answer.headers or {}).items()}
        return Posted(str(answer["ts"]), began, ended, headers.get("date", ""))

    def seen(self, *, whole: bool = True) -> dict[str, Mapping[str, Any]]:
        """The probe's own messages of this run that the history shows now, by key.

        Without `whole` they are known by their time, as Slack may leave their metadata out.
        """
        found: dict[str, Mapping[str, Any]] = {}
        oldest = self.times.wall() - UNKNOWN_LOOK_BACK if self.oldest is None else self.oldest
        times = {ts: key for key, ts in self.posted.items()}
        cursor = ""
        while True:
            page = self.patiently(
                partial(
                    self.client.conversations_history,
                    channel=self.channel,
                    oldest=f"{oldest:.6f}",
                    include_all_metadata=whole,
                    limit=_PAGE,
                    cursor=cursor or None,
                )
            )
            for message in page["messages"]:
                key = key_in(message) or times.get(str(message.get("ts")))
                if key in self.keys:
                    found[str(key)] = message
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return found

    def patiently(self, call: Callable[[], SlackResponse]) -> SlackResponse:
        """Call, and again after as long as Slack asks for where it was too much."""
        for _ in range(MOST_PAUSES):
            try:
                return call()
            except SlackApiError as error:
                if error.response.status_code != TOO_MANY:
                    raise
                self.times.sleep(retry_after(error) or 1.0)
        return call()

    def clear(self, tell: Callable[[str], None]) -> dict[str, str]:
        """Delete all that this run posted, also what arrived unheard; gives what is left, by key.

        Of each that is left it says why. What is not known to be there is looked for as long as a
        question looks for a message, after all else is gone.
        """
        left = self._delete(self.posted)
        unheard = self.keys - set(self.posted)
        if unheard:
            tell("Looking for what may have arrived unheard, for a minute at most …")
            left |= self._delete_unheard(unheard)
        return left

    def _delete(self, posted: Mapping[str, str]) -> dict[str, str]:
        left = {}
        for key, ts in sorted(posted.items()):
            try:
                self.patiently(partial(self.client.chat_delete, channel=self.channel, ts=ts))
            except CALL_FAILED as error:
                if word(error) != "message_not_found":
                    left[key] = f"at {ts}: {word(error)}"
        return left

    def _delete_unheard(self, keys: set[str]) -> dict[str, str]:
        left: dict[str, str] = {}
        why = ""
        try:
            for wait in LOOKS:
                self.times.sleep(wait)
                try:
                    seen = self.seen()
                except CALL_FAILED as error:
                    why = f"the history was not read ({word(error)})"
                    if _certain(error):
                        break
                    continue
                why = f"the history did not show it for {sum(LOOKS):.0f} s"
                found = {key: str(seen[key]["ts"]) for key in keys & set(seen)}
                self.posted |= found
                left |= self._delete(found)
                keys = keys - set(found)
                if not keys:
                    break
        except KeyboardInterrupt:
            # Whoever asks a second time does not want to wait for it.
            why = "it was not looked for to the end"
        return left | dict.fromkeys(keys, f"may be there: {why}")


def _certain(error: Exception) -> bool:
    """Whether Slack refused a call for good, and did nothing."""
    return (
        isinstance(error, SlackApiError)
        and error.response.status_code < _SERVER_ERRORS
        and word(error) not in _UNCLEAR
    )


def key_in(message: Mapping[str, Any]) -> str | None:
    """The key of a message of a probe's; None of every other."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    return str((metadata.get("event_payload") or {}).get("key") or "") or None


def retry_after(error: SlackApiError) -> float | None:
    """The seconds Slack asks to wait."""
    headers = {str(name).lower(): value for name, value in error.response.headers.items()}
    told = headers.get("retry-after")
    told = told[0] if isinstance(told, list) else told
    try:
        return float(str(told))
    except ValueError:
        return None


def word(error: Exception) -> str:
    """Slack's word for a refusal, else the sort of the failure; never text of a message."""
    if isinstance(error, SlackApiError):
        if error.response.status_code == TOO_MANY:
            return "429"
        told = str(error.response.get("error") or "")
        return told if told.replace("_", "").isalnum() else f"http_{error.response.status_code}"
    return type(error).__name__


def find_place(
    client: WebClient, *, channel: str | None, user: str | None, run: str, times: Times
) -> Place:
    """The conversation to probe in; raises StartError where a probe might disturb somebody."""
    try:
        if (channel is None) == (user is None):
            raise StartError("Say --channel with a channel of tests, or --user with your own id.")
        if user is not None:
            _fit(client, user)
            opened = client.conversations_open(users=user)
            return Place(client, str(opened["channel"]["id"]), run, times)
        wanted = channel or ""
        told: Mapping[str, Any] = client.conversations_info(channel=wanted)["channel"]
        if not told.get("is_member"):
            raise StartError("--channel: the bot is not in it; invite it there first.")
        if told.get("is_archived"):
            raise StartError("--channel: it is archived.")
        if any(told.get(mark) for mark in _SHARED):
            raise StartError("--channel: it is shared with others; take one for tests.")
        people = _people(client, wanted)
        if len(people) > MOST_PEOPLE:
            raise StartError(
                f"--channel: it has more than {MOST_PEOPLE} people; take one for tests."
            )
        for one in people:
            _fit(client, one)
        return Place(client, wanted, run, times)
    except CALL_FAILED as error:
        raise StartError(f"Slack did not let the probe look around: {word(error)}.") from None


def _people(client: WebClient, channel: str) -> list[str]:
    """Who is in a channel, as far as it matters: more than a few are not read."""
    answer = client.conversations_members(channel=channel, limit=MOST_PEOPLE + 2)
    bot = client.auth_test()["user_id"]
    return [one for one in answer["members"] if one != bot]


def _fit(client: WebClient, user: str) -> None:
    told: Mapping[str, Any] = client.users_info(user=user)["user"]
    if any(told.get(mark) for mark in _GUEST):
        raise StartError("There is a guest in it: a probe stays among full members.")
