"""Giving sections to a helper, and what the helper is told."""

import pytest

from bot.domain.access import GIVEABLE
from bot.domain.completeness import NOTHING_COUNTED
from bot.domain.handoff import MOST_HELPERS
from bot.domain.items import Item, SectionKey
from bot.domain.read_models import Card
from bot.views.brief import brief_steps_view
from bot.views.helpers import helpers_view
from bot.views.ids import ActionId, Field, ViewId
from bot.views.thread import helper_message
from tests.views.shown import (
    CARD,
    MAYA,
    PRIYA,
    WORST_CARD,
    action_ids,
    check_message,
    parsed_texts,
    seen_text,
)
from tests.views.submitted import block_of, fields_of, form_dict


@pytest.mark.parametrize("account", ["Northwind Robotics", WORST_CARD.account])
def test_the_form_asks_for_one_person_and_their_sections(account: str) -> None:
    made = form_dict(helpers_view(7, account))
    assert made["callback_id"] == ViewId.HELPERS
    assert fields_of(made) == [Field.HELPER, Field.HELPED_SECTIONS]
    options = block_of(made, Field.HELPED_SECTIONS)["element"]["options"]
    assert [one["value"] for one in options] == [key for key in SectionKey if key in GIVEABLE]


def steps(*, most: int = 0, invites: bool = True) -> dict[str, object]:
    return form_dict(
        brief_steps_view(
            handoff_id=7,
            account=WORST_CARD.account,
            completeness=NOTHING_COUNTED,
            counted={key: tuple(Item) for key in SectionKey},
            helpers=[(PRIYA, frozenset(GIVEABLE))] * most,
            invites=invites,
        )
    )


def test_the_list_of_all_steps_says_who_helps_with_what() -> None:
    made = steps(most=MOST_HELPERS)
    told = "<@U0PRIYA> helps with: Why they bought, People, Success, Promises, Commercials, "
    assert seen_text(made["blocks"]).count(told) == MOST_HELPERS
    assert action_ids(made["blocks"])[-1] == ActionId.INVITE_HELPER


def test_only_who_may_invite_is_offered_to() -> None:
    assert ActionId.INVITE_HELPER not in action_ids(steps(invites=False)["blocks"])


@pytest.mark.parametrize("card", [CARD, WORST_CARD])
def test_the_helper_reads_who_asks_for_what_and_where_to_begin(card: Card) -> None:
    args = check_message(helper_message(card, {SectionKey.SUCCESS, SectionKey.WHY}))
    seen = seen_text(args["blocks"])
    assert "asks you to fill this part of the brief: Why they bought, Success." in seen
    assert MAYA.slack_id in args["text"]
    assert action_ids(args["blocks"]) == [ActionId.WRITE_BRIEF]
    assert parsed_texts(args["blocks"]) == []
