"""The one place of *who may do what* and *who sees what* (both fixed by the process)."""

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from typing import Protocol

from bot.domain.errors import NotAllowed, Problem
from bot.domain.items import SectionKey
from bot.domain.leave import Away
from bot.domain.people import Person, Role
from bot.domain.promises import Side


class Capacity(StrEnum):
    """What a person is to a handoff."""

    AE = "ae"
    CSM = "csm"
    LISTENER = "listener"
    """The second listener of the debrief, who reads what the CSM reads."""
    CS_MANAGER = "cs_manager"
    AE_MANAGER = "ae_manager"
    REVOPS = "revops"
    HELPER = "helper"
    """Fills sections the AE named; a guest of the form, not of the handoff."""
    LEAD = "lead"
    """The implementation lead."""
    ADMIN = "admin"
    IN_CHANNEL = "in_channel"
    """Can read the deal channel: it is public, or they are in it."""
    MEMBER = "member"
    SUBJECT = "subject"
    """Whom a figure is about."""
    CUSTOMER = "customer"
    """Reads what is exported for them, and is nobody the bot talks to."""


class Act(StrEnum):
    """What people do to a handoff, and to the bot.

    Of the acts of *record any other step* some have names of their own; what is left of a side's
    steps is RECORD_AE_STEP and RECORD_CSM_STEP.
    """

    START = "start"
    CONFIRM_AE = "confirm_ae"
    EDIT_BRIEF = "edit_brief"
    INVITE_HELPER = "invite_helper"
    CHANGE_DEAL = "change_deal"
    """The value, and the marks that decide on add-ons."""
    POST = "post"
    SIGN = "sign"
    ALIGN = "align"
    """The pre-close alignment with somebody of customer success."""
    RECORD_CALL = "record_call"
    """The call with AE, CS and champion that the closed-won gate asks for."""
    OVERRIDE_CLOSED_WON = "override_closed_won"
    """Override the closed-won gate."""
    ANSWER_COMMITMENT = "answer_commitment"
    """Whether the AE kept the day they named."""
    ASSIGN = "assign"
    OVERRIDE_GATE = "override_gate"
    DECLINE = "decline"
    """The CSM says that they are not the right one."""
    ACKNOWLEDGE = "acknowledge"
    UNDO_ACKNOWLEDGE = "undo_acknowledge"
    """Nobody takes back for the CSM what holds as theirs."""
    VERIFY = "verify"
    """The three checks, the joint plan and the restatement."""
    JUDGE = "judge"
    """Whether the restatement matches."""
    BOOK_BRIEFING = "book_briefing"
    """When the briefing call is to be."""
    SKIP_BRIEFING = "skip_briefing"
    """Each of the two says that they do without one."""
    HOLD_BRIEFING = "hold_briefing"
    """That it was held, and how."""
    LIFT_HOLD = "lift_hold"
    """Let the intro go out though a check holds it."""
    WRITE_AE_INTRO = "write_ae_intro"
    """The draft of an intro that the AE sends."""
    WRITE_CSM_INTRO = "write_csm_intro"
    """The same of one that the CSM sends."""
    SEND_AE_INTRO = "send_ae_intro"
    """That the AE's intro went out, when and how."""
    SEND_CSM_INTRO = "send_csm_intro"
    NOTE_CONTACT = "note_contact"
    """Each of the two says that they wrote to the champion before the intro."""
    ARRANGE_TALK = "arrange_talk"
    """The time of the debrief: the CSM proposes one, and each answers the other's."""
    BOOK_KICKOFF = "book_kickoff"
    """When the kickoff is; before there is a CSM the AE's."""
    PREPARE_KICKOFF = "prepare_kickoff"
    """That a side is prepared for it."""
    OPEN_KICKOFF_CARD = "open_kickoff_card"
    """The card that both have before them in it, each as far as they may read."""
    HOLD_KICKOFF = "hold_kickoff"
    """That the kickoff was held, and when."""
    EDIT_PLAN = "edit_plan"
    """Begin the success plan, and write, change and drop its milestones."""
    SIGN_PLAN = "sign_plan"
    """Initial it as the CSM."""
    SIGN_PLAN_AE = "sign_plan_ae"
    CONFIRM_PLAN = "confirm_plan"
    """Record that customer and partner said yes to what they share of it."""
    CONCLUDE_MILESTONE = "conclude_milestone"
    """That a milestone was reached, or was not after all."""
    SEND_BACK = "send_back"
    RETURN_BRIEF = "return_brief"
    """The AE gives a brief that was sent back to the CSM again."""
    MOVE = "move"
    CANCEL = "cancel"
    REOPEN = "reopen"
    REASSIGN_AE = "reassign_ae"
    REASSIGN_AE_MANAGER = "reassign_ae_manager"
    """Name another AE manager for one handoff."""
    REASSIGN_CS_MANAGER = "reassign_cs_manager"
    NAME_LEAD = "name_lead"
    """Choose the implementation lead."""
    INTERVIEW = "interview"
    """Tick whom one asked what an AE who is gone knew."""
    RECORD_CHAMPION = "record_champion"
    """That the customer's champion left, and who follows."""
    INITIAL_PROMISE = "initial_promise"
    DISPUTE_PROMISE = "dispute_promise"
    EDIT_PROMISE = "edit_promise"
    """Reword or withdraw one."""
    CONCLUDE_PROMISE = "conclude_promise"
    """After the kickoff: delivered, renegotiated, broken."""
    TALK_PROMISE = "talk_promise"
    """Talk a late promise over with the customer, before the kickoff."""
    DECIDE_LATE = "decide_late"
    """What becomes of a late promise after the kickoff: each of the two."""
    SETTLE_DISPUTE = "settle_dispute"
    """Each of the two once."""
    DECIDE_DISPUTE = "decide_dispute"
    """Where the two differ, or one of them is too late."""
    ANSWER_DEBRIEF = "answer_debrief"
    """Write down what the AE says: they themselves ahead, or who leads the talk."""
    LEAD_DEBRIEF = "lead_debrief"
    """Record that the talk was held."""
    MARK_DEBRIEF = "mark_debrief"
    """Say which answers count, ask the AE about them, and add a part of one's own.

    It is what the CSM made of the talk, so that nobody says it for them who does not fill their
    place.
    """
    REPLY_DEBRIEF = "reply_debrief"
    """Say something to what the CSM asks."""
    CHAT_DEBRIEF = "chat_debrief"
    """Answer it ahead in a chat of one's own."""
    NAME_LISTENER = "name_listener"
    """Choose who listens to the debrief besides the CSM."""
    RECORD_AE_STEP = "record_ae_step"
    RECORD_CSM_STEP = "record_csm_step"
    CLOSE = "close"
    CHANGE_POLICY = "change_policy"
    CHANGE_PEOPLE = "change_people"
    """People, their roles, managers and regions."""
    PAUSE = "pause"


class Audience(StrEnum):
    """Who may read a stored piece of content: the rows of *Who sees what*."""

    FACTS = "facts"
    """Account, owners, steps, due times, completeness."""
    CHANNEL = "channel"
    """Why, metric, promises, first 90 days, names and titles."""
    COMMERCIALS = "commercials"
    """The same readers less the implementation lead."""
    PERSONAL = "personal"
    """Behavioural lines, stake, consequence, strength, the label skeptic, communication style."""
    RED_FLAGS = "red_flags"
    PRIVATE_NOTE = "private_note"
    """The readers of the red flags; kept encrypted."""
    RECORDS = "records"
    """Checks, restatement and joint plan, the briefing call; of the debrief Q3, and Q6 in full."""
    INTERNAL = "internal"
    """Links of the deal, reason in the CRM, key contacts."""
    BACKGROUND = "background"
    """Competitors, partner section, links: what of the same stands with the commercials, and so is
    not for the implementation lead."""
    RELATIONS = "relations"
    """Other roles on the people map, last contact, second contact, relationship history."""
    REASONS = "reasons"
    """Reasons for a send-back, an override, a snooze, a cancellation; the CSM's own part of the
    debrief, the form of the kickoff, breakdowns, NPS, check-in and expansion, internal milestones.
    """
    DEBRIEF_FACTS = "debrief_facts"
    """Of the debrief Q1, and Q4 in short."""
    DEBRIEF = "debrief"
    """Of the debrief Q2, Q5, Q7 with its tag, and Q6 in short."""
    DISPUTES = "disputes"
    """Disputes and their settlement."""
    SHARED_MILESTONES = "shared_milestones"
    AE_INTRO = "ae_intro"
    """The draft of an intro that the AE writes."""
    CSM_INTRO = "csm_intro"
    """The same where the CSM writes it."""
    FIGURES = "figures"
    """Figures of one person."""


class Parts(Protocol):
    """Who has which part in a handoff."""

    @property
    def ae_id(self) -> int: ...
    @property
    def csm_id(self) -> int | None: ...
    @property
    def listener_id(self) -> int | None: ...
    @property
    def lead_id(self) -> int | None: ...
    @property
    def cs_manager_id(self) -> int | None: ...
    @property
    def ae_manager_id(self) -> int | None: ...
    @property
    def helpers(self) -> Mapping[int, frozenset[SectionKey]]: ...
    @property
    def away(self) -> Mapping[int, Away]: ...
    @property
    def closed(self) -> Callable[[int], bool]: ...
    @property
    def proposed_csm_id(self) -> int | None: ...
    @property
    def cs_contact_id(self) -> int | None: ...


_AE_SIDE = frozenset({Capacity.AE, Capacity.AE_MANAGER, Capacity.REVOPS})
_AE_STEP = frozenset({Capacity.AE, Capacity.AE_MANAGER})
_CSM_STEP = frozenset({Capacity.CSM, Capacity.CS_MANAGER})
_EITHER = frozenset({Capacity.AE, Capacity.CSM})
_SIDES: Mapping[Side, Capacity] = {Side.AE: Capacity.AE, Side.CSM: Capacity.CSM}
_ACTS: Mapping[Act, frozenset[Capacity]] = {
    Act.START: frozenset({Capacity.MEMBER}),
    Act.CONFIRM_AE: frozenset({Capacity.AE}),
    Act.EDIT_BRIEF: frozenset({Capacity.AE, Capacity.HELPER}),
    Act.INVITE_HELPER: frozenset({Capacity.AE}),
    Act.CHANGE_DEAL: frozenset({Capacity.AE}),
    Act.POST: frozenset({Capacity.AE}),
    Act.SIGN: _AE_SIDE,
    Act.ALIGN: _AE_STEP,
    Act.RECORD_CALL: _AE_STEP,
    Act.OVERRIDE_CLOSED_WON: frozenset({Capacity.AE_MANAGER}),
    Act.ANSWER_COMMITMENT: frozenset({Capacity.AE_MANAGER}),
    Act.ASSIGN: frozenset({Capacity.CS_MANAGER}),
    Act.OVERRIDE_GATE: frozenset({Capacity.CS_MANAGER}),
    Act.DECLINE: frozenset({Capacity.CSM}),
    Act.ACKNOWLEDGE: _CSM_STEP,
    Act.UNDO_ACKNOWLEDGE: frozenset({Capacity.CSM}),
    Act.VERIFY: _CSM_STEP,
    Act.JUDGE: _AE_STEP,
    Act.BOOK_BRIEFING: _AE_STEP,
    Act.SKIP_BRIEFING: _EITHER,
    Act.HOLD_BRIEFING: _AE_STEP | _CSM_STEP,
    Act.LIFT_HOLD: frozenset({Capacity.CS_MANAGER}),
    Act.WRITE_AE_INTRO: frozenset({Capacity.AE}),
    Act.WRITE_CSM_INTRO: frozenset({Capacity.CSM}),
    Act.SEND_AE_INTRO: _AE_STEP,
    Act.SEND_CSM_INTRO: _CSM_STEP,
    Act.NOTE_CONTACT: _EITHER,
    Act.ARRANGE_TALK: _EITHER,
    Act.BOOK_KICKOFF: _CSM_STEP | {Capacity.AE},
    Act.PREPARE_KICKOFF: _AE_STEP | _CSM_STEP,
    Act.OPEN_KICKOFF_CARD: _AE_SIDE | _CSM_STEP | {Capacity.LISTENER, Capacity.LEAD},
    Act.HOLD_KICKOFF: _CSM_STEP,
    Act.EDIT_PLAN: _CSM_STEP,
    Act.SIGN_PLAN: _CSM_STEP,
    Act.SIGN_PLAN_AE: _AE_STEP,
    Act.CONFIRM_PLAN: _CSM_STEP,
    Act.CONCLUDE_MILESTONE: _EITHER,
    Act.SEND_BACK: frozenset({Capacity.CSM}),
    Act.RETURN_BRIEF: frozenset({Capacity.AE}),
    Act.MOVE: _AE_SIDE,
    Act.CANCEL: _AE_SIDE,
    Act.REOPEN: _AE_SIDE,
    Act.REASSIGN_AE: frozenset({Capacity.AE_MANAGER}),
    Act.REASSIGN_AE_MANAGER: frozenset({Capacity.AE_MANAGER, Capacity.REVOPS, Capacity.ADMIN}),
    Act.REASSIGN_CS_MANAGER: frozenset({Capacity.CS_MANAGER, Capacity.REVOPS, Capacity.ADMIN}),
    Act.NAME_LEAD: _CSM_STEP,
    Act.INTERVIEW: _AE_STEP,
    Act.RECORD_CHAMPION: _EITHER,
    Act.INITIAL_PROMISE: _EITHER,
    Act.DISPUTE_PROMISE: _EITHER,
    Act.EDIT_PROMISE: _EITHER,
    Act.CONCLUDE_PROMISE: _EITHER,
    Act.TALK_PROMISE: _AE_STEP,
    Act.DECIDE_LATE: _EITHER,
    Act.SETTLE_DISPUTE: frozenset({Capacity.AE_MANAGER, Capacity.CS_MANAGER}),
    Act.DECIDE_DISPUTE: frozenset({Capacity.REVOPS}),
    Act.ANSWER_DEBRIEF: frozenset({Capacity.AE}) | _CSM_STEP,
    Act.LEAD_DEBRIEF: _CSM_STEP,
    Act.MARK_DEBRIEF: frozenset({Capacity.CSM}),
    Act.REPLY_DEBRIEF: frozenset({Capacity.AE}),
    Act.CHAT_DEBRIEF: frozenset({Capacity.AE}),
    Act.NAME_LISTENER: _CSM_STEP,
    Act.RECORD_AE_STEP: _AE_STEP,
    Act.RECORD_CSM_STEP: _CSM_STEP,
    Act.CLOSE: frozenset({Capacity.CSM}),
    Act.CHANGE_POLICY: frozenset({Capacity.ADMIN}),
    Act.CHANGE_PEOPLE: frozenset({Capacity.ADMIN}),
    Act.PAUSE: frozenset({Capacity.ADMIN}),
}
_AE_ALONE, _CSM_ALONE = frozenset({Capacity.AE}), frozenset({Capacity.CSM})
_OWNERS_OF_STEPS: Mapping[Act, frozenset[Capacity]] = {
    Act.ALIGN: _AE_ALONE,
    Act.RECORD_CALL: _AE_ALONE,
    Act.JUDGE: _AE_ALONE,
    Act.BOOK_BRIEFING: _AE_ALONE,
    Act.SEND_AE_INTRO: _AE_ALONE,
    Act.TALK_PROMISE: _AE_ALONE,
    Act.RECORD_AE_STEP: _AE_ALONE,
    Act.HOLD_BRIEFING: _EITHER,
    Act.ACKNOWLEDGE: _CSM_ALONE,
    Act.VERIFY: _CSM_ALONE,
    Act.BOOK_KICKOFF: _CSM_ALONE,
    Act.PREPARE_KICKOFF: _EITHER,
    Act.SEND_CSM_INTRO: _CSM_ALONE,
    Act.HOLD_KICKOFF: _CSM_ALONE,
    Act.EDIT_PLAN: _CSM_ALONE,
    Act.SIGN_PLAN: _CSM_ALONE,
    Act.SIGN_PLAN_AE: _AE_ALONE,
    Act.CONFIRM_PLAN: _CSM_ALONE,
    Act.LEAD_DEBRIEF: _CSM_ALONE,
    Act.RECORD_CSM_STEP: _CSM_ALONE,
}
"""The steps a side's manager may record, with a reason, and whose they are."""

_INNER = frozenset({Capacity.AE, Capacity.CSM, Capacity.LISTENER, Capacity.CS_MANAGER})
_BOTH_SIDES = _INNER | {Capacity.AE_MANAGER, Capacity.REVOPS}
_IN_CHANNEL = _BOTH_SIDES | {Capacity.LEAD, Capacity.IN_CHANNEL}
_AUDIENCES: Mapping[Audience, frozenset[Capacity]] = {
    Audience.FACTS: _IN_CHANNEL | {Capacity.HELPER},
    Audience.CHANNEL: _IN_CHANNEL,
    Audience.COMMERCIALS: _BOTH_SIDES | {Capacity.IN_CHANNEL},
    Audience.PERSONAL: _INNER,
    Audience.RED_FLAGS: _INNER,
    Audience.PRIVATE_NOTE: _INNER,
    Audience.RECORDS: _INNER,
    Audience.INTERNAL: _BOTH_SIDES | {Capacity.LEAD},
    Audience.BACKGROUND: _BOTH_SIDES,
    Audience.RELATIONS: _INNER,
    Audience.REASONS: _BOTH_SIDES | {Capacity.LEAD},
    Audience.DEBRIEF_FACTS: _IN_CHANNEL,
    Audience.DEBRIEF: _BOTH_SIDES,
    Audience.DISPUTES: _IN_CHANNEL,
    Audience.SHARED_MILESTONES: _IN_CHANNEL | {Capacity.HELPER, Capacity.CUSTOMER},
    Audience.AE_INTRO: _EITHER,
    Audience.CSM_INTRO: frozenset({Capacity.CSM}),
    Audience.FIGURES: frozenset(
        {Capacity.SUBJECT, Capacity.CS_MANAGER, Capacity.AE_MANAGER, Capacity.REVOPS}
    ),
}
EXPORTED: Mapping[SectionKey, frozenset[str]] = {
    SectionKey.SUCCESS: frozenset({"metric", "target", "by"}),
    SectionKey.FIRST_DAYS: frozenset(
        {"live_by", "outcome", "second_outcome", "confirms", "review_on"}
    ),
}
"""The fields of the brief that the customer-facing export holds; no other is ever in it."""
EXPORTED_OF_A_PROMISE = frozenset({"words"})
"""Of a promise that may be exported at all (`exportable`)."""
HELPED = frozenset(
    {
        Audience.CHANNEL,
        Audience.COMMERCIALS,
        Audience.PERSONAL,
        Audience.INTERNAL,
        Audience.BACKGROUND,
        Audience.RELATIONS,
    }
)
"""What a helper reads of the sections given to them."""
GIVEABLE = frozenset(set(SectionKey) - {SectionKey.RED_FLAGS})
"""The sections a helper may be given; red flags are nobody's but the two sides' own."""


def _owners(handoff: Parts) -> dict[Capacity, int | None]:
    # The AE is nobody's manager here: where they are named as one, RevOps stands in.
    cs_manager, ae_manager = (
        None if one == handoff.ae_id else one
        for one in (handoff.cs_manager_id, handoff.ae_manager_id)
    )
    return {
        Capacity.AE: handoff.ae_id,
        Capacity.CSM: handoff.csm_id,
        Capacity.LISTENER: handoff.listener_id,
        Capacity.LEAD: handoff.lead_id,
        Capacity.CS_MANAGER: cs_manager,
        Capacity.AE_MANAGER: ae_manager,
    }


def holder(part: Capacity, handoff: Parts) -> int | None:
    """Who has a part in a handoff; None while nobody does. The AE is nobody's manager."""
    return _owners(handoff).get(part)


_OTHER_SIDE: Mapping[Capacity, Capacity] = {
    Capacity.AE: Capacity.CSM,
    Capacity.AE_MANAGER: Capacity.CSM,
    Capacity.CSM: Capacity.AE,
    Capacity.CS_MANAGER: Capacity.AE,
}
"""Whose part nobody may have who acts in the other one: AE and CSM are different people."""


def _stand_in(owner: int | None, handoff: Parts) -> int | None:
    gone = handoff.away.get(owner) if owner is not None else None
    return gone.stand_in_id if gone is not None else None


def stand_ins(handoff: Parts) -> dict[Capacity, int]:
    """Who acts in which part for somebody who is away.

    Nobody acts for both sides: one who has or fills the part of AE or CSM fills none on the other.
    """
    parts, found = _owners(handoff), dict[Capacity, int]()
    for part, owner in parts.items():
        stand_in, other = _stand_in(owner, handoff), _OTHER_SIDE.get(part)
        if stand_in is None:
            continue
        if other is None or stand_in not in (parts[other], found.get(other)):
            found[part] = stand_in
    return found


def lists_it(handoff: Parts) -> frozenset[int]:
    """Whose Home lists it: everybody with a part, and who stands in for one of them."""
    parts = {one for one in _owners(handoff).values() if one is not None}
    absent = (handoff.away[one].stand_in_id for one in parts if one in handoff.away)
    return frozenset(parts.union(one for one in absent if one is not None))


def acting(owner_id: int, handoff: Parts) -> int:
    """Who acts in somebody's parts: they themselves, or while they are away their stand-in."""
    if owner_id not in handoff.away:
        return owner_id
    filled = stand_ins(handoff)
    theirs = {filled.get(part) for part, owner in _owners(handoff).items() if owner == owner_id}
    only = theirs.pop() if len(theirs) == 1 else None
    return only if only is not None else owner_id


def acts_as(person_id: int, owner_id: int | None, handoff: Parts) -> bool:
    """Whether a person has somebody's part or fills it for them."""
    return owner_id is not None and person_id in (owner_id, acting(owner_id, handoff))


def unattended(owner_id: int, handoff: Parts) -> bool:
    """Whether somebody is away, or has no account any more, and nobody acts for them."""
    absent = owner_id in handoff.away or handoff.closed(owner_id)
    return absent and acting(owner_id, handoff) == owner_id


def replaced_by(person: Person, handoff: Parts) -> tuple[int, ...]:
    """The people for whom a person acts in a handoff, each once."""
    parts = _owners(handoff)
    absent = (parts[part] for part, one in stand_ins(handoff).items() if one == person.id)
    return tuple(dict.fromkeys(one for one in absent if one is not None))


def capacities(person: Person, handoff: Parts) -> frozenset[Capacity]:
    """What a person is to a handoff; nothing at all for who is no full member.

    Who stands in for somebody has their parts as well. RevOps stands in for a manager the handoff
    does not have, except for one of their own deal.
    """
    if not person.full_member:
        return frozenset()
    parts = _owners(handoff)
    held = set(standing(person))
    held |= {part for part, owner in parts.items() if owner == person.id}
    held |= {part for part, stand_in in stand_ins(handoff).items() if stand_in == person.id}
    if person.id == handoff.listener_id and not may_listen(person, handoff):
        held.discard(Capacity.LISTENER)
    if _helped(person, handoff):
        held.add(Capacity.HELPER)
    if Role.REVOPS in person.roles:
        held.add(Capacity.REVOPS)
        held |= {
            manager
            for manager in (Capacity.CS_MANAGER, Capacity.AE_MANAGER)
            if parts[manager] is None and person.id != handoff.ae_id
        }
    return frozenset(held)


def side_of(person: Person, handoff: Parts) -> Side | None:
    """For which of the two a person initials and agrees; a stand-in for whom they stand in."""
    held = capacities(person, handoff)
    return next((side for side, part in _SIDES.items() if part in held), None)


def may_listen(person: Person, handoff: Parts) -> bool:
    """Whether somebody may be the second listener: never one of the two who talk.

    Whoever was named and lost what let them listen reads nothing by it any more.
    """
    if not person.full_member or person.id in (handoff.ae_id, handoff.csm_id):
        return False
    manages = person.id == handoff.cs_manager_id or Role.CS_MANAGER in person.roles
    return manages or Role.REVOPS in person.roles


def standing(person: Person) -> frozenset[Capacity]:
    """What a person is to the bot, without any handoff."""
    if not person.full_member:
        return frozenset()
    return frozenset({Capacity.MEMBER} | ({Capacity.ADMIN} if person.admin else set()))


def may_at_all(act: Act, person: Person) -> bool:
    """Whether a person may do what is done to no handoff: start one, and what admins set."""
    return bool(_ACTS[act] & standing(person))


def owes_a_reason(act: Act, person: Person, handoff: Parts) -> bool:
    """Whether a person would record the step of somebody else of their side."""
    owners = _OWNERS_OF_STEPS.get(act)
    return owners is not None and not owners & capacities(person, handoff)


def may_as_owner(act: Act, person: Person, handoff: Parts) -> bool:
    """Whether a person may do this as their own, and not only record it for somebody else."""
    return may(act, person, handoff) and not owes_a_reason(act, person, handoff)


def exportable(*, ae_initialed: bool, csm_initialed: bool, disputed: bool) -> bool:
    """Whether a promise's words may stand in the customer-facing export."""
    return ae_initialed and csm_initialed and not disputed


def may(act: Act, person: Person, handoff: Parts) -> bool:
    """Whether this person may do this now, as far as rights go."""
    return bool(_ACTS[act] & capacities(person, handoff))


def may_write(section: SectionKey, person: Person, handoff: Parts) -> bool:
    """Whether this person may fill a section of the brief: the AE, and helpers in theirs."""
    if not may(Act.EDIT_BRIEF, person, handoff):
        return False
    return Capacity.AE in capacities(person, handoff) or section in _helped(person, handoff)


def _helped(person: Person, handoff: Parts) -> frozenset[SectionKey]:
    """The sections given to a person, or to one for whom they stand in."""
    found: frozenset[SectionKey] = frozenset()
    for helper, sections in handoff.helpers.items():
        if person.id in (helper, _stand_in(helper, handoff)):
            found |= sections
    return found


def require_write(section: SectionKey, person: Person, handoff: Parts) -> None:
    """Raise NotAllowed, naming whose section it is, unless the person may fill it."""
    if not may_write(section, person, handoff):
        facts = {"act": Act.EDIT_BRIEF.value}
        _require_one_side(Act.EDIT_BRIEF, person, handoff)
        whose = (acting(handoff.ae_id, handoff),)
        raise NotAllowed(Problem.NOT_YOUR_TURN, whose=whose, facts=facts)


def may_change_promise(person: Person, handoff: Parts) -> bool:
    """Whether this person may reword or withdraw a promise: both sides, and who writes it down."""
    return may(Act.EDIT_PROMISE, person, handoff) or may_write(SectionKey.PROMISES, person, handoff)


def require_change_promise(person: Person, handoff: Parts) -> None:
    """Raise NotAllowed, naming both sides, unless the person may change a promise."""
    if not may_change_promise(person, handoff):
        require(Act.EDIT_PROMISE, person, handoff)


def whose(act: Act, handoff: Parts) -> tuple[int, ...]:
    """The people of the handoff whose turn it is, for a refusal that names them.

    A step is its owners' alone, though their manager may record it.
    """
    filled, turn = stand_ins(handoff), _OWNERS_OF_STEPS.get(act, _ACTS[act])
    owners = (
        filled.get(part, owner)
        for part, owner in _owners(handoff).items()
        if part in turn and owner is not None
    )
    return tuple(dict.fromkeys(owners))


def _require_one_side(act: Act, person: Person, handoff: Parts) -> None:
    """A stand-in who is on the other side is told just that, and not whose turn it is."""
    parts, filled = _owners(handoff), stand_ins(handoff)
    if any(
        part in _ACTS[act] and part not in filled and _stand_in(owner, handoff) == person.id
        for part, owner in parts.items()
    ):
        raise NotAllowed(Problem.BOTH_SIDES)


def require(act: Act, person: Person, handoff: Parts) -> None:
    """Raise NotAllowed, naming whose turn it is, unless the person may do it."""
    if not may(act, person, handoff):
        _require_one_side(act, person, handoff)
        raise NotAllowed(Problem.NOT_YOUR_TURN, whose=whose(act, handoff), facts={"act": act.value})


EVERY = frozenset(Audience)
"""All of it: for what is merged, counted and checked, never for what is shown."""
IN_THE_CHANNEL = frozenset(
    audience for audience, readers in _AUDIENCES.items() if Capacity.IN_CHANNEL in readers
)
"""What everyone in the deal channel may read, and so what stands there."""


def audiences(
    person: Person, handoff: Parts, *, in_channel: bool, about: int | None = None
) -> frozenset[Audience]:
    """What a person may read of a handoff; storage filters by it in the SELECT.

    `in_channel` says whether they can read its deal channel, which a proposed CSM and the CS
    contact need not be in until a CSM is assigned; `about` is whom a figure is about. What a helper
    reads of the sections given to them comes on top of it (`given`).
    """
    held = capacities(person, handoff)
    if about == person.id and Capacity.MEMBER in held:
        held |= {Capacity.SUBJECT}
    expected = person.id in (handoff.proposed_csm_id, handoff.cs_contact_id)
    comes = expected and handoff.csm_id is None
    if (in_channel or comes) and Capacity.MEMBER in held:
        held |= {Capacity.IN_CHANNEL}
    return frozenset(audience for audience, readers in _AUDIENCES.items() if readers & held)


def readers(audience: Audience, handoff: Parts) -> tuple[int, ...]:
    """The people of the handoff who may read an audience's content, each once."""
    filled = stand_ins(handoff)
    owners = (
        one
        for part, owner in _owners(handoff).items()
        if part in _AUDIENCES[audience]
        for one in (owner, filled.get(part))
        if one is not None
    )
    return tuple(dict.fromkeys(owners))


def given(person: Person, handoff: Parts) -> frozenset[SectionKey]:
    """The sections of which a person reads what a helper reads."""
    return _helped(person, handoff) if person.full_member else frozenset()


def readable_in(
    section: SectionKey, audiences: Collection[Audience], given: Collection[SectionKey]
) -> frozenset[Audience]:
    """What may be read of one section."""
    return frozenset(audiences) | (HELPED if section in given else frozenset())


class Reach(StrEnum):
    """Which handoffs a person's lists hold."""

    OWN = "own"
    READABLE = "readable"
    """Their own, and those of public channels, which any member may join."""
    ALL = "all"


def reach(person: Person, *, has_part: Callable[[], bool]) -> Reach:
    """The lists of a person; `has_part` tells whether they have a part in any handoff.

    Who has a role of their own or in a handoff is known to the bot and sees more than their own.
    """
    if not person.full_member:
        return Reach.OWN
    if Role.REVOPS in person.roles:
        return Reach.ALL
    return Reach.READABLE if person.roles or person.admin or has_part() else Reach.OWN
