"""A close on a Friday at 18:30 in Berlin, sold in New York, onboarded from Sydney.

Every step of the process with its due time and every word of the clock's about it, reckoned by hand
from the rules and the calendars; what is owed beside the steps is in `test_three_zones_beside`. The
managers and RevOps sit in Berlin. An instant is the wall time of whoever it is about, with the
distance from UTC, so that a change of the clocks shows. January is that of 2026.

A line has the step; when it is due; its owner's reminders at half and at four fifths of their
working time, `-` where the two are less than two hours apart (then the later one is said) or there
is room for one only; when the owner hears that it is late; when their manager does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.deadlines import Deadline, DeadlineState, deadlines
from bot.domain.handoff import Handoff
from bot.domain.kickoff_state import Kickoff
from bot.domain.money import Money
from bot.domain.nudging import Stage
from bot.domain.policy import Policy
from bot.domain.pre_close import dated
from bot.domain.steps import PROCESS, Step
from bot.domain.worktime import Calendar
from tests.domain.deals import AE, AE_MANAGER, CS_MANAGER, CSM, HOUR, REVOPS, Office, started

POLICY = Policy()
SELLER = replace(AE, zone="America/New_York")
NEW_YORK, BERLIN, SYDNEY = "America/New_York", "Europe/Berlin", "Australia/Sydney"
PLACES = {AE.id: NEW_YORK, CSM.id: SYDNEY}
"""Of everybody else it is Berlin."""
DAYS_OFF: Mapping[str, frozenset[date]] = {
    NEW_YORK: frozenset({date(2025, 5, 26), date(2025, 10, 13), date(2025, 11, 27)}),
    BERLIN: frozenset({date(2025, 4, 18), date(2025, 4, 21), date(2025, 10, 3)}),
    SYDNEY: frozenset(
        {
            date(2025, 4, 18),
            date(2025, 4, 21),
            date(2025, 4, 25),
            date(2025, 10, 6),
            date(2025, 12, 25),
            date(2025, 12, 26),
            date(2026, 1, 1),
        }
    ),
}
"""Memorial, Columbus and Thanksgiving Day; Easter and Unity Day; Easter, Anzac and Labour Day,
Christmas and New Year."""
SIXTY_THOUSAND = Money(6_000_000, "USD")
"""A full handoff in which the briefing call is required."""


@dataclass(frozen=True)
class Close:
    """A signature, and when what others wait for was done."""

    name: str
    signed: str
    done: Mapping[Step, str]
    table: str
    value: Money = SIXTY_THOUSAND
    booked: str = ""
    """When the kickoff is booked for; empty while its due day counts."""


# --- 28 March 2025: Berlin's clocks change that Sunday, Sydney's the Sunday after

MARCH = Close(
    name="march",
    # 13:30 in New York, and 04:30 on Saturday in Sydney: day 0 is the Friday.
    signed="2025-03-28T18:30+01",
    done={
        Step.BRIEF: "2025-03-28T16:00-04",
        Step.ASSIGN: "2025-03-31T10:00+02",  # Monday 19:00 in Sydney
        Step.BOOK_CALL: "2025-03-31T10:00-04",  # Tuesday 01:00 there
        Step.READ: "2025-04-02T11:00+11",  # Tuesday 20:00 in New York
        Step.HOLD_CALL: "2025-04-02T10:00-04",
        Step.KICKOFF: "2025-04-04T11:00+11",
        Step.PLAN: "2025-04-07T12:00+10",  # Sunday 22:00 in New York
    },
    table="""
    # 4 h, whatever the hour, and a window under 8 h has the later reminder only: 3.2 of 4 h.
    # At the due time the bot posts; nobody hears that it is late.
    message      03-28T17:30-04 - 03-28T16:42-04 - -
    # 24 h are Saturday: Monday 10:00. 5.5 working hours, 2.75 and 4.4 of them less than 2 h apart.
    # Its manager hears at once: 16:00 in Berlin.
    brief        03-31T10:00-04 - 03-28T17:54-04 03-31T10:00-04 03-31T16:00+02
    # 24 h: Saturday 18:30, so Monday 10:00; free since Friday 21:00, with 4 h of its own: 13:00.
    # The CS manager's manager is RevOps.
    assign       03-31T13:00+02 - 03-31T12:12+02 03-31T13:00+02 03-31T13:00+02
    # By the CSM's calendar Monday 10:00 in Sydney, which is over at the assignment: 4 h of the AE's
    # from Monday 04:00. The manager reads it in the morning.
    book_call    03-31T13:00-04 - 03-31T12:12-04 03-31T13:00-04 04-01T09:00+02
    # 44 h: Monday 00:30 in Sydney, so 10:00; 8 h from Monday 19:00 are Tuesday 17:00.
    # That is 08:00 in Berlin, where the quiet hours are just over.
    read         04-01T17:00+11 04-01T13:00+11 04-01T15:24+11 04-01T17:00+11 04-01T08:00+02
    # 9 h of the AE's from Tuesday 20:00: Wednesday, all of it.
    judge        04-02T18:00-04 04-02T13:30-04 04-02T16:12-04 04-02T18:00-04 04-03T09:00+02
    # Free when it was booked; each has 8 h of their own.
    hold_call    04-01T17:00+11 04-01T13:00+11 04-01T15:24+11 04-01T17:00+11 04-01T09:00+02
    hold_call_ae 03-31T18:00-04 03-31T14:00-04 03-31T16:24-04 03-31T18:00-04 04-01T09:00+02
    # 48 h: Sunday, so Monday 10:00; free by the call on Wednesday 10:00, with 8 h. The manager
    # hears at once, but at midnight in Berlin only in the morning.
    intro        04-02T18:00-04 04-02T14:00-04 04-02T16:24-04 04-02T18:00-04 04-03T09:00+02
    # The business day before the kickoff; 18 h from the assignment on, on Tuesday and Wednesday.
    debrief      04-02T18:00+11 04-01T18:00+11 04-02T14:24+11 04-02T18:00+11 04-02T09:00+02
    initials     04-02T18:00+11 04-01T18:00+11 04-02T14:24+11 04-02T18:00+11 04-02T09:00+02
    # The same instant; the AE's 18 h are Monday and Tuesday. At 03:00 nobody is woken.
    initials_ae  04-02T03:00-04 03-31T18:00-04 04-01T14:24-04 04-02T09:00-04 04-02T09:00+02
    # +72 h is Tuesday 04:30 in Sydney, business day 2 Tuesday, the third day after the assignment
    # (a call is required) Thursday; business day 5 is Friday. 27 h: 13.5 and 21.6.
    # Noon of the day before that. 12 h of the CSM's, from Tuesday on; the AE has 21, from Monday.
    prep         04-02T12:00+11 04-01T15:00+11 04-02T09:36+11 04-02T12:00+11 04-02T09:00+02
    prep_ae      04-02T12:00-04 04-01T10:30-04 04-01T16:48-04 04-02T12:00-04 04-03T09:00+02
    kickoff      04-03T18:00+11 04-02T13:30+11 04-03T12:36+11 04-03T18:00+11 04-03T09:00+02
    # Business day 4 was Thursday; one after the kickoff is Monday, by then in AEST. 7 and 9 h.
    plan         04-07T18:00+10 04-07T10:00+10 04-07T14:48+10 04-07T18:00+10 04-08T09:00+02
    # Two after the kickoff: Tuesday. 6 and 9 h; the AE has the 9 of Monday before it.
    sign_plan    04-08T18:00+10 04-08T10:30+10 04-08T15:00+10 04-08T18:00+10 04-09T09:00+02
    sign_plan_ae 04-08T04:00-04 04-07T13:30-04 04-07T16:12-04 04-08T09:00-04 04-09T09:00+02
    # Day 30 is Sunday 27 April: Monday. It opens five business days before; in New York that is
    # Monday 21, in Sydney Wednesday 16, for Anzac Day, Easter Monday and Good Friday are none.
    # 54 h each: three days, and 7.2 h into the fifth.
    check_in     04-28T18:00-04 04-23T18:00-04 04-25T16:12-04 04-28T18:00-04 04-29T09:00+02
    milestones   04-28T18:00+10 04-22T18:00+10 04-24T16:12+10 04-28T18:00+10 04-29T09:00+02
    nps          04-28T18:00+10 04-22T18:00+10 04-24T16:12+10 04-28T18:00+10 04-29T09:00+02
    # Day 60 is Tuesday 27 May, open since Tuesday 20.
    expansion    05-27T18:00+10 05-22T18:00+10 05-26T16:12+10 05-27T18:00+10 05-28T09:00+02
    score        05-27T18:00+10 05-22T18:00+10 05-26T16:12+10 05-27T18:00+10 05-28T09:00+02
    # The AE's half of it is due by the CSM's day; Monday 26 is Memorial Day, so there are 36 h.
    expansion_ae 05-27T04:00-04 05-21T18:00-04 05-23T10:48-04 05-27T09:00-04 05-28T09:00+02
    score_ae     05-27T04:00-04 05-21T18:00-04 05-23T10:48-04 05-27T09:00-04 05-28T09:00+02
    # Day 90 is Thursday 26 June, open since Thursday 19.
    outcome      06-26T18:00+10 06-23T18:00+10 06-25T16:12+10 06-26T18:00+10 06-27T09:00+02
    """,
)

# --- 3 October 2025: Sydney's clocks change that Sunday, before Labour Day; Berlin's on the 26th,
# --- New York's on 2 November, which is day 30

OCTOBER = Close(
    name="october",
    # A day off in Berlin; 12:30 in New York, 02:30 on Saturday in Sydney.
    signed="2025-10-03T18:30+02",
    done={
        Step.BRIEF: "2025-10-03T16:00-04",
        Step.ASSIGN: "2025-10-06T10:00+02",  # Monday 19:00 in Sydney
        Step.BOOK_CALL: "2025-10-06T10:00-04",  # Tuesday 01:00 there
        Step.READ: "2025-10-08T11:00+11",  # Tuesday 20:00 in New York
        Step.HOLD_CALL: "2025-10-08T10:00-04",
        Step.KICKOFF: "2025-10-10T11:00+11",
        Step.PLAN: "2025-10-13T13:00+11",  # Sunday 22:00 in New York
    },
    table="""
    message      10-03T16:30-04 - 10-03T15:42-04 - -
    # 6.5 h: 3.25 are gone at 15:45, 5.2 at 17:42.
    brief        10-06T10:00-04 - 10-03T17:42-04 10-06T10:00-04 10-06T16:00+02
    # Free on the evening of a day off: 4 h from Monday 09:00.
    assign       10-06T13:00+02 - 10-06T12:12+02 10-06T13:00+02 10-06T13:00+02
    # 24 h are Sunday 03:30, in AEDT since an hour and a half; Monday is Labour Day: Tuesday 10:00,
    # which is Monday 19:00 in New York and later than the AE's own 4 h. All of Monday's 9 h.
    book_call    10-06T19:00-04 10-06T13:30-04 10-06T16:12-04 10-06T19:00-04 10-07T09:00+02
    # 44 h: Sunday 23:30, so Tuesday 10:00; 8 h from Monday 19:00 are Tuesday 17:00.
    read         10-07T17:00+11 10-07T13:00+11 10-07T15:24+11 10-07T17:00+11 10-07T08:00+02
    judge        10-08T18:00-04 10-08T13:30-04 10-08T16:12-04 10-08T18:00-04 10-09T09:00+02
    hold_call    10-07T17:00+11 10-07T13:00+11 10-07T15:24+11 10-07T17:00+11 10-07T09:00+02
    # Their own 8 h end at 18:00, the table's time, Tuesday 10:00 in Sydney, an hour later.
    hold_call_ae 10-06T19:00-04 10-06T14:00-04 10-06T16:24-04 10-06T19:00-04 10-07T09:00+02
    intro        10-08T18:00-04 10-08T14:00-04 10-08T16:24-04 10-08T18:00-04 10-09T09:00+02
    debrief      10-08T18:00+11 10-07T18:00+11 10-08T14:24+11 10-08T18:00+11 10-08T09:00+02
    initials     10-08T18:00+11 10-07T18:00+11 10-08T14:24+11 10-08T18:00+11 10-08T09:00+02
    initials_ae  10-08T03:00-04 10-06T18:00-04 10-07T14:24-04 10-08T09:00-04 10-08T09:00+02
    # +72 h is Tuesday 03:30; business day 2 is Wednesday, as Monday is none; the third after the
    # assignment on Monday is Thursday; business day 5 Monday 13.
    prep         10-08T12:00+11 10-07T15:00+11 10-08T09:36+11 10-08T12:00+11 10-08T09:00+02
    prep_ae      10-08T12:00-04 10-07T10:30-04 10-07T16:48-04 10-08T12:00-04 10-09T09:00+02
    kickoff      10-09T18:00+11 10-08T13:30+11 10-09T12:36+11 10-09T18:00+11 10-09T09:00+02
    # One after the kickoff on Friday. 18:00 is 09:00 in Berlin: that morning, not the next one.
    plan         10-13T18:00+11 10-13T10:00+11 10-13T14:48+11 10-13T18:00+11 10-13T09:00+02
    # 5 and 9 h from Monday 13:00. The AE's Monday is Columbus Day, so that their own 8 h, on
    # Tuesday, end after the table's time.
    sign_plan    10-14T18:00+11 10-14T11:00+11 10-14T15:12+11 10-14T18:00+11 10-14T09:00+02
    sign_plan_ae 10-14T17:00-04 10-14T13:00-04 10-14T15:24-04 10-14T17:00-04 10-15T09:00+02
    # Day 30 is Sunday 2 November: Monday, in EST; its reminders are still in EDT.
    check_in     11-03T18:00-05 10-29T18:00-04 10-31T16:12-04 11-03T18:00-05 11-04T09:00+01
    milestones   11-03T18:00+11 10-29T18:00+11 10-31T16:12+11 11-03T18:00+11 11-03T09:00+01
    nps          11-03T18:00+11 10-29T18:00+11 10-31T16:12+11 11-03T18:00+11 11-03T09:00+01
    # Day 60 is Tuesday 2 December, open since Tuesday 25 November.
    expansion    12-02T18:00+11 11-27T18:00+11 12-01T16:12+11 12-02T18:00+11 12-02T09:00+01
    score        12-02T18:00+11 11-27T18:00+11 12-01T16:12+11 12-02T18:00+11 12-02T09:00+01
    # It opens on Monday 17:00 in New York; without Thanksgiving 1, 9, 9, 9 and 9 h.
    expansion_ae 12-02T02:00-05 11-26T17:30-05 12-01T10:36-05 12-02T09:00-05 12-02T09:00+01
    score_ae     12-02T02:00-05 11-26T17:30-05 12-01T10:36-05 12-02T09:00-05 12-02T09:00+01
    # Day 90 is New Year's Day: Friday 2 January. Five business days before, without Christmas and
    # Boxing Day, is Tuesday 23 December.
    outcome      01-02T18:00+11 12-29T18:00+11 12-31T16:12+11 01-02T18:00+11 01-02T09:00+01
    """,
)

# --- The other two changes: New York's in March, Berlin's in October

NEW_YORK_IN_MARCH = Close(
    name="new york in march",
    signed="2025-03-07T18:30+01",
    done={Step.BRIEF: "2025-03-07T15:00-05"},
    table="""
    message      03-07T16:30-05 - 03-07T15:42-05 - -
    # The one hour of Monday is in EDT.
    brief        03-10T10:00-04 - 03-07T17:42-05 03-10T10:00-04 03-10T15:00+01
    assign       03-10T13:00+01 - 03-10T12:12+01 03-10T13:00+01 03-10T13:00+01
    """,
)
BERLIN_IN_OCTOBER = Close(
    name="berlin in october",
    signed="2025-10-24T18:30+02",
    done={Step.BRIEF: "2025-10-24T16:00-04"},
    table="""
    message      10-24T16:30-04 - 10-24T15:42-04 - -
    brief        10-27T10:00-04 - 10-24T17:42-04 10-27T10:00-04 10-27T15:00+01
    # 24 h are Saturday 18:30; from Monday 09:00, in CET, its own 4 h.
    assign       10-27T13:00+01 - 10-27T12:12+01 10-27T13:00+01 10-27T13:00+01
    """,
)
# --- What other deals have otherwise, over the changes of 30 March and 6 April

LIGHT_IN_MARCH = Close(
    name="light in march",
    signed="2025-03-28T18:30+01",
    done={
        Step.BRIEF: "2025-03-28T16:00-04",
        Step.ASSIGN: "2025-03-31T10:00+02",
        Step.READ: "2025-04-02T11:00+11",
    },
    value=Money(2_000_000, "USD"),
    table="""
    # The CSM writes it. 48 h are Monday 04:30 there, so 10:00; 8 h from Wednesday 11:00 are
    # Thursday 10:00, which is 01:00 in Berlin.
    intro        04-03T10:00+11 04-02T15:00+11 04-02T17:24+11 04-03T10:00+11 04-03T09:00+02
    # Business day 5; 36 h from Tuesday on, 18 and 28.8 of them.
    kickoff      04-04T18:00+11 04-02T18:00+11 04-04T10:48+11 04-04T18:00+11 04-04T09:00+02
    debrief      04-03T18:00+11 04-02T13:30+11 04-03T12:36+11 04-03T18:00+11 04-03T09:00+02
    initials     04-03T18:00+11 04-02T13:30+11 04-03T12:36+11 04-03T18:00+11 04-03T09:00+02
    initials_ae  04-03T03:00-04 04-01T13:30-04 04-02T12:36-04 04-03T09:00-04 04-03T09:00+02
    # 21 h: 10.5 and 16.8.
    prep         04-03T12:00+11 04-02T10:30+11 04-02T16:48+11 04-03T12:00+11 04-03T09:00+02
    """,
)
BOOKED_OVER_THE_CHANGE = Close(
    name="booked over the change",
    signed="2025-03-28T18:30+01",
    done={
        Step.BRIEF: "2025-03-28T16:00-04",
        Step.ASSIGN: "2025-03-31T10:00+02",
    },
    # The first morning in AEST; Sunday 19:30 in New York.
    booked="2025-04-07T09:30+10",
    table="""
    # The business day before it, which is business day 5, too.
    debrief      04-04T18:00+11 04-02T18:00+11 04-04T10:48+11 04-04T18:00+11 04-04T09:00+02
    initials     04-04T18:00+11 04-02T18:00+11 04-04T10:48+11 04-04T18:00+11 04-04T09:00+02
    initials_ae  04-04T03:00-04 04-01T18:00-04 04-03T10:48-04 04-04T09:00-04 04-04T09:00+02
    # Noon of Friday for both, each in their own zone. 30 and 39 h.
    prep         04-04T12:00+11 04-02T15:00+11 04-03T15:00+11 04-04T12:00+11 04-04T09:00+02
    prep_ae      04-04T12:00-04 04-02T10:30-04 04-03T13:12-04 04-04T12:00-04 04-07T09:00+02
    """,
)
WHOLE = (MARCH, OCTOBER)
CLOSES = (
    *WHOLE,
    NEW_YORK_IN_MARCH,
    BERLIN_IN_OCTOBER,
    LIGHT_IN_MARCH,
    BOOKED_OVER_THE_CHANGE,
)


def at(written: str) -> datetime:
    year = "" if written[4] == "-" else "2026-" if written.startswith("01") else "2025-"
    return datetime.fromisoformat(f"{year}{written}").astimezone(UTC)


def calendar_of(person_id: int, zone: str | None) -> Calendar:
    place = PLACES.get(person_id, BERLIN)

    def holidays(year: int) -> frozenset[date]:
        return frozenset(day for day in DAYS_OFF[place] if day.year == year)

    return Calendar(
        ZoneInfo(zone or place), POLICY.working_hours(""), POLICY.quiet_hours(), holidays
    )


def handed_over(close: Close, step: Step) -> tuple[Handoff, dict[Step, datetime]]:
    """The handoff once what comes before a step in the process was done, and when it was."""
    signed = at(close.signed)
    order = list(Step)
    done = {
        one: at(written)
        for one, written in close.done.items()
        if order.index(one) < order.index(step)
    }
    handoff = started(
        by=SELLER,
        ae=SELLER,
        at=signed - 24 * HOUR,
        expected_on=date(2025, 12, 1),
        value=close.value,
    )
    handoff.countersign(signed, by=SELLER, at=signed, ae=SELLER)
    if Step.ASSIGN in done:
        handoff.csm_id, handoff.assigned_at = CSM.id, done[Step.ASSIGN]
    handoff.kickoff_held_at = done.get(Step.KICKOFF)
    if close.booked:
        handoff.kickoff = Kickoff(at=at(close.booked))
    return handoff, done


def _told(when: datetime | None) -> Callable[[Handoff], datetime | None]:
    return lambda _: when


def owed(close: Close, step: Step) -> Deadline:
    """A step as it stands when it is free; what is done is told by the case, not by records."""
    handoff, done = handed_over(close, step)
    table = tuple(
        replace(
            rule,
            done=_told(done.get(rule.step)),
            needs_now=None,
            free_at=None,
            opened_again_at=None,
        )
        for rule in PROCESS
        if not rule.pre_close
    )
    made = deadlines(
        handoff,
        POLICY,
        calendar_of,
        manager_of=Office().manager_of,
        now=datetime(2026, 6, 1, tzinfo=UTC),
        table=table,
    )
    return next(one for one in made if one.step is step)


def lines(close: Close) -> list[tuple[str, ...]]:
    found = (line.split() for line in close.table.split("\n"))
    return [tuple(line) for line in found if line and line[0] != "#"]


def instants(written: str) -> datetime | None:
    return None if written == "-" else at(written)


BUSINESS_DAY_5 = {
    "march": "2025-04-04T18:00+11",
    "light in march": "2025-04-04T18:00+11",
    "october": "2025-10-13T18:00+11",
}
"""When the last day for a kickoff is over."""
CASES = [
    pytest.param(close, line, id=f"{close.name}-{line[0]}")
    for close in CLOSES
    for line in lines(close)
]


@pytest.mark.parametrize(("close", "line"), CASES)
def test_a_step_has_its_due_time_and_every_word_about_it(
    close: Close, line: tuple[str, ...]
) -> None:
    name, due, *words = line
    found = owed(close, Step(name))
    assert found.state is DeadlineState.OPEN
    assert found.due_at == at(due)
    said = {one.stage: one.at for one in found.stages}
    if found.step is Step.MESSAGE:
        assert said.pop(Stage.POST) == at(due)
    if found.step is Step.KICKOFF:
        assert said.pop(Stage.PAST_LATEST) == at(BUSINESS_DAY_5[close.name])
    # A day after the signature it is looked how far the brief is, and nobody is told.
    looked = said.pop(Stage.SILENT, None)
    assert looked == (at(close.signed) + 24 * HOUR if name == "brief" else None)
    stages = (Stage.HALF, Stage.MOST, Stage.LATE, Stage.LATE_MANAGER)
    planned = zip(stages, map(instants, words), strict=True)
    assert said == {stage: when for stage, when in planned if when is not None}


@pytest.mark.parametrize("close", WHOLE, ids=lambda close: close.name)
def test_the_table_has_every_step_of_the_process(close: Close) -> None:
    listed = [line[0] for line in lines(close)]
    assert set(listed) == {rule.step for rule in PROCESS if not rule.pre_close}
    assert len(set(listed)) == len(listed)


@pytest.mark.parametrize(
    ("expected_on", "seven_days", "one_day"),
    [
        # Thursday and the Friday before are worked.
        (date(2025, 3, 28), "03-21T09:00-04:00", "03-27T09:00-04:00"),
        # Seven days before Sunday 16 March is the Sunday of the change: the Friday before it.
        (date(2025, 3, 16), "03-07T09:00-05:00", "03-14T09:00-04:00"),
        # Before Monday 3 November the clocks went back; the business day before is in EDT.
        (date(2025, 11, 3), "10-27T09:00-04:00", "10-31T09:00-04:00"),
        # The day before Tuesday 14 October is Columbus Day.
        (date(2025, 10, 14), "10-07T09:00-04:00", "10-10T09:00-04:00"),
    ],
)
def test_what_comes_before_the_close_is_said_at_nine_in_new_york(
    expected_on: date, seven_days: str, one_day: str
) -> None:
    handoff = started(
        by=SELLER,
        ae=SELLER,
        at=at("2025-02-03T09:00-05:00"),
        expected_on=expected_on,
        value=SIXTY_THOUSAND,
    )
    handoff.captured_at = handoff.started_at
    made = dated(handoff, POLICY, calendar_of, stand_in_of=lambda _: REVOPS.id)
    plans = {one.step: [plan.at for plan in one.stages] for one in made}
    assert plans[Step.ALIGNMENT] == [at(seven_days), at(one_day)]
    handoff.captured_at = None
    made = dated(handoff, POLICY, calendar_of, stand_in_of=lambda _: REVOPS.id)
    plans = {one.step: [plan.at for plan in one.stages] for one in made}
    assert plans[Step.CAPTURE] == [at(seven_days), at(one_day)]
    assert plans[Step.ALIGNMENT] == []


def test_everybody_sits_where_the_table_says() -> None:
    people = (AE, CSM, CS_MANAGER, AE_MANAGER, REVOPS)
    zones = [calendar_of(one.id, None).zone.key for one in people]
    assert zones == [NEW_YORK, SYDNEY, BERLIN, BERLIN, BERLIN]
