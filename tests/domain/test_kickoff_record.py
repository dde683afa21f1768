"""Getting ready for the kickoff, what is missing for it, and the form after it."""

from dataclasses import replace
from datetime import datetime

import pytest

from bot.domain import kickoff_prep, kickoff_record
from bot.domain.access import EVERY, Audience
from bot.domain.breakdowns import Breakdown
from bot.domain.deadlines import DeadlineState, Step
from bot.domain.errors import Conflict, HandoffError, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.items import SectionKey
from bot.domain.kickoff_form import KickoffForm, Ours, Ran
from bot.domain.kickoff_prep import Missing, missing
from bot.domain.kickoff_record import weigh_kickoff
from bot.domain.notices import NoticeKind, announcements
from bot.domain.people import Person
from bot.domain.promises import Side
from bot.domain.verification import Checks, JointPlan
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    HOUR,
    KICKOFF_FORM,
    MEMBER,
    MONDAY,
    POLICY,
    REVOPS,
    acknowledged,
    assigned,
    checked,
    counted,
    debriefed,
    gated,
    read,
    started,
)
from tests.domain.test_deadlines import owed
from tests.domain.test_kickoff_booking import kinds, light, told

NOW = MONDAY + 8 * HOUR
HELD = MONDAY + 7 * HOUR
WHY = "Cleo is on a plane."


def prepare(handoff: Handoff, *, by: Person, reason: str = "") -> None:
    kickoff_prep.prepare(handoff, by=by, at=NOW, policy=POLICY, reason=reason)


def form(**changed: object) -> KickoffForm:
    return KICKOFF_FORM.model_copy(update={"held_at": HELD, **changed}).checked()


def record(
    handoff: Handoff,
    made: KickoffForm | None = None,
    *,
    before: KickoffForm | None = None,
    by: Person = CSM,
    reason: str = "",
    at: datetime = NOW,
) -> None:
    kickoff_record.record(
        handoff,
        made or form(),
        before=before,
        revision=1,
        by=by,
        at=at,
        policy=POLICY,
        reason=reason,
    )


# --- Prepared


def test_each_side_says_that_it_is_prepared_and_that_ends_its_step() -> None:
    handoff = assigned()
    assert kickoff_prep.prepares(CSM, handoff, POLICY) is Side.CSM
    assert kickoff_prep.prepares(AE, handoff, POLICY) is Side.AE
    for by, step, tag in (
        (CSM, Step.PREP, Tag.KICKOFF_PREPARED),
        (AE, Step.PREP_AE, Tag.KICKOFF_PREPARED_AE),
    ):
        assert owed(handoff)[step].state is DeadlineState.OPEN
        prepare(handoff, by=by)
        assert owed(handoff)[step].state is DeadlineState.DONE
        assert (handoff.events[-1].tag, handoff.events[-1].values) == (tag, {})
        assert kickoff_prep.prepares(by, handoff, POLICY) is None
        with pytest.raises(Conflict):
            prepare(handoff, by=by)


@pytest.mark.parametrize(("by", "side"), [(CS_MANAGER, Side.CSM), (AE_MANAGER, Side.AE)])
def test_a_manager_says_it_for_their_side_with_a_reason(by: Person, side: Side) -> None:
    handoff = assigned()
    with pytest.raises(Invalid) as refused:
        prepare(handoff, by=by)
    assert refused.value.field == "reason"
    prepare(handoff, by=by, reason=WHY)
    assert handoff.kickoff.prepared_at(side) == NOW
    assert handoff.kickoff.prepared_at(side.across) is None
    owner = CSM if side is Side.CSM else AE
    recorded = announcements(handoff, [(1, handoff.events[-1])], asked_in=None)
    assert (NoticeKind.RECORDED_FOR, owner.id) in kinds(recorded)


def test_nobody_else_says_it() -> None:
    for person in (MEMBER, REVOPS):
        assert kickoff_prep.prepares(person, assigned(), POLICY) is None
        with pytest.raises(NotAllowed) as refused:
            prepare(assigned(), by=person)
        assert set(refused.value.whose) == {AE.id, CSM.id}


def test_an_ae_has_no_part_in_one_that_customer_success_holds_alone() -> None:
    handoff = light()
    assert kickoff_prep.prepares(AE, handoff, POLICY) is None
    with pytest.raises(Invalid) as refused:
        prepare(handoff, by=AE)
    assert refused.value.problem is Problem.NO_PART_IN_KICKOFF
    prepare(handoff, by=CSM)
    assert handoff.kickoff.ready_at == NOW


def test_nobody_gets_ready_before_it_can_be_or_after_it_was_held() -> None:
    unsigned, held, cancelled = started(), assigned(), assigned()
    held.hold_kickoff(HELD, by=CSM, at=NOW)
    cancelled.cancel("They bought elsewhere.", by=AE, at=NOW)
    for handoff, problem in (
        (unsigned, Problem.NOT_SIGNED),
        (gated(), Problem.NOT_ASSIGNED),
        (held, Problem.KICKOFF_OVER),
        (cancelled, Problem.HANDOFF_CANCELLED),
    ):
        with pytest.raises(HandoffError) as refused:
            prepare(handoff, by=AE)
        assert refused.value.problem is problem
        assert kickoff_prep.prepares(AE, handoff, POLICY) is None


def test_what_is_not_done_for_it_is_owed_no_longer_once_it_was_held() -> None:
    handoff = assigned()
    handoff.hold_kickoff(HELD, by=CSM, at=NOW)
    assert not {Step.PREP, Step.PREP_AE} & owed(handoff, now=NOW).keys()
    ready = assigned()
    prepare(ready, by=CSM)
    ready.hold_kickoff(HELD, by=CSM, at=NOW)
    assert owed(ready, now=NOW)[Step.PREP].state is DeadlineState.DONE


def test_another_csm_gets_ready_anew_and_the_ae_does_not() -> None:
    handoff = assigned()
    for by in (CSM, AE):
        prepare(handoff, by=by)
    handoff.decline("Not my region", by=CSM, at=NOW)
    assert (handoff.kickoff.ready_at, handoff.kickoff.ready_ae_at) == (None, NOW)


# --- What is missing


def everything(handoff: Handoff) -> tuple[Missing, ...]:
    return missing(handoff, audiences=EVERY)


def test_what_a_kickoff_should_not_begin_without_is_named() -> None:
    handoff = assigned()
    needs = (Missing.READ, Missing.MATCH, Missing.DEBRIEF, Missing.LEDGER)
    assert everything(handoff) == needs
    done = read()
    assert everything(done) == (Missing.DEBRIEF, Missing.LEDGER)
    debriefed(done, at=NOW)
    counted(done, 1, 1, 1, at=NOW)
    assert everything(done) == ()
    done.signing = replace(done.signing, disputed=1)
    assert everything(done) == (Missing.DISPUTE,)


def test_a_joint_plan_is_named_to_who_may_read_the_checks() -> None:
    handoff = checked(checks=Checks(metric=True, no_plan=False, champion=True))
    assert Missing.PLAN in everything(handoff)
    assert Missing.PLAN not in missing(handoff, audiences={Audience.REASONS})
    handoff.write_plan(JointPlan(plan="A call on Tuesdays"), revision=1, by=CSM, at=NOW)
    assert Missing.PLAN not in everything(handoff)


def test_what_was_there_only_later_was_missing_then() -> None:
    handoff = read()
    debriefed(handoff, at=NOW)
    counted(handoff, 1, 1, 1, at=NOW)
    assert missing(handoff, audiences=EVERY, by=NOW) == ()
    assert missing(handoff, audiences=EVERY, by=HELD) == (Missing.DEBRIEF, Missing.LEDGER)


# --- The form


@pytest.mark.parametrize(
    ("changed", "problem", "field"),
    [
        ({"customers": " "}, Problem.EMPTY, "customers"),
        ({"customers": "x" * 301}, Problem.TOO_LONG, "customers"),
        ({"metric": False}, Problem.CHANGE_UNTOLD, "changed"),
        ({"timing": False, "changed": " "}, Problem.CHANGE_UNTOLD, "changed"),
        ({"changed": "x" * 3001}, Problem.TOO_LONG, "changed"),
    ],
)
def test_what_is_wrong_in_the_form_is_said_at_its_field(
    changed: dict[str, object], problem: Problem, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        form(**changed)
    assert (refused.value.problem, refused.value.field) == (problem, field)


def test_whoever_ran_it_was_there() -> None:
    assert form(ours=(), ran=Ran.BOTH).ours == (Ours.AE, Ours.CSM)
    assert form(ours=(Ours.LEAD,), ran=Ran.CSM).ours == (Ours.CSM, Ours.LEAD)


def test_the_form_records_when_it_was_held_and_what_was_missing_then() -> None:
    handoff = assigned()
    record(handoff)
    assert handoff.kickoff_held_at == HELD
    assert handoff.kickoff.recorded_at == NOW
    tags = [one.tag for one in handoff.events]
    assert tags[-2:] == [Tag.KICKOFF_HELD, Tag.KICKOFF_RECORDED]
    assert handoff.events[-1].facts == {
        "revision": 1,
        "again": False,
        "joint": True,
        "missing": ["read", "match", "debrief", "ledger"],
        "lacks": False,
    }


def test_a_correction_of_the_words_leaves_the_time_as_it_is() -> None:
    handoff, first = assigned(), form()
    record(handoff, first)
    handoff.events.clear()
    record(handoff, form(changed="Another site"), before=first)
    assert [one.tag for one in handoff.events] == [Tag.KICKOFF_RECORDED]
    assert handoff.events[0].facts["again"] is True
    # What is opened again later was not missing then.
    assert "missing" not in handoff.events[0].facts
    record(handoff, form(held_at=HELD - HOUR), before=first)
    assert handoff.kickoff_held_at == HELD - HOUR
    assert handoff.events[-1].facts["missing"] == ["read", "match", "debrief", "ledger"]


def test_a_manager_gives_a_reason_once_and_others_record_nothing() -> None:
    handoff = assigned()
    with pytest.raises(Invalid) as refused:
        record(handoff, by=CS_MANAGER)
    assert refused.value.field == "reason"
    record(handoff, by=CS_MANAGER, reason=WHY)
    assert [one.values for one in handoff.events[-2:]] == [{"reason": WHY}, {}]
    record(handoff, form(changed="Another site"), by=CS_MANAGER, reason=WHY)
    assert handoff.events[-1].values == {"reason": WHY}
    for person in (AE, AE_MANAGER, REVOPS, MEMBER):
        with pytest.raises(NotAllowed):
            record(handoff, form(changed="A third site"), by=person)


def test_the_ae_is_told_of_a_section_that_was_missing_and_once() -> None:
    handoff, thin = assigned(), form(lacked=SectionKey.PEOPLE)
    record(handoff, thin)
    lacked = (NoticeKind.KICKOFF_LACKED, AE.id)
    assert lacked in kinds(told(handoff))
    handoff.events.clear()
    record(handoff, form(lacked=SectionKey.PEOPLE, changed="Two sites"), before=thin)
    assert lacked not in kinds(told(handoff))
    record(handoff, form(lacked=SectionKey.WHY), before=thin)
    assert lacked in kinds(told(handoff))


# --- Breakdowns


FORM_KINDS = {
    Breakdown.KICKOFF_WITHOUT_AE,
    Breakdown.KICKOFF_RUN_BY_AE,
    Breakdown.KNOWN_ASKED_AGAIN,
    Breakdown.OTHER_SUCCESS,
}


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"ours": (Ours.CSM,)}, Breakdown.KICKOFF_WITHOUT_AE),
        ({"ran": Ran.AE}, Breakdown.KICKOFF_RUN_BY_AE),
        ({"known_again": True}, Breakdown.KNOWN_ASKED_AGAIN),
        ({"metric": False, "changed": "They count hours"}, Breakdown.OTHER_SUCCESS),
    ],
)
def test_what_went_otherwise_is_recorded_and_taken_off_by_a_correction(
    changed: dict[str, object], kind: Breakdown
) -> None:
    handoff, made = assigned(), form(**changed)
    record(handoff, made)
    assert handoff.breakdowns.keys() & FORM_KINDS == {kind}
    record(handoff, form(), before=made)
    assert not handoff.breakdowns.keys() & FORM_KINDS


def test_customer_success_may_hold_it_alone_where_it_is_not_joint() -> None:
    handoff = light()
    record(handoff, form(ours=(Ours.CSM,)))
    assert Breakdown.KICKOFF_WITHOUT_AE not in handoff.breakdowns


def test_a_brief_nobody_opened_before_the_kickoff_is_a_breakdown() -> None:
    unopened = assigned()
    record(unopened)
    weigh_kickoff(unopened, None, at=NOW)
    assert Breakdown.BRIEF_UNOPENED in unopened.breakdowns
    for opened in (acknowledged(), assigned()):
        if not opened.acknowledged:
            prepare(opened, by=CSM)
        kickoff_prep.follow_reading(opened, at=HELD - HOUR)
        record(opened)
        weigh_kickoff(opened, None, at=NOW)
        assert Breakdown.BRIEF_UNOPENED not in opened.breakdowns


def test_who_opened_it_only_afterwards_had_not_opened_it() -> None:
    handoff = acknowledged()
    kickoff_prep.follow_reading(handoff, at=NOW)
    record(handoff)
    weigh_kickoff(handoff, None, at=NOW)
    assert Breakdown.BRIEF_UNOPENED in handoff.breakdowns
    # The time is kept from the first on: a second acknowledgement changes nothing.
    handoff.kickoff = handoff.kickoff.opened(NOW + HOUR)
    assert handoff.kickoff.brief_opened_at == NOW
