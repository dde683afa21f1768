"""The intro as people live it: held and freed, written by the CSM, and after a note of theirs."""

from datetime import datetime, timedelta

from bot.domain.breakdowns import Breakdown
from bot.domain.handoff import Handoff
from bot.sandbox.seen import Seen
from bot.sandbox.visitor import Visitor
from tests.story.stack import DEAL, Stack, modal
from tests.story.test_clocks import settled
from tests.story.test_reading import WORDS, YES, assigned, fill, press

HOUR = timedelta(hours=1)
SHORT = "Dear Ilse, Jonas will look after you from now on. [day]"
LETTER = (
    "Dear Ilse, thank you for the trust you have put in us. From today on Jonas is your contact; "
    "he led the same change at two warehouses of your size and answers within the day. What "
    "matters to you is that pick errors fall before the lease on the old sorting hall ends, and "
    "that is what he will hold us to. In our kickoff next week we go through that number, the "
    "people it needs and the first thirty days; it takes an hour and I will be there. Does Tuesday "
    "at ten suit you and your shift leads? Just write back to both of us. Best, Maya"
)


def read(place: Stack, **checks: str) -> None:
    """Jonas acknowledges, checks and restates the brief."""
    press(place, place.jonas, "acknowledge")
    press(place, place.jonas, "open_checks")
    fill(place.jonas, **{**YES, **checks})
    fill(place.jonas, **WORDS)
    settled(place)


def from_the_page(place: Stack, reader: Visitor, action: str) -> None:
    """A card has room for two things; the page of the handoff leads to all of them."""
    press(place, reader, "open_handoff")
    assert reader.click_in_modal(action).answered


def kept(place: Stack) -> Handoff:
    with place.bot.store.read(place.bot.workplace.id) as unit:
        return unit.handoffs.get(1)


def minute(place: Stack, before: timedelta = timedelta(0)) -> int:
    at: datetime = place.sandbox.now() - before
    return int(at.replace(second=0, microsecond=0).timestamp())


def below(place: Stack, card: Seen, words: str) -> None:
    """The thread of the card says so, and nothing of what was written."""

    def look() -> list[Seen]:
        return [one for one in place.theo.thread(DEAL, card.ts) if words in one.words]

    place.until(look)
    told = "".join(one.words for one in place.theo.thread(DEAL, card.ts))
    assert "warehouses of your size" not in told


def test_the_ae_writes_it_while_it_is_held_and_sends_it_after_the_call(place: Stack) -> None:
    card = assigned(place)
    maya, jonas = place.maya, place.jonas
    read(place, check_champion="no")

    press(place, maya, "open_handoff")
    assert "mark_intro_sent" not in modal(maya).action_ids()
    maya.close()
    from_the_page(place, maya, "open_intro")
    assert "not every check is a yes" in modal(maya).words
    assert maya.click_in_modal("check_intro", typed={"intro": SHORT}).answered
    for words in (
        "⚪ 11 words; 80 to 120 read best",
        "⚪ something only somebody from the sale knows",
        "✅ the name of the CSM",
        "⚪ what the kickoff covers",
        "⚪ no placeholder left: [day]",
    ):
        assert words in modal(maya).words, modal(maya).words
    fill(maya, intro=LETTER)
    assert "⚪" not in modal(maya).words
    assert "mark_intro_sent" not in modal(maya).action_ids()
    maya.close()
    maya.close()

    # Jonas reads the draft, and nobody else does.
    def in_full(reader: Visitor) -> str:
        """Both pages: what was written down stands on the second."""
        press(place, reader, "open_handoff")
        first = modal(reader).words
        assert reader.click_in_modal("open_handoff").answered
        return f"{first}\n{modal(reader).words}"

    assert "warehouses of your size" in in_full(jonas)
    jonas.close()
    assert "warehouses of your size" not in in_full(place.priya)
    place.priya.close()

    # The call that a check asks for is recorded: the intro may go out.
    press(place, maya, "open_booking")
    later = place.sandbox.now().replace(minute=0, second=0, microsecond=0) + 2 * HOUR
    fill(maya, briefing_at=int(later.timestamp()))
    place.sandbox.advance((3 * HOUR).seconds)
    settled(place)
    press(place, maya, "open_briefing")
    fill(maya, minutes="20", tone="warm", mood="calm", emphasis="The lease.")
    settled(place)

    from_the_page(place, maya, "mark_intro_sent")
    fill(maya, intro_sent_at=minute(place), intro_way="email", cs_before="no")
    maya.close()
    below(place, card, "sent the intro to the champion, by e-mail")
    settled(place)
    place.dm_says(maya, "Intro sent")
    handoff = kept(place)
    assert handoff.intro.first_contact_at == handoff.intro.sent_at
    assert handoff.breakdowns == {}


def test_in_a_light_deal_the_csm_writes_it(place: Stack) -> None:
    card = assigned(place, value="20,000")
    jonas = place.jonas
    read(place)
    press(place, jonas, "open_intro")
    fill(jonas, intro=LETTER)
    assert jonas.click_in_modal("mark_intro_sent").answered
    fill(jonas, intro_sent_at=minute(place), intro_way="in_person", cs_before="no")
    below(place, card, "sent the intro to the champion, in person")
    assert kept(place).intro.sent_at is not None
    assert place.maya.dms()
    assert not [one for one in place.maya.dms() if "open_intro" in one.action_ids()]


def test_the_csm_wrote_first_and_the_intro_is_late_to_nobody(place: Stack) -> None:
    card = assigned(place)
    maya, jonas = place.maya, place.jonas
    read(place)
    from_the_page(place, jonas, "open_contact")
    assert "That is the first contact" in modal(jonas).words
    fill(jonas, wrote_at=minute(place), wrote_way="phone")
    jonas.close()
    told = place.dm_says(maya, "wrote to the champion before your intro, on the phone")
    assert "open_intro" in told.action_ids()
    handoff = kept(place)
    assert set(handoff.breakdowns) == {Breakdown.CS_WROTE_FIRST}

    # Past the 48 hours of the first contact: nobody is told that it is late.
    with place.bot.store.read(place.bot.workplace.id) as unit:
        intro = next(one for one in unit.deadlines.of(1) if one.step == "intro")
    assert handoff.signed_at is not None
    assert intro.due_at > handoff.signed_at + 48 * HOUR
    from_the_page(place, maya, "mark_intro_sent")
    assert "The CSM recorded that they wrote before" in modal(maya).words
    fill(maya, intro_sent_at=minute(place), intro_way="email")
    below(place, card, "sent the intro to the champion, by e-mail")
    assert kept(place).intro.first_contact_at == handoff.intro.csm_wrote_at
