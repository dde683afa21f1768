"""The promise ledger: who initialed which promise, at which version, and for how long.

Rules: the process's *Promise ledger*. An initial is about one version of an entry: another wording
opens both boxes again, because nobody signs what they have not seen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from bot.domain import access, read_models
from bot.domain.access import Act, Audience
from bot.domain.disputes import Dispute, PastDispute
from bot.domain.errors import Conflict, HandoffError, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Fact, Tag
from bot.domain.late import Dealt, Given
from bot.domain.people import NamedPerson, Person
from bot.domain.policy import Policy
from bot.domain.promises import Fate, Kind, Promise, Side, Signing, Surfaced

LONGEST_CHECK = 300
"""Characters of what has to be checked with whom."""


class Delivery(StrEnum):
    """What the CSM says with their initial."""

    CAN = "can"
    CHECK = "check"
    """To be checked with somebody first."""


class Via(StrEnum):
    """How an initial was given or taken back."""

    BUTTON = "button"
    REACTION = "reaction"


@dataclass(frozen=True)
class Initial:
    """One side's initial on one version of a promise."""

    side: Side
    by: NamedPerson
    at: datetime
    delivery: Delivery | None = None
    """Of the CSM's alone."""
    check_with: str = ""
    via: Via = Via.BUTTON


@dataclass(frozen=True)
class Standing:
    """What became of a promise, and who said so."""

    fate: Fate
    by: NamedPerson
    at: datetime
    line: str = ""
    """Why it was broken."""


@dataclass(frozen=True)
class Entry:
    """A promise as it stands in the ledger."""

    promise: Promise
    initials: Mapping[Side, Initial] = field(default_factory=dict)
    """Those on the version in force."""
    none_made: bool = False
    """It says that no promises were made."""
    reason: str = ""
    """Why it was withdrawn."""
    dispute: Dispute | None = None
    """The open one."""
    standing: Standing | None = None
    """What became of it; None while it is open."""
    late: Surfaced | None = None
    """How it came up, of one that surfaced after the AE's initials."""
    dealt: Dealt | None = None
    """What became of a late one: talked over by the AE, or decided by both sides."""
    answers: Mapping[Side, Given] | None = None
    """What the sides answered about a late one, on the wording in force; None where not read."""

    @property
    def undealt(self) -> bool:
        """Whether it is late, and nobody has said yet what becomes of that."""
        return self.open and self.late is not None and self.dealt is None and self.standing is None

    past: tuple[PastDispute, ...] = ()
    """Those that are over, the first one first; empty where they were not asked for."""

    @property
    def fate(self) -> Fate:
        """What became of it."""
        return self.standing.fate if self.standing is not None else Fate.OPEN

    @property
    def open(self) -> bool:
        """Whether it is in force."""
        return not self.promise.withdrawn

    @property
    def signed(self) -> bool:
        """Whether both sides initialed what it says now."""
        return self.open and len(self.initials) == len(Side)

    @property
    def deliverable(self) -> bool:
        """Whether it says who delivers it by when, without which the CSM signs nothing."""
        text = self.promise.text
        return self.none_made or (text.owner_id is not None and text.due is not None)

    def lacks(self, side: Side) -> bool:
        """Whether this side's initial is missing."""
        return self.open and side not in self.initials


def undecided(entries: Iterable[Entry]) -> tuple[int, ...]:
    """Numbers of the promises in force of which nobody said that they are delivered or broken."""
    settled = (Fate.DELIVERED, Fate.BROKEN)
    return tuple(
        one.promise.number
        for one in entries
        if one.open and not one.none_made and one.fate not in settled
    )


@dataclass(frozen=True)
class Counts:
    """How many entries are in force, and how many of these are initialed as they are."""

    entries: int
    ae: int
    csm: int
    signed: int
    """By both."""
    disputed: int = 0


def counted(entries: Iterable[Entry]) -> Counts:
    """The counts of some entries."""
    found = [one for one in entries if one.open]
    return Counts(
        len(found),
        sum(Side.AE in one.initials for one in found),
        sum(Side.CSM in one.initials for one in found),
        sum(one.signed for one in found),
        sum(one.dispute is not None for one in found),
    )


def weigh(handoff: Handoff, counts: Counts, *, at: datetime) -> None:
    """Take note of how far the ledger is, and each time that all of it is signed.

    A side that was through before keeps the time since when nothing waits for it; one for which
    something waits again has more time for it, unless it took its own initial back. While a dispute
    is open nothing counts as signed.
    """
    before = handoff.signing
    own = any(event.tag is Tag.INITIAL_TAKEN_BACK for event in handoff.events)
    through = bool(counts.entries) and counts.ae == counts.entries
    csm_through = bool(counts.entries) and counts.csm == counts.entries
    handoff.signing = Signing(
        counts.entries,
        counts.ae,
        counts.csm,
        counts.signed,
        (before.ae_at or at) if through else None,
        (before.csm_at or at) if csm_through else None,
        at if before.ae_at and not (through or own) else before.ae_again_at,
        at if before.csm_at and not (csm_through or own) else before.csm_again_at,
        counts.disputed,
        None if counts.disputed else at if before.disputed else before.clear_at,
    )
    if handoff.signing.complete and not before.complete:
        handoff.note_promise(Tag.LEDGER_SIGNED, {"entries": counts.entries}, {}, by=None, at=at)


def left_to_deliver(entries: Iterable[Entry], person_id: int) -> int:
    """How many promises in force name a person as who delivers, and are not over."""
    over = (Fate.DELIVERED, Fate.BROKEN)
    theirs = (one for one in entries if one.promise.text.owner_id == person_id)
    return sum(one.open and one.fate not in over for one in theirs)


def surfaces_late(handoff: Handoff, entries: Iterable[Entry]) -> bool:
    """Whether a promise that is written down now comes after the AE's initials.

    Also while a late one waits for theirs: it opened the boxes again, and changes nothing in that.
    """
    return handoff.signing.ae_at is not None or any(one.open and one.late for one in entries)


@dataclass(frozen=True)
class LateCount:
    """How many promises of one AE and one kind came up late, and how."""

    ae_id: int
    kind: Kind
    surfaced: Surfaced
    count: int


def void(handoff: Handoff, before: Entry, *, by: Person | None, at: datetime) -> None:
    """Take note that another wording, or none, opened the boxes that were filled."""
    if before.initials:
        facts: dict[str, Fact] = {
            "number": before.promise.number,
            "version": before.promise.version,
            "sides": [side.value for side in Side if side in before.initials],
        }
        handoff.note_promise(Tag.INITIALS_VOIDED, facts, {}, by=by, at=at)


def require_side(person: Person, handoff: Handoff) -> Side:
    """The side a person initials for; raises NotAllowed for who is on none."""
    access.require(Act.INITIAL_PROMISE, person, handoff)
    side = access.side_of(person, handoff)
    if side is None:
        raise NotAllowed(Problem.NOT_YOUR_TURN, whose=access.whose(Act.INITIAL_PROMISE, handoff))
    return side


def require_initial(handoff: Handoff, entry: Entry, *, by: Person, version: int) -> Side:
    """The side whose initial may be given now on this version of an entry.

    Raises NotAllowed for who is on no side or signs for both, Conflict for another version than the
    one in force and for what is initialed already, Invalid for what cannot be initialed as it is.
    """
    side = require_side(by, handoff)
    require_in_force(handoff, entry, version)
    if side in entry.initials:
        raise Conflict(Problem.ALREADY_DONE)
    other = entry.initials.get(side.across)
    if other is not None and other.by.id == by.id:
        raise NotAllowed(Problem.BOTH_SIDES)
    if side is Side.CSM and not entry.deliverable:
        raise Invalid(Problem.NOT_DELIVERABLE)
    return side


def initial(
    handoff: Handoff,
    entry: Entry,
    *,
    by: Person,
    version: int,
    at: datetime,
    delivery: Delivery | None = None,
    check_with: str = "",
    via: Via = Via.BUTTON,
) -> Entry:
    """Put one side's initial on the version in force.

    The CSM says whether they can deliver it or have to check it, and with whom. Raises what
    `require_initial` does, and Invalid where the CSM does not say it.
    """
    side = require_initial(handoff, entry, by=by, version=version)
    told = " ".join(check_with.split())
    if side is Side.AE or entry.none_made:
        delivery, told = None, ""
    elif delivery is None:
        raise Invalid(Problem.CHOOSE, field="delivery")
    elif delivery is Delivery.CHECK and not told:
        raise Invalid(Problem.EMPTY, field="check_with")
    elif delivery is Delivery.CAN:
        told = ""
    if len(told) > LONGEST_CHECK:
        most = {"most": str(LONGEST_CHECK)}
        raise Invalid(Problem.TOO_LONG, field="check_with", facts=most)
    given = Initial(side, named(by), at, delivery, told, via)
    facts = facts_of(entry) | {"side": side.value, "via": via.value}
    if delivery is not None:
        facts["delivery"] = delivery.value
    handoff.note_promise(
        Tag.PROMISE_INITIALED, facts, {"check_with": told} if told else {}, by=by, at=at
    )
    return replace(entry, initials={**entry.initials, side: given})


def take_back(
    handoff: Handoff,
    entry: Entry,
    *,
    by: Person,
    version: int,
    at: datetime,
    policy: Policy,
    via: Via = Via.BUTTON,
) -> Entry:
    """Take one's own initial off again, within the policy's minutes.

    Raises NotAllowed for somebody else's, also on the side that one stands in for, and Conflict
    for one that is not there, is too old, or was not given by the reaction that is gone.
    """
    side = require_side(by, handoff)
    require_in_force(handoff, entry, version)
    given = entry.initials.get(side)
    if given is None or (via is Via.REACTION and given.via is not via):
        raise Conflict(Problem.NOTHING_TO_UNDO)
    if given.by.id != by.id:
        raise NotAllowed(Problem.NOT_YOUR_TURN, whose=(given.by.id,))
    if not can_take_back(given, at=at, policy=policy):
        raise Conflict(Problem.UNDO_TOO_LATE, facts={"minutes": str(policy.undo_minutes)})
    facts = facts_of(entry) | {"side": side.value, "via": via.value}
    handoff.note_promise(Tag.INITIAL_TAKEN_BACK, facts, {}, by=by, at=at)
    left = {key: one for key, one in entry.initials.items() if key is not side}
    return replace(entry, initials=left)


def can_take_back(given: Initial, *, at: datetime, policy: Policy) -> bool:
    """Whether an initial is young enough."""
    return at - given.at <= policy.undo_window


def require_in_force(handoff: Handoff, entry: Entry, version: int) -> None:
    """Raise unless this is the wording of an entry that is in force in an open handoff."""
    if not handoff.open:
        raise Invalid(handoff.why_over)
    if not entry.open:
        raise Conflict(Problem.PROMISE_WITHDRAWN)
    if version != entry.promise.version:
        facts = {"number": str(entry.promise.number), "words": entry.promise.text.words}
        raise Conflict(Problem.PROMISE_REWORDED, facts=facts)


def facts_of(entry: Entry) -> dict[str, Fact]:
    """What an event says of the wording that it is about."""
    return {"number": entry.promise.number, "version": entry.promise.version}


def named(person: Person) -> NamedPerson:
    """A person as a message names them."""
    return NamedPerson(person.id, person.slack_id, person.name)


# --- What is shown of it


class Over(StrEnum):
    """Why a message about a wording has no boxes any more."""

    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    MOVED = "moved"
    """The handoff lives in another channel now."""
    CLOSED = "closed"
    """The handoff is cancelled or closed."""


@dataclass(frozen=True)
class PromiseShown:
    """One entry for everybody in the deal channel, or in the ledger."""

    handoff_id: int
    account: str
    entry: Entry
    ae: NamedPerson | None
    csm: NamedPerson | None
    over: Over | None = None
    neutral: bool = False
    """Set where the channel may hold nothing internal any more."""
    after_kickoff: bool = False
    """Whether it is time to say what became of it."""


@dataclass(frozen=True)
class LedgerPage:
    """All entries of a handoff, as one person sees them."""

    handoff_id: int
    account: str
    entries: tuple[PromiseShown, ...]
    signing: Signing
    waiting: int = 0
    """Entries that the viewer can initial now."""
    incomplete: tuple[int, ...] = ()
    """Numbers of those that a CSM cannot, because they do not say who delivers them by when."""
    refused: str = ""
    """What the customer asked for and does not get, or gets later: nobody initials that."""
    settles: frozenset[int] = frozenset()
    """Numbers of the disputed ones that the viewer is asked about."""

    @property
    def late(self) -> int:
        """How many in force surfaced after the AE's initials."""
        return sum(one.entry.open and one.entry.late is not None for one in self.entries)

    @property
    def withdrawn(self) -> bool:
        """Whether there are entries that are not in force any more."""
        return any(not one.entry.open for one in self.entries)


def shown_of(
    handoff: Handoff, entry: Entry, people: Mapping[int, Person], *, over: Over | None = None
) -> PromiseShown:
    """An entry with whose boxes there are; `people` holds at least AE and CSM by their ids."""
    return PromiseShown(
        handoff.id,
        handoff.account,
        entry,
        ae=read_models.named(handoff.ae_id, people),
        csm=read_models.named(handoff.csm_id, people),
        over=over,
        after_kickoff=handoff.kickoff_held_at is not None,
    )


def page_for(
    viewer: Person,
    handoff: Handoff,
    entries: Sequence[Entry],
    people: Mapping[int, Person],
    *,
    refused: str,
) -> LedgerPage:
    """All entries as a person sees them who may read what stands in the deal channel."""
    if Audience.REASONS not in access.audiences(viewer, handoff, in_channel=False):
        entries = [_for_the_channel(one) for one in entries]
    return LedgerPage(
        handoff.id,
        handoff.account,
        tuple(shown_of(handoff, one, people) for one in entries),
        handoff.signing,
        waiting=len(waiting_for(viewer, handoff, entries)),
        incomplete=tuple(one.promise.number for one in entries if one.open and not one.deliverable),
        refused=refused.strip(),
    )


def _for_the_channel(entry: Entry) -> Entry:
    return replace(entry, reason="", past=tuple(one.for_the_channel for one in entry.past))


def waiting_for(viewer: Person, handoff: Handoff, entries: Iterable[Entry]) -> list[Entry]:
    """What a person can initial now."""
    found: list[Entry] = []
    for entry in entries:
        try:
            require_initial(handoff, entry, by=viewer, version=entry.promise.version)
        except HandoffError:
            continue
        found.append(entry)
    return found


@dataclass(frozen=True)
class Wording:
    """One version of an entry with the initials it got."""

    version: int
    words: str
    by: NamedPerson | None
    at: datetime
    initials: tuple[Initial, ...] = ()


@dataclass(frozen=True)
class PromiseHistory:
    """Every wording of an entry, the newest first."""

    handoff_id: int
    account: str
    number: int
    wordings: tuple[Wording, ...]
    disputes: tuple[PastDispute, ...] = ()
    """Those that are over, the first one first."""
