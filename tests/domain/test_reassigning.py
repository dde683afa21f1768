"""Somebody else is AE, CSM, manager or lead: who may be it, what transfers, who is told."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from pydantic import ValidationError

from bot.domain import briefing_call, reassigning
from bot.domain.access import Act, Capacity, may
from bot.domain.deadlines import Deadline, DeadlineState, Step, deadlines
from bot.domain.errors import Conflict, HandoffError, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.items import SectionKey
from bot.domain.leave import Away
from bot.domain.notices import Notice, NoticeKind, Place, announcements
from bot.domain.people import ManagerBy, Person
from bot.domain.promises import Side
from bot.domain.steps import PROCESS
from bot.domain.succession import Interview, Interviews, Source
from tests.domain.deals import (
    ADMIN,
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    GUEST,
    HOUR,
    MEMBER,
    MONDAY,
    OTHER_CSM,
    POLICY,
    REVOPS,
    Office,
    assigned,
    fill,
    gated,
    read,
    signed,
    started,
    utc,
)

OFFICE = Office()
TUESDAY = utc("2025-06-03T09:00")
NOON = utc("2025-06-02T10:00")
NEW_AE = OTHER_CSM
"""Sol, who works in Sydney."""


def owed(
    handoff: Handoff, *, now: datetime, stored: Mapping[Step, Deadline] | None = None
) -> dict[Step, Deadline]:
    made = deadlines(
        handoff,
        POLICY,
        OFFICE.calendar_of,
        manager_of=OFFICE.manager_of,
        now=now,
        stored=stored,
    )
    return {one.step: one for one in made}


def told(handoff: Handoff) -> list[Notice]:
    handoff.id = 5
    return announcements(handoff, list(enumerate(handoff.events, 10)), asked_in=None)


def reassign(handoff: Handoff, ae: Person = NEW_AE, *, at: datetime = TUESDAY) -> Handoff:
    handoff.events.clear()
    reassigning.reassign_ae(handoff, ae, by=AE_MANAGER, at=at)
    return handoff


# --- The AE


def test_another_ae_has_all_of_it_without_a_yes_of_theirs() -> None:
    handoff = started(by=MEMBER)
    assert handoff.ae_confirmed_at is None
    handoff = reassign(handoff)
    assert (handoff.ae_id, handoff.ae_confirmed_at) == (NEW_AE.id, TUESDAY)
    assert may(Act.EDIT_BRIEF, NEW_AE, handoff)
    assert not may(Act.EDIT_BRIEF, AE, handoff)
    first, second = handoff.events
    assert (first.tag, first.actor) == (Tag.AE_REASSIGNED, AE_MANAGER.id)
    assert first.facts == {"ae": NEW_AE.id, "before": AE.id, "brief_owed": True}
    assert second.tag is Tag.INTERVIEWS_OPENED


@pytest.mark.parametrize(
    ("ae", "problem", "kind"),
    [
        (AE, Problem.ALREADY_DONE, Conflict),
        (CSM, Problem.SAME_PERSON, Invalid),
        (CS_MANAGER, Problem.AE_IS_MANAGER, Invalid),
        (GUEST, Problem.NOT_A_COLLEAGUE, Invalid),
        (MEMBER, Problem.ACTS_ACROSS, Invalid),
    ],
)
def test_who_cannot_be_the_ae_is_refused_at_the_field_and_nothing_changes(
    ae: Person, problem: Problem, kind: type[HandoffError]
) -> None:
    handoff = assigned()
    handoff.away = {CSM.id: Away(date(2025, 6, 20), MEMBER.id)}
    handoff.events.clear()
    with pytest.raises(kind) as refused:
        reassigning.reassign_ae(handoff, ae, by=AE_MANAGER, at=TUESDAY)
    assert (refused.value.problem, refused.value.field) == (problem, "ae")
    assert (handoff.ae_id, handoff.events) == (AE.id, [])


@pytest.mark.parametrize("by", [AE, CSM, CS_MANAGER, MEMBER, ADMIN, REVOPS])
def test_nobody_but_the_ae_manager_names_another_ae(by: Person) -> None:
    with pytest.raises(NotAllowed) as refused:
        reassigning.reassign_ae(assigned(), NEW_AE, by=by, at=TUESDAY)
    assert refused.value.whose == (AE_MANAGER.id,)


def test_revops_does_it_where_there_is_no_ae_manager() -> None:
    handoff = replace(assigned(), ae_manager_id=None)
    reassigning.reassign_ae(handoff, NEW_AE, by=REVOPS, at=TUESDAY)
    assert handoff.ae_id == NEW_AE.id


def test_nobody_names_another_ae_once_it_is_cancelled() -> None:
    handoff = assigned()
    handoff.cancel("The customer withdrew", by=AE, at=NOON)
    with pytest.raises(Invalid) as refused:
        reassigning.reassign_ae(handoff, NEW_AE, by=AE_MANAGER, at=TUESDAY)
    assert refused.value.problem is Problem.HANDOFF_CANCELLED


def test_the_ae_manager_may_take_it_over_and_is_no_manager_of_it_any_more() -> None:
    handoff = reassign(assigned(), AE_MANAGER)
    assert handoff.ae_id == AE_MANAGER.id
    assert not may(Act.OVERRIDE_CLOSED_WON, AE_MANAGER, handoff)
    assert may(Act.OVERRIDE_CLOSED_WON, REVOPS, handoff)


def test_what_is_open_gets_a_window_of_its_own_in_the_zone_of_who_has_it_now() -> None:
    handoff = signed()
    before = owed(handoff, now=MONDAY)
    late = utc("2025-06-04T05:00")
    """15:00 in Sydney, when the brief was due a day before in Berlin."""
    after = owed(reassign(handoff, at=late), now=late, stored=before)
    brief = after[Step.BRIEF]
    assert (brief.owner_id, brief.zone) == (NEW_AE.id, "Australia/Sydney")
    # Three hours of that day are left there, and five of the next.
    assert brief.due_at == utc("2025-06-05T04:00")
    assert brief.start_at == late
    assert brief.owned_at == late
    assert before[Step.BRIEF].zone == "Europe/Berlin"


def test_the_message_stays_due_when_it_was() -> None:
    handoff = signed()
    before = owed(handoff, now=MONDAY)
    after = owed(reassign(handoff, at=MONDAY + HOUR), now=MONDAY + HOUR, stored=before)
    assert after[Step.MESSAGE].due_at == before[Step.MESSAGE].due_at
    assert after[Step.MESSAGE].owner_id == NEW_AE.id


def test_what_was_done_stays_done_and_due_when_it_was() -> None:
    handoff = gated()
    stored = owed(handoff, now=MONDAY)
    before, after = stored[Step.BRIEF], owed(reassign(handoff), now=TUESDAY, stored=stored)
    assert before.state is DeadlineState.DONE
    assert after[Step.BRIEF] == before
    assert before.owner_id == AE.id


def test_a_yes_of_the_former_ae_that_waits_for_the_csms_falls_and_one_of_both_stays() -> None:
    alone, both = assigned(), assigned()
    for handoff, people in ((alone, [AE]), (both, [AE, CSM])):
        for by in people:
            briefing_call.do_without(handoff, by=by, at=NOON, policy=POLICY)
    assert reassign(alone).briefing.without_ae_at is None
    assert reassign(both).briefing.without == NOON


def test_an_agreed_time_of_the_debrief_falls_and_both_who_had_it_are_told() -> None:
    handoff = assigned()
    wanted = TUESDAY + timedelta(days=1)
    handoff.propose_talk(wanted, turn=0, by=CSM, at=NOON)
    handoff.agree_talk(turn=1, by=AE, at=NOON)
    reassign(handoff)
    assert handoff.debrief_talk.agreed_at is None
    fell = [one for one in told(handoff) if one.kind is NoticeKind.TALK_FELL]
    assert {one.person_id for one in fell} == {AE.id, CSM.id}


def test_who_helped_or_was_proposed_is_neither_as_the_ae() -> None:
    handoff = gated()
    handoff.proposed_csm_id = NEW_AE.id
    handoff.helpers = {
        NEW_AE.id: frozenset({SectionKey.WHY}),
        MEMBER.id: frozenset({SectionKey.PEOPLE}),
    }
    reassign(handoff)
    assert handoff.proposed_csm_id is None
    assert set(handoff.helpers) == {MEMBER.id}


def test_both_aes_the_csm_and_the_managers_are_told_and_one_line_stands_below_the_card() -> None:
    handoff = assigned()
    handoff.post(by=AE, at=NOON)
    notices = [one for one in told(reassign(handoff)) if one.kind is NoticeKind.REASSIGNED]
    direct = [one.person_id for one in notices if one.place is Place.DM]
    assert sorted(direct, key=str) == sorted([AE.id, NEW_AE.id, CSM.id, CS_MANAGER.id], key=str)
    (line,) = [one for one in notices if one.place is Place.THREAD]
    assert (line.facts["now"], line.facts["before"]) == (NEW_AE.id, AE.id)
    assert len({one.key for one in notices}) == len(notices)


# --- The CSM after the kickoff


def after_kickoff() -> Handoff:
    handoff = read()
    handoff.hold_kickoff(MONDAY + 9 * HOUR, by=CSM, at=MONDAY + 10 * HOUR)
    return handoff


def test_another_csm_after_the_kickoff_gets_what_comes_then_with_a_window_of_their_own() -> None:
    handoff = after_kickoff()
    late = utc("2025-06-20T00:00")
    """10:00 in Sydney, long after the plan was due."""
    table = [rule for rule in PROCESS if rule.beyond]
    before = {
        one.step: one
        for one in deadlines(
            handoff,
            POLICY,
            OFFICE.calendar_of,
            manager_of=OFFICE.manager_of,
            now=late,
            table=[*(rule for rule in PROCESS if not rule.beyond), *table],
        )
    }
    handoff.assign_csm(OTHER_CSM, by=CS_MANAGER, at=late)
    after = {
        one.step: one
        for one in deadlines(
            handoff,
            POLICY,
            OFFICE.calendar_of,
            manager_of=OFFICE.manager_of,
            now=late,
            stored=before,
            table=[*(rule for rule in PROCESS if not rule.beyond), *table],
        )
    }
    plan = after[Step.PLAN]
    assert before[Step.PLAN].due_at < late
    assert (plan.owner_id, plan.zone) == (OTHER_CSM.id, "Australia/Sydney")
    assert plan.due_at == utc("2025-06-20T08:00")
    # What comes later stays due when it was there.
    assert after[Step.OUTCOME].due_at.date() == before[Step.OUTCOME].due_at.date()


@pytest.mark.parametrize("held", [True, False])
def test_both_csms_are_told_after_the_kickoff_and_before_it_the_card_tells_the_new_one(
    held: bool,
) -> None:
    handoff = after_kickoff() if held else assigned()
    handoff.events.clear()
    handoff.assign_csm(OTHER_CSM, by=CS_MANAGER, at=TUESDAY)
    readers = {one.person_id for one in told(handoff) if one.kind is NoticeKind.REASSIGNED}
    assert readers == {AE.id, CSM.id, AE_MANAGER.id} | ({OTHER_CSM.id} if held else set())


def test_the_first_csm_follows_nobody() -> None:
    handoff = gated()
    handoff.assign_csm(CSM, by=CS_MANAGER, at=NOON)
    assert not [one for one in told(handoff) if one.kind is NoticeKind.REASSIGNED]


# --- The managers


@pytest.mark.parametrize(
    ("side", "by"),
    [
        (Side.AE, AE_MANAGER),
        (Side.AE, REVOPS),
        (Side.AE, ADMIN),
        (Side.CSM, CS_MANAGER),
        (Side.CSM, REVOPS),
        (Side.CSM, ADMIN),
    ],
)
def test_a_manager_is_named_for_one_handoff_and_stays_so(side: Side, by: Person) -> None:
    handoff = assigned()
    reassigning.name_manager(handoff, side, MEMBER, by=by, at=NOON)
    part = reassigning.MANAGES[side]
    assert part in (Capacity.AE_MANAGER, Capacity.CS_MANAGER)
    assert may(Act.SETTLE_DISPUTE, MEMBER, handoff)
    # Whoever manages the AE and the CSM elsewhere changes nothing in it.
    other = (OTHER_CSM.id, ManagerBy.HAND)
    handoff.follow_managers(ae_manager=other, cs_manager=None, at=NOON)
    handoff.follow_managers(ae_manager=None, cs_manager=other, at=NOON)
    now = handoff.ae_manager_id if side is Side.AE else handoff.cs_manager_id
    assert now == MEMBER.id


@pytest.mark.parametrize(
    ("side", "manager", "problem"),
    [
        (Side.AE, AE, Problem.AE_IS_MANAGER),
        (Side.CSM, AE, Problem.AE_IS_MANAGER),
        (Side.AE, CSM, Problem.CSM_IS_AE_MANAGER),
        (Side.AE, GUEST, Problem.NOT_A_COLLEAGUE),
        (Side.AE, AE_MANAGER, Problem.ALREADY_DONE),
    ],
)
def test_who_cannot_be_a_manager_is_refused_at_the_field(
    side: Side, manager: Person, problem: Problem
) -> None:
    with pytest.raises(HandoffError) as refused:
        reassigning.name_manager(assigned(), side, manager, by=REVOPS, at=NOON)
    assert (refused.value.problem, refused.value.field) == (problem, "manager")


def test_of_another_manager_hear_both_of_them_their_side_and_the_other_one() -> None:
    handoff = assigned()
    handoff.events.clear()
    reassigning.name_manager(handoff, Side.AE, MEMBER, by=REVOPS, at=NOON)
    notices = [one for one in told(handoff) if one.kind is NoticeKind.REASSIGNED]
    assert {one.person_id for one in notices} == {AE_MANAGER.id, MEMBER.id, AE.id, CS_MANAGER.id}
    assert {one.place for one in notices} == {Place.DM}


def test_a_manager_who_follows_from_a_rule_is_told_by_what_is_late_and_not_of_this() -> None:
    handoff = assigned()
    handoff.ae_manager_by = ManagerBy.HAND
    handoff.events.clear()
    handoff.follow_managers(ae_manager=(MEMBER.id, ManagerBy.HAND), cs_manager=None, at=NOON)
    assert [one.tag for one in handoff.events] == [Tag.MANAGER_CHANGED]
    assert not told(handoff)


# --- The implementation lead


@pytest.mark.parametrize("by", [CSM, CS_MANAGER])
def test_customer_success_names_who_leads_the_implementation(by: Person) -> None:
    handoff = assigned()
    handoff.events.clear()
    reassigning.name_lead(handoff, MEMBER, by=by, at=NOON)
    assert handoff.lead_id == MEMBER.id
    facts = {"lead": MEMBER.id, "before": None}
    assert [(one.tag, one.facts) for one in handoff.events] == [(Tag.LEAD_CHANGED, facts)]
    readers = {one.person_id for one in told(handoff) if one.kind is NoticeKind.REASSIGNED}
    assert readers == {MEMBER.id, AE.id, CSM.id} - {by.id}
    assert may(Act.OPEN_KICKOFF_CARD, MEMBER, handoff)
    reassigning.name_lead(handoff, None, by=by, at=NOON)
    assert handoff.lead_id is None
    assert not may(Act.OPEN_KICKOFF_CARD, MEMBER, handoff)


@pytest.mark.parametrize(
    ("lead", "problem"),
    [
        (AE, Problem.LEAD_IS_A_SIDE),
        (CSM, Problem.LEAD_IS_A_SIDE),
        (GUEST, Problem.NOT_A_COLLEAGUE),
        (None, Problem.ALREADY_DONE),
    ],
)
def test_who_cannot_be_the_lead_is_refused_at_the_field(
    lead: Person | None, problem: Problem
) -> None:
    with pytest.raises(HandoffError) as refused:
        reassigning.name_lead(assigned(), lead, by=CSM, at=NOON)
    assert (refused.value.problem, refused.value.field) == (problem, "person")


# --- Whom to ask


def test_with_another_ae_a_list_is_opened_once_while_the_brief_is_owed() -> None:
    handoff = reassign(signed())
    assert handoff.succession.interviews_at == TUESDAY
    later = TUESDAY + timedelta(days=1)
    reassigning.reassign_ae(handoff, AE, by=AE_MANAGER, at=later)
    assert handoff.succession.interviews_at == TUESDAY
    assert [one.tag for one in handoff.events].count(Tag.INTERVIEWS_OPENED) == 1


def test_no_list_is_opened_once_the_brief_is_done_unless_it_was_sent_back() -> None:
    assert reassign(gated()).succession.interviews_at is None
    handoff = assigned()
    assert not reassigning.brief_owed(handoff)
    handoff.verification = handoff.verification.sent_back((), NOON)
    assert reassign(handoff).succession.interviews_at == TUESDAY


def talk(source: Source = Source.PRE_SALES, /, **changed: object) -> Interview:
    usual = Interview(source=source, who=" Ada  and Sam ", on=date(2025, 6, 3), by=7, at=TUESDAY)
    return usual.model_copy(update=changed)


@pytest.mark.parametrize("by", [NEW_AE, AE_MANAGER])
def test_the_next_ae_and_their_manager_tick_it(by: Person) -> None:
    handoff = reassign(signed())
    after = Interviews().ticked(talk())
    reassigning.interview(handoff, talk(), after, revision=1, by=by, at=TUESDAY)
    assert handoff.succession.interviewed_at == TUESDAY
    assert handoff.events[-1].facts == {
        "source": "pre_sales",
        "revision": 1,
        "left": ["sales_engineers", "ae_manager", "champion"],
    }
    assert handoff.events[-1].values == {}


@pytest.mark.parametrize("by", [AE, CSM, CS_MANAGER, MEMBER])
def test_nobody_else_does(by: Person) -> None:
    handoff = reassign(assigned())
    with pytest.raises(NotAllowed):
        reassigning.require_interviews(by, handoff)


def test_without_a_list_there_is_nothing_to_tick() -> None:
    with pytest.raises(Invalid) as refused:
        reassigning.require_interviews(AE_MANAGER, signed())
    assert refused.value.problem is Problem.NO_INTERVIEWS


def test_the_list_stands_in_its_order_and_a_talk_once() -> None:
    kept = Interviews()
    for source in reversed(Source):
        kept = kept.ticked(talk(source))
    corrected = kept.ticked(talk(Source.CHAMPION, note="They were told June."))
    assert [one.source for one in corrected.talks] == list(Source)
    assert corrected.open == ()
    assert corrected.of(Source.CHAMPION) == talk(Source.CHAMPION, note="They were told June.")
    with pytest.raises(ValidationError):
        Interviews.model_validate({"talks": [], "more": 1})


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"who": "  "}, "interviewed"),
        ({"who": "a" * 201}, "interviewed"),
        ({"on": date(2025, 6, 4)}, "interview_on"),
        ({"note": "a" * 3001}, "interview_note"),
    ],
)
def test_a_talk_that_cannot_have_been_is_refused_at_its_field(
    changed: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        talk(**changed).checked(today=date(2025, 6, 3))
    assert refused.value.field == field
    assert talk().checked(today=date(2025, 6, 3)).who == "Ada and Sam"


def test_a_brief_filled_later_leaves_the_list_where_it_is() -> None:
    handoff = reassign(signed())
    handoff.events.clear()
    fill_as = replace(handoff, ae_id=AE.id)
    fill(fill_as, TUESDAY)
    assert fill_as.succession.interviews_at == TUESDAY
