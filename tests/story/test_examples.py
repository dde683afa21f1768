"""The deals of `examples/`, each typed through the real forms and past its gate."""

from datetime import date
from decimal import Decimal

import pytest

from bot.domain.access import EVERY
from bot.domain.brief import Brief
from bot.domain.completeness import completeness
from bot.domain.items import SectionKey
from bot.domain.money import Money
from bot.domain.policy import Policy, Tier
from bot.domain.size import AddOn, Marks, Trigger, size_of
from tests.story.stack import Stack, modal
from tests.story.test_clocks import signed
from tests.story.typing import EXAMPLE_NAMES, example, start_deal, write_brief
from tests.views.shown import visible_length

SIZES: dict[str, tuple[Tier, set[AddOn]]] = {
    "larkfield": (Tier.LIGHT, set()),
    "northwind": (Tier.FULL, {AddOn.EARLY_CS, AddOn.JOINT_KICKOFF}),
    "alderbay": (Tier.FULL, set(AddOn)),
}


def test_there_is_an_example_of_each_size() -> None:
    assert sorted(SIZES) == EXAMPLE_NAMES
    policy = Policy()
    for name, (tier, add_ons) in SIZES.items():
        content = example(name, today=date(2026, 3, 2)).content
        start = content["start"]
        amount = Decimal(start["value"].replace(",", "").replace(".", ""))
        value = Money(int(amount) * 100, start["currency"])
        marks = Marks(**content.get("marks", {}))
        assert policy.tier(value) is tier, name
        assert set(size_of(value, marks, policy, tier=tier).add_ons) == add_ons, name
    call = size_of(value, marks, policy, tier=tier).add_ons[AddOn.CALL]
    assert call == (Trigger.VALUE, Trigger.STAKEHOLDERS, Trigger.COMPLEX)


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_an_example_typed_through_the_real_forms_passes_its_gate(place: Stack, name: str) -> None:
    deal = example(name, today=place.sandbox.now().date())
    start_deal(place, deal, signed_at=signed(place))
    write_brief(place.maya, deal)
    with place.bot.store.read(place.bot.workplace.id) as unit:
        handoff = unit.handoffs.get(1)
        brief = unit.brief.load(1, audiences=EVERY)
        policy = unit.policy
    assert handoff.marks == Marks(**deal.content.get("marks", {}))
    tier, add_ons = SIZES[name]
    size = handoff.size(policy)
    assert (size.tier, set(size.add_ons)) == (tier, add_ons)
    assert handoff.gate_at is not None
    assert handoff.completeness == completeness(brief, handoff.tier, policy)
    assert handoff.completeness.open == ()
    assert_typed(brief, deal.sections)
    names = [one["name"] for one in deal.content["people"]["contacts"]]
    assert [one.name for one in brief.people.contacts] == names
    words = [one["words"] for one in deal.content["promises"].get("entries", [])]
    assert [one.text.words for one in brief.entries] == words
    place.maya.click(place.dm_says(place.maya, "Brief ready"), "preview_message")
    assert place.maya.submit().answered
    card = place.card_says(deal.account)
    assert len(card.blocks) <= 12
    assert visible_length(card.blocks) <= 1200


def assert_typed(brief: Brief, sections: list[SectionKey]) -> None:
    """Something of every section arrived."""
    assert sections == list(SectionKey)
    for key in sections:
        assert brief.section(key) != Brief().section(key), key


def test_what_is_left_to_the_customer_keeps_a_light_gate_open_once_and_not_twice(
    place: Stack,
) -> None:
    deal = example("larkfield", today=place.sandbox.now().date())
    deal.content["first_days"]["must_confirm"] = ["style"]
    start_deal(place, deal, signed_at=signed(place))
    write_brief(place.maya, deal)
    with place.bot.store.read(place.bot.workplace.id) as unit:
        handoff = unit.handoffs.get(1)
    assert [one.item.value for one in handoff.completeness.open] == ["style"]
    assert handoff.gate_at is not None


def test_a_long_text_is_at_hand_in_every_step_until_it_is_forgotten(place: Stack) -> None:
    deal = example("northwind", today=place.sandbox.now().date())
    start_deal(place, deal, signed_at=signed(place))
    maya = place.maya
    maya.click_in_modal("brief_all_steps", typed={"trigger": "The lease ends"})
    maya.click_in_modal("pasted_open")
    assert maya.submit({"pasted": " "}).field_errors
    maya.submit({"pasted": "Call of Tuesday. Ilse: 2.1 wrong lines in a hundred."})
    maya.click_in_modal("pasted_more")
    maya.submit({"pasted": "Second page of the notes."})
    assert "Second page of the notes." in modal(maya).words
    assert "Page 2 of 2" in modal(maya).words
    maya.click_in_modal("pasted_open")
    assert "2.1 wrong lines" in modal(maya).words
    maya.close()
    maya.close()
    maya.click(place.dm_says(maya, "Write the brief"), "write_brief")
    maya.click_in_modal("pasted_open", typed={"event": "The notice"})
    assert "2.1 wrong lines" in modal(maya).words
    maya.click_in_modal("pasted_forget")
    assert modal(maya).title == "Paste a long text"
    maya.close()
    assert modal(maya).holding("event")["value"] == "The notice"
    maya.submit({})
    assert "pasted_open" not in modal(maya).action_ids()
