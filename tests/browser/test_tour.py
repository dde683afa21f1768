"""The ninety days of one deal, looked at in a browser at each stop: the pictures of the tour.

`make tour` keeps them in `docs/tour/`; without it nothing is kept, and all the same nothing that is
seen on the way may be cut off, at a desk or on a telephone.
"""

import os
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from bot.sandbox.visitor import Visitor
from tests.browser.person import NARROW, WIDE, Person
from tests.story.ninety_days import Way, ninety_days
from tests.story.stack import Stack
from tests.story.wrong_paths import WrongWay, wrong_paths

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGE = Path(__file__).parent.parent.parent / "docs" / "tour.md"
COLOURS = 96
"""Of a picture: enough for letters and lights, and it stays small."""
ANOTHER_WAY = "## When it goes another way"
_PICTURE = re.compile(r"\(tour/([a-z0-9-]+)\.png\)")


class Tour:
    """People at their windows, who look where they are told to."""

    def __init__(self, chromium: Browser, stack: Stack, folder: Path | None) -> None:
        self._chromium, self._stack, self._folder = chromium, stack, folder
        self._seated: dict[str, Person] = {}
        self.stops: list[str] = []
        self.seen_before: frozenset[str] = frozenset()
        """Stops of another way, which are not looked at again."""

    def look(self, name: str, viewer: Visitor, at: str, *, thread: str | None = None) -> None:
        """What a person sees there now, at both widths; each stop once."""
        if name in self.stops or name in self.seen_before:
            return
        self.stops.append(name)
        person = self._seat(viewer)
        person.go(at.removeprefix("#"), thread=thread)
        for width, height in (WIDE, NARROW):
            person.page.set_viewport_size({"width": width, "height": height})
            if person.page.locator("dialog.modal").count() == 0:
                column = "#messages" if thread is None else "#replies"
                person.page.locator(f"{column} article").last.scroll_into_view_if_needed()
            person.expect_nothing_cut_off()
            self._keep(person.page, f"{name}-{width}")
        person.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})

    def _seat(self, viewer: Visitor) -> Person:
        if viewer.id not in self._seated:
            url = self._stack.server.url
            self._seated[viewer.id] = Person(self._chromium, url, viewer.id, viewer.id, None)
        return self._seated[viewer.id]

    def _keep(self, page: Page, name: str) -> None:
        if self._folder is None:
            return
        # What moves in (a form, a bar) has come to rest.
        page.wait_for_function(
            "() => document.getAnimations().every((one) => one.playState === 'finished')"
        )
        picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
        small = picture.quantize(COLOURS, dither=Image.Dither.NONE)
        small.save(self._folder / f"{name}.png", optimize=True)

    def leave(self) -> list[str]:
        """Close every window; what their consoles complained of."""
        for person in self._seated.values():
            person.leave()
        return [one for person in self._seated.values() for one in person.complaints]


@pytest.fixture
def tour(chromium: Browser, stack: Stack) -> Iterator[Tour]:
    """A tour whose windows complain of nothing; its pictures are kept where TOUR names a folder."""
    wanted = os.environ.get("TOUR")
    folder = Path(wanted) if wanted else None
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    walked = Tour(chromium, stack, folder)
    yield walked
    assert walked.leave() == []


def shown() -> tuple[list[str], list[str]]:
    """The stops that the page shows: of the ninety days, and of what goes another way."""
    straight, _, another = PAGE.read_text().partition(ANOTHER_WAY)
    first, second = (
        list(dict.fromkeys(one.rpartition("-")[0] for one in _PICTURE.findall(part)))
        for part in (straight, another)
    )
    return first, second


def test_the_ninety_days_are_walked_and_nothing_is_cut_off(stack: Stack, tour: Tour) -> None:
    ninety_days(stack, Way(stack, "alderbay", tour.look))
    assert shown()[0] == tour.stops, "make tour, and say what is new in its page"


def test_a_deal_that_goes_another_way_is_looked_at_too(stack: Stack, tour: Tour) -> None:
    straight, another = shown()
    tour.seen_before = frozenset(straight)
    wrong_paths(stack, WrongWay(stack, "northwind", tour.look))
    assert another == tour.stops, "make tour, and say what is new in its page"
