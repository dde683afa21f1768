"""Slack's mrkdwn as safe HTML: tokens, formatting, quotes and code, in the reader's names."""

import html
import re
from collections.abc import Callable, Iterator
from typing import Final

from markupsafe import Markup, escape

from bot.sandbox.render.dates import date_token, full_time
from bot.sandbox.render.emoji import SHORTCODE, emoji, with_emoji
from bot.sandbox.render.markup import join, lines, link, tag
from bot.sandbox.render.reader import Reader

_FENCE: Final = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
_INLINE: Final = re.compile(r"`([^`\n]+)`|<([^<>]+)>")
_BARE_URL: Final = re.compile(r"https?://[^\s<>|]+[^\s<>|.,;:!?)\]}'\"*_~]")
_QUOTE: Final = re.compile(r"(?:&gt;|>) ?")
_BULLET: Final = re.compile(r"(?:[•◦▪–-]|\d+\.)\s")
_DATE: Final = re.compile(r"!date\^(\d{1,10})\^([^^|]+)(?:\^([^|]+))?(?:\|(.*))?", re.DOTALL)

# Finished pieces of HTML stand in the text as private-use characters while it is being formatted.
_OPEN, _SHUT = "\ue000", "\ue001"
_HELD: Final = re.compile(f"{_OPEN}(\\d+){_SHUT}")
_STYLES: Final = tuple(
    (element, re.compile(rf"(?<![\w{sign}]){sign}(?=\S)([^\n{sign}]+)(?<=\S){sign}(?![\w{sign}])"))
    for element, sign in (("strong", r"\*"), ("em", "_"), ("del", "~"))
)


def mrkdwn(text: str, reader: Reader, *, verbatim: bool = False) -> Markup:
    """A mrkdwn text as HTML; bare addresses become links unless `verbatim`."""
    text = text.replace(_OPEN, "").replace(_SHUT, "")
    parts: list[Markup] = []
    end = 0
    for fence in _FENCE.finditer(text):
        parts.append(_lines(text[end : fence.start()].removesuffix("\n"), reader, verbatim))
        parts.append(tag("pre", {}, html.unescape(_tokens_as_text(fence[1], reader))))
        end = fence.end()
    rest = text[end:]
    parts.append(_lines(rest.removeprefix("\n") if end else rest, reader, verbatim))
    return join(parts)


def plain_text(text: str, *, with_emoji_codes: bool = True) -> Markup:
    """A plain_text object's words: no formatting, only emoji shortcodes."""
    return lines(with_emoji(text) if with_emoji_codes else text)


def _lines(text: str, reader: Reader, verbatim: bool) -> Markup:
    parts: list[Markup] = []
    for quoted, group in _quotes(text):
        rows = [_inline(row, reader, verbatim) for row in group]
        if quoted:
            parts.append(tag("blockquote", {}, join(rows, Markup("<br>"))))
        else:
            parts.append(_paragraph(group, rows))
    return join(parts)


def _quotes(text: str) -> Iterator[tuple[bool, list[str]]]:
    """Runs of lines that are quoted, or not; the quote sign is taken off."""
    group: list[str] = []
    was_quoted = False
    for line in text.split("\n") if text else ():
        sign = _QUOTE.match(line)
        if group and bool(sign) is not was_quoted:
            yield was_quoted, group
            group = []
        was_quoted = bool(sign)
        group.append(line[sign.end() :] if sign else line)
    if group:
        yield was_quoted, group


def _paragraph(group: list[str], rows: list[Markup]) -> Markup:
    """Rows with breaks; a row that starts like a list item hangs, so that its wrap lines up."""
    parts: list[Markup] = []
    for index, (raw, row) in enumerate(zip(group, rows, strict=True)):
        if _BULLET.match(raw):
            parts.append(tag("span", {"class": "hang"}, row))
            continue
        follows_text = index > 0 and not _BULLET.match(group[index - 1])
        parts.append(Markup("<br>") + row if follows_text else row)
    return join(parts)


def _inline(row: str, reader: Reader, verbatim: bool) -> Markup:
    held: list[Markup] = []

    def hold(piece: Markup) -> str:
        held.append(piece)
        return f"{_OPEN}{len(held) - 1}{_SHUT}"

    def code_or_token(match: re.Match[str]) -> str:
        if match[1] is not None:
            code = html.unescape(_tokens_as_text(match[1], reader))
            return hold(tag("code", {}, code))
        return hold(_token(match[2], reader))

    row = _INLINE.sub(code_or_token, row)
    if not verbatim:
        row = _BARE_URL.sub(
            lambda match: hold(link(html.unescape(match[0]), html.unescape(match[0]), reader)), row
        )
    row = SHORTCODE.sub(lambda match: emoji(match[1]), row)
    return _styled(row, lambda number: held[number])


def _styled(row: str, piece: Callable[[int], Markup]) -> Markup:
    """Formatting from left to right; inside one style only the others can still begin."""
    parts: list[Markup] = []
    end = 0
    while found := [(m, element) for element, sign in _STYLES if (m := sign.search(row, end))]:
        match, element = min(found, key=lambda pair: pair[0].start())
        parts.append(_pieces(row[end : match.start()], piece))
        parts.append(tag(element, {}, _styled(match[1], piece)))
        end = match.end()
    parts.append(_pieces(row[end:], piece))
    return join(parts)


def _pieces(row: str, piece: Callable[[int], Markup]) -> Markup:
    parts: list[Markup] = []
    end = 0
    for held in _HELD.finditer(row):
        parts.append(escape(html.unescape(row[end : held.start()])))
        parts.append(piece(int(held[1])))
        end = held.end()
    parts.append(escape(html.unescape(row[end:])))
    return join(parts)


def _tokens_as_text(code: str, reader: Reader) -> str:
    """Inside code a token is shown by its words only."""

    def words(match: re.Match[str]) -> str:
        return html.escape(_token(match[1], reader).striptags(), quote=False)

    return re.sub(r"<([^<>]+)>", words, code)


def _token(body: str, reader: Reader) -> Markup:
    kind, rest = body[:1], body[1:]
    target, _, label = rest.partition("|")
    label = html.unescape(label)
    if kind == "@":
        return mention_person(target, reader, label)
    if kind == "#":
        return mention_place(target, reader, label)
    if kind == "!":
        return _special(body, label, reader)
    address, _, words = body.partition("|")
    address = html.unescape(address)
    shown = html.unescape(words) or address.removeprefix("mailto:")
    return link(address, with_emoji(shown), reader)


def mention_person(user_id: str, reader: Reader, label: str = "") -> Markup:
    name = reader.people.get(user_id) or label or "unknown person"
    css_class = "mention mention-me" if user_id == reader.user_id else "mention"
    return tag("span", {"class": css_class, "data-user": user_id}, f"@{name}")


def mention_place(channel_id: str, reader: Reader, label: str = "") -> Markup:
    name = reader.places.get(channel_id) or label
    if not name:
        return tag("span", {"class": "mention"}, "#private-channel")
    href = reader.place_links.get(channel_id)
    if href is None:
        return tag("span", {"class": "mention"}, f"#{name}")
    return tag("a", {"class": "mention", "href": href}, f"#{name}")


def date_piece(unix: int, pattern: str, reader: Reader, *, url: str | None = None) -> Markup:
    shown = tag("time", {"title": full_time(unix, reader)}, date_token(unix, pattern, reader))
    return link(url, shown, reader) if url else shown


def broadcast(name: str) -> Markup:
    return tag("span", {"class": "mention mention-me"}, f"@{name}")


def _special(body: str, label: str, reader: Reader) -> Markup:
    if match := _DATE.fullmatch(body):
        pattern = html.unescape(match[2])
        url = html.unescape(match[3]) if match[3] else None
        return date_piece(int(match[1]), pattern, reader, url=url)
    name = body[1:].partition("|")[0]
    if name in ("here", "channel", "everyone"):
        return broadcast(name)
    return tag("span", {"class": "mention"}, label or f"@{name.partition('^')[2] or name}")
