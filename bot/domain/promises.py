"""Promises made in the sale, each in its own words and by version."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from bot.domain.errors import Invalid, Problem
from bot.domain.people import NamedPerson

LONGEST_WORDS = 3000


class Kind(StrEnum):
    """What a promise is about."""

    TIMING = "timing"
    SCOPE = "scope"
    INTEGRATION = "integration"
    CUSTOM_WORK = "custom_work"
    EXECUTIVE_ACCESS = "executive_access"
    PRICING = "pricing"
    SUPPORT = "support"
    OTHER = "other"


class Side(StrEnum):
    """Whose box of the two it is."""

    AE = "ae"
    CSM = "csm"

    @property
    def across(self) -> "Side":
        """The other one."""
        return Side.CSM if self is Side.AE else Side.AE


@dataclass(frozen=True)
class Signing:
    """How far the promises of a handoff are initialed, at the wording in force."""

    entries: int = 0
    """In force."""
    ae: int = 0
    """Of these, initialed by the AE."""
    csm: int = 0
    signed: int = 0
    """By both."""
    ae_at: datetime | None = None
    """Since when nothing waits for the AE; None while something does, or nothing is there."""
    csm_at: datetime | None = None
    ae_again_at: datetime | None = None
    """When something last waited for the AE again after nothing had; None where it never did."""
    csm_again_at: datetime | None = None
    disputed: int = 0
    """Entries in force about which a dispute is open."""
    clear_at: datetime | None = None
    """When the last dispute ended; None while one is open, or where there was none."""

    @property
    def complete(self) -> bool:
        """Whether every entry has both initials, there is one, and none is disputed."""
        return self.ae_at is not None and self.csm_at is not None and not self.disputed

    def done_at(self, side: "Side") -> datetime | None:
        """Since when a side has nothing left to do until all of it is signed.

        None while an initial of theirs is missing, and while a dispute is open.
        """
        initialed = self.ae_at if side is Side.AE else self.csm_at
        if initialed is None or self.disputed:
            return None
        return max(initialed, self.clear_at or initialed)


NOTHING_SIGNED = Signing()


class Fate(StrEnum):
    """What became of a promise after the kickoff."""

    OPEN = "open"
    DELIVERED = "delivered"
    RENEGOTIATED = "renegotiated"
    """Something else is agreed with the customer now, and that is still to be delivered."""
    BROKEN = "broken"


class Surfaced(StrEnum):
    """How a promise came up that was written down after the AE's initials."""

    REMEMBERED = "remembered"
    """The AE remembered it."""
    CUSTOMER = "customer"
    """It was heard from the customer."""


class Basis(StrEnum):
    """What a promise rests on."""

    EXPLICIT = "explicit"
    IMPLIED = "implied"
    CONTRACT = "contract"


@dataclass(frozen=True)
class PromiseText:
    """What a person writes down of a promise."""

    words: str
    kind: Kind = Kind.OTHER
    said_to: str = ""
    due: date | None = None
    basis: Basis | None = None
    """None of one that was written down before this was asked."""
    said_by: str = ""
    said_on: date | None = None
    source: str = ""
    """Where it was said: a call, a mail, a link."""
    owner_id: int | None = None
    """Who delivers it."""

    def checked(self) -> "PromiseText":
        """The same without outer blanks; raises Invalid for no words or too many."""
        words = self.words.strip()
        if not words:
            raise Invalid(Problem.EMPTY, field="words")
        if len(words) > LONGEST_WORDS:
            raise Invalid(Problem.TOO_LONG, field="words")
        return replace(
            self,
            words=words,
            said_to=self.said_to.strip(),
            said_by=self.said_by.strip(),
            source=self.source.strip(),
        )

    def promises_the_same(self, other: "PromiseText") -> bool:
        """Whether the customer was promised the same: who delivers it is our own affair."""
        return replace(self, owner_id=None) == replace(other, owner_id=None)


@dataclass(frozen=True)
class Origin:
    """Where a promise was copied from."""

    handoff_id: int
    number: int
    account: str | None = None
    """None where those who read the copy may not know of the other handoff."""


@dataclass(frozen=True)
class Promise:
    """One promise at the version in force; earlier versions stay readable in the store."""

    id: int
    number: int
    """Its number within the handoff, from 1."""
    version: int
    text: PromiseText
    withdrawn: bool = False
    owner: NamedPerson | None = None
    """Who delivers it, as a message names them."""
    origin: Origin | None = None
    """The handoff it came along from, whose deal became this one."""
