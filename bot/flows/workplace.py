"""What happens to channels and accounts: kept, because it decides what may be shown where."""

from bot.domain.people import Person
from bot.flows.answers import Answer, Done
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.storage.facts import person_facts
from bot.storage.unit_of_work import WriteUnit


def shared(asked: Asked, unit: WriteUnit) -> Answer:
    """A channel became shared outside: nothing internal stands there any longer.

    As with all that is told of a channel here, what counts is what Slack says when it is asked:
    events may come late, twice, or the newer one first.
    """
    unit.channels.note(_channel(asked), shared=True, forget_check=True)
    return Done()


def unshared(asked: Asked, unit: WriteUnit) -> Answer:
    """A channel is internal again, unless Slack says that it is still shared with others."""
    still = bool(asked.event.get("is_ext_shared"))
    unit.channels.note(_channel(asked), shared=still, forget_check=True)
    return Done()


def archived(asked: Asked, unit: WriteUnit) -> Answer:
    """A channel was archived; nothing can be posted there, and its AEs are asked where to go on."""
    unit.channels.note(_channel(asked), archived=True, forget_check=True)
    return Done()


def unarchived(asked: Asked, unit: WriteUnit) -> Answer:
    """A channel is in use again."""
    unit.channels.note(_channel(asked), archived=False, forget_check=True)
    return Done()


def joined(asked: Asked, unit: WriteUnit, actor: Person | None) -> Answer:
    """Somebody came in: the bot itself, or perhaps a guest, so the members are looked at again."""
    if asked.slack_user == unit.workspace.bot_user_id:
        unit.channels.note(_channel(asked), bot_inside=True, forget_check=True)
    elif actor is None or not actor.full_member:
        unit.channels.note(_channel(asked), forget_check=True)
    return Done()


def left(asked: Asked, unit: WriteUnit, actor: Person | None) -> Answer:
    """Somebody went: the bot itself, or perhaps the last guest."""
    if asked.slack_user == unit.workspace.bot_user_id:
        unit.channels.note(_channel(asked), bot_inside=False, forget_check=True)
    elif actor is None or not actor.full_member:
        unit.channels.note(_channel(asked), forget_check=True)
    return Done()


def taken_out(asked: Asked, unit: WriteUnit) -> Answer:
    """The bot was taken out of a channel, or the channel was deleted."""
    unit.channels.note(_channel(asked), bot_inside=False, forget_check=True)
    return Done()


def renumbered(asked: Asked, unit: WriteUnit) -> Answer:
    """Slack gave a channel another id; what stands there is edited under that one."""
    unit.channels.renumber(asked.event["old_channel_id"], asked.event["new_channel_id"])
    return Done()


def account_changed(asked: Asked, unit: WriteUnit) -> Answer:
    """Name, zone, guest or closed account: kept for people the bot has met.

    Of two that come the newer one first the newer holds; where Slack does not say which it is,
    Slack is asked.
    """
    user = asked.event.get("user")
    if isinstance(user, dict) and isinstance(user.get("id"), str):
        facts = person_facts(user, team_id=unit.workspace.team_id)
        unit.note_account(user["id"], facts, heard=True)
    return Done()


def _channel(asked: Asked) -> str:
    """The conversation's id; some events carry it as an object."""
    channel = asked.event.get("channel")
    return str(channel.get("id", "") if isinstance(channel, dict) else channel or "")


def register(listeners: Listeners) -> None:
    """Events about channels need to read channels, those about people to read users."""
    channels = ("channels:read", "groups:read")
    for name, run in (
        ("channel_shared", shared),
        ("channel_unshared", unshared),
        ("channel_archive", archived),
        ("channel_unarchive", unarchived),
        ("group_archive", archived),
        ("group_unarchive", unarchived),
        ("member_joined_channel", joined),
        ("member_left_channel", left),
        ("channel_left", taken_out),
        ("group_left", taken_out),
        ("channel_deleted", taken_out),
        ("group_deleted", taken_out),
        ("channel_id_changed", renumbered),
    ):
        listeners.event(name, run, scopes=channels)
    listeners.event("user_change", account_changed, scopes=("users:read",))
