"""The people of a workspace and the roles an admin gave them."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bot.domain.times import OwnTimes


class Role(StrEnum):
    """Roles of a person; AE and CSM are roles in a handoff instead."""

    CS_MANAGER = "cs_manager"
    AE_MANAGER = "ae_manager"
    REVOPS = "revops"
    ADMIN = "admin"


class RegionBy(StrEnum):
    """Where it comes from in which region a person is."""

    SELF = "self"
    ADMIN = "admin"
    TEAM = "team"
    """The policy's, where nobody said another."""
    ZONE = "zone"
    """Guessed from the time zone."""
    NOWHERE = "nowhere"
    """The time zone names no country, so no public holidays are known."""


class ManagerBy(StrEnum):
    """How somebody came to be a manager."""

    NAMED = "named"
    """On the start form of the handoff."""
    REASSIGNED = "reassigned"
    """For just this handoff, after its start."""
    HAND = "hand"
    """An admin said so."""
    PROFILE = "profile"
    """From the field of the Slack profile that an admin chose."""
    POLICY = "policy"
    """The policy's, where neither the form nor the person has one."""
    REVOPS = "revops"
    """Nobody else was left to be told."""


@dataclass(frozen=True)
class NamedPerson:
    """A person as a message names them: Slack's id, from which each reader sees the name."""

    id: int
    slack_id: str
    name: str


@dataclass(frozen=True)
class Person:
    """One Slack account as the bot knows it; `id` is ours, `slack_id` is Slack's."""

    id: int
    workspace_id: int
    slack_id: str
    name: str
    zone: str = "UTC"
    region: str = ""
    """As somebody set it; empty where nobody did."""
    region_by: RegionBy | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    manager_id: int | None = None
    manager_by: ManagerBy | None = None
    stand_in_id: int | None = None
    leave_until: date | None = None
    """The last day of a leave, which may be over; who is away now storage says."""
    times: OwnTimes = field(default_factory=OwnTimes)
    workspace_admin: bool = False
    guest: bool = False
    external: bool = False
    bot: bool = False
    deactivated: bool = False
    erased: bool = False
    """Whether their name was erased on request."""

    @property
    def full_member(self) -> bool:
        """Whether the account belongs to the company: no guest, outsider, bot or closed account."""
        return not (self.guest or self.external or self.bot or self.deactivated)

    @property
    def admin(self) -> bool:
        """Workspace admins and owners, and those who were given the role."""
        return self.full_member and (self.workspace_admin or Role.ADMIN in self.roles)
