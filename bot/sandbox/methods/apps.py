"""The app and its tokens: handed out by OAuth, listed, and given back."""

from bot.sandbox.methods.call import Call, Method, Refused, Token, page_of
from bot.sandbox.oauth import Grant
from bot.sandbox.rates import Tier
from bot.sandbox.workspace import Json


def _must_be_the_app(call: Call) -> None:
    app = call.workspace.app
    if not app.client_id or call.text("client_id") != app.client_id:
        raise Refused("invalid_client_id")
    if call.text("client_secret") != app.client_secret:
        raise Refused("bad_client_secret")


def oauth_v2_access(call: Call) -> Json:
    """What a code is worth: the bot token, with the scopes that somebody agreed to."""
    _must_be_the_app(call)
    if call.has("refresh_token") or call.text("grant_type") == "refresh_token":
        # Nothing here ever expires, so no refresh token was handed out.
        raise Refused("invalid_refresh_token")
    if call.text("grant_type", "authorization_code") != "authorization_code":
        raise Refused("invalid_grant_type")
    if call.has("code_verifier"):
        raise Refused("pkce_not_allowed")
    grant = call.server.oauth.look_at(call.text("code"))
    if grant is None:
        raise Refused("invalid_code")
    if call.text("redirect_uri") != grant.redirect_uri and call.has("redirect_uri"):
        raise Refused("bad_redirect_uri")
    if grant.redirect_uri_was_given and not call.has("redirect_uri"):
        raise Refused("bad_redirect_uri")
    call.server.oauth.use(call.text("code"))
    return _installed(call, grant)


def _installed(call: Call, grant: Grant) -> Json:
    workspace = call.workspace
    app = workspace.app
    call.server.oauth.install(grant)
    return {
        "app_id": app.id,
        "authed_user": {"id": grant.user},
        "scope": ",".join(app.bot_scopes),
        "token_type": "bot",
        "access_token": app.bot_token,
        "bot_user_id": app.bot_user_id,
        "team": {"id": workspace.team.id, "name": workspace.team.name},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def auth_revoke(call: Call) -> Json:
    """Gives the bot token back; with `test` everything stays as it is."""
    if call.flag("test"):
        return {"revoked": False}
    _take_tokens(call, "token_revoked")
    return {"revoked": True}


def apps_uninstall(call: Call) -> Json:
    if call.text("client_id") != call.workspace.app.client_id:
        raise Refused("client_id_token_mismatch")
    _must_be_the_app(call)
    _take_tokens(call, "account_inactive")
    workspace, events = call.workspace, call.server.events
    event = {"type": "app_uninstalled", "event_ts": workspace.new_ts()}
    events.tell_later("app_uninstalled", event)
    return {}


def _take_tokens(call: Call, error: str) -> None:
    workspace = call.workspace
    workspace.app.refused = error
    workspace.touch()
    event = {
        "type": "tokens_revoked",
        "tokens": {"oauth": [], "bot": [workspace.app.bot_user_id]},
        "event_ts": workspace.new_ts(),
    }
    call.server.events.tell_later("tokens_revoked", event)


def auth_teams_list(call: Call) -> Json:
    team = call.workspace.team
    shown: Json = {"id": team.id, "name": team.name}
    if call.flag("include_icon"):
        shown["icon"] = {"image_default": True}
    page, following = page_of(call, [shown], default=100, most=1000)
    return {"teams": list(page), "response_metadata": {"next_cursor": following}}


METHODS = (
    Method(
        name="oauth.v2.access",
        handler=oauth_v2_access,
        arguments=frozenset(
            {
                "client_id",
                "client_secret",
                "code",
                "code_verifier",
                "grant_type",
                "redirect_uri",
                "refresh_token",
            }
        ),
        token=Token.NONE,
        tier=Tier.SPECIAL,
    ),
    Method(
        name="auth.revoke",
        handler=auth_revoke,
        arguments=frozenset({"test"}),
        tier=Tier.THREE,
    ),
    Method(
        name="auth.teams.list",
        handler=auth_teams_list,
        arguments=frozenset({"cursor", "include_icon", "limit"}),
        tier=Tier.TWO,
    ),
    Method(
        name="apps.uninstall",
        handler=apps_uninstall,
        arguments=frozenset({"client_id", "client_secret"}),
        required=("client_id", "client_secret"),
        tier=Tier.ONE,
    ),
)
