"""Do it for me: a step's acts, done as its person through the same ways as their own hands."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from bot.sandbox.interactions import Acts
from bot.sandbox.render.composed import with_mentions
from bot.sandbox.story import (
    Act,
    Days,
    Example,
    Forward,
    ForwardTo,
    Hours,
    Person,
    Press,
    React,
    Step,
    Value,
    Workday,
    Write,
    person_named,
    place_named,
)
from bot.sandbox.story_progress import message_has, view_has
from bot.sandbox.view_state import CannotAct, Plain, Values, apply_values, elements_of
from bot.sandbox.workspace import Blocks, Json, Message, OpenView, User, Workspace

T = TypeVar("T")
_PATIENCE: Final = 6.0
"""Seconds within which an app brings what an act needs, after the act before it."""
_ROUND: Final = 300
_SATURDAY: Final = 5


class StoryActs:
    def __init__(self, workspace: Workspace, acts: Acts) -> None:
        self._workspace = workspace
        self._acts = acts

    def is_filled(self, step: Step) -> bool:
        """Whether the example stands in the open form, so that what is left is to send it."""
        act = step.do[-1] if step.do else None
        if act is None or act.fill is None:
            return False
        user = self._person(step, act)
        top = self._form(user, act)
        if top is None:
            return False
        try:
            values = self._values(top, act.fill, user)
            return apply_values(top.state, top.view["blocks"], values) == top.state
        except CannotAct:
            return False

    async def do(self, step: Step) -> None:
        """All acts of a step; CannotAct with what is not there for one of them."""
        if self.is_filled(step):
            sent = step.do[-1].model_copy(update={"fill": None, "send": {}})
            await self._send(self._person(step, sent), sent)
            return
        for act in step.do:
            await self._one(self._person(step, act), step, act)

    def _person(self, step: Step, act: Act) -> User:
        return person_named(self._workspace, act.by or step.as_)

    async def _one(self, user: User, step: Step, act: Act) -> None:
        if act.command is not None:
            await self._command(user, step.place, act.command)
        elif act.fill is not None:
            top = await self._there(lambda: self._form(user, act), _names(act))
            self._acts.keep_typed(user.id, view_id=top.id, values=self._values(top, act.fill, user))
        elif act.send is not None:
            await self._send(user, act)
        elif act.press is not None:
            await self._press(user, step.place, act.press)
        elif act.react is not None:
            await self._react(user, act.react)
        elif act.write is not None:
            await self._write(user, act.write)
        elif act.forward is not None:
            self._workspace.clock.advance(self._seconds(act.forward, user))
            self._workspace.touch()
        else:
            await self._close(user)

    # ---- single acts

    async def _command(self, user: User, place: str, typed: str) -> None:
        channel = self._place(user, place)
        name, _, text = typed.partition(" ")
        await self._acts.slash(user.id, command=name, text=text, channel_id=channel)

    async def _send(self, user: User, act: Act) -> None:
        top = await self._there(lambda: self._form(user, act), _names(act))
        answer = await self._acts.submit_view(
            user.id, view_id=top.id, values=self._values(top, act.send or {}, user)
        )
        if answer.field_errors:
            raise CannotAct("The form was not taken: " + " ".join(answer.field_errors.values()))

    async def _press(self, user: User, place: str, wanted: Press) -> None:
        if wanted.in_ == "modal":
            await self._press_in_modal(user, wanted)
            return
        if wanted.in_ == "home" or (wanted.in_ is None and place == "home"):
            home = await self._there(
                lambda: self._home_with(user, wanted.action_id), wanted.action_id
            )
            block_id, chosen = _choice(home.view["blocks"], wanted)
            await self._acts.click_home(
                user.id, action_id=wanted.action_id, block_id=block_id, chosen=chosen
            )
            return
        where = wanted.in_ or (place if place.startswith("#") else f"@{user.name}")
        message = await self._there(
            lambda: self._newest(where, user, says=wanted.says, action_id=wanted.action_id),
            wanted.action_id,
        )
        block_id, chosen = _choice(message.blocks, wanted)
        await self._acts.click_message(
            user.id,
            channel_id=message.channel,
            ts=message.ts,
            action_id=wanted.action_id,
            block_id=block_id,
            chosen=chosen,
        )

    async def _press_in_modal(self, user: User, wanted: Press) -> None:
        def look() -> OpenView | None:
            top = self._workspace.top_modal(user.id)
            return top if top is not None and view_has(top, wanted.action_id) else None

        top = await self._there(look, wanted.action_id)
        block_id, chosen = _choice(top.view["blocks"], wanted)
        await self._acts.click_view(
            user.id,
            view_id=top.id,
            action_id=wanted.action_id,
            block_id=block_id,
            chosen=chosen,
        )

    async def _react(self, user: User, wanted: React) -> None:
        message = await self._there(
            lambda: self._newest(wanted.in_, user, says=wanted.says), wanted.says
        )
        given = any(r.name == wanted.name and user.id in r.users for r in message.reactions)
        if not given:
            await self._acts.react(
                user.id, channel_id=message.channel, ts=message.ts, name=wanted.name
            )

    async def _write(self, user: User, wanted: Write) -> None:
        thread = None
        if wanted.thread is not None:
            parent = await self._there(
                lambda: self._newest(wanted.in_, user, says=wanted.thread), wanted.thread
            )
            thread = parent.thread_ts or parent.ts
        people = self._workspace.users.values()
        await self._acts.post_message(
            user.id,
            channel_id=self._place(user, wanted.in_),
            text=with_mentions(wanted.text, people, self._workspace.channels_of(user.id)),
            thread_ts=thread,
        )

    async def _close(self, user: User) -> None:
        top = self._workspace.top_modal(user.id)
        if top is not None:
            await self._acts.close_view(user.id, view_id=top.id, whole_stack=True)

    # ---- what the acts need

    async def _there(self, look: Callable[[], T | None], what: str) -> T:
        """What somebody would wait for a moment to see; CannotAct where it does not come."""
        clock = self._workspace.clock
        until = clock.machine_seconds() + _PATIENCE
        while True:
            version, found = self._workspace.version, look()
            if found is not None:
                return found
            left = until - clock.machine_seconds()
            if left <= 0:
                raise CannotAct(f"“{what}” is not there. Do what the step says, or skip it.")
            await self._workspace.wait_for_change(version, left)

    def _form(self, user: User, act: Act) -> OpenView | None:
        """The modal on top, if it is the one that is meant and has every field of the example."""
        top = self._workspace.top_modal(user.id)
        if top is None or act.form not in (None, top.callback_id):
            return None
        return top if all(view_has(top, field) for field in act.example or ()) else None

    def _home_with(self, user: User, action_id: str) -> OpenView | None:
        home = self._workspace.homes.get(user.id)
        return home if home is not None and view_has(home, action_id) else None

    def _newest(
        self, where: str, user: User, *, says: str | None = None, action_id: str | None = None
    ) -> Message | None:
        channel = place_named(self._workspace, where)
        if channel is None:
            return None
        return next(
            (
                message
                for message in reversed(channel.messages.values())
                if message.ephemeral_for in (None, user.id)
                and not message.tombstone
                and message_has(message, says=says, action_id=action_id)
            ),
            None,
        )

    def _place(self, user: User, place: str) -> str:
        channel = place_named(self._workspace, place) if place[:1] in "#@" else None
        if channel is None and place.startswith("#"):
            raise CannotAct(f"{place} is gone.")
        return channel.id if channel is not None else self._workspace.open_app_dm(user.id).id

    def _values(self, view: OpenView, example: Example, user: User) -> Values:
        values: Values = {}
        for block, element in elements_of(view.view["blocks"]):
            if element["action_id"] in example:
                typed = self._plain(example[element["action_id"]], user)
                values.setdefault(block["block_id"], {})[element["action_id"]] = typed
        return values

    def _plain(self, value: Value, user: User) -> Plain:
        now = self._workspace.clock.now()
        match value:
            case Person():
                return person_named(self._workspace, value.user).id
            case Days():
                today = now.astimezone(ZoneInfo(user.tz)).date()
                return (today + timedelta(days=value.days)).isoformat()
            case Hours():
                moment = int((now + timedelta(hours=value.hours)).timestamp())
                return moment - moment % _ROUND
            case Workday():
                return int(_on_workday(now, value, user).timestamp())
        return value

    def _seconds(self, forward: Forward | ForwardTo, user: User) -> float:
        if isinstance(forward, Forward):
            return forward.hours * 3600
        now = self._workspace.clock.now()
        return (_on_workday(now, forward.to, user) - now).total_seconds()


def _on_workday(now: datetime, wanted: Workday, user: User) -> datetime:
    """The moment that is meant; the story knows weekends and no holidays."""
    zone = ZoneInfo(user.tz)
    day, left = now.astimezone(zone).date(), wanted.workdays
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return datetime.combine(day, wanted.at, tzinfo=zone)


def _choice(blocks: Blocks, wanted: Press) -> tuple[str, Plain]:
    """The block of the element that is meant, and the value of the entry that is named."""
    for block, element in _named(blocks, wanted):
        if wanted.option is None:
            return block["block_id"], None
        for option in element.get("options", ()):
            if wanted.option in option["text"]["text"]:
                return block["block_id"], option["value"]
    raise CannotAct(f"“{wanted.option or wanted.label or wanted.action_id}” is not offered here.")


def _named(blocks: Blocks, wanted: Press) -> Iterator[tuple[Json, Json]]:
    for block, element in elements_of(blocks):
        if element["action_id"] != wanted.action_id:
            continue
        words = json.dumps([block, element], ensure_ascii=False)
        if wanted.label is None or wanted.label in words:
            yield block, element


def _names(act: Act) -> str:
    return act.form or next(iter(act.example or ()), "The form")
