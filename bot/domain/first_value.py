"""When the customer first had something of it, and how engaged they are in the first 90 days."""

from datetime import date
from enum import StrEnum

from bot.domain.errors import Invalid, Problem
from bot.domain.verification import Record


class Engagement(StrEnum):
    """As the CSM sees it, or as the CS platform says."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class FirstValue(Record):
    """Either may be open."""

    reached_on: date | None = None
    engagement: Engagement | None = None

    def checked(self, *, day0: date, today: date) -> "FirstValue":
        """The same; raises Invalid for a day before the signature or one that is to come."""
        on = self.reached_on
        if on is not None and on > today:
            raise Invalid(Problem.DAY_TO_COME, field="first_value_on")
        if on is not None and on < day0:
            raise Invalid(Problem.BEFORE_SIGNATURE, field="first_value_on")
        return self
