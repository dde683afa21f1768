"""Whoever has no part in a handoff presses everything that stands in its channel."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.sandbox.seen import Seen
from bot.sandbox.visitor import Visitor
from bot.views.ids import ActionId, MoreChoice
from tests.story.stack import DEAL, Stack
from tests.story.test_ledger import TICK, newest
from tests.story.test_reading import assigned

ACTS = (
    ActionId.INITIAL_PROMISE,
    ActionId.OPEN_DISPUTE,
    MoreChoice.PROMISE_CHANGE,
)
"""What is offered below every promise that is in force."""


def test_nothing_that_a_colleague_without_a_part_presses_changes_anything(place: Stack) -> None:
    card = assigned(place)
    first = newest(place, card, "Initial promise")
    before = stands(place)
    pressed = [one for message in below(place, card) for one in press(place.sam, message)]
    assert {one.value for one in ACTS} <= set(pressed)
    assert stands(place) == before
    told = [one.words for one in place.sam.ephemerals(DEAL)]
    assert sum("is up to Maya Ferrant" in one for one in told) >= len(ACTS)
    place.sam.react(first, TICK)
    place.sam.unreact(first, TICK)
    place.maya.click(first, "initial_promise")
    # What came of the ticks would have come by then; it is Maya's initial alone that counts.
    assert "⚪ CSM" in newest(place, card, "✍️ AE").words
    after = stands(place)
    assert after["promises"] == before["promises"]
    assert after["events"] == before["events"] + 1


@pytest.mark.parametrize(
    "guest", [{"is_restricted": True}, {"is_restricted": True, "is_ultra_restricted": True}]
)
def test_a_guest_finds_nothing_to_press_and_a_tick_of_theirs_is_none(
    place: Stack, guest: dict[str, bool]
) -> None:
    card = assigned(place)
    first = newest(place, card, "Initial promise")
    before = stands(place)
    place.sam.do("edit_user", **guest)
    place.sam.react(first, TICK)

    def closed() -> bool:
        return not any(list(buttons(message)) for message in below(place, card))

    place.until(closed)
    seen = "".join(one.words for one in place.sam.messages(DEAL)) + "".join(
        one.words for one in place.sam.thread(DEAL, card.ts)
    )
    assert "The ERP connector" not in seen
    assert stands(place) == before


def below(place: Stack, card: Seen) -> list[Seen]:
    """The message of the handoff and what stands below it, as it is now."""
    return place.theo.thread(DEAL, card.ts)


def buttons(message: Seen) -> Iterator[dict[str, Any]]:
    """What can be pressed in a message."""
    for block in message.blocks:
        yield from (one for one in block.get("elements", ()) if one.get("type") == "button")


def press(person: Visitor, message: Seen) -> Iterator[str]:
    """Every button and every entry of a menu, one after the other; what opens is closed again."""
    for one in buttons(message):
        yield act(person, message, one["action_id"], None)
    for block in message.blocks:
        for element in block.get("elements", ()):
            for option in element.get("options", ()):
                act(person, message, element["action_id"], option["value"])
                yield next(one.value for one in MoreChoice if f'"{one.value}"' in option["value"])


def act(person: Visitor, message: Seen, action_id: str, chosen: str | None) -> str:
    assert person.click(message, action_id, chosen=chosen).answered
    while person.modal is not None:
        person.close(whole_stack=True)
    return action_id


def stands(place: Stack) -> dict[str, Any]:
    """The wordings with what is said of them, and how long the history is."""
    with place.bot.store.read(place.bot.workplace.id) as unit:
        entries = unit.ledger.entries(1)
        return {
            "promises": [(one.promise.text, one.dispute, one.standing) for one in entries],
            "events": len(unit.history.records(1)),
        }
