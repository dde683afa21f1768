"""Another channel for a handoff, empty, typical and at its worst."""

import pytest

from bot.domain.read_models import Card
from bot.views.card import card_left_message
from bot.views.ids import Field, ViewId
from bot.views.moving import make_channel_view, move_view, moved_view
from tests.views.shown import (
    CARD,
    EMPTY_CARD,
    LONG,
    WORST_CARD,
    check_message,
    seen_text,
    view_dict,
)


@pytest.mark.parametrize(
    ("name", "handoff_id", "account"),
    [("", None, None), ("deal-northwind-internal", 7, "Northwind Robotics"), ("a" * 80, 7, LONG)],
)
def test_the_form_for_a_new_channel_says_who_comes_in(
    name: str, handoff_id: int | None, account: str | None
) -> None:
    view = view_dict(make_channel_view(name, handoff_id=handoff_id, account=account))
    (typed,) = [one for one in view["blocks"] if one["type"] == "input"]
    assert typed["element"]["action_id"] == Field.CHANNEL_NAME
    assert typed["element"].get("initial_value", "") == name
    assert "both managers" in seen_text(view["blocks"])


@pytest.mark.parametrize("account", ["A", "Northwind Robotics", LONG])
def test_the_form_to_move_offers_channels_of_the_workspace_alone(account: str) -> None:
    view = view_dict(move_view(7, account))
    (chosen,) = [one for one in view["blocks"] if one["type"] == "input"]
    assert chosen["element"]["type"] == "conversations_select"
    assert chosen["element"]["filter"] == {
        "include": ["public", "private"],
        "exclude_bot_users": True,
        "exclude_external_shared_channels": True,
    }


@pytest.mark.parametrize("account", ["A", "Northwind Robotics", LONG])
def test_where_the_handoff_lives_now_is_told(account: str) -> None:
    view = view_dict(moved_view(account, "C0NEW"))
    assert view["callback_id"] == ViewId.PROBLEM
    assert "<#C0NEW>" in str(view["blocks"])
    made = view_dict(moved_view(account, "C0NEW", made="deal-northwind"))
    assert "#deal-northwind now" in seen_text(made["blocks"])
    assert "<#C0NEW>" not in str(made["blocks"])


@pytest.mark.parametrize("card", [EMPTY_CARD, CARD, WORST_CARD])
def test_what_is_left_of_a_card_leads_to_the_new_channel(card: Card) -> None:
    args = check_message(card_left_message(card, channel_slack_id="C0NEW"))
    assert "<#C0NEW>" in args["text"]
    assert len(args["blocks"]) == 1
