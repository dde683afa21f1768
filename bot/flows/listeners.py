"""The tables in which conversations register their listeners; the manifest is written from them."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.models.views import View

from bot.domain.access import Act
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.flows.answers import Answer
from bot.flows.asked import Asked, Kind
from bot.storage.unit_of_work import ReadUnit
from bot.views.ids import ViewId
from bot.views.payload import Ref

SUPPLIED = ("asked", "unit", "actor")
"""What a listener may ask for, by name: the delivery, the unit of work, and who acted."""


Redraw = Callable[[Asked, Ref, ReadUnit, Person], View]
"""Shows once more what a form was answered with: the form as it came again, and what that view
was about. It changes nothing."""


@dataclass(frozen=True)
class CommandWords:
    """How a slash command is announced in the manifest."""

    description: str
    usage_hint: str


@dataclass(frozen=True)
class ShortcutWords:
    """How a shortcut is announced in the manifest."""

    name: str
    """What stands in the menu."""
    description: str


@dataclass(frozen=True)
class Listener:
    """One conversation's answer to one thing Slack tells."""

    kind: Kind
    name: str
    run: Callable[..., Answer]
    writes: bool
    """Whether it changes rows: then it runs once for an act, however often it is delivered."""
    act: Act | None = None
    """The right the person needs on the handoff that is named."""
    safe_channel: bool = False
    """Whether the conversation the person is in must be able to hold internal content."""
    anywhere: Callable[[Asked], bool] | None = None
    """What of it may be asked in any conversation all the same."""
    looks_at_channel: bool = False
    """Whether what is known of that conversation should be fresh; the listener decides on it."""
    looks_at_deal_channel: bool = False
    """Whether the same goes for the channel of the handoff it is about, or will be in."""
    looks_at_profile: bool = False
    """Whether it is given the fields of Slack's profile that hold a person; for admins alone."""
    looks_at_message: bool = False
    """Whether it is given where the message stands; it is not run for one that outsiders read."""
    words: CommandWords | ShortcutWords | None = None
    subscribed_as: str | None = None
    """What the manifest calls the event, where Slack has another name for it there."""
    scopes: tuple[str, ...] = ()
    """What an event needs beyond the scopes of what the bot does."""
    named: Callable[[Asked], Sequence[str]] | None = None
    """Slack ids of people it needs to know before it runs."""
    named_by_policy: Callable[[Policy], Sequence[str]] | None = None
    """The same of those whom the policy names; one whom Slack does not know is left out."""
    meets: Callable[[Asked], Sequence[str]] | None = None
    """The same of many at once whom an admin names: one whom Slack does not know, or not in time,
    is left out, and for somebody else Slack is not asked at all."""
    channels: Callable[[Asked], Sequence[str]] | None = None
    """Slack ids of channels it needs to know who can read, before it runs."""
    inside: bool = False
    """Whether it needs to know, too, that the person is in the one they chose, where that is
    private; the listener decides on it."""
    once_for_good: bool = False
    """Whether it does no harm a second time only because it is known: then its deliveries are
    remembered for good, and not for some days."""
    makes_channel: Callable[[Asked, ReadUnit, Person], str] | None = None
    """The name of a private channel that is made before it runs; raises where it may not be."""
    takes: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        # Read once: the signature is needed at every call.
        object.__setattr__(self, "takes", tuple(inspect.signature(self.run).parameters))

    def wants_safe_channel(self, asked: Asked) -> bool:
        """Whether the conversation has to be looked at before this is answered."""
        if not self.safe_channel or asked.channel is None:
            return False
        return self.anywhere is None or not self.anywhere(asked)

    def answer(self, **supplied: Any) -> Answer:
        """Call it with what it asks for of what is supplied."""
        return self.run(**{name: supplied[name] for name in self.takes})


@dataclass
class Listeners:
    """All listeners of the app by what they answer to."""

    by_key: dict[tuple[Kind, str], Listener] = field(default_factory=dict)
    redraws: dict[ViewId, Redraw] = field(default_factory=dict)
    """By the view a form was answered with."""

    def add(self, listener: Listener) -> None:
        """Register one; raises ValueError for a second one or one with foreign arguments."""
        key = (listener.kind, listener.name)
        if key in self.by_key:
            raise ValueError(f"{listener.kind} {listener.name} has a listener already")
        foreign = set(listener.takes) - set(SUPPLIED)
        if foreign:
            raise ValueError(f"{listener.name}: nobody supplies {sorted(foreign)}")
        self.by_key[key] = listener

    def command(self, name: str, run: Callable[..., Answer], **more: Any) -> None:
        """A slash command; it only looks."""
        self.add(Listener(Kind.COMMAND, name, run, writes=False, **more))

    def opens(self, name: str, run: Callable[..., Answer], **more: Any) -> None:
        """A button that only shows something."""
        self.add(Listener(Kind.ACTION, name, run, writes=False, **more))

    def acts(self, name: str, run: Callable[..., Answer], **more: Any) -> None:
        """A button that changes something."""
        self.add(Listener(Kind.ACTION, name, run, writes=True, **more))

    def submits(self, name: str, run: Callable[..., Answer], **more: Any) -> None:
        """A modal's submission; it changes something."""
        self.add(Listener(Kind.SUBMISSION, name, run, writes=True, **more))

    def event(self, name: str, run: Callable[..., Answer], **more: Any) -> None:
        """An event of the workspace; it changes something."""
        self.add(Listener(Kind.EVENT, name, run, writes=True, **more))

    def shortcut(self, name: str, run: Callable[..., Answer], **more: Any) -> None:
        """A shortcut on a message; it keeps what stands in it for whoever used it."""
        self.add(Listener(Kind.SHORTCUT, name, run, writes=True, **more))

    def redraw(self, view: ViewId, run: Redraw) -> None:
        """How a view is shown once more to whom a form was answered with it."""
        self.redraws[view] = run

    def of(self, kind: Kind, name: str) -> Listener | None:
        """The listener for something, where there is one."""
        return self.by_key.get((kind, name))

    def subscriptions(self) -> list[str]:
        """The events the app listens to, as the manifest calls them, sorted."""
        heard = (one for (kind, _), one in self.by_key.items() if kind is Kind.EVENT)
        return sorted(one.subscribed_as or one.name for one in heard)

    def names(self, kind: Kind) -> list[str]:
        """All names of one kind, sorted."""
        return sorted(str(name) for known, name in self.by_key if known is kind)
