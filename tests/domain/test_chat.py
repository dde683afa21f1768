"""Answering in chat: the words that steer it, how messages become an answer, and days."""

import itertools
from dataclasses import replace
from datetime import date

import pytest

from bot.domain.chat import (
    MOST_PATH,
    About,
    Chat,
    ChatMessage,
    ChatState,
    Spot,
    Word,
    day_in,
    joined,
    vague,
    word_of,
)
from bot.domain.words import HintKind

SPOT = Spot("debrief", "bought")
CHAT = Chat(1, 2, 3, About.DEBRIEF, SPOT, ChatState.STOPPED, asked_more=True, turn=4)


def message(ts: str, words: str) -> ChatMessage:
    return ChatMessage(ts, SPOT, words, saved=False)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        *((one.value, one) for one in Word),
        *((one.value.upper(), one) for one in Word),
        (" Next! ", Word.NEXT),
        ("skip.", Word.SKIP),
        ("\nBack\n", Word.BACK),
    ],
)
def test_a_message_that_is_one_of_the_words_steers(text: str, word: Word) -> None:
    assert word_of(text) is word


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "next week",
        "the next",
        "skipped",
        "stop it",
        "“next”",
        "next next",
        "go back",
        "ok",
    ],
)
def test_a_word_within_an_answer_is_part_of_the_answer(text: str) -> None:
    assert word_of(text) is None


def test_messages_are_one_answer_in_the_order_in_which_they_were_sent() -> None:
    sent = [
        message("1772620000.000100", "first"),
        message("1772620000.001000", "second"),
        message("1772620001.000001", " third \n"),
        # As texts the stamps would stand in another order.
        message("11772620001.000001", "fourth"),
    ]
    for mixed in itertools.permutations(sent):
        assert joined(mixed) == "first\nsecond\nthird\nfourth"


def test_what_was_deleted_leaves_no_empty_line() -> None:
    assert (
        joined([message("1.1", "one"), message("1.2", ""), message("1.3", "three")]) == "one\nthree"
    )
    assert joined([message("1.1", " \n ")]) == ""
    assert joined([]) == ""


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("They want it soon", HintKind.SOMETIME),
        ("As soon as possible", HintKind.SOMETIME),
        ("On 30 June the lease ends, said Ilse Brandt", None),
        ("", None),
    ],
)
def test_only_an_answer_that_stays_vague_is_asked_about(words: str, kind: HintKind | None) -> None:
    assert vague(words) is kind


@pytest.mark.parametrize(
    "words",
    [
        "2026-06-30",
        "30.06.2026",
        "30 Jun 2026",
        " 30  June 2026. ",
        "June 30, 2026",
        "jun 30 2026",
        "30 JUNE 2026",
    ],
)
def test_a_day_is_read_as_people_write_it(words: str) -> None:
    assert day_in(words) == date(2026, 6, 30)


@pytest.mark.parametrize(
    "words",
    ["", "soon", "June", "30 June", "31.06.2026", "30/06/2026", "2026-13-01", "on 2026-06-30"],
)
def test_what_is_no_day_or_could_be_two_is_none(words: str) -> None:
    assert day_in(words) is None


def test_at_another_question_it_listens_and_may_ask_once_more() -> None:
    there = Spot("debrief", "champion")
    asked = replace(CHAT, asked_more=True, tag_asked=True, path=(("9.1", CHAT.at),))
    assert asked.going_to(there, "10.1") == replace(
        CHAT,
        at=there,
        state=ChatState.OPEN,
        asked_more=False,
        path=(("9.1", CHAT.at), ("10.1", there)),
    )


def test_a_message_belongs_to_the_question_that_was_asked_when_it_was_sent() -> None:
    first, second, third = (Spot("debrief", one) for one in ("bought", "champion", "nearly"))
    chat = replace(CHAT, path=(("9.000001", first),)).going_to(second, "10.000005")
    chat = chat.going_to(third, "100.000001")
    sent = ("8.1", "9.000001", "10.000004", "10.000005", "99.9", "100.000002")
    expected = [first, first, first, second, second, third]
    assert [chat.spot_at(ts) for ts in sent] == expected
    assert replace(CHAT, path=()).spot_at("8.1") == CHAT.at


def test_the_way_back_is_kept_as_far_as_it_matters() -> None:
    chat = CHAT
    for number in range(2 * MOST_PATH):
        chat = chat.going_to(Spot("debrief", str(number)), f"{number}.1")
    assert len(chat.path) == MOST_PATH
    assert chat.spot_at(f"{2 * MOST_PATH}.1") == chat.at
