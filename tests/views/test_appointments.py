"""The form of a time, the question about it, the line on a card, and the file."""

from dataclasses import replace
from datetime import timedelta

import pytest
from icalendar import Calendar

from bot.domain.appointments import LONGEST_LINE, Appointment, CalendarEntry, TalkForm
from bot.domain.promises import Side
from bot.domain.read_models import TalkLine
from bot.views.appointments import (
    talk_buttons,
    talk_ics,
    talk_line,
    talk_proposed_message,
    talk_view,
)
from bot.views.text import instant_token
from tests.views.shown import (
    JONAS,
    LONG,
    MAYA,
    NOW,
    TRICKY,
    action_ids,
    check_message,
    seen_text,
)
from tests.views.submitted import fields_of, form_dict

HOUR = timedelta(hours=1)
TIMES = tuple(NOW + hours * HOUR for hours in (20, 44, 68))
FIRST = TalkForm(
    7,
    "Northwind Robotics",
    Appointment(),
    other="Maya",
    zone="Europe/Berlin",
    other_zone="America/New_York",
    suggested=TIMES,
    until=TIMES[-1] + HOUR,
)
ANSWER = replace(
    FIRST,
    talk=Appointment(1, TIMES[1], Side.CSM, JONAS.id),
    taking=TIMES[1],
    first=False,
)
WORST = replace(
    ANSWER, account=TRICKY, other=LONG[:80], zone="Pacific/Auckland", other_zone="Asia/Kathmandu"
)


@pytest.mark.parametrize("model", [FIRST, ANSWER, WORST])
def test_the_form_offers_what_suits_both_and_any_other_time(model: TalkForm) -> None:
    form = form_dict(talk_view(model, as_of=NOW))
    line = [] if model.first else ["talk_line"]
    assert [*fields_of(form)] == ["talk_choice", "talk_at", *line]
    (choices,) = [block["element"] for block in form["blocks"] if "static_select" in str(block)]
    values = [one["value"] for one in choices["options"]]
    assert len(values) == len(set(values)) == 3
    first = (model.taking or TIMES[0]).isoformat()
    assert values[0] == choices["initial_option"]["value"] == first


def test_without_a_shared_hour_it_says_so_and_asks_for_one() -> None:
    for model in (replace(FIRST, suggested=()), replace(FIRST, suggested=(), until=None)):
        form = form_dict(talk_view(model, as_of=NOW))
        assert [*fields_of(form)] == ["talk_at"]
        assert "No hour suits both" in seen_text(form["blocks"])


def test_the_question_names_the_time_and_what_holds_until_it_is_answered() -> None:
    asked = TalkLine(None, TIMES[0], JONAS, yours=True, turn=1, opens=True)
    message = talk_proposed_message(7, "Northwind Robotics", asked, JONAS, turn=1, told="")
    args = check_message(message)
    assert instant_token(TIMES[0]) in args["text"]
    assert action_ids(args["blocks"]) == ["fine_talk", "open_talk"]
    moved = replace(asked, agreed_at=TIMES[1])
    worst = talk_proposed_message(
        7, TRICKY, moved, replace(JONAS, name=LONG[:80]), turn=9, told=LONG[:LONGEST_LINE]
    )
    told = check_message(worst)
    assert "Until you answer it stays at" in seen_text(told["blocks"])
    with pytest.raises(ValueError, match="Nothing is proposed"):
        talk_proposed_message(7, "Northwind", TalkLine(), JONAS, turn=1, told="")


def test_a_line_says_where_the_two_are_and_nothing_where_they_are_nowhere() -> None:
    assert talk_line(TalkLine()) == ""
    agreed = TalkLine(TIMES[0])
    assert talk_line(agreed) == f"Debrief: agreed on for {instant_token(TIMES[0])}."
    proposed = TalkLine(None, TIMES[1], MAYA)
    assert talk_line(proposed) == f"Debrief: {MAYA.name} proposes {instant_token(TIMES[1])}."
    both = replace(proposed, agreed_at=TIMES[0])
    assert talk_line(both).startswith(
        f"Debrief: agreed on for {instant_token(TIMES[0])}; {MAYA.name}"
    )


def test_only_who_may_name_a_time_has_a_button_and_who_answers_has_both() -> None:
    assert talk_buttons(7, TalkLine()) == []
    one = [block.to_dict() for block in talk_buttons(7, TalkLine(opens=True))]
    assert action_ids(one) == ["open_talk"]
    two = TalkLine(None, TIMES[0], JONAS, yours=True, turn=3, opens=True)
    both = [block.to_dict() for block in talk_buttons(7, two)]
    assert action_ids(both) == ["fine_talk", "open_talk"]
    assert '"r":3' in str(both)


@pytest.mark.parametrize("account", ["Northwind Robotics", TRICKY, "a\nBEGIN:VALARM\nb;c,d\\"])
def test_a_file_is_a_calendar_with_one_event_whatever_the_account_is_called(account: str) -> None:
    entry = CalendarEntry("debrief-7-T1@handoff-bot", 2, TIMES[0], TIMES[0] + HOUR)
    content = talk_ics(entry, account, as_of=NOW)
    calendar = Calendar.from_ical(content)
    assert isinstance(calendar, Calendar)
    (event,) = calendar.walk("VEVENT")
    assert not calendar.walk("VALARM")
    assert event["SUMMARY"] == f"Debrief: {' '.join(account.split())}"
    assert (event["UID"], event["SEQUENCE"]) == (entry.uid, 2)
    assert b"\r\n" in content
