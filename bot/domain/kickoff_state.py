"""Where the kickoff is: booked, prepared and recorded, without a word of what was said in it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.promises import Side

KICKOFF_LENGTH = timedelta(minutes=60)
"""What the kickoff is meant to take."""


@dataclass(frozen=True)
class Kickoff:
    """What clocks and lists need of it; when it was held is a fact of the handoff itself."""

    at: datetime | None = None
    """When it is booked for."""
    set_at: datetime | None = None
    """When it was booked for just that time."""
    sequence: int = 0
    """How often the time in people's calendars became another one, or none."""
    offered_at: datetime | None = None
    """The earliest slot that was offered to a customer who wanted a later one."""
    ready_at: datetime | None = None
    """When the CSM said that they are prepared."""
    ready_ae_at: datetime | None = None
    """When the AE said so of their part."""
    brief_opened_at: datetime | None = None
    """When the present CSM first did something with the brief that nobody does unread."""
    recorded_at: datetime | None = None
    """When what came of it was first written down."""

    def prepared_at(self, side: Side) -> datetime | None:
        """When a side said that it is prepared."""
        return self.ready_ae_at if side is Side.AE else self.ready_at

    def booked(self, wanted: datetime, offered: datetime | None, at: datetime) -> "Kickoff":
        """The same with a time, and with the slot the customer did not want."""
        if wanted == self.at:
            return replace(self, offered_at=offered)
        sequence = self.sequence + 1
        return replace(self, at=wanted, set_at=at, sequence=sequence, offered_at=offered)

    def called_off(self) -> "Kickoff":
        """The same without a time."""
        return replace(self, at=None, set_at=None, offered_at=None, sequence=self.sequence + 1)

    def prepared(self, side: Side, at: datetime) -> "Kickoff":
        """A side is prepared."""
        if side is Side.AE:
            return replace(self, ready_ae_at=at)
        return replace(self, ready_at=at)

    def opened(self, at: datetime) -> "Kickoff":
        """The CSM has the brief before them."""
        return replace(self, brief_opened_at=self.brief_opened_at or at)

    def recorded(self, at: datetime) -> "Kickoff":
        """What came of it is written down."""
        return replace(self, recorded_at=self.recorded_at or at)

    def of_another_csm(self) -> "Kickoff":
        """The time stands, for it was agreed on with the customer; nobody read and prepared yet.

        For the one who had it in their calendar, and for the one who gets it, it is another entry.
        """
        sequence = self.sequence + 1 if self.at is not None else self.sequence
        return replace(self, ready_at=None, brief_opened_at=None, sequence=sequence)

    def of_another_ae(self) -> "Kickoff":
        """The same of a joint one with another AE, whose part nobody has ready yet."""
        sequence = self.sequence + 1 if self.at is not None else self.sequence
        return replace(self, ready_ae_at=None, sequence=sequence)


NOT_BOOKED = Kickoff()
