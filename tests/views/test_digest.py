"""Several things the clock says in one message, and what is left of a reminder."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.deadlines import Step
from bot.domain.read_models import Became, Light, Over, Summary
from bot.views.digest import posted_for_ae_message, summary_message
from bot.views.ids import ActionId
from bot.views.nudge import over_message
from bot.views.pre_close import slipped_message
from tests.views.shown import (
    CARD,
    JONAS,
    LONG,
    MAYA,
    NOW,
    NUDGE,
    PRIYA,
    WORST_CARD,
    check_message,
    line,
    pressable,
    seen_text,
)

LATE = replace(NUDGE, line=line(light=Light.LATE), late_by=timedelta(hours=3))
UNDER_PRIYA = replace(
    LATE, line=line(Step.READ, Light.LATE, JONAS), viewer=PRIYA, told_as_manager=True
)
MOST = 20


def test_what_is_the_readers_has_a_button_each_and_what_is_late_under_them_one_for_all() -> None:
    args = check_message(summary_message(Summary(yours=(LATE, NUDGE), in_team=(UNDER_PRIYA,))))
    shown = seen_text(args["blocks"])
    assert args["text"] == ("2 things need you, 1 step is late in your team: Northwind Robotics")
    assert [one["action_id"] for one in pressable(args["blocks"])] == [
        ActionId.WRITE_BRIEF,
        ActionId.WRITE_BRIEF,
        ActionId.STATUS_OPEN,
    ]
    assert json.loads(pressable(args["blocks"])[0]["value"])["h"] == 7
    assert "Late in your team" in shown
    assert "🟡 reminder: " in shown
    assert "Why you: what is yours, and what is late under you." in shown
    assert "Next summary" not in shown


def test_a_summary_says_when_the_next_one_comes_and_how_much_it_left_out() -> None:
    summary = Summary(in_team=(UNDER_PRIYA,), left=7, next_at=NOW + timedelta(days=1))
    shown = seen_text(check_message(summary_message(summary))["blocks"])
    assert "and 7 more; /handoff-status lists all" in shown
    assert "Next summary: <!date^" in shown


@pytest.mark.parametrize("count", [1, MOST])
def test_the_longest_summary_fits(count: int) -> None:
    worst = replace(
        LATE,
        account=WORST_CARD.account,
        line=line(Step.BRIEF, Light.LATE, MAYA),
        snoozed_reason=LONG,
    )
    over = Over(WORST_CARD.account, line(), Became.DONE)
    summary = Summary(
        yours=(worst,) * count,
        in_team=(replace(worst, told_as_manager=True),),
        over=(over,),
        left=900,
        next_at=NOW,
    )
    message = summary_message(summary, besides=[posted_for_ae_message(LONG)])
    args = check_message(message, most_buttons=count + 1)
    assert len(args["blocks"]) <= 2 * count + 6


def test_of_questions_in_a_summary_none_is_the_first_thing_to_do() -> None:
    asked = [slipped_message(CARD, NOW.date()) for _ in range(2)]
    message = summary_message(Summary(yours=(NUDGE,)), asked=asked)
    args = check_message(message, most_buttons=7)
    assert args["text"].startswith("3 things need you: Northwind Robotics")
    assert not any("style" in pressed for pressed in pressable(args["blocks"]))


def test_what_is_left_when_nothing_holds_says_so_with_nothing_to_press() -> None:
    over = (
        Over("Northwind Robotics", replace(line(), done_at=NOW), Became.DONE),
        Over("Larkfield Clinics", line(Step.READ), Became.NOT_THEIRS),
    )
    args = check_message(summary_message(Summary(over=over)))
    shown = seen_text(args["blocks"])
    assert args["text"] == "Nothing of this needs you any more."
    assert pressable(args["blocks"]) == []
    assert "✅ \nNorthwind Robotics\n — brief: done \n<!date^" in shown
    assert "somebody else's now" in shown
    assert "Why you" not in shown


@pytest.mark.parametrize(
    ("became", "words"),
    [
        (Became.DONE, "done"),
        (Became.NOT_DUE, "nothing is due any more"),
        (Became.NOT_THEIRS, "somebody else's now"),
        (Became.DUE_LATER, "due at another time now"),
    ],
)
def test_a_reminder_that_does_not_hold_says_what_became_of_it(became: Became, words: str) -> None:
    args = check_message(over_message(Over(CARD.account, line(), became)))
    assert args["text"] == f"Northwind Robotics: brief, {words}."
    assert words in seen_text(args["blocks"])
    assert pressable(args["blocks"]) == []
