"""The turns of a deal beside the straight way, as far as clocks and lists need to know them."""

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True)
class DealPath:
    """The turns a deal took."""

    reopened_at: datetime | None = None
    """When it was last opened again after a cancellation that could not be undone any more."""
    links: int = 0
    """How many other handoffs it is linked to, so that most need not be looked up."""

    def linked(self, by: int) -> "DealPath":
        """The same with so many links more, or less."""
        return replace(self, links=self.links + by)


STRAIGHT = DealPath()
