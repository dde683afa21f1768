"""A deal grows and shrinks, its signature slips, and its gate is looked at, through real forms."""

from datetime import timedelta

from bot.sandbox.seen import Seen
from bot.sandbox.visitor import Visitor
from tests.story.stack import DEAL, Stack, modal
from tests.story.test_clocks import settled, signed
from tests.story.typing import example, start_deal


def begin(stack: Stack, *, unsigned: bool = False) -> None:
    deal = example("northwind", today=stack.sandbox.now().date())
    start_deal(stack, deal, signed_at=None if unsigned else signed(stack))
    assert "Full handoff" in modal(stack.maya).words
    stack.maya.close()


def told(visitor: Visitor) -> Seen:
    """What a command answered last, for its asker alone."""
    return visitor.ephemerals(DEAL)[-1]


def post(stack: Stack) -> Seen:
    stack.maya.click(stack.dm_says(stack.maya, "Northwind Mills"), "preview_message")
    stack.maya.submit({})
    return stack.card_says("Posted by")


def test_a_changed_value_gives_another_size_and_card_guide_and_thread_follow(place: Stack) -> None:
    begin(place)
    post(place)
    assert place.maya.slash("/handoff", "deal", channel=DEAL).answered
    sent = place.maya.submit({"value": "19,500", "marks": ["serious_flags"]})
    assert not sent.field_errors, sent.field_errors
    card = place.card_says("19,500 USD a year · light handoff")
    assert "0 of 7" in card.words
    assert "politics" not in card.words
    place.maya.click(card, "open_handoff")
    own = modal(place.maya).words
    assert "briefing call required (serious red flags or difficult politics)" in own
    place.maya.close()
    place.until(
        lambda: any(
            "it has the light handoff now" in one.words for one in place.theo.thread(DEAL, card.ts)
        )
    )
    assert place.theo.click(card, "open_handoff").answered
    page = modal(place.theo).words
    assert "briefing call required (by policy)" in page
    assert "politics" not in page


def test_below_the_smallest_size_the_light_form_is_offered_and_a_rate_is_asked_for(
    place: Stack,
) -> None:
    begin(place)
    place.maya.slash("/handoff", "deal", channel=DEAL)
    place.maya.submit({"value": "900", "currency": "other"})
    assert "Which currency" in modal(place.maya).words
    refused = place.maya.submit({"other_currency": "CHF", "rate": "1,12"}).field_errors
    assert any("the process asks for nothing" in one for one in refused.values())
    sent = place.maya.submit({"light_anyway": ["light"]})
    assert not sent.field_errors, sent.field_errors
    place.maya.slash("/handoff", "gate", channel=DEAL)
    place.until(lambda: "nothing is asked" in told(place.maya).words)


def test_the_gate_is_looked_at_given_its_call_and_overridden(place: Stack) -> None:
    begin(place)
    place.maya.slash("/handoff", "gate", channel=DEAL)
    gate = told(place.maya)
    assert "a call of AE, CSM and champion" in gate.words
    assert gate.action_ids() == ["open_call"]
    place.maya.click(gate, "open_call")
    sent = place.maya.submit({"call_cs": place.jonas.id, "call_customer": "Ilse Brandt"})
    assert not sent.field_errors, sent.field_errors
    place.theo.slash("/handoff", "gate", channel=DEAL)
    gate = told(place.theo)
    assert "with Ilse Brandt" in gate.words
    assert "The brief names no champion yet, so the call does not count" in gate.words
    place.theo.click(gate, "open_closed_won")
    place.theo.submit({"reason": "Their board meets today."})
    place.maya.slash("/handoff", "gate", channel=DEAL)
    assert "Theo Marchetti overrode the gate" in told(place.maya).words
    place.dm_says(place.maya, "Their board meets today.")
    assert "board" not in told(place.maya).words


def test_a_date_that_slipped_is_asked_about_once_and_moved(place: Stack) -> None:
    begin(place, unsigned=True)
    expected = place.sandbox.now().date() + timedelta(days=5)
    place.sandbox.advance(timedelta(days=9).total_seconds())
    asked = place.dm_says(place.maya, "What became of it?")
    assert asked.action_ids() == ["open_signature", "open_new_date", "open_cancel"]
    settled(place)
    place.maya.click(asked, "open_new_date")
    later = expected + timedelta(days=12)
    sent = place.maya.submit({"expected_on": later})
    assert not sent.field_errors, sent.field_errors
    place.sandbox.advance(timedelta(days=1).total_seconds())
    settled(place)
    # The one that was asked says so, and none is asked anew.
    asked = next(one for one in place.maya.dms() if one.ts == asked.ts)
    assert "due at another time now" in asked.words
    assert asked.action_ids() == []
    assert [one for one in place.maya.dms() if "What became of it?" in one.words] == []
    with place.bot.store.read(place.bot.workplace.id) as unit:
        assert unit.handoffs.get(1).expected_on == later
