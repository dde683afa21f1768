"""A Slack made by hand, at the seam of the SDK's `api_call`, with a ledger of what was taken."""

import itertools
import json
import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from enum import Enum, auto
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from tests.builders import FakeMachine


class Fault(Enum):
    """What may go wrong with one call."""

    LIMITED = auto()
    SERVER_ERROR = auto()
    """Not taken."""
    TAKEN_THEN_SERVER_ERROR = auto()
    TAKEN_THEN_RESET = auto()
    TAKEN_THEN_SILENT = auto()
    SILENT = auto()
    TAKEN_LATE = auto()
    """The caller gives up; Slack takes it half a minute later."""
    NO_CONNECTION = auto()


LATE = timedelta(seconds=30)
RETRY_AFTER = 7
_PROMPT = (Fault.TAKEN_THEN_SERVER_ERROR, Fault.TAKEN_THEN_RESET, Fault.TAKEN_THEN_SILENT)


@dataclass(frozen=True)
class Refusal:
    """An answer with `ok: false`."""

    error: str


@dataclass
class Message:
    """One message as it stands in Slack."""

    channel: str
    ts: str
    args: dict[str, Any]
    thread_ts: str | None = None
    edits: int = 0
    deleted: dict[str, Any] = field(default_factory=dict)
    """What Slack shows in its place, where replies hang on it."""
    of_a_promise: bool = field(init=False)
    """Whether it was posted about one promise."""

    def __post_init__(self) -> None:
        about = r": (Promise \d+|No promises were made)( ·|$)"
        self.of_a_promise = bool(re.search(about, str(self.args.get("text"))))

    @property
    def key(self) -> str | None:
        payload: dict[str, str] = (self.args.get("metadata") or {}).get("event_payload", {})
        return payload.get("key")


@dataclass
class Upload:
    """A file that was begun."""

    id: str
    name: str
    length: int
    content: bytes | None = None


@dataclass
class Ledger:
    """What Slack has taken, in order."""

    messages: list[Message] = field(default_factory=list)
    whispers: list[dict[str, Any]] = field(default_factory=list)
    views: list[dict[str, Any]] = field(default_factory=list)
    invitations: list[tuple[str, str]] = field(default_factory=list)
    calls: list[tuple[str, float]] = field(default_factory=list)
    files: list["Upload"] = field(default_factory=list)
    """Those that were completed."""

    def in_channel(self, channel: str) -> list[Message]:
        """The messages of a conversation, less those about one promise each."""
        return [one for one in self.messages if one.channel == channel and not one.of_a_promise]

    def promises_in(self, channel: str) -> list[Message]:
        """The messages below the cards that are about one promise each."""
        return [one for one in self.all_in(channel) if one.of_a_promise]

    def all_in(self, channel: str) -> list[Message]:
        return [one for one in self.messages if one.channel == channel]

    def keys(self) -> list[str | None]:
        return [one.key for one in self.messages]


Trouble = Callable[[str, dict[str, Any]], "Fault | Refusal | None"]


def no_trouble(_method: str, _args: dict[str, Any]) -> None:
    return None


class Script:
    """Faults for the next calls of named methods, one each; then none."""

    def __init__(self, **planned: Iterable[Fault | Refusal | None]) -> None:
        self._planned = {name.replace("__", "."): deque(each) for name, each in planned.items()}

    def __call__(self, method: str, _args: dict[str, Any]) -> Fault | Refusal | None:
        queue = self._planned.get(method)
        return queue.popleft() if queue else None


class FakeSlack(WebClient):
    """Takes, refuses or loses calls as told; several threads may not use one."""

    def __init__(self, machine: FakeMachine, trouble: Trouble = no_trouble) -> None:
        super().__init__(token="xoxb-invented", retry_handlers=[])
        self.machine = machine
        self.trouble = trouble
        self.ledger = Ledger()
        self.without_scopes: set[str] = set()
        self.behind = timedelta(0)
        """By how much Slack's clock is behind this machine's."""
        self._late: list[tuple[float, str, dict[str, Any]]] = []
        self._number = itertools.count(1)
        self._begun: dict[str, Upload] = {}
        self.needed: str | None = None
        """What Slack says is needed where a scope is missing."""
        self.accounts: dict[str, dict[str, Any]] = {}
        """What `users.info` says of people, by Slack's id."""
        self.unlisted: set[str] = set()
        """Whom `users.list` leaves out."""
        self.members: dict[str, list[str]] = {}
        """Who is in a conversation."""
        self.conversations: dict[str, str] = {}
        """With whom the bot has another conversation than one named after them."""
        self.hides_before: float | None = None
        """A plan that shows only what was said since."""

    def api_call(self, api_method: str, **given: Any) -> SlackResponse:
        args: dict[str, Any] = given.get("json") or given.get("params") or {}
        args = {name: value for name, value in args.items() if value is not None}
        self.catch_up()
        self.ledger.calls.append((api_method, self.machine.monotonic()))
        if api_method in self.without_scopes:
            raise self._refused("missing_scope", needed=self.needed, provided="chat:write")
        fault = self.trouble(api_method, args)
        if isinstance(fault, Refusal):
            raise self._refused(fault.error)
        if fault in _PROMPT:
            self._take(api_method, args)
        if fault is Fault.TAKEN_LATE:
            at = self.machine.monotonic() + LATE.total_seconds()
            self._late.append((at, api_method, args))
        self._fail(fault)
        answer = self._take(api_method, args)
        return self._response({"ok": True, **answer})

    def catch_up(self) -> None:
        """Take what was on its way."""
        now = self.machine.monotonic()
        due = [one for one in self._late if one[0] <= now]
        self._late = [one for one in self._late if one[0] > now]
        for _, method, args in due:
            self._take(method, args)

    def _fail(self, fault: Fault | None) -> None:
        if fault is Fault.LIMITED:
            raise self._refused("ratelimited", status=429, headers={"Retry-After": RETRY_AFTER})
        if fault in (Fault.SERVER_ERROR, Fault.TAKEN_THEN_SERVER_ERROR):
            raise self._refused("Received an answer that is no JSON", status=503)
        if fault is Fault.TAKEN_THEN_RESET:
            raise ConnectionResetError(104, "reset by peer")
        if fault in (Fault.SILENT, Fault.TAKEN_THEN_SILENT, Fault.TAKEN_LATE):
            raise TimeoutError("timed out")
        if fault is Fault.NO_CONNECTION:
            raise URLError(ConnectionRefusedError(111, "refused"))

    def _response(
        self, data: dict[str, Any], status: int = 200, headers: dict[str, Any] | None = None
    ) -> SlackResponse:
        return SlackResponse(
            client=self,
            http_verb="POST",
            api_url="",
            req_args={},
            data=data,
            headers={"date": format_datetime(self.now(), usegmt=True), **(headers or {})},
            status_code=status,
        )

    def _refused(
        self,
        error: str,
        status: int = 200,
        headers: dict[str, Any] | None = None,
        **more: str | None,
    ) -> SlackApiError:
        answer = self._response({"ok": False, "error": error, **more}, status, headers)
        return SlackApiError("the call failed", answer)  # type: ignore[no-untyped-call]

    def now(self) -> datetime:
        """What Slack's own clock shows."""
        return self.machine.now() - self.behind

    # --- What Slack does

    def _take(self, method: str, args: dict[str, Any]) -> dict[str, Any]:
        act = {
            "auth.test": lambda _: {"team_id": "T100", "user_id": "U0BOT"},
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "chat.postEphemeral": self._whisper,
            "views.publish": self._publish,
            "conversations.open": self._open,
            "conversations.invite": self._invite,
            "conversations.history": self._history,
            "conversations.replies": self._history,
            "conversations.info": self._conversation,
            "conversations.members": self._members,
            "users.info": self._account,
            "users.list": self._accounts,
            "files.getUploadURLExternal": self._begin_file,
            "files.completeUploadExternal": self._complete_file,
        }[method]
        return act(args)

    def _post(self, args: dict[str, Any]) -> dict[str, Any]:
        below = args.get("thread_ts")
        if below and all(one.ts != below for one in self.ledger.all_in(args["channel"])):
            raise self._refused("thread_not_found")
        stamp = self.now().timestamp() + next(self._number) / 1_000_000
        message = Message(args["channel"], f"{stamp:.6f}", args, args.get("thread_ts"))
        self.ledger.messages.append(message)
        return {"channel": message.channel, "ts": message.ts}

    def _update(self, args: dict[str, Any]) -> dict[str, Any]:
        for message in self.ledger.messages:
            this = (message.channel, message.ts) == (args["channel"], args["ts"])
            if this and not message.deleted:
                message.args = {**message.args, **args}
                message.edits += 1
                return {"channel": message.channel, "ts": message.ts}
        raise self._refused("message_not_found")

    def delete(self, message: Message) -> None:
        """Somebody deletes a message: with replies below it a stone is left."""
        replies = any(one.thread_ts == message.ts for one in self.ledger.all_in(message.channel))
        if replies:
            message.deleted = {"subtype": "tombstone", "user": "USLACKBOT"}
        else:
            self.ledger.messages.remove(message)

    def _delete(self, args: dict[str, Any]) -> dict[str, Any]:
        for message in self.ledger.messages:
            if (message.channel, message.ts) == (args["channel"], args["ts"]):
                self.ledger.messages.remove(message)
                return {"channel": message.channel, "ts": message.ts}
        raise self._refused("message_not_found")

    def _whisper(self, args: dict[str, Any]) -> dict[str, Any]:
        self.ledger.whispers.append(args)
        return {"message_ts": "1.000001"}

    def _publish(self, args: dict[str, Any]) -> dict[str, Any]:
        self.ledger.views.append(args)
        return {"view": {"id": "V1"}}

    def _open(self, args: dict[str, Any]) -> dict[str, Any]:
        return {"channel": {"id": self.conversations.get(args["users"], f"D-{args['users']}")}}

    def _invite(self, args: dict[str, Any]) -> dict[str, Any]:
        self.ledger.invitations.append((args["channel"], args["users"]))
        return {"channel": {"id": args["channel"]}}

    def put(self, _client: WebClient, url: str, content: bytes) -> None:
        """Take the content of a file, as a sender brings it to the address it was given."""
        self.ledger.calls.append(("upload", self.machine.monotonic()))
        fault = self.trouble("upload", {})
        if fault is not None:
            raise TimeoutError("timed out") if fault is Fault.SILENT else URLError("refused")
        begun = self._begun[url]
        assert len(content) == begun.length
        begun.content = content

    def _begin_file(self, args: dict[str, Any]) -> dict[str, Any]:
        number = next(self._number)
        begun = Upload(f"F{number:06d}", args["filename"], int(args["length"]))
        url = f"https://files.slack.com/upload/{number}"
        self._begun[url] = begun
        return {"upload_url": url, "file_id": begun.id}

    def _complete_file(self, args: dict[str, Any]) -> dict[str, Any]:
        (wanted,) = json.loads(args["files"])
        found = [one for one in self._begun.values() if one.id == wanted["id"]]
        if not found or found[0].content is None:
            raise self._refused("file_not_found")
        stamp = self.now().timestamp() + next(self._number) / 1_000_000
        shown = {"text": args["initial_comment"], "files": [{"id": wanted["id"]}]}
        self.ledger.messages.append(Message(args["channel_id"], f"{stamp:.6f}", shown))
        self.ledger.files.append(found[0])
        return {"files": [{"id": wanted["id"]}]}

    def _history(self, args: dict[str, Any]) -> dict[str, Any]:
        """Newest first; of a thread its first message, and then the oldest first."""
        inside = bool(args.get("inclusive"))
        oldest, latest = float(args["oldest"]), float(args.get("latest", "inf"))
        found = [
            one
            for one in reversed(self.ledger.all_in(args["channel"]))
            if one.thread_ts == args.get("ts")
            and (oldest < float(one.ts) < latest or (inside and float(one.ts) in (oldest, latest)))
        ]
        if args.get("ts") is not None:
            whole = self.ledger.all_in(args["channel"])
            head = [one for one in whole if one.ts == args["ts"]]
            if not head:
                raise self._refused("thread_not_found")
            found = [*head, *reversed(found)]
        if self.hides_before is not None:
            found = [one for one in found if float(one.ts) >= self.hides_before]
        begin = int(args.get("cursor", "0"))
        end = begin + int(args["limit"])
        told = ("metadata", "files")
        shown = [
            {"ts": one.ts, **one.deleted, **{key: one.args[key] for key in told if key in one.args}}
            for one in found[begin:end]
        ]
        cursor = str(end) if end < len(found) else ""
        return {
            "messages": shown,
            "has_more": bool(cursor),
            "is_limited": self.hides_before is not None,
            "response_metadata": {"next_cursor": cursor},
        }

    def _conversation(self, args: dict[str, Any]) -> dict[str, Any]:
        return {"channel": {"id": args["channel"], "name": "deal-northwind", "is_member": True}}

    def _members(self, args: dict[str, Any]) -> dict[str, Any]:
        return {"members": self.members.get(args["channel"], [])}

    def _account(self, args: dict[str, Any]) -> dict[str, Any]:
        if args["user"] not in self.accounts:
            raise self._refused("user_not_found")
        return {"user": self._told_of(args["user"])}

    def _accounts(self, args: dict[str, Any]) -> dict[str, Any]:
        listed = sorted(set(self.accounts) - self.unlisted)
        begin = int(args.get("cursor", "0"))
        end = begin + int(args["limit"])
        cursor = str(end) if end < len(listed) else ""
        return {
            "members": [self._told_of(one) for one in listed[begin:end]],
            "response_metadata": {"next_cursor": cursor},
        }

    def _told_of(self, slack_id: str) -> dict[str, Any]:
        return {"id": slack_id, "tz": "Europe/Berlin", **self.accounts[slack_id]}
