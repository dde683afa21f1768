"""A tour: people at their windows who look where they are told to, and what they see there."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from bot.domain.notices import FILES, NoticeKind, Place, SurfaceKind
from bot.flows.start import HELP_WORDS, KNOWN_WORDS
from bot.sandbox.visitor import Visitor
from bot.storage.tables import outbox, person, surface
from bot.views.ids import CommandId, ViewId
from tests.browser.person import NARROW, WIDE, Person
from tests.story.ninety_days import APP, HOME, Kind
from tests.story.stack import Stack

DOCS: Final = Path(__file__).parent.parent.parent / "docs"
PAGE, INDEX = DOCS / "tour.md", DOCS / "tour" / "index.md"
COLOURS: Final = 96
"""Of a picture: enough for letters and lights, and it stays small."""
_TO_THE_END: Final = """() => {
    const home = document.querySelector(".home-scroll");
    home.scrollTop = home.scrollHeight;
}"""
_OF_ONE: Final = frozenset({Place.DM, Place.EPHEMERAL, Place.CHAT})
"""Places whose messages one person reads."""
_ROW = re.compile(r"^\| `([^`]+)` \| .*\[([a-z0-9-]+)\]\(", re.MULTILINE)
_LEAD = """# Where the tour shows what

Every form, message and answer of the bot, and the first picture of the [tour](../tour.md) in \
which it is. `make tour` writes this list from what was on the screens.
"""


def form(view: ViewId) -> str:
    """What the list calls a form or a list in a window of its own."""
    return f"form {view.value}"


def message(kind: Kind) -> str:
    """What it calls a message, or the Home tab."""
    return f"{'card' if isinstance(kind, SurfaceKind) else 'message'} {kind.value}"


def everything() -> set[str]:
    """All that the bot can show: its forms, its messages and cards, and the answers to commands."""
    commands = {CommandId.STATUS.value, CommandId.HANDOFF.value}
    words = KNOWN_WORDS | {"help"}
    assert "help" in HELP_WORDS
    commands |= {f"{CommandId.HANDOFF} {word}" for word in words}
    return {
        *(form(one) for one in ViewId),
        *(message(one) for one in NoticeKind),
        *(message(one) for one in SurfaceKind),
        *(f"answer {one}" for one in commands),
    }


def listed() -> dict[str, str]:
    """By what is shown, the stop of the tour that shows it."""
    return dict(_ROW.findall(INDEX.read_text()))


class Tour:
    """People at their windows, who look where they are told to."""

    def __init__(self, chromium: Browser, stack: Stack, folder: Path | None) -> None:
        self._chromium, self._stack, self._folder = chromium, stack, folder
        self._seated: dict[str, Person] = {}
        self.stops: dict[str, set[str]] = {}
        """What each stop shows, in the order in which people came there."""
        self.seen_before: frozenset[str] = frozenset()
        """Stops of another way, which are not looked at again."""

    def look(
        self,
        name: str,
        viewer: Visitor,
        at: str,
        *,
        thread: str | None = None,
        shows: Kind | tuple[Kind, ...] = (),
        typed: str | None = None,
        end: bool = False,
    ) -> None:
        """What a person sees there now, at both widths; each stop once."""
        if name in self.stops or name in self.seen_before:
            return
        kinds = shows if isinstance(shows, tuple) else (shows,)
        found = {kind: self._stands(kind, viewer, at, thread) for kind in kinds}
        top = viewer.modal
        seen = {message(kind) for kind in kinds}
        if top is not None:
            seen.add(form(ViewId(top.callback_id)))
        elif at == HOME:
            seen.add(message(SurfaceKind.HOME))
        if typed is not None:
            seen.add(f"answer {typed}")
        self.stops[name] = seen
        said_once = kinds and all(isinstance(kind, NoticeKind) for kind in kinds)
        if self._folder is not None or not said_once:
            self._open(name, viewer, at, thread, found, whisper=typed is not None, end=end)

    def _open(
        self,
        name: str,
        viewer: Visitor,
        at: str,
        thread: str | None,
        found: Mapping[Kind, list[str]],
        *,
        whisper: bool,
        end: bool,
    ) -> None:
        """The page itself, at both widths.

        What is said once is only opened for its picture: such messages look alike, and other
        stories have them in a browser.
        """
        visitor, top = self._seat(viewer), viewer.modal
        visitor.go(at.removeprefix("#"), thread=thread)
        if top is not None:
            expect(visitor.modal).to_have_attribute("data-callback-id", top.callback_id)
        for width, height in (WIDE, NARROW):
            visitor.page.set_viewport_size({"width": width, "height": height})
            if top is None and at != HOME:
                column = "#messages" if thread is None else "#replies"
                _show(visitor.page, column, found, whisper=whisper)
            if end:
                visitor.page.evaluate(_TO_THE_END)
            visitor.expect_nothing_cut_off()
            self._keep(visitor.page, f"{name}-{width}")
        # A page that nobody looks at would follow all that happens until the next stop.
        visitor.page.goto("about:blank")
        visitor.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})

    def _stands(self, kind: Kind, viewer: Visitor, at: str, thread: str | None) -> list[str]:
        """Where messages of a kind stand for this person, the newest first; waits for one."""

        def look() -> list[str]:
            if isinstance(kind, SurfaceKind):
                return self._surfaces(kind, viewer)
            if kind in FILES:
                return [one.ts for one in reversed(viewer.dms()) if one.files][:1]
            return self._notices(kind, viewer, at)

        return self._stack.sandbox.wait_until(look, within=15.0)

    def _notices(self, kind: NoticeKind, viewer: Visitor, at: str) -> list[str]:
        reader = select(person.c.id).where(person.c.slack_id == viewer.id).scalar_subquery()
        rows = select(outbox.c.place, outbox.c.person_id == reader, outbox.c.ts, outbox.c.facts)
        told = rows.where(outbox.c.kind == kind.value, outbox.c.state.not_in(("cancelled", "dead")))
        with self._stack.bot.store.database.reading() as connection:
            found = connection.execute(told.order_by(outbox.c.id.desc())).all()
        mine = [one for one in found if one[0] not in _OF_ONE or one[1]]
        places = {one[0] for one in mine}
        if Place.OLD_CARD in places:
            return [json.loads(facts)["ts"] for _, _, _, facts in mine]
        if Place.EPHEMERAL in places and at not in (APP, HOME):
            # Slack tells nobody what a message is called that one person sees.
            return [one.ts for one in reversed(viewer.ephemerals(at))][:1]
        return [ts for _, _, ts, _ in mine if ts is not None]

    def _surfaces(self, kind: SurfaceKind, viewer: Visitor) -> list[str]:
        rows = select(surface.c.ts).where(surface.c.kind == kind.value, surface.c.ts.is_not(None))
        if kind is SurfaceKind.GUIDE:
            rows = rows.join(person, person.c.id == surface.c.person_id)
            rows = rows.where(person.c.slack_id == viewer.id)
        with self._stack.bot.store.database.reading() as connection:
            return [str(ts) for ts in connection.scalars(rows.order_by(surface.c.id.desc()))]

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
        for one in self._seated.values():
            one.leave()
        return [said for one in self._seated.values() for said in one.complaints]

    def write_index(self) -> None:
        """Put what these stops show into the list, for the first stop that shows it."""
        known = listed() if INDEX.exists() else {}
        rows = {what: stop for what, stop in known.items() if stop not in self.stops}
        for stop, seen in self.stops.items():
            rows |= {what: stop for what in seen if rows.get(what, stop) == stop}
        INDEX.write_text("\n".join(_lines(rows)))


def _lines(rows: Mapping[str, str]) -> Iterator[str]:
    yield _LEAD
    for heading, sort in (
        ("Forms and lists", "form"),
        ("Cards and Home", "card"),
        ("Messages", "message"),
        ("Answers to commands", "answer"),
    ):
        yield f"## {heading}\n\n| what | picture |\n|---|---|"
        for what in sorted(one for one in rows if one.startswith(f"{sort} ")):
            yield f"| `{what}` | [{rows[what]}]({rows[what]}-{WIDE[0]}.png) |"
        yield ""


def _show(page: Page, column: str, found: Mapping[Kind, Iterable[str]], *, whisper: bool) -> None:
    """Bring the first of what is to be seen to the middle; all of it is then in the window."""
    if not found:
        newest = page.locator(f"{column} article{'[data-ephemeral]' if whisper else ''}").last
        newest.scroll_into_view_if_needed()
        return
    wanted = [list(stands) for stands in found.values()]
    missing = page.evaluate(
        """([column, wanted]) => {
            const scroll = document.querySelector(column);
            const of = (all) => all
                .map((ts) => scroll.querySelector(`article[data-ts="${ts}"]`))
                .find((one) => one !== null);
            const shown = wanted.map(of);
            if (shown.includes(undefined)) return `not there: ${shown.indexOf(undefined)}`;
            const [first] = shown;
            const tall = first.offsetHeight > scroll.clientHeight;
            first.scrollIntoView({block: tall ? "start" : "center"});
            const frame = scroll.getBoundingClientRect();
            const out = shown.findIndex((one) => {
                const box = one.getBoundingClientRect();
                const seen = Math.min(box.bottom, frame.bottom) - Math.max(box.top, frame.top);
                return seen < Math.min(box.height, 100);
            });
            return out < 0 ? "" : `out of the window: ${out}`;
        }""",
        [column, wanted],
    )
    assert not missing, (missing, list(found))
