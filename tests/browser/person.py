"""A person at the page: where they look, what they press and type, and pictures of it."""

import time
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Locator, Response, expect

from bot.sandbox.seen import Typed

WIDE, NARROW = (1280, 800), (390, 844)
AT_ONCE = 2_000
"""Milliseconds within which a person must see what their own act, or a moved clock, did."""
SOON = 15_000
"""Milliseconds for what others do."""

CHANNELS = {
    "general": "C0GENERAL1",
    "revenue-team": "C0REVENUE1",
    "deal-northwind": "C0NORTHWD1",
    "deal-larkfield": "C0LARKFLD1",
    "deal-harbor-shared": "C0HARBOR01",
    "deal-tidewater": "C0TIDEWTR1",
}


class Person:
    """One browser window; `complaints` collects what its console and the server say is wrong."""

    def __init__(
        self, chromium: Browser, url: str, user: str, name: str, album: Path | None
    ) -> None:
        self._context = chromium.new_context(viewport={"width": WIDE[0], "height": WIDE[1]})
        self._context.set_default_timeout(SOON)
        self._url, self._user, self._name, self._album = url, user, name, album
        self._taken: set[str] = set()
        self.page = self._context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.on(
            "console", lambda m: self.complaints.append(m.text) if m.type == "error" else None
        )
        self.page.on("response", self._note_failure)

    def _note_failure(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.url}")

    def leave(self) -> None:
        self._context.close()

    # ---- where they look

    def go(self, place: str, *, thread: str | None = None) -> None:
        """A channel by its name, `home` or `app` (the direct messages of the bot)."""
        beside = f"&thread={thread}" if thread is not None else ""
        self.page.goto(f"{self._url}/?as={self._user}&place={CHANNELS.get(place, place)}{beside}")
        expect(self.page.locator("html[data-ready]")).to_be_attached()

    def message(self, words: str) -> Locator:
        """The newest message of the bot that everybody here sees and that says something."""
        posts = self.page.locator("#messages article:not([data-ephemeral])")
        return posts.filter(has_text=words).last

    def whisper(self, words: str) -> Locator:
        """The newest message only they see."""
        return self.page.locator("article[data-ephemeral]").filter(has_text=words).last

    @property
    def modal(self) -> Locator:
        return self.page.locator("dialog.modal:not([inert])")

    def sees(self, where: Locator, words: str, *, within: int = SOON) -> None:
        expect(where).to_contain_text(words, timeout=within)

    # ---- what they do

    def command(self, text: str) -> None:
        self.page.locator("#composer").fill(text)
        self.page.locator("#send").click()

    def reply(self, text: str) -> None:
        """A message in the thread that is open, as it stands there afterwards."""
        self.page.locator("#composer-thread").fill(text)
        self.page.locator("#composer-thread").press("Enter")
        self.sees(self.page.locator("#replies"), text, within=AT_ONCE)

    def press(self, where: Locator, action: str) -> None:
        where.locator(f"button[data-action-id={action}]").first.click()

    def move_clock(self, to: str) -> Callable[[], int]:
        """Press a button of the clock bar; gives what is then left of `AT_ONCE`, counted from it.

        It never comes to nothing: what is there is seen, and no time at all means without end.
        """
        pressed = time.monotonic()
        self.page.locator(f"#clock-{to}").click()
        return lambda: max(50, AT_ONCE - round(1000 * (time.monotonic() - pressed)))

    def choose(self, where: Locator, words: str) -> None:
        """An entry of the overflow menu."""
        where.locator("summary[data-overflow=more]").click()
        where.get_by_role("button", name=words, exact=True).click()

    def fill(self, typed: Mapping[str, Typed]) -> None:
        """Fields of the modal by their action ids."""
        for field, value in typed.items():
            at = self.modal.locator(f"[data-action-id={field}]").first
            if isinstance(value, list):
                for one in value:
                    self.modal.locator(f"input[data-action-id={field}][value={one}]").check()
            elif isinstance(value, bool):
                self.modal.locator(f"input[data-action-id={field}]").first.set_checked(value)
            elif at.evaluate("one => one.tagName") == "SELECT":
                at.select_option(str(value))
            else:
                at.fill(_as_entered(value))

    def submit(self) -> None:
        self.modal.locator("[data-submit]").click()

    def expect_no_modal(self) -> None:
        expect(self.page.locator("dialog.modal")).to_have_count(0)

    # ---- pictures

    def picture(self, name: str, at: Locator | None = None) -> None:
        """The window, wide and narrow, once by its name; `at` is scrolled into view.

        Whether or not pictures are wanted, nothing in it may be cut off.
        """
        if name in self._taken:
            return
        self._taken.add(name)
        for width, height in (WIDE, NARROW):
            self.page.set_viewport_size({"width": width, "height": height})
            if at is not None:
                at.scroll_into_view_if_needed()
            if self._album is not None:
                self.page.screenshot(path=self._album / f"{name}-{self._name}-{width}.png")
            self.expect_nothing_cut_off()
        self.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})

    def expect_nothing_cut_off(self) -> None:
        wide = self.page.evaluate(
            """() => [...document.querySelectorAll("body, .message-body, .modal-body, .home")]
                .filter((one) => one.scrollWidth > Math.max(one.clientWidth, 1) + 1)
                .map((one) => `${one.className} ${one.scrollWidth}/${one.clientWidth}`)"""
        )
        assert wide == []

    def expect_whole(self, message: Locator) -> None:
        """The message stands between the top of its column and the line one types in."""
        column = self.page.locator("#messages").bounding_box()
        box = message.bounding_box()
        assert column is not None
        assert box is not None
        assert box["height"] <= column["height"], (box, column)


def local(at: datetime, zone: str) -> datetime:
    """The moment as a person in a zone enters it."""
    return at.astimezone(ZoneInfo(zone))


def _as_entered(value: Typed) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)
