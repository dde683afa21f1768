"""The history of a handoff: canonical bytes, a hash chain, and what a check of it finds.

Each record is a JSON object with sorted keys, without floats, with times in UTC microseconds. Free
text and personal values never stand in it: it holds `sha256(salt + value)` and the value lies
beside it, so that a value can be erased and the chain still verifies.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from bot.domain.errors import Invalid, Problem

GENESIS = bytes(32)
SALT_BYTES = 16

Fact = str | int | bool | None | list[str] | list[int]


class Tag(StrEnum):
    """What happened; dotted, thing first."""

    STARTED = "handoff.started"
    AE_CONFIRMED = "ae.confirmed"
    SIGNED = "signature.recorded"
    SIGNATURE_CORRECTED = "signature.corrected"
    EXPECTED_CHANGED = "signature.expected"
    BACKFILLED = "handoff.backfilled"
    """It was told of long after its signature, so that no clock runs; or it was not, after all."""
    DEAL_CHANGED = "deal.changed"
    KICKOFF_PROPOSED = "kickoff.proposed"
    KICKOFF_BOOKED = "kickoff.booked"
    KICKOFF_CALLED_OFF = "kickoff.called_off"
    KICKOFF_PREPARED = "kickoff.prepared"
    """The CSM says that they are prepared."""
    KICKOFF_PREPARED_AE = "kickoff.prepared_by_ae"
    KICKOFF_HELD = "kickoff.held"
    KICKOFF_RECORDED = "kickoff.recorded"
    """What came of it was written down, or corrected."""
    TALK_PROPOSED = "talk.proposed"
    TALK_AGREED = "talk.agreed"
    TALK_KEPT = "talk.kept"
    """Another time was proposed, and the one that was agreed on stays."""
    TALK_FELL = "talk.fell"
    """What was agreed on holds no longer: there is another CSM to agree with, or none."""
    ALIGNED = "alignment.recorded"
    COMMITMENT_ANSWERED = "commitment.answered"
    CALL_RECORDED = "call.recorded"
    CLOSED_WON_OVERRIDDEN = "closed_won.overridden"
    BRIEF_SAVED = "brief.saved"
    PROMISE_ADDED = "promise.added"
    PROMISE_EDITED = "promise.edited"
    PROMISE_WITHDRAWN = "promise.withdrawn"
    PROMISE_INITIALED = "promise.initialed"
    INITIAL_TAKEN_BACK = "initial.taken_back"
    INITIALS_VOIDED = "initials.voided"
    """Another wording opened the boxes that were filled."""
    LEDGER_SIGNED = "ledger.signed"
    COPIED = "message.copied"
    """The words of a message that became something in the handoff."""
    PROMISE_DELIVERED = "promise.delivered"
    PROMISE_RENEGOTIATED = "promise.renegotiated"
    PROMISE_BROKEN = "promise.broken"
    LATE_TALKED = "late.talked_over"
    """The AE talked a late promise over with the customer."""
    LATE_ANSWERED = "late.answered"
    LATE_DECIDED = "late.decided"
    PROMISE_DISPUTED = "promise.disputed"
    DISPUTE_TAKEN_BACK = "dispute.taken_back"
    DISPUTE_ANSWERED = "dispute.answered"
    DISPUTE_ESCALATED = "dispute.escalated"
    DISPUTE_SETTLED = "dispute.settled"
    HELPER_INVITED = "helper.invited"
    HELPER_TAKEN_OFF = "helper.taken_off"
    GATE_PASSED = "gate.passed"
    POSTED = "message.posted"
    ASSIGNED = "csm.assigned"
    AE_REASSIGNED = "ae.reassigned"
    INTERVIEWS_OPENED = "interviews.opened"
    """There is a list of whom to ask what an AE who is gone knew."""
    INTERVIEWED = "interviews.ticked"
    CHAMPION_LEFT = "champion.left"
    CHAMPION_NAMED = "champion.named"
    ACKNOWLEDGED = "brief.acknowledged"
    ACKNOWLEDGE_UNDONE = "acknowledgement.undone"
    OUTDATED = "acknowledgement.outdated"
    CHECKS_ANSWERED = "checks.answered"
    INTRO_HELD = "intro.held"
    PLAN_WRITTEN = "joint_plan.written"
    RESTATED = "brief.restated"
    MATCHED = "restatement.matched"
    MISMATCHED = "restatement.mismatched"
    CALL_REQUIRED = "call.required"
    BRIEFING_BOOKED = "briefing.booked"
    BRIEFING_SKIPPED = "briefing.without"
    """A side says that it needs no briefing call; both have to."""
    BRIEFING_HELD = "briefing.held"
    INTRO_FREE = "intro.free"
    """What held it was done."""
    HOLD_LIFTED = "intro.hold_lifted"
    """The CS manager let it go out without the call that a check asked for."""
    INTRO_DRAFTED = "intro.drafted"
    INTRO_SENT = "intro.sent"
    INTRO_NOT_SENT = "intro.not_sent"
    """It was recorded as sent by mistake."""
    CHAMPION_WRITTEN_TO = "champion.written_to"
    """A side wrote to the champion before the intro, or did not after all."""
    SENT_BACK = "brief.sent_back"
    RETURNED = "brief.returned"
    DECLINED = "csm.declined"
    GATE_OVERRIDDEN = "gate.overridden"
    DEBRIEF_ANSWERED = "debrief.answered"
    DEBRIEF_MARKED = "debrief.marked"
    DEBRIEF_ASKED = "debrief.asked"
    DEBRIEF_REPLIED = "debrief.replied"
    DEBRIEF_OWN_PART = "debrief.own_part"
    DEBRIEF_HELD = "debrief.held"
    DEBRIEF_DONE = "debrief.done"
    LISTENER_CHANGED = "listener.changed"
    PLAN_STARTED = "plan.started"
    MILESTONE_ADDED = "milestone.added"
    MILESTONE_CHANGED = "milestone.changed"
    MILESTONE_DONE = "milestone.done"
    MILESTONE_OPENED = "milestone.opened"
    """It was not reached after all, or belongs to the plan again."""
    MILESTONE_DROPPED = "milestone.dropped"
    PLAN_INITIALED = "plan.initialed"
    PLAN_CONFIRMED = "plan.confirmed"
    """The customer, or the partner, said yes to what they share of it."""
    PLAN_VOIDED = "plan.voided"
    """A change opened what was signed."""
    PLAN_SIGNED = "plan.signed"
    BREAKDOWN = "breakdown.recorded"
    SNOOZED = "deadline.snoozed"
    NOT_MINE = "step.not_mine"
    """The owner of a step says that it is not theirs; it stays theirs until reassigned."""
    AWAY = "person.away"
    """Somebody with a part is away: who acts for them, until when."""
    BACK = "person.back"
    MANAGER_CHANGED = "manager.changed"
    LEAD_CHANGED = "lead.changed"
    MOVED = "handoff.moved"
    CHECK_IN_DRAFTED = "check_in.drafted"
    CHECKED_IN = "check_in.sent"
    MILESTONES_REVIEWED = "milestones.reviewed"
    NPS_RECORDED = "nps.recorded"
    STILL_TRUE_SAID = "debrief.still_true"
    FIRST_VALUE_RECORDED = "first_value.recorded"
    EXPANSION_TALKED = "expansion.recorded"
    BRIEF_SCORED = "brief.scored"
    DEFINED_DONE_REVIEWED = "defined_done.reviewed"
    CLOSED = "handoff.closed"
    CLOSING_UNDONE = "closing.undone"
    CANCELLED = "handoff.cancelled"
    CANCEL_UNDONE = "cancellation.undone"
    REOPENED = "handoff.reopened"
    """After its cancellation could be undone no more: the clocks of what is open began anew."""
    LINKED = "handoff.linked"
    """To another one: what a cancelled deal became, or an amended contract."""
    UNLINKED = "handoff.unlinked"
    PROMISE_CARRIED = "promise.carried"
    """Copied from a handoff into the one that its deal became."""
    PARTNER_ENTERED = "partner.entered"
    ERASED = "values.erased"


CHANGES_BRIEF = frozenset(
    {
        Tag.BRIEF_SAVED,
        Tag.PROMISE_ADDED,
        Tag.PROMISE_EDITED,
        Tag.PROMISE_WITHDRAWN,
        Tag.CHAMPION_LEFT,
        Tag.CHAMPION_NAMED,
    }
)
"""What gives the brief another version."""


OF_DISPUTES = frozenset(
    {
        Tag.PROMISE_DISPUTED,
        Tag.DISPUTE_TAKEN_BACK,
        Tag.DISPUTE_ANSWERED,
        Tag.DISPUTE_ESCALATED,
        Tag.DISPUTE_SETTLED,
    }
)


OF_REVIEWS = frozenset(
    {
        Tag.CHECK_IN_DRAFTED,
        Tag.CHECKED_IN,
        Tag.MILESTONES_REVIEWED,
        Tag.NPS_RECORDED,
        Tag.STILL_TRUE_SAID,
        Tag.FIRST_VALUE_RECORDED,
        Tag.EXPANSION_TALKED,
        Tag.BRIEF_SCORED,
        Tag.DEFINED_DONE_REVIEWED,
    }
)
"""What is recorded after the kickoff, with the side whose it is as a fact."""


@dataclass(frozen=True)
class Event:
    """Something that happened, before it has a place in the chain."""

    tag: Tag
    at: datetime
    actor: int | None
    """Id of the person who acted; None is the bot itself."""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    """Free text and personal values; only their commitments enter the chain."""


@dataclass(frozen=True)
class Record:
    """One link of the stored chain, with the values still kept for it."""

    seq: int
    body: bytes
    hash: bytes
    values: Mapping[str, tuple[bytes, str]] = field(default_factory=dict)
    """By field name: the salt and the value."""
    columns: Mapping[str, Fact] | None = None
    """What stands in columns beside the body, for lists; it must say what the body says."""


def instant_text(at: datetime) -> str:
    """An instant in UTC with microseconds, the only form in which a record holds a time."""
    if at.tzinfo is None:
        raise ValueError("a record needs an aware datetime")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def commitment(salt: bytes, value: str) -> str:
    """What stands in the chain for a value."""
    return hashlib.sha256(salt + value.encode()).hexdigest()


def canonical(*, handoff: int, seq: int, event: Event, salts: Mapping[str, bytes]) -> bytes:
    """The exact bytes that are hashed and stored for an event."""
    content = {
        "v": 1,
        "handoff": handoff,
        "seq": seq,
        "tag": event.tag.value,
        "at": instant_text(event.at),
        "actor": event.actor,
        "facts": dict(event.facts),
        "values": {name: commitment(salts[name], text) for name, text in event.values.items()},
    }
    return json.dumps(
        content,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
        allow_nan=False,
    ).encode()


def link(previous: bytes, body: bytes) -> bytes:
    """The hash of a record, resting on the one before it."""
    return hashlib.sha256(previous + body).digest()


class Damage(StrEnum):
    """What is wrong with a chain."""

    FORGED = "forged"
    SILENTLY_DELETED = "silently deleted"


@dataclass(frozen=True)
class Finding:
    """One damaged place: the record's number and, for a value, its field."""

    damage: Damage
    seq: int
    field: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What a check of one chain found."""

    count: int
    head: bytes
    findings: tuple[Finding, ...]
    erased: int
    """Values that were removed by an erasure the chain itself names."""
    erasures: int = 0
    """How often something was erased on request, also where no value of the history was."""

    @property
    def sound(self) -> bool:
        """Whether nothing was forged or silently deleted."""
        return not self.findings


ANCHOR_DIGITS = 16
"""How much of a hash an anchor shows."""
_ANCHOR = re.compile(r"\b([0-9][0-9,]*) records?, head ([0-9a-fA-F]+)\b")
_OF_HANDOFF = re.compile(r"\bHandoff ([0-9]+):")


@dataclass(frozen=True)
class Anchor:
    """How a history stood once: how many records, and the first part of the last hash."""

    count: int
    head: str
    """Hexadecimal digits, in small letters."""
    handoff_id: int | None = None
    """Whose history it was, where the text says it; a message in Slack does not."""


class Anchored(StrEnum):
    """Whether a history is still the one of an anchor."""

    HOLDS = "holds"
    """Record by record up to the anchor it is the one that it was then."""
    OTHER = "other"
    """The record at that place rests on others than it did then, or is another one."""
    SHORTER = "shorter"
    """It does not even have so many records."""


def anchor_in(text: str) -> Anchor:
    """The anchor in the text of a message, or in a line of `verify`; raises Invalid for none."""
    found = _ANCHOR.search(" ".join(text.split()))
    if found is None or len(found[2]) < ANCHOR_DIGITS:
        raise Invalid(Problem.NO_ANCHOR, field="anchor")
    of = _OF_HANDOFF.search(text)
    count = int(found[1].replace(",", ""))
    return Anchor(count, found[2].lower(), int(of[1]) if of is not None else None)


def anchored(records: Sequence[Record], anchor: Anchor) -> Anchored:
    """Whether a chain still has an anchor at its place, reckoned anew from the records' bytes.

    What stands beside the bytes, hashes too, is not relied on.
    """
    head = GENESIS
    for number, record in enumerate(records[: anchor.count], start=1):
        if record.seq != number:
            return Anchored.OTHER
        head = link(head, record.body)
    if len(records) < anchor.count:
        return Anchored.SHORTER
    return Anchored.HOLDS if head.hex().startswith(anchor.head) else Anchored.OTHER


def _columns_differ(record: Record) -> bool:
    if record.columns is None:
        return False
    content = json.loads(record.body)
    return any(content.get(name) != value for name, value in record.columns.items())


def _announced_erasures(bodies: Iterable[bytes]) -> set[tuple[int, str]]:
    announced = set()
    for body in bodies:
        content = json.loads(body)
        if content["tag"] == Tag.ERASED:
            facts = content["facts"]
            announced |= set(zip(facts["seqs"], facts["fields"], strict=True))
    return announced


def verify(records: Sequence[Record], *, expected_count: int, expected_head: bytes) -> Verdict:
    """Check a chain against its own hashes and against the count and head kept elsewhere.

    `records` come in the order of their numbers; `expected_head` is GENESIS for an empty chain.
    """
    findings: list[Finding] = []
    intact: list[bytes] = []
    previous, number = GENESIS, 0
    for record in records:
        while number + 1 < record.seq:
            number += 1
            findings.append(Finding(Damage.SILENTLY_DELETED, number))
        gap = bool(findings) and findings[-1] == Finding(Damage.SILENTLY_DELETED, record.seq - 1)
        number = record.seq
        if gap:
            pass  # Without the record before it, this one's hash cannot be checked.
        elif link(previous, record.body) != record.hash or _columns_differ(record):
            findings.append(Finding(Damage.FORGED, record.seq))
        else:
            intact.append(record.body)
        previous = record.hash
    for missing in range(number + 1, expected_count + 1):
        findings.append(Finding(Damage.SILENTLY_DELETED, missing))
    if number >= expected_count and previous != expected_head and not findings:
        findings.append(Finding(Damage.FORGED, number))
    announced = _announced_erasures(intact)
    erased = 0
    for record in records:
        if record.body not in intact:
            continue
        commitments = json.loads(record.body)["values"]
        # A value nobody committed to would be shown like the others.
        added = sorted(record.values.keys() - commitments.keys())
        findings.extend(Finding(Damage.FORGED, record.seq, name) for name in added)
        for name, committed in commitments.items():
            kept = record.values.get(name)
            if kept is None and (record.seq, name) in announced:
                erased += 1
            elif kept is None:
                findings.append(Finding(Damage.SILENTLY_DELETED, record.seq, name))
            elif commitment(*kept) != committed:
                findings.append(Finding(Damage.FORGED, record.seq, name))
    erasures = sum(json.loads(body)["tag"] == Tag.ERASED for body in intact)
    return Verdict(len(records), previous, tuple(findings), erased, erasures)
