"""Deals that were told of only after the fact."""

from typing import Final

CARD: Final = "Told of after the fact: no clock runs, and nothing is late"
_LEAD: Final = "Told of after the fact: two dates count, and nothing is late."
_BRIEF: Final = "The brief is planned for {day}"
_NO_BRIEF: Final = "No day is named for the brief"
_KICKOFF: Final = "the kickoff for {day}"
_NO_KICKOFF: Final = "the CSM names the day of the kickoff"


def two_dates(brief: str, kickoff: str) -> str:
    """Which dates count, each empty where nobody named it (mrkdwn)."""
    first = _BRIEF.format(day=brief) if brief else _NO_BRIEF
    then = _KICKOFF.format(day=kickoff) if kickoff else _NO_KICKOFF
    return f"{_LEAD} {first}; {then}."
