"""The kickoff as people live it: joint, of customer success alone, later, moved, and called off."""

from datetime import timedelta

from bot.sandbox.seen import Seen
from bot.sandbox.visitor import Visitor
from tests.story.stack import DEAL, Stack, modal
from tests.story.test_clocks import HOUR, settled
from tests.story.test_reading import HELD, assigned, fill, press


def files(reader: Visitor, words: str) -> list[Seen]:
    return [one for one in reader.dms() if words in one.words and one.files]


def on_page(place: Stack, reader: Visitor, action: str) -> None:
    """What there may be no room for on a card stands on the page of the handoff."""
    press(place, reader, "open_handoff")
    assert reader.click_in_modal(action).answered


def booked(place: Stack, days: int, **typed: object) -> int:
    """Jonas books it for 15:00 UTC so many days on, and reads its card."""
    jonas = place.jonas
    on_page(place, jonas, "open_kickoff_booking")
    at = place.sandbox.now().replace(hour=15, minute=0, second=0, microsecond=0)
    stamp = int((at + timedelta(days=days)).timestamp())
    fill(jonas, kickoff_at=stamp, **typed)
    assert modal(jonas).title == "Kickoff card"
    assert "Booked for" in modal(jonas).words
    jonas.close()
    jonas.close()
    settled(place)
    return stamp


def test_a_joint_kickoff_is_booked_prepared_held_and_recorded(place: Stack) -> None:
    card = assigned(place)
    maya, jonas = place.maya, place.jonas
    booked(place, 2)
    place.card_says("Kickoff booked")
    for reader in (maya, jonas):
        (told,) = files(reader, "the kickoff is booked for")
        assert "Joint kickoff: AE and CSM" in told.words
        assert "Internal hold" in told.words
    # It moves, and everybody's calendar with it.
    begins = booked(place, 3)
    for reader in (maya, jonas):
        assert len(files(reader, "the kickoff is booked for")) == 2

    for reader, words, lines in (
        (jonas, "I have read it", ("Confirms the metric", "Can we keep working with Maya")),
        (maya, "My part is ready", ("Opens, in 90 seconds", "Closes by naming the CSM")),
    ):
        on_page(place, reader, "open_kickoff_card")
        for line in ("We explained this already", "Still missing", *lines):
            assert line in modal(reader).words
        assert modal(reader).view["submit"]["text"] == words
        fill(reader)
        reader.close()
        settled(place)

    # 09:00 in New York is an hour before it.
    place.sandbox.advance(begins - place.sandbox.now().timestamp() - HOUR / 2)
    place.dm_says(jonas, "the kickoff begins")
    place.sandbox.advance(2 * HOUR)
    settled(place)
    on_page(place, jonas, "open_held")
    refused = jonas.submit({**HELD, "timing_right": "no"})
    assert "Say what changed" in str(refused.field_errors)
    changed = "They go live in July."
    fill(
        jonas,
        timing_right="no",
        changed=changed,
        section_carried="success",
        section_lacked="people",
    )
    place.card_says("Kickoff held")

    def below() -> list[Seen]:
        replies = place.theo.thread(DEAL, card.ts)
        return [one for one in replies if "first contact from now on" in one.words]

    place.until(below)
    assert len(below()) == 1
    assert changed not in "".join(one.words for one in place.theo.thread(DEAL, card.ts))
    place.dm_says(maya, "which section of the brief was missing in it: People.")
    press(place, maya, "open_handoff")
    assert changed in modal(maya).words


def test_of_a_kickoff_on_a_saturday_the_csm_is_told_on_friday_evening(place: Stack) -> None:
    assigned(place)
    booked(place, 4)
    # 19:44 in Berlin; Jonas' quiet hours begin at 20:00 there, and he is told at 19:45.
    evening = (place.sandbox.now() + timedelta(days=3)).replace(hour=18, minute=44)
    place.sandbox.advance(evening.timestamp() - place.sandbox.now().timestamp())
    settled(place)
    assert not [one for one in place.jonas.dms() if "the kickoff begins" in one.words]
    place.sandbox.advance(120)
    place.dm_says(place.jonas, "the kickoff begins")


def test_in_a_light_deal_customer_success_gets_ready_alone(place: Stack) -> None:
    assigned(place, value="20,000")
    maya, jonas = place.maya, place.jonas
    booked(place, 1)
    (told,) = files(jonas, "the kickoff is booked for")
    assert "Kickoff of customer success alone" in told.words
    assert files(maya, "the kickoff is booked for") == []
    assert not [one for one in maya.dms() if "open_kickoff_card" in one.action_ids()]
    on_page(place, jonas, "open_kickoff_card")
    assert "Closes by naming the CSM" not in modal(jonas).words
    fill(jonas)
    jonas.close()
    settled(place)
    place.dm_says(jonas, "Prepared for the kickoff by the CSM")


def test_a_later_kickoff_at_the_customers_wish_and_one_that_is_called_off(place: Stack) -> None:
    assigned(place)
    jonas, priya = place.jonas, place.priya
    offered = place.sandbox.now().replace(hour=15, minute=0, second=0, microsecond=0)
    slot = int((offered + timedelta(days=1)).timestamp())
    booked(place, 20, offered_at=slot)
    place.dm_says(priya, "the customer wanted a later kickoff")
    press(place, jonas, "open_handoff")
    assert "The kickoff is past the last business day for it." in modal(jonas).words
    jonas.click_in_modal("open_kickoff_booking")
    fill(jonas, kickoff_off=["off"])
    jonas.close()
    settled(place)
    assert files(jonas, "is not in your calendar any more")
    place.card_says("Kickoff due")
