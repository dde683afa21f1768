"""Handoffs that belong together: what a cancelled deal became, and what an amended contract is to
the first one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import Invalid, Problem
from bot.domain.handoff import Handoff, State
from bot.domain.history import Fact, Tag
from bot.domain.people import Person
from bot.domain.promises import Promise


class LinkKind(StrEnum):
    """What the later handoff is to the earlier one."""

    REPLACED = "replaced"
    """The deal goes on in another handoff."""
    MERGED = "merged"
    SPLIT = "split"
    AMENDED = "amended"
    """The contract was amended: the same account signed once more, for an expansion."""


BECAME = (LinkKind.REPLACED, LinkKind.MERGED, LinkKind.SPLIT)
"""What a cancelled deal can have become."""


@dataclass(frozen=True)
class Link:
    """One handoff beside another, as stored; `onward` where the other one is the later."""

    other_id: int
    kind: LinkKind
    onward: bool


@dataclass(frozen=True)
class Linked:
    """The same for one who reads it."""

    link: Link
    state: State
    account: str | None = None
    """None for who may not know of the other handoff."""


@dataclass(frozen=True)
class OpenDeal:
    """A handoff that can be chosen as what a deal became."""

    handoff_id: int
    account: str


def link(
    earlier: Handoff, later: Handoff, kind: LinkKind, *, by: Person, at: datetime, carried: int = 0
) -> None:
    """Take note in both that they belong together; `carried` promises were copied along.

    Raises Invalid for a handoff and itself, and for a later one that is over.
    """
    if earlier.id == later.id:
        raise Invalid(Problem.ITSELF, field="became")
    if not later.open:
        raise Invalid(Problem.OTHER_IS_OVER, field="became", facts={"account": later.account})
    for one, other in ((earlier, later), (later, earlier)):
        one.path = one.path.linked(1)
        facts: dict[str, Fact] = {
            "other": other.id,
            "kind": kind.value,
            "onward": one is earlier,
            "promises": carried,
        }
        one.note(Tag.LINKED, facts, by=by, at=at)


def unlink(earlier: Handoff, later: Handoff, kind: LinkKind, *, by: Person, at: datetime) -> None:
    """Take note in both that the earlier one goes on by itself after all."""
    for one, other in ((earlier, later), (later, earlier)):
        one.path = one.path.linked(-1)
        facts: dict[str, Fact] = {
            "other": other.id,
            "kind": kind.value,
            "onward": one is earlier,
        }
        one.note(Tag.UNLINKED, facts, by=by, at=at)


def require_to_amend(handoff: Handoff) -> None:
    """Raise Invalid unless there is a contract that could be amended."""
    if handoff.state is State.CANCELLED:
        raise Invalid(Problem.HANDOFF_CANCELLED)
    if handoff.signed_at is None:
        raise Invalid(Problem.NOT_SIGNED)


def note_carried(
    earlier: Handoff, later: Handoff, of: Promise, copy: Promise, *, by: Person, at: datetime
) -> None:
    """Take note in both of a promise that was copied from one into the other."""
    given: dict[str, Fact] = {"number": of.number, "other": later.id, "as": copy.number}
    taken: dict[str, Fact] = {"number": copy.number, "other": earlier.id, "from": of.number}
    earlier.note(Tag.PROMISE_CARRIED, {**given, "onward": True}, by=by, at=at)
    later.note(Tag.PROMISE_CARRIED, {**taken, "onward": False}, by=by, at=at)
