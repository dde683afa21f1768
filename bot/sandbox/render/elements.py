"""The elements a person presses or chooses from, in messages, modals and the Home tab."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from markupsafe import Markup

from bot.sandbox.render import attached, fields, menus
from bot.sandbox.render.forms import SHOWN, field_name, held, standing
from bot.sandbox.render.markup import Attribute, join, safe_url, tag
from bot.sandbox.render.mrkdwn import mrkdwn, plain_text
from bot.sandbox.render.reader import Reader
from bot.sandbox.view_state import EXTERNAL, FILE_INPUT, shortest_query
from bot.sandbox.workspace import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Where blocks stand: `key` sets their field ids apart from those of any other surface."""

    kind: str
    key: str
    state: dict[str, dict[str, Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_view(self) -> bool:
        return self.kind != "message"


def text_object(text: Json, reader: Reader) -> Markup:
    if text["type"] == "mrkdwn":
        return mrkdwn(text["text"], reader, verbatim=bool(text.get("verbatim")))
    return plain_text(text["text"], with_emoji_codes=text.get("emoji", True))


def element_html(element: Json, block: Json, surface: Surface, reader: Reader) -> Markup:
    """An element as it stands in the body, where touching it tells the app at once."""
    if element["type"] == "button":
        return _button(element, block, surface, reader)
    if element["type"] == "overflow":
        return _overflow(element, block, surface, reader)
    if element["type"] == "feedback_buttons":
        return _feedback(element, block)
    if element["type"] == "icon_button":
        return _icon_button(element, block, reader)
    return field_html(element, block, surface, reader, immediate=True)


def field_html(
    element: Json,
    block: Json,
    surface: Surface,
    reader: Reader,
    *,
    immediate: bool,
    described_by: str | None = None,
) -> Markup:
    """A field; `immediate` when a change is sent to the app before any submit."""
    if element["type"] not in _FIELDS:
        return tag("em", {}, f"A {element['type']} cannot be used here.")
    block_id, action_id = block["block_id"], element["action_id"]
    state = surface.state.get(block_id, {}).get(action_id)
    shown = fields.Field(
        element=element,
        name=field_name(block_id, action_id),
        id=element_id(surface, block_id, action_id),
        held=held(element, state),
        reader=reader,
        common={
            "data-block-id": block_id,
            "data-action-id": action_id,
            "data-immediate": immediate or None,
        },
        label=None if block["type"] == "input" else _label(element),
        described_by=described_by,
        invalid=block_id in surface.errors,
        chosen=standing(element, state) if element["type"] in EXTERNAL else (),
    )
    marker = tag("input", {"type": "hidden", "name": SHOWN, "value": shown.name})
    return tag(
        "span",
        {"class": f"field field-{element['type']}", "data-key": f"{shown.id}-field"},
        marker if surface.is_view and element["type"] != FILE_INPUT else "",
        _FIELDS[element["type"]](shown),
        confirm_template(element, reader),
    )


def _menu(field: fields.Field) -> Markup:
    return menus.menu(field, shortest_query(field.element))


_FIELDS: Final[dict[str, Callable[[fields.Field], Markup]]] = {
    "plain_text_input": fields.text,
    "rich_text_input": fields.text,
    "number_input": fields.text,
    "email_text_input": fields.text,
    "url_text_input": fields.text,
    "static_select": fields.select,
    "users_select": fields.select,
    "conversations_select": fields.select,
    "channels_select": fields.select,
    "external_select": _menu,
    "multi_external_select": _menu,
    "multi_static_select": fields.ticks,
    "multi_users_select": fields.ticks,
    "multi_conversations_select": fields.ticks,
    "multi_channels_select": fields.ticks,
    "checkboxes": fields.ticks,
    "radio_buttons": fields.ticks,
    "datepicker": fields.picker,
    "timepicker": fields.picker,
    "datetimepicker": fields.picker,
    FILE_INPUT: attached.file_input,
}
GROUPS: Final = frozenset(
    kind for kind, shown in _FIELDS.items() if shown in (fields.ticks, attached.file_input)
)


def element_id(surface: Surface, block_id: str, action_id: str) -> str:
    """An id of the page that stays the same as long as the surface and both ids do."""
    named = field_name(block_id, action_id)
    return "f" + sha256(f"{surface.key}\n{named}".encode()).hexdigest()[:12]


def confirm_template(element: Json, reader: Reader) -> Markup:
    """The question to ask before the act, kept out of sight until then."""
    confirm = element.get("confirm")
    if confirm is None:
        return Markup("")
    return tag(
        "template",
        {
            "class": "confirm-text",
            "data-confirm": text_of(confirm["confirm"]),
            "data-deny": text_of(confirm["deny"]),
            "data-style": confirm.get("style", "primary"),
        },
        tag("h2", {}, text_object(confirm["title"], reader)),
        tag("div", {"class": "confirm-body"}, text_object(confirm["text"], reader)),
    )


def text_of(text: Json) -> str:
    return str(plain_text(text["text"]).striptags())


def _label(element: Json) -> str:
    placeholder = element.get("placeholder")
    return text_of(placeholder) if placeholder else element["type"].replace("_", " ")


def _press(element: Json, block: Json) -> dict[str, Attribute]:
    return {
        "type": "button",
        "data-press": True,
        "data-block-id": block["block_id"],
        "data-action-id": element["action_id"],
    }


def _button(element: Json, block: Json, surface: Surface, reader: Reader) -> Markup:
    pressed = _press(element, block)
    pressed["id"] = element_id(surface, block["block_id"], element["action_id"])
    pressed["class"] = f"button button-{element.get('style', 'plain')}"
    pressed["aria-label"] = element.get("accessibility_label")
    if "url" in element:
        pressed["data-url"] = reader.here(element["url"]) or safe_url(element["url"])
    return tag(
        "span",
        {"class": "pressable"},
        tag("button", pressed, text_object(element["text"], reader)),
        confirm_template(element, reader),
    )


def _feedback(element: Json, block: Json) -> Markup:
    """Two small buttons, of which one is pressed."""
    pressed = [
        tag(
            "button",
            {
                **_press(element, block),
                "class": "small-action",
                "data-chosen": one["value"],
                "aria-label": one.get("accessibility_label"),
            },
            text_of(one["text"]),
        )
        for one in (element["positive_button"], element["negative_button"])
    ]
    return tag("span", {"class": "feedback"}, *pressed)


_ICONS: Final = {"trash": "🗑"}


def _icon_button(element: Json, block: Json, reader: Reader) -> Markup:
    """An icon with its words; where it is for some only, others do not see it."""
    if reader.user_id not in element.get("visible_to_user_ids", [reader.user_id]):
        return Markup("")
    pressed = {
        **_press(element, block),
        "class": "small-action",
        "aria-label": element.get("accessibility_label"),
    }
    sign = tag("span", {"aria-hidden": "true"}, _ICONS[element["icon"]])
    return tag(
        "span",
        {"class": "pressable"},
        tag("button", pressed, sign, " ", text_of(element["text"])),
        confirm_template(element, reader),
    )


def _overflow(element: Json, block: Json, surface: Surface, reader: Reader) -> Markup:
    entries = []
    for option in element["options"]:
        pressed = _press(element, block)
        pressed["class"] = "menu-entry"
        pressed["data-chosen"] = option["value"]
        if "url" in option:
            pressed["data-url"] = reader.here(option["url"]) or safe_url(option["url"])
        entries.append(tag("button", pressed, _option_words(option, reader)))
    menu = tag(
        "details",
        {
            "class": "menu",
            "data-key": element_id(surface, block["block_id"], element["action_id"]),
        },
        tag(
            "summary",
            {
                "class": "button button-plain",
                "aria-label": "More actions",
                "title": "More actions",
                "data-overflow": element["action_id"],
                "data-block-id": block["block_id"],
            },
            "⋯",
        ),
        tag("div", {"class": "menu-entries"}, join(entries)),
    )
    return tag("span", {"class": "pressable"}, menu, confirm_template(element, reader))


def _option_words(option: Json, reader: Reader) -> Markup:
    words = text_object(option["text"], reader)
    if "description" not in option:
        return words
    return words + tag("small", {}, text_object(option["description"], reader))
