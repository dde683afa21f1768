"""What is typed into a rich text field, as the blocks Slack's own editor makes of it, and back.

A line that begins with `- ` is of a list, one with `1. ` of a numbered one, `> ` is quoted, and
between lines of three backticks stands what is kept as it is. Within a line *bold*, _italic_,
~struck~, `code` and addresses are known.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from bot.sandbox.workspace import Json

_FENCE: Final = "```"
_STYLES: Final = {"*": "bold", "_": "italic", "~": "strike", "`": "code"}
_SIGNS: Final = {look: sign for sign, look in _STYLES.items()}
_PIECE: Final = re.compile(
    r"(?<!\w)([*_~`])(?=\S)((?:(?!\1).)*?\S)\1(?!\w)|(https?://[^\s<>]+[^\s<>.,;:!?)])"
)
_LINE: Final = re.compile(r"(- |• |\d+\. |> |)(.*)")
_BULLET, _ORDERED, _QUOTE = "bullet", "ordered", "quote"


def rich_text_of(typed: str) -> Json | None:
    """A rich_text block; None where nothing was typed."""
    if not typed.strip():
        return None
    elements = list(_elements(typed))
    if not elements:
        elements = [{"type": "rich_text_section", "elements": [{"type": "text", "text": typed}]}]
    return {"type": "rich_text", "elements": elements}


def typed_of(block: Json | None) -> str:
    """The text that makes this block when it is typed."""
    if block is None:
        return ""
    return "\n".join(_shown(element) for element in block["elements"])


def _elements(typed: str) -> Iterator[Json]:
    for number, part in enumerate(typed.split(_FENCE)):
        if number % 2 and part.strip("\n"):
            words = [{"type": "text", "text": part.strip("\n")}]
            yield {"type": "rich_text_preformatted", "elements": words}
        elif not number % 2 and part.strip("\n"):
            yield from _outside(part.strip("\n"))


def _outside(part: str) -> Iterator[Json]:
    lines = [_kind_and_words(line) for line in part.split("\n")]
    for kind, group in groupby(lines, key=lambda line: line[0]):
        words = [line for _, line in group]
        if kind in (_BULLET, _ORDERED):
            items = [{"type": "rich_text_section", "elements": _pieces(one)} for one in words]
            yield {"type": "rich_text_list", "style": kind, "elements": items}
        else:
            quoted = kind == _QUOTE
            name = "rich_text_quote" if quoted else "rich_text_section"
            yield {"type": name, "elements": _pieces("\n".join(words))}


def _kind_and_words(line: str) -> tuple[str, str]:
    match = _LINE.fullmatch(line)
    sign, words = match.groups() if match is not None else ("", line)
    if not words:
        return "", line
    kinds = {"": "", "> ": _QUOTE, "- ": _BULLET, "• ": _BULLET}
    return kinds.get(sign, _ORDERED), words


def _pieces(words: str) -> list[Json]:
    found: list[Json] = []
    at = 0
    for match in _PIECE.finditer(words):
        if match.start() > at:
            found.append({"type": "text", "text": words[at : match.start()]})
        if match[3]:
            found.append({"type": "link", "url": match[3]})
        else:
            style = {_STYLES[match[1]]: True}
            found.append({"type": "text", "text": match[2], "style": style})
        at = match.end()
    if at < len(words):
        found.append({"type": "text", "text": words[at:]})
    return found


def _shown(element: Json) -> str:
    kind = element["type"]
    if kind == "rich_text_list":
        signs = ("- " for _ in element["elements"])
        if element["style"] == _ORDERED:
            signs = (f"{number}. " for number, _ in enumerate(element["elements"], 1))
        rows = zip(signs, element["elements"], strict=False)
        return "\n".join(sign + _line(item["elements"]) for sign, item in rows)
    words = _line(element["elements"])
    if kind == "rich_text_preformatted":
        return f"{_FENCE}\n{words}\n{_FENCE}"
    if kind == "rich_text_quote":
        return "\n".join(f"> {line}" for line in words.split("\n"))
    return words


def _line(pieces: list[Json]) -> str:
    return "".join(_piece(one) for one in pieces)


def _piece(piece: Json) -> str:
    match piece["type"]:
        case "text":
            looks = [look for look in piece.get("style", {}) if look in _SIGNS]
            sign = _SIGNS[looks[0]] if looks else ""
            return f"{sign}{piece['text']}{sign}"
        case "link":
            return str(piece.get("text") or piece["url"])
        case "emoji":
            return f":{piece['name']}:"
        case "user":
            return f"<@{piece['user_id']}>"
        case "channel":
            return f"<#{piece['channel_id']}>"
    return str(piece.get("fallback", ""))
