"""A person's guide card."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.domain.items import Item
from bot.domain.read_models import BecauseOf
from bot.views.sentences.terms import ITEM_NAMES, version_read


def guide_changed_since(version: int) -> str:
    """To the CSM, whose acknowledgement is about an earlier brief than there is now."""
    read = version_read(version)
    return f"The acknowledgement is of {read}. It changed since; open the handoff to read it."


GUIDE_TITLE: Final = "{account} — you are the {role}"
GUIDE_STANDS_IN: Final = "{account} — you stand in for the {role}"
GUIDE_NOT_SIGNED: Final = (
    "The signature is not recorded. Every clock starts with it; the brief can be written before."
)
GUIDE_CANCELLED: Final = "This handoff is cancelled. Nothing in it is due."
GUIDE_CLOSED: Final = "This handoff is closed. Nothing in it is due."
GUIDE_NOTHING: Final = "Nothing needs you here."
GUIDE_ACKNOWLEDGED: Final = "✅ acknowledged "
GUIDE_SNOOZED: Final = " — reminders wait until "
GUIDE_WITH_AE: Final = "The CSM sent the brief back. Press Return brief once it says what they ask."
GUIDE_NO_PART: Final = (
    "You have no part in this handoff any more. What you wrote yourself stays open to you."
)
INTRO_HELD: Final = (
    "Intro: waiting on the CSM. Not every check is a yes, so it goes out once the briefing call is "
    "recorded."
)
CALL_REQUIRED: Final = "A briefing call is required: two restatements were not a match."
PLAN_MISSING: Final = "The red flags need a joint plan before the kickoff; none is written yet."
OUTDATED: Final = "the metric or a promise changed since"
BECAUSE: Final[Mapping[BecauseOf, str]] = {
    BecauseOf.SENT_BACK: "{by} sent the brief back.",
    BecauseOf.GIVEN_BACK: "You sent the brief back; it is yours again once the AE returns it.",
    BecauseOf.DECLINED: "{by} is not the right CSM.",
    BecauseOf.MISMATCH: "{by} says that the restatement is not a match.",
}


def because(of: BecauseOf, by: str, items: Sequence[Item] = ()) -> str:
    """Why a step came back, before the words of who gave it back (plain text)."""
    told = BECAUSE[of].format(by=by)
    named = ", ".join(ITEM_NAMES[item] for item in items)
    return f"{told} It is about: {named}." if named else told


GUIDE_RETIRED: Final = "What is next stands in a newer message below."
RETIRED_DONE: Final = "{done} {at}. "


def nothing_but(who: str, does: str) -> str:
    """To whom nothing is up, with whose turn it is instead (plain text)."""
    return f"{GUIDE_NOTHING} Next: {who} {does}."


OPENS: Final = "can be done from "
"""Before the time from which a step can be done that waits for nothing else."""
WAITS_FOR_TIME: Final = "waiting for its day"
WAITS_FOR: Final = "waits for the {step}"
WAITING_FOR: Final = "waiting for the {step}"


def guide_confirm(starter: str, ready_by: str) -> str:
    """To an AE whom somebody else named; `ready_by` is empty where no day was named for them."""
    day = f" With it you stand by the day that was named for the brief, {ready_by}."
    day = day if ready_by else ""
    return (
        f"{starter} started this handoff and named you as the AE. Confirm it.{day} If it is not "
        f"yours, tell {starter} and cancel it, so that it is started anew for the right AE."
    )


def steps_done(done: int, count: int, *, signed: bool) -> str:
    """How far the handoff is; before the signature there are other steps than after it."""
    steps = "step" if count == 1 else "steps"
    return f"{done} of {count} {steps} {'done' if signed else 'before the signature done'}"
