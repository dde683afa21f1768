"""How far the reviews of day 30, 60 and 90 are, and what is written down in them for whom.

Rules: rows 15 to 17 of the process's *Steps and clocks*, and its *Who sees what*.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from bot.domain.access import Act, Audience
from bot.domain.promises import Side


class ReviewDay(IntEnum):
    """The days after the signature on which the customer is looked at again."""

    FIRST = 30
    SECOND = 60
    LAST = 90


class Outcome(StrEnum):
    """How a handoff ends."""

    ONBOARDED = "onboarded"
    PARTLY = "partly"
    AT_RISK = "at_risk"
    LOST = "lost"


class ReviewKind(StrEnum):
    """What is written down after the kickoff; kept as documents, each for its readers."""

    CHECK_IN = "check_in"
    MILESTONES = "milestone_review"
    NPS = "nps"
    STILL_TRUE_30 = "still_true_30"
    STILL_TRUE_60 = "still_true_60"
    STILL_TRUE_90 = "still_true_90"
    FIRST_VALUE = "first_value"
    EXPANSION = "expansion"
    EXPANSION_AE = "expansion_ae"
    SCORE = "score"
    SCORE_AE = "score_ae"
    DEFINED_DONE = "defined_done"
    CLOSING = "closing"


STILL_TRUE: Mapping[ReviewDay, ReviewKind] = {
    ReviewDay.FIRST: ReviewKind.STILL_TRUE_30,
    ReviewDay.SECOND: ReviewKind.STILL_TRUE_60,
    ReviewDay.LAST: ReviewKind.STILL_TRUE_90,
}
"""Under which name the answers of each day are kept."""
OF_THE_AE = frozenset({ReviewKind.CHECK_IN, ReviewKind.EXPANSION_AE, ReviewKind.SCORE_AE})
OF_SIDES: Mapping[Side, Mapping[str, ReviewKind]] = {
    Side.AE: {"expansion": ReviewKind.EXPANSION_AE, "score": ReviewKind.SCORE_AE},
    Side.CSM: {"expansion": ReviewKind.EXPANSION, "score": ReviewKind.SCORE},
}
"""What each of the two records by themselves."""


def side_of(kind: ReviewKind) -> Side:
    """Who of the two records it."""
    return Side.AE if kind in OF_THE_AE else Side.CSM


def act_of(kind: ReviewKind) -> Act:
    """The right that it takes; only who closes is closer fixed than who records a step."""
    if kind is ReviewKind.CLOSING:
        return Act.CLOSE
    return Act.RECORD_AE_STEP if kind in OF_THE_AE else Act.RECORD_CSM_STEP


def audience_of(kind: ReviewKind) -> Audience:
    """Who reads it: answers about the debrief have the readers of the answers."""
    return Audience.DEBRIEF if kind in STILL_TRUE.values() else Audience.REASONS


@dataclass(frozen=True)
class Reviews:
    """When each was first recorded, without a word of it: clocks and lists need this."""

    check_in_at: datetime | None = None
    """When the AE marked the note as sent; a draft sets nothing."""
    milestones_at: datetime | None = None
    nps_at: datetime | None = None
    """Also where it was recorded that nobody answered."""
    still_true_30_at: datetime | None = None
    still_true_60_at: datetime | None = None
    still_true_90_at: datetime | None = None
    first_value_at: datetime | None = None
    expansion_at: datetime | None = None
    expansion_ae_at: datetime | None = None
    score_at: datetime | None = None
    score_ae_at: datetime | None = None
    defined_done_at: datetime | None = None
    outcome: Outcome | None = None
    closed_at: datetime | None = None

    def at(self, kind: ReviewKind) -> datetime | None:
        """When something was first recorded; of the closing, when the handoff was closed."""
        found: datetime | None = getattr(self, _FIELDS[kind])
        return found

    def recorded(self, kind: ReviewKind, at: datetime) -> "Reviews":
        """It is recorded; a record that corrects another one does not move when that was."""
        if self.at(kind) is not None:
            return self
        changed: dict[str, Any] = {_FIELDS[kind]: at}
        return replace(self, **changed)

    def closed(self, outcome: Outcome, at: datetime) -> "Reviews":
        """The handoff ended so."""
        return replace(self, outcome=outcome, closed_at=at)

    def opened_again(self) -> "Reviews":
        """It did not end after all."""
        return replace(self, outcome=None, closed_at=None)


_FIELDS: Mapping[ReviewKind, str] = {
    **{kind: f"{kind.value}_at" for kind in ReviewKind},
    ReviewKind.MILESTONES: "milestones_at",
    ReviewKind.CLOSING: "closed_at",
}
NOT_REVIEWED = Reviews()
