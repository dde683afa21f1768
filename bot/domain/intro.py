"""The intro to the champion: a draft in its sender's own words, what is looked for in it, and that
it was sent.

Rule: the process's *Intro e-mail*. The bot checks it and writes none of it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.brief import Brief
from bot.domain.errors import Invalid, Problem
from bot.domain.promises import Side
from bot.domain.verification import Record

LEAST_WORDS, MOST_WORDS = 80, 120
LONGEST_DRAFT = 3000
"""Slack's own limit of a text field."""
SHORT_WORD = 5
"""Letters of a word that says nothing of where it comes from; a longer one of the brief does."""

_WORD = re.compile(r"\w+(?:[-’'.]\w+)*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_PLACEHOLDER = re.compile(
    r"\[[^\]\n]{1,60}\]|\{[^}\n]{1,60}\}|<[^>\n]{1,60}>|\bX{2,}\b|_{3,}"
    r"|\b(?:tbd|tbc|lorem ipsum)\b",
    re.IGNORECASE,
)
_KICKOFF = re.compile(
    r"\bkick[- ]?offs?\b|\b(?:first|erste[snr]?) (?:call|meeting|session|termin|gespräch)\b"
    r"|\bauftakt\w*",
    re.IGNORECASE,
)
_INVITES = re.compile(
    r"\?|\b(?:reply|replies|let (?:me|us) know|write (?:me|us|back)|tell (?:me|us)|get back to"
    r"|reach out|antwort\w*|melde\w*|schreib\w*|sag\w* (?:mir|uns))\b",
    re.IGNORECASE,
)


class Flaw(StrEnum):
    """What a draft lacks, in the order in which it is looked for."""

    SHORT = "short"
    LONG = "long"
    NO_DETAIL = "no_detail"
    """Nothing in it is from the brief, so that anybody could have written it."""
    NO_CSM = "no_csm"
    NO_KICKOFF = "no_kickoff"
    """It does not say what the kickoff is."""
    NO_INVITATION = "no_invitation"
    """Nobody is invited to answer."""
    PLACEHOLDER = "placeholder"


class Way(StrEnum):
    """How somebody wrote to the champion."""

    EMAIL = "email"
    CHAT = "chat"
    PHONE = "phone"
    IN_PERSON = "in_person"


class IntroDraft(Record):
    """The draft; its readers are its sender and the CSM."""

    words: str

    def checked(self) -> "IntroDraft":
        """The same without outer blanks; raises Invalid for nothing or too much."""
        words = self.words.strip()
        if not words:
            raise Invalid(Problem.EMPTY, field="intro")
        if len(words) > LONGEST_DRAFT:
            raise Invalid(Problem.TOO_LONG, field="intro", facts={"most": str(LONGEST_DRAFT)})
        return IntroDraft(words=words)


@dataclass(frozen=True)
class Looked:
    """What was found in a draft."""

    words: int
    flaws: tuple[Flaw, ...]
    placeholder: str = ""
    """The first one that is left, as typed."""

    def lacks(self, *flaws: Flaw) -> bool:
        """Whether any of these was found."""
        return any(flaw in self.flaws for flaw in flaws)


def look(draft: str, *, brief: Brief, csm: str, champion: str = "", account: str = "") -> Looked:
    """What an intro of these words lacks.

    `brief` is what its sender may read of it. A name of the champion, the account or the CSM is no
    detail: these are in every letter.
    """
    count = len(_WORD.findall(draft))
    left = _PLACEHOLDER.search(draft)
    common = {word.casefold() for word in _words((csm, champion, account))}
    found = (
        (Flaw.SHORT, count < LEAST_WORDS),
        (Flaw.LONG, count > MOST_WORDS),
        (Flaw.NO_DETAIL, not _details(brief, common) & _details_of(draft)),
        (Flaw.NO_CSM, not _names(draft, csm)),
        (Flaw.NO_KICKOFF, _KICKOFF.search(draft) is None),
        (Flaw.NO_INVITATION, _INVITES.search(draft) is None),
        (Flaw.PLACEHOLDER, left is not None),
    )
    flaws = tuple(flaw for flaw, so in found if so)
    return Looked(count, flaws, left.group() if left is not None else "")


def _names(draft: str, csm: str) -> bool:
    """Whether somebody is named: by the whole name, or by the first part of it."""
    first, *_ = csm.split() or [""]
    folded = {word.casefold() for word in _WORD.findall(draft)}
    return bool(first) and (csm.casefold() in draft.casefold() or first.casefold() in folded)


def _words(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from _WORD.findall(text)


def _told(brief: Brief) -> Iterator[str]:
    """What only somebody from the sale would know, as far as it may be said to the customer."""
    why, success, days = brief.why, brief.success, brief.first_days
    yield from (why.trigger, why.event, why.quote)
    yield from (success.metric, success.today, success.target, success.further, success.whose)
    yield from (days.outcome, days.second_outcome, days.confirms)
    yield from (entry.text.words for entry in brief.entries)
    yield from (one.title for one in brief.people.contacts)
    dates = (why.runs_on, success.by, days.live_by, days.review_on)
    yield from (str(day.day) for day in dates if day is not None)


def _details(brief: Brief, common: set[str]) -> set[str]:
    found: set[str] = set()
    for text in _told(brief):
        found |= _details_of(text)
    return found - common


def _details_of(text: str) -> set[str]:
    """Words long enough to mean something, and numbers."""
    words = {word.casefold() for word in _WORD.findall(text) if len(word) > SHORT_WORD}
    return words | {number.rstrip(".,") for number in _NUMBER.findall(text)}


@dataclass(frozen=True)
class Contacted:
    """That somebody wrote to the champion, as they recorded it."""

    at: datetime
    way: Way


@dataclass(frozen=True)
class Intro:
    """Where the intro is, without a word of it: clocks and lists need this."""

    drafted_at: datetime | None = None
    """When its draft was last saved."""
    sent_at: datetime | None = None
    sent_way: Way | None = None
    recorded_at: datetime | None = None
    """When it was first recorded as sent."""
    ae_wrote_at: datetime | None = None
    """When the AE wrote to them before, without its being the intro."""
    ae_way: Way | None = None
    csm_wrote_at: datetime | None = None
    """When the CSM did: that ends the clock of the first contact."""
    csm_way: Way | None = None

    @property
    def first_contact_at(self) -> datetime | None:
        """When the customer first heard from us: the intro, or an earlier note by the CSM."""
        times = [at for at in (self.sent_at, self.csm_wrote_at) if at is not None]
        return min(times, default=None)

    def wrote(self, side: Side) -> Contacted | None:
        """What a side recorded as written before."""
        at, way = (
            (self.ae_wrote_at, self.ae_way)
            if side is Side.AE
            else (self.csm_wrote_at, self.csm_way)
        )
        return Contacted(at, way) if at is not None and way is not None else None

    def drafted(self, at: datetime) -> "Intro":
        """Its draft was saved."""
        return replace(self, drafted_at=at)

    def sent(self, contact: Contacted, at: datetime) -> "Intro":
        """It went out; a record that corrects another one does not move when that was."""
        return replace(
            self,
            sent_at=contact.at,
            sent_way=contact.way,
            recorded_at=self.recorded_at or at,
        )

    def noted(self, side: Side, contact: Contacted) -> "Intro":
        """A side wrote to them before."""
        if side is Side.AE:
            return replace(self, ae_wrote_at=contact.at, ae_way=contact.way)
        return replace(self, csm_wrote_at=contact.at, csm_way=contact.way)


NOT_SENT = Intro()
