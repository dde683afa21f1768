"""The briefing call in a browser: booked, its card filled in, and what the cards say of it."""

import pytest

from tests.browser.conftest import Seat
from tests.browser.person import AT_ONCE
from tests.story.stack import Stack
from tests.story.test_reading import assigned

pytestmark = pytest.mark.browser
ACCOUNT = "Northwind Mills"


def test_a_call_is_booked_and_recorded_by_clicking(stack: Stack, sit: Seat) -> None:
    assigned(stack)
    maya, jonas = sit("maya"), sit("jonas")
    maya.go("app")
    card = maya.message("you are the AE")
    maya.picture("100-card-of-the-ae", at=card)
    maya.press(card, "open_booking")
    maya.sees(maya.modal, "Where both find", within=AT_ONCE)
    maya.picture("101-booking")
    maya.press(maya.modal, "skip_briefing")
    maya.sees(maya.modal, "You said that writing is enough", within=AT_ONCE)
    maya.picture("102-booking-after-one-yes")
    maya.page.keyboard.press("Escape")
    maya.expect_no_modal()

    jonas.go("app")
    jonas.picture("103-asked-to-do-without", at=jonas.message("would do without"))
    jonas.press(jonas.message("you are the CSM"), "acknowledge")
    jonas.press(jonas.message("you are the CSM"), "open_checks")
    jonas.sees(jonas.modal, "champion", within=AT_ONCE)
    jonas.fill({"check_metric": "yes", "check_no_plan": "yes", "check_champion": "no"})
    jonas.submit()
    jonas.sees(jonas.modal, "Restate the brief", within=AT_ONCE)
    jonas.page.keyboard.press("Escape")
    jonas.expect_no_modal()
    jonas.sees(jonas.message("you are the CSM"), "Intro: waiting on the CSM.")
    jonas.picture("104-card-of-the-csm-while-held", at=jonas.message("Intro: waiting"))

    maya.sees(maya.message("you are the AE"), "Intro: waiting on the CSM.")
    maya.picture("105-card-of-the-ae-while-held", at=maya.message("Intro: waiting"))
    maya.press(maya.message("you are the AE"), "open_handoff")
    maya.sees(maya.modal, "The whole handoff", within=AT_ONCE)
    maya.picture("109-whole-while-held", at=maya.modal.get_by_text("Intro: waiting"))
    maya.press(maya.modal, "open_briefing")
    maya.sees(maya.modal, "The AE opens and reads aloud", within=AT_ONCE)
    maya.picture("106-call-card")
    written = {"minutes": "40", "tone": "hard_won", "mood": "wary"}
    maya.fill({**written, "emphasis": "The date in June, and nothing else."})
    maya.submit()
    maya.sees(maya.modal, "It took longer than 30 minutes", within=AT_ONCE)
    maya.picture("107-call-card-refused", at=maya.modal.get_by_text("It took longer"))
    maya.fill({"overrun": "thin"})
    maya.submit()
    maya.sees(maya.modal, "The whole handoff", within=AT_ONCE)
    maya.page.keyboard.press("Escape")
    maya.expect_no_modal()
    maya.sees(maya.message("you are the AE"), "Briefing call held")
    maya.press(maya.message("you are the AE"), "open_handoff")
    maya.sees(maya.modal, "The date in June, and nothing else.", within=AT_ONCE)
    maya.picture("108-whole", at=maya.modal.get_by_text("Not read aloud"))
