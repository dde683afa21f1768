"""Promises that surface late, and the days of promises, as people live them."""

from datetime import date, datetime, timedelta

from bot.sandbox.seen import Seen
from bot.sandbox.visitor import Visitor
from tests.story.stack import DEAL, Stack, modal
from tests.story.test_clocks import HOUR, late_notices, settled
from tests.story.test_disputes import managers
from tests.story.test_ledger import DUE, edit, newest
from tests.story.test_reading import assigned, fill

SAID = "Said on the phone that it takes until fall."


def of_the_late_one(place: Stack, card: Seen, words: str) -> Seen:
    """The newest message of the second promise, as soon as it says something."""

    def look() -> Seen | None:
        replies = place.theo.thread(DEAL, card.ts)[1:]
        found = [one for one in replies if "Promise 2" in one.words]
        return found[-1] if found and words in found[-1].words else None

    found = place.sandbox.wait_until(look, within=15.0)
    assert found is not None
    return found


def surfaces(place: Stack, person: Visitor, words: str, how: str) -> None:
    """Somebody writes a late promise down by command."""
    assert person.slash("/handoff", "promise", channel=DEAL).answered
    assert "How it came up" in modal(person).words
    fill(person, words=words, kind="scope", surfaced=how, owner_id=place.jonas.id, due=DUE)


def initialed(place: Stack) -> Seen:
    """The AE has initialed everything there is; gives the card."""
    card = assigned(place)
    assert place.maya.click(newest(place, card, "Dispute"), "initial_promise").answered
    newest(place, card, "✍️ AE")
    return card


def hold_kickoff(place: Stack) -> None:
    with place.bot.store.write(place.bot.workplace.id) as unit:
        handoff = unit.handoffs.lock(1)
        by = unit.people.get(handoff.csm_id or 0)
        handoff.hold_kickoff(unit.now, by=by, at=unit.now)
        unit.save(handoff, actor_id=by.id)
        unit.commit()


def test_the_ae_talks_a_late_promise_over_before_the_kickoff(place: Stack) -> None:
    card = initialed(place)
    surfaces(place, place.maya, "A second login page", "remembered")
    late = of_the_late_one(place, card, "The AE still has to talk to the customer about it")
    assert "open_talked" in late.action_ids()
    place.jonas.click(late, "open_talked")
    place.until(lambda: any("is up to Maya" in m.words for m in place.jonas.ephemerals(DEAL)))
    assert place.maya.click(late, "open_talked").answered
    fill(place.maya, settlement="renegotiated", words="One login page in June", line=SAID)
    done = of_the_late_one(place, card, "Talked over with the customer, says")
    for words in ("One login page in June", SAID, "Late: remembered by the AE", "⚪ AE"):
        assert words in done.words
    assert "open_talked" not in done.action_ids()


def test_one_heard_from_the_customer_after_the_kickoff_is_decided_by_both(place: Stack) -> None:
    card = initialed(place)
    hold_kickoff(place)
    surfaces(place, place.jonas, "A second login page", "customer")
    late = of_the_late_one(place, card, "AE and CSM still have to decide about it")
    assert "promise_delivered" not in late.action_ids()
    assert place.jonas.click(late, "open_decide_late").answered
    fill(place.jonas, settlement="withdrawn", reason="Nobody can build it.")
    assert place.maya.click(late, "open_decide_late").answered
    assert "Nobody can build it." not in modal(place.maya).words
    assert not place.maya.submit({"settlement": "kept"}).field_errors
    # The form stays, with both answers; the CSM gets them as a message.
    place.until(lambda: "Nobody can build it." in modal(place.maya).words)
    place.maya.close()
    told = place.dm_says(place.jonas, "The two answers differ")
    assert place.jonas.click(told, "open_decide_late").answered
    fill(place.jonas, settlement="kept")
    decided = of_the_late_one(place, card, "Decided by AE and CSM: it stays as it is")
    # From now on it is said what became of it.
    assert place.jonas.click(decided, "promise_delivered").answered
    of_the_late_one(place, card, "✅ Delivered")


def test_who_delivers_a_promise_is_reminded_before_its_day_and_late_their_manager_is_told(
    place: Stack,
) -> None:
    card = assigned(place)
    today = place.sandbox.now().date()
    day = later_workday(today)
    edit(place.maya, newest(place, card, "Dispute"), owner_id=place.jonas.id, due=day)
    newest(place, card, "Dispute", count=2)
    # What became of a promise is said after the kickoff, and until then its day waits.
    hold_kickoff(place)
    settled(place)
    _, of_csm = managers(place)
    due = owed_at(place)
    until(place, due - timedelta(hours=1))
    reminded = place.dm_says(place.jonas, "delivery of what was promised")
    assert "open_ledger" in reminded.action_ids()
    assert not of_a_delivery(of_csm)
    until(place, due + timedelta(hours=1))
    assert any("delivery of what was promised" in one.words for one in late_notices(place.jonas))
    # The manager is told in the next morning.
    until(place, due + timedelta(days=4))
    assert of_a_delivery(of_csm)


def later_workday(today: date) -> date:
    """A working day three to five days on: a week of work before it has begun."""
    day = today + timedelta(days=3)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def owed_at(place: Stack) -> datetime:
    with place.bot.store.read(place.bot.workplace.id) as unit:
        (one,) = (d for d in unit.deadlines.of(1) if d.step == "delivery")
    return one.due_at


def until(place: Stack, instant: datetime) -> None:
    """Time passes in steps that leave the bot the time to say what it has to."""
    while (left := (instant - place.sandbox.now()).total_seconds()) > 0:
        place.sandbox.advance(min(left, 12 * HOUR))
        settled(place)


def of_a_delivery(manager: Visitor) -> list[Seen]:
    """What a manager was told of a promise that was not delivered."""
    return [one for one in manager.dms() if "delivery of what was promised" in one.words]
