"""What people do in a workspace without the app's part: write, react, let an app in or out."""

import re
from dataclasses import fields
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.sandbox.channel_acts import ChannelActs
from bot.sandbox.file_acts import bring_file, content_of, share
from bot.sandbox.posting import message_json
from bot.sandbox.user_json import user_json
from bot.sandbox.view_state import CannotAct
from bot.sandbox.workspace import Message, Reaction, User

_TOKENS: Final = re.compile(r"<(?:[@#][A-Z0-9]+(?:\|[^<>]*)?|![a-z]+)>")
_FIXED: Final = frozenset({"id", "name", "team_id", "is_bot"})


def as_typed(text: str) -> str:
    """Escapes what a person typed; mentions, which Slack's composer makes, stay tokens."""
    out, end = [], 0
    for token in _TOKENS.finditer(text):
        out += [_escape(text[end : token.start()]), token.group()]
        end = token.end()
    return "".join([*out, _escape(text[end:])])


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class PeopleActs(ChannelActs):
    """Acts that only change the workspace; the app may hear of them through events."""

    # ---- messages

    async def upload_file(self, user_id: str, *, name: str, content_base64: str) -> str:
        """Brings a file, for a message or a form to come; returns its id."""
        self._person(user_id)
        content = content_of(content_base64)
        return bring_file(self._workspace, user_id, name=name, content=content).id

    async def post_message(
        self,
        user_id: str,
        *,
        channel_id: str,
        text: str,
        thread_ts: str | None = None,
        files: list[str] | None = None,
    ) -> str:
        """Writes into a channel, thread or DM, with `files` brought before; returns the ts."""
        self._person(user_id)
        channel = self._writable(user_id, channel_id)
        if not (text.strip() or files):
            raise CannotAct("There is nothing to send.")
        bot = self._workspace.app.bot_user_id
        to_the_app = channel.is_im and bot in channel.members
        if to_the_app and not self._workspace.app.messages_tab_enabled:
            raise CannotAct("Sending messages to this app has been turned off.")
        if thread_ts is not None and thread_ts not in channel.messages:
            raise CannotAct(f"There is no message {thread_ts} to reply to.")
        share(self._workspace, user_id, files or [], channel)
        message = Message(
            ts=self._workspace.new_ts(),
            channel=channel.id,
            user=user_id,
            text=as_typed(text),
            thread_ts=thread_ts,
            subtype="file_share" if files else None,
            files=list(files or ()),
        )
        self._workspace.add_message(message)
        if bot in channel.members:
            event = self._events.message_event(message)
            await self._events.tell(self._events.message_name(channel), event, channel=channel)
        # Of what is said behind a closed door without it the app hears nothing.
        closed = channel.is_private or channel.is_im or channel.is_mpim
        reaches = bot in channel.members or not closed
        if f"<@{bot}" in message.text and reaches and not channel.is_im:
            mention = {**self._events.message_event(message), "type": "app_mention"}
            del mention["channel_type"]
            await self._events.tell("app_mention", mention, channel=channel)
        return message.ts

    async def edit_message(self, user_id: str, *, channel_id: str, ts: str, text: str) -> None:
        message = self._message(user_id, channel_id, ts)
        if message.user != user_id:
            raise CannotAct("Only their author edits a message.")
        if not (text.strip() or message.files):
            raise CannotAct("A message says something. Delete it instead.")
        previous = message_json(self._workspace, message, whole_metadata=True)
        message.text = as_typed(text)
        message.edited_ts = self._workspace.new_ts()
        self._workspace.message_changed(message)
        await self._altered("message_changed", message, previous)

    async def delete_message(self, user_id: str, *, channel_id: str, ts: str) -> None:
        """People delete their own messages, administrators anyone's; ephemerals just go."""
        person = self._person(user_id)
        message = self._message(user_id, channel_id, ts)
        may = message.user == user_id or person.is_admin or message.ephemeral_for == user_id
        if not may:
            raise CannotAct("Only its author or an administrator deletes a message.")
        previous = message_json(self._workspace, message, whole_metadata=True)
        self._workspace.remove_message(message)
        if message.ephemeral_for is None:
            await self._altered("message_deleted", message, previous)

    async def _altered(self, subtype: str, message: Message, previous: dict[str, object]) -> None:
        channel = self._workspace.channels[message.channel]
        if self._workspace.app.bot_user_id in channel.members:
            name, event = self._events.message_altered(subtype, message, previous)
            await self._events.tell(name, event, channel=channel)

    # ---- reactions

    async def react(self, user_id: str, *, channel_id: str, ts: str, name: str) -> None:
        message = self._message(user_id, channel_id, ts)
        if not add_reaction(message, user_id, name):
            raise CannotAct(f"This person already reacted with :{name}:.")
        await self._reacted("reaction_added", user_id, name, message)

    async def unreact(self, user_id: str, *, channel_id: str, ts: str, name: str) -> None:
        message = self._message(user_id, channel_id, ts)
        if not remove_reaction(message, user_id, name):
            raise CannotAct(f"This person did not react with :{name}:.")
        await self._reacted("reaction_removed", user_id, name, message)

    async def _reacted(self, kind: str, user_id: str, name: str, message: Message) -> None:
        self._workspace.message_changed(message)
        channel = self._workspace.channels[message.channel]
        if self._workspace.app.bot_user_id in channel.members:
            event = self._events.reaction_event(kind, user=user_id, name=name, message=message)
            await self._events.tell(kind, event, channel=channel)

    # ---- the app

    async def revoke_tokens(self, user_id: str) -> None:
        """Revokes the app's tokens: every call of it is refused from now on."""
        self._person(user_id)
        await self._refuse("token_revoked")

    async def uninstall(self, user_id: str) -> None:
        """Takes the app out of the workspace; its tokens go with it."""
        self._person(user_id)
        await self._refuse("account_inactive")
        event = {"type": "app_uninstalled", "event_ts": self._workspace.new_ts()}
        await self._events.tell("app_uninstalled", event)

    async def install(self, user_id: str) -> None:
        """Lets the app in again, with the tokens it had."""
        self._person(user_id)
        self._workspace.app.refused = ""
        self._workspace.touch()

    async def _refuse(self, error: str) -> None:
        app = self._workspace.app
        if app.refused:
            raise CannotAct("The app has no tokens here.")
        app.refused = error
        self._workspace.touch()
        event = {
            "type": "tokens_revoked",
            "tokens": {"oauth": [], "bot": [app.bot_user_id]},
            "event_ts": self._workspace.new_ts(),
        }
        await self._events.tell("tokens_revoked", event)

    # ---- people

    async def edit_user(self, user_id: str, **changes: str | bool | dict[str, str]) -> None:
        """Changes fields of a person (zone, title, guest flags, deactivation, custom fields)."""
        user = self._workspace.users.get(user_id)
        if user is None:
            raise CannotAct(f"There is no person {user_id}.")
        known = {item.name: type(getattr(user, item.name)) for item in fields(User)}
        for name, value in changes.items():
            if name in _FIXED or known.get(name) is not type(value):
                raise CannotAct(f"{name} of a person cannot be changed to that.")
        if "tz" in changes:
            _must_be_zone(str(changes["tz"]))
        custom = changes.get("fields")
        for one in custom if isinstance(custom, dict) else ():
            if one not in self._workspace.profile_fields:
                raise CannotAct(f"There is no profile field {one}.")
        for name, value in changes.items():
            setattr(user, name, value)
        self._workspace.touch()
        event = {
            "type": "user_change",
            "user": user_json(self._workspace, user) | {"locale": "en-US"},
            "cache_ts": int(self._workspace.clock.timestamp()),
            "event_ts": self._workspace.new_ts(),
        }
        await self._events.tell("user_change", event)


def _must_be_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise CannotAct(f"{name} is no time zone.") from None


def add_reaction(message: Message, user_id: str, name: str) -> bool:
    """False when this person had reacted so already."""
    reaction = next((r for r in message.reactions if r.name == name), None)
    if reaction is None:
        message.reactions.append(Reaction(name=name, users=[user_id]))
        return True
    if user_id in reaction.users:
        return False
    reaction.users.append(user_id)
    return True


def remove_reaction(message: Message, user_id: str, name: str) -> bool:
    """False when this person had not reacted so."""
    reaction = next((r for r in message.reactions if r.name == name), None)
    if reaction is None or user_id not in reaction.users:
        return False
    reaction.users.remove(user_id)
    if not reaction.users:
        message.reactions.remove(reaction)
    return True
