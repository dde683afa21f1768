"""users.*: people as the app may read them."""

from bot.sandbox.methods.call import Call, Method, Refused, page_of
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
    return {
        "members": [user_json(call.workspace, user) for user in page],
        "cache_ts": int(call.workspace.clock.timestamp()),
        "response_metadata": {"next_cursor": following},
    }


def users_profile_get(call: Call) -> Json:
    user = _user(call, call.text("user", call.workspace.app.bot_user_id))
    with_email = "users:read.email" in call.workspace.app.bot_scopes
    return {"profile": profile_json(user, with_email=with_email)}


METHODS = (
    Method(
        name="users.info",
        handler=users_info,
        arguments=frozenset({"user", "include_locale"}),
        required=("user",),
        scopes=("users:read",),
    ),
    Method(
        name="users.list",
        handler=users_list,
        arguments=frozenset({"cursor", "limit", "include_locale"}),
        scopes=("users:read",),
    ),
    Method(
        name="users.profile.get",
        handler=users_profile_get,
        arguments=frozenset({"user", "include_labels"}),
        scopes=("users.profile:read",),
    ),
)
