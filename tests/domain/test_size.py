"""How much of the process a deal gets, at every bound and for every reason."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bot.domain.access import Audience
from bot.domain.brief import ContactRole, People
from bot.domain.errors import Invalid, Problem
from bot.domain.money import Money, Rate
from bot.domain.policy import AddOns, Policy, Tier
from bot.domain.size import NO_MARKS, AddOn, Marks, Size, Trigger, size_of
from tests import briefs
from tests.domain.deals import FULL_BRIEF, MONDAY, started

EARLY, JOINT = AddOn.EARLY_CS, AddOn.JOINT_KICKOFF
CALL, LISTENER = AddOn.CALL, AddOn.SECOND_LISTENER
CHANNEL = frozenset({Audience.CHANNEL, Audience.COMMERCIALS})


def usd(amount: str) -> Money:
    return Money(int(Decimal(amount) * 100), "USD")


def size(
    amount: str, marks: Marks = NO_MARKS, strength: int | None = None, policy: Policy | None = None
) -> Size:
    policy = policy or Policy()
    tier = policy.tier(usd(amount))
    return size_of(usd(amount), marks, policy, tier=tier, strength=strength)


@pytest.mark.parametrize(
    ("amount", "tier", "add_ons"),
    [
        ("14999.99", Tier.NONE, {}),
        ("15000", Tier.LIGHT, {}),
        ("30000", Tier.LIGHT, {}),
        ("30000.01", Tier.FULL, {EARLY: (Trigger.FULL,), JOINT: (Trigger.FULL,)}),
        ("49999.99", Tier.FULL, {EARLY: (Trigger.FULL,), JOINT: (Trigger.FULL,)}),
        (
            "50000",
            Tier.FULL,
            {EARLY: (Trigger.FULL,), JOINT: (Trigger.FULL,), LISTENER: (Trigger.VALUE,)},
        ),
        (
            "50000.01",
            Tier.FULL,
            {
                EARLY: (Trigger.FULL,),
                JOINT: (Trigger.FULL,),
                CALL: (Trigger.VALUE,),
                LISTENER: (Trigger.VALUE,),
            },
        ),
    ],
)
def test_the_value_alone_decides_at_its_bounds(
    amount: str, tier: Tier, add_ons: dict[AddOn, tuple[Trigger, ...]]
) -> None:
    assert size(amount) == Size(tier, add_ons)


@pytest.mark.parametrize(
    ("marks", "strength", "add_ons"),
    [
        (Marks(stakeholders=2), None, {}),
        (Marks(stakeholders=3), None, {CALL: (Trigger.STAKEHOLDERS,)}),
        (
            Marks(complex_onboarding=True),
            None,
            {EARLY: (Trigger.COMPLEX,), JOINT: (Trigger.COMPLEX,), CALL: (Trigger.COMPLEX,)},
        ),
        (Marks(serious_flags=True), None, {CALL: (Trigger.SERIOUS_FLAGS,)}),
        (Marks(strategic=True), None, {LISTENER: (Trigger.STRATEGIC,)}),
        (Marks(partner=True), None, {}),
        (NO_MARKS, 3, {}),
        (NO_MARKS, 4, {JOINT: (Trigger.STRENGTH,)}),
        (NO_MARKS, 5, {JOINT: (Trigger.STRENGTH,)}),
    ],
)
def test_each_trigger_brings_its_add_ons_to_a_light_deal(
    marks: Marks, strength: int | None, add_ons: dict[AddOn, tuple[Trigger, ...]]
) -> None:
    assert size("15000", marks, strength).add_ons == add_ons


def test_several_triggers_are_all_named() -> None:
    marks = Marks(stakeholders=9, complex_onboarding=True, strategic=True, serious_flags=True)
    found = size("60000", marks, 5).add_ons
    assert found[JOINT] == (Trigger.FULL, Trigger.COMPLEX, Trigger.STRENGTH)
    assert found[CALL] == (
        Trigger.VALUE,
        Trigger.STAKEHOLDERS,
        Trigger.COMPLEX,
        Trigger.SERIOUS_FLAGS,
    )
    assert found[LISTENER] == (Trigger.VALUE, Trigger.STRATEGIC)


def test_below_the_smallest_tier_nothing_comes_by_itself() -> None:
    marks = Marks(stakeholders=9, complex_onboarding=True, strategic=True, serious_flags=True)
    small = size_of(usd("14999.99"), marks, Policy(), tier=Tier.LIGHT, strength=5)
    assert (small.tier, small.add_ons) == (Tier.LIGHT, {})
    # What would come from there on is offered, each with its reason, and to readers as always.
    assert small.offered == {
        EARLY: (Trigger.COMPLEX,),
        JOINT: (Trigger.COMPLEX, Trigger.STRENGTH),
        CALL: (Trigger.STAKEHOLDERS, Trigger.COMPLEX, Trigger.SERIOUS_FLAGS),
        LISTENER: (Trigger.STRATEGIC,),
    }
    flagged = size_of(usd("900"), Marks(serious_flags=True), Policy(), tier=Tier.LIGHT)
    assert flagged.seen_by(CHANNEL).offered == {CALL: (Trigger.POLICY,)}
    assert not flagged.has(CALL)
    assert size("15000", marks).offered == {}


def test_the_bounds_of_the_add_ons_are_the_policys() -> None:
    rules = AddOns(
        call_above=Decimal(20_000),
        call_stakeholders_above=5,
        listener_from=Decimal(16_000),
        joint_strength_from=2,
    )
    policy = Policy(add_ons=rules)
    assert set(size("16000", policy=policy).add_ons) == {LISTENER}
    assert set(size("20000.01", policy=policy).add_ons) == {LISTENER, CALL}
    assert size("15000", Marks(stakeholders=5), policy=policy).add_ons == {}
    assert set(size("15000", strength=2, policy=policy).add_ons) == {JOINT}


def test_a_rate_of_the_deals_own_decides_where_the_policy_has_none() -> None:
    francs = Money(2_800_000, "CHF")
    with pytest.raises(Invalid) as refused:
        Policy().tier(francs)
    assert refused.value.problem is Problem.UNKNOWN_CURRENCY
    rate = Rate(Decimal("1.1"), date(2026, 3, 4))
    assert Policy().tier(francs, rate) is Tier.FULL
    assert size_of(francs, NO_MARKS, Policy(), tier=Tier.FULL, rate=rate).has(EARLY)


# --- Who reads why


def test_a_private_trigger_reads_by_policy_for_who_may_not_know_it() -> None:
    found = size("20000", Marks(serious_flags=True), 5)
    assert found.seen_by(CHANNEL).add_ons == {JOINT: (Trigger.POLICY,), CALL: (Trigger.POLICY,)}
    personal = found.seen_by(CHANNEL | {Audience.PERSONAL})
    assert personal.add_ons == {JOINT: (Trigger.STRENGTH,), CALL: (Trigger.POLICY,)}
    everything = found.seen_by(frozenset(Audience))
    assert everything == found


def test_a_private_trigger_is_not_betrayed_beside_one_that_may_be_known() -> None:
    both = size("60000", Marks(complex_onboarding=True, serious_flags=True), 5)
    without = size("60000", Marks(complex_onboarding=True))
    assert both.seen_by(CHANNEL) == without.seen_by(CHANNEL) == without


def test_the_value_is_no_reason_for_who_may_not_read_the_commercials() -> None:
    found = size("60000").seen_by({Audience.CHANNEL, Audience.INTERNAL, Audience.REASONS})
    assert (found.add_ons[CALL], found.add_ons[LISTENER]) == (
        (Trigger.POLICY,),
        (Trigger.POLICY,),
    )
    assert size("60000").seen_by(CHANNEL) == size("60000")


# --- The size of a handoff


def test_the_strength_of_the_champion_follows_the_brief() -> None:
    handoff = started(value=Money(2_000_000, "USD"))
    close = briefs.ILSE.model_copy(update={"strength": 4})
    people = People(contacts=(close,))
    handoff.copy_from(replace(FULL_BRIEF, people=people), at=MONDAY)
    assert handoff.strength == 4
    assert handoff.size(Policy()).has(JOINT)
    # Of several champions the nearest counts, wherever in the list they stand.
    for strengths in ((1, 4), (4, 1), (None, 4)):
        several = tuple(
            close.model_copy(update={"id": n, "strength": one}) for n, one in enumerate(strengths)
        )
        handoff.copy_from(replace(FULL_BRIEF, people=People(contacts=several)), at=MONDAY)
        assert handoff.strength == 4
    other = close.model_copy(update={"roles": (ContactRole.BUYER,)})
    handoff.copy_from(replace(FULL_BRIEF, people=People(contacts=(other,))), at=MONDAY)
    assert handoff.strength is None


def test_a_deal_keeps_the_rate_it_was_judged_by() -> None:
    handoff = started(value=Money(4_200_000, "EUR"))
    assert handoff.rate == Rate(Decimal("1.08"), date(2026, 1, 2))
    dearer = Policy(rates={"USD": Decimal(1), "EUR": Decimal(2)})
    assert not handoff.size(dearer).has(LISTENER)
    assert handoff.size(Policy(rates={})) == handoff.size(dearer)


def test_a_deal_whose_currency_left_the_table_keeps_its_tier() -> None:
    handoff = started(value=Money(4_700_000, "EUR"))
    handoff.rate = None
    assert handoff.size(Policy(rates={})) == Size(Tier.FULL, {})
