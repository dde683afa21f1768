from typing import Any

import pytest

from bot.sandbox.blockkit import BlocksRefused, Surface, check_message_blocks, check_view
from tests.sandbox.desk import Json, actions, button, modal, plain, text_input

OPTION = {"text": plain("One"), "value": "1"}
OTHER = {"text": plain("Two"), "value": "2"}


def of_message(*blocks: Json) -> list[str]:
    try:
        check_message_blocks(list(blocks))
    except BlocksRefused as refusal:
        return refusal.messages
    return []


def of_modal(view: Json) -> list[str]:
    try:
        check_view(view, Surface.MODAL)
    except BlocksRefused as refusal:
        return refusal.messages
    return []


def section(**more: Any) -> Json:
    return {"type": "section", "text": plain("x"), **more}


def field(element: Json) -> Json:
    return {"type": "input", "label": plain("x"), "element": element}


FINE_INPUTS: list[Json] = [
    {"type": "plain_text_input", "multiline": True, "min_length": 1, "max_length": 10},
    {"type": "number_input", "is_decimal_allowed": True, "min_value": "0", "max_value": "9.5"},
    {"type": "rich_text_input", "action_id": "a"},
    {"type": "email_text_input"},
    {"type": "url_text_input", "initial_value": "https://example.org"},
    {"type": "static_select", "options": [OPTION], "initial_option": OPTION},
    {"type": "multi_static_select", "options": [OPTION, OTHER], "max_selected_items": 1},
    {"type": "external_select", "min_query_length": 0, "initial_option": OPTION},
    {"type": "multi_external_select", "max_selected_items": 2, "initial_options": [OPTION]},
    {"type": "users_select", "initial_user": "U0MAYA0001"},
    {"type": "multi_users_select", "initial_users": ["U0MAYA0001"]},
    {"type": "conversations_select", "filter": {"include": ["public"]}},
    {"type": "multi_conversations_select", "default_to_current_conversation": True},
    {"type": "channels_select", "initial_channel": "C0GENERAL1"},
    {"type": "multi_channels_select"},
    {"type": "checkboxes", "options": [OPTION], "initial_options": [OPTION]},
    {"type": "radio_buttons", "options": [OPTION, OTHER], "initial_option": OTHER},
    {"type": "datepicker", "initial_date": "2026-03-31"},
    {"type": "timepicker", "initial_time": "09:30", "timezone": "Europe/Berlin"},
    {"type": "datetimepicker", "initial_date_time": 1_700_000_000},
    {"type": "file_input", "filetypes": ["pdf", "csv"], "max_files": 3},
]


@pytest.mark.parametrize("element", FINE_INPUTS, ids=lambda element: str(element["type"]))
def test_every_input_element_is_accepted_in_a_modal_and_refuses_an_unknown_key(
    element: Json,
) -> None:
    named = {"action_id": "a", **element}
    assert of_modal(modal(field(named))) == []
    refused = of_modal(modal(field({**named, "colour": "red"})))
    assert refused == [
        "[ERROR] invalid additional property: colour [json-pointer:/view/blocks/0/element]"
    ]


FINE_BLOCKS: list[Json] = [
    section(accessory=button()),
    {"type": "section", "fields": [plain("x"), {"type": "mrkdwn", "text": "*x*"}]},
    {"type": "header", "text": plain("x")},
    {"type": "divider"},
    {"type": "context", "elements": [plain("x")]},
    actions(button(), {"type": "overflow", "action_id": "o", "options": [OPTION]}),
    {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "a"},
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [
                            {"type": "text", "text": "x", "style": {"bold": True}},
                            {"type": "user", "user_id": "U0MAYA0001"},
                            {"type": "link", "url": "https://example.org"},
                        ],
                    }
                ],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "x"}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x"}]},
        ],
    },
    {"type": "markdown", "text": "# x"},
]


@pytest.mark.parametrize("block", FINE_BLOCKS, ids=lambda block: str(block["type"]))
def test_every_block_is_accepted_in_a_message_and_refuses_an_unknown_key(block: Json) -> None:
    assert of_message(block) == []
    assert of_message({**block, "colour": "red"}) == [
        "[ERROR] invalid additional property: colour [json-pointer:/blocks/0]"
    ]


MISTAKES: dict[str, Json] = {
    "an unknown block": {"type": "carousel"},
    "a block without a type": {"text": plain("x")},
    "no object": "x",  # type: ignore[dict-item]
    "a section saying nothing": {"type": "section"},
    "formatted text in a header": {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
    "formatted text on a button": actions(button(text={"type": "mrkdwn", "text": "x"})),
    "an unknown element": actions({"type": "rich_text_input", "action_id": "a"}),
    "a text input among actions": actions({"type": "plain_text_input", "action_id": "a"}),
    "a date and time beside a section": section(
        accessory={"type": "datetimepicker", "action_id": "a"}
    ),
    "a multi select among actions": actions({"type": "multi_users_select", "action_id": "a"}),
    "an input in a message": text_input(),
    "a button without text": actions({"type": "button", "action_id": "a"}),
    "a button of another style": actions(button(style="warning")),
    "a number as a value": actions(button(value=1)),
    "the same action id twice": actions(button("a"), button("a")),
    "options and groups at once": actions(
        {
            "type": "static_select",
            "action_id": "a",
            "options": [OPTION],
            "option_groups": [{"label": plain("x"), "options": [OPTION]}],
        }
    ),
    "neither options nor groups": actions({"type": "static_select", "action_id": "a"}),
    "an initial option that is not offered": actions(
        {"type": "static_select", "action_id": "a", "options": [OPTION], "initial_option": OTHER}
    ),
    "an initial option that only looks alike": actions(
        {
            "type": "radio_buttons",
            "action_id": "a",
            "options": [OPTION],
            "initial_option": {**OPTION, "text": plain("Uno")},
        }
    ),
    "an address on an option of a select": actions(
        {
            "type": "static_select",
            "action_id": "a",
            "options": [{**OPTION, "url": "https://example.org"}],
        }
    ),
    "a date that is none": actions(
        {"type": "datepicker", "action_id": "a", "initial_date": "31.03.2026"}
    ),
    "a time that is none": actions(
        {"type": "timepicker", "action_id": "a", "initial_time": "9:30"}
    ),
    "a moment as text": actions(
        {"type": "datetimepicker", "action_id": "a", "initial_date_time": "1700000000"}
    ),
    "a confirmation without its words": actions(button(confirm={"title": plain("x")})),
    "an image from two places": {
        "type": "image",
        "alt_text": "x",
        "image_url": "https://example.org",
        "slack_file": {"id": "F1"},
    },
    "an image from no file": {"type": "image", "alt_text": "x", "slack_file": {}},
    "rich text of an unknown kind": {"type": "rich_text", "elements": [{"type": "rich_text_x"}]},
    "a piece of an unknown kind": {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "canvas"}]}],
    },
    "an emoji flag on formatted text": {
        "type": "section",
        "text": {"type": "mrkdwn", "text": "x", "emoji": True},
    },
    "a verbatim flag on plain text": section(text={**plain("x"), "verbatim": True}),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_message_is_refused_for(mistake: str) -> None:
    assert of_message(MISTAKES[mistake])


def test_a_block_id_is_used_once() -> None:
    divider = {"type": "divider", "block_id": "same"}
    assert of_message(divider, divider) == [
        "[ERROR] block_id already exists: same [json-pointer:/blocks/1/block_id]"
    ]


def test_the_same_action_id_may_stand_in_two_blocks() -> None:
    first, second = actions(button("a"), block_id="1"), actions(button("a"), block_id="2")
    assert of_message(first, second) == []


def test_blocks_that_are_no_list_have_another_error() -> None:
    with pytest.raises(BlocksRefused) as caught:
        check_message_blocks({"type": "divider"})
    assert caught.value.error == "invalid_blocks_format"


@pytest.mark.parametrize("block", FINE_BLOCKS, ids=lambda block: str(block["type"]))
def test_whatever_a_block_lacks_is_named(block: Json) -> None:
    """Also what is looked at only once the whole of it is there."""
    for name in set(block) - {"type"}:
        lacking = of_message({key: value for key, value in block.items() if key != name})
        assert all("json-pointer:/blocks/0" in one for one in lacking)
    assert of_message({"type": block["type"]}) or block["type"] == "divider"


VIEW_MISTAKES: dict[str, Json] = {
    "of an unknown type": modal(type="workflow_step"),
    "without a title": {key: value for key, value in modal().items() if key != "title"},
    "with an input and no submit": {k: v for k, v in modal().items() if k != "submit"},
    "with a formatted title": modal(title={"type": "mrkdwn", "text": "x"}),
    "with an unknown key": modal(size="large"),
    "with a markdown block": modal({"type": "markdown", "text": "x"}),
    "with two focused elements": modal(
        text_input("a", focus_on_load=True), text_input("b", focus_on_load=True)
    ),
    "with metadata that is no text": modal(private_metadata={"a": 1}),
    "with lengths the wrong way round": modal(text_input(min_length=5, max_length=4)),
    "with a question before a file": modal(field({"type": "file_input", "confirm": {}})),
    "with a file among actions": modal(actions({"type": "file_input", "action_id": "a"})),
    "with a file of a dotted ending": modal(field({"type": "file_input", "filetypes": [".pdf"]})),
    "with one ending of files": modal(field({"type": "file_input", "filetypes": "pdf"})),
    "with a number as a number": modal(
        field({"type": "number_input", "is_decimal_allowed": False, "min_value": 1})
    ),
}


@pytest.mark.parametrize("mistake", VIEW_MISTAKES)
def test_a_modal_is_refused(mistake: str) -> None:
    assert of_modal(VIEW_MISTAKES[mistake])


def test_a_modal_without_inputs_needs_no_submit() -> None:
    view = modal({"type": "divider"})
    del view["submit"]
    assert of_modal(view) == []


@pytest.mark.parametrize("key", ["title", "submit", "close", "notify_on_close"])
def test_a_home_tab_has_no(key: str) -> None:
    home: Json = {"type": "home", "blocks": [{"type": "divider"}]}
    check_view(home, Surface.HOME)
    with pytest.raises(BlocksRefused):
        check_view({**home, key: plain("x")}, Surface.HOME)


def test_a_home_tab_takes_no_files() -> None:
    home: Json = {"type": "home", "blocks": [field({"type": "file_input"})]}
    with pytest.raises(BlocksRefused) as caught:
        check_view(home, Surface.HOME)
    assert caught.value.messages == [
        "[ERROR] file_input elements are for modals only [json-pointer:/view/blocks/0/element]"
    ]


def test_a_home_tab_is_no_modal() -> None:
    with pytest.raises(BlocksRefused):
        check_view({"type": "home", "blocks": [{"type": "divider"}]}, Surface.MODAL)
