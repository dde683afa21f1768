"""What a person sees and types, in the shapes a test reads and writes it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import time as time_of_day
from typing import Any, TypeAlias

from bot.sandbox.view_state import CannotAct, Plain, Values, elements_of
from bot.sandbox.workspace import Json

Typed: TypeAlias = Plain | date | datetime | time_of_day
"""What a test may type or choose; dates and times are shaped for their pickers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A message as one person sees it."""

    ts: str
    channel: str
    user: str
    bot_id: str | None
    text: str
    blocks: list[Json]
    thread_ts: str | None
    ephemeral: bool
    edited: bool
    tombstone: bool
    reactions: dict[str, list[str]]
    metadata: Json | None
    files: list[str] = field(default_factory=list)
    """Ids of the files that came with it."""

    @property
    def words(self) -> str:
        """Every text in the message, joined by line breaks: what a reader could read."""
        return "\n".join([self.text, *_words(self.blocks)])

    def action_ids(self) -> list[str]:
        return [element["action_id"] for _, element in elements_of(self.blocks)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A modal or a Home tab as one person sees it."""

    id: str
    callback_id: str
    hash: str
    view: Json
    state: dict[str, dict[str, Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return str(self.view.get("title", {}).get("text", ""))

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.view["blocks"]
        return blocks

    @property
    def words(self) -> str:
        return "\n".join(_words(self.blocks))

    def action_ids(self) -> list[str]:
        return [element["action_id"] for _, element in elements_of(self.blocks)]

    def holding(self, action_id: str) -> Json:
        """The state of one element; CannotAct when there is none or more than one."""
        found = [actions[action_id] for actions in self.state.values() if action_id in actions]
        if len(found) != 1:
            raise CannotAct(f"{len(found)} elements hold something for {action_id}.")
        return found[0]


def plain(typed: Typed) -> Plain:
    # A datetime is a date as well, so it is asked for first.
    if isinstance(typed, datetime):
        return int(typed.timestamp())
    if isinstance(typed, date):
        return typed.isoformat()
    if isinstance(typed, time_of_day):
        return typed.strftime("%H:%M")
    return typed


def values_of(screen: Screen, typed: Mapping[str, Typed]) -> Values:
    """Values by block and action id; CannotAct for an action id that is missing or doubled."""
    blocks_of: dict[str, list[str]] = {}
    for block, element in elements_of(screen.blocks):
        blocks_of.setdefault(element["action_id"], []).append(block["block_id"])
    values: Values = {}
    for action_id, value in typed.items():
        found = blocks_of.get(action_id, [])
        if len(found) != 1:
            raise CannotAct(f"{len(found)} elements of this modal are called {action_id}.")
        values.setdefault(found[0], {})[action_id] = plain(value)
    return values


def screen_of(view: Json) -> Screen:
    return Screen(
        id=view["id"],
        callback_id=view["view"].get("callback_id", ""),
        hash=view["hash"],
        view=view["view"],
        state=view["state"],
        errors=view["errors"],
    )


def seen_of(message: Json) -> Seen:
    return Seen(
        ts=message["ts"],
        channel=message["channel"],
        user=message["user"],
        bot_id=message["bot_id"],
        text=message["text"],
        blocks=message["blocks"],
        thread_ts=message["thread_ts"],
        ephemeral=message["ephemeral_for"] is not None,
        edited=message["edited_ts"] is not None,
        tombstone=message["tombstone"],
        reactions={r["name"]: r["users"] for r in message["reactions"]},
        metadata=message["metadata"],
        files=message["files"],
    )


def _words(part: Any) -> Iterator[str]:
    """Every string under a key `text` or `alt_text`, in reading order."""
    if isinstance(part, list):
        for entry in part:
            yield from _words(entry)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name in ("text", "alt_text") and isinstance(value, str):
                yield value
            else:
                yield from _words(value)
