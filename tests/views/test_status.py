"""The status list as an answer, as a modal and as a channel message."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.deadlines import Step
from bot.domain.read_models import Light, NamedPerson, StatusCounts, StatusPage, StatusRow
from bot.views import sentences
from bot.views.ids import ActionId
from bot.views.limits import VIEW_BLOCKS
from bot.views.status import status_message, status_post_message, status_view
from tests.views.shown import (
    HEBREW,
    MAYA,
    NOW,
    ROW,
    TRICKY,
    WORST_ROW,
    ZONE,
    action_ids,
    check_message,
    parsed_texts,
    pieces,
    pressable,
    seen_text,
    status_page,
    view_dict,
)

SHARE = "61\N{NO-BREAK SPACE}% of the brief"
SOON = replace(ROW, light=Light.SOON, due_at=NOW + timedelta(hours=2), csm=None)
WAITING = replace(ROW, step=Step.ASSIGN, light=Light.WAITING, percent=100)
NOT_SIGNED = replace(
    ROW, step=None, light=Light.WAITING, due_at=None, signed=False, percent=0, csm=None
)


def _lines(*rows: StatusRow) -> list[str]:
    """The rows of the answer as read, one string each."""
    blocks = status_message(status_page(*rows), ZONE).to_args()["blocks"]
    return ["".join(pieces(part)) for part in blocks[1]["elements"]]


@pytest.mark.parametrize("count", [1, 10, 100])
def test_the_list_fits_everywhere_at_its_worst(count: int) -> None:
    page = status_page(*[WORST_ROW] * count, page=1, pages=3)
    assert check_message(status_message(page, ZONE))["blocks"]
    assert check_message(status_post_message(page, MAYA))["blocks"]
    assert len(view_dict(status_view(page, ZONE))["blocks"]) <= VIEW_BLOCKS


def test_nothing_open_is_one_sentence_without_buttons() -> None:
    everybody, own = status_page(), replace(status_page(), only_own=True)
    for message, words in (
        (status_message(everybody, ZONE), sentences.status.STATUS_EMPTY),
        (status_message(own, ZONE), sentences.status.STATUS_EMPTY_OWN),
    ):
        args = check_message(message)
        assert pieces(args["blocks"]) == [words] == [args["text"]]
        assert action_ids(args["blocks"]) == []
    made = view_dict(status_view(everybody, ZONE))
    assert pieces(made["blocks"]) == [sentences.status.STATUS_EMPTY]


def test_counts_stand_on_top_with_words_and_leave_out_what_is_none() -> None:
    counts = StatusCounts(late=2, due_today=3, waiting=0, on_time=7, done=4)
    page = StatusPage(counts, (ROW,), 0, 1, False, NOW)
    args = status_message(page, ZONE).to_args()
    line = "16 open · 🔴 2 late · 🟡 3 due today · 🟢 7 on time · ✅ 4 done"
    assert args["text"] == f"All handoffs: {line}"
    assert pieces(args["blocks"])[0] == f"All handoffs · {line}"
    assert "and 15 more" in seen_text(args["blocks"])


def test_who_sees_only_their_own_is_told_so() -> None:
    page = replace(status_page(ROW), only_own=True)
    assert status_message(page, ZONE).text.startswith("Your handoffs: ")


def test_a_row_says_account_step_people_share_and_time() -> None:
    assert _lines(ROW, SOON, WAITING, NOT_SIGNED) == [
        f"🔴 Northwind Robotics · brief · <@U0MAYA> → <@U0JONAS> · {SHARE} · 3 h late",
        "🟡 Northwind Robotics · brief · <@U0MAYA> → no CSM yet "
        f"· {SHARE} · due soon, 17:00 (in 2 h)",
        "⚪ Northwind Robotics · CSM assignment · <@U0MAYA> → <@U0JONAS> "
        "· 100\N{NO-BREAK SPACE}% of the brief · waiting",
        "⚪ Northwind Robotics · <@U0MAYA> → no CSM yet · waiting, signature not recorded",
    ]


def test_the_answer_opens_the_list_or_posts_it() -> None:
    args = check_message(status_message(status_page(ROW), ZONE))
    assert action_ids(args["blocks"]) == [ActionId.STATUS_OPEN, ActionId.STATUS_POST]


def test_each_row_of_the_modal_opens_its_handoff() -> None:
    rows = (ROW, replace(SOON, handoff_id=8))
    made = view_dict(status_view(status_page(*rows), ZONE))
    opened = pressable(made["blocks"])
    assert [json.loads(pressed["value"])["h"] for pressed in opened] == [7, 8]
    assert (
        f"🔴 Northwind Robotics · brief · Maya Reed → Jonas Brandt · {SHARE} · 3 h late"
        in pieces(made["blocks"])
    )


@pytest.mark.parametrize(
    ("page", "turns"),
    [
        (0, {ActionId.STATUS_PAGE_ON: 1}),
        (1, {ActionId.STATUS_PAGE_BACK: 0, ActionId.STATUS_PAGE_ON: 2}),
        (2, {ActionId.STATUS_PAGE_BACK: 1}),
    ],
)
def test_a_page_turns_to_its_neighbours(page: int, turns: dict[ActionId, int]) -> None:
    made = view_dict(status_view(status_page(ROW, page=page, pages=3), ZONE))
    found = {
        pressed["action_id"]: json.loads(pressed["value"])["p"]
        for pressed in pressable(made["blocks"])
        if pressed["action_id"] != ActionId.OPEN_HANDOFF
    }
    assert found == turns
    assert f"Page {page + 1} of 3" in seen_text(made["blocks"])


def test_a_single_page_has_no_buttons_to_turn_it() -> None:
    made = view_dict(status_view(status_page(ROW), ZONE))
    assert set(action_ids(made["blocks"])) == {ActionId.OPEN_HANDOFF}


def test_what_is_posted_has_dates_names_and_nothing_to_press() -> None:
    args = check_message(status_post_message(status_page(ROW, SOON, WAITING, NOT_SIGNED), MAYA))
    shown = seen_text(args["blocks"])
    assert action_ids(args["blocks"]) == []
    assert "<@" not in shown
    assert "3 h" not in shown
    assert "in 2 h" not in shown
    assert "Maya Reed → Jonas Brandt" in shown
    assert "late, was due \n<!date^" in shown
    assert "due soon, \n<!date^" in shown
    assert "As of <!date^" in shown


@pytest.mark.parametrize("rows", [(ROW,), ()])
def test_what_is_posted_says_who_posted_it(rows: tuple[StatusRow, ...]) -> None:
    posted = check_message(status_post_message(status_page(*rows), MAYA))
    assert pieces(posted["blocks"])[0] == "Handoff status"
    assert pieces(posted["blocks"])[-2] == "Posted by Maya Reed"
    if not rows:
        assert sentences.status.STATUS_EMPTY_POST in pieces(posted["blocks"])


def test_who_posted_a_list_is_no_markup() -> None:
    args = check_message(status_post_message(status_page(ROW), NamedPerson(9, "U0X", TRICKY)))
    assert seen_text(args["blocks"]).count(TRICKY) == 1
    assert not any("bold" in text for text in parsed_texts(args))


def test_a_long_list_is_posted_in_part() -> None:
    shown = seen_text(status_post_message(status_page(*[ROW] * 25), MAYA).to_args()["blocks"])
    assert "and 5 more; /handoff-status lists all" in shown


def test_typed_words_in_a_list_format_nothing() -> None:
    row = replace(ROW, account=TRICKY[:60])
    for args in (
        check_message(status_message(status_page(row), ZONE)),
        check_message(status_post_message(status_page(row), MAYA)),
        view_dict(status_view(status_page(row), ZONE)),
    ):
        assert TRICKY[:60] in seen_text(args["blocks"])
        assert all("bold" not in text for text in parsed_texts(args))


def test_a_right_to_left_account_keeps_the_order_of_its_row() -> None:
    row = replace(ROW, account=HEBREW)
    assert _lines(row)[0].startswith(f"🔴 \u2068{HEBREW}\u2069 · brief · ")
