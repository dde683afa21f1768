"""Due times as exact instants, written by hand: nothing here is computed by what it checks.

The signature of a case is local to the AE. So is what is due in the hours of AE and CS manager;
where the CSM works elsewhere the instant says so. Offsets are written out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.deadlines import Deadline, DeadlineState, bring_in_line, deadlines
from bot.domain.due import Facts
from bot.domain.handoff import Handoff
from bot.domain.money import Money
from bot.domain.nudging import Stage
from bot.domain.policy import Policy
from bot.domain.steps import PROCESS, Step
from bot.domain.worktime import Calendar
from tests.domain.deals import AE, AE_MANAGER, CS_MANAGER, CSM, EMPTY, FILLED, fill, say, started

POLICY = Policy.model_validate({"hours": {"weekdays": {"AE": [6, 0, 1, 2, 3]}}})
"""Friday and Saturday are the weekend in the Emirates of these tests."""
TABLE = tuple(rule for rule in PROCESS if not rule.pre_close)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Place:
    """Where somebody works; `offset` is the one of the season a case is about."""

    zone: str
    region: str
    offset: str


NEW_YORK = Place("America/New_York", "US-NY", "-04:00")
BERLIN = Place("Europe/Berlin", "DE-BE", "+02:00")
MUNICH = Place("Europe/Berlin", "DE-BY", "+02:00")
DUBAI = Place("Asia/Dubai", "AE", "+04:00")
SYDNEY = Place("Australia/Sydney", "AU-NSW", "+10:00")
KOLKATA = Place("Asia/Kolkata", "IN", "+05:30")
PLACES = {
    "New York": NEW_YORK,
    "Berlin": BERLIN,
    "Dubai": DUBAI,
    "Sydney": SYDNEY,
    "Kolkata": KOLKATA,
}
DAYS_OFF: Mapping[str, frozenset[date]] = {
    "DE-BY": frozenset({date(2025, 6, 19)}),
    "US-NY": frozenset({date(2025, 6, 19), date(2025, 7, 4)}),
}


class Map:
    """Everybody's calendar: AE, CSM and managers where a case puts them."""

    def __init__(self, ae: Place, csm: Place | None = None) -> None:
        self.ae, self.csm = ae, csm or ae
        self.places = {AE.id: ae, AE_MANAGER.id: ae, CS_MANAGER.id: ae, CSM.id: self.csm}

    def calendar_of(self, person_id: int, zone: str | None) -> Calendar:
        place = self.places.get(person_id, self.ae)

        def holidays(year: int) -> frozenset[date]:
            return frozenset(d for d in DAYS_OFF.get(place.region, ()) if d.year == year)

        hours = POLICY.working_hours(place.region)
        return Calendar(ZoneInfo(zone or place.zone), hours, POLICY.quiet_hours(), holidays)

    def local(self, wall: str) -> datetime:
        """A wall time of the AE's, as the offset of the case has it."""
        return at(wall, self.ae.offset)


def at(wall: str, offset: str) -> datetime:
    return datetime.fromisoformat(f"2025-{wall}{offset}").astimezone(UTC)


def close(place: Map, wall: str, *, amount: int = 4_000_000) -> Handoff:
    """A deal that was signed then, and the bot told at once."""
    return closed_at(place, place.local(wall), amount=amount)


def closed_at(place: Map, signed: datetime, *, amount: int = 4_000_000) -> Handoff:
    person = replace(AE, zone=place.ae.zone)
    handoff = started(
        at=signed - 24 * HOUR, expected_on=date(2025, 12, 31), value=Money(amount, "USD")
    )
    handoff.countersign(signed, by=person, at=signed, ae=person)
    return handoff


def assign(handoff: Handoff, when: datetime) -> Handoff:
    fill(handoff, when - MINUTE, state=FILLED)
    handoff.assign_csm(CSM, by=CS_MANAGER, at=when)
    return handoff


def owed(
    handoff: Handoff,
    place: Map,
    *,
    now: datetime | None = None,
    stored: Mapping[Step, Deadline] | None = None,
) -> dict[Step, Deadline]:
    made = deadlines(
        handoff,
        POLICY,
        place.calendar_of,
        manager_of=lambda _, **_by: None,
        now=now or handoff.signed_at or datetime.now(UTC),
        stored=stored,
        table=TABLE,
    )
    return {one.step: one for one in made}


# --- Closes on each weekday at 08:00, 15:00, 18:30 and 23:50

# 2 June 2025 is a Monday. A line: the close; the message (+4 h); the brief and the assignment
# (+24 h, moved); the reading (+44 h, moved); the intro (+48 h, moved); the kickoff (18:00 of the
# latest of the day of +72 h and business day 2); business day 5. All in June, all local.
MONDAY_TO_FRIDAY = """
02T08:00 02T12:00 03T10:00 04T10:00 04T10:00 05 09
02T15:00 02T19:00 03T15:00 04T11:00 04T15:00 05 09
02T18:30 02T22:30 04T10:00 04T14:30 05T10:00 05 09
02T23:50 03T03:50 04T10:00 05T10:00 05T10:00 05 09
03T08:00 03T12:00 04T10:00 05T10:00 05T10:00 06 10
03T15:00 03T19:00 04T15:00 05T11:00 05T15:00 06 10
03T18:30 03T22:30 05T10:00 05T14:30 06T10:00 06 10
03T23:50 04T03:50 05T10:00 06T10:00 06T10:00 06 10
04T08:00 04T12:00 05T10:00 06T10:00 06T10:00 09 11
04T15:00 04T19:00 05T15:00 06T11:00 06T15:00 09 11
04T18:30 04T22:30 06T10:00 06T14:30 09T10:00 09 11
04T23:50 05T03:50 06T10:00 09T10:00 09T10:00 09 11
05T08:00 05T12:00 06T10:00 09T10:00 09T10:00 09 12
05T15:00 05T19:00 06T15:00 09T10:00 09T10:00 09 12
05T18:30 05T22:30 09T10:00 09T10:00 09T10:00 09 12
05T23:50 06T03:50 09T10:00 09T10:00 09T10:00 09 12
06T08:00 06T12:00 09T10:00 09T10:00 09T10:00 10 13
06T15:00 06T19:00 09T10:00 09T10:00 09T10:00 10 13
06T18:30 06T22:30 09T10:00 09T10:00 09T10:00 10 13
06T23:50 07T03:50 09T10:00 09T10:00 09T10:00 10 13
07T08:00 07T12:00 09T10:00 09T10:00 09T10:00 10 13
07T15:00 07T19:00 09T10:00 09T11:00 09T15:00 10 13
07T18:30 07T22:30 09T10:00 09T14:30 10T10:00 10 13
07T23:50 08T03:50 09T10:00 10T10:00 10T10:00 10 13
08T08:00 08T12:00 09T10:00 10T10:00 10T10:00 11 13
08T15:00 08T19:00 09T15:00 10T11:00 10T15:00 11 13
08T18:30 08T22:30 10T10:00 10T14:30 11T10:00 11 13
08T23:50 09T03:50 10T10:00 11T10:00 11T10:00 11 13
"""
SUNDAY_TO_THURSDAY = """
02T08:00 02T12:00 03T10:00 04T10:00 04T10:00 05 09
02T15:00 02T19:00 03T15:00 04T11:00 04T15:00 05 09
02T18:30 02T22:30 04T10:00 04T14:30 05T10:00 05 09
02T23:50 03T03:50 04T10:00 05T10:00 05T10:00 05 09
03T08:00 03T12:00 04T10:00 05T10:00 05T10:00 08 10
03T15:00 03T19:00 04T15:00 05T11:00 05T15:00 08 10
03T18:30 03T22:30 05T10:00 05T14:30 08T10:00 08 10
03T23:50 04T03:50 05T10:00 08T10:00 08T10:00 08 10
04T08:00 04T12:00 05T10:00 08T10:00 08T10:00 08 11
04T15:00 04T19:00 05T15:00 08T10:00 08T10:00 08 11
04T18:30 04T22:30 08T10:00 08T10:00 08T10:00 08 11
04T23:50 05T03:50 08T10:00 08T10:00 08T10:00 08 11
05T08:00 05T12:00 08T10:00 08T10:00 08T10:00 09 12
05T15:00 05T19:00 08T10:00 08T10:00 08T10:00 09 12
05T18:30 05T22:30 08T10:00 08T10:00 08T10:00 09 12
05T23:50 06T03:50 08T10:00 08T10:00 08T10:00 09 12
06T08:00 06T12:00 08T10:00 08T10:00 08T10:00 09 12
06T15:00 06T19:00 08T10:00 08T11:00 08T15:00 09 12
06T18:30 06T22:30 08T10:00 08T14:30 09T10:00 09 12
06T23:50 07T03:50 08T10:00 09T10:00 09T10:00 09 12
07T08:00 07T12:00 08T10:00 09T10:00 09T10:00 10 12
07T15:00 07T19:00 08T15:00 09T11:00 09T15:00 10 12
07T18:30 07T22:30 09T10:00 09T14:30 10T10:00 10 12
07T23:50 08T03:50 09T10:00 10T10:00 10T10:00 10 12
08T08:00 08T12:00 09T10:00 10T10:00 10T10:00 11 15
08T15:00 08T19:00 09T15:00 10T11:00 10T15:00 11 15
08T18:30 08T22:30 10T10:00 10T14:30 11T10:00 11 15
08T23:50 09T03:50 10T10:00 11T10:00 11T10:00 11 15
"""


def cases() -> list[tuple[str, str]]:
    made = []
    for city in PLACES:
        table = SUNDAY_TO_THURSDAY if city == "Dubai" else MONDAY_TO_FRIDAY
        made += [(city, line) for line in table.split("\n") if line]
    return made


@pytest.mark.parametrize(("city", "line"), cases())
def test_a_close_has_its_due_times_to_the_minute(city: str, line: str) -> None:
    place = Map(PLACES[city])
    closed, message, brief, reading, intro, kickoff, fifth = line.split()
    made = owed(close(place, f"06-{closed}"), place)
    assert {step: made[step].due_at for step in made if step in ROWS} == {
        Step.MESSAGE: place.local(f"06-{message}"),
        Step.BRIEF: place.local(f"06-{brief}"),
        Step.ASSIGN: place.local(f"06-{brief}"),
        Step.BOOK_CALL: place.local(f"06-{brief}"),
        Step.READ: place.local(f"06-{reading}"),
        Step.INTRO: place.local(f"06-{intro}"),
        Step.KICKOFF: place.local(f"06-{kickoff}T18:00"),
    }
    small = owed(close(place, f"06-{closed}", amount=2_000_000), place)
    assert small[Step.KICKOFF].due_at == place.local(f"06-{fifth}T18:00")


ROWS = {
    Step.MESSAGE,
    Step.BRIEF,
    Step.ASSIGN,
    Step.BOOK_CALL,
    Step.READ,
    Step.INTRO,
    Step.KICKOFF,
}


# --- The steps around the kickoff


@dataclass(frozen=True)
class Around:
    """A close, when the CSM was assigned, and what follows; days of June, ended at 18:00."""

    closed: str
    assigned: str
    kickoff: str
    before: str
    plan: str
    signed: str
    amount: int = 4_000_000


@pytest.mark.parametrize(
    "case",
    [
        # Monday: +72 h is Thursday 5, business day 4 is Friday 6, business day 5 Monday 9.
        Around("02T08:00", "03T09:30", "05", "04", "06", "09"),
        # Assigned on Wednesday: the second business day after it is Friday.
        Around("02T08:00", "04T09:30", "06", "05", "09", "10"),
        # Where a call is required the third: Monday, which is business day 5 as well.
        Around("02T08:00", "04T09:30", "09", "06", "10", "11", amount=6_000_000),
        # Assigned on Friday, the second after it were Tuesday 10: never past business day 5.
        Around("02T08:00", "06T09:30", "09", "06", "10", "11"),
        # Friday: business day 2 is Tuesday 10; the kickoff is early in the next week.
        Around("06T15:00", "06T17:00", "10", "09", "12", "13"),
        Around("06T15:00", "09T09:30", "11", "10", "12", "13"),
        # A light deal has until business day 5.
        Around("02T08:00", "03T09:30", "09", "06", "10", "11", amount=2_000_000),
    ],
)
def test_what_stands_around_the_kickoff_follows_its_day(case: Around) -> None:
    place = Map(BERLIN)
    handoff = close(place, f"06-{case.closed}", amount=case.amount)
    made = owed(assign(handoff, place.local(f"06-{case.assigned}")), place)
    days = {
        Step.KICKOFF: case.kickoff,
        Step.DEBRIEF: case.before,
        Step.INITIALS: case.before,
        Step.INITIALS_AE: case.before,
        Step.PLAN: case.plan,
        Step.SIGN_PLAN: case.signed,
    }
    for step, day in days.items():
        assert made[step].due_at == place.local(f"06-{day}T18:00"), step


@pytest.mark.parametrize(
    ("closed", "thirty", "sixty", "ninety"),
    [
        # 2 June is a Monday: day 30 is Wednesday 2 July, 60 Friday 1 August, 90 Sunday 31 August.
        ("06-02T08:00", "07-02", "08-01", "09-01"),
        # 5 June: Saturday 5 July, Monday 4 August, Wednesday 3 September.
        ("06-05T23:50", "07-07", "08-04", "09-03"),
    ],
)
def test_day_30_60_and_90_end_at_six_on_a_business_day(
    closed: str, thirty: str, sixty: str, ninety: str
) -> None:
    place = Map(BERLIN)
    made = owed(close(place, closed), place)
    days = {
        Step.CHECK_IN: thirty,
        Step.MILESTONES: thirty,
        Step.NPS: thirty,
        Step.EXPANSION: sixty,
        Step.SCORE_AE: sixty,
        Step.OUTCOME: ninety,
    }
    for step, day in days.items():
        assert made[step].due_at == place.local(f"{day}T18:00"), step


def test_a_booked_day_moves_what_is_due_before_and_after_the_kickoff_and_not_itself() -> None:
    place = Map(BERLIN)
    signed = place.local("06-02T08:00")
    calendar = place.calendar_of(CSM.id, None)
    facts = Facts(signed, signed, date(2025, 6, 2), calendar, POLICY.clocks)
    # Booked for Wednesday 11 June, business day 7; business day 5 is Monday 9.
    booked = replace(facts, booked_on=date(2025, 6, 11))
    expected = {
        Step.KICKOFF: "2025-06-05T16:00",
        Step.DEBRIEF: "2025-06-09T16:00",
        Step.INITIALS: "2025-06-10T16:00",
        Step.PLAN: "2025-06-12T16:00",
        Step.SIGN_PLAN: "2025-06-13T16:00",
    }
    rules = {rule.step: rule.due for rule in PROCESS}
    for step, due in expected.items():
        found = rules[step].due(booked)
        assert found is not None
        assert found.at == datetime.fromisoformat(due).replace(tzinfo=UTC), step
    # Held on Thursday 12 June after all.
    held = rules[Step.PLAN].due(replace(booked, held_on=date(2025, 6, 12)))
    assert held is not None
    assert held.at == datetime(2025, 6, 13, 16, tzinfo=UTC)


# --- The clocks change


@pytest.mark.parametrize(
    ("place", "closed", "message", "brief", "reading", "kickoff"),
    [
        # Berlin, Friday 28 March 2025, 15:00 CET; from Sunday 02:00 on CEST. Hours are counted as
        # they pass: 24 h are Saturday, 44 h Sunday, 72 h Monday 16:00 CEST. Business day 2 is
        # Tuesday 1 April, 18:00 CEST.
        (
            Map(BERLIN),
            "2025-03-28T14:00",
            "2025-03-28T18:00",
            "2025-03-31T08:00",
            "2025-03-31T08:00",
            "2025-04-01T16:00",
        ),
        # The same on Saturday at 23:50 CET: four hours later it is 04:50 CEST.
        (
            Map(BERLIN),
            "2025-03-29T22:50",
            "2025-03-30T02:50",
            "2025-03-31T08:00",
            "2025-04-01T08:00",
            "2025-04-02T16:00",
        ),
        # Berlin, Friday 24 October, 15:00 CEST; from Sunday 03:00 on CET.
        (
            Map(BERLIN),
            "2025-10-24T13:00",
            "2025-10-24T17:00",
            "2025-10-27T09:00",
            "2025-10-27T09:00",
            "2025-10-28T17:00",
        ),
        # Sunday 26 October, 18:30 CET; 24 h later it is 18:30 again, Tuesday 10:00.
        (
            Map(BERLIN),
            "2025-10-26T17:30",
            "2025-10-26T21:30",
            "2025-10-28T09:00",
            "2025-10-28T13:30",
            "2025-10-29T17:00",
        ),
        # New York, Friday 7 March, 15:00 EST; from Sunday 02:00 on EDT.
        (
            Map(NEW_YORK),
            "2025-03-07T20:00",
            "2025-03-08T00:00",
            "2025-03-10T14:00",
            "2025-03-10T14:00",
            "2025-03-11T22:00",
        ),
        # New York, Friday 31 October, 15:00 EDT; from Sunday 02:00 on EST.
        (
            Map(NEW_YORK),
            "2025-10-31T19:00",
            "2025-10-31T23:00",
            "2025-11-03T15:00",
            "2025-11-03T15:00",
            "2025-11-04T23:00",
        ),
        # Sydney, Friday 4 April, 15:00 AEDT; from Sunday 03:00 on AEST.
        (
            Map(SYDNEY),
            "2025-04-04T04:00",
            "2025-04-04T08:00",
            "2025-04-07T00:00",
            "2025-04-07T00:00",
            "2025-04-08T08:00",
        ),
        # Sydney, Friday 3 October, 15:00 AEST; from Sunday 02:00 on AEDT.
        (
            Map(SYDNEY),
            "2025-10-03T05:00",
            "2025-10-03T09:00",
            "2025-10-05T23:00",
            "2025-10-05T23:00",
            "2025-10-07T07:00",
        ),
    ],
)
def test_hours_pass_as_they_are_and_wall_times_stay_across_a_change_of_the_clocks(
    place: Map, closed: str, message: str, brief: str, reading: str, kickoff: str
) -> None:
    made = owed(closed_at(place, utc(closed)), place)
    assert made[Step.MESSAGE].due_at == utc(message)
    assert made[Step.BRIEF].due_at == utc(brief)
    assert made[Step.READ].due_at == utc(reading)
    assert made[Step.KICKOFF].due_at == utc(kickoff)


def test_a_working_window_over_a_change_of_the_clocks_has_all_its_hours() -> None:
    place = Map(BERLIN)
    # Assigned on Friday 28 March at 15:00 CET: three hours, then Monday 09:00 CEST and five.
    handoff = assign(closed_at(place, utc("2025-03-26T09:00")), utc("2025-03-28T14:00"))
    assert owed(handoff, place)[Step.READ].due_at == utc("2025-03-31T12:00")


# --- Holidays of a region


def test_a_regional_holiday_is_no_business_day_in_its_region_alone() -> None:
    # Wednesday 18 June, 15:00; Corpus Christi on Thursday is a day off in Munich, not in Berlin.
    munich, berlin = Map(MUNICH), Map(BERLIN)
    off = owed(close(munich, "06-18T15:00"), munich)
    on = owed(close(berlin, "06-18T15:00"), berlin)
    expected = {
        Step.MESSAGE: ("06-18T19:00", "06-18T19:00"),
        Step.BRIEF: ("06-20T10:00", "06-19T15:00"),
        Step.READ: ("06-20T11:00", "06-20T11:00"),
        # Business day 2 is Monday 23 there, Friday 20 here; +72 h is Saturday in both.
        Step.KICKOFF: ("06-23T18:00", "06-23T18:00"),
        Step.DEBRIEF: ("06-20T18:00", "06-20T18:00"),
        # Business day 5: 20, 23, 24, 25, 26 there and 19, 20, 23, 24, 25 here.
        Step.SIGN_PLAN: ("06-26T18:00", "06-25T18:00"),
    }
    for step, (there, here) in expected.items():
        assert off[step].due_at == munich.local(there), step
        assert on[step].due_at == berlin.local(here), step


def test_a_day_off_of_the_csm_is_not_one_of_the_ae() -> None:
    # 19 June is a day off in New York, where the CSM is. Signed on Wednesday at 08:00 in Berlin.
    place = Map(BERLIN, NEW_YORK)
    handoff = assign(close(place, "06-18T08:00"), place.local("06-18T10:00"))
    made = owed(handoff, place)
    assert made[Step.BRIEF].due_at == place.local("06-19T10:00")
    # 44 h are Friday 04:00 in Berlin, Thursday 22:00 in New York: Friday 10:00 there. The eight
    # hours from the assignment before dawn are those of Wednesday.
    assert made[Step.READ].due_at == at("06-20T10:00", "-04:00")
    # +72 h is Saturday 02:00 there, so Monday; the second business day after Wednesday as well.
    assert made[Step.KICKOFF].due_at == at("06-23T18:00", "-04:00")
    assert made[Step.DEBRIEF].due_at == at("06-20T18:00", "-04:00")
    # Day 15 + 30 is Friday 18 July; both sides' own.
    assert made[Step.CHECK_IN].due_at == place.local("07-18T18:00")
    assert made[Step.NPS].due_at == at("07-18T18:00", "-04:00")


# --- AE and CSM far apart


def test_twelve_hours_apart_each_owes_by_their_own_day() -> None:
    # Neither changes its clocks.
    la_paz = Place("America/La_Paz", "BO", "-04:00")
    singapore = Place("Asia/Singapore", "SG", "+08:00")
    place = Map(la_paz, singapore)
    # Monday 23:50 in La Paz is Tuesday 11:50 in Singapore: day 0 is Monday for both.
    handoff = close(place, "06-02T23:50")
    assert handoff.day0 == date(2025, 6, 2)
    made = owed(assign(handoff, place.local("06-03T09:00")), place)
    assert made[Step.MESSAGE].due_at == place.local("06-03T03:50")
    assert made[Step.BRIEF].due_at == place.local("06-04T10:00")
    # 44 h: Wednesday 19:50 in La Paz, Thursday 07:50 in Singapore. Assigned there on Tuesday at
    # 21:00, so that Wednesday 17:00 would do.
    assert made[Step.READ].due_at == at("06-05T10:00", "+08:00")
    # +72 h is Friday 11:50 in Singapore; business day 2 after Monday, Wednesday.
    assert made[Step.KICKOFF].due_at == at("06-06T18:00", "+08:00")
    assert made[Step.DEBRIEF].due_at == at("06-05T18:00", "+08:00")
    assert made[Step.INITIALS_AE].due_at == at("06-05T18:00", "+08:00")
    assert made[Step.SIGN_PLAN].due_at == at("06-10T18:00", "+08:00")
    # What both owe is due by the CSM's calendar, the AE's own by the AE's.
    assert made[Step.SIGN_PLAN_AE].due_at == at("06-10T18:00", "+08:00")
    assert made[Step.CHECK_IN].due_at == place.local("07-02T18:00")


def test_the_aes_booking_is_due_in_the_csms_hours_and_has_four_of_the_aes() -> None:
    place = Map(BERLIN, SYDNEY)
    # Monday 15:00 in Berlin, 23:00 in Sydney; 24 h later it is 23:00 again: Wednesday 10:00.
    early = assign(close(place, "06-02T15:00"), place.local("06-02T16:00"))
    assert owed(early, place)[Step.BOOK_CALL].due_at == at("06-04T10:00", "+10:00")
    # Assigned on Wednesday at 16:00 in Berlin: two hours then, two on Thursday.
    late = assign(close(place, "06-02T15:00"), place.local("06-04T16:00"))
    assert owed(late, place)[Step.BOOK_CALL].due_at == place.local("06-05T11:00")


# --- Corrections, a jump, leave


def test_a_signature_corrected_twice_moves_every_clock_each_time() -> None:
    place = Map(BERLIN)
    ae = replace(AE, zone="Europe/Berlin")
    now = place.local("06-03T17:00")
    handoff = closed_at(place, place.local("06-03T15:00"))
    # Told at 15:00 on Tuesday; it was Monday at 23:50; no, Sunday at 18:30.
    script = [
        ("06-02T23:50", date(2025, 6, 2), "06-04T10:00", "06-05T10:00", "05", "09"),
        ("06-01T18:30", date(2025, 6, 1), "06-03T10:00", "06-03T14:30", "04", "06"),
    ]
    for signed, day0, brief, reading, kickoff, fifth in script:
        handoff.countersign(place.local(signed), by=ae, at=now, ae=ae)
        made = owed(handoff, place)
        assert handoff.day0 == day0
        assert made[Step.BRIEF].due_at == place.local(brief)
        assert made[Step.READ].due_at == place.local(reading)
        assert made[Step.KICKOFF].due_at == place.local(f"06-{kickoff}T18:00")
        assert made[Step.SIGN_PLAN].due_at >= place.local(f"06-{fifth}T18:00")
    # And what was said first is so once more when it is said again.
    handoff.countersign(place.local("06-03T15:00"), by=ae, at=now, ae=ae)
    again = owed(handoff, place)
    assert again[Step.BRIEF].due_at == place.local("06-04T15:00")
    assert again[Step.READ].due_at == place.local("06-05T11:00")


def test_after_a_jump_of_three_weeks_each_reader_hears_the_present_once() -> None:
    place = Map(BERLIN)
    handoff = close(place, "06-02T08:00")
    made = owed(handoff, place)
    later = place.local("06-23T11:00")
    heard: dict[Step, list[Stage]] = {}
    for _ in range(3):
        for step, one in list(made.items()):
            made[step], told = say(one, now=later)
            heard.setdefault(step, []).extend(told)
    open_now = {step for step, one in made.items() if one.state is DeadlineState.OPEN}
    assert open_now == {Step.MESSAGE, Step.BRIEF}
    assert heard[Step.MESSAGE] == [Stage.POST]
    assert heard[Step.BRIEF].count(Stage.LATE) == 1
    assert not {Stage.HALF, Stage.MOST} & set(heard[Step.BRIEF])
    assert not any(heard[step] for step in made if step not in open_now)
    # A recompute after the jump says nothing again.
    wanted = owed(handoff, place, now=later, stored=made)
    for step, one in wanted.items():
        kept = bring_in_line(made[step], one, now=later)
        assert say(kept, now=later)[1] == ()


def test_a_step_freed_after_a_jump_has_its_own_window_from_then() -> None:
    place = Map(BERLIN)
    handoff = close(place, "06-02T08:00")
    # Three weeks later, on Monday at 11:00, the brief is ready and a CSM is named an hour later.
    fill(handoff, place.local("06-23T11:00"), state=EMPTY)
    assert owed(handoff, place)[Step.ASSIGN].state is DeadlineState.WAITING
    fill(handoff, place.local("06-23T11:00"), state=FILLED)
    assert owed(handoff, place)[Step.ASSIGN].due_at == place.local("06-23T15:00")
    handoff.assign_csm(CSM, by=CS_MANAGER, at=place.local("06-23T12:00"))
    made = owed(handoff, place)
    assert made[Step.READ].due_at == place.local("06-24T11:00")
    assert made[Step.KICKOFF].due_at == place.local("06-24T11:00")
    assert made[Step.BOOK_CALL].due_at == place.local("06-23T16:00")
    assert made[Step.DEBRIEF].due_at == place.local("06-23T12:00")


# --- Wherever and whenever


@settings(deadline=None)
@given(
    st.sampled_from([NEW_YORK, MUNICH, DUBAI, SYDNEY, KOLKATA]),
    st.sampled_from([NEW_YORK, MUNICH, DUBAI, SYDNEY, KOLKATA]),
    st.integers(0, 300 * 24 * 60).map(lambda minutes: utc("2025-02-01") + minutes * MINUTE),
    st.integers(0, 300),
    st.sampled_from([2_000_000, 4_000_000, 6_000_000]),
)
def test_the_long_rules_keep_their_bounds_in_every_place(
    ae: Place, csm: Place, signed: datetime, hours: int, amount: int
) -> None:
    place = Map(ae, csm)
    handoff = closed_at(place, signed, amount=amount)
    fill(handoff, signed, state=FILLED)
    free = signed + hours * HOUR
    handoff.assign_csm(CSM, by=CS_MANAGER, at=free)
    day0 = signed.astimezone(ZoneInfo(ae.zone)).date()
    theirs = place.calendar_of(CSM.id, None)
    made = owed(handoff, place)
    kickoff = made[Step.KICKOFF]
    assert day0 < theirs.local_date(kickoff.raw_due_at)
    assert kickoff.raw_due_at <= theirs.business_day_end(day0, 5)
    assert made[Step.DEBRIEF].raw_due_at <= made[Step.INITIALS].raw_due_at < kickoff.raw_due_at
    assert made[Step.PLAN].raw_due_at <= made[Step.SIGN_PLAN].raw_due_at
    assert made[Step.PLAN].raw_due_at > kickoff.raw_due_at
    for step in (Step.DEBRIEF, Step.INITIALS, Step.KICKOFF, Step.PLAN, Step.NPS, Step.OUTCOME):
        local = made[step].raw_due_at.astimezone(ZoneInfo(csm.zone))
        assert (local.hour, local.minute) == (18, 0)
        assert theirs.is_business_day(local.date())
        # Nothing is due before somebody could do it.
        if made[step].state is DeadlineState.OPEN:
            assert made[step].due_at >= free
    assert made[Step.NPS].due_at < made[Step.OUTCOME].due_at


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
