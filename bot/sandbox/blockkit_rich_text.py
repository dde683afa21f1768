"""The pieces of a rich_text block."""

from typing import Any, Final

from bot.sandbox.blockkit_checks import (
    Check,
    Report,
    Shape,
    boolean,
    integer,
    list_of,
    one_of,
    typed,
)


def _words(value: Any, at: str, report: Report) -> None:
    if not isinstance(value, str):
        report.add("must provide a string", at)
    elif report.measure("rich_text.text", len(value), at):
        report.text_total += len(value)


def _name(value: Any, at: str, report: Report) -> None:
    if not isinstance(value, str) or not value:
        report.add("must provide a string", at)


_LOOKS: Final = ("bold", "italic", "strike", "code", "underline", "highlight", "unlink")
STYLE: Final = Shape(dict.fromkeys((*_LOOKS, "client_highlight"), boolean))
PIECES: Final[dict[str, Check]] = {
    "text": Shape({"text": _words, "style": STYLE}, required=("text",)),
    "link": Shape(
        {"url": _name, "text": _words, "unsafe": boolean, "style": STYLE}, required=("url",)
    ),
    "user": Shape({"user_id": _name, "style": STYLE}, required=("user_id",)),
    "channel": Shape({"channel_id": _name, "style": STYLE}, required=("channel_id",)),
    "usergroup": Shape({"usergroup_id": _name, "style": STYLE}, required=("usergroup_id",)),
    "emoji": Shape(
        {"name": _name, "unicode": _name, "skin_tone": integer("emoji.skin_tone"), "style": STYLE},
        required=("name",),
    ),
    "broadcast": Shape(
        {"range": one_of("here", "channel", "everyone"), "style": STYLE}, required=("range",)
    ),
    "date": Shape(
        {
            "timestamp": integer("date.timestamp"),
            "format": _name,
            "url": _name,
            "fallback": _name,
            "style": STYLE,
        },
        required=("timestamp", "format"),
    ),
}
_PIECES: Final = list_of(typed(PIECES, what="rich text piece"))
SECTION: Final = Shape({"elements": _PIECES}, required=("elements",))
RICH_TEXT_ELEMENTS: Final[dict[str, Check]] = {
    "rich_text_section": SECTION,
    "rich_text_quote": Shape(
        {"elements": _PIECES, "border": integer("rich_text.border")}, required=("elements",)
    ),
    "rich_text_preformatted": Shape(
        {"elements": _PIECES, "border": integer("rich_text.border"), "language": _name},
        required=("elements",),
    ),
    "rich_text_list": Shape(
        {
            "elements": list_of(
                typed({"rich_text_section": SECTION}, what="list item"), "rich_text_list.elements"
            ),
            "style": one_of("bullet", "ordered"),
            "indent": integer("rich_text_list.indent"),
            "offset": integer("rich_text_list.offset"),
            "border": integer("rich_text.border"),
        },
        required=("elements", "style"),
    ),
}
