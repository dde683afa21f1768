"""Late promises in messages and forms: what is open about one, both answers, and Slack's limits."""

from dataclasses import replace

import pytest

from bot.domain.disputes import Outcome, Settlement
from bot.domain.late import Dealt, Given
from bot.domain.ledger import Standing
from bot.domain.promises import Fate, Side, Surfaced
from bot.views.ids import ActionId
from bot.views.late import decide_view, differs_message, talked_view
from bot.views.ledger import promise_message
from bot.views.ledger_file import ledger_markdown
from tests.views.shown import (
    JONAS,
    MAYA,
    NOW,
    TRICKY,
    action_ids,
    check_message,
    menu,
    seen_text,
    view_dict,
)
from tests.views.test_ledger import BOTH, DISPUTE, ENTRY, LONG, SHOWN
from tests.views.test_ledger_file import BERLIN, LEDGER

LATE = replace(ENTRY, late=Surfaced.CUSTOMER)
KEPT = Given(Side.AE, MAYA, NOW, Settlement(Outcome.KEPT, reason="It is nearly done"))
OTHER = Given(
    Side.CSM, JONAS, NOW, Settlement(Outcome.RENEGOTIATED, TRICKY, LONG.due, reason="r" * 1000)
)
DIFFERING = replace(LATE, answers={Side.AE: KEPT, Side.CSM: OTHER})
LONGEST = replace(
    DIFFERING,
    promise=replace(LATE.promise, text=LONG),
    answers={
        side: replace(OTHER, side=side, settlement=replace(OTHER.settlement, words="w" * 3000))
        for side in Side
    },
)


@pytest.mark.parametrize(
    ("after", "words", "button"),
    [
        (False, "The AE still has to talk to the customer about it", ActionId.OPEN_TALKED),
        (True, "AE and CSM still have to decide about it", ActionId.OPEN_DECIDE_LATE),
    ],
)
def test_until_something_became_of_it_its_message_says_whose_turn_it_is(
    after: bool, words: str, button: ActionId
) -> None:
    shown = replace(SHOWN, entry=LATE, after_kickoff=after)
    blocks = check_message(promise_message(shown))["blocks"]
    assert words in seen_text(blocks)
    assert button in action_ids(blocks)
    assert ActionId.PROMISE_DELIVERED not in action_ids(blocks)
    page = replace(LEDGER, entries=(shown,))
    assert words in ledger_markdown(page, as_of=NOW, zone=BERLIN).decode()


@pytest.mark.parametrize("after", [False, True])
def test_a_late_one_has_at_most_three_buttons_and_five_choices(after: bool) -> None:
    for entry in (
        LATE,
        replace(LATE, initials=BOTH, dispute=DISPUTE),
        replace(LATE, dispute=DISPUTE),
    ):
        shown = replace(SHOWN, entry=entry, after_kickoff=after)
        blocks = check_message(promise_message(shown))["blocks"]
        assert len(action_ids(blocks)) <= 4  # With the menu.
        assert len(menu(blocks)) <= 5


@pytest.mark.parametrize("outcome", [Outcome.KEPT, Outcome.RENEGOTIATED])
def test_afterwards_it_says_who_did_it_and_what_came_of_it(outcome: Outcome) -> None:
    talked = replace(LATE, dealt=Dealt(outcome, MAYA, NOW, TRICKY))
    told = seen_text(promise_message(replace(SHOWN, entry=talked)).to_args()["blocks"])
    assert "Talked over with the customer, says" in told
    assert "Maya Reed" in told
    assert TRICKY in told
    assert "still has to" not in told
    both = replace(LATE, dealt=Dealt(outcome, MAYA, NOW, together=True))
    shown = replace(SHOWN, entry=both, after_kickoff=True)
    blocks = promise_message(shown).to_args()["blocks"]
    assert "Decided by AE and CSM" in seen_text(blocks)
    # From then on it is asked what became of it.
    assert ActionId.PROMISE_DELIVERED in action_ids(blocks)
    file = ledger_markdown(replace(LEDGER, entries=(shown,)), as_of=NOW, zone=BERLIN).decode()
    assert "Decided by AE and CSM" in file


def test_where_it_is_known_what_became_of_it_nothing_is_left_to_decide() -> None:
    """As of one that was late before anybody decided about such."""
    broken = replace(LATE, standing=Standing(Fate.BROKEN, MAYA, NOW, "No time"))
    shown = replace(SHOWN, entry=broken, after_kickoff=True)
    blocks = promise_message(shown).to_args()["blocks"]
    assert "still have to decide" not in seen_text(blocks)
    assert ActionId.OPEN_DECIDE_LATE not in action_ids(blocks)


def test_one_answer_is_shown_to_nobody_and_two_to_both() -> None:
    one = replace(LATE, answers={Side.AE: KEPT})
    alone = seen_text(view_dict(decide_view(7, "Northwind", one, side=Side.CSM))["blocks"])
    assert "It is nearly done" not in alone
    for side in Side:
        both = seen_text(view_dict(decide_view(7, "Northwind", DIFFERING, side=side))["blocks"])
        for words in ("The two answers differ", "It is nearly done", TRICKY):
            assert words in both
    told = check_message(differs_message(7, "Northwind", DIFFERING))
    assert "AE and CSM answered differently about late promise 3" in told["text"]
    assert TRICKY in seen_text(told["blocks"])
    assert ActionId.OPEN_DECIDE_LATE in action_ids(told["blocks"])


def test_forms_and_message_keep_to_slacks_limits() -> None:
    check_message(differs_message(7, "a" * 200, LONGEST))
    for side in Side:
        assert view_dict(decide_view(7, "a" * 200, LONGEST, side=side))
    for asks_why in (False, True):
        form = view_dict(talked_view(7, "a" * 200, LONGEST, asks_why=asks_why))
        assert ("Why you record it" in seen_text(form["blocks"])) is asks_why
