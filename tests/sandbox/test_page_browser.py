"""The page in Chromium: what a person at it sees and does, with an app that answers on cue."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from bot.sandbox.blockkit import Surface
from bot.sandbox.posting import post_as_app
from bot.sandbox.screen import accept_view, publish_home
from bot.sandbox.server import SandboxServer
from tests.sandbox.desk import (
    JONAS,
    MAYA,
    NORTHWIND,
    THEO,
    Json,
    actions,
    button,
    modal,
    plain,
    text_input,
)
from tests.sandbox.stage import Screen, Stage, option, question

pytestmark = pytest.mark.browser


def test_a_pressed_button_waits_visibly_until_the_modal_is_there(
    stage: Stage, screen: Screen
) -> None:
    go_on = asyncio.Event()

    async def open_after_a_while(_: Json) -> None:
        await go_on.wait()
        stage.show(modal())

    stage.app.cues["open_brief"] = open_after_a_while
    stage.post(actions(button("open_brief"), button("other", text=plain("Other"))))
    page = screen.go()
    pressed = page.locator("button[data-action-id=open_brief]")
    pressed.click()
    expect(pressed).to_be_disabled()
    expect(pressed).to_have_attribute("aria-busy", "true")
    stage.post(text="something else happens")
    expect(page.locator("#part-main")).to_contain_text("something else happens")
    expect(pressed).to_be_disabled()
    expect(page.get_by_role("dialog")).to_have_count(0)
    stage.do(go_on.set)
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(pressed).to_be_enabled()
    expect(page.get_by_label("About")).to_be_focused()
    assert len(stage.app.interactions("block_actions")) == 1


def test_typing_is_not_disturbed_by_what_happens_elsewhere(stage: Stage, screen: Screen) -> None:
    page = screen.go()
    page.locator("#composer").fill("half a sen")
    stage.post(text="first news")
    expect(page.locator("#messages")).to_contain_text("first news")
    expect(page.locator("#composer")).to_have_value("half a sen")
    expect(page.locator("#composer")).to_be_focused()
    stage.open(modal(text_input(), text_input("more", "note")))
    field = page.locator("[data-block-id=about] input[data-action-id=note]")
    field.fill("half a wor")
    stage.post(text="second news")
    expect(page.locator("#messages")).to_contain_text("second news")
    expect(field).to_have_value("half a wor")
    expect(field).to_be_focused()
    page.keyboard.type("d")
    expect(field).to_have_value("half a word")


def test_an_update_keeps_what_was_typed_where_both_ids_stay(stage: Stage, screen: Screen) -> None:
    view = stage.open(modal(text_input("same", "note"), text_input("old", "note")))
    page = screen.go()
    page.locator("[data-block-id=same] input[data-action-id]").fill("kept")
    page.locator("[data-block-id=old] input[data-action-id]").fill("lost")
    same = text_input("same", "note", initial_value="of the app")
    new = text_input("new", "note", initial_value="of the app")
    stage.update(view, modal(same, new))
    expect(page.locator("[data-block-id=new] input[data-action-id]")).to_have_value("of the app")
    expect(page.locator("[data-block-id=same] input[data-action-id]")).to_have_value("kept")
    expect(page.locator("[data-block-id=old]")).to_have_count(0)


def test_every_element_is_filled_and_sent(stage: Stage, screen: Screen) -> None:
    options = [option("1"), option("2")]
    stage.open(
        modal(
            question("plain_text_input", "line"),
            question("plain_text_input", "lines", multiline=True),
            question("rich_text_input", "rich"),
            question("number_input", "number", is_decimal_allowed=False),
            question("email_text_input", "mail"),
            question("url_text_input", "link"),
            question("static_select", "one", options=options),
            question("users_select", "person"),
            question("channels_select", "channel"),
            question("conversations_select", "talk"),
            question("multi_static_select", "many", options=options),
            question("multi_users_select", "people"),
            question("datepicker", "day"),
            question("timepicker", "hour"),
            question("datetimepicker", "moment"),
            question("checkboxes", "ticks", options=options),
            question("radio_buttons", "either", options=options),
        )
    )
    page = screen.go()
    for block, text in (
        ("line", 'a "b" <c>'),
        ("lines", "one\ntwo"),
        ("rich", "*so* it is"),
        ("number", "42"),
        ("mail", "ilse@mills.example"),
        ("link", "https://mills.example"),
        ("day", "2026-03-31"),
        ("hour", "09:30"),
        ("moment", "2026-03-31T09:30"),
    ):
        page.get_by_label(f"About {block}", exact=True).fill(text)
    for block, value in (
        ("one", "2"),
        ("person", THEO),
        ("channel", NORTHWIND),
        ("talk", NORTHWIND),
    ):
        page.get_by_label(f"About {block}", exact=True).select_option(value)
    for block, value in (("many", "2"), ("people", JONAS), ("ticks", "1"), ("either", "2")):
        page.locator(f"[data-block-id={block}] input[value='{value}']").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    values = stage.app.interactions("view_submission")[0]["view"]["state"]["values"]
    assert {block: held["a"] for block, held in values.items()} == {
        "line": {"type": "plain_text_input", "value": 'a "b" <c>'},
        "lines": {"type": "plain_text_input", "value": "one\ntwo"},
        "rich": {
            "type": "rich_text_input",
            "rich_text_value": {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [
                            {"type": "text", "text": "so", "style": {"bold": True}},
                            {"type": "text", "text": " it is"},
                        ],
                    }
                ],
            },
        },
        "number": {"type": "number_input", "value": "42"},
        "mail": {"type": "email_text_input", "value": "ilse@mills.example"},
        "link": {"type": "url_text_input", "value": "https://mills.example"},
        "one": {"type": "static_select", "selected_option": options[1]},
        "person": {"type": "users_select", "selected_user": THEO},
        "channel": {"type": "channels_select", "selected_channel": NORTHWIND},
        "talk": {"type": "conversations_select", "selected_conversation": NORTHWIND},
        "many": {"type": "multi_static_select", "selected_options": [options[1]]},
        "people": {"type": "multi_users_select", "selected_users": [JONAS]},
        "day": {"type": "datepicker", "selected_date": "2026-03-31"},
        "hour": {"type": "timepicker", "selected_time": "09:30"},
        # 09:30 in New York, where Maya sits, in the summer half of the year.
        "moment": {"type": "datetimepicker", "selected_date_time": 1774963800},
        "ticks": {"type": "checkboxes", "selected_options": [options[0]]},
        "either": {"type": "radio_buttons", "selected_option": options[1]},
    }


def test_an_error_stands_under_its_field_and_the_focus_goes_there(
    stage: Stage, screen: Screen
) -> None:
    async def refuse(_: Json) -> Json:
        return {"response_action": "errors", "errors": {"more": "A date is missing."}}

    stage.app.cues["view_submission"] = refuse
    stage.open(modal(text_input(), text_input("more", "note")))
    page = screen.go()
    page.locator("[data-block-id=about] input[data-action-id]").fill("one")
    more = page.locator("[data-block-id=more] input[data-action-id]")
    more.fill("two")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-block-id=more] .field-error")).to_have_text("A date is missing.")
    expect(more).to_be_focused()
    expect(more).to_have_value("two")
    expect(more).to_have_accessible_description("A date is missing.")


def test_a_question_is_asked_before_a_button_that_has_one(stage: Stage, screen: Screen) -> None:
    asked = {
        "title": plain("Withdraw it?"),
        "text": plain("It stays in the history."),
        "confirm": plain("Withdraw"),
        "deny": plain("Keep"),
    }
    stage.post(actions(button("withdraw", confirm=asked)))
    page = screen.go()
    page.locator("button[data-action-id=withdraw]").click()
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text("It stays in the history.")
    question.get_by_role("button", name="Keep").click()
    expect(question).to_have_count(0)
    assert stage.app.interactions("block_actions") == []
    page.locator("button[data-action-id=withdraw]").click()
    with page.expect_response("**/page/press"):
        page.get_by_role("alertdialog").get_by_role("button", name="Withdraw").click()
    assert len(stage.app.interactions("block_actions")) == 1


def test_a_menu_opens_and_its_choice_is_sent(stage: Stage, screen: Screen) -> None:
    menu = {"type": "overflow", "action_id": "more", "options": [option("1"), option("2")]}
    select = {
        "type": "static_select",
        "action_id": "snooze",
        "placeholder": plain("Snooze"),
        "options": [option("1"), option("2")],
    }
    stage.post(actions(menu, select))
    page = screen.go()
    page.locator("summary[data-overflow=more]").click()
    with page.expect_response("**/page/press"):
        page.get_by_role("button", name="Option 2").click()
    expect(page.get_by_role("button", name="Option 2")).to_be_hidden()
    with page.expect_response("**/page/press"):
        page.get_by_label("Snooze").select_option("1")
    sent = [p["actions"][0] for p in stage.app.interactions("block_actions")]
    assert [action["selected_option"]["value"] for action in sent] == ["2", "1"]


def test_escape_closes_the_top_and_the_cross_closes_all(stage: Stage, screen: Screen) -> None:
    def deeper() -> None:
        root = stage.show(modal(text_input(), title=plain("Below")))
        stage.show(modal(text_input("x", "y"), title=plain("Above")), over=root.id)

    stage.do(deeper)
    page = screen.go()
    expect(page.get_by_role("dialog", name="Above")).to_be_visible()
    expect(page.get_by_role("dialog", name="Below")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Below")).to_be_visible()
    page.get_by_role("dialog").get_by_label("About").fill("typed below")
    stage.do(lambda: stage.show(modal(), over=stage.workspace.modal_stack(MAYA)[0].id))
    expect(page.get_by_role("dialog", name="Title")).to_be_visible()
    page.get_by_role("button", name="Close all").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert stage.workspace.top_modal(MAYA) is None


def test_another_form_in_the_same_modal_begins_at_its_top(stage: Stage, screen: Screen) -> None:
    tall = [text_input(f"f{n}", "note") for n in range(20)]
    view = stage.open(modal(*tall, title=plain("Step 1")))
    page = screen.go()
    top_of = "one => one.scrollTop"
    page.locator("[data-block-id=f19] input[data-action-id]").fill("at the end")
    body = page.locator(".modal-body")
    assert body.evaluate(top_of) > 0
    stage.update(view, modal(*tall, text_input("f20", "note"), title=plain("Step 1")))
    expect(page.locator("[data-block-id=f20] input[data-action-id]")).to_be_attached()
    assert body.evaluate(top_of) > 0, "the same form with one more row stays where it is"
    stage.update(view, modal(*tall, title=plain("Step 2")))
    expect(page.get_by_role("dialog", name="Step 2")).to_be_visible()
    expect(page.locator("[data-block-id=f0] input[data-action-id]")).to_be_focused()
    assert body.evaluate(top_of) == 0


def test_a_modal_is_closed_once_however_often_escape_is_pressed(
    stage: Stage, screen: Screen
) -> None:
    stage.open(modal())
    page = screen.go()
    closed: list[str] = []
    page.on("request", lambda r: closed.append(r.url) if r.url.endswith("/page/close") else None)
    for _ in range(3):
        page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert len(closed) == 1


def test_words_typed_in_a_modal_survive_a_reload(stage: Stage, screen: Screen) -> None:
    stage.open(modal())
    page = screen.go()
    with page.expect_response("**/page/typed"):
        page.get_by_label("About").fill("half a sen")
    page.reload()
    expect(page.get_by_label("About")).to_have_value("half a sen")
    # Also the last of them, for which the page had no time.
    page.get_by_label("About").fill("half a sentence")
    page.reload()
    expect(page.get_by_label("About")).to_have_value("half a sentence")


def test_a_command_is_offered_and_its_answer_is_seen_by_one_person(
    stage: Stage, screen: Screen
) -> None:
    async def answer(payload: Json) -> Json:
        return {"text": f"You asked for {payload['text']}."}

    stage.app.cues["/handoff"] = answer
    page = screen.go()
    page.locator("#composer").fill("/hand")
    expect(page.get_by_role("option", name="/handoff-status")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("#composer")).to_have_value("/handoff ")
    page.keyboard.type("help")
    page.keyboard.press("Enter")
    mine = page.locator("article[data-ephemeral]")
    expect(mine).to_contain_text("You asked for help.")
    expect(page.locator("#composer")).to_have_value("")
    screen.go(user=THEO)
    expect(page.locator("#composer")).to_be_visible()
    expect(page.locator("article[data-ephemeral]")).to_have_count(0)


def test_commands_people_and_channels_are_completed_by_the_keyboard(
    stage: Stage, screen: Screen
) -> None:
    page = screen.go()
    box = page.locator("#composer")
    box.press_sequentially("/h")
    for key in ("ArrowDown", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
    chosen = page.get_by_role("listbox").get_by_role("option", selected=True)
    expect(chosen).to_contain_text("/handoff-status")
    expect(box).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))
    # What happens elsewhere leaves the list where it is.
    stage.post(text="news")
    expect(page.locator("#messages")).to_contain_text("news")
    expect(page.get_by_role("option", name="/handoff-status")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    box.fill("")
    box.press_sequentially("ask @lindq")
    page.keyboard.press("Enter")
    box.press_sequentially("in #deal-l")
    page.keyboard.press("Tab")
    expect(box).to_have_value("ask @Jonas Lindqvist in #deal-larkfield ")
    page.keyboard.press("Enter")
    expect(page.locator("#messages .mention")).to_have_text(["@Jonas Lindqvist", "#deal-larkfield"])


def test_a_long_channel_stays_as_it_is_where_nothing_changed(stage: Stage, screen: Screen) -> None:
    def fill() -> None:
        for number in range(300):
            post_as_app(stage.workspace, NORTHWIND, text=f"message {number}.", blocks=[])

    stage.do(fill)
    blocks: list[Json] = [
        {"type": "section", "text": plain(f"block {number}")} for number in range(50)
    ]
    stage.post(*blocks)
    page = screen.go()
    rows = page.locator("#messages article")
    expect(rows).to_have_count(100)
    page.evaluate("() => document.querySelectorAll('article').forEach((one) => (one.mine = true))")
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(int(answer.headers.get("content-length", 0))))
    stage.post(text="the newest")
    expect(rows.last).to_contain_text("the newest")
    # The rows that were there are the same elements, and were not sent again.
    kept = rows.evaluate_all("all => all.filter((one) => one.mine).length")
    assert kept == 99
    assert max(sizes) < 40_000
    page.locator("#earlier").click()
    expect(rows).to_have_count(200)
    # The first that was shown before is where the eye finds it again.
    expect(rows.filter(has_text="message 202.")).to_be_in_viewport()


def test_the_page_goes_on_after_the_server_was_started_anew(
    chromium: Browser, tmp_path: Path
) -> None:
    data = tmp_path / "workspace.json"
    first = SandboxServer(data=data).start()
    port = urlsplit(first.url).port or 0
    page = chromium.new_page()
    page.goto(f"{first.url}/?as={MAYA}&place={NORTHWIND}")
    expect(page.locator("html[data-ready]")).to_be_attached()
    page.locator("#composer").fill("said before")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("said before")
    page.locator("#composer").fill("half a sentence")
    first.stop()
    expect(page.locator("body.is-offline")).to_be_attached()
    second = SandboxServer(data=data, port=port).start()
    try:
        expect(page.locator("body.is-offline")).not_to_be_attached()
        expect(page.locator("#messages")).to_contain_text("said before")
        expect(page.locator("#composer")).to_have_value("half a sentence")
        page.locator("#composer").press("Enter")
        expect(page.locator("#messages")).to_contain_text("half a sentence")
    finally:
        page.close()
        second.stop()


def test_what_cannot_be_sent_comes_back_with_the_reason(stage: Stage, screen: Screen) -> None:
    page = screen.go()
    page.locator("#composer").fill("/nope now")
    page.locator("#send").click()
    expect(page.get_by_text("/nope is not a valid command.")).to_be_visible()
    expect(page.locator("#composer")).to_have_value("/nope now")


def test_a_message_of_another_person_arrives_without_a_reload(
    stage: Stage, screen: Screen, chromium: Browser
) -> None:
    page = screen.go()
    context = chromium.new_context()
    theirs = Screen(context.new_page(), stage)
    theirs.go(user=THEO)
    theirs.page.locator("#composer").fill("Ready, @Maya Ferrant? <b>now</b>")
    theirs.page.keyboard.press("Enter")
    expect(page.locator("#messages .mention-me")).to_have_text("@Maya Ferrant")
    expect(page.locator("#messages")).to_contain_text("<b>now</b>")
    context.close()
    assert theirs.complaints == []


def test_two_people_write_to_each_other(stage: Stage, screen: Screen, chromium: Browser) -> None:
    page = screen.go()
    page.locator("#new-dm").click()
    page.get_by_role("checkbox", name="Jonas Lindqvist").check()
    # What happens elsewhere leaves the choice as it is.
    stage.post(text="news")
    expect(page.locator("#messages")).to_contain_text("news")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("heading", name="Jonas Lindqvist")).to_be_visible()
    page.get_by_label("Message Jonas Lindqvist").fill("Have you seen it?")
    context = chromium.new_context()
    theirs = Screen(context.new_page(), stage)
    theirs.go(user=JONAS)
    page.keyboard.press("Enter")
    place = theirs.page.locator(".sidebar a", has_text="Maya Ferrant")
    expect(place.locator(".unread")).to_contain_text("1")
    place.click()
    expect(theirs.page.locator("#messages")).to_contain_text("Have you seen it?")
    expect(theirs.page.locator(".sidebar .unread")).to_have_count(0)
    theirs.page.get_by_label("Message Maya Ferrant").fill("Yes.")
    theirs.page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Yes.")
    context.close()
    assert theirs.complaints == []
    assert stage.app.events() == []


def test_the_person_is_switched_and_the_place_kept(stage: Stage, screen: Screen) -> None:
    page = screen.go()
    page.locator("#who").select_option(THEO)
    expect(page.locator(f"body[data-as={THEO}][data-place={NORTHWIND}]")).to_be_attached()
    expect(page.locator("#who")).to_have_value(THEO)


def test_a_reply_is_written_in_the_open_thread(stage: Stage, screen: Screen) -> None:
    card = stage.post(text="the card")
    page = screen.go(more=f"&thread={card.ts}")
    page.locator("#composer-thread").fill("a reply")
    page.locator("#send-reply").click()
    expect(page.locator("#replies")).to_contain_text("a reply")
    expect(page.locator("#messages .thread-link")).to_have_text("1 reply")


def test_the_clock_moves_on_the_page(stage: Stage, screen: Screen) -> None:
    page = screen.go()
    page.locator("#clock-morning").click()
    expect(page.locator("#now")).to_contain_text("09:00")
    page.locator("#clock-1h").click()
    expect(page.locator("#now")).to_contain_text("10:00")


def test_home_is_shown_and_a_text_there_is_sent_on_enter(stage: Stage, screen: Screen) -> None:
    blocks = [{**question("plain_text_input", "find"), "dispatch_action": True}]
    view = accept_view(stage.workspace, {"type": "home", "blocks": blocks}, Surface.HOME)
    stage.do(publish_home, stage.workspace, view, MAYA)
    page = screen.go("home")
    page.get_by_label("About find").fill("Northwind")
    with page.expect_response("**/page/press"):
        page.keyboard.press("Enter")
    assert stage.app.interactions("block_actions")[0]["actions"][0]["value"] == "Northwind"
    assert stage.app.events()[0]["type"] == "app_home_opened"


@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_nothing_is_wider_than_the_screen(stage: Stage, screen: Screen, width: int) -> None:
    card = stage.post(
        {"type": "section", "text": {"type": "mrkdwn", "text": "W" * 400 + " <@" + MAYA + ">"}},
        actions(*[button(f"b{n}", text=plain("A button of many words")) for n in range(5)]),
    )
    stage.open(modal(question("static_select", "one", options=[option("x" * 60)])))
    page = screen.page
    page.set_viewport_size({"width": width, "height": 844})
    screen.go(more=f"&thread={card.ts}" if width > 1000 else "")
    expect(page.get_by_role("dialog")).to_be_visible()
    wide = """() => [...document.querySelectorAll("body, .top, .message-body, dialog, .modal-body")]
        .filter((one) => one.scrollWidth > Math.max(one.clientWidth, 1) + 1)
        .map((one) => `${one.tagName}.${one.className} ${one.scrollWidth}/${one.clientWidth}`)"""
    assert page.evaluate(wide) == []


def test_the_places_of_a_narrow_screen_open_on_demand(stage: Stage, screen: Screen) -> None:
    page = screen.page
    page.set_viewport_size({"width": 390, "height": 844})
    screen.go()
    expect(page.locator("#place-home")).to_be_hidden()
    page.locator("#places-toggle").click()
    page.locator("#place-home").click()
    expect(page.locator("body[data-place=home]")).to_be_attached()
