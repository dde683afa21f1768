"""The success plan as people live it: from the outline to a text that the customer gets."""

import json
from datetime import timedelta

from bot.sandbox.seen import Seen
from bot.sandbox.view_state import elements_of
from bot.sandbox.visitor import Visitor
from tests.story.stack import DEAL, Stack, modal
from tests.story.test_clocks import settled
from tests.story.test_reading import HELD, assigned, fill, press

HIDDEN = "Agree on who answers at night."


def open_plan(place: Stack, reader: Visitor) -> None:
    """The plan, by way of the page of the handoff."""
    press(place, reader, "open_handoff")
    assert reader.click_in_modal("open_success_plan").answered
    assert modal(reader).title == "Success plan"


def row_of(reader: Visitor, action: str, number: int) -> str:
    """The row with an action of one milestone of the open plan."""
    rows = (
        str(block["block_id"])
        for block, element in elements_of(modal(reader).blocks)
        if element["action_id"] == action and json.loads(element["value"])["e"] == number
    )
    return next(rows)


def below(place: Stack, card: Seen, words: str) -> list[Seen]:
    """The replies below the card that say something."""
    return [one for one in place.theo.thread(DEAL, card.ts) if words in one.words]


def initials(place: Stack, reader: Visitor) -> None:
    open_plan(place, reader)
    assert reader.click_in_modal("initial_plan").answered
    assert "✍️" in modal(reader).words
    close(reader)


def tomorrow(place: Stack) -> str:
    return (place.sandbox.now().date() + timedelta(days=1)).isoformat()


def close(reader: Visitor) -> None:
    while reader.modal is not None:
        assert reader.close().answered


def test_a_plan_goes_from_the_outline_to_a_text_for_the_customer(place: Stack) -> None:
    card = assigned(place)
    maya, jonas, sam = place.maya, place.jonas, place.sam
    settled(place)

    # Before the kickoff: an outline of what the brief says.
    open_plan(place, jonas)
    assert "take along to the kickoff" in modal(jonas).words
    assert jonas.click_in_modal("start_plan").answered
    assert "5 milestones" in modal(jonas).words
    assert "Orders of both shifts are sorted by it." in modal(jonas).words

    # The CSM edits it, and adds one that the customer does not read.
    assert jonas.click_in_modal(
        "milestone_edit", block_id=row_of(jonas, "milestone_edit", 1)
    ).answered
    fill(jonas, milestone="Live in both halls")
    assert "Live in both halls" in modal(jonas).words
    assert jonas.click_in_modal("milestone_add").answered
    due = tomorrow(place)
    fill(
        jonas,
        milestone=HIDDEN,
        sharing="internal",
        milestone_owner="ae",
        milestone_due=due,
    )
    assert "🔒 internal" in modal(jonas).words
    complete(place, jonas)
    close(jonas)

    press(place, jonas, "open_handoff")
    assert jonas.click_in_modal("open_held").answered
    fill(jonas, **HELD)
    close(jonas)
    settled(place)
    place.dm_says(jonas, "Initial the success plan and get the customer's yes")
    place.dm_says(maya, "Initial the success plan")

    # Both initial it, a change opens that, and both do it again.
    initials(place, jonas)
    initials(place, maya)
    open_plan(place, jonas)
    assert jonas.click_in_modal(
        "milestone_edit", block_id=row_of(jonas, "milestone_edit", 1)
    ).answered
    fill(jonas, milestone="Live in both halls, with both shifts")
    assert "what was signed of it is open again" in modal(jonas).words
    close(jonas)
    place.dm_says(maya, "waits for your initial again")
    initials(place, jonas)
    initials(place, maya)

    # The customer said yes, and everybody below the card reads what is shared.
    open_plan(place, jonas)
    assert jonas.click_in_modal("open_confirm_plan").answered
    fill(jonas, confirmed_by="Ilse Brandt", confirmed_way="meeting")
    assert "✅ customer: Ilse Brandt" in modal(jonas).words
    place.until(lambda: below(place, card, "Live in both halls, with both shifts"))
    (told,) = below(place, card, "The success plan is signed")
    assert HIDDEN not in told.words
    place.card_says("plan signed")

    # The text for the customer, and who reads what.
    assert jonas.click_in_modal("plan_text").answered
    text = modal(jonas).words
    assert "our plan for the first 90 days" in text
    assert "Live in both halls, with both shifts — Jonas" in text
    assert HIDDEN not in text
    assert jonas.click_in_modal("plan_file").answered
    place.until(lambda: [one for one in jonas.dms() if one.files])
    close(jonas)
    stands = place.card()
    assert stands is not None
    assert sam.click(stands, "open_handoff").answered
    assert sam.click_in_modal("open_success_plan").answered
    assert "Live in both halls, with both shifts" in modal(sam).words
    assert HIDDEN not in modal(sam).words
    settled(place)


def complete(place: Stack, jonas: Visitor) -> None:
    """Every milestone gets a day that lies in the plan."""
    due = tomorrow(place)
    for number in range(1, 6):
        row = row_of(jonas, "milestone_edit", number)
        assert jonas.click_in_modal("milestone_edit", block_id=row).answered
        fill(jonas, milestone_due=due)
