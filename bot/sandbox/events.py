"""Events: which of them the app hears, what they carry, and how often Slack tries."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from bot.sandbox.deliver import Delivery, Envelope, Kind, Reply
from bot.sandbox.payloads import LEGACY_TOKEN
from bot.sandbox.posting import message_json
from bot.sandbox.workspace import Channel, Json, Message, User, Workspace

RETRY_WAITS: Final = (0.0, 60.0, 300.0)
"""Seconds before each of Slack's three further tries."""

EVENTS: Final[dict[str, tuple[str, ...]]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "message.im": ("im:history",),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.mpim": ("mpim:history",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "channel_archive": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "group_archive": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "channel_shared": ("channels:read", "groups:read"),
    "channel_unshared": ("channels:read", "groups:read"),
    "channel_id_changed": ("channels:read", "groups:read"),
    "channel_deleted": ("channels:read",),
    "group_deleted": ("groups:read",),
    "pin_added": ("pins:read",),
    "pin_removed": ("pins:read",),
    "tokens_revoked": (),
    "app_uninstalled": (),
    "user_change": ("users:read",),
}


_LAST_WORDS: Final = frozenset({"tokens_revoked", "app_uninstalled"})
"""What an app still hears of a workspace that it may do nothing in any more."""


def channel_type(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    if channel.is_mpim:
        return "mpim"
    return "group" if channel.is_private else "channel"


class Events:
    """Tells the app what happened, if it subscribed and was granted the scope."""

    def __init__(
        self, workspace: Workspace, delivery: Delivery, *, retry_scale: float = 1.0
    ) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._waits = tuple(wait * retry_scale for wait in RETRY_WAITS)
        self._tasks: set[asyncio.Task[Any]] = set()

    def heard(self, name: str) -> bool:
        """Whether the app subscribed to this event and holds a scope for it."""
        app = self._workspace.app
        scopes = EVENTS[name]
        if app.refused and name not in _LAST_WORDS:
            return False
        return name in app.bot_events and (
            not scopes or any(scope in app.bot_scopes for scope in scopes)
        )

    async def tell(self, name: str, event: Json, *, channel: Channel | None = None) -> Reply | None:
        """Sends the event and returns the first answer; further tries go on without the caller.

        None when the app does not hear of it.
        """
        if not self.heard(name):
            return None
        payload = self._envelope(event, channel)
        reply = await self._delivery.send(Envelope(kind=Kind.EVENT, payload=payload))
        if _try_again(reply):
            self._in_background(self._retry(payload, reply))
        return reply

    def tell_later(self, name: str, event: Json, *, channel: Channel | None = None) -> None:
        """As `tell`, for what the app caused itself: its own call must not wait for its answer."""
        if self.heard(name):
            self._in_background(self.tell(name, event, channel=channel))

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # ---- messages

    def message_name(self, channel: Channel) -> str:
        if channel.is_im:
            return "message.im"
        if channel.is_mpim:
            return "message.mpim"
        return "message.groups" if channel.is_private else "message.channels"

    def message_event(self, message: Message) -> Json:
        channel = self._workspace.channels[message.channel]
        return {
            **message_json(self._workspace, message, whole_metadata=True),
            "channel": channel.id,
            "channel_type": channel_type(channel),
            "event_ts": message.ts,
        }

    def app_posted(self, message: Message) -> None:
        channel = self._workspace.channels[message.channel]
        name = self.message_name(channel)
        if message.ephemeral_for is None and self.heard(name) and self._inside(channel):
            self.tell_later(name, self.message_event(message), channel=channel)

    def message_altered(self, subtype: str, message: Message, previous: Json) -> tuple[str, Json]:
        """The event for an edit (`message_changed`) or a removal (`message_deleted`)."""
        channel = self._workspace.channels[message.channel]
        ts = self._workspace.new_ts()
        event: Json = {
            "type": "message",
            "subtype": subtype,
            "hidden": True,
            "channel": channel.id,
            "channel_type": channel_type(channel),
            "ts": ts,
            "event_ts": ts,
            "previous_message": previous,
        }
        if subtype == "message_changed":
            event["message"] = message_json(self._workspace, message, whole_metadata=True)
        else:
            event["deleted_ts"] = message.ts
        return self.message_name(channel), event

    # ---- the rest

    def reaction_event(self, kind: str, *, user: str, name: str, message: Message) -> Json:
        return {
            "type": kind,
            "user": user,
            "reaction": name,
            "item_user": message.user,
            "item": {"type": "message", "channel": message.channel, "ts": message.ts},
            "event_ts": self._workspace.new_ts(),
        }

    def member_event(
        self, kind: str, *, user: User, channel: Channel, inviter: str | None = None
    ) -> Json:
        event: Json = {
            "type": kind,
            "user": user.id,
            "channel": channel.id,
            "channel_type": "G" if channel.is_private else "C",
            "team": user.team_id,
            "event_ts": self._workspace.new_ts(),
        }
        if inviter is not None:
            event["inviter"] = inviter
        return event

    def _inside(self, channel: Channel) -> bool:
        return self._workspace.app.bot_user_id in channel.members

    def _envelope(self, event: Json, channel: Channel | None) -> Json:
        workspace = self._workspace
        return {
            "token": LEGACY_TOKEN,
            "team_id": workspace.team.id,
            "api_app_id": workspace.app.id,
            "event": event,
            "type": "event_callback",
            "event_id": workspace.new_id("Ev"),
            "event_time": int(workspace.clock.timestamp()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": workspace.team.id,
                    "user_id": workspace.app.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": channel is not None and channel.is_ext_shared,
        }

    async def _retry(self, payload: Json, reply: Reply) -> None:
        for number, wait in enumerate(self._waits, start=1):
            await asyncio.sleep(wait)
            envelope = Envelope(
                kind=Kind.EVENT,
                payload=payload,
                retry_num=number,
                retry_reason=reply.failure.value if reply.failure else None,
            )
            reply = await self._delivery.send(envelope)
            if not _try_again(reply):
                return

    def _in_background(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _try_again(reply: Reply) -> bool:
    return not reply.ok and reply.headers.get("x-slack-no-retry") != "1"
