"""The record of what the workspace really accepted: only ever added to, whatever was answered."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, TextIO

from bot.sandbox.workspace import Json, Workspace

WRITES: Final = frozenset(
    {
        "chat.delete",
        "chat.postEphemeral",
        "chat.postMessage",
        "chat.update",
        "chat.scheduleMessage",
        "chat.deleteScheduledMessage",
        "bookmarks.add",
        "bookmarks.edit",
        "bookmarks.remove",
        "conversations.setTopic",
        "files.delete",
        "pins.add",
        "pins.remove",
        "conversations.create",
        "conversations.invite",
        "conversations.join",
        "files.completeUploadExternal",
        "reactions.add",
        "reactions.remove",
        "views.open",
        "views.publish",
        "views.push",
        "views.update",
    }
)
"""The methods that change what somebody sees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One write that was done; the times are the machine's, in seconds since 1970.

    `user` is whose screen it is, or who alone sees it; `metadata` and `files` are what the app
    knows its message by.
    """

    seq: int
    asked_at: float
    at: float
    method: str
    channel: str | None = None
    ts: str | None = None
    thread_ts: str | None = None
    user: str | None = None
    metadata: Json | None = None
    files: tuple[str, ...] = ()


class Record:
    """Accepted writes in their order, in memory and, where a path is given, as JSON lines."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        path: Path | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._workspace = workspace
        self._now = now
        self._kept: list[Accepted] = []
        self._file: TextIO | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a", encoding="utf-8", buffering=1)

    def now(self) -> float:
        """The machine's time, by which the record goes."""
        return self._now()

    def add(
        self, method: str, arguments: Json, answer: Json, *, asked_at: float
    ) -> Accepted | None:
        """Note a call that was answered with `ok`; None where it changed nothing."""
        if method not in WRITES:
            return None
        channel = _text(answer.get("channel") or arguments.get("channel"))
        ts = _text(answer.get("ts") or answer.get("message_ts"))
        files: tuple[str, ...] = ()
        if method == "files.completeUploadExternal":
            channel = _text(arguments.get("channel_id"))
            files = tuple(str(one["id"]) for one in answer["files"])
            ts = self._message_of(channel, files)
        accepted = Accepted(
            seq=len(self._kept) + 1,
            asked_at=asked_at,
            at=self._now(),
            method=method,
            channel=channel,
            ts=ts,
            thread_ts=_text(arguments.get("thread_ts")),
            user=_text(arguments.get("user") or arguments.get("user_id")),
            metadata=(answer.get("message") or {}).get("metadata"),
            files=files,
        )
        self._kept.append(accepted)
        if self._file is not None:
            self._file.write(json.dumps(asdict(accepted), separators=(",", ":")) + "\n")
        return accepted

    def after(self, seq: int = 0, *, most: int | None = None) -> list[Accepted]:
        """What was accepted after the one with this number, oldest first."""
        return self._kept[seq : None if most is None else seq + most]

    def __len__(self) -> int:
        return len(self._kept)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _message_of(self, channel: str | None, files: tuple[str, ...]) -> str | None:
        if channel is None:
            return None
        messages = self._workspace.channels[channel].messages.values()
        return next((one.ts for one in reversed(messages) if tuple(one.files) == files), None)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
