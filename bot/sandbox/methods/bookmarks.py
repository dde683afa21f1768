"""bookmarks.*: the links at the head of a channel."""

import re

from bot.sandbox.limits import BOOKMARKS
from bot.sandbox.methods.call import Call, Method, Refused
from bot.sandbox.rates import Tier
from bot.sandbox.workspace import Channel, Json

_EMOJI = re.compile(r":[a-z0-9_+'-]{1,100}:")


def _channel(call: Call) -> Channel:
    channel = call.channel("channel_id")
    if not call.is_member(channel):
        raise Refused("channel_not_found")
    return channel


def _bookmark(call: Call, channel: Channel) -> Json:
    wanted = call.text("bookmark_id")
    found = next((one for one in channel.bookmarks if one["id"] == wanted), None)
    if found is None:
        raise Refused("not_found")
    return found


def _link(call: Call) -> str:
    link = call.text("link")
    if not link.startswith(("http://", "https://")):
        raise Refused("invalid_link")
    return link


def _emoji(call: Call) -> str | None:
    if not call.has("emoji"):
        return None
    emoji = call.text("emoji")
    if _EMOJI.fullmatch(emoji) is None:
        raise Refused("invalid_emoji")
    return emoji


def _changed(call: Call, bookmark: Json) -> None:
    workspace = call.workspace
    bookmark["date_updated"] = int(workspace.clock.timestamp())
    bookmark["last_updated_by_user_id"] = workspace.app.bot_user_id
    workspace.touch(bookmark["channel_id"])


def bookmarks_add(call: Call) -> Json:
    channel = _channel(call)
    if call.text("type") != "link":
        raise Refused("invalid_bookmark_type")
    link, emoji = _link(call), _emoji(call)
    if len(channel.bookmarks) >= BOOKMARKS:
        raise Refused("too_many_bookmarks")
    workspace = call.workspace
    bookmark: Json = {
        "id": workspace.new_id("Bk"),
        "channel_id": channel.id,
        "title": call.text("title"),
        "link": link,
        "emoji": emoji,
        "icon_url": None,
        "type": "link",
        "entity_id": None,
        "date_created": int(workspace.clock.timestamp()),
        "rank": f"{len(channel.bookmarks):04d}",
        "last_updated_by_team_id": workspace.team.id,
        "shortcut_id": None,
        "app_id": workspace.app.id,
    }
    channel.bookmarks.append(bookmark)
    _changed(call, bookmark)
    bookmark["date_updated"] = 0
    return {"bookmark": dict(bookmark)}


def bookmarks_edit(call: Call) -> Json:
    bookmark = _bookmark(call, _channel(call))
    changes: Json = {}
    if call.has("link"):
        changes["link"] = _link(call)
    if call.has("emoji"):
        changes["emoji"] = _emoji(call)
    if call.has("title"):
        changes["title"] = call.text("title")
    bookmark.update(changes)
    _changed(call, bookmark)
    return {"bookmark": dict(bookmark)}


def bookmarks_list(call: Call) -> Json:
    return {"bookmarks": [dict(one) for one in _channel(call).bookmarks]}


def bookmarks_remove(call: Call) -> Json:
    channel = _channel(call)
    channel.bookmarks.remove(_bookmark(call, channel))
    call.workspace.touch(channel.id)
    return {}


METHODS = (
    Method(
        name="bookmarks.add",
        handler=bookmarks_add,
        arguments=frozenset({"channel_id", "emoji", "link", "title", "type"}),
        not_done=frozenset({"access_level", "entity_id", "parent_id"}),
        required=("channel_id", "title", "type"),
        scopes=("bookmarks:write",),
        tier=Tier.TWO,
    ),
    Method(
        name="bookmarks.edit",
        handler=bookmarks_edit,
        arguments=frozenset({"bookmark_id", "channel_id", "emoji", "link", "title"}),
        required=("bookmark_id", "channel_id"),
        scopes=("bookmarks:write",),
        tier=Tier.TWO,
    ),
    Method(
        name="bookmarks.list",
        handler=bookmarks_list,
        arguments=frozenset({"channel_id"}),
        required=("channel_id",),
        scopes=("bookmarks:read",),
        tier=Tier.THREE,
    ),
    Method(
        name="bookmarks.remove",
        handler=bookmarks_remove,
        arguments=frozenset({"bookmark_id", "channel_id"}),
        not_done=frozenset({"quip_section_id"}),
        required=("bookmark_id", "channel_id"),
        scopes=("bookmarks:write",),
        tier=Tier.TWO,
    ),
)
