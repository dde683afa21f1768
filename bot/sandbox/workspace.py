"""What a Slack workspace is made of, held in memory and counted by a rising version."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from bot.sandbox.clock import SandboxClock

Json: TypeAlias = dict[str, Any]
Blocks: TypeAlias = list[Json]
EVERYBODY: Final = ""
STORY: Final = "story"
PAGE: Final = "page"


@dataclass(slots=True, kw_only=True)
class Team:
    id: str
    name: str
    domain: str


@dataclass(slots=True, kw_only=True)
class User:
    id: str
    team_id: str
    name: str
    real_name: str
    tz: str
    title: str = ""
    email: str = ""
    is_admin: bool = False
    is_owner: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_bot: bool = False
    deleted: bool = False
    fields: dict[str, str] = field(default_factory=dict)
    """Values of the custom profile fields, by the field's id."""


@dataclass(slots=True, kw_only=True)
class ProfileField:
    """A custom field of everybody's profile, as the workspace's owners made it."""

    id: str
    label: str
    type: str
    hint: str = ""
    options: list[str] = field(default_factory=list)
    hidden: bool = False


@dataclass(slots=True, kw_only=True)
class Reaction:
    name: str
    users: list[str]


@dataclass(slots=True, kw_only=True)
class Message:
    """`bot_id` is set when an app wrote it; `ephemeral_for` is the only person who sees it."""

    ts: str
    channel: str
    user: str
    text: str
    bot_id: str | None = None
    blocks: Blocks = field(default_factory=list)
    metadata: Json | None = None
    thread_ts: str | None = None
    reply_broadcast: bool = False
    reactions: list[Reaction] = field(default_factory=list)
    edited_ts: str | None = None
    ephemeral_for: str | None = None
    tombstone: bool = False
    subtype: str | None = None
    files: list[str] = field(default_factory=list)
    version: int = 0

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(slots=True, kw_only=True)
class StoredFile:
    """`channels` are the conversations it was shared in; without one nobody sees it.

    `is_given` says that its owner gave it to the app in a form, which can look at it since then.
    """

    id: str
    name: str
    title: str
    user: str
    created: int
    content: bytes
    channels: list[str] = field(default_factory=list)
    is_given: bool = False


@dataclass(slots=True, kw_only=True)
class Channel:
    """Messages are keyed by ts in rising order; `threads` lists the reply ts of each parent."""

    id: str
    name: str
    creator: str
    created: int
    members: list[str]
    is_private: bool = False
    is_im: bool = False
    is_mpim: bool = False
    is_ext_shared: bool = False
    is_pending_ext_shared: bool = False
    is_archived: bool = False
    topic: str = ""
    purpose: str = ""
    pins: list[Json] = field(default_factory=list)
    """`ts`, `user` and `created` of what is pinned, the last pin at the end."""
    bookmarks: list[Json] = field(default_factory=list)
    """As Slack shows them, in their order."""
    messages: dict[str, Message] = field(default_factory=dict)
    threads: dict[str, list[str]] = field(default_factory=dict)

    def top_level(self, viewer: str) -> Iterator[Message]:
        """What this person sees in the channel itself, oldest first."""
        return (one for one in self.messages.values() if _stands_in_channel(one, viewer))

    def newest_first(self, viewer: str) -> Iterator[Message]:
        """The same from its other end."""
        return (one for one in reversed(self.messages.values()) if _stands_in_channel(one, viewer))

    def thread(self, parent_ts: str, viewer: str) -> Iterator[Message]:
        """The parent and what this person sees of its replies, oldest first."""
        parent = self.messages.get(parent_ts)
        if parent is not None:
            yield parent
        for ts in self.threads.get(parent_ts, ()):
            reply = self.messages[ts]
            if reply.ephemeral_for in (None, viewer):
                yield reply


def _stands_in_channel(message: Message, viewer: str) -> bool:
    seen = message.ephemeral_for in (None, viewer)
    return seen and (not message.is_reply or message.reply_broadcast)


@dataclass(slots=True, kw_only=True)
class Scheduled:
    """A message of the app that is to be posted at a second of the calendar."""

    id: str
    channel: str
    post_at: int
    created: int
    text: str
    blocks: Blocks = field(default_factory=list)
    metadata: Json | None = None
    thread_ts: str | None = None
    reply_broadcast: bool = False


@dataclass(slots=True, kw_only=True)
class OpenView:
    """A modal on a person's screen, or their Home tab of the app.

    `view` is the view as the app gave it, block ids filled in; `state` is what stands in each
    element, shaped as Slack shapes `state.values`; `errors` are shown under the inputs.
    """

    id: str
    user: str
    type: str
    view: Json
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    state: dict[str, dict[str, Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    version: int = 0

    @property
    def callback_id(self) -> str:
        return str(self.view.get("callback_id", ""))

    @property
    def external_id(self) -> str:
        return str(self.view.get("external_id", ""))


@dataclass(slots=True, kw_only=True)
class Notice:
    """What Slack puts on one person's screen when the app was late or failed."""

    id: str
    user: str
    ts: str
    text: str


@dataclass(slots=True, kw_only=True)
class SlashCommand:
    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(slots=True, kw_only=True)
class Shortcut:
    name: str
    type: str
    callback_id: str
    description: str = ""


@dataclass(slots=True, kw_only=True)
class App:
    """The one app installed in the workspace, as its manifest and its installation describe it."""

    id: str
    name: str
    bot_id: str
    bot_user_id: str
    bot_token: str
    app_token: str
    signing_secret: str
    bot_scopes: list[str]
    app_scopes: list[str]
    slash_commands: list[SlashCommand] = field(default_factory=list)
    shortcuts: list[Shortcut] = field(default_factory=list)
    bot_events: list[str] = field(default_factory=list)
    home_tab_enabled: bool = False
    messages_tab_enabled: bool = False
    interactivity_enabled: bool = True
    known_scopes: list[str] = field(default_factory=list)
    """What the manifest asks for: an installation grants these or fewer."""
    client_id: str = ""
    client_secret: str = ""
    redirect_urls: list[str] = field(default_factory=list)
    """Where a browser may be sent after an installation, by how an address begins."""
    refused: str = ""
    """Slack's error for every call once the tokens were revoked or the app was taken out."""


class Workspace:
    """All state of one workspace; every change raises `version` and wakes whoever waits for it.

    It is used from one event loop only, so that it needs no lock.
    """

    def __init__(self, *, team: Team, app: App, clock: SandboxClock) -> None:
        self.team = team
        self.app = app
        self.clock = clock
        self.files_url = "https://files.slack.com"
        """Where an app finds what is in files; the server that serves the workspace sets it."""
        self.users: dict[str, User] = {}
        self.profile_fields: dict[str, ProfileField] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, StoredFile] = {}
        self.scheduled: dict[str, Scheduled] = {}
        self.modals: dict[str, list[OpenView]] = {}
        self.homes: dict[str, OpenView] = {}
        self.notices: dict[str, list[Notice]] = {}
        self.story_done: list[str] = []
        self.story_deeds: list[list[str]] = []
        self.version = 0
        self.versions: dict[str, int] = {}
        self.on_change: list[Callable[[], None]] = []
        self.last_ts = 0
        self.last_id = 0
        self._dms: dict[str, str] = {}
        self._between_people: list[Channel] = []
        self._changed = asyncio.Event()
        self._closing = False

    # ---- being watched

    def close(self) -> None:
        """Sends every waiter home, now and from now on: the server is stopping."""
        self._closing = True
        self._changed.set()

    @property
    def is_closing(self) -> bool:
        return self._closing

    def touch(self, about: str = EVERYBODY) -> int:
        """Counts one change and wakes the waiters; returns the new version.

        `about` is the id of the channel or person whom alone it concerns.
        """
        self.version += 1
        self.versions[about] = self.version
        self._changed.set()
        self._changed = asyncio.Event()
        for listener in self.on_change:
            listener()
        return self.version

    def changed(self, *about: str) -> int:
        """The version of the last change that concerned everybody or one of these."""
        known = self.versions
        return max(known.get(EVERYBODY, 0), *(known.get(one, 0) for one in about), 0)

    async def wait_for_change(self, after: int, timeout: float) -> int:
        """Returns the version as soon as it is above `after`, at the latest after `timeout` s."""
        try:
            async with asyncio.timeout(timeout):
                while self.version <= after and not self._closing:
                    await self._changed.wait()
        except TimeoutError:
            pass
        return self.version

    # ---- names and times

    def new_id(self, prefix: str) -> str:
        self.last_id += 1
        return f"{prefix}0{self.last_id:09X}"

    def new_ts(self) -> str:
        """A message ts on the calendar clock, above every earlier one of this workspace."""
        self.last_ts = max(int(self.clock.timestamp() * 1_000_000), self.last_ts + 1)
        return f"{self.last_ts // 1_000_000}.{self.last_ts % 1_000_000:06d}"

    # ---- people and places

    def add_user(self, user: User) -> None:
        self.users[user.id] = user
        self.touch()

    def add_channel(self, channel: Channel) -> None:
        self.channels[channel.id] = channel
        with_app = channel.is_im and self.app.bot_user_id in channel.members
        if channel.is_mpim or (channel.is_im and not with_app):
            self._between_people.append(channel)
        if with_app:
            for member in channel.members:
                if member != self.app.bot_user_id:
                    self._dms[member] = channel.id
        self.touch()

    def people(self) -> list[User]:
        """Everyone who can sit at the screen: active people of this workspace, no bots."""
        return [user for user in self.users.values() if self._sits_here(user)]

    def person(self, user_id: str) -> User | None:
        """One of them."""
        user = self.users.get(user_id)
        return user if user is not None and self._sits_here(user) else None

    def _sits_here(self, user: User) -> bool:
        return not user.is_bot and not user.deleted and user.team_id == self.team.id

    def renumber(self, channel: Channel) -> str:
        """Gives a conversation another id, and returns the one it had."""
        before, channel.id = channel.id, self.new_id("C")
        self.channels[channel.id] = self.channels.pop(before)
        for message in channel.messages.values():
            message.channel = channel.id
        for bookmark in channel.bookmarks:
            bookmark["channel_id"] = channel.id
        for planned in self.scheduled.values():
            planned.channel = channel.id if planned.channel == before else planned.channel
        for stored in self.files.values():
            stored.channels = [channel.id if one == before else one for one in stored.channels]
        self.touch()
        return before

    def remove_channel(self, channel: Channel) -> None:
        """Takes a conversation away with all that was said in it."""
        del self.channels[channel.id]
        self._between_people = [one for one in self._between_people if one is not channel]
        self.scheduled = {k: v for k, v in self.scheduled.items() if v.channel != channel.id}
        for stored in self.files.values():
            stored.channels = [one for one in stored.channels if one != channel.id]
        self.touch()

    def add_file(self, stored: StoredFile) -> None:
        self.files[stored.id] = stored
        self.touch()

    def remove_file(self, stored: StoredFile) -> None:
        """Takes a file away, also out of the messages it was shared in."""
        del self.files[stored.id]
        for channel in (self.channels[one] for one in stored.channels):
            for message in [one for one in channel.messages.values() if stored.id in one.files]:
                message.files = [one for one in message.files if one != stored.id]
                if message.files or message.text or message.blocks:
                    self.message_changed(message)
                else:
                    self.remove_message(message)
        self.touch()

    def own_files(self, user_id: str) -> list[StoredFile]:
        """What this person brought and showed nobody yet, in the order it came."""
        mine = (one for one in self.files.values() if one.user == user_id)
        return [one for one in mine if not (one.channels or one.is_given)]

    def channel_named(self, name: str) -> Channel | None:
        wanted = name.removeprefix("#")
        return next((c for c in self.channels.values() if c.name == wanted and not c.is_im), None)

    def channels_of(self, user_id: str) -> list[Channel]:
        """Every conversation this person sees in their list, DMs left out."""
        return [
            c
            for c in self.channels.values()
            if not c.is_im and (user_id in c.members or not (c.is_private or c.is_mpim))
        ]

    def dms_of(self, user_id: str) -> list[Channel]:
        """This person's conversations with other people, alone or in a group."""
        return [channel for channel in self._between_people if user_id in channel.members]

    def app_dm(self, user_id: str) -> Channel | None:
        """The DM between this person and the app, if one was ever opened."""
        known = self._dms.get(user_id)
        return None if known is None else self.channels[known]

    def open_app_dm(self, user_id: str) -> Channel:
        existing = self.app_dm(user_id)
        if existing is not None:
            return existing
        channel = Channel(
            id=self.new_id("D"),
            name="",
            creator=self.app.bot_user_id,
            created=int(self.clock.timestamp()),
            members=[self.app.bot_user_id, user_id],
            is_im=True,
        )
        self.add_channel(channel)
        return channel

    # ---- messages

    def add_message(self, message: Message) -> None:
        channel = self.channels[message.channel]
        channel.messages[message.ts] = message
        if message.is_reply and message.thread_ts is not None:
            channel.threads.setdefault(message.thread_ts, []).append(message.ts)
        message.version = self.touch(channel.id)

    def message_changed(self, message: Message) -> None:
        message.version = self.touch(message.channel)

    def remove_message(self, message: Message) -> None:
        """Takes a message away; a parent with replies leaves a tombstone, as in Slack."""
        channel = self.channels[message.channel]
        channel.pins = [pin for pin in channel.pins if pin["ts"] != message.ts]
        if channel.threads.get(message.ts):
            message.tombstone = True
            message.text = "This message was deleted."
            message.blocks = []
            message.metadata = None
            message.files = []
            message.reactions = []
            message.version = self.touch(channel.id)
            return
        del channel.messages[message.ts]
        if message.is_reply and message.thread_ts is not None:
            replies = channel.threads[message.thread_ts]
            replies.remove(message.ts)
            if not replies:
                del channel.threads[message.thread_ts]
        self.touch(channel.id)

    def ephemerals(self, channel_id: str, user_id: str) -> list[Message]:
        messages = self.channels[channel_id].messages.values()
        return [m for m in messages if m.ephemeral_for == user_id]

    # ---- what is on a screen

    def modal_stack(self, user_id: str) -> list[OpenView]:
        """The person's open modals, the root first and the one on top last."""
        return self.modals.get(user_id, [])

    def top_modal(self, user_id: str) -> OpenView | None:
        stack = self.modals.get(user_id)
        return stack[-1] if stack else None

    def find_view(self, view_id: str) -> OpenView | None:
        return next((view for view in self._all_views() if view.id == view_id), None)

    def find_external(self, external_id: str) -> OpenView | None:
        return next((v for v in self._all_views() if v.external_id == external_id), None)

    def put_on_stack(self, view: OpenView) -> None:
        self.modals.setdefault(view.user, []).append(view)
        view.version = self.touch(view.user)

    def drop_views(self, user_id: str, gone: Iterable[str]) -> None:
        ids = set(gone)
        left = [view for view in self.modal_stack(user_id) if view.id not in ids]
        if left:
            self.modals[user_id] = left
        else:
            self.modals.pop(user_id, None)
        self.touch(user_id)

    def set_home(self, view: OpenView) -> None:
        self.homes[view.user] = view
        view.version = self.touch(view.user)

    def view_changed(self, view: OpenView) -> None:
        view.version = self.touch(view.user)

    def _all_views(self) -> Iterator[OpenView]:
        for stack in self.modals.values():
            yield from stack
        yield from self.homes.values()

    # ---- notices

    def add_notice(self, user_id: str, text: str) -> Notice:
        notice = Notice(id=self.new_id("N"), user=user_id, ts=self.new_ts(), text=text)
        self.notices.setdefault(user_id, []).append(notice)
        self.touch(user_id)
        return notice

    def dismiss_notice(self, user_id: str, notice_id: str) -> None:
        kept = [n for n in self.notices.get(user_id, []) if n.id != notice_id]
        self.notices[user_id] = kept
        self.touch(user_id)
