"""The markdown block's standard markdown: headings, lists, quotes, code, emphasis and links."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from markupsafe import Markup, escape

from bot.sandbox.render.emoji import with_emoji
from bot.sandbox.render.markup import join, link, tag
from bot.sandbox.render.reader import Reader

_HEADING: Final = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_ITEM: Final = re.compile(r"\s*(?:[-*+]|(\d+)[.)])\s+(.*)")
_RULE: Final = re.compile(r"\s*(?:-\s*){3,}$|\s*(?:\*\s*){3,}$")
_INLINE: Final = re.compile(
    r"(?P<code>`(?P<code_text>[^`]+)`)"
    r"|(?P<link>\[(?P<label>[^\]]+)\]\((?P<url>[^()\s]+)\))"
    r"|(?P<strong>(?P<strong_sign>\*\*|__)(?=\S)(?P<strong_text>.+?)(?<=\S)(?P=strong_sign))"
    r"|(?P<del>~~(?=\S)(?P<del_text>.+?)(?<=\S)~~)"
    r"|(?P<em>(?<![\w*])(?P<em_sign>[*_])(?=\S)(?P<em_text>.+?)(?<=\S)(?P=em_sign)(?![\w*]))"
)


def markdown(text: str, reader: Reader) -> Markup:
    rows = text.split("\n")
    return join(_blocks(rows, reader))


def _blocks(rows: list[str], reader: Reader) -> Iterator[Markup]:
    at = 0
    while at < len(rows):
        row = rows[at]
        if row.startswith("```"):
            end = _first(rows, at + 1, lambda later: later.startswith("```"))
            yield tag("pre", {}, "\n".join(rows[at + 1 : end]))
            at = end + 1
        elif not row.strip():
            at += 1
        elif heading := _HEADING.match(row):
            yield tag(f"h{min(len(heading[1]) + 2, 6)}", {}, _inline(heading[2], reader))
            at += 1
        elif _RULE.match(row):
            yield tag("hr")
            at += 1
        elif row.startswith(">"):
            end = _first(rows, at, lambda later: not later.startswith(">"))
            yield tag("blockquote", {}, join(_blocks([_unquoted(r) for r in rows[at:end]], reader)))
            at = end
        elif _ITEM.match(row):
            end = _first(rows, at, lambda later: not _ITEM.match(later))
            yield _list(rows[at:end], reader)
            at = end
        else:
            end = _first(rows, at + 1, _ends_paragraph)
            inside = [_inline(r, reader) for r in rows[at:end]]
            yield tag("p", {}, join(inside, Markup("<br>")))
            at = end


def _first(rows: list[str], start: int, stops: Callable[[str], object]) -> int:
    return next((i for i in range(start, len(rows)) if stops(rows[i])), len(rows))


def _unquoted(row: str) -> str:
    """A quote within a quote is shown as one."""
    return row.lstrip("> ")


def _ends_paragraph(row: str) -> bool:
    return not row.strip() or row.startswith((">", "```", "#")) or bool(_ITEM.match(row))


def _list(rows: list[str], reader: Reader) -> Markup:
    matches = [found for row in rows if (found := _ITEM.match(row))]
    ordered = matches[0][1]
    items = [tag("li", {}, _inline(match[2], reader)) for match in matches]
    if ordered:
        return tag("ol", {"class": "rich-list", "start": int(ordered)}, *items)
    return tag("ul", {"class": "rich-list"}, *items)


def _inline(text: str, reader: Reader) -> Markup:
    parts: list[Markup] = []
    end = 0
    for match in _INLINE.finditer(text):
        parts.append(escape(with_emoji(text[end : match.start()])))
        parts.append(_styled(match, reader))
        end = match.end()
    parts.append(escape(with_emoji(text[end:])))
    return join(parts)


def _styled(match: re.Match[str], reader: Reader) -> Markup:
    if match["code"]:
        return tag("code", {}, match["code_text"])
    if match["link"]:
        return link(match["url"], _inline(match["label"], reader), reader)
    for element in ("strong", "del", "em"):
        if match[element]:
            return tag(element, {}, _inline(match[f"{element}_text"], reader))
    return escape(match[0])
