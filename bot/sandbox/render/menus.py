"""Menus that the app fills: what stands in them, a box to type in, and what was found."""

from collections.abc import Sequence

from markupsafe import Markup

from bot.sandbox.render.fields import Field
from bot.sandbox.render.markup import Attribute, join, tag
from bot.sandbox.render.mrkdwn import plain_text
from bot.sandbox.workspace import Blocks, Json

LIST: str = "menu-list"
"""The one list of the page, in which whatever menu is open shows what it found."""


def menu(field: Field, least: int) -> Markup:
    """What is chosen, each with a way to take it out, and the box; asked from `least` letters."""
    attributes: dict[str, Attribute] = {
        **{name: value for name, value in field.attributes().items() if name != "name"},
        "type": "text",
        "role": "combobox",
        "data-ask": True,
        "data-immediate": None,
        "aria-expanded": "false",
        "aria-haspopup": "listbox",
        "aria-controls": LIST,
        "aria-autocomplete": "list",
        "autocomplete": "off",
        "spellcheck": "false",
        "placeholder": field.placeholder("Type to find …"),
    }
    many = field.kind.startswith("multi_")
    return tag(
        "span",
        {
            **field.common,
            "class": "menu-box",
            "data-menu": field.id,
            "data-name": field.name,
            "data-least": least,
            "data-many": many,
            "data-most": field.element.get("max_selected_items") if many else None,
        },
        join(_picked(field, option) for option in field.chosen),
        tag("input", attributes),
    )


def _picked(field: Field, option: Json) -> Markup:
    label = words(option["text"])
    return tag(
        "span",
        {"class": "pick", "data-key": f"{field.id}-{option['value']}"},
        tag("span", {}, label),
        tag("input", {"type": "hidden", "name": field.name, "value": option["value"]}),
        tag(
            "button",
            {"type": "button", "class": "unpick", "aria-label": f"Remove {label}"},
            "✕",
        ),
    )


def found(options: Blocks, option_groups: Blocks) -> Markup:
    """What the app offers, as the options of the list."""
    parts = [_option(option, f"o{number}") for number, option in enumerate(options)]
    for number, group in enumerate(option_groups):
        inside = [
            _option(option, f"o{number}-{place}") for place, option in enumerate(group["options"])
        ]
        parts.append(_group(words(group["label"]), inside))
    return join(parts)


def _group(label: str, options: Sequence[Markup]) -> Markup:
    heading = tag("span", {"class": "tick-group", "aria-hidden": "true"}, label)
    return tag("div", {"role": "group", "aria-label": label}, heading, *options)


def _option(option: Json, place: str) -> Markup:
    label = words(option["text"])
    below = words(option["description"]) if "description" in option else ""
    return tag(
        "div",
        {
            "role": "option",
            "id": f"{LIST}-{place}",
            "aria-selected": "false",
            "data-value": option["value"],
            "data-label": label,
        },
        tag("span", {}, label),
        tag("small", {}, below) if below else "",
    )


def words(text: Json) -> str:
    """A plain text without its formatting, as a label has it."""
    shown = plain_text(text["text"], with_emoji_codes=text.get("emoji", True))
    return str(shown.striptags())
