"""What the page's buttons and forms post, handed on as a person's acts."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from bot.sandbox.clock import SandboxClock
from bot.sandbox.interactions import Acts
from bot.sandbox.page_posted import Posted
from bot.sandbox.page_seat import APP_DM
from bot.sandbox.page_story import Stories
from bot.sandbox.page_uploads import PageUploads
from bot.sandbox.render.composed import command_of, with_handles, with_mentions
from bot.sandbox.render.forms import UnreadableForm, chosen, posted_values
from bot.sandbox.view_state import CannotAct, element_at
from bot.sandbox.workspace import OpenView, User, Workspace

_MORNING: Final = time(9)


@dataclass(frozen=True, slots=True)
class Go:
    """The deed is done, and the person goes on at this place."""

    place: str


Deed: TypeAlias = Callable[[User, Posted], Awaitable[str | Go | None]]


class PageActs:
    """Every deed returns the sentence to show the person, None when the screen says it all.

    One that leads elsewhere returns where to.
    """

    def __init__(
        self, workspace: Workspace, acts: Acts, clock: SandboxClock, stories: Stories | None
    ) -> None:
        self._workspace = workspace
        self._acts = acts
        self._clock = clock
        self._stories = stories
        self._uploads = PageUploads(workspace, acts)
        self.deeds: dict[str, Deed] = {
            "press": self._press,
            "submit": self._submit,
            "close": self._close,
            "typed": self._typed,
            "attach": self._uploads.attach,
            "detach": self._uploads.detach,
            "say": self._say,
            "edit": self._edit,
            "delete": self._delete,
            "react": self._react,
            "shortcut": self._shortcut,
            "message-shortcut": self._message_shortcut,
            "opened": self._opened,
            "channel": self._channel,
            "invite": self._invite,
            "open-dm": self._open_dm,
            "clock": self._move_clock,
            "dismiss-notice": self._dismiss_notice,
            "story": self._story,
        }

    # ---- blocks

    async def _press(self, user: User, posted: Posted) -> str | None:
        """A button, menu or field was used, in a message, a modal or the Home tab."""
        if posted["surface"] == "message":
            return await self._press_in_message(user, posted)
        view = self._view(user, posted)
        blocks, zone = view.view["blocks"], ZoneInfo(user.tz)
        action_id, block_id = posted["action_id"], posted["block_id"]
        _, element = element_at(blocks, action_id=action_id, block_id=block_id)
        picked = chosen(element, posted.all("chosen"), zone)
        values = posted_values(blocks, posted.pairs, zone)
        if view.type == "home":
            await self._acts.click_home(
                user.id, action_id=action_id, block_id=block_id, chosen=picked, values=values
            )
        else:
            await self._acts.click_view(
                user.id,
                view_id=view.id,
                action_id=action_id,
                block_id=block_id,
                chosen=picked,
                values=values,
            )
        return None

    async def _press_in_message(self, user: User, posted: Posted) -> str | None:
        channel = self._workspace.channels.get(posted["channel"])
        message = channel.messages.get(posted["ts"]) if channel else None
        if channel is None or message is None:
            raise CannotAct("This message is gone.")
        action_id, block_id = posted["action_id"], posted["block_id"]
        _, element = element_at(message.blocks, action_id=action_id, block_id=block_id)
        await self._acts.click_message(
            user.id,
            channel_id=channel.id,
            ts=message.ts,
            action_id=action_id,
            block_id=block_id,
            chosen=chosen(element, posted.all("chosen"), ZoneInfo(user.tz)),
        )
        return None

    def _view(self, user: User, posted: Posted) -> OpenView:
        view = self._workspace.find_view(posted["view_id"])
        if view is None or view.user != user.id:
            raise CannotAct("This is no longer open.")
        return view

    async def _submit(self, user: User, posted: Posted) -> str | None:
        view = self._view(user, posted)
        values = posted_values(view.view["blocks"], posted.pairs, ZoneInfo(user.tz))
        await self._acts.submit_view(user.id, view_id=view.id, values=values)
        return None

    async def _typed(self, user: User, posted: Posted) -> str | None:
        view = self._view(user, posted)
        values = posted_values(view.view["blocks"], posted.pairs, ZoneInfo(user.tz))
        self._acts.keep_typed(user.id, view_id=view.id, values=values)
        return None

    async def _close(self, user: User, posted: Posted) -> str | None:
        view = self._view(user, posted)
        whole = posted["how"] == "stack"
        await self._acts.close_view(user.id, view_id=view.id, whole_stack=whole)
        return None

    async def _opened(self, user: User, posted: Posted) -> str | None:
        await self._acts.open_home(user.id, tab=posted["tab"])
        return None

    async def _shortcut(self, user: User, posted: Posted) -> str | None:
        await self._acts.global_shortcut(user.id, callback_id=posted["callback_id"])
        return None

    async def _message_shortcut(self, user: User, posted: Posted) -> str | None:
        await self._acts.message_shortcut(
            user.id,
            callback_id=posted["callback_id"],
            channel_id=posted["channel"],
            ts=posted["ts"],
        )
        return None

    # ---- messages

    async def _say(self, user: User, posted: Posted) -> str | None:
        place, text, thread = posted["place"], posted["text"].strip(), posted.get("thread")
        channel_id = self._workspace.open_app_dm(user.id).id if place == APP_DM else place
        command = command_of(text)
        if command is None:
            await self._uploads.send(user, channel_id, text, thread, posted.files)
            return None
        if posted.files:
            return f"Files cannot go with {command.name}."
        if thread:
            return f"{command.name} does not work in a thread. Use it in the channel."
        await self._acts.slash(
            user.id,
            command=command.name,
            text=with_handles(command.text, self._workspace.users.values()),
            channel_id=channel_id,
        )
        return None

    async def _edit(self, user: User, posted: Posted) -> str | None:
        people = self._workspace.users.values()
        text = with_mentions(posted["text"], people, self._workspace.channels_of(user.id))
        await self._acts.edit_message(
            user.id, channel_id=posted["channel"], ts=posted["ts"], text=text
        )
        return None

    async def _delete(self, user: User, posted: Posted) -> str | None:
        await self._acts.delete_message(user.id, channel_id=posted["channel"], ts=posted["ts"])
        return None

    async def _react(self, user: User, posted: Posted) -> str | None:
        """Adds the reaction, or takes it back where this person already gave it."""
        channel = self._workspace.channels.get(posted["channel"])
        message = channel.messages.get(posted["ts"]) if channel else None
        if channel is None or message is None:
            raise CannotAct("This message is gone.")
        name = posted["name"]
        given = any(r.name == name and user.id in r.users for r in message.reactions)
        deed = self._acts.unreact if given else self._acts.react
        await deed(user.id, channel_id=channel.id, ts=message.ts, name=name)
        return None

    # ---- channels

    async def _channel(self, user: User, posted: Posted) -> str | None:
        deeds = {
            "join": self._acts.join,
            "leave": self._acts.leave,
            "archive": self._acts.archive,
            "unarchive": self._acts.unarchive,
            "share": self._acts.share,
            "unshare": self._acts.unshare,
        }
        deed = deeds.get(posted["how"])
        if deed is None:
            raise UnreadableForm("There is no such thing to do with a channel.")
        await deed(user.id, channel_id=posted["channel"])
        return None

    async def _invite(self, user: User, posted: Posted) -> str | None:
        await self._acts.invite(
            user.id, channel_id=posted["channel"], invited=posted.all("invited")
        )
        return None

    async def _open_dm(self, user: User, posted: Posted) -> Go:
        return Go(await self._acts.open_dm(user.id, people=posted.all("person")))

    # ---- the sandbox itself

    async def _move_clock(self, user: User, posted: Posted) -> str | None:
        how = posted["forward"]
        if how == "morning":
            now = self._clock.now()
            seconds = (next_morning(now, ZoneInfo(user.tz)) - now).total_seconds()
        else:
            seconds = _whole_number(how)
        try:
            self._clock.advance(seconds)
        except ValueError as refusal:
            raise CannotAct(str(refusal)) from refusal
        self._workspace.touch()
        return None

    async def _story(self, _: User, posted: Posted) -> str | None:
        """Does the step for the visitor, whoever sits here, or leaves it behind."""
        if self._stories is None:
            raise CannotAct("No story is told in this workspace.")
        if posted["how"] == "skip":
            self._stories.skip(posted["step"])
        else:
            await self._stories.do(posted["step"])
        return None

    async def _dismiss_notice(self, user: User, posted: Posted) -> str | None:
        self._workspace.dismiss_notice(user.id, posted["notice"])
        return None


def _whole_number(text: str) -> int:
    try:
        number = json.loads(text)
    except ValueError:
        number = None
    if not isinstance(number, int):
        raise UnreadableForm("The clock moves by whole seconds.")
    return number


def next_morning(now: datetime, zone: ZoneInfo) -> datetime:
    """The next 09:00 on the wall clock of this zone."""
    local = now.astimezone(zone)
    morning = datetime.combine(local.date(), _MORNING, zone)
    if morning <= local:
        morning = datetime.combine(local.date() + timedelta(days=1), _MORNING, zone)
    return morning
