"""What of the status list somebody looks at."""

from collections.abc import Callable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.deadlines import Step
from bot.domain.people import Person, Role
from bot.domain.policy import Tier


class Whose(StrEnum):
    """Whose handoffs are listed, of those that the reader may see."""

    MINE = "mine"
    TEAM = "team"
    """Where the reader is a manager of the handoff, or the manager of its AE or CSM."""
    ALL = "all"


class Bucket(StrEnum):
    """How a handoff stands, worst first."""

    LATE = "late"
    TODAY = "today"
    WAITING = "waiting"
    ON_TIME = "on_time"
    UNTIMED = "untimed"
    DONE = "done"
    CLOSED = "closed"
    """Over, with an outcome; listed only where somebody asks for them."""


class Filter(BaseModel):
    """The choices; what is None leaves nothing out. Short where it is carried along."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    whose: Whose | None = Field(default=None, alias="w")
    """None is what the reader sees by default."""
    bucket: Bucket | None = Field(default=None, alias="b")
    person: int | None = Field(default=None, alias="p")
    """AE, CSM, or who owes the next step."""
    step: Step | None = Field(default=None, alias="s")
    """The most urgent step; the signature for those in which it is awaited."""
    tier: Tier | None = Field(default=None, alias="t")

    @property
    def narrows(self) -> bool:
        """Whether it leaves out anything but by whose handoffs they are."""
        return any((self.bucket, self.person, self.step, self.tier))

    def dump(self) -> str:
        """The text that a row carries."""
        return self.model_dump_json(by_alias=True, exclude_defaults=True)


EVERYTHING = Filter()


def whose_by_default(person: Person, *, leads: Callable[[], bool]) -> Whose:
    """Whose handoffs a person's list begins with; `leads` tells whether they manage anybody's.

    Being an admin says nothing of one's work: managers begin with their team all the same.
    """
    if Role.REVOPS in person.roles:
        return Whose.ALL
    if person.roles & {Role.CS_MANAGER, Role.AE_MANAGER} or leads():
        return Whose.TEAM
    return Whose.ALL if person.admin else Whose.MINE
