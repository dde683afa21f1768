"""Block Kit's interactive elements and composition objects, with the keys each may carry."""

from collections.abc import Mapping
from typing import Any, Final

from bot.sandbox.blockkit_checks import (
    Check,
    Report,
    Shape,
    Surface,
    boolean,
    focus,
    integer,
    list_of,
    matching,
    one_of,
    string,
    text,
    typed,
)
from bot.sandbox.blockkit_rich_text import RICH_TEXT_ELEMENTS

DATE: Final = matching(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "a date like 2026-03-31")
TIME: Final = matching(r"([01]\d|2[0-3]):[0-5]\d", "a time like 09:30")
ZONE: Final = matching(r"[A-Za-z_+\-0-9]+(/[A-Za-z_+\-0-9]+)*", "an IANA time zone")
USER: Final = matching(r"[UW][A-Z0-9]+", "a user id")
CONVERSATION: Final = matching(r"[CDGUW][A-Z0-9]+", "a conversation id")
CHANNEL: Final = matching(r"[CG][A-Z0-9]+", "a channel id")
NUMBER: Final = matching(r"-?\d+(\.\d+)?", "a number written as a string")
RICH_TEXT_VALUE: Final = Shape(
    {
        "type": one_of("rich_text"),
        "elements": list_of(
            typed(RICH_TEXT_ELEMENTS, what="rich text element"), "rich_text.elements"
        ),
    },
    required=("type", "elements"),
)

CONFIRM: Final = Shape(
    {
        "title": text("confirm.title"),
        "text": text("confirm.text", mrkdwn=True),
        "confirm": text("confirm.confirm"),
        "deny": text("confirm.deny"),
        "style": one_of("primary", "danger"),
    },
    required=("title", "text", "confirm", "deny"),
)


def _option(*, mrkdwn: bool = False, url: bool = False) -> Shape:
    fields: dict[str, Check] = {
        "text": text("option.text", mrkdwn=mrkdwn),
        "value": string("option.value"),
        "description": text("option.description", mrkdwn=mrkdwn),
    }
    if url:
        fields["url"] = string("option.url")
    return Shape(fields, required=("text", "value"))


OPTION: Final = _option()
RICH_OPTION: Final = _option(mrkdwn=True)


def _one_kind(element: dict[str, Any], at: str, report: Report) -> None:
    if ("options" in element) == ("option_groups" in element):
        report.add("exactly one of options and option_groups is required", at)


OPTION_GROUP: Final = Shape(
    {"label": text("option_group.label"), "options": list_of(OPTION, "option_group.options")},
    required=("label", "options"),
)
DISPATCH: Final = Shape(
    {
        "trigger_actions_on": list_of(
            one_of("on_enter_pressed", "on_character_entered"), "dispatch.trigger_actions_on"
        )
    },
    required=("trigger_actions_on",),
)
FILTER: Final = Shape(
    {
        "include": list_of(one_of("im", "mpim", "private", "public"), "filter.include"),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    }
)


SUGGESTIONS: Final = Shape(
    {
        "options": list_of(OPTION, "suggestions.options"),
        "option_groups": list_of(OPTION_GROUP, "suggestions.option_groups"),
    },
    whole=_one_kind,
)


def options_of(element: dict[str, Any]) -> list[dict[str, Any]]:
    """Every option an element offers, those inside groups included."""
    flat = list(element.get("options", ()))
    for group in element.get("option_groups", ()):
        flat.extend(group["options"])
    return flat


def _initial_is_offered(element: dict[str, Any], at: str, report: Report) -> None:
    offered = options_of(element)
    initial = element.get("initial_option")
    if initial is not None and initial not in offered:
        report.add("initial_option must match one of the options", f"{at}/initial_option")
    for index, chosen in enumerate(element.get("initial_options", ())):
        if chosen not in offered:
            report.add("initial_options must match the options", f"{at}/initial_options/{index}")


def _options_or_groups(element: dict[str, Any], at: str, report: Report) -> None:
    before = len(report.complaints)
    _one_kind(element, at, report)
    if len(report.complaints) > before:
        return
    _initial_is_offered(element, at, report)


def _lengths_agree(element: dict[str, Any], at: str, report: Report) -> None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if least > most:
        report.add("min_length must not exceed max_length", f"{at}/min_length")


def _element(
    fields: Mapping[str, Check],
    *,
    required: tuple[str, ...] = (),
    confirm: bool = True,
    whole: Any = None,
) -> Shape:
    common: dict[str, Check] = {"action_id": string("action_id")}
    if confirm:
        common["confirm"] = CONFIRM
    return Shape({**common, **fields}, required=required, whole=whole)


_PLACEHOLDER: Final[dict[str, Check]] = {
    "placeholder": text("placeholder"),
    "focus_on_load": focus,
}
_MANY: Final[dict[str, Check]] = {"max_selected_items": integer("multi_select.max_selected_items")}
_TYPED: Final[dict[str, Check]] = {**_PLACEHOLDER, "dispatch_action_config": DISPATCH}
_ASKED: Final[dict[str, Check]] = {"min_query_length": integer("external_select.min_query_length")}
_CONVERSATIONS: Final[dict[str, Check]] = {
    **_PLACEHOLDER,
    "default_to_current_conversation": boolean,
    "filter": FILTER,
}

BUTTON: Final = _element(
    {
        "text": text("button.text"),
        "value": string("button.value"),
        "url": string("button.url"),
        "style": one_of("primary", "danger"),
        "accessibility_label": string("button.accessibility_label"),
    },
    required=("text",),
)
OVERFLOW: Final = _element(
    {"options": list_of(_option(url=True), "overflow.options")}, required=("options",)
)
CHECKBOXES: Final = _element(
    {
        "options": list_of(RICH_OPTION, "checkboxes.options"),
        "initial_options": list_of(RICH_OPTION, "checkboxes.options"),
        "focus_on_load": focus,
    },
    required=("options",),
    whole=_initial_is_offered,
)
RADIO_BUTTONS: Final = _element(
    {
        "options": list_of(RICH_OPTION, "radio_buttons.options"),
        "initial_option": RICH_OPTION,
        "focus_on_load": focus,
    },
    required=("options",),
    whole=_initial_is_offered,
)
_STATIC: Final[dict[str, Check]] = {
    **_PLACEHOLDER,
    "options": list_of(OPTION, "select.options"),
    "option_groups": list_of(OPTION_GROUP, "select.option_groups"),
}

SELECTS: Final[dict[str, Check]] = {
    "static_select": _element({**_STATIC, "initial_option": OPTION}, whole=_options_or_groups),
    "external_select": _element({**_PLACEHOLDER, **_ASKED, "initial_option": OPTION}),
    "users_select": _element({**_PLACEHOLDER, "initial_user": USER}),
    "conversations_select": _element(
        {**_CONVERSATIONS, "initial_conversation": CONVERSATION, "response_url_enabled": boolean}
    ),
    "channels_select": _element(
        {**_PLACEHOLDER, "initial_channel": CHANNEL, "response_url_enabled": boolean}
    ),
}
MULTI_SELECTS: Final[dict[str, Check]] = {
    "multi_static_select": _element(
        {**_STATIC, **_MANY, "initial_options": list_of(OPTION, "select.options")},
        whole=_options_or_groups,
    ),
    "multi_external_select": _element(
        {
            **_PLACEHOLDER,
            **_ASKED,
            **_MANY,
            "initial_options": list_of(OPTION, "select.options"),
        }
    ),
    "multi_users_select": _element({**_PLACEHOLDER, **_MANY, "initial_users": list_of(USER)}),
    "multi_conversations_select": _element(
        {**_CONVERSATIONS, **_MANY, "initial_conversations": list_of(CONVERSATION)}
    ),
    "multi_channels_select": _element(
        {**_PLACEHOLDER, **_MANY, "initial_channels": list_of(CHANNEL)}
    ),
}
DATEPICKER: Final = _element({**_PLACEHOLDER, "initial_date": DATE})
TIMEPICKER: Final = _element({**_PLACEHOLDER, "initial_time": TIME, "timezone": ZONE})
DATETIMEPICKER: Final = _element(
    {"initial_date_time": integer("datetimepicker.initial_date_time"), "focus_on_load": focus}
)
TEXT_INPUTS: Final[dict[str, Check]] = {
    "plain_text_input": _element(
        {
            **_TYPED,
            "initial_value": string("plain_text_input.initial_value"),
            "multiline": boolean,
            "min_length": integer("plain_text_input.min_length"),
            "max_length": integer("plain_text_input.max_length"),
        },
        confirm=False,
        whole=_lengths_agree,
    ),
    "number_input": _element(
        {
            **_TYPED,
            "is_decimal_allowed": boolean,
            "initial_value": NUMBER,
            "min_value": NUMBER,
            "max_value": NUMBER,
        },
        required=("is_decimal_allowed",),
        confirm=False,
    ),
    "rich_text_input": _element(
        {
            **_TYPED,
            "initial_value": RICH_TEXT_VALUE,
            "min_lines": integer("rich_text_input.min_lines"),
            "max_lines": integer("rich_text_input.max_lines"),
        },
        required=("action_id",),
        confirm=False,
    ),
    "email_text_input": _element(
        {**_TYPED, "initial_value": string("plain_text_input.initial_value")}, confirm=False
    ),
    "url_text_input": _element(
        {**_TYPED, "initial_value": string("plain_text_input.initial_value")}, confirm=False
    ),
}

ENDING: Final = matching(r"[A-Za-z0-9][A-Za-z0-9_+-]*", "the ending of a file's name, without dot")


def _in_a_modal(_: dict[str, Any], at: str, report: Report) -> None:
    if report.surface is not Surface.MODAL:
        report.add("file_input elements are for modals only", at)


FILE_INPUT: Final = _element(
    {"filetypes": list_of(ENDING), "max_files": integer("file_input.max_files")},
    confirm=False,
    whole=_in_a_modal,
)


def _has_source(element: dict[str, Any], at: str, report: Report) -> None:
    if ("image_url" in element) == ("slack_file" in element):
        report.add("exactly one of image_url and slack_file is required", at)


def _names_a_file(file: dict[str, Any], at: str, report: Report) -> None:
    if "id" not in file and "url" not in file:
        report.add("one of id and url is required", at)


SLACK_FILE: Final = Shape(
    {"id": string("action_id"), "url": string("image.image_url")}, whole=_names_a_file
)
IMAGE: Final = Shape(
    {
        "image_url": string("image.image_url"),
        "slack_file": SLACK_FILE,
        "alt_text": string("image.alt_text"),
    },
    required=("alt_text",),
    whole=_has_source,
)

PICKERS: Final[dict[str, Check]] = {
    "checkboxes": CHECKBOXES,
    "radio_buttons": RADIO_BUTTONS,
    "datepicker": DATEPICKER,
    "timepicker": TIMEPICKER,
}
ACCESSORIES: Final[dict[str, Check]] = {
    **SELECTS,
    **MULTI_SELECTS,
    **PICKERS,
    "button": BUTTON,
    "overflow": OVERFLOW,
    "image": IMAGE,
}
ACTIONS: Final[dict[str, Check]] = {
    **SELECTS,
    **PICKERS,
    "datetimepicker": DATETIMEPICKER,
    "button": BUTTON,
    "overflow": OVERFLOW,
}
INPUTS: Final[dict[str, Check]] = {
    **SELECTS,
    **MULTI_SELECTS,
    **PICKERS,
    **TEXT_INPUTS,
    "datetimepicker": DATETIMEPICKER,
    "file_input": FILE_INPUT,
}
CONTEXT: Final[dict[str, Check]] = {
    "image": IMAGE,
    "plain_text": text("context.text"),
    "mrkdwn": text("context.text", mrkdwn=True),
}
