"""Several things the clock says in one message, and what is left of a reminder."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.access import Capacity
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
    WHY_TOLD,
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
    assert "Why you: a step is yours where no other reason stands with it." in shown
    assert "Next summary" not in shown


def test_steps_that_are_all_the_readers_have_one_reason_and_name_what_they_hold_up() -> None:
    args = check_message(summary_message(Summary(yours=(LATE, NUDGE))))
    shown = seen_text(args["blocks"])
    assert shown.count("Why you: ") == 1
    assert "Why you: these steps are yours." in shown
    assert shown.count("Holds up: CSM assignment.") == 2


def test_lines_told_for_one_reason_stand_together_above_it() -> None:
    others = replace(UNDER_PRIYA, why=WHY_TOLD, account="Larkfield Clinics")
    late = (
        replace(UNDER_PRIYA, why=WHY_TOLD),
        UNDER_PRIYA,
        replace(others, why=replace(WHY_TOLD, role=Capacity.AE_MANAGER)),
    )
    shown = seen_text(check_message(summary_message(Summary(in_team=late)))["blocks"])
    why = "the Slack profile of \n<@U0MAYA>\n names you as their manager."
    instead = "would be told, but is away until 20 Mar 2026"
    unknown = "you are told as a manager; who named you as one was not kept."
    assert shown.count(why) == shown.count(instead) == shown.count(unknown) == 1
    assert shown.index("Larkfield Clinics") < shown.index(why) < shown.index(unknown)
    assert "yours" not in shown


def test_a_step_in_the_place_of_somebody_away_says_so_with_its_button() -> None:
    standing_in = replace(LATE, stands_in=JONAS, away_until=date(2026, 4, 17))
    shown = seen_text(check_message(summary_message(Summary(yours=(standing_in, NUDGE))))["blocks"])
    assert shown.count("you stand in for \n<@U0JONAS>\n, who is away until 17 Apr 2026") == 1
    assert "Why you: a step is yours where no other reason stands with it." in shown
    alone = seen_text(check_message(summary_message(Summary(yours=(standing_in,))))["blocks"])
    assert "yours" not in alone


@pytest.mark.parametrize(
    ("reassigns", "action"),
    [(True, ActionId.OPEN_ASSIGN), (False, ActionId.OPEN_HANDOFF)],
)
def test_a_manager_told_in_an_absent_owners_place_reads_who_owes_it_and_can_help(
    reassigns: bool, action: ActionId
) -> None:
    told = replace(
        UNDER_PRIYA, why=WHY_TOLD, away_until=date(2026, 4, 17), reassigns=reassigns, late_by=None
    )
    args = check_message(summary_message(Summary(yours=(told, NUDGE))))
    shown = seen_text(args["blocks"])
    assert pressable(args["blocks"])[0]["action_id"] == action
    assert "<@U0JONAS>\n is away until 17 Apr 2026, and nobody stands in." in shown
    assert "names you as their manager" in shown


def test_what_is_only_to_know_says_why_it_is_told() -> None:
    message = summary_message(Summary(), besides=[posted_for_ae_message("Northwind Robotics")])
    shown = seen_text(check_message(message)["blocks"])
    assert "What to know is told to the managers of a handoff." in shown
    assert "Why you" not in shown


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
