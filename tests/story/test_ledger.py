"""The promise ledger as people live it: a message for each wording, initialed by press and tick."""

from datetime import date

from bot.sandbox.seen import Seen
from bot.sandbox.visitor import Visitor
from tests.story.stack import DEAL, Stack, modal
from tests.story.test_clocks import menu_value
from tests.story.test_reading import assigned, fill

TICK = "white_check_mark"
DUE = date(2027, 4, 18)


def promises(place: Stack, card: Seen) -> list[Seen]:
    """The messages below the card that are about a promise, oldest first."""
    replies = place.theo.thread(DEAL, card.ts)[1:]
    return [one for one in replies if "Promise 1" in one.words]


def newest(place: Stack, card: Seen, words: str, *, count: int = 1) -> Seen:
    """The newest of so many, as soon as it says something."""

    def look() -> Seen | None:
        found = promises(place, card)
        return found[-1] if len(found) == count and words in found[-1].words else None

    found = place.sandbox.wait_until(look, within=15.0)
    assert found is not None
    return found


def edit(person: Visitor, message: Seen, **typed: object) -> None:
    chosen = menu_value(message, "promise_change")
    assert person.click(message, "more", chosen=chosen).answered
    fill(person, **typed)


def test_a_promise_is_reworded_and_initialed_by_press_and_by_tick(place: Stack) -> None:
    card = assigned(place)
    maya, jonas = place.maya, place.jonas
    first = newest(place, card, "Initial promise")
    assert "The ERP connector is live in 30 days." in first.words
    # Without an owner a tick of the CSM is no initial, and they are told why.
    jonas.react(first, TICK)
    place.until(lambda: any("who delivers it by when" in m.words for m in jonas.ephemerals(DEAL)))
    assert maya.click(first, "initial_promise").answered
    first = newest(place, card, "✍️ AE")
    edit(maya, first, owner_id=jonas.id, due=DUE)
    second = newest(place, card, "Initial promise", count=2)
    assert "✍️" not in second.words
    place.until(lambda: "superseded" in promises(place, card)[0].words)
    old = promises(place, card)[0]
    assert old.action_ids() == []
    # A tick on the wording that is no longer in force signs nothing, and says so.
    maya.react(old, TICK)
    place.until(lambda: any("reads differently now" in m.words for m in maya.ephemerals(DEAL)))
    maya.react(second, TICK)
    second = newest(place, card, "✍️ AE", count=2)
    assert jonas.click(second, "initial_promise").answered
    fill(jonas, delivery="check", check_with="the platform team")
    newest(place, card, "to be checked with the platform team", count=2)
    place.card_says("initialed by both")
    # Taken away within ten minutes it is none any more.
    maya.unreact(second, TICK)
    newest(place, card, "⚪ AE", count=2)
    place.card_says("none initialed by both yet")


def test_the_ledger_is_signed_one_by_one_from_the_persons_own_card(place: Stack) -> None:
    card = assigned(place)
    edit(place.maya, newest(place, card, "Initial promise"), owner_id=place.jonas.id, due=DUE)
    newest(place, card, "Initial promise", count=2)
    for person in (place.maya, place.jonas):
        guide = place.dm_says(person, "waits for your initial")
        if "initial_all" not in guide.action_ids():
            # What is due first has the buttons; the way to the ledger is in the menu.
            assert person.click(guide, "more", chosen=menu_value(guide, "ledger")).answered
            person.click_in_modal("initial_all")
        else:
            assert person.click(guide, "initial_all").answered
        assert "The ERP connector" in modal(person).words
        fill(person, **({"delivery": "can"} if person is place.jonas else {}))
        assert "Promise ledger" in modal(person).title
        person.close()
    place.card_says("initialed by both")


def test_a_withdrawn_promise_stays_to_be_seen_and_its_reason_does_not(place: Stack) -> None:
    card = assigned(place)
    edit(place.maya, newest(place, card, "Initial promise"), withdraw="They have one already.")
    gone = newest(place, card, "withdrawn")
    assert gone.action_ids() == []
    assert "They have one already." not in gone.words
