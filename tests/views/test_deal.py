"""The form of a changed deal, and the size in words wherever it is shown."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.domain.access import Act, Capacity
from bot.domain.deadlines import Step
from bot.domain.handoff import DealChange
from bot.domain.money import Money, Rate
from bot.domain.policy import Policy, Tier, Tiers
from bot.domain.read_models import DealFacts, Light, WholePage
from bot.domain.size import NO_MARKS, AddOn, Marks, Size, Trigger
from bot.views.deal import OTHER, DealTyped, deal_view, which_deal_message
from bot.views.guide import guide_message
from bot.views.ids import ActionId, Field, MoreChoice, ViewId
from bot.views.policy import policy_words
from bot.views.whole import whole_view
from tests.views.shown import (
    CARD,
    GUIDE,
    LONG,
    PRIYA,
    TRICKY,
    WORST_CARD,
    action_ids,
    check_message,
    line,
    menu,
    message_args,
    parsed_texts,
    seen_text,
    view_dict,
)
from tests.views.submitted import block_of, fields_of, form_dict

TODAY = date(2026, 3, 4)
SIZE = Size(
    Tier.FULL,
    {
        AddOn.EARLY_CS: (Trigger.FULL,),
        AddOn.JOINT_KICKOFF: (Trigger.FULL,),
        AddOn.CALL: (Trigger.POLICY,),
        AddOn.SECOND_LISTENER: (Trigger.VALUE, Trigger.STRATEGIC),
    },
    bounds={AddOn.SECOND_LISTENER: Money(7_500_000, "USD")},
)


def shown(
    typed: DealTyped, *, account: str = "Northwind", policy: Policy | None = None
) -> dict[str, Any]:
    view = deal_view(
        handoff_id=7,
        account=account,
        policy=policy or Policy(),
        typed=typed,
        today=TODAY,
    )
    return form_dict(view)


def test_the_form_holds_what_the_deal_is_now() -> None:
    view = shown(DealTyped(value="48000", currency="EUR", stakeholders="3", marks=("partner",)))
    assert view["callback_id"] == ViewId.DEAL
    assert fields_of(view) == [
        Field.VALUE,
        Field.CURRENCY,
        Field.LIGHT_ANYWAY,
        Field.STAKEHOLDERS,
        Field.MARKS,
        Field.KICKOFF,
    ]
    assert block_of(view, Field.VALUE)["element"]["initial_value"] == "48000"
    assert block_of(view, Field.CURRENCY)["element"]["initial_option"]["value"] == "EUR"


def test_a_policy_that_asks_for_every_deal_has_no_box_for_small_ones() -> None:
    policy = Policy(tiers=Tiers(light_from=Decimal(0)))
    view = shown(DealTyped(value="900", currency="USD"), policy=policy)
    assert Field.LIGHT_ANYWAY not in fields_of(view)


def test_the_longest_input_still_makes_a_form() -> None:
    typed = DealTyped(LONG, OTHER, LONG, LONG, LONG, ("strategic", "no such mark"), True)
    view = shown(typed, account=TRICKY)
    assert not any("U0OMAR" in text for text in parsed_texts(view))


def test_which_deal_is_asked_with_the_button_of_each_and_pings_nobody() -> None:
    deals = [(number, TRICKY, Money(4_800_000, "USD"), Tier.FULL) for number in range(12)]
    args = message_args(which_deal_message(deals))
    assert action_ids(args["blocks"]) == [ActionId.OPEN_DEAL] * 10
    assert "and 2 more" in seen_text(args["blocks"])
    assert "48,000 USD a year · full handoff" in seen_text(args["blocks"])
    assert not any("U0OMAR" in text for text in parsed_texts(args))


# --- The guide


def test_the_card_of_the_ae_names_size_and_add_ons_in_one_line() -> None:
    unsigned = replace(GUIDE, size=SIZE, signed_at=None, steps=(), mine=None)
    seen = seen_text(message_args(guide_message(unsigned))["blocks"])
    told = next(row for row in seen.splitlines() if row.startswith("Full handoff"))
    assert "briefing call required (by policy)" in told
    assert "second listener in the debrief (from 75,000 USD, strategic)" in told
    assert "joint kickoff, intro by the AE ·" in told
    signed = seen_text(message_args(guide_message(replace(GUIDE, size=SIZE)))["blocks"])
    assert "Full handoff ·" not in signed


def test_nobody_elses_card_has_that_line() -> None:
    guide = replace(GUIDE, size=SIZE, viewer=PRIYA, role=Capacity.CS_MANAGER)
    assert "Full handoff ·" not in seen_text(message_args(guide_message(guide))["blocks"])


def test_the_menu_of_the_ae_changes_the_deal_and_before_the_signature_aligns() -> None:
    acts = GUIDE.acts | {Act.CHANGE_DEAL, Act.ALIGN}
    signed = menu(check_message(guide_message(replace(GUIDE, acts=acts)))["blocks"])
    assert signed[MoreChoice.CHANGE_DEAL] == "Change deal…"
    assert MoreChoice.ALIGN not in signed
    ahead = (line(Step.CAPTURE, Light.AHEAD), line(Step.ALIGNMENT, Light.AHEAD))
    unsigned = replace(GUIDE, acts=acts, signed_at=None, mine=None, steps=ahead)
    args = check_message(guide_message(unsigned))
    assert list(menu(args["blocks"])) == [
        MoreChoice.BRIEF_CHAT,
        MoreChoice.CANCEL,
        MoreChoice.CHANGE_DEAL,
        MoreChoice.ALIGN,
        MoreChoice.NEW_DATE,
    ]
    assert "before the signature" in seen_text(args["blocks"])


def test_a_missed_step_is_told_as_what_it_is_and_never_late() -> None:
    missed = replace(GUIDE, steps=(line(Step.CAPTURE, Light.MISSED), *GUIDE.steps))
    seen = seen_text(check_message(guide_message(missed))["blocks"])
    row = next(one for one in seen.splitlines() if "Capture people" in one)
    assert row.endswith("missed")


# --- The whole page


def pages(whole: WholePage) -> str:
    return seen_text(view_dict(whole_view(whole))["blocks"])


def test_the_whole_page_says_what_size_the_deal_has_and_why() -> None:
    facts = DealFacts(
        size=SIZE,
        partner=True,
        rate=Rate(Decimal("1.10"), TODAY),
        policy_currency="USD",
        commitment_on=TODAY,
        aligned_on=TODAY,
        cs_contact=PRIYA,
    )
    card = replace(CARD, value=Money(4_800_000, "CHF"), gate_passed=False)
    seen = pages(WholePage(card, (), (), (), deal=facts))
    ready = pages(WholePage(replace(card, gate_passed=True), (), (), (), deal=facts))
    assert "wants to have the brief ready" not in ready
    for told in (
        "Full handoff",
        "briefing call required (by policy)",
        "Judged at 1 CHF = 1.1 USD (rate of 4 Mar 2026).",
        "A partner sells it along.",
        "The AE wants to have the brief ready by 4 Mar 2026.",
        "Aligned with customer success on 4 Mar 2026, with Priya Nair.",
    ):
        assert told in seen


def test_a_deal_without_add_ons_says_so() -> None:
    seen = pages(WholePage(WORST_CARD, (), (), (), deal=DealFacts(Size(Tier.LIGHT, {}))))
    assert "Light handoff" in seen
    assert "no add-ons" in seen


# --- The command line


def told(amount: int, marks: Marks = NO_MARKS, **more: Any) -> str:
    deal = DealChange(Money(amount * 100, "USD"), marks)
    return "\n".join(policy_words(Policy(), deal, **more))


def test_the_policy_in_words_names_tier_items_add_ons_and_windows() -> None:
    words = told(42_000, Marks(stakeholders=3), strength=4)
    for part in (
        "Its tier: full, above 30,000 USD.",
        "The full brief counts 23 items: real trigger,",
        "It is ready with 90 % of them. Never open then: real trigger, champion,",
        "joint kickoff, intro by the AE (full handoff, strength of the champion)",
        "briefing call required (number of stakeholders)",
        "brief: 24 h after the signature, at least 8 working hours where it was sent back",
        "CSM assignment: 24 h after the signature, at least 4 working hours once it can be done",
    ):
        assert part in words


def test_a_small_deal_is_offered_the_light_form() -> None:
    words = told(14_999)
    assert "below 15,000 USD nothing is asked; the light form and the add-ons are offered" in words
    assert "The light brief counts 7 items" in words
    assert "no add-ons" in words
