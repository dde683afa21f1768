import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Conflict, HandoffError, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff, State
from bot.domain.history import Tag
from bot.domain.items import SectionKey
from bot.domain.money import Money
from bot.domain.people import Person
from bot.domain.policy import Tier
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CHANNEL,
    CS_MANAGER,
    CSM,
    EMPTY,
    EVERYBODY,
    FILLED,
    GONE,
    GUEST,
    HOUR,
    MEMBER,
    MONDAY,
    OTHER_CSM,
    OUTSIDER,
    POLICY,
    REVOPS,
    ROBOT,
    acknowledged,
    assigned,
    gated,
    person,
    signed,
    started,
    utc,
)

LATER = MONDAY + 5 * HOUR
SOON_AFTER = MONDAY + 3 * HOUR + timedelta(minutes=10)
"""Ten minutes after the acknowledgement of `acknowledged()`."""


def cancelled() -> Handoff:
    handoff = assigned()
    handoff.cancel("The customer withdrew", by=AE, at=LATER)
    return handoff


def by_somebody_else() -> Handoff:
    return started(by=MEMBER)


# --- Starting


def test_a_handoff_starts_with_what_the_form_says() -> None:
    handoff = started(
        account="  Lindgrove \n Mills ",
        proposed_csm=CSM,
        links=(" https://crm.example/1 ", "", "https://crm.example/1"),
    )
    assert handoff.account == "Lindgrove Mills"
    assert (handoff.workspace_id, handoff.channel_id, handoff.tier) == (1, CHANNEL, Tier.FULL)
    assert (handoff.ae_id, handoff.ae_manager_id) == (AE.id, AE_MANAGER.id)
    assert (handoff.cs_manager_id, handoff.proposed_csm_id) == (CS_MANAGER.id, CSM.id)
    assert (handoff.csm_id, handoff.signed_at, handoff.day0) == (None, None, None)
    assert handoff.expected_on == date(2025, 6, 20)
    assert handoff.links == ("https://crm.example/1",)
    assert handoff.people() == (AE.id, CS_MANAGER.id, AE_MANAGER.id)
    assert [event.tag for event in handoff.events] == [Tag.STARTED]


def test_the_csm_has_a_part_once_assigned() -> None:
    assert assigned().people() == (AE.id, CSM.id, CS_MANAGER.id, AE_MANAGER.id)


@pytest.mark.parametrize(
    ("changed", "problem", "field"),
    [
        ({"account": " \n"}, Problem.EMPTY, "account"),
        ({"account": "x" * 81}, Problem.TOO_LONG, "account"),
        ({"value": Money(1_499_999, "USD")}, Problem.BELOW_TIERS, "value"),
        ({"value": Money(4_800_000, "CHF")}, Problem.UNKNOWN_CURRENCY, "currency"),
        ({"ae": GUEST}, Problem.NOT_A_COLLEAGUE, "ae"),
        ({"ae": ROBOT}, Problem.NOT_A_COLLEAGUE, "ae"),
        ({"cs_manager": None}, Problem.NO_CS_MANAGER, "cs_manager"),
        ({"cs_manager": OUTSIDER}, Problem.NOT_A_COLLEAGUE, "cs_manager"),
        ({"ae_manager": GONE}, Problem.NOT_A_COLLEAGUE, "ae_manager"),
        ({"ae_manager": AE}, Problem.AE_IS_MANAGER, "ae_manager"),
        ({"cs_manager": AE}, Problem.AE_IS_MANAGER, "cs_manager"),
        ({"proposed_csm": GUEST}, Problem.NOT_A_COLLEAGUE, "csm"),
        ({"proposed_csm": AE}, Problem.SAME_PERSON, "csm"),
        ({"expected_on": None}, Problem.DATE_NEEDED, "expected_on"),
        ({"expected_on": date(2025, 6, 1)}, Problem.DATE_IN_PAST, "expected_on"),
        ({"links": ("http://crm.example",)}, Problem.BAD_LINK, "links"),
        ({"links": ("javascript:alert(1)",)}, Problem.BAD_LINK, "links"),
        ({"links": ("https://crm.example/|<!channel>",)}, Problem.BAD_LINK, "links"),
        ({"links": ("https://crm.example/a b",)}, Problem.BAD_LINK, "links"),
        (
            {"links": tuple(f"https://crm.example/{n}" for n in range(11))},
            Problem.TOO_LONG,
            "links",
        ),
        ({"signed_at": MONDAY + HOUR}, Problem.SIGNED_IN_FUTURE, "signed_at"),
        ({"signed_at": MONDAY - timedelta(days=367)}, Problem.SIGNED_TOO_OLD, "signed_at"),
    ],
)
def test_a_wrong_entry_is_refused_at_its_field(
    changed: dict[str, Any], problem: Problem, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        started(**changed)
    assert (refused.value.problem, refused.value.field) == (problem, field)


def test_the_expected_day_may_be_today_where_the_ae_is() -> None:
    late_sunday = utc("2025-06-01T23:30")  # Monday in Berlin
    assert started(at=late_sunday, expected_on=date(2025, 6, 2)).expected_on == date(2025, 6, 2)
    with pytest.raises(Invalid):
        started(at=late_sunday, expected_on=date(2025, 6, 1))


@pytest.mark.parametrize(
    ("cents", "light_anyway", "tier"),
    [
        (1_499_999, True, Tier.LIGHT),
        (1_500_000, False, Tier.LIGHT),
        (1_500_000, True, Tier.LIGHT),
        (3_000_000, False, Tier.LIGHT),
        (3_000_001, True, Tier.FULL),
    ],
)
def test_a_small_deal_has_the_light_form_where_somebody_wants_it(
    cents: int, light_anyway: bool, tier: Tier
) -> None:
    assert started(value=Money(cents, "USD"), light_anyway=light_anyway).tier is tier


@pytest.mark.parametrize("who", [GUEST, OUTSIDER, ROBOT, GONE])
def test_only_a_full_member_starts_a_handoff(who: Person) -> None:
    with pytest.raises(NotAllowed) as refused:
        started(by=who)
    assert refused.value.problem is Problem.NOT_A_MEMBER


def test_a_handoff_may_start_signed() -> None:
    handoff = started(signed_at=MONDAY - HOUR, expected_on=None)
    assert (handoff.signed_at, handoff.signature_learned_at) == (MONDAY - HOUR, MONDAY)
    assert handoff.expected_on is None
    assert [event.tag for event in handoff.events] == [Tag.STARTED, Tag.SIGNED]


# --- Who may do what


@dataclass(frozen=True)
class Deed:
    """One act, where it is possible, who may do it and who is named to the others."""

    name: str
    stage: Callable[[], Handoff]
    do: Callable[[Handoff, Person, datetime], None]
    may: tuple[Person, ...]
    named: tuple[Person, ...]
    tags: tuple[Tag, ...]
    at: datetime = SOON_AFTER
    twice: Problem | None = Problem.ALREADY_DONE


def save(handoff: Handoff, by: Person, at: datetime) -> None:
    handoff.save_section(
        SectionKey.SUCCESS,
        changed={"metric": "Fewer tickets"},
        revision=2,
        state=EMPTY,
        by=by,
        at=at,
        policy=POLICY,
    )


def promise(handoff: Handoff, by: Person, at: datetime) -> None:
    handoff.save_promise(
        Tag.PROMISE_ADDED,
        number=1,
        version=1,
        words="A login page",
        state=EMPTY,
        by=by,
        at=at,
        policy=POLICY,
    )


AE_SIDE = (AE, AE_MANAGER, REVOPS)
DEEDS = [
    Deed(
        "confirm",
        by_somebody_else,
        lambda h, by, at: h.confirm_ae(by=by, at=at),
        (AE,),
        (AE,),
        (Tag.AE_CONFIRMED,),
    ),
    Deed("save", signed, save, (AE,), (AE,), (Tag.BRIEF_SAVED,), twice=None),
    Deed("promise", signed, promise, (AE,), (AE,), (Tag.PROMISE_ADDED,), twice=None),
    Deed(
        "countersign",
        started,
        lambda h, by, at: h.countersign(MONDAY + HOUR, by=by, at=at, ae=AE),
        AE_SIDE,
        (AE, AE_MANAGER),
        (Tag.SIGNED,),
    ),
    Deed(
        "correct",
        signed,
        lambda h, by, at: h.countersign(MONDAY + HOUR, by=by, at=at, ae=AE),
        AE_SIDE,
        (AE, AE_MANAGER),
        (Tag.SIGNATURE_CORRECTED,),
    ),
    Deed("post", signed, lambda h, by, at: h.post(by=by, at=at), (AE,), (AE,), (Tag.POSTED,)),
    Deed(
        "assign",
        gated,
        lambda h, by, at: h.assign_csm(CSM, by=by, at=at),
        (CS_MANAGER,),
        (CS_MANAGER,),
        (Tag.ASSIGNED,),
    ),
    Deed(
        "acknowledge",
        assigned,
        lambda h, by, at: h.acknowledge(version=h.brief_version, by=by, at=at, reason="Asked to"),
        (CSM, CS_MANAGER),
        (CSM,),
        (Tag.ACKNOWLEDGED,),
    ),
    Deed(
        "undo acknowledge",
        acknowledged,
        lambda h, by, at: h.undo_acknowledge(by=by, at=at, policy=POLICY),
        (CSM,),
        (CSM,),
        (Tag.ACKNOWLEDGE_UNDONE,),
        twice=Problem.NOTHING_TO_UNDO,
    ),
    Deed(
        "cancel",
        assigned,
        lambda h, by, at: h.cancel("The customer withdrew", by=by, at=at),
        AE_SIDE,
        (AE, AE_MANAGER),
        (Tag.CANCELLED,),
        twice=Problem.HANDOFF_CANCELLED,
    ),
    Deed(
        "undo cancel",
        cancelled,
        lambda h, by, at: h.undo_cancel(by=by, at=at, policy=POLICY),
        AE_SIDE,
        (AE, AE_MANAGER),
        (Tag.CANCEL_UNDONE,),
        at=LATER,
        twice=Problem.NOTHING_TO_UNDO,
    ),
]
every_deed = pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.name)


@every_deed
def test_the_right_person_does_it_and_it_is_noted_as_theirs(deed: Deed) -> None:
    for who in deed.may:
        handoff = deed.stage()
        handoff.events.clear()
        deed.do(handoff, who, deed.at)
        assert tuple(event.tag for event in handoff.events) == deed.tags
        assert [(event.actor, event.at) for event in handoff.events] == [(who.id, deed.at)]


@every_deed
def test_everybody_else_is_told_whose_turn_it_is_and_nothing_changes(deed: Deed) -> None:
    refusals = 0
    for who in EVERYBODY:
        if who in deed.may:
            continue
        handoff = deed.stage()
        before = deepcopy(handoff)
        with pytest.raises(NotAllowed) as refused:
            deed.do(handoff, who, deed.at)
        assert refused.value.problem is Problem.NOT_YOUR_TURN
        assert refused.value.whose == tuple(one.id for one in deed.named)
        assert handoff == before
        refusals += 1
    assert refusals == len(EVERYBODY) - len(deed.may)


@pytest.mark.parametrize("deed", [deed for deed in DEEDS if deed.twice], ids=lambda deed: deed.name)
def test_the_second_time_it_is_refused_and_nothing_changes(deed: Deed) -> None:
    handoff = deed.stage()
    deed.do(handoff, deed.may[0], deed.at)
    before = deepcopy(handoff)
    with pytest.raises(HandoffError) as refused:
        deed.do(handoff, deed.may[0], deed.at)
    assert refused.value.problem is deed.twice
    assert handoff == before


@pytest.mark.parametrize(
    "deed", [deed for deed in DEEDS if deed.name != "undo cancel"], ids=lambda deed: deed.name
)
def test_nothing_but_reopening_is_done_to_a_cancelled_handoff(deed: Deed) -> None:
    handoff = deed.stage()
    handoff.cancel("The customer withdrew", by=AE, at=deed.at)
    before = deepcopy(handoff)
    with pytest.raises(Invalid) as refused:
        deed.do(handoff, deed.may[0], deed.at)
    assert refused.value.problem is Problem.HANDOFF_CANCELLED
    assert handoff == before


def test_revops_assigns_where_there_is_no_cs_manager() -> None:
    handoff = replace(gated(), cs_manager_id=None)
    handoff.assign_csm(CSM, by=REVOPS, at=LATER)
    assert handoff.csm_id == CSM.id


# --- The AE's yes


@pytest.mark.parametrize(
    "deed", [d for d in DEEDS if d.name in ("save", "promise", "countersign", "post")]
)
def test_an_act_of_the_ae_is_also_their_yes(deed: Deed) -> None:
    handoff = by_somebody_else()
    if deed.name == "post":
        handoff.countersign(MONDAY, by=AE_MANAGER, at=MONDAY + HOUR, ae=AE)
    assert handoff.ae_confirmed_at is None
    deed.do(handoff, AE, deed.at)
    assert handoff.ae_confirmed_at == deed.at
    assert [event.tag for event in handoff.events].count(Tag.AE_CONFIRMED) == 1
    with pytest.raises(Conflict):
        handoff.confirm_ae(by=AE, at=LATER)


def test_an_act_of_somebody_else_is_not_the_yes_of_the_ae() -> None:
    handoff = by_somebody_else()
    handoff.countersign(MONDAY, by=AE_MANAGER, at=MONDAY + HOUR, ae=AE)
    assert handoff.ae_confirmed_at is None
    assert started().ae_confirmed_at == MONDAY


def test_a_refused_act_is_no_yes() -> None:
    handoff = by_somebody_else()
    with pytest.raises(Invalid):
        handoff.post(by=AE, at=LATER)
    with pytest.raises(Invalid):
        handoff.countersign(LATER + HOUR, by=AE, at=LATER, ae=AE)
    assert handoff.ae_confirmed_at is None


# --- The signature


@pytest.mark.parametrize(
    ("signed_at", "problem"),
    [
        (LATER + timedelta(minutes=5), None),
        (LATER + timedelta(minutes=5, microseconds=1), Problem.SIGNED_IN_FUTURE),
        (LATER + timedelta(days=400), Problem.SIGNED_IN_FUTURE),
        (LATER - timedelta(days=366), None),
        (LATER - timedelta(days=366, microseconds=1), Problem.SIGNED_TOO_OLD),
    ],
)
def test_a_signature_is_neither_in_the_future_nor_older_than_a_year(
    signed_at: datetime, problem: Problem | None
) -> None:
    handoff = started()
    if problem is None:
        handoff.countersign(signed_at, by=AE, at=LATER, ae=AE)
        assert handoff.signed_at == signed_at
        return
    with pytest.raises(Invalid) as refused:
        handoff.countersign(signed_at, by=AE, at=LATER, ae=AE)
    assert (refused.value.problem, refused.value.field) == (problem, "signed_at")
    assert handoff.signed_at is None


@pytest.mark.parametrize("corrected", [MONDAY - HOUR / 2, MONDAY - 30 * HOUR])
def test_a_correction_keeps_when_the_signature_was_first_learned(corrected: datetime) -> None:
    handoff = started()
    handoff.countersign(MONDAY - HOUR, by=AE, at=MONDAY, ae=AE)
    handoff.countersign(corrected, by=AE, at=LATER, ae=AE)
    assert handoff.signature_learned_at == MONDAY


def test_a_correction_names_both_instants() -> None:
    handoff = signed()
    handoff.countersign(MONDAY - 30 * HOUR, by=REVOPS, at=LATER, ae=AE)
    assert handoff.signed_at == MONDAY - 30 * HOUR
    assert handoff.day0 == date(2025, 6, 1)
    assert handoff.events[-1].tag is Tag.SIGNATURE_CORRECTED
    assert handoff.events[-1].facts == {
        "signed_at": "2025-06-01T00:00:00.000000Z",
        "before": "2025-06-02T06:00:00.000000Z",
    }


@pytest.mark.parametrize(
    ("zone", "day0"),
    [
        ("Europe/Berlin", date(2025, 6, 3)),
        ("America/New_York", date(2025, 6, 2)),
        ("Australia/Sydney", date(2025, 6, 3)),
        ("Pacific/Pago_Pago", date(2025, 6, 2)),
    ],
)
def test_day_0_is_the_date_where_the_ae_is(zone: str, day0: date) -> None:
    handoff = started()
    late = utc("2025-06-02T22:30")
    handoff.countersign(late, by=AE_MANAGER, at=late, ae=replace(AE, zone=zone))
    assert handoff.day0 == day0


def test_a_signature_given_in_another_zone_is_the_same_instant() -> None:
    handoff = started()
    there = (MONDAY + HOUR).astimezone(timezone(timedelta(hours=-4)))
    handoff.countersign(there, by=AE, at=LATER, ae=AE)
    assert handoff.signed_at == MONDAY + HOUR
    assert handoff.signed_at.tzinfo is UTC
    with pytest.raises(Conflict):
        handoff.countersign(MONDAY + HOUR, by=AE, at=LATER, ae=AE)


# --- The message


def test_a_message_is_not_posted_before_the_signature() -> None:
    handoff = started()
    with pytest.raises(Invalid) as refused:
        handoff.post(by=AE, at=LATER)
    assert refused.value.problem is Problem.NOT_SIGNED
    assert not handoff.post_by_bot(at=LATER)
    assert handoff.posted_at is None


def test_the_bot_posts_once_and_the_ae_not_after_it() -> None:
    handoff = signed()
    assert handoff.post_by_bot(at=LATER)
    assert (handoff.posted_at, handoff.posted_by) == (LATER, None)
    assert handoff.events[-1].facts == {"by_bot": True}
    assert handoff.events[-1].actor is None
    before = deepcopy(handoff)
    assert not handoff.post_by_bot(at=LATER + HOUR)
    with pytest.raises(Conflict):
        handoff.post(by=AE, at=LATER)
    assert handoff == before


def test_the_bot_does_not_post_what_the_ae_posted_or_what_is_cancelled() -> None:
    posted = signed()
    posted.post(by=AE, at=LATER)
    assert (posted.posted_at, posted.posted_by) == (LATER, AE.id)
    assert not posted.post_by_bot(at=LATER)
    assert posted.events[-1].facts == {"by_bot": False}
    assert not cancelled().post_by_bot(at=LATER)


# --- The brief


def test_a_saved_brief_counts_its_versions_and_passes_its_gate_once() -> None:
    handoff = signed()
    save(handoff, AE, LATER)
    assert (handoff.brief_version, handoff.gate_at) == (1, None)
    assert (handoff.completeness.filled, handoff.completeness.counted) == (0, 23)
    handoff.save_section(
        SectionKey.PROMISES, changed={}, revision=1, state=FILLED, by=AE, at=LATER, policy=POLICY
    )
    assert (handoff.brief_version, handoff.gate_at) == (1, LATER)
    assert handoff.events[-1].tag is Tag.GATE_PASSED
    assert handoff.events[-1].facts == {"filled": 23, "counted": 23}
    promise(handoff, AE, LATER + HOUR)
    assert (handoff.brief_version, handoff.gate_at) == (2, LATER)
    assert (handoff.completeness.filled, handoff.completeness.counted) == (0, 23)
    assert handoff.events[-1].facts == {"number": 1, "version": 1, "brief": 2}


# --- Assigning and acknowledging


def test_nobody_is_assigned_before_the_gate() -> None:
    handoff = signed()
    with pytest.raises(Invalid) as refused:
        handoff.assign_csm(CSM, by=CS_MANAGER, at=LATER)
    assert refused.value.problem is Problem.GATE_CLOSED


@pytest.mark.parametrize(
    ("csm", "problem"),
    [
        (AE, Problem.SAME_PERSON),
        (GUEST, Problem.NOT_A_COLLEAGUE),
        (OUTSIDER, Problem.NOT_A_COLLEAGUE),
        (GONE, Problem.NOT_A_COLLEAGUE),
    ],
)
def test_the_csm_is_a_colleague_and_not_the_ae(csm: Person, problem: Problem) -> None:
    handoff = gated()
    with pytest.raises(Invalid) as refused:
        handoff.assign_csm(csm, by=CS_MANAGER, at=LATER)
    assert (refused.value.problem, refused.value.field) == (problem, "csm")
    assert handoff.csm_id is None


def test_the_cs_manager_may_sign_the_side_of_the_csm() -> None:
    handoff = gated()
    handoff.assign_csm(CS_MANAGER, by=CS_MANAGER, at=LATER)
    handoff.acknowledge(version=handoff.brief_version, by=CS_MANAGER, at=LATER)
    assert handoff.acknowledged_at == LATER


def test_a_new_csm_starts_anew_and_the_former_one_has_no_part_any_more() -> None:
    handoff = acknowledged()
    handoff.assign_csm(OTHER_CSM, by=CS_MANAGER, at=LATER)
    assert (handoff.csm_id, handoff.assigned_at) == (OTHER_CSM.id, LATER)
    assert (handoff.acknowledged_at, handoff.acknowledged_version) == (None, None)
    assert handoff.events[-1].facts == {"csm": OTHER_CSM.id, "before": CSM.id}
    with pytest.raises(NotAllowed) as refused:
        handoff.acknowledge(version=handoff.brief_version, by=CSM, at=LATER)
    assert refused.value.whose == (OTHER_CSM.id,)


def test_an_acknowledgement_names_the_version_that_was_read() -> None:
    handoff = assigned()
    save(handoff, AE, MONDAY + 2 * HOUR)
    handoff.acknowledge(version=handoff.brief_version, by=CSM, at=LATER)
    assert (handoff.acknowledged_at, handoff.acknowledged_version) == (LATER, 2)
    save(handoff, AE, LATER + HOUR)
    assert (handoff.brief_version, handoff.acknowledged_version) == (3, 2)


def test_nobody_acknowledges_a_version_they_were_not_shown() -> None:
    handoff = assigned()
    shown = handoff.brief_version
    save(handoff, AE, MONDAY + 2 * HOUR)
    before = list(handoff.events)
    with pytest.raises(Conflict) as refused:
        handoff.acknowledge(version=shown, by=CSM, at=LATER)
    assert refused.value.problem is Problem.BRIEF_CHANGED
    assert handoff.acknowledged_at is None
    assert handoff.events == before


@pytest.mark.parametrize("stage", [started, signed, gated])
def test_nobody_acknowledges_before_a_csm_is_assigned(stage: Callable[[], Handoff]) -> None:
    handoff = stage()
    for who in (AE, CSM, CS_MANAGER):
        with pytest.raises(Invalid) as refused:
            handoff.acknowledge(version=handoff.brief_version, by=who, at=LATER)
        assert refused.value.problem is Problem.NOT_ASSIGNED


# --- Taking back


def test_an_acknowledgement_is_taken_back_within_ten_minutes() -> None:
    handoff = acknowledged()
    before = deepcopy(handoff)
    too_late = SOON_AFTER + timedelta(microseconds=1)
    with pytest.raises(Conflict) as refused:
        handoff.undo_acknowledge(by=CSM, at=too_late, policy=POLICY)
    assert refused.value.problem is Problem.UNDO_TOO_LATE
    assert refused.value.facts == {"minutes": "10"}
    assert handoff == before
    handoff.undo_acknowledge(by=CSM, at=SOON_AFTER, policy=POLICY)
    assert (handoff.acknowledged_at, handoff.acknowledged_version) == (None, None)
    handoff.acknowledge(version=handoff.brief_version, by=CSM, at=LATER)
    assert handoff.acknowledged_at == LATER


def test_a_cancellation_is_taken_back_within_ten_minutes_and_all_is_as_before() -> None:
    handoff = assigned()
    before = replace(deepcopy(handoff), events=[])
    handoff.cancel(" The customer withdrew ", by=AE_MANAGER, at=LATER)
    assert (handoff.state, handoff.open, handoff.cancelled_at) == (State.CANCELLED, False, LATER)
    assert handoff.events[-1].values == {"reason": "The customer withdrew"}
    end = LATER + timedelta(minutes=10)
    with pytest.raises(Conflict) as refused:
        handoff.undo_cancel(by=AE, at=end + timedelta(microseconds=1), policy=POLICY)
    assert refused.value.problem is Problem.UNDO_TOO_LATE
    handoff.undo_cancel(by=AE, at=end, policy=POLICY)
    assert replace(handoff, events=[]) == before


def test_the_minutes_to_take_back_are_the_policys() -> None:
    handoff = acknowledged()
    brief = POLICY.model_copy(update={"undo_minutes": 1})
    with pytest.raises(Conflict) as refused:
        handoff.undo_acknowledge(by=CSM, at=SOON_AFTER, policy=brief)
    assert refused.value.facts == {"minutes": "1"}


@pytest.mark.parametrize(
    ("reason", "problem"),
    [(" \n", Problem.EMPTY), ("", Problem.EMPTY), ("x" * 1001, Problem.TOO_LONG)],
)
def test_a_reason_is_needed_and_short(reason: str, problem: Problem) -> None:
    handoff = assigned()
    before = deepcopy(handoff)
    with pytest.raises(Invalid) as refused:
        handoff.cancel(reason, by=AE, at=LATER)
    assert (refused.value.problem, refused.value.field) == (problem, "reason")
    with pytest.raises(Invalid) as refused:
        handoff.snoozed("read", until=LATER + HOUR, reason=reason, by=CSM, at=LATER)
    assert (refused.value.problem, refused.value.field) == (problem, "reason")
    assert handoff == before


def test_a_snooze_is_noted_with_its_time_and_changes_nothing() -> None:
    handoff = assigned()
    before = replace(deepcopy(handoff), events=[])
    handoff.snoozed("read", until=LATER + HOUR, reason=" In a workshop ", by=CSM, at=LATER)
    event = handoff.events[-1]
    assert (event.tag, event.actor, event.at) == (Tag.SNOOZED, CSM.id, LATER)
    assert event.facts == {"step": "read", "until": "2025-06-02T12:00:00.000000Z"}
    assert event.values == {"reason": "In a workshop"}
    assert replace(handoff, events=[]) == before
    with pytest.raises(Invalid) as refused:
        cancelled().snoozed("read", until=LATER, reason="Away", by=CSM, at=LATER)
    assert refused.value.problem is Problem.HANDOFF_CANCELLED


# --- Words

TYPED = st.text(st.characters(categories=("L", "N", "P", "S")), max_size=30).map("≈q{}".format)


@given(TYPED, TYPED, TYPED, TYPED, TYPED)
def test_words_that_people_typed_stand_only_in_the_values_of_events(
    account: str, metric: str, promised: str, why_later: str, why_ended: str
) -> None:
    author = person(99, "≈qName")
    handoff = started(account=account, ae=author, by=author, value=Money(4_812_345, "USD"))
    handoff.countersign(MONDAY, by=author, at=LATER, ae=author)
    handoff.save_section(
        SectionKey.SUCCESS,
        changed={"metric": metric},
        revision=1,
        state=FILLED,
        by=author,
        at=LATER,
        policy=POLICY,
    )
    for tag in (Tag.PROMISE_ADDED, Tag.PROMISE_EDITED, Tag.PROMISE_WITHDRAWN):
        handoff.save_promise(
            tag,
            number=1,
            version=1,
            words=promised,
            state=FILLED,
            by=author,
            at=LATER,
            policy=POLICY,
        )
    handoff.post(by=author, at=LATER)
    handoff.assign_csm(CSM, by=CS_MANAGER, at=LATER)
    handoff.snoozed("read", until=LATER + HOUR, reason=why_later, by=CSM, at=LATER)
    handoff.acknowledge(version=handoff.brief_version, by=CSM, at=LATER)
    handoff.undo_acknowledge(by=CSM, at=LATER, policy=POLICY)
    handoff.cancel(why_ended, by=author, at=LATER)
    handoff.undo_cancel(by=author, at=LATER, policy=POLICY)
    facts = json.dumps([dict(event.facts) for event in handoff.events], ensure_ascii=False)
    assert "≈q" not in facts
    assert "48123" not in facts
    kept = {value for event in handoff.events for value in event.values.values()}
    assert {account, metric, promised, why_later, why_ended, "48123.45 USD"} == kept
