"""The Home tab in a browser: one's own times, and what admins do there."""

import pytest
from sqlalchemy import update

from bot.storage.tables import IS_HOME, surface
from tests.browser.conftest import Seat
from tests.browser.person import AT_ONCE
from tests.story.stack import Stack

pytestmark = pytest.mark.browser


def test_people_set_their_own_times(stack: Stack, sit: Seat) -> None:
    jonas = sit("jonas")
    jonas.go("home")
    home = jonas.page.locator(".home")
    jonas.sees(home, "Germany, Berlin (DE-BE), set by an admin")
    jonas.picture("50-home")
    jonas.press(home, "open_times")
    jonas.sees(jonas.modal, "All times are in your zone", within=AT_ONCE)
    jonas.picture("51-times")
    jonas.fill({"quiet_begin": "17:00"})
    jonas.submit()
    jonas.sees(jonas.modal, "Quiet hours leave the working hours free", within=AT_ONCE)
    jonas.fill(
        {
            "other_region": "Germany, Bayern",
            "quiet_begin": "19:00",
            "summary_at": "08:30",
            "until": "2099-03-20",
            "stand_in": stack.maya.id,
        }
    )
    jonas.picture("52-times-filled")
    jonas.submit()
    jonas.expect_no_modal()
    jonas.sees(home, "Germany, Bayern (DE-BY), set by you", within=AT_ONCE)
    jonas.sees(home, "19:00–08:00")
    jonas.sees(home, "until 20 Mar 2099")
    jonas.picture("53-home-own-times")


def test_admins_paste_people_try_the_bot_out_and_see_what_did_not_arrive(
    stack: Stack, sit: Seat
) -> None:
    ada = sit("ada")
    ada.go("home")
    home = ada.page.locator(".home")
    ada.sees(home, "People by CSV")
    ada.press(home, "open_people_csv")
    ada.sees(ada.modal, "Slack id", within=AT_ONCE)
    ada.picture("54-csv")
    ada.fill({"people_lines": f"{stack.jonas.id},revops,{stack.priya.id},DE-BE\nsomebody,admin"})
    ada.submit()
    ada.sees(ada.modal, "Line 2: “somebody” is no Slack id", within=AT_ONCE)
    ada.picture("55-csv-wrong")
    ada.fill({"people_lines": f"{stack.jonas.id},revops,{stack.priya.id},DE-BE"})
    ada.submit()
    ada.sees(ada.modal, "1 line changes somebody", within=AT_ONCE)
    ada.picture("56-csv-preview")
    ada.submit()
    ada.expect_no_modal()
    ada.press(home, "open_managed")
    ada.sees(ada.modal, "is managed by", within=AT_ONCE)
    ada.picture("57-managed")
    ada.modal.locator("footer [data-close=view]").click()
    ada.expect_no_modal()
    ada.press(home, "open_people_csv")
    ada.sees(ada.modal, "Slack id", within=AT_ONCE)
    ada.press(ada.modal, "open_people_list")
    ada.sees(ada.modal, f"{stack.jonas.id},revops,{stack.priya.id},DE-BE", within=AT_ONCE)
    ada.picture("58-present-list")
    ada.modal.locator("[data-close=stack]").click()
    ada.expect_no_modal()
    ada.press(home, "open_notify")
    ada.sees(ada.modal, "Who hears what the clock says", within=AT_ONCE)
    ada.fill({"notify": "me"})
    ada.picture("59-notify")
    ada.submit()
    ada.expect_no_modal()
    ada.sees(home, "reaches nobody but", within=AT_ONCE)
    ada.picture("60-home-notify")
    with stack.bot.store.database.writing() as connection:
        connection.execute(update(surface).where(IS_HOME).values(reason="not_enabled"))
        connection.commit()
    ada.press(home, "open_undelivered")
    ada.sees(ada.modal, "Home tab is switched off", within=AT_ONCE)
    ada.picture("61-undelivered")
    ada.press(ada.modal, "send_again")
    ada.sees(ada.modal, "Everything arrived", within=AT_ONCE)
