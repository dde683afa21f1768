"""Drives the sandbox as its people do: for tests, over the control API, without a browser."""

import http.client
import json
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from bot.sandbox.answers import Answer
from bot.sandbox.seen import Screen, Seen, Typed, plain, screen_of, seen_of, values_of
from bot.sandbox.view_state import CannotAct
from bot.sandbox.workspace import Json

T = TypeVar("T")
_HEADERS = {"X-Sandbox-Control": "1", "Content-Type": "application/json"}
_TIMEOUT_SECONDS = 40.0


class Sandbox:
    """A running sandbox, by its address."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        if parts.hostname is None or parts.port is None:
            raise ValueError("The sandbox's address needs a host and a port.")
        self.url = base_url.rstrip("/")
        self._host, self._port = parts.hostname, parts.port

    # ---- people and places

    def visitor(self, name: str) -> "Visitor":
        """The person with this id or short name; CannotAct when there is none."""
        for user in self.get("/control/directory")["users"]:
            if name in (user["id"], user["name"]):
                return Visitor(self, user["id"])
        raise CannotAct(f"There is nobody called {name} here.")

    def channel(self, name: str) -> str:
        """The id of the channel with this name."""
        for channel in self.get("/control/directory")["channels"]:
            if channel["name"] == name.removeprefix("#"):
                return str(channel["id"])
        raise CannotAct(f"There is no channel {name} here.")

    def state(self) -> Json:
        return self.get("/control/state")

    def calls(self) -> dict[str, int]:
        """How often each Web API method was called since the start."""
        return dict(self.get("/control/app")["calls"])

    # ---- the clock

    @property
    def offset_seconds(self) -> float:
        return float(self.get("/control/clock")["offset_seconds"])

    def now(self) -> datetime:
        return datetime.fromisoformat(self.get("/control/clock")["now"])

    def advance(self, seconds: float) -> None:
        self.post("/control/clock", {"advance_seconds": seconds})

    # ---- trouble

    def fail_next(self, method: str, **fault: str | int | float | bool) -> None:
        """The next calls of a method (a pattern like `chat.*`) fail; see `faults.Fault`."""
        self.post("/control/faults", {"method": method, **fault})

    def clear_faults(self) -> None:
        self.post("/control/faults", {})

    def follow_plan(self, plan: Json | None) -> None:
        """Have calls meet the trouble of a fault plan (see `fault_plan.read_plan`), or none."""
        self.post("/control/fault-plan", plan or {})

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Makes the app's sockets go and come back."""
        self.post("/control/disconnect", {"reason": reason})

    # ---- waiting

    def wait_until(self, look: Callable[[], T], *, within: float = 10.0) -> T:
        """Returns what `look` sees as soon as it is true; looks again after each change.

        Raises TimeoutError when nothing came `within` so many seconds.
        """
        deadline = time.monotonic() + within
        version = -1
        while True:
            version = int(self.get("/control/changes", after=-1)["version"])
            seen = look()
            if seen:
                return seen
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"Nothing came within {within} seconds.")
            self.get("/control/changes", after=version, timeout=min(left, 1.0))

    def wait_for_app(self, *, within: float = 10.0) -> None:
        """Returns once the app holds a Socket Mode connection."""
        self.wait_until(lambda: self.get("/control/app")["connections"], within=within)

    # ---- the wire

    def get(self, path: str, **query: str | float) -> Json:
        target = f"{path}?{urlencode(query)}" if query else path
        return self._exchange("GET", target, None)

    def post(self, path: str, body: Json) -> Json:
        return self._exchange("POST", path, json.dumps(body))

    def act(self, name: str, user: str, /, **given: Any) -> Any:
        """One act of `bot.sandbox.interactions.Acts`; CannotAct when the person cannot do it."""
        return self.post("/control/act", {"act": name, "user": user, "with": given})["answer"]

    def _exchange(self, verb: str, target: str, body: str | None) -> Json:
        # http.client knows nothing of proxies, which have no business on loopback.
        connection = http.client.HTTPConnection(self._host, self._port, timeout=_TIMEOUT_SECONDS)
        try:
            connection.request(verb, target, body=body, headers=_HEADERS)
            response = connection.getresponse()
            content: Json = json.loads(response.read())
        finally:
            connection.close()
        if response.status == 409:
            raise CannotAct(content["error"])
        if response.status != 200:
            raise ValueError(f"{verb} {target}: {content.get('error', response.status)}")
        return content


class Visitor:
    """One person at their screen."""

    def __init__(self, sandbox: Sandbox, user_id: str) -> None:
        self.sandbox = sandbox
        self.id = user_id

    # ---- acting

    def slash(self, command: str, text: str = "", *, channel: str) -> Answer:
        """`channel` is an id or a `#name`."""
        return self._act("slash", command=command, text=text, channel_id=self._place(channel))

    def shortcut(self, callback_id: str) -> Answer:
        return self._act("global_shortcut", callback_id=callback_id)

    def message_shortcut(self, message: Seen, callback_id: str) -> Answer:
        return self._act(
            "message_shortcut", callback_id=callback_id, channel_id=message.channel, ts=message.ts
        )

    def click(
        self,
        message: Seen,
        action_id: str,
        *,
        chosen: Typed = None,
        block_id: str | None = None,
    ) -> Answer:
        """Clicks in a message."""
        return self._act(
            "click_message",
            channel_id=message.channel,
            ts=message.ts,
            action_id=action_id,
            block_id=block_id,
            chosen=plain(chosen),
        )

    def click_in_modal(
        self,
        action_id: str,
        *,
        typed: Mapping[str, Typed] | None = None,
        chosen: Typed = None,
        block_id: str | None = None,
    ) -> Answer:
        """Clicks in the modal on top, with what was `typed` (by action id) going along."""
        modal = self._open_modal()
        return self._act(
            "click_view",
            view_id=modal.id,
            action_id=action_id,
            block_id=block_id,
            chosen=plain(chosen),
            values=values_of(modal, typed or {}),
        )

    def click_in_home(
        self, action_id: str, *, chosen: Typed = None, block_id: str | None = None
    ) -> Answer:
        return self._act("click_home", action_id=action_id, block_id=block_id, chosen=plain(chosen))

    def submit(self, typed: Mapping[str, Typed] | None = None) -> Answer:
        """Submits the modal on top; keys are action ids, what is missing stays as it stands."""
        modal = self._open_modal()
        return self._act("submit_view", view_id=modal.id, values=values_of(modal, typed or {}))

    def close(self, *, whole_stack: bool = False) -> Answer:
        return self._act("close_view", view_id=self._open_modal().id, whole_stack=whole_stack)

    def open_home(self) -> Screen | None:
        """Opens the Home tab and returns what stands there once the app answered."""
        self._act("open_home")
        return self.home()

    def upload(self, name: str, content: bytes) -> str:
        """A file to post or to put into a form; its id."""
        encoded = b64encode(content).decode()
        return str(self.do("upload_file", name=name, content_base64=encoded))

    def post(
        self, channel: str, text: str, *, thread: str | None = None, files: Sequence[str] = ()
    ) -> str:
        return str(
            self.sandbox.act(
                "post_message",
                self.id,
                channel_id=self._place(channel),
                text=text,
                thread_ts=thread,
                files=list(files),
            )
        )

    def write_to_app(self, text: str) -> str:
        """Writes into the DM with the app, opening it first when it was never opened."""
        if self.dm_id() is None:
            self._act("open_home", tab="messages")
        return self.post(self._dm(), text)

    def react(self, message: Seen, name: str) -> None:
        self.do("react", channel_id=message.channel, ts=message.ts, name=name)

    def unreact(self, message: Seen, name: str) -> None:
        self.do("unreact", channel_id=message.channel, ts=message.ts, name=name)

    def delete(self, message: Seen) -> None:
        self.do("delete_message", channel_id=message.channel, ts=message.ts)

    def do(self, act: str, /, **given: Any) -> Any:
        """Any other act by its name: join, leave, invite, archive, share, edit_user …"""
        return self.sandbox.act(act, self.id, **given)

    # ---- looking

    @property
    def modal(self) -> Screen | None:
        modals = self._screen()["modals"]
        return screen_of(modals[-1]) if modals else None

    @property
    def modals(self) -> list[Screen]:
        return [screen_of(view) for view in self._screen()["modals"]]

    @property
    def notices(self) -> list[str]:
        return [notice["text"] for notice in self._screen()["notices"]]

    def home(self) -> Screen | None:
        home = self._screen()["home"]
        return screen_of(home) if home is not None else None

    def messages(self, channel: str) -> list[Seen]:
        """The channel oldest first, replies in threads left out, own ephemerals among them."""
        return self._read(self._place(channel))

    def thread(self, channel: str, ts: str) -> list[Seen]:
        """The parent and its replies, oldest first."""
        return self._read(self._place(channel), thread=ts)

    def ephemerals(self, channel: str) -> list[Seen]:
        return [message for message in self.messages(channel) if message.ephemeral]

    def dms(self) -> list[Seen]:
        """The DM with the app, oldest first; empty when it was never opened."""
        dm = self.dm_id()
        return [] if dm is None else self._read(dm)

    def dm_id(self) -> str | None:
        dm = self._screen()["dm"]
        return None if dm is None else str(dm)

    # ---- common parts

    def _act(self, name: str, /, **given: Any) -> Answer:
        return Answer(**self.sandbox.act(name, self.id, **given))

    def _open_modal(self) -> Screen:
        modal = self.modal
        if modal is None:
            raise CannotAct("This person has no modal open.")
        return modal

    def _screen(self) -> Json:
        return self.sandbox.get("/control/screen", user=self.id)

    def _dm(self) -> str:
        dm = self.dm_id()
        if dm is None:
            raise CannotAct("This person has no DM with the app.")
        return dm

    def _place(self, channel: str) -> str:
        return self.sandbox.channel(channel) if channel.startswith("#") else channel

    def _read(self, channel: str, **more: str) -> list[Seen]:
        answer = self.sandbox.get("/control/messages", user=self.id, channel=channel, **more)
        return [seen_of(message) for message in answer["messages"]]
