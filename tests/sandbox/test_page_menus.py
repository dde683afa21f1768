"""Menus that the app fills, in Chromium: typed into, chosen from, and taken back."""

import asyncio
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.sandbox.blockkit import Surface
from bot.sandbox.deliver import Envelope, Failure, Reply
from bot.sandbox.screen import accept_view, publish_home
from tests.axe import stumbles
from tests.sandbox.desk import MAYA, Json, actions, modal, plain
from tests.sandbox.stage import Screen, Stage, question

pytestmark = pytest.mark.browser

ACCOUNTS = ("Larkfield Clinics", "Larkfield Foundation", "Northwind Robotics")


def account(name: str) -> Json:
    return {"text": plain(name), "value": name.lower().replace(" ", "-")}


async def matching(payload: Json) -> Json:
    """The accounts that have the typed letters in them."""
    typed = payload["value"].lower()
    return {"options": [account(name) for name in ACCOUNTS if typed in name.lower()]}


def menu(**more: Any) -> Json:
    return {"type": "external_select", "action_id": "a", "placeholder": plain("Account"), **more}


def box(page: Page) -> Locator:
    return page.get_by_role("combobox").and_(page.locator("[data-ask]"))


def found(page: Page) -> Locator:
    return page.locator("#menu [role=option]")


def asked(stage: Stage) -> list[str]:
    return [one["value"] for one in stage.app.interactions("block_suggestion")]


def test_one_is_found_by_typing_chosen_by_keys_and_submitted(stage: Stage, screen: Screen) -> None:
    stage.app.cues["block_suggestion"] = matching
    stage.open(modal(question("external_select", "where")))
    page = screen.go()
    typed = page.get_by_label("About where")
    expect(typed).to_be_focused()
    page.keyboard.type("la")
    expect(page.locator("#menu-said")).to_have_text("Type at least 3 letters.")
    page.keyboard.type("rk")
    expect(found(page)).to_have_text(["Larkfield Clinics", "Larkfield Foundation"])
    expect(typed).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(typed).to_have_attribute("aria-activedescendant", "menu-list-o1")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#menu")).to_be_hidden()
    expect(page.locator(".pick")).to_contain_text(["Larkfield Clinics"])
    expect(typed).to_have_value("")
    assert asked(stage) == ["lark"]
    page.reload()
    expect(page.locator(".pick")).to_contain_text(["Larkfield Clinics"])
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    state = stage.app.interactions("view_submission")[0]["view"]["state"]["values"]["where"]["a"]
    assert state == {"type": "external_select", "selected_option": account("Larkfield Clinics")}


def test_escape_puts_the_list_away_and_the_modal_stays(stage: Stage, screen: Screen) -> None:
    stage.app.cues["block_suggestion"] = matching
    stage.open(modal(question("external_select", "where", min_query_length=0)))
    page = screen.go()
    page.keyboard.press("ArrowDown")
    expect(found(page)).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.locator("#menu")).to_be_hidden()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_several_are_gathered_one_by_one_and_no_more_than_may_be(
    stage: Stage, screen: Screen
) -> None:
    stage.app.cues["block_suggestion"] = matching
    many = question("multi_external_select", "where", min_query_length=1, max_selected_items=2)
    stage.open(modal(many))
    page = screen.go()
    picks = page.locator(".pick > span")
    page.keyboard.type("north")
    found(page).first.click()
    page.keyboard.type("clin")
    expect(found(page)).to_have_text(["Larkfield Clinics"])
    page.keyboard.press("Enter")
    expect(picks).to_have_text(["Northwind Robotics", "Larkfield Clinics"])
    page.keyboard.type("found")
    expect(found(page)).to_have_text(["Larkfield Foundation"])
    page.keyboard.press("Enter")
    expect(page.locator("#menu-said")).to_have_text("At most 2 can be chosen.")
    box(page).fill("")
    page.keyboard.press("Backspace")
    expect(picks).to_have_text(["Northwind Robotics"])
    page.get_by_role("button", name="Remove Northwind Robotics").click()
    expect(picks).to_have_count(0)
    expect(box(page)).to_be_focused()
    held = stage.workspace.modal_stack(MAYA)[0].state["where"]["a"]
    assert held == {"type": "multi_external_select", "selected_options": []}


def test_in_a_message_each_choice_is_told_to_the_app(stage: Stage, screen: Screen) -> None:
    stage.app.cues["block_suggestion"] = matching
    accessory = menu(type="multi_external_select", min_query_length=1)
    stage.post({"type": "section", "text": plain("Which accounts?"), "accessory": accessory})
    page = screen.go()
    box(page).fill("north")
    found(page).first.click()
    expect(page.locator(".pick")).to_have_count(1)
    box(page).fill("clin")
    expect(found(page)).to_have_text(["Larkfield Clinics"])
    with page.expect_response("**/page/press"):
        page.keyboard.press("Enter")
    sent = [one["actions"][0]["selected_options"] for one in presses(stage)]
    north, clinics = account("Northwind Robotics"), account("Larkfield Clinics")
    assert sent == [[north], [north, clinics]]


def presses(stage: Stage) -> list[Json]:
    return stage.app.interactions("block_actions")


def test_on_home_a_choice_is_told_and_stays(stage: Stage, screen: Screen) -> None:
    stage.app.cues["block_suggestion"] = matching
    row = actions(menu(min_query_length=0))
    view = accept_view(stage.workspace, {"type": "home", "blocks": [row]}, Surface.HOME)
    stage.do(publish_home, stage.workspace, view, MAYA)
    page = screen.go("home")
    page.get_by_label("Account").click()
    found(page).last.click()
    expect(page.locator(".pick")).to_contain_text(["Northwind Robotics"])
    page.reload()
    expect(page.locator(".pick")).to_contain_text(["Northwind Robotics"])
    assert [one["container"]["type"] for one in presses(stage)] == ["view"]


def test_a_late_app_a_wrong_one_and_nothing_found_are_said_in_the_list(
    stage: Stage, screen: Screen
) -> None:
    answers = [
        Reply(failure=Failure.TIMEOUT, status=0),
        Reply(body={"choices": []}),
        Reply(body={"options": []}),
    ]
    send = stage.app.send

    async def answer(envelope: Envelope) -> Reply:
        await send(envelope)
        return answers.pop(0)

    stage.app.send = answer  # type: ignore[method-assign]
    stage.open(modal(question("external_select", "where", min_query_length=1)))
    page = screen.go()
    said = page.locator("#menu-said")
    page.keyboard.type("a")
    expect(said).to_have_text("Nothing could be loaded: the app did not answer.")
    page.keyboard.type("b")
    expect(said).to_contain_text("invalid additional property: choices")
    page.keyboard.type("c")
    expect(said).to_have_text("Nothing was found.")
    assert answers == []


def test_the_answer_to_older_letters_is_not_shown(stage: Stage, screen: Screen) -> None:
    heard, go_on = asyncio.Event(), asyncio.Event()

    async def slow_at_first(payload: Json) -> Json:
        if payload["value"] == "north":
            heard.set()
            await go_on.wait()
        return await matching(payload)

    stage.app.cues["block_suggestion"] = slow_at_first
    stage.open(modal(question("external_select", "where")))
    page = screen.go()
    page.keyboard.type("north")
    stage.run(heard.wait())
    page.get_by_label("About where").fill("found")
    expect(found(page)).to_have_text(["Larkfield Foundation"])
    with page.expect_response("**/page/suggest"):
        stage.do(go_on.set)
    expect(found(page)).to_have_text(["Larkfield Foundation"])


def test_letters_that_are_not_answered_yet_choose_nothing(stage: Stage, screen: Screen) -> None:
    go_on = asyncio.Event()

    async def slow_at_last(payload: Json) -> Json:
        if payload["value"] == "clin":
            await go_on.wait()
        return await matching(payload)

    stage.app.cues["block_suggestion"] = slow_at_last
    stage.open(modal(question("external_select", "where")))
    page = screen.go()
    page.keyboard.type("north")
    expect(found(page)).to_have_text(["Northwind Robotics"])
    page.get_by_label("About where").fill("clin")
    page.keyboard.press("Enter")
    expect(page.locator(".pick")).to_have_count(0)
    stage.do(go_on.set)
    expect(found(page)).to_have_text(["Larkfield Clinics"])
    page.keyboard.press("Enter")
    expect(page.locator(".pick")).to_contain_text(["Larkfield Clinics"])


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
def test_axe_finds_nothing_in_an_open_menu_with_groups(
    stage: Stage, screen: Screen, scheme: Any, width: int
) -> None:
    async def grouped(_: Json) -> Json:
        groups = [("Customers", ACCOUNTS[:2]), ("Deals", ACCOUNTS[2:])]
        return {
            "option_groups": [
                {"label": plain(label), "options": [account(name) for name in names]}
                for label, names in groups
            ]
        }

    stage.app.cues["block_suggestion"] = grouped
    initial = [account(ACCOUNTS[0])]
    several = question(
        "multi_external_select", "where", min_query_length=0, initial_options=initial
    )
    stage.open(modal(several, question("external_select", "else")))
    screen.page.emulate_media(color_scheme=scheme)
    screen.page.set_viewport_size({"width": width, "height": 800})
    page = screen.go()
    page.get_by_label("About where").press("ArrowDown")
    expect(found(page)).to_have_count(3)
    expect(found(page).first).to_have_attribute("data-chosen", "")
    assert stumbles(page) == []
