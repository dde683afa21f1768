"""The forms and the card of a kickoff, and what is told of it."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.domain.appointments import CalendarEntry
from bot.domain.brief import Brief, ContactRole
from bot.domain.items import SectionKey
from bot.domain.kickoff import KickoffTime
from bot.domain.kickoff_pages import BookingPage, CardPage, Elsewhere, HeldPage, champion_of
from bot.domain.kickoff_prep import Missing
from bot.domain.promises import Side
from bot.domain.read_models import Card
from bot.views import sentences
from bot.views.ids import ActionId, Field
from bot.views.kickoff import form_rows, held_view, kickoff_held_message
from bot.views.kickoff_booking import booking_view
from bot.views.kickoff_calendar import kickoff_ics, kickoff_link
from bot.views.kickoff_card import card_view
from bot.views.kickoff_told import (
    lacked_message,
    later_message,
    lead_message,
    morning_message,
    past_message,
)
from bot.views.text import instant_token
from tests.domain.deals import KICKOFF_FORM
from tests.views.shown import (
    CARD,
    FILLED,
    JONAS,
    LONG,
    NOW,
    WORST_CARD,
    action_ids,
    check_message,
    seen_text,
)
from tests.views.submitted import block_of as input_of
from tests.views.submitted import fields_of, form_dict, refused_by_slack, submitted
from tests.views.test_plan import WORST as WORST_MILESTONE
from tests.views.test_plan import shown

EARLIER, LATER = NOW - timedelta(hours=2), NOW + timedelta(days=3)
ACCOUNT = "Northwind Robotics"
EVERYTHING = tuple(Missing)
HELD = HeldPage(7, ACCOUNT, held_at=None, likely_at=NOW, joint=True)
BOOKING = BookingPage(7, ACCOUNT, at=None, offered_at=None, due_at=LATER, joint=True, hold=True)
PAGE = CardPage(
    7,
    ACCOUNT,
    time=KickoffTime(LATER, booked=True),
    joint=True,
    hold=True,
    ae="Maya Reed",
    csm="Jonas Brandt",
    brief=FILLED,
    commercial_until=90,
)


# --- Its time


@pytest.mark.parametrize("asks_why", [False, True])
def test_the_form_of_its_time_says_what_it_is_and_what_is_missing(asks_why: bool) -> None:
    page = replace(BOOKING, missing=EVERYTHING, asks_why=asks_why)
    form = form_dict(booking_view(page, as_of=NOW))
    reason = [Field.REASON] if asks_why else []
    assert fields_of(form) == [Field.KICKOFF_AT, Field.OFFERED_AT, *reason]
    shown = seen_text(form["blocks"])
    for words in (
        sentences.kickoff.JOINT,
        sentences.kickoff.HOLD,
        *sentences.kickoff.MISSING.values(),
    ):
        assert words in shown
    assert f"It is due by {instant_token(LATER)}" in str(form)


def test_form_and_card_say_who_of_the_customer_belongs_into_it() -> None:
    (champion,) = FILLED.people.having(ContactRole.CHAMPION)
    for name, brief in ((champion.name, FILLED), ("the champion", Brief())):
        wanted = f"Of the customer: {name}, and one or two more."
        form = booking_view(replace(BOOKING, champion=champion_of(brief)), as_of=NOW)
        card = card_view(replace(PAGE, brief=brief), as_of=NOW)
        for view in (form, card):
            assert wanted in seen_text(form_dict(view)["blocks"])


def test_a_booked_time_is_moved_or_called_off_and_shown_as_other_clocks_have_it() -> None:
    there = (Elsewhere("Jonas", "Australia/Sydney"),)
    page = replace(BOOKING, at=LATER, hold=False, joint=False, due_at=None, elsewhere=there)
    form = form_dict(booking_view(page, as_of=NOW))
    assert fields_of(form) == [Field.KICKOFF_AT, Field.OFFERED_AT, Field.KICKOFF_OFF]
    shown = seen_text(form["blocks"])
    assert instant_token(LATER) in str(form)
    assert "That is Tue 01:00 for Jonas." in shown
    assert sentences.kickoff.CS_ONLY in shown
    assert sentences.kickoff.INVITE in shown
    assert "Still missing" not in shown


# --- The card


@pytest.mark.parametrize("brief", [FILLED, Brief(), WORST_CARD.brief])
@pytest.mark.parametrize("prepares", [None, *Side])
@pytest.mark.parametrize("joint", [True, False])
def test_the_card_has_every_line_of_a_kickoff(
    brief: Brief, prepares: Side | None, joint: bool
) -> None:
    page = replace(PAGE, brief=brief, prepares=prepares, joint=joint, missing=EVERYTHING)
    form = form_dict(card_view(page, as_of=NOW))
    shown = seen_text(form["blocks"])
    of_ae = (
        sentences.kickoff.OPENS,
        sentences.kickoff.SUPPORTS,
        sentences.kickoff.COMMERCIAL,
        sentences.kickoff.CLOSES,
    )
    assert all((words in shown) is joint for words in of_ae)
    for words in (
        sentences.kickoff.CONFIRMS_METRIC,
        sentences.kickoff.CONFIRMS_TIMING,
        sentences.kickoff.ASKS_CHANGE,
        sentences.kickoff.EXPLAINED,
        "Can we keep working with Maya Reed?",
        "stays for commercial questions until day 90",
        "Jonas Brandt knows what was promised",
    ):
        assert words in shown
    assert ("submit" in form) is (prepares is not None)
    assert fields_of(form) == []


def test_the_card_is_filled_from_the_brief_and_supports_two_criteria_at_most() -> None:
    success = FILLED.success.model_copy(update={"further": "One by May\nTwo by June\nThree"})
    brief = replace(FILLED, success=success)
    shown = seen_text(form_dict(card_view(replace(PAGE, brief=brief), as_of=NOW))["blocks"])
    assert "Pick errors per 100 orders" in shown
    assert "One by May" in shown
    assert "Two by June" not in shown
    assert f"“{FILLED.why.quote}”" in shown
    assert "From today on Jonas Brandt is your first contact" in shown


def test_the_card_names_so_many_milestones_and_says_where_there_is_none() -> None:
    def seen(page: CardPage) -> str:
        return seen_text(form_dict(card_view(page, as_of=NOW))["blocks"])

    many = replace(PAGE, plan=shown(*[WORST_MILESTONE] * 40))
    assert "and 32 milestones more" in seen(many)
    assert sentences.kickoff.AGREES_PLAN in seen(many)
    assert "No milestone is shared with the customer yet" in seen(PAGE)
    nothing = seen(replace(PAGE, outline=True))
    assert sentences.kickoff.NO_OUTLINE in nothing
    assert sentences.kickoff.AGREES_OUTLINE in nothing


def test_a_manager_says_why_they_say_that_a_side_is_prepared() -> None:
    page = replace(PAGE, prepares=Side.AE, asks_why=True)
    form = form_dict(card_view(page, as_of=NOW))
    assert fields_of(form) == [Field.REASON]
    assert form["submit"]["text"] == sentences.kickoff.SUBMIT_AE


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (None, "No time is booked for it"),
        (KickoffTime(LATER), "it is due by"),
        (KickoffTime(LATER, proposed=True), "the AE proposes"),
        (KickoffTime(LATER, booked=True), "Booked for"),
        (KickoffTime(EARLIER, held=True), "Held"),
    ],
)
def test_only_a_booked_time_leads_to_a_calendar(time: KickoffTime | None, words: str) -> None:
    form = form_dict(card_view(replace(PAGE, time=time), as_of=NOW))
    assert words in seen_text(form["blocks"])
    booked = time is not None and time.booked
    assert (ActionId.KICKOFF_LINK in action_ids(form["blocks"])) is booked
    assert (sentences.kickoff.HOLD in seen_text(form["blocks"])) is booked


def test_a_link_for_a_calendar_stands_behind_a_button_and_in_no_text() -> None:
    form = form_dict(card_view(PAGE, as_of=NOW))
    buttons = [
        one
        for block in form["blocks"]
        if block["type"] == "actions"
        for one in block["elements"]
        if one["action_id"] == ActionId.KICKOFF_LINK
    ]
    assert [one["url"] for one in buttons] == [kickoff_link(LATER, ACCOUNT, joint=True)]
    assert sentences.kickoff.LINK_HOST not in seen_text(form["blocks"])


def test_a_link_fills_an_entry_with_the_time_and_whose_deal_it_is_and_no_more() -> None:
    at = LATER.replace(hour=8, minute=30)
    asked = parse_qs(urlsplit(kickoff_link(at, "North & South\nRobotics", joint=False)).query)
    assert asked == {
        "action": ["TEMPLATE"],
        "text": ["Kickoff · North & South Robotics"],
        "dates": ["20260316T083000Z/20260316T093000Z"],
        "details": [sentences.kickoff.CS_ONLY],
    }


@pytest.mark.parametrize("off", [False, True])
def test_a_calendar_takes_it_by_its_sequence(off: bool) -> None:
    entry = CalendarEntry("kickoff-7-T1@handoff-bot", 3, LATER, LATER + timedelta(hours=1), off)
    content = kickoff_ics(entry, ACCOUNT, joint=True, as_of=NOW).decode()
    for line in (
        f"METHOD:{'CANCEL' if off else 'PUBLISH'}",
        "UID:kickoff-7-T1@handoff-bot",
        "SEQUENCE:3",
        "DTSTART:20260316T140000Z",
        "DTEND:20260316T150000Z",
        f"DESCRIPTION:{sentences.kickoff.JOINT.split(',')[0]}",
    ):
        assert line in content
    assert ("STATUS:CANCELLED" in content) is off


# --- After it


@pytest.mark.parametrize("account", [ACCOUNT, LONG[:255]])
@pytest.mark.parametrize("asks_why", [False, True])
def test_the_form_after_it_is_one_short_form(account: str, asks_why: bool) -> None:
    page = replace(HELD, account=account, asks_why=asks_why)
    form = form_dict(held_view(page))
    assert fields_of(form) == [
        Field.HELD_AT,
        Field.OURS,
        Field.CUSTOMERS,
        Field.RAN,
        Field.METRIC_RIGHT,
        Field.TIMING_RIGHT,
        Field.CHANGED,
        Field.SECTION_CARRIED,
        Field.SECTION_LACKED,
        Field.KNOWN_AGAIN,
        *([Field.REASON] if asks_why else []),
    ]
    assert sentences.kickoff.HELD_MEANS in seen_text(form["blocks"])
    needed = [Field.CUSTOMERS, Field.RAN, Field.METRIC_RIGHT, Field.TIMING_RIGHT]
    needed += [Field.REASON] if asks_why else []
    unanswered = refused_by_slack(submitted(held_view(page)))
    assert set(unanswered) == {input_of(form, one)["block_id"] for one in needed}


def test_what_is_recorded_stands_in_the_form_that_corrects_it() -> None:
    recorded = KICKOFF_FORM.model_copy(
        update={"metric": False, "changed": "Two sites", "known_again": True}
    )
    page = replace(HELD, held_at=EARLIER, likely_at=EARLIER, form=recorded, revision=2)
    form = form_dict(held_view(page))
    assert f"Recorded so far: {instant_token(EARLIER)}" in str(form["blocks"])
    assert refused_by_slack(submitted(held_view(page))) == {}
    assert input_of(form, Field.METRIC_RIGHT)["element"]["initial_option"]["value"] == "no"
    assert input_of(form, Field.CHANGED)["element"]["initial_value"] == "Two sites"
    assert input_of(form, Field.SECTION_CARRIED)["element"]["initial_option"]["value"] == "success"
    ticked = input_of(form, Field.OURS)["element"]["initial_options"]
    assert [one["value"] for one in ticked] == ["ae", "csm"]


def test_what_was_written_reads_as_answers() -> None:
    told = KICKOFF_FORM.model_copy(
        update={"timing": False, "changed": "June", "lacked": SectionKey.PEOPLE}
    )
    assert dict(form_rows(told)) == {
        "Who of ours came": "AE, CSM",
        "Who of the customer came": "Ines Falk, Otto Reuss",
        "Who ran it": "the CSM",
        "Success metric still right": "still right",
        "Timing still right": "not right any more",
        "What changed": "June",
        "Which section of the brief carried you": "Success",
        "Which section was missing": "People",
    }


@pytest.mark.parametrize(("card", "by"), [(CARD, JONAS), (WORST_CARD, None)])
def test_the_line_names_the_time_or_from_when_to_when_it_was_corrected(
    card: Card, by: object
) -> None:
    named = replace(JONAS, name=LONG[:80]) if by else None
    first = check_message(kickoff_held_message(card, {"held_at": NOW.isoformat()}, named))
    assert instant_token(NOW) in first["text"]
    facts: dict[str, str | int] = {"held_at": NOW.isoformat(), "before": EARLIER.isoformat()}
    moved = check_message(kickoff_held_message(card, facts, named, csm=JONAS))
    assert f"{instant_token(EARLIER)} to {instant_token(NOW)}" in moved["text"]
    assert sentences.kickoff.CONTACT not in moved["text"]


def test_the_first_line_says_who_the_customers_first_contact_is() -> None:
    facts: dict[str, str | int] = {"held_at": NOW.isoformat()}
    told = check_message(kickoff_held_message(CARD, facts, JONAS, csm=JONAS))
    assert f"<@{JONAS.slack_id}>{sentences.kickoff.CONTACT}" in told["text"]


# --- What one person is told


@pytest.mark.parametrize("account", [ACCOUNT, LONG[:255]])
def test_each_message_leads_with_whose_deal_it_is_and_to_the_next_thing(account: str) -> None:
    card, whole, held = (
        ActionId.OPEN_KICKOFF_CARD,
        ActionId.OPEN_HANDOFF,
        ActionId.OPEN_HELD,
    )
    for message, buttons, words in (
        (lead_message(7, account, LATER), [card], "you are in the kickoff"),
        (morning_message(7, account, LATER, ()), [card, held], "Nothing is missing"),
        (morning_message(7, account, LATER, EVERYTHING), [card, held], "Still missing"),
        (later_message(7, account, LATER, NOW), [whole], "wanted a later kickoff"),
        (past_message(7, account, LATER), [whole], "it is booked for"),
        (past_message(7, account, None), [whole], "no time is booked"),
        (
            lacked_message(7, account, JONAS, SectionKey.PEOPLE, SectionKey.SUCCESS),
            [whole],
            "What carried them: Success.",
        ),
        (lacked_message(7, account, None, SectionKey.PEOPLE, None), [whole], "People"),
    ):
        sent = check_message(message)
        assert list(action_ids(sent["blocks"])) == buttons
        assert words in seen_text(sent["blocks"])
