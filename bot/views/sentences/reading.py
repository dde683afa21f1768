"""The CSM's reading of the brief."""

from typing import Final

from bot.views.ids import Field
from bot.views.sentences.terms import INNER_READERS, REASON_READERS, version_read

AE_SAYS: Final = "Not a match, says the AE:"
YES: Final = "yes"
NO: Final = "no"
NO_PLAN_NEEDED: Final = "yes, none is needed"
PLAN_NEEDED: Final = "no, a plan is needed"


def answer(field: Field, said: bool) -> str:
    """One of the three checks, in the words in which it was answered."""
    if field is Field.CHECK_NO_PLAN:
        return NO_PLAN_NEEDED if said else PLAN_NEEDED
    return YES if said else NO


def acknowledged_for(version: int) -> str:
    """What a manager records with it (plain text)."""
    return (
        f"You record that the CSM took over {version_read(version)}. It shows as recorded by you, "
        "and the CSM can take it back."
    )


IN_THE_BRIEF: Final = "In the brief"
MATCH: Final = "match"
NO_MATCH: Final = "not a match"
CHECKS_MEAN: Final = (
    "Anything but three yeses holds the intro until a call is held. The answers are for "
    f"{INNER_READERS}."
)
PLAN_MEANS: Final = f"For {INNER_READERS}."
RESTATE_MEANS: Final = (
    "Write what you kept of the brief, without looking. The AE says whether it matches. It is for "
    f"{INNER_READERS}."
)
_JUDGE_MEANS: Final = (
    "{who} wrote this from memory. Not a match asks the CSM to write it again; after the second a "
    "briefing call is required.",
    "{who} wrote this from memory, for the second time. Not a match once more makes a briefing "
    "call required.",
    "{who} wrote this from memory once more. A briefing call is required already; not a match asks "
    "the CSM to write it again.",
)
JUDGE_UNREAD_MEANS: Final = (
    "You record what the AE says of the restatement. Its words are for AE, CSM, second listener "
    "and CS manager. Not a match asks the CSM to write it again; after the second a briefing call "
    "is required."
)


def judge_means(mismatches: int, written_by: str | None = None) -> str:
    """What an answer leads to after so many that were not a match (plain text).

    `written_by` names who wrote the restatement for the CSM, where it was not they.
    """
    who = f"{written_by}, for the CSM," if written_by else "The CSM"
    return _JUDGE_MEANS[min(mismatches, len(_JUDGE_MEANS) - 1)].format(who=who)


SEND_BACK_MEANS: Final = (
    "The brief becomes the AE's step again, and yours waits until they return it. "
    f"{REASON_READERS}."
)
RETURN_MEANS: Final = (
    "Nothing in the brief changed since it was sent back, so the CSM gets what they had. To answer "
    "them, close this and press *Write brief*."
)
DECLINE_MEANS: Final = (
    f"The CS manager assigns somebody else. {REASON_READERS}; what you wrote here stays open to "
    "you."
)
VERDICT: Final = "It is"
ASKED_AGAIN: Final = "asked for again"
