"""Day 90: defined done, and the end of a handoff."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.domain.defined_done import DoneLine, Met
from bot.domain.reviews import Outcome
from bot.domain.steps import Step
from bot.views.sentences.reviews import READERS
from bot.views.sentences.terms import STEP_NAMES

DONE_MEANS: Final = (
    f"What done was to mean, as the brief has it: what became of each line? {READERS}."
)
LINES: Final[Mapping[DoneLine, str]] = {
    DoneLine.LIVE_BY: "Live by",
    DoneLine.OUTCOME: "First outcome",
    DoneLine.SECOND_OUTCOME: "Second outcome",
    DoneLine.CONFIRMS: "How the champion confirms it",
    DoneLine.REVIEW_ON: "Review date",
}
MET: Final[Mapping[Met, str]] = {
    Met.MET: "Met",
    Met.PARTLY: "Partly",
    Met.NOT: "Not met",
    Met.MOVED: "Moved",
}
OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.ONBOARDED: "onboarded",
    Outcome.PARTLY: "partly onboarded",
    Outcome.AT_RISK: "at risk",
    Outcome.LOST: "lost",
}
CLOSING_MEANS: Final = (
    "Every step that is open is dropped, and nobody is reminded of anything in it any more, nor of "
    "promises and milestones that are still ahead. The AE is out of it. The channel reads the "
    "outcome and who is thanked, and not the line."
)
EARLY: Final = (
    "Day 90 cannot be reviewed yet. Until then only a customer who is lost ends the handoff."
)
NOTHING_LEFT: Final = "Everything is done."
OUTCOME: Final = "Outcome"
CLOSED: Final = "closed"


def left(
    steps: Sequence[Step],
    promises: int,
    milestones: int,
    *,
    still_true: bool,
    defined_done: bool,
) -> str:
    """What is dropped with the closing (plain text)."""
    told = list(dict.fromkeys(STEP_NAMES[step] for step in steps))
    if defined_done:
        told.append("defined done, not reviewed")
    if still_true:
        told.append("whether the AE's answers are still true")
    if milestones:
        what = "1 milestone" if milestones == 1 else f"{milestones} milestones"
        told.append(f"{what} of the plan that nobody marked done")
    if promises:
        what = "1 promise" if promises == 1 else f"{promises} promises"
        told.append(f"{what} of which nobody said what became of them")
    return f"Not done: {', '.join(told)}." if told else NOTHING_LEFT


def closed_line(when: str, outcome: Outcome) -> str:
    """That it is over, and how (mrkdwn)."""
    return f"{CLOSED} {when}: {OUTCOMES[outcome]}"


def summary(by: str, outcome: Outcome) -> str:
    """To the channel (plain text)."""
    return f"{by} closed this handoff: {OUTCOMES[outcome]}."


def ae_leaves(ae: str, csm: str) -> str:
    """With the closing (plain text)."""
    return f"{ae} leaves; {csm} has been the primary contact since the kickoff."


def thanks(name: str, steps: Sequence[str]) -> str:
    """What one person did in time (plain text)."""
    return f"Thank you, {name}: {', '.join(steps)}, in time."


def closed_for_both(by: str, outcome: Outcome) -> str:
    """To AE and CSM, before who leaves (plain text)."""
    return f"{by} closed it: {OUTCOMES[outcome]}."
