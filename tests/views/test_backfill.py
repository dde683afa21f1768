"""What a deal shows that was told of only after the fact."""

from dataclasses import replace
from datetime import date

from bot.domain.backfill import TwoDates
from bot.domain.notices import NoticeKind
from bot.domain.read_models import Light
from bot.domain.steps import Step
from bot.views.card import card_message
from bot.views.guide import guide_message
from bot.views.ids import ActionId, MoreChoice
from bot.views.nudge import nudge_message
from bot.views.text import day, instant_token
from tests.views.shown import (
    CARD,
    GUIDE,
    JONAS,
    MAYA,
    NOW,
    NUDGE,
    action_ids,
    check_message,
    line,
    menu,
    seen_text,
)

DATES = TwoDates(date(2026, 3, 11), NOW)
FREE = line(Step.MESSAGE, Light.UNTIMED, MAYA)
PLANNED = line(Step.BRIEF, Light.AGREED, MAYA)


def test_the_card_says_that_no_clock_runs_and_names_no_due_time() -> None:
    message = card_message(replace(CARD, next=replace(FREE, owner=JONAS), two_dates=DATES))
    blocks = check_message(message)
    assert "no clock runs, and nothing is late" in seen_text(blocks)
    assert message.text == "Northwind Robotics: handoff message, no clock."
    assert "posts the handoff message, no clock" in seen_text(blocks)


def test_a_planned_step_is_shown_with_its_day() -> None:
    told = seen_text(check_message(card_message(replace(CARD, next=PLANNED, two_dates=DATES))))
    assert "writes the brief, planned for" in told
    assert "late," not in told


def test_the_guide_names_both_dates() -> None:
    message = guide_message(replace(GUIDE, steps=(FREE, PLANNED), mine=FREE, two_dates=DATES))
    blocks = check_message(message)
    told = seen_text(blocks)
    assert f"The brief is planned for {day(DATES.brief_on or NOW.date())}" in told
    assert f"the kickoff for {instant_token(NOW)}." in told
    assert "no clock" in told
    assert ActionId.PREVIEW_MESSAGE in action_ids(blocks)
    # Nobody is reminded of what has no time, so there is nothing to put off.
    assert MoreChoice.SNOOZE not in menu(blocks)


def test_a_reminder_of_a_planned_step_says_what_it_is_planned_for() -> None:
    message = nudge_message(replace(NUDGE, line=PLANNED), NoticeKind.NUDGE)
    assert f"brief planned for {instant_token(PLANNED.due_at)}." in message.text
    assert "was due" not in str(check_message(message))


def test_the_guide_says_who_names_a_date_that_is_missing() -> None:
    guide = replace(GUIDE, steps=(PLANNED,), mine=PLANNED, two_dates=TwoDates(None, None))
    blocks = check_message(guide_message(guide))
    told = seen_text(blocks)
    assert "No day is named for the brief; the CSM names the day of the kickoff." in told
    assert MoreChoice.SNOOZE in menu(blocks)
