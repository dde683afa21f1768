"""What an open page is sent: what differs from what it has, and never less."""

import asyncio
import json
import re
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup

from bot.sandbox.clock import SandboxClock
from bot.sandbox.page_rows import ME, MessageRow, Rows
from bot.sandbox.page_seat import MESSAGES_A_PAGE, Seat
from bot.sandbox.render.reader import Reader
from bot.sandbox.workspace import PAGE, StoredFile
from tests.sandbox.desk import (
    ADA,
    JONAS,
    LARKFIELD,
    MAYA,
    NORTHWIND,
    PRIYA,
    THEO,
    Desk,
    modal,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


class OpenPage:
    """A page as its script keeps it: what it was served, and what it has heard since."""

    def __init__(self, desk: Desk, person: str = MAYA, place: str = NORTHWIND, **more: str) -> None:
        self._desk = desk
        self.asked = {"as": person, "place": place, **more}
        _, body = desk.run(desk.request(f"/?{urlencode(self.asked)}", verb="GET"))
        self.html = body.decode()
        self.asked |= {name: self._meta(name) for name in ("page", "stamp")}
        self.asked["after"] = self._meta("version")

    def _meta(self, name: str) -> str:
        found = re.search(f'name="sandbox-{name}" content="([^"]*)"', self.html)
        assert found is not None
        return found[1]

    async def alive(self, *, keep: bool = True) -> dict[str, str]:
        """The next answer; where it is not kept, it was lost on its way."""
        path = f"/page/live?{urlencode(self.asked)}"
        status, body = await self._desk.request(path, verb="GET")
        if status == 204:
            return {}
        answer: dict[str, Any] = json.loads(body)
        if keep:
            self.asked |= {"stamp": str(answer["stamp"]), "after": str(answer["version"])}
        parts: dict[str, str] = answer["parts"]
        return parts

    def live(self, *, keep: bool = True) -> dict[str, str]:
        return self._desk.run(self.alive(keep=keep))


def test_a_message_is_sent_alone_and_the_others_are_only_named(desk: Desk) -> None:
    old = desk.post(text="the old one")
    page = OpenPage(desk)
    new = desk.post(text="the new one")
    parts = page.live()
    assert set(parts) == {"main"}
    assert "the new one" in parts["main"]
    assert "the old one" not in parts["main"]
    assert f'<article id="m-{old}" data-same></article>' in parts["main"]
    desk.call("chat.update", channel=NORTHWIND, ts=old, text="edited")
    parts = page.live()
    assert "edited" in parts["main"]
    assert f'<article id="m-{new}" data-same></article>' in parts["main"]


def test_a_page_that_lost_an_answer_gets_everything(desk: Desk) -> None:
    desk.post(text="the old one")
    page = OpenPage(desk)
    desk.post(text="the new one")
    page.live(keep=False)
    desk.post(text="the newest")
    parts = page.live()
    assert {"top", "sidebar", "main", "modals", "notices"} <= set(parts)
    assert "data-same" not in parts["main"]
    for words in ("the old one", "the new one", "the newest"):
        assert words in parts["main"]


def test_what_does_not_show_leaves_a_page_waiting(desk: Desk) -> None:
    page = OpenPage(desk)

    async def elsewhere() -> dict[str, str]:
        waiting = asyncio.ensure_future(page.alive())
        await desk.acts.post_message(THEO, channel_id=LARKFIELD, text="of no concern")
        desk.workspace.add_notice(JONAS, "for Jonas")
        early, _ = await asyncio.wait([waiting], timeout=0.05)
        # The count of what is new elsewhere stands on this screen.
        assert early
        await waiting
        waiting = asyncio.ensure_future(page.alive())
        desk.workspace.add_notice(JONAS, "for Jonas, too")
        early, _ = await asyncio.wait([waiting], timeout=0.05)
        assert not early
        desk.workspace.add_notice(MAYA, "for Maya")
        return await waiting

    parts = desk.run(elsewhere())
    assert "for Maya" in parts["notices"]


def test_an_act_is_answered_also_where_it_changed_nothing_here(desk: Desk) -> None:
    page = OpenPage(desk)
    fields = {"as": MAYA, "page": page.asked["page"], "channel": NORTHWIND, "ts": "1.000000"}

    async def act() -> dict[str, str]:
        waiting = asyncio.ensure_future(page.alive())
        await asyncio.sleep(0)
        body = urlencode(fields).encode()
        await desk.request(
            "/page/delete",
            headers={
                "content-type": "application/x-www-form-urlencoded",
                "content-length": str(len(body)),
                "origin": "http://127.0.0.1:9",
                "x-sandbox-page": page._meta("token"),
            },
            body=body,
        )
        return await asyncio.wait_for(waiting, 5)

    assert desk.run(act()) == {}
    assert int(page.asked["after"]) == desk.workspace.versions[PAGE]


def test_the_older_of_two_questions_of_a_page_is_let_go(desk: Desk) -> None:
    page = OpenPage(desk)

    async def ask_twice() -> list[dict[str, str]]:
        older = asyncio.ensure_future(page.alive(keep=False))
        await asyncio.sleep(0)
        newer = asyncio.ensure_future(page.alive())
        await asyncio.sleep(0)
        await desk.acts.post_message(THEO, channel_id=NORTHWIND, text="news")
        return [await older, await newer]

    older, newer = desk.run(ask_twice())
    assert older == {}
    assert "news" in newer["main"]


def test_every_change_of_a_screen_is_sent(desk: Desk) -> None:
    """Each part says what it is made of; one that named too little would stay as it was."""
    parent = desk.post(text="a parent")
    page = OpenPage(desk, thread=parent)
    run, acts = desk.run, desk.acts
    seen: list[tuple[str, str]] = []

    def look(part: str, words: str) -> None:
        assert words in page.live().get(part, ""), words
        seen.append((part, words))

    desk.post(text="a reply", thread_ts=parent)
    look("thread", "a reply")
    run(acts.react(THEO, channel_id=NORTHWIND, ts=parent, name="eyes"))
    look("main", "👀")
    view = desk.open(modal())
    look("modals", "Title")
    acts.keep_typed(MAYA, view_id=view["id"], values={"about": {"note": "half a word"}})
    look("modals", "half a word")
    run(acts.edit_user(MAYA, title="Chief"))
    look("top", "Chief")
    run(acts.join(JONAS, channel_id=NORTHWIND))
    look("main", "Jonas Lindqvist")
    run(acts.archive(THEO, channel_id=LARKFIELD))
    look("sidebar", "archived")
    desk.call("chat.postMessage", channel=MAYA, text="in the DM")
    look("sidebar", 'class="unread">1')
    desk.call("chat.postMessage", channel=THEO, text="in another DM")
    look("top", "(1 new)")
    desk.call("chat.postEphemeral", channel=NORTHWIND, user=MAYA, text="psst")
    look("main", "psst")
    assert len(seen) == 10


def test_a_day_later_the_page_says_yesterday(desk: Desk) -> None:
    desk.post(text="a message")
    page = OpenPage(desk)
    assert "Today" in page.html
    desk.workspace.clock.advance(86_400)
    desk.workspace.touch()
    assert "Yesterday" in page.live()["main"]


def test_a_distance_in_time_goes_on_by_the_minute(desk: Desk) -> None:
    """Also after exactly an hour, when the minute of the hour is the same again."""
    then = now = 1_750_000_020
    desk.workspace.clock = SandboxClock(real=lambda: now)
    desk.post(text=f"said <!date^{then}^{{ago}}|then>")
    for later, words in ((0, "just now"), (60, "1 minute ago"), (3660, "1 hour ago")):
        now = then + later
        assert f">{words}</time>" in OpenPage(desk).html


# ---- what is drawn once for several people


def test_a_message_is_drawn_once_for_all_to_whom_it_looks_the_same(desk: Desk) -> None:
    drawn: list[str] = []

    def draw(row: MessageRow, _: str) -> Markup:
        drawn.append(row.body.striptags())
        return row.body

    desk.post(text="*for all*")
    desk.post(text=f"for <@{MAYA}>")
    rows, channel = Rows(desk.workspace, draw), desk.workspace.channels[NORTHWIND]
    for user in (MAYA, THEO, ADA, PRIYA):
        zone, now = ZoneInfo(desk.workspace.users[user].tz), desk.workspace.clock.now()
        seat = Seat(user=desk.workspace.users[user], place=NORTHWIND)
        shown = [
            rows.of(
                channel.top_level(user),
                channel,
                seat,
                Reader(user_id=user, zone=zone, now=now, people={MAYA: "Maya"}),
                "main",
            )
            for _ in range(2)
        ]
        assert ["mention-me" in one.html for one in shown[0]] == [False, user == MAYA]
        assert shown[0] == shown[1]
    # New York and London have different hours.
    assert drawn.count("for all") == 2
    assert drawn.count("for @Maya") == 4


def test_what_is_for_one_person_is_drawn_for_that_one(desk: Desk) -> None:
    secret = desk.call("conversations.create", name="secret", is_private=True)["channel"]["id"]
    desk.call("conversations.invite", channel=secret, users=MAYA)
    theirs = desk.run(desk.acts.post_message(THEO, channel_id=NORTHWIND, text="by Theo"))
    place = f"https://meridian-works.slack.com/archives/{NORTHWIND}"
    for text in (f"<@{MAYA}>, look", f"into <#{secret}>", f"and <{place}|there>"):
        desk.post(text=text)
    desk.run(desk.acts.react(MAYA, channel_id=NORTHWIND, ts=theirs, name="eyes"))
    seen = {one: OpenPage(desk, one).html for one in (THEO, MAYA, THEO)}
    for who, other in ((MAYA, THEO), (THEO, MAYA)):
        is_maya = who == MAYA
        assert ('class="mention mention-me"' in seen[who]) is is_maya
        assert ("#private-channel" not in seen[who]) is is_maya
        assert ("Delete message" in seen[who]) is not is_maya
        assert ('aria-pressed="true"' in seen[who]) is is_maya
        assert f'href="/?as={who}&amp;place={NORTHWIND}"' in seen[who]
        assert f'href="/?as={who}&amp;place={NORTHWIND}&amp;thread=' in seen[who]
        assert ME not in seen[who]
        assert f"as={other}&amp;place={NORTHWIND}" not in seen[who].partition('id="part-main"')[2]


# ---- how much of a channel is shown


def test_a_long_channel_is_shown_by_pages_and_a_permalink_goes_as_far_as_it_must(
    desk: Desk,
) -> None:
    first = desk.post(text="message 0")
    for number in range(1, 2 * MESSAGES_A_PAGE + 5):
        desk.post(text=f"message {number}.")
    page = OpenPage(desk).html
    assert page.count("<article") == MESSAGES_A_PAGE
    assert f"message {2 * MESSAGES_A_PAGE + 4}." in page
    assert 'id="earlier"' in page
    whole = OpenPage(desk, pages="3").html
    assert whole.count("<article") == 2 * MESSAGES_A_PAGE + 5
    assert 'id="earlier"' not in whole
    path = f"/archives/{NORTHWIND}/p{first.replace('.', '')}?as={MAYA}"
    _, headers, _ = desk.run(desk.answer(path))
    assert "pages=3" in headers["location"]
    assert OpenPage(desk, pages="nonsense").html.count("<article") == MESSAGES_A_PAGE


def test_a_line_stands_above_what_was_new_and_stays_while_the_page_is_open(desk: Desk) -> None:
    desk.post(text="seen before")
    OpenPage(desk)
    new = desk.post(text="not seen before")
    page = OpenPage(desk)
    assert f'data-key="main-new-{new}"' in page.html
    assert f'data-new="{new}"' in page.html
    page.asked["new"] = new
    desk.post(text="comes in while she looks")
    assert f'data-key="main-new-{new}"' in page.live()["main"]
    assert "main-new-" not in OpenPage(desk).html


# ---- files


def share(desk: Desk, name: str, content: bytes) -> str:
    stored = StoredFile(
        id=desk.workspace.new_id("F"),
        name=name,
        title="A file",
        user="U0HANDOFF1",
        created=0,
        content=content,
        channels=[NORTHWIND],
    )
    desk.workspace.add_file(stored)
    ts = desk.post(text="with a file")
    desk.workspace.channels[NORTHWIND].messages[ts].files = [stored.id]
    return stored.id


@pytest.mark.parametrize(
    ("name", "content", "there", "absent"),
    [
        (
            "deals.csv",
            b'\xef\xbb\xbfAccount,Value\n"Mills, <b>",48\n',
            "<td>Mills, &lt;b&gt;</td>",
            "Only the beginning",
        ),
        ("notes.md", b"# Notes\n<script>alert(1)</script>", "&lt;script&gt;", "<script>alert"),
        ("long.txt", b"line\n" * 40, "Only the beginning", "<table>"),
        ("wide.txt", b"x" * 500, "Only the beginning", "x" * 200),
        ("photo.png", PNG, 'class="file-picture"', "file-look"),
        ("drawing.svg", b"<svg onload=alert(1)></svg>", "drawing.svg", "file-picture"),
        ("photo.png", b"<html>no picture</html>", "photo.png", "file-picture"),
    ],
)
def test_a_file_can_be_looked_at(
    desk: Desk, name: str, content: bytes, there: str, absent: str
) -> None:
    share(desk, name, content)
    page = OpenPage(desk).html
    assert there in page
    assert absent not in page


def test_only_a_picture_is_served_to_be_shown_in_place(desk: Desk) -> None:
    for content, kind in ((PNG, "image/png"), (b"<html>", "application/octet-stream")):
        file_id = share(desk, "x.png", content)
        path = f"/files/{file_id}?as={MAYA}&look=1"
        status, headers, body = desk.run(desk.answer(path))
        assert (status, headers["content-type"], body) == (200, kind, content)
        assert "sandbox" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
