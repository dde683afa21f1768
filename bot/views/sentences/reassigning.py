"""Another AE, CSM, manager or lead; whom to ask what an AE who is gone knew."""

from collections.abc import Mapping
from typing import Final

from bot.domain.access import Capacity
from bot.domain.succession import Source
from bot.views.sentences.terms import ROLE_NAMES

HEADING: Final = "Who has which part"
AE_MEANS: Final = (
    "The new AE has the handoff from now on, with its brief, drafts and open steps. Each open step "
    "leaves them at least a working day's hours, in their own time zone. Promises wait for their "
    "initials anew, an agreed time of the debrief falls, and a joint kickoff that is booked stays "
    "and goes into their calendar; the history keeps what was. Both AEs, the CSM and the managers "
    "are told, and one line below the card says so."
)
MANAGER_MEANS: Final = (
    "For this handoff alone, whoever manages the people in it elsewhere. Both managers are told, "
    "and who works with them here."
)
LEAD_MEANS: Final = (
    "Who puts it into operation at the customer's: they get the kickoff's time and card, read the "
    "handoff without its commercials and red flags, and may be named as who delivers a promise. "
    "They, the AE and the CSM are told."
)
WHO_ELSE: Final = "In which part is somebody else to be named? Or what became of the people in it?"
ANOTHER_CSM: Final = "Assign another CSM"
OF_PART: Final = "{part}: "


def delivers(name: str, count: int) -> str:
    """Promises whose deliverer stays who it is (plain text)."""
    told = "1 promise names" if count == 1 else f"{count} promises name"
    return f"{told} {name} as who delivers. That stays until somebody edits it in the ledger."


def to_successor(by: str, part: Capacity, before: str | None) -> str:
    """To who has the part now (plain text)."""
    place = f" in place of {before}" if before else ""
    return f"{by} named you as the {ROLE_NAMES[part]}{place}. {_NOW_YOURS[part]}"


_NOW_YOURS: Final[Mapping[Capacity, str]] = {
    Capacity.AE: (
        "Its open steps are yours, with time counted from now; initial the promises anew. If it is "
        "not yours, say so with Not mine."
    ),
    Capacity.CSM: (
        "The kickoff was held, so you are the customer's primary contact; the success plan and "
        "what comes after it are yours. Read the brief first, and initial the promises anew."
    ),
    Capacity.LEAD: (
        "You are in the kickoff, get its card and its time, and may be named as who delivers a "
        "promise. No step of the handoff is yours."
    ),
    Capacity.AE_MANAGER: "You hear of steps of the AE that are late, and settle disputes.",
    Capacity.CS_MANAGER: "You hear of steps of the CSM that are late, and settle disputes.",
}


def to_former(by: str, part: Capacity, now: str) -> str:
    """To who had it (plain text)."""
    kept = (
        " What you wrote stays with the handoff; Open handoff goes on showing it to you."
        if part in (Capacity.AE, Capacity.CSM)
        else ""
    )
    return f"{by} named {now} as the {ROLE_NAMES[part]} in your place.{kept}"


def to_others(by: str, part: Capacity, now: str, before: str | None, *, primary: bool) -> str:
    """To who works by it, and below the card (plain text).

    `primary`: a CSM who is the customer's primary contact.
    """
    place = f" in place of {before}" if before else ""
    told = f"{by} named {now} as the {ROLE_NAMES[part]}{place}."
    if part is Capacity.AE:
        return f"{told} Open steps go on with them; promises wait for their initials anew."
    if primary:
        return (
            f"{told} They are the customer's primary contact now, and have the success plan and "
            "what comes after it."
        )
    return told


INTERVIEWS: Final = "Interview list"
INTERVIEWS_MEAN: Final = (
    "Whom to ask, in this order, what the former AE knew. AE, CSM, their managers, second "
    "listener, implementation lead and RevOps read it."
)
SOURCES: Final[Mapping[Source, str]] = {
    Source.SALES_ENGINEERS: "Sales engineers",
    Source.AE_MANAGER: "The former AE's manager",
    Source.PRE_SALES: "Pre-sales",
    Source.CHAMPION: "The champion",
}
ASK: Final[Mapping[Source, str]] = {
    Source.SALES_ENGINEERS: "What was shown and built, and what was said to work that does not?",
    Source.AE_MANAGER: "What was given to win it, and what nearly ended it?",
    Source.PRE_SALES: "What was answered to their questions, in writing and on calls?",
    Source.CHAMPION: (
        "Say honestly that your colleague has left: what were you told, and what must we not lose?"
    ),
}


def asked(source: Source) -> str:
    """One line of the list that nobody ticked (plain text)."""
    return f"{SOURCES[source]}: {ASK[source]}"


def ticked(source: Source, who: str, on: str) -> str:
    """One that somebody did (plain text)."""
    return f"{SOURCES[source]}: {who}, {on}"
