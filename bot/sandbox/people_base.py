"""Who acts in a workspace, and what of it they see and may write in."""

from bot.sandbox.events import Events
from bot.sandbox.view_state import CannotAct
from bot.sandbox.workspace import Channel, Message, User, Workspace


class PeopleBase:
    """What all acts of people stand on."""

    def __init__(self, workspace: Workspace, events: Events) -> None:
        self._workspace = workspace
        self._events = events

    # ---- who, where, what

    def _person(self, user_id: str) -> User:
        user = self._workspace.users.get(user_id)
        if user is None or user.is_bot:
            raise CannotAct(f"There is no person {user_id}.")
        if user.deleted:
            raise CannotAct(f"{user.real_name} is deactivated.")
        return user

    def _visible(self, user_id: str, channel_id: str) -> Channel:
        channel = self._workspace.channels.get(channel_id)
        hidden = channel is not None and (channel.is_private or channel.is_im or channel.is_mpim)
        if channel is None or (hidden and user_id not in channel.members):
            raise CannotAct(f"There is no conversation {channel_id} for this person.")
        return channel

    def _writable(self, user_id: str, channel_id: str) -> Channel:
        channel = self._visible(user_id, channel_id)
        if channel.is_archived:
            raise CannotAct(f"#{channel.name} is archived.")
        if user_id not in channel.members:
            raise CannotAct(f"Join #{channel.name} first.")
        return channel

    def _message(self, user_id: str, channel_id: str, ts: str) -> Message:
        channel = self._visible(user_id, channel_id)
        message = channel.messages.get(ts)
        if message is None or message.tombstone or message.ephemeral_for not in (None, user_id):
            raise CannotAct(f"There is no message {ts} for this person.")
        return message
