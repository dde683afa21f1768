"""The success plan."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.domain.access import Act
from bot.domain.plan import LAST_DAY, ConfirmedWay, OutlinePart, Party
from bot.views.sentences.terms import REASON_READERS

WHOLE: Final = "Success plan"
OUTLINE: Final[Mapping[OutlinePart, str]] = {
    OutlinePart.LIVE: "Everything agreed for the start is live and in use.",
    OutlinePart.REVIEW: "We look together at what was reached.",
}
"""What a milestone says of which the brief has only a day; the customer reads it."""
EMPTY: Final = (
    f"There is no plan yet: what customer and we reach within {LAST_DAY} days of the signature, "
    "who by when. The brief's first 90 days give an outline to take along to the kickoff."
)
NOTHING_TO_READ: Final = "There is no milestone yet that you may read."
PARTIES: Final[Mapping[Party, str]] = {
    Party.CSM: "CSM",
    Party.AE: "AE",
    Party.CUSTOMER: "customer",
    Party.PARTNER: "partner",
}
LACKS: Final[Mapping[Party, str]] = {
    # The AE's is the AE's own step.
    Party.CSM: "your initial",
    Party.CUSTOMER: "the customer's yes",
    Party.PARTNER: "the partner's yes",
}
CONFIRMS: Final[Mapping[Party, str]] = {
    Party.CUSTOMER: "Confirm for customer",
    Party.PARTNER: "Confirm for partner",
}
CORRECTS: Final[Mapping[Party, str]] = {
    Party.CUSTOMER: "Correct customer's yes",
    Party.PARTNER: "Correct partner's yes",
}
CONFIRM_MEANS: Final[Mapping[Party, str]] = {
    Party.CUSTOMER: (
        "Record who at the customer said yes to the milestones below, all that are shared with "
        "them. A shared milestone that changes later is asked about again."
    ),
    Party.PARTNER: (
        "Record who at the partner said yes to the milestones below, all that are shared with the "
        "customer. A shared milestone that changes later is asked about again."
    ),
}
WAYS: Final[Mapping[ConfirmedWay, str]] = {
    ConfirmedWay.MEETING: "in a meeting",
    ConfirmedWay.CALL: "on a call",
    ConfirmedWay.MAIL: "by mail",
    ConfirmedWay.MESSAGE: "in a message",
    ConfirmedWay.DOCUMENT: "signed in a document",
}
FOR_ANOTHER: Final[Mapping[Act, str]] = {
    Act.EDIT_PLAN: f"You change the plan for the CSM. {REASON_READERS}.",
    Act.SIGN_PLAN: f"You initial the plan as it is for the CSM. {REASON_READERS}.",
    Act.SIGN_PLAN_AE: f"You initial the plan as it is for the AE. {REASON_READERS}.",
}
INTERNAL: Final = "🔒 internal"
DONE: Final = "✅ done"
DROPPED: Final = "dropped"
NO_OWNER: Final = "no owner yet"
NO_DATE: Final = "no date yet"
VOIDED: Final = "The plan changed, so what was signed of it is open again."
INITIAL_MEANS: Final = (
    "An initial is about the plan as it is now. Any change of a milestone opens it again; what "
    "became of a milestone does not."
)
TEXT_MEANS: Final = (
    "Only what is shared with the customer stands here, to be copied. Nothing is sent by the bot."
)
NOTHING_SHARED: Final = "No milestone is shared with the customer yet."
FILE_TITLE: Final = "Success plan"
FILE_COMES: Final = "The file comes to your direct messages with this bot."
REACHED: Final = "done"


def title(number: int | None) -> str:
    """What the editor of a milestone is called."""
    return "New milestone" if number is None else f"Milestone {number}"


def by_day(day: str) -> str:
    """By when a milestone is reached."""
    return f"by {day}"


def milestones(count: int) -> str:
    """How many there are."""
    return "1 milestone" if count == 1 else f"{count} milestones"


def shared(count: int) -> str:
    """How many of them the customer knows of."""
    return f"{count} shared with the customer"


def incomplete(count: int) -> str:
    """Why it cannot be signed yet."""
    told = "1 milestone has" if count == 1 else f"{count} milestones have"
    return f"{told} no owner or no date. The plan is signed once each has both."


def lacks(parties: Sequence[Party]) -> str:
    """What of its signing is still the CSM's to do; empty where nothing is."""
    told = [LACKS[one] for one in parties if one in LACKS]
    return f"Still missing: {' and '.join(told)}." if told else ""


def version(number: int) -> str:
    """Which state of the plan is shown."""
    return f"version {number}"


def signed(when: str) -> str:
    """Since when everybody asked had said yes (mrkdwn)."""
    return f"plan signed {when}"


def confirmed(who: str, day: str, way: ConfirmedWay) -> str:
    """Who outside said yes, when and how (plain text)."""
    return f"{who}, {day}, {WAYS[way]}"


def text_head(account: str) -> str:
    """The first line of what the customer reads."""
    return f"{account}: our plan for the first {LAST_DAY} days"


def file_name(day: str) -> str:
    """What its file is called."""
    return f"success-plan-{day}.md"


def file_comment(account: str) -> str:
    """What stands with the file (mrkdwn)."""
    return f"{account}: the milestones of the success plan that are shared with the customer."


def more(count: int) -> str:
    """How many a line leaves out."""
    return f"and {milestones(count)} more, behind Open handoff"


SIGNED: Final = "The success plan is signed by everybody who is asked. Shared with the customer:"


def reopened(by: str) -> str:
    """To everybody below the card (plain text)."""
    return f"{by} changed the success plan after it was signed. It is initialed anew."


def voided(by: str, *, initial: bool) -> str:
    """To a side whose initial is open again, or to the CSM who asks the customer (plain text)."""
    if initial:
        return f"{by} changed the success plan, so it waits for your initial again."
    return f"{by} changed what is shared of the success plan, so it is confirmed anew outside."
