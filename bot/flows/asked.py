"""What came in from Slack, read once into one typed value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.domain.errors import Invalid, Problem
from bot.flows.inputs import Typed
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
    trigger_id: str | None = None
    response_url: str | None = None
    view: Mapping[str, Any] | None = None
    event: Mapping[str, Any] = field(default_factory=dict)
    team: str | None = None
    """The team of the person who acted, where Slack says it."""
    whispered: bool = False
    """Whether the message with the button is seen by this person alone."""
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
    MoreChoice.ASSIGN: ActionId.OPEN_ASSIGN,
    MoreChoice.CANCEL: ActionId.OPEN_CANCEL,
    MoreChoice.UNDO_ACKNOWLEDGE: ActionId.UNDO_ACKNOWLEDGE,
    MoreChoice.UNDO_CANCEL: ActionId.UNDO_CANCEL,
    MoreChoice.OPEN: ActionId.OPEN_HANDOFF,
}
"""What an entry of an overflow menu stands for."""


def read_command(body: Mapping[str, Any], workspace_id: int) -> Asked:
    """A slash command."""
    return Asked(
        Kind.COMMAND,
        body["command"],
        workspace_id,
        body["user_id"],
        f"command:{body['trigger_id']}",
        words=body.get("text", ""),
        channel=body["channel_id"],
        direct=body.get("channel_name") == DIRECT_MESSAGE,
        trigger_id=body["trigger_id"],
        response_url=body.get("response_url"),
        team=body.get("team_id"),
    )


def read_action(body: Mapping[str, Any], workspace_id: int) -> Asked:
    """A button or a menu entry; a menu entry and *Try again* are read as what they stand for."""
    action, user = body["actions"][0], body["user"]
    name, value = action["action_id"], action.get("value")
    if action["type"] == "overflow":
        value = action["selected_option"]["value"]
    channel = body.get("channel") or {}
    ref, stale = _ref(value or "")
    words = ""
    if name == ActionId.RETRY_COMMAND:
        name, words = ref.thing or "", ref.words or ""
    if name == ActionId.MORE:
        if ref.thing in set(MoreChoice):
            name, ref = MORE[MoreChoice(ref.thing)], ref.model_copy(update={"thing": None})
        else:
            stale = True
    return Asked(
        Kind.ACTION,
        name,
        workspace_id,
        user["id"],
        f"action:{action['action_ts']}:{user['id']}",
        ref=ref,
        words=words,
        channel=channel.get("id"),
        direct=channel.get("name") == DIRECT_MESSAGE,
        trigger_id=body.get("trigger_id"),
        response_url=body.get("response_url"),
        whispered=bool((body.get("container") or {}).get("is_ephemeral")),
        view=body.get("view"),
        team=user.get("team_id"),
        stale=stale,
    )


def read_submission(body: Mapping[str, Any], workspace_id: int) -> Asked:
    """A submitted modal."""
    view, user = body["view"], body["user"]
    ref, stale = _ref(view.get("private_metadata", ""))
    return Asked(
        Kind.SUBMISSION,
        view["callback_id"],
        workspace_id,
        user["id"],
        f"view:{view['id']}:{view['hash']}",
        ref=ref,
        trigger_id=body.get("trigger_id"),
        view=view,
        team=user.get("team_id"),
        stale=stale,
    )


def _ref(value: str) -> tuple[Ref, bool]:
    """What a button or form carries, and whether it is unreadable: the answer then says so."""
    try:
        return Ref.load(value), False
    except Invalid:
        return Ref(), True


def read_event(body: Mapping[str, Any], workspace_id: int) -> Asked:
    """Something that happened in the workspace."""
    event = body["event"]
    user = event.get("user")
    return Asked(
        Kind.EVENT,
        event["type"],
        workspace_id,
        user if isinstance(user, str) else None,
        f"event:{body['event_id']}",
        event=event,
    )


READERS = {
    Kind.COMMAND: read_command,
    Kind.ACTION: read_action,
    Kind.SUBMISSION: read_submission,
    Kind.EVENT: read_event,
}
