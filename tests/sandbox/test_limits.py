import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.sandbox.blockkit import BlocksRefused, Surface, check_message_blocks, check_view
from bot.sandbox.limits import LIMITS, Unit
from tests.sandbox.desk import Desk, Json, actions, button, modal, plain, text_input

Sized = Callable[[int], Json]


def x(size: int) -> str:
    return "x" * size


def option(number: int = 0, **more: Any) -> Json:
    return {"text": plain(f"o{number}"), "value": f"v{number}", **more}


def options(size: int) -> list[Json]:
    return [option(number) for number in range(size)]


def row(element: Json) -> Json:
    return actions({"action_id": "a", **element})


def section(**more: Any) -> Json:
    return {"type": "section", **more}


def with_text(text: Json) -> Json:
    return section(text=text)


def confirm(part: str) -> Sized:
    def build(size: int) -> Json:
        whole = {name: plain("x") for name in ("title", "text", "confirm", "deny")}
        return row(button(confirm={**whole, part: plain(x(size))}))

    return build


def select(**more: Any) -> Json:
    return row({"type": "static_select", **more})


def multi(kind: str, **more: Any) -> Json:
    return section(text=plain("x"), accessory={"type": kind, "action_id": "a", **more})


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def pieces(*elements: Json, kind: str = "rich_text_section", **more: Any) -> Json:
    return rich({"type": kind, "elements": list(elements), **more})


def rich_list(**more: Any) -> Json:
    item = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}
    return rich({"type": "rich_text_list", "style": "bullet", "elements": [item], **more})


def asked(kind: str, **more: Any) -> Json:
    return {**text_input(), "element": {"type": kind, "action_id": "a", **more}}


def cells(size: int) -> list[Json]:
    return [{"type": "raw_text", "text": "x"}] * size


def table(rows: list[list[Json]], **more: Any) -> Json:
    return {"type": "table", "rows": rows, **more}


def data_table(size: int = 2, **more: Any) -> Json:
    return {"type": "data_table", "caption": "c", "rows": [cells(2)] * size, **more}


def card(**more: Any) -> Json:
    return {"type": "card", "body": plain("x"), **more}


def container(**more: Any) -> Json:
    divider = {"type": "divider"}
    return {"type": "container", "title": plain("x"), "child_blocks": [divider], **more}


def task(**more: Any) -> Json:
    return {"type": "task_card", "task_id": "t", "title": "x", "status": "pending", **more}


def source(**more: Any) -> Json:
    return task(sources=[{"type": "url", "url": "https://x", "text": "x", **more}])


def icon(**more: Any) -> Json:
    return {"type": "icon_button", "icon": "trash", "text": plain("x"), **more}


def alone(build: Sized) -> Callable[[int], list[Json]]:
    return lambda size: [build(size)]


# The same for the blocks that only messages have.
LATER: dict[str, Sized] = {
    "table.rows": lambda n: table([cells(1)] * n),
    "table.cells": lambda n: table([cells(n)]),
    "table.column_settings": lambda n: table([cells(1)], column_settings=[None] * n),
    "table.characters": lambda n: table(
        [[{"type": "raw_text", "text": x(5000)}, {"type": "raw_text", "text": x(n - 5000)}]]
    ),
    "cell.text": lambda n: data_table(rows=[[{"type": "raw_text", "text": x(n)}]] * 2),
    "data_table.caption": lambda n: data_table(caption=x(n)),
    "data_table.rows": data_table,
    "data_table.page_size": lambda n: data_table(page_size=n),
    "data_table.row_header_column_index": lambda n: data_table(row_header_column_index=n),
    "context_actions.elements": lambda n: {
        "type": "context_actions",
        "elements": [icon() for _ in range(n)],
    },
    "icon_button.visible_to_user_ids": lambda n: {
        "type": "context_actions",
        "elements": [icon(visible_to_user_ids=["U1"] * n)],
    },
    "alert.text": lambda n: {"type": "alert", "text": plain(x(n))},
    "card.title": lambda n: card(title=plain(x(n))),
    "card.subtitle": lambda n: card(subtitle=plain(x(n))),
    "card.body": lambda n: card(body=plain(x(n))),
    "card.actions": lambda n: card(actions=[button(f"b{i}") for i in range(n)]),
    "carousel.elements": lambda n: {"type": "carousel", "elements": [card()] * n},
    "container.title": lambda n: container(title=plain(x(n))),
    "container.subtitle": lambda n: container(subtitle=plain(x(n))),
    "container.child_blocks": lambda n: container(child_blocks=[{"type": "divider"}] * n),
    "task_card.task_id": lambda n: task(task_id=x(n)),
    "task_card.title": lambda n: task(title=x(n)),
    "plan.title": lambda n: {"type": "plan", "title": x(n)},
    "plan.tasks": lambda n: {"type": "plan", "title": "x", "tasks": [task()] * n},
    "source.url": lambda n: source(url=x(n)),
    "source.text": lambda n: source(text=x(n)),
}
UNMEASURED = {"rich_text.elements", "rich_text.text", "rich_text_list.elements"}
"""Of these Slack documents no largest size, and the table's own is that of a whole view."""

# One block for each limit of a block, with the limited thing at the size asked for.
IN_A_BLOCK: dict[str, Sized] = {
    "block_id": lambda n: {"type": "divider", "block_id": x(n)},
    "section.text": lambda n: with_text({"type": "mrkdwn", "text": x(n)}),
    "section.fields": lambda n: section(fields=[plain("x")] * n),
    "section.field": lambda n: section(fields=[plain(x(n))]),
    "header.text": lambda n: {"type": "header", "text": plain(x(n))},
    "context.elements": lambda n: {"type": "context", "elements": [plain("x")] * n},
    "context.text": lambda n: {"type": "context", "elements": [plain(x(n))]},
    "actions.elements": lambda n: actions(*(button(f"b{i}") for i in range(n))),
    "image.alt_text": lambda n: {"type": "image", "image_url": "https://x", "alt_text": x(n)},
    "image.title": lambda n: {
        "type": "image",
        "image_url": "https://x",
        "alt_text": "x",
        "title": plain(x(n)),
    },
    "image.image_url": lambda n: {"type": "image", "image_url": x(n), "alt_text": "x"},
    "input.label": lambda n: {**text_input(), "label": plain(x(n))},
    "input.hint": lambda n: {**text_input(), "hint": plain(x(n))},
    "action_id": lambda n: actions(button(x(n))),
    "button.text": lambda n: row({"type": "button", "text": plain(x(n))}),
    "button.value": lambda n: actions(button(value=x(n))),
    "button.url": lambda n: actions(button(url=x(n))),
    "button.accessibility_label": lambda n: actions(button(accessibility_label=x(n))),
    "overflow.options": lambda n: row({"type": "overflow", "options": options(n)}),
    "option.text": lambda n: select(options=[{"text": plain(x(n)), "value": "v"}]),
    "option.value": lambda n: select(options=[{"text": plain("x"), "value": x(n)}]),
    "option.description": lambda n: select(options=[option(description=plain(x(n)))]),
    "option.url": lambda n: row({"type": "overflow", "options": [option(url=x(n))]}),
    "option_group.label": lambda n: select(
        option_groups=[{"label": plain(x(n)), "options": options(1)}]
    ),
    "option_group.options": lambda n: select(
        option_groups=[{"label": plain("x"), "options": options(n)}]
    ),
    "select.option_groups": lambda n: select(
        option_groups=[{"label": plain("x"), "options": options(1)}] * n
    ),
    "select.options": lambda n: select(options=options(n)),
    "rich_text.border": lambda n: pieces(kind="rich_text_quote", border=n),
    "rich_text_list.indent": lambda n: rich_list(indent=n),
    "rich_text_list.offset": lambda n: rich_list(offset=n),
    "emoji.skin_tone": lambda n: pieces({"type": "emoji", "name": "wave", "skin_tone": n}),
    "date.timestamp": lambda n: pieces({"type": "date", "timestamp": n, "format": "{date}"}),
    "filter.include": lambda n: multi(
        "conversations_select", filter={"include": ["im", "mpim", "private", "public", "im"][:n]}
    ),
    "external_select.min_query_length": lambda n: multi("external_select", min_query_length=n),
    "multi_select.max_selected_items": lambda n: multi("multi_users_select", max_selected_items=n),
    "datetimepicker.initial_date_time": lambda n: asked("datetimepicker", initial_date_time=n),
    "plain_text_input.min_length": lambda n: text_input(min_length=n),
    "plain_text_input.max_length": lambda n: text_input(max_length=n),
    "rich_text_input.min_lines": lambda n: asked("rich_text_input", min_lines=n),
    "rich_text_input.max_lines": lambda n: asked("rich_text_input", max_lines=n),
    "file_input.max_files": lambda n: asked("file_input", max_files=n),
    "dispatch.trigger_actions_on": lambda n: text_input(
        dispatch_action_config={
            "trigger_actions_on": [
                "on_enter_pressed",
                "on_character_entered",
                "on_enter_pressed",
            ][:n]
        }
    ),
    "placeholder": lambda n: select(options=options(1), placeholder=plain(x(n))),
    "checkboxes.options": lambda n: row({"type": "checkboxes", "options": options(n)}),
    "radio_buttons.options": lambda n: row({"type": "radio_buttons", "options": options(n)}),
    "plain_text_input.initial_value": lambda n: text_input(initial_value=x(n)),
    "confirm.title": confirm("title"),
    "confirm.text": confirm("text"),
    "confirm.confirm": confirm("confirm"),
    "confirm.deny": confirm("deny"),
}
IN_A_MESSAGE: dict[str, Callable[[int], list[Json]]] = {
    **{name: alone(build) for name, build in LATER.items()},
    "message.blocks": lambda n: [{"type": "divider"}] * n,
    "markdown.text": lambda n: [{"type": "markdown", "text": x(n)}],
}
IN_A_VIEW: dict[str, Sized] = {
    "view.blocks": lambda n: {**modal(), "blocks": [{"type": "divider"}] * n},
    "view.title": lambda n: modal(title=plain(x(n))),
    "view.submit": lambda n: modal(submit=plain(x(n))),
    "view.close": lambda n: modal(close=plain(x(n))),
    "view.private_metadata": lambda n: modal(private_metadata=x(n)),
    "view.callback_id": lambda n: modal(callback_id=x(n)),
    "view.external_id": lambda n: modal(external_id=x(n)),
}
OF_AN_ANSWER = {"suggestions.options", "suggestions.option_groups"}


def broken(name: str, size: int) -> set[str]:
    """The rows of the table that are broken with the limited thing at this size."""
    try:
        if name in IN_A_BLOCK:
            check_view(modal(IN_A_BLOCK[name](size)), Surface.MODAL)
        elif name in IN_A_MESSAGE:
            check_message_blocks(IN_A_MESSAGE[name](size))
        else:
            check_view(IN_A_VIEW[name](size), Surface.MODAL)
    except BlocksRefused as refusal:
        return set(refusal.rows)
    return set()


TABLED = sorted({*IN_A_BLOCK, *IN_A_MESSAGE, *IN_A_VIEW})


def test_every_limit_of_the_table_is_tried_here() -> None:
    of_all = {"message.texts", "view.bytes"}
    tried = {*TABLED, *CALLS, *OF_AN_ANSWER, *of_all, *UNMEASURED}
    assert set(LIMITS) == tried


@pytest.mark.parametrize("name", TABLED)
def test_the_largest_size_is_accepted_and_one_more_is_not(name: str) -> None:
    most = LIMITS[name].most
    assert broken(name, most - 1) == set()
    assert broken(name, most) == set()
    assert broken(name, most + 1) == {name}


AT_THE_LEAST = [name for name in TABLED if LIMITS[name].least or LIMITS[name].unit is Unit.VALUE]


@pytest.mark.parametrize("name", AT_THE_LEAST)
def test_the_smallest_size_is_accepted_and_one_less_is_not(name: str) -> None:
    least = LIMITS[name].least
    assert broken(name, least + 1) == set()
    assert broken(name, least) == set()
    assert broken(name, least - 1) == {name}


def refusal(check: Callable[[], None]) -> BlocksRefused:
    with pytest.raises(BlocksRefused) as caught:
        check()
    return caught.value


def test_a_refusal_points_at_its_place_as_slack_does() -> None:
    blocks = [{"type": "divider"}, actions(button("a"), {**button("b"), "text": plain(x(76))})]
    refused = refusal(lambda: check_message_blocks(blocks))
    assert refused.error == "invalid_blocks"
    assert refused.messages == [
        "[ERROR] must be less than 76 characters [json-pointer:/blocks/1/elements/1/text/text]"
    ]


def test_texts_of_all_blocks_together_have_a_limit() -> None:
    def blocks(total: int) -> list[Json]:
        sizes = [3000] * (total // 3000) + [total % 3000]
        return [with_text(plain(x(size))) for size in sizes if size]

    most = LIMITS["message.texts"].most
    check_message_blocks(blocks(most - 1))
    check_message_blocks(blocks(most))
    refused = refusal(lambda: check_message_blocks(blocks(most + 1)))
    assert (refused.error, refused.rows) == ("msg_blocks_too_long", ("message.texts",))


def test_markdown_blocks_share_one_limit() -> None:
    check_message_blocks([{"type": "markdown", "text": x(6000)}] * 2)
    blocks = [{"type": "markdown", "text": x(6000)}, {"type": "markdown", "text": x(6001)}]
    assert refusal(lambda: check_message_blocks(blocks)).error == "invalid_blocks"


def test_a_view_is_too_large_beyond_its_bytes() -> None:
    def view(blocks: int, padding: int) -> Json:
        full = [with_text(plain(x(3000)))] * blocks
        return modal(*full, private_metadata=x(padding))

    def size(blocks: int) -> int:
        return len(json.dumps(view(blocks, 0)).encode())

    most = LIMITS["view.bytes"].most
    blocks = max(count for count in range(1, 100) if size(count) <= most - 1)
    spare = most - size(blocks)
    assert spare < 3000
    check_view(view(blocks, spare), Surface.MODAL)
    refused = refusal(lambda: check_view(view(blocks, spare + 1), Surface.MODAL))
    assert (refused.error, refused.rows) == ("view_too_large", ("view.bytes",))


def test_a_message_has_one_table() -> None:
    check_message_blocks([table([cells(2)])])
    refused = refusal(lambda: check_message_blocks([table([cells(2)]), table([cells(2)])]))
    assert (refused.error, refused.messages) == ("invalid_attachments", ["only_one_table_allowed"])


@pytest.mark.parametrize(
    "block",
    [
        data_table(rows=[cells(2), cells(3)]),
        table([[{"type": "raw_number", "value": 7}]]),
        table([[{"type": "raw_number", "text": "7"}]]),
        data_table(rows=[[rich()], cells(1)]),
        {"type": "card", "subtitle": plain("x")},
        {"type": "container", "child_blocks": [{"type": "divider"}]},
        container(child_blocks=[container()]),
        container(is_collapsible=True, has_header_divider=True),
        task(status="late"),
        table([[{"type": "raw_html", "text": "x"}]]),
        {"type": "alert", "text": plain("x"), "level": "loud"},
        {"type": "video", "title": plain("x")},
    ],
)
def test_a_later_block_has_its_rules(block: Json) -> None:
    assert refusal(lambda: check_message_blocks([block])).error == "invalid_blocks"


@pytest.mark.parametrize("name", sorted(LATER))
def test_a_later_block_is_for_messages_only(name: str) -> None:
    block = LATER[name](max(LIMITS[name].least, 1) if name != "table.characters" else 6000)
    assert refusal(lambda: check_view(modal(block), Surface.MODAL)).error == "invalid_arguments"


# ---- limits of methods


def users(size: int) -> str:
    return ",".join(f"U{number:09d}" for number in range(size))


NORTHWIND = {"channel": "C0NORTHWD1"}
CALLS: dict[str, tuple[str, Callable[[Desk, int], Json]]] = {
    "conversations.create.name": (
        "invalid_name_maxlength",
        lambda desk, n: desk.call("conversations.create", name=x(n), is_private=True),
    ),
    # Nobody has these ids, so that within the limit each of them is looked for.
    "conversations.invite.users": (
        "invalid_arguments",
        lambda desk, n: desk.call("conversations.invite", **NORTHWIND, users=users(n)),
    ),
    "conversations.open.users": (
        "too_many_users",
        lambda desk, n: desk.call("conversations.open", users=users(n)),
    ),
    "conversations.setTopic.topic": (
        "too_long",
        lambda desk, n: desk.call("conversations.setTopic", **NORTHWIND, topic=x(n)),
    ),
    "chat.update.text": (
        "msg_too_long",
        lambda desk, n: desk.call("chat.update", **NORTHWIND, ts=desk.post(), text=x(n)),
    ),
    "chat.postMessage.markdown_text": (
        "invalid_arguments",
        lambda desk, n: desk.call("chat.postMessage", **NORTHWIND, markdown_text=x(n)),
    ),
    "metadata.event_type": (
        "invalid_metadata_schema",
        lambda desk, n: desk.call(
            "chat.postMessage",
            **NORTHWIND,
            text="x",
            metadata={"event_type": x(n), "event_payload": {"key": "k"}},
        ),
    ),
    "files.alt_txt": (
        "alt_txt_too_large",
        lambda desk, n: desk.call(
            "files.getUploadURLExternal", filename="a.csv", length=3, alt_txt=x(n)
        ),
    ),
    "files.channels": (
        "channels_limit_exceeded",
        lambda desk, n: desk.call(
            "files.completeUploadExternal",
            files=[{"id": brought(desk)}],
            channels=",".join(["C0NORTHWD1"] * n),
        ),
    ),
}


def brought(desk: Desk) -> str:
    """A file that only has to be completed."""
    begun = desk.call("files.getUploadURLExternal", filename="a.csv", length=3)
    path = str(begun["upload_url"]).removeprefix("http://127.0.0.1:9")
    desk.run(desk.request(path, headers={"content-length": "3"}, body=b"a,b"))
    return str(begun["file_id"])


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_call_is_refused_by_its_name_one_beyond_its_limit(desk: Desk, name: str) -> None:
    (error, call), most = CALLS[name], LIMITS[name].most
    assert [call(desk, most + extra).get("error") == error for extra in (-1, 0, 1)] == [
        False,
        False,
        True,
    ]


def test_a_posted_text_is_cut_and_not_refused(desk: Desk) -> None:
    answer = desk.call("chat.postMessage", channel="C0NORTHWD1", text=x(40_001))
    assert len(answer["message"]["text"]) == 40_000
