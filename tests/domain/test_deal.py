"""Commitment, changed deals, alignment, the call and the closed-won gate."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bot.domain.breakdowns import Breakdown
from bot.domain.brief import Brief
from bot.domain.closed_won import ClosedWon, Missing, closed_won
from bot.domain.commitment import check_day, latest_day, moved_day, proposed_day
from bot.domain.errors import Conflict, Invalid, NotAllowed, Problem
from bot.domain.handoff import Call, CommitmentAnswer, DealChange, Handoff
from bot.domain.history import Tag
from bot.domain.items import Item
from bot.domain.money import Money, Rate, parse_currency, parse_rate
from bot.domain.notices import NoticeKind, Place, announcements
from bot.domain.people import Person
from bot.domain.policy import Policy, Tier
from bot.domain.size import NO_MARKS, AddOn, Marks
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    FULL_BRIEF,
    GUEST,
    HOUR,
    MEMBER,
    MONDAY,
    POLICY,
    REVOPS,
    Office,
    assigned,
    fill,
    gated,
    signed,
    started,
    utc,
)

LIGHT = Money(2_000_000, "USD")
FULL = Money(4_800_000, "USD")
SMALL = Money(900_000, "USD")
BERLIN = Office().calendar_of(AE.id, None)
CALL = Call(utc("2025-06-05T08:00"), CSM.id, "Ines Vollmer, Rolf Thal")


# --- The day of the commitment


@pytest.mark.parametrize(
    ("signed_at", "now", "latest"),
    [
        # Signed on Monday at 10:00 in Berlin: the brief is due on Tuesday.
        ("2025-06-02T08:00", "2025-06-02T09:00", date(2025, 6, 3)),
        # Friday afternoon: due on Monday.
        ("2025-06-06T13:00", "2025-06-06T14:00", date(2025, 6, 9)),
        # Learned on the day after it was due: today is still possible.
        ("2025-06-02T08:00", "2025-06-04T09:00", date(2025, 6, 4)),
        # Told of on the sixth business day after it: within seven calendar days.
        ("2025-06-02T08:00", "2025-06-10T09:00", date(2025, 6, 17)),
    ],
)
def test_the_commitment_is_not_after_the_day_the_brief_is_due(
    signed_at: str, now: str, latest: date
) -> None:
    handoff = started(signed_at=utc(signed_at), expected_on=None, at=utc(now))
    assert latest_day(handoff, at=utc(now), policy=POLICY, calendar=BERLIN) == latest
    handoff.commitment_on = latest
    check_day(handoff, at=utc(now), policy=POLICY, calendar=BERLIN)
    handoff.commitment_on = date.fromordinal(latest.toordinal() + 1)
    with pytest.raises(Invalid) as refused:
        check_day(handoff, at=utc(now), policy=POLICY, calendar=BERLIN)
    assert refused.value.problem is Problem.COMMITMENT_TOO_LATE
    assert refused.value.facts == {"latest": latest.isoformat()}


def test_without_a_signature_it_counts_from_the_expected_day() -> None:
    handoff = started(expected_on=date(2025, 6, 20))
    assert latest_day(handoff, at=MONDAY, policy=POLICY, calendar=BERLIN) == date(2025, 6, 23)


@pytest.mark.parametrize(
    ("day", "problem"), [(None, Problem.DATE_NEEDED), (date(2025, 6, 1), Problem.DATE_IN_PAST)]
)
def test_a_missing_or_past_day_is_refused_at_its_field(day: date | None, problem: Problem) -> None:
    handoff = started(commitment_on=day)
    with pytest.raises(Invalid) as refused:
        check_day(handoff, at=MONDAY, policy=POLICY, calendar=BERLIN)
    assert (refused.value.problem, refused.value.field) == (problem, "commitment_on")


def test_below_the_smallest_tier_no_day_is_asked_for() -> None:
    handoff = started(value=SMALL, light_anyway=True)
    check_day(handoff, at=MONDAY, policy=POLICY, calendar=BERLIN)


@pytest.mark.parametrize("expected_on", [None, "today", date(2025, 6, 30)])
@pytest.mark.parametrize("now", ["2025-06-02T08:00", "2025-06-06T13:00", "2025-06-07T10:00"])
def test_the_day_a_form_begins_with_can_be_sent_as_it_is(
    now: str, expected_on: date | str | None
) -> None:
    day = BERLIN.local_date(utc(now)) if expected_on == "today" else expected_on
    handoff = started(
        at=utc(now),
        signed_at=utc(now) if expected_on is None else None,
        expected_on=day,
        commitment_on=proposed_day(at=utc(now), policy=POLICY, calendar=BERLIN),
    )
    check_day(handoff, at=utc(now), policy=POLICY, calendar=BERLIN)


@pytest.mark.parametrize("by", [AE, CS_MANAGER])
def test_the_team_hears_of_the_commitment_once_the_ae_stands_by_it(by: Person) -> None:
    handoff = started(by=by, commitment_on=date(2025, 6, 4))
    told = announcements(handoff, list(enumerate(handoff.events)), asked_in=None, team_channel=9)
    if by is not AE:
        assert told == []
        handoff.events.clear()
        handoff.confirm_ae(by=AE, at=MONDAY)
        numbered = list(enumerate(handoff.events))
        told = announcements(handoff, numbered, asked_in=None, team_channel=9)
    (line,) = told
    assert (line.kind, line.place, line.channel_id) == (NoticeKind.COMMITTED, Place.CHANNEL, 9)


@pytest.mark.parametrize(
    ("committed", "expected", "moved"),
    [
        # Friday 20 June slips by a week, by eleven days onto a weekend, by none.
        (date(2025, 6, 23), date(2025, 6, 27), date(2025, 6, 30)),
        (date(2025, 6, 18), date(2025, 6, 30), date(2025, 6, 30)),
        # It comes sooner: the brief is due on the business day after it.
        (date(2025, 6, 23), date(2025, 6, 12), date(2025, 6, 13)),
        (date(2025, 6, 4), date(2025, 6, 12), date(2025, 6, 4)),
        (None, date(2025, 6, 27), None),
    ],
)
def test_the_day_of_the_commitment_follows_the_day_of_the_signature(
    committed: date | None, expected: date, moved: date | None
) -> None:
    handoff = started(commitment_on=committed)
    day = moved_day(handoff, expected, at=MONDAY, policy=POLICY, calendar=BERLIN)
    assert day == moved
    handoff.expect(expected, by=AE, at=MONDAY, ae=AE, commitment_on=day)
    assert handoff.commitment_on == moved


def test_an_answered_commitment_stays_where_it_is_and_a_moved_one_is_told_of_again() -> None:
    handoff, slipped = started(commitment_on=date(2025, 6, 23)), date(2025, 6, 27)
    first = announcements(handoff, list(enumerate(handoff.events)), asked_in=None, team_channel=9)
    handoff.events.clear()
    day = moved_day(handoff, slipped, at=MONDAY, policy=POLICY, calendar=BERLIN)
    handoff.expect(slipped, by=AE, at=MONDAY, ae=AE, commitment_on=day)
    again = announcements(
        handoff, list(enumerate(handoff.events, 5)), asked_in=None, team_channel=9
    )
    assert [one.kind for one in (*first, *again)] == [NoticeKind.COMMITTED] * 2
    assert first[0].key != again[0].key
    handoff.answer_commitment(CommitmentAnswer.DONE, by=AE_MANAGER, at=MONDAY)
    later = date(2025, 7, 4)
    assert moved_day(handoff, later, at=MONDAY, policy=POLICY, calendar=BERLIN) is None


def test_without_a_day_or_a_channel_the_team_hears_nothing() -> None:
    silent = started()
    events = list(enumerate(silent.events))
    assert announcements(silent, events, asked_in=None, team_channel=9) == []
    committed = started(commitment_on=date(2025, 6, 4))
    events = list(enumerate(committed.events))
    assert announcements(committed, events, asked_in=None) == []


def test_the_ae_manager_answers_for_the_commitment_once() -> None:
    handoff = started(commitment_on=date(2025, 6, 4))
    with pytest.raises(NotAllowed):
        handoff.answer_commitment(CommitmentAnswer.DONE, by=AE, at=MONDAY)
    handoff.answer_commitment(CommitmentAnswer.DONE, by=AE_MANAGER, at=MONDAY)
    assert handoff.events[-1].facts == {"answer": "done"}
    with pytest.raises(Conflict):
        handoff.answer_commitment(CommitmentAnswer.CANCELLED, by=AE_MANAGER, at=MONDAY)


# --- Another value, other marks


def change(handoff: Handoff, value: Money, marks: Marks = NO_MARKS, **more: object) -> None:
    wanted = replace(DealChange(value, marks), **more)  # type: ignore[arg-type]
    handoff.change_deal(wanted, brief=FULL_BRIEF, by=AE, at=MONDAY + HOUR, policy=POLICY)


def test_another_value_gives_another_tier_and_the_brief_is_counted_anew() -> None:
    handoff = started(value=LIGHT)
    change(handoff, FULL)
    assert handoff.tier is Tier.FULL
    assert handoff.completeness.counted == 23
    event = next(one for one in handoff.events if one.tag is Tag.DEAL_CHANGED)
    assert event.facts == {
        "tier": "full",
        "before": "light",
        "came": ["early_cs", "joint_kickoff"],
        "went": [],
    }
    assert event.values["value"] == "48000 USD"


def test_marks_are_kept_beside_the_chain_and_never_in_it() -> None:
    handoff = started()
    change(handoff, FULL, Marks(serious_flags=True))
    event = next(one for one in handoff.events if one.tag is Tag.DEAL_CHANGED)
    assert event.values["serious_flags"] == "True"
    assert set(event.facts) == {"tier", "before", "came", "went"}
    assert handoff.size(POLICY).has(AddOn.CALL)


def test_a_gate_once_passed_stays_passed_in_a_larger_deal() -> None:
    handoff = gated()
    passed = handoff.gate_at
    handoff.change_deal(
        DealChange(Money(9_000_000, "USD"), Marks(stakeholders=4)),
        brief=Brief(),
        by=AE,
        at=MONDAY + 5 * HOUR,
        policy=POLICY,
    )
    assert handoff.gate_at == passed
    assert handoff.completeness.filled == 0


def test_a_smaller_deal_may_pass_its_gate_by_the_change_alone() -> None:
    handoff = signed()
    assert handoff.gate_at is None
    change(handoff, LIGHT)
    assert handoff.gate_at == MONDAY + HOUR


def test_what_stays_as_it_was_is_no_change() -> None:
    handoff = started(value=Money(4_700_000, "EUR"))
    before = len(handoff.events)
    change(handoff, Money(4_700_000, "EUR"))
    assert len(handoff.events) == before


def test_below_the_smallest_tier_the_light_form_goes_on_only_where_it_is_wanted() -> None:
    handoff = started()
    with pytest.raises(Invalid) as refused:
        change(handoff, SMALL)
    assert refused.value.problem is Problem.BELOW_TIERS
    assert (handoff.tier, handoff.value) == (Tier.FULL, FULL)
    change(handoff, SMALL, light_anyway=True)
    assert (handoff.tier, handoff.value) == (Tier.LIGHT, SMALL)


def test_a_rate_that_was_typed_stays_with_the_value_it_was_typed_for() -> None:
    rate = Rate(Decimal("1.1"), date(2025, 6, 2))
    handoff = started(value=Money(2_800_000, "CHF"), rate=rate)
    assert (handoff.rate, handoff.tier) == (rate, Tier.FULL)
    change(handoff, Money(2_800_000, "CHF"), Marks(strategic=True))
    assert handoff.rate == rate
    with pytest.raises(Invalid) as refused:
        change(handoff, Money(1_000_000, "NOK"))
    assert (refused.value.problem, refused.value.field) == (Problem.UNKNOWN_CURRENCY, "currency")
    change(handoff, FULL)
    assert handoff.rate is None


@pytest.mark.parametrize("who", [CSM, CS_MANAGER, AE_MANAGER, REVOPS, MEMBER])
def test_only_the_ae_changes_the_deal(who: Person) -> None:
    with pytest.raises(NotAllowed):
        started().change_deal(
            DealChange(FULL, NO_MARKS), brief=Brief(), by=who, at=MONDAY, policy=POLICY
        )


def test_the_thread_hears_of_another_tier_and_of_no_mark() -> None:
    handoff = signed()
    handoff.post(by=AE, at=MONDAY)
    handoff.events.clear()
    change(handoff, FULL, Marks(serious_flags=True))
    (told, *_) = announcements(handoff, list(enumerate(handoff.events)), asked_in=None)
    assert told.place is Place.THREAD
    assert told.facts == {"seq": 0, "actor": AE.id, "call": "came"}
    handoff.events.clear()
    change(handoff, Money(FULL.cents + 1, "USD"), Marks(serious_flags=True))
    assert announcements(handoff, list(enumerate(handoff.events)), asked_in=None) == []
    handoff.events.clear()
    change(handoff, LIGHT)
    (told, *_) = announcements(handoff, list(enumerate(handoff.events)), asked_in=None)
    assert (told.kind, told.place) == (NoticeKind.TIER_CHANGED, Place.THREAD)
    gone = {"early_cs": "went", "joint_kickoff": "went", "call": "went"}
    assert told.facts == {"seq": 0, "actor": AE.id, "tier": "light", **gone}


def test_within_a_tier_csm_and_cs_manager_hear_what_came_with_a_larger_value() -> None:
    handoff = assigned()
    handoff.posted_at = MONDAY
    handoff.events.clear()
    change(handoff, Money(9_000_000, "USD"))
    told = announcements(handoff, list(enumerate(handoff.events)), asked_in=None)
    assert [(one.place, one.person_id) for one in told] == [
        (Place.THREAD, None),
        (Place.DM, CSM.id),
        (Place.DM, CS_MANAGER.id),
    ]
    came = {"call": "came", "second_listener": "came"}
    assert all(one.facts == {"seq": 0, "actor": AE.id, **came} for one in told)


def test_the_ae_hears_of_an_override_by_somebody_else() -> None:
    handoff = signed()
    handoff.events.clear()
    handoff.override_closed_won("Their board meets today", by=AE_MANAGER, at=MONDAY)
    (told,) = announcements(handoff, list(enumerate(handoff.events)), asked_in=None)
    assert (told.kind, told.place, told.person_id) == (NoticeKind.OVERRIDDEN, Place.DM, AE.id)
    assert told.facts == {"seq": 0, "actor": AE_MANAGER.id}


@pytest.mark.parametrize(
    ("text", "worth"), [("1.1", "1.1"), (" 0,0067 ", "0.0067"), ("11", "11"), ("1000000", "1e6")]
)
def test_a_rate_is_read_as_people_write_it(text: str, worth: str) -> None:
    assert parse_rate(text) == Decimal(worth)


@pytest.mark.parametrize("text", ["", "0", "0.0", "-1", "1e3", "1.2.3", "nan", "1000001", "one"])
def test_what_is_no_rate_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_rate(text)
    assert (refused.value.problem, refused.value.field) == (Problem.BAD_RATE, "rate")


def test_a_currency_is_three_letters() -> None:
    assert parse_currency(" chf ") == "CHF"
    for text in ("", "francs", "C1F", "<!channel>"):
        with pytest.raises(Invalid) as refused:
            parse_currency(text)
        assert refused.value.field == "other_currency"


# --- The signature slips, the alignment


def test_another_expected_day_is_noted_with_the_one_before() -> None:
    handoff = started(expected_on=date(2025, 6, 20))
    handoff.expect(date(2025, 7, 1), by=AE_MANAGER, at=MONDAY, ae=AE)
    assert handoff.expected_on == date(2025, 7, 1)
    assert handoff.events[-1].facts == {"expected_on": "2025-07-01", "before": "2025-06-20"}
    with pytest.raises(Conflict):
        handoff.expect(date(2025, 7, 1), by=AE, at=MONDAY, ae=AE)
    with pytest.raises(Invalid):
        handoff.expect(date(2025, 6, 1), by=AE, at=MONDAY, ae=AE)
    with pytest.raises(NotAllowed):
        handoff.expect(date(2025, 8, 1), by=CSM, at=MONDAY, ae=AE)


def test_a_signed_deal_expects_no_signature_and_aligns_no_more() -> None:
    handoff = signed()
    with pytest.raises(Invalid) as refused:
        handoff.expect(date(2025, 7, 1), by=AE, at=MONDAY, ae=AE)
    assert refused.value.problem is Problem.SIGNED_ALREADY
    with pytest.raises(Invalid) as refused:
        handoff.align(date(2025, 6, 2), CSM, by=AE, at=MONDAY, zone=AE.zone)
    assert refused.value.problem is Problem.SIGNED_ALREADY


def test_the_alignment_names_day_and_contact_and_gives_no_part() -> None:
    handoff = started()
    handoff.align(date(2025, 6, 2), CSM, by=AE, at=MONDAY, zone=AE.zone)
    assert handoff.events[-1].facts == {"on": "2025-06-02", "contact": CSM.id}
    assert CSM.id not in handoff.people()


@pytest.mark.parametrize(
    ("day", "contact", "field"),
    [
        (date(2025, 6, 3), CSM, "aligned_on"),
        (date(2025, 6, 2), AE, "cs_contact"),
        (date(2025, 6, 2), GUEST, "cs_contact"),
    ],
)
def test_an_alignment_to_come_or_with_nobody_of_customer_success_is_refused(
    day: date, contact: Person, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        started().align(day, contact, by=AE, at=MONDAY, zone=AE.zone)
    assert refused.value.field == field


# --- The closed-won gate

ILSE, RUTH = 4, 9
"""Who are, or become, champions: the ids of their entries in the brief."""
WITH_ILSE = replace(CALL, customer="", champion=ILSE)


def gate(handoff: Handoff, policy: Policy, *champions: int) -> ClosedWon:
    return closed_won(handoff, policy, champions=champions or (ILSE,))


def test_a_full_deal_needs_its_brief_and_a_call_with_the_champion() -> None:
    handoff = signed()
    assert gate(handoff, POLICY).missing == (Missing.BRIEF, Missing.CALL)
    fill(handoff, MONDAY)
    assert gate(handoff, POLICY) == ClosedWon((Missing.CALL,))
    handoff.record_call(CALL, cs=CSM, by=AE, at=MONDAY)
    assert gate(handoff, POLICY) == ClosedWon((Missing.CALL,))
    handoff.record_call(WITH_ILSE, cs=CSM, champions=[ILSE], by=AE, at=MONDAY)
    assert gate(handoff, POLICY).open
    assert handoff.events[-1].facts["champion"] == ILSE


def test_a_call_counts_as_long_as_who_is_in_it_is_the_champion() -> None:
    handoff = signed()
    fill(handoff, MONDAY)
    handoff.record_call(WITH_ILSE, cs=CSM, champions=[ILSE, RUTH], by=AE, at=MONDAY)
    assert gate(handoff, POLICY, ILSE, RUTH).open
    assert gate(handoff, POLICY, RUTH).missing == (Missing.CALL,)
    assert closed_won(handoff, POLICY, champions=()).missing == (Missing.CALL,)


def test_who_is_no_champion_any_more_cannot_be_chosen() -> None:
    handoff = signed()
    with pytest.raises(Conflict) as refused:
        handoff.record_call(WITH_ILSE, cs=CSM, champions=[RUTH], by=AE, at=MONDAY)
    assert refused.value.field == "call_champion"


def test_a_light_deal_needs_its_brief_alone() -> None:
    handoff = started(value=LIGHT)
    assert gate(handoff, POLICY).missing == (Missing.BRIEF,)
    handoff.gate_at = MONDAY
    assert gate(handoff, POLICY).open


def test_a_brief_that_was_sent_back_is_missing_until_it_is_returned() -> None:
    handoff = assigned()
    handoff.record_call(WITH_ILSE, cs=CSM, champions=[ILSE], by=AE, at=MONDAY)
    assert gate(handoff, POLICY).open
    handoff.send_back((Item.METRIC,), "Nobody can count that", by=CSM, at=MONDAY)
    assert gate(handoff, POLICY).missing == (Missing.BRIEF,)
    handoff.return_brief(by=AE, at=MONDAY, policy=POLICY)
    assert gate(handoff, POLICY).open


@pytest.mark.parametrize(("cents", "is_open"), [(1_499_999, True), (1_500_000, False)])
def test_below_the_smallest_tier_it_is_open_whatever_is_written(cents: int, is_open: bool) -> None:
    handoff = started(value=Money(cents, "USD"), light_anyway=True)
    assert gate(handoff, POLICY).open is is_open
    assert gate(handoff, POLICY).asks_for_nothing is is_open


def test_the_bound_is_the_policys_and_in_its_currency() -> None:
    handoff = started(value=Money(1_400_000, "EUR"))
    assert not gate(handoff, POLICY).open
    own = Policy(currency="EUR", rates={})
    handoff.rate = None
    assert gate(handoff, own).open


def test_the_ae_manager_overrides_it_with_a_reason_and_what_is_missing_stays_named() -> None:
    handoff = signed()
    for who in (AE, CS_MANAGER, REVOPS):
        with pytest.raises(NotAllowed):
            handoff.override_closed_won("The board meets today", by=who, at=MONDAY)
    with pytest.raises(Invalid):
        handoff.override_closed_won("  ", by=AE_MANAGER, at=MONDAY)
    handoff.override_closed_won("The board meets today", by=AE_MANAGER, at=MONDAY)
    standing = gate(handoff, POLICY)
    assert standing.open
    assert standing.overridden_by == AE_MANAGER.id
    assert standing.missing == (Missing.BRIEF, Missing.CALL)
    overridden, breakdown = handoff.events[-2:]
    assert overridden.values == {"reason": "The board meets today"}
    with pytest.raises(Conflict):
        handoff.override_closed_won("Again", by=AE_MANAGER, at=MONDAY)
    # What was let through without its gate stays so, also once nothing is missing any more.
    assert handoff.breakdowns == {Breakdown.CLOSED_WITHOUT_GATE: MONDAY}
    assert breakdown.facts == {"kind": "closed_without_gate", "happened": True}


def test_a_call_is_with_customer_success_and_somebody_of_the_customer() -> None:
    handoff = signed()
    for call, cs, field in (
        (CALL, AE, "call_cs"),
        (CALL, GUEST, "call_cs"),
        (replace(CALL, customer=" \n "), CSM, "call_customer"),
        (replace(CALL, customer="x" * 201), CSM, "call_customer"),
    ):
        with pytest.raises(Invalid) as refused:
            handoff.record_call(call, cs=cs, by=AE, at=MONDAY)
        assert refused.value.field == field
    with pytest.raises(NotAllowed):
        handoff.record_call(CALL, cs=CSM, by=CSM, at=MONDAY)
    handoff.record_call(CALL, cs=CSM, by=AE, at=MONDAY)
    assert handoff.call == replace(CALL, sales_id=AE.id)
    assert handoff.events[-1].values == {"customer": CALL.customer}


def test_a_call_says_who_of_sales_was_there_and_that_is_the_ae_or_a_colleague() -> None:
    handoff = signed()
    for wrong in (CSM, GUEST):
        with pytest.raises(Invalid) as refused:
            handoff.record_call(CALL, cs=CSM, sales=wrong, by=AE, at=MONDAY)
        assert refused.value.field == "call_sales"
    handoff.record_call(CALL, cs=CSM, sales=AE_MANAGER, by=AE, at=MONDAY)
    assert handoff.call == replace(CALL, sales_id=AE_MANAGER.id)
    assert handoff.events[-1].facts["sales"] == AE_MANAGER.id


def test_the_ae_manager_records_for_the_ae_and_says_why() -> None:
    handoff = started()
    day = date(2025, 6, 2)
    for reason in ("", " \n"):
        with pytest.raises(Invalid) as refused:
            handoff.record_call(CALL, cs=CSM, by=AE_MANAGER, at=MONDAY, reason=reason)
        assert (refused.value.problem, refused.value.field) == (Problem.EMPTY, "reason")
        with pytest.raises(Invalid) as refused:
            handoff.align(day, CSM, by=AE_MANAGER, at=MONDAY, zone=AE.zone, reason=reason)
        assert (refused.value.problem, refused.value.field) == (Problem.EMPTY, "reason")
    assert (handoff.call, handoff.aligned_on) == (None, None)
    why = "Ana is on leave"
    handoff.record_call(CALL, cs=CSM, by=AE_MANAGER, at=MONDAY, reason=f" {why} ")
    assert handoff.events[-1].values == {"customer": CALL.customer, "reason": why}
    handoff.align(day, CSM, by=AE_MANAGER, at=MONDAY, zone=AE.zone, reason=why)
    assert handoff.events[-1].values == {"reason": why}


# --- Days that cannot be


@pytest.mark.parametrize(
    ("at", "problem"),
    [
        ("2001-01-01T09:00", Problem.TOO_LONG_AGO),
        ("2024-05-31T09:00", Problem.TOO_LONG_AGO),
        ("2026-06-10T09:00", Problem.TOO_FAR_AHEAD),
        ("2205-06-05T08:00", Problem.TOO_FAR_AHEAD),
    ],
)
def test_a_call_long_before_the_deal_or_long_after_it_is_a_wrong_year(
    at: str, problem: Problem
) -> None:
    handoff = signed()
    with pytest.raises(Invalid) as refused:
        handoff.record_call(replace(CALL, at=utc(at)), cs=CSM, by=AE, at=MONDAY)
    assert (refused.value.problem, refused.value.field) == (problem, "call_at")
    # A call that was held while the deal was still being sold counts, and so does one next year.
    for held in ("2025-03-05T08:00", "2026-05-05T08:00"):
        handoff.record_call(replace(CALL, at=utc(held)), cs=CSM, by=AE, at=MONDAY)


@pytest.mark.parametrize("on", [date(1990, 6, 2), date(2024, 5, 31)])
def test_an_alignment_longer_than_a_year_before_the_handoff_is_a_wrong_year(on: date) -> None:
    handoff = started()
    with pytest.raises(Invalid) as refused:
        handoff.align(on, CSM, by=AE, at=MONDAY, zone=AE.zone)
    assert (refused.value.problem, refused.value.field) == (Problem.TOO_LONG_AGO, "aligned_on")
    handoff.align(date(2025, 3, 5), CSM, by=AE, at=MONDAY, zone=AE.zone)
    assert handoff.aligned_on == date(2025, 3, 5)
