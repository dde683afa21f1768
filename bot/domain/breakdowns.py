"""What went otherwise than the process has it, kept so that it can be learned from."""

from enum import StrEnum


class Breakdown(StrEnum):
    """Kinds of it; each is recorded once a handoff."""

    DEBRIEF_LATE = "debrief_late"
    """It was held later than the end of the business day before the kickoff."""
    KICKOFF_BEFORE_DEBRIEF = "kickoff_before_debrief"
