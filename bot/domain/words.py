"""What the words of a brief say about themselves; the lists of words are data, one file a language.

A list is read when the first text is looked at, and kept. Another language is another file.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

DEFAULT_LANGUAGE = "en"
MOST_WORDS = 3
"""Findings of a kind in one text; more would say the same again."""
_LISTS = "wordlists"
_SUFFIX = ".toml"
_CLAUSE_END = re.compile(r"[.!?;]\s|\n")


class HintKind(StrEnum):
    """What a text may be told about itself, the most telling first."""

    ELSEWHERE = "elsewhere"
    MOOD = "mood"
    WISH = "wish"
    UNMEASURED = "unmeasured"
    """A criterion in which nothing can be counted or looked up in a calendar."""
    GOOD_NEWS = "good_news"
    SOMETIME = "sometime"
    WEASEL = "weasel"


MEASURABLE = frozenset({HintKind.MOOD, HintKind.WISH, HintKind.SOMETIME})
"""What a number beside it makes specific: to improve is a wish, to improve to 0.8 % is none."""
_LONGEST_POINTER = 200
_LONGEST_PLACEHOLDER = 40
_NOT_A_WORD = re.compile(r"[\d/]|^\W+$")
_AROUND = "()[]{}<>.,;:!?*-\"' \n\t"
_SIGNS = "()[]{}<>.,;:!?*-\"'"
_ALONE, _LEAD, _LOOK = "alone", "lead", "look"
_STANDING, _COUNTING = "standing", "counting"
_PLACE, _CHANNEL, _PAGE, _WHEN, _SMALL = "place", "channel", "page", "when", "small"
_ADDRESS, _NUMBER, _WORD, _NAME = "address", "number", "word", "name"
_POINTING = {
    _ALONE: "alone",
    _LEAD: "leads",
    _LOOK: "looks",
    _STANDING: "standing",
    _PLACE: "places",
    _CHANNEL: "channels",
    _WHEN: "when",
    _PAGE: "pages",
    _COUNTING: "counting",
    _SMALL: "small",
}
"""What the words of a pointer are, by the list that holds them."""
_PLACES = frozenset({_PLACE, _CHANNEL, _ADDRESS})
_BEFORE_A_NUMBER = _PLACES | {_PAGE, _WHEN, _NUMBER}
_VAGUE = (HintKind.MOOD, HintKind.WISH, HintKind.SOMETIME, HintKind.WEASEL)


class Asks(StrEnum):
    """What a field asks for, where it matters to what only says where the answer stands."""

    ANYTHING = "anything"
    PLACE = "place"
    """"In the call" answers it, and "see CRM" does not."""
    CHANNEL = "channel"
    """How to talk to somebody: "by e-mail" and "on calls" answer it, "see my e-mail" does not."""
    STORY = "story"
    """What happened and why: there the mere name of a place says where, too."""


@dataclass(frozen=True)
class _Language:
    """The lists of one language, ready to be looked for."""

    vague: Mapping[HintKind, re.Pattern[str]]
    harmless: re.Pattern[str]
    pointing: re.Pattern[str]
    """The next word of a text, in a group named after what it is to a pointer."""
    pointers: frozenset[str]
    """Every single word of its lists."""
    placeholders: frozenset[str]
    bare: frozenset[str]
    """Places that are no answer even where nothing leads to them."""
    selling: re.Pattern[str]
    nothing: re.Pattern[str]
    good: re.Pattern[str]
    """What is left of good news is nothing: answers like *none*, praise, and words between."""


def languages() -> tuple[str, ...]:
    """The languages there are lists of, English first."""
    return tuple(_languages())


def points_elsewhere(text: str, asks: Asks = Asks.ANYTHING) -> bool:
    """Whether a whole text only says where the answer stands."""
    plain = _plain(text)
    if asks is Asks.STORY and _one_of(plain, lambda language: language.bare):
        return True
    if len(plain) > _LONGEST_POINTER or not _may_point(plain):
        return False
    return any(_only_points(one, plain, asks) for one in _languages().values())


def _only_points(language: _Language, plain: str, asks: Asks) -> bool:
    place_asked = asks is Asks.PLACE
    weak = False
    led = pointed = unplaced = False
    before = ""
    for found in language.pointing.finditer(plain):
        kind = found.lastgroup or ""
        if unplaced and kind not in _PLACES:
            return False
        unplaced = False
        if kind == _ALONE:
            led = pointed = True
        elif kind == _CHANNEL and asks is Asks.CHANNEL and weak:
            return False
        elif kind in (_LEAD, _LOOK) or (kind == _STANDING and not place_asked):
            weak, led = kind != _LEAD and (weak or not led), True
        elif kind == _ADDRESS or (kind in _PLACES and led):
            # Nothing but an address needs no lead to be one.
            led, pointed = led or not place_asked, True
        elif kind == _WHEN and pointed:
            pass
        elif kind == _WORD and pointed and before in (_SMALL, _NAME) and found[0][0].isupper():
            kind = _NAME
        elif kind in (_WORD, _WHEN) and led:
            unplaced = True
        elif kind == _NUMBER and (before in _BEFORE_A_NUMBER or (pointed and before == _SMALL)):
            pass
        elif kind not in (_SMALL, _PAGE, _STANDING):
            return False
        before = kind
    return led and pointed and not unplaced


def _may_point(plain: str) -> bool:
    """Whether enough of the words are a pointer's: quick, because nearly every text has few.

    Of a pointer's words only one before each place is any other.
    """
    words = plain.casefold().split()
    known, most = _pointers(), len(words) // 2
    strange = 0
    for word in words:
        if word.strip(_SIGNS) not in known and not _NOT_A_WORD.search(word):
            strange += 1
            if strange > most:
                return False
    return True


@cache
def _pointers() -> frozenset[str]:
    return frozenset().union(*(one.pointers for one in _languages().values()))


def says_something(text: str) -> bool:
    """Whether a text is more than a sign or a word that keeps the place of an answer."""
    plain = _plain(text).strip()
    if _says_nothing(plain):
        return False
    return not _one_of(plain, lambda language: language.placeholders)


def denies(text: str) -> bool:
    """Whether a whole text says that there is nothing, which answers only some questions."""
    plain = _plain(text).strip(_AROUND)
    return any(one.nothing.fullmatch(plain) for one in _languages().values())


def _one_of(plain: str, phrases: Callable[[_Language], frozenset[str]]) -> bool:
    """Whether a text is just one of the phrases of a language."""
    if len(plain) > _LONGEST_PLACEHOLDER:
        return False
    words = " ".join(plain.casefold().strip(_AROUND).split())
    return any(words in phrases(one) for one in _languages().values())


def only_good_news(text: str) -> bool:
    """Whether a text says that there is nothing, or praises, and says nothing else."""
    if not text.strip():
        return False
    plain = _plain(text)
    return any(_says_nothing(one.good.sub(" ", plain)) for one in _languages().values())


def vague_words(text: str) -> Mapping[HintKind, tuple[str, ...]]:
    """The vague words of a text as they were typed, by kind, in the language it is written in.

    That is the language of which it holds the most such words, else English. Where a clause has a
    number, its wishes, moods and times count as specific.
    """
    plain = _plain(text)
    by_language = [_found(one, plain) for one in _languages().values()]
    spans = max(by_language, key=lambda found: sum(len(one) for one in found.values()))
    return {kind: _distinct(text[a:b] for a, b in found) for kind, found in spans.items()}


def selling_words(text: str) -> tuple[str, ...]:
    """What of a text sells something, as it was typed, in any of the languages."""
    plain = _plain(text)
    spans = {one.span() for each in _languages().values() for one in each.selling.finditer(plain)}
    return _distinct(text[a:b] for a, b in sorted(spans))


def _found(language: _Language, plain: str) -> dict[HintKind, list[tuple[int, int]]]:
    harmless = [one.span() for one in language.harmless.finditer(plain)]
    measured = list(_clauses_with_numbers(plain))
    found: dict[HintKind, list[tuple[int, int]]] = {}
    for kind, pattern in language.vague.items():
        excused = harmless + (measured if kind in MEASURABLE else [])
        spans = [one.span() for one in pattern.finditer(plain)]
        kept = [span for span in spans if not _inside(span, excused)]
        if kept:
            found[kind] = kept
    return found


def _clauses_with_numbers(plain: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in (*(one.end() for one in _CLAUSE_END.finditer(plain)), len(plain)):
        if any(char.isdigit() for char in plain[start:end]):
            yield start, end
        start = end


def _inside(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    first: dict[str, str] = {}
    for word in words:
        first.setdefault(" ".join(word.split()).casefold(), " ".join(word.split()))
    return tuple(first.values())[:MOST_WORDS]


def _says_nothing(rest: str) -> bool:
    return not any(char.isalnum() for char in rest)


def _plain(text: str) -> str:
    """Letter for letter the same length, with one kind of apostrophe."""
    return text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


@cache
def _languages() -> Mapping[str, _Language]:
    folder = files(__package__) / _LISTS
    found = {
        one.name.removesuffix(_SUFFIX): tomllib.loads(one.read_text("utf-8"))
        for one in folder.iterdir()
        if one.name.endswith(_SUFFIX)
    }
    # "In a call" is an answer whichever language takes the "in" for its own.
    counting = [word for lists in found.values() for word in lists["elsewhere"]["counting"]]
    order = sorted(found, key=lambda name: (name != DEFAULT_LANGUAGE, name))
    return {name: _language(found[name], counting) for name in order}


def _language(lists: Mapping[str, Any], counting: Sequence[str]) -> _Language:
    good = [*lists["nothing"], *lists["praise"], *lists["fillers"]]
    return _Language(
        vague={kind: _in_text(lists[kind.value]) for kind in _VAGUE},
        harmless=_in_text(lists["harmless"]),
        pointers=frozenset(
            word.strip(_SIGNS)
            for phrases in lists["elsewhere"].values()
            for phrase in phrases
            for word in phrase.casefold().split()
        ),
        pointing=_pointing({**lists["elsewhere"], "counting": counting}),
        placeholders=frozenset(one.strip(_SIGNS) for one in lists["placeholders"]),
        bare=frozenset(lists["bare"]),
        selling=_in_text(lists["selling"]),
        nothing=_in_text(lists["nothing"]),
        good=_in_text(good),
    )


def _pointing(lists: Mapping[str, Sequence[str]]) -> re.Pattern[str]:
    """What a word is first to be taken for stands first; any other word comes last."""
    listed = "|".join(
        rf"(?P<{kind}>{_any_of(lists[name])}(?![\w-]|'\w))" for kind, name in _POINTING.items()
    )
    address = rf"(?P<{_ADDRESS}>(?:https?://|www\.)\S+)"
    number = rf"(?P<{_NUMBER}>\d[\w.,:/-]*)"
    word = rf"(?P<{_WORD}>[^\W\d][\w'-]*)"
    return re.compile(rf"(?<!\w)(?:{address}|{listed}|{number}|{word})", re.IGNORECASE)


def _in_text(phrases: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){_any_of(phrases)}(?!\w)", re.IGNORECASE)


def _any_of(phrases: Sequence[str]) -> str:
    """A group of alternatives, the longest first, so that a phrase goes before its words."""
    return f"(?:{'|'.join(_phrase(one) for one in sorted(phrases, key=len, reverse=True))})"


def _phrase(phrase: str) -> str:
    return r"\s+".join(_word(word) for word in phrase.split())


def _word(word: str) -> str:
    if word == "*":
        return r"\w+"
    stem = word.removesuffix("*")
    return re.escape(stem) + (r"\w*" if stem != word else "")
