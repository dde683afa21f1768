"""The rich_text block, whose pieces carry their own styles."""

from typing import Final

from markupsafe import Markup

from bot.sandbox.render.emoji import emoji
from bot.sandbox.render.markup import join, lines, link, tag
from bot.sandbox.render.mrkdwn import broadcast, date_piece, mention_person, mention_place
from bot.sandbox.render.reader import Reader
from bot.sandbox.workspace import Blocks, Json

_STYLES: Final = (
    ("code", "code"),
    ("bold", "strong"),
    ("italic", "em"),
    ("strike", "del"),
    ("underline", "u"),
)


def rich_text(elements: Blocks, reader: Reader) -> Markup:
    return join(_part(element, reader) for element in elements)


def _part(element: Json, reader: Reader) -> Markup:
    match element["type"]:
        case "rich_text_list":
            return _list(element, reader)
        case "rich_text_quote":
            return tag("blockquote", {}, _pieces(element, reader))
        case "rich_text_preformatted":
            return tag("pre", {}, _pieces(element, reader))
        case _:
            return tag("div", {"class": "rich-section"}, _pieces(element, reader))


def _list(element: Json, reader: Reader) -> Markup:
    ordered = element["style"] == "ordered"
    items = [tag("li", {}, _pieces(item, reader)) for item in element["elements"]]
    indent = min(int(element.get("indent", 0)), 8)
    return tag(
        "ol" if ordered else "ul",
        {
            "class": f"rich-list indent-{indent}",
            "start": element["offset"] + 1 if ordered and element.get("offset") else None,
        },
        *items,
    )


def _pieces(element: Json, reader: Reader) -> Markup:
    return join(_piece(piece, reader) for piece in element["elements"])


def _piece(piece: Json, reader: Reader) -> Markup:
    shown = _bare(piece, reader)
    style = piece.get("style", {})
    for name, element in _STYLES:
        if style.get(name):
            shown = tag(element, {}, shown)
    return shown


def _bare(piece: Json, reader: Reader) -> Markup:
    match piece["type"]:
        case "text":
            return lines(piece["text"])
        case "link":
            return link(piece["url"], piece.get("text") or piece["url"], reader)
        case "user":
            return mention_person(piece["user_id"], reader)
        case "channel":
            return mention_place(piece["channel_id"], reader)
        case "broadcast":
            return broadcast(piece["range"])
        case "usergroup":
            return tag("span", {"class": "mention"}, f"@{piece['usergroup_id']}")
        case "emoji":
            return Markup("{}").format(emoji(piece["name"]))
        case "date":
            return date_piece(piece["timestamp"], piece["format"], reader, url=piece.get("url"))
    return Markup("")
