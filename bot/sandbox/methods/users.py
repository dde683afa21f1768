"""users.*: people as the app may read them."""

from bot.sandbox.methods.call import Call, Method, Refused, page_of
from bot.sandbox.rates import Tier
from bot.sandbox.user_json import profile_json, user_json
from bot.sandbox.workspace import Json, User


def _user(call: Call, user_id: str) -> User:
    user = call.workspace.users.get(user_id)
    if user is None:
        raise Refused("user_not_found")
    return user


def users_info(call: Call) -> Json:
    shown = user_json(call.workspace, _user(call, call.text("user")))
    if call.flag("include_locale"):
        shown["locale"] = "en-US"
    return {"user": shown}


def users_list(call: Call) -> Json:
    """Members of this workspace, and the people of other companies it shares a channel with."""
    users = list(call.workspace.users.values())
    page, following = page_of(call, users, default=max(len(users), 1), most=1000)
    more = {"locale": "en-US"} if call.flag("include_locale") else {}
    return {
        "members": [user_json(call.workspace, user) | more for user in page],
        "cache_ts": int(call.workspace.clock.timestamp()),
        "response_metadata": {"next_cursor": following},
    }


def users_lookup_by_email(call: Call) -> Json:
    """Deactivated people are not found, and nobody by the address of another company."""
    wanted = call.text("email").lower()
    for user in call.workspace.users.values():
        if user.email.lower() == wanted and not user.deleted and not user.is_bot:
            return {"user": user_json(call.workspace, user)}
    raise Refused("users_not_found")


def users_profile_get(call: Call) -> Json:
    user = _user(call, call.text("user", call.workspace.app.bot_user_id))
    with_email = "users:read.email" in call.workspace.app.bot_scopes
    profile = profile_json(user, with_email=with_email)
    if call.flag("include_labels"):
        for field_id, value in profile["fields"].items():
            value["label"] = call.workspace.profile_fields[field_id].label
    return {"profile": profile}


def bots_info(call: Call) -> Json:
    """The app's own bot is the only one here."""
    app = call.workspace.app
    if call.text("bot", app.bot_id) != app.bot_id:
        raise Refused("bot_not_found")
    return {
        "bot": {
            "id": app.bot_id,
            "deleted": False,
            "name": app.name,
            "updated": int(call.workspace.clock.timestamp()),
            "app_id": app.id,
            "user_id": app.bot_user_id,
            "icons": {},
        }
    }


METHODS = (
    Method(
        name="bots.info",
        handler=bots_info,
        arguments=frozenset({"bot"}),
        scopes=("users:read",),
        tier=Tier.THREE,
    ),
    Method(
        name="users.lookupByEmail",
        handler=users_lookup_by_email,
        arguments=frozenset({"email"}),
        required=("email",),
        scopes=("users:read.email",),
        tier=Tier.THREE,
    ),
    Method(
        name="users.info",
        handler=users_info,
        arguments=frozenset({"user", "include_locale"}),
        required=("user",),
        scopes=("users:read",),
        tier=Tier.FOUR,
    ),
    Method(
        name="users.list",
        handler=users_list,
        arguments=frozenset({"cursor", "limit", "include_locale"}),
        scopes=("users:read",),
        tier=Tier.TWO,
    ),
    Method(
        name="users.profile.get",
        handler=users_profile_get,
        arguments=frozenset({"user", "include_labels"}),
        scopes=("users.profile:read",),
        tier=Tier.FOUR,
    ),
)
