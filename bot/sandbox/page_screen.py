"""What one person sees on the page: their places, the messages of one of them, its thread."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from bot.sandbox.page_files import size_of
from bot.sandbox.page_rows import Drawn, Rows
from bot.sandbox.page_seat import APP_DM, HOME, LOOPBACK, MESSAGES_A_PAGE, Seat, permalink
from bot.sandbox.page_unread import Unread
from bot.sandbox.render.reader import Choice, OwnFile, Reader
from bot.sandbox.workspace import Channel, Message, User, Workspace


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


class Everybody:
    """The people of the workspace, who are the same on every screen."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._version = -1
        self.names: dict[str, str] = {}
        self.to_choose: list[Choice] = []

    def refresh(self) -> None:
        """Looks again where something changed that concerns everybody."""
        version = self._workspace.changed()
        if version == self._version:
            return
        users = self._workspace.users.values()
        self._version = version
        self.names = {user.id: user.real_name for user in users}
        self.to_choose = [
            Choice(id=user.id, label=_labelled(user)) for user in users if not user.deleted
        ]


class Screen:
    """One person's view of the workspace at this moment."""

    def __init__(
        self, workspace: Workspace, seat: Seat, unread: Unread, everybody: Everybody
    ) -> None:
        self.workspace = workspace
        self.seat = seat
        self.unread = unread
        self.everybody = everybody
        everybody.refresh()
        self.channel = self._channel()
        self.zone = ZoneInfo(seat.user.tz)

    @cached_property
    def reader(self) -> Reader:
        return self._reader()

    def _channel(self) -> Channel | None:
        if self.seat.place == APP_DM:
            return self.workspace.app_dm(self.seat.user.id)
        return self.workspace.channels.get(self.seat.place)

    def _reader(self) -> Reader:
        places = {c.id: c.name for c in self._visible_channels() if c.name}
        return Reader(
            user_id=self.seat.user.id,
            zone=self.zone,
            now=self.workspace.clock.now(),
            people=self.everybody.names,
            places=places,
            place_links={id_: self.seat.link(id_) for id_ in places},
            people_to_choose=self.everybody.to_choose,
            conversations_to_choose=[Choice(id=i, label=f"#{n}") for i, n in places.items()],
            channels_to_choose=[
                Choice(id=c.id, label=f"#{c.name}")
                for c in self._visible_channels()
                if not (c.is_private or c.is_mpim or c.is_archived)
            ],
            own_files={
                one.id: OwnFile(name=one.name, size=size_of(len(one.content)))
                for one in self.workspace.files.values()
                if one.user == self.seat.user.id
            },
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

    def seats(self) -> Iterable[tuple[User, int]]:
        """Everyone who can sit here, with what is unread in their direct messages."""
        return zip(self.workspace.people(), self.seats_unread(), strict=True)

    def seats_unread(self) -> tuple[int, ...]:
        return self.unread.directly()

    def places_unread(self) -> tuple[int, ...]:
        viewer, count = self.seat.user.id, self.unread.count
        places = [*self._visible_channels(), *self.workspace.dms_of(viewer)]
        return self.app_dm_unread(), *(count(viewer, one) for one in places)

    def channels(self) -> list[Place]:
        shown = [self._place(one) for one in self._visible_channels() if not one.is_mpim]
        return sorted(shown, key=lambda place: (place.is_quiet, place.name))

    def direct_messages(self) -> list[Place]:
        shown = [
            Place(
                id=one.id,
                name=self.names_in(one),
                sign="✉",
                link=self.seat.link(one.id),
                unread=self.unread.count(self.seat.user.id, one),
                is_here=one is self.channel,
            )
            for one in self.workspace.dms_of(self.seat.user.id)
        ]
        return sorted(shown, key=lambda place: place.name)

    def names_in(self, channel: Channel) -> str:
        """Who else is in a conversation that has no name of its own."""
        users, app = self.workspace.users, self.workspace.app
        others = [one for one in channel.members if one != self.seat.user.id]
        names = [app.name if one == app.bot_user_id else users[one].real_name for one in others]
        return ", ".join(names) or "Only you"

    def is_direct(self) -> bool:
        return self.channel is not None and (self.channel.is_im or self.channel.is_mpim)

    def others(self) -> list[User]:
        """Who can be written to."""
        return [one for one in self.workspace.people() if one.id != self.seat.user.id]

    def title(self) -> str:
        """What the place that is open is called."""
        if self.is_app_dm() or self.channel is None:
            return self.workspace.app.name
        return self.names_in(self.channel) if self.is_direct() else f"#{self.channel.name}"

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

    def messages(self, rows: Rows) -> list[Drawn]:
        if self.channel is None or self._is_hidden(self.channel):
            return []
        return rows.of(self._newest, self.channel, self.seat, self.reader, "main")

    def earlier(self) -> str | None:
        """The way to a page of messages before those shown; None where there are none."""
        if self.channel is None or self._is_hidden(self.channel):
            return None
        shown = self._newest
        if len(shown) < MESSAGES_A_PAGE * self.seat.pages:
            return None
        first = next(self.channel.top_level(self.seat.user.id))
        if first.ts == shown[0].ts:
            return None
        thread, pages = self.seat.thread, self.seat.pages + 1
        return self.seat.link(self.seat.place, thread, jump=f"m-{shown[0].ts}", pages=pages)

    @cached_property
    def _newest(self) -> list[Message]:
        """As many pages as are asked for, the oldest message first."""
        if self.channel is None:
            return []
        viewer, count = self.seat.user.id, MESSAGES_A_PAGE * self.seat.pages
        return list(islice(self.channel.newest_first(viewer), count))[::-1]

    def thread(self, rows: Rows) -> list[Drawn]:
        if self.channel is None or self.seat.thread is None or self._is_hidden(self.channel):
            return []
        replies = self.channel.thread(self.seat.thread, self.seat.user.id)
        return rows.of(replies, self.channel, self.seat, self.reader, "thread")

    def is_member(self) -> bool:
        return self.channel is not None and self.seat.user.id in self.channel.members

    def _is_hidden(self, channel: Channel) -> bool:
        closed = channel.is_private or channel.is_im or channel.is_mpim
        return closed and self.seat.user.id not in channel.members


def _labelled(user: User) -> str:
    return f"{user.real_name} — {user.title}" if user.title else user.real_name
