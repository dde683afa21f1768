"""The debrief as people live it: live with two who take turns, ahead, and in chat."""

from functools import partial

from bot.domain.access import EVERY
from bot.domain.debrief import Question
from bot.sandbox.seen import Seen
from bot.sandbox.visitor import Visitor
from bot.views.ids import MoreChoice
from tests.story.stack import DEAL, Stack, modal
from tests.story.test_clocks import menu_value, signed
from tests.story.test_reading import assigned, fill
from tests.story.typing import example, start_deal

DAYS = 24 * 3600


def choose(place: Stack, person: Visitor, entry: MoreChoice, *, account: str = "") -> None:
    """An entry of the overflow menu on a person's own card, once it is offered there."""

    def press() -> bool:
        for card in reversed(person.dms()):
            if "more" in card.action_ids() and account in card.words:
                chosen = menu_value(card, entry.value)
                return person.click(card, "more", chosen=chosen).answered
        return False

    place.until(press)


def open_debrief(place: Stack, person: Visitor) -> str:
    choose(place, person, MoreChoice.DEBRIEF)
    return modal(person).title


def thread(place: Stack, person: Visitor, account: str, about: str) -> Seen:
    """The message on which a chat hangs, in a person's DM."""

    def look() -> Seen | None:
        found = [one for one in person.dms() if account in one.words and about in one.words]
        return found[-1] if found else None

    found = place.sandbox.wait_until(look, within=15.0)
    assert found is not None
    return found


def asked(place: Stack, person: Visitor, root: Seen, words: str) -> Seen:
    """The newest message of the bot in a chat, as soon as it says something."""
    dm = person.dm_id()
    assert dm is not None

    def look() -> Seen | None:
        replies = [one for one in person.thread(dm, root.ts)[1:] if one.bot_id]
        return replies[-1] if replies and words in replies[-1].words else None

    found = place.sandbox.wait_until(look, within=15.0)
    assert found is not None
    return found


def test_two_people_take_turns_and_the_talk_is_recorded(place: Stack) -> None:
    card = assigned(place)
    maya, jonas = place.maya, place.jonas
    assert open_debrief(place, jonas) == "Debrief 1 of 7"
    assert "From the brief" in modal(jonas).words
    fill(jonas, answer="The old hall's lease ends on 30 June.", mark="clear")
    fill(jonas, answer="Ilse staked her name on it.", mark="clear")
    jonas.close()
    # Maya goes on with what nobody answered, and marks nothing.
    assert open_debrief(place, maya) == "Debrief 3 of 7"
    fill(maya, answer="A discount that their CFO noticed.")
    fill(maya, answer="Training for ten people", short="One more promise")
    maya.close()
    # What she said is the first that does not count yet.
    assert open_debrief(place, jonas) == "Debrief 3 of 7"
    assert "A discount that their CFO noticed." in str(modal(jonas))
    fill(jonas, mark="clear")
    # The fourth: its line becomes an entry of the ledger before it counts.
    jonas.click_in_modal("debrief_promise")
    assert "Training for ten people" in str(modal(jonas))
    jonas.submit({})
    assert "2 promises are in the ledger so far." in modal(jonas).words
    fill(jonas, mark="clear")
    fill(jonas, answer="A second hall", mark="clear")
    fill(jonas, mark="not_known")
    fill(jonas, answer="Here, and larger", outlook="great", mark="clear")
    assert "What is left is to record the talk." in modal(jonas).words
    jonas.click_in_modal("debrief_talk")
    fill(jonas, minutes="40")
    assert "The debrief is done." in modal(jonas).words
    jonas.close()
    replies = partial(place.theo.thread, DEAL, card.ts)
    place.until(lambda: any("The debrief is done" in one.words for one in replies()))
    # Whoever only reads the channel finds what is for everybody, and nothing else.
    assert place.sam.click(card, "open_handoff").answered
    shown = modal(place.sam).words
    assert "The old hall's lease ends on 30 June." in shown
    assert "A discount that their CFO noticed." not in shown
    assert "Ilse staked her name on it." not in shown


def test_the_ae_answers_ahead_and_is_asked_in_one_message(place: Stack) -> None:
    assigned(place)
    maya, jonas = place.maya, place.jonas
    open_debrief(place, maya)
    for number in range(7):
        fill(maya, answer=f"Answer {number + 1} as Maya knows it")
    maya.close()
    ahead = place.dm_says(jonas, "answered all seven questions of the debrief ahead")
    assert jonas.click(ahead, "open_debrief").answered
    assert "Answer 1 as Maya knows it" in str(modal(jonas))
    fill(jonas, mark="clear")
    fill(jonas, mark="ask", ask="Whose budget is it?")
    fill(jonas, mark="ask", ask="What did the discount cost?")
    jonas.close()
    assert not any("for the debrief" in one.words for one in maya.dms())
    place.sandbox.advance(600)
    told = place.dm_says(maya, "has 2 questions for the debrief")
    assert "Whose budget is it?" in told.words
    assert maya.click(told, "debrief_reply").answered
    fill(maya, reply="Their COO's")
    fill(maya, reply="Eight percent")
    place.sandbox.advance(600)
    back = place.dm_says(jonas, "answered 2 of your questions")
    assert jonas.click(back, "open_debrief").answered
    assert "Their COO's" in modal(jonas).words


def test_the_ae_answers_in_chat_stops_and_goes_on_days_later(place: Stack) -> None:
    assigned(place)
    maya, jonas = place.maya, place.jonas
    choose(place, maya, MoreChoice.DEBRIEF_CHAT)
    root = thread(place, maya, "Northwind", "debrief, one at a time")
    dm = maya.dm_id()
    assert dm is not None
    asked(place, maya, root, "Why they bought")
    maya.post(dm, "The lease of the old hall ends", thread=root.ts)
    maya.post(dm, "on 30 June", thread=root.ts)
    maya.post(dm, "next", thread=root.ts)
    second = asked(place, maya, root, "What it means for the champion")
    assert "Saved (2 messages)." in second.words
    maya.post(dm, "It pays off for her sometime", thread=root.ts)
    assert maya.click(second, "chat_next").answered
    asked(place, maya, root, "A month is enough.")
    maya.post(dm, "In March, at their board", thread=root.ts)
    maya.post(dm, "next", thread=root.ts)
    asked(place, maya, root, "What nearly stopped it")
    # Beside the thread nothing is taken down, and she is shown where.
    maya.write_to_app("The discount")
    place.dm_says(maya, "Answer in the thread of the chat you mean")
    maya.post(dm, "stop", thread=root.ts)
    asked(place, maya, root, "Stopped.")
    place.sandbox.advance(2 * DAYS)
    maya.post(dm, "The discount", thread=root.ts)
    maya.post(dm, "next", thread=root.ts)
    asked(place, maya, root, "What was promised")
    # An edit of what was saved is followed, and the CSM reads it.
    reply = next(one for one in maya.thread(dm, root.ts) if one.words == "on 30 June")
    maya.do("edit_message", channel_id=dm, ts=reply.ts, text="on 31 August")
    asked(place, maya, root, "Changed in the answer, too.")
    open_debrief(place, jonas)
    assert "on 31 August" in str(modal(jonas))


def test_two_chats_at_once_never_mix(place: Stack) -> None:
    today, signed_at = place.sandbox.now().date(), signed(place)
    for name in ("northwind", "larkfield"):
        channel = f"#deal-{name}"
        start_deal(place, example(name, today=today), signed_at=signed_at, channel=channel)
        place.maya.close()
    maya = place.maya
    roots = {}
    for account in ("Northwind", "Larkfield"):
        choose(place, maya, MoreChoice.DEBRIEF_CHAT, account=account)
        roots[account] = thread(place, maya, account, "debrief, one at a time")
    dm = maya.dm_id()
    assert dm is not None
    for account, root in roots.items():
        asked(place, maya, root, "Why they bought")
        maya.post(dm, f"The lease of {account} ends on 30 June", thread=root.ts)
    for root in reversed(roots.values()):
        maya.post(dm, "next", thread=root.ts)
        asked(place, maya, root, "What it means for the champion")
    with place.bot.store.read(place.bot.workplace.id) as unit:
        said = {
            unit.handoffs.get(one).account.split()[0]: unit.debriefs.load(one, audiences=EVERY)
            for one in (1, 2)
        }
    for account, found in said.items():
        words = found.answer(Question.BOUGHT).words
        assert words == f"The lease of {account} ends on 30 June"
