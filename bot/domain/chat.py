"""Answering in chat: one question at a time in a thread of the person's own direct messages.

What is written there is collected, in the order in which it was sent, until the person goes on.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from bot.domain.words import HintKind, vague_words

_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y")
"""How people write a day in a chat; commas and full stops besides are left out."""


DEBRIEF = "debrief"
"""Where the questions of the debrief are; those of the brief are in its sections."""


MOST_PATH = 50
"""So many turns back a late message still finds its question."""


class About(StrEnum):
    """What a chat fills in."""

    DEBRIEF = "debrief"
    BRIEF = "brief"


class ChatState(StrEnum):
    """Whether a chat listens."""

    OPEN = "open"
    STOPPED = "stopped"
    """By its person; the next message in its thread, or the button, goes on."""
    DONE = "done"
    """Nothing is left to ask."""
    OVER = "over"
    """Nothing more is taken, and who wrote nevertheless was told so; only the button goes on."""


class Word(StrEnum):
    """What steers a chat when it is all that a message says."""

    NEXT = "next"
    SKIP = "skip"
    BACK = "back"
    STOP = "stop"


class Says(StrEnum):
    """What the bot says in a chat."""

    QUESTION = "question"
    FOLLOW_UP = "follow_up"
    """The answer was vague; asked once a question."""
    BAD_DAY = "bad_day"
    """No day was recognised where one is needed."""
    TOO_LONG = "too_long"
    NOT_SAVED = "not_saved"
    """What it would say contradicts what stands in the form."""
    FILES = "files"
    """Only text is taken."""
    FOLLOWED = "followed"
    """A message that was saved before was edited or deleted, and the answer with it."""
    NOT_FOLLOWED = "not_followed"
    """The same, where somebody changed the answer since: then it stays as it is."""
    STOPPED = "stopped"
    DONE = "done"
    OVER = "over"
    """Something is written after the end; said once."""
    ADDED = "added"
    """A message came late: it was written for an earlier question, and stands there now."""
    TAG = "tag"
    """The last question has a word besides."""
    REFUSED = "refused"
    """The person may not answer any more, or the handoff is not open."""


ASKS = frozenset({Says.QUESTION, Says.FOLLOW_UP, Says.TAG})
"""What a person is to answer: its buttons steer the chat until it asks something else."""


@dataclass(frozen=True)
class Spot:
    """What a chat is at: a question of the debrief, or a field in a section of the brief."""

    section: str
    item: str


@dataclass(frozen=True)
class Chat:
    """One conversation of one person about one thing of a handoff."""

    id: int
    handoff_id: int
    person_id: int
    about: About
    at: Spot
    state: ChatState
    asked_more: bool = False
    """Whether the person was asked once more about this question already."""
    turn: int = 0
    """How often the bot said something in it."""
    asked: int = 0
    """The turn in which it asked what it asks now: its buttons alone steer it."""
    tag_asked: bool = False
    """Whether it asked for the word besides this question already."""
    path: tuple[tuple[str, Spot], ...] = ()
    """Where it was, each with Slack's time from which on: Slack may deliver in another order."""

    def going_to(self, spot: Spot, since: str) -> "Chat":
        """The same at another question from a time of Slack's on, listening."""
        path = (*self.path, (since, spot))[-MOST_PATH:]
        return replace(
            self, at=spot, asked_more=False, tag_asked=False, state=ChatState.OPEN, path=path
        )

    def spot_at(self, ts: str) -> Spot:
        """The question that was asked when something was written."""
        been = sorted(self.path, key=lambda one: time_of(one[0]))
        if not been:
            return self.at
        before = [spot for since, spot in been if time_of(since) <= time_of(ts)]
        return before[-1] if before else been[0][1]


@dataclass(frozen=True)
class ChatMessage:
    """What a person wrote in a chat; `words` are empty once they deleted it."""

    ts: str
    """Slack's id of it, which also says when it was sent."""
    at: Spot
    words: str
    saved: bool
    """Whether it is part of what was saved."""
    edited: str = ""
    """Slack's time of the last edit that was told of; empty where there was none."""
    deleted: bool = False
    """Nothing that is told of it afterwards counts."""

    def edited_after(self, edited: str) -> bool:
        """Whether it is known as it read after that edit: Slack may tell of them in any order."""
        return time_of(self.edited) > time_of(edited)


def time_of(ts: str) -> tuple[int, ...]:
    """Slack's id of a message, or of a press, as the time it is."""
    return tuple(int(part) for part in ts.split(".") if part.isdigit())


def word_of(text: str) -> Word | None:
    """What a message steers, where it is nothing but one of the words."""
    plain = text.strip().strip(".!").casefold()
    return Word(plain) if plain in set(Word) else None


def joined(messages: Iterable[ChatMessage]) -> str:
    """Messages as one answer, in the order in which they were sent."""
    ordered = sorted(messages, key=lambda one: time_of(one.ts))
    return "\n".join(one.words.strip() for one in ordered if one.words.strip())


def vague(words: str) -> HintKind | None:
    """What a friendly question may be asked about, where an answer stays vague."""
    found = vague_words(words)
    return next(
        (kind for kind in (HintKind.SOMETIME, HintKind.WEASEL, HintKind.WISH) if kind in found),
        None,
    )


def day_in(words: str) -> date | None:
    """A day as a person writes it; None where it is none that is understood."""
    plain = " ".join(words.replace(",", " ").split()).rstrip(".")
    for pattern in _DAYS:
        try:
            return datetime.strptime(plain, pattern).date()  # noqa: DTZ007, a day has no zone
        except ValueError:
            continue
    return None
