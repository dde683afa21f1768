"""What one person sees on the page: their places, the messages of one of them, its thread."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit
from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot.sandbox.render.blocks import blocks_html
from bot.sandbox.render.dates import clock_time, day_heading, full_time
from bot.sandbox.render.elements import Surface
from bot.sandbox.render.emoji import emoji
from bot.sandbox.render.markup import tag
from bot.sandbox.render.mrkdwn import mrkdwn
from bot.sandbox.render.reader import Choice, Reader
from bot.sandbox.workspace import Channel, Message, User, Workspace

HOME: Final = "home"
APP_DM: Final = "app"
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_HUES: Final = 6
_MESSAGES_SHOWN: Final = 200
_PERMALINK: Final = re.compile(r"/archives/(?P<channel>[A-Z0-9]+)(?:/p(?P<s>\d{10})(?P<us>\d{6}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Who sits at the screen and what is open; `place` is a channel id, `home` or `app`."""

    user: User
    place: str
    thread: str | None = None
    framed: bool = False
    """Whether the page stands beside another one, in a page around both."""

    def link(self, place: str, thread: str | None = None, *, jump: str | None = None) -> str:
        asked = {"as": self.user.id, "place": place}
        if thread is not None:
            asked["thread"] = thread
        if self.framed:
            asked["framed"] = "1"
        return f"/?{urlencode(asked)}" + (f"#{jump}" if jump else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    id: str
    name: str
    sign: str
    link: str
    unread: int
    is_here: bool
    is_quiet: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionRow:
    name: str
    sign: str
    count: int
    is_mine: bool
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    name: str
    title: str
    size: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """One message as the template shows it; `day` is set on the first of each day."""

    ts: str
    channel: str
    author: str
    initials: str
    hue: int
    is_app: bool
    time: str
    full_time: str
    body: Markup
    day: str | None
    is_edited: bool
    is_ephemeral: bool
    is_gone: bool
    may_delete: bool
    is_own: bool
    typed_text: str
    reactions: list[ReactionRow]
    replies: int
    thread_link: str
    files: list[FileRow]
    note: str = ""


class Unread:
    """How far each person has read each channel; what was there before counts as read."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._start = workspace.last_ts
        self._read: dict[tuple[str, str], int] = {}

    def mark(self, user_id: str, channel: Channel) -> None:
        newest = max((_order(ts) for ts in channel.messages), default=0)
        self._read[user_id, channel.id] = newest

    def count(self, user_id: str, channel: Channel | None) -> int:
        if channel is None or user_id not in channel.members:
            return 0
        read = self._read.get((user_id, channel.id), self._start)
        return sum(
            1
            for message in channel.messages.values()
            if _order(message.ts) > read
            and message.user != user_id
            and not message.tombstone
            and message.ephemeral_for in (None, user_id)
        )


def _order(ts: str) -> int:
    seconds, _, micros = ts.partition(".")
    return int(seconds) * 1_000_000 + int(micros or 0)


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
    return seat.link(channel.id, jump=f"m-{message.ts}")


class Screen:
    """One person's view of the workspace at this moment."""

    def __init__(self, workspace: Workspace, seat: Seat, unread: Unread) -> None:
        self.workspace = workspace
        self.seat = seat
        self.unread = unread
        self.channel = self._channel()
        self.reader = self._reader()

    def _channel(self) -> Channel | None:
        if self.seat.place == APP_DM:
            return self.workspace.app_dm(self.seat.user.id)
        return self.workspace.channels.get(self.seat.place)

    def _reader(self) -> Reader:
        places = {c.id: c.name for c in self._visible_channels() if c.name}
        return Reader(
            user_id=self.seat.user.id,
            zone=ZoneInfo(self.seat.user.tz),
            now=self.workspace.clock.now(),
            people={user.id: user.real_name for user in self.workspace.users.values()},
            places=places,
            place_links={id_: self.seat.link(id_) for id_ in places},
            people_to_choose=[
                Choice(id=user.id, label=_labelled(user))
                for user in self.workspace.users.values()
                if not user.deleted
            ],
            conversations_to_choose=[Choice(id=i, label=f"#{n}") for i, n in places.items()],
            channels_to_choose=[
                Choice(id=c.id, label=f"#{c.name}")
                for c in self._visible_channels()
                if not (c.is_private or c.is_mpim or c.is_archived)
            ],
            here=self._here,
        )

    def _visible_channels(self) -> list[Channel]:
        return self.workspace.channels_of(self.seat.user.id)

    def _here(self, url: str) -> str | None:
        """Links into this workspace lead to the same place on the page."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        asked = parse_qs(parts.query)
        if parts.scheme == "slack" and parts.netloc == "app":
            return self.seat.link(HOME if asked.get("tab") == ["home"] else APP_DM)
        ours = (*LOOPBACK, f"{self.workspace.team.domain}.slack.com")
        if parts.scheme not in ("http", "https") or parts.hostname not in ours:
            return None
        return permalink(self.workspace, self.seat, parts.path)

    # ---- the left column

    def seats(self) -> list[tuple[User, int]]:
        """Everyone who can sit here, with what is unread in their DM with the app."""
        dm = self.workspace.app_dm
        return [
            (person, self.unread.count(person.id, dm(person.id)))
            for person in self.workspace.people()
        ]

    def channels(self) -> list[Place]:
        shown = [self._place(channel) for channel in self._visible_channels()]
        return sorted(shown, key=lambda place: (place.is_quiet, place.name))

    def _place(self, channel: Channel) -> Place:
        note = ""
        if channel.is_archived:
            note = "archived"
        elif channel.is_ext_shared or channel.is_pending_ext_shared:
            note = "shared"
        return Place(
            id=channel.id,
            name=channel.name,
            sign="🔒" if channel.is_private else "#",
            link=self.seat.link(channel.id),
            unread=self.unread.count(self.seat.user.id, channel),
            is_here=channel is self.channel,
            is_quiet=channel.is_archived or self.seat.user.id not in channel.members,
            note=note,
        )

    def app_dm_unread(self) -> int:
        return self.unread.count(self.seat.user.id, self.workspace.app_dm(self.seat.user.id))

    def is_app_dm(self) -> bool:
        return self.seat.place == APP_DM

    def is_home(self) -> bool:
        return self.seat.place == HOME

    # ---- the middle and the right

    def messages(self) -> list[MessageRow]:
        if self.channel is None or self._is_hidden(self.channel):
            return []
        viewer = self.seat.user.id
        return self._rows(list(self.channel.top_level(viewer))[-_MESSAGES_SHOWN:], "main")

    def thread(self) -> list[MessageRow]:
        if self.channel is None or self.seat.thread is None or self._is_hidden(self.channel):
            return []
        return self._rows(self.channel.thread(self.seat.thread, self.seat.user.id), "thread")

    def is_member(self) -> bool:
        return self.channel is not None and self.seat.user.id in self.channel.members

    def _is_hidden(self, channel: Channel) -> bool:
        closed = channel.is_private or channel.is_im or channel.is_mpim
        return closed and self.seat.user.id not in channel.members

    def _rows(self, messages: Iterable[Message], column: str) -> list[MessageRow]:
        rows: list[MessageRow] = []
        day = ""
        for message in messages:
            heading = day_heading(float(message.ts), self.reader)
            rows.append(self._row(message, column, None if heading == day else heading))
            day = heading
        return rows

    def _row(self, message: Message, column: str, day: str | None) -> MessageRow:
        me = self.seat.user
        author = self.workspace.users.get(message.user)
        name = author.real_name if author else "Unknown"
        is_app = message.bot_id is not None
        if is_app:
            name = self.workspace.app.name
        unix = float(message.ts)
        is_mine = message.user == me.id
        channel = self.workspace.channels[message.channel]
        replies = sum(
            1
            for ts in channel.threads.get(message.ts, ())
            if channel.messages[ts].ephemeral_for in (None, me.id)
        )
        return MessageRow(
            ts=message.ts,
            channel=message.channel,
            author=name,
            initials="".join(word[0] for word in name.split()[:2]).upper() or "?",
            hue=sha256(message.user.encode()).digest()[0] % _HUES,
            is_app=is_app,
            time=clock_time(unix, self.reader),
            full_time=full_time(unix, self.reader),
            body=self._body(message, column),
            day=day,
            is_edited=message.edited_ts is not None,
            is_ephemeral=message.ephemeral_for is not None,
            is_gone=message.tombstone,
            may_delete=is_mine or message.ephemeral_for == me.id,
            is_own=is_mine,
            typed_text=html.unescape(message.text) if is_mine else "",
            reactions=self._reactions(message),
            replies=replies,
            thread_link=self.seat.link(self.seat.place, message.thread_ts or message.ts),
            files=self._files(message),
            note=self._note(message, column),
        )

    def _note(self, message: Message, column: str) -> str:
        if column == "main" and message.is_reply:
            return "also sent from a thread"
        return ""

    def _files(self, message: Message) -> list[FileRow]:
        return [
            FileRow(
                name=stored.name,
                title=stored.title,
                size=f"{max(1, len(stored.content) // 1000)} kB",
                link=f"/files/{stored.id}?{urlencode({'as': self.seat.user.id})}",
            )
            for stored in (self.workspace.files[one] for one in message.files)
        ]

    def _body(self, message: Message, column: str) -> Markup:
        if not message.blocks:
            return tag("div", {"class": "block block-text"}, mrkdwn(message.text, self.reader))
        # The same message can stand in the channel and in the open thread.
        surface = Surface(kind="message", key=f"{column}/{message.channel}/{message.ts}")
        return blocks_html(message.blocks, surface, self.reader)

    def _reactions(self, message: Message) -> list[ReactionRow]:
        names = self.reader.people
        return [
            ReactionRow(
                name=reaction.name,
                sign=emoji(reaction.name),
                count=len(reaction.users),
                is_mine=self.seat.user.id in reaction.users,
                who=", ".join(names.get(user, "Unknown") for user in reaction.users),
            )
            for reaction in message.reactions
            if reaction.users
        ]


def _labelled(user: User) -> str:
    return f"{user.real_name} — {user.title}" if user.title else user.real_name
