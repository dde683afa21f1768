"""The demo's story, played by its own buttons, alone and with two people side by side."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.demo import STORY, demo_constants
from bot.sandbox.story import load_story
from tests.axe import stumbles
from tests.browser.conftest import Seat
from tests.browser.person import Person
from tests.story.stack import Stack, running

pytestmark = pytest.mark.browser

LOOKED_AT = {"start", "brief", "manager", "checks", "initials_csm", "debrief_open"}
"""Steps at which axe looks at the bot's own words, in the theme and width of that moment."""
SIGHTS = [("light", (1280, 800)), ("dark", (1920, 1080)), ("light", (390, 844))]


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with running(tmp_path, constants=demo_constants(), story=load_story(STORY)) as built:
        yield built


def step_of(page: Page) -> str | None:
    return page.locator(".story-step").get_attribute("data-story-step")


def go_on(page: Page) -> None:
    """Press the story's button, and wait until it says something else."""
    button = page.locator("[data-story-next]")
    before = (step_of(page), button.inner_text())
    button.click()
    page.wait_for_function(
        """([step, label]) => {
            const now = document.querySelector(".story-step");
            const button = document.querySelector("[data-story-next]");
            if (!document.documentElement?.dataset.ready || !now) return false;
            if (button && "pending" in button.dataset) return false;
            return now.dataset.storyStep !== step || button?.innerText !== label;
        }""",
        arg=[before[0] or "", before[1]],
    )


def look(maya: Person, step: str, number: int) -> None:
    scheme, (width, height) = SIGHTS[number % len(SIGHTS)]
    maya.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    maya.page.set_viewport_size({"width": width, "height": height})
    assert stumbles(maya.page) == [], step
    maya.expect_nothing_cut_off()
    maya.page.set_viewport_size({"width": 1280, "height": 800})
    maya.page.emulate_media(color_scheme="light")


def test_the_story_is_played_to_its_end_by_its_own_buttons(stack: Stack, sit: Seat) -> None:
    maya = sit("maya")
    maya.go("deal-northwind")
    steps = [step.id for step in load_story(STORY).steps]
    seen: list[str] = []
    for _ in range(4 * len(steps)):
        step = step_of(maya.page)
        if step is None:
            break
        if step not in seen:
            seen.append(step)
            maya.picture(f"{len(seen):02d}-{step}")
            if step in LOOKED_AT:
                look(maya, step, len(seen))
        go_on(maya.page)
    # One after the other: none was skipped because something came true too early.
    assert seen == steps
    maya.sees(maya.page.locator(".story-step"), "That is the story")
    card = stack.card_says("Kickoff held")
    assert "2 promises · initialed by both" in card.words


def test_two_people_stand_side_by_side_and_the_story_brings_who_is_next(
    stack: Stack, sit: Seat
) -> None:
    maya = sit("maya")
    maya.go("deal-northwind")
    page = maya.page
    page.locator("#beside").click()
    left, right = page.frame_locator("#frame-1"), page.frame_locator("#frame-2")
    for frame in (left, right):
        expect(frame.locator("html[data-ready]")).to_be_attached()
    expect(left.locator("#who option:checked")).to_contain_text("Maya")
    for _ in range(5):
        go_on(page)
    expect(left.locator("dialog.modal:not([inert])")).to_contain_text("Brief 2 of 7")
    maya.picture("60-two-people")
    go_on(page)
    go_on(page)
    assert step_of(page) == "assigning"
    assert page.locator("[data-story-next]").inner_text() == "Do it for me"
    go_on(page)
    # Priya was brought beside Maya, whose page stayed as it was.
    expect(right.locator("#who option:checked")).to_contain_text("Priya")
    expect(right.locator("dialog.modal:not([inert])")).to_contain_text("Assign the CSM")
    expect(left.locator("#messages")).to_contain_text("Northwind Mills — handoff")
    maya.picture("61-two-people-at-the-next-step")
    page.locator("#one-person").click()
    expect(page.locator("#who option:checked")).to_contain_text("Maya")
