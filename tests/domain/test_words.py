"""What the words of a brief say about themselves."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.words import (
    Asks,
    HintKind,
    denies,
    languages,
    only_good_news,
    points_elsewhere,
    says_something,
    vague_words,
)

MOOD, WISH, SOMETIME, WEASEL = HintKind.MOOD, HintKind.WISH, HintKind.SOMETIME, HintKind.WEASEL


@pytest.mark.parametrize(
    "text",
    [
        "see notes", "See my Tuesday notes.", "in the recording", "as per the call", "see CRM!",
        "refer to e-mails", "  see   the docs  ", "it’s in the CRM", "as discussed", "See attached",
        "siehe CRM", "Siehe Notizen", "im CRM", "laut Protokoll", "wie besprochen", "s. o.",
        "in der Aufnahme", "check Gong", "see Salesforce", "See CRM and notes",
        "see my notes in the CRM", "Details in the recording", "See notes, page 3",
        "see https://crm.example/deals/7", "https://crm.example/deals/7", "Please see the CRM.",
        "see notes from the call, please", "in the CRM (deal 4711)", "See slide 4 of the deck",
        "For details see my notes", "all of it is in the CRM", "as discussed, see notes",
        "bitte siehe CRM und Notizen", "Details im Protokoll, Seite 4", "siehe Salesforce",
        "ask Priya", "see CRM\nsee notes", "See my notes from Tuesday", "See Monday's notes",
        "See email from 12 March", "see notes 12 Feb", "see the CRM, thanks", "Notes in CRM",
        "It is written in my notes", "See the call with Ilse", "See the call with Ilse Brandt",
        "per my notes", "siehe Mail vom 12. März", "Notizen im CRM",
    ],
)  # fmt: skip
def test_a_text_that_only_says_where_the_answer_stands_is_none(text: str) -> None:
    assert points_elsewhere(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "notes", "see", "in 30 days", "In the call she said that the old vendor failed.",
        "see the board's decision of March", "by e-mail", "wie besprochen am 3. März: 12 Monate",
        "The CRM is slow.", "In a call", "in every call", "In German", "See CRM sync in real time",
        "Tickets in Jira", "Read access to their CRM", "as agreed: 12 months", "check-in calls",
        "per contract", "Per e-mail", "See the customer's old contract end in May",
        "Written in COBOL", "In May", "See notes: Budget is approved", "CRM", "n/a",
        "in 2 emails", "On a call, numbers first", "Check invoices in the CRM", "x" * 300,
    ],
)  # fmt: skip
def test_an_answer_that_names_a_place_is_still_one(text: str) -> None:
    assert not points_elsewhere(text)


@pytest.mark.parametrize(
    ("text", "elsewhere"),
    [("in the call", False), ("call", False), ("https://notes.example", False),
     ("in my notes", False), ("see CRM", True), ("see https://crm.example", True),
     ("check the recording in Gong", True)],
)  # fmt: skip
def test_where_a_place_is_asked_for_only_a_way_to_it_is_no_answer(
    text: str, elsewhere: bool
) -> None:
    assert points_elsewhere(text, Asks.PLACE) is elsewhere


@pytest.mark.parametrize(
    ("text", "elsewhere"),
    [("Per e-mail", False), ("On calls", False), ("Check in by e-mail", False),
     ("In calls and e-mails", False), ("per contract", False), ("in meetings", False),
     ("in the CRM", True), ("see my e-mail", True), ("in my notes", True), ("check CRM", True),
     ("see the call with Ilse", True), ("In Calls und E-Mails", False), ("siehe Mail", True)],
)  # fmt: skip
def test_where_a_way_to_talk_is_asked_for_a_channel_is_the_answer(
    text: str, elsewhere: bool
) -> None:
    assert points_elsewhere(text, Asks.CHANNEL) is elsewhere


@pytest.mark.parametrize("text", ["CRM", "the CRM.", "My notes", "Salesforce", "see CRM"])
def test_where_it_is_asked_what_happened_the_name_of_a_place_is_none(text: str) -> None:
    assert points_elsewhere(text, Asks.STORY)
    assert not points_elsewhere("The CRM is slow", Asks.STORY)


@pytest.mark.parametrize("text", ["none", "N/A", "Nothing.", "nobody", "keine", " no! "])
def test_a_text_that_says_that_there_is_nothing_denies(text: str) -> None:
    assert denies(text)


@pytest.mark.parametrize("text", ["", "No budget left", "none of them knew it", "Nora"])
def test_what_begins_like_it_does_not(text: str) -> None:
    assert not denies(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "-",
        "?",
        "...",
        "tbd",
        "TBD!",
        "(to be confirmed)",
        "xxx",
        "folgt noch",
        "unknown",
        "Unclear.",
    ],
)
def test_a_sign_that_keeps_a_place_says_nothing(text: str) -> None:
    assert not says_something(text)


@pytest.mark.parametrize("text", ["none", "nothing", "n/a", "4", "No.", "keine", "open API"])
def test_none_and_a_number_say_something(text: str) -> None:
    assert says_something(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Better visibility", {WISH: ("Better visibility",)}),
        ("live soon", {SOMETIME: ("soon",)}),
        ("They will improve and be happy", {WISH: ("improve",), MOOD: ("happy",)}),
        ("I think it should work, probably", {WEASEL: ("I think", "should", "probably")}),
        ("Improve, improving, IMPROVE", {WISH: ("Improve", "improving")}),
        ("as soon as possible", {SOMETIME: ("as soon as possible",)}),
        ("as soon as the lease ends", {}),
        ("Pick errors per 100 orders", {}),
        ("maybelline", {}),
    ],
)
def test_vague_words_are_found_as_typed_and_each_once(
    text: str, found: dict[HintKind, tuple[str, ...]]
) -> None:
    assert vague_words(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Improve pick errors from 2.1 % to 0.8 %",
        "90 % of the shift leads are happy",
        "Live soon, by 30 June",
    ],
)
def test_a_number_in_the_same_clause_makes_it_specific(text: str) -> None:
    assert vague_words(text) == {}


def test_a_number_in_another_clause_or_beside_a_guess_does_not() -> None:
    assert vague_words("They have 3 halls. Better reporting is wanted.") == {
        WISH: ("Better reporting",)
    }
    assert vague_words("probably 3 halls") == {WEASEL: ("probably",)}


def test_a_text_is_read_in_the_language_it_holds_most_words_of() -> None:
    german = vague_words("Das Team soll bald zufrieden sein und die Übersicht verbessern, maybe")
    assert german == {SOMETIME: ("bald",), MOOD: ("zufrieden",), WISH: ("verbessern",)}
    assert vague_words("bald, but maybe happy") == {WEASEL: ("maybe",), MOOD: ("happy",)}
    # One hit each: English.
    assert vague_words("bald soon") == {SOMETIME: ("soon",)}


@pytest.mark.parametrize(
    "text",
    [
        "none", "Nothing.", "n/a", "-", "No risks!", "All good, everything went very smoothly",
        "They love us", "No red flags, great relationship", "Keine.", "Alles super gelaufen",
        "Nothing to lose",
    ],
)  # fmt: skip
def test_none_and_praise_are_good_news_only(text: str) -> None:
    assert only_good_news(text)


@pytest.mark.parametrize(
    "text",
    ["", "   ", "The price", "No slow IT department", "Great team, but the CFO was overruled"],
)
def test_anything_else_is_more_than_good_news(text: str) -> None:
    assert not only_good_news(text)


def test_english_comes_first_and_every_list_is_read() -> None:
    assert languages() == ("en", "de")


def test_no_list_is_read_before_a_text_is_looked_at() -> None:
    told = (
        "import sys\n"
        "opened = []\n"
        "def note(name, args):\n"
        "    if name == 'open':\n"
        "        opened.append(str(args[0]))\n"
        "sys.addaudithook(note)\n"
        "from bot.domain import words\n"
        "before = [one for one in opened if one.endswith('.toml')]\n"
        "words.points_elsewhere('see notes')\n"
        "after = {one.rsplit('/', 1)[-1] for one in opened if one.endswith('.toml')}\n"
        "print(before, sorted(after))\n"
    )
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[] ['de.toml', 'en.toml']"


@given(st.text(max_size=400))
def test_any_text_can_be_looked_at_and_only_its_own_words_are_quoted(text: str) -> None:
    points_elsewhere(text)
    only_good_news(text)
    plain = " ".join(text.split())
    for words in vague_words(text).values():
        assert words
        assert all(word in plain for word in words)
