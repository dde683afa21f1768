"""OAuth v2: the page on which somebody lets the app in, and the code that the app gets for it."""

import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.sandbox.limits import LOOPBACK
from bot.sandbox.workspace import User, Workspace

CODE_SECONDS: Final = 600.0
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
_PAGE: Final = Markup(
    """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Allow {app}?</title>
<style>body{{font:1rem/1.5 system-ui;max-width:32rem;margin:3rem auto;padding:0 1rem}}
button,select{{font:inherit;padding:.4rem .8rem}}</style>
<h1>{app} asks for access to {team}</h1><p>It wants to use:</p><ul>{scopes}</ul>
<form method="post"><input type="hidden" name="asked" value="{key}">
<p><label>Allow it as <select name="user">{people}</select></label></p>
<p><button name="answer" value="allow">Allow</button>
<button name="answer" value="cancel">Cancel</button></p></form></html>"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an app asked for, with the address the browser is sent back to."""

    scopes: tuple[str, ...]
    redirect_uri: str
    redirect_uri_was_given: bool
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What somebody agreed to; its code is good for ten minutes and one use."""

    user: str
    scopes: tuple[str, ...]
    redirect_uri: str
    redirect_uri_was_given: bool
    ends: float


class CannotAsk(Exception):
    """Slack's error code for an address that asks for nothing it could grant."""


class OAuth:
    """The installations that are going on; they are forgotten with the process."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._asked: dict[str, Asked] = {}
        self._grants: dict[str, Grant] = {}

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/oauth/v2/authorize", self.ask, methods=["GET"]),
            Route("/oauth/v2/authorize", self.answer, methods=["POST"]),
        ]

    def look_at(self, code: str) -> Grant | None:
        """What a code stands for; None for one that is unknown, used or too old."""
        grant = self._grants.get(code)
        if grant is None or grant.ends < self._workspace.clock.machine_seconds():
            return None
        return grant

    def use(self, code: str) -> None:
        del self._grants[code]

    def install(self, grant: Grant) -> None:
        """Lets the app in with what was agreed; after a revocation it gets another token."""
        app = self._workspace.app
        if app.refused:
            app.bot_token = f"xoxb-sandbox-{secrets.token_hex(12)}"
            app.refused = ""
        app.bot_scopes = list(grant.scopes)
        self._workspace.touch()

    async def ask(self, request: Request) -> Response:
        """The page that says what the app wants."""
        try:
            asked = self._read(request)
        except CannotAsk as refusal:
            return PlainTextResponse(f"Something went wrong: {refusal}.", 400, _HEADERS)
        key = secrets.token_urlsafe(24)
        self._asked[key] = asked
        shown = _PAGE.format(
            app=self._workspace.app.name,
            team=self._workspace.team.name,
            key=key,
            scopes=Markup("").join(Markup("<li>{}").format(one) for one in asked.scopes),
            people=Markup("").join(
                Markup('<option value="{}">{}</option>').format(one.id, one.real_name)
                for one in self._people()
            ),
        )
        return HTMLResponse(shown, headers=_HEADERS)

    async def answer(self, request: Request) -> Response:
        """Sends the browser back; only the page itself knows the key that it has to bring."""
        async with request.form() as form:
            given = {name: str(value) for name, value in form.items()}
        asked = self._asked.pop(given.get("asked", ""), None)
        if asked is None:
            return PlainTextResponse("Ask again: this page was used already.", 403, _HEADERS)
        back = {"state": asked.state}
        if given.get("answer") == "allow":
            if given.get("user") not in {one.id for one in self._people()}:
                return PlainTextResponse("There is no such person.", 400, _HEADERS)
            code = secrets.token_urlsafe(24)
            self._grants[code] = Grant(
                user=given["user"],
                scopes=asked.scopes,
                redirect_uri=asked.redirect_uri,
                redirect_uri_was_given=asked.redirect_uri_was_given,
                ends=self._workspace.clock.machine_seconds() + CODE_SECONDS,
            )
            back["code"] = code
        else:
            back["error"] = "access_denied"
        joined = "&" if urlsplit(asked.redirect_uri).query else "?"
        return RedirectResponse(
            f"{asked.redirect_uri}{joined}{urlencode(back)}", 302, {"Cache-Control": "no-store"}
        )

    def _people(self) -> list[User]:
        """Who may install an app: everybody but guests."""
        return [one for one in self._workspace.people() if not one.is_restricted]

    def _read(self, request: Request) -> Asked:
        app, query = self._workspace.app, request.query_params
        if not app.client_id or query.get("client_id") != app.client_id:
            raise CannotAsk("invalid_client_id")
        if query.get("team") not in (None, "", self._workspace.team.id):
            raise CannotAsk("invalid_team_for_non_distributed_app")
        if query.get("user_scope"):
            # People's own tokens are not done by this sandbox.
            raise CannotAsk("invalid_user_scope")
        scopes = tuple(one for one in query.get("scope", "").split(",") if one)
        if not scopes:
            raise CannotAsk("no_scopes")
        if set(scopes) - set(app.known_scopes):
            raise CannotAsk("invalid_scope")
        given = query.get("redirect_uri", "")
        back = given or next(iter(app.redirect_urls), "")
        if not self._may_go_to(back):
            raise CannotAsk("bad_redirect_uri")
        return Asked(
            scopes=scopes,
            redirect_uri=back,
            redirect_uri_was_given=bool(given),
            state=query.get("state", ""),
        )

    def _may_go_to(self, address: str) -> bool:
        """An address below one of the app's; where the app names none, one on this machine."""
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or parts.hostname is None:
            return False
        allowed = self._workspace.app.redirect_urls
        if not allowed:
            return parts.hostname in LOOPBACK
        return any(_is_below(address, one) for one in allowed)


def _is_below(address: str, root: str) -> bool:
    """Whether both name one host, and the path of the one begins with that of the other."""
    here, there = urlsplit(address), urlsplit(root)
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        return False
    path = there.path.rstrip("/")
    return here.path == path or here.path.startswith(path + "/") or here.path == there.path
