"""Where a name stands in a text, and what is left of the text without it."""

import json
import unicodedata

import pytest

from bot.domain.erasing import Names
from bot.domain.errors import Invalid, Problem


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("Ilse Brandt decides.", "[erased] decides."),
        ("ILSE  brandt's team, with Ilse\nBrandt", "[erased]'s team, with [erased]"),
        ("ilse.brandt@northwind.example", "[erased]@northwind.example"),
        ("https://crm.example/people/ilse-brandt?x=1", "https://crm.example/people/[erased]?x=1"),
        ("https://crm.example/?q=Ilse%20Brandt", "https://crm.example/?q=[erased]"),
        # Others keep theirs.
        (
            "Ilse Brandtner, Neilse Brandt, Brandt, Ilse",
            "Ilse Brandtner, Neilse Brandt, Brandt, Ilse",
        ),
    ],
)
def test_a_name_is_found_as_words_of_its_own(text: str, after: str) -> None:
    names = Names(["Ilse  Brandt"])
    assert names.erased(text) == after
    assert bool(names.count(text)) is (text != after)


def test_a_name_is_found_however_its_letters_are_composed() -> None:
    for form in ("NFC", "NFD"):
        for written in ("NFC", "NFD"):
            names = Names([unicodedata.normalize(form, "Zoë Çelik")])
            assert names.erased(unicodedata.normalize(written, "Ask Zoë Çelik.")) == "Ask [erased]."


def test_of_a_name_and_its_part_the_whole_goes() -> None:
    names = Names(["Ilse", "Ilse Brandt"])
    assert names.erased("Ilse Brandt, called Ilse") == "[erased], called [erased]"
    assert names.parts == ("Brandt",)


def test_in_json_only_what_is_a_string_is_changed() -> None:
    body = json.dumps({"Ilse": "Ilse", "n": 1, "on": None, "all": ["by Ilse", {"x": True}]})
    assert json.loads(Names(["Ilse"]).erased_in(body)) == {
        "Ilse": "[erased]",
        "n": 1,
        "on": None,
        "all": ["by [erased]", {"x": True}],
    }


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", Problem.NO_NAME),
        (" ", Problem.NO_NAME),
        ("I.", Problem.NO_NAME),
        ("42", Problem.NO_NAME),
        # A text holds it as the mark of a kind of contact.
        ("Champion", Problem.OWN_WORD),
    ],
)
def test_what_is_no_name_is_refused(name: str, problem: Problem) -> None:
    with pytest.raises(Invalid) as refused:
        Names([name])
    assert refused.value.problem is problem


def test_a_name_that_has_such_a_word_is_one() -> None:
    names = Names(["Ada Champion"])
    assert names.erased("Ada Champion") == "[erased]"
    assert names.parts == ("Ada",)
