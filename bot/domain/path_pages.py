"""What the page of a handoff shows of the ways beside the straight one."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.linked import BECAME, LinkKind, OpenDeal
from bot.domain.partner import PartnerSide
from bot.domain.people import NamedPerson
from bot.domain.promises import Promise
from bot.domain.reopening import Booked


@dataclass(frozen=True)
class PathsPage:
    """What one viewer reads of it, and what they may do now."""

    partner: PartnerSide | None = None
    """None where nothing was entered, or it is not for this viewer."""
    partner_by: NamedPerson | None = None
    partner_at: datetime | None = None
    reopened_at: datetime | None = None
    enters_partner: bool = False
    reopens: bool = False
    undoes: bool = False
    """Whether the cancellation can still be taken back, and by the viewer."""
    moves: bool = False
    amends: bool = False


NO_PATHS = PathsPage()


@dataclass(frozen=True)
class Fell:
    """What was booked for a time after the cancellation, of a deal that is open again."""

    booked: Booked
    at: datetime
    yours: bool
    """Whether its reader is the one who books it anew."""


@dataclass(frozen=True)
class CancelForm:
    """What somebody sees who cancels a handoff."""

    handoff_id: int
    account: str
    deals: tuple[OpenDeal, ...] = ()
    """Open handoffs that it may have become: those this person may know of."""
    promises: tuple[Promise, ...] = ()
    """Those in force, for who may read them."""
    kinds: tuple[LinkKind, ...] = BECAME


@dataclass(frozen=True)
class Amends:
    """The first contract, in the form in which its amendment is started."""

    handoff_id: int
    account: str
