"""The parts a page is made of: drawn where something in them changed, sent where it shows."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from jinja2 import Environment
from markupsafe import Markup

from bot.sandbox.clock import SandboxClock
from bot.sandbox.page_rows import ME, Drawn, MessageRow, Rows, column_html, minute_of
from bot.sandbox.page_screen import Everybody, Screen
from bot.sandbox.page_seat import HOME, Seat
from bot.sandbox.page_story import Stories, beside_link
from bot.sandbox.page_unread import Unread
from bot.sandbox.render.emoji import OFFERED, emoji
from bot.sandbox.render.views import home_html, modal_html
from bot.sandbox.workspace import STORY, Shortcut, Workspace

_PAGES_KEPT: Final = 300
_Named: TypeAlias = tuple[tuple[str, str], ...]
_COLUMN: Final = Markup("<!--column-->")
"""Where the messages go; no text of a message can write it, for all text is escaped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A part but for the rows in it; `made_of` differs where the frame may."""

    made_of: object
    html: str
    digest: str


@dataclass(slots=True, kw_only=True)
class Sent:
    """What one open page has: what its parts were made of, and which rows stand in it."""

    stamp: int = 0
    turn: int = 0
    wanted: int = 0
    """The version to answer with even where nothing shows: what its own act was followed by."""
    made_of: dict[str, object] = field(default_factory=dict)
    frames: dict[str, Frame] = field(default_factory=dict)
    """Of the parts that rows stand in."""
    shown: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    """By part: the digest of its frame, and the marks of its rows."""

    def forget(self) -> None:
        """The page has something else, or nothing."""
        self.made_of.clear()
        self.frames.clear()
        self.shown.clear()


class Pages:
    """The pages that were opened last; one that was forgotten gets everything anew."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Sent] = OrderedDict()

    def new(self) -> tuple[str, Sent]:
        name, sent = token_urlsafe(9), Sent()
        self._kept[name] = sent
        while len(self._kept) > _PAGES_KEPT:
            self._kept.popitem(last=False)
        return name, sent

    def get(self, name: str) -> Sent | None:
        sent = self._kept.get(name)
        if sent is not None:
            self._kept.move_to_end(name)
        return sent


class Parts:
    """Draws a seat's parts; `sent` is what its page has, and is brought up to date with them."""

    def __init__(
        self,
        workspace: Workspace,
        clock: SandboxClock,
        templates: Environment,
        stories: Stories | None,
    ) -> None:
        self._workspace = workspace
        self._clock = clock
        self._templates = templates
        self._stories = stories
        self._unread = Unread(workspace)
        self._everybody = Everybody(workspace)
        module: Any = templates.get_template("message.html").module
        self._message: Callable[..., Markup] = module.message
        # What every message's menu offers alike is drawn once.
        self._reactions: Markup = module.reaction_entries([(n, emoji(n)) for n in OFFERED])
        self._shortcut_entries: Callable[[_Named], Markup] = cache(module.shortcut_entries)
        self._rows = Rows(workspace, self._row)

    def opened(self, seat: Seat) -> Seat:
        """The seat with what is new to whoever opens it now."""
        channel = self._screen(seat).channel
        new = self._unread.first(seat.user.id, channel) if channel is not None else None
        return replace(seat, new_from=new)

    def changed(self, seat: Seat, sent: Sent, *, around: bool = False) -> dict[str, str]:
        """The parts that differ from what the page has."""
        screen = self._screen(seat)
        if screen.channel is not None and not around:
            self._unread.mark(seat.user.id, screen.channel)
        known = cache(lambda: self._known(screen))
        shown: dict[str, str] = {}
        for part, made_of in self._made_of(screen, around=around).items():
            if sent.made_of.get(part) == made_of:
                continue
            rows = self._rows_of(part, screen)
            frame_made_of = self._frame_made_of(rows, made_of)
            frame = sent.frames.get(part)
            if frame is None or frame.made_of != frame_made_of:
                html = self._draw(part, screen, known(), has_rows=bool(rows), around=around)
                digest = sha256(html.encode()).hexdigest()
                frame = Frame(made_of=frame_made_of, html=html, digest=digest)
                if rows:
                    sent.frames[part] = frame
            sent.made_of[part] = made_of
            there = (frame.digest, [row.mark for row in rows])
            before = sent.shown.get(part)
            if before != there:
                column = column_html(
                    rows,
                    part,
                    new_from=seat.new_from,
                    known=set(before[1]) if before is not None else (),
                    earlier=screen.earlier() if part == "main" else None,
                    me=seat.user.id,
                )
                sent.shown[part] = there
                shown[part] = frame.html.replace(_COLUMN, column)
        if shown:
            sent.stamp += 1
        return shown

    def _screen(self, seat: Seat) -> Screen:
        return Screen(self._workspace, seat, self._unread, self._everybody)

    def _row(self, row: MessageRow, column: str) -> Markup:
        named = tuple((one.callback_id, one.name) for one in self._shortcuts("message"))
        return self._message(row, column, ME, self._reactions, self._shortcut_entries(named))

    # ---- what each part is made of

    def _made_of(self, screen: Screen, *, around: bool) -> Mapping[str, object]:
        seat, changed = screen.seat, self._workspace.changed
        user, now = seat.user.id, self._clock.now().astimezone(screen.zone)
        here = screen.channel.id if screen.channel is not None else user
        time = (self._clock.offset_seconds, now.date())
        minute = minute_of(now)
        made_of: dict[str, object] = {}
        if around:
            made_of["around"] = (changed(), time)
        else:
            made_of = {
                "top": (changed(STORY), time, screen.seats_unread()),
                "notices": changed(user),
                "sidebar": (changed(), screen.places_unread()),
                "main": (changed(user if seat.place == HOME else here), minute, time),
                "thread": (changed(here), minute, time) if seat.thread else changed(),
                "modals": (changed(user), time),
                "offers": changed(),
            }
        if self._stories is not None and not seat.framed:
            made_of["story"] = self._stories.made_of(seat)
        return made_of

    def _rows_of(self, part: str, screen: Screen) -> list[Drawn]:
        match part:
            case "main":
                return screen.messages(self._rows)
            case "thread":
                return screen.thread(self._rows)
        return []

    def _frame_made_of(self, rows: list[Drawn], made_of: object) -> object:
        """What is said in a channel changes nothing around it."""
        return self._workspace.changed() if rows else made_of

    def _draw(
        self, part: str, screen: Screen, known: dict[str, Any], *, has_rows: bool, around: bool
    ) -> str:
        """A part, with a sign where its messages belong."""
        more: dict[str, Any] = {}
        match part:
            case "main":
                home = self._workspace.homes.get(screen.seat.user.id)
                more["home"] = home_html(home, screen.reader) if home else None
            case "modals":
                more["modals"] = self._modals(screen)
            case "story" if self._stories is not None:
                more["panel"] = self._stories.panel(screen.seat, beside=around)
        more["column"] = _COLUMN if has_rows else ""
        return self._templates.get_template(f"{part}.html").render({**known, **more})

    def _known(self, screen: Screen) -> dict[str, Any]:
        seat, app = screen.seat, self._workspace.app
        return {
            "screen": screen,
            "seat": seat,
            "user": seat.user,
            "beside": None if seat.framed else self._beside(seat),
            "app": app,
            "channel": screen.channel,
            "team": self._workspace.team,
            "now": self._clock.now().astimezone(ZoneInfo(seat.user.tz)),
            "timestamp": self._clock.timestamp(),
            "offset_seconds": int(self._clock.offset_seconds),
            "notices": self._workspace.notices.get(seat.user.id, []),
            "has_modal": bool(self._workspace.modal_stack(seat.user.id)),
            "global_shortcuts": self._shortcuts("global"),
        }

    def _modals(self, screen: Screen) -> list[str]:
        user = screen.seat.user.id
        stack = self._workspace.modal_stack(user)
        notices = self._workspace.notices.get(user, [])
        return [
            modal_html(
                view,
                screen.reader,
                app_name=self._workspace.app.name,
                is_top=view is stack[-1],
                notices=notices if view is stack[-1] else (),
            )
            for view in stack
        ]

    def _beside(self, seat: Seat) -> str:
        if self._stories is not None:
            return self._stories.beside(seat)
        return beside_link(self._workspace, seat)

    def _shortcuts(self, kind: str) -> list[Shortcut]:
        return [one for one in self._workspace.app.shortcuts if one.type == kind]
