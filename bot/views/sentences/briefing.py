"""The briefing call."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.domain.briefing import MEANT_MINUTES, Mood, Overrun, Tone
from bot.views.sentences.terms import INNER_READERS, REASON_READERS

REQUIRED_MEANS: Final = (
    f"AE and CSM talk before the intro, {MEANT_MINUTES} minutes at most. This deal needs the call."
)
OPTIONAL_MEANS: Final = (
    f"AE and CSM talk before the intro, {MEANT_MINUTES} minutes at most. Where both find that what "
    "is written is enough, they do without."
)
ASKED_MEANS: Final = (
    "What the CSM found in the brief asks for a call; the intro waits until it was held, for "
    f"{MEANT_MINUTES} minutes at most."
)
OWN_WITHOUT: Final = "You said that writing is enough. The call falls once the other one agrees."
BOTH_WITHOUT: Final = "Both of you found that writing is enough. A time here brings the call back."
OPENING: Final = "*The AE opens and reads aloud*"
PAIN: Final = "Why they bought now"
METRIC: Final = "What they judge it by"
NO_PROMISES: Final = "No promise is written down that could be read aloud."
PUSHES: Final = (
    "*The CSM asks*\n"
    "• What would end this account within 30 days?\n"
    "• Whom do I call when the champion goes silent?\n"
    "• What does my team have to deliver now?"
)
RECORD_MEANS: Final = f"*What came of it* — for {INNER_READERS}"
DEBRIEF_STANDS: Final = "The debrief that was held stands for it"
NOT_BOOKED: Final = "No time is recorded for it."
LASTED: Final = "It took"
WHY_LONGER: Final = "Why longer"
UNREAD: Final = "Not read aloud"
LIFT_MEANS: Final = (
    f"The intro may go out before the briefing call. The call stays due. {REASON_READERS}."
)
TONES: Final[Mapping[Tone, str]] = {Tone.WARM: "warm", Tone.HARD_WON: "hard-won"}
MOODS: Final[Mapping[Mood, str]] = {
    Mood.KEEN: "keen to begin",
    Mood.CALM: "calm",
    Mood.TIRED: "tired of it",
    Mood.WARY: "wary",
}
OVERRUNS: Final[Mapping[Overrun, str]] = {
    Overrun.THIN: "the brief was thin",
    Overrun.LONGER: "the account needs a longer document",
}


def open_in_brief(items: str) -> str:
    """What the brief does not answer (mrkdwn)."""
    return f"Open in the brief: {items}"


def call_line(when: str) -> str:
    """When the call is, on a card about much else (mrkdwn)."""
    return f"Briefing call: {when}"


def booked_line(when: str) -> str:
    """When the call is (mrkdwn)."""
    return f"Booked for {when}."


def held_line(when: str) -> str:
    """When it was (mrkdwn)."""
    return f"Recorded as held {when}. What you save corrects that."


def other_without(name: str) -> str:
    """Beside the booking (mrkdwn)."""
    return f"{name} finds that writing is enough."


def lasted(minutes: int, *, debrief: bool) -> str:
    """How long it took (plain text)."""
    how = f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"{how}; the debrief stands for it" if debrief else how


def unread(numbers: Sequence[int]) -> str:
    """The promises that nobody read aloud (plain text)."""
    told = ", ".join(str(one) for one in numbers)
    return f"promise {told}" if len(numbers) == 1 else f"promises {told}"


def booked_by(name: str, *, moved: bool) -> str:
    """To the other one, before the time (plain text)."""
    return (
        f"{name} moved the briefing call to " if moved else f"{name} booked the briefing call for "
    )


def without_by(name: str, *, both: bool) -> str:
    """To the other one (plain text)."""
    if both:
        return f"{name} does without the briefing call, too; there is none."
    return (
        f"{name} finds that writing is enough and would do without the briefing call. If you would "
        "too, say so; otherwise it stays due."
    )


def held_by(name: str, *, debrief: bool) -> str:
    """Below the card, before the time (plain text)."""
    if debrief:
        return f"{name} recorded that the debrief stands for the briefing call, held "
    return f"{name} recorded the briefing call, held "
