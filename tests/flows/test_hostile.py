"""Text that would ping, link or format is shown as typed wherever it appears, through a real run.

The sandbox refuses blocks that Slack would refuse, so what is read back here was taken.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.items import SectionKey
from bot.sandbox.seen import Screen, Seen, Typed
from bot.sandbox.view_state import elements_of
from bot.sandbox.visitor import Visitor
from bot.views.brief_form import FORMS, Input
from tests import postgres
from tests.story.stack import DEAL, Stack, Transport, modal, running
from tests.story.typing import go_to, section_of
from tests.views.shown import parts

ADA = "U0ADA00001"
"""In the workspace, and in no part of this handoff: a mention of hers would be a ping."""
HOSTILE = f"<!channel> <@{ADA}> <https://x.example|y> &amp; | *b* `c` _i_ 🎉 שלום"
ACCOUNT = f"<!here> <@{ADA}> &amp; | *b* `c` 🎉 שלום <#C1>"
LONG = f"{HOSTILE} ".ljust(2999, "x") + "!"
LINK = "https://crm.example/?a=1&b=*c*&lt;`d`"
REASON = f"Because of {HOSTILE}\nand two lines."
TEAM = "#revenue-team"
ROLES = ["champion", "buyer", "user", "skeptic"]

CASES = [
    pytest.param((Transport.SOCKET, "sqlite"), id="socket-sqlite"),
    pytest.param((Transport.HTTP, "postgres"), id="http-postgres", marks=pytest.mark.postgres),
]


@pytest.fixture(params=CASES)
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stack]:
    transport, dialect = request.param
    if dialect == "sqlite":
        with running(tmp_path, transport=transport) as built:
            yield built
        return
    with (
        postgres.database() as url,
        running(tmp_path, transport=transport, database_url=url) as built,
    ):
        yield built


def letters(blocks: Any) -> str:
    """What is read letter by letter: plain text, and rich text without a link or a mention."""
    shown = [str(one["text"]) for one in parts(blocks) if one.get("type") in ("plain_text", "text")]
    return re.sub("[\u2068\u2069]", "", "\n".join(shown))


def parsed(blocks: Any) -> list[str]:
    """What Slack looks through for signs of its own."""
    return [str(one["text"]) for one in parts(blocks) if one.get("type") == "mrkdwn"]


def innocent(stack: Stack, shown: Seen | Screen) -> str:
    """Its letters, once it is certain that nothing in it pings, links or formats."""
    taking_part = {one.id for one in (stack.maya, stack.jonas, stack.priya, stack.theo)}
    signs = parsed(shown.blocks)
    for text in signs:
        # A star or backtick of theirs in a text Slack formats could not be escaped.
        assert "b*" not in text.replace(f"<{escaped(LINK)}>", ""), text
        assert "`" not in text.replace(f"<{escaped(LINK)}>", ""), text
    if isinstance(shown, Seen):
        signs = [*signs, shown.text]
    for text in signs:
        assert set(re.findall(r"<@(\w+)", text)) <= taking_part, text
        assert not re.search(r"<!(?!date\^)", text), text
        assert set(re.findall(r"<(http[^>]*)>", text)) <= {escaped(LINK)}, text
    for one in parts(shown.blocks):
        if one.get("type") == "user":
            assert one["user_id"] in taking_part
        assert one.get("type") not in ("broadcast", "link", "usergroup")
    return letters(shown.blocks)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shows(
    stack: Stack, look: Callable[[], list[Seen]], words: str = ACCOUNT, *, action: str = ""
) -> Seen:
    """The newest message that says something, wherever it is looked for."""

    def find() -> Seen | None:
        return next(
            (
                one
                for one in reversed(look())
                if words in letters(one.blocks) and (not action or action in one.action_ids())
            ),
            None,
        )

    found = stack.sandbox.wait_until(find, within=20.0)
    assert found is not None
    innocent(stack, found)
    return found


def opened(stack: Stack, visitor: Visitor, *expected: str) -> Screen:
    """The modal on top, with these words in it as typed."""
    shown = modal(visitor)
    told = innocent(stack, shown)
    for words in expected:
        assert words in told, (words[:40], told[:400])
    return shown


def brim(form: Screen) -> dict[str, Typed]:
    """Every text of a form at its worst, and every day set; links alone have a form."""
    typed: dict[str, Typed] = {}
    for block, element in elements_of(form.blocks):
        if block["type"] == "input" and element["type"] == "plain_text_input":
            worst = LINK if element["action_id"] == "links" else LONG
            typed[element["action_id"]] = worst[: element["max_length"]]
        if block["type"] == "input" and element["type"] == "datepicker":
            typed[element["action_id"]] = date(2026, 6, 30)
    return typed


def fill(visitor: Visitor, typed: dict[str, Typed]) -> None:
    sent = visitor.submit(typed)
    assert not sent.field_errors, sent.field_errors
    assert sent.answered, visitor.notices


def test_whatever_people_type_is_shown_as_typed_and_pings_nobody(stack: Stack) -> None:
    maya, jonas, priya = stack.maya, stack.jonas, stack.priya
    assert len(ACCOUNT) <= 60
    assert len(LONG) == 3000

    # Commands
    maya.slash("/handoff", HOSTILE, channel=DEAL)
    shows(stack, lambda: maya.ephemerals(DEAL), "<!channel>")

    # Forms: what was typed stands in their fields and above them.
    maya.slash("/handoff", channel=DEAL)
    typed: dict[str, Typed] = {
        "account": ACCOUNT,
        "value": "900",
        "csm": jonas.id,
        "cs_manager": priya.id,
        "links": LINK,
        "signed_at": stack.sandbox.now().replace(second=0, microsecond=0) - timedelta(minutes=30),
    }
    refused = maya.submit(typed)
    assert any("asks for nothing" in one for one in refused.field_errors.values())
    below = opened(stack, maya)
    assert below.holding("account")["value"] == ACCOUNT
    assert below.holding("links")["value"] == LINK
    fill(maya, {**typed, "value": "48,000"})
    opened(stack, maya, ACCOUNT)
    # Each step of the brief is filled with it to the brim, and once each editor and a pasted text.
    for section in SectionKey:
        assert section_of(modal(maya)) is section
        typed = brim(modal(maya))
        if section is SectionKey.PEOPLE:
            maya.click_in_modal("contact_add")
            fill(maya, {**brim(modal(maya)), "name": HOSTILE, "contact_roles": ROLES})
            opened(stack, maya, ACCOUNT, HOSTILE)
            maya.click_in_modal("contact_edit")
            assert opened(stack, maya).holding("stake")["value"] == LONG
            maya.close()
        if section is SectionKey.PROMISES:
            maya.click_in_modal("promise_add")
            fill(maya, {"words": LONG, "said_to": HOSTILE})
            opened(stack, maya, ACCOUNT, HOSTILE)
            maya.click_in_modal("promise_edit")
            assert opened(stack, maya).holding("words")["value"] == LONG
            maya.close()
            maya.click_in_modal("brief_back")
            assert opened(stack, maya, ACCOUNT).holding("metric")["value"] == LONG
            fill(maya, {"target": f"4 {HOSTILE}"})
            maya.click_in_modal("brief_all_steps")
            maya.click_in_modal("pasted_open")
            fill(maya, {"pasted": LONG})
            opened(stack, maya, LONG)
            maya.close()
            go_to(maya, section)
        fill(maya, typed)

    # Messages: the guide, the preview, the card, the thread, the reminder to acknowledge
    maya.click(shows(stack, maya.dms, action="preview_message"), "preview_message")
    opened(stack, maya, ACCOUNT, HOSTILE)
    fill(maya, {})

    def in_channel() -> list[Seen]:
        return [one for one in stack.theo.messages(DEAL) if not one.ephemeral]

    card = shows(stack, in_channel)
    assert HOSTILE in letters(card.blocks)
    priya.click(shows(stack, priya.dms, action="open_assign"), "open_assign")
    opened(stack, priya, ACCOUNT)
    fill(priya, {"csm": jonas.id})
    jonas.click(shows(stack, jonas.dms, action="acknowledge"), "acknowledge")
    stack.card_says("Acknowledged")
    for reply in stack.theo.thread(DEAL, card.ts):
        innocent(stack, reply)

    # Lists
    priya.slash("/handoff-status", channel=DEAL)
    answer = shows(stack, lambda: priya.ephemerals(DEAL), action="status_open")
    priya.click(answer, "more", chosen=menu_value(answer, "status_post"))
    shows(stack, lambda: [one for one in in_channel() if one.ts != card.ts])
    priya.click(answer, "status_open")
    opened(stack, priya, ACCOUNT)
    priya.close()

    def home() -> bool:
        shown = maya.open_home()
        return shown is not None and ACCOUNT in innocent(stack, shown)

    stack.until(home)

    # The whole page, with the reason of a cancellation
    jonas.click(shows(stack, jonas.dms, action="open_handoff"), "open_handoff")
    told, pages = innocent(stack, modal(jonas)), {0}
    assert ACCOUNT in told
    while (here := turned(jonas)) not in pages:
        pages.add(here)
        told += innocent(stack, modal(jonas))
    of_texts = sum(one.kind in (Input.LINE, Input.TEXT) for form in FORMS.values() for one in form)
    # All but the target, which is a shorter text, and the links; of a person three, and one
    # promise.
    assert told.count(LONG) == of_texts - 2 + 3 + 1
    jonas.close()
    guide = shows(stack, maya.dms, action="more")
    maya.click(guide, "more", chosen=menu_value(guide, "cancel"))
    opened(stack, maya, ACCOUNT)
    fill(maya, {"reason": REASON})
    shows(stack, lambda: stack.theo.thread(DEAL, card.ts))
    shows(stack, in_channel, "handoff cancelled")
    maya.click(shows(stack, maya.dms, "This handoff is cancelled"), "open_handoff")
    seen = ""
    while REASON not in seen:
        seen += innocent(stack, modal(maya))
        if REASON not in seen:
            maya.click_in_modal("open_handoff", block_id=last_button_block(modal(maya)))
    for visitor in (maya, jonas, priya, stack.theo, stack.ada, stack.sam):
        for message in visitor.dms():
            innocent(stack, message)


def turned(visitor: Visitor) -> int:
    """Press the last button that turns the page, and say which page it led to."""
    visitor.click_in_modal("open_handoff", block_id=last_button_block(modal(visitor)))
    page: int = json.loads(modal(visitor).view["private_metadata"])["p"]
    return page


def last_button_block(screen: Screen) -> str:
    """The row of the button that leads to the next page."""
    rows = [
        block["block_id"]
        for block in screen.blocks
        if block["type"] == "actions" and block["elements"][0]["action_id"] == "open_handoff"
    ]
    return str(rows[-1])


def menu_value(message: Seen, choice: str) -> str:
    """The entry of a message's menu that stands for something."""
    (value,) = (
        str(option["value"])
        for one in parts(message.blocks)
        if one.get("type") == "overflow"
        for option in one["options"]
        if f'"{choice}"' in option["value"]
    )
    return value
