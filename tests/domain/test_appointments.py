"""Agreeing on the time of the debrief: what is suggested, who answers, and what a calendar gets."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.appointments import (
    AHEAD,
    DEBRIEF_LENGTH,
    LONGEST_LINE,
    MOST_SUGGESTED,
    Appointment,
    suggestions,
)
from bot.domain.errors import Conflict, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.people import Person
from bot.domain.promises import Side
from bot.domain.worktime import Calendar, QuietHours, WorkingHours
from tests.domain.deals import (
    AE,
    CS_MANAGER,
    CSM,
    EVERYBODY,
    HOUR,
    MONDAY,
    OTHER_CSM,
    assigned,
    gated,
    utc,
)
from tests.domain.test_leave import away

DAY = timedelta(days=1)
TIME = MONDAY + 26 * HOUR
LATER = MONDAY + 30 * HOUR


def calendar(zone: str, *off: date) -> Calendar:
    return Calendar(ZoneInfo(zone), WorkingHours(), QuietHours(), lambda _: frozenset(off))


BERLIN, NEW_YORK, LONDON, SYDNEY, KOLKATA, AUCKLAND = (
    calendar(zone)
    for zone in (
        "Europe/Berlin",
        "America/New_York",
        "Europe/London",
        "Australia/Sydney",
        "Asia/Kolkata",
        "Pacific/Auckland",
    )
)


def walls(starts: tuple[datetime, ...], zone: str) -> list[str]:
    return [at.astimezone(ZoneInfo(zone)).strftime("%a %H:%M") for at in starts]


# --- What is suggested


def test_three_starts_on_three_days_lie_in_the_hours_of_both() -> None:
    found = suggestions(NEW_YORK, BERLIN, now=MONDAY, until=utc("2025-06-06T22:00"))
    # From 09:00 to 12:00 in New York it is 15:00 to 18:00 in Berlin.
    assert walls(found, "America/New_York") == ["Mon 09:00", "Tue 09:00", "Wed 09:00"]


def test_too_few_days_are_filled_up_on_the_same_day_with_room_between() -> None:
    found = suggestions(BERLIN, BERLIN, now=MONDAY, until=utc("2025-06-02T16:00"))
    assert walls(found, "Europe/Berlin") == ["Mon 09:00", "Mon 11:00", "Mon 13:00"]
    two = suggestions(NEW_YORK, BERLIN, now=MONDAY, until=utc("2025-06-03T22:00"))
    assert walls(two, "America/New_York") == ["Mon 09:00", "Mon 11:00", "Tue 09:00"]


def test_nothing_is_suggested_at_short_notice_or_that_is_not_over_in_time() -> None:
    # Monday 16:30 in Berlin: in an hour it is 17:30, and too late for 45 minutes.
    assert (
        suggestions(BERLIN, BERLIN, now=utc("2025-06-02T14:30"), until=utc("2025-06-02T16:00"))
        == ()
    )
    last = suggestions(BERLIN, BERLIN, now=utc("2025-06-02T13:50"), until=utc("2025-06-02T16:00"))
    assert walls(last, "Europe/Berlin") == ["Mon 17:00"]
    assert suggestions(BERLIN, BERLIN, now=MONDAY, until=MONDAY - HOUR) == ()


def test_where_working_hours_never_meet_the_wider_hours_of_both_may() -> None:
    # London and Auckland in June: 09:00 there is 20:00 here; 08:00 is 19:00, within 08:00–20:00.
    found = suggestions(LONDON, AUCKLAND, now=MONDAY, until=utc("2025-06-06T17:00"))
    assert walls(found, "Europe/London") == ["Mon 08:00", "Tue 08:00", "Wed 08:00"]
    assert walls(found, "Pacific/Auckland") == ["Mon 19:00", "Tue 19:00", "Wed 19:00"]


def test_where_not_even_these_meet_there_is_none() -> None:
    # Twelve hours apart: when it is 08:00 in Accra, it is 20:00 in Auckland.
    accra = calendar("Africa/Accra")
    for one, other in ((accra, AUCKLAND), (AUCKLAND, accra)):
        assert suggestions(one, other, now=MONDAY, until=utc("2025-06-06T20:00")) == ()


def test_london_and_sydney_meet_only_at_the_edges_of_the_day() -> None:
    # In June it is 17:00 in Sydney when it is 08:00 in London: 09:00 there is over the edge here.
    june = suggestions(LONDON, SYDNEY, now=MONDAY, until=utc("2025-06-05T17:00"))
    assert walls(june, "Europe/London") == ["Mon 08:00", "Tue 08:00", "Wed 08:00"]
    assert walls(june, "Australia/Sydney") == ["Mon 17:00", "Tue 17:00", "Wed 17:00"]
    # In January it is 19:00, and 45 minutes are just room enough.
    started_at, until = utc("2025-01-13T00:00"), utc("2025-01-17T07:00")
    january = suggestions(SYDNEY, LONDON, now=started_at, until=until)
    assert walls(january, "Australia/Sydney") == ["Mon 19:00", "Tue 19:00", "Wed 19:00"]
    assert walls(january, "Europe/London") == ["Mon 08:00", "Tue 08:00", "Wed 08:00"]


def test_only_business_days_of_both_count_each_by_the_date_it_is_there() -> None:
    off = calendar("Europe/Berlin", date(2025, 6, 3))
    found = suggestions(NEW_YORK, off, now=MONDAY + 10 * HOUR, until=utc("2025-06-10T22:00"))
    # Tuesday is a holiday in Berlin, and there is a weekend.
    assert walls(found, "America/New_York") == ["Wed 09:00", "Thu 09:00", "Fri 09:00"]
    friday = suggestions(BERLIN, BERLIN, now=utc("2025-06-06T15:30"), until=utc("2025-06-10T16:00"))
    assert walls(friday, "Europe/Berlin")[0] == "Mon 09:00"


def test_in_the_week_of_a_change_of_the_clocks_the_hours_of_each_stay_theirs() -> None:
    # On 30 March Berlin goes ahead, New York went on 9 March: the overlap is an hour longer before.
    found = suggestions(
        NEW_YORK, BERLIN, now=utc("2025-03-27T21:00"), until=utc("2025-04-01T22:00")
    )
    assert walls(found, "America/New_York") == ["Fri 09:00", "Mon 09:00", "Tue 09:00"]
    assert walls(found, "Europe/Berlin") == ["Fri 14:00", "Mon 15:00", "Tue 15:00"]


@given(
    st.sampled_from([BERLIN, NEW_YORK, LONDON, SYDNEY, KOLKATA, AUCKLAND]),
    st.sampled_from([BERLIN, NEW_YORK, LONDON, SYDNEY, KOLKATA, AUCKLAND]),
    st.integers(0, 365 * 24 * 4),
    st.integers(0, 24 * 9),
)
def test_whatever_is_suggested_suits_both(
    one: Calendar, other: Calendar, quarters: int, hours: int
) -> None:
    now = utc("2025-01-01") + quarters * timedelta(minutes=15)
    until = now + hours * HOUR
    found = suggestions(one, other, now=now, until=until)
    assert len(found) <= MOST_SUGGESTED
    assert list(found) == sorted(set(found))
    for at in found:
        assert now + AHEAD <= at
        assert at + DEBRIEF_LENGTH <= until
        for person in (one, other):
            begins, ends = (when.astimezone(person.zone) for when in (at, at + DEBRIEF_LENGTH))
            assert person.is_business_day(begins.date())
            assert time(8) <= begins.time() < ends.time() <= time(20)


# --- Who proposes, who answers


def talk(handoff: Handoff) -> Appointment:
    return handoff.debrief_talk


def propose(handoff: Handoff, at: datetime, *, by: Person = CSM, line: str = "") -> None:
    handoff.propose_talk(at, turn=talk(handoff).turn, by=by, at=MONDAY + 3 * HOUR, line=line)


def agree(handoff: Handoff, *, by: Person = AE) -> None:
    handoff.agree_talk(turn=talk(handoff).turn, by=by, at=MONDAY + 4 * HOUR)


def test_the_csm_proposes_and_the_ae_says_fine() -> None:
    handoff = assigned()
    propose(handoff, TIME)
    assert (talk(handoff).proposed_at, talk(handoff).waits_for) == (TIME, Side.AE)
    agree(handoff)
    assert (talk(handoff).agreed_at, talk(handoff).proposed_at) == (TIME, None)
    assert talk(handoff).waits_for is None
    assert [event.tag for event in handoff.events[-2:]] == [Tag.TALK_PROPOSED, Tag.TALK_AGREED]
    assert handoff.events[-1].facts["at"] == "2025-06-03T08:00:00.000000Z"


def test_another_time_goes_back_to_the_csm_with_a_line_that_is_a_value() -> None:
    handoff = assigned()
    propose(handoff, TIME)
    propose(handoff, LATER, by=AE, line="  I am on a plane until noon. ")
    assert (talk(handoff).proposed_at, talk(handoff).waits_for) == (LATER, Side.CSM)
    assert handoff.events[-1].values == {"line": "I am on a plane until noon."}
    assert "plane" not in str(handoff.events[-1].facts)
    agree(handoff, by=CSM)
    assert talk(handoff).agreed_at == LATER


@pytest.mark.parametrize("by", [CSM, AE])
def test_nobody_takes_their_own_proposal(by: Person) -> None:
    handoff = assigned()
    propose(handoff, TIME)
    if by is AE:
        propose(handoff, LATER, by=AE)
    with pytest.raises(NotAllowed) as refused:
        agree(handoff, by=by)
    assert refused.value.problem is Problem.NOT_YOUR_TURN
    assert refused.value.whose == ((AE if by is CSM else CSM).id,)


def test_the_first_time_is_the_csms_to_propose() -> None:
    handoff = assigned()
    with pytest.raises(NotAllowed) as refused:
        propose(handoff, TIME, by=AE)
    assert refused.value.whose == (CSM.id,)


@pytest.mark.parametrize("who", [one for one in EVERYBODY if one not in (AE, CSM)])
def test_nobody_else_has_a_say(who: Person) -> None:
    handoff = assigned()
    with pytest.raises(NotAllowed):
        propose(handoff, TIME, by=who)
    propose(handoff, TIME)
    with pytest.raises(NotAllowed):
        agree(handoff, by=who)


def test_an_older_proposal_is_refused_with_what_is_proposed_now() -> None:
    handoff = assigned()
    propose(handoff, TIME)
    propose(handoff, LATER)
    at = MONDAY + 4 * HOUR
    with pytest.raises(Conflict) as refused:
        handoff.agree_talk(turn=1, by=AE, at=at)
    assert refused.value.problem is Problem.TALK_MOVED
    assert refused.value.facts["at"] == LATER.isoformat()
    with pytest.raises(Conflict) as stale:
        handoff.propose_talk(TIME, turn=1, by=AE, at=at)
    assert (stale.value.problem, stale.value.field) == (Problem.TALK_MOVED, "talk_at")
    agree(handoff)
    with pytest.raises(Conflict) as again:
        agree(handoff)
    assert again.value.problem is Problem.ALREADY_DONE


def test_a_changed_time_leaves_the_agreed_one_until_it_is_taken() -> None:
    handoff = assigned()
    propose(handoff, TIME)
    agree(handoff)
    propose(handoff, LATER)
    assert (talk(handoff).agreed_at, talk(handoff).agreed) == (TIME, 1)
    agree(handoff)
    assert (talk(handoff).agreed_at, talk(handoff).agreed) == (LATER, 2)


def test_proposing_what_the_other_one_proposed_is_to_take_it() -> None:
    handoff = assigned()
    propose(handoff, TIME)
    propose(handoff, TIME, by=AE)
    assert talk(handoff).agreed_at == TIME
    with pytest.raises(Conflict) as refused:
        propose(handoff, TIME)
    assert refused.value.problem is Problem.ALREADY_DONE


def test_another_time_is_declined_with_the_one_that_was_agreed_on() -> None:
    handoff = assigned()
    propose(handoff, TIME)
    agree(handoff)
    propose(handoff, LATER)
    moved = talk(handoff).turn
    propose(handoff, TIME, by=AE, line="Later I am on a plane.")
    assert (talk(handoff).agreed_at, talk(handoff).proposed_at) == (TIME, None)
    assert talk(handoff).agreed == 1
    assert handoff.events[-1].tag is Tag.TALK_KEPT
    assert handoff.events[-1].values == {"line": "Later I am on a plane."}
    with pytest.raises(Conflict) as refused:
        handoff.agree_talk(turn=moved, by=AE, at=MONDAY + 5 * HOUR)
    assert refused.value.problem is Problem.TALK_MOVED
    assert refused.value.facts["at"] == TIME.isoformat()


def test_who_asked_to_move_it_may_leave_it_where_it_was() -> None:
    handoff = assigned()
    propose(handoff, TIME)
    agree(handoff)
    propose(handoff, LATER)
    propose(handoff, TIME)
    assert (talk(handoff).agreed_at, talk(handoff).waits_for) == (TIME, None)
    with pytest.raises(Conflict) as refused:
        propose(handoff, TIME)
    assert refused.value.problem is Problem.ALREADY_DONE


def test_once_the_debrief_is_recorded_no_time_is_agreed_on() -> None:
    handoff = assigned()
    propose(handoff, TIME)
    handoff.debrief = handoff.debrief.held(MONDAY + 3 * HOUR, 40, MONDAY + 4 * HOUR)
    assert not handoff.can_be_arranged
    with pytest.raises(Conflict) as refused:
        agree(handoff)
    assert refused.value.problem is Problem.TALK_OVER
    with pytest.raises(Conflict) as refused:
        propose(handoff, LATER)
    assert refused.value.problem is Problem.TALK_OVER
    handoff.assign_csm(OTHER_CSM, by=CS_MANAGER, at=MONDAY + 5 * HOUR)
    assert Tag.TALK_FELL not in [event.tag for event in handoff.events]


def test_the_ae_waits_for_another_csm_to_propose_anew() -> None:
    handoff = assigned()
    propose(handoff, TIME)
    agree(handoff)
    handoff.assign_csm(OTHER_CSM, by=CS_MANAGER, at=MONDAY + 5 * HOUR)
    with pytest.raises(NotAllowed) as refused:
        propose(handoff, LATER, by=AE)
    assert refused.value.whose == (OTHER_CSM.id,)
    propose(handoff, LATER, by=OTHER_CSM)
    agree(handoff)
    assert (talk(handoff).agreed_at, talk(handoff).agreed) == (LATER, 3)


@pytest.mark.parametrize(
    ("at", "problem"),
    [
        (MONDAY + 3 * HOUR, Problem.TIME_PAST),
        (MONDAY + 400 * DAY, Problem.TOO_FAR_AHEAD),
    ],
)
def test_no_time_is_proposed_that_cannot_be(at: datetime, problem: Problem) -> None:
    handoff = assigned()
    with pytest.raises(Invalid) as refused:
        propose(handoff, at)
    assert (refused.value.problem, refused.value.field) == (problem, "talk_at")
    with pytest.raises(Invalid) as too_long:
        propose(handoff, TIME, line="x" * (LONGEST_LINE + 1))
    assert too_long.value.field == "talk_line"
    assert talk(handoff) == Appointment()


def test_a_time_that_passed_meanwhile_is_not_taken() -> None:
    handoff = assigned()
    propose(handoff, TIME)
    with pytest.raises(Invalid) as refused:
        handoff.agree_talk(turn=1, by=AE, at=TIME + HOUR)
    assert refused.value.problem is Problem.TIME_PAST


def test_with_another_csm_nothing_is_agreed_and_no_old_button_works() -> None:
    handoff = assigned()
    propose(handoff, TIME)
    agree(handoff)
    propose(handoff, LATER)
    turn = talk(handoff).turn
    handoff.assign_csm(OTHER_CSM, by=CS_MANAGER, at=MONDAY + 5 * HOUR)
    assert (talk(handoff).agreed_at, talk(handoff).proposed_at) == (None, None)
    # That it is off has a number of its own in the calendar.
    assert talk(handoff).agreed == 2
    assert handoff.events[-2].tag is Tag.TALK_FELL
    assert handoff.events[-2].facts["at"] == "2025-06-03T08:00:00.000000Z"
    with pytest.raises(Conflict):
        handoff.agree_talk(turn=turn, by=AE, at=MONDAY + 6 * HOUR)
    propose(handoff, LATER, by=OTHER_CSM)
    agree(handoff)
    assert talk(handoff).agreed == 3


def test_who_stands_in_proposes_and_answers_in_their_place() -> None:
    handoff = away(assigned(), {CSM.id: OTHER_CSM.id})
    propose(handoff, TIME, by=OTHER_CSM)
    assert talk(handoff).waits_for is Side.AE
    with pytest.raises(NotAllowed):
        agree(handoff, by=OTHER_CSM)
    # Whoever is away may come back to it: it is the same side's.
    with pytest.raises(NotAllowed):
        agree(handoff, by=CSM)


def test_without_a_csm_there_is_nobody_to_talk_with() -> None:
    with pytest.raises(Invalid) as refused:
        propose(gated(), TIME, by=AE)
    assert refused.value.problem is Problem.NOT_ASSIGNED
