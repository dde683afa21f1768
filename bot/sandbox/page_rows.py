"""Messages as rows of the page, drawn once for each reader and kept until they change."""

import html
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup

from bot.sandbox.page_files import FileRow, file_row
from bot.sandbox.page_seat import Seat
from bot.sandbox.render.blocks import blocks_html
from bot.sandbox.render.dates import clock_time, day_heading, full_time
from bot.sandbox.render.elements import Surface
from bot.sandbox.render.emoji import emoji
from bot.sandbox.render.markup import tag
from bot.sandbox.render.mrkdwn import mrkdwn
from bot.sandbox.render.reader import Reader
from bot.sandbox.workspace import Channel, Message, Workspace

_HUES: Final = 6
_KEPT: Final = 6000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionRow:
    name: str
    sign: str
    count: int
    is_mine: bool
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """One message as the template shows it."""

    id: str
    ts: str
    channel: str
    author: str
    initials: str
    hue: int
    is_app: bool
    time: str
    full_time: str
    body: Markup
    is_edited: bool
    is_ephemeral: bool
    is_gone: bool
    is_own: bool
    typed_text: str
    reactions: list[ReactionRow]
    replies: int
    thread_link: str
    files: list[FileRow]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A row as HTML; `id` is that of its element, `day` what stands above the day's first."""

    id: str
    ts: str
    day: str
    html: Markup
    digest: str
    state: object
    minute: int | None


class Rows:
    """Draws rows, and keeps those drawn last: a page shows a hundred, of which one changes."""

    def __init__(self, workspace: Workspace, draw: Callable[[MessageRow, str], Markup]) -> None:
        self._workspace = workspace
        self._draw = draw
        self._kept: OrderedDict[tuple[str, ...], Drawn] = OrderedDict()

    def of(
        self, messages: Iterable[Message], seat: Seat, reader: Reader, column: str
    ) -> list[Drawn]:
        """In the order of the messages; `column` is main or thread."""
        today = reader.now.astimezone(reader.zone)
        everybody = self._workspace.changed()
        found: list[Drawn] = []
        for message in messages:
            place = (column, seat.user.id, seat.place, str(seat.framed), str(seat.pages))
            key = (*place, message.channel, message.ts)
            channel = self._workspace.channels[message.channel]
            replies = _replies(message, channel, seat.user.id)
            state = (message.version, replies, everybody, today.date())
            drawn = self._kept.get(key)
            if drawn is None or drawn.state != state or drawn.minute not in (None, today.minute):
                drawn = self._drawn(message, seat, reader, column, replies, state)
                self._kept[key] = drawn
            self._kept.move_to_end(key)
            found.append(drawn)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return found

    def _drawn(
        self,
        message: Message,
        seat: Seat,
        reader: Reader,
        column: str,
        replies: int,
        state: object,
    ) -> Drawn:
        row = _row(self._workspace, message, seat, reader, column, replies)
        shown = self._draw(row, column)
        return Drawn(
            id=row.id,
            ts=message.ts,
            day=day_heading(float(message.ts), reader),
            html=shown,
            digest=sha256(shown.encode()).hexdigest()[:16],
            state=state,
            # A distance in time goes on by the minute, all else by the day.
            minute=reader.now.minute if "{ago" in f"{message.text}{message.blocks}" else None,
        )


def _replies(message: Message, channel: Channel, viewer: str) -> int:
    return sum(
        1
        for ts in channel.threads.get(message.ts, ())
        if channel.messages[ts].ephemeral_for in (None, viewer)
    )


def _row(
    workspace: Workspace, message: Message, seat: Seat, reader: Reader, column: str, replies: int
) -> MessageRow:
    me = seat.user
    author = workspace.users.get(message.user)
    is_app = message.bot_id is not None
    name = workspace.app.name if is_app else author.real_name if author else "Unknown"
    unix = float(message.ts)
    is_mine = message.user == me.id
    return MessageRow(
        id=f"{'m' if column == 'main' else 't'}-{message.ts}",
        ts=message.ts,
        channel=message.channel,
        author=name,
        initials="".join(word[0] for word in name.split()[:2]).upper() or "?",
        hue=sha256(message.user.encode()).digest()[0] % _HUES,
        is_app=is_app,
        time=clock_time(unix, reader),
        full_time=full_time(unix, reader),
        body=_body(message, reader, column),
        is_edited=message.edited_ts is not None,
        is_ephemeral=message.ephemeral_for is not None,
        is_gone=message.tombstone,
        is_own=is_mine,
        typed_text=html.unescape(message.text) if is_mine else "",
        reactions=_reactions(message, me.id, reader),
        replies=replies,
        thread_link=seat.link(seat.place, message.thread_ts or message.ts),
        files=[file_row(workspace.files[one], urlencode({"as": me.id})) for one in message.files],
        note="also sent from a thread" if column == "main" and message.is_reply else "",
    )


def _body(message: Message, reader: Reader, column: str) -> Markup:
    if not message.blocks:
        return tag("div", {"class": "block block-text"}, mrkdwn(message.text, reader))
    # The same message can stand in the channel and in the open thread.
    surface = Surface(kind="message", key=f"{column}/{message.channel}/{message.ts}")
    return blocks_html(message.blocks, surface, reader)


def _reactions(message: Message, viewer: str, reader: Reader) -> list[ReactionRow]:
    return [
        ReactionRow(
            name=reaction.name,
            sign=emoji(reaction.name),
            count=len(reaction.users),
            is_mine=viewer in reaction.users,
            who=", ".join(reader.people.get(user, "Unknown") for user in reaction.users),
        )
        for reaction in message.reactions
        if reaction.users
    ]


_DAY: Final = Markup('<div class="{}" role="separator" data-key="{}-{}-{}"><span>{}</span></div>')
_STUB: Final = Markup('<article id="{}" data-same></article>')


def column_html(
    rows: Sequence[Drawn], column: str, *, new_from: str | None, known: Mapping[str, str]
) -> Markup:
    """Rows with the days and the mark of what is new; one which the page has is only named."""
    shown: list[Markup] = []
    day = ""
    for row in rows:
        if row.day != day:
            day = row.day
            shown.append(_DAY.format("day", column, "day", row.ts, day))
        if row.ts == new_from:
            shown.append(_DAY.format("day day-new", column, "new", row.ts, "New"))
        shown.append(_STUB.format(row.id) if known.get(row.id) == row.digest else row.html)
    return Markup("").join(shown)
