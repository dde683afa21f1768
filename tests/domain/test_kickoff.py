"""The time of the kickoff that the handoff message names: proposed, else when it is due."""

from datetime import datetime, timedelta

import pytest

from bot.domain.errors import Conflict, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.kickoff import KickoffTime, kickoff_due, kickoff_time
from bot.domain.money import Money
from tests.domain.deals import (
    AE,
    CS_MANAGER,
    CSM,
    HOUR,
    MONDAY,
    OTHER_CSM,
    POLICY,
    Office,
    assigned,
    gated,
    signed,
    started,
    utc,
)

LIGHT, FULL, CALL = (Money(cents, "USD") for cents in (2_000_000, 4_800_000, 6_000_000))
LATER = MONDAY + timedelta(days=3)


def due(handoff: Handoff) -> datetime | None:
    return kickoff_due(handoff, POLICY, Office().calendar_of)


def told(handoff: Handoff) -> KickoffTime | None:
    return kickoff_time(handoff, POLICY, Office().calendar_of)


@pytest.mark.parametrize(
    ("at", "value", "when"),
    [
        # Monday 10:00 in Berlin: the day of +72 h is Thursday, before a CSM by the CS manager's.
        ("2025-06-02T08:00", FULL, "2025-06-05T16:00"),
        # Thursday: Sunday is moved to Monday, which is business day 2.
        ("2025-06-05T08:00", FULL, "2025-06-09T16:00"),
        # Friday: Monday by the hours, Tuesday as the second business day.
        ("2025-06-06T13:00", FULL, "2025-06-10T16:00"),
        # A light deal has until business day 5.
        ("2025-06-02T08:00", LIGHT, "2025-06-09T16:00"),
    ],
)
def test_a_kickoff_is_due_early_in_the_days_after_the_signature(
    at: str, value: Money, when: str
) -> None:
    handoff = started(at=utc("2025-06-02T07:00"), value=value)
    handoff.countersign(utc(at), by=AE, at=utc(at), ae=AE)
    assert due(handoff) == utc(when)


def test_it_follows_the_assignment_in_the_hours_of_the_csm_up_to_the_fifth_business_day() -> None:
    # Assigned on Wednesday in New York: Friday is the second business day after it.
    when = utc("2025-06-04T15:00")
    assert due(assigned(MONDAY, when=when)) == utc("2025-06-06T22:00")
    # Assigned on the next Monday: no later than business day 5, which is that Monday.
    assert due(assigned(MONDAY, when=utc("2025-06-09T14:00"))) == utc("2025-06-09T22:00")


def test_with_a_call_there_is_a_third_day_after_the_assignment() -> None:
    handoff = started(value=CALL)
    handoff.countersign(MONDAY, by=AE, at=MONDAY, ae=AE)
    when = utc("2025-06-04T15:00")
    handoff.assign_csm(CSM, by=CS_MANAGER, at=when, override="They know the customer.")
    assert due(handoff) == utc("2025-06-09T22:00")


def test_before_the_assignment_the_proposed_csms_days_count() -> None:
    handoff = started(proposed_csm=OTHER_CSM)
    handoff.countersign(MONDAY, by=AE, at=MONDAY, ae=AE)
    # 18:00 in Sydney.
    assert due(handoff) == utc("2025-06-05T08:00")


def test_before_the_signature_nothing_is_known_unless_the_ae_proposes_a_time() -> None:
    handoff = started()
    assert told(handoff) is None
    handoff.propose_kickoff(LATER, shown=None, by=AE, at=MONDAY)
    assert told(handoff) == KickoffTime(LATER, proposed=True)


def test_a_proposal_goes_before_the_due_time_and_can_be_taken_back() -> None:
    handoff = gated()
    assert told(handoff) == KickoffTime(utc("2025-06-05T16:00"))
    handoff.propose_kickoff(LATER, shown=None, by=AE, at=MONDAY + HOUR)
    assert told(handoff) == KickoffTime(LATER, proposed=True)
    handoff.propose_kickoff(None, shown=LATER, by=AE, at=MONDAY + HOUR)
    assert told(handoff) == KickoffTime(utc("2025-06-05T16:00"))
    kept = [one.facts for one in handoff.events if one.tag is Tag.KICKOFF_PROPOSED]
    assert [one["at"] is None for one in kept] == [False, True]
    assert kept[1]["before"] == kept[0]["at"]


def test_a_cancelled_handoff_has_no_kickoff() -> None:
    handoff = signed()
    handoff.cancel("They bought elsewhere.", by=AE, at=MONDAY + HOUR)
    assert told(handoff) is None


@pytest.mark.parametrize(
    ("at", "problem"),
    [
        (MONDAY, Problem.TIME_PAST),
        (MONDAY - timedelta(days=9000), Problem.TIME_PAST),
        (MONDAY + timedelta(days=367), Problem.TOO_FAR_AHEAD),
    ],
)
def test_no_kickoff_is_proposed_for_a_time_that_cannot_be(at: datetime, problem: Problem) -> None:
    handoff = signed()
    with pytest.raises(Invalid) as refused:
        handoff.propose_kickoff(at, shown=None, by=AE, at=MONDAY)
    assert (refused.value.problem, refused.value.field) == (problem, "kickoff")
    assert handoff.kickoff_proposed_at is None


def test_what_was_proposed_meanwhile_is_not_overwritten_by_who_did_not_see_it() -> None:
    handoff, other = signed(), LATER + HOUR
    handoff.propose_kickoff(LATER, shown=None, by=AE, at=MONDAY)
    with pytest.raises(Conflict) as refused:
        handoff.propose_kickoff(other, shown=None, by=AE, at=MONDAY)
    assert refused.value.field == "kickoff"
    # A form that left it alone changes nothing, however old it is.
    handoff.propose_kickoff(None, shown=None, by=AE, at=MONDAY)
    assert handoff.kickoff_proposed_at == LATER
    handoff.propose_kickoff(other, shown=LATER, by=AE, at=MONDAY)
    assert handoff.kickoff_proposed_at == other


def test_a_time_that_passed_since_stands_while_nobody_changes_it() -> None:
    handoff = signed()
    handoff.propose_kickoff(LATER, shown=None, by=AE, at=MONDAY)
    handoff.propose_kickoff(LATER, shown=LATER, by=AE, at=LATER + HOUR)
    assert handoff.kickoff_proposed_at == LATER


def test_only_the_ae_proposes() -> None:
    handoff = assigned()
    for person in (CSM, CS_MANAGER):
        with pytest.raises(NotAllowed):
            handoff.propose_kickoff(LATER, shown=None, by=person, at=MONDAY)
