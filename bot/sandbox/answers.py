"""What the app's answers do: bodies of acks, and POSTs to a response URL."""

from dataclasses import dataclass, field
from typing import Any, Final

from bot.sandbox.blockkit import BlocksRefused, Surface
from bot.sandbox.deliver import Failure, Reply
from bot.sandbox.events import Events
from bot.sandbox.posting import accept_blocks, message_json, post_as_app, thread_trouble
from bot.sandbox.screen import accept_view, close_views, push_modal, replace_view
from bot.sandbox.triggers import ResponseRight
from bot.sandbox.workspace import Json, Message, OpenView, Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one act, as far as the person can see it at once."""

    answered: bool
    notice: str | None = None
    field_errors: dict[str, str] = field(default_factory=dict)
    text: str | None = None
    message_ts: str | None = None
    view_id: str | None = None


class AnswerRefused(Exception):
    """The app's answer is not one Slack would take; the sentence says why."""


_MESSAGE_KEYS: Final = frozenset(
    {
        "text",
        "blocks",
        "response_type",
        "thread_ts",
        "replace_original",
        "delete_original",
        "mrkdwn",
        "metadata",
        "unfurl_links",
        "unfurl_media",
    }
)


def failure_sentence(what: str, reply: Reply) -> str:
    """What the person reads when the app did not answer an act properly."""
    match reply.failure:
        case Failure.TIMEOUT:
            return f"{what} failed: the app did not answer in time (operation_timeout)."
        case Failure.STATUS:
            return f"{what} failed: the app answered with status {reply.status} (http_error)."
        case _:
            return f"{what} failed: the app could not be reached (dispatch_failed)."


def _message_parts(workspace: Workspace, body: Json) -> tuple[str, list[Json]]:
    unknown = sorted(set(body) - _MESSAGE_KEYS)
    if unknown:
        raise AnswerRefused(f"The answer carries unknown keys: {', '.join(unknown)}.")
    text = body.get("text", "")
    if not isinstance(text, str):
        raise AnswerRefused("The answer's text is not a string.")
    try:
        blocks = accept_blocks(workspace, body["blocks"]) if body.get("blocks") else []
    except BlocksRefused as refusal:
        raise AnswerRefused(
            f"The answer's blocks were refused ({refusal.error}): {'; '.join(refusal.messages)}"
        ) from refusal
    if not text and not blocks:
        raise AnswerRefused("The answer has neither text nor blocks (no_text).")
    return text, blocks


def _is_public(body: Json) -> bool:
    kind = body.get("response_type", "ephemeral")
    if kind not in ("ephemeral", "in_channel"):
        raise AnswerRefused(f"There is no response_type {kind!r}.")
    return bool(kind == "in_channel")


def show_command_answer(
    workspace: Workspace, events: Events, *, user: str, channel: str, body: Any
) -> Message | None:
    """Shows the body of a slash command's ack: nothing, plain text, or a JSON message."""
    if body is None or body == {}:
        return None
    if isinstance(body, str):
        body = {"text": body}
    if not isinstance(body, dict):
        raise AnswerRefused("A command is answered with text or a JSON object.")
    text, blocks = _message_parts(workspace, body)
    message = post_as_app(
        workspace,
        channel,
        text=text,
        blocks=blocks,
        ephemeral_for=None if _is_public(body) else user,
    )
    events.app_posted(message)
    return message


def use_response_url(workspace: Workspace, events: Events, right: ResponseRight, body: Any) -> None:
    """Does what was POSTed to a response URL; raises AnswerRefused."""
    if not isinstance(body, dict):
        raise AnswerRefused("A response URL takes a JSON object.")
    if right.channel not in workspace.channels:
        raise AnswerRefused("The conversation is gone (channel_not_found).")
    source = _source(workspace, right)
    if body.get("delete_original"):
        if set(body) != {"delete_original"}:
            raise AnswerRefused("delete_original must be the only key.")
        if source is not None:
            previous = message_json(workspace, source, whole_metadata=True)
            workspace.remove_message(source)
            _tell_altered(workspace, events, "message_deleted", source, previous)
        return
    text, blocks = _message_parts(workspace, body)
    if body.get("replace_original") and source is not None:
        previous = message_json(workspace, source, whole_metadata=True)
        source.text, source.blocks = text, blocks
        workspace.message_changed(source)
        _tell_altered(workspace, events, "message_changed", source, previous)
        return
    message = post_as_app(
        workspace,
        right.channel,
        text=text,
        blocks=blocks,
        thread_ts=_thread(workspace, right, body),
        ephemeral_for=None if _is_public(body) else right.user,
    )
    right.source_ts = right.source_ts or message.ts
    events.app_posted(message)


def _tell_altered(
    workspace: Workspace, events: Events, subtype: str, message: Message, previous: Json
) -> None:
    """The app hears of what its own answer did to a message, but for what one person saw."""
    channel = workspace.channels[message.channel]
    if message.ephemeral_for is None and workspace.app.bot_user_id in channel.members:
        name, event = events.message_altered(subtype, message, previous)
        events.tell_later(name, event, channel=channel)


def _thread(workspace: Workspace, right: ResponseRight, body: Json) -> str | None:
    thread_ts = body.get("thread_ts")
    if thread_ts is None:
        return None
    if not isinstance(thread_ts, str):
        raise AnswerRefused("The answer's thread_ts is not a string.")
    trouble = thread_trouble(workspace.channels[right.channel], thread_ts)
    if trouble is not None:
        raise AnswerRefused(f"The answer's thread_ts was refused ({trouble}).")
    return thread_ts


def _source(workspace: Workspace, right: ResponseRight) -> Message | None:
    if right.source_ts is None:
        return None
    return workspace.channels[right.channel].messages.get(right.source_ts)


def apply_submission_answer(workspace: Workspace, view: OpenView, body: Any) -> None:
    """Closes, corrects, replaces, pushes or clears, as the ack of a submission asks."""
    if body is None or body == {} or body == "":
        close_views(workspace, view.user, [view.id])
        return
    if not isinstance(body, dict):
        raise AnswerRefused("A submission is answered with nothing or a JSON object.")
    if not any(open_view is view for open_view in workspace.modal_stack(view.user)):
        raise AnswerRefused("The view was closed before the app answered.")
    match body.get("response_action"):
        case "errors":
            view.errors = _field_errors(view, body.get("errors"))
            workspace.view_changed(view)
        case "update":
            replace_view(workspace, view, _answered_view(workspace, body, instead_of=view))
        case "push":
            pushed = _answered_view(workspace, body, instead_of=None)
            try:
                push_modal(workspace, pushed, view.user)
            except BlocksRefused as refusal:
                raise AnswerRefused(f"The view was not pushed ({refusal.error}).") from refusal
        case "clear":
            close_views(workspace, view.user, [v.id for v in workspace.modal_stack(view.user)])
        case other:
            raise AnswerRefused(f"There is no response_action {other!r}.")


def _field_errors(view: OpenView, errors: Any) -> dict[str, str]:
    if not isinstance(errors, dict) or not errors:
        raise AnswerRefused("response_action errors needs an object of block id to sentence.")
    inputs = {block["block_id"] for block in view.view["blocks"] if block["type"] == "input"}
    unknown = sorted(str(key) for key in errors if key not in inputs)
    if unknown:
        raise AnswerRefused(f"There is no input block {', '.join(unknown)} in this view.")
    if not all(isinstance(sentence, str) and sentence for sentence in errors.values()):
        raise AnswerRefused("An error under a field must be a sentence.")
    return dict(errors)


def _answered_view(workspace: Workspace, body: Json, *, instead_of: OpenView | None) -> Json:
    try:
        return accept_view(workspace, body.get("view"), Surface.MODAL, instead_of=instead_of)
    except BlocksRefused as refusal:
        raise AnswerRefused(
            f"The view was refused ({refusal.error}): {'; '.join(refusal.messages)}"
        ) from refusal
