"""What came in from Slack, read once into one typed value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.domain.copied import Origin
from bot.domain.errors import Invalid, Problem
from bot.domain.ports import ProfileField
from bot.flows.inputs import Typed
from bot.flows.shape import object_or_none, require_event, require_storable, text, text_or_none
from bot.views.ids import ActionId, MoreChoice
from bot.views.payload import Ref

DIRECT_MESSAGE = "directmessage"
"""Slack's fixed name for a conversation of two; no channel can be called so."""


class Kind(StrEnum):
    """The ways in which Slack tells the app something."""

    COMMAND = "command"
    ACTION = "action"
    SUBMISSION = "submission"
    EVENT = "event"
    SHORTCUT = "shortcut"
    """An entry in the menu of any message in Slack."""


@dataclass(frozen=True)
class Source:
    """Where a message stands."""

    origin: Origin
    link: str | None = None
    """None where Slack gives none."""


@dataclass(frozen=True)
class Asked:
    """One delivery from Slack."""

    kind: Kind
    name: str
    """The command, action id, callback id or event type."""
    workspace_id: int
    slack_user: str | None
    """Who acted; an event may be about nobody in particular."""
    key: str
    """The same for every delivery of the same act, so that a repetition changes nothing."""
    ref: Ref = field(default_factory=Ref)
    words: str = ""
    """What stood behind a command."""
    channel: str | None = None
    """Slack's id of the conversation the person acted in."""
    direct: bool = False
    """Whether that is a direct message."""
    acted_ts: str | None = None
    """Slack's time of a press."""
    trigger_id: str | None = None
    response_url: str | None = None
    view: Mapping[str, Any] | None = None
    event: Mapping[str, Any] = field(default_factory=dict)
    team: str | None = None
    """The team of the person who acted, where Slack says it."""
    whispered: bool = False
    """Whether the message with the button is seen by this person alone."""
    profile_fields: tuple[ProfileField, ...] = ()
    """The fields of Slack's profile that hold a person, where they were asked for."""
    made: int | None = None
    """Our id of the channel that was made for this."""
    inside: bool | None = None
    """Whether the person is in the private channel they chose; None where Slack did not say it."""
    message: Mapping[str, Any] = field(default_factory=dict)
    """The message a shortcut was used on, as Slack gives it."""
    team_domain: str | None = None
    """The name of the workspace in Slack's addresses, where Slack says it."""
    source: "Source | None" = None
    """Where that message stands, where it was asked for."""
    stale: bool = False
    """Whether it carries a value that this version never wrote; then `ref` says nothing."""

    @property
    def typed(self) -> Typed:
        """What stands in the modal; raises Invalid where there is none."""
        if self.view is None:
            raise Invalid(Problem.STALE_BUTTON)
        return Typed(self.view)

    @property
    def form(self) -> Ref:
        """What the modal the person is in is about."""
        return Ref.load((self.view or {}).get("private_metadata", ""))

    @property
    def in_modal(self) -> bool:
        """Whether the person acted inside a modal (and not in a message or on Home)."""
        return self.view is not None and self.view.get("type") == "modal"

    @property
    def handoff_id(self) -> int:
        """The handoff it is about; raises Invalid for a button that names none."""
        if self.ref.handoff is None:
            raise Invalid(Problem.STALE_BUTTON)
        return self.ref.handoff


MORE: Mapping[MoreChoice, ActionId] = {
    MoreChoice.SIGNATURE: ActionId.OPEN_SIGNATURE,
    MoreChoice.WRITE_BRIEF: ActionId.WRITE_BRIEF,
    MoreChoice.SNOOZE: ActionId.OPEN_SNOOZE,
    MoreChoice.NOT_MINE: ActionId.OPEN_NOT_MINE,
    MoreChoice.ASSIGN: ActionId.OPEN_ASSIGN,
    MoreChoice.CANCEL: ActionId.OPEN_CANCEL,
    MoreChoice.CHANGE_DEAL: ActionId.OPEN_DEAL,
    MoreChoice.ALIGN: ActionId.OPEN_ALIGNMENT,
    MoreChoice.NEW_DATE: ActionId.OPEN_NEW_DATE,
    MoreChoice.UNDO_ACKNOWLEDGE: ActionId.UNDO_ACKNOWLEDGE,
    MoreChoice.SEND_BACK: ActionId.OPEN_SEND_BACK,
    MoreChoice.PLAN: ActionId.OPEN_PLAN,
    MoreChoice.BOOKING: ActionId.OPEN_BOOKING,
    MoreChoice.BRIEFING: ActionId.OPEN_BRIEFING,
    MoreChoice.LIFT: ActionId.OPEN_LIFT,
    MoreChoice.KICKOFF_BOOKING: ActionId.OPEN_KICKOFF_BOOKING,
    MoreChoice.KICKOFF_CARD: ActionId.OPEN_KICKOFF_CARD,
    MoreChoice.INTRO: ActionId.OPEN_INTRO,
    MoreChoice.INTRO_SENT: ActionId.MARK_INTRO_SENT,
    MoreChoice.WROTE_BEFORE: ActionId.OPEN_CONTACT,
    MoreChoice.HELD: ActionId.OPEN_HELD,
    MoreChoice.SUCCESS_PLAN: ActionId.OPEN_SUCCESS_PLAN,
    MoreChoice.TALK: ActionId.OPEN_TALK,
    MoreChoice.DECLINE: ActionId.OPEN_DECLINE,
    MoreChoice.UNDO_CANCEL: ActionId.UNDO_CANCEL,
    MoreChoice.FIRST_VALUE: ActionId.OPEN_FIRST_VALUE,
    MoreChoice.CLOSING: ActionId.OPEN_CLOSING,
    MoreChoice.UNDO_CLOSING: ActionId.UNDO_CLOSING,
    MoreChoice.REOPEN: ActionId.OPEN_REOPEN,
    MoreChoice.PROMISE_CHANGE: ActionId.PROMISE_CHANGE,
    MoreChoice.PROMISE_HISTORY: ActionId.PROMISE_HISTORY,
    MoreChoice.TAKE_BACK_INITIAL: ActionId.TAKE_BACK_INITIAL,
    MoreChoice.TAKE_BACK_DISPUTE: ActionId.TAKE_BACK_DISPUTE,
    MoreChoice.INITIAL_PROMISE: ActionId.INITIAL_PROMISE,
    MoreChoice.DISPUTE: ActionId.OPEN_DISPUTE,
    MoreChoice.LEDGER: ActionId.OPEN_LEDGER,
    MoreChoice.DEBRIEF: ActionId.OPEN_DEBRIEF,
    MoreChoice.DEBRIEF_CHAT: ActionId.OPEN_DEBRIEF_CHAT,
    MoreChoice.BRIEF_CHAT: ActionId.OPEN_BRIEF_CHAT,
    MoreChoice.OPEN: ActionId.OPEN_HANDOFF,
    MoreChoice.STATUS_POST: ActionId.STATUS_POST,
    MoreChoice.STATUS_CSV: ActionId.STATUS_CSV,
}
"""What an entry of an overflow menu stands for."""


def read(kind: Kind, body: Mapping[str, Any], workspace_id: int) -> Asked:
    """A delivery as a value; raises one of UNREADABLE for one that Slack would not send."""
    require_storable(body)
    return _READERS[kind](body, workspace_id)


def _command(body: Mapping[str, Any], workspace_id: int) -> Asked:
    trigger_id = text(body, "trigger_id")
    return Asked(
        Kind.COMMAND,
        text(body, "command"),
        workspace_id,
        text(body, "user_id"),
        f"command:{trigger_id}",
        words=text_or_none(body, "text") or "",
        channel=text(body, "channel_id"),
        direct=body.get("channel_name") == DIRECT_MESSAGE,
        trigger_id=trigger_id,
        response_url=text_or_none(body, "response_url"),
        team=text_or_none(body, "team_id"),
    )


def _action(body: Mapping[str, Any], workspace_id: int) -> Asked:
    """A button or a menu entry; a menu entry and *Try again* are read as what they stand for."""
    action, user = body["actions"][0], body["user"]
    name, value = text(action, "action_id"), text_or_none(action, "value")
    if action["type"] == "overflow":
        value = text(action["selected_option"], "value")
    user_id = text(user, "id")
    channel = object_or_none(body, "channel") or {}
    ref, stale = _ref(value or "")
    words = ""
    if name == ActionId.RETRY_COMMAND:
        name, words = ref.thing or "", ref.words or ""
    if name == ActionId.MORE:
        if ref.thing in set(MoreChoice):
            # The step that an entry is about, where it names one, stands where words would.
            name, step = MORE[MoreChoice(ref.thing)], ref.words
            ref = ref.model_copy(update={"thing": step, "words": None})
        else:
            stale = True
    return Asked(
        Kind.ACTION,
        name,
        workspace_id,
        user_id,
        f"action:{text(action, 'action_ts')}:{user_id}",
        ref=ref,
        acted_ts=text(action, "action_ts"),
        words=words,
        channel=text_or_none(channel, "id"),
        direct=channel.get("name") == DIRECT_MESSAGE,
        trigger_id=text_or_none(body, "trigger_id"),
        response_url=text_or_none(body, "response_url"),
        whispered=bool((object_or_none(body, "container") or {}).get("is_ephemeral")),
        view=_view(object_or_none(body, "view")),
        team=text_or_none(user, "team_id"),
        stale=stale,
    )


def _submission(body: Mapping[str, Any], workspace_id: int) -> Asked:
    view, user = _view(body["view"]) or {}, body["user"]
    ref, stale = _ref(text_or_none(view, "private_metadata") or "")
    return Asked(
        Kind.SUBMISSION,
        text(view, "callback_id"),
        workspace_id,
        text(user, "id"),
        f"view:{view['id']}:{text(view, 'hash')}",
        ref=ref,
        trigger_id=text_or_none(body, "trigger_id"),
        view=view,
        team=text_or_none(user, "team_id"),
        stale=stale,
    )


def _view(view: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A view whose parts are what everybody takes them for."""
    if view is not None:
        text(view, "id")
        text_or_none(view, "private_metadata")
        Typed(view)
    return view


def _ref(value: str) -> tuple[Ref, bool]:
    """What a button or form carries, and whether it is unreadable: the answer then says so."""
    try:
        return Ref.load(value), False
    except Invalid:
        return Ref(), True


def _event(body: Mapping[str, Any], workspace_id: int) -> Asked:
    event = body["event"]
    require_event(event)
    user = event.get("user")
    return Asked(
        Kind.EVENT,
        event["type"],
        workspace_id,
        user if isinstance(user, str) else None,
        f"event:{text(body, 'event_id')}",
        event=event,
    )


def _shortcut(body: Mapping[str, Any], workspace_id: int) -> Asked:
    """A shortcut on a message; it is answered in a modal, wherever the message stands."""
    user, channel, message = body["user"], body["channel"], body["message"]
    user_id = text(user, "id")
    text(message, "ts")
    text_or_none(message, "user")
    text_or_none(message, "text")
    return Asked(
        Kind.SHORTCUT,
        text(body, "callback_id"),
        workspace_id,
        user_id,
        f"shortcut:{text(body, 'action_ts')}:{user_id}",
        channel=text(channel, "id"),
        direct=channel.get("name") == DIRECT_MESSAGE,
        trigger_id=text(body, "trigger_id"),
        team=text_or_none(user, "team_id"),
        message=message,
        team_domain=text_or_none(object_or_none(body, "team") or {}, "domain"),
    )


_READERS = {
    Kind.COMMAND: _command,
    Kind.ACTION: _action,
    Kind.SUBMISSION: _submission,
    Kind.EVENT: _event,
    Kind.SHORTCUT: _shortcut,
}
