"""The one table of the process's steps: whose each is, what it needs, when it is due and done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.access import Capacity, holder
from bot.domain.due import (
    AfterKickoff,
    AtSignature,
    BeforeKickoff,
    CalendarDay,
    DueRule,
    FirstContact,
    HoursAfter,
    KickoffDay,
    KickoffPrep,
    MessageHours,
    Number,
    OwnWindow,
)
from bot.domain.handoff import Handoff
from bot.domain.policy import Tier
from bot.domain.promises import Side
from bot.domain.size import AddOn, Size


class Step(StrEnum):
    """Steps of the process, called by their names there, in the order they are listed in.

    A step of two people stands twice, for each has a part of it to do.
    """

    CAPTURE = "capture"
    ALIGNMENT = "alignment"
    SIGNATURE = "signature"
    """The day it is expected on; no row of the table, and shown in no list of steps."""
    MESSAGE = "message"
    BRIEF = "brief"
    ASSIGN = "assign"
    BOOK_CALL = "book_call"
    READ = "read"
    JUDGE = "judge"
    """The AE says whether the CSM's restatement matches; a step of its own."""
    HOLD_CALL = "hold_call"
    HOLD_CALL_AE = "hold_call_ae"
    INTRO = "intro"
    DEBRIEF = "debrief"
    INITIALS = "initials"
    INITIALS_AE = "initials_ae"
    PREP = "prep"
    """The CSM gets ready for the kickoff."""
    PREP_AE = "prep_ae"
    """So does the AE, of one that is joint."""
    KICKOFF = "kickoff"
    KICKOFF_DAY = "kickoff_day"
    """The morning of the day it is booked for; no row of the table either."""
    PLAN = "plan"
    SIGN_PLAN = "sign_plan"
    SIGN_PLAN_AE = "sign_plan_ae"
    CHECK_IN = "check_in"
    MILESTONES = "milestones"
    NPS = "nps"
    EXPANSION = "expansion"
    EXPANSION_AE = "expansion_ae"
    SCORE = "score"
    SCORE_AE = "score_ae"
    OUTCOME = "outcome"
    COMMITMENT = "commitment"
    """The question whether it was kept; no row of the table either."""
    SETTLE = "settle"
    """What a CS manager answers to a dispute about a promise; of a promise, as all that follow."""
    SETTLE_AE = "settle_ae"
    """The same of an AE manager."""
    DECIDE = "decide"
    """RevOps decides where they differ, or one of them is too late."""
    LATE_TALK = "late_talk"
    """The AE talks a late promise over with the customer, before the kickoff."""
    LATE_DECIDE = "late_decide"
    """The CSM says what becomes of a late promise after the kickoff."""
    LATE_DECIDE_AE = "late_decide_ae"
    """So does the AE."""
    DELIVERY = "delivery"
    """Whoever delivers a promise does so by its day."""
    MILESTONE = "milestone"
    """Whoever owns a milestone of the success plan reaches it by its day; of one milestone."""


OF_A_SIDE: Mapping[Step, Capacity] = {
    Step.LATE_TALK: Capacity.AE,
    Step.LATE_DECIDE: Capacity.CSM,
    Step.LATE_DECIDE_AE: Capacity.AE,
}
"""What a part of the handoff owes about single promises."""
TO_SETTLE = frozenset({Step.SETTLE, Step.SETTLE_AE, Step.DECIDE})
"""What is asked about a dispute; a step that waits for it names who is to settle it now."""
OF_A_PROMISE = TO_SETTLE | {Step.DELIVERY} | OF_A_SIDE.keys()
"""What is owed about single promises, and so in no row of the table."""
OF_ONE_THING = OF_A_PROMISE | {Step.MILESTONE}
"""The same with what is owed about a single milestone."""


LIGHT_AND_FULL = frozenset({Tier.LIGHT, Tier.FULL})
FULL_ONLY = frozenset({Tier.FULL})
NO_TIER: frozenset[Tier] = frozenset()
"""Of a step that comes with an add-on, or with what happens, alone."""
KICKOFF_NUMBER = 12
"""Of the row that what comes after it waits for."""


@dataclass(frozen=True)
class StepRule:
    """One row of the table."""

    step: Step
    number: int
    owner: Capacity
    due: DueRule
    done: Callable[[Handoff], datetime | None]
    needs: tuple[Step, ...] = ()
    """Those of them that the deal has not are not waited for."""
    needs_now: Callable[[Handoff], tuple[Step, ...]] | None = None
    """What it waits for where that depends on the handoff; without it `needs`."""
    free_at: Callable[[Handoff], datetime | None] | None = None
    """When it became free, apart from its needs."""
    own: Number = lambda clocks: clocks.own_other
    """Working hours of the owner from the moment a waiting step became free."""
    opened_again_at: Callable[[Handoff], datetime | None] | None = None
    """When it was opened again: from then on there is the window of one that comes later."""
    tiers: frozenset[Tier] = LIGHT_AND_FULL
    add_on: AddOn | None = None
    """With which a deal has it in every tier."""
    happens: Callable[[Handoff], bool] | None = None
    """What else brings it into a handoff."""
    joint_owner: Capacity | None = None
    """Whose it is where the kickoff is joint."""
    calendar: Capacity | None = None
    """Whose business days are counted, where they are not the owner's."""
    manager_at_once: bool = False
    """Whether the manager hears of it at the due time, or in the next morning."""

    def done_at(self, handoff: Handoff) -> datetime | None:
        """When it was done; None while it is not."""
        return self.done(handoff)

    @property
    def pre_close(self) -> bool:
        """Whether it ends with the signature, done or missed."""
        return isinstance(self.due, AtSignature)

    def of_size(self, size: Size) -> bool:
        """Whether every deal of that size has the step."""
        return size.tier in self.tiers or (self.add_on is not None and size.has(self.add_on))

    @property
    def beyond(self) -> bool:
        """Whether it comes after the kickoff."""
        return self.number > KICKOFF_NUMBER

    def in_deal(self, handoff: Handoff, size: Size) -> bool:
        """Whether a handoff has the step, by its size or by what happened in it."""
        return self.of_size(size) or (self.happens is not None and self.happens(handoff))

    def part(self, size: Size) -> Capacity:
        """Whose step it is in a deal of that size."""
        joint = self.joint_owner is not None and size.has(AddOn.JOINT_KICKOFF)
        return self.joint_owner if joint and self.joint_owner else self.owner

    def counted_by(self, handoff: Handoff, size: Size) -> int:
        """Whose business days are counted: before the assignment those of who may follow."""
        part = self.calendar or self.part(size)
        person = holder(part, handoff)
        if person is None and part is Capacity.CSM:
            person = handoff.proposed_csm_id
        return person or handoff.cs_manager_id or handoff.ae_id

    def waits_for(self, handoff: Handoff) -> tuple[Step, ...]:
        """The steps it needs in a handoff as it is."""
        return self.needs if self.needs_now is None else self.needs_now(handoff)


AT_ONCE: Mapping[Step, Step] = {Step.HOLD_CALL: Step.HOLD_CALL_AE}
"""What CSM and AE do together and is recorded once: each owes it, and a list has it once."""
MANAGERS: Mapping[Capacity, Capacity] = {
    Capacity.AE: Capacity.AE_MANAGER,
    Capacity.CSM: Capacity.CS_MANAGER,
}
"""Who is told when a part's step is late; of others it is the person's own manager."""


def latest(*times: datetime | None) -> datetime | None:
    """The last of those that are known; None where none is."""
    return max((at for at in times if at is not None), default=None)


def call_required(handoff: Handoff, size: Size) -> bool:
    """Whether the briefing call is required, by size or by what the CSM's reading showed."""
    return size.has(AddOn.CALL) or call_asked_for(handoff)


def call_asked_for(handoff: Handoff) -> bool:
    """Whether a check that is no yes, or a second restatement that did not match, asks for it."""
    return handoff.verification.call_asked_for


def _to_initial(handoff: Handoff, side: Side) -> tuple[Step, ...]:
    """What a side's initials wait for.

    With no box of theirs left open it is the managers who settle a dispute, or RevOps: what is
    owed about the promise says which (`owing.settled_by`). While nothing is written down there is
    nothing a CSM could do.
    """
    signing = handoff.signing
    through = signing.ae_at if side is Side.AE else signing.csm_at
    if signing.disputed and through is not None:
        return (Step.ASSIGN, Step.SETTLE)
    if side is Side.CSM and not signing.entries:
        return (Step.ASSIGN, Step.BRIEF, Step.INITIALS_AE)
    return (Step.ASSIGN,)


def _call_held_at(handoff: Handoff) -> datetime | None:
    return handoff.briefing.recorded(handoff.verification.call_asked_at)


def _call_booked(handoff: Handoff) -> bool:
    """Also one that nothing required is owed once there is a time for it, and was held."""
    briefing = handoff.briefing
    booked = briefing.at is not None or briefing.recorded_at is not None
    return booked or call_asked_for(handoff)


def intro_waits_for_call(handoff: Handoff, size: Size) -> bool:
    """Whether the intro waits for a briefing call, which is required, asked for or booked."""
    sent = handoff.intro.sent_at is not None
    if handoff.signed_at is None or sent or _call_held_at(handoff) is not None:
        return False
    owed = call_required(handoff, size) or _call_booked(handoff)
    return owed and not handoff.briefing.lifted(handoff.verification.call_asked_at)


def _before_intro(handoff: Handoff) -> tuple[Step, ...]:
    """Where the CS manager lifted the hold it goes out before the call."""
    if handoff.briefing.lifted(handoff.verification.call_asked_at):
        return (Step.ASSIGN, Step.READ)
    return (Step.ASSIGN, Step.READ, Step.HOLD_CALL)


AE, CSM = Capacity.AE, Capacity.CSM

PROCESS: tuple[StepRule, ...] = (
    StepRule(
        Step.CAPTURE,
        1,
        AE,
        due=AtSignature(),
        done=lambda h: h.captured_at,
    ),
    StepRule(
        Step.ALIGNMENT,
        2,
        AE,
        due=AtSignature(),
        done=lambda h: h.aligned_in_time_at,
        needs=(Step.CAPTURE,),
        tiers=NO_TIER,
        add_on=AddOn.EARLY_CS,
    ),
    # Nobody is told on: at its due time the bot posts it.
    StepRule(
        Step.MESSAGE,
        3,
        AE,
        due=MessageHours(),
        done=lambda h: h.posted_at,
        own=lambda _: 0,
    ),
    # Owed again while a brief that was sent back has not been returned; the gate stays passed.
    StepRule(
        Step.BRIEF,
        4,
        AE,
        due=HoursAfter(lambda c: c.brief),
        done=lambda h: (
            None if h.verification.with_ae else latest(h.gate_at, h.verification.returned_at)
        ),
        opened_again_at=lambda h: h.verification.sent_back_at,
        manager_at_once=True,
    ),
    # What the gate of the brief let through stays so, also while the AE has the brief again.
    StepRule(
        Step.ASSIGN,
        5,
        Capacity.CS_MANAGER,
        due=HoursAfter(lambda c: c.assign),
        done=lambda h: h.assigned_at,
        needs=(Step.BRIEF,),
        needs_now=lambda h: () if h.assignable else (Step.BRIEF,),
        free_at=lambda h: latest(h.gate_at, h.declined_at),
        own=lambda c: c.own_assign,
        manager_at_once=True,
    ),
    StepRule(
        Step.BOOK_CALL,
        6,
        AE,
        due=HoursAfter(lambda c: c.book_call),
        done=lambda h: h.briefing.settled(h.verification.call_asked_at),
        needs=(Step.ASSIGN,),
        opened_again_at=lambda h: h.verification.call_asked_at,
        own=lambda c: c.own_book_call,
        tiers=FULL_ONLY,
        add_on=AddOn.CALL,
        happens=call_asked_for,
        calendar=CSM,
    ),
    StepRule(
        Step.READ,
        7,
        CSM,
        due=HoursAfter(lambda c: c.read),
        done=lambda h: h.read_at(),
        needs=(Step.ASSIGN,),
        needs_now=lambda h: (Step.ASSIGN, Step.BRIEF) if h.verification.with_ae else (Step.ASSIGN,),
        opened_again_at=lambda h: h.verification.reopened_at,
        manager_at_once=True,
    ),
    StepRule(
        Step.JUDGE,
        7,
        AE,
        due=OwnWindow(),
        done=lambda h: h.verification.matched_at,
        needs=(Step.READ,),
        needs_now=lambda h: () if h.verification.restated_at else (Step.READ,),
        free_at=lambda h: h.verification.restated_at,
        own=lambda c: c.own_judge,
    ),
    StepRule(
        Step.HOLD_CALL,
        8,
        CSM,
        due=HoursAfter(lambda c: c.hold_call),
        done=_call_held_at,
        needs=(Step.BOOK_CALL,),
        tiers=NO_TIER,
        add_on=AddOn.CALL,
        happens=_call_booked,
        opened_again_at=lambda h: h.verification.call_asked_at,
    ),
    StepRule(
        Step.HOLD_CALL_AE,
        8,
        AE,
        due=HoursAfter(lambda c: c.hold_call),
        done=_call_held_at,
        needs=(Step.BOOK_CALL,),
        # A booked one stays booked where the CSM gives the handoff back, and is held by nobody.
        needs_now=lambda _: (Step.ASSIGN, Step.BOOK_CALL),
        tiers=NO_TIER,
        add_on=AddOn.CALL,
        happens=_call_booked,
        opened_again_at=lambda h: h.verification.call_asked_at,
        calendar=CSM,
    ),
    StepRule(
        Step.INTRO,
        9,
        CSM,
        due=FirstContact(lambda c: c.intro),
        done=lambda h: h.intro.sent_at,
        needs=(Step.ASSIGN, Step.READ, Step.HOLD_CALL),
        needs_now=_before_intro,
        joint_owner=AE,
        manager_at_once=True,
    ),
    StepRule(
        Step.DEBRIEF,
        10,
        CSM,
        due=BeforeKickoff(latest_day=lambda c: c.kickoff_latest_day),
        done=lambda h: h.debrief.done_at,
        needs=(Step.ASSIGN,),
        own=lambda _: 0,
        opened_again_at=lambda h: h.debrief.reopened_at,
    ),
    StepRule(
        Step.INITIALS,
        11,
        CSM,
        due=BeforeKickoff(),
        done=lambda h: h.signing.done_at(Side.CSM),
        needs=(Step.ASSIGN,),
        needs_now=lambda h: _to_initial(h, Side.CSM),
        free_at=lambda h: h.signing.clear_at,
        own=lambda _: 0,
        opened_again_at=lambda h: h.signing.csm_again_at,
    ),
    StepRule(
        Step.INITIALS_AE,
        11,
        AE,
        due=BeforeKickoff(),
        done=lambda h: h.signing.done_at(Side.AE),
        needs=(Step.ASSIGN,),
        needs_now=lambda h: _to_initial(h, Side.AE),
        free_at=lambda h: h.signing.clear_at,
        own=lambda _: 0,
        opened_again_at=lambda h: h.signing.ae_again_at,
        calendar=CSM,
    ),
    # A time that was booked at short notice leaves them their own window, too.
    StepRule(
        Step.PREP,
        12,
        CSM,
        due=KickoffPrep(),
        done=lambda h: h.kickoff.ready_at,
        needs=(Step.ASSIGN,),
        free_at=lambda h: h.kickoff.set_at,
        own=lambda c: c.own_prep,
    ),
    StepRule(
        Step.PREP_AE,
        12,
        AE,
        due=KickoffPrep(),
        done=lambda h: h.kickoff.ready_ae_at,
        needs=(Step.ASSIGN,),
        free_at=lambda h: h.kickoff.set_at,
        own=lambda c: c.own_prep,
        tiers=NO_TIER,
        add_on=AddOn.JOINT_KICKOFF,
    ),
    StepRule(
        Step.KICKOFF,
        12,
        CSM,
        due=KickoffDay(),
        done=lambda h: h.kickoff_held_at,
        needs=(Step.ASSIGN,),
        manager_at_once=True,
    ),
    StepRule(
        Step.PLAN,
        13,
        CSM,
        due=AfterKickoff(day=lambda c: c.plan_day, after=lambda c: c.plan_after),
        done=lambda h: h.success_plan.drafted_at,
        needs=(Step.KICKOFF,),
        opened_again_at=lambda h: h.success_plan.redraft_at,
    ),
    StepRule(
        Step.SIGN_PLAN,
        14,
        CSM,
        due=AfterKickoff(day=lambda c: c.sign_plan_day, after=lambda c: c.sign_plan_after),
        done=lambda h: h.success_plan.csm_done_at,
        needs=(Step.PLAN,),
        opened_again_at=lambda h: h.success_plan.csm_again_at,
    ),
    StepRule(
        Step.SIGN_PLAN_AE,
        14,
        AE,
        due=AfterKickoff(day=lambda c: c.sign_plan_day, after=lambda c: c.sign_plan_after),
        done=lambda h: h.success_plan.ae_done_at,
        needs=(Step.PLAN,),
        opened_again_at=lambda h: h.success_plan.ae_again_at,
        tiers=NO_TIER,
        add_on=AddOn.JOINT_KICKOFF,
        calendar=CSM,
    ),
    StepRule(
        Step.CHECK_IN,
        15,
        AE,
        due=CalendarDay(lambda c: c.first_review_day),
        done=lambda h: h.reviews.check_in_at,
        needs=(Step.KICKOFF,),
        tiers=NO_TIER,
        add_on=AddOn.JOINT_KICKOFF,
    ),
    StepRule(
        Step.MILESTONES,
        15,
        CSM,
        due=CalendarDay(lambda c: c.first_review_day),
        done=lambda h: h.reviews.milestones_at,
        needs=(Step.KICKOFF,),
    ),
    StepRule(
        Step.NPS,
        15,
        CSM,
        due=CalendarDay(lambda c: c.first_review_day),
        done=lambda h: h.reviews.nps_at,
        needs=(Step.KICKOFF,),
    ),
    StepRule(
        Step.EXPANSION,
        16,
        CSM,
        due=CalendarDay(lambda c: c.second_review_day),
        done=lambda h: h.reviews.expansion_at,
        needs=(Step.KICKOFF,),
        tiers=FULL_ONLY,
    ),
    StepRule(
        Step.EXPANSION_AE,
        16,
        AE,
        due=CalendarDay(lambda c: c.second_review_day),
        done=lambda h: h.reviews.expansion_ae_at,
        needs=(Step.KICKOFF,),
        tiers=FULL_ONLY,
        calendar=CSM,
    ),
    StepRule(
        Step.SCORE,
        16,
        CSM,
        due=CalendarDay(lambda c: c.second_review_day),
        done=lambda h: h.reviews.score_at,
        needs=(Step.KICKOFF,),
    ),
    StepRule(
        Step.SCORE_AE,
        16,
        AE,
        due=CalendarDay(lambda c: c.second_review_day),
        done=lambda h: h.reviews.score_ae_at,
        needs=(Step.KICKOFF,),
        calendar=CSM,
    ),
    StepRule(
        Step.OUTCOME,
        17,
        CSM,
        due=CalendarDay(lambda c: c.last_review_day),
        done=lambda h: h.reviews.closed_at,
        needs=(Step.KICKOFF,),
    ),
)
"""Every row of the process, in the order of `Step`."""

_BY_STEP: Mapping[Step, StepRule] = {rule.step: rule for rule in PROCESS}


def rule_of(step: Step) -> StepRule:
    """The row of a step; raises KeyError for what is no row of the table."""
    return _BY_STEP[step]


def is_beyond(step: Step) -> bool:
    """Whether a step comes after the kickoff; False for what is no row of the table."""
    return step in _BY_STEP and _BY_STEP[step].beyond


STEPS: tuple[StepRule, ...] = tuple(rule for rule in PROCESS if not rule.pre_close)
"""The rows whose clocks run from the signature on."""

SHORTLY_BEFORE = frozenset({Step.PREP, Step.PREP_AE})
"""What is done shortly before it is due, and until then hides nothing else that is up."""
_UP_TO_KICKOFF = tuple(rule for rule in STEPS if not rule.beyond)


def steps_now(handoff: Handoff) -> tuple[StepRule, ...]:
    """Those of `STEPS` that run in a handoff by now.

    What comes after the kickoff begins with it. Until then nobody can do anything about it, and in
    a list it would hide what is up. Once it was held nobody gets ready for it any more.
    """
    if handoff.kickoff_held_at is None:
        return _UP_TO_KICKOFF
    return tuple(rule for rule in STEPS if rule.step not in SHORTLY_BEFORE or rule.done_at(handoff))
