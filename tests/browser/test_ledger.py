"""The promise ledger in a browser: a promise completed, and initialed by both sides."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Seat
from tests.browser.person import AT_ONCE
from tests.story.stack import Stack
from tests.story.test_reading import assigned

pytestmark = pytest.mark.browser


def test_a_promise_is_completed_and_initialed_by_both_by_clicking(stack: Stack, sit: Seat) -> None:
    assigned(stack)
    maya, jonas = sit("maya"), sit("jonas")
    maya.go("deal-northwind")
    maya.message("Northwind Mills — handoff").locator(".thread-link").click()
    replies = maya.page.locator("#replies")
    maya.sees(replies, "Promise 1")
    maya.picture("80-thread-with-a-promise")
    first = replies.locator("article").filter(has_text="Promise 1").last
    maya.choose(first, "Edit or withdraw…")
    maya.sees(maya.modal, "Delivered by", within=AT_ONCE)
    maya.picture("81-promise-editor")
    maya.fill(
        {"owner_id": stack.jonas.id, "due": "2027-04-18", "said_by": "Maya", "basis": "implied"}
    )
    maya.picture("82-promise-editor-filled")
    maya.submit()
    maya.expect_no_modal()
    maya.sees(replies, "superseded")
    newest = replies.locator("article").filter(has_text="Promise 1").last
    maya.sees(newest, "delivered by")
    maya.press(newest, "initial_promise")
    maya.sees(newest, "✍️ AE")
    maya.picture("83-initialed-by-the-ae")

    jonas.go("app")
    task = jonas.message("Northwind Mills")
    jonas.sees(task, "1 promise waits for your initial")
    jonas.picture("84-guide-of-the-csm")
    jonas.choose(task, "Promise ledger…")
    jonas.sees(jonas.modal, "Initial promise", within=AT_ONCE)
    jonas.picture("85-ledger")
    jonas.press(jonas.modal, "initial_all")
    expect(jonas.modal.locator("[data-action-id=delivery]").first).to_be_visible(timeout=AT_ONCE)
    jonas.picture("86-initial-form")
    jonas.fill({"delivery": "check", "check_with": "the platform team, by the end of May"})
    jonas.submit()
    jonas.sees(jonas.modal, "initialed by both", within=AT_ONCE)
    jonas.picture("87-ledger-signed")
    jonas.press(jonas.modal, "ledger_file")
    jonas.sees(jonas.modal, "comes to your direct messages", within=AT_ONCE)
    jonas.picture("87b-ledger-asked-for-as-a-file")
    jonas.press(jonas.modal, "promise_history")
    jonas.sees(jonas.modal, "Version 2, written by", within=AT_ONCE)
    jonas.picture("88-earlier-wordings")
    maya.sees(newest, "to be checked with the platform team")
    maya.picture("89-signed")
    jonas.sees(jonas.page.locator("#messages"), "promise-ledger-")
