"""The thin job in a browser, by people who click: from `/handoff` to the acknowledged brief."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from bot.domain.items import SectionKey
from bot.views.sentences.terms import SECTION_NAMES
from tests.browser.conftest import Seat
from tests.browser.person import AT_ONCE, CHANNELS, SOON, Person, local
from tests.story.stack import Stack
from tests.story.typing import Deal, example

pytestmark = pytest.mark.browser

NEW_YORK = "America/New_York"
NORTHWIND = "Northwind Mills"


def start(maya: Person, stack: Stack, deal: Deal, *, signed_at: datetime | None) -> None:
    """Fill the open start form and send it."""
    typed = deal.content["start"]
    maya.fill(
        {
            "account": typed["account"],
            "value": typed["value"],
            "currency": typed["currency"],
            "csm": stack.jonas.id,
            "cs_manager": stack.priya.id,
            "links": "\n".join(typed["links"]),
            **deal.marks,
        }
    )
    if signed_at is not None:
        maya.fill({"signed_at": local(signed_at, NEW_YORK)})
    else:
        maya.fill({"expected_on": deal.day(typed["expected_in_days"])})
    maya.picture("02-start-filled")
    maya.submit()


def read(jonas: Person, maya: Person) -> None:
    """The checks and the restatement, and what the AE says of it."""
    jonas.press(jonas.message("you are the CSM"), "open_checks")
    jonas.picture("21b-checks")
    jonas.fill({"check_metric": "yes", "check_no_plan": "yes", "check_champion": "yes"})
    jonas.submit()
    jonas.sees(jonas.modal, "Write what you kept of the brief", within=AT_ONCE)
    jonas.fill(
        {
            "restated_why": "The lease on the old hall ends, and the board set the day.",
            "restated_success": "Fewer than 0.8 wrong lines in a hundred.",
            "restated_risk": "none",
        }
    )
    jonas.picture("21c-restatement")
    jonas.submit()
    jonas.expect_no_modal()
    maya.go("app")
    maya.press(maya.message("Say whether the restatement matches"), "open_judge")
    maya.sees(maya.modal, "The lease on the old hall ends", within=AT_ONCE)
    maya.fill({"verdict": "match"})
    maya.picture("21d-judge")
    maya.submit()
    maya.expect_no_modal()


def write(maya: Person, deal: Deal) -> None:
    """All steps of the brief, from the first one's open form to the preview."""
    for number, section in enumerate(deal.sections, start=1):
        title = f"Brief {number} of {len(deal.sections)}"
        maya.sees(maya.modal, title, within=AT_ONCE)
        maya.picture(f"03-brief-{number}-{section}-empty")
        type_entries(maya, deal, section)
        fields = deal.fields(section)
        maya.fill(fields)
        last = list(fields)[-1]
        field = maya.modal.locator(f"[data-action-id={last}]").last
        maya.picture(f"04-brief-{number}-{section}-filled", field)
        if number == len(deal.sections):
            break
        maya.submit()
    maya.press(maya.modal, "brief_all_steps")
    maya.sees(maya.modal, "All steps of the brief", within=AT_ONCE)
    maya.picture("06-brief-all-steps")
    maya.press(maya.modal, "pasted_open")
    maya.sees(maya.modal, "Paste a long text", within=AT_ONCE)
    maya.picture("07-paste")
    maya.fill({"pasted": "Visit of 12 February.\nIlse: two wrong lines in a hundred."})
    maya.submit()
    maya.sees(maya.modal, "two wrong lines", within=AT_ONCE)
    maya.picture("08-pasted")
    maya.page.keyboard.press("Escape")
    maya.modal.get_by_role("button", name="Go to First 90 days").click()
    maya.sees(maya.modal, title, within=AT_ONCE)
    maya.press(maya.modal, "pasted_open")
    maya.sees(maya.modal, "two wrong lines", within=AT_ONCE)
    maya.press(maya.modal, "pasted_forget")
    maya.sees(maya.modal, "Paste a long text", within=AT_ONCE)
    maya.page.keyboard.press("Escape")
    maya.sees(maya.modal, title, within=AT_ONCE)
    maya.submit()
    maya.sees(maya.modal, "This is how the message will stand", within=AT_ONCE)
    maya.page.keyboard.press("Escape")
    maya.expect_no_modal()


def type_entries(maya: Person, deal: Deal, section: SectionKey) -> None:
    """The people or promises of the open step, each in its editor."""
    adds = "contact_add" if section is SectionKey.PEOPLE else "promise_add"
    for typed in deal.entries(section):
        maya.press(maya.modal, adds)
        last = "contact_roles" if section is SectionKey.PEOPLE else "kind"
        expect(maya.modal.locator(f"[data-action-id={last}]").first).to_be_visible()
        maya.picture(f"05-{adds}-empty")
        maya.fill(typed)
        maya.picture(f"05-{adds}-filled")
        maya.submit()
        words = str(typed.get("name", typed.get("words")))
        maya.sees(maya.modal, words, within=SOON)


def test_a_deal_is_carried_from_the_ae_to_the_csm_by_clicking(stack: Stack, sit: Seat) -> None:
    deal = example("northwind", today=stack.sandbox.now().date())
    maya, jonas, priya = sit("maya"), sit("jonas"), sit("priya")

    maya.go("deal-northwind")
    maya.command("/handoff")
    maya.sees(maya.modal, "Start a handoff", within=AT_ONCE)
    maya.picture("01-start-empty")
    start(maya, stack, deal, signed_at=stack.sandbox.now() - timedelta(minutes=30))
    write(maya, deal)

    maya.go("app")
    guide = maya.message(NORTHWIND)
    maya.sees(guide, "Brief ready", within=AT_ONCE)
    maya.picture("09-guide-ae")
    maya.press(guide, "preview_message")
    maya.sees(maya.modal, "Northwind Mills — handoff", within=AT_ONCE)
    maya.picture("10-preview")
    maya.submit()
    maya.expect_no_modal()
    maya.sees(maya.message(NORTHWIND), "Message posted", within=AT_ONCE)
    maya.go("deal-northwind")
    card = maya.message("Northwind Mills — handoff")
    maya.sees(card, "Posted by", within=AT_ONCE)
    maya.expect_whole(card)
    maya.picture("11-card-posted")

    priya.go("app")
    asked = priya.message(NORTHWIND)
    priya.sees(asked, "Assign the CSM")
    priya.picture("12-guide-manager")
    priya.press(asked, "open_assign")
    priya.sees(priya.modal, "Assign the CSM", within=AT_ONCE)
    priya.picture("13-assign")
    priya.submit()
    priya.expect_no_modal()
    priya.sees(priya.message(NORTHWIND), "CSM assigned", within=AT_ONCE)
    priya.picture("14-guide-manager-after")

    maya.sees(card, "Acknowledge brief")
    maya.press(card, "acknowledge")
    maya.sees(maya.whisper("Jonas"), "Jonas Lindqvist", within=AT_ONCE)
    maya.picture("15-refused")
    card.locator(".thread-link").click()
    maya.sees(maya.page.locator("#replies"), "is the CSM of this handoff")
    maya.picture("16-thread")

    jonas.go("app")
    task = jonas.message(NORTHWIND)
    jonas.sees(task, "Read and acknowledge the brief")
    jonas.picture("17-guide-csm")
    jonas.go("deal-northwind")
    card = jonas.message("Northwind Mills — handoff")
    jonas.press(card, "open_handoff")
    jonas.sees(jonas.modal, deal.content["why"]["quote"], within=AT_ONCE)
    jonas.picture("18-whole")
    jonas.page.keyboard.press("Escape")
    jonas.press(card, "acknowledge")
    jonas.sees(card, "Acknowledged", within=AT_ONCE)
    undo = jonas.whisper("You acknowledged the brief")
    jonas.sees(undo, "take this back", within=AT_ONCE)
    jonas.picture("19-acknowledged")
    jonas.press(undo, "undo_acknowledge")
    jonas.sees(card, "Acknowledge brief", within=AT_ONCE)
    jonas.picture("20-acknowledgement-undone")
    jonas.go("app")
    guide = jonas.message("you are the CSM")
    jonas.press(guide, "acknowledge")
    jonas.sees(guide, "Answer the three checks", within=AT_ONCE)
    jonas.picture("21-guide-csm-after")
    read(jonas, maya)
    jonas.go("home")
    jonas.sees(jonas.page.locator(".home"), "debrief of the won deal")
    jonas.picture("22-home-csm")


def test_a_handoff_is_cancelled_and_taken_up_again_and_found_in_the_status(
    stack: Stack, sit: Seat
) -> None:
    deal = example("larkfield", today=stack.sandbox.now().date())
    account = deal.account
    maya, theo, ada = sit("maya"), sit("theo"), sit("ada")

    maya.go("deal-larkfield")
    maya.command("/handoff")
    maya.sees(maya.modal, "Start a handoff", within=AT_ONCE)
    start(maya, stack, deal, signed_at=None)
    maya.sees(maya.modal, "Brief 1 of ", within=AT_ONCE)
    maya.page.keyboard.press("Escape")
    maya.expect_no_modal()
    maya.command("/handoff")
    maya.sees(maya.whisper(account), "Start another", within=AT_ONCE)
    maya.picture("30-standing-unsigned")
    maya.go("app")
    maya.sees(maya.message(account), "signature is not recorded")
    maya.picture("31-guide-unsigned")
    maya.press(maya.message(account), "open_signature")
    maya.sees(maya.modal, "Countersigned", within=AT_ONCE)
    maya.picture("32-signature")
    signed = stack.sandbox.now() - timedelta(minutes=10)
    maya.fill({"signed_at": local(signed, NEW_YORK)})
    maya.submit()
    maya.sees(maya.modal, "countersigned", within=AT_ONCE)
    maya.page.keyboard.press("Escape")
    maya.expect_no_modal()
    maya.sees(maya.message(account), "Post the handoff message", within=AT_ONCE)
    maya.picture("33-guide-signed")
    maya.press(maya.message(account), "preview_message")
    maya.sees(maya.modal, "Preview", within=AT_ONCE)
    maya.picture("34-preview-with-holes")
    maya.submit()
    maya.expect_no_modal()
    maya.go("home")
    maya.sees(maya.page.locator(".home"), account)
    maya.picture("35-home-ae")

    theo.go("revenue-team")
    theo.command("/handoff-status")
    listed = theo.whisper(account)
    theo.sees(listed, "1 open", within=AT_ONCE)
    theo.picture("36-status")
    theo.press(listed, "status_open")
    theo.sees(theo.modal, "Handoff status", within=AT_ONCE)
    theo.picture("37-status-modal")
    theo.press(theo.modal, "open_handoff")
    theo.sees(theo.modal, "The whole handoff", within=AT_ONCE)
    theo.picture("38-whole-with-holes")
    theo.page.get_by_role("button", name="Close all").click()
    theo.expect_no_modal()
    theo.choose(listed, "Post to channel")
    theo.sees(theo.message(account), "Handoff status", within=AT_ONCE)
    theo.picture("39-status-posted")

    maya.go("deal-larkfield")
    card = maya.message(f"{account} — handoff")
    maya.sees(card, "Posted by")
    maya.choose(card, "Cancel handoff…")
    maya.sees(maya.modal, "Cancel the handoff", within=AT_ONCE)
    maya.picture("40-cancel")
    maya.fill({"reason": "The customer withdrew from the contract."})
    maya.submit()
    maya.expect_no_modal()
    maya.sees(card, "handoff cancelled", within=AT_ONCE)
    undo = maya.whisper("You cancelled the handoff")
    maya.sees(undo, "take this back", within=AT_ONCE)
    maya.picture("41-cancelled")
    maya.press(undo, "undo_cancel")
    maya.sees(card, "Next", within=AT_ONCE)
    maya.picture("42-cancel-undone")

    ada.go("home")
    ada.sees(ada.page.locator(".home"), "People and roles")
    ada.picture("43-home-admin")
    ada.press(ada.page.locator(".home"), "open_roles")
    ada.sees(ada.modal, "People and roles", within=AT_ONCE)
    ada.picture("44-roles-who")
    ada.fill({"person": stack.sam.id})
    ada.submit()
    ada.sees(ada.modal, "Roles of", within=AT_ONCE)
    ada.picture("45-roles")
    ada.submit()
    ada.expect_no_modal()
    ada.press(ada.page.locator(".home"), "pause")
    ada.sees(ada.page.locator(".home"), "The bot is paused", within=AT_ONCE)
    ada.picture("46-home-paused")
    ada.press(ada.page.locator(".home"), "resume")
    ada.sees(ada.page.locator(".home"), "Pause the bot", within=AT_ONCE)


def test_the_clock_brings_reminders_the_bots_own_post_and_the_managers_message(
    stack: Stack, sit: Seat
) -> None:
    deal = example("northwind", today=stack.sandbox.now().date())
    maya, theo, priya, jonas = sit("maya"), sit("theo"), sit("priya"), sit("jonas")
    home = priya.page.locator(".home")
    maya.go("deal-northwind")
    maya.command("/handoff")
    maya.sees(maya.modal, "Start a handoff", within=AT_ONCE)
    start(maya, stack, deal, signed_at=stack.sandbox.now() - timedelta(minutes=30))
    maya.sees(maya.modal, "Brief 1 of ", within=AT_ONCE)
    maya.page.keyboard.press("Escape")
    maya.expect_no_modal()

    maya.go("app")
    theo.go("app")
    priya.go("home")
    jonas.go("deal-northwind")
    for _ in range(3):
        moved = maya.move_clock("1h")
    nudge = maya.message("handoff message due")
    maya.sees(nudge, "Why you", within=moved())
    priya.sees(home, "due soon", within=moved())
    maya.picture("50-nudge-message")
    maya.press(nudge, "open_snooze")
    maya.sees(maya.modal, "Snooze reminders", within=AT_ONCE)
    maya.picture("51-snooze")
    maya.page.keyboard.press("Escape")
    moved = maya.move_clock("1h")
    posted = maya.message("the bot posted the handoff message")
    maya.sees(posted, "Still open in it", within=moved())
    jonas.sees(jonas.message("Northwind Mills — handoff"), "the bot", within=moved())
    priya.sees(home, "on time, due", within=moved())
    maya.picture("52-bot-posted")
    maya.go("deal-northwind")
    card = maya.message("Northwind Mills — handoff")
    maya.sees(card, "the bot")
    maya.expect_whole(card)
    maya.picture("53-card-by-the-bot")

    maya.go("app")
    moved = maya.move_clock("morning")
    late = maya.message("brief was due")
    told = theo.message("brief was due")
    maya.sees(late, "late", within=moved())
    theo.sees(told, "late in your team", within=moved())
    priya.sees(home, "min late", within=moved())
    maya.picture("54-late")
    theo.picture("55-late-for-manager")
    theo.press(told, "status_open")
    theo.sees(theo.modal, NORTHWIND, within=AT_ONCE)
    theo.page.keyboard.press("Escape")
    theo.go("home")
    theo.sees(theo.page.locator(".home"), NORTHWIND)
    theo.picture("56-home-ae-manager")


@pytest.mark.parametrize("name", ["alderbay", "larkfield"])
def test_an_example_is_typed_by_clicking_through_its_steps(
    stack: Stack, sit: Seat, name: str
) -> None:
    deal = example(name, today=stack.sandbox.now().date())
    maya = sit("maya")
    maya.go("deal-larkfield")
    maya.command("/handoff")
    maya.sees(maya.modal, "Start a handoff", within=AT_ONCE)
    start(maya, stack, deal, signed_at=stack.sandbox.now() - timedelta(minutes=30))
    maya.sees(maya.modal, "Brief 1 of ", within=AT_ONCE)
    maya.press(maya.modal, "brief_all_steps")
    for section in deal.sections:
        maya.sees(maya.modal, "All steps of the brief", within=AT_ONCE)
        maya.picture(f"70-steps-before-{section}")
        leads = f"Go to {SECTION_NAMES[section]}"
        maya.modal.get_by_role("button", name=leads, exact=True).click()
        heading = maya.modal.get_by_role("heading", name=SECTION_NAMES[section], exact=True)
        expect(heading).to_be_visible(timeout=AT_ONCE)
        type_entries(maya, deal, section)
        maya.fill(deal.fields(section))
        maya.picture(f"71-{section}")
        maya.press(maya.modal, "brief_all_steps")
    counted = 7 if name == "larkfield" else 23
    maya.sees(maya.modal, f"{counted} of {counted} items are filled.", within=AT_ONCE)
    maya.picture("72-steps-at-the-end")
    maya.page.keyboard.press("Escape")
    maya.go("app")
    maya.sees(maya.message(deal.account), "Brief ready")
    maya.press(maya.message(deal.account), "preview_message")
    maya.sees(maya.modal, "This is how the message will stand", within=AT_ONCE)
    maya.picture("73-preview")
    maya.submit()
    maya.expect_no_modal()
    maya.go("deal-larkfield")
    maya.sees(maya.message(f"{deal.account} — handoff"), f"{counted} of {counted} items")
    maya.picture("74-card")


def test_where_no_handoff_can_start_a_sentence_says_what_to_do(stack: Stack, sit: Seat) -> None:
    maya = sit("maya")
    for place, words, sentence in (
        ("deal-harbor-shared", "", "shared outside the company"),
        ("general", "", "not in this channel"),
        ("deal-tidewater", "", "Type /invite @handoff"),
        ("app", "", "lives in its deal channel"),
        ("deal-northwind", "help", "shows these lines"),
        ("deal-northwind", "frobnicate", "not something /handoff knows"),
        ("deal-northwind", "signed", "no open handoff in this channel"),
    ):
        maya.go(place)
        maya.command(f"/handoff {words}".strip())
        maya.sees(maya.whisper(sentence), sentence, within=AT_ONCE)
        maya.picture(f"60-{CHANNELS.get(place, place)}-{words or 'alone'}")
    maya.command("/handoff-status")
    maya.sees(maya.whisper("no part in"), "You have no part in an open handoff.", within=AT_ONCE)
    maya.picture("61-status-empty")
