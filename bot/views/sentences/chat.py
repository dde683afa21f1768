"""Answering in chat."""

from collections.abc import Mapping
from typing import Final

from bot.domain.chat import About, Says
from bot.domain.words import HintKind
from bot.views.ids import Field
from bot.views.sentences.forms import FIELDS

NAMES: Final[Mapping[About, str]] = {
    About.DEBRIEF: "debrief in chat",
    About.BRIEF: "brief in chat",
}
OPENED: Final[Mapping[About, str]] = {
    About.DEBRIEF: "the seven questions of the debrief, one at a time. Answer in this thread.",
    About.BRIEF: "what is still open in the brief, one thing at a time. Answer in this thread.",
}
HOW: Final = (
    "Write as many messages as you like, then press Next, or write “next”. “skip”, “back” and "
    "“stop” work, too. An edited or deleted message changes the answer with it."
)
FOLLOW_UPS: Final[Mapping[HintKind, str]] = {
    HintKind.SOMETIME: "Thanks. By when was that, or will it be? A month is enough.",
    HintKind.WEASEL: "Thanks. Who exactly, and how do you know?",
    HintKind.WISH: "Thanks. What would be different then, and for whom?",
}
"""Said once a question; whoever has nothing to add just goes on."""
SAYS: Final[Mapping[Says, str]] = {
    Says.BAD_DAY: "Which day is that? Write it like 30 Jun 2026, then press Next.",
    Says.TOO_LONG: (
        "Together this is longer than 3,000 characters. Shorten a message by editing it, then "
        "write “next”."
    ),
    Says.NOT_SAVED: (
        "The form says the opposite of this, so it is not saved. Open the form to change both."
    ),
    Says.FILES: "Files and voice messages cannot be read here. Write what they say in a line.",
    Says.FOLLOWED: "Changed in the answer, too.",
    Says.NOT_FOLLOWED: (
        "The answer was changed elsewhere since, so it stays as it is. Change it in the form."
    ),
    Says.STOPPED: "Stopped. What you wrote is kept; write here again whenever you like to go on.",
    Says.TAG: "And in one word: how will they be doing?",
    Says.OVER: (
        "This chat is finished, so this is not taken down. Press Answer in chat to go on, or "
        "change an answer in the form."
    ),
    Says.REFUSED: "This chat takes nothing any more: it is not yours to answer now.",
}
TO_LEDGER: Final = "Each promise becomes an entry of its own: add them one by one."
ELSEWHERE: Final = "Nothing is taken down here. Answer in the thread of the chat you mean:"


def added(question: str) -> str:
    """A message that was written for an earlier question and came late."""
    return f"That was for “{question}” and stands there now."


def saved(count: int) -> str:
    """How many messages became the answer; empty for none."""
    if not count:
        return ""
    return "Saved (1 message)." if count == 1 else f"Saved ({count} messages)."


def done(left: int) -> str:
    """The end of a chat, with how many questions were skipped."""
    if not left:
        return "That was all. Thank you."
    open_ones = "1 question is" if left == 1 else f"{left} questions are"
    return f"That was the last one; {open_ones} still open. The button starts over with them."


def field_question(field: Field, *, day: bool) -> str:
    """A field of the brief as a question (plain text)."""
    told = FIELDS[field]
    asked = told.hint or f"{told.label}?"
    return f"{asked} Write the day like 30 Jun 2026." if day else asked


GOES_ON: Final = "It goes on in your direct messages with the bot, in a thread of its own."
