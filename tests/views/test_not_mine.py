"""A step that is not its owner's: the form, and the message to who may name another."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.deadlines import Step
from bot.domain.people import ManagerBy
from bot.domain.read_models import Light
from bot.views.ids import ActionId, Field, ViewId
from bot.views.not_mine import not_mine_message, not_mine_view
from tests.views.shown import (
    JONAS,
    LONG,
    MAYA,
    TRICKY,
    WHY_TOLD,
    WORST_CARD,
    check_message,
    line,
    parsed_texts,
    pressable,
    seen_text,
)
from tests.views.submitted import fields_of, form_dict, refused_by_slack, submitted


@pytest.mark.parametrize("step", list(Step))
def test_the_form_says_what_follows_and_asks_for_no_more_than_a_reason(step: Step) -> None:
    made = not_mine_view(7, TRICKY, step)
    view = form_dict(made)
    assert view["callback_id"] == ViewId.NOT_MINE
    assert fields_of(view) == [Field.REASON]
    shown = seen_text(view["blocks"])
    assert "stays yours and due as it is" in shown
    assert "The reason may be left out" in shown
    assert refused_by_slack(submitted(made)) == {}
    assert not any(TRICKY in text for text in parsed_texts(view))


@pytest.mark.parametrize("step", list(Step))
def test_the_message_fits_at_its_worst_and_opens_the_handoff(step: Step) -> None:
    owed = line(step, Light.LATE, JONAS)
    made = not_mine_message(
        7, WORST_CARD.account, owed, by=JONAS, reason=LONG, why=replace(WHY_TOLD, stands_in=True)
    )
    args = check_message(made)
    assert [one["action_id"] for one in pressable(args["blocks"])] == [ActionId.OPEN_HANDOFF]


def test_it_says_who_says_so_of_what_and_that_nothing_moved() -> None:
    made = not_mine_message(
        7, "Northwind Robotics", line(), by=MAYA, reason="Theo sold it.", why=WHY_TOLD
    )
    args = check_message(made)
    shown = seen_text(args["blocks"])
    assert "<@U0MAYA>\n says that the brief is not theirs." in shown
    assert "It stays theirs until somebody else is named; its due time does not move." in shown
    assert "Theo sold it." in shown
    assert "the Slack profile of \n<@U0MAYA>\n names you" in shown
    assert args["text"] == "Northwind Robotics: Maya Reed says that the brief is not theirs."


def test_without_a_reason_none_is_named() -> None:
    bare = not_mine_message(7, "Northwind", line(), by=MAYA, reason=None, why=None)
    shown = seen_text(check_message(bare)["blocks"])
    assert "Their reason" not in shown
    assert "you are told as a manager; who named you as one was not kept" in shown
    assert WHY_TOLD.by is ManagerBy.PROFILE
    assert date(2026, 3, 20) == WHY_TOLD.until
