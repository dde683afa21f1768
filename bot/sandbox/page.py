"""The workspace as a page in the browser: anyone's screen, live, on this machine only."""

from pathlib import Path
from secrets import compare_digest, token_urlsafe
from typing import Final
from urllib.parse import urlsplit

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
from bot.sandbox.limits import FILE_BYTES, FILES_AT_ONCE
from bot.sandbox.page_acts import Go, PageActs
from bot.sandbox.page_files import picture_type
from bot.sandbox.page_menus import suggested
from bot.sandbox.page_parts import Pages, Parts, Sent
from bot.sandbox.page_posted import Posted, most_bytes, read_post
from bot.sandbox.page_seat import APP_DM, HOME, Seat, permalink
from bot.sandbox.page_story import Stories, next_to
from bot.sandbox.render.forms import UnreadableForm
from bot.sandbox.story import Story
from bot.sandbox.story_acts import StoryActs
from bot.sandbox.uploads import download, readable_by, shown_in_place
from bot.sandbox.view_state import CannotAct
from bot.sandbox.workspace import PAGE, User, Workspace

_HERE: Final = Path(__file__).parent
_POLL_SECONDS: Final = 15.0
_MOST_PAGES: Final = 1000
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
        Route("/page/suggest", page.suggest, methods=["POST"]),
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
        stories = Stories(story, workspace, StoryActs(workspace, acts)) if story else None
        self._has_story = stories is not None
        self._acting = acts
        self._acts = PageActs(workspace, acts, clock, stories)
        # Only a page that this process rendered knows it; a restart makes open pages reload.
        self._token = token_urlsafe(24)
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            files_at_once=FILES_AT_ONCE,
            file_bytes=FILE_BYTES,
            file_megabytes=FILE_BYTES // 1_000_000,
        )
        self._parts = Parts(workspace, clock, self._templates, stories)
        self._pages = Pages()

    async def show(self, request: Request) -> Response:
        if not _is_local(request):
            return _refused("This page is for this machine only.")
        seat = self._seat(request)
        if seat is None:
            return PlainTextResponse("There are no people in this workspace.", 404)
        return self._whole("page.html", self._parts.opened(seat), around=False)

    async def beside(self, request: Request) -> Response:
        """Two people's pages next to each other, and what belongs to both of them around."""
        seat = self._seat(request)
        if not _is_local(request) or seat is None:
            return _refused("This page is for this machine only.")
        asked = request.query_params
        other = self._person(asked.get("with"))
        if other is not None:
            user, place = other, asked.get("at", seat.place)
        else:
            user, place = next_to(self._workspace, seat)
        seats = ((seat.user, seat.place), (user, place))
        frames = [Seat(user=one, place=at, framed=True) for one, at in seats]
        return self._whole("beside.html", seat, around=True, frames=frames)

    def _whole(self, template: str, seat: Seat, *, around: bool, **more: object) -> Response:
        name, sent = self._pages.new()
        version = self._workspace.version
        html = self._templates.get_template(template).render(
            parts=self._parts.changed(seat, sent, around=around),
            has_story=self._has_story and not seat.framed,
            seat=seat,
            team=self._workspace.team,
            token=self._token,
            version=version,
            page=name,
            stamp=sent.stamp,
            **more,
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
        kind = picture_type(stored) if "look" in request.query_params else None
        return shown_in_place(stored, kind) if kind is not None else download(stored)

    async def live(self, request: Request) -> Response:
        """Waits until something on the screen differs from what the page has, and gives that.

        A page that lost an answer, or that this process never served, gets everything.
        """
        if not _is_local(request):
            return _refused("This page is for this machine only.")
        if self._seat(request) is None:
            return PlainTextResponse("There are no people in this workspace.", 404)
        asked = request.query_params
        known = self._pages.get(asked.get("page", ""))
        sent = known or Sent()
        if asked.get("stamp") != str(sent.stamp):
            sent.forget()
        sent.turn += 1
        turn, version = sent.turn, _number(asked.get("after"))
        # A page from before a restart is not to wait until something happens.
        patience = 0.0 if known is None and "page" in asked else _POLL_SECONDS
        until = self._clock.machine_seconds() + patience
        while True:
            left = until - self._clock.machine_seconds()
            version = await self._workspace.wait_for_change(version, max(0.0, left))
            seat = self._seat(request)
            if sent.turn != turn or seat is None:
                # The page has asked again meanwhile, and that question is the one to answer.
                return Response(status_code=204, headers=_HEADERS)
            version = self._workspace.version
            parts = self._parts.changed(seat, sent, around="around" in asked)
            wanted = sent.wanted > _number(asked.get("after"))
            if parts or wanted or left <= 0 or self._workspace.is_closing:
                break
        shown = {"version": version, "stamp": sent.stamp, "token": self._token, "parts": parts}
        return JSONResponse(shown, headers=_HEADERS)

    async def suggest(self, request: Request) -> Response:
        """What the app offers in a menu that it fills, for what is typed there."""
        posted = await self._posted(request)
        if isinstance(posted, Response):
            return posted
        user = self._person(posted.get("as"))
        if user is None:
            return _said("There is nobody like that.", self._workspace, status=404)
        try:
            shown = await suggested(self._acting, user, posted)
        except UnreadableForm as refusal:
            return _said(str(refusal), self._workspace, status=400)
        return JSONResponse({"said": shown.said, "options": shown.options}, headers=_HEADERS)

    async def _posted(self, request: Request) -> Posted | Response:
        """The fields of a post of this page; the refusal of any other."""
        if not (_is_local(request) and _is_own_origin(request) and self._has_token(request)):
            return _refused("Only this page may do that.")
        most = most_bytes(request)
        if int(request.headers.get("content-length") or most) >= most:
            return _said("That is too much for one form.", self._workspace, status=413)
        try:
            return await read_post(request)
        except UnreadableForm as refusal:
            return _said(str(refusal), self._workspace, status=400)

    async def act(self, request: Request) -> Response:
        posted = await self._posted(request)
        if isinstance(posted, Response):
            return posted
        deed = self._acts.deeds.get(request.path_params["deed"])
        user = self._person(posted.get("as"))
        if deed is None or user is None:
            return _said("The sandbox knows no such thing to do.", self._workspace, status=404)
        place = None
        try:
            answer = await deed(user, posted)
            place = answer.place if isinstance(answer, Go) else None
            sentence = None if isinstance(answer, Go) else answer
            status = 409 if sentence else 200
        except CannotAct as refusal:
            sentence, status = str(refusal), 409
        except UnreadableForm as refusal:
            sentence, status = str(refusal), 400
        sent = self._pages.get(posted.get("page") or "")
        if sent is not None:
            # Its waiting question is answered now, also where the act changed nothing on it.
            sent.wanted = self._workspace.touch(PAGE)
        return _said(sentence, self._workspace, status=status, place=place)

    # ---- one screen

    def _person(self, user_id: str | None) -> User | None:
        return self._workspace.person(user_id) if user_id is not None else None

    def _seat(self, request: Request) -> Seat | None:
        asked = request.query_params
        user = self._person(asked.get("as")) or next(iter(self._workspace.people()), None)
        if user is None:
            return None
        place = asked.get("place") or APP_DM
        if place not in (HOME, APP_DM):
            place = self._known_place(user, place)
        return Seat(
            user=user,
            place=place,
            thread=asked.get("thread") or None,
            framed="framed" in asked,
            pages=min(max(_number(asked.get("pages")), 1), _MOST_PAGES),
            new_from=asked.get("new") or None,
        )

    def _known_place(self, user: User, place: str) -> str:
        dm = self._workspace.app_dm(user.id)
        if dm is not None and place == dm.id:
            return APP_DM
        workspace = self._workspace
        seen = [*workspace.channels_of(user.id), *workspace.dms_of(user.id)]
        known = any(channel.id == place for channel in seen)
        return place if known else APP_DM

    # ---- who may post

    def _has_token(self, request: Request) -> bool:
        sent = request.headers.get("x-sandbox-page", "")
        return compare_digest(sent.encode(), self._token.encode())


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else -1


def _is_local(request: Request) -> bool:
    """A name that merely resolves to this machine is refused, against DNS rebinding."""
    try:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        return False
    return host in request.app.state.names


def _is_own_origin(request: Request) -> bool:
    return request.headers.get("origin") == f"http://{request.headers.get('host')}"


def _refused(sentence: str) -> Response:
    return JSONResponse({"said": sentence}, status_code=403, headers=_HEADERS)


def _said(
    sentence: str | None, workspace: Workspace, *, status: int, place: str | None = None
) -> Response:
    told = {"said": sentence, "version": workspace.version, "place": place}
    return JSONResponse(told, status_code=status, headers=_HEADERS)
