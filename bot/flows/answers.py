"""What a listener wants the person to see next; the caller, not the listener, talks to Slack."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from slack_sdk.models.views import View

from bot.views.ids import Field
from bot.views.message import Message


@dataclass(frozen=True)
class Done:
    """Nothing more to show: a submitted modal closes, a button just stops spinning."""

    refresh: "Refresh | None" = None
    """Another open view that shows what was just changed."""
    spent: bool = False
    """The message with the button has had its use: where only this person sees it, it goes."""


@dataclass(frozen=True)
class Refresh:
    """A view under the submitted one that is brought up to date."""

    view_id: str
    view: View


@dataclass(frozen=True)
class Say:
    """A message only the person who asked sees."""

    message: Message


@dataclass(frozen=True)
class Open:
    """A modal opens."""

    view: View


@dataclass(frozen=True)
class Push:
    """A modal opens on top of the one the person is in."""

    view: View
    refresh: "Refresh | None" = None
    """The one below, where what was typed in it has just been saved."""


@dataclass(frozen=True)
class Update:
    """The modal the person is in shows something else."""

    view: View
    acted: bool = True
    """False where nothing was changed: delivered again it is simply asked again."""
    refresh: "Refresh | None" = None
    """The one below, where what was typed in this one has just been saved."""


@dataclass(frozen=True)
class FieldErrors:
    """The submitted modal stays open with a sentence under each named field."""

    sentences: Mapping[Field, str] = field(default_factory=dict)


Answer = Done | Say | Open | Push | Update | FieldErrors
