"""A disputed promise as people live it: raised, answered alone, decided, and kept in the end."""

from bot.sandbox.seen import Seen
from bot.sandbox.visitor import Visitor
from tests.story.stack import DEAL, Stack, modal
from tests.story.test_clocks import menu_value
from tests.story.test_ledger import DUE, edit, newest
from tests.story.test_reading import assigned, fill

WHY = "Nobody asked the platform team."


def settles(place: Stack, manager: Visitor, **typed: object) -> None:
    """A manager answers from the message they got."""
    asked = place.dm_says(manager, WHY)
    assert "Settle dispute" in asked.words or "open_settle" in asked.action_ids()
    assert manager.click(asked, "open_settle").answered
    assert WHY in modal(manager).words
    fill(manager, **typed)


def managers(place: Stack) -> tuple[Visitor, Visitor]:
    """The managers of AE and CSM."""
    with place.bot.store.read(place.bot.workplace.id) as unit:
        handoff = unit.handoffs.get(1)
        ids = (handoff.ae_manager_id, handoff.cs_manager_id)
        slack_ids = [unit.people.get(one or 0).slack_id for one in ids]
    everybody = (place.priya, place.theo, place.ada, place.sam)
    ae, cs = (next(one for one in everybody if one.id == slack_id) for slack_id in slack_ids)
    return ae, cs


def test_both_managers_settle_a_dispute_each_alone(place: Stack) -> None:
    card = assigned(place)
    of_ae, of_csm = managers(place)
    first = newest(place, card, "Dispute")
    assert place.maya.click(first, "initial_promise").answered
    first = newest(place, card, "✍️ AE")
    assert place.jonas.click(first, "open_dispute").answered
    fill(place.jonas, reason=WHY)
    disputed = newest(place, card, WHY)
    assert "open_dispute" not in disputed.action_ids()
    assert "✍️ AE" in disputed.words
    place.card_says("1 disputed")
    # The AE hears of it, and cannot take it back for the other side.
    place.dm_says(place.maya, "disputes promise 1")
    value = menu_value(disputed, "take_back_dispute")
    place.maya.click(disputed, "more", chosen=value)
    told = place.maya.ephemerals(DEAL)
    assert any("is up to" in one.words for one in told)
    for outsider in (place.maya, place.jonas):
        asked = [one for one in outsider.dms() if "open_settle" in one.action_ids()]
        assert asked == []
    words = "The ERP connector reads orders in 30 days."
    settles(place, of_ae, settlement="reworded", words=words)
    settles(place, of_csm, settlement="reworded", words=words)
    second = newest(place, card, words, count=2)
    assert "✍️" not in second.words
    assert WHY not in second.words
    for reader in (place.maya, place.jonas, of_ae):
        place.dm_says(reader, "The dispute about promise 1 is settled")

    def below() -> list[Seen]:
        replies = place.theo.thread(DEAL, card.ts)
        return [one for one in replies if "is settled" in one.words]

    place.until(below)


def test_after_the_kickoff_a_promise_is_broken_and_delivered_after_all(place: Stack) -> None:
    card = assigned(place)
    edit(place.maya, newest(place, card, "Dispute"), owner_id=place.jonas.id, due=DUE)
    newest(place, card, "Dispute", count=2)
    with place.bot.store.write(place.bot.workplace.id) as unit:
        handoff = unit.handoffs.lock(1)
        handoff.kickoff_held_at = unit.now
        entry = unit.ledger.entries(1)[0].promise
        unit.surfaces.show_promise(handoff, entry.id, entry.version)
        unit.save(handoff, actor_id=None)
        unit.commit()
    held = newest(place, card, "Delivered", count=2)
    assert held.action_ids()[:3] == ["promise_delivered", "open_renegotiated", "open_broken"]
    assert place.jonas.click(held, "open_broken").answered
    fill(place.jonas, line="The platform team left.")
    broken = newest(place, card, "The platform team left.", count=2)
    assert place.maya.click(broken, "promise_delivered").answered
    kept = newest(place, card, "✅ Delivered", count=2)
    assert "The platform team left." not in kept.words
