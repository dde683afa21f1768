"""The blocks that came later: tables, cards and what agents show; all of them for messages."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.sandbox.blockkit_checks import (
    Check,
    Report,
    Shape,
    Surface,
    boolean,
    integer,
    list_of,
    one_of,
    string,
    text,
    typed,
)
from bot.sandbox.blockkit_elements import BUTTON, CONFIRM, IMAGE, USER
from bot.sandbox.blockkit_rich_text import RICH_TEXT_ELEMENTS


def _block_id(value: Any, at: str, report: Report) -> None:
    string("block_id")(value, at, report)
    if isinstance(value, str):
        if value in report.block_ids:
            report.add(f"block_id already exists: {value}", at)
        report.block_ids.add(value)


def block_of(
    fields: Mapping[str, Check],
    *,
    required: tuple[str, ...] = (),
    whole: Callable[[dict[str, Any], str, Report], None] | None = None,
) -> Shape:
    """A block with its own id beside what it carries."""
    return Shape({"block_id": _block_id, **fields}, required=required, whole=whole)


def _message_only(block: dict[str, Any], at: str, report: Report) -> None:
    if report.surface is not Surface.MESSAGE:
        report.add(f"{block['type']} blocks are for messages only", at)


RICH_TEXT: Final = Shape(
    {"elements": list_of(typed(RICH_TEXT_ELEMENTS, what="rich text"), "rich_text.elements")},
    required=("elements",),
)


def _number(value: Any, at: str, report: Report) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        report.add("must provide a number", at)


CELLS: Final[dict[str, Check]] = {
    "raw_text": Shape({"text": string("cell.text")}, required=("text",)),
    "raw_number": Shape(
        {"value": _number, "text": string("cell.text")}, required=("value", "text")
    ),
    "rich_text": RICH_TEXT,
}
_CELL: Final = typed(CELLS, what="cell")


def _columns(value: Any, at: str, report: Report) -> None:
    """Settings of the columns; null stands for one that has none."""
    if not isinstance(value, list):
        report.add("must provide an array", at)
        return
    setting = Shape({"align": one_of("left", "center", "right"), "is_wrapped": boolean})
    if report.measure("table.column_settings", len(value), at):
        for index, entry in enumerate(value):
            if entry is not None:
                setting(entry, f"{at}/{index}", report)


def _table(block: dict[str, Any], at: str, report: Report) -> None:
    _message_only(block, at, report)
    report.measure("table.characters", _said(block["rows"]), at)


def _said(value: Any) -> int:
    """How many characters stand in cells, however deep."""
    if isinstance(value, list):
        return sum(_said(one) for one in value)
    if not isinstance(value, dict):
        return 0
    words = value.get("text")
    own = len(words) if isinstance(words, str) else 0
    return own + sum(_said(one) for one in value.values() if isinstance(one, list))


def _data_table(block: dict[str, Any], at: str, report: Report) -> None:
    _message_only(block, at, report)
    rows = block["rows"]
    if len({len(row) for row in rows}) > 1:
        report.add("rows must have the same number of cells", f"{at}/rows")
    for index, cell in enumerate(rows[0]):
        if cell["type"] == "rich_text":
            report.add("a header cell must not be rich text", f"{at}/rows/0/{index}")


def _card(block: dict[str, Any], at: str, report: Report) -> None:
    _message_only(block, at, report)
    if not any(name in block for name in ("hero_image", "title", "actions", "body")):
        report.add("one of hero_image, title, actions and body is required", at)


def _container(block: dict[str, Any], at: str, report: Report) -> None:
    _message_only(block, at, report)
    if "title" not in block and "rich_text_title" not in block:
        report.add("one of title and rich_text_title is required", at)
    if block.get("is_collapsible") and block.get("has_header_divider"):
        report.add("a collapsible container has no header divider", f"{at}/has_header_divider")


_FEEDBACK: Final = Shape(
    {
        "text": text("button.text"),
        "value": string("button.value"),
        "accessibility_label": string("button.accessibility_label"),
    },
    required=("text", "value"),
)
_CONTEXT_ACTIONS: Final[dict[str, Check]] = {
    "feedback_buttons": Shape(
        {
            "action_id": string("action_id"),
            "positive_button": _FEEDBACK,
            "negative_button": _FEEDBACK,
        },
        required=("positive_button", "negative_button"),
    ),
    "icon_button": Shape(
        {
            "action_id": string("action_id"),
            "icon": one_of("trash"),
            "text": text("button.text"),
            "value": string("button.value"),
            "accessibility_label": string("button.accessibility_label"),
            "visible_to_user_ids": list_of(USER, "icon_button.visible_to_user_ids"),
            "confirm": CONFIRM,
        },
        required=("icon", "text"),
    ),
}
_SOURCE: Final = typed(
    {"url": Shape({"url": string("source.url"), "text": string("source.text")}, required=("url",))},
    what="source",
)


def _rich_text(value: Any, at: str, report: Report) -> None:
    typed({"rich_text": RICH_TEXT}, what="rich text")(value, at, report)


_CARD: Final = block_of(
    {
        "hero_image": typed({"image": IMAGE}, what="image"),
        "icon": typed({"image": IMAGE}, what="image"),
        "title": text("card.title", mrkdwn=True),
        "subtitle": text("card.subtitle", mrkdwn=True),
        "body": text("card.body", mrkdwn=True),
        "actions": list_of(typed({"button": BUTTON}, what="card action"), "card.actions"),
    },
    whole=_card,
)
_TASK: Final = block_of(
    {
        "task_id": string("task_card.task_id"),
        "title": string("task_card.title"),
        "details": _rich_text,
        "output": _rich_text,
        "sources": list_of(_SOURCE),
        "status": one_of("pending", "in_progress", "complete", "error"),
    },
    required=("task_id", "title", "status"),
    whole=_message_only,
)
_INSIDE_A_CONTAINER: Final = (
    "actions",
    "context",
    "divider",
    "header",
    "image",
    "rich_text",
    "section",
)


def more_blocks(known: Mapping[str, Check]) -> dict[str, Check]:
    """The later blocks; a container takes some of those that are known already."""
    table = block_of(
        {
            "rows": list_of(list_of(_CELL, "table.cells"), "table.rows"),
            "column_settings": _columns,
        },
        required=("rows",),
        whole=_table,
    )
    inside = {name: known[name] for name in _INSIDE_A_CONTAINER} | {"table": table}
    return {
        "table": table,
        "data_table": block_of(
            {
                "caption": string("data_table.caption"),
                "rows": list_of(list_of(_CELL, "table.cells"), "data_table.rows"),
                "page_size": integer("data_table.page_size"),
                "row_header_column_index": integer("data_table.row_header_column_index"),
            },
            required=("caption", "rows"),
            whole=_data_table,
        ),
        "context_actions": block_of(
            {
                "elements": list_of(
                    typed(_CONTEXT_ACTIONS, what="context action"), "context_actions.elements"
                )
            },
            required=("elements",),
            whole=_message_only,
        ),
        "alert": block_of(
            {
                "text": text("alert.text", mrkdwn=True),
                "level": one_of("default", "info", "warning", "error", "success"),
            },
            required=("text",),
            whole=_message_only,
        ),
        "card": _CARD,
        "carousel": block_of(
            {"elements": list_of(typed({"card": _CARD}, what="card"), "carousel.elements")},
            required=("elements",),
            whole=_message_only,
        ),
        "container": block_of(
            {
                "title": text("container.title"),
                "rich_text_title": _rich_text,
                "subtitle": text("container.subtitle", mrkdwn=True),
                "child_blocks": list_of(
                    typed(inside, what="block in a container"), "container.child_blocks"
                ),
                "width": one_of("narrow", "standard", "wide", "full"),
                "icon": typed({"image": IMAGE}, what="image"),
                "is_collapsible": boolean,
                "default_collapsed": boolean,
                "has_header_divider": boolean,
            },
            required=("child_blocks",),
            whole=_container,
        ),
        "task_card": _TASK,
        "plan": block_of(
            {
                "title": string("plan.title"),
                "tasks": list_of(typed({"task_card": _TASK}, what="task"), "plan.tasks"),
            },
            required=("title",),
            whole=_message_only,
        ),
    }
