"""What became of a promise that surfaced after the AE's initials, and what is answered about it."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.disputes import Outcome, Settlement
from bot.domain.people import NamedPerson
from bot.domain.promises import Side

OUTCOMES = (Outcome.KEPT, Outcome.RENEGOTIATED, Outcome.WITHDRAWN)
"""What may become of one."""


@dataclass(frozen=True)
class Dealt:
    """What became of a late promise, and who said so."""

    outcome: Outcome
    by: NamedPerson
    at: datetime
    line: str = ""
    """What was said to the customer; empty where the reason of a withdrawal says it."""
    together: bool = False
    """Whether AE and CSM decided it after the kickoff; then `by` gave the answer that did."""


@dataclass(frozen=True)
class Given:
    """What one side answered about a late promise, about one wording."""

    side: Side
    by: NamedPerson
    at: datetime
    """When they first answered; where they changed it since, that stays."""
    settlement: Settlement
