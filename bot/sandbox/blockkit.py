"""Strict Block Kit: what a message, a modal and a Home tab may contain, told as Slack tells it."""

import json
from collections.abc import Sequence
from typing import Any, Final

from bot.sandbox.blockkit_checks import (
    Check,
    Report,
    Shape,
    Surface,
    boolean,
    list_of,
    string,
    text,
    typed,
)
from bot.sandbox.blockkit_elements import (
    ACCESSORIES,
    ACTIONS,
    CONTEXT,
    INPUTS,
    SLACK_FILE,
    SUGGESTIONS,
)
from bot.sandbox.blockkit_more import block_of, more_blocks
from bot.sandbox.blockkit_rich_text import RICH_TEXT_ELEMENTS
from bot.sandbox.limits import LIMITS


def _action_ids_differ(block: dict[str, Any], at: str, report: Report) -> None:
    seen: set[str] = set()
    for index, element in enumerate(block["elements"]):
        action_id = element.get("action_id")
        if action_id is None:
            continue
        if action_id in seen:
            report.add(f"action_id already exists: {action_id}", f"{at}/elements/{index}")
        seen.add(action_id)


def _section_says_something(block: dict[str, Any], at: str, report: Report) -> None:
    if "text" not in block and "fields" not in block:
        report.add("one of text and fields is required", at)


def _image_has_source(block: dict[str, Any], at: str, report: Report) -> None:
    if ("image_url" in block) == ("slack_file" in block):
        report.add("exactly one of image_url and slack_file is required", at)


def _input(_: dict[str, Any], at: str, report: Report) -> None:
    report.inputs += 1
    if report.surface is Surface.MESSAGE:
        report.add("input blocks in messages are not done by this sandbox", at)


def _markdown(value: Any, at: str, report: Report) -> None:
    string("markdown.text")(value, at, report)
    if isinstance(value, str):
        # The limit counts all markdown blocks of a message together.
        before = report.markdown_total
        report.markdown_total += len(value)
        report.text_total += len(value)
        if before:
            what = "all markdown blocks together "
            report.measure("markdown.text", report.markdown_total, at, what=what)


def _markdown_place(_: dict[str, Any], at: str, report: Report) -> None:
    if report.surface is not Surface.MESSAGE:
        report.add("markdown blocks are for messages only", at)


BLOCKS: Final[dict[str, Check]] = {
    "section": block_of(
        {
            "text": text("section.text", mrkdwn=True),
            "fields": list_of(text("section.field", mrkdwn=True), "section.fields"),
            "accessory": typed(ACCESSORIES, what="accessory"),
            "expand": boolean,
        },
        whole=_section_says_something,
    ),
    "header": block_of({"text": text("header.text")}, required=("text",)),
    "divider": block_of({}),
    "context": block_of(
        {"elements": list_of(typed(CONTEXT, what="context element"), "context.elements")},
        required=("elements",),
    ),
    "actions": block_of(
        {"elements": list_of(typed(ACTIONS, what="actions element"), "actions.elements")},
        required=("elements",),
        whole=_action_ids_differ,
    ),
    "image": block_of(
        {
            "image_url": string("image.image_url"),
            "slack_file": SLACK_FILE,
            "alt_text": string("image.alt_text"),
            "title": text("image.title"),
        },
        required=("alt_text",),
        whole=_image_has_source,
    ),
    "input": block_of(
        {
            "label": text("input.label"),
            "hint": text("input.hint"),
            "optional": boolean,
            "dispatch_action": boolean,
            "element": typed(INPUTS, what="input element"),
        },
        required=("label", "element"),
        whole=_input,
    ),
    "rich_text": block_of(
        {"elements": list_of(typed(RICH_TEXT_ELEMENTS, what="rich text"), "rich_text.elements")},
        required=("elements",),
    ),
    "markdown": block_of({"text": _markdown}, required=("text",), whole=_markdown_place),
}

BLOCKS.update(more_blocks(BLOCKS))

_ANY_BLOCK: Final = typed(BLOCKS, what="block")
_MESSAGE_BLOCKS: Final = list_of(_ANY_BLOCK, "message.blocks")
_VIEW_BLOCKS: Final = list_of(_ANY_BLOCK, "view.blocks")

_SHARED_VIEW_FIELDS: Final[dict[str, Check]] = {
    "blocks": _VIEW_BLOCKS,
    "private_metadata": string("view.private_metadata"),
    "callback_id": string("view.callback_id"),
    "external_id": string("view.external_id"),
}


def _submit_is_there(view: dict[str, Any], at: str, report: Report) -> None:
    if report.inputs and "submit" not in view:
        report.add("submit is required when blocks contain an input", f"{at}/submit")


VIEWS: Final[dict[str, Check]] = {
    "modal": Shape(
        {
            **_SHARED_VIEW_FIELDS,
            "title": text("view.title"),
            "submit": text("view.submit"),
            "close": text("view.close"),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
        required=("title", "blocks"),
        whole=_submit_is_there,
    ),
    "home": Shape({**_SHARED_VIEW_FIELDS}, required=("blocks",)),
}


class BlocksRefused(Exception):
    """Slack's error code, and its sentences with the places they are about."""

    def __init__(self, error: str, messages: Sequence[str] = (), rows: Sequence[str] = ()) -> None:
        super().__init__(error)
        self.error = error
        self.messages = list(messages)
        self.rows = tuple(rows)
        """Which rows of the table of limits were broken; none where it is not about a size."""


def check_message_blocks(blocks: Any) -> None:
    """Raises BlocksRefused unless Slack would take these blocks in a message."""
    if not isinstance(blocks, list):
        raise BlocksRefused(
            "invalid_blocks_format", ["[ERROR] must provide an array [json-pointer:/blocks]"]
        )
    report = Report(Surface.MESSAGE)
    _MESSAGE_BLOCKS(blocks, "/blocks", report)
    if report.complaints:
        raise BlocksRefused("invalid_blocks", report.complaints, report.rows)
    if [block["type"] for block in blocks].count("table") > 1:
        raise BlocksRefused("invalid_attachments", ["only_one_table_allowed"])
    if report.text_total > LIMITS["message.texts"].most:
        raise BlocksRefused("msg_blocks_too_long", (), ["message.texts"])


def check_view(view: Any, surface: Surface, *, at: str = "/view") -> None:
    """Raises BlocksRefused unless Slack would take this view on this surface."""
    if len(json.dumps(view, ensure_ascii=False).encode()) > LIMITS["view.bytes"].most:
        raise BlocksRefused("view_too_large", (), ["view.bytes"])
    report = Report(surface)
    if not isinstance(view, dict):
        report.add("must provide an object", at)
    elif view.get("type") != surface:
        report.add(f"view must be of type {surface}", f"{at}/type")
    else:
        VIEWS[surface.value](view, at, report)
    if report.complaints:
        raise BlocksRefused("invalid_arguments", report.complaints, report.rows)


def check_suggestions(body: Any) -> None:
    """Raises BlocksRefused unless a menu could show what an app answered for it."""
    report = Report(Surface.MODAL)
    SUGGESTIONS(body, "", report)
    if report.complaints:
        raise BlocksRefused("invalid_arguments", report.complaints, report.rows)


__all__ = ["BlocksRefused", "Surface", "check_message_blocks", "check_suggestions", "check_view"]
