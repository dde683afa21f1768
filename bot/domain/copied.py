"""Messages that somebody copies into a handoff: what of one is kept, and where it may go.

The message may be gone tomorrow, so its words are kept as they were, beside what they mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from bot.domain import access
from bot.domain.access import Act, Audience
from bot.domain.brief import LONGEST, Brief, Section
from bot.domain.errors import Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.items import SectionKey
from bot.domain.people import Person

LONGEST_COPY = 3000
"""Characters of one message that are taken; whoever copies it is told where it was cut."""


class Target(StrEnum):
    """What a message can become in a handoff."""

    PROMISE = "promise"
    QUOTE = "quote"
    RED_FLAG = "red_flag"
    METRIC = "metric"


SECTION_OF: Mapping[Target, SectionKey] = {
    Target.PROMISE: SectionKey.PROMISES,
    Target.QUOTE: SectionKey.WHY,
    Target.RED_FLAG: SectionKey.RED_FLAGS,
    Target.METRIC: SectionKey.SUCCESS,
}
AUDIENCE_OF: Mapping[Target, Audience] = {
    Target.PROMISE: Audience.CHANNEL,
    Target.QUOTE: Audience.CHANNEL,
    Target.RED_FLAG: Audience.RED_FLAGS,
    Target.METRIC: Audience.CHANNEL,
}
"""Who reads the copy: the readers of what it became."""
EXPLAINED = frozenset({Target.PROMISE, Target.RED_FLAG, Target.METRIC})
"""What stands in the handoff in the words of whoever copies; a quote stands there as it was."""


class Origin(StrEnum):
    """Who could read the message where it stood."""

    PUBLIC = "public"
    PRIVATE = "private"
    """A private channel, or one the bot cannot look into."""
    DIRECT = "direct"


@dataclass(frozen=True)
class Message:
    """A message as it was when somebody copied it."""

    words: str
    author: str
    said_at: datetime
    link: str = ""
    """Where it stood; it may lead nowhere by now."""
    origin: Origin = Origin.PUBLIC
    cut: bool = False
    """It was longer than what was taken."""

    @property
    def asks_readers(self) -> bool:
        """Whether fewer people could read it there than will here."""
        return self.origin is not Origin.PUBLIC

    def shortened(self) -> "Message":
        """The same with as much of its words as is taken; raises Invalid for none."""
        words = self.words.strip()
        if not words:
            raise Invalid(Problem.NOTHING_TO_COPY)
        return replace(self, words=words[:LONGEST_COPY], cut=len(words) > LONGEST_COPY)


@dataclass(frozen=True)
class Copied:
    """A message that stands in a handoff, with what it became."""

    target: Target
    message: Message
    means: str = ""
    entry: int | None = None
    """Number of the promise it became."""

    @property
    def section(self) -> SectionKey:
        """Where it stands."""
        return SECTION_OF[self.target]


@dataclass(frozen=True)
class CopyForm:
    """What somebody sees who is about to add a message to a handoff."""

    copy_id: int
    handoff_id: int
    account: str
    channel: str
    """Slack's id of the deal channel."""
    channel_private: bool
    message: Message
    targets: tuple[Target, ...]
    """Those this person may write."""
    standing: Mapping[Target, "Standing"] = field(default_factory=dict)
    """What is there already of what a handoff has one of."""


@dataclass(frozen=True)
class Standing:
    """What a copy would take the place of."""

    words: str
    revision: int
    """Of its section."""

    def mark(self, target: Target) -> str:
        """What a box carries that lets just this be replaced."""
        return f"{target.value}:{self.revision}"


def targets(person: Person, handoff: Handoff) -> tuple[Target, ...]:
    """What a person may make of a message in a handoff: nothing in one that is over."""
    if not handoff.open:
        return ()
    return tuple(one for one in Target if _may_write(one, person, handoff))


def _may_write(target: Target, person: Person, handoff: Handoff) -> bool:
    if target is Target.PROMISE:
        return access.may_change_promise(person, handoff)
    return access.may_write(SECTION_OF[target], person, handoff)


def require_target(target: Target, person: Person, handoff: Handoff) -> None:
    """Raise Invalid for a handoff that is over, NotAllowed for who may not write this in it."""
    if not handoff.open:
        raise Invalid(handoff.why_over)
    if target is Target.PROMISE:
        access.require_change_promise(person, handoff)
    else:
        access.require_write(SECTION_OF[target], person, handoff)


def refusal(*handoffs: Handoff) -> NotAllowed:
    """Why nothing can be added: it is for others, who are named."""
    writers = (one for of in handoffs for one in access.whose(Act.EDIT_PROMISE, of))
    facts = {"account": handoffs[0].account} if len(handoffs) == 1 else {}
    return NotAllowed(Problem.NOT_YOURS_TO_ADD_TO, whose=tuple(dict.fromkeys(writers)), facts=facts)


def standing(brief: Brief, target: Target) -> str:
    """What a handoff has of what it has one of; empty where there is nothing yet."""
    if target is Target.METRIC:
        return brief.success.metric.strip()
    return brief.why.quote.strip() if target is Target.QUOTE else ""


def with_copy(
    brief: Brief, target: Target, message: Message, *, means: str, said_on: date, source: str
) -> Section:
    """The section with what the message became; a promise changes none, it is an entry.

    Raises Invalid for too many risks in one list.
    """
    if target is Target.METRIC:
        return brief.success.model_copy(update={"metric": means})
    if target is Target.QUOTE:
        return brief.why.model_copy(
            update={
                "quote": message.words,
                "quote_by": message.author,
                "quote_on": said_on,
                "quote_source": source,
            }
        )
    risks = f"{brief.red_flags.other_risks.rstrip()}\n{one_line(means)}".lstrip("\n")
    if len(risks) > LONGEST:
        raise Invalid(Problem.TOO_LONG, field="means")
    return brief.red_flags.model_copy(update={"other_risks": risks, "no_risks": False})


def one_line(means: str) -> str:
    """What something means, as one line of a list."""
    return " ".join(means.split())
