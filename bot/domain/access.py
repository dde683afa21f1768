"""The one place of *who may do what* and *who sees what* (both fixed by the process)."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Protocol

from bot.domain.errors import NotAllowed, Problem
from bot.domain.people import Person, Role


class Capacity(StrEnum):
    """What a person is to a handoff."""

    AE = "ae"
    CSM = "csm"
    CS_MANAGER = "cs_manager"
    AE_MANAGER = "ae_manager"
    REVOPS = "revops"
    ADMIN = "admin"
    IN_CHANNEL = "in_channel"
    """Can read the deal channel: it is public, or they are in it."""
    MEMBER = "member"


class Act(StrEnum):
    """What people do to a handoff."""

    CONFIRM_AE = "confirm_ae"
    EDIT_BRIEF = "edit_brief"
    POST = "post"
    SIGN = "sign"
    ASSIGN = "assign"
    ACKNOWLEDGE = "acknowledge"
    CANCEL = "cancel"
    REOPEN = "reopen"


class Audience(StrEnum):
    """Who may read a stored piece of content; the rows of *Who sees what* built so far."""

    CHANNEL = "channel"
    """Everyone in the deal channel: metric, promises, account, owners, steps, due times."""
    REASONS = "reasons"
    """Reasons for a cancel, a snooze, an override: both sides and their managers."""
    LINKS = "links"
    """Links to contract, CRM and recordings: the same people, never all of the deal channel."""


class _Parts(Protocol):
    @property
    def ae_id(self) -> int: ...
    @property
    def csm_id(self) -> int | None: ...
    @property
    def cs_manager_id(self) -> int | None: ...
    @property
    def ae_manager_id(self) -> int | None: ...


_ACTS: Mapping[Act, frozenset[Capacity]] = {
    Act.CONFIRM_AE: frozenset({Capacity.AE}),
    Act.EDIT_BRIEF: frozenset({Capacity.AE}),
    Act.POST: frozenset({Capacity.AE}),
    Act.SIGN: frozenset({Capacity.AE, Capacity.AE_MANAGER, Capacity.REVOPS}),
    Act.ASSIGN: frozenset({Capacity.CS_MANAGER}),
    Act.ACKNOWLEDGE: frozenset({Capacity.CSM}),
    Act.CANCEL: frozenset({Capacity.AE, Capacity.AE_MANAGER, Capacity.REVOPS}),
    Act.REOPEN: frozenset({Capacity.AE, Capacity.AE_MANAGER, Capacity.REVOPS}),
}

_BOTH_SIDES = frozenset(
    {
        Capacity.AE,
        Capacity.CSM,
        Capacity.CS_MANAGER,
        Capacity.AE_MANAGER,
        Capacity.REVOPS,
    }
)
_AUDIENCES: Mapping[Audience, frozenset[Capacity]] = {
    Audience.CHANNEL: _BOTH_SIDES | {Capacity.IN_CHANNEL},
    Audience.REASONS: _BOTH_SIDES,
    Audience.LINKS: _BOTH_SIDES,
}


def capacities(person: Person, handoff: _Parts) -> frozenset[Capacity]:
    """What a person is to a handoff; nothing at all for who is no full member.

    RevOps stands in for a manager the handoff does not have.
    """
    if not person.full_member:
        return frozenset()
    parts = {
        Capacity.AE: handoff.ae_id,
        Capacity.CSM: handoff.csm_id,
        Capacity.CS_MANAGER: handoff.cs_manager_id,
        Capacity.AE_MANAGER: handoff.ae_manager_id,
    }
    held = {Capacity.MEMBER} | {part for part, owner in parts.items() if owner == person.id}
    if Role.REVOPS in person.roles:
        held.add(Capacity.REVOPS)
        held |= {
            manager
            for manager in (Capacity.CS_MANAGER, Capacity.AE_MANAGER)
            if parts[manager] is None
        }
    if person.admin:
        held.add(Capacity.ADMIN)
    return frozenset(held)


def may(act: Act, person: Person, handoff: _Parts) -> bool:
    """Whether this person may do this now, as far as rights go."""
    return bool(_ACTS[act] & capacities(person, handoff))


def whose(act: Act, handoff: _Parts) -> tuple[int, ...]:
    """The people of the handoff who may do it, for a refusal that names whose turn it is."""
    parts = {
        Capacity.AE: handoff.ae_id,
        Capacity.CSM: handoff.csm_id,
        Capacity.CS_MANAGER: handoff.cs_manager_id,
        Capacity.AE_MANAGER: handoff.ae_manager_id,
    }
    owners = (owner for part, owner in parts.items() if part in _ACTS[act] and owner is not None)
    return tuple(dict.fromkeys(owners))


def require(act: Act, person: Person, handoff: _Parts) -> None:
    """Raise NotAllowed, naming whose turn it is, unless the person may do it."""
    if not may(act, person, handoff):
        raise NotAllowed(Problem.NOT_YOUR_TURN, whose=whose(act, handoff), facts={"act": act.value})


EVERY = frozenset(Audience)
"""All of it: for what is merged, counted and checked, never for what is shown."""
IN_THE_CHANNEL = frozenset({Audience.CHANNEL})
"""What everyone in the deal channel may read, and so what stands there."""


def audiences(person: Person, handoff: _Parts, *, in_channel: bool) -> frozenset[Audience]:
    """What a person may read of a handoff; storage filters by it in the SELECT.

    `in_channel` says whether they can read its deal channel.
    """
    held = capacities(person, handoff)
    if in_channel and Capacity.MEMBER in held:
        held |= {Capacity.IN_CHANNEL}
    return frozenset(audience for audience, readers in _AUDIENCES.items() if readers & held)


class Reach(StrEnum):
    """Which handoffs a person's lists hold."""

    OWN = "own"
    READABLE = "readable"
    """Their own, and those of public channels, which any member may join."""
    ALL = "all"


def reach(person: Person, *, has_part: Callable[[], bool]) -> Reach:
    """The lists of a person; `has_part` tells whether they have a part in any handoff.

    Who has a role of their own or in a handoff is known to the bot and sees more than their own.
    """
    if not person.full_member:
        return Reach.OWN
    if Role.REVOPS in person.roles:
        return Reach.ALL
    return Reach.READABLE if person.roles or person.admin or has_part() else Reach.OWN
