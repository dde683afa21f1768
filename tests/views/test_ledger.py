"""The messages and forms of the promise ledger: what they show, and Slack's limits."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.disputes import (
    Answer,
    Dispute,
    Escalation,
    Outcome,
    PastDispute,
    Seat,
    Settlement,
)
from bot.domain.ledger import (
    Delivery,
    Entry,
    Initial,
    LedgerPage,
    Over,
    PromiseHistory,
    PromiseShown,
    Standing,
    Wording,
)
from bot.domain.promises import Basis, Fate, Kind, Promise, PromiseText, Side, Signing, Surfaced
from bot.views.disputes import (
    dispute_view,
    disputed_message,
    escalated_message,
    over_message,
    settle_message,
    settle_view,
)
from bot.views.ids import ActionId, MoreChoice
from bot.views.keeping import broken_view, renegotiated_view
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
DISPUTE = Dispute(5, Side.CSM, JONAS, NOW, TRICKY, NOW)
WORST = replace(
    SHOWN,
    account="a" * 200,
    entry=Entry(
        Promise(9, 999, 99, LONG),
        BOTH,
        dispute=replace(DISPUTE, reason="r" * 1000, escalated_at=NOW),
        standing=Standing(Fate.BROKEN, MAYA, NOW, "l" * 1000),
        late=Surfaced.CUSTOMER,
    ),
)


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
    pressed = [ActionId.INITIAL_PROMISE, ActionId.OPEN_DISPUTE, ActionId.MORE]
    assert action_ids(args["blocks"]) == pressed
    assert list(menu(args)) == [MoreChoice.PROMISE_CHANGE, MoreChoice.PROMISE_HISTORY]
    assert '{"h":7,"e":9,"r":2}' in [
        element.get("value") for block in args["blocks"] for element in block.get("elements", ())
    ]
    signed = promise_message(replace(SHOWN, entry=replace(ENTRY, initials=BOTH))).to_args()
    assert action_ids(signed["blocks"]) == [ActionId.OPEN_DISPUTE, ActionId.MORE]
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
    assert action_ids(of_ae["blocks"]) == [ActionId.OPEN_DISPUTE]
    assert "2 more wait after this one." in seen_text(of_ae["blocks"])
    of_csm = view_dict(initial_view(7, "Northwind Robotics", ENTRY, side=Side.CSM))
    pressed = ["delivery", "check_with", ActionId.OPEN_DISPUTE]
    assert action_ids(of_csm["blocks"]) == pressed


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


def test_very_many_wordings_and_disputes_fit_one_window() -> None:
    wordings = tuple(
        Wording(number, "w" * 3000, MAYA, NOW, tuple(BOTH.values())) for number in range(60, 0, -1)
    )
    past = tuple(
        PastDispute(MAYA, NOW, f"{number} " * 500, Outcome.KEPT, NOW, "w" * 1000)
        for number in range(20)
    )
    view = view_dict(promise_history_view(PromiseHistory(7, "Northwind", 3, wordings, past)))
    shown = seen_text(view["blocks"])
    assert "Version 60, written by" in shown
    assert "35 earlier wordings are not shown here." in shown
    assert "19 19 19" in shown
    assert "14 14 14" not in shown


def test_a_reaction_in_vain_is_answered_in_one_sentence() -> None:
    args = check_message(not_taken_message(TRICKY, "This promise is withdrawn."))
    assert "This promise is withdrawn." in seen_text(args["blocks"])


# --- Disputes

DISPUTED = replace(ENTRY, dispute=DISPUTE)


def test_a_disputed_promise_says_who_disputes_it_and_why() -> None:
    args = check_message(promise_message(replace(SHOWN, entry=DISPUTED)))
    shown = seen_text(args["blocks"]).replace("\u2068", "").replace("\u2069", "")
    assert "⚠️ Disputed by Jonas Brandt" in shown
    assert TRICKY in shown
    assert action_ids(args["blocks"]) == [ActionId.INITIAL_PROMISE, ActionId.MORE]
    assert MoreChoice.TAKE_BACK_DISPUTE in menu(args)
    decided = replace(DISPUTED, dispute=replace(DISPUTE, escalated_at=NOW))
    told = seen_text(promise_message(replace(SHOWN, entry=decided)).to_args()["blocks"])
    assert "RevOps decides" in told


def test_the_forms_of_a_dispute_keep_to_slacks_limits_and_show_answers_to_who_decides() -> None:
    wish = Settlement(Outcome.RENEGOTIATED, "w" * 3000, date(2026, 5, 1), "r" * 1000)
    answers = {seat: Answer(seat, MAYA, NOW, wish) for seat in (Seat.AE_MANAGER, Seat.CS_MANAGER)}
    asked = replace(DISPUTED, dispute=replace(DISPUTE, answers=answers))
    for one in (asked, WORST.entry):
        assert view_dict(dispute_view(7, "a" * 200, one))["callback_id"] == "dispute"
        assert view_dict(settle_view(7, "a" * 200, one, decides=True))["callback_id"] == "settle"
    decides = seen_text(view_dict(settle_view(7, "Northwind", asked, decides=True))["blocks"])
    alone = seen_text(view_dict(settle_view(7, "Northwind", asked, decides=False))["blocks"])
    assert ("Maya" in decides, "Maya Reed" in alone) == (True, False)


def test_what_is_told_of_a_dispute_keeps_to_slacks_limits() -> None:
    account = "a" * 200
    for one in (DISPUTED, WORST.entry):
        assert one.dispute is not None
        for inside in (True, False):
            check_message(disputed_message(7, account, one, one.dispute, in_thread=inside))
            check_message(settle_message(7, account, one, one.dispute, decides=inside))
            check_message(over_message(7, account, TRICKY, in_thread=inside))
    for why in Escalation:
        assert "RevOps decides about promise 3" in escalated_message("Northwind", why, 3).text


def test_the_ledger_counts_what_is_disputed_and_asks_who_settles_it() -> None:
    page = LedgerPage(
        7,
        "Northwind",
        (replace(SHOWN, entry=DISPUTED),),
        Signing(1, 1, 1, 1, NOW, NOW, disputed=1),
        settles=frozenset({3}),
    )
    shown = view_dict(ledger_view(page))
    assert "initialed by both · 1 disputed" in seen_text(shown["blocks"])
    assert ActionId.OPEN_SETTLE in action_ids(shown["blocks"])
    others = view_dict(ledger_view(replace(page, settles=frozenset())))
    assert ActionId.OPEN_SETTLE not in action_ids(others["blocks"])


# --- After the kickoff


def test_after_the_kickoff_its_buttons_ask_what_became_of_it() -> None:
    held = replace(SHOWN, after_kickoff=True)
    args = check_message(promise_message(held))
    assert action_ids(args["blocks"]) == [
        ActionId.PROMISE_DELIVERED,
        ActionId.OPEN_RENEGOTIATED,
        ActionId.OPEN_BROKEN,
        ActionId.MORE,
    ]
    assert list(menu(args))[:2] == [MoreChoice.INITIAL_PROMISE, MoreChoice.DISPUTE]
    fullest = replace(held, entry=replace(DISPUTED, initials={Side.AE: BOTH[Side.AE]}))
    choices = menu(check_message(promise_message(fullest)))
    assert len(choices) == 4
    assert MoreChoice.DISPUTE not in choices
    # What became of it is said once it is known what was promised.
    assert ActionId.PROMISE_DELIVERED not in action_ids(
        promise_message(fullest).to_args()["blocks"]
    )
    none_made = replace(held, entry=replace(ENTRY, none_made=True))
    pressed = action_ids(promise_message(none_made).to_args()["blocks"])
    assert pressed == [ActionId.INITIAL_PROMISE, ActionId.MORE]


@pytest.mark.parametrize(
    ("fate", "words", "gone"),
    [
        (Fate.DELIVERED, "✅ Delivered", ActionId.PROMISE_DELIVERED),
        (Fate.RENEGOTIATED, "🔁 Renegotiated", None),
        (Fate.BROKEN, "❌ Broken", ActionId.OPEN_BROKEN),
    ],
)
def test_what_became_of_it_stands_with_it(fate: Fate, words: str, gone: ActionId | None) -> None:
    became = replace(ENTRY, initials=BOTH, standing=Standing(fate, MAYA, NOW, TRICKY))
    args = check_message(promise_message(replace(SHOWN, entry=became, after_kickoff=True)))
    shown = seen_text(args["blocks"])
    assert words in shown
    assert TRICKY in shown
    buttons = {ActionId.PROMISE_DELIVERED, ActionId.OPEN_RENEGOTIATED, ActionId.OPEN_BROKEN}
    assert set(action_ids(args["blocks"])) == (buttons - {gone}) | {ActionId.MORE}


def test_the_forms_after_the_kickoff_keep_to_slacks_limits() -> None:
    for one in (ENTRY, WORST.entry):
        assert view_dict(broken_view(7, "a" * 200, one))["callback_id"] == "broken"
        assert view_dict(renegotiated_view(7, "a" * 200, one))["callback_id"] == "renegotiated"


@pytest.mark.parametrize("how", Surfaced)
def test_a_late_one_is_marked_with_how_it_came_up(how: Surfaced) -> None:
    late = replace(ENTRY, late=how)
    shown = seen_text(promise_message(replace(SHOWN, entry=late)).to_args()["blocks"])
    assert "⏰ Late" in shown
    assert "⏰ Late" not in seen_text(promise_message(SHOWN).to_args()["blocks"])
    form = view_dict(initial_view(7, "Northwind", late, side=Side.AE))
    assert "⏰ Late" in seen_text(form["blocks"])
    page = LedgerPage(7, "Northwind", (replace(SHOWN, entry=late),), Signing(1, 0, 0, 0))
    assert "1 late" in seen_text(view_dict(ledger_view(page))["blocks"])
