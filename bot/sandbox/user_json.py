"""A person as the API and events describe them."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.sandbox.workspace import Json, User, Workspace

PICTURES: Final = "https://avatars.slack-edge.com"
"""Where Slack keeps people's pictures; nothing of theirs is there."""
PICTURE_SIZES: Final = (24, 32, 48, 72, 192, 512)


def profile_json(user: User, *, with_email: bool) -> Json:
    profile: Json = {
        "title": user.title,
        "phone": "",
        "skype": "",
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.name,
        "display_name_normalized": user.name,
        "first_name": user.real_name.split(" ")[0],
        "last_name": user.real_name.partition(" ")[2],
        "status_text": "",
        "status_text_canonical": "",
        "status_emoji": "",
        "status_emoji_display_info": [],
        "status_expiration": 0,
        "fields": {one: {"value": text, "alt": ""} for one, text in user.fields.items() if text},
        "team": user.team_id,
        "avatar_hash": "g" + user.id.lower(),
        **{f"image_{size}": f"{PICTURES}/{user.id}-{size}.png" for size in PICTURE_SIZES},
    }
    if with_email and user.email:
        profile["email"] = user.email
    return profile


def user_json(workspace: Workspace, user: User) -> Json:
    """The user object; a deactivated person comes without zone and flags, as in Slack."""
    shown: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "color": "9f69e7",
        "profile": profile_json(user, with_email="users:read.email" in workspace.app.bot_scopes),
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": int(workspace.clock.timestamp()),
    }
    if user.deleted:
        return shown
    at = datetime.fromtimestamp(workspace.clock.timestamp(), ZoneInfo(user.tz))
    offset = at.utcoffset()
    shown |= {
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": at.tzname() or user.tz,
        "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
        "is_admin": user.is_admin,
        "is_owner": user.is_owner,
        "is_primary_owner": user.is_owner,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_email_confirmed": True,
        "who_can_share_contact_card": "EVERYONE",
    }
    if user.team_id != workspace.team.id:
        shown["is_stranger"] = False
    return shown
