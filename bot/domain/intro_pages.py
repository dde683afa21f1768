"""What people are shown of an intro, as plain values for one viewer."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.intro import Contacted, CsBefore, Looked, Way
from bot.domain.people import NamedPerson
from bot.domain.promises import Side
from bot.domain.read_models import Clash
from bot.domain.steps import Step


@dataclass(frozen=True)
class Wait:
    """What an intro waits for, and on whom."""

    step: Step
    on: NamedPerson | None
    for_checks: bool = False
    """Whether it is a check that was no yes."""


@dataclass(frozen=True)
class Noted:
    """That one of the two wrote before the intro."""

    by: NamedPerson | None
    side: Side
    contact: Contacted


@dataclass(frozen=True)
class IntroEditor:
    """The draft in its sender's hands."""

    handoff_id: int
    account: str
    words: str
    revision: int
    csm: str
    """The name an intro has to have in it; empty while there is none."""
    saved_at: datetime | None = None
    """When what is shown was saved; None for what is only typed."""
    looked: Looked | None = None
    """What was found in it, where somebody asked."""
    clash: Clash | None = None
    wait: Wait | None = None
    noted: tuple[Noted, ...] = ()
    sent: Contacted | None = None


@dataclass(frozen=True)
class SentForm:
    """What the form about an intro that went out is drawn from."""

    handoff_id: int
    account: str
    at: datetime
    way: Way | None
    recorded: datetime | None
    """When it is recorded as sent, which the form would correct."""
    wait: Wait | None = None
    """What it should have waited for, where it is reported all the same."""
    asks_before: bool = True
    """Whether the form asks who wrote before; not where the CSM said so themselves."""
    before: CsBefore | None = None
    csm: Contacted | None = None
    """When the CSM wrote before, as far as anybody said."""
    asks_why: bool = False


@dataclass(frozen=True)
class ContactForm:
    """What the form of *I already wrote* is drawn from."""

    handoff_id: int
    account: str
    side: Side
    at: datetime
    noted: Contacted | None
    sends: bool
    """Whether the viewer sends the intro, which it may have been."""
