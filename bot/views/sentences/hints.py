"""Hints on words."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from bot.domain.hints import QUICK, Hint, Occasion
from bot.domain.words import HintKind
from bot.views.ids import Field
from bot.views.sentences.forms import FIELDS
from bot.views.text import one_line


class _HintWords(NamedTuple):
    """What is said of one found word, of several, and what a specific text has."""

    one: str
    several: str
    asked: str


HINT_SIGN: Final = "▲"
WORDS_IN_HINT: Final = 60
_MEASURED: Final = frozenset({Field.METRIC, Field.TODAY, Field.TARGET, Field.FURTHER})
_HINTS: Final[Mapping[HintKind, _HintWords]] = {
    HintKind.ELSEWHERE: _HintWords(
        "only says where the answer stands",
        "only say where the answer stands",
        "write it here, where the CSM looks for it.",
    ),
    HintKind.MOOD: _HintWords(
        "is a mood, not a metric",
        "are moods, not metrics",
        "which number would tell that it is so?",
    ),
    HintKind.WISH: _HintWords(
        "says little by itself",
        "say little by themselves",
        "what changes, for whom, and by how much?",
    ),
    HintKind.UNMEASURED: _HintWords(
        "has no number and no date",
        "have no number and no date",
        "how many, or by when?",
    ),
    HintKind.GOOD_NEWS: _HintWords(
        "is only good news",
        "are only good news",
        "who was against it, and what may still go wrong?",
    ),
    HintKind.SOMETIME: _HintWords(
        "is no date", "are no dates", "which day or month did they hear?"
    ),
    HintKind.WEASEL: _HintWords(
        "leaves open what is so", "leave open what is so", "who said it, and when?"
    ),
}
_MEASURED_WISH: Final = _HintWords(
    "is a wish, not a measure", "are wishes, not measures", "what would they count?"
)
_CHAMPIONS_GOOD_NEWS: Final[Mapping[str, _HintWords]] = {
    Field.STAKE: _HintWords(
        "tells no gain", "tell no gain", "what is different for them once it works?"
    ),
    Field.CONSEQUENCE: _HintWords(
        "tells no loss", "tell no loss", "what would they have to explain if it failed, to whom?"
    ),
}
ONLY_GOOD_NEWS: Final = "No risk and nothing else"


def hint(found: Hint, *, named: bool = False) -> str:
    """One thing pointed out, in plain text: it quotes what was typed.

    `named` leads with the field, where the hint does not stand right under it.
    """
    about = _HINTS[found.kind]
    if found.kind is HintKind.WISH and found.field in _MEASURED:
        about = _MEASURED_WISH
    if found.kind is HintKind.GOOD_NEWS:
        about = _CHAMPIONS_GOOD_NEWS.get(found.field, about)
    quoted = ", ".join(f"“{one_line(word, WORDS_IN_HINT)}”" for word in found.words)
    said = about.several if len(found.words) > 1 else about.one
    where = f"{FIELDS[Field(found.field)].label}: " if named else ""
    return f"{HINT_SIGN} {where}{quoted or ONLY_GOOD_NEWS} {said}; {about.asked}"


def hints_shown(occasion: Occasion, *, found: bool, submit: str) -> str:
    """Why a form stays open with hints, or that there are none (mrkdwn); it was saved before."""
    if not found:
        return "Saved. No vague words were found here."
    if occasion is Occasion.CHECKED:
        return f"Saved. The lines with {HINT_SIGN} say what could be more specific."
    return f"Saved. Press *{submit}* again to go on, with or without heeding {HINT_SIGN}."


def written_quickly() -> str:
    """The quiet line for the AE of a brief that took few minutes."""
    minutes = int(QUICK.total_seconds() // 60)
    return f"This brief was ready in under {minutes} minutes, so the CSM may have more to ask."
