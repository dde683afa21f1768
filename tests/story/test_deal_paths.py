"""Wrong paths of deals: a partner, an amended contract, one that became another, opened again."""

from bot.domain.access import EVERY
from bot.domain.handoff import State
from bot.sandbox.seen import Seen
from bot.sandbox.visitor import Visitor
from bot.views.ids import MoreChoice
from tests.story.stack import DEAL, Stack, modal
from tests.story.test_clocks import HOUR, late_notices, menu_value, settled
from tests.story.test_reading import assigned, fill

LARKFIELD = "#deal-larkfield"
BACK = "The parent company stepped back."


def page(place: Stack, reader: Visitor, card: Seen) -> str:
    """The page of a handoff, opened from its message."""
    assert reader.click(card, "open_handoff").answered
    return modal(reader).words


def below(place: Stack, card: Seen, words: str) -> None:
    """A line of the thread, once."""

    def look() -> bool:
        return any(words in one.words for one in place.theo.thread(card.channel, card.ts))

    place.until(look)
    told = [one for one in place.theo.thread(card.channel, card.ts) if words in one.words]
    assert len(told) == 1


def state_of(place: Stack, handoff_id: int) -> State:
    with place.bot.store.read(place.bot.workplace.id) as unit:
        return unit.handoffs.get(handoff_id).state


def promised(place: Stack, handoff_id: int) -> list[str]:
    with place.bot.store.read(place.bot.workplace.id) as unit:
        return [one.promise.text.words for one in unit.ledger.entries(handoff_id) if one.open]


def with_partner(place: Stack, card: Seen) -> None:
    """Maya marks the deal, and enters the partner's side where its readers find it."""
    maya, jonas = place.maya, place.jonas
    assert maya.slash("/handoff", "deal", channel=DEAL).answered
    fill(maya, marks=["partner"])
    settled(place)
    assert "Nothing is known of their side yet" in page(place, maya, card)
    assert maya.click_in_modal("open_partner").answered
    typed = {"partner_people": "Ada Brook, Larkfield Clinics, partner manager", "source": "A call"}
    refused = maya.submit({**typed, "partner_lives": "ask ada@larkfield.example"})
    assert "outside of the bot" in str(refused.field_errors)
    fill(maya, **typed, partner_lives="Their CRM, deal 4711")
    assert "Ada Brook, Larkfield Clinics, partner manager" in modal(maya).words
    maya.close(whole_stack=True)
    assert "Their CRM, deal 4711" in page(place, jonas, card)
    assert "Ada Brook" not in page(place, place.sam, card)
    for one in (jonas, place.sam):
        one.close(whole_stack=True)


def amended(place: Stack, card: Seen) -> None:
    """Maya starts the expansion beside the first contract, with the people of it."""
    maya = place.maya
    page(place, maya, card)
    assert maya.click_in_modal("open_amend").answered
    assert modal(maya).callback_id == "start"
    signed = int(place.sandbox.now().timestamp()) - 600
    fill(maya, value="20,000", signed_at=signed, take_along=["people"])
    maya.close(whole_stack=True)
    below(place, card, "the contract was amended")
    place.dm_says(place.jonas, "the contract was amended")


def test_a_deal_goes_wrong_in_every_way_and_is_found_again(place: Stack) -> None:
    card = assigned(place)
    maya, jonas, theo = place.maya, place.jonas, place.theo
    with_partner(place, card)
    amended(place, card)
    with place.bot.store.read(place.bot.workplace.id) as unit:
        first, second = unit.handoffs.get(1), unit.handoffs.get(2)
        assert (first.tier.value, second.tier.value) == ("full", "light")
        before, after = (unit.brief.load(one, audiences=EVERY).people for one in (1, 2))
        assert before.contacts == after.contacts != ()
    settled(place)

    # The first deal is merged into the second, with its promise.
    cancel(place, maya)
    assert state_of(place, 1) is State.CANCELLED
    assert promised(place, 2) == promised(place, 1)
    place.card_says("handoff cancelled")
    below(place, card, "was merged into")
    place.dm_says(maya, "This handoff is cancelled")
    told = page(place, jonas, card)
    assert "cancelled" in told
    assert "Merged into" in told
    jonas.close(whole_stack=True)

    # An hour later it is too late to undo. Theo opens it again, and all who have a part read why.
    place.sandbox.advance(HOUR)
    settled(place)
    assert "Open it again" in page(place, theo, card)
    assert theo.click_in_modal("open_reopen").answered
    assert theo.submit({}).field_errors
    fill(theo, reason=BACK)
    theo.close(whole_stack=True)
    for reader in (maya, jonas, place.priya):
        place.dm_says(reader, BACK)
    below(place, card, "opened the handoff again")
    settled(place)
    assert BACK not in "".join(one.words for one in theo.thread(DEAL, card.ts))
    assert state_of(place, 1) is State.OPEN
    assert "Merged into" not in page(place, jonas, card)
    jonas.close(whole_stack=True)
    # What is open has its window from now on: nothing is late at once.
    assert not late_notices(jonas)

    # It stood in the wrong channel all the time.
    page(place, theo, card)
    assert theo.click_in_modal("open_move").answered
    fill(theo, channel=place.sandbox.channel(LARKFIELD))
    theo.close(whole_stack=True)
    moved = place.card_says("Northwind Mills", LARKFIELD)
    assert "handoff cancelled" not in moved.words
    place.until(lambda: place.card(LARKFIELD) is not None)


def cancel(place: Stack, reader: Visitor) -> None:
    """The form that cancels the first handoff, from the menu of its message."""
    with place.bot.store.read(place.bot.workplace.id) as unit:
        (promise,) = (one.promise for one in unit.ledger.entries(1) if one.open)
    card = place.card_says("Northwind Mills")
    chosen = menu_value(card, MoreChoice.CANCEL)
    assert reader.click(card, "more", chosen=chosen).answered
    assert "Promises you tick are copied" in modal(reader).words
    fill(
        reader,
        reason="They sign with the parent company.",
        became=["2"],
        became_how="merged",
        carry=[str(promise.id)],
    )
    assert reader.modal is None
