"""What is to be done for a job, once it was checked again and rendered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.deadlines import Step
from bot.domain.notices import Notice


@dataclass(frozen=True)
class Reader:
    """The person at the other end of a DM."""

    person_id: int
    slack_id: str


@dataclass(frozen=True)
class Spot:
    """Where a message stands or will: a conversation, or the DM with a reader, and a thread."""

    channel: str | None = None
    reader: Reader | None = None
    thread_ts: str | None = None


@dataclass(frozen=True)
class Post:
    """A new message."""

    spot: Spot
    args: Mapping[str, Any]
    step: Step | None = None
    """The step of its reader's that a guide tells of."""
    holds: frozenset[int] | None = None
    """Of a summary: which of the things it is about are in it, the rest held no more."""
    told: tuple[Notice, ...] = ()
    """Said besides, each once: what of a summary somebody else is to be told."""


@dataclass(frozen=True)
class Edit:
    """A message that stands already, as it should look now."""

    channel: str
    ts: str
    args: Mapping[str, Any]
    step: Step | None = None
    told: Notice | None = None
    """Said besides, once."""
    stands: bool = False
    """Whether what a notice says there has to go where others come to read."""
    must_go: bool = False
    """What stood there until now may not stay: others read it."""
    anew_at: datetime | None = None
    """Its reader has to hear of it, but their quiet hours end only then; calendar time."""


@dataclass(frozen=True)
class Retire:
    """A message that shrinks to a line, because a new one takes its place."""

    channel: str
    ts: str
    args: Mapping[str, Any]


@dataclass(frozen=True)
class Withdraw:
    """A message that goes, because others may read it; `args` stand there where it cannot."""

    channel: str
    ts: str
    args: Mapping[str, Any]


@dataclass(frozen=True)
class Stay:
    """A message that was looked at and may stand where it does."""


@dataclass(frozen=True)
class Publish:
    """The Home tab of a person."""

    slack_user: str
    view: Mapping[str, Any]


@dataclass(frozen=True)
class Whisper:
    """A message only one person in a conversation sees; a DM where they are not in it."""

    channel: str
    reader: Reader
    args: Mapping[str, Any]


@dataclass(frozen=True)
class Upload:
    """A file for a reader, with a few words beside it."""

    spot: Spot
    name: str
    title: str
    content: bytes
    comment: str
    failed: Notice
    """Said where it cannot be sent."""


@dataclass(frozen=True)
class Invite:
    """A person is brought into a channel, or somebody told to do it by hand."""

    channel: str
    slack_user: str
    by_hand: Notice | None


@dataclass(frozen=True)
class Cancel:
    """It is not to be said any more; `reason` is a word for the row."""

    reason: str
    told: tuple[Notice, ...] = ()
    """Said instead, each once."""
    sums_up: int | None = None
    """Whose summary says instead what it was about: it would have come more than an hour late."""


@dataclass(frozen=True)
class GiveUp:
    """It cannot be said where it was to be, and an admin sees why; `reason` is a word for that."""

    reason: str


@dataclass(frozen=True)
class Later:
    """Something it needs is not there yet; machine time."""

    after: timedelta
    in_vain: str = ""
    """Slack's word, where that counts as a try, so that it is seen where it goes on."""
    unheard: bool = False
    """Whether it is not Slack's own: it was not reached, or failed."""


@dataclass(frozen=True)
class Postpone:
    """Its reader's quiet hours end then; calendar time."""

    until: datetime


Call = Edit | Retire | Withdraw | Publish | Invite
"""What may be repeated, so that nothing need be noted before it."""
Plan = Call | Post | Upload | Whisper | Stay | Cancel | GiveUp | Later | Postpone
