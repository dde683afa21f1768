"""The kickoff: its time, the card for it, and what is said of it afterwards."""

from collections.abc import Iterable, Mapping
from typing import Final

from bot.domain.kickoff_form import Ours, Ran
from bot.domain.kickoff_prep import Missing

READERS: Final = "AE, CSM, their managers, second listener, implementation lead and RevOps"
"""Who reads what is written down of it."""
HELD_MEANS: Final = (
    "When the kickoff with the customer began, and what came of it. The thread below the handoff "
    f"message tells everybody when; the rest is for {READERS}."
)
JOINT: Final = "Joint kickoff: AE and CSM, 60 minutes."
CS_ONLY: Final = "Kickoff of customer success alone, 60 minutes."
HOLD: Final = (
    "Internal hold: the customer is not invited yet. The invitation goes out with the intro, or "
    "after it."
)
INVITE: Final = "The intro is out, so the customer can be invited."
THEIR_CHAMPION: Final = "the champion"
NOT_BOOKED: Final = "No time is booked for it."
PREPARED: Final = "Prepared: {who}."
NOTHING_MISSING: Final = "Nothing is missing for it."
STOPS_NOTHING: Final = "It may be held all the same; what is missing then is kept with it."
MISSING: Final[Mapping[Missing, str]] = {
    Missing.READ: "the CSM's reading of the brief",
    Missing.MATCH: "a restatement that matches",
    Missing.PLAN: "the joint plan about the red flags",
    Missing.DEBRIEF: "the debrief",
    Missing.LEDGER: "initials in the promise ledger",
    Missing.DISPUTE: "the settlement of a dispute",
}
LACKED_THEN: Final = "Missing when it was held"
CALL_OFF: Final = "Call it off: there is no time any more"
KNOWN_AGAIN: Final = "The customer was asked things again that they had told before"

# The card.
BY_AE: Final = "*The AE*"
OPENS: Final = "Opens, in 90 seconds"
SUPPORTS: Final = "Supports one or two criteria"
COMMERCIAL: Final = "Takes commercial questions, and nothing else"
COMMERCIAL_MEANS: Final = "Everything else goes to the CSM: “{csm} has that.”"
CLOSES: Final = "Closes by naming the CSM"
CLOSING: Final = "“From today on {csm} is your first contact. I stay for commercial questions.”"
BY_CSM: Final = "*The CSM*"
THE_CSM: Final = "the CSM"
OPENS_CSM: Final = "Opens"
CONFIRMS_METRIC: Final = "Confirms the metric: is it still what you judge us by?"
CONFIRMS_TIMING: Final = "Confirms the timing: does it still hold?"
ASKS_CHANGE: Final = "Asks what changed since the signature"
ASKS_CHANGE_MEANS: Final = "People, plans, dates: anything that would make us do it differently?"
AGREES_PLAN: Final = "Agrees on the success plan: who reaches what by when?"
AGREES_OUTLINE: Final = "Agrees on the success plan; nobody began it, and the brief outlines"
NO_OUTLINE: Final = "The brief says nothing of the first 90 days yet."
IF_SAID: Final = "*If the customer says*"
EXPLAINED: Final = "“We explained this already.”"
KEEP_AE: Final = "“Can we keep working with {ae}?”"
LISTENS: Final = "How they like to be spoken to"
READ_IT: Final = (
    "Prepared means: 30 minutes with the brief, and this card read. It is due on the last working "
    "morning that leaves a day."
)
OWN_PART: Final = (
    "Prepared means: you know your part on this card. It is due on the last working morning that "
    "leaves a day."
)
SUBMIT_CSM: Final = "I have read it"
SUBMIT_AE: Final = "My part is ready"
OURS_NAMES: Final[Mapping[Ours, str]] = {
    Ours.AE: "AE",
    Ours.CSM: "CSM",
    Ours.LEAD: "implementation lead",
    Ours.OTHERS: "others of ours",
}
RAN_NAMES: Final[Mapping[Ran, str]] = {
    Ran.CSM: "the CSM",
    Ran.BOTH: "AE and CSM together",
    Ran.AE: "the AE",
}
RIGHT: Final[Mapping[bool, str]] = {True: "still right", False: "not right any more"}
YES: Final = "yes"
NO: Final = "no"

# Calendars.
FILE_TITLE: Final = "Kickoff"
LINK_HOST: Final = "https://calendar.google.com/calendar/render"
"""Any calendar takes such an address; nothing of it is sent before somebody presses it."""


def summary(account: str) -> str:
    """What it is called in a calendar."""
    return f"Kickoff · {account}"


def file_name(day: str) -> str:
    """Of the file with a time."""
    return f"kickoff-{day}.ics"


def file_name_off(day: str) -> str:
    """Of the file that takes a time out again."""
    return f"kickoff-off-{day}.ics"


def file_comment(account: str, when: str, *, joint: bool, hold: bool) -> str:
    """Beside the file (mrkdwn)."""
    what = JOINT if joint else CS_ONLY
    told = f"{account}: the kickoff is booked for {when}. {what}"
    return f"{told} {HOLD}" if hold else told


def fell(account: str, when: str, *, cancelled: bool) -> str:
    """Beside the file that takes it out of a calendar (mrkdwn)."""
    if cancelled:
        return f"{account}: the handoff is cancelled, and with it the kickoff on {when}."
    return f"{account}: the kickoff on {when} is not in your calendar any more."


# The form of its time.
def booking_means(*, joint: bool, due: str) -> str:
    """What the form asks for (mrkdwn); `due` is empty before the signature."""
    by = f" It is due by {due}." if due else ""
    return f"{JOINT if joint else CS_ONLY}{by}"


def of_the_customer(champion: str) -> str:
    """Who of the customer belongs into it (plain text); `champion` is empty where none is known."""
    return f"Of the customer: {champion or THEIR_CHAMPION}, and one or two more."


def booked_so_far(when: str) -> str:
    """What another time moves (mrkdwn)."""
    return f"Booked so far: {when}. Another time moves it in everybody's calendar."


def elsewhere(times: Iterable[tuple[str, str]]) -> str:
    """The same time on other people's clocks (plain text); empty where there is none."""
    told = ", ".join(f"{when} for {name}" for name, when in times)
    return f"That is {told}." if told else ""


def still_missing(found: Iterable[Missing]) -> str:
    """What it should not begin without (plain text); empty where nothing is missing."""
    named = _named(found)
    return f"Still missing: {named}." if named else ""


def lacked_then(found: Iterable[Missing]) -> str:
    """The same of when it was held (plain text)."""
    return _named(found) or "nothing"


def _named(found: Iterable[Missing]) -> str:
    told = [MISSING[one] for one in found]
    if not told:
        return ""
    *first, last = told
    return f"{', '.join(first)} and {last}" if first else last


# The card.
def booked_line(when: str) -> str:
    """When it is (mrkdwn)."""
    return f"Booked for {when}."


def proposed_line(when: str) -> str:
    """When the AE would have it (mrkdwn)."""
    return f"No time is booked; the AE proposes {when}."


def due_line(when: str) -> str:
    """When it is due (mrkdwn)."""
    return f"No time is booked; it is due by {when}."


def held_line(when: str) -> str:
    """When it was (mrkdwn)."""
    return f"Held {when}."


def kickoff_line(when: str, *, hold: bool) -> str:
    """When it is, on a card about much else (mrkdwn)."""
    return f"Kickoff: booked for {when}, an internal hold" if hold else f"Kickoff: {when}"


def wanted_later(offered: str) -> str:
    """On the page of the handoff, with the earliest slot they were offered (mrkdwn)."""
    return f"The customer wanted the kickoff later; the earliest slot offered was {offered}."


def explained(ae: str, known: str) -> str:
    """What whoever is asked answers, with what the brief knows (plain text)."""
    told = f" What we have from it: {known}" if known else ""
    return f"“You did, to {ae}, and I have read it.{told} What of it changed since?”"


def keep_ae(ae: str, csm: str, until: int) -> str:
    """The same to who would like to keep the AE (plain text)."""
    return (
        f"“{ae} stays for commercial questions until day {until}. For everything else {csm} knows "
        "what was promised, and answers faster.”"
    )


# What is told.
LEAD: Final = "you are in the kickoff, booked for "
LATER: Final = "the customer wanted a later kickoff: "
OFFERED: Final = "; the earliest slot offered was "
PAST: Final = "the kickoff is past the last business day for it"
PAST_BOOKED: Final = "; it is booked for "
PAST_UNBOOKED: Final = "; no time is booked for it"
BEGINS: Final = "the kickoff begins "


def lacked(by: str, section: str) -> str:
    """To the AE (plain text)."""
    return f"after the kickoff {by} noted which section of the brief was missing in it: {section}."


def carried(section: str) -> str:
    """Beside it, what helped (plain text)."""
    return f"What carried them: {section}."


def held(by: str) -> str:
    """Told once below the card, before the instant (plain text)."""
    return f"{by} recorded that the kickoff was held "


CONTACT: Final = " is the customer's first contact from now on."


def held_corrects(recorded: str) -> str:
    """What another time does (mrkdwn)."""
    return f"Recorded so far: {recorded}. Another time here corrects it, and the thread says so."


def held_corrected(by: str) -> str:
    """The same of another time, before the one instant and the other (plain text)."""
    return f"{by} corrected when the kickoff was held: from "
