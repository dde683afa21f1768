"""The status list as an answer, as a modal and as a channel message."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.policy import Tier
from bot.domain.read_models import Light, NamedPerson, StatusCounts, StatusPage, StatusRow
from bot.domain.status import Bucket, Whose
from bot.domain.steps import STEPS, Step
from bot.sandbox.view_state import initial_state
from bot.views import sentences
from bot.views.ids import ActionId
from bot.views.limits import VIEW_BLOCKS
from bot.views.payload import Ref
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
    menu,
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


@pytest.mark.parametrize("whose", Whose)
def test_nothing_open_is_one_sentence_and_for_who_sees_more_the_way_there(whose: Whose) -> None:
    page = status_page(whose=whose)
    words = sentences.status.STATUS_EMPTY[whose]
    args = check_message(status_message(page, ZONE))
    assert pieces(args["blocks"])[0] == words == args["text"]
    assert action_ids(args["blocks"]) == [ActionId.STATUS_OPEN]
    assert words in pieces(view_dict(status_view(page, ZONE))["blocks"])


def test_nothing_open_of_who_sees_only_their_own_is_one_sentence_without_buttons() -> None:
    page = replace(status_page(), only_own=True)
    args = check_message(status_message(page, ZONE))
    assert pieces(args["blocks"]) == [sentences.status.STATUS_EMPTY[Whose.MINE]] == [args["text"]]
    assert action_ids(args["blocks"]) == []


def test_counts_stand_on_top_with_words_and_leave_out_what_is_none() -> None:
    counts = StatusCounts(late=2, due_today=3, waiting=0, on_time=7, done=4)
    page = StatusPage(counts, (ROW,), 0, 1, False, NOW)
    args = status_message(page, ZONE).to_args()
    line = "16 open · 🔴 2 late · 🟡 3 due today · 🟢 7 on time · ✅ 4 with nothing owed"
    assert args["text"] == f"All handoffs: {line}"
    assert pieces(args["blocks"])[0] == f"All handoffs · {line}"
    assert "and 15 more" in seen_text(args["blocks"])


def test_the_list_says_whose_it_is() -> None:
    page = replace(status_page(ROW), only_own=True)
    assert status_message(page, ZONE).text.startswith("Your handoffs: ")
    team = status_page(ROW, whose=Whose.TEAM)
    assert status_message(team, ZONE).text.startswith("Your team: ")
    assert pieces(view_dict(status_view(team, ZONE))["blocks"])[0].startswith("Your team · ")


def test_a_row_says_account_step_people_share_and_time() -> None:
    assert _lines(ROW, SOON, WAITING, NOT_SIGNED) == [
        f"🔴 Northwind Robotics · brief · <@U0MAYA> → <@U0JONAS> · {SHARE} · 3 working h late",
        "🟡 Northwind Robotics · brief · <@U0MAYA> → no CSM yet "
        f"· {SHARE} · due soon, 17:00 (in 2 h)",
        "⚪ Northwind Robotics · CSM assignment · <@U0MAYA> → <@U0JONAS> "
        "· 100\N{NO-BREAK SPACE}% of the brief · waiting",
        "⚪ Northwind Robotics · <@U0MAYA> → no CSM yet · waiting, signature not recorded",
    ]


@pytest.mark.parametrize(
    ("late_by", "words"),
    [
        (timedelta(0), "late, by no working time yet"),
        (timedelta(seconds=20), "1 working min late"),
        (timedelta(minutes=59), "59 working min late"),
        (timedelta(minutes=60), "1 working h late"),
        (timedelta(hours=2, minutes=29), "2 working h late"),
        (timedelta(hours=212), "212 working h late"),
    ],
)
def test_how_late_is_told_in_working_time_however_long_ago_it_was_due(
    late_by: timedelta, words: str
) -> None:
    assert _lines(replace(ROW, late_by=late_by))[0].endswith(f" · {words}")


def test_the_answer_has_three_buttons_and_a_menu() -> None:
    args = check_message(status_message(status_page(ROW), ZONE))
    assert action_ids(args["blocks"]) == [
        ActionId.STATUS_OPEN,
        ActionId.STATUS_MINE,
        ActionId.STATUS_LATE,
        ActionId.MORE,
    ]
    assert menu(args["blocks"]) == {
        "status_post": "Post to channel",
        "status_csv": "CSV to my messages",
    }


def _chosen(page: StatusPage, *, drawn: int = 0) -> dict[str, str | None]:
    """What stands in the menus of the modal."""
    blocks = view_dict(status_view(page, ZONE, drawn=drawn))["blocks"]
    state = initial_state(blocks)[blocks[1]["block_id"]]
    return {
        name: held.get("selected_user") or (held.get("selected_option") or {}).get("value")
        for name, held in state.items()
    }


def test_the_menus_show_what_is_chosen() -> None:
    assert _chosen(status_page(ROW)) == {
        "status_whose": "all",
        "status_bucket": "any",
        "status_person": None,
        "status_step": "any",
        "status_tier": "any",
    }
    maya = NamedPerson(5, "U0MAYA0001", "Maya Reed")
    narrowed = replace(
        status_page(
            ROW,
            whose=Whose.TEAM,
            bucket=Bucket.LATE,
            person=maya.id,
            step=Step.BRIEF,
            tier=Tier.LIGHT,
        ),
        person=maya,
    )
    assert _chosen(narrowed) == {
        "status_whose": "team",
        "status_bucket": "late",
        "status_person": "U0MAYA0001",
        "status_step": "brief",
        "status_tier": "light",
    }


def test_who_sees_only_their_own_does_not_choose_whose() -> None:
    assert "status_whose" not in _chosen(replace(status_page(ROW), only_own=True))


def test_every_stage_that_a_list_may_name_can_be_chosen() -> None:
    blocks = view_dict(status_view(status_page(ROW), ZONE))["blocks"]
    menus = {one["action_id"]: one for one in blocks[1]["elements"]}
    offered = [one["value"] for one in menus["status_step"]["options"]]
    assert offered == ["any", "signature", *(rule.step for rule in STEPS)]
    for name in ("status_bucket", "status_tier"):
        assert menus[name]["options"][0]["value"] == "any"


def test_menus_that_were_put_back_are_other_ones() -> None:
    ids = [view_dict(status_view(status_page(ROW), ZONE, drawn=n))["blocks"][1] for n in (0, 1)]
    assert ids[0]["block_id"] != ids[1]["block_id"]


def test_nothing_like_what_is_chosen_is_said_and_can_be_taken_back() -> None:
    page = replace(
        status_page(tier=Tier.LIGHT), counts=StatusCounts(late=0, due_today=0, waiting=0, on_time=0)
    )
    made = view_dict(status_view(page, ZONE))
    assert sentences.status.STATUS_NONE_CHOSEN in pieces(made["blocks"])
    assert [one["action_id"] for one in pressable(made["blocks"])] == [ActionId.STATUS_CLEAR]


def test_the_view_and_its_buttons_carry_what_is_chosen() -> None:
    page = status_page(ROW, page=1, pages=3, bucket=Bucket.LATE, step=Step.JUDGE)
    made = view_dict(status_view(page, ZONE, drawn=2))
    kept = Ref.load(made["private_metadata"])
    assert (kept.page, kept.revision, kept.chosen) == (1, 2, page.chosen)
    for pressed in pressable(made["blocks"]):
        if pressed["action_id"] != ActionId.OPEN_HANDOFF:
            assert Ref.load(pressed["value"]).chosen == page.chosen


def test_what_was_just_done_is_said_in_the_modal() -> None:
    made = view_dict(status_view(status_page(ROW), ZONE, told=sentences.status.CSV_COMES))
    assert sentences.status.CSV_COMES in pieces(made["blocks"])


def test_each_row_of_the_modal_opens_its_handoff() -> None:
    rows = (ROW, replace(SOON, handoff_id=8))
    made = view_dict(status_view(status_page(*rows), ZONE))
    opened = [Ref.load(pressed["value"]).handoff for pressed in pressable(made["blocks"])]
    assert opened == [7, 8, None]
    assert (
        f"🔴 Northwind Robotics · brief · Maya Reed → Jonas Brandt · {SHARE} · 3 working h late"
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
        if pressed["action_id"] in (ActionId.STATUS_PAGE_BACK, ActionId.STATUS_PAGE_ON)
    }
    assert found == turns
    assert f"Page {page + 1} of 3" in seen_text(made["blocks"])


def test_a_single_page_has_no_buttons_to_turn_it() -> None:
    made = view_dict(status_view(status_page(ROW), ZONE))
    pressed = [one["action_id"] for one in pressable(made["blocks"])]
    assert pressed == [ActionId.OPEN_HANDOFF, ActionId.STATUS_CSV]


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


@pytest.mark.parametrize(
    ("whose", "words"),
    [
        (Whose.MINE, "Posted by Maya Reed: their own handoffs"),
        (Whose.TEAM, "Posted by Maya Reed: their team"),
    ],
)
def test_what_is_posted_says_whose_handoffs_it_holds(whose: Whose, words: str) -> None:
    posted = check_message(status_post_message(status_page(ROW, whose=whose), MAYA))
    assert words in pieces(posted["blocks"])


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
