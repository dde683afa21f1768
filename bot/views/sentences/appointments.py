"""The time of the debrief."""

from typing import Final

FILE_TITLE: Final = "Debrief"
PRODUCT: Final = "-//handoff-bot//EN"
NOBODY_FREE: Final = (
    "No hour suits both of you before then, so none is suggested; enter one that does."
)


def summary(account: str) -> str:
    """What it is called in a calendar, where others may read it (plain text)."""
    return f"Debrief: {account}"


def file_name(day: str) -> str:
    """Of a day as YYYY-MM-DD."""
    return f"debrief-{day}.ics"


def file_comment(account: str, when: str) -> str:
    """Beside the file (mrkdwn)."""
    return f"{account}: the debrief is agreed on for {when}. The file puts it into your calendar."


def form_means(other: str, until: str) -> str:
    """What the form asks for (mrkdwn); `until` is empty before the signature."""
    by = f" It is to be over by {until}, before the kickoff." if until else ""
    return f"When you and {other} talk the deal over, for 45 minutes at most.{by}"


def taking(other: str, label: str) -> str:
    """The other one's own proposal among the choices (plain text)."""
    return f"{label}, as {other} proposes"


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
