"""Who is told as a manager and why, who is away, and whose step it is."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from bot.domain.deadlines import Step
from bot.domain.people import ManagerBy
from bot.views.sentences.terms import REASON_READERS, STEP_NAMES
from bot.views.text import day

WHY: Final = "Why you: "
WHY_OF: Final[Mapping[ManagerBy, tuple[str, str]]] = {
    ManagerBy.HAND: ("an admin set you as the manager of ", "."),
    ManagerBy.PROFILE: ("the Slack profile of ", " names you as their manager."),
}
"""Around the name of whom somebody manages."""
WHY_NAMED: Final = "you were named as the {role} on the start form of this handoff."
WHY_POLICY: Final = "the policy names you as the {role}, where nobody else is named."
WHY_ROLE: Final = "you are the {role} of this handoff."
WHY_UNKNOWN: Final = "you are told as a manager; who named you as one was not kept."
WHY_REVOPS: Final = "you are RevOps, and no manager is there to be told."
STANDS_IN: Final = "you stand in for "
ACCOUNT_CLOSED: Final = " would be told, but has no account any more."
IN_PLACE_OF: Final = "In place of "
ALONE: Final = " is away until {until}, and nobody stands in."
CLOSED: Final = " has no account any more."
GONE_MEANS: Final = "What is due of them stays due, and what would be said to them is said to you."
GONE_ASKS: Final = "Please name somebody else."
GONE_AE: Final = (
    "Name another AE with Reassign AE. Until then, what you may record in an AE's place stands "
    "behind Open handoff."
)
GONE_ASK_OTHERS: Final = (
    "Where the brief is not done, ask those who know the deal, in this order, and tick each on the "
    "interview list:"
)
GONE_IS: Final = "{role} of "
GONE_MORE: Final = "and {count} more; all of them are in /handoff-status."
NOT_MINE_SAYS: Final = " says that the {step} is not theirs."
NOT_MINE_STAYS: Final = "It stays theirs until somebody else is named; its due time does not move."
NOT_MINE_WHY: Final = "Their reason: "
MANAGERS_MEAN: Final = (
    "A field of the Slack profile can say who somebody's manager is. It is read within the hour, "
    "and then once a day. A manager set by hand, or named on a start form, comes before it."
)
NO_FIELDS: Final = (
    "The Slack profile of this workspace has no field that holds a person. An owner of the "
    "workspace can add one; until then managers are set by hand."
)
NO_FIELD: Final = "None: managers are set by hand"
FROM_PROFILE: Final = (
    "The manager comes from the Slack profile. Another one chosen here comes before it; left "
    "empty, the profile counts."
)


def away_until(until: date) -> str:
    """Behind the name of somebody who is away."""
    return f" is away until {day(until)}."


def would_be_told(until: date) -> str:
    """Behind the name of the manager in whose place somebody is told."""
    return f" would be told, but is away until {day(until)}."


def who_is_away(until: date) -> str:
    """Behind the name of the one for whom somebody stands in."""
    return f", who is away until {day(until)}."


def not_mine_means(step: Step) -> str:
    """What follows from saying that a step is not one's own (plain text)."""
    return (
        f"Whoever may name somebody else is asked to, once. Until they do, the {STEP_NAMES[step]} "
        f"stays yours and due as it is. The reason may be left out. {REASON_READERS}."
    )
