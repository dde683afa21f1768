"""Every block that the workspace admits, as HTML."""

from markupsafe import Markup

from bot.sandbox.render import cards, tables
from bot.sandbox.render.elements import (
    GROUPS,
    Surface,
    element_html,
    element_id,
    field_html,
    text_object,
)
from bot.sandbox.render.markdown import markdown
from bot.sandbox.render.markup import join, picture, tag
from bot.sandbox.render.reader import Reader
from bot.sandbox.render.rich_text import rich_text
from bot.sandbox.workspace import Blocks, Json


def blocks_html(blocks: Blocks, surface: Surface, reader: Reader) -> Markup:
    """Blocks in their order; the table of a message stands below all the others, as in Slack."""
    tables_last = sorted(blocks, key=lambda block: block["type"] == "table")
    return join(_block(block, surface, reader) for block in tables_last)


def _block(block: Json, surface: Surface, reader: Reader) -> Markup:
    kind = block["type"]
    return tag(
        "div",
        {
            "class": f"block block-{kind}",
            "data-block-id": block["block_id"],
            "data-key": f"{surface.key}/{block['block_id']}",
        },
        _inside(block, surface, reader),
    )


def _inside(block: Json, surface: Surface, reader: Reader) -> Markup:
    match block["type"]:
        case "section":
            return _section(block, surface, reader)
        case "header":
            return tag("h3", {}, text_object(block["text"], reader))
        case "context":
            return join(_context(element, reader) for element in block["elements"])
        case "actions":
            elements = block["elements"]
            return join(element_html(one, block, surface, reader) for one in elements)
        case "divider":
            return tag("hr")
        case "image":
            return _image(block, reader)
        case "input":
            return _input(block, surface, reader)
        case "rich_text":
            return rich_text(block["elements"], reader)
        case "markdown":
            return markdown(block["text"], reader)
    return _later(block, surface, reader)


def _later(block: Json, surface: Surface, reader: Reader) -> Markup:
    """The blocks that came later; only messages have them."""

    def draw(inside: Json) -> Markup:
        return _block(inside, surface, reader)

    match block["type"]:
        case "table":
            return tables.table(block, reader)
        case "data_table":
            return tables.data_table(block, reader)
        case "alert":
            return cards.alert(block, reader)
        case "card":
            return cards.card(block, surface, reader)
        case "carousel":
            return cards.carousel(block, draw)
        case "container":
            return cards.container(block, surface, reader, draw)
        case "task_card":
            return cards.task(block, reader)
        case "plan":
            return cards.plan(block, reader)
        case "context_actions":
            elements = block["elements"]
            return join(element_html(one, block, surface, reader) for one in elements)
    return tag("em", {}, f"A {block['type']} block cannot be shown here.")


def _section(block: Json, surface: Surface, reader: Reader) -> Markup:
    words = Markup("")
    if "text" in block:
        words += tag("div", {"class": "section-text"}, text_object(block["text"], reader))
    if "fields" in block:
        cells = [tag("div", {}, text_object(one, reader)) for one in block["fields"]]
        words += tag("div", {"class": "section-fields"}, *cells)
    accessory = block.get("accessory")
    if accessory is None:
        return words
    if accessory["type"] == "image":
        beside = picture(accessory, "accessory-image")
    else:
        beside = element_html(accessory, block, surface, reader)
    below = accessory["type"] in GROUPS
    return tag("div", {"class": "section-words"}, words) + tag(
        "div", {"class": "accessory accessory-below" if below else "accessory"}, beside
    )


def _context(element: Json, reader: Reader) -> Markup:
    if element["type"] == "image":
        return picture(element, "context-image")
    return tag("span", {"class": "context-text"}, text_object(element, reader))


def _image(block: Json, reader: Reader) -> Markup:
    title = block.get("title")
    caption = tag("figcaption", {}, text_object(title, reader)) if title else ""
    return tag("figure", {}, caption, picture(block, "block-image"))


def _input(block: Json, surface: Surface, reader: Reader) -> Markup:
    element = block["element"]
    id_ = element_id(surface, block["block_id"], element["action_id"])
    hint, error = block.get("hint"), surface.errors.get(block["block_id"])
    described = " ".join(
        f"{id_}-{part}" for part, there in (("hint", hint), ("error", error)) if there
    )
    optional = tag("span", {"class": "optional"}, " (optional)") if block.get("optional") else ""
    label = text_object(block["label"], reader)
    field = field_html(
        element,
        block,
        surface,
        reader,
        immediate=bool(block.get("dispatch_action")),
        described_by=described or None,
    )
    heading = (
        tag("span", {"class": "label", "id": f"{id_}-label"}, label, optional)
        if element["type"] in GROUPS
        else tag("label", {"class": "label", "for": id_}, label, optional)
    )
    below = Markup("")
    if error:
        below += tag("p", {"class": "field-error", "id": f"{id_}-error"}, error)
    if hint:
        below += tag("p", {"class": "hint", "id": f"{id_}-hint"}, text_object(hint, reader))
    return heading + field + below
