"""What is said of due times."""

from collections.abc import Mapping
from typing import Final

from bot.domain.access import Capacity
from bot.domain.read_models import Light
from bot.domain.steps import OF_A_SIDE, PROCESS, Step
from bot.domain.verification import Part
from bot.views.sentences.terms import REASON_READERS, ROLE_NAMES, STEP_NAMES

_YOUR_PART: Final = "you are the {role} of this handoff"
WHY_YOU: Final[Mapping[Step, str]] = {
    Step.SIGNATURE: _YOUR_PART.format(role=ROLE_NAMES[Capacity.AE]),
    Step.COMMITMENT: "you are the AE manager of this handoff, or stand in for one",
    Step.KICKOFF_DAY: _YOUR_PART.format(role=ROLE_NAMES[Capacity.CSM]),
    Step.SETTLE: "you are the CS manager of this handoff, or stand in for one",
    Step.SETTLE_AE: "you are the AE manager of this handoff, or stand in for one",
    **{step: _YOUR_PART.format(role=ROLE_NAMES[part]) for step, part in OF_A_SIDE.items()},
    Step.DELIVERY: "the promise names you as who delivers it, or its owner may not read this",
    Step.MILESTONE: "the milestone is yours, or you are the CSM and it is the customer's",
    Step.DECIDE: "RevOps decides where two managers differ or one is too late, and you are RevOps",
    **{rule.step: _YOUR_PART.format(role=ROLE_NAMES[rule.owner]) for rule in PROCESS},
    Step.INTRO: "the intro is yours to send in this handoff",
}
MISSING: Final[Mapping[Step, str]] = {
    Step.CAPTURE: "Write down what you know while the deal is fresh.",
    Step.ALIGNMENT: "Go through metric and promises with somebody of customer success.",
    Step.SIGNATURE: "Every clock starts with it.",
    Step.COMMITMENT: "The day the AE named has passed.",
    Step.MESSAGE: "At that time the bot posts it by itself, with what is open in the brief.",
    Step.BRIEF: "Every counted item is filled; saving the brief once more makes it ready.",
    Step.ASSIGN: "A CSM can be named, and none is.",
    Step.BOOK_CALL: "Name a time. Where no call is required, you may say that writing is enough.",
    Step.HOLD_CALL: "Open the call card in it, and record what came of it.",
    Step.HOLD_CALL_AE: "Open the call card in it, and record what came of it.",
    Step.INTRO: "The champion has heard nothing from us since the signature.",
    Step.DEBRIEF: "It is done once the talk is recorded and each of seven answers counts.",
    Step.JUDGE: "The CSM restated the brief from memory and waits for your answer.",
    Step.INITIALS: "Promises wait for your initial, each with whether it can be delivered.",
    Step.INITIALS_AE: "Promises wait for your initial: that they are what the customer was told.",
    Step.PREP: "30 minutes with the brief, and the card of the kickoff.",
    Step.PREP_AE: "Your part stands on the card of the kickoff.",
    Step.KICKOFF: "Nobody has recorded that it was held. Record when, even where it was late.",
    Step.PLAN: "There is no milestone yet. The brief gives an outline.",
    Step.SIGN_PLAN: "Your initial is missing, or the yes of whoever confirms it outside.",
    Step.SIGN_PLAN_AE: "The plan has a version that waits for your initial.",
    Step.MILESTONE: "Mark it done once it is reached, or change its date with whoever shares it.",
    Step.KICKOFF_DAY: "Its card says whether anything is still missing.",
    Step.SETTLE: "Both managers say what becomes of it, each alone.",
    Step.SETTLE_AE: "Both managers say what becomes of it, each alone.",
    Step.DECIDE: "What you say becomes of the promise at once.",
    Step.LATE_TALK: "It came up after your initials. Say what came of the talk, or withdraw it.",
    Step.LATE_DECIDE: "AE and CSM each say what becomes of it, until both say the same.",
    Step.LATE_DECIDE_AE: "AE and CSM each say what becomes of it, until both say the same.",
    Step.CHECK_IN: "A short personal note of yours, with nothing sold in it, marked as sent.",
    Step.MILESTONES: "Say of each shared milestone whether it is on track, behind or done.",
    Step.NPS: "Enter the single answers, or that nobody answered and when they were asked.",
    Step.EXPANSION: "What the customer says about more is not recorded by you.",
    Step.EXPANSION_AE: "What the customer says about more is not recorded by you.",
    Step.SCORE: "Say which sections of the brief carried, and which were thin or wrong.",
    Step.SCORE_AE: "Say which sections of the brief carried, and which were thin or wrong.",
    Step.OUTCOME: "Go through defined done line by line, and close with an outcome.",
    Step.DELIVERY: (
        "It is promised to the customer for this day. AE and CSM say then whether it was "
        "delivered, renegotiated or broken."
    ),
}
"""Of the reading by the CSM its parts tell."""
MISSING_PARTS: Final[Mapping[Part, str]] = {
    Part.ACKNOWLEDGEMENT: "The brief waits for your acknowledgement.",
    Part.CHECKS: "The brief is acknowledged; the three checks are missing.",
    Part.RESTATEMENT: "What you kept of the brief is missing, in your own words.",
}
MISSING_PROMISES: Final = "No promise is written down, nor that none were made."
MISSING_BOOKING: Final = "No time is booked for it. Book one, or record when it was held."
MISSING_INTRO_AFTER_NOTE: Final = "The CSM wrote to the champion; the intro itself is missing."
MISSING_SENT_BACK: Final = "The CSM sent the brief back. Return it once it says what they ask."
STILL_OPEN: Final = "Still open: {items}."
OPEN_NOW: Final = "open: {items}"
OWED_BY: Final = "Owed by "
HOLDS_UP: Final = "Holds up: {step}."
SNOOZED_FOR: Final = "You asked to be reminded now: "
REMINDER: Final = "reminder"
WAS_DUE: Final = "was due "
DUE: Final = "due "
PLANNED: Final = "planned for "
DUE_STATES: Final[Mapping[Light, str]] = {
    Light.LATE: f"late, {WAS_DUE}",
    Light.SOON: "due soon, ",
    Light.ON_TIME: f"on time, {DUE}",
    Light.AGREED: PLANNED,
}
"""How an owed step stands, up to the time that follows."""


def by_when(light: Light) -> str:
    """How an owed step stands to the time that follows."""
    return {Light.LATE: WAS_DUE, Light.AGREED: PLANNED}.get(light, DUE)


def snooze_means(step: Step, due: str, light: Light = Light.ON_TIME) -> str:
    """What a snooze does and does not do (mrkdwn)."""
    late = f"It was due {due}, and stays late"
    stays = late if light is Light.LATE else f"It stays {by_when(light)}{due}"
    return (
        f"Reminders about the {STEP_NAMES[step]} wait until the time you choose. "
        f"{stays}. {REASON_READERS}."
    )
