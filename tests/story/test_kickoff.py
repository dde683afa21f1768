"""From the assignment to the kickoff: a time for the debrief, initials, and when it was held."""

from datetime import timedelta

from bot.sandbox.seen import Seen
from bot.sandbox.visitor import Visitor
from tests.story.stack import Stack, modal
from tests.story.test_clocks import HOUR, settled
from tests.story.test_reading import HELD, assigned, fill, press


def with_file(place: Stack, reader: Visitor, count: int) -> list[Seen]:
    """The messages with a calendar file in somebody's DM, once there are so many."""

    def look() -> list[Seen]:
        found = [one for one in reader.dms() if "debrief is agreed on" in one.words]
        return found if len(found) == count else []

    found = place.sandbox.wait_until(look, within=15.0)
    assert found
    return found


def test_a_debrief_is_arranged_with_another_time_and_both_have_it_in_their_calendars(
    place: Stack,
) -> None:
    assigned(place)
    maya, jonas = place.maya, place.jonas
    press(place, jonas, "open_handoff")
    jonas.click_in_modal("open_talk")
    assert modal(jonas).title == "Time of the debrief"
    fill(jonas)
    jonas.close()
    asked = place.dm_says(maya, "proposes to talk the deal over")
    assert maya.click(asked, "open_talk").answered
    suggested = [one for one in modal(maya).words.splitlines() if "as Jonas" in one]
    assert suggested
    later = place.sandbox.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=30)
    fill(maya, talk_at=int(later.timestamp()), talk_line="I am on a plane until noon.")
    answered = place.dm_says(jonas, "I am on a plane until noon.")
    # The first time is no longer on the table.
    assert maya.click(asked, "fine_talk").answered
    place.until(lambda: any("it is now" in m.words for m in maya.ephemerals(asked.channel)))
    assert jonas.click(answered, "fine_talk").answered
    for reader in (maya, jonas):
        (told,) = with_file(place, reader, 1)
        assert told.files
    place.dm_says(maya, "Debrief: agreed on for")


def test_initials_and_the_kickoff_are_reminded_of_called_late_and_done(place: Stack) -> None:
    assigned(place)
    settled(place)
    for _ in range(14):
        place.sandbox.advance(12 * HOUR)
        settled(place)
    late = "\n".join(one.words for one in place.maya.dms())
    assert "initialing of promises by the AE" in late
    told = "\n".join(one.words for one in place.priya.dms())
    assert "kickoff" in told
    press(place, place.jonas, "open_held")
    fill(place.jonas, **HELD)
    place.card_says("Kickoff held")
