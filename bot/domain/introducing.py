"""What people do about the intro: draft it, record that it went out, say that they wrote before."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.domain import access
from bot.domain.access import Act, Audience, Capacity
from bot.domain.breakdowns import Breakdown
from bot.domain.errors import Conflict, Invalid, NotAllowed, Problem
from bot.domain.handoff import CLOCK_SLACK, Handoff
from bot.domain.history import Fact, Tag, instant_text
from bot.domain.intro import Contacted, CsBefore, Sent
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.promises import Side
from bot.domain.size import Size
from bot.domain.steps import Step, call_required, rule_of


@dataclass(frozen=True)
class Sender:
    """Which rights an intro has, by the side that sends it."""

    write: Act
    send: Act
    readers: Audience


SENDERS: Mapping[Side, Sender] = {
    Side.AE: Sender(Act.WRITE_AE_INTRO, Act.SEND_AE_INTRO, Audience.AE_INTRO),
    Side.CSM: Sender(Act.WRITE_CSM_INTRO, Act.SEND_CSM_INTRO, Audience.CSM_INTRO),
}


def side_of_sender(size: Size) -> Side:
    """Whose words the intro is: the AE's where the kickoff is joint, else the CSM's."""
    return Side.AE if rule_of(Step.INTRO).part(size) is Capacity.AE else Side.CSM


def sender(handoff: Handoff, policy: Policy) -> Sender:
    """The rights of a handoff's intro."""
    return SENDERS[side_of_sender(handoff.size(policy))]


def require(act: Act, by: Person, handoff: Handoff) -> None:
    """Raise NotAllowed, or Invalid before the signature and once the handoff is over."""
    access.require(act, by, handoff)
    if not handoff.open:
        raise Invalid(handoff.why_over)
    if handoff.signed_at is None:
        raise Invalid(Problem.NOT_SIGNED)


def waits_for(handoff: Handoff, size: Size) -> Step | None:
    """The first step the intro has to wait for; None once it may go out, or did."""
    if handoff.intro.sent_at is not None:
        return None
    return _missing(handoff, size)


def _missing(handoff: Handoff, size: Size) -> Step | None:
    needs = (rule_of(step) for step in rule_of(Step.INTRO).waits_for(handoff))
    owed = (rule for rule in needs if rule.in_deal(handoff, size))
    return next((rule.step for rule in owed if rule.done_at(handoff) is None), None)


def waits_on(step: Step, handoff: Handoff, size: Size) -> int | None:
    """Who owes what the intro waits for; while the AE has the brief again it is the AE."""
    with_ae = step is Step.READ and handoff.verification.with_ae
    if with_ae or (step is Step.ASSIGN and not handoff.assignable):
        step = Step.BRIEF
    owner = access.holder(rule_of(step).part(size), handoff)
    return access.acting(owner, handoff) if owner is not None else None


def save_draft(
    handoff: Handoff, *, revision: int, by: Person, at: datetime, policy: Policy
) -> None:
    """The sender saved their draft, stored as a document's `revision`; also while it waits."""
    require(sender(handoff, policy).write, by, handoff)
    handoff.intro = handoff.intro.drafted(at)
    handoff.note(Tag.INTRO_DRAFTED, {"revision": revision}, by=by, at=at)


def checked_contact(contact: Contacted, handoff: Handoff, *, at: datetime, field: str) -> Contacted:
    """The same in UTC; raises Invalid for a time still to come, or before the signature.

    What was written before the signature belongs to the sale: no clock ran.
    """
    wrote_at = contact.at.astimezone(UTC)
    if wrote_at > at + CLOCK_SLACK:
        raise Invalid(Problem.WRITTEN_LATER, field=field)
    if handoff.signed_at is not None and wrote_at < handoff.signed_at:
        raise Invalid(Problem.WRITTEN_BEFORE_SIGNATURE, field=field)
    return replace(contact, at=wrote_at)


def _checked(sent: Sent, handoff: Handoff, *, at: datetime) -> Sent:
    contact = checked_contact(sent.contact, handoff, at=at, field="intro_sent_at")
    if sent.before is not CsBefore.CSM:
        return replace(sent, contact=contact, csm=None)
    if sent.csm is None:
        raise Invalid(Problem.DATE_NEEDED, field="csm_wrote_at")
    csm = checked_contact(sent.csm, handoff, at=at, field="csm_wrote_at")
    if csm.at >= contact.at:
        raise Invalid(Problem.WRITTEN_AFTER_INTRO, field="csm_wrote_at")
    return replace(sent, contact=contact, csm=csm)


def mark_sent(
    handoff: Handoff, sent: Sent, *, by: Person, at: datetime, policy: Policy, reason: str = ""
) -> None:
    """The intro went out; once more where that was wrong.

    One that should have waited is recorded like any other, with a breakdown. A manager who records
    it for the sender gives a reason. Raises Conflict where just this is recorded already.
    """
    size = handoff.size(policy)
    side = side_of_sender(size)
    act = SENDERS[side].send
    require(act, by, handoff)
    sent = _checked(sent, handoff, at=at)
    before = handoff.intro
    now = before.went_out(sent, at)
    if now == before:
        raise Conflict(Problem.ALREADY_DONE, field="intro_sent_at")
    values = handoff.reason_for(act, by, reason)
    early = _went_out_early(handoff, size, sent.contact.at)
    handoff.intro = now
    facts: dict[str, Fact] = {
        "side": side.value,
        "at": instant_text(sent.contact.at),
        "way": sent.contact.way.value,
        "before": _text(before.sent_at),
        "cs_before": now.cs_before.value if now.cs_before is not None else None,
        "csm_wrote_at": _text(now.csm_wrote_at),
        "csm_anew": side is Side.AE and now.csm_wrote_at != before.csm_wrote_at,
    }
    handoff.note(Tag.INTRO_SENT, facts, values, by=by, at=at)
    handoff.note_breakdown(Breakdown.INTRO_WHILE_HELD, happened=early, at=at)
    _weigh_who_was_first(handoff, side, at)


def _went_out_early(handoff: Handoff, size: Size, sent_at: datetime) -> bool:
    """Whether it went out before what it has to wait for.

    Of a reading that was opened again nobody knows any more when it was done first, and then what
    counts is how it is now.
    """
    first = handoff.intro.sent_at is None
    if _missing(handoff, size) is not None:
        # What was recorded before, and is opened again only now, was in time then.
        return first or Breakdown.INTRO_WHILE_HELD in handoff.breakdowns
    assigned_at, read_at = handoff.assigned_at, handoff.read_at()
    reading, briefing = handoff.verification, handoff.briefing
    if assigned_at is not None and sent_at < assigned_at:
        return first  # Else it may be another CSM by now.
    if read_at is not None and reading.reopened_at is None and sent_at < read_at:
        return True
    lifted = briefing.lifted_at is not None and briefing.lifted_at <= sent_at
    called = call_required(handoff, size) or briefing.at is not None
    held_at = briefing.held_at if briefing.recorded(reading.call_asked_at) is not None else None
    return called and not lifted and held_at is not None and sent_at < held_at


def take_back(
    handoff: Handoff, *, by: Person, at: datetime, policy: Policy, reason: str = ""
) -> None:
    """It did not go out after all, and is owed again; Conflict where it is not recorded."""
    side = side_of_sender(handoff.size(policy))
    act = SENDERS[side].send
    require(act, by, handoff)
    if handoff.intro.sent_at is None:
        raise Conflict(Problem.NOTHING_TO_UNDO)
    values = handoff.reason_for(act, by, reason)
    before = handoff.intro.sent_at
    handoff.intro = handoff.intro.did_not_go_out()
    facts: dict[str, Fact] = {"side": side.value, "before": instant_text(before)}
    handoff.note(Tag.INTRO_NOT_SENT, facts, values, by=by, at=at)
    handoff.note_breakdown(Breakdown.INTRO_WHILE_HELD, happened=False, at=at)
    _weigh_who_was_first(handoff, side, at)


def note_contact(
    handoff: Handoff, contact: Contacted | None, *, by: Person, at: datetime, policy: Policy
) -> None:
    """AE or CSM wrote to the champion before, and it was not the intro; None takes that back.

    By the CSM it ends the clock of the first contact: the intro stays owed, by the day before the
    kickoff. Raises Conflict where just this is recorded already.
    """
    require(Act.NOTE_CONTACT, by, handoff)
    side = access.side_of(by, handoff)
    if side is None:
        raise NotAllowed(Problem.NOT_YOUR_TURN, whose=access.whose(Act.NOTE_CONTACT, handoff))
    if contact is not None:
        contact = checked_contact(contact, handoff, at=at, field="wrote_at")
        sent_at = handoff.intro.sent_at
        if sent_at is not None and contact.at >= sent_at:
            raise Invalid(Problem.WRITTEN_AFTER_INTRO, field="wrote_at")
    noted = handoff.intro.noted(side, contact)
    if noted == handoff.intro:
        raise Conflict(Problem.ALREADY_DONE, field="wrote_at")
    handoff.intro = noted
    sends = side_of_sender(handoff.size(policy))
    facts: dict[str, Fact] = {
        "side": side.value,
        "at": _text(contact.at if contact is not None else None),
        "way": contact.way.value if contact is not None else None,
        "csm_wrote_at": _text(noted.csm_wrote_at),
        "csm_anew": (side, sends) == (Side.CSM, Side.AE) and handoff.intro.sent_at is None,
    }
    handoff.note(Tag.CHAMPION_WRITTEN_TO, facts, by=by, at=at)
    _weigh_who_was_first(handoff, sends, at)


def _text(at: datetime | None) -> str | None:
    return instant_text(at) if at is not None else None


def wrote_as_csm(handoff: Handoff) -> bool:
    """Whether what is noted of the CSM came after who is it now was assigned."""
    wrote, since = handoff.intro.csm_wrote_at, handoff.assigned_at
    return wrote is not None and since is not None and wrote >= since


def _weigh_who_was_first(handoff: Handoff, side: Side, at: datetime) -> None:
    """Where the AE writes the intro nobody from customer success writes before it."""
    first = side is Side.AE and handoff.intro.cs_was_first
    handoff.note_breakdown(Breakdown.CS_WROTE_FIRST, happened=first, at=at)
