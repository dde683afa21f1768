"""The reviews of day 30, 60 and 90."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bot.domain.check_in import BRIEF_WORDS, NoteLook
from bot.domain.debrief import Question
from bot.domain.expansion import Appetite
from bot.domain.first_value import Engagement
from bot.domain.milestone_review import Progress
from bot.domain.nps import SCORED_FROM, score
from bot.domain.promises import Surfaced
from bot.domain.reviews import ReviewDay, ReviewKind
from bot.domain.still_true import Holds

READERS: Final = (
    "AE, CSM, their managers, second listener, implementation lead and RevOps read it; "
    "the deal channel does not"
)
"""Whoever is of the audience of reasons."""
DEBRIEF_READERS: Final = (
    "AE, CSM, their managers, second listener and RevOps read it; the deal channel does not"
)
WHOLE: Final = "Day 30, 60 and 90"
NAMES: Final[Mapping[ReviewKind, str]] = {
    ReviewKind.CHECK_IN: "Check-in note of the AE",
    ReviewKind.MILESTONES: "Milestones at day 30",
    ReviewKind.NPS: "NPS",
    ReviewKind.STILL_TRUE_30: "Still true at day 30?",
    ReviewKind.STILL_TRUE_60: "Still true at day 60?",
    ReviewKind.STILL_TRUE_90: "Still true at day 90?",
    ReviewKind.FIRST_VALUE: "First value and engagement",
    ReviewKind.EXPANSION: "Expansion conversation (CSM)",
    ReviewKind.EXPANSION_AE: "Expansion conversation (AE)",
    ReviewKind.SCORE: "Score of the brief (CSM)",
    ReviewKind.SCORE_AE: "Score of the brief (AE)",
    ReviewKind.DEFINED_DONE: "Defined done",
    ReviewKind.CLOSING: "Closing",
}
CHECK_IN_MEANS: Final = (
    "A few lines to the customer from you who sold it: *brief* (at most "
    f"{BRIEF_WORDS} words), *personal*, and *nothing sold*. Ask how it goes and what you can do. "
    f"{READERS}."
)
NOTE_IS_FINE: Final = "Short, to somebody by name, and nothing sold in it."
NOTE_SAVED: Final = "Saved. The note is not marked as sent: enter when it went out once it has."
DRAFT: Final = "Draft, not sent"
NOTE_KEPT: Final = "Saved."
NOTE_NAMES_NOBODY: Final = "It names nobody of the customer."
NO_MILESTONES: Final = (
    "No milestone is shared with the customer. Say in a line where they stand instead."
)
MILESTONES_MEAN: Final = (
    "What you tick nowhere is on track. What the CSM ticks as done is done in the plan, too; there "
    f"it can be opened again. {READERS}."
)
PROGRESS: Final[Mapping[Progress, str]] = {
    Progress.ON_TRACK: "on track",
    Progress.BEHIND: "behind",
    Progress.DONE: "done",
}
NOTHING: Final = "none"
NOTES: Final = "Note"
NPS_MEANS: Final = (
    "“How likely is it that you would recommend us?”, 0 to 10. Every single answer is kept, and "
    f"nobody asks who gave it. From {SCORED_FROM} answers on they make a score. {READERS}."
)
NPS_NOBODY: Final = "Nobody answered"
NOBODY_ANSWERED: Final = "nobody answered"
STILL_TRUE_MEANS: Final = f"What the AE said in the debrief: is it still true? {DEBRIEF_READERS}."
NOT_ANSWERED: Final = "There is no answer in the debrief."
ASKED_AS: Final[Mapping[Question, str]] = {
    Question.CHAMPION: "The champion, and what it means for them",
    Question.GROWTH: "What would make renewing or growing easy",
    Question.YEAR: "Where they will be in a year",
}
HOLDS: Final[Mapping[Holds, str]] = {
    Holds.YES: "Still true",
    Holds.NO: "Not true any more",
    Holds.NOT_KNOWN: "Not known",
}
FIRST_VALUE_MEANS: Final = (
    "The day on which the customer first had something of it, and how engaged they are now. Either "
    f"may stay open. {READERS}."
)
ENGAGEMENTS: Final[Mapping[Engagement, str]] = {
    Engagement.GREEN: "Green: they use it and ask for more",
    Engagement.AMBER: "Amber: they use some of it",
    Engagement.RED: "Red: they hardly use it",
}
EXPANSION_MEANS: Final = (
    f"What the customer says about more: AE and CSM each record what they heard. {READERS}."
)
APPETITES: Final[Mapping[Appetite, str]] = {
    Appetite.WANTS_MORE: "They want more",
    Appetite.LATER: "Later",
    Appetite.NOT_NOW: "Not now",
    Appetite.NOT_RAISED: "Nothing to talk about yet",
}
SCORE_MEANS: Final = (
    "Two months on: how well did each section of the brief carry, from 1 (wrong) to 5 (carried)? "
    f"AE and CSM score it each. {READERS}; so name no red flag here."
)
NO_LATE: Final = "No promise surfaced late."
LATE_LEAD: Final = "*Promises that surfaced late*"
SURFACED: Final[Mapping[Surfaced, str]] = {
    Surfaced.REMEMBERED: "remembered by the AE",
    Surfaced.CUSTOMER: "heard from the customer",
}
LATE: Final = "Surfaced late"
CARRIED: Final = "Carried"
THIN: Final = "Thin or wrong"


def still_true_asked(day: ReviewDay) -> str:
    """On the CSM's card (plain text)."""
    return (
        f"Day {day}: is what the AE said of the champion, of growth and of the year ahead still "
        "true?"
    )


def still_true_on(day: ReviewDay) -> str:
    """The day a form is about."""
    return f"Day {day}"


def words_counted(count: int) -> str:
    """How long a note is."""
    return f"{count} word{'' if count == 1 else 's'}"


def note_look(look: NoteLook) -> str:
    """What there is to point out in a note (plain text); it keeps nobody from sending it."""
    if look.fine:
        return f"{words_counted(look.words)}. {NOTE_IS_FINE}"
    told = [f"{words_counted(look.words)}."]
    if not look.brief:
        told = [f"{words_counted(look.words)}; {BRIEF_WORDS} at most read as a short note."]
    if not look.names:
        told.append(NOTE_NAMES_NOBODY)
    if look.selling:
        named = ", ".join(f"“{one}”" for one in look.selling)
        told.append(f"This sells something: {named}.")
    return " ".join(told)


def nps_line(answers: Sequence[int]) -> str:
    """Count and score (plain text)."""
    if not answers:
        return NOBODY_ANSWERED
    count = f"{len(answers)} answer{'' if len(answers) == 1 else 's'}"
    made = score(answers)
    if made is None:
        return f"{count}; a score from {SCORED_FROM} on"
    return f"NPS {signed(made)} from {count}"


def signed(number: int) -> str:
    """A score with a minus sign that is one."""
    return f"\N{MINUS SIGN}{-number}" if number < 0 else str(number)


def asked_on(day: str) -> str:
    """When the customer was asked."""
    return f"asked {day}"


def late_promise(number: int, words: str, surfaced: Surfaced) -> str:
    """A line of those that surfaced late (plain text)."""
    return f"{number} · {words} ({SURFACED[surfaced]})"


def late_numbers(numbers: Sequence[int]) -> str:
    """Those that had surfaced when it was scored."""
    told = ", ".join(str(one) for one in numbers)
    return f"promise {told}" if len(numbers) == 1 else f"promises {told}"


def of_five(score_given: int) -> str:
    """A score."""
    return f"{score_given} of 5"


def joined(names: Iterable[str]) -> str:
    """Several names, or that there are none."""
    return ", ".join(names) or NOTHING
