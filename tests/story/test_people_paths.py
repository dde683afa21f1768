"""Wrong paths of people: another AE, one who is gone, another CSM late, a champion who left."""

from datetime import timedelta

from bot.domain.history import Tag, verify
from bot.sandbox.seen import Seen
from tests.story.stack import DEAL, Stack, modal
from tests.story.test_clocks import begin, settled
from tests.story.test_reading import assigned, fill, guide, press


def below(place: Stack, card: Seen, words: str) -> list[Seen]:
    return [one for one in place.theo.thread(DEAL, card.ts) if words in one.words]


def tags(place: Stack) -> list[str]:
    """The history of the one handoff, which verifies."""
    with place.bot.store.read(place.bot.workplace.id) as unit:
        records = unit.history.records(1)
        count, head = unit.history.head(1)
    assert verify(records, expected_count=count, expected_head=head).sound
    return [str(one.columns["tag"]) for one in records if one.columns]


def test_another_ae_takes_over_by_the_command_and_initials_anew(place: Stack) -> None:
    card = assigned(place)
    maya, sam, theo = place.maya, place.sam, place.theo
    press(place, maya, "initial_all")
    fill(maya)
    settled(place)
    assert theo.slash("/handoff", "reassign", channel=DEAL).answered

    def offered() -> Seen | None:
        found = [one for one in theo.ephemerals(DEAL) if "open_reassign_ae" in one.action_ids()]
        return found[-1] if found else None

    place.until(offered)
    message = offered()
    assert message is not None
    assert "open_assign" not in message.action_ids()
    assert theo.click(message, "open_reassign_ae").answered
    refused = theo.submit({"ae": place.jonas.id})
    assert "two different people" in str(refused.field_errors)
    fill(theo, ae=sam.id)
    place.dm_says(sam, "named you as the AE in place of Maya")
    place.dm_says(maya, "named Sam")
    place.dm_says(place.jonas, "named Sam")
    place.dm_says(place.priya, "named Sam")
    place.until(lambda: below(place, card, "as the AE in place of Maya"))
    assert len(below(place, card, "as the AE in place of Maya")) == 1
    settled(place)
    place.dm_says(maya, "You have no part in this handoff any more.")
    press(place, sam, "initial_all")
    fill(sam)
    settled(place)
    assert tags(place).count(Tag.PROMISE_INITIALED) == 2
    press(place, sam, "open_handoff")
    assert "Champion left" in modal(sam).words


def test_of_an_ae_who_is_gone_the_manager_asks_others_and_names_another(place: Stack) -> None:
    begin(place)
    theo, sam = place.theo, place.sam
    settled(place)
    place.maya.do("edit_user", deleted=True)
    told = place.dm_says(theo, "has no account any more")
    assert "Sales engineers: What was shown and built" in told.words
    assert "The champion: Say honestly" in told.words
    assert theo.click(told, "open_interviews").answered
    assert theo.submit({"interviewed": " "}).field_errors
    fill(theo, interviewed="Ada", interview_note="Never shown with three sites.")
    assert theo.click(told, "open_reassign_ae").answered
    fill(theo, ae=sam.id)
    asked = place.dm_says(sam, "named you as the AE")
    assert sam.click(asked, "open_interviews").answered
    assert "Sales engineers: Ada" in modal(sam).words
    fill(sam, interview_with="champion", interviewed="Ilse Brandt")
    press(place, sam, "open_handoff")
    assert "Never shown with three sites." in modal(sam).words
    sam.close()
    settled(place)
    assert tags(place).count(Tag.INTERVIEWED) == 2
    assert tags(place).count(Tag.INTERVIEWS_OPENED) == 1
    assert len([one for one in theo.dms() if "open_interviews" in one.action_ids()]) == 1


def hold_kickoff(place: Stack) -> None:
    with place.bot.store.write(place.bot.workplace.id) as unit:
        handoff = unit.handoffs.lock(1)
        csm = unit.people.get(handoff.csm_id or 0)
        handoff.hold_kickoff(unit.now, by=csm, at=unit.now)
        unit.save(handoff, actor_id=csm.id)
        unit.commit()
    settled(place)


def test_after_the_kickoff_the_champion_leaves_and_then_the_csm_does(place: Stack) -> None:
    assigned(place)
    jonas, maya, priya, sam = place.jonas, place.maya, place.priya, place.sam
    hold_kickoff(place)
    assert jonas.slash("/handoff", "champion", channel=DEAL).answered
    last = place.sandbox.now().date() + timedelta(days=9)
    fill(jonas, last_day=last.isoformat())
    for reader in (maya, place.theo, priya):
        told = place.dm_says(reader, "recorded that the champion")
        assert "the CSM asks the customer" in told.words
    place.card_says("nobody yet (")
    place.dm_says(jonas, "The champion left and nobody follows yet")

    press(place, priya, "open_handoff")
    assert "Assign another CSM" in modal(priya).words
    assert priya.click_in_modal("open_assign").answered
    fill(priya, csm=sam.id)
    while priya.modal is not None:
        priya.close()
    place.dm_says(sam, "you are the customer's primary contact")
    place.dm_says(jonas, "as the CSM in your place")
    place.dm_says(maya, "They are the customer's primary contact now")
    # The question goes with the part.
    place.dm_says(sam, "The champion left and nobody follows yet")
    assert sam.slash("/handoff", "champion", channel=DEAL).answered
    fill(sam, new_champion="Nora Blum", new_title="COO")
    place.card_says("Nora Blum, COO")
    place.dm_says(maya, "named Nora Blum as the champion")
    settled(place)
    assert "nobody follows yet" not in guide(place, sam, "open_handoff").words
    happened = tags(place)
    assert (happened.count(Tag.CHAMPION_LEFT), happened.count(Tag.CHAMPION_NAMED)) == (1, 1)
    assert happened.count(Tag.ASSIGNED) == 2
