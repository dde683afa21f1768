"""Form fields: typed text, pickers, selects and ticks, all of them the browser's own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from bot.sandbox.render.forms import local_minute
from bot.sandbox.render.markup import Attribute, join, tag
from bot.sandbox.render.mrkdwn import mrkdwn, plain_text
from bot.sandbox.render.reader import Choice, Reader
from bot.sandbox.workspace import Blocks, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One element as a form field; `held` are the texts that stand in it now.

    `chosen` are the options that stand in a menu which the app fills: it does not list them.
    """

    element: Json
    name: str
    id: str
    held: tuple[str, ...]
    reader: Reader
    common: dict[str, Attribute]
    label: str | None = None
    described_by: str | None = None
    invalid: bool = False
    chosen: tuple[Json, ...] = ()

    @property
    def kind(self) -> str:
        return str(self.element["type"])

    def attributes(self) -> dict[str, Attribute]:
        return {
            **self.common,
            "id": self.id,
            "name": self.name,
            "aria-label": self.label,
            "aria-describedby": self.described_by,
            "aria-invalid": "true" if self.invalid else None,
            "autofocus": bool(self.element.get("focus_on_load")),
        }

    def placeholder(self, otherwise: str) -> str:
        placeholder = self.element.get("placeholder")
        return str(plain_text(placeholder["text"]).striptags()) if placeholder else otherwise


_INPUT_MODES: Final = {"number_input": "decimal", "email_text_input": "email"}
_PICKERS: Final = {"datepicker": "date", "timepicker": "time", "datetimepicker": "datetime-local"}


def text(field: Field) -> Markup:
    """Typed text; what Slack's client would refuse is refused by the workspace, in words."""
    triggers = field.element.get("dispatch_action_config", {}).get(
        "trigger_actions_on", ["on_enter_pressed"]
    )
    attributes = field.attributes()
    if attributes.pop("data-immediate"):
        attributes["data-dispatch"] = " ".join(triggers)
    attributes["placeholder"] = field.placeholder("") or None
    attributes["autocomplete"] = "off"
    typed = field.held[0] if field.held else ""
    if field.element.get("multiline") or field.kind == "rich_text_input":
        # The browser drops one line break after the start tag, so one is given to it.
        return tag("textarea", {**attributes, "rows": 4}, "\n" + typed)
    mode = _INPUT_MODES.get(field.kind, "url" if field.kind == "url_text_input" else None)
    return tag("input", {**attributes, "type": "text", "inputmode": mode, "value": typed})


def picker(field: Field) -> Markup:
    shown = field.held[0] if field.held else ""
    if shown and field.kind == "datetimepicker":
        shown = local_minute(int(shown), field.reader.zone)
    attributes = field.attributes()
    return tag("input", {**attributes, "type": _PICKERS[field.kind], "value": shown})


def select(field: Field) -> Markup:
    empty = tag("option", {"value": ""}, field.placeholder("Choose …"))
    parts = [empty]
    for group, options in _offered(field):
        inside = [_option(field, option) for option in options]
        parts.append(tag("optgroup", {"label": group}, *inside) if group else join(inside))
    return tag("select", field.attributes(), *parts)


def ticks(field: Field) -> Markup:
    """Radio buttons, checkboxes, or a list to tick for the elements that hold several."""
    rows: list[Markup] = []
    for group, options in _offered(field):
        if group:
            rows.append(tag("span", {"class": "tick-group"}, group))
        rows.extend(_tick(field, option, len(rows) + index) for index, option in enumerate(options))
    attributes: dict[str, Attribute] = {
        "class": "ticks ticks-scroll" if field.kind.startswith("multi_") else "ticks",
        "id": field.id,
        "role": "radiogroup" if field.kind == "radio_buttons" else "group",
        "data-block-id": field.common["data-block-id"],
        "data-action-id": field.common["data-action-id"],
        "aria-label": field.label,
        "aria-labelledby": None if field.label else f"{field.id}-label",
        "aria-describedby": field.described_by,
    }
    return tag("div", attributes, *rows)


def _tick(field: Field, option: Json, index: int) -> Markup:
    box = tag(
        "input",
        {
            **field.common,
            "type": "radio" if field.kind == "radio_buttons" else "checkbox",
            "id": f"{field.id}-{index}",
            "name": field.name,
            "value": option["value"],
            "checked": option["value"] in field.held,
            "aria-invalid": "true" if field.invalid else None,
            "autofocus": bool(field.element.get("focus_on_load")) and index == 0,
        },
    )
    words = tag("span", {"class": "tick-words"}, _words(option["text"], field.reader))
    if "description" in option:
        words += tag("small", {}, _words(option["description"], field.reader))
    return tag("label", {"class": "tick"}, box, tag("span", {}, words))


def _option(field: Field, option: Json) -> Markup:
    words = str(_words(option["text"], field.reader).striptags())
    if "description" in option:
        words += f" — {_words(option['description'], field.reader).striptags()}"
    chosen = option["value"] in field.held
    return tag("option", {"value": option["value"], "selected": chosen}, words)


def _words(words: Json, reader: Reader) -> Markup:
    if words["type"] == "mrkdwn":
        return mrkdwn(words["text"], reader, verbatim=bool(words.get("verbatim")))
    return plain_text(words["text"], with_emoji_codes=words.get("emoji", True))


def _offered(field: Field) -> Iterator[tuple[str, Blocks]]:
    """What can be chosen, in groups; the group without a name stands on its own."""
    element, reader = field.element, field.reader
    if "option_groups" in element:
        for group in element["option_groups"]:
            yield str(plain_text(group["label"]["text"]).striptags()), group["options"]
    elif "options" in element:
        yield "", element["options"]
    elif field.kind.endswith("users_select"):
        yield "", _choices(reader.people_to_choose)
    elif field.kind.endswith("conversations_select"):
        yield "", _choices(reader.conversations_to_choose)
    else:
        yield "", _choices(reader.channels_to_choose)


def _choices(choices: Sequence[Choice]) -> Blocks:
    return [
        {"value": choice.id, "text": {"type": "plain_text", "text": choice.label, "emoji": False}}
        for choice in choices
    ]
