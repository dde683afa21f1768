"""The message box of the sandbox's page."""

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Seat
from tests.story.stack import DEAL

pytestmark = pytest.mark.browser


def test_what_is_written_before_the_last_message_is_through_goes_next(sit: Seat) -> None:
    maya = sit("maya")
    maya.go(DEAL.removeprefix("#"))
    under_way: list[Route] = []
    maya.page.route("**/page/say", lambda route: under_way.append(route), times=1)
    box = maya.page.locator("#composer")
    for text in ("They count in pallets", "and not in crates"):
        box.fill(text)
        box.press("Enter")
        expect(box).to_have_value("")
    under_way[0].continue_()
    written = maya.page.locator("#messages article")
    expect(written.filter(has_text="and not in crates")).to_be_visible()
    said = " ".join(written.all_inner_texts())
    assert said.index("They count in pallets") < said.index("and not in crates")
