from dataclasses import replace
from datetime import date, datetime, time

import pytest

from bot.domain import planning
from bot.domain.access import IN_THE_CHANNEL, Act
from bot.domain.brief import Brief, Contact, ContactRole, FirstDays, People
from bot.domain.deadlines import Deadline, DeadlineState, Step, to_open
from bot.domain.errors import Conflict, HandoffError, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.managers import Told
from bot.domain.money import Money
from bot.domain.notices import NoticeKind, announcements
from bot.domain.nudging import Stage, StagePlan
from bot.domain.people import ManagerBy, Person
from bot.domain.plan import (
    Confirmation,
    ConfirmedWay,
    Milestone,
    MilestoneOwner,
    MilestoneState,
    MilestoneText,
    OutlinePart,
    Party,
    Sharing,
    counted,
    days_of_plan,
    outline,
)
from bot.domain.plan_pages import PlanPage, plan_page
from bot.domain.policy import Tier
from bot.domain.promises import Side
from bot.domain.reaching import Planned, about_milestones
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    HOUR,
    MEMBER,
    MONDAY,
    OTHER_CSM,
    PEOPLE,
    POLICY,
    REVOPS,
    Office,
    assigned,
    signed,
    utc,
)
from tests.domain.test_deadlines import owed

NOW = MONDAY + 8 * HOUR
DAY0 = date(2025, 6, 2)
FIRST, LAST = days_of_plan(DAY0)
LIVE = MilestoneText("Live in Hamburg", owner=MilestoneOwner.CSM, due=date(2025, 7, 1))
HIDDEN = MilestoneText(
    "Agree on who answers at night", Sharing.INTERNAL, MilestoneOwner.AE, "", date(2025, 6, 20)
)
HEARD = Confirmation("Ines", date(2025, 6, 2), ConfirmedWay.MAIL)
NAMES = {OutlinePart.LIVE: "Live", OutlinePart.REVIEW: "Review"}
DAYS = FirstDays(
    live_by=date(2025, 7, 1),
    outcome="Half of the tickets by form",
    second_outcome="Two people trained",
    confirms="She counts them  herself",
    review_on=date(2025, 8, 29),
)


class Plan:
    """A plan in its handoff, as storage would keep it."""

    def __init__(self, handoff: Handoff | None = None, *texts: MilestoneText) -> None:
        self.handoff = handoff or assigned()
        self.all: list[Milestone] = []
        for text in texts or (LIVE, HIDDEN):
            self.add(text)

    @property
    def version(self) -> int:
        return self.handoff.success_plan.version

    def weigh(self, at: datetime = NOW) -> None:
        planning.weigh(self.handoff, self.handoff.size(POLICY), at=at)

    def add(self, text: MilestoneText, *, by: Person = CSM, at: datetime = NOW) -> Milestone:
        made = Milestone(len(self.all) + 1, len(self.all) + 1, 1, text)
        self.all.append(made)
        planning.added(self.handoff, made, self.all, by=by, at=at)
        self.weigh(at)
        return made

    def edit(self, number: int, at: datetime = NOW, **changed: object) -> None:
        before = self.all[number - 1]
        text = replace(before.text, **changed)  # type: ignore[arg-type]
        after = replace(before, version=before.version + 1, text=text)
        self.all[number - 1] = after
        planning.changed(self.handoff, before, after, self.all, by=CSM, at=at)
        self.weigh(at)

    def become(self, number: int, state: MilestoneState, *, by: Person = CSM) -> None:
        before = self.all[number - 1]
        self.all[number - 1] = replace(before, state=state)
        version = before.version
        planning.conclude(
            self.handoff, before, state, self.all, by=by, version=version, at=NOW, reason="On it"
        )
        self.weigh()

    def initial(self, by: Person, *, reason: str = "", at: datetime = NOW) -> None:
        size = self.handoff.size(POLICY)
        planning.initial(self.handoff, size, by=by, version=self.version, at=at, reason=reason)
        self.weigh(at)

    def confirm(
        self,
        party: Party = Party.CUSTOMER,
        *,
        said: Confirmation = HEARD,
        by: Person = CSM,
        known: Confirmation | None = None,
        meanwhile: int | None = None,
    ) -> None:
        planning.confirm(
            self.handoff,
            self.handoff.size(POLICY),
            party,
            said,
            by=by,
            version=self.version,
            at=NOW,
            today=NOW.date(),
            known=known,
            meanwhile=meanwhile,
        )
        self.weigh()

    def tags(self) -> list[Tag]:
        return [event.tag for event in self.handoff.events]


def signed_plan() -> Plan:
    made = Plan()
    made.initial(CSM)
    made.initial(AE)
    made.confirm()
    return made


# --- What a milestone may say


@pytest.mark.parametrize(
    ("text", "field", "problem"),
    [
        (MilestoneText("  "), "milestone", Problem.EMPTY),
        (MilestoneText("x" * 501), "milestone", Problem.TOO_LONG),
        (MilestoneText("x", who="y" * 81), "milestone_who", Problem.TOO_LONG),
        (replace(LIVE, who="Ines"), "milestone_who", Problem.NAME_OF_NOBODY),
        (replace(LIVE, due=date(2025, 6, 1)), "milestone_due", Problem.OUTSIDE_PLAN),
        (replace(LIVE, due=date(2025, 9, 1)), "milestone_due", Problem.OUTSIDE_PLAN),
    ],
)
def test_a_milestone_is_refused_at_the_field_that_is_wrong(
    text: MilestoneText, field: str, problem: Problem
) -> None:
    with pytest.raises(Invalid) as refused:
        text.checked(FIRST, LAST)
    assert (refused.value.field, refused.value.problem) == (field, problem)


def test_a_milestone_lies_within_ninety_days_of_day_0() -> None:
    assert date(2025, 8, 31) == LAST
    for day in (FIRST, LAST):
        assert replace(LIVE, due=day).checked(FIRST, LAST).due == day


@pytest.mark.parametrize(
    ("changed", "complete"),
    [
        ({}, True),
        ({"due": None}, False),
        ({"owner": None}, False),
        ({"owner": MilestoneOwner.CUSTOMER}, False),
        ({"owner": MilestoneOwner.CUSTOMER, "who": "Ines"}, True),
        ({"owner": MilestoneOwner.PARTNER, "who": "Theo"}, True),
    ],
)
def test_a_milestone_is_complete_with_owner_and_day(
    changed: dict[str, object], complete: bool
) -> None:
    assert replace(LIVE, **changed).complete is complete  # type: ignore[arg-type]


def test_what_was_dropped_is_counted_no_more() -> None:
    partner = replace(LIVE, owner=MilestoneOwner.PARTNER, who="Theo", due=None)
    all_of = [Milestone(1, 1, 1, LIVE), Milestone(2, 2, 1, HIDDEN), Milestone(3, 3, 1, partner)]
    assert counted(all_of) == counted([*all_of]) != counted(all_of[:2])
    assert (counted(all_of).milestones, counted(all_of).shared) == (3, 2)
    assert (counted(all_of).incomplete, counted(all_of).partner) == (1, True)
    gone = [*all_of[:2], replace(all_of[2], state=MilestoneState.DROPPED)]
    assert counted(gone) == counted(all_of[:2])


# --- The outline


def test_the_outline_has_a_milestone_for_each_thing_section_7_says() -> None:
    champion = Contact(id=1, name="Ines  Brandt", roles=(ContactRole.CHAMPION,))
    brief = Brief(people=People(contacts=(champion,)), first_days=DAYS)
    made = outline(brief, first=FIRST, last=LAST, names=NAMES)
    assert [(one.words, one.owner, one.who, one.due) for one in made] == [
        ("Live", MilestoneOwner.CSM, "", DAYS.live_by),
        (DAYS.outcome, MilestoneOwner.CSM, "", DAYS.review_on),
        (DAYS.second_outcome, MilestoneOwner.CSM, "", DAYS.review_on),
        ("She counts them herself", MilestoneOwner.CUSTOMER, "Ines Brandt", DAYS.review_on),
        ("Review", MilestoneOwner.CSM, "", DAYS.review_on),
    ]
    assert {one.sharing for one in made} == {Sharing.SHARED}
    assert [one.checked(FIRST, LAST) for one in made] == list(made)


def test_an_outline_leaves_a_day_open_that_no_milestone_may_have() -> None:
    late = Brief(first_days=FirstDays(live_by=date(2025, 12, 1), outcome="x" * 900))
    made = outline(late, first=FIRST, last=LAST, names=NAMES)
    assert [one.due for one in made] == [None, None]
    assert [one.checked(FIRST, LAST) for one in made] == list(made)
    assert outline(Brief(), first=FIRST, last=LAST, names=NAMES) == ()


def test_a_plan_is_begun_once_and_by_its_csm() -> None:
    handoff = assigned()
    made = [Milestone(1, 1, 1, LIVE), Milestone(2, 2, 1, replace(LIVE, due=None))]
    with pytest.raises(NotAllowed):
        planning.started(handoff, made, made, by=AE, at=NOW)
    with pytest.raises(Invalid) as nothing:
        planning.started(handoff, [], [], by=CSM, at=NOW)
    assert nothing.value.problem is Problem.NOTHING_TO_OUTLINE
    planning.started(handoff, made, made, by=CSM, at=NOW)
    plan = handoff.success_plan
    assert (plan.version, plan.milestones, plan.incomplete, plan.shared) == (1, 2, 1, 2)
    with pytest.raises(Conflict):
        planning.require_start(handoff, by=CSM)


@pytest.mark.parametrize(
    ("handoff", "problem"), [(signed(), Problem.NOT_ASSIGNED), (assigned(), None)]
)
def test_there_is_no_plan_before_the_assignment(handoff: Handoff, problem: Problem | None) -> None:
    if problem is None:
        planning.require(Act.EDIT_PLAN, CSM, handoff)
        return
    with pytest.raises(Invalid) as refused:
        planning.require(Act.EDIT_PLAN, CS_MANAGER, handoff)
    assert refused.value.problem is problem


def test_a_manager_changes_it_for_the_csm_with_a_reason() -> None:
    made = Plan()
    with pytest.raises(Invalid) as refused:
        made.add(LIVE, by=CS_MANAGER)
    assert (refused.value.field, refused.value.problem) == ("reason", Problem.EMPTY)


# --- Initials and confirmations


def test_it_is_signed_once_everybody_asked_said_yes_to_it_as_it_is() -> None:
    made = Plan()
    assert made.handoff.success_plan.drafted_at == NOW
    made.initial(CSM)
    made.initial(AE)
    assert made.handoff.success_plan.signed_at is None
    made.confirm()
    plan = made.handoff.success_plan
    assert (plan.signed_at, plan.csm_done_at, plan.ae_done_at) == (NOW, NOW, NOW)
    assert made.tags()[-1] is Tag.PLAN_SIGNED
    made.weigh(NOW + HOUR)
    assert made.tags().count(Tag.PLAN_SIGNED) == 1
    assert made.handoff.success_plan.signed_at == NOW


def test_a_change_opens_what_was_signed_and_says_so_once() -> None:
    made = signed_plan()
    made.edit(1, NOW + HOUR, due=date(2025, 7, 8))
    plan = made.handoff.success_plan
    assert not any(plan.holds(party) for party in Party)
    assert plan.signed_at is plan.csm_done_at is plan.ae_done_at is None
    assert plan.csm_again_at == plan.ae_again_at == NOW + HOUR
    void = made.handoff.events[-1]
    assert (void.tag, void.facts["parties"]) == (Tag.PLAN_VOIDED, ["csm", "ae", "customer"])
    made.edit(1, NOW + 2 * HOUR, words="Live in Kiel")
    assert made.tags().count(Tag.PLAN_VOIDED) == 1
    assert made.handoff.success_plan.csm_again_at == NOW + HOUR


def test_what_the_customer_said_outlasts_a_change_of_an_internal_milestone() -> None:
    made = signed_plan()
    made.edit(2, words="Agree on who answers on Sundays")
    plan = made.handoff.success_plan
    assert plan.confirmed(Party.CUSTOMER)
    assert not plan.initialed(Side.CSM)
    # Once it is internal the customer sees a difference, and once it is shared, too.
    made.edit(1, sharing=Sharing.INTERNAL)
    assert not made.handoff.success_plan.confirmed(Party.CUSTOMER)


def test_the_same_text_again_and_what_became_of_a_milestone_open_nothing() -> None:
    made = signed_plan()
    version = made.version
    planning.changed(made.handoff, made.all[0], made.all[0], made.all, by=CSM, at=NOW)
    made.become(1, MilestoneState.DONE)
    made.become(1, MilestoneState.OPEN, by=AE)
    assert made.version == version
    assert made.handoff.success_plan.signed_at == NOW
    made.become(1, MilestoneState.DROPPED)
    assert made.version == version + 1
    assert made.handoff.success_plan.signed_at is None


def test_a_dropped_milestone_is_taken_up_again_before_it_changes() -> None:
    made = Plan()
    made.become(1, MilestoneState.DROPPED)
    kept = list(made.all)
    with pytest.raises(Conflict) as not_done:
        made.become(1, MilestoneState.DONE)
    made.all = list(kept)
    with pytest.raises(Conflict) as unchanged:
        made.edit(1, words="x")
    made.all = kept
    refused = {not_done.value.problem, unchanged.value.problem}
    assert refused == {Problem.MILESTONE_WAS_DROPPED}
    with pytest.raises(NotAllowed):
        made.become(1, MilestoneState.OPEN, by=AE)


def test_another_wording_than_was_shown_is_not_concluded() -> None:
    made = Plan()
    with pytest.raises(Conflict) as refused:
        planning.conclude(
            made.handoff, made.all[0], MilestoneState.DONE, made.all, by=CSM, version=9, at=NOW
        )
    assert refused.value.problem is Problem.MILESTONE_CHANGED
    assert refused.value.facts["words"] == LIVE.words
    made.become(1, MilestoneState.DONE)
    with pytest.raises(Conflict):
        made.become(1, MilestoneState.DONE)


def refusal(made: Plan, by: Person, *, version: int | None = None) -> Problem:
    with pytest.raises(HandoffError) as refused:
        planning.initial(
            made.handoff,
            made.handoff.size(POLICY),
            by=by,
            version=made.version if version is None else version,
            at=NOW,
        )
    return refused.value.problem


def test_who_may_not_initial_is_told_why() -> None:
    made = Plan()
    assert refusal(made, MEMBER) is Problem.NOT_YOUR_TURN
    assert refusal(made, CSM, version=1) is Problem.PLAN_CHANGED
    assert refusal(made, CS_MANAGER) is Problem.EMPTY
    made.initial(CSM)
    assert refusal(made, CSM) is Problem.ALREADY_DONE
    open_one = Plan(None, replace(LIVE, due=None))
    assert refusal(open_one, CSM) is Problem.PLAN_INCOMPLETE


def test_the_manager_of_a_side_initials_for_it_and_nobody_for_both() -> None:
    made = Plan()
    made.initial(CS_MANAGER, reason="He is on a plane")
    made.initial(AE_MANAGER, reason="She is on a train")
    plan = made.handoff.success_plan
    assert (plan.csm_by, plan.ae_by) == (CS_MANAGER.id, AE_MANAGER.id)
    alone = Plan(replace(assigned(), ae_manager_id=CS_MANAGER.id))
    alone.initial(CS_MANAGER, reason="He is on a plane")
    assert refusal(alone, CS_MANAGER) is Problem.BOTH_SIDES


def test_the_ae_is_asked_where_the_kickoff_is_joint() -> None:
    light = replace(assigned(), value=Money(20_000_00, "USD"), strength=None)
    light.tier = POLICY.tier(light.value)
    made = Plan(light)
    assert planning.parties(light, light.size(POLICY)) == (Party.CSM, Party.CUSTOMER)
    assert refusal(made, AE) is Problem.AE_SIGNS_NO_PLAN
    made.initial(CSM)
    made.confirm()
    assert made.handoff.success_plan.signed_at == NOW
    # With a joint kickoff the AE's initial is missing, and the plan is signed no longer.
    light.strength = 5
    made.weigh(NOW + HOUR)
    assert made.handoff.success_plan.signed_at is None


@pytest.mark.parametrize("owned", [True, False])
def test_a_partner_confirms_too_where_one_sells_it_along_or_has_a_milestone(
    owned: bool,
) -> None:
    theirs = MilestoneText("Cabling", owner=MilestoneOwner.PARTNER, who="Theo", due=LIVE.due)
    handoff = assigned()
    if not owned:
        handoff.marks = replace(handoff.marks, partner=True)
    made = Plan(handoff, LIVE, theirs if owned else HIDDEN)
    made.initial(CSM)
    made.initial(AE)
    made.confirm()
    assert planning.missing(handoff, handoff.size(POLICY)) == (Party.PARTNER,)
    made.confirm(Party.PARTNER, said=replace(HEARD, who="Theo"))
    assert handoff.success_plan.signed_at == NOW


@pytest.mark.parametrize(
    ("said", "field", "problem"),
    [
        (replace(HEARD, who=" "), "confirmed_by", Problem.EMPTY),
        (replace(HEARD, who="y" * 81), "confirmed_by", Problem.TOO_LONG),
        (replace(HEARD, on=date(2025, 6, 3)), "confirmed_on", Problem.HELD_LATER),
        (replace(HEARD, on=date(2025, 6, 1)), "confirmed_on", Problem.HELD_BEFORE_SIGNATURE),
    ],
)
def test_a_confirmation_is_refused_at_the_field_that_is_wrong(
    said: Confirmation, field: str, problem: Problem
) -> None:
    with pytest.raises(Invalid) as refused:
        Plan().confirm(said=said)
    assert (refused.value.field, refused.value.problem) == (field, problem)


def test_the_same_yes_is_recorded_again_only_after_what_is_shared_has_changed() -> None:
    made = Plan()
    made.confirm()
    with pytest.raises(Conflict) as refused:
        made.confirm(known=HEARD)
    assert (refused.value.field, refused.value.problem) == ("confirmed_by", Problem.ALREADY_DONE)
    made.confirm(said=replace(HEARD, way=ConfirmedWay.CALL), known=HEARD)
    made.edit(1, words="Live in Kiel")
    made.confirm(known=HEARD)
    assert made.tags().count(Tag.PLAN_CONFIRMED) == 3


def test_what_another_recorded_meanwhile_is_told_and_not_overwritten() -> None:
    made = Plan()
    made.confirm()
    other = replace(HEARD, who="Owen Marsh")
    with pytest.raises(Conflict) as refused:
        made.confirm(said=other, known=HEARD, meanwhile=CSM.id)
    error = refused.value
    assert (error.field, error.problem) == ("confirmed_by", Problem.CONFIRMED_MEANWHILE)
    assert (error.whose, error.facts["who"]) == ((CSM.id,), HEARD.who)
    assert made.tags().count(Tag.PLAN_CONFIRMED) == 1
    # Two who heard the same need not be told of each other.
    with pytest.raises(Conflict) as same:
        made.confirm(known=HEARD, meanwhile=CSM.id)
    assert same.value.problem is Problem.ALREADY_DONE


def test_nobody_confirms_what_is_not_shared_or_changed_or_for_no_partner() -> None:
    size = assigned().size(POLICY)
    for made, party, version, problem in (
        (Plan(None, HIDDEN), Party.CUSTOMER, 1, Problem.NOTHING_SHARED),
        (Plan(), Party.PARTNER, 2, Problem.PARTNER_NOT_ASKED),
        (Plan(None, HIDDEN, LIVE), Party.CUSTOMER, 1, Problem.PLAN_CHANGED),
        (Plan(None, replace(LIVE, owner=None)), Party.CUSTOMER, 1, Problem.PLAN_INCOMPLETE),
    ):
        with pytest.raises(HandoffError) as refused:
            planning.confirm(
                made.handoff,
                size,
                party,
                HEARD,
                by=CSM,
                version=version,
                at=NOW,
                today=NOW.date(),
            )
        assert refused.value.problem is problem
    with pytest.raises(NotAllowed):
        Plan().confirm(by=AE)


def test_another_csm_initials_anew_and_what_the_customer_said_stays() -> None:
    made = signed_plan()
    made.handoff.assign_csm(OTHER_CSM, by=CS_MANAGER, at=NOW + HOUR)
    made.weigh(NOW + HOUR)
    plan = made.handoff.success_plan
    assert (plan.initialed(Side.CSM), plan.initialed(Side.AE)) == (False, True)
    assert (plan.confirmed(Party.CUSTOMER), plan.csm_again_at) == (True, NOW + HOUR)
    assert plan.signed_at is None


# --- What is said of it


def told(made: Plan) -> list[tuple[NoticeKind, int | None]]:
    made.handoff.id = 5
    numbered = list(enumerate(made.handoff.events, start=1))
    of_plan = {
        NoticeKind.PLAN_SIGNED,
        NoticeKind.PLAN_REOPENED,
        NoticeKind.PLAN_VOIDED,
        NoticeKind.RECORDED_FOR,
    }
    said = announcements(made.handoff, numbered, asked_in=None)
    return [(one.kind, one.person_id) for one in said if one.kind in of_plan]


def test_the_thread_hears_that_it_is_signed_and_that_it_changed() -> None:
    made = signed_plan()
    made.handoff.posted_at = MONDAY
    assert told(made) == [(NoticeKind.PLAN_SIGNED, None)]
    made.handoff.events.clear()
    made.edit(1, words="Live in Kiel")
    # The CSM knows what they did.
    assert told(made) == [(NoticeKind.PLAN_REOPENED, None), (NoticeKind.PLAN_VOIDED, AE.id)]
    made.handoff.events.clear()
    made.edit(1, words="Live in Bremen")
    assert told(made) == []


def test_whoever_is_recorded_for_is_told() -> None:
    made = Plan()
    made.handoff.events.clear()
    made.initial(CS_MANAGER, reason="He is on a plane")
    made.initial(AE_MANAGER, reason="She is on a train")
    recorded = NoticeKind.RECORDED_FOR
    assert told(made) == [(recorded, CSM.id), (recorded, AE.id)]


# --- Steps 13 and 14


def held() -> Handoff:
    handoff = assigned()
    handoff.hold_kickoff(NOW, by=CSM, at=NOW + HOUR)
    return handoff


def test_the_steps_of_the_plan_begin_with_the_kickoff_and_end_with_its_records() -> None:
    assert Step.PLAN not in owed(assigned())
    made = Plan(held(), replace(LIVE, due=None))
    steps = owed(made.handoff)
    assert (steps[Step.PLAN].state, steps[Step.PLAN].owner_id) == (DeadlineState.OPEN, CSM.id)
    # Business day 4 ends at 18:00 in New York.
    assert steps[Step.PLAN].due_at == utc("2025-06-06T22:00")
    for step in (Step.SIGN_PLAN, Step.SIGN_PLAN_AE):
        assert steps[step].waits_for is Step.PLAN
    made.edit(1, due=LIVE.due)
    steps = owed(made.handoff)
    assert steps[Step.PLAN].state is DeadlineState.DONE
    assert steps[Step.SIGN_PLAN_AE].owner_id == AE.id
    made.initial(CSM)
    assert owed(made.handoff)[Step.SIGN_PLAN].state is DeadlineState.OPEN
    made.confirm()
    made.initial(AE)
    steps = owed(made.handoff)
    assert {steps[one].state for one in (Step.SIGN_PLAN, Step.SIGN_PLAN_AE)} == {DeadlineState.DONE}


def test_a_change_after_the_signing_gives_eight_working_hours() -> None:
    made = Plan(held())
    made.initial(CSM)
    made.confirm()
    made.initial(AE)
    # Thursday 26 June, 12:00 in New York and 18:00 in Berlin: long after business day 5.
    later = utc("2025-06-26T16:00")
    made.edit(1, later, words="Live in Kiel")
    steps = owed(made.handoff, now=later)
    assert steps[Step.SIGN_PLAN].due_at == utc("2025-06-27T15:00")
    assert steps[Step.SIGN_PLAN_AE].due_at == utc("2025-06-27T15:00")
    assert steps[Step.PLAN].state is DeadlineState.DONE


# --- Reminders of single milestones

OFFICE = Office()


def told_of(
    holder: int, /, *, named: tuple[int, ManagerBy | None] | None, but: object
) -> Told | None:
    found = OFFICE.manager_of(holder, named=named, but=(holder,))
    return Told(found, None, holder) if found is not None else None


def reaching(
    handoff: Handoff, *planned: Planned, now: datetime = NOW, stored: list[Deadline] | None = None
) -> list[Deadline]:
    return about_milestones(
        handoff,
        POLICY,
        OFFICE.calendar_of,
        told_of=told_of,
        planned=planned,
        stored=stored or [],
        now=now,
    )


@pytest.mark.parametrize(
    ("owner", "reader", "manager"),
    [
        (MilestoneOwner.AE, AE, AE_MANAGER),
        (MilestoneOwner.CSM, CSM, CS_MANAGER),
        (MilestoneOwner.CUSTOMER, CSM, CS_MANAGER),
        (MilestoneOwner.PARTNER, CSM, CS_MANAGER),
    ],
)
def test_the_owner_inside_is_reminded_and_their_manager_hears_it_in_the_morning(
    owner: MilestoneOwner, reader: Person, manager: Person
) -> None:
    near = utc("2025-06-27T14:00")
    (made,) = reaching(held(), Planned(3, owner, date(2025, 7, 1), NOW), now=near)
    assert (made.key, made.state) == ((Step.MILESTONE, 3), DeadlineState.OPEN)
    assert (made.owner_id, made.manager_id) == (reader.id, manager.id)
    zone = OFFICE.calendar_of(reader.id, None)
    assert made.due_at == zone.at(date(2025, 7, 1), zone.hours.end)
    # Five business days before its day it stops waiting.
    assert made.start_at == zone.at(date(2025, 6, 24), zone.hours.start)
    late = {plan.stage: plan.at for plan in made.stages}
    assert late[Stage.LATE_MANAGER] == utc("2025-07-02T07:00")


def test_a_milestone_waits_for_the_kickoff_and_for_its_days() -> None:
    one = Planned(1, MilestoneOwner.CSM, date(2025, 7, 1), NOW)
    (before,) = reaching(assigned(), one)
    assert (before.state, before.waits_for) == (DeadlineState.WAITING, Step.KICKOFF)
    (early,) = reaching(held(), one)
    assert (early.state, early.waits_for) == (DeadlineState.WAITING, None)
    # Then the sweep opens it by itself.
    opens = OFFICE.calendar_of(CSM.id, None).at(date(2025, 6, 24), time(9))
    assert early.opens_by_time
    assert early.stages == (StagePlan(Stage.OPENS, opens),)
    assert to_open(early, now=opens)


def test_of_a_deal_below_the_tiers_no_milestone_is_asked_about() -> None:
    small = held()
    small.tier = Tier.NONE
    one = Planned(1, MilestoneOwner.CSM, date(2025, 6, 4), NOW)
    assert reaching(small, one) == []


def test_one_that_is_reached_is_done_and_without_a_csm_nobody_is_reminded() -> None:
    one = Planned(1, MilestoneOwner.CSM, date(2025, 6, 4), NOW)
    (made,) = reaching(held(), replace(one, state=MilestoneState.DONE))
    assert (made.state, made.next_at) == (DeadlineState.DONE, None)
    gone = held()
    gone.decline("Not my region", by=CSM, at=NOW)
    assert reaching(gone, one) == []
    over = held()
    over.cancel("They withdrew", by=AE, at=NOW)
    assert [made.state for made in reaching(over, one)] == [DeadlineState.CANCELLED]


def test_what_was_due_when_it_came_up_is_due_some_working_hours_later() -> None:
    came_up = utc("2025-06-10T15:00")
    (made,) = reaching(
        held(), Planned(1, MilestoneOwner.CSM, date(2025, 6, 3), came_up), now=came_up
    )
    assert made.due_at == utc("2025-06-11T14:00")


# --- Who sees and does what


def page(made: Plan, viewer: Person | None) -> PlanPage:
    size = made.handoff.size(POLICY)
    return plan_page(viewer, made.handoff, size, made.all, {}, PEOPLE, audiences=IN_THE_CHANNEL)


@pytest.mark.parametrize(
    ("viewer", "edits", "concludes", "signs", "confirms"),
    [
        (CSM, True, True, Side.CSM, True),
        (AE, False, True, Side.AE, False),
        (CS_MANAGER, True, False, Side.CSM, True),
        (AE_MANAGER, False, False, Side.AE, False),
        (REVOPS, False, False, None, False),
        (MEMBER, False, False, None, False),
        (None, False, False, None, False),
    ],
)
def test_a_page_offers_what_its_viewer_may_do(
    viewer: Person | None, edits: bool, concludes: bool, signs: Side | None, confirms: bool
) -> None:
    shown = page(Plan(), viewer)
    assert (shown.edits, shown.concludes) == (edits, concludes)
    assert (shown.signs, shown.confirms) == (signs, confirms)
    cancelled = Plan()
    cancelled.handoff.cancel("They withdrew", by=AE, at=NOW)
    over = page(cancelled, viewer)
    assert (over.edits, over.concludes, over.signs, over.confirms) == (False, False, None, False)


def test_only_what_is_shared_and_in_force_is_for_the_customer() -> None:
    made = Plan(None, LIVE, HIDDEN, replace(LIVE, words="Dropped"))
    made.become(3, MilestoneState.DROPPED)
    assert [one.milestone.number for one in page(made, CSM).shared] == [1]
    owner = page(made, CSM).milestones[0].owner
    assert owner is not None
    assert owner.name == "Cleo"
