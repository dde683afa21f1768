"""The briefing call as people live it: required and held, and done without by both."""

from datetime import timedelta

from bot.sandbox.seen import Seen
from tests.story.stack import DEAL, Stack, modal
from tests.story.test_clocks import HOUR, settled
from tests.story.test_reading import WORDS, YES, assigned, fill, press


def with_(place: Stack, words: str, *, absent: bool = False) -> None:
    """Both read on a card of theirs that something is so, or is no longer."""
    for reader in (place.maya, place.jonas):
        found = [one for one in reader.dms() if words in one.words]
        assert bool(found) is not absent, (words, [one.words for one in reader.dms()])


def test_a_large_deal_has_its_call_and_the_hold_on_the_intro_ends(place: Stack) -> None:
    card = assigned(place, value="60,000")
    maya, jonas = place.maya, place.jonas
    press(place, maya, "open_booking")
    assert "This deal needs the call" in modal(maya).words
    assert "skip_briefing" not in modal(maya).action_ids()
    later = place.sandbox.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=3)
    fill(maya, briefing_at=int(later.timestamp()))
    told = place.dm_says(jonas, "booked the briefing call for")
    assert "open_briefing" in told.action_ids()

    press(place, jonas, "acknowledge")
    press(place, jonas, "open_checks")
    fill(jonas, **{**YES, "check_champion": "no"})
    fill(jonas, **WORDS)
    settled(place)
    with_(place, "Intro: waiting on the CSM.")
    with_(place, "Briefing call: ")

    place.sandbox.advance(4 * HOUR)
    settled(place)
    assert jonas.click(told, "open_briefing").answered
    for words in (
        "The AE opens and reads aloud",
        "What would end this account within 30 days?",
        "Whom do I call when the champion goes silent?",
        "What does my team have to deliver now?",
        "1 · The ERP connector is live in 30 days.",
    ):
        assert words in modal(jonas).words
    record = {"minutes": "40", "tone": "hard_won", "mood": "wary", "emphasis": "The date in June."}
    refused = jonas.submit({**record, "read_aloud": ["1"]})
    assert "longer than 30 minutes" in str(refused.field_errors)
    fill(jonas, **record, read_aloud=["1"], overrun="thin", open_questions="Who signs?")
    assert jonas.modal is None

    def below() -> list[Seen]:
        replies = place.theo.thread(DEAL, card.ts)
        return [one for one in replies if "recorded the briefing call, held" in one.words]

    place.until(below)
    assert "June" not in "".join(one.words for one in place.theo.thread(DEAL, card.ts))
    settled(place)
    with_(place, "Intro: waiting on the CSM.", absent=True)
    press(place, maya, "open_handoff")
    # What came of the talks stands on the second page.
    assert maya.click_in_modal("open_handoff").answered
    assert "The date in June." in modal(maya).words
    assert "the brief was thin" in modal(maya).words


def test_both_find_that_writing_is_enough_and_there_is_no_call(place: Stack) -> None:
    assigned(place)
    maya, jonas = place.maya, place.jonas
    press(place, maya, "open_booking")
    assert maya.click_in_modal("skip_briefing").answered
    assert "You said that writing is enough" in modal(maya).words
    maya.close()
    settled(place)
    asked = place.dm_says(jonas, "would do without the briefing call")
    assert jonas.click(asked, "skip_briefing").answered
    settled(place)
    place.dm_says(maya, "does without the briefing call, too")
    settled(place)
    place.dm_says(maya, "Briefing call settled")
    assert not [one for one in jonas.dms() if "open_briefing" in one.action_ids()]
