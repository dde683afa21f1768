"""*Add to handoff* as people use it: on messages that go away, of bots, and where few can read."""

from slack_sdk import WebClient

from bot.sandbox.seen import Seen
from bot.sandbox.view_state import elements_of
from bot.sandbox.visitor import Visitor
from tests.story.stack import DEAL, Stack, modal
from tests.story.test_reading import assigned, fill

ADD = "add_to_handoff"
SHARED = "#deal-harbor-shared"
LONG = "We agreed on June. " * 270


def said(place: Stack, person: Visitor, words: str, channel: str = DEAL) -> Seen:
    """A message that somebody wrote."""
    ts = person.post(channel, words)
    return next(one for one in person.messages(channel) if one.ts == ts)


def opened(person: Visitor, message: Seen) -> str:
    """What the form shows of the message."""
    answer = person.message_shortcut(message, ADD)
    assert answer.answered, answer
    return modal(person).words


def test_a_promise_outlives_the_message_it_was_made_in(place: Stack) -> None:
    card = assigned(place)
    message = said(place, place.theo, f"Told <@{place.jonas.id}> & Ilse: live in < 30 days")
    assert "Jonas Lindqvist & Ilse: live in < 30 days" in opened(place.maya, message)
    place.theo.delete(message)
    fill(place.maya, becomes="promise", means="The connector is live within 30 days.")
    assert "promise 2" in modal(place.maya).words
    place.maya.click_in_modal("open_handoff")
    assert "Jonas Lindqvist & Ilse: live in < 30 days" in modal(place.maya).words

    def below() -> bool:
        replies = place.theo.thread(DEAL, card.ts)[1:]
        return any("The connector is live within 30 days." in one.words for one in replies)

    place.until(below)


def test_a_message_of_an_app_with_blocks_alone_and_one_that_is_too_long(place: Stack) -> None:
    assigned(place)
    client = WebClient(token=place.server.bot_token, base_url=place.server.api_url)
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Call with Ilse"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "IT needs *six* weeks."}},
    ]
    # Past the SDK's own method, which warns of a message without a text.
    args = {"channel": place.sandbox.channel(DEAL), "blocks": blocks}
    told = client.api_call("chat.postMessage", json=args)
    notes = next(one for one in place.maya.messages(DEAL) if one.ts == told["ts"])
    shown = opened(place.maya, notes)
    assert "Call with Ilse\nIT needs *six* weeks." in shown
    assert "A message of Handoff" in shown
    fill(place.maya, becomes="red_flag", means="Their IT is slow.")
    assert "other risks" in modal(place.maya).words
    place.maya.close()
    assert "3,000 characters" in opened(place.maya, said(place, place.theo, LONG))


def test_of_a_direct_message_it_is_asked_who_may_read_it(place: Stack) -> None:
    assigned(place)
    place.maya.write_to_app("Ilse said it over coffee: June or never")
    message = place.maya.dms()[-1]
    assert "Fewer people can read it" in opened(place.maya, message)
    unsaid = place.maya.submit({"becomes": "quote", "replace": replaces(place.maya)})
    assert "more people will read it" in str(unsaid.field_errors)
    fill(place.maya, becomes="quote", replace=replaces(place.maya), may_read=["yes"])
    assert "word by word" in modal(place.maya).words


def replaces(person: Visitor) -> list[str]:
    """The boxes that let what is there be replaced, for the quote."""
    (boxes,) = (
        one for _, one in elements_of(modal(person).blocks) if one["action_id"] == "replace"
    )
    return [one["value"] for one in boxes["options"] if one["value"].startswith("quote")]


def test_from_a_channel_shared_outside_nothing_is_taken_and_strangers_add_nothing(
    place: Stack,
) -> None:
    assigned(place)
    lena = place.sandbox.visitor("lena")
    message = said(place, lena, "We need it by June", SHARED)
    assert "full members" in opened(lena, message)
    assert "Others than colleagues" in opened(place.maya, message)


def test_somebody_without_a_part_reads_who_may(place: Stack) -> None:
    assigned(place)
    message = said(place, place.theo, "June it is")
    assert "is up to Maya Ferrant or Jonas Lindqvist" in opened(place.theo, message)
