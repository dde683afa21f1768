"""What is pointed out to the writer of a form of the brief: never a refusal, never stored."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel

from bot.domain.brief import Brief, Contact, ContactRole, RedFlagsSection, Section, Success
from bot.domain.items import SectionKey
from bot.domain.promises import Promise
from bot.domain.words import (
    MOST_WORDS,
    Asks,
    HintKind,
    only_good_news,
    points_elsewhere,
    vague_words,
)

MOST_HINTS = 3
"""Hints a form shows; more would not be read."""
MOST_SEEN = 24
"""Hints a form remembers as shown."""
_MARK_LENGTH = 8
QUICK = timedelta(minutes=4)
"""A brief that was ready sooner than this after its first save is a thin one, often."""

_MEASURES = frozenset({"metric", "today", "target", "further", "outcome", "second_outcome"})
"""Where a feeling stands in for a number."""
_EVERY = frozenset(HintKind)
_EXCUSED: Mapping[str, frozenset[HintKind]] = {
    "name": _EVERY - {HintKind.ELSEWHERE},
    "title": _EVERY - {HintKind.ELSEWHERE},
    "links": _EVERY,
    # These are somebody else's words: they are as vague as they are.
    "quote": _EVERY - {HintKind.ELSEWHERE},
    "crm_reason": _EVERY - {HintKind.ELSEWHERE},
    # "In the call" is where it was said.
    "quote_source": _EVERY - {HintKind.WEASEL, HintKind.ELSEWHERE},
    # What worries somebody need not be known for sure.
    "private_note": frozenset({HintKind.WEASEL}),
}
_ASKS: Mapping[str, Asks] = {
    "quote_source": Asks.PLACE,
    "style": Asks.CHANNEL,
    "cadence": Asks.CHANNEL,
    **dict.fromkeys(("trigger", "behaviour", "stake", "consequence"), Asks.STORY),
}
"""Where a place, or its mere name, is more or less of an answer than elsewhere."""
_NOTHING_EXCUSED: frozenset[HintKind] = frozenset()


@dataclass(frozen=True)
class Hint:
    """One thing pointed out about a field; `words` are as they were typed."""

    kind: HintKind
    field: str
    words: tuple[str, ...] = ()
    """Empty where a box says it, and not words."""
    entry: int | None = None
    """The contact or promise the field is of, where it is one of a list."""


class Occasion(StrEnum):
    """Why a form shows hints."""

    CHECKED = "checked"
    """The writer asked for them."""
    SAVED = "saved"
    """The writer wanted to go on; they are shown once, and then may."""


@dataclass(frozen=True)
class Pointed:
    """What a form points out, and what its writer was shown already, by marks."""

    hints: tuple[Hint, ...] = ()
    seen: tuple[str, ...] = ()
    occasion: Occasion | None = None
    """None where nothing was looked for."""


NOTHING_POINTED = Pointed()


def pointed_out(hints: Sequence[Hint], occasion: Occasion, *, seen: Iterable[str]) -> Pointed:
    """The first hints, with every one remembered: not only those there was room for.

    So a hint that moves up when another was heeded does not hold its writer up a second time.
    """
    marks = dict.fromkeys((*_marks(hints), *seen))
    return Pointed(tuple(hints[:MOST_HINTS]), tuple(marks)[:MOST_SEEN], occasion)


def anything_new(hints: Iterable[Hint], seen: Collection[str]) -> bool:
    """Whether there is a hint that the writer was not shown for these very words."""
    return any(one not in seen for one in _marks(hints))


def _marks(hints: Iterable[Hint]) -> list[str]:
    return [mark(one) for one in hints][:MOST_SEEN]


def written_quickly(first_saved_at: datetime | None, ready_at: datetime | None) -> bool:
    """Whether a brief was ready so soon that its reader may have more to ask."""
    if first_saved_at is None or ready_at is None:
        return False
    return ready_at - first_saved_at < QUICK


def hints_on_section(section: Section) -> tuple[Hint, ...]:
    """The hints on the fields of a section itself, the most telling first; not on its entries."""
    found = _on_texts(_texts(section))
    if isinstance(section, RedFlagsSection):
        found += _only_good(section)
    if isinstance(section, Success):
        found += _unmeasured(section.further, [one for one in found if one.field == "further"])
    return _in_order(found)


def hints_on_contact(contact: Contact) -> tuple[Hint, ...]:
    """The hints on one person at the customer."""
    found = _on_texts(_texts(contact))
    if ContactRole.CHAMPION in contact.roles:
        for name, text in (("stake", contact.stake), ("consequence", contact.consequence)):
            if only_good_news(text):
                found.append(Hint(HintKind.GOOD_NEWS, name, (_whole(text),)))
    return _in_order(replace(one, entry=contact.id) for one in found)


def hints_on_promise(promise: Promise) -> tuple[Hint, ...]:
    """The hints on one promise; with a due date no word about time is vague."""
    text = promise.text
    found = _on_texts({"words": text.words, "said_to": text.said_to})
    if text.due is not None:
        found = [one for one in found if one.kind is not HintKind.SOMETIME]
    return _in_order(replace(one, entry=promise.id) for one in found)


def hints_on_step(brief: Brief, key: SectionKey) -> tuple[Hint, ...]:
    """The hints on a section and on the people or promises that are listed in it."""
    found = list(hints_on_section(brief.section(key)))
    if key is SectionKey.PEOPLE:
        found += [hint for one in brief.people.contacts for hint in hints_on_contact(one)]
    if key is SectionKey.PROMISES:
        found += [hint for one in brief.entries for hint in hints_on_promise(one)]
    return _in_order(found)


def mark(hint: Hint) -> str:
    """A short mark of a hint, the same for the same words of the same field; tells no content."""
    about = [hint.kind.value, hint.field, hint.entry, [one.casefold() for one in hint.words]]
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:_MARK_LENGTH]


def _in_order(hints: Iterable[Hint]) -> tuple[Hint, ...]:
    order = list(HintKind)
    return tuple(sorted(hints, key=lambda one: order.index(one.kind)))


def _texts(model: BaseModel) -> dict[str, str]:
    values = {name: getattr(model, name) for name in type(model).model_fields}
    return {name: value for name, value in values.items() if isinstance(value, str)}


def _on_texts(texts: Mapping[str, str]) -> list[Hint]:
    found: list[Hint] = []
    for name, text in texts.items():
        excused = _EXCUSED.get(name, _NOTHING_EXCUSED)
        if points_elsewhere(text, _ASKS.get(name, Asks.ANYTHING)):
            found.append(Hint(HintKind.ELSEWHERE, name, (_whole(text),)))
        else:
            found += [Hint(kind, name, words) for kind, words in vague_words(text).items()]
        found = [one for one in found if one.field != name or one.kind not in excused]
    return [one for one in found if one.kind is not HintKind.MOOD or one.field in _MEASURES]


def _unmeasured(further: str, others: Sequence[Hint]) -> list[Hint]:
    """One hint for the criteria, one a line, that have neither a number nor a date."""
    told = [word for one in others for word in one.words]
    lines = [_whole(line) for line in further.splitlines()]
    bare = [
        line
        for line in lines
        if any(char.isalpha() for char in line)
        and not any(char.isdigit() for char in line)
        and not any(word in line for word in told)
    ]
    if not bare:
        return []
    return [Hint(HintKind.UNMEASURED, "further", tuple(dict.fromkeys(bare))[:MOST_WORDS])]


def _only_good(flags: RedFlagsSection) -> list[Hint]:
    """One hint where nothing but *none* and praise stands in the whole section."""
    texts = {name: text for name, text in _texts(flags).items() if text.strip()}
    if not all(only_good_news(text) for text in texts.values()):
        return []
    if texts:
        name, text = next(iter(texts.items()))
        return [Hint(HintKind.GOOD_NEWS, name, (_whole(text),))]
    return [Hint(HintKind.GOOD_NEWS, "no_risks")] if flags.no_risks else []


def _whole(text: str) -> str:
    return " ".join(text.split())
