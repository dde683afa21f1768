"""The booking, the call card with its record, and what is told of the briefing call."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.brief import Brief
from bot.domain.briefing import BriefingCall, Mood, Overrun, Tone
from bot.domain.completeness import NOTHING_COUNTED
from bot.domain.read_models import BookingForm, BriefingCard
from bot.views.briefing import (
    booked_message,
    booking_view,
    briefing_view,
    held_message,
    lift_view,
    record_rows,
    without_message,
)
from bot.views.ids import ActionId, Field
from bot.views.text import instant_token
from tests.views.shown import (
    JONAS,
    LONG,
    MAYA,
    NOW,
    TRICKY,
    WORST_CARD,
    action_ids,
    check_message,
    seen_text,
)
from tests.views.submitted import fields_of, form_dict

LATER = NOW + timedelta(hours=20)
BOOKING = BookingForm(7, "Northwind Robotics", at=None, required=False, asked=False, skips=True)
OWN = replace(BOOKING, own_without=True, skips=False)
CALL = BriefingCall(
    held_at=NOW,
    minutes=25,
    tone=Tone.HARD_WON,
    mood=Mood.WARY,
    emphasis="The date in June.",
    questions="Who signs the second site?",
    read=(1,),
    unread=(2,),
)
CARD = BriefingCard(
    7,
    "Northwind Robotics",
    at=LATER,
    held_at=None,
    likely_at=NOW,
    brief=Brief(),
    completeness=NOTHING_COUNTED,
    promises=((1, "The connector is live within 30 days."), (2, "Weekly calls until June.")),
)
RECORD = ["held_at", "minutes", "overrun", "tone", "mood", "emphasis", "open_questions"]


@pytest.mark.parametrize(
    ("model", "says", "skips"),
    [
        (BOOKING, "do without", True),
        (OWN, "You said that writing is enough", False),
        (replace(BOOKING, other_without=TRICKY), "finds that writing is enough", True),
        (replace(OWN, other_without=TRICKY), "A time here brings the call back", False),
        (replace(OWN, required=True), "This deal needs the call", False),
        (replace(OWN, required=True, asked=True), "asks for a call", False),
    ],
)
def test_the_booking_says_whether_there_is_a_way_around(
    model: BookingForm, says: str, skips: bool
) -> None:
    form = form_dict(booking_view(model))
    assert fields_of(form) == ["briefing_at"]
    assert says in seen_text(form["blocks"])
    assert (ActionId.SKIP_BRIEFING in action_ids(form["blocks"])) is skips


def test_who_books_it_for_the_ae_is_asked_why() -> None:
    form = form_dict(booking_view(replace(BOOKING, at=LATER, asks_why=True)))
    assert fields_of(form) == ["briefing_at", "reason"]


def test_the_card_asks_for_all_of_the_record_and_a_tick_for_every_promise() -> None:
    form = form_dict(briefing_view(CARD))
    assert fields_of(form) == ["read_aloud", *RECORD]
    shown = seen_text(form["blocks"])
    assert f"Booked for {instant_token(LATER)}" in shown
    assert "1 · The connector is live within 30 days." in shown


@pytest.mark.parametrize("count", [0, 10, 11, 100, 101])
def test_the_card_takes_any_number_of_promises(count: int) -> None:
    many = tuple((number, LONG) for number in range(1, count + 1))
    worst = replace(CARD, account=TRICKY, promises=many, asks_why=True)
    form = form_dict(briefing_view(worst))
    ticks = ["read_aloud"] if count else []
    assert fields_of(form) == [*ticks, *RECORD, "reason"]


@pytest.mark.parametrize("count", [2, 11])
def test_a_record_that_is_corrected_keeps_its_ticks(count: int) -> None:
    many = tuple((number, f"Promise {number}") for number in range(1, count + 1))
    form = form_dict(briefing_view(replace(CARD, promises=many, record=CALL, held_at=NOW)))
    ticks = next(block["element"] for block in form["blocks"] if block["type"] == "input")
    assert [one["value"] for one in ticks["initial_options"]] == ["1"]


def test_a_debrief_that_was_held_is_offered_in_its_place() -> None:
    form = form_dict(briefing_view(replace(CARD, debrief_held_at=NOW)))
    assert fields_of(form)[1] == Field.STANDS_FOR
    for shown, optional in ((form, True), (form_dict(briefing_view(CARD)), False)):
        (minutes,) = (
            one
            for one in shown["blocks"]
            if one["type"] == "input" and one["element"]["action_id"] == Field.MINUTES
        )
        assert minutes.get("optional", False) is optional
        assert minutes["hint"]["text"].startswith("30 at most")


def test_who_only_records_it_reads_neither_script_nor_questions() -> None:
    shown = seen_text(form_dict(briefing_view(replace(CARD, in_it=False)))["blocks"])
    assert "What would end this account" not in shown
    assert "Why they bought now" not in shown


def test_the_worst_record_still_fits_into_its_form() -> None:
    worst = CALL.model_copy(update={"emphasis": LONG, "questions": LONG})
    form = form_dict(briefing_view(replace(CARD, record=worst, revision=3, held_at=NOW)))
    assert "What you save corrects that" in seen_text(form["blocks"])


def test_the_record_in_lines_says_why_it_was_long_and_what_nobody_read() -> None:
    long = CALL.model_copy(update={"minutes": 40, "overrun": Overrun.LONGER, "unread": (2, 5)})
    rows = dict(record_rows(long))
    assert rows["It took"] == "40 minutes"
    assert rows["Why longer"] == "the account needs a longer document"
    assert rows["Not read aloud"] == "promises 2, 5"
    short = dict(record_rows(CALL.model_copy(update={"unread": (), "questions": ""})))
    assert set(short) == {
        "It took",
        "Tone in which the sale ended",
        "Champion's mood at the close",
        "What needs emphasis",
    }
    stands = CALL.model_copy(update={"debrief": True, "minutes": 1})
    assert record_rows(stands)[0] == ("It took", "1 minute; the debrief stands for it")


def test_the_other_one_reads_the_time_and_opens_the_card() -> None:
    for moved, says in ((False, "booked the briefing call for"), (True, "moved the briefing")):
        args = check_message(booked_message(7, TRICKY, LATER, MAYA, moved=moved))
        assert says in args["text"]
        assert instant_token(LATER) in args["text"]
        assert action_ids(args["blocks"]) == [ActionId.OPEN_BRIEFING]


def test_whoever_is_asked_whether_writing_is_enough_can_say_so() -> None:
    asked = check_message(without_message(7, "Northwind Robotics", JONAS, both=False))
    assert action_ids(asked["blocks"]) == [ActionId.SKIP_BRIEFING]
    assert "otherwise it stays due" in asked["text"]
    both = check_message(without_message(7, "Northwind Robotics", JONAS, both=True))
    assert action_ids(both["blocks"]) == []
    assert "there is none" in both["text"]


def test_the_thread_hears_that_it_was_held_and_nothing_of_it() -> None:
    facts: dict[str, str | int] = {"held_at": NOW.isoformat(), "debrief": 0}
    args = check_message(held_message(WORST_CARD, facts, JONAS))
    assert "recorded the briefing call, held" in args["text"]
    stands = check_message(held_message(WORST_CARD, {**facts, "debrief": 1}, None))
    assert "the debrief stands for the briefing call" in stands["text"]


def test_a_hold_is_lifted_with_a_reason() -> None:
    assert fields_of(form_dict(lift_view(7, TRICKY))) == ["reason"]
