"""What is written down of a kickoff that was held: who came, what still holds, what was missing.

Rule: the process's *Kickoff*. Its readers are those of reasons.
"""

from datetime import datetime
from enum import StrEnum

from bot.domain.errors import Invalid, Problem
from bot.domain.items import SectionKey
from bot.domain.verification import LONGEST_WORDS, Record

LONGEST_CUSTOMERS = 300
"""Characters of the names of who came of the customer."""


class Ours(StrEnum):
    """Who of the company was there."""

    AE = "ae"
    CSM = "csm"
    LEAD = "lead"
    """The implementation lead."""
    OTHERS = "others"


class Ran(StrEnum):
    """Who ran it."""

    CSM = "csm"
    BOTH = "both"
    AE = "ae"


_RAN_BY = {
    Ran.CSM: frozenset({Ours.CSM}),
    Ran.BOTH: frozenset({Ours.CSM, Ours.AE}),
    Ran.AE: frozenset({Ours.AE}),
}


class KickoffForm(Record):
    """The short form after it."""

    held_at: datetime
    ours: tuple[Ours, ...] = ()
    customers: str = ""
    """Who of the customer came."""
    ran: Ran
    metric: bool
    """Whether the success metric is still right."""
    timing: bool
    """Whether the timing is still right."""
    changed: str = ""
    carried: SectionKey | None = None
    """Which section of the brief carried the CSM."""
    lacked: SectionKey | None = None
    """Which was missing, or too thin to be of use."""
    known_again: bool = False
    """Whether the customer was asked things again that they had told before."""

    def checked(self) -> "KickoffForm":
        """The same without outer blanks; raises Invalid with the field that is wrong.

        Whoever ran it was there, ticked or not.
        """
        customers, changed = " ".join(self.customers.split()), self.changed.strip()
        if not customers:
            raise Invalid(Problem.EMPTY, field="customers")
        if len(customers) > LONGEST_CUSTOMERS:
            most = {"most": str(LONGEST_CUSTOMERS)}
            raise Invalid(Problem.TOO_LONG, field="customers", facts=most)
        if not changed and not (self.metric and self.timing):
            raise Invalid(Problem.CHANGE_UNTOLD, field="changed")
        if len(changed) > LONGEST_WORDS:
            raise Invalid(Problem.TOO_LONG, field="changed", facts={"most": str(LONGEST_WORDS)})
        there = {*self.ours, *_RAN_BY[self.ran]}
        ours = tuple(one for one in Ours if one in there)
        told = {"customers": customers, "changed": changed, "ours": ours}
        return self.model_copy(update=told)
