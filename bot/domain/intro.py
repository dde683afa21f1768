"""The intro to the champion: a draft in its sender's own words, what is looked for in it, and that
it was sent.

Rule: the process's *Intro e-mail*. The bot checks it and writes none of it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from bot.domain.brief import Brief
from bot.domain.errors import Invalid, Problem
from bot.domain.promises import Side
from bot.domain.verification import Record

LEAST_WORDS, MOST_WORDS = 80, 120
LONGEST_DRAFT = 3000
"""Slack's own limit of a text field."""
LEAST_OF_KICKOFF = 12
"""Words about the kickoff that can say what it covers; fewer only mention it."""
SHORT_WORD = 5
"""Letters of a word that says nothing of where it comes from; a longer one of the brief does."""
SHORT_NUMBER = 2
"""Digits of a number that may be anything; so may a year."""
_MONTHS = (
    "jan",
    "feb",
    "mar|mär",
    "apr",
    "may|mai",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct|okt",
    "nov",
    "dec|dez",
)
"""How the names of the months begin, in the languages of the intros we know."""

_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|\n+")
_WORD = re.compile(r"\w+(?:[-’'.]\w+)*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_YEAR = re.compile(r"(?:19|20)\d\d")
# An address in angle brackets is one.
_PLACEHOLDER = re.compile(
    r"\[[^\]\n]{1,60}\]|\{[^}\n]{1,60}\}|<(?![^>\n]*(?:@|://))[^>\n]{1,60}>|\bX{2,}\b|_{3,}"
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
    """It does not say what the kickoff covers."""
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
    count = count_words(draft)
    left = _PLACEHOLDER.search(draft)
    common = {word.casefold() for word in _words((csm, champion, account))}
    found = (
        (Flaw.SHORT, count < LEAST_WORDS),
        (Flaw.LONG, count > MOST_WORDS),
        (Flaw.NO_DETAIL, not _knows(draft, brief, common)),
        (Flaw.NO_CSM, not _names(draft, csm)),
        (Flaw.NO_KICKOFF, not _tells_of_kickoff(draft)),
        (Flaw.NO_INVITATION, _INVITES.search(draft) is None),
        (Flaw.PLACEHOLDER, left is not None),
    )
    flaws = tuple(flaw for flaw, so in found if so)
    return Looked(count, flaws, left.group() if left is not None else "")


def _tells_of_kickoff(draft: str) -> bool:
    """Whether the kickoff is more than mentioned: its sentence and the next say something of it."""
    sentences = _SENTENCE_ENDS.split(draft)
    told = (" ".join(sentences[at : at + 2]) for at, one in enumerate(sentences) if _kickoff(one))
    return any(count_words(one) >= LEAST_OF_KICKOFF for one in told)


def _kickoff(sentence: str) -> bool:
    return _KICKOFF.search(sentence) is not None


def count_words(draft: str) -> int:
    """How many words there are; what a hyphen or an apostrophe joins is one."""
    return len(_WORD.findall(draft))


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


def _knows(draft: str, brief: Brief, common: set[str]) -> bool:
    """Whether something of the brief is said: a word, a number or a day of it."""
    told = {detail for text in _told(brief) for detail in _details_of(text)}
    if (told - common) & _details_of(draft):
        return True
    days = (brief.why.runs_on, brief.success.by, brief.first_days.live_by)
    dates = (*days, brief.first_days.review_on)
    return any(_names_day(draft, day) for day in dates if day is not None)


def _details_of(text: str) -> set[str]:
    """Words long enough to mean something, and numbers that are no day and no year."""
    words = {word.casefold() for word in _WORD.findall(text) if len(word) > SHORT_WORD}
    numbers = {one for one in _NUMBER.findall(text) if len(one) > SHORT_NUMBER}
    return words | {one for one in numbers if not _YEAR.fullmatch(one)}


def _names_day(draft: str, day: date) -> bool:
    """Whether a day is named with its month, in figures or by name: a day alone may be any."""
    number, month = f"0?{day.day}", rf"\b(?:{_MONTHS[day.month - 1]})\w*"
    figures = rf"0?{day.day}[./]\s?0?{day.month}(?!\d)|0?{day.month}/0?{day.day}(?!\d)"
    named = rf"{number}(?:\.|st|nd|rd|th)?\s+(?:of\s+)?{month}|{month}\s+{number}(?!\d)"
    wanted = rf"(?<!\d)(?:{day.isoformat()}|{figures}|{named})"
    return re.search(wanted, draft, re.IGNORECASE) is not None


@dataclass(frozen=True)
class Contacted:
    """That somebody wrote to the champion, as they recorded it."""

    at: datetime
    way: Way


class CsBefore(StrEnum):
    """Whether anybody from customer success wrote before the intro, as its sender says."""

    NO = "no"
    CSM = "csm"
    OTHER = "other"
    """Somebody of customer success who is not the CSM: that is no first contact."""


@dataclass(frozen=True)
class Sent:
    """What the sender says of an intro that went out."""

    contact: Contacted
    before: CsBefore | None = None
    """None where it was not asked, as the CSM said so themselves."""
    csm: Contacted | None = None
    """When the CSM wrote before, and how."""


@dataclass(frozen=True)
class Intro:
    """Where the intro is, without a word of it: clocks and lists need this."""

    drafted_at: datetime | None = None
    """When its draft was last saved."""
    sent_at: datetime | None = None
    """An invitation to the kickoff goes out with it, or after it."""
    sent_way: Way | None = None
    recorded_at: datetime | None = None
    """When it was first recorded as sent."""
    cs_before: CsBefore | None = None
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

    @property
    def sent(self) -> Contacted | None:
        """When it went out, and how; None while it did not."""
        if self.sent_at is None or self.sent_way is None:
            return None
        return Contacted(self.sent_at, self.sent_way)

    @property
    def cs_was_first(self) -> bool:
        """Whether somebody from customer success wrote, and no intro before that."""
        if self.cs_before is CsBefore.OTHER:
            return True
        wrote = self.csm_wrote_at
        return wrote is not None and (self.sent_at is None or wrote < self.sent_at)

    @property
    def csm_said_so(self) -> bool:
        """Whether the CSM wrote by their own record, and not only by the sender's."""
        return self.csm_wrote_at is not None and self.cs_before is not CsBefore.CSM

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

    def went_out(self, sent: Sent, at: datetime) -> "Intro":
        """It went out; a record that corrects another one does not move when that was recorded."""
        now = replace(
            self,
            sent_at=sent.contact.at,
            sent_way=sent.contact.way,
            recorded_at=self.recorded_at or at,
        )
        if sent.before is None:
            return now
        csm = sent.csm
        return replace(
            now,
            cs_before=sent.before,
            csm_wrote_at=csm.at if csm is not None else None,
            csm_way=csm.way if csm is not None else None,
        )

    def did_not_go_out(self) -> "Intro":
        """It was recorded as sent by mistake; what else is known stays."""
        return replace(self, sent_at=None, sent_way=None, recorded_at=None)

    def noted(self, side: Side, contact: Contacted | None) -> "Intro":
        """A side wrote to them before, or did not after all; of the CSM their own word counts."""
        at, way = (contact.at, contact.way) if contact is not None else (None, None)
        if side is Side.AE:
            return replace(self, ae_wrote_at=at, ae_way=way)
        asked = self.cs_before if self.cs_before is CsBefore.OTHER else None
        return replace(self, csm_wrote_at=at, csm_way=way, cs_before=asked)


NOT_SENT = Intro()
