"""The workspace as a JSON file: read at the start, written after changes and at the end."""

import asyncio
import json
import os
import secrets
import time
from base64 import b64decode, b64encode
from dataclasses import asdict, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from bot.sandbox.clock import SandboxClock
from bot.sandbox.workspace import (
    App,
    Channel,
    Json,
    Message,
    Notice,
    OpenView,
    ProfileField,
    Reaction,
    Scheduled,
    Shortcut,
    SlashCommand,
    StoredFile,
    Team,
    User,
    Workspace,
)
from bot.sandbox.workspace_file import new_client_id

SCHEMA: Final = 1
SETTLE_SECONDS: Final = 0.5
"""How long changes are gathered before the file is written."""

T = TypeVar("T")


class UnreadableFile(Exception):
    """The file is no workspace of this version; the sentence says what to do."""


def dump(workspace: Workspace) -> Json:
    return {
        "schema": SCHEMA,
        "clock_offset_seconds": workspace.clock.offset_seconds,
        "last_ts": workspace.last_ts,
        "last_id": workspace.last_id,
        "version": workspace.version,
        "team": asdict(workspace.team),
        "app": asdict(workspace.app),
        "profile_fields": [asdict(one) for one in workspace.profile_fields.values()],
        "users": [asdict(user) for user in workspace.users.values()],
        "channels": [_channel(channel) for channel in workspace.channels.values()],
        "modals": [asdict(view) for stack in workspace.modals.values() for view in stack],
        "homes": [asdict(view) for view in workspace.homes.values()],
        "files": [_file(stored) for stored in workspace.files.values()],
        "scheduled": [asdict(one) for one in workspace.scheduled.values()],
        "notices": [asdict(n) for notices in workspace.notices.values() for n in notices],
        "story_done": list(workspace.story_done),
        "story_deeds": list(workspace.story_deeds),
    }


def _channel(channel: Channel) -> Json:
    shown = {
        item.name: getattr(channel, item.name)
        for item in fields(Channel)
        if item.name not in ("messages", "threads")
    }
    return {**shown, "messages": [_flat(message) for message in channel.messages.values()]}


def _flat(message: Message) -> Json:
    shown = {item.name: getattr(message, item.name) for item in fields(Message)}
    shown["reactions"] = [{"name": r.name, "users": r.users} for r in message.reactions]
    return shown


def _file(stored: StoredFile) -> Json:
    return {**asdict(stored), "content": b64encode(stored.content).decode()}


def load(content: Any) -> Workspace:
    """The workspace that `dump` described; UnreadableFile when it is none."""
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise UnreadableFile("The sandbox's data file is from another version: start afresh.")
    app = content["app"]
    app["slash_commands"] = [SlashCommand(**entry) for entry in app["slash_commands"]]
    if not app.get("client_id"):  # An earlier version had none.
        app["client_id"], app["client_secret"] = new_client_id(), secrets.token_hex(16)
        app["known_scopes"] = list(app["bot_scopes"])
    app["shortcuts"] = [Shortcut(**entry) for entry in app["shortcuts"]]
    workspace = Workspace(
        team=Team(**content["team"]),
        app=App(**app),
        clock=SandboxClock(offset=timedelta(seconds=content["clock_offset_seconds"])),
    )
    # A file of an earlier version knew no custom fields.
    for one in content.get("profile_fields", ()):
        workspace.profile_fields[one["id"]] = ProfileField(**one)
    for user in content["users"]:
        workspace.add_user(User(**user))
    for entry in content["channels"]:
        messages = entry.pop("messages")
        channel = Channel(**entry)
        workspace.add_channel(channel)
        for message in messages:
            message["reactions"] = [Reaction(**reaction) for reaction in message["reactions"]]
            restored = Message(**message)
            workspace.add_message(restored)
            restored.version = message["version"]
    for stored in content.get("files", ()):  # None were kept before there were any.
        file = StoredFile(**{**stored, "content": b64decode(stored["content"])})
        workspace.files[file.id] = file
    for planned in content.get("scheduled", ()):  # Nor was anything planned.
        workspace.scheduled[planned["id"]] = Scheduled(**planned)
    for view in content["modals"]:
        workspace.modals.setdefault(view["user"], []).append(OpenView(**view))
    for view in content["homes"]:
        workspace.homes[view["user"]] = OpenView(**view)
    for notice in content["notices"]:
        workspace.notices.setdefault(notice["user"], []).append(Notice(**notice))
    workspace.story_done = content.get("story_done", [])  # Stories came later, too.
    workspace.story_deeds = content.get("story_deeds", [])
    workspace.last_ts = content["last_ts"]
    workspace.last_id = content["last_id"]
    workspace.version = max(workspace.version, content["version"])
    return workspace


def read(path: Path) -> Workspace | None:
    """The saved workspace, None when nothing was saved there yet."""
    try:
        raw = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        return load(json.loads(raw))
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableFile(
            f"{path} is not readable as a sandbox workspace: remove it to start afresh."
        ) from error


def write(path: Path, content: Json) -> None:
    """Replaces the file in one step, so that a crash leaves the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".new")
    with unfinished.open("w", encoding="utf-8") as out:
        json.dump(content, out, ensure_ascii=False, separators=(",", ":"))
        out.flush()
        os.fsync(out.fileno())
    os.replace(unfinished, path)


class Saver:
    """Writes the workspace in the background once changes have settled."""

    def __init__(
        self, workspace: Workspace, path: Path, *, settle_seconds: float = SETTLE_SECONDS
    ) -> None:
        self._workspace = workspace
        self._path = path
        self._settle = settle_seconds
        self._saved = -1
        self._took = 0.0
        self._task: asyncio.Task[Any] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Ends the background work and saves what is not saved yet."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._save_now()

    async def _run(self) -> None:
        while True:
            await self._workspace.wait_for_change(self._saved, 3600.0)
            # A large workspace takes a while to write: at most a twentieth of the time goes there.
            await asyncio.sleep(max(self._settle, 20 * self._took))
            if self._workspace.version != self._saved:
                self._save_now()

    def _save_now(self) -> None:
        if self._workspace.version != self._saved:
            version, began = self._workspace.version, time.monotonic()
            write(self._path, dump(self._workspace))
            self._saved, self._took = version, time.monotonic() - began
