"""OAuth v2 as an app meets it: the page, the way back, and what a code is worth."""

import http.client
import json
import re
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from slack_bolt.oauth.oauth_flow import OAuthFlow
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_bolt.request import BoltRequest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore

from bot.sandbox.server import SandboxServer
from tests.sandbox.desk import ADA, LENA, MAYA, Desk, Json

BACK = "http://127.0.0.1:3000/slack/oauth_redirect"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def ask(desk: Desk, **more: str) -> tuple[int, str]:
    query = {
        "client_id": desk.workspace.app.client_id,
        "scope": "chat:write,users:read",
        "redirect_uri": BACK,
        "state": "st/ate",
        **more,
    }
    status, body = desk.run(desk.request(f"/oauth/v2/authorize?{urlencode(query)}", verb="GET"))
    return status, body.decode()


def decide(desk: Desk, page: str, **given: str) -> tuple[int, dict[str, list[str]]]:
    key = re.search(r'name="asked" value="([^"]+)"', page)
    fields = {"asked": key[1] if key else "", "user": ADA, "answer": "allow", **given}
    answer = desk.answer(
        "/oauth/v2/authorize", verb="POST", headers=FORM, body=urlencode(fields).encode()
    )
    status, headers, _ = desk.run(answer)
    return status, parse_qs(urlsplit(headers.get("location", "")).query)


def code_for(desk: Desk, **asked: str) -> str:
    status, back = decide(desk, ask(desk, **asked)[1])
    assert status == 302
    return back["code"][0]


def exchange(desk: Desk, code: str, **more: Any) -> Json:
    app = desk.workspace.app
    given = {
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "code": code,
        "redirect_uri": BACK,
        **more,
    }
    kept = {name: value for name, value in given.items() if value is not None}
    return desk.call("oauth.v2.access", token=None, **kept)


def test_somebody_allows_it_and_the_code_is_worth_the_token(desk: Desk) -> None:
    _, page = ask(desk)
    assert "chat:write" in page
    status, back = decide(desk, page)
    assert (status, back["state"]) == (302, ["st/ate"])
    answer = exchange(desk, back["code"][0])
    app = desk.workspace.app
    assert answer == {
        "ok": True,
        "app_id": app.id,
        "authed_user": {"id": ADA},
        "scope": "chat:write,users:read",
        "token_type": "bot",
        "access_token": app.bot_token,
        "bot_user_id": app.bot_user_id,
        "team": {"id": desk.workspace.team.id, "name": desk.workspace.team.name},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    # What was not asked for is not granted.
    assert desk.call("users.info", user=MAYA)["ok"]
    assert desk.call("team.info")["error"] == "missing_scope"


def test_a_code_is_good_once_and_for_ten_minutes(desk: Desk) -> None:
    code = code_for(desk)
    assert exchange(desk, code)["ok"]
    assert exchange(desk, code)["error"] == "invalid_code"
    late = code_for(desk)
    desk.ticker.seconds += 601
    assert exchange(desk, late)["error"] == "invalid_code"
    assert exchange(desk, "guessed")["error"] == "invalid_code"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"client_secret": "x"}, "bad_client_secret"),
        ({"redirect_uri": BACK + "/other"}, "bad_redirect_uri"),
        ({"redirect_uri": None}, "bad_redirect_uri"),
        ({"grant_type": "password"}, "invalid_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "xoxe-1"}, "invalid_refresh_token"),
        ({"code_verifier": "x" * 43}, "pkce_not_allowed"),
        ({"code": ""}, "invalid_code"),
    ],
)
def test_a_wrong_exchange_is_refused_and_costs_no_code(desk: Desk, given: Json, why: str) -> None:
    code = code_for(desk)
    assert exchange(desk, **{"code": code, **given})["error"] == why
    assert exchange(desk, code)["ok"]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"scope": ""}, "no_scopes"),
        ({"scope": "admin.users:write"}, "invalid_scope"),
        ({"user_scope": "chat:write"}, "invalid_user_scope"),
        ({"redirect_uri": "https://elsewhere.example/take"}, "bad_redirect_uri"),
        ({"redirect_uri": "javascript:alert(1)"}, "bad_redirect_uri"),
        ({"redirect_uri": ""}, "bad_redirect_uri"),
        ({"team": "T0OTHER"}, "invalid_team_for_non_distributed_app"),
    ],
)
def test_an_address_that_asks_wrongly_shows_why(desk: Desk, asked: Json, why: str) -> None:
    status, body = ask(desk, **asked)
    assert status == 400
    assert why in body


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://app.example/slack", True),
        ("https://app.example/slack/oauth_redirect?x=1", True),
        ("https://app.example/slackish", False),
        ("https://app.example.evil.example/slack", False),
        ("http://app.example/slack", False),
        ("http://127.0.0.1:3000/slack", False),
    ],
)
def test_the_way_back_lies_below_an_address_of_the_app(
    desk: Desk, *, address: str, allowed: bool
) -> None:
    desk.workspace.app.redirect_urls = ["https://app.example/slack"]
    assert (ask(desk, redirect_uri=address)[0] == 200) is allowed


def test_without_an_address_the_first_of_the_app_is_taken(desk: Desk) -> None:
    desk.workspace.app.redirect_urls = [BACK]
    code = code_for(desk, redirect_uri="")
    assert exchange(desk, code, redirect_uri=None)["ok"]


def test_who_cancels_is_sent_back_with_that(desk: Desk) -> None:
    status, back = decide(desk, ask(desk)[1], answer="cancel")
    assert (status, back) == (302, {"state": ["st/ate"], "error": ["access_denied"]})


def test_only_the_page_itself_can_answer_once_and_no_guest_or_stranger(desk: Desk) -> None:
    assert decide(desk, "")[0] == 403
    desk.workspace.users[MAYA].is_restricted = True
    for nobody in (MAYA, LENA, "U0NOBODY"):
        assert decide(desk, ask(desk)[1], user=nobody)[0] == 400
    _, page = ask(desk)
    assert decide(desk, page)[0] == 302
    assert decide(desk, page)[0] == 403


def test_names_and_scopes_on_the_page_are_no_html(desk: Desk) -> None:
    desk.workspace.app.name = "<script>alert(1)</script>"
    _, page = ask(desk)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_token_is_given_back_and_a_new_installation_brings_another(desk: Desk) -> None:
    before = desk.workspace.app.bot_token
    assert desk.call("auth.revoke", test=True) == {"ok": True, "revoked": False}
    assert desk.call("auth.test")["ok"]
    assert desk.call("auth.revoke") == {"ok": True, "revoked": True}
    assert desk.call("auth.test")["error"] == "token_revoked"
    after = exchange(desk, code_for(desk))["access_token"]
    assert after != before
    assert desk.call("auth.test", token=before)["error"] == "invalid_auth"
    assert desk.call("auth.test")["ok"]


def test_an_app_takes_itself_out_and_hears_of_it(desk: Desk) -> None:
    app = desk.workspace.app
    app.bot_events += ["tokens_revoked", "app_uninstalled"]
    named = {"client_id": app.client_id}
    wrong = desk.call("apps.uninstall", **named, client_secret="x")
    assert wrong["error"] == "bad_client_secret"
    other = desk.call("apps.uninstall", client_id="1.2", client_secret=app.client_secret)
    assert other["error"] == "client_id_token_mismatch"
    assert desk.call("apps.uninstall", **named, client_secret=app.client_secret)["ok"]
    assert desk.call("auth.test")["error"] == "account_inactive"
    assert {one["type"] for one in desk.app.events()} <= {"tokens_revoked", "app_uninstalled"}


def test_the_secret_may_come_as_http_has_it(desk: Desk) -> None:
    app = desk.workspace.app
    body = json.dumps({"code": code_for(desk), "redirect_uri": BACK}).encode()
    pair = b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    kind = {"content-type": "application/json"}
    for given, ok in ((f"Basic {pair}", True), ("Basic !", False)):
        headers = {**kind, "authorization": given}
        _, answer = desk.run(desk.request("/api/oauth.v2.access", headers=headers, body=body))
        assert json.loads(answer)["ok"] is ok


def test_the_sdk_installs_by_it(server: SandboxServer) -> None:
    client = WebClient(base_url=server.api_url)
    with pytest.raises(SlackApiError, match="invalid_code"):
        client.oauth_v2_access(
            client_id=server.client_id, client_secret=server.client_secret, code="guessed"
        )


def browse(server: SandboxServer, verb: str, address: str, body: str = "") -> tuple[str, str]:
    """One request as a browser makes it that follows nothing; the page and where it is sent."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(server.url).port, timeout=10)
    try:
        connection.request(verb, f"{parts.path}?{parts.query}", body, FORM if body else {})
        answer = connection.getresponse()
        return answer.read().decode(), answer.getheader("location") or ""
    finally:
        connection.close()


def test_bolts_own_flow_installs_the_app(server: SandboxServer, tmp_path: Path) -> None:
    store = FileInstallationStore(base_dir=str(tmp_path / "installations"))
    flow = OAuthFlow(
        client=WebClient(base_url=server.api_url),
        settings=OAuthSettings(
            client_id=server.client_id,
            client_secret=server.client_secret,
            scopes=["chat:write", "commands"],
            redirect_uri=BACK,
            install_page_rendering_enabled=False,
            installation_store=store,
            state_store=FileOAuthStateStore(
                expiration_seconds=600, base_dir=str(tmp_path / "states")
            ),
            authorization_url=f"{server.url}/oauth/v2/authorize",
        ),
    )
    begun = flow.handle_installation(BoltRequest(body="", query={}, headers={}))
    asked = begun.headers["location"][0]
    page, _ = browse(server, "GET", asked)
    key = re.search(r'name="asked" value="([^"]+)"', page)
    assert key is not None
    decided = urlencode({"asked": key[1], "user": ADA, "answer": "allow"})
    _, back = browse(server, "POST", f"{server.url}/oauth/v2/authorize", decided)
    assert back.startswith(f"{BACK}?")
    cookie = begun.headers["set-cookie"][0].partition(";")[0]
    arrived = BoltRequest(body="", query=urlsplit(back).query, headers={"cookie": [cookie]})
    assert flow.handle_callback(arrived).status == 200
    kept = store.find_bot(enterprise_id=None, team_id=server.workspace.team.id)
    assert kept is not None
    assert kept.bot_token == server.bot_token
    assert kept.bot_scopes == ["chat:write", "commands"]
    assert WebClient(kept.bot_token, base_url=server.api_url).auth_test()["ok"]
