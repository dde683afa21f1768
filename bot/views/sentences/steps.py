"""The page about the steps: what they are called there, when they are due and done."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.domain.access import Capacity
from bot.domain.due import (
    AfterKickoff,
    AtSignature,
    BeforeKickoff,
    CalendarDay,
    DueRule,
    FirstContact,
    HoursAfter,
    KickoffDay,
    KickoffPrep,
    MessageHours,
    OwnWindow,
)
from bot.domain.policy import Clocks, Tier
from bot.domain.size import AddOn
from bot.domain.steps import Step
from bot.views.sentences.terms import ADD_ON_NAMES, ROLE_NAMES, TIER_NAMES

HEADING: Final = "# Steps"
INTRO: Final = """\
Who owes what and until when, step by step, in the order of the process. Every list, card, \
reminder and number of the bot follows this table; `make steps` writes this page from it. \
`handoff-bot policy steps` prints it with the numbers of your own policy.

Clocks start at the countersignature. *Day 0* is its date in the AE's zone, and *business day N* \
ends at the end of the working hours of the Nth business day after it. Whose days these are says \
the owner, and of what two share the CSM; before the assignment the proposed CSM, else the CS \
manager."""
COLUMNS: Final = ("#", "step", "deals", "owner", "needs", "due", "done when", "late: who is told")
NOTES: Final = """\
## How due times come about

- **Hours** after the signature count nights and weekends. A due time outside the working hours of \
who owes the step moves to the first {resume} on a business day that follows; the hours of the \
handoff message never move.
- **A step that waits** is never late and nobody is reminded of it: whoever owes what it needs is. \
What a deal does not have is not waited for. Once the step is free it is due at the later of the \
table's time and its own window, which counts the owner's working hours.
- **A step that is opened again**, or comes into a deal by what happened in it, is due {again} \
working hours from then or at the table's time, whichever is later.
- **Another size** of the deal: what is done stays done, what is new has its full window from the \
change, a review at least {opens} business days, and what the deal lost is dropped.
- **The kickoff** is the day it is booked for, until then the day it is due on. In a full deal \
that is the latest of three days, never past business day {latest}: the day {kickoff} h after the \
signature, business day {day}, and business day {after} after the assignment ({with_call} where a \
briefing call is required). In a light deal it is business day {latest}. Where the customer was \
offered a time by then and wanted a later one, it is due on the day they wanted.
- **Reviews** can be done from {opens} business days before their day on; until then they wait.
- **Late** is told to the owner at once, and to their manager as the last column says."""
NOTHING: Final = "–"
ALL_DEALS: Final = "all"
OWN_MANAGER: Final = "their own manager, else RevOps"
NEVER_LATE: Final = "never late"
NOBODY_TOLD: Final = "nobody: the bot posts it"
PRE_CLOSE_DUE: Final = "the signature; then done or missed"

_ASKED_FOR: Final = "a failed check or a second restatement that does not match"
HAPPENS: Final[Mapping[Step, str]] = {
    Step.BOOK_CALL: _ASKED_FOR,
    Step.HOLD_CALL: f"its booking, {_ASKED_FOR}",
    Step.HOLD_CALL_AE: f"its booking, {_ASKED_FOR}",
}
"""What else brings a step into a deal."""
DONE_WHEN: Final[Mapping[Step, str]] = {
    Step.CAPTURE: "people, metric, red flags and promises have content",
    Step.ALIGNMENT: "its day and who took part are recorded",
    Step.MESSAGE: "it was posted, by the AE or at its due time by the bot",
    Step.BRIEF: "it is past its gate; sent back, when it was returned",
    Step.ASSIGN: "a CSM is named",
    Step.BOOK_CALL: "a time is recorded, or both do without where nothing requires it",
    Step.READ: "acknowledged, three checks answered and restated, for the version read",
    Step.JUDGE: "the AE said that it matches",
    Step.HOLD_CALL: "when it was held, and how, is recorded",
    Step.HOLD_CALL_AE: "when it was held, and how, is recorded",
    Step.INTRO: "it is marked as sent",
    Step.DEBRIEF: "its seven answers are clear, or asked and not known",
    Step.INITIALS: "every promise has the CSM's initial; that none were made is one, too",
    Step.INITIALS_AE: "every promise has the AE's initial; that none were made is one, too",
    Step.PREP: "the CSM says that they read the brief for it",
    Step.PREP_AE: "the AE says that their part is ready",
    Step.KICKOFF: "it is recorded when it was held, and how",
    Step.PLAN: "there is a milestone, and each has an owner and a date",
    Step.SIGN_PLAN: (
        "the CSM initialed it as it is, and the customer (and the partner, where there is one) "
        "confirmed what they share of it"
    ),
    Step.SIGN_PLAN_AE: "the AE initialed it as it is",
    Step.CHECK_IN: "it is recorded",
    Step.MILESTONES: "it is recorded",
    Step.NPS: "it is recorded",
    Step.EXPANSION: "it is recorded",
    Step.EXPANSION_AE: "it is recorded",
    Step.SCORE: "it is recorded, with promises that surfaced late",
    Step.SCORE_AE: "it is recorded, with promises that surfaced late",
    Step.OUTCOME: "it is recorded: onboarded, partly, at risk or lost",
}


def due_words(due: DueRule, clocks: Clocks) -> str:
    """When a step is due by the table."""
    match due:
        case AtSignature():
            return PRE_CLOSE_DUE
        case MessageHours():
            return (
                f"{clocks.message} h, whatever the hour; of a signature learned after "
                f"{clocks.message_learned_late_after} h, {clocks.message_learned_late} h from then"
            )
        case HoursAfter(hours=hours):
            return f"{hours(clocks)} h"
        case FirstContact(hours=hours):
            return (
                f"{hours(clocks)} h; where the CSM wrote to them before, end of the business day "
                "before the kickoff if later"
            )
        case BeforeKickoff(latest_day=None):
            return "end of the business day before the kickoff"
        case BeforeKickoff(latest_day=day) if day is not None:
            return f"end of the business day before the kickoff, at most business day {day(clocks)}"
        case KickoffDay():
            return f"see below; at most business day {clocks.kickoff_latest_day}"
        case KickoffPrep():
            return (
                f"{clocks.prep_hour}:00 on the last business day whose morning leaves "
                f"{clocks.prep_before} h until the kickoff"
            )
        case AfterKickoff(day=day, after=after):
            return f"business day {day(clocks)}, or {after(clocks)} after the kickoff if later"
        case CalendarDay(day=day):
            return f"day {day(clocks)}, or the next business day"
        case OwnWindow():
            return ""
    raise TypeError(type(due).__name__)


def day_words(due: DueRule, clocks: Clocks) -> str:
    """The same of a step that is due on a day, without the notes below the table."""
    if isinstance(due, KickoffDay):
        return (
            f"{clocks.kickoff} h after the signature, moved to a business day, at most business "
            f"day {clocks.kickoff_latest_day}; a light deal has until then"
        )
    return due_words(due, clocks)


def by_days_of(due: str, part: Capacity) -> str:
    """When a step is due by somebody else's calendar than its owner's."""
    return f"{due}, by the calendar of the {ROLE_NAMES[part]}"


def own_words(hours: int) -> str:
    """The window a step has once it can be done."""
    return f"{hours} working hours once it can be done"


def deals(tiers: Sequence[Tier], add_on: AddOn | None, happens: str | None) -> str:
    """Which deals have a step."""
    told = [TIER_NAMES[tier] for tier in tiers]
    if add_on is not None:
        told.append(f"with “{ADD_ON_NAMES[add_on]}”")
    if happens:
        told.append(f"after {happens}")
    return "; ".join(told)


def owner_words(owners: Sequence[Capacity], joint: Capacity | None) -> str:
    """Whose step it is."""
    told = " and ".join(ROLE_NAMES[owner] for owner in owners)
    return f"{told}; {ROLE_NAMES[joint]} with a joint kickoff" if joint else told


def told_words(managers: Sequence[str], *, either: bool, at_once: bool) -> str:
    """Who hears of it when a step is late; of `either` the one whose side owes it."""
    who = (" or " if either else " and ").join(managers)
    return f"{who}, {'at once' if at_once else 'in the next morning'}"


def notes(clocks: Clocks, resume: str) -> str:
    """What the table does not say by itself."""
    return NOTES.format(
        resume=resume,
        again=clocks.own_other,
        opens=clocks.review_opens,
        latest=clocks.kickoff_latest_day,
        kickoff=clocks.kickoff,
        day=clocks.kickoff_day,
        after=clocks.kickoff_after_assignment,
        with_call=clocks.kickoff_after_assignment_call,
    )
