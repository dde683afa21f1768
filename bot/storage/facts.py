"""Reading Slack's user and conversation objects into what is kept of them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.storage.channels import ChannelFacts
from bot.storage.people import PersonFacts

_LAST_SECOND = 253_402_300_799
"""Of the year 9999; no time is later."""


def person_facts(user: Mapping[str, Any], *, team_id: str) -> PersonFacts:
    """Read a user object as `users.info` and `user_change` carry it.

    No single field tells an outsider: another team's id or Slack's word *stranger* does. An
    account that only the enterprise names (no team of its own) is a colleague.
    """
    profile = user.get("profile") or {}
    team = user.get("team_id")
    enterprise_teams = (user.get("enterprise_user") or {}).get("teams") or ()
    other_team = team not in (None, team_id) and team_id not in enterprise_teams
    name = user.get("real_name") or profile.get("real_name") or user.get("name") or ""
    return PersonFacts(
        name=str(name),
        zone=str(user.get("tz") or "UTC"),
        workspace_admin=bool(user.get("is_admin") or user.get("is_owner")),
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        external=bool(user.get("is_stranger") or other_team),
        bot=bool(user.get("is_bot")) or user.get("id") == "USLACKBOT",
        deactivated=bool(user.get("deleted")),
        changed_at=_instant(user.get("updated")),
    )


def _instant(told: object) -> datetime | None:
    """Seconds since 1970, as Slack counts them; None where it tells no time."""
    if isinstance(told, int | float) and told is not True and 0 < told <= _LAST_SECOND:
        return datetime.fromtimestamp(told, UTC)
    return None


def channel_facts(channel: Mapping[str, Any], *, guests: bool) -> ChannelFacts:
    """Read a conversation object as `conversations.info` carries it."""
    return ChannelFacts(
        name=str(channel.get("name") or ""),
        private=bool(channel.get("is_private")),
        direct=bool(channel.get("is_im") or channel.get("is_mpim")),
        shared=bool(channel.get("is_ext_shared")),
        pending=bool(channel.get("is_pending_ext_shared")),
        guests=guests,
        archived=bool(channel.get("is_archived")),
        bot_inside=bool(channel.get("is_member")),
    )
