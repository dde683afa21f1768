"""The whole handoff as one page."""

from collections.abc import Mapping
from typing import Final

from bot.domain.history import Tag
from bot.domain.verification import RecordKind

REASONS_OF: Final[Mapping[str, str]] = {
    Tag.CANCELLED: "Cancelled",
    Tag.REOPENED: "Opened again",
    Tag.SNOOZED: "Reminders snoozed",
    Tag.NOT_MINE: "Not theirs",
    Tag.CLOSED_WON_OVERRIDDEN: "Closed-won gate overridden",
    Tag.PROMISE_WITHDRAWN: "Promise withdrawn",
    Tag.SENT_BACK: "Brief sent back",
    Tag.DECLINED: "Not the right CSM",
    Tag.ALIGNED: "Alignment recorded for the AE",
    Tag.CALL_RECORDED: "Call recorded for the AE",
    Tag.MATCHED: "Restatement answered for the AE",
    Tag.MISMATCHED: "Restatement answered for the AE",
    Tag.BRIEFING_BOOKED: "Briefing call booked for the AE",
    Tag.BRIEFING_HELD: "Briefing call recorded for AE and CSM",
    Tag.INTRO_SENT: "Intro recorded for its sender",
    Tag.INTRO_NOT_SENT: "Intro taken back for its sender",
    Tag.HOLD_LIFTED: "Intro let out without the call",
    Tag.LATE_TALKED: "Talk about a late promise recorded for the AE",
    Tag.ACKNOWLEDGED: "Acknowledged for the CSM",
    # One name for all three: which of them there is follows from answers that fewer people read.
    Tag.CHECKS_ANSWERED: "Reading recorded for the CSM",
    Tag.PLAN_WRITTEN: "Reading recorded for the CSM",
    Tag.RESTATED: "Reading recorded for the CSM",
    Tag.KICKOFF_BOOKED: "Kickoff booked for the CSM",
    Tag.KICKOFF_CALLED_OFF: "Kickoff called off for the CSM",
    Tag.KICKOFF_PREPARED: "Preparation of the kickoff recorded for the CSM",
    Tag.KICKOFF_PREPARED_AE: "Preparation of the kickoff recorded for the AE",
    Tag.KICKOFF_HELD: "Kickoff recorded for the CSM",
    Tag.KICKOFF_RECORDED: "Kickoff recorded for the CSM",
    Tag.DEBRIEF_HELD: "Debrief recorded for the CSM",
    Tag.CHECK_IN_DRAFTED: "Check-in note drafted for the AE",
    Tag.CHECKED_IN: "Check-in recorded for the AE",
    Tag.MILESTONES_REVIEWED: "Milestones reviewed for the CSM",
    Tag.NPS_RECORDED: "NPS recorded for the CSM",
    Tag.STILL_TRUE_SAID: "Still true said for the CSM",
    Tag.FIRST_VALUE_RECORDED: "First value recorded for the CSM",
    Tag.EXPANSION_TALKED: "Expansion recorded for AE or CSM",
    Tag.BRIEF_SCORED: "Brief scored for AE or CSM",
    Tag.DEFINED_DONE_REVIEWED: "Defined done reviewed for the CSM",
    Tag.GATE_OVERRIDDEN: "Assigned before the brief was ready",
    Tag.PLAN_STARTED: "Success plan begun for the CSM",
    Tag.MILESTONE_ADDED: "Milestone added for the CSM",
    Tag.MILESTONE_CHANGED: "Milestone changed for the CSM",
    Tag.MILESTONE_DROPPED: "Milestone dropped for the CSM",
    Tag.MILESTONE_OPENED: "Milestone taken up again for the CSM",
    Tag.PLAN_INITIALED: "Success plan initialed for AE or CSM",
    Tag.PLAN_CONFIRMED: "Yes to the success plan recorded for the CSM",
}


def reason_of(tag: Tag, promise: int | None) -> str:
    """What somebody gave a reason for."""
    if tag is Tag.PROMISE_WITHDRAWN and promise is not None:
        return f"Promise {promise} withdrawn"
    return REASONS_OF[tag]


WHOLE_CANCELLED: Final = "cancelled"
WHOLE_STEPS: Final = "Steps"
WHOLE_LINKS: Final = "Links"
WHOLE_REASONS: Final = "Reasons"
NO_PROMISES_YET: Final = "None written down yet."
PAGE_BACK: Final = "Previous page"
PAGE_ON: Final = "Next page"
OLDER_VERSION: Final = "Older version"
NEWER_VERSION: Final = "Newer version"
NO_VERSIONS: Final = "There is no version of this section that you may read."


def version_of(number: int, count: int, by: str, when: str) -> str:
    """Which version of a section is shown, and who left it so (mrkdwn)."""
    return f"Version {number} of {count}, saved by {by} {when}"


WHOLE_READING: Final = "The CSM's reading"
RECORD_NAMES: Final[Mapping[RecordKind, str]] = {
    RecordKind.CHECKS: "Three checks",
    RecordKind.JOINT_PLAN: "Joint plan",
    RecordKind.RESTATEMENT: "Restatement",
    RecordKind.VERDICT: "Answer to the restatement",
    RecordKind.BRIEFING_CALL: "Briefing call",
    RecordKind.KICKOFF: "After the kickoff",
    RecordKind.INTERVIEWS: "Interview list",
    RecordKind.INTRO_DRAFT: "Draft of the intro, for its sender and the CSM",
}
HEADINGS: Final[Mapping[RecordKind, str]] = {RecordKind.KICKOFF: "Kickoff"}
"""Of records that are not of the CSM's reading."""
OWN_WORDS: Final = "You have no part in this handoff any more. This is what you wrote."
OVERRIDDEN: Final = "The CSM was assigned before the brief was ready, {when}."


def whole_signed(when: str) -> str:
    """When both had signed (mrkdwn)."""
    return f"countersigned {when}"


def whole_expected(day_expected: str) -> str:
    """When the signature is expected."""
    return f"signature expected {day_expected}"


def whole_people(ae: str, csm: str, *, proposed: bool) -> str:
    """From whom to whom (mrkdwn)."""
    return f"AE {ae} → CSM {csm}" + (" (proposed)" if proposed else "")


WHOLE_SIZE: Final = "Size"
