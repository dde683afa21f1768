"""The workspace as a page in the browser: anyone's screen, live, on this machine only."""

from collections.abc import Sequence
from pathlib import Path
from secrets import compare_digest, token_urlsafe
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox.clock import SandboxClock
from bot.sandbox.interactions import Acts
from bot.sandbox.page_acts import PageActs, Posted
from bot.sandbox.page_screen import APP_DM, HOME, LOOPBACK, Screen, Seat, Unread, permalink
from bot.sandbox.page_story import Stories, next_to
from bot.sandbox.render.emoji import OFFERED, emoji
from bot.sandbox.render.forms import UnreadableForm
from bot.sandbox.render.views import home_html, modal_html
from bot.sandbox.story import Story
from bot.sandbox.story_acts import StoryActs
from bot.sandbox.uploads import download, readable_by
from bot.sandbox.view_state import CannotAct
from bot.sandbox.workspace import User, Workspace

_HERE: Final = Path(__file__).parent
_POLL_SECONDS: Final = 15.0
_POST_BYTES: Final = 1_000_000
_PARTS: Final = ("top", "notices", "sidebar", "main", "thread", "modals")
_PARTS_AROUND: Final = ("around",)
"""What changes on the page around two others."""
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' https: data:; frame-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def routes(
    workspace: Workspace, acts: Acts, clock: SandboxClock, story: Story | None = None
) -> list[BaseRoute]:
    page = Page(workspace, acts, clock, story)
    return [
        Route("/", page.show),
        Route("/beside", page.beside),
        Route("/archives/{place:path}", page.follow),
        Route("/files/{file}", page.download),
        Route("/page/live", page.live),
        Route("/page/{deed}", page.act, methods=["POST"]),
        Mount("/static", StaticFiles(directory=_HERE / "static")),
    ]


class Page:
    """Shows a seat's screen, tells it what changed, and takes what its buttons post."""

    def __init__(
        self, workspace: Workspace, acts: Acts, clock: SandboxClock, story: Story | None
    ) -> None:
        self._workspace = workspace
        self._clock = clock
        self._unread = Unread(workspace)
        self._stories = (
            Stories(story, workspace, StoryActs(workspace, acts)) if story is not None else None
        )
        self._acts = PageActs(workspace, acts, clock, self._stories)
        # Only a page that this process rendered knows it; a restart makes open pages reload.
        self._token = token_urlsafe(24)
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    async def show(self, request: Request) -> Response:
        if not _is_local(request):
            return _refused("This page is for this machine only.")
        seat = self._seat(request)
        if seat is None:
            return PlainTextResponse("There are no people in this workspace.", 404)
        version = self._workspace.version
        html = self._templates.get_template("page.html").render(
            parts=self._parts(seat),
            has_story=self._stories is not None and not seat.framed,
            seat=seat,
            team=self._workspace.team,
            token=self._token,
            version=version,
        )
        return HTMLResponse(html, headers=_HEADERS)

    async def beside(self, request: Request) -> Response:
        """Two people's pages next to each other, and what belongs to both of them around."""
        seat = self._seat(request)
        if not _is_local(request) or seat is None:
            return _refused("This page is for this machine only.")
        asked = request.query_params
        other = self._person(asked.get("with"))
        user, place = (
            (other, asked.get("at", seat.place)) if other else next_to(self._workspace, seat)
        )
        version = self._workspace.version
        frames = [
            Seat(user=one, place=at, framed=True)
            for one, at in ((seat.user, seat.place), (user, place))
        ]
        html = self._templates.get_template("beside.html").render(
            frames=frames,
            parts=self._around(seat),
            has_story=self._stories is not None,
            seat=seat,
            team=self._workspace.team,
            token=self._token,
            version=version,
        )
        return HTMLResponse(html, headers=_HEADERS)

    async def follow(self, request: Request) -> Response:
        """A permalink that was opened in the browser leads to its message."""
        seat = self._seat(request)
        if not _is_local(request) or seat is None:
            return _refused("This page is for this machine only.")
        place = permalink(self._workspace, seat, request.url.path)
        return RedirectResponse(place or seat.link(seat.place), 303, headers=_HEADERS)

    async def download(self, request: Request) -> Response:
        """A file for whoever sits here, if it stands in a conversation of theirs."""
        seat = self._seat(request)
        if not _is_local(request) or seat is None:
            return _refused("This page is for this machine only.")
        stored = readable_by(self._workspace, seat.user.id, request.path_params["file"])
        if stored is None:
            return PlainTextResponse("There is no such file here.", 404, headers=_HEADERS)
        return download(stored)

    async def live(self, request: Request) -> Response:
        """Waits for a change after the version the page has, then gives its parts anew."""
        if not _is_local(request):
            return _refused("This page is for this machine only.")
        after = request.query_params.get("after", "")
        if after.isascii() and after.isdigit():
            await self._workspace.wait_for_change(int(after), _POLL_SECONDS)
        seat = self._seat(request)
        if seat is None:
            return PlainTextResponse("There are no people in this workspace.", 404)
        version = self._workspace.version
        parts = self._around(seat) if "around" in request.query_params else self._parts(seat)
        shown = {"version": version, "token": self._token, "parts": parts}
        return JSONResponse(shown, headers=_HEADERS)

    async def act(self, request: Request) -> Response:
        if not (_is_local(request) and _is_own_origin(request) and self._has_token(request)):
            return _refused("Only this page may do that.")
        if int(request.headers.get("content-length") or _POST_BYTES) >= _POST_BYTES:
            return _said("That is too much for one form.", self._workspace, status=413)
        form = await request.form(max_fields=2000)
        posted = Posted([(k, v) for k, v in form.multi_items() if isinstance(v, str)])
        deed = self._acts.deeds.get(request.path_params["deed"])
        user = self._person(posted.get("as"))
        if deed is None or user is None:
            return _said("The sandbox knows no such thing to do.", self._workspace, status=404)
        try:
            sentence = await deed(user, posted)
        except CannotAct as refusal:
            return _said(str(refusal), self._workspace, status=409)
        except UnreadableForm as refusal:
            return _said(str(refusal), self._workspace, status=400)
        return _said(sentence, self._workspace, status=409 if sentence else 200)

    # ---- one screen

    def _person(self, user_id: str | None) -> User | None:
        return next((p for p in self._workspace.people() if p.id == user_id), None)

    def _seat(self, request: Request) -> Seat | None:
        asked = request.query_params
        people = self._workspace.people()
        user = self._person(asked.get("as")) or (people[0] if people else None)
        if user is None:
            return None
        place = asked.get("place") or APP_DM
        if place not in (HOME, APP_DM):
            place = self._known_place(user, place)
        return Seat(user=user, place=place, thread=asked.get("thread"), framed="framed" in asked)

    def _known_place(self, user: User, place: str) -> str:
        dm = self._workspace.app_dm(user.id)
        if dm is not None and place == dm.id:
            return APP_DM
        known = any(channel.id == place for channel in self._workspace.channels_of(user.id))
        return place if known else APP_DM

    def _parts(self, seat: Seat) -> dict[str, str]:
        screen = Screen(self._workspace, seat, self._unread)
        if screen.channel is not None:
            self._unread.mark(seat.user.id, screen.channel)
        stack = self._workspace.modal_stack(seat.user.id)
        app = self._workspace.app
        notices = self._workspace.notices.get(seat.user.id, [])
        home = self._workspace.homes.get(seat.user.id)
        known: dict[str, Any] = {
            "screen": screen,
            "seat": seat,
            "user": seat.user,
            "beside": None if seat.framed else self._beside(seat),
            "app": app,
            "channel": screen.channel,
            "team": self._workspace.team,
            "now": self._clock.now().astimezone(screen.reader.zone),
            "timestamp": self._clock.timestamp(),
            "offset_seconds": int(self._clock.offset_seconds),
            "notices": notices,
            "modals": [
                modal_html(
                    view,
                    screen.reader,
                    app_name=app.name,
                    is_top=view is stack[-1],
                    notices=notices if view is stack[-1] else (),
                )
                for view in stack
            ],
            "home": home_html(home, screen.reader) if home else None,
            "reactions": [(name, emoji(name)) for name in OFFERED],
            "global_shortcuts": [s for s in app.shortcuts if s.type == "global"],
            "message_shortcuts": [s for s in app.shortcuts if s.type == "message"],
        }
        parts = self._rendered(_PARTS, known)
        if self._stories is not None and not seat.framed:
            known["panel"] = self._stories.panel(seat)
            parts |= self._rendered(("story",), known)
        return parts

    def _around(self, seat: Seat) -> dict[str, str]:
        """What stands around two people's pages."""
        zone = ZoneInfo(seat.user.tz)
        known: dict[str, Any] = {
            "seat": seat,
            "user": seat.user,
            "team": self._workspace.team,
            "now": self._clock.now().astimezone(zone),
            "timestamp": self._clock.timestamp(),
            "offset_seconds": int(self._clock.offset_seconds),
        }
        parts = self._rendered(_PARTS_AROUND, known)
        if self._stories is not None:
            known["panel"] = self._stories.panel(seat, beside=True)
            parts |= self._rendered(("story",), known)
        return parts

    def _rendered(self, parts: Sequence[str], known: dict[str, Any]) -> dict[str, str]:
        return {part: self._templates.get_template(f"{part}.html").render(known) for part in parts}

    def _beside(self, seat: Seat) -> str:
        if self._stories is not None:
            return self._stories.beside(seat)
        other, place = next_to(self._workspace, seat)
        asked = {"as": seat.user.id, "place": seat.place, "with": other.id, "at": place}
        return f"/beside?{urlencode(asked)}"

    # ---- who may post

    def _has_token(self, request: Request) -> bool:
        sent = request.headers.get("x-sandbox-page", "")
        return compare_digest(sent.encode(), self._token.encode())


def _is_local(request: Request) -> bool:
    """A name that merely resolves to this machine is refused, against DNS rebinding."""
    try:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        return False
    return host in LOOPBACK


def _is_own_origin(request: Request) -> bool:
    return request.headers.get("origin") == f"http://{request.headers.get('host')}"


def _refused(sentence: str) -> Response:
    return JSONResponse({"said": sentence}, status_code=403, headers=_HEADERS)


def _said(sentence: str | None, workspace: Workspace, *, status: int) -> Response:
    return JSONResponse(
        {"said": sentence, "version": workspace.version}, status_code=status, headers=_HEADERS
    )
