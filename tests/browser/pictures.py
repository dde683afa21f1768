"""Takes the README's pictures, the story's as one that moves: `make pictures`."""

import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from bot.demo import DEAL_CHANNEL, JONAS, MAYA, PRIYA, STORY, demo_constants
from bot.sandbox.story import load_story
from tests.browser.conftest import ARGUMENTS
from tests.browser.test_demo_story import go_on, step_of
from tests.conftest import find_chromium
from tests.story.stack import Stack, running

SIZE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
MOVING = {"width": 1000, "height": 640}
OPENS = {"assigning", "checking", "judging", "debrief_open"}
"""Steps that only open a form, which the next frame shows filled."""
FRAME_MS, LAST_MS = 1300, 4000
COLOURS, COLOURS_MOVING = 256, 128


def _shot(page: Page) -> Image.Image:
    # What moves in (a picture, a bar) has come to rest.
    page.wait_for_function(
        "() => document.getAnimations().every((one) => one.playState === 'finished')"
    )
    return Image.open(BytesIO(page.screenshot())).convert("RGB")


def _small(picture: Image.Image) -> Image.Image:
    return picture.quantize(COLOURS, dither=Image.Dither.NONE)


def _open(chromium: Browser, stack: Stack, path: str, *, dark: bool, size: dict[str, int]) -> Page:
    context = chromium.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        color_scheme="dark" if dark else "light",
    )
    page = context.new_page()
    page.goto(f"{stack.server.url}{path}")
    page.locator("html[data-ready]").wait_for(state="attached")
    return page


def _story(chromium: Browser, stack: Stack, folder: Path) -> None:
    """One frame for every press of the story's button that does something."""
    page = _open(chromium, stack, f"/?as={MAYA}&place={DEAL_CHANNEL}", dark=False, size=MOVING)
    frames = [_shot(page)]
    while (step := step_of(page)) is not None:
        goes = page.locator("[data-story-go]").count() > 0
        go_on(page)
        if not goes and step not in OPENS:
            frames.append(_shot(page))
        if step == "manager":
            _beside(chromium, stack, folder)
    # One palette for all, so that of each frame only what changed is kept.
    every = Image.new("RGB", (MOVING["width"], MOVING["height"] * len(frames)))
    for number, one in enumerate(frames):
        every.paste(one, (0, MOVING["height"] * number))
    palette = every.quantize(COLOURS_MOVING, dither=Image.Dither.NONE)
    small = [one.quantize(palette=palette, dither=Image.Dither.NONE) for one in frames]
    small[0].save(
        folder / "story.gif",
        save_all=True,
        append_images=small[1:],
        duration=[FRAME_MS] * (len(small) - 1) + [LAST_MS],
        loop=0,
        optimize=True,
    )


def _beside(chromium: Browser, stack: Stack, folder: Path) -> None:
    """The CSM who is late and his manager, side by side."""
    path = f"/beside?as={JONAS}&place=app&with={PRIYA}&at=app"
    page = _open(chromium, stack, path, dark=True, size=SIZE)
    for name in ("#frame-1", "#frame-2"):
        page.frame_locator(name).locator("html[data-ready]").wait_for(state="attached")
    _small(_shot(page)).save(folder / "two-people.png", optimize=True)
    page.context.close()


def _at_the_end(chromium: Browser, stack: Stack, folder: Path) -> None:
    """The card as everybody sees it, and the same on a telephone."""
    for name, size in (("card", SIZE), ("phone", PHONE)):
        path = f"/?as={PRIYA}&place={DEAL_CHANNEL}"
        page = _open(chromium, stack, path, dark=False, size=size)
        if name == "card":
            page.locator("#story-fold").click()
        _small(_shot(page)).save(folder / f"{name}.png", optimize=True)
        page.context.close()


def main() -> None:
    """Take them all into the folder that is named."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    program = find_chromium()
    assert program is not None, "Chromium is needed, as for the browser tests."
    with (
        tempfile.TemporaryDirectory() as data,
        running(Path(data), constants=demo_constants(), story=load_story(STORY)) as stack,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        _story(chromium, stack, folder)
        _at_the_end(chromium, stack, folder)
        chromium.close()


if __name__ == "__main__":
    main()
