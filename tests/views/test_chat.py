"""What the bot says in a chat: its questions, its buttons, and Slack's limits."""

from dataclasses import replace

import pytest

from bot.domain.chat import About, Says, Spot
from bot.domain.debrief import RULES, AnswerPart, Question
from bot.domain.words import HintKind
from bot.views import sentences as said
from bot.views.brief_form import FORMS, Input
from bot.views.chat import (
    MOST_THREADS,
    TAGS,
    ChatSaid,
    chat_elsewhere_message,
    chat_message,
    chat_opened_message,
)
from bot.views.ids import ActionId, Field
from tests.views.shown import HEBREW, TRICKY, action_ids, check_message, pressable, seen_text

TURN = ChatSaid(3, 7, Says.QUESTION, Spot("debrief", Question.NEARLY.value))
BUTTONS = [
    ActionId.CHAT_NEXT,
    ActionId.CHAT_SKIP,
    ActionId.CHAT_BACK,
    ActionId.CHAT_STOP,
]
TAG_BUTTONS = [*TAGS, ActionId.CHAT_SKIP]
FIELDS = [
    (key.value, one.field)
    for key, fields in FORMS.items()
    for one in fields
    if one.kind is not Input.TICK
]


@pytest.mark.parametrize("question", list(Question))
def test_a_question_of_the_debrief_is_asked_with_what_helps_and_who_reads_it(
    question: Question,
) -> None:
    args = check_message(
        chat_message(replace(TURN, spot=Spot("debrief", question.value))), most_buttons=4
    )
    told = said.debrief.QUESTIONS[question]
    seen = seen_text(args["blocks"])
    readers = said.debrief.readers(RULES[question].parts[AnswerPart.WORDS])
    for words in (told.name, told.ask, *told.follow_ups, readers):
        assert words in seen
    assert action_ids(args["blocks"]) == BUTTONS
    assert told.ask in args["text"].replace("&amp;", "&")


@pytest.mark.parametrize(("section", "field"), FIELDS)
def test_every_field_of_the_brief_can_be_asked(section: str, field: Field) -> None:
    message = chat_message(replace(TURN, spot=Spot(section, field.value)))
    args = check_message(message, most_buttons=4)
    assert said.forms.FIELDS[field].label in seen_text(args["blocks"]).replace("&amp;", "&")


def test_a_field_with_a_day_says_how_to_write_it() -> None:
    days = {one.field for fields in FORMS.values() for one in fields if one.kind is Input.DAY}
    for section, field in FIELDS:
        seen = seen_text(
            chat_message(replace(TURN, spot=Spot(section, field.value))).to_args()["blocks"]
        )
        assert ("Write the day like" in seen) is (field in days), field


@pytest.mark.parametrize("says", list(Says))
@pytest.mark.parametrize("hint", [None, *said.chat.FOLLOW_UPS])
@pytest.mark.parametrize("saved", [0, 1, 999])
def test_everything_it_says_fits_slack(says: Says, hint: HintKind | None, saved: int) -> None:
    turn = replace(TURN, says=says, hint=hint, saved=saved, left=7)
    args = check_message(chat_message(turn), most_buttons=5)
    offered = {Says.QUESTION: BUTTONS, Says.FOLLOW_UP: BUTTONS, Says.TAG: TAG_BUTTONS}
    assert action_ids(args["blocks"]) == offered.get(says, [])
    assert (said.chat.saved(saved) in seen_text(args["blocks"])) is bool(saved) or not saved


@pytest.mark.parametrize("says", [Says.QUESTION, Says.FOLLOW_UP, Says.TAG])
def test_a_question_that_was_left_has_no_buttons(says: Says) -> None:
    left = chat_message(replace(TURN, says=says, current=False)).to_args()
    assert action_ids(left["blocks"]) == []


def test_a_button_carries_its_chat_its_question_and_its_turn() -> None:
    for pressed in pressable(chat_message(replace(TURN, turn=4)).to_args()["blocks"]):
        assert pressed["value"] == '{"h":7,"t":"nearly","e":3,"r":4}'


@pytest.mark.parametrize(
    ("left", "words"),
    [(0, "That was all."), (1, "1 question is still open"), (7, "7 questions are still open")],
)
def test_at_the_end_it_says_what_was_skipped(left: int, words: str) -> None:
    args = check_message(chat_message(replace(TURN, says=Says.DONE, left=left)))
    assert words in seen_text(args["blocks"])


@pytest.mark.parametrize("about", list(About))
@pytest.mark.parametrize("account", ["Northwind Robotics", TRICKY, HEBREW + "x" * 200])
def test_its_first_message_names_the_account_as_it_is(about: About, account: str) -> None:
    args = check_message(chat_opened_message(account, about))
    assert said.chat.OPENED[about] in seen_text(args["blocks"])
    assert said.chat.HOW in seen_text(args["blocks"])


def test_who_wrote_beside_it_is_told_where_and_ten_are_enough() -> None:
    for count in (1, MOST_THREADS, 60):
        threads = [(f"{TRICKY} {number}", About.BRIEF) for number in range(count)]
        args = check_message(chat_elsewhere_message(threads))
        seen = seen_text(args["blocks"])
        assert seen.count(said.chat.NAMES[About.BRIEF]) == min(count, MOST_THREADS)
        assert said.chat.ELSEWHERE in seen
