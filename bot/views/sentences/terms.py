"""What things, steps, items and roles are called, wherever they are named."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bot.domain.access import Capacity
from bot.domain.completeness import Completeness, OpenItem
from bot.domain.deadlines import Step
from bot.domain.items import Hole, Item, SectionKey
from bot.domain.people import Role
from bot.domain.plan import MilestoneOwner, Sharing
from bot.domain.policy import Tier
from bot.domain.promises import Basis, Kind
from bot.domain.read_models import Light, NamedPerson
from bot.domain.size import AddOn, Trigger
from bot.domain.verification import Part
from bot.views.limits import NAME_SHOWN
from bot.views.text import isolate, one_line

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
    Step.BOOK_CALL: "booking of the briefing call",
    Step.HOLD_CALL: "briefing call",
    Step.HOLD_CALL_AE: "briefing call",
    Step.INTRO: "intro to the champion",
    Step.DEBRIEF: "debrief of the won deal",
    Step.INITIALS: "initialing of promises by the CSM",
    Step.INITIALS_AE: "initialing of promises by the AE",
    Step.PREP: "preparation of the kickoff by the CSM",
    Step.PREP_AE: "preparation of the kickoff by the AE",
    Step.KICKOFF: "kickoff",
    Step.KICKOFF_DAY: "start of the kickoff",
    Step.PLAN: "success plan",
    Step.SIGN_PLAN: "signatures under the success plan",
    Step.SIGN_PLAN_AE: "signatures under the success plan",
    Step.CHECK_IN: "check-in by the AE",
    Step.MILESTONES: "review of the milestones",
    Step.NPS: "answer of the customer (NPS)",
    Step.EXPANSION: "expansion conversation",
    Step.EXPANSION_AE: "expansion conversation",
    Step.SCORE: "second score of the brief",
    Step.SCORE_AE: "second score of the brief",
    Step.OUTCOME: "outcome",
    Step.SETTLE: "settlement of a dispute",
    Step.SETTLE_AE: "settlement of a dispute",
    Step.DECIDE: "decision of a dispute",
    Step.LATE_TALK: "talk about a late promise",
    Step.LATE_DECIDE: "decision about a late promise",
    Step.LATE_DECIDE_AE: "decision about a late promise",
    Step.DELIVERY: "delivery of what was promised",
    Step.MILESTONE: "milestone of the success plan",
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
    Step.BOOK_CALL: "Book the briefing call",
    Step.HOLD_CALL: "Hold the briefing call and record it",
    Step.HOLD_CALL_AE: "Hold the briefing call and record it",
    Step.INTRO: "Send the intro to the champion",
    Step.INITIALS: "Initial every promise as the CSM",
    Step.INITIALS_AE: "Initial every promise as the AE",
    Step.PREP: "Get ready for the kickoff as the CSM",
    Step.PREP_AE: "Get ready for the kickoff as the AE",
    Step.KICKOFF: "Hold the kickoff and record it",
    Step.KICKOFF_DAY: "Look at what the kickoff still needs",
    Step.SETTLE: "Settle a dispute about a promise",
    Step.SETTLE_AE: "Settle a dispute about a promise",
    Step.DECIDE: "Decide a dispute about a promise",
    Step.LATE_TALK: "Talk a late promise over with the customer",
    Step.LATE_DECIDE: "Decide about a late promise",
    Step.LATE_DECIDE_AE: "Decide about a late promise",
    Step.DELIVERY: "Deliver what was promised",
    Step.PLAN: "Draft the success plan",
    Step.SIGN_PLAN: "Initial the success plan and get the customer's yes",
    Step.SIGN_PLAN_AE: "Initial the success plan",
    Step.MILESTONE: "Reach the milestone",
    Step.DEBRIEF: "Hold the debrief",
    Step.CHECK_IN: "Write to the customer at day 30",
    Step.MILESTONES: "Review the milestones at day 30",
    Step.NPS: "Record what the customer answered (NPS)",
    Step.EXPANSION: "Record the expansion conversation as the CSM",
    Step.EXPANSION_AE: "Record the expansion conversation as the AE",
    Step.SCORE: "Score the brief as the CSM",
    Step.SCORE_AE: "Score the brief as the AE",
    Step.OUTCOME: "Review defined done and close the handoff",
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
    Step.BOOK_CALL: "books the briefing call",
    Step.HOLD_CALL: "holds the briefing call",
    Step.HOLD_CALL_AE: "holds the briefing call",
    Step.INTRO: "sends the intro to the champion",
    Step.INITIALS: "initials every promise",
    Step.INITIALS_AE: "initials every promise",
    Step.PREP: "gets ready for the kickoff",
    Step.PREP_AE: "gets ready for the kickoff",
    Step.KICKOFF: "holds the kickoff",
    Step.KICKOFF_DAY: "looks at what the kickoff still needs",
    Step.SETTLE: "settles a dispute about a promise",
    Step.SETTLE_AE: "settles a dispute about a promise",
    Step.DECIDE: "decides a dispute about a promise",
    Step.LATE_TALK: "talks a late promise over with the customer",
    Step.LATE_DECIDE: "decides about a late promise",
    Step.LATE_DECIDE_AE: "decides about a late promise",
    Step.DELIVERY: "delivers what was promised",
    Step.PLAN: "drafts the success plan",
    Step.SIGN_PLAN: "initials the success plan and gets the customer's yes",
    Step.SIGN_PLAN_AE: "initials the success plan",
    Step.MILESTONE: "reaches the milestone",
    Step.DEBRIEF: "holds the debrief",
    Step.CHECK_IN: "writes to the customer at day 30",
    Step.MILESTONES: "reviews the milestones",
    Step.NPS: "records what the customer answered (NPS)",
    Step.EXPANSION: "records the expansion conversation",
    Step.EXPANSION_AE: "records the expansion conversation",
    Step.SCORE: "scores the brief",
    Step.SCORE_AE: "scores the brief",
    Step.OUTCOME: "reviews defined done and closes the handoff",
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
    Step.BOOK_CALL: "Briefing call settled",
    Step.HOLD_CALL: "Briefing call held",
    Step.HOLD_CALL_AE: "Briefing call held",
    Step.INTRO: "Intro sent",
    Step.INITIALS: "Promises initialed by the CSM",
    Step.INITIALS_AE: "Promises initialed by the AE",
    Step.PREP: "Prepared for the kickoff by the CSM",
    Step.PREP_AE: "Prepared for the kickoff by the AE",
    Step.KICKOFF: "Kickoff held",
    Step.KICKOFF_DAY: "Kickoff held",
    Step.SETTLE: "Dispute answered",
    Step.SETTLE_AE: "Dispute answered",
    Step.DECIDE: "Dispute decided",
    Step.LATE_TALK: "Late promise talked over",
    Step.LATE_DECIDE: "Late promise decided",
    Step.LATE_DECIDE_AE: "Late promise decided",
    Step.DELIVERY: "Promise delivered or broken",
    Step.PLAN: "Success plan drafted",
    Step.SIGN_PLAN: "Success plan signed by CSM and customer",
    Step.SIGN_PLAN_AE: "Success plan signed by the AE",
    Step.MILESTONE: "Milestone reached",
    Step.DEBRIEF: "Debrief held",
    Step.CHECK_IN: "Check-in note sent",
    Step.MILESTONES: "Milestones reviewed",
    Step.NPS: "NPS recorded",
    Step.EXPANSION: "Expansion recorded by the CSM",
    Step.EXPANSION_AE: "Expansion recorded by the AE",
    Step.SCORE: "Brief scored by the CSM",
    Step.SCORE_AE: "Brief scored by the AE",
    Step.OUTCOME: "Closed with an outcome",
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


def step_name(step: Step, left: Sequence[Part] = (), number: int = 0) -> str:
    """What is due; of the reading, the next thing that is missing; of a single thing, which one."""
    if step is Step.MILESTONE and number:
        return f"milestone {number} of the success plan"
    name = PART_NAMES[left[0]] if left else STEP_NAMES[step]
    return f"{name} (promise {number})" if number else name


def step_task(step: Step, left: Sequence[Part] = ()) -> str:
    """The same as something to do."""
    return PART_TASKS[left[0]] if left else STEP_TASKS[step]


def step_does(step: Step, left: Sequence[Part] = ()) -> str:
    """The same as what its owner does."""
    return PART_DOES[left[0]] if left else STEP_DOES[step]


def parts_after(left: Sequence[Part]) -> str:
    """What of the reading comes after the next thing; empty where nothing does."""
    after = " and the ".join(PART_NAMES[part] for part in left[1:])
    return f"After that: the {after}." if after else ""


LIGHT_SIGNS: Final[Mapping[Light, str]] = {
    Light.LATE: "🔴",
    Light.SOON: "🟡",
    Light.ON_TIME: "🟢",
    Light.WAITING: "⚪",
    Light.AGREED: "🔹",
    Light.UNTIMED: "▪️",
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
    Light.AGREED: "planned",
    Light.UNTIMED: "no clock",
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
    Hole.NO_NUMBER: "no number in the target",
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
HANDOFF_NAMES: Final[Mapping[Tier, str]] = {
    Tier.NONE: "below the smallest tier, nothing is asked",
    Tier.LIGHT: "light handoff",
    Tier.FULL: "full handoff",
}
"""What a deal of a tier gets."""
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
REASON_READERS: Final = (
    "AE, CSM, their managers, second listener, implementation lead and RevOps read the reason"
)
"""Whoever is of the audience of reasons, in every form that asks for one."""
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
    Capacity.SUBJECT: "colleague",
    Capacity.CUSTOMER: "customer",
}


def open_item(item: OpenItem) -> str:
    """A hole of the brief, what is missing in it, and who asks the customer (plain text)."""
    asker = f", @{one_line(item.asked_by, NAME_SHOWN)}" if item.asked_by else ""
    return f"{ITEM_NAMES[item.item]} ({HOLE_WORDS[item.hole]}{asker})"


def names(people: Iterable[NamedPerson], *, joined: str = "or") -> str:
    """People by name in plain text: nobody is pinged."""
    shown = [isolate(person.name) for person in people]
    if len(shown) < 3:
        return f" {joined} ".join(shown)
    return f"{', '.join(shown[:-1])} {joined} {shown[-1]}"


INNER_READERS: Final = "AE, CSM, second listener and CS manager"
"""Who reads what is personal, private or written while the CSM reads."""
THE_BOT: Final = "the bot"


def percent(share: int) -> str:
    """A share; number and sign stay in one line."""
    return f"{share}\N{NO-BREAK SPACE}%"


def brief_share(share: int) -> str:
    """How much of the brief is filled, among other figures."""
    return f"{percent(share)} of the brief"


FEW_OPEN: Final = 6
"""So many a message names that is read in passing; the card names what it has room for."""


def open_items(state: Completeness, most: int = FEW_OPEN) -> str:
    """The first `most` open items by name and how many more there are; empty where none is open.

    It is plain text: in mrkdwn the names of people in it have to be escaped.

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


NO_CSM: Final = "no CSM yet"


def more_left(count: int) -> str:
    """What a list leaves out."""
    return f"and {count} more; /handoff-status lists all"


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
BASIS_NAMES: Final[Mapping[Basis, str]] = {
    Basis.EXPLICIT: "explicit",
    Basis.IMPLIED: "implied",
    Basis.CONTRACT: "in the contract",
}
SHARING_NAMES: Final[Mapping[Sharing, str]] = {
    Sharing.SHARED: "shared with the customer",
    Sharing.INTERNAL: "internal",
}
MILESTONE_OWNERS: Final[Mapping[MilestoneOwner, str]] = {
    MilestoneOwner.AE: "AE",
    MilestoneOwner.CSM: "CSM",
    MilestoneOwner.CUSTOMER: "customer",
    MilestoneOwner.PARTNER: "partner",
}
PERSON_ROLES: Final[Mapping[Role, str]] = {
    Role.CS_MANAGER: "CS manager",
    Role.AE_MANAGER: "AE manager",
    Role.REVOPS: "RevOps",
    Role.ADMIN: "Admin of this bot",
}
NOBODY: Final = "nobody yet"


def at_start(name: str) -> str:
    """The name of something at the beginning of a line."""
    return name[:1].upper() + name[1:]


SOMEBODY: Final = "Somebody"


def roles_of(who: str) -> str:
    """Whose roles the form shows (mrkdwn)."""
    return f"Roles of {who}"
