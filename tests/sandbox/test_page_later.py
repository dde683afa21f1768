"""The later blocks in Chromium: pages and order of tables, folding, and what is pressed."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.axe import stumbles
from tests.sandbox.later_blocks import container, context_actions, data_table, every_later_block
from tests.sandbox.stage import Screen, Stage

pytestmark = pytest.mark.browser


def test_a_table_of_data_is_turned_and_put_in_order(stage: Stage, screen: Screen) -> None:
    posted = stage.post(data_table(page_size=3))
    page = screen.go()
    names = page.locator("[data-data-table] tbody tr:not([hidden]) th")
    expect(names).to_have_text(["Promise 1", "Promise 2", "Promise 3"])
    page.get_by_role("button", name="Next", exact=True).click()
    expect(names).to_have_text(["Promise 4"])
    expect(page.locator(".turning-now")).to_have_text("4–4 of 4")
    expect(page.get_by_role("button", name="Next", exact=True)).to_be_disabled()
    expect(page.get_by_role("button", name="Previous")).to_be_focused()
    # By number and not by letter, and again for the other way round.
    page.get_by_role("button", name="Days").click()
    expect(names).to_have_text(["Promise 3", "Promise 1", "Promise 4"])
    page.get_by_role("button", name="Days").click()
    expect(names).to_have_text(["Promise 2", "Promise 4", "Promise 1"])
    head = page.locator("th[aria-sort]")
    expect(head).to_have_attribute("aria-sort", "descending")
    # What is drawn anew meanwhile leaves it as it was arranged.
    posted.edited_ts = posted.ts
    stage.do(stage.workspace.message_changed, posted)
    expect(page.locator(".edited")).to_be_visible()
    expect(names).to_have_text(["Promise 2", "Promise 4", "Promise 1"])


def test_a_container_stays_folded_while_the_message_changes(stage: Stage, screen: Screen) -> None:
    posted = stage.post(container(is_collapsible=True, block_id="box"))
    page = screen.go()
    inside = page.get_by_text("An import of the old tickets.")
    expect(inside).to_be_visible()
    page.get_by_text("What was promised").click()
    expect(inside).to_be_hidden()
    posted.edited_ts = posted.ts
    stage.do(stage.workspace.message_changed, posted)
    expect(page.locator(".edited")).to_be_visible()
    expect(inside).to_be_hidden()
    page.locator("summary", has_text="What was promised").press("Enter")
    with page.expect_response("**/page/press"):
        page.locator("button[data-action-id=inside]").click()
    assert stage.app.interactions("block_actions")[0]["actions"][0]["action_id"] == "inside"


def test_a_thumb_and_a_bin_tell_the_app_which(stage: Stage, screen: Screen) -> None:
    stage.post(context_actions())
    page = screen.go()
    for name in ("Bad", "Delete"):
        with page.expect_response("**/page/press"):
            page.get_by_role("button", name=name, exact=True).click()
    sent = [one["actions"][0] for one in stage.app.interactions("block_actions")]
    told = [(one["type"], one["value"], one["text"]["text"]) for one in sent]
    assert told == [("feedback_buttons", "bad", "Bad"), ("icon_button", "it", "Delete")]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1920), ("dark", 1280), ("light", 390)])
def test_axe_finds_nothing_and_nothing_is_wider_than_its_place(
    stage: Stage, screen: Screen, scheme: Any, width: int
) -> None:
    stage.post(*every_later_block())
    screen.page.emulate_media(color_scheme=scheme)
    screen.page.set_viewport_size({"width": width, "height": 2400})
    page = screen.go()
    expect(page.locator(".plan")).to_be_visible()
    wide = """() => [...document.querySelectorAll("body, .message-body, .content")]
        .filter((one) => one.scrollWidth > Math.max(one.clientWidth, 1) + 1)
        .map((one) => `${one.className} ${one.scrollWidth}/${one.clientWidth}`)"""
    assert page.evaluate(wide) == []
    assert stumbles(page) == []
