"""How much of a partner's side is known, for what asks without reading it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PartnerState:
    """Of a deal that a partner sells along, what the AE entered of their side."""

    people: int = 0
    """How many of the partner's people are named."""
    entered_at: datetime | None = None


NO_PARTNER = PartnerState()
