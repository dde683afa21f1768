"""Alerts, cards, carousels, containers, tasks and plans: what stands in a frame of its own."""

from collections.abc import Callable
from typing import Final, TypeAlias

from markupsafe import Markup

from bot.sandbox.render.elements import Surface, element_html, element_id, text_object
from bot.sandbox.render.markup import Attribute, join, link, picture, tag
from bot.sandbox.render.mrkdwn import plain_text
from bot.sandbox.render.reader import Reader
from bot.sandbox.render.rich_text import rich_text
from bot.sandbox.workspace import Blocks, Json

Draw: TypeAlias = Callable[[Json], Markup]
"""Draws a block that stands inside of another."""

_LEVELS: Final = {
    "default": ("", "🔔"),
    "info": ("For information: ", "ℹ️"),
    "warning": ("Warning: ", "⚠️"),
    "error": ("Error: ", "⛔"),
    "success": ("Done: ", "✅"),
}
_STATUSES: Final = {
    "pending": ("To do", "○"),
    "in_progress": ("In progress", "◐"),
    "complete": ("Done", "✓"),
    "error": ("Failed", "✕"),
}


def alert(block: Json, reader: Reader) -> Markup:
    level = block.get("level", "default")
    spoken, sign = _LEVELS[level]
    return tag(
        "div",
        {"class": f"alert alert-{level}", "role": "note"},
        tag("span", {"class": "alert-sign", "aria-hidden": "true"}, sign),
        tag("div", {}, _spoken(spoken), text_object(block["text"], reader)),
    )


def _spoken(words: str) -> Markup:
    """What a sign or a colour says, for whoever does not see it."""
    return tag("span", {"class": "sr"}, words) if words else Markup("")


def card(block: Json, surface: Surface, reader: Reader) -> Markup:
    parts: list[Markup] = []
    if "hero_image" in block:
        parts.append(picture(block["hero_image"], "card-hero"))
    if any(name in block for name in ("icon", "title", "subtitle")):
        parts.append(_heading(block, reader))
    if "body" in block:
        parts.append(tag("div", {"class": "card-body"}, text_object(block["body"], reader)))
    if block.get("actions"):
        buttons = [element_html(one, block, surface, reader) for one in block["actions"]]
        parts.append(tag("div", {"class": "card-actions"}, *buttons))
    return tag("div", {"class": "card"}, *parts)


def _heading(block: Json, reader: Reader) -> Markup:
    """Icon, title and subtitle, of a card or a container."""
    words: list[Markup] = []
    if "rich_text_title" in block:
        title = rich_text(block["rich_text_title"]["elements"], reader)
        words.append(tag("div", {"class": "card-title"}, title))
    elif "title" in block:
        words.append(tag("div", {"class": "card-title"}, text_object(block["title"], reader)))
    if "subtitle" in block:
        subtitle = text_object(block["subtitle"], reader)
        words.append(tag("div", {"class": "card-subtitle"}, subtitle))
    icon = picture(block["icon"], "card-icon") if "icon" in block else ""
    return tag("div", {"class": "card-heading"}, icon, tag("div", {}, *words))


def carousel(block: Json, draw: Draw) -> Markup:
    """Cards in a row that is moved sideways, also by the keyboard."""
    cards = block["elements"]
    label = "1 card" if len(cards) == 1 else f"{len(cards)} cards, side by side"
    row: dict[str, Attribute] = {
        "class": "carousel",
        "role": "region",
        "aria-label": label,
        "tabindex": "0",
    }
    return tag("div", row, *(draw(one) for one in cards))


def container(block: Json, surface: Surface, reader: Reader, draw: Draw) -> Markup:
    heading = _heading(block, reader)
    inside = tag(
        "div", {"class": "container-inside"}, *(draw(one) for one in block["child_blocks"])
    )
    css_class = f"container container-{block.get('width', 'standard')}"
    if not block.get("is_collapsible"):
        divided = " container-divided" if block.get("has_header_divider") else ""
        return tag("div", {"class": f"{css_class}{divided}"}, heading, inside)
    return tag(
        "details",
        {
            "class": css_class,
            "data-key": element_id(surface, block["block_id"], "container"),
            "open": not block.get("default_collapsed", False),
        },
        tag("summary", {}, heading),
        inside,
    )


def task(block: Json, reader: Reader) -> Markup:
    parts = [_status(block)]
    for name in ("details", "output"):
        if name in block:
            words = rich_text(block[name]["elements"], reader)
            parts.append(tag("div", {"class": f"task-{name}"}, words))
    if block.get("sources"):
        parts.append(tag("p", {"class": "task-sources"}, "From ", _sources(block, reader)))
    return tag("div", {"class": f"task task-{block['status']}"}, *parts)


def _status(block: Json) -> Markup:
    words, sign = _STATUSES[block["status"]]
    return tag(
        "div",
        {"class": "task-title"},
        tag("span", {"class": "task-sign", "aria-hidden": "true"}, sign),
        tag("span", {}, plain_text(block["title"])),
        tag("small", {}, words),
    )


def _sources(block: Json, reader: Reader) -> Markup:
    links = [link(one["url"], one.get("text") or one["url"], reader) for one in block["sources"]]
    return join(links, ", ")


def plan(block: Json, reader: Reader) -> Markup:
    """Tasks under one heading, with how many of them are done."""
    tasks: Blocks = block.get("tasks", [])
    done = sum(one["status"] == "complete" for one in tasks)
    count = tag("small", {}, f"{done} of {len(tasks)} done") if tasks else ""
    heading = tag("div", {"class": "plan-title"}, tag("b", {}, plain_text(block["title"])), count)
    rows = [tag("li", {}, task(one, reader)) for one in tasks]
    return tag("div", {"class": "plan"}, heading, tag("ul", {}, *rows) if rows else "")
