"""What the words of a brief say about themselves; the lists of words are data, one file a language.

A list is read when the first text is looked at, and kept. Another language is another file.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    GOOD_NEWS = "good_news"
    SOMETIME = "sometime"
    WEASEL = "weasel"


MEASURABLE = frozenset({HintKind.MOOD, HintKind.WISH, HintKind.SOMETIME})
"""What a number beside it makes specific: to improve is a wish, to improve to 0.8 % is none."""
_VAGUE = (HintKind.MOOD, HintKind.WISH, HintKind.SOMETIME, HintKind.WEASEL)


@dataclass(frozen=True)
class _Language:
    """The lists of one language, ready to be looked for."""

    vague: Mapping[HintKind, re.Pattern[str]]
    harmless: re.Pattern[str]
    elsewhere: re.Pattern[str]
    good: re.Pattern[str]
    """What is left of good news is nothing: answers like *none*, praise, and words between."""


def languages() -> tuple[str, ...]:
    """The languages there are lists of, English first."""
    return tuple(_languages())


def points_elsewhere(text: str) -> bool:
    """Whether a whole text only says where the answer stands."""
    plain = _plain(text)
    return any(one.elsewhere.fullmatch(plain) for one in _languages().values())


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
        one.name.removesuffix(_SUFFIX): _language(tomllib.loads(one.read_text("utf-8")))
        for one in folder.iterdir()
        if one.name.endswith(_SUFFIX)
    }
    order = sorted(found, key=lambda name: (name != DEFAULT_LANGUAGE, name))
    return {name: found[name] for name in order}


def _language(lists: Mapping[str, Any]) -> _Language:
    pointing = lists["elsewhere"]
    leads, articles, places, alone = (
        _any_of(pointing[name]) for name in ("leads", "articles", "places", "alone")
    )
    # One word more may stand before the place: "see my Tuesday notes".
    pointer = rf"{leads}\s+(?:{articles}\s+)?(?:[^\W\d]+\s+)?{places}"
    good = [*lists["nothing"], *lists["praise"], *lists["fillers"]]
    return _Language(
        vague={kind: _in_text(lists[kind.value]) for kind in _VAGUE},
        harmless=_in_text(lists["harmless"]),
        elsewhere=re.compile(rf"\W*(?:{pointer}|{alone})\W*", re.IGNORECASE),
        good=_in_text(good),
    )


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
