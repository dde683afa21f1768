"""What people do with conversations: open, enter, leave, archive and share them."""

from bot.sandbox.limits import LIMITS
from bot.sandbox.people_base import PeopleBase
from bot.sandbox.view_state import CannotAct
from bot.sandbox.workspace import Channel, User


class ChannelActs(PeopleBase):
    """The app hears of these where it sees the conversation."""

    # ---- direct messages

    async def open_dm(self, user_id: str, *, people: list[str]) -> str:
        """Opens the conversation with one other person, or with a group; returns its id.

        The app hears nothing of it, and nothing of what is said there.
        """
        self._person(user_id)
        others = [self._person(one) for one in dict.fromkeys(people) if one != user_id]
        most = LIMITS["conversations.open.users"].most
        if not 1 <= len(others) <= most:
            raise CannotAct(f"A direct message goes to between 1 and {most} other people.")
        if any(one.team_id != self._workspace.team.id for one in others):
            raise CannotAct("Only people of this workspace can be written to here.")
        members = [user_id, *(one.id for one in others)]
        for known in self._workspace.dms_of(user_id):
            if set(known.members) == set(members):
                return known.id
        alone = len(others) == 1
        names = "--".join(self._workspace.users[one].name for one in members)
        channel = Channel(
            id=self._workspace.new_id("D" if alone else "G"),
            name="" if alone else f"mpdm-{names}-1",
            creator=user_id,
            created=int(self._workspace.clock.timestamp()),
            members=members,
            is_im=alone,
            is_private=not alone,
            is_mpim=not alone,
        )
        self._workspace.add_channel(channel)
        return channel.id

    # ---- channels

    async def join(self, user_id: str, *, channel_id: str) -> None:
        person = self._person(user_id)
        channel = self._visible(user_id, channel_id)
        if user_id in channel.members:
            raise CannotAct(f"{person.real_name} is in #{channel.name} already.")
        await self._enter(person, channel, inviter=None)

    async def invite(self, user_id: str, *, channel_id: str, invited: list[str]) -> None:
        channel = self._writable(user_id, channel_id)
        users = [self._workspace.users.get(someone) for someone in invited]
        for user in users:
            if user is None or user.deleted:
                raise CannotAct("There is no such person to invite.")
            if user.id not in channel.members:
                await self._enter(user, channel, inviter=user_id)

    async def leave(self, user_id: str, *, channel_id: str) -> None:
        await self._go(user_id, channel_id)

    async def remove_member(self, user_id: str, *, channel_id: str, removed: str) -> None:
        self._writable(user_id, channel_id)
        await self._go(removed, channel_id)

    async def _enter(self, user: User, channel: Channel, *, inviter: str | None) -> None:
        channel.members.append(user.id)
        self._workspace.touch()
        await self._member_event("member_joined_channel", user, channel, inviter=inviter)

    async def _go(self, user_id: str, channel_id: str) -> None:
        channel = self._workspace.channels.get(channel_id)
        if channel is None or channel.is_im or user_id not in channel.members:
            raise CannotAct("That person is not in this channel.")
        channel.members.remove(user_id)
        self._workspace.touch()
        user = self._workspace.users[user_id]
        await self._member_event("member_left_channel", user, channel, inviter=None)

    async def _member_event(
        self, kind: str, user: User, channel: Channel, *, inviter: str | None
    ) -> None:
        bot = self._workspace.app.bot_user_id
        if bot in channel.members or user.id == bot:
            event = self._events.member_event(kind, user=user, channel=channel, inviter=inviter)
            await self._events.tell(kind, event, channel=channel)

    async def archive(self, user_id: str, *, channel_id: str) -> None:
        await self._set_archived(user_id, channel_id, archived=True)

    async def unarchive(self, user_id: str, *, channel_id: str) -> None:
        await self._set_archived(user_id, channel_id, archived=False)

    async def _set_archived(self, user_id: str, channel_id: str, *, archived: bool) -> None:
        self._person(user_id)
        channel = self._visible(user_id, channel_id)
        if channel.is_im or channel.is_archived == archived:
            raise CannotAct(f"#{channel.name} is {'archived' if archived else 'open'} already.")
        channel.is_archived = archived
        kind = "group" if channel.is_private else "channel"
        verb = "archive" if archived else "unarchive"
        # Of private channels Slack says some things under other names.
        more: dict[str, object] = {"user": user_id}
        if channel.is_private:
            more = {"user": user_id, "is_moved": 0} if archived else {"actor_id": user_id}
        await self._channel_event(f"{kind}_{verb}", channel, **more)

    async def share(self, user_id: str, *, channel_id: str, pending: bool = False) -> None:
        """Shares the channel with another company, or only invites one (`pending`)."""
        self._person(user_id)
        channel = self._visible(user_id, channel_id)
        if pending:
            # An invitation that nobody accepted yet is announced by no event.
            channel.is_pending_ext_shared = True
            self._workspace.touch()
            return
        channel.is_ext_shared = True
        channel.is_pending_ext_shared = False
        await self._channel_event("channel_shared", channel, connected_team_id="T0PARTNER01")

    async def unshare(self, user_id: str, *, channel_id: str) -> None:
        self._person(user_id)
        channel = self._visible(user_id, channel_id)
        channel.is_ext_shared = False
        channel.is_pending_ext_shared = False
        await self._channel_event(
            "channel_unshared",
            channel,
            previously_connected_team_id="T0PARTNER01",
            is_ext_shared=False,
        )

    async def change_channel_id(self, user_id: str, *, channel_id: str) -> str:
        """Moves the conversation under another id, as sharing it may; returns the new id."""
        self._person(user_id)
        channel = self._visible(user_id, channel_id)
        if channel.is_im:
            raise CannotAct("A direct message keeps its id.")
        before = self._workspace.renumber(channel)
        event = {
            "type": "channel_id_changed",
            "old_channel_id": before,
            "new_channel_id": channel.id,
            "event_ts": self._workspace.new_ts(),
        }
        await self._events.tell("channel_id_changed", event, channel=channel)
        return channel.id

    async def delete_channel(self, user_id: str, *, channel_id: str) -> None:
        """Deletes the channel for good, which only an administrator may."""
        if not self._person(user_id).is_admin:
            raise CannotAct("Only an administrator deletes a channel.")
        channel = self._visible(user_id, channel_id)
        if channel.is_im:
            raise CannotAct("A direct message cannot be deleted.")
        self._workspace.remove_channel(channel)
        if channel.is_private:
            now = int(self._workspace.clock.timestamp())
            more: dict[str, object] = {"date_deleted": now, "actor_id": user_id}
            await self._channel_event("group_deleted", channel, **more)
        else:
            await self._channel_event("channel_deleted", channel)

    async def _channel_event(self, kind: str, channel: Channel, **more: object) -> None:
        self._workspace.touch()
        bot = self._workspace.app.bot_user_id
        if channel.is_private and bot not in channel.members:
            return
        event = {
            "type": kind,
            "channel": channel.id,
            "event_ts": self._workspace.new_ts(),
            **more,
        }
        await self._events.tell(kind, event, channel=channel)
