"""The debrief in a browser: question by question, ahead, in chat, and what is shown of it."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Seat
from tests.browser.person import AT_ONCE
from tests.story.stack import Stack
from tests.story.test_reading import assigned

pytestmark = pytest.mark.browser


def test_a_debrief_is_led_answered_in_chat_and_recorded_by_clicking(
    stack: Stack, sit: Seat
) -> None:
    assigned(stack)
    maya, jonas = sit("maya"), sit("jonas")
    jonas.go("app")
    jonas.choose(jonas.message("Northwind Mills"), "Debrief…")
    jonas.sees(jonas.modal, "Debrief 1 of 7", within=AT_ONCE)
    jonas.picture("90-first-question")
    jonas.fill({"answer": "The lease of the old hall ends on 30 June.", "mark": "clear"})
    jonas.submit()
    jonas.sees(jonas.modal, "Debrief 2 of 7", within=AT_ONCE)
    jonas.fill({"answer": "Ilse staked her name on it."})
    jonas.picture("91-second-question")
    jonas.press(jonas.modal, "debrief_all")
    jonas.sees(jonas.modal, "1 of 7 answers counts", within=AT_ONCE)
    jonas.picture("92-all-questions")
    jonas.press(jonas.modal, "debrief_own")
    jonas.sees(jonas.modal, "Your part of the debrief", within=AT_ONCE)
    jonas.fill({"flags": "Two plants, one login.", "asks": "Who signs off IT?"})
    jonas.picture("93-own-part")
    jonas.submit()
    jonas.sees(jonas.modal, "Who signs off IT?", within=AT_ONCE)
    jonas.picture("94-all-questions-with-an-ask")

    maya.go("app")
    maya.choose(maya.message("Northwind Mills"), "Answer debrief in chat")
    opened = maya.message("the seven questions of the debrief")
    expect(opened).to_be_visible()
    opened.locator(".thread-link").click()
    replies = maya.page.locator("#replies")
    maya.sees(replies, "What nearly stopped it")
    maya.picture("95-chat")
    maya.reply("A discount that their CFO noticed")
    maya.reply("soon after the demo")
    maya.press(
        replies.locator("article").filter(has_text="What nearly stopped it").last, "chat_next"
    )
    maya.sees(replies, "Saved (2 messages).")
    maya.picture("96-chat-follow-up")

    jonas.press(jonas.modal, "debrief_talk")
    jonas.sees(jonas.modal, "Who was there", within=AT_ONCE)
    jonas.fill({"minutes": "40"})
    jonas.picture("97-record-of-the-talk")
    jonas.submit()
    jonas.sees(jonas.modal, "talk recorded", within=AT_ONCE)
    jonas.page.keyboard.press("Escape")
    jonas.expect_no_modal()
    jonas.press(jonas.message("Northwind Mills"), "open_handoff")
    jonas.sees(jonas.modal, "The whole handoff", within=AT_ONCE)
    # The page of a deal that has all of it is long.
    jonas.press(jonas.modal, "open_handoff")
    jonas.sees(jonas.modal, "A discount that their CFO noticed", within=AT_ONCE)
    jonas.picture("98-whole-with-debrief")
