"""What is owed beside the steps by the same three people, and what is told again or on a fixed day.

Promises, milestones, disputes, the questions to AE and AE manager, the morning of the kickoff, and
the mornings on which something late is told again. Deals, places and days off are those of
`test_three_zones`, and the lines are reckoned by hand as there.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime

import pytest

from bot.domain.deadlines import Deadline, DeadlineState, settle
from bot.domain.digest import summed_up
from bot.domain.handoff import Handoff
from bot.domain.kickoff import kickoff_time
from bot.domain.kickoff_day import kickoff_day
from bot.domain.kickoff_state import Kickoff
from bot.domain.managers import Told
from bot.domain.nudging import Stage
from bot.domain.owing import Contested, Promised, Surfacing, about_promises
from bot.domain.people import ManagerBy
from bot.domain.plan import MilestoneOwner
from bot.domain.pre_close import dated
from bot.domain.reaching import Planned, about_milestones
from bot.domain.steps import OF_ONE_THING, Step
from tests.domain.deals import AE, AE_MANAGER, CS_MANAGER, CSM, HOUR, REVOPS, Office, started
from tests.domain.test_three_zones import (
    BERLIN_IN_OCTOBER,
    MARCH,
    OCTOBER,
    POLICY,
    SELLER,
    SIXTY_THOUSAND,
    Close,
    at,
    calendar_of,
    handed_over,
    instants,
    owed,
)

IN_MARCH = """
# Tuesday 17:00 in Sydney, 08:00 in Berlin: 8 h are over at 17:00, and a day before the kickoff,
# due on Thursday 18:00, is Wednesday 09:00 there. 9 h: 4.5 and 7.2. RevOps, who is above both
# managers, hears in the same morning.
settle    04-01T17:00+11 04-02T09:00+02 04-01T13:30+02 04-01T16:12+02 04-02T09:00+02 04-02T09:00+02
settle_ae 04-01T17:00+11 04-02T09:00+02 04-01T13:30+02 04-01T16:12+02 04-02T09:00+02 04-02T09:00+02
# Late by a business day: RevOps has 8 h from then, and nobody is above them.
decide    04-03T09:00+02 04-03T17:00+02 04-03T13:00+02 04-03T15:24+02 04-03T17:00+02 -
# 8 h are over at 17:00; with the initials, Wednesday 18:00 in Sydney, which is at night.
talk      04-01T09:00-04 04-02T03:00-04 04-01T13:30-04 04-01T16:12-04 04-02T09:00-04 04-02T09:00+02
# Heard after the kickoff on Friday: two business days are Tuesday, by then in AEST. 2, 9 and 9 h.
agree     04-04T16:00+11 04-08T18:00+10 04-07T17:00+10 04-08T14:00+10 04-08T18:00+10 04-09T09:00+02
# The same instant. It is Friday 01:00 in New York, and 18 h of two days are left.
agree_ae  04-04T16:00+11 04-08T04:00-04 04-04T18:00-04 04-07T14:24-04 04-08T09:00-04 04-09T09:00+02
# By a day; open from five business days before it, as the reviews of day 30 are.
gives_csm 04-28          04-28T18:00+10 04-22T18:00+10 04-24T16:12+10 04-28T18:00+10 04-29T09:00+02
gives_ae  04-28          04-28T18:00-04 04-23T18:00-04 04-25T16:12-04 04-28T18:00-04 04-29T09:00+02
goal_csm  04-28          04-28T18:00+10 04-22T18:00+10 04-24T16:12+10 04-28T18:00+10 04-29T09:00+02
goal_ae   04-28          04-28T18:00-04 04-23T18:00-04 04-25T16:12-04 04-28T18:00-04 04-29T09:00+02
# What the customer reaches is for the CSM to ask about.
goal_them 05-27          05-27T18:00+10 05-22T18:00+10 05-26T16:12+10 05-27T18:00+10 05-28T09:00+02
"""
IN_OCTOBER = """
# Raised on a Friday after the kickoff: 2 h are left of it, and 6 of Monday, in CET.
settle    10-24T16:00+02 10-27T15:00+01 10-27T11:00+01 10-27T13:24+01 10-27T15:00+01 10-28T09:00+01
settle_ae 10-24T16:00+02 10-27T15:00+01 10-27T11:00+01 10-27T13:24+01 10-27T15:00+01 10-28T09:00+01
decide    10-28T15:00+01 10-29T14:00+01 10-29T10:00+01 10-29T12:24+01 10-29T14:00+01 -
# 17 h: 8.5 and 13.6.
talk      10-06T10:00-04 10-08T03:00-04 10-07T09:30-04 10-07T14:36-04 10-08T09:00-04 10-08T09:00+02
# Two business days from Thursday are Monday; 18:00 is 08:00 in Berlin, so the same morning there.
agree     10-30T16:00+11 11-03T18:00+11 10-31T17:00+11 11-03T14:00+11 11-03T18:00+11 11-03T09:00+01
# In New York 02:00, in EST since the night before.
agree_ae  10-30T16:00+11 11-03T02:00-05 10-30T18:00-04 10-31T14:24-04 11-03T09:00-05 11-03T09:00+01
# Without Christmas, Boxing Day and New Year five business days before are Tuesday 23 December.
gives_csm 01-02          01-02T18:00+11 12-29T18:00+11 12-31T16:12+11 01-02T18:00+11 01-02T09:00+01
# Thanksgiving is the day before: open since Thursday 20. Its end is Saturday in Berlin.
gives_ae  11-28          11-28T18:00-05 11-24T18:00-05 11-26T16:12-05 11-28T18:00-05 12-01T09:00+01
goal_csm  01-02          01-02T18:00+11 12-29T18:00+11 12-31T16:12+11 01-02T18:00+11 01-02T09:00+01
# Open in EDT, due in EST.
goal_ae   11-03          11-03T18:00-05 10-29T18:00-04 10-31T16:12-04 11-03T18:00-05 11-04T09:00+01
goal_them 12-02          12-02T18:00+11 11-27T18:00+11 12-01T16:12+11 12-02T18:00+11 12-02T09:00+01
"""
"""What it is; since when it is owed, or its day; when it is due; its reminders at half and at four
fifths; when its owner hears that it is late; when their manager does."""

DISPUTED, LATE, CSMS, AES = 1, 2, 3, 4
"""Numbers of the promises."""
STEPS = {
    "settle": Step.SETTLE,
    "settle_ae": Step.SETTLE_AE,
    "decide": Step.DECIDE,
    "talk": Step.LATE_TALK,
    "agree": Step.LATE_DECIDE,
    "agree_ae": Step.LATE_DECIDE_AE,
    "gives_csm": Step.DELIVERY,
    "gives_ae": Step.DELIVERY,
    "goal_csm": Step.MILESTONE,
    "goal_ae": Step.MILESTONE,
    "goal_them": Step.MILESTONE,
}
GOALS = {
    "goal_csm": MilestoneOwner.CSM,
    "goal_ae": MilestoneOwner.AE,
    "goal_them": MilestoneOwner.CUSTOMER,
}
DELIVERS = {"gives_csm": (CSMS, CSM.id), "gives_ae": (AES, AE.id)}
SETTLES = frozenset({Step.SETTLE, Step.SETTLE_AE})


def told_of(
    holder: int, /, *, named: tuple[int, ManagerBy | None] | None, but: Collection[int]
) -> Told | None:
    found = Office().manager_of(holder, named=named, but=but)
    return Told(found, None, holder) if found is not None else None


def day_of(written: str) -> date:
    return at(f"{written}T12:00+00").date()


def of_a_promise(
    handoff: Handoff,
    now: datetime,
    *,
    contested: Contested | None = None,
    promised: Promised | None = None,
    surfacing: Surfacing | None = None,
) -> list[Deadline]:
    kickoff = kickoff_time(handoff, POLICY, calendar_of)
    return about_promises(
        handoff,
        POLICY,
        calendar_of,
        manager_of=Office().manager_of,
        told_of=told_of,
        revops_of=lambda _: REVOPS.id,
        kickoff_at=kickoff.at if kickoff is not None else None,
        contested=[contested] if contested is not None else [],
        promised=[promised] if promised is not None else [],
        surfacing=[surfacing] if surfacing is not None else [],
        before_kickoff=owed(MARCH if now.month < 6 else OCTOBER, Step.INITIALS_AE).raw_due_at,
        reads=lambda _: True,
        stored=[],
        now=now,
    )


def found(close: Close, name: str, about: str) -> Deadline:
    """The one deadline of a line, as it stands once it is open."""
    before, _ = handed_over(close, Step.KICKOFF)
    after, _ = handed_over(close, Step.PLAN)
    if name in GOALS:
        (made,) = about_milestones(
            after,
            POLICY,
            calendar_of,
            told_of=told_of,
            planned=[Planned(1, GOALS[name], day_of(about), at(close.done[Step.KICKOFF]))],
            stored=[],
            now=at(f"{about}T00:00+00"),
        )
        return made
    if name in DELIVERS:
        number, owner = DELIVERS[name]
        promised = Promised(number, owner, day_of(about), at(close.signed))
        (made,) = of_a_promise(after, at(f"{about}T00:00+00"), promised=promised)
        return made
    since, step = at(about), STEPS[name]
    handoff = after if since > at(close.done[Step.KICKOFF]) else before
    if step in SETTLES:
        owes = of_a_promise(handoff, since, contested=Contested(DISPUTED, since))
    elif step is Step.DECIDE:
        contested = Contested(DISPUTED, since - HOUR, escalated_at=since)
        owes = of_a_promise(handoff, since, contested=contested)
    else:
        owes = of_a_promise(handoff, since, surfacing=Surfacing(LATE, since, since))
    return next(one for one in owes if one.step is step and one.state is DeadlineState.OPEN)


def lines(table: str) -> Iterator[list[str]]:
    return (line.split() for line in table.strip().split("\n") if line[0] != "#")


@pytest.mark.parametrize(
    ("close", "line"),
    [
        pytest.param(close, line, id=f"{close.name}-{line[0]}")
        for close, table in ((MARCH, IN_MARCH), (OCTOBER, IN_OCTOBER))
        for line in lines(table)
    ],
)
def test_what_is_owed_about_one_thing_has_its_due_time_and_every_word_about_it(
    close: Close, line: list[str]
) -> None:
    name, about, due, *words = line
    made = found(close, name, about)
    assert made.due_at == at(due)
    said = {one.stage: one.at for one in made.stages}
    # A manager who is late by a business day answers no more: RevOps decides.
    decides = {"march": "2025-04-03T09:00+02", "october": "2025-10-28T15:00+01"}[close.name]
    escalates = said.pop(Stage.ESCALATE, None)
    assert escalates == (at(decides) if STEPS[name] in SETTLES else None)
    stages = (Stage.HALF, Stage.MOST, Stage.LATE, Stage.LATE_MANAGER)
    planned = zip(stages, map(instants, words), strict=True)
    assert said == {stage: when for stage, when in planned if when is not None}


@pytest.mark.parametrize("table", [IN_MARCH, IN_OCTOBER], ids=["march", "october"])
def test_the_tables_have_all_that_is_owed_about_one_thing(table: str) -> None:
    assert [line[0] for line in lines(table)] == [*STEPS]
    assert set(STEPS.values()) == OF_ONE_THING


# --- What is put on a fixed day


@pytest.mark.parametrize(
    ("expected_on", "asked"),
    [
        # The day after a Friday is none, nor the next; that Monday Sydney and Berlin are nearer.
        (date(2025, 3, 28), "2025-03-31T09:00-04"),
        # In EDT since the Sunday.
        (date(2025, 3, 7), "2025-03-10T09:00-04"),
        # In EST since the Sunday.
        (date(2025, 10, 31), "2025-11-03T09:00-05"),
        # Columbus Day is over on Tuesday.
        (date(2025, 10, 10), "2025-10-14T09:00-04"),
    ],
)
def test_a_signature_that_slipped_is_asked_about_in_new_york(expected_on: date, asked: str) -> None:
    handoff = started(
        by=SELLER,
        ae=SELLER,
        at=at("2025-02-03T09:00-05:00"),
        expected_on=expected_on,
        value=SIXTY_THOUSAND,
    )
    made = dated(handoff, POLICY, calendar_of, stand_in_of=lambda _: REVOPS.id)
    (slipped,) = (one for one in made if one.step is Step.SIGNATURE)
    assert [(one.stage, one.at) for one in slipped.stages] == [(Stage.SLIPPED, at(asked))]


@pytest.mark.parametrize(
    ("committed", "asked"),
    [
        (date(2025, 3, 31), "2025-04-07T09:00+02"),
        # The seventh day is Easter Monday.
        (date(2025, 4, 14), "2025-04-22T09:00+02"),
        # In CET since the day before.
        (date(2025, 10, 20), "2025-10-27T09:00+01"),
        # A Saturday.
        (date(2025, 10, 18), "2025-10-27T09:00+01"),
    ],
)
def test_a_week_after_the_commitment_the_ae_manager_is_asked_in_berlin(
    committed: date, asked: str
) -> None:
    handoff, _ = handed_over(MARCH if committed.month < 6 else OCTOBER, Step.BRIEF)
    handoff.commitment_on = committed
    made = dated(handoff, POLICY, calendar_of, stand_in_of=lambda _: REVOPS.id)
    (question,) = (one for one in made if one.step is Step.COMMITMENT)
    assert question.owner_id == AE_MANAGER.id
    assert [(one.stage, one.at) for one in question.stages] == [(Stage.ASK, at(asked))]


@pytest.mark.parametrize(
    ("close", "booked", "told"),
    [
        (MARCH, "2025-04-03T14:00+11", "2025-04-03T09:00+11"),
        # The first morning in AEST.
        (MARCH, "2025-04-07T09:30+10", "2025-04-07T09:00+10"),
        # Before their morning: an hour before it.
        (MARCH, "2025-04-07T09:00+10", "2025-04-07T08:00+10"),
        # That hour is in their quiet hours, which began on Friday evening.
        (MARCH, "2025-04-07T08:30+10", "2025-04-04T19:45+11"),
        # A Saturday; on Sunday the clocks change.
        (MARCH, "2025-04-05T15:00+11", "2025-04-04T19:45+11"),
        # Good Friday, Saturday, Sunday, Easter Monday, and Anzac Day on a Friday.
        (MARCH, "2025-04-21T14:00+10", "2025-04-17T19:45+10"),
        (MARCH, "2025-04-25T14:00+10", "2025-04-24T19:45+10"),
        (OCTOBER, "2025-10-07T11:00+11", "2025-10-07T09:00+11"),
    ],
)
def test_on_the_morning_of_the_kickoff_the_csm_is_told_in_sydney(
    close: Close, booked: str, told: str
) -> None:
    handoff, _ = handed_over(close, Step.KICKOFF)
    handoff.kickoff = Kickoff(at=at(booked), set_at=at(close.signed))
    made = kickoff_day(handoff, calendar_of)
    assert made is not None
    assert made.owner_id == CSM.id
    assert [(one.stage, one.at) for one in made.stages] == [(Stage.MORNING, at(told))]


@pytest.mark.parametrize(
    ("set_at", "booked", "told"),
    [
        ("2025-04-02T21:00+11", "2025-04-03T14:00+11", "2025-04-03T09:00+11"),
        ("2025-04-02T21:00+11", "2025-04-03T08:30+11", "2025-04-03T08:00+11"),
        # It begins while these last.
        ("2025-04-02T21:00+11", "2025-04-03T07:30+11", None),
        ("2025-04-05T11:00+11", "2025-04-06T14:00+10", None),
    ],
)
def test_of_a_kickoff_booked_in_the_quiet_hours_before_it_the_csm_is_told_when_they_end(
    set_at: str, booked: str, told: str | None
) -> None:
    handoff, _ = handed_over(MARCH, Step.KICKOFF)
    handoff.kickoff = Kickoff(at=at(booked), set_at=at(set_at))
    made = kickoff_day(handoff, calendar_of)
    assert made is not None
    assert [one.at for one in made.stages] == ([] if told is None else [at(told)])


# --- What is late is told again in the morning


@pytest.mark.parametrize(
    ("close", "step", "mornings"),
    [
        # Late on a Thursday; Sydney's clocks change before Monday.
        (
            MARCH,
            Step.KICKOFF,
            (
                "04-04T09:00+11",
                "04-07T09:00+10",
                "04-08T09:00+10",
                "04-09T09:00+10",
                "04-10T09:00+10",
            ),
        ),
        # Late on a Monday; Good Friday and Easter are no concern of New York.
        (
            MARCH,
            Step.BRIEF,
            (
                "04-01T09:00-04",
                "04-02T09:00-04",
                "04-03T09:00-04",
                "04-04T09:00-04",
                "04-07T09:00-04",
            ),
        ),
        # Told on Wednesday morning; Columbus Day is passed over.
        (
            OCTOBER,
            Step.INITIALS_AE,
            (
                "10-09T09:00-04",
                "10-10T09:00-04",
                "10-14T09:00-04",
                "10-15T09:00-04",
                "10-16T09:00-04",
            ),
        ),
        # Late on New Year's second day.
        (
            OCTOBER,
            Step.OUTCOME,
            (
                "01-05T09:00+11",
                "01-06T09:00+11",
                "01-07T09:00+11",
                "01-08T09:00+11",
                "01-09T09:00+11",
            ),
        ),
    ],
)
def test_its_owner_reads_of_it_on_five_mornings_of_theirs(
    close: Close, step: Step, mornings: tuple[str, ...]
) -> None:
    late = settle(owed(close, step), said={Stage.LATE})
    assert late.owner_id is not None
    reader = calendar_of(late.owner_id, None)
    morning = next(one.at for one in late.stages if one.stage is Stage.LATE)
    told: list[datetime] = []
    for _ in range(8):
        morning = reader.morning_after(morning)
        said = summed_up(1, late, late.owner_id, at=morning, calendar=reader, nudges=POLICY.nudges)
        told += [morning] if said is not None else []
    assert told == [at(one) for one in mornings]


def test_their_manager_reads_of_it_on_every_morning_of_berlin() -> None:
    # Late on Monday 27 October, in CET for a day: all of the next two weeks.
    late = settle(owed(BERLIN_IN_OCTOBER, Step.BRIEF), said={Stage.LATE_MANAGER})
    berlin = calendar_of(AE_MANAGER.id, None)
    assert late.manager_id == AE_MANAGER.id
    morning = next(one.at for one in late.stages if one.stage is Stage.LATE_MANAGER)
    told: list[datetime] = []
    for _ in range(10):
        morning = berlin.morning_after(morning)
        said = summed_up(1, late, AE_MANAGER.id, at=morning, calendar=berlin, nudges=POLICY.nudges)
        told += [morning] if said is not None else []
    assert (told[0], told[-1]) == (at("2025-10-28T09:00+01"), at("2025-11-10T09:00+01"))
    assert len(told) == 10


def test_a_manager_of_a_step_of_the_csm_is_the_cs_manager() -> None:
    assert found(MARCH, "goal_csm", "04-28").manager_id == CS_MANAGER.id
    assert found(MARCH, "settle", "04-01T17:00+11").manager_id == REVOPS.id
