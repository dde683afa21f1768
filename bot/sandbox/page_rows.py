"""Messages as rows of the page, drawn once for each reader and kept until they change."""

import html
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup, escape

from bot.sandbox.page_files import FileRow, file_row
from bot.sandbox.page_seat import Seat
from bot.sandbox.render.blocks import blocks_html
from bot.sandbox.render.dates import clock_time, day_heading, full_time
from bot.sandbox.render.elements import Surface
from bot.sandbox.render.emoji import emoji
from bot.sandbox.render.markup import tag
from bot.sandbox.render.mrkdwn import mrkdwn
from bot.sandbox.render.reader import Anybody, Personal, Reader
from bot.sandbox.workspace import Channel, Message, User, Workspace

ME: Final = Markup("<!--me-->")
"""Stands in a row for the id of who reads it; no text can write it, for all text is escaped."""
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
    """What stands in it after the person."""
    files: list[FileRow]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A row as HTML; `id` is that of its element, `day` what stands above the day's first.

    Where the HTML names who reads it, it has a sign instead. `stub` names the row to a page that
    has it; `mark` differs where the row does.
    """

    id: str
    ts: str
    day: str
    html: Markup
    stub: Markup
    mark: str
    version: int
    replies: int
    minute: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A column as it was drawn last; `since` differs where all of it is to be drawn anew."""

    since: object
    rows: dict[str, Drawn]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alike:
    """A row as everybody sees it who is not named in it; None where it shows each another one."""

    state: object
    row: Drawn | None


class Rows:
    """Draws rows, and keeps those drawn last: a page shows a hundred, of which one changes.

    What looks the same to several people is drawn once for all of them.
    """

    def __init__(self, workspace: Workspace, draw: Callable[[MessageRow, str], Markup]) -> None:
        self._workspace = workspace
        self._draw = draw
        self._kept: OrderedDict[object, _Kept] = OrderedDict()
        self._alike: OrderedDict[object, _Alike] = OrderedDict()

    def of(
        self,
        messages: Iterable[Message],
        channel: Channel,
        seat: Seat,
        reader: Reader,
        column: str,
    ) -> list[Drawn]:
        """In the order of the messages, which are this channel's; `column` is main or thread."""
        today, minute = reader.now.astimezone(reader.zone).date(), minute_of(reader.now)
        thread = seat.thread if column == "thread" else None
        place = (column, seat.user.id, seat.place, thread, seat.framed, seat.pages)
        since = (self._workspace.changed(), today)
        kept = self._kept.pop(place, None)
        known = kept.rows if kept is not None and kept.since == since else {}
        found: list[Drawn] = []
        for message in messages:
            replies = _replies(message, channel, seat.user.id)
            drawn = known.get(message.ts)
            if (
                drawn is None
                or drawn.version != message.version
                or drawn.replies != replies
                or drawn.minute not in (None, minute)
            ):
                drawn = self._drawn(message, seat, reader, column, replies, since)
            found.append(drawn)
        self._kept[place] = _Kept(since=since, rows={row.ts: row for row in found})
        while len(self._kept) > 1 and sum(len(one.rows) for one in self._kept.values()) > _KEPT:
            self._kept.popitem(last=False)
        return found

    def _drawn(
        self,
        message: Message,
        seat: Seat,
        reader: Reader,
        column: str,
        replies: int,
        since: object,
    ) -> Drawn:
        alike = self._for_anybody(message, seat, reader, column, replies, since)
        return alike or self._drawn_for(seat.user, message, seat, reader, column, replies)

    def _for_anybody(
        self,
        message: Message,
        seat: Seat,
        reader: Reader,
        column: str,
        replies: int,
        since: object,
    ) -> Drawn | None:
        """The row that is not drawn for one person, if there is such a one."""
        if message.user == seat.user.id:
            return None
        place = (column, seat.place, seat.framed, reader.zone.key, message.ts)
        state, minute = (message.version, replies, since), minute_of(reader.now)
        alike = self._alike.pop(place, None)
        if (
            alike is None
            or alike.state != state
            or (alike.row is not None and alike.row.minute not in (None, minute))
        ):
            anybody = Anybody(
                user_id="",
                zone=reader.zone,
                now=reader.now,
                people=reader.people,
                people_to_choose=reader.people_to_choose,
            )
            try:
                row = self._drawn_for(None, message, seat, anybody, column, replies)
            except Personal:
                row = None
            alike = _Alike(state=state, row=row)
        self._alike[place] = alike
        if len(self._alike) > _KEPT:
            self._alike.popitem(last=False)
        return alike.row

    def _drawn_for(
        self,
        me: User | None,
        message: Message,
        seat: Seat,
        reader: Reader,
        column: str,
        replies: int,
    ) -> Drawn:
        """The row for one person, or for anybody; raises Personal where it is for one only."""
        row = _row(self._workspace, message, me, seat, reader, column, replies)
        shown = self._draw(row, column)
        day = day_heading(float(message.ts), reader)
        return Drawn(
            id=row.id,
            ts=message.ts,
            day=day,
            html=shown,
            stub=_STUB.format(row.id),
            mark=f"{row.id} {day} {sha256(shown.encode()).hexdigest()[:16]}",
            version=message.version,
            replies=replies,
            # A distance in time goes on by the minute, all else by the day.
            minute=minute_of(reader.now) if "{ago" in f"{message.text}{message.blocks}" else None,
        )


def _replies(message: Message, channel: Channel, viewer: str) -> int:
    replies = channel.threads.get(message.ts)
    if not replies:
        return 0
    return sum(1 for ts in replies if channel.messages[ts].ephemeral_for in (None, viewer))


def _row(
    workspace: Workspace,
    message: Message,
    me: User | None,
    seat: Seat,
    reader: Reader,
    column: str,
    replies: int,
) -> MessageRow:
    if me is None and (message.files or message.reactions or message.ephemeral_for is not None):
        raise Personal("files, reactions and whispers")
    viewer = me.id if me is not None else ""
    author = workspace.users.get(message.user)
    is_app = message.bot_id is not None
    name = workspace.app.name if is_app else author.real_name if author else "Unknown"
    unix = float(message.ts)
    is_mine = message.user == viewer
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
        reactions=_reactions(message, viewer, reader),
        replies=replies,
        thread_link=seat.rest_of_link(seat.place, message.thread_ts or message.ts),
        files=[file_row(workspace.files[one], urlencode({"as": viewer})) for one in message.files],
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


def minute_of(now: datetime) -> int:
    """The minutes since 1970, by which a distance in time goes on."""
    return int(now.timestamp()) // 60


_STUB: Final = Markup('<article id="{}" data-same></article>')


def column_html(
    rows: Sequence[Drawn],
    column: str,
    *,
    new_from: str | None,
    known: Collection[str],
    earlier: str | None,
    me: str,
) -> str:
    """Rows with the days and the mark of what is new; one which the page has is only named.

    `earlier` is the way to what was said before.
    """
    shown = [_way_back(earlier)] if earlier is not None else []
    day = ""
    for row in rows:
        if row.day != day:
            day = row.day
            shown.append(_line("day", f"{column}-day-{row.ts}", day))
        if row.ts == new_from:
            shown.append(_line("day day-new", f"{column}-new-{row.ts}", "New"))
        shown.append(row.stub if row.mark in known else row.html)
    return "".join(shown).replace(ME, escape(me))


def _line(css_class: str, key: str, words: str) -> str:
    said = f"<span>{escape(words)}</span>"
    return f'<div class="{css_class}" role="separator" data-key="{escape(key)}">{said}</div>'


def _way_back(link: str) -> str:
    button = f'<a class="button button-plain" id="earlier" href="{escape(link)}">'
    return f'<p class="earlier" data-key="earlier">{button}Show earlier messages</a></p>'
