"""Who am I, which team is this, and the door of Socket Mode."""

from urllib.parse import urlencode

from bot.sandbox.methods.call import Call, Method, Refused, Token, bad_argument
from bot.sandbox.rates import Tier
from bot.sandbox.socket_mode import TooManySockets
from bot.sandbox.workspace import Json


def api_test(call: Call) -> Json:
    if call.has("error"):
        raise Refused(call.text("error"), args=call.arguments)
    return {"args": call.arguments} if call.arguments else {}


def auth_test(call: Call) -> Json:
    workspace = call.workspace
    return {
        "url": f"{call.server.base_url()}/",
        "team": workspace.team.name,
        "user": workspace.users[workspace.app.bot_user_id].name,
        "team_id": workspace.team.id,
        "user_id": workspace.app.bot_user_id,
        "bot_id": workspace.app.bot_id,
        "is_enterprise_install": False,
    }


def team_info(call: Call) -> Json:
    team = call.workspace.team
    if call.has("team") and call.text("team") != team.id:
        raise Refused("team_not_found")
    if call.has("domain") and call.text("domain") != team.domain:
        raise Refused("team_not_found")
    return {
        "team": {
            "id": team.id,
            "name": team.name,
            "domain": team.domain,
            "email_domain": "",
            "url": f"{call.server.base_url()}/",
            "icon": {"image_default": True},
        }
    }


VISIBILITIES = frozenset({"all", "visible", "hidden"})


def team_profile_get(call: Call) -> Json:
    """The custom fields of everybody's profile, in their order."""
    wanted = call.text("visibility", "all")
    if wanted not in VISIBILITIES:
        raise bad_argument("visibility", "must be one of all, visible, hidden")
    shown = [
        {
            "id": one.id,
            "ordering": place,
            "label": one.label,
            "hint": one.hint,
            "type": one.type,
            "possible_values": one.options or None,
            "options": None,
            "is_hidden": int(one.hidden),
        }
        for place, one in enumerate(call.workspace.profile_fields.values())
        if wanted == "all" or one.hidden is (wanted == "hidden")
    ]
    return {"profile": {"fields": shown}}


def connections_open(call: Call) -> Json:
    sockets = call.server.sockets
    if sockets is None:
        # Socket Mode is off while the workspace delivers by signed HTTP.
        raise Refused("forbidden_team")
    try:
        ticket = sockets.issue_ticket()
    except TooManySockets:
        raise Refused("too_many_websockets") from None
    query = urlencode({"ticket": ticket, "app_id": call.workspace.app.id})
    base = call.server.base_url().replace("http://", "ws://", 1)
    return {"url": f"{base}/socket?{query}"}


METHODS = (
    Method(
        name="api.test",
        handler=api_test,
        arguments=frozenset({"error", "foo"}),
        token=Token.NONE,
        tier=Tier.FOUR,
    ),
    Method(name="auth.test", handler=auth_test, tier=Tier.SPECIAL),
    Method(
        name="team.info",
        handler=team_info,
        arguments=frozenset({"team", "domain"}),
        scopes=("team:read",),
        tier=Tier.THREE,
    ),
    Method(
        name="team.profile.get",
        handler=team_profile_get,
        arguments=frozenset({"visibility"}),
        scopes=("users.profile:read",),
        tier=Tier.THREE,
    ),
    Method(
        name="apps.connections.open",
        handler=connections_open,
        scopes=("connections:write",),
        token=Token.APP,
        tier=Tier.THREE,
    ),
)
