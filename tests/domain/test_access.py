from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.access import (
    EXPORTED,
    EXPORTED_OF_A_PROMISE,
    GIVEABLE,
    HELPED,
    IN_THE_CHANNEL,
    Act,
    Audience,
    Capacity,
    Reach,
    audiences,
    capacities,
    exportable,
    given,
    may,
    may_at_all,
    may_write,
    owes_a_reason,
    reach,
    readable_in,
    readers,
    require_write,
    whose,
)
from bot.domain.access import require as require_right
from bot.domain.brief import split
from bot.domain.channels import CHECK_AFTER, Channel
from bot.domain.errors import NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.items import SectionKey
from bot.domain.people import Person, Role
from tests import briefs
from tests.domain.deals import (
    ADMIN,
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    EVERYBODY,
    GONE,
    GUEST,
    MEMBER,
    MONDAY,
    OTHER_CSM,
    OUTSIDER,
    REVOPS,
    ROBOT,
    assigned,
    person,
    started,
)

MEMBER_ONLY = frozenset({Capacity.MEMBER})


@pytest.mark.parametrize(
    ("who", "held"),
    [
        (AE, {Capacity.AE}),
        (CSM, {Capacity.CSM}),
        (CS_MANAGER, {Capacity.CS_MANAGER}),
        (AE_MANAGER, {Capacity.AE_MANAGER}),
        (REVOPS, {Capacity.REVOPS}),
        (ADMIN, {Capacity.ADMIN}),
        (replace(MEMBER, workspace_admin=True), {Capacity.ADMIN}),
        (MEMBER, set()),
        # A manager's role alone gives no part in a handoff that names somebody else.
        (person(20, "Nil", "UTC", Role.CS_MANAGER, Role.AE_MANAGER), set()),
        (replace(CS_MANAGER, roles=frozenset()), {Capacity.CS_MANAGER}),
    ],
)
def test_a_person_is_to_a_handoff_what_it_names_them(who: Person, held: set[Capacity]) -> None:
    assert capacities(who, assigned()) == MEMBER_ONLY | held


@pytest.mark.parametrize("who", [GUEST, OUTSIDER, ROBOT, GONE])
def test_who_is_no_full_member_is_nothing_even_with_a_part_and_a_role(who: Person) -> None:
    handoff = replace(assigned(), ae_id=who.id, cs_manager_id=who.id)
    admin = replace(who, workspace_admin=True, roles=frozenset(Role))
    assert capacities(admin, handoff) == frozenset()
    assert audiences(admin, handoff, in_channel=True) == frozenset()
    assert not any(may(act, admin, handoff) for act in Act)
    assert not admin.admin
    assert reach(admin, has_part=lambda: True) is Reach.OWN


def test_revops_stands_in_for_a_manager_who_is_missing_and_for_no_other() -> None:
    handoff = replace(assigned(), cs_manager_id=None)
    assert Capacity.CS_MANAGER in capacities(REVOPS, handoff)
    assert Capacity.AE_MANAGER not in capacities(REVOPS, handoff)
    assert may(Act.ASSIGN, REVOPS, handoff)
    assert not may(Act.ASSIGN, REVOPS, assigned())
    assert Capacity.AE_MANAGER in capacities(REVOPS, replace(handoff, ae_manager_id=None))
    assert not may(Act.ASSIGN, MEMBER, handoff)


AE_SIDE = {AE.id, AE_MANAGER.id, REVOPS.id}
AE_AND_MANAGER = {AE.id, AE_MANAGER.id}
HELPER = person(21, "Hedda")
LEAD = person(22, "Leo")
LISTENER = person(23, "Lis", "Europe/Berlin", Role.CS_MANAGER)
WITH_GUESTS = (*EVERYBODY, HELPER, LEAD, LISTENER)
RIGHTS = {
    Act.CONFIRM_AE: {AE.id},
    Act.EDIT_BRIEF: {AE.id, HELPER.id},
    Act.INVITE_HELPER: {AE.id},
    Act.CHANGE_DEAL: {AE.id},
    Act.POST: {AE.id},
    Act.SIGN: AE_SIDE,
    Act.ALIGN: AE_AND_MANAGER,
    Act.RECORD_CALL: AE_AND_MANAGER,
    Act.OVERRIDE_CLOSED_WON: {AE_MANAGER.id},
    Act.ANSWER_COMMITMENT: {AE_MANAGER.id},
    Act.ASSIGN: {CS_MANAGER.id},
    Act.OVERRIDE_GATE: {CS_MANAGER.id},
    Act.DECLINE: {CSM.id},
    Act.ACKNOWLEDGE: {CSM.id, CS_MANAGER.id},
    Act.UNDO_ACKNOWLEDGE: {CSM.id},
    Act.VERIFY: {CSM.id, CS_MANAGER.id},
    Act.JUDGE: AE_AND_MANAGER,
    Act.BOOK_BRIEFING: AE_AND_MANAGER,
    Act.SKIP_BRIEFING: {AE.id, CSM.id},
    Act.HOLD_BRIEFING: {AE.id, CSM.id, AE_MANAGER.id, CS_MANAGER.id},
    Act.LIFT_HOLD: {CS_MANAGER.id},
    Act.BOOK_KICKOFF: {AE.id, CSM.id, CS_MANAGER.id},
    Act.PREPARE_KICKOFF: {AE.id, CSM.id, AE_MANAGER.id, CS_MANAGER.id},
    Act.OPEN_KICKOFF_CARD: {
        AE.id,
        CSM.id,
        AE_MANAGER.id,
        CS_MANAGER.id,
        REVOPS.id,
        LISTENER.id,
        LEAD.id,
    },
    Act.WRITE_AE_INTRO: {AE.id},
    Act.WRITE_CSM_INTRO: {CSM.id},
    Act.SEND_AE_INTRO: AE_AND_MANAGER,
    Act.SEND_CSM_INTRO: {CSM.id, CS_MANAGER.id},
    Act.NOTE_CONTACT: {AE.id, CSM.id},
    Act.HOLD_KICKOFF: {CSM.id, CS_MANAGER.id},
    Act.EDIT_PLAN: {CSM.id, CS_MANAGER.id},
    Act.SIGN_PLAN: {CSM.id, CS_MANAGER.id},
    Act.SIGN_PLAN_AE: {AE.id, AE_MANAGER.id},
    Act.CONFIRM_PLAN: {CSM.id, CS_MANAGER.id},
    Act.CONCLUDE_MILESTONE: {AE.id, CSM.id},
    Act.ARRANGE_TALK: {AE.id, CSM.id},
    Act.SEND_BACK: {CSM.id},
    Act.RETURN_BRIEF: {AE.id},
    Act.MOVE: AE_SIDE,
    Act.CANCEL: AE_SIDE,
    Act.REOPEN: AE_SIDE,
    Act.REASSIGN_AE: {AE_MANAGER.id},
    Act.REASSIGN_AE_MANAGER: {AE_MANAGER.id, REVOPS.id, ADMIN.id},
    Act.REASSIGN_CS_MANAGER: {CS_MANAGER.id, REVOPS.id, ADMIN.id},
    Act.NAME_LEAD: {CSM.id, CS_MANAGER.id},
    Act.INTERVIEW: AE_AND_MANAGER,
    Act.RECORD_CHAMPION: {AE.id, CSM.id},
    Act.INITIAL_PROMISE: {AE.id, CSM.id},
    Act.DISPUTE_PROMISE: {AE.id, CSM.id},
    Act.EDIT_PROMISE: {AE.id, CSM.id},
    Act.CONCLUDE_PROMISE: {AE.id, CSM.id},
    Act.TALK_PROMISE: AE_AND_MANAGER,
    Act.DECIDE_LATE: {AE.id, CSM.id},
    Act.SETTLE_DISPUTE: {AE_MANAGER.id, CS_MANAGER.id},
    Act.DECIDE_DISPUTE: {REVOPS.id},
    Act.ANSWER_DEBRIEF: {AE.id, CSM.id, CS_MANAGER.id},
    Act.LEAD_DEBRIEF: {CSM.id, CS_MANAGER.id},
    Act.MARK_DEBRIEF: {CSM.id},
    Act.REPLY_DEBRIEF: {AE.id},
    Act.CHAT_DEBRIEF: {AE.id},
    Act.NAME_LISTENER: {CSM.id, CS_MANAGER.id},
    Act.RECORD_AE_STEP: AE_AND_MANAGER,
    Act.RECORD_CSM_STEP: {CSM.id, CS_MANAGER.id},
    Act.CLOSE: {CSM.id},
}
BY_ADMINS = {Act.REASSIGN_AE_MANAGER, Act.REASSIGN_CS_MANAGER}
"""Of what is done to a handoff, what admins may do to any."""
TO_NO_HANDOFF = {
    Act.START: {one for one in WITH_GUESTS if one.full_member},
    Act.CHANGE_POLICY: {ADMIN},
    Act.CHANGE_PEOPLE: {ADMIN},
    Act.PAUSE: {ADMIN},
}
"""These are done to the bot, and a part in a handoff gives no right to them."""


def peopled() -> Handoff:
    """An assigned handoff in which every part is somebody's, and two sections are given."""
    given_to = {HELPER.id: frozenset({SectionKey.PEOPLE, SectionKey.COMMERCIALS})}
    return replace(assigned(), helpers=given_to, lead_id=LEAD.id, listener_id=LISTENER.id)


@pytest.mark.parametrize("act", list(TO_NO_HANDOFF))
def test_what_is_done_to_no_handoff_is_for_members_or_admins(act: Act) -> None:
    assert {one for one in WITH_GUESTS if may_at_all(act, one)} == TO_NO_HANDOFF[act]
    assert may_at_all(act, replace(MEMBER, workspace_admin=True))


def test_every_act_of_the_table_is_in_one_of_both_lists() -> None:
    assert {*RIGHTS, *TO_NO_HANDOFF} == set(Act)
    assert not set(RIGHTS) & set(TO_NO_HANDOFF)
    admin = replace(MEMBER, workspace_admin=True)
    assert {act for act in RIGHTS if may_at_all(act, admin)} == BY_ADMINS


STEPS = {
    Act.ALIGN: AE,
    Act.RECORD_CALL: AE,
    Act.JUDGE: AE,
    Act.BOOK_BRIEFING: AE,
    Act.SEND_AE_INTRO: AE,
    Act.SEND_CSM_INTRO: CSM,
    Act.TALK_PROMISE: AE,
    Act.RECORD_AE_STEP: AE,
    Act.ACKNOWLEDGE: CSM,
    Act.VERIFY: CSM,
    Act.BOOK_KICKOFF: CSM,
    Act.HOLD_KICKOFF: CSM,
    Act.EDIT_PLAN: CSM,
    Act.SIGN_PLAN: CSM,
    Act.SIGN_PLAN_AE: AE,
    Act.CONFIRM_PLAN: CSM,
    Act.LEAD_DEBRIEF: CSM,
    Act.RECORD_CSM_STEP: CSM,
}
"""What a side's manager may record too, and whose it is."""
OF_BOTH = {Act.HOLD_BRIEFING, Act.PREPARE_KICKOFF}
"""The same of what is AE's and CSM's alike."""


@pytest.mark.parametrize("act", STEPS)
def test_a_manager_owes_a_reason_for_recording_what_is_another_persons(act: Act) -> None:
    handoff = peopled()
    owner = STEPS[act]
    manager = CS_MANAGER if owner is CSM else AE_MANAGER
    assert may(act, manager, handoff)
    assert owes_a_reason(act, manager, handoff)
    assert not owes_a_reason(act, owner, handoff)
    # What is a manager's own needs none.
    assert not owes_a_reason(Act.ASSIGN, CS_MANAGER, handoff)


@pytest.mark.parametrize("act", sorted(OF_BOTH))
def test_either_manager_owes_a_reason_for_recording_what_is_both_sides(act: Act) -> None:
    handoff = peopled()
    for manager in (AE_MANAGER, CS_MANAGER):
        assert may(act, manager, handoff)
        assert owes_a_reason(act, manager, handoff)
    assert not any(owes_a_reason(act, one, handoff) for one in (AE, CSM))


@pytest.mark.parametrize("act", list(RIGHTS))
def test_each_act_is_open_to_its_people_and_closed_to_all_others(act: Act) -> None:
    handoff = peopled()
    assert {one.id for one in WITH_GUESTS if may(act, one, handoff)} == RIGHTS[act]
    for one in WITH_GUESTS:
        if one.id in RIGHTS[act]:
            require_right(act, one, handoff)
            continue
        with pytest.raises(NotAllowed) as refused:
            require_right(act, one, handoff)
        assert refused.value.problem is Problem.NOT_YOUR_TURN
        # A manager who may record a step is not the one whose turn it is.
        managers = {AE_MANAGER.id, CS_MANAGER.id} if act in {*STEPS, *OF_BOTH} else set()
        # Nor is an AE who may book a kickoff for the CSM.
        managers |= {AE.id} if act is Act.BOOK_KICKOFF else set()
        assert set(refused.value.whose) == RIGHTS[act] - {REVOPS.id, HELPER.id, ADMIN.id} - managers
        assert refused.value.facts == {"act": act.value}


def test_one_person_with_two_parts_is_named_once() -> None:
    handoff = replace(assigned(), lead_id=CSM.id, csm_id=CSM.id)
    assert readers(Audience.REASONS, handoff).count(CSM.id) == 1
    assert whose(Act.ACKNOWLEDGE, started()) == ()


@pytest.mark.parametrize("ae", [AE, replace(REVOPS, id=30)])
def test_the_ae_is_no_manager_of_their_own_deal(ae: Person) -> None:
    own = replace(assigned(), ae_id=ae.id, ae_manager_id=ae.id, cs_manager_id=ae.id)
    for handoff in (own, replace(own, ae_manager_id=None, cs_manager_id=None)):
        assert not capacities(ae, handoff) & {Capacity.AE_MANAGER, Capacity.CS_MANAGER}
        for act in (Act.OVERRIDE_CLOSED_WON, Act.OVERRIDE_GATE, Act.ASSIGN):
            assert not may(act, ae, handoff)
            assert may(act, REVOPS, handoff)
            assert whose(act, handoff) == ()
    assert whose(Act.CANCEL, own) == (ae.id,)


INSIDE = {AE, CSM, LISTENER, CS_MANAGER}
BOTH_SIDES = INSIDE | {AE_MANAGER, REVOPS}
READERS = {
    Audience.FACTS: BOTH_SIDES | {LEAD, HELPER},
    Audience.DEBRIEF_FACTS: BOTH_SIDES | {LEAD},
    Audience.DEBRIEF: BOTH_SIDES,
    Audience.DISPUTES: BOTH_SIDES | {LEAD},
    Audience.SHARED_MILESTONES: BOTH_SIDES | {LEAD, HELPER},
    Audience.AE_INTRO: {AE, CSM},
    Audience.CSM_INTRO: {CSM},
    Audience.FIGURES: {CS_MANAGER, AE_MANAGER, REVOPS},
    Audience.CHANNEL: BOTH_SIDES | {LEAD},
    Audience.COMMERCIALS: BOTH_SIDES,
    Audience.PERSONAL: INSIDE,
    Audience.RED_FLAGS: INSIDE,
    Audience.PRIVATE_NOTE: INSIDE,
    Audience.RECORDS: INSIDE,
    Audience.INTERNAL: BOTH_SIDES | {LEAD},
    Audience.BACKGROUND: BOTH_SIDES,
    Audience.RELATIONS: INSIDE,
    Audience.REASONS: BOTH_SIDES | {LEAD},
}
"""Who reads it by their part alone, whether or not they are in the deal channel."""


SHOWN_THERE = {
    Audience.FACTS,
    Audience.CHANNEL,
    Audience.COMMERCIALS,
    Audience.DEBRIEF_FACTS,
    Audience.DISPUTES,
    Audience.SHARED_MILESTONES,
}
"""What everyone in the deal channel may read."""


def test_a_figure_is_read_by_whom_it_is_about() -> None:
    handoff = peopled()
    assert Audience.FIGURES in audiences(AE, handoff, in_channel=False, about=AE.id)
    assert Audience.FIGURES not in audiences(AE, handoff, in_channel=True, about=CSM.id)
    guest = replace(GUEST, id=AE.id)
    assert Audience.FIGURES not in audiences(guest, handoff, in_channel=True, about=AE.id)


def test_the_export_holds_nothing_that_is_not_for_everyone_in_the_channel() -> None:
    fields = {(key, field) for key, names in EXPORTED.items() for field in names}
    assert fields == {
        (SectionKey.SUCCESS, "metric"),
        (SectionKey.SUCCESS, "target"),
        (SectionKey.SUCCESS, "by"),
        (SectionKey.FIRST_DAYS, "live_by"),
        (SectionKey.FIRST_DAYS, "outcome"),
        (SectionKey.FIRST_DAYS, "second_outcome"),
        (SectionKey.FIRST_DAYS, "confirms"),
        (SectionKey.FIRST_DAYS, "review_on"),
    }
    for key, field in fields:
        assert field in split(briefs.FULL_BRIEF.section(key))[Audience.CHANNEL]
    assert set(EXPORTED_OF_A_PROMISE) == {"words"}


@pytest.mark.parametrize(
    ("ae", "csm", "disputed", "may_go"),
    [(True, True, False, True), (True, True, True, False), (True, False, False, False),
     (False, True, False, False)],
)  # fmt: skip
def test_a_promise_is_exported_once_both_initialed_it_and_nobody_disputes_it(
    ae: bool, csm: bool, disputed: bool, may_go: bool
) -> None:
    assert exportable(ae_initialed=ae, csm_initialed=csm, disputed=disputed) is may_go


@pytest.mark.parametrize("audience", list(Audience))
def test_each_audience_is_read_by_its_people_and_by_nobody_else(audience: Audience) -> None:
    handoff = peopled()
    by_part = {one for one in WITH_GUESTS if audience in audiences(one, handoff, in_channel=False)}
    assert by_part == READERS[audience]
    in_it = {one for one in WITH_GUESTS if audience in audiences(one, handoff, in_channel=True)}
    shown = audience in SHOWN_THERE
    members = {one for one in WITH_GUESTS if one.full_member}
    assert in_it == (members if shown else READERS[audience])
    assert (audience in IN_THE_CHANNEL) is shown


def test_a_former_or_other_csm_reads_what_the_channel_reads() -> None:
    assert audiences(OTHER_CSM, peopled(), in_channel=True) == IN_THE_CHANNEL
    assert audiences(OTHER_CSM, peopled(), in_channel=False) == set()


def test_a_proposed_csm_reads_what_the_channel_reads_until_assigned() -> None:
    handoff: Handoff = started(proposed_csm=CSM)
    contact = replace(started(), cs_contact_id=CSM.id)
    for inside in (True, False):
        assert audiences(CSM, handoff, in_channel=inside) == IN_THE_CHANNEL
        assert audiences(CSM, contact, in_channel=inside) == IN_THE_CHANNEL
    assert not may(Act.ACKNOWLEDGE, CSM, handoff)
    # Once somebody else is assigned they are as anybody.
    taken = replace(handoff, csm_id=OTHER_CSM.id, cs_contact_id=CSM.id)
    assert audiences(CSM, taken, in_channel=False) == set()
    declined = replace(assigned(), proposed_csm_id=CSM.id, cs_contact_id=CSM.id)
    declined.decline("On parental leave from May", by=CSM, at=MONDAY)
    assert audiences(CSM, declined, in_channel=False) == set()
    # Another one who is still proposed or named goes on being expected.
    for other in (
        replace(declined, proposed_csm_id=OTHER_CSM.id),
        replace(declined, cs_contact_id=OTHER_CSM.id),
    ):
        assert audiences(OTHER_CSM, other, in_channel=False) == IN_THE_CHANNEL
    outside = replace(GUEST, id=CSM.id)
    assert audiences(outside, handoff, in_channel=True) == set()
    assert Audience.REASONS in audiences(CSM, assigned(), in_channel=False)


@pytest.mark.parametrize("key", list(SectionKey))
def test_a_helper_writes_and_reads_the_sections_given_and_no_other(key: SectionKey) -> None:
    handoff = peopled()
    theirs = key in (SectionKey.PEOPLE, SectionKey.COMMERCIALS)
    assert may_write(key, HELPER, handoff) is theirs
    assert may_write(key, AE, handoff)
    assert not may_write(key, CSM, handoff)
    known = audiences(HELPER, handoff, in_channel=False)
    assert known == {Audience.FACTS, Audience.SHARED_MILESTONES}
    read = readable_in(key, known, given(HELPER, handoff))
    assert read == known | (HELPED if theirs else set())
    if theirs:
        require_write(key, HELPER, handoff)
        return
    with pytest.raises(NotAllowed) as refused:
        require_write(key, HELPER, handoff)
    assert refused.value.whose == (AE.id,)


def test_a_helper_never_reads_red_flags_even_of_a_section_given_by_mistake() -> None:
    handoff = replace(peopled(), helpers={HELPER.id: frozenset(SectionKey)})
    read = readable_in(
        SectionKey.RED_FLAGS,
        audiences(HELPER, handoff, in_channel=False),
        given(HELPER, handoff),
    )
    assert not read & {Audience.RED_FLAGS, Audience.PRIVATE_NOTE, Audience.RECORDS}
    assert SectionKey.RED_FLAGS not in GIVEABLE


def test_who_left_the_company_helps_no_more() -> None:
    handoff = replace(peopled(), helpers={GONE.id: frozenset({SectionKey.PEOPLE})})
    assert given(GONE, handoff) == frozenset()
    assert not may_write(SectionKey.PEOPLE, GONE, handoff)


@pytest.mark.parametrize(
    ("who", "has_part", "lists"),
    [
        (MEMBER, False, Reach.OWN),
        (MEMBER, True, Reach.READABLE),
        (CS_MANAGER, False, Reach.READABLE),
        (ADMIN, False, Reach.READABLE),
        (replace(MEMBER, workspace_admin=True), False, Reach.READABLE),
        (REVOPS, False, Reach.ALL),
        (GUEST, True, Reach.OWN),
        (GONE, True, Reach.OWN),
    ],
)
def test_who_has_a_role_of_either_sort_sees_more_than_their_own(
    who: Person, has_part: bool, lists: Reach
) -> None:
    assert reach(who, has_part=lambda: has_part) is lists


SAFE = Channel(1, 1, "C001", bot_inside=True, checked_at=MONDAY)


@pytest.mark.parametrize(
    ("channel", "problem"),
    [
        (SAFE, None),
        (replace(SAFE, private=True), None),
        (replace(SAFE, checked_at=None), Problem.CHANNEL_UNKNOWN),
        (replace(SAFE, direct=True), Problem.CHANNEL_IS_DM),
        (replace(SAFE, shared=True), Problem.CHANNEL_SHARED),
        (replace(SAFE, pending=True), Problem.CHANNEL_SHARED),
        (replace(SAFE, guests=True), Problem.CHANNEL_GUESTS),
        (replace(SAFE, archived=True), Problem.CHANNEL_ARCHIVED),
        (replace(SAFE, bot_inside=False), Problem.CHANNEL_NOT_INSIDE),
        # Of two reasons the one that protects more is told.
        (replace(SAFE, shared=True, archived=True, bot_inside=False), Problem.CHANNEL_SHARED),
    ],
)
def test_a_channel_holds_internal_content_only_where_nothing_speaks_against_it(
    channel: Channel, problem: Problem | None
) -> None:
    assert channel.problem() is problem


def test_what_was_learned_of_a_channel_holds_for_ten_minutes() -> None:
    assert timedelta(minutes=10) == CHECK_AFTER
    assert not SAFE.stale(MONDAY + CHECK_AFTER)
    assert SAFE.stale(MONDAY + CHECK_AFTER + timedelta(microseconds=1))
    assert replace(SAFE, checked_at=None).stale(MONDAY)
