"""What is told once below the card."""

from collections.abc import Iterable, Mapping
from typing import Final

from bot.domain.deadlines import Step
from bot.domain.history import Tag
from bot.domain.policy import Tier
from bot.views.sentences.terms import HANDOFF_NAMES, STEP_NAMES, version_read

CHANGED_SINCE: Final = "the brief changed since"


def thread_acknowledged(by: str, version: int, csm: str | None = None) -> str:
    """Told once below the card; `csm` where somebody else recorded it for them."""
    return f"{by} acknowledged {version_read(version)}{f' for {csm}' if csm else ''}."


def thread_acknowledge_undone(by: str) -> str:
    """Told once below the card."""
    return f"{by} took the acknowledgement back. The brief waits for it again."


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


BELOW_NOW: Final = "it is below the smallest tier, and nothing is asked of it any more"


def size_changed(by: str, tier: Tier | None, came: Iterable[str], went: Iterable[str]) -> str:
    """To everybody below the card; which marks were set is not told (plain text)."""
    told = []
    if tier is not None:
        own = f"it has the {HANDOFF_NAMES[tier]} now"
        told.append(BELOW_NOW if tier is Tier.NONE else own)
    gets, loses = " · ".join(came), " · ".join(went)
    told += [f"new in its handoff: {gets}"] if gets else []
    told += [f"no longer in it: {loses}"] if loses else []
    return f"{by} changed the deal: {'; '.join(told)}."


CHANGES: Final[Mapping[Tag, str]] = {
    Tag.BRIEF_SAVED: "changed the success metric",
    Tag.PROMISE_ADDED: "added promise {number}",
    Tag.PROMISE_EDITED: "changed promise {number}",
    Tag.PROMISE_WITHDRAWN: "withdrew promise {number}",
}
"""What makes an acknowledgement one of what is no longer so."""


def outdated(by: str, changed: Tag, number: int, csm: str | None) -> str:
    """To everybody below the card (plain text); `csm` acknowledged what there was before.

    None says that they changed it themselves.
    """
    done = CHANGES[changed].format(number=number)
    if csm is None:
        return (
            f"{by} {done} after acknowledging the brief. Next: {by} acknowledges it again, as it "
            "is now."
        )
    return f"{by} {done} after {csm} acknowledged the brief. Next: {csm} acknowledges it again."


def outdated_for_csm(by: str, changed: Tag, number: int) -> str:
    """The same to the CSM."""
    done = CHANGES[changed].format(number=number)
    return f"{by} {done} after the brief was acknowledged. Read it and acknowledge it again."


RECORDED: Final[Mapping[Tag, str]] = {
    Tag.ALIGNED: "the alignment with customer success",
    Tag.CALL_RECORDED: "the call of the closed-won gate",
    Tag.MATCHED: "your answer to the restatement",
    Tag.MISMATCHED: "your answer to the restatement",
    Tag.BRIEFING_BOOKED: "the time of the briefing call",
    Tag.BRIEFING_HELD: "that the briefing call was held",
    Tag.INTRO_SENT: "that the intro went out",
    Tag.INTRO_NOT_SENT: "that the intro did not go out",
    Tag.LATE_TALKED: "the talk about a late promise",
    Tag.ACKNOWLEDGED: "that you acknowledged the brief",
    Tag.CHECKS_ANSWERED: "your three checks",
    Tag.PLAN_WRITTEN: "the joint plan",
    Tag.RESTATED: "a restatement of the brief",
    Tag.KICKOFF_BOOKED: "the time of the kickoff",
    Tag.KICKOFF_CALLED_OFF: "that the time of the kickoff is off",
    Tag.KICKOFF_PREPARED: "that you are prepared for the kickoff",
    Tag.KICKOFF_PREPARED_AE: "that you are prepared for the kickoff",
    Tag.KICKOFF_HELD: "when the kickoff was held",
    Tag.KICKOFF_RECORDED: "what came of the kickoff",
    Tag.DEBRIEF_HELD: "that the debrief was held",
    Tag.PLAN_STARTED: "the outline of the success plan",
    Tag.MILESTONE_ADDED: "a milestone of the success plan",
    Tag.MILESTONE_CHANGED: "a change of a milestone",
    Tag.MILESTONE_DROPPED: "that a milestone was dropped",
    Tag.MILESTONE_OPENED: "that a milestone is in the plan again",
    Tag.PLAN_INITIALED: "your initial under the success plan",
    Tag.PLAN_CONFIRMED: "a yes to the success plan",
    Tag.CHECK_IN_DRAFTED: "a draft of your check-in note",
    Tag.CHECKED_IN: "that your check-in note was sent",
    Tag.MILESTONES_REVIEWED: "the review of the milestones",
    Tag.NPS_RECORDED: "what the customer answered (NPS)",
    Tag.STILL_TRUE_SAID: "whether the answers of the debrief are still true",
    Tag.FIRST_VALUE_RECORDED: "first value and engagement",
    Tag.EXPANSION_TALKED: "the expansion conversation",
    Tag.BRIEF_SCORED: "the score of the brief",
    Tag.DEFINED_DONE_REVIEWED: "the review of defined done",
}
"""What somebody else may record for the AE or the CSM."""


def recorded_for(by: str, tag: Tag) -> str:
    """To whom it was recorded for (plain text); the reason stands on the page of the handoff."""
    return f"{by} recorded {RECORDED[tag]} for you. Open the handoff to see it, and why."


def promise_changed(by: str, changed: Tag, number: int) -> str:
    """To everybody below the card (plain text), of a promise that nobody had acknowledged."""
    done = CHANGES[changed].format(number=number)
    return f"{by}, for customer success, {done}. The handoff shows what is promised now."


def promise_changed_for_ae(by: str, changed: Tag, number: int) -> str:
    """To the AE, who wrote it down."""
    done = CHANGES[changed].format(number=number)
    return (
        f"{by}, for customer success, {done}. It is no longer as you wrote it: look whether it "
        "is still what the customer was told."
    )


def overridden(by: str) -> str:
    """To the AE, before the reason."""
    return (
        f"{by} overrode the closed-won gate: the deal may be closed as won. What is missing stays "
        "due. The reason:"
    )


def hold_lifted(by: str) -> str:
    """To AE and CSM, before the reason."""
    return f"{by} let the intro go out before the briefing call. The call stays due. The reason:"


def anchor(
    account: str,
    *,
    count: int,
    head: str,
    version: int,
    signed: bool = False,
    closed: bool = False,
) -> str:
    """How long the history is and its last hash, for later comparison (plain text).

    `signed`: the occasion is that every promise is initialed by both; `closed`: that it is over.
    """
    state = f"the brief at version {version}"
    if signed:
        state = "every promise initialed by both"
    if closed:
        state = "the handoff closed"
    return (
        f"{account}: history anchor. {count} records, head {head}, with {state}. Nothing to do: a "
        "later check of the history must find the same."
    )


THREAD_CSM: Final = (
    "{csm} is the CSM of this handoff. Next: read the brief and press *Acknowledge brief* above"
)
