"""What the form and the card of a kickoff are drawn from, for one viewer."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.brief import Brief, ContactRole
from bot.domain.kickoff import KickoffTime
from bot.domain.kickoff_form import KickoffForm
from bot.domain.kickoff_prep import Missing
from bot.domain.plan_pages import MilestoneShown
from bot.domain.promises import Side


@dataclass(frozen=True)
class Elsewhere:
    """One who is in it, whose clock shows another time than the viewer's."""

    name: str
    zone: str


def champion_of(brief: Brief) -> str:
    """The champion's name; empty while the brief has none who is still there."""
    found = brief.people.having(ContactRole.CHAMPION)
    return found[0].name if found else ""


@dataclass(frozen=True)
class BookingPage:
    """The form of its time."""

    handoff_id: int
    account: str
    at: datetime | None
    offered_at: datetime | None
    due_at: datetime | None
    """When it is due; None before the signature."""
    joint: bool
    hold: bool
    """Whether the customer is not to be invited yet."""
    missing: tuple[Missing, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    champion: str = ""
    """Who that is by the brief."""
    asks_why: bool = False


@dataclass(frozen=True)
class CardPage:
    """What everybody in it has before them."""

    handoff_id: int
    account: str
    time: KickoffTime | None
    joint: bool
    hold: bool
    ae: str
    csm: str | None
    brief: Brief
    """As the viewer may read it."""
    commercial_until: int
    """The day after the signature until which the AE answers commercial questions."""
    plan: tuple[MilestoneShown, ...] = ()
    """What the customer is to agree to: shared milestones, else the outline of the brief."""
    outline: bool = False
    """Whether that is the outline, because nobody began the plan yet."""
    missing: tuple[Missing, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    ready_at: datetime | None = None
    ready_ae_at: datetime | None = None
    prepares: Side | None = None
    """For which side the viewer may say that it is prepared."""
    asks_why: bool = False


@dataclass(frozen=True)
class HeldPage:
    """The form after it."""

    handoff_id: int
    account: str
    held_at: datetime | None
    """As it is recorded."""
    likely_at: datetime
    joint: bool
    revision: int = 0
    form: KickoffForm | None = None
    asks_why: bool = False
