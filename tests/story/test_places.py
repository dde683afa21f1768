"""What people open: status, Home, cancelling and its undo, the pause, roles."""

from base64 import b64decode
from datetime import timedelta

from bot.clock.sweep import Sweep
from bot.sandbox.visitor import Visitor
from tests.story.stack import DEAL, Stack, modal
from tests.story.test_clocks import begin, late_notices, menu_value, settled, signed
from tests.story.typing import example, start_deal, write_brief


def test_the_status_lists_for_who_has_a_role_and_their_own_for_the_others(place: Stack) -> None:
    begin(place)
    place.dm_says(place.maya, "Northwind Mills")
    place.priya.slash("/handoff-status", channel="#revenue-team")
    shown = place.priya.ephemerals("#revenue-team")[-1]
    assert "Northwind Mills" in shown.words
    assert shown.action_ids() == ["status_open", "status_mine", "status_late", "more"]
    place.priya.click(shown, "status_open")
    assert "Northwind Mills" in modal(place.priya).words
    place.priya.close()
    place.sam.slash("/handoff-status", channel="#revenue-team")
    assert "Northwind Mills" not in place.sam.ephemerals("#revenue-team")[-1].words
    place.maya.slash("/handoff-status", channel="#revenue-team")
    assert "Northwind Mills" in place.maya.ephemerals("#revenue-team")[-1].words


def test_a_posted_status_stands_in_the_channel_once_with_dates_only(place: Stack) -> None:
    begin(place)
    place.priya.slash("/handoff-status", channel="#revenue-team")
    shown = place.priya.ephemerals("#revenue-team")[-1]
    place.priya.click(shown, "more", chosen=menu_value(shown, "status_post"))
    place.until(
        lambda: any(
            "Northwind Mills" in one.words
            for one in place.theo.messages("#revenue-team")
            if not one.ephemeral
        )
    )
    settled(place)
    posts = [one for one in place.theo.messages("#revenue-team") if not one.ephemeral]
    assert len(posts) == 1
    assert "(in " not in posts[0].words


def test_the_list_is_narrowed_in_its_modal_and_comes_as_a_file(place: Stack) -> None:
    begin(place)
    place.dm_says(place.maya, "Northwind Mills")
    place.priya.slash("/handoff-status", channel="#revenue-team")
    place.priya.click(place.priya.ephemerals("#revenue-team")[-1], "status_open")
    assert "Northwind Mills" in modal(place.priya).words
    place.priya.click_in_modal("status_tier", chosen="light")
    place.until(lambda: "Northwind Mills" not in modal(place.priya).words)
    assert modal(place.priya).holding("status_tier")["selected_option"]["value"] == "light"
    place.priya.click_in_modal("status_clear")
    place.until(lambda: "Northwind Mills" in modal(place.priya).words)
    assert modal(place.priya).holding("status_tier")["selected_option"]["value"] == "any"
    place.priya.click_in_modal("status_csv")
    place.until(lambda: any(one.files for one in place.priya.dms()))
    (sent,) = [one for one in place.priya.dms() if one.files]
    assert "Handoff status: 1 open handoff" in sent.words
    (file,) = place.sandbox.state()["files"]
    assert "Northwind Mills" in b64decode(file["content"]).decode("utf-8-sig")


def test_home_says_what_needs_you_and_follows_what_changes(place: Stack) -> None:
    place.maya.open_home()
    place.until(lambda: "Nothing needs you" in home_words(place.maya))
    begin(place)
    place.until(lambda: "Northwind Mills" in needs_now(place.maya))


def test_a_cancelled_handoff_can_be_taken_back_for_ten_minutes(place: Stack) -> None:
    deal = example("northwind", today=place.sandbox.now().date())
    start_deal(place, deal, signed_at=signed(place))
    write_brief(place.maya, deal)
    mine = place.dm_says(place.maya, "Northwind Mills")
    place.maya.click(mine, "preview_message")
    place.maya.submit({})
    card = place.card_says("Northwind Mills")
    place.maya.click(card, "more", chosen=menu_value(card, "cancel"))
    assert not place.maya.submit({"reason": "They went with somebody else."}).field_errors
    card = place.card_says("ancelled")
    assert "somebody else" not in card.words
    place.until(
        lambda: any("undo_cancel" in one.action_ids() for one in place.maya.ephemerals(DEAL))
    )
    offer = next(one for one in place.maya.ephemerals(DEAL) if "undo_cancel" in one.action_ids())
    place.maya.click(offer, "undo_cancel")
    place.until(lambda: "ancelled" not in (place.card() or card).words)
    place.maya.click(
        card := place.card_says("Northwind"), "more", chosen=menu_value(card, "cancel")
    )
    place.maya.submit({"reason": "They went with somebody else after all."})
    place.card_says("ancelled")
    place.until(
        lambda: any("undo_cancel" in one.action_ids() for one in place.maya.ephemerals(DEAL))
    )
    late = next(one for one in place.maya.ephemerals(DEAL) if "undo_cancel" in one.action_ids())
    place.sandbox.advance(11 * 60)
    settled(place)
    place.maya.click(late, "undo_cancel")
    place.until(lambda: any("10 minutes" in one.words for one in place.maya.ephemerals(DEAL)))


def test_while_paused_the_clock_says_nothing_and_afterwards_the_present_state_once(
    place: Stack,
) -> None:
    begin(place)
    place.dm_says(place.maya, "Northwind Mills")
    place.ada.open_home()
    place.until(lambda: "pause" in home_buttons(place.ada))
    place.ada.click_in_home("pause")
    place.until(lambda: "resume" in home_buttons(place.ada))
    before = len(place.maya.dms())
    place.sandbox.advance(30 * 3600)
    travel = place.bot.travel
    assert travel is not None
    place.until(lambda: place.sandbox.now() - travel.now() < timedelta(seconds=5))
    # A sweep at the new time, in which everything is overdue, finds a paused workspace.
    assert Sweep(store=place.bot.store, clock=travel).run() == 0
    assert place.bot.store.delivery.counts().pending == 0
    assert place.card() is None
    assert len(place.maya.dms()) == before
    place.ada.click_in_home("resume")
    place.card_says("Northwind Mills")
    settled(place)
    assert len(late_notices(place.maya)) == 1


def test_an_admin_sets_roles_and_nobody_else_does(place: Stack) -> None:
    place.ada.open_home()
    place.until(lambda: "open_roles" in home_buttons(place.ada))
    place.ada.click_in_home("open_roles")
    place.ada.submit({"person": place.sam.id})
    form = modal(place.ada)
    assert place.sam.id in form.words
    assert not place.ada.submit({"roles": ["cs_manager"], "region": "us-il"}).field_errors
    with place.bot.store.read(place.bot.workplace.id) as unit:
        sam = unit.people.by_slack_id(place.sam.id)
        assert sam is not None
        assert [role.value for role in sam.roles] == ["cs_manager"]
        assert sam.region == "US-IL"
    place.maya.open_home()
    place.until(lambda: home_words(place.maya))
    assert "open_roles" not in home_buttons(place.maya)


def test_a_channel_that_becomes_shared_shows_nothing_internal_any_more(place: Stack) -> None:
    deal = example("northwind", today=place.sandbox.now().date())
    start_deal(place, deal, signed_at=signed(place) + timedelta(0))
    write_brief(place.maya, deal)
    place.maya.click(place.dm_says(place.maya, "Northwind Mills"), "preview_message")
    place.maya.submit({})
    place.card_says("Northwind Mills")
    place.priya.slash("/handoff-status", channel=DEAL)
    shown = place.priya.ephemerals(DEAL)[-1]
    place.priya.click(shown, "more", chosen=menu_value(shown, "status_post"))
    place.until(lambda: len(said_in_the_channel(place)) == 2)
    assert all("Northwind" in words for words in said_in_the_channel(place))
    place.theo.do("share", channel_id=place.sandbox.channel(DEAL))
    place.until(lambda: not any("Northwind" in words for words in said_in_the_channel(place)))
    assert said_in_the_channel(place)


def said_in_the_channel(place: Stack) -> list[str]:
    return [one.words for one in place.theo.messages(DEAL) if one.bot_id and not one.ephemeral]


def home_words(visitor: Visitor) -> str:
    home = visitor.home()
    return home.words if home is not None else ""


def needs_now(visitor: Visitor) -> str:
    """What stands in the first of Home's lists."""
    _, _, listed = home_words(visitor).partition("Needs you now")
    return listed.partition("Waiting on others")[0].partition("My handoffs")[0]


def home_buttons(visitor: Visitor) -> list[str]:
    home = visitor.home()
    return home.action_ids() if home is not None else []


def test_in_a_channel_with_outsiders_the_status_opens_in_a_modal_instead(place: Stack) -> None:
    begin(place)
    place.dm_says(place.maya, "Northwind Mills")
    place.maya.slash("/handoff-status", channel="#deal-harbor-shared")
    assert "Northwind Mills" in modal(place.maya).words
    seen = place.maya.ephemerals("#deal-harbor-shared")
    assert not any("Northwind Mills" in one.words for one in seen)


def test_a_private_channel_without_the_bot_gets_the_line_to_type_and_then_a_handoff(
    place: Stack,
) -> None:
    tidewater = "#deal-tidewater"
    assert place.maya.slash("/handoff", channel=tidewater).answered
    assert "/invite" in place.maya.ephemerals(tidewater)[-1].words
    assert place.maya.modal is None
    bot = place.sandbox.state()["app"]["bot_user_id"]
    place.maya.do("invite", channel_id=place.sandbox.channel(tidewater), invited=[bot])
    place.maya.slash("/handoff", channel=tidewater)
    place.until(lambda: place.maya.modal is not None)
    assert "Contract value" in modal(place.maya).words
