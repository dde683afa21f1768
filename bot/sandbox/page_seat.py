"""Who sits at a page and what is open there, with the ways to other places."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from bot.sandbox.workspace import Channel, Message, User, Workspace

HOME: Final = "home"
APP_DM: Final = "app"
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
MESSAGES_A_PAGE: Final = 100
_PERMALINK: Final = re.compile(r"/archives/(?P<channel>[A-Z0-9]+)(?:/p(?P<s>\d{10})(?P<us>\d{6}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Who sits at the screen and what is open; `place` is a channel id, `home` or `app`."""

    user: User
    place: str
    thread: str | None = None
    framed: bool = False
    """Whether the page stands beside another one, in a page around both."""
    pages: int = 1
    """How far back the channel is shown, in pages of messages."""
    new_from: str | None = None
    """The first message that was new when the page was opened."""

    def link(
        self, place: str, thread: str | None = None, *, jump: str | None = None, pages: int = 1
    ) -> str:
        me, rest = urlencode({"as": self.user.id}), self.rest_of_link(place, thread, pages=pages)
        return f"/?{me}&{rest}" + (f"#{jump}" if jump else "")

    def rest_of_link(self, place: str, thread: str | None = None, *, pages: int = 1) -> str:
        """What stands in a link after the person."""
        asked = {"place": place}
        if thread is not None:
            asked["thread"] = thread
        if self.framed:
            asked["framed"] = "1"
        if pages > 1:
            asked["pages"] = str(pages)
        return urlencode(asked)


def permalink(workspace: Workspace, seat: Seat, path: str) -> str | None:
    """Where the page shows what a permalink names; None when its path names nothing here."""
    match = _PERMALINK.fullmatch(path)
    channel = workspace.channels.get(match["channel"]) if match else None
    if match is None or channel is None:
        return None
    if not match["s"]:
        return seat.link(channel.id)
    message = channel.messages.get(f"{match['s']}.{match['us']}")
    if message is None:
        return seat.link(channel.id)
    if message.is_reply:
        return seat.link(channel.id, message.thread_ts, jump=f"t-{message.ts}")
    pages = _pages_to(channel, message, seat.user.id)
    return seat.link(channel.id, jump=f"m-{message.ts}", pages=pages)


def _pages_to(channel: Channel, message: Message, viewer: str) -> int:
    """How far back a channel is to be shown for a message to be in it."""
    later = sum(1 for one in channel.top_level(viewer) if one.ts >= message.ts)
    return -(-later // MESSAGES_A_PAGE)
