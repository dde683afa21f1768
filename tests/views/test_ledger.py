"""The messages and forms of the promise ledger: what they show, and Slack's limits."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.ledger import (
    Delivery,
    Entry,
    Initial,
    LedgerPage,
    Over,
    PromiseHistory,
    PromiseShown,
    Wording,
)
from bot.domain.promises import Basis, Kind, Promise, PromiseText, Side, Signing
from bot.views.ids import ActionId, MoreChoice
from bot.views.ledger import (
    initial_view,
    ledger_view,
    not_taken_message,
    promise_history_view,
    promise_message,
)
from tests.views.shown import (
    JONAS,
    MAYA,
    NOW,
    TRICKY,
    action_ids,
    check_message,
    menu,
    parsed_texts,
    seen_text,
    view_dict,
)

TEXT = PromiseText(
    "The ERP connector is live in 30 days.",
    Kind.INTEGRATION,
    "Ilse Brandt",
    date(2026, 4, 18),
    Basis.IMPLIED,
    "Maya",
    date(2026, 2, 12),
    "call",
    JONAS.id,
)
ENTRY = Entry(Promise(9, 3, 2, TEXT, owner=JONAS))
BOTH = {
    Side.AE: Initial(Side.AE, MAYA, NOW),
    Side.CSM: Initial(Side.CSM, JONAS, NOW, Delivery.CHECK, "the platform team"),
}
SHOWN = PromiseShown(7, "Northwind Robotics", ENTRY, MAYA, JONAS)
LONG = replace(TEXT, words="w" * 3000, said_to="t" * 300, said_by="b" * 300, source="s" * 500)
WORST = replace(SHOWN, account="a" * 200, entry=Entry(Promise(9, 999, 99, LONG), BOTH))


@pytest.mark.parametrize("shown", [SHOWN, WORST, *(replace(WORST, over=one) for one in Over)])
def test_a_message_keeps_to_slacks_limits_and_calls_nobody(shown: PromiseShown) -> None:
    args = check_message(promise_message(shown))
    assert not any("<@" in text for text in parsed_texts(args))
    assert "'user'" not in str(args)


def test_a_wording_says_all_of_itself_and_whose_box_is_open() -> None:
    shown = seen_text(promise_message(SHOWN).to_args()["blocks"])
    for words in (
        "Promise 3",
        "integration · implied · Maya to Ilse Brandt · call · 12 Feb 2026 · due 18 Apr 2026",
        "delivered by Jonas Brandt",
        "The ERP connector is live in 30 days.",
        "⚪ AE Maya Reed",
        "⚪ CSM Jonas Brandt",
    ):
        assert words in shown.replace("\u2068", "").replace("\u2069", "")
    waiting = seen_text(promise_message(replace(SHOWN, csm=None)).to_args()["blocks"])
    assert "⚪ CSM once a CSM is assigned" in waiting


def test_its_buttons_carry_the_wording_and_go_once_both_have_initialed() -> None:
    args = promise_message(SHOWN).to_args()
    assert action_ids(args["blocks"]) == [ActionId.INITIAL_PROMISE, ActionId.MORE]
    assert list(menu(args)) == [MoreChoice.PROMISE_CHANGE, MoreChoice.PROMISE_HISTORY]
    assert '{"h":7,"e":9,"r":2}' in [
        element.get("value") for block in args["blocks"] for element in block.get("elements", ())
    ]
    signed = promise_message(replace(SHOWN, entry=replace(ENTRY, initials=BOTH))).to_args()
    assert action_ids(signed["blocks"]) == [ActionId.MORE]
    assert MoreChoice.TAKE_BACK_INITIAL in menu(signed)
    assert "to be checked with the platform team" in seen_text(signed["blocks"])


@pytest.mark.parametrize(
    ("over", "words"),
    [
        (Over.SUPERSEDED, "superseded"),
        (Over.WITHDRAWN, "withdrawn"),
        (Over.MOVED, "another channel"),
        (Over.CLOSED, "not open any more"),
    ],
)
def test_what_is_over_has_no_buttons_and_says_why(over: Over, words: str) -> None:
    reason = replace(ENTRY, initials=BOTH, reason="They have one already.")
    args = promise_message(replace(SHOWN, over=over, entry=reason)).to_args()
    assert words in seen_text(args["blocks"])
    # What is written where the handoff lives now is not for whoever reads here.
    assert ("ERP connector" in str(args)) is (over is not Over.MOVED)
    assert "They have one already." not in str(args)
    assert action_ids(args["blocks"]) == []


def test_where_others_can_read_nothing_of_it_stands() -> None:
    args = str(promise_message(replace(SHOWN, neutral=True)).to_args())
    for words in ("Northwind", "Promise", "connector", "Maya", "Jonas"):
        assert words not in args


def test_that_none_were_made_has_boxes_and_nothing_to_edit() -> None:
    none_made = Entry(Promise(9, 1, 1, PromiseText("")), none_made=True)
    args = promise_message(replace(SHOWN, entry=none_made)).to_args()
    assert "No promises were made" in seen_text(args["blocks"])
    assert list(menu(args)) == [MoreChoice.PROMISE_HISTORY]
    form = view_dict(initial_view(7, "Northwind Robotics", none_made, side=Side.CSM))
    assert action_ids(form["blocks"]) == []


def test_what_people_type_is_shown_as_typed() -> None:
    tricky = replace(ENTRY, promise=replace(ENTRY.promise, text=replace(TEXT, words=TRICKY)))
    args = check_message(promise_message(replace(SHOWN, entry=tricky, account=TRICKY)))
    assert TRICKY in seen_text(args["blocks"])


def test_only_the_csm_is_asked_whether_they_can_deliver() -> None:
    of_ae = view_dict(initial_view(7, "Northwind Robotics", ENTRY, side=Side.AE, left=2))
    assert action_ids(of_ae["blocks"]) == []
    assert "2 more wait after this one." in seen_text(of_ae["blocks"])
    of_csm = view_dict(initial_view(7, "Northwind Robotics", ENTRY, side=Side.CSM))
    assert action_ids(of_csm["blocks"]) == ["delivery", "check_with"]


@pytest.mark.parametrize("page", range(20))
def test_150_of_the_longest_entries_fit_slack_page_by_page(page: int) -> None:
    entries = tuple(
        replace(WORST, entry=replace(WORST.entry, promise=replace(WORST.entry.promise, number=one)))
        for one in range(1, 151)
    )
    signing = Signing(150, 150, 149, 149)
    numbers, refused = tuple(range(1, 151)), "No weekends. " * 200
    shown = LedgerPage(7, "Northwind Robotics", entries, signing, 1, numbers, refused)
    view = view_dict(ledger_view(shown, page=page))
    assert f"Page {min(page, 18) + 1} of 19" in seen_text(view["blocks"])
    assert (refused in seen_text(view["blocks"])) is (page >= 18)


def test_very_many_wordings_fit_one_window() -> None:
    wordings = tuple(
        Wording(number, "w" * 3000, MAYA, NOW, tuple(BOTH.values())) for number in range(60, 0, -1)
    )
    view = view_dict(promise_history_view(PromiseHistory(7, "Northwind", 3, wordings)))
    assert "Version 60, written by" in seen_text(view["blocks"])
    assert "30 earlier wordings are not shown here." in seen_text(view["blocks"])


def test_a_reaction_in_vain_is_answered_in_one_sentence() -> None:
    args = check_message(not_taken_message(TRICKY, "This promise is withdrawn."))
    assert "This promise is withdrawn." in seen_text(args["blocks"])
