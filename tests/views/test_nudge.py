"""Reminders and late notices."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.notices import NoticeKind
from bot.domain.read_models import Light, NudgeModel
from bot.domain.steps import Step
from bot.views.ids import ActionId
from bot.views.nudge import nudge_message
from tests.views.shown import (
    JONAS,
    LONG,
    MAYA,
    NUDGE,
    PRIYA,
    WHY_TOLD,
    WORST_CARD,
    check_message,
    line,
    parts,
    pressable,
    seen_text,
)

LATE = replace(NUDGE, line=line(light=Light.LATE), late_by=timedelta(hours=3))
FOR_MANAGER = replace(LATE, viewer=PRIYA, told_as_manager=True)
KINDS = [NoticeKind.NUDGE, NoticeKind.LATE, NoticeKind.LATE_FOR_MANAGER]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", list(Step))
def test_every_reminder_fits_at_its_worst(kind: NoticeKind, step: Step) -> None:
    worst = replace(
        LATE,
        account=WORST_CARD.account,
        line=line(step, Light.LATE, MAYA),
        snoozed_reason=LONG,
    )
    assert check_message(nudge_message(worst, kind))["blocks"]


def test_a_reminder_says_what_is_missing_until_when_and_why_you() -> None:
    args = check_message(nudge_message(NUDGE, NoticeKind.NUDGE))
    shown = seen_text(args["blocks"])
    assert args["text"].startswith("Northwind Robotics: brief due <!date^")
    for words in (
        "🟡 reminder: \nNorthwind Robotics\n — brief due \n<!date^",
        "Still open: real trigger (empty), the event that made it now (empty), "
        "the date it runs on (empty), a quote (empty), champion (empty), "
        "champion's stake (empty) and 17 more.",
        "Why you: you are the AE of this handoff.",
    ):
        assert words in shown
    assert "Holds up: CSM assignment." in shown


def test_whoever_sends_the_intro_reads_that_it_is_theirs_and_no_other_part() -> None:
    intro = replace(NUDGE, line=line(Step.INTRO))
    shown = seen_text(check_message(nudge_message(intro, NoticeKind.NUDGE))["blocks"])
    assert "Why you: the intro is yours to send in this handoff." in shown


@pytest.mark.parametrize("kind", KINDS)
def test_where_nothing_waits_for_a_step_nothing_is_held_up(kind: NoticeKind) -> None:
    args = check_message(nudge_message(replace(LATE, holds_up=None), kind))
    assert "Holds up" not in seen_text(args["blocks"])


def test_a_manager_reads_for_whom_a_late_stand_in_acts() -> None:
    told = replace(FOR_MANAGER, stands_in=JONAS, away_until=date(2026, 4, 17))
    shown = seen_text(check_message(nudge_message(told, NoticeKind.LATE_FOR_MANAGER))["blocks"])
    assert "In place of \n<@U0JONAS>\n, who is away until 17 Apr 2026" in shown
    assert "nobody stands in" not in shown


@pytest.mark.parametrize(
    ("step", "action"),
    [
        (Step.MESSAGE, ActionId.PREVIEW_MESSAGE),
        (Step.BRIEF, ActionId.WRITE_BRIEF),
        (Step.ASSIGN, ActionId.OPEN_ASSIGN),
        (Step.READ, ActionId.ACKNOWLEDGE),
    ],
)
def test_one_button_does_the_next_thing_and_one_snoozes(step: Step, action: ActionId) -> None:
    args = check_message(nudge_message(replace(NUDGE, line=line(step)), NoticeKind.NUDGE))
    does, snooze = pressable(args["blocks"])
    assert (does["action_id"], does["style"]) == (action, "primary")
    assert snooze["action_id"] == ActionId.OPEN_SNOOZE
    assert json.loads(snooze["value"]) == {"h": 7, "t": step.value}


@pytest.mark.parametrize(
    ("declines", "value"),
    [(False, {"h": 7, "t": "not_mine", "w": "brief"}), (True, {"h": 7, "t": "decline"})],
)
def test_beside_the_snooze_its_owner_can_say_that_it_is_not_theirs(
    declines: bool, value: dict[str, object]
) -> None:
    args = check_message(nudge_message(replace(NUDGE, declines=declines), NoticeKind.NUDGE))
    (entry,) = [one for one in parts(args["blocks"]) if one.get("type") == "overflow"]
    assert [json.loads(one["value"]) for one in entry["options"]] == [value]


def test_a_stand_in_reads_for_whom_and_until_when() -> None:
    model = replace(NUDGE, stands_in=JONAS, away_until=date(2026, 3, 20))
    shown = seen_text(check_message(nudge_message(model, NoticeKind.NUDGE))["blocks"])
    assert "Why you: you stand in for \n<@U0JONAS>\n, who is away until 20 Mar 2026." in shown
    assert "you are the AE" not in shown


@pytest.mark.parametrize("reassigns", [True, False])
def test_who_is_told_in_place_of_an_absent_owner_can_name_another_where_they_may(
    reassigns: bool,
) -> None:
    model = replace(FOR_MANAGER, away_until=date(2026, 3, 20), why=WHY_TOLD, reassigns=reassigns)
    args = check_message(nudge_message(model, NoticeKind.NUDGE))
    shown = seen_text(args["blocks"])
    assert "<@U0MAYA>\n is away until 20 Mar 2026, and nobody stands in." in shown
    pressed = [(one["action_id"], one.get("style")) for one in pressable(args["blocks"])]
    first = [(ActionId.OPEN_ASSIGN, "primary")] if reassigns else []
    opens = (ActionId.STATUS_OPEN, None if reassigns else "primary")
    assert pressed == [*first, opens, (ActionId.OPEN_HANDOFF, None)]


def test_a_late_notice_says_since_when_and_what_it_holds_up() -> None:
    shown = seen_text(nudge_message(LATE, NoticeKind.LATE).to_args()["blocks"])
    assert "🔴 late: \nNorthwind Robotics\n — brief was due \n<!date^" in shown
    assert "Holds up: CSM assignment." in shown


def test_what_stays_on_screen_names_no_distance() -> None:
    for model, kind in ((LATE, NoticeKind.LATE), (FOR_MANAGER, NoticeKind.LATE_FOR_MANAGER)):
        args = nudge_message(model, kind).to_args()
        assert "3 h" not in args["text"] + seen_text(args["blocks"])


def test_a_last_step_holds_nothing_up() -> None:
    last = replace(LATE, line=line(Step.READ, Light.LATE, JONAS), holds_up=None)
    assert "Holds up" not in seen_text(nudge_message(last, NoticeKind.LATE).to_args())


def test_a_manager_hears_who_owes_what_since_when_and_why_they() -> None:
    args = check_message(nudge_message(FOR_MANAGER, NoticeKind.LATE_FOR_MANAGER))
    shown = seen_text(args["blocks"])
    assert (
        "brief was due \n<!date^1773417600^x|Fri 13 Mar 2026, 16:00 UTC>\nOwed by \n<@U0MAYA>"
        in shown
    )
    assert "Why you: \nyou are told as a manager; who named you as one was not kept." in shown
    assert "Still open" not in shown
    ids = [(pressed["action_id"], pressed.get("style")) for pressed in pressable(args["blocks"])]
    assert ids == [(ActionId.STATUS_OPEN, "primary"), (ActionId.OPEN_HANDOFF, None)]


def test_a_manager_of_nobody_hears_of_the_step_alone() -> None:
    orphan: NudgeModel = replace(FOR_MANAGER, line=line(light=Light.LATE, owner=None))
    args = check_message(nudge_message(orphan, NoticeKind.LATE_FOR_MANAGER))
    assert "Owed by" not in seen_text(args["blocks"])


def test_a_snoozed_reminder_brings_its_reason_back() -> None:
    model = replace(NUDGE, snoozed_reason="Ilse is back on Monday")
    shown = seen_text(nudge_message(model, NoticeKind.NUDGE).to_args()["blocks"])
    assert "You asked to be reminded now: \n“Ilse is back on Monday”" in shown


@pytest.mark.parametrize(
    ("step", "unwritten", "action", "words"),
    [
        (Step.INITIALS, False, ActionId.INITIAL_ALL, "each with whether it can be delivered"),
        (Step.INITIALS_AE, False, ActionId.INITIAL_ALL, "what the customer was told"),
        # With nothing to initial the AE first says whether anything was promised.
        (Step.INITIALS_AE, True, ActionId.WRITE_BRIEF, "nor that none were made"),
    ],
)
def test_who_owes_initials_is_led_to_what_waits_for_them(
    step: Step, unwritten: bool, action: ActionId, words: str
) -> None:
    owed = replace(NUDGE, line=line(step), no_promises=unwritten)
    args = check_message(nudge_message(owed, NoticeKind.NUDGE))
    assert words in seen_text(args["blocks"])
    assert pressable(args["blocks"])[0]["action_id"] == action
