"""The intro to the champion."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.domain.intro import LEAST_WORDS, MOST_WORDS, CsBefore, Flaw, Way
from bot.domain.steps import Step
from bot.views.sentences.terms import STEP_NAMES

MEANS: Final = (
    f"In your own words, {LEAST_WORDS} to {MOST_WORDS} of them: something you know from the sale, "
    "the CSM by name with something that is true of them, what the kickoff covers, and an "
    "invitation to answer. Only you and the CSM read the draft. What is pointed out stops nobody."
)
INVITATION: Final = (
    "An invitation to the kickoff goes out with the intro or after it. Until then keep the time "
    "among ourselves."
)
CHECKLIST: Final = "*What a good one has*"
TO_COPY: Final = "To copy"
TO_MAIL: Final = "Open in your mail program"
NO_ADDRESS: Final = "The address is yours to fill in."
TOO_LONG_FOR_MAIL: Final = "This is too long for a link into a mail program. Copy it from here."
NOT_SAVED: Final = "Nothing is saved yet."
NO_WAY_OUT: Final = "The text to copy and the link into your mail come once it may go out."
WAYS: Final[Mapping[Way, str]] = {
    Way.EMAIL: "by e-mail",
    Way.CHAT: "in a chat",
    Way.PHONE: "on the phone",
    Way.IN_PERSON: "in person",
}
BEFORE: Final[Mapping[CsBefore, str]] = {
    CsBefore.NO: "No, nobody",
    CsBefore.CSM: "Yes, the CSM",
    CsBefore.OTHER: "Yes, somebody else from customer success",
}
SENT_MEANS: Final = "When it went out, and how. It can be corrected here later."
CONTACT_MEANS: Final = (
    "You wrote to the champion before the intro, or spoke with them. The intro stays due."
)
CSM_CONTACT_MEANS: Final = (
    "You wrote to the champion before the intro, or spoke with them. That is the first contact; "
    "the intro stays due, by the end of the business day before the kickoff."
)
WAS_IT_THE_INTRO: Final = "Was it the intro itself?"
IT_WAS: Final = "It was the intro"
NOT_SENT: Final = "It was not sent after all: take this record back"
NOT_WRITTEN: Final = "Nothing was written after all: take this record back"
CSM_SAID_SO: Final = "The CSM recorded that they wrote before, {when}."
THE_CSM: Final = "the CSM"
CUSTOMER_SUCCESS: Final = "Customer success"
FIRST_CONTACT: Final = "first contact"

_HAS: Final[Mapping[Flaw, str]] = {
    Flaw.NO_DETAIL: "something only somebody from the sale knows",
    Flaw.NO_KICKOFF: "what the kickoff covers",
    Flaw.NO_INVITATION: "an invitation to answer",
    Flaw.PLACEHOLDER: "no placeholder left",
}


def count_line(count: int, *, good: bool) -> tuple[bool, str]:
    """How many words it has (plain text)."""
    told = f"{count} word{'' if count == 1 else 's'}"
    return good, told if good else f"{told}; {LEAST_WORDS} to {MOST_WORDS} read best"


def check_line(flaw: Flaw, *, good: bool, csm: str, placeholder: str = "") -> tuple[bool, str]:
    """One thing that is looked for (plain text)."""
    if flaw is Flaw.NO_CSM:
        return good, f"the name of the CSM, {csm}" if csm else "the name of the CSM"
    if flaw is Flaw.PLACEHOLDER and placeholder:
        return good, f"{_HAS[flaw]}: {placeholder}"
    return good, _HAS[flaw]


def saved(when: str) -> str:
    """Below the draft (mrkdwn)."""
    return f"Saved {when}."


def waits(step: Step, on: str, *, for_checks: bool) -> str:
    """Why it may not go out yet, and on whom it waits (mrkdwn)."""
    if for_checks:
        return (
            f"Waiting on {on}: not every check is a yes, so it goes out once the briefing call is "
            "recorded. You can write it now."
        )
    return f"Waiting on {on}, for the {STEP_NAMES[step]}. You can write it now."


def sent_while_waiting(step: Step, *, for_checks: bool) -> str:
    """In the form of an intro that should have waited (mrkdwn)."""
    what = "a check that is no yes" if for_checks else f"the {STEP_NAMES[step]}"
    return f"It was to wait for {what}. If it went out, record it: that is kept as a breakdown."


def noted(name: str, way: Way, when: str, *, first_contact: bool) -> str:
    """That one of the two wrote before (mrkdwn)."""
    told = f"{name} wrote to the champion before the intro, {WAYS[way]}, {when}."
    return f"{told} That is the first contact; the intro stays due." if first_contact else told


def sent(way: Way, when: str) -> str:
    """In the editor, of one that is out (mrkdwn)."""
    return f"It went out {WAYS[way]}, {when}."


def sent_by(name: str, way: Way, *, own: bool) -> str:
    """Below the card, before the time (plain text)."""
    if own:
        return f"{name} sent the intro to the champion, {WAYS[way]}, "
    return f"{name} recorded that the intro to the champion went out, {WAYS[way]}, "


def taken_back_by(name: str) -> str:
    """Below the card (plain text)."""
    return f"{name} took back that the intro was sent. It is due."


def csm_wrote(name: str, way: Way) -> str:
    """To the AE, before the time (plain text)."""
    return f"{name} wrote to the champion before your intro, {WAYS[way]}, "


CSM_WROTE_AFTER: Final = ". The intro stays yours to send."


def said_you_wrote(name: str, way: Way) -> str:
    """To the CSM, before the time (plain text)."""
    return f"{name} recorded that you wrote to the champion before the intro, {WAYS[way]}, "


SAID_YOU_WROTE_AFTER: Final = ". If that is not so, correct it."


def draft_has(count: int) -> str:
    """In a reminder to the sender (plain text)."""
    if not count:
        return "No draft is saved yet."
    good = LEAST_WORDS <= count <= MOST_WORDS
    told = f"The draft has {count} word{'' if count == 1 else 's'}"
    return f"{told}." if good else f"{told}; {LEAST_WORDS} to {MOST_WORDS} read best."


def subject(names: Sequence[str]) -> str:
    """Of the mail: names alone, in no language."""
    return " · ".join(name for name in names if name)
