"""The one catalogue of the words people read; every other module here only arranges them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from bot.domain.access import Act, Capacity
from bot.domain.brief import Contact, ContactRole, OtherRole
from bot.domain.closed_won import Missing
from bot.domain.completeness import Completeness, OpenItem
from bot.domain.deadlines import Step
from bot.domain.errors import HandoffError, Problem
from bot.domain.handoff import CommitmentAnswer
from bot.domain.hints import QUICK, Hint, Occasion
from bot.domain.history import Tag
from bot.domain.items import Hole, Item, SectionKey
from bot.domain.money import Money, Rate
from bot.domain.people import Role
from bot.domain.policy import Policy, Tier
from bot.domain.promises import Kind, PromiseText
from bot.domain.read_models import BecauseOf, Light, NamedPerson, StatusCounts
from bot.domain.size import AddOn, Size, Trigger
from bot.domain.snapshots import How
from bot.domain.verification import Part, RecordKind
from bot.domain.words import HintKind
from bot.views.ids import ActionId, Field, MoreChoice, ViewId
from bot.views.text import day, isolate, one_line

# Names of things

STEP_NAMES: Final[Mapping[Step, str]] = {
    Step.CAPTURE: "pre-close capture",
    Step.ALIGNMENT: "pre-close alignment",
    Step.SIGNATURE: "signature",
    Step.COMMITMENT: "commitment",
    Step.MESSAGE: "handoff message",
    Step.BRIEF: "brief",
    Step.ASSIGN: "CSM assignment",
    Step.READ: "reading of the brief",
    Step.JUDGE: "answer to the restatement",
}
STEP_TASKS: Final[Mapping[Step, str]] = {
    Step.CAPTURE: "Capture people, metric, red flags and promises",
    Step.ALIGNMENT: "Align with customer success",
    Step.SIGNATURE: "Record the signature",
    Step.COMMITMENT: "Say whether the commitment was kept",
    Step.MESSAGE: "Post the handoff message",
    Step.BRIEF: "Write the brief",
    Step.ASSIGN: "Assign the CSM",
    Step.READ: "Read, check and restate the brief",
    Step.JUDGE: "Say whether the restatement matches",
}
STEP_DOES: Final[Mapping[Step, str]] = {
    Step.CAPTURE: "captures the deal before it closes",
    Step.ALIGNMENT: "aligns with customer success",
    Step.SIGNATURE: "records the signature",
    Step.COMMITMENT: "says whether the commitment was kept",
    Step.MESSAGE: "posts the handoff message",
    Step.BRIEF: "writes the brief",
    Step.ASSIGN: "assigns the CSM",
    Step.READ: "reads, checks and restates the brief",
    Step.JUDGE: "says whether the restatement matches",
}
STEP_DONE: Final[Mapping[Step, str]] = {
    Step.CAPTURE: "Captured before the close",
    Step.ALIGNMENT: "Aligned with customer success",
    Step.SIGNATURE: "Countersigned",
    Step.COMMITMENT: "Commitment answered",
    Step.MESSAGE: "Message posted",
    Step.BRIEF: "Brief ready",
    Step.ASSIGN: "CSM assigned",
    Step.READ: "Brief read and restated",
    Step.JUDGE: "Restatement matches",
}
PART_NAMES: Final[Mapping[Part, str]] = {
    Part.ACKNOWLEDGEMENT: "acknowledgement of the brief",
    Part.CHECKS: "three checks of the brief",
    Part.RESTATEMENT: "restatement of the brief",
}
PART_TASKS: Final[Mapping[Part, str]] = {
    Part.ACKNOWLEDGEMENT: "Read and acknowledge the brief",
    Part.CHECKS: "Answer the three checks",
    Part.RESTATEMENT: "Restate the brief from memory",
}
PART_DOES: Final[Mapping[Part, str]] = {
    Part.ACKNOWLEDGEMENT: "reads and acknowledges the brief",
    Part.CHECKS: "answers the three checks",
    Part.RESTATEMENT: "restates the brief from memory",
}


def step_name(step: Step, left: Sequence[Part] = ()) -> str:
    """What is due; of the reading, the next thing that is missing."""
    return PART_NAMES[left[0]] if left else STEP_NAMES[step]


def step_task(step: Step, left: Sequence[Part] = ()) -> str:
    """The same as something to do."""
    return PART_TASKS[left[0]] if left else STEP_TASKS[step]


def step_does(step: Step, left: Sequence[Part] = ()) -> str:
    """The same as what its owner does."""
    return PART_DOES[left[0]] if left else STEP_DOES[step]


def parts_after(left: Sequence[Part]) -> str:
    """What of the reading comes after the next thing; empty where nothing does."""
    after = " and the ".join(PART_NAMES[part] for part in left[1:])
    return f"What comes after it: the {after}." if after else ""


LIGHT_SIGNS: Final[Mapping[Light, str]] = {
    Light.LATE: "🔴",
    Light.SOON: "🟡",
    Light.ON_TIME: "🟢",
    Light.WAITING: "⚪",
    Light.AHEAD: "🔵",
    Light.DONE: "✅",
    Light.MISSED: "▫️",
    Light.CANCELLED: "✖️",
}
LIGHT_WORDS: Final[Mapping[Light, str]] = {
    Light.LATE: "late",
    Light.SOON: "due soon",
    Light.ON_TIME: "on time",
    Light.WAITING: "waiting",
    Light.AHEAD: "before the signature",
    Light.DONE: "done",
    Light.MISSED: "missed",
    Light.CANCELLED: "cancelled",
}
SECTION_NAMES: Final[Mapping[SectionKey, str]] = {
    SectionKey.WHY: "Why they bought",
    SectionKey.PEOPLE: "People",
    SectionKey.SUCCESS: "Success",
    SectionKey.PROMISES: "Promises",
    SectionKey.RED_FLAGS: "Red flags",
    SectionKey.COMMERCIALS: "Commercials",
    SectionKey.FIRST_DAYS: "First 90 days",
}
ITEM_NAMES: Final[Mapping[Item, str]] = {
    Item.TRIGGER: "real trigger",
    Item.EVENT: "the event that made it now",
    Item.RUNS_ON: "the date it runs on",
    Item.QUOTE: "a quote",
    Item.CHAMPION: "champion",
    Item.STAKE: "champion's stake",
    Item.CONSEQUENCE: "what failure costs them",
    Item.BUYER: "economic buyer",
    Item.USER: "day-to-day user",
    Item.SKEPTIC: "skeptic or blocker",
    Item.BUYER_AND_SKEPTIC: "buyer and skeptic",
    Item.METRIC: "success metric",
    Item.TODAY: "today's value",
    Item.WHOSE: "whose number it is",
    Item.PROMISES: "promises",
    Item.REFUSED: "refused or deferred",
    Item.NEARLY: "what nearly ended it",
    Item.RISKS: "risks",
    Item.PRIVATE_NOTE: "private note",
    Item.CONTRACT: "term, start and renewal",
    Item.SCOPE: "products, use case, scope and go-live",
    Item.GROWTH: "where more comes from",
    Item.DEFINED_DONE: "defined done",
    Item.STYLE: "communication style",
}
HOLE_WORDS: Final[Mapping[Hole, str]] = {
    Hole.EMPTY: "empty",
    Hole.NO_METRIC: "metric missing",
    Hole.NO_NUMBER: "number missing",
    Hole.NO_DATE: "date missing",
    Hole.NO_PERSON: "person missing",
    Hole.NO_SAID_ON: "day it was said missing",
    Hole.NO_SOURCE: "source missing",
    Hole.NO_TITLE: "title missing",
    Hole.NO_LINE: "behavioural line missing",
    Hole.NO_STAKE: "stake missing",
    Hole.NO_TOP: "top risk missing",
    Hole.ONE_OUTCOME: "two outcomes needed",
    Hole.NO_CONFIRMATION: "how they confirm it missing",
    Hole.PART_MISSING: "a part missing",
    Hole.MUST_CONFIRM: "must confirm with customer",
    Hole.ELSEWHERE: "only points elsewhere",
}
TIER_NAMES: Final[Mapping[Tier, str]] = {
    Tier.NONE: "no tier",
    Tier.LIGHT: "light",
    Tier.FULL: "full",
}
ADD_ON_NAMES: Final[Mapping[AddOn, str]] = {
    AddOn.EARLY_CS: "customer success looks in before the close",
    AddOn.JOINT_KICKOFF: "joint kickoff, intro by the AE",
    AddOn.CALL: "briefing call required",
    AddOn.SECOND_LISTENER: "second listener in the debrief",
}
TRIGGER_NAMES: Final[Mapping[Trigger, str]] = {
    Trigger.FULL: "full handoff",
    Trigger.COMPLEX: "complex onboarding",
    Trigger.STRENGTH: "strength of the champion",
    Trigger.VALUE: "its value",
    Trigger.STAKEHOLDERS: "number of stakeholders",
    Trigger.SERIOUS_FLAGS: "serious red flags or difficult politics",
    Trigger.STRATEGIC: "strategic",
    Trigger.POLICY: "by policy",
}
ROLE_NAMES: Final[Mapping[Capacity, str]] = {
    Capacity.AE: "AE",
    Capacity.CSM: "CSM",
    Capacity.LISTENER: "second listener",
    Capacity.HELPER: "helper",
    Capacity.LEAD: "implementation lead",
    Capacity.CS_MANAGER: "CS manager",
    Capacity.AE_MANAGER: "AE manager",
    Capacity.REVOPS: "RevOps",
    Capacity.ADMIN: "admin",
    Capacity.IN_CHANNEL: "colleague",
    Capacity.MEMBER: "colleague",
}


def open_item(item: OpenItem) -> str:
    """A hole of the brief and what is missing in it."""
    return f"{ITEM_NAMES[item.item]} ({HOLE_WORDS[item.hole]})"


# What is pressed

BUTTONS: Final[Mapping[ActionId, str]] = {
    ActionId.START_ANOTHER: "Start another",
    ActionId.CONFIRM_AE: "Confirm as AE",
    ActionId.OPEN_SIGNATURE: "Countersigned",
    ActionId.OPEN_NEW_DATE: "New date",
    ActionId.OPEN_DEAL: "Change deal",
    ActionId.OPEN_ALIGNMENT: "Record alignment",
    ActionId.COMMITMENT_DONE: "Mark done",
    ActionId.COMMITMENT_NOT_DONE: "Mark not done",
    ActionId.COMMITMENT_CANCELLED: "Mark cancelled",
    ActionId.OPEN_CALL: "Record call",
    ActionId.OPEN_CLOSED_WON: "Override gate",
    ActionId.WRITE_BRIEF: "Write brief",
    ActionId.BRIEF_BACK: "Back",
    ActionId.BRIEF_ALL_STEPS: "All steps",
    ActionId.BRIEF_GO: "Go to step",
    ActionId.CHECK_WORDS: "Check words",
    ActionId.PROMISE_ADD: "Add promise",
    ActionId.PROMISE_EDIT: "Edit promise",
    ActionId.CONTACT_ADD: "Add person",
    ActionId.CONTACT_EDIT: "Edit person",
    ActionId.PASTED_OPEN: "Pasted text",
    ActionId.PASTED_MORE: "Paste more",
    ActionId.PASTED_FORGET: "Forget the text",
    ActionId.INVITE_HELPER: "Invite helper",
    ActionId.PREVIEW_MESSAGE: "Preview message",
    ActionId.OPEN_ASSIGN: "Assign CSM",
    ActionId.ACKNOWLEDGE: "Acknowledge brief",
    ActionId.UNDO_ACKNOWLEDGE: "Undo acknowledgement",
    ActionId.OPEN_CHECKS: "Answer checks",
    ActionId.OPEN_PLAN: "Write joint plan",
    ActionId.OPEN_RESTATE: "Restate brief",
    ActionId.OPEN_JUDGE: "Judge restatement",
    ActionId.OPEN_SEND_BACK: "Send brief back",
    ActionId.RETURN_BRIEF: "Return brief",
    ActionId.OPEN_DECLINE: "I am not the right CSM",
    ActionId.OPEN_CANCEL: "Cancel handoff",
    ActionId.UNDO_CANCEL: "Undo cancellation",
    ActionId.OPEN_HANDOFF: "Open handoff",
    ActionId.OPEN_RED_FLAGS: "🔒 Red flags",
    ActionId.OPEN_VERSIONS: "Earlier versions",
    ActionId.OPEN_SNOOZE: "Snooze",
    ActionId.STATUS_OPEN: "Open status",
    ActionId.STATUS_POST: "Post to channel",
    ActionId.STATUS_PAGE_BACK: "Previous page",
    ActionId.STATUS_PAGE_ON: "Next page",
    ActionId.OPEN_ROLES: "People and roles",
    ActionId.PAUSE: "Pause the bot",
    ActionId.RESUME: "Resume the bot",
    ActionId.POST_AGAIN: "Post it again",
    ActionId.RETRY_COMMAND: "Try again",
    ActionId.OPEN_MAKE_CHANNEL: "Make private channel",
    ActionId.OPEN_MOVE: "Move handoff",
}
MORE_CHOICES: Final[Mapping[MoreChoice, str]] = {
    MoreChoice.SIGNATURE: "Countersigned…",
    MoreChoice.WRITE_BRIEF: "Write brief",
    MoreChoice.SNOOZE: "Snooze…",
    MoreChoice.ASSIGN: "Assign CSM…",
    MoreChoice.CANCEL: "Cancel handoff…",
    MoreChoice.CHANGE_DEAL: "Change deal…",
    MoreChoice.ALIGN: "Record alignment…",
    MoreChoice.NEW_DATE: "New signature date…",
    MoreChoice.UNDO_ACKNOWLEDGE: "Undo acknowledgement",
    MoreChoice.SEND_BACK: "Send brief back…",
    MoreChoice.PLAN: "Write joint plan…",
    MoreChoice.DECLINE: "I am not the right CSM…",
    MoreChoice.UNDO_CANCEL: "Undo cancellation",
    MoreChoice.OPEN: "Open handoff",
}
CORRECT_SIGNATURE: Final = "Correct signature"


def more_choices(*, signed: bool) -> Mapping[MoreChoice, str]:
    """The entries of an overflow menu; a recorded signature can only be corrected."""
    correct = f"{CORRECT_SIGNATURE}…"
    return {**MORE_CHOICES, MoreChoice.SIGNATURE: correct} if signed else MORE_CHOICES


# What stood in the way

_DOING: Final[Mapping[str, str]] = {
    Act.CONFIRM_AE: "Confirming who the AE is",
    Act.EDIT_BRIEF: "Writing the brief",
    Act.INVITE_HELPER: "Inviting helpers",
    Act.CHANGE_DEAL: "Changing the deal",
    Act.ALIGN: "Recording the alignment",
    Act.RECORD_CALL: "Recording the call",
    Act.OVERRIDE_CLOSED_WON: "Overriding the closed-won gate",
    Act.ANSWER_COMMITMENT: "Answering for the commitment",
    Act.OVERRIDE_GATE: "Overriding the gate of the brief",
    Act.DECLINE: "Handing the handoff back",
    Act.VERIFY: "Verifying the brief",
    Act.JUDGE: "Saying whether it matches",
    Act.SEND_BACK: "Sending the brief back",
    Act.RETURN_BRIEF: "Returning the brief",
    Act.MOVE: "Moving the handoff",
    Act.POST: "Posting the handoff message",
    Act.SIGN: "Recording the signature",
    Act.ASSIGN: "Assigning the CSM",
    Act.ACKNOWLEDGE: "Acknowledging the brief",
    Act.CANCEL: "Cancelling the handoff",
    Act.REOPEN: "Reopening the handoff",
}

_PROBLEMS: Final[Mapping[Problem, str]] = {
    Problem.NOT_A_MEMBER: (
        "Handoffs are for full members of this workspace. "
        "Ask a colleague with a full account to do this."
    ),
    Problem.ADMINS_ONLY: "Only admins can do this. Ask an admin of this workspace.",
    Problem.PRIVATE_CHANNEL: (
        "This handoff lives in a private channel. Open it there, or ask its AE."
    ),
    Problem.NOTHING_TO_POST: "Your list is empty, so there is nothing to post.",
    Problem.HANDOFF_GONE: (
        "This handoff does not exist any more. Use /handoff-status to find others."
    ),
    Problem.HANDOFF_CANCELLED: (
        "This handoff is cancelled, so nothing in it changes. Start a new one with /handoff."
    ),
    Problem.NO_HANDOFF_HERE: (
        "There is no open handoff in this channel. Start one here with /handoff."
    ),
    Problem.ALREADY_DONE: "This is done already. Nothing was changed.",
    Problem.NOTHING_TO_UNDO: "There is nothing to undo. Open the handoff to see where it stands.",
    Problem.GATE_CLOSED: (
        "The brief is not ready. Give a reason to assign the CSM all the same, or wait for the AE "
        "to fill what is counted."
    ),
    Problem.NOT_SIGNED: (
        "The signature is not recorded. Record it with Countersigned or /handoff signed first."
    ),
    Problem.NOT_ASSIGNED: "No CSM is assigned. The CS manager assigns one first.",
    Problem.NOT_ACKNOWLEDGED: "Acknowledge the brief first; this is about the version you read.",
    Problem.BRIEF_SENT_BACK: (
        "The brief was sent back and is with the AE. You are told when it is returned."
    ),
    Problem.BRIEF_NOT_READY: (
        "The brief does not pass its gate as it is. Write what is open in it, then return it."
    ),
    Problem.NOTHING_TO_JUDGE: (
        "No restatement waits for an answer. Open the handoff to see where it stands."
    ),
    Problem.NO_PLAN_NEEDED: (
        "The checks say that the red flags need no joint plan. Nothing was changed."
    ),
    Problem.CHOOSE: "Choose one of the answers.",
    Problem.CHOOSE_ONE: "Tick at least one item.",
    Problem.SAME_PERSON: "AE and CSM are two different people. Choose somebody else.",
    Problem.OWN_MANAGER: "Nobody is their own manager. Choose somebody else, or leave it empty.",
    Problem.NOT_A_COLLEAGUE: (
        "This account is a guest, a bot, from outside or closed. Choose a full member."
    ),
    Problem.NO_CS_MANAGER: (
        "Nobody is known as the CS manager of this deal. Choose who assigns the CSM."
    ),
    Problem.BAD_VALUE: "Enter an amount from 0 to 1,000,000,000,000, like 48000 or 48,000.50.",
    Problem.UNKNOWN_CURRENCY: (
        "The policy has no rate for this currency. Give one; a form asks for it under “Another "
        "currency”."
    ),
    Problem.BAD_CURRENCY: "Enter the currency's three letters, like CHF.",
    Problem.BAD_RATE: "Enter what one unit is worth, a number above 0, like 1.08.",
    Problem.BAD_NUMBER: "Enter a whole number, like 3, or leave it empty.",
    Problem.SIGNED_ALREADY: (
        "The signature is recorded, so what comes before it can no longer be changed."
    ),
    Problem.HELD_LATER: "This is still to come. Enter the day on which you went through it.",
    Problem.GATE_OPEN: "The gate is open already; there is nothing to override.",
    Problem.BELOW_TIERS: (
        "A deal of this value needs no handoff. Tick the light form to do one all the same."
    ),
    Problem.SIGNED_IN_FUTURE: "This time is still to come. Enter when both sides had signed.",
    Problem.SIGNED_TOO_OLD: "This is more than a year ago. Check the year.",
    Problem.DATE_NEEDED: "Choose a date.",
    Problem.DATE_IN_PAST: "This date has passed. Choose today or later.",
    Problem.TIME_PAST: "This time has passed. Choose a later one.",
    Problem.UNKNOWN_REGION: (
        "No public holidays are known for this region. Write the code of a country, like DE, or "
        "with its part, like DE-BE; or leave it empty."
    ),
    Problem.BAD_LINK: "Enter one address a line, each beginning with https:// and without blanks.",
    Problem.NOT_WORKING_TIME: (
        "This lies outside your working hours. Choose a time within them, on a working day."
    ),
    Problem.EMPTY: "Write something here.",
    Problem.NONE_AND_SOME: (
        "There are promises in the list. Untick “none made”, or withdraw them first."
    ),
    Problem.NO_RISKS_AND_SOME: "There are risks written above. Untick this, or empty them first.",
    Problem.AE_FILLS_ALL: "The AE fills every section already. Choose somebody else.",
    Problem.NO_SECTION: "Tick the sections they shall fill.",
    Problem.BRIEF_CHANGED: (
        "The brief changed after this was drawn. Open the handoff to read it as it is now; its "
        "fresh message has the button again."
    ),
    Problem.BUSY: "Many people are saving at this moment; nothing was kept. Try again.",
    Problem.STORAGE_DOWN: "The database does not answer; nothing was kept. Try again in a minute.",
    Problem.STALE_BUTTON: "This button is from an older version. Open the handoff for a fresh one.",
    Problem.CHANNEL_SHARED: (
        "This channel is shared outside the company, so no handoff is shown here. "
        "Use a private channel with the AE, the CSM and their managers."
    ),
    Problem.CHANNEL_GUESTS: (
        "There are guests in this channel, so no handoff is shown here. "
        "Use a private channel with the AE, the CSM and their managers."
    ),
    Problem.CHANNEL_ARCHIVED: "This channel is archived. Run /handoff in a channel that is in use.",
    Problem.CHANNEL_NOT_INSIDE: (
        "The bot is not in this channel. Type /invite and the bot's name here, then try again."
    ),
    Problem.CHANNEL_UNKNOWN: (
        "Slack has not said yet who can read this channel. Try again in a minute."
    ),
    Problem.BAD_CHANNEL_NAME: "No channel can be called so. Use letters, digits and hyphens.",
    Problem.TAKEN_CHANNEL_NAME: "There is a channel of this name. Choose another one.",
    Problem.NO_CHANNEL_MADE: (
        "Slack does not let the bot make a channel here. Make a private one yourself, invite the "
        "bot to it, and run /handoff there or move the handoff to it."
    ),
    Problem.CHANNEL_IS_DM: "A handoff lives in its deal channel. Run /handoff there.",
    Problem.SLACK_SILENT: "Slack did not answer in time. Try again in a minute.",
}


def names(people: Iterable[NamedPerson], *, joined: str = "or") -> str:
    """People by name in plain text: nobody is pinged."""
    shown = [isolate(person.name) for person in people]
    if len(shown) < 3:
        return f" {joined} ".join(shown)
    return f"{', '.join(shown[:-1])} {joined} {shown[-1]}"


def _not_your_turn(error: HandoffError, people: Mapping[int, NamedPerson]) -> str:
    doing = _DOING.get(error.facts.get("act", ""), "This step")
    turn = [people[one] for one in error.whose if one in people]
    if not turn:
        return f"{doing} is for somebody else. Open the handoff to see whose turn it is."
    return f"{doing} is up to {names(turn)}. Open the handoff to see where it stands."


def _undo_too_late(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    minutes = error.facts.get("minutes", "10")
    return f"This can be undone for {minutes} minutes, and they are over. Nothing was changed."


def _too_long(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    most = error.facts.get("most")
    return f"This is too long: {most} is the most." if most else "This is too long. Shorten it."


def _commitment_too_late(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    latest = error.facts.get("latest")
    last = f"Choose {day(date.fromisoformat(latest))} or a day before it." if latest else ""
    return f"The brief is due before that day. {last}".strip()


def _too_many(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    return f"There are {error.facts.get('most')} already, which is the most."


def _unexpected(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    reference = error.facts.get("reference")
    told = f" and give the reference {reference}" if reference else ""
    return f"Something unexpected happened; nothing was kept. Try again, or tell an admin{told}."


def _changed_meanwhile(error: HandoffError, people: Mapping[int, NamedPerson]) -> str:
    found = [people[one] for one in error.whose if one in people]
    who = names(found) if found else "Somebody"
    return (
        f"{who} changed this while the form was open. What you typed is still here: copy it, close "
        "the form, and look at the new version."
    )


_WITH_FACTS: Final[Mapping[Problem, Callable[[HandoffError, Mapping[int, NamedPerson]], str]]] = {
    Problem.NOT_YOUR_TURN: _not_your_turn,
    Problem.CHANGED_MEANWHILE: _changed_meanwhile,
    Problem.UNDO_TOO_LATE: _undo_too_late,
    Problem.TOO_LONG: _too_long,
    Problem.COMMITMENT_TOO_LATE: _commitment_too_late,
    Problem.TOO_MANY: _too_many,
    Problem.UNEXPECTED: _unexpected,
}


def problem(error: HandoffError, *, people: Mapping[int, NamedPerson]) -> str:
    """The sentence for a refusal, in plain text, fit for a form's field and for a message."""
    with_facts = _WITH_FACTS.get(error.problem)
    return with_facts(error, people) if with_facts else _PROBLEMS[error.problem]


# The card, its preview and its thread

CARD_TITLE: Final = "{account} — handoff"
CARD_CANCELLED: Final = "{account} — handoff cancelled"
CARD_NEUTRAL: Final = (
    "A handoff stood here. This channel can be read from outside the company now, so the handoff "
    "is kept out of it; those with a part in it find it on the bot's Home tab."
)
WITHDRAWN: Final = (
    "What stood here is kept out of this channel, which can be read from outside the company."
)
CARD_LEFT: Final = "{account}: this handoff lives in {channel} now."
NOTHING_DUE: Final = "Nothing is due."
NO_CLOCK_YET: Final = "Every clock starts with the signature, which is not recorded."
WHY_NOW: Final = "Why now"
CHAMPION: Final = "Champion"
SUCCESS: Final = "Success"
PROMISED: Final = "Promised"
BRIEF: Final = "Brief"
NEXT: Final = "Next"
ACKNOWLEDGED: Final = "Acknowledged"
NOT_WRITTEN: Final = "missing in the brief"
NO_PROMISES: Final = "none made"
BAR_LENGTH: Final = 10
THE_BOT: Final = "the bot"
PREVIEW_TITLE: Final = "Preview"
PREVIEW_SUBMIT: Final = "Post to channel"
PREVIEW_LEAD: Final = "This is how the message will stand in the deal channel."
PREVIEW_NOT_SIGNED: Final = (
    "The signature is not recorded yet. Once it is, this message can be posted."
)
PREVIEW_POSTED: Final = "The message stands in the deal channel, as below."
PREVIEW_CANCELLED: Final = "This handoff is cancelled, so its message cannot be posted."


def value_a_year(amount: str, tier: Tier) -> str:
    """The size of the deal."""
    return f"{amount} a year · {TIER_NAMES[tier]} handoff"


def term_from(term: str, starts_on: str) -> str:
    """For how long the contract runs and from when, with what there is of it."""
    return " ".join(part for part in (term, f"from {starts_on}" if starts_on else "") if part)


def runs_on(when: str) -> str:
    """The day that the event behind a purchase runs on."""
    return f"It runs on {when}."


def red_flags_for(names: str) -> str:
    """Who may look behind the lock, for somebody who may not (plain text)."""
    return (
        "Red flags are for the AE, the CSM, the second listener and the CS manager of this "
        f"handoff: {names}. What is behind this button, and whether anything is, only they see."
    )


RED_FLAGS_NONE: Final = "Nothing is written down here yet."
RED_FLAGS_LEAD: Final = (
    "For AE, CSM, second listener and CS manager of this handoff, and nobody else."
)


def size_without_value(tier: Tier) -> str:
    """The size of the deal for who may not read the commercials."""
    return f"{TIER_NAMES[tier]} handoff"


def promises_made(count: int) -> str:
    """How many promises are in force."""
    return "1 promise" if count == 1 else f"{count} promises"


def percent(share: int) -> str:
    """A share; number and sign stay in one line."""
    return f"{share}\N{NO-BREAK SPACE}%"


def brief_share(share: int) -> str:
    """How much of the brief is filled, among other figures."""
    return f"{percent(share)} of the brief"


def brief_state(state: Completeness) -> str:
    """How much of the brief is filled, in figures and as a bar."""
    full = BAR_LENGTH * state.percent // 100
    bar = "█" * full + "░" * (BAR_LENGTH - full)
    return f"{state.filled} of {state.counted} items ({percent(state.percent)}) {bar}"


FEW_OPEN: Final = 6
"""So many a message names that is read in passing; the card names what it has room for."""


def open_items(state: Completeness, most: int = FEW_OPEN) -> str:
    """The first `most` open items by name and how many more there are; empty where none is open.

    What the reader may not know by name is told by number.
    """
    told = [open_item(item) for item in state.open[:most]]
    left = len(state.open) - len(told)
    counted = [f"{left} more"] if left else []
    if state.private:
        counted.append(private_items(state.private))
    if not counted:
        return ", ".join(told)
    *first, last = [*told, *counted]
    return f"{', '.join(first)} and {last}" if first else last


def private_items(count: int) -> str:
    """Open items of the brief that this reader may not know by name."""
    return "one private item" if count == 1 else f"{count} private items"


def version_read(version: int) -> str:
    """Which version of the brief an acknowledgement is about."""
    return f"version {version} of the brief"


CHANGED_SINCE: Final = "the brief changed since"


def guide_changed_since(version: int) -> str:
    """To the CSM, whose acknowledgement is about an earlier brief than there is now."""
    read = version_read(version)
    return f"You acknowledged {read}, which changed since. Open the handoff to read it as it is."


def thread_acknowledged(by: str, version: int) -> str:
    """Told once below the card."""
    return f"{by} acknowledged {version_read(version)}."


def thread_acknowledge_undone(by: str) -> str:
    """Told once below the card."""
    return f"{by} took the acknowledgement back. The brief waits for it again."


def thread_cancelled(by: str) -> str:
    """Told once below the card; the reason is for those who may read reasons."""
    return f"{by} cancelled this handoff. Nothing in it is due any more."


def thread_cancel_undone(by: str) -> str:
    """Told once below the card."""
    return f"{by} opened this handoff again. Its due times hold as before."


def signature_corrected(by: str) -> str:
    """Told once below the card, before the one instant and the other."""
    return f"{by} corrected the signature from "


TO_INSTANT: Final = " to "


def due_now(step: Step, *, late: bool) -> str:
    """A step that a correction moved, before its due time."""
    return f"The {STEP_NAMES[step]} {'was' if late else 'is now'} due "


def due_moved(by: str) -> str:
    """To the owner of what is due at another time now."""
    return f"{by} corrected the signature, so what you owe is due at another time."


def thread_tier_changed(by: str, tier: Tier) -> str:
    """Told once below the card; which marks were set is not."""
    return f"{by} changed the deal: it has the {TIER_NAMES[tier]} handoff now."


def anchor(account: str, *, count: int, head: str, version: int) -> str:
    """How long the history is and its last hash, for later comparison (plain text)."""
    return (
        f"{account}: history anchor. {count} records, head {head}, with the brief at version "
        f"{version}. Nothing to do: a later check of the history must find the same."
    )


THREAD_CSM: Final = (
    "{csm} is the CSM of this handoff. Next: read the brief and press *Acknowledge brief* above"
)
BOT_POSTED: Final = "the bot posted the handoff message "
BOT_POSTED_WHY: Final = ", because it was due."
BOT_POSTED_HOLES: Final = "Still open in it: {items}."
BOT_POSTED_FULL: Final = "The brief in it has no open item."
CANNOT_POST_BECAUSE: Final = "the handoff message was to be posted, but {why}. It is not there."
TAKEN_BACK_BECAUSE: Final = "the handoff message was taken out of its channel, because {why}."
CANNOT_POST: Final[Mapping[Problem, tuple[str, str]]] = {
    Problem.CHANNEL_SHARED: (
        "its channel is shared outside the company",
        "Stop sharing the channel.",
    ),
    Problem.CHANNEL_GUESTS: (
        "there are guests in its channel",
        "Take the guests out of the channel.",
    ),
    Problem.CHANNEL_ARCHIVED: ("its channel is archived", "Bring the channel back into use."),
    Problem.CHANNEL_NOT_INSIDE: (
        "the bot is not in its channel",
        "Type /invite and the bot's name in the channel.",
    ),
    Problem.CHANNEL_IS_DM: ("it may only stand in a channel", "Turn it into a private channel."),
}
"""Why the message is not there, and what makes it possible."""
CANNOT_POST_PRESS: Final = "Then press the button below."
CANNOT_POST_ITSELF: Final = "Then the bot posts the message by itself."
CANNOT_POST_ELSEWHERE: Final = (
    "Or let the handoff live in another channel: a private one that the bot makes for the AE, the "
    "CSM and both managers, or one you choose."
)
HELP_WANTED: Final = "asks you to fill this part of the brief: {sections}."
HELP_SAVED: Final = (
    "Every section is saved by itself, and what others write meanwhile is kept. "
    "You see these sections and no other."
)
UNDO_OFFERS: Final[Mapping[Tag, tuple[str, ActionId]]] = {
    Tag.ACKNOWLEDGED: ("You acknowledged the brief.", ActionId.UNDO_ACKNOWLEDGE),
    Tag.CANCELLED: ("You cancelled the handoff.", ActionId.UNDO_CANCEL),
}
UNDO_FOR: Final = "You can take this back for {minutes} minutes."
INVITE_BY_HAND: Final = (
    "{account}: the bot could not bring {csm} into the deal channel. Type this line there:"
)
INVITE_LINE: Final = "/invite @{csm}"
WELCOME: Final = (
    "Here the bot writes to you about handoffs you have a part in: one card for each, which is "
    "edited as things move on.",
    "Before something of yours is due it reminds you, twice at most, within your working hours; "
    "Snooze moves a reminder to when you want it.",
    "The Home tab lists what needs you. /handoff help shows the commands.",
)

# The guide

GUIDE_TITLE: Final = "{account} — you are the {role}"
GUIDE_NOT_SIGNED: Final = (
    "The signature is not recorded. Every clock starts there; the brief can be written before."
)
GUIDE_CANCELLED: Final = "This handoff is cancelled. Nothing in it is due."
GUIDE_CLOSED: Final = "This handoff is closed. Nothing in it is due."
GUIDE_NOTHING: Final = "Nothing needs you here."
GUIDE_SNOOZED: Final = " — reminders wait until "
GUIDE_WITH_AE: Final = "It was sent back. Press Return brief once it says what the CSM asks."
GUIDE_NO_PART: Final = (
    "You have no part in this handoff any more. What you wrote yourself stays open to you."
)
INTRO_HELD: Final = "The intro is held until a call is held: not every check is a yes."
CALL_REQUIRED: Final = "A briefing call is required: the restatement did not match twice."
PLAN_MISSING: Final = "The red flags need a joint plan before the kickoff; none is written yet."
OUTDATED: Final = "the metric or a promise changed since"
BECAUSE: Final[Mapping[BecauseOf, str]] = {
    BecauseOf.SENT_BACK: "{by} sent the brief back.",
    BecauseOf.DECLINED: "{by} is not the right CSM.",
    BecauseOf.MISMATCH: "{by} says that the restatement is not a match.",
}


def because(of: BecauseOf, by: str, items: Sequence[Item] = ()) -> str:
    """Why a step came back, before the words of who gave it back (plain text)."""
    told = BECAUSE[of].format(by=by)
    named = ", ".join(ITEM_NAMES[item] for item in items)
    return f"{told} It is about: {named}." if named else told


GUIDE_RETIRED: Final = "What is next stands in a newer message below."
WAITS_FOR: Final = "waits for the {step}"
WAITING_FOR: Final = "waiting for the {step}"


def guide_confirm(starter: str) -> str:
    """To an AE whom somebody else named."""
    return (
        f"{starter} started this handoff and named you as the AE. Confirm it. If it is not yours, "
        f"tell {starter} and cancel it, so that it is started anew for the right AE."
    )


def steps_done(done: int, count: int) -> str:
    """How far the handoff is."""
    return f"{done} of {count} steps done"


# Reminders

WHY_YOU: Final[Mapping[Step, str]] = {
    Step.CAPTURE: "you are the AE of this handoff",
    Step.ALIGNMENT: "you are the AE of this handoff",
    Step.SIGNATURE: "you are the AE of this handoff",
    Step.COMMITMENT: "you are the AE manager of this handoff",
    Step.MESSAGE: "you are the AE of this handoff",
    Step.BRIEF: "you are the AE of this handoff",
    Step.ASSIGN: "you are the CS manager of this handoff",
    Step.READ: "you are the CSM of this handoff",
    Step.JUDGE: "you are the AE of this handoff",
}
WHY_MANAGER: Final = "Why you: you are the manager told when this step is late."
MISSING: Final[Mapping[Step, str]] = {
    Step.CAPTURE: "Write down what you know while the deal is fresh.",
    Step.ALIGNMENT: "Go through metric and promises with somebody of customer success.",
    Step.SIGNATURE: "Every clock starts with it.",
    Step.COMMITMENT: "The day the AE named has passed.",
    Step.MESSAGE: "At that time the bot posts it by itself, with what is open in the brief.",
    Step.BRIEF: "Every counted item is filled; saving the brief once more makes it ready.",
    Step.ASSIGN: "The brief is ready, and no CSM is named.",
    Step.READ: "The brief is ready and waits for your acknowledgement.",
    Step.JUDGE: "The CSM restated the brief from memory and waits for your answer.",
}
MISSING_PARTS: Final[Mapping[Part, str]] = {
    Part.ACKNOWLEDGEMENT: "The brief waits for your acknowledgement.",
    Part.CHECKS: "You acknowledged the brief; the three checks are missing.",
    Part.RESTATEMENT: "What you kept of the brief is missing, in your own words.",
}
MISSING_SENT_BACK: Final = "The CSM sent the brief back. Return it once it says what they ask."
STILL_OPEN: Final = "Still open: {items}."
OPEN_NOW: Final = "open: {items}"
OWED_BY: Final = "Owed by "
HOLDS_UP: Final = "Holds up: {step}."
SNOOZED_FOR: Final = "You asked to be reminded now: "
REMINDER: Final = "reminder"
WAS_DUE: Final = "was due "
DUE: Final = "due "
DUE_STATES: Final[Mapping[Light, str]] = {
    Light.LATE: f"late, {WAS_DUE}",
    Light.SOON: "due soon, ",
    Light.ON_TIME: f"on time, {DUE}",
}
"""How an owed step stands, up to the time that follows."""

# Status, Home and help

STATUS_TITLE: Final = "Handoff status"
STATUS_ALL: Final = "All handoffs"
STATUS_OWN: Final = "Your handoffs"
STATUS_EMPTY: Final = "No handoff is open; /handoff in a deal channel starts one."
STATUS_EMPTY_OWN: Final = "You have no part in an open handoff."
STATUS_EMPTY_POST: Final = "There is no open handoff to show here."
NO_CSM: Final = "no CSM yet"
NO_SIGNATURE: Final = "signature not recorded"
AS_OF: Final = "As of "
HOME_PAUSED: Final = "The bot is paused: it answers, and sends nothing by itself."
HOME_NEEDS_YOU: Final = "Needs you now"
HOME_WAITING: Final = "Waiting on others"
HOME_MINE: Final = "My handoffs"
HOME_HELP: Final = "Help"
HOME_ADMIN: Final = "Admins"
HOME_NOTHING: Final = "Nothing needs you."
HELP: Final = (
    ("/handoff", "in a deal channel starts a handoff, or shows where the open one stands"),
    ("/handoff new", "starts another handoff in a channel that has one"),
    ("/handoff signed", "records when both sides had signed, or corrects it"),
    ("/handoff deal", "changes the value of the deal and what its size rests on"),
    ("/handoff gate", "shows whether the deal may be closed as won, and records the call"),
    ("/handoff-status", "lists the open handoffs, the most urgent first"),
    ("/handoff help", "shows these lines"),
)
HELP_LEAD: Final = "A handoff carries a won deal from the AE to the CSM, in its deal channel."
PROBLEM_TITLE: Final = "This was not done"
STARTED_TITLE: Final = "Handoff started"
DONE_TITLE: Final = "Done"
DONE_BEFORE: Final = "This was done when you sent it first; sending it again added nothing."


def status_counts(counts: StatusCounts) -> str:
    """The line on top of the list, over everything and not only the page."""
    parts = [f"{counts.open} open"]
    for light, count, said in (
        (Light.LATE, counts.late, "late"),
        (Light.SOON, counts.due_today, "due today"),
        (Light.ON_TIME, counts.on_time, "on time"),
        (Light.WAITING, counts.waiting, "waiting"),
        (Light.DONE, counts.done, "done"),
    ):
        if count:
            parts.append(f"{LIGHT_SIGNS[light]} {count} {said}")
    return " · ".join(parts)


def status_posted_by(who: str) -> str:
    """Whoever pressed *Post to channel* for a list."""
    return f"Posted by {who}"


def late_by(span: str) -> str:
    """For what is rendered now."""
    return f"{span} late"


def more_left(count: int) -> str:
    """What a list leaves out."""
    return f"and {count} more; /handoff-status lists all"


# Forms


class FieldWords(NamedTuple):
    """What stands around one input."""

    label: str
    hint: str = ""
    placeholder: str = ""


FIELDS: Final[Mapping[Field, FieldWords]] = {
    Field.ACCOUNT: FieldWords("Account", "The customer's name, as everybody here calls them."),
    Field.VALUE: FieldWords(
        "Contract value", "For one year, without the currency.", "for example 48,000"
    ),
    Field.CURRENCY: FieldWords("Currency"),
    Field.OTHER_CURRENCY: FieldWords("Which currency", "Its three letters.", "for example CHF"),
    Field.RATE: FieldWords("Rate", "", "for example 1.08"),
    Field.STAKEHOLDERS: FieldWords(
        "Customer stakeholders", "How many different people decide, or can stop it.", "a number"
    ),
    Field.MARKS: FieldWords("About the deal"),
    Field.COMMITMENT_ON: FieldWords(
        "Brief ready by",
        "The day by which the AE says that the brief is ready: not after the one on which it is "
        "due. Where a team channel is set, one line there names it.",
    ),
    Field.ALIGNED_ON: FieldWords("When you went through it"),
    Field.CS_CONTACT: FieldWords("With whom", "Somebody of customer success; assigns nobody."),
    Field.CALL_AT: FieldWords("When"),
    Field.CALL_CS: FieldWords("Who of customer success", "The CSM, or whoever stands in so far."),
    Field.CALL_CUSTOMER: FieldWords("Who of the customer", "The champion is among them."),
    Field.AE: FieldWords("AE", "Whoever sold it. Somebody else than you is asked to confirm."),
    Field.AE_MANAGER: FieldWords(
        "AE's manager",
        "Left empty, it is the manager whom an admin set, else the one of the policy.",
    ),
    Field.CSM: FieldWords("Proposed CSM", "A wish only: the CS manager assigns."),
    Field.CS_MANAGER: FieldWords(
        "CS manager",
        "Assigns the CSM once the brief is ready. Left empty, it is the manager of the proposed "
        "CSM, else the one of the policy.",
    ),
    Field.SIGNED_AT: FieldWords("Countersigned at", "When the second side had signed."),
    Field.EXPECTED_ON: FieldWords(
        "Signature expected on",
        "Only while a signature is missing. Then leave the time above empty.",
    ),
    Field.LINKS: FieldWords(
        "Links", "One address a line: contract, CRM, recordings. Ten at most.", "https://"
    ),
    Field.LIGHT_ANYWAY: FieldWords("Below the smallest size"),
    Field.TRIGGER: FieldWords(
        "Real trigger", "What really made them buy, behind the reason they give."
    ),
    Field.EVENT: FieldWords("The event that made it now", "What happened, and to whom."),
    Field.RUNS_ON: FieldWords("The date it runs on", "When it has to be solved by, for them."),
    Field.QUOTE: FieldWords("A quote", "In their own words, as one of them said it."),
    Field.QUOTE_BY: FieldWords("Who said it"),
    Field.QUOTE_ON: FieldWords("When they said it"),
    Field.QUOTE_SOURCE: FieldWords("Where it was said", "", "call, e-mail, on site"),
    Field.CRM_REASON: FieldWords("Reason as stated in the CRM", "Not shown in the deal channel."),
    Field.NO_BUYER: FieldWords("Economic buyer"),
    Field.NO_SKEPTIC: FieldWords("Skeptic"),
    Field.SECOND_CONTACT: FieldWords(
        "Whom to call when the champion goes quiet", "For AE, CSM and the CS manager."
    ),
    Field.KEY_CONTACTS: FieldWords("Key contacts", "Not shown in the deal channel."),
    Field.HISTORY: FieldWords("How the relationship came about", "For AE, CSM and the CS manager."),
    Field.NAME: FieldWords("Name"),
    Field.TITLE: FieldWords("Title", "Their job, as on their card."),
    Field.CONTACT_ROLES: FieldWords("What they are to this deal"),
    Field.BEHAVIOUR: FieldWords("How they act", "One line: what they do when it gets hard."),
    Field.STAKE: FieldWords("What they personally gain"),
    Field.CONSEQUENCE: FieldWords("What failure costs them"),
    Field.STRENGTH: FieldWords("How strong the relationship is"),
    Field.LAST_CONTACT: FieldWords("Last contact"),
    Field.REMOVE: FieldWords("Remove"),
    Field.METRIC: FieldWords(
        "Success metric", "What they count: something to measure, not a wish."
    ),
    Field.TODAY: FieldWords("Today's value"),
    Field.TARGET: FieldWords("Target value", "Where it has to be, with a number."),
    Field.BY: FieldWords("By when"),
    Field.WHOSE: FieldWords("Whose number it is", "Name and job of the person at the customer."),
    Field.SAID_ON: FieldWords("When they said so"),
    Field.FURTHER: FieldWords("Further criteria", "One a line, each with a number or a date."),
    Field.MUST_CONFIRM: FieldWords(
        "Must confirm with the customer",
        "Tick what only the customer can answer. It counts as open until they have.",
    ),
    Field.NONE_MADE: FieldWords("No promises"),
    Field.REFUSED: FieldWords(
        "Refused or deferred",
        "What they asked for and do not get, or get later. Write “nothing” where that is so.",
    ),
    Field.NEARLY: FieldWords(
        "What nearly ended it",
        "And what it took to go on. Write “nothing” where that is so.",
    ),
    Field.TOP_RISK: FieldWords("Top risk", "The one that matters most."),
    Field.OTHER_RISKS: FieldWords("Other risks", "One a line."),
    Field.NO_RISKS: FieldWords("No risks"),
    Field.PRIVATE_NOTE: FieldWords(
        "Private note",
        "What worries me here. Kept encrypted; AE, CSM and the CS manager read it.",
    ),
    Field.TERM: FieldWords("Term", "", "for example 12 months"),
    Field.STARTS_ON: FieldWords("Contract starts on"),
    Field.RENEWS_ON: FieldWords("Renews on"),
    Field.PRODUCTS: FieldWords("Products"),
    Field.USE_CASE: FieldWords("Use case", "What they will do with it."),
    Field.SCOPE: FieldWords("Scope", "Who and what is in, and what is not."),
    Field.LIVE_ON: FieldWords("Go-live date"),
    Field.GROWTH: FieldWords("Where more revenue comes from"),
    Field.GROWTH_NEEDS: FieldWords("What must be true by month 6 for it"),
    Field.COMPETITORS: FieldWords(
        "Competitors and what they claimed", "Not shown in the deal channel."
    ),
    Field.PARTNER: FieldWords(
        "What the partner knows", "With its source. Not shown in the deal channel."
    ),
    Field.LIVE_BY: FieldWords("Live by"),
    Field.OUTCOME: FieldWords("First outcome", "What they will have, named."),
    Field.SECOND_OUTCOME: FieldWords("Second outcome"),
    Field.CONFIRMS: FieldWords("How the champion will confirm it"),
    Field.REVIEW_ON: FieldWords("Review date"),
    Field.STYLE: FieldWords(
        "Communication style", "How they like to be spoken to. For AE, CSM and the CS manager."
    ),
    Field.CADENCE: FieldWords("Cadence", "How often, by which way."),
    Field.PASTED: FieldWords(
        "Text",
        "Notes, a mail, a transcript, as it is. Slack takes 3,000 characters at a time; "
        "the rest goes in afterwards with “Paste more”.",
    ),
    Field.WORDS: FieldWords("What was promised", "In the words that were used."),
    Field.KIND: FieldWords("Kind"),
    Field.SAID_TO: FieldWords("Said to", "Who at the customer heard it."),
    Field.DUE: FieldWords("Due on"),
    Field.WITHDRAW: FieldWords(
        "Withdraw, because",
        "Leave this empty to keep the promise. A reason here takes it off the list; "
        "the history keeps both.",
    ),
    Field.CHECK_METRIC: FieldWords("I can deliver the metric"),
    Field.CHECK_NO_PLAN: FieldWords("The red flags need no joint plan before the kickoff"),
    Field.CHECK_CHAMPION: FieldWords("I could talk to the champion as someone I know"),
    Field.PLAN: FieldWords(
        "Joint plan",
        "What AE and CSM do about the red flags before the kickoff. For AE, CSM, CS manager.",
    ),
    Field.RESTATED_WHY: FieldWords("What made them buy now"),
    Field.RESTATED_SUCCESS: FieldWords("How success is measured"),
    Field.RESTATED_RISK: FieldWords("The top risk", "Write “none” where there is none."),
    Field.VERDICT: FieldWords("Does it match what you know?"),
    Field.LINE: FieldWords(
        "In one line", "Needed where it is not a match: what the CSM should read again."
    ),
    Field.ITEMS: FieldWords("What it is about", "Tick at least one item, here or below."),
    Field.MORE_ITEMS: FieldWords("And of these"),
    Field.LAST_ITEMS: FieldWords("Or these"),
    Field.HELPER: FieldWords("Helper", "A colleague who knows this part better than you."),
    Field.HELPED_SECTIONS: FieldWords(
        "Sections",
        "They read and fill what is ticked, instead of what they had; ticked nowhere, they are "
        "taken off. Red flags cannot be given away.",
    ),
    Field.UNTIL: FieldWords("Remind me again at"),
    Field.PERSON: FieldWords("Person"),
    Field.ROLES: FieldWords("Roles", "AE and CSM are not set here: they belong to each handoff."),
    Field.MANAGER: FieldWords("Manager", "Hears of steps that are late."),
    Field.CHANNEL_NAME: FieldWords(
        "Name of the channel", "Letters, digits and hyphens; blanks become hyphens."
    ),
    Field.CHANNEL: FieldWords(
        "Channel", "One that no guest and nobody outside the company reads, with the bot in it."
    ),
    Field.REGION: FieldWords(
        "Region", "For public holidays: a country, or a country and its part.", "like DE or DE-BE"
    ),
}
LINKS_IN_BRIEF: Final = FieldWords(
    "Links", "Recordings and documents, one address a line. Not shown in the deal channel."
)
ASSIGNED_CSM: Final = FieldWords("CSM", "Is told at once and invited to the deal channel.")
EXPECTED_ANEW: Final = FieldWords("Signature expected on")
OVERRIDE_REASON: Final = FieldWords("Why the deal is closed all the same")
CANCEL_REASON: Final = FieldWords("Why it is cancelled")
SNOOZE_REASON: Final = FieldWords("What it waits for")
SEND_BACK_REASON: Final = FieldWords("What you need to know")
DECLINE_REASON: Final = FieldWords("Why somebody else should have it")
GATE_REASON: Final = FieldWords(
    "Why the CSM is assigned now", "The brief is not ready; the step of the AE stays open."
)
PLAN_IN_CHECKS: Final = FieldWords(
    "Joint plan, where the red flags need one",
    "What AE and CSM do about them before the kickoff; it may also be written later.",
)

FORM_TITLES: Final[Mapping[ViewId, str]] = {
    ViewId.START: "Start a handoff",
    ViewId.SIGNATURE: "Countersigned",
    ViewId.NEW_DATE: "New signature date",
    ViewId.DEAL: "Change the deal",
    ViewId.ALIGNMENT: "Pre-close alignment",
    ViewId.CALL: "Record the call",
    ViewId.CLOSED_WON: "Override the gate",
    ViewId.BRIEF_STEPS: "All steps of the brief",
    ViewId.CONTACT: "Person at the customer",
    ViewId.PASTE: "Paste a long text",
    ViewId.PASTED: "Pasted text",
    ViewId.HELPERS: "Invite a helper",
    ViewId.ASSIGN: "Assign the CSM",
    ViewId.CHECKS: "Three checks",
    ViewId.PLAN: "Joint plan",
    ViewId.RESTATE: "Restate the brief",
    ViewId.JUDGE: "Does it match?",
    ViewId.SEND_BACK: "Send the brief back",
    ViewId.DECLINE: "Not the right CSM",
    ViewId.CANCEL: "Cancel the handoff",
    ViewId.SNOOZE: "Snooze reminders",
    ViewId.ROLES: "People and roles",
    ViewId.WHOLE: "The whole handoff",
    ViewId.RED_FLAGS: "Red flags",
    ViewId.VERSIONS: "Earlier versions",
    ViewId.MAKE_CHANNEL: "Make private channel",
    ViewId.MOVE: "Move the handoff",
}
FORM_SUBMITS: Final[Mapping[ViewId, str]] = {
    ViewId.START: "Start handoff",
    ViewId.SIGNATURE: "Record signature",
    ViewId.NEW_DATE: "Save date",
    ViewId.DEAL: "Save deal",
    ViewId.ALIGNMENT: "Record alignment",
    ViewId.CALL: "Record call",
    ViewId.CLOSED_WON: "Override gate",
    ViewId.PROMISE: "Save promise",
    ViewId.CONTACT: "Save person",
    ViewId.PASTE: "Keep text",
    ViewId.HELPERS: "Invite helper",
    ViewId.ASSIGN: "Assign CSM",
    ViewId.CHECKS: "Save checks",
    ViewId.PLAN: "Save plan",
    ViewId.RESTATE: "Save words",
    ViewId.JUDGE: "Save answer",
    ViewId.SEND_BACK: "Send back",
    ViewId.DECLINE: "Give it back",
    ViewId.CANCEL: "Cancel handoff",
    ViewId.SNOOZE: "Snooze",
    ViewId.ROLES: "Save roles",
    ViewId.MAKE_CHANNEL: "Make channel",
    ViewId.MOVE: "Move handoff",
}
CLOSE: Final = "Close"
KEEP_HANDOFF: Final = "Keep handoff"
SAVE: Final = "Save"
SAVE_AND_NEXT: Final = "Save and next"
SHOW_ROLES: Final = "Show roles"

MAKE_CHANNEL_STARTS: Final = (
    "The bot makes this private channel and brings you in. The form to start the handoff comes "
    "next; the AE, the proposed CSM and both managers are brought in with it."
)
MAKE_CHANNEL_MOVES: Final = (
    "The bot makes this private channel, brings in the AE, the CSM and both managers, and the "
    "handoff lives there from then on. No due time moves."
)
MOVE_MEANS: Final = (
    "The handoff lives in the channel you choose from then on, and its message is posted there "
    "anew. No due time moves."
)
MOVED_TITLE: Final = "Handoff moved"
HANDOFF_MOVED: Final = "{account} lives in {channel} now. No due time moved."

TICK_LIGHT: Final = "Do the light form anyway"
KIND_NAMES: Final[Mapping[Kind, str]] = {
    Kind.TIMING: "timing",
    Kind.SCOPE: "scope",
    Kind.INTEGRATION: "integration",
    Kind.CUSTOM_WORK: "custom work",
    Kind.EXECUTIVE_ACCESS: "access to executives",
    Kind.PRICING: "pricing",
    Kind.SUPPORT: "support",
    Kind.OTHER: "other",
}
TICKS: Final[Mapping[Field, str]] = {
    Field.NONE_MADE: "None were made",
    Field.NO_BUYER: "No economic buyer was found",
    Field.NO_SKEPTIC: "No skeptic or blocker was found",
    Field.NO_RISKS: "There are none",
    Field.REMOVE: "Take this person off the list",
}
CHOICE_NAMES: Final[Mapping[str, str]] = {
    ContactRole.CHAMPION: "champion",
    ContactRole.BUYER: "economic buyer",
    ContactRole.USER: "day-to-day user",
    OtherRole.EVALUATOR: "technical evaluator",
    OtherRole.INFLUENCER: "silent influencer",
    **{kind.value: name for kind, name in KIND_NAMES.items()},
    **{item.value: name for item, name in ITEM_NAMES.items()},
}
"""What a choice is called, whichever form offers it."""
SKEPTIC: Final = "skeptic or blocker"
STRENGTH_UNKNOWN: Final = "not known"
NOTHING_WRITTEN: Final = "Nothing written yet."
NO_PEOPLE_YET: Final = "Nobody written down yet. Begin with the champion."


def strength(level: int) -> str:
    """A relationship's strength from 1 to 5."""
    told = {1: "1, barely", 5: "5, as a friend"}
    return told.get(level, str(level))


def contact_roles(contact: Contact) -> str:
    """What somebody at the customer is, as far as the reader may know (plain text)."""
    told = [CHOICE_NAMES[one] for one in contact.roles]
    if contact.skeptic:
        told.append(SKEPTIC)
    told += [CHOICE_NAMES[one] for one in contact.other_roles]
    return " · ".join(told) or "no role named"


NOT_COUNTED: Final = "What follows is not counted, and worth having."
CONTACT_READERS: Final = (
    "Everybody in the deal channel reads the name, the title and who is champion, buyer or user. "
    "The rest is for AE, CSM and the CS manager. The champion's is what counts."
)
PASTE_A_TEXT: Final = "Paste a long text"
PASTED_WHAT_FOR: Final = (
    "Have it at hand while you write the brief: every step then has the button *Pasted text*. "
    "Only you see it, it is no part of the brief, and *Forget the text* deletes it."
)
PASTED_HOW: Final = (
    "Copy what you need, close this, and paste it into the step below. Only you see this text."
)


SECTION_PROMPTS: Final[Mapping[SectionKey, str]] = {
    SectionKey.PEOPLE: (
        "Who fights for this, who pays, who works with it every day, and who would rather not?"
    ),
    SectionKey.RED_FLAGS: (
        "Think of: somebody who wanted something else or was overruled · a slow IT department · a "
        "discount somebody noticed · a rival still around · a vendor who failed before · an "
        "executive's dislike · a date a regulator set."
    ),
}
SECTION_QUESTIONS: Final[Mapping[SectionKey, str]] = {
    SectionKey.WHY: "What happened that made them buy, and why now rather than next year?",
    SectionKey.PEOPLE: "Who are the people, and what is in it for them?",
    SectionKey.RED_FLAGS: (
        "🔒 What nearly ended this, and what may still? Only AE, CSM and the CS manager read it."
    ),
    SectionKey.COMMERCIALS: "What exactly did they buy, and what may come after it?",
    SectionKey.FIRST_DAYS: "When is it done, who says so, and how do they like to be spoken to?",
    SectionKey.SUCCESS: "Which number, by which date, will tell them that they bought well?",
    SectionKey.PROMISES: (
        "What did anybody on our side agree to, written or spoken, that others must now deliver?"
    ),
}
PERSON_ROLES: Final[Mapping[Role, str]] = {
    Role.CS_MANAGER: "CS manager",
    Role.AE_MANAGER: "AE manager",
    Role.REVOPS: "RevOps",
    Role.ADMIN: "Admin of this bot",
}
REASONS_OF: Final[Mapping[str, str]] = {
    Tag.CANCELLED: "Cancelled",
    Tag.SNOOZED: "Reminders snoozed",
    Tag.CLOSED_WON_OVERRIDDEN: "Closed-won gate overridden",
    Tag.PROMISE_WITHDRAWN: "Promise withdrawn",
    Tag.SENT_BACK: "Brief sent back",
    Tag.DECLINED: "Not the right CSM",
    Tag.GATE_OVERRIDDEN: "Assigned before the brief was ready",
}
WHOLE_CANCELLED: Final = "cancelled"
WHOLE_STEPS: Final = "Steps"
WHOLE_LINKS: Final = "Links"
WHOLE_REASONS: Final = "Reasons"
NO_PROMISES_YET: Final = "None written down yet."
NOBODY: Final = "nobody yet"
PAGE_BACK: Final = "Page before"
PAGE_ON: Final = "Page after"
OLDER_VERSION: Final = "Older version"
NEWER_VERSION: Final = "Newer version"
NO_VERSIONS: Final = "There is no version of this section that you may read."


def version_of(number: int, count: int, by: str, when: str) -> str:
    """Which version of a section is shown, and who left it so (mrkdwn)."""
    return f"Version {number} of {count}, saved by {by} {when}"


def rates(policy: Policy) -> str:
    """What the currencies count as when the size is judged."""
    own = policy.currency
    told = "; ".join(
        f"1 {name} = {rate.normalize():f} {own}"
        for name, rate in sorted(policy.rates.items())
        if name != own
    )
    if not told:
        return f"The size of the handoff is judged in {own}."
    return f"The size of the handoff is judged in {own}: {told} (rates of {day(policy.rates_of)})."


def below_tiers(policy: Policy) -> str:
    """What a value below the smallest tier means, and the way on."""
    least = f"{policy.tiers.light_from:,f} {policy.currency}"
    return (
        f"Below {least} the process asks for nothing. "
        "Correct the value, or tick the box to write the light form all the same."
    )


def started_meanwhile(who: str, account: str) -> str:
    """Another handoff began in the channel while this form was filled in (mrkdwn)."""
    again = FORM_SUBMITS[ViewId.START]
    return (
        f"{who} started a handoff for {account} in this channel meanwhile. Is it the same deal? "
        f"Then close this form. For another deal press *{again}* once more."
    )


WHICH_SIGNED: Final = "Several handoffs are open in this channel. Whose signature is it?"
_FROM_THE_SIGNATURE: Final = (Step.MESSAGE, Step.BRIEF, Step.ASSIGN, Step.READ)


def signature_starts() -> str:
    """Which clocks the countersignature starts."""
    *first, last = (STEP_NAMES[step] for step in _FROM_THE_SIGNATURE)
    return f"These clocks count from here: {', '.join(first)} and {last}."


def signature_corrects(recorded: str, *, posted: bool) -> str:
    """What correcting the recorded moment does."""
    told = " The thread below the handoff message tells everybody." if posted else ""
    moves = "Another time here moves the due times, and whoever owes such a step hears it."
    return f"Recorded so far: {recorded}. {moves}{told}"


def brief_title(number: int, count: int) -> str:
    """The title of one step of the brief; `number` is 0 where nothing in it is counted."""
    return f"Brief {number} of {count}" if number else "Brief, not counted"


def _open_in(state: Completeness, section: SectionKey) -> str:
    """The open items of a section; in the form itself *empty* goes without saying."""
    return ", ".join(
        ITEM_NAMES[one.item] if one.hole is Hole.EMPTY else open_item(one)
        for one in state.open
        if one.section is section
    )


def brief_progress(
    state: Completeness, section: SectionKey, *, fallen: Iterable[OpenItem] = ()
) -> str:
    """How far the brief is, and what is open in this section."""
    here = _open_in(state, section)
    left = f"Open here: {here}." if here else "Nothing is open here."
    return f"{brief_filled(state, fallen=fallen)} {left}"


def brief_filled(state: Completeness, *, fallen: Iterable[OpenItem] = ()) -> str:
    """How far the brief is, and what the last save emptied."""
    told = f"{state.filled} of {state.counted} items are filled"
    if state.private:
        verb = "is" if state.private == 1 else "are"
        told += f"; {private_items(state.private)} {verb} open"
    lost = ", ".join(open_item(item) for item in fallen)
    return f"{told}. No longer filled: {lost}." if lost else f"{told}."


def at_start(name: str) -> str:
    """The name of something at the beginning of a line."""
    return name[:1].upper() + name[1:]


def brief_section(state: Completeness, section: SectionKey, *, counted: int) -> str:
    """One section in the list of all steps (mrkdwn), with its `counted` items."""
    if not counted:
        return f"*{SECTION_NAMES[section]}*  not counted for a deal of this size"
    here = [item for item in state.open if item.section is section]
    sign, told = ("⚪", f", open: {_open_in(state, section)}") if here else ("✅", "")
    if len(here) == counted and all(item.hole is Hole.EMPTY for item in here):
        # Where nothing is there yet, a list of it all says no more.
        told = ""
    return f"{sign} *{SECTION_NAMES[section]}*  {counted - len(here)} of {counted} filled{told}"


def sections_named(sections: Iterable[SectionKey]) -> str:
    """Several sections, in the order of the brief."""
    wanted = set(sections)
    return ", ".join(name for key, name in SECTION_NAMES.items() if key in wanted)


def helps_with(who: str, sections: Iterable[SectionKey]) -> str:
    """Which sections a helper fills (mrkdwn)."""
    return f"{who} helps with: {sections_named(sections)}"


ADDED_AFTER_SIGNATURE: Final = "added after signature"
NEW_SINCE_READ: Final = "New since you read"
HOW_CHANGED: Final[Mapping[How, str]] = {
    How.ADDED: "added",
    How.CHANGED: "changed",
    How.GONE: "taken out",
}
MODEL_FIELDS: Final[Mapping[str, Field]] = {
    "roles": Field.CONTACT_ROLES,
    "skeptic": Field.CONTACT_ROLES,
    "other_roles": Field.CONTACT_ROLES,
}
"""What a person is to the deal is one input for several fields, each with its own readers."""


def field_label(name: str) -> str:
    """What a field of the brief is called in its form."""
    return FIELDS[MODEL_FIELDS.get(name) or Field(name)].label


def new_since_read(count: int) -> str:
    """For the CSM, in how many places the brief differs from what they acknowledged."""
    told = "1 thing in the brief is" if count == 1 else f"{count} things in the brief are"
    return f"{told} new since you read it; Open handoff lists them."


def added_after_signature(names: Iterable[str]) -> str:
    """Which short facts about a person came after the signature."""
    told = ", ".join(dict.fromkeys(field_label(name) for name in names))
    return f"{ADDED_AFTER_SIGNATURE}: {told}"


def changed_place(name: str, how: How) -> str:
    """One place that differs from what the reader read before."""
    return f"{name} ({HOW_CHANGED[how]})"


A_PERSON: Final = "a person"
A_PROMISE: Final = "a promise"
PROMISE: Final = "promise"


def saved_meanwhile(who: str, when: str, *, emptied: bool) -> str:
    """Two people changed one field; what stands in it is this person's (mrkdwn)."""
    at = f", {when}" if when else ""
    told = "emptied this field" if emptied else "changed this field"
    end = "" if emptied else " Theirs is:"
    return f"{who} {told} while you were writing{at}. Saving again keeps what stands below.{end}"


SOMEBODY: Final = "Somebody"
TICKED: Final = "ticked"
NOT_TICKED: Final = "not ticked"


# Hints on words


class _HintWords(NamedTuple):
    """What is said of one found word, of several, and what a specific text has."""

    one: str
    several: str
    asked: str


HINT_SIGN: Final = "▲"
WORDS_IN_HINT: Final = 60
_MEASURED: Final = frozenset({Field.METRIC, Field.TODAY, Field.TARGET, Field.FURTHER})
_HINTS: Final[Mapping[HintKind, _HintWords]] = {
    HintKind.ELSEWHERE: _HintWords(
        "only says where the answer stands",
        "only say where the answer stands",
        "write it here, where the CSM looks for it.",
    ),
    HintKind.MOOD: _HintWords(
        "is a mood, not a metric",
        "are moods, not metrics",
        "which number would tell that it is so?",
    ),
    HintKind.WISH: _HintWords(
        "says little by itself",
        "say little by themselves",
        "what changes, for whom, and by how much?",
    ),
    HintKind.GOOD_NEWS: _HintWords(
        "is only good news",
        "are only good news",
        "who was against it, and what may still go wrong?",
    ),
    HintKind.SOMETIME: _HintWords(
        "is no date", "are no dates", "which day or month did they hear?"
    ),
    HintKind.WEASEL: _HintWords(
        "leaves open what is so", "leave open what is so", "who said it, and when?"
    ),
}
_MEASURED_WISH: Final = _HintWords(
    "is a wish, not a measure", "are wishes, not measures", "what would they count?"
)
_CHAMPIONS_GOOD_NEWS: Final[Mapping[str, _HintWords]] = {
    Field.STAKE: _HintWords(
        "tells no gain", "tell no gain", "what is different for them once it works?"
    ),
    Field.CONSEQUENCE: _HintWords(
        "tells no loss", "tell no loss", "what would they have to explain if it failed, to whom?"
    ),
}
ONLY_GOOD_NEWS: Final = "No risk and nothing else"


def hint(found: Hint, *, named: bool = False) -> str:
    """One thing pointed out, in plain text: it quotes what was typed.

    `named` leads with the field, where the hint does not stand right under it.
    """
    about = _HINTS[found.kind]
    if found.kind is HintKind.WISH and found.field in _MEASURED:
        about = _MEASURED_WISH
    if found.kind is HintKind.GOOD_NEWS:
        about = _CHAMPIONS_GOOD_NEWS.get(found.field, about)
    quoted = ", ".join(f"“{one_line(word, WORDS_IN_HINT)}”" for word in found.words)
    said = about.several if len(found.words) > 1 else about.one
    where = f"{FIELDS[Field(found.field)].label}: " if named else ""
    return f"{HINT_SIGN} {where}{quoted or ONLY_GOOD_NEWS} {said}; {about.asked}"


def hints_shown(occasion: Occasion, *, found: bool, submit: str) -> str:
    """Why a form stays open with hints, or that there are none (mrkdwn); it was saved before."""
    if not found:
        return "Saved. No vague words were found here."
    if occasion is Occasion.CHECKED:
        return f"Saved. The lines with {HINT_SIGN} say what could be more specific."
    return f"Saved. Press *{submit}* again to go on, with or without heeding {HINT_SIGN}."


def written_quickly() -> str:
    """The quiet line for the AE of a brief that took few minutes."""
    minutes = int(QUICK.total_seconds() // 60)
    return f"Ready in under {minutes} minutes: the CSM may ask more."


def go_to(section: SectionKey) -> str:
    """The button that leads to one step of the brief."""
    return f"Go to {SECTION_NAMES[section]}"


def promise_title(number: int | None) -> str:
    """The title of the editor of one promise."""
    return "New promise" if number is None else f"Promise {number}"


def promise_details(text: PromiseText) -> str:
    """What goes with the words of a promise, in plain text."""
    told = [KIND_NAMES[text.kind]]
    if text.said_to.strip():
        told.append(f"to {one_line(text.said_to)}")
    told.append(f"due {day(text.due)}" if text.due else "no due date")
    return " · ".join(told)


def edit_promise(number: int) -> str:
    """The button beside one promise."""
    return f"Edit promise {number}"


def page_of(page: int, pages: int) -> str:
    """Which page of several is shown; `page` counts from 0."""
    return f"Page {page + 1} of {pages}"


def assign_load(most: int, *, anybody: bool) -> str:
    """How many open handoffs the policy plans for one CSM, before those who have some."""
    planned = f"The policy plans for at most {most} open handoffs a CSM"
    return f"{planned}:" if anybody else f"{planned}; nobody has one yet."


def open_handoffs(who: str, count: int) -> str:
    """What one candidate has already (mrkdwn)."""
    return f"{who}: {count} open"


def and_more(count: int) -> str:
    """A list that was cut."""
    return f"and {count} more"


AE_SAYS: Final = "Not a match, says the AE:"
YES: Final = "yes"
NO: Final = "no"
MATCH: Final = "match"
NO_MATCH: Final = "not a match"
CHECKS_MEAN: Final = (
    "Anything but three yeses holds the intro until a call is held. The answers are for the AE, "
    "you and the CS manager."
)
PLAN_MEANS: Final = "The AE, the CSM and the CS manager read it."
RESTATE_MEANS: Final = (
    "Write what you kept of the brief, without looking. The AE says whether it matches; they, you "
    "and the CS manager read it."
)
JUDGE_MEANS: Final = (
    "The CSM wrote this from memory. Not a match asks them to write it again; after the second a "
    "briefing call is required."
)
SEND_BACK_MEANS: Final = (
    "The brief becomes the AE's step again, and yours waits until they return it. The reason is "
    "for the AE, you, your managers and RevOps."
)
DECLINE_MEANS: Final = (
    "The CS manager assigns somebody else. The reason is for the AE, the managers and RevOps; what "
    "you wrote here stays open to you."
)
GATE_MEANS: Final = "The brief is not ready. Open in it: {items}."
WHOLE_READING: Final = "The CSM's reading"
RECORD_NAMES: Final[Mapping[RecordKind, str]] = {
    RecordKind.CHECKS: "Three checks",
    RecordKind.JOINT_PLAN: "Joint plan",
    RecordKind.RESTATEMENT: "Restatement",
    RecordKind.VERDICT: "Answer to the restatement",
}
VERDICT: Final = "It is"
OWN_WORDS: Final = "You have no part in this handoff any more. This is what you wrote."
ASKED_AGAIN: Final = "asked for again"
OVERRIDDEN: Final = "The CSM was assigned before the brief was ready, {when}."
CANCEL_MEANS: Final = (
    "Every step and reminder of this handoff stops. The deal channel hears that it is cancelled, "
    "but not why: the reason is for the AE, the CSM, their managers and RevOps."
)


def snooze_means(step: Step, due: str) -> str:
    """What a snooze does and does not do (mrkdwn)."""
    return (
        f"Reminders about the {STEP_NAMES[step]} wait until the time you choose. "
        f"It stays due {due}. The reason is for the AE, the CSM, their managers and RevOps."
    )


def roles_of(who: str) -> str:
    """Whose roles the form shows (mrkdwn)."""
    return f"Roles of {who}"


def whole_signed(when: str) -> str:
    """When both had signed (mrkdwn)."""
    return f"countersigned {when}"


def whole_expected(day_expected: str) -> str:
    """When the signature is expected."""
    return f"signature expected {day_expected}"


def whole_people(ae: str, csm: str, *, proposed: bool) -> str:
    """From whom to whom (mrkdwn)."""
    return f"AE {ae} → CSM {csm}" + (" (proposed)" if proposed else "")


def unknown_words(typed: str) -> str:
    """The answer to words behind `/handoff` that mean nothing here."""
    words = " ".join(typed.split())
    shown = words if len(words) <= 60 else words[:59] + "…"
    return (
        f"“{shown}” is not something /handoff knows. Type /handoff alone to start or to see where "
        "this deal stands, /handoff new for another one, /handoff signed to record the signature, "
        "/handoff deal to change the deal, /handoff gate for the closed-won gate, or /handoff help."
    )


def started_for(account: str) -> str:
    """What the person reads who started a handoff for somebody else."""
    return f"The handoff for {account} has started. The AE you named gets a message to confirm it."


UNCONFIRMED_CARD: Final = (
    "Slack did not say whether the handoff message arrived, and the bot may not look into the "
    "channel. Is it there? Where it is not, post it again."
)
UNCONFIRMED_LINE: Final = (
    "Slack did not say whether a line of the bot arrived, and the bot may not look into the "
    "channel. Where it is not there, post it again."
)

# Size of the deal

ANOTHER_CURRENCY: Final = "Another currency"
MARK_NAMES: Final[Mapping[str, str]] = {
    "complex_onboarding": "Complex onboarding",
    "strategic": "Strategic",
    "serious_flags": "🔒 Serious red flags or difficult politics",
    "partner": "Partner deal",
}
MARK_HINTS: Final[Mapping[str, str]] = {
    "serious_flags": "Only AE, CSM and CS manager see this",
}
WHOLE_SIZE: Final = "Size"
PARTNER_DEAL: Final = "A partner sells it along."
NO_ADD_ONS: Final = "no add-ons"


def rate_hint(currency: str, today: date | None) -> str:
    """What is asked for where the policy has no rate."""
    on = f", as of {day(today)}" if today else ""
    return f"What one unit is worth in {currency}{on}."


def rate_used(currency: str, worth: str, own: str, of: date) -> str:
    """By which rate the size was judged."""
    return f"Judged at 1 {currency} = {worth} {own} (rate of {day(of)})."


def add_on(one: AddOn, why: Iterable[Trigger]) -> str:
    """What the deal gets beyond its tier, and why."""
    return f"{ADD_ON_NAMES[one]} ({', '.join(TRIGGER_NAMES[trigger] for trigger in why)})"


def size_line(size: Size) -> str:
    """Tier and add-ons in one line."""
    told = [add_on(one, why) for one, why in size.add_ons.items()] or [NO_ADD_ONS]
    return f"{TIER_NAMES[size.tier].capitalize()} handoff · {' · '.join(told)}"


def committed_by(on: date) -> str:
    """Until when the brief is to be ready."""
    return f"The AE wants to have the brief ready by {day(on)}."


def aligned(on: date, contact: str) -> str:
    """The pre-close alignment."""
    return f"Aligned with customer success on {day(on)}, with {contact}."


DEAL_MEANS: Final = (
    "Another value may give the deal another size. What is done stays done; the brief is counted "
    "anew, and what the new size does not ask for is dropped."
)

# Before the signature, and the commitment

ALIGNMENT_MEANS: Final = (
    "Before the signature you go through the success metric and the promises with somebody of "
    "customer success. It assigns nobody."
)
NEW_DATE_MEANS: Final = "Expected so far: {day}. Reminders follow the new day."
SIGNATURE_EXPECTED: Final = "signature expected {day}"
CAPTURE_MISSING: Final = "Still without a word: {sections}."
CAPTURE_WHY: Final = "What is written down before the close is not lost with it."
ALIGNMENT_ASKED: Final = (
    "Before it, go through metric and promises with somebody of customer success."
)
SLIPPED: Final = "the signature was expected {day} and is not recorded. What became of it?"
COMMITTED: Final = "{account}: {ae} will have the brief ready by {day}. CSM: {csm}."
COMMITTED_PROPOSED: Final = "{name} (proposed)"
COMMITMENT_ASKED: Final = "{ae} wanted to have the brief ready by {day}. Was it?"
COMMITMENT_READY: Final = "It has been ready since "
COMMITMENT_NOT_READY: Final = "It is not ready: {state}."
ANSWERED: Final[Mapping[CommitmentAnswer, str]] = {
    CommitmentAnswer.DONE: "Recorded: the commitment was kept.",
    CommitmentAnswer.NOT_DONE: "Recorded: the commitment was not kept.",
    CommitmentAnswer.CANCELLED: "Recorded: the commitment is cancelled.",
}

# The closed-won gate

GATE_TITLE: Final = "Closed-won gate"
GATE_IS_OPEN: Final = "🟢 open: the deal may be closed as won."
GATE_ASKS_NOTHING: Final = "🟢 open: below the smallest size nothing is asked."
GATE_CLOSED: Final = "⚪ closed. Missing: {missing}."
GATE_OVERRIDDEN: Final = "🟡 overridden by {by}. Still missing: {missing}."
GATE_MISSING: Final[Mapping[Missing, str]] = {
    Missing.BRIEF: "the brief past its gate ({state})",
    Missing.CALL: "a call of AE, CSM and champion",
}
GATE_CALL: Final = "Call: {when}, {cs} with {customer}."
CALL_MEANS: Final = (
    "A full deal is closed as won once AE, the CSM (or somebody of customer success in their "
    "place) and the champion have a call booked."
)
OVERRIDE_MEANS: Final = (
    "The gate opens, and what is missing stays due. The reason is for the AE, the CSM, their "
    "managers and RevOps."
)


def gate_missing(missing: Iterable[Missing], state: str) -> str:
    """What keeps the gate closed; `state` is how far the brief is."""
    return " · ".join(GATE_MISSING[one].format(state=state) for one in missing)


# The policy on the command line

POLICY_ADD_ONS: Final = "Beyond its tier:"
POLICY_WINDOWS: Final = "When its steps are due:"


def policy_value(amount: str, value: Money, policy: Policy, rate: Rate | None) -> str:
    """What a deal is worth, and how that is judged."""
    if value.currency == policy.currency or rate is None:
        return f"A deal of {amount} a year."
    counted = f"{policy.converted(value, rate):,.2f} {policy.currency}"
    used = f"1 {value.currency} = {rate.worth.normalize():f} {policy.currency}"
    return f"A deal of {amount} a year counts as {counted} ({used}, rate of {day(rate.of)})."


def policy_tier(tier: Tier, policy: Policy) -> str:
    """The tier, and its bounds."""
    least, full = f"{policy.tiers.light_from:,f}", f"{policy.tiers.full_above:,f}"
    told = {
        Tier.NONE: f"below {least} {policy.currency} nothing is asked; the light form is offered",
        Tier.LIGHT: f"light, from {least} to {full} {policy.currency}",
        Tier.FULL: f"full, above {full} {policy.currency}",
    }
    return f"Its tier: {told[tier]}."


def policy_items(count: int, tier: Tier) -> str:
    """How many items the brief counts, before their names."""
    return f"The {TIER_NAMES[tier]} brief counts {count} items:"


def policy_gate(policy: Policy, tier: Tier, core: str) -> str:
    """When the brief is past its gate."""
    most = (
        f"{policy.gate_percent} % of them"
        if tier is Tier.FULL
        else "all of them; one may wait for the customer"
    )
    return f"It is ready with {most}. Never open then: {core}."


def policy_capture(days: int) -> str:
    """When the AE is reminded before the signature."""
    return f"{STEP_NAMES[Step.CAPTURE]}: reminded {days} days and one working day before it closes"


def policy_window(step: str, hours: int | None, own: int) -> str:
    """How long a step has; `hours` is None for one that only has a window of its own."""
    if hours is None:
        return f"{step}: {own} working hours once it can be done"
    told = f"{step}: {hours} h after the signature"
    return f"{told}, at least {own} working hours once it can be done" if own else told
