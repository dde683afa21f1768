"""Posts what was scheduled, when the sandbox's calendar is there."""

import asyncio
from typing import Final

from bot.sandbox.events import Events
from bot.sandbox.posting import post_as_app, thread_trouble
from bot.sandbox.workspace import Json, Scheduled, Workspace

_LOOK_SECONDS: Final = 3600.0
"""The longest sleep; whatever is scheduled or moves the calendar ends it at once."""


class Timetable:
    """The messages of one workspace that wait for their time."""

    def __init__(self, workspace: Workspace, events: Events) -> None:
        self._workspace = workspace
        self._events = events
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def post_due(self) -> None:
        """Posts what is due by now, in its order; what cannot be posted any more is dropped."""
        now = self._workspace.clock.timestamp()
        due = [one for one in self._workspace.scheduled.values() if one.post_at <= now]
        for planned in sorted(due, key=lambda one: (one.post_at, one.id)):
            del self._workspace.scheduled[planned.id]
            self._post(planned)

    def _post(self, planned: Scheduled) -> None:
        workspace = self._workspace
        channel = workspace.channels.get(planned.channel)
        if channel is None or channel.is_archived or workspace.app.refused:
            return
        if planned.thread_ts is not None and thread_trouble(channel, planned.thread_ts):
            return
        message = post_as_app(
            workspace,
            channel.id,
            text=planned.text,
            blocks=planned.blocks,
            metadata=planned.metadata,
            thread_ts=planned.thread_ts,
            reply_broadcast=planned.reply_broadcast,
        )
        self._events.app_posted(message)

    async def _run(self) -> None:
        workspace = self._workspace
        while not workspace.is_closing:
            self.post_due()
            soonest = min((one.post_at for one in workspace.scheduled.values()), default=None)
            wait = _LOOK_SECONDS
            if soonest is not None:
                wait = min(wait, max(0.0, soonest - workspace.clock.timestamp()))
            await workspace.wait_for_change(workspace.version, wait)


def message_shown(workspace: Workspace, planned: Scheduled) -> Json:
    """What the answer to scheduling shows of the message; it has no ts yet."""
    app = workspace.app
    shown: Json = {
        "type": "delayed_message",
        "text": planned.text,
        "user": app.bot_user_id,
        "bot_id": app.bot_id,
        "app_id": app.id,
        "team": workspace.team.id,
    }
    if planned.blocks:
        shown["blocks"] = planned.blocks
    if planned.metadata is not None:
        shown["metadata"] = planned.metadata
    return shown
