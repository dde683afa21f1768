"""The time of the debrief."""

from typing import Final

FILE_TITLE: Final = "Debrief"
PRODUCT: Final = "-//handoff-bot//EN"


def summary(account: str) -> str:
    """What it is called in a calendar, where others may read it (plain text)."""
    return f"Debrief: {account}"


def file_name(day: str) -> str:
    """Of a day as YYYY-MM-DD."""
    return f"debrief-{day}.ics"


def file_name_off(day: str) -> str:
    """Of the file that takes it out of a calendar."""
    return f"debrief-{day}-off.ics"


def fell(account: str, when: str, *, cancelled: bool) -> str:
    """Beside the file that takes it out of a calendar (mrkdwn)."""
    anew = "the CSM changes, with whom a new time is agreed on"
    why = "the handoff was cancelled" if cancelled else anew
    return (
        f"{account}: the debrief agreed on for {when} is off, because {why}. If the file does not "
        "take it out of your calendar, delete it there."
    )


def kept(by: str) -> str:
    """To the other one, before the time that was agreed on (plain text)."""
    return f"{by} does not move the debrief; it stays at "


def file_comment(account: str, when: str) -> str:
    """Beside the file (mrkdwn)."""
    return f"{account}: the debrief is agreed on for {when}. The file puts it into your calendar."


def nobody_free(*, before_due: bool) -> str:
    """In place of suggestions."""
    when = "before then" if before_due else "within a week"
    return f"No hour suits both of you {when}, so none is suggested; enter one that does."


def form_means(other: str, until: str, *, overdue: bool) -> str:
    """What the form asks for (mrkdwn); `until` is empty before the signature."""
    by = f" It is to be over by {until}, before the kickoff." if until else ""
    if overdue:
        by = f" It was to be over by {until}; the sooner you talk, the better."
    return f"When you and {other} talk the deal over, for 45 minutes at most.{by}"


def taking(other: str, label: str) -> str:
    """The other one's own proposal among the choices (plain text)."""
    return f"{label}, as {other} proposes"


def keeping(label: str) -> str:
    """The time that was agreed on, among the answers to another one (plain text)."""
    return f"{label}, as agreed before"


def both_zones(own: str, other: str, theirs: str) -> str:
    """A time as it is here and there (plain text)."""
    return f"{own} ({theirs} for {other})"


def proposed(by: str) -> str:
    """To who answers, before the time (plain text)."""
    return f"{by} proposes to talk the deal over "


def proposed_anew(by: str) -> str:
    """The same where a time was agreed on, before the new one; the agreed one follows."""
    return f"{by} asks to move the debrief to "


HOLDS: Final = ". Until you answer it stays at "
AGREED_LINE: Final = "Debrief: agreed on for {when}."
AGREED_AND_PROPOSED: Final = "Debrief: agreed on for {agreed}; {by} asks to move it to {when}."
PROPOSED_LINE: Final = "Debrief: {by} proposes {when}."
