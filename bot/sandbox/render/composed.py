"""What a person types into the message box, as Slack's own composer would send it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.sandbox.workspace import Channel, User

_COMMAND: Final = re.compile(r"(/[^\s/]+)(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    name: str
    text: str


def command_of(typed: str) -> Command | None:
    match = _COMMAND.fullmatch(typed)
    return Command(name=match[1], text=match[2] or "") if match else None


def with_mentions(typed: str, people: Iterable[User], channels: Sequence[Channel]) -> str:
    """`@Full Name`, `@handle` and `#channel` become the tokens that Slack's composer makes."""
    named = _by_name(people)
    text = _at_names(named).sub(lambda m: f"<@{named[m[1].casefold()].id}>", typed)
    known = {channel.name.casefold(): channel for channel in channels}
    return _signed("#", known).sub(
        lambda m: f"<#{known[m[1].casefold()].id}|{known[m[1].casefold()].name}>", text
    )


def with_handles(typed: str, people: Iterable[User]) -> str:
    """In a command `@Full Name` stands for the person's handle."""
    named = _by_name(people)
    return _at_names(named).sub(lambda m: f"@{named[m[1].casefold()].name}", typed)


def _by_name(people: Iterable[User]) -> dict[str, User]:
    named: dict[str, User] = {}
    for user in people:
        named[user.name.casefold()] = user
        named[user.real_name.casefold()] = user
    return named


def _at_names(named: dict[str, User]) -> re.Pattern[str]:
    return _signed("@", named)


def _signed(sign: str, names: Iterable[str]) -> re.Pattern[str]:
    """Any of the names after the sign, the longest first, so that a full name wins."""
    longest_first = sorted((re.escape(name) for name in names if name), key=len, reverse=True)
    any_name = "|".join(longest_first) or "(?!)"
    return re.compile(rf"(?<![\w<]){sign}({any_name})(?![\w-])", re.IGNORECASE)
