"""Answering in chat: threads, words, several at once, edits, and what is written elsewhere."""

import itertools
import json
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.domain.access import EVERY
from bot.domain.chat import About, ChatState, Says
from bot.domain.debrief import Question, Standing
from bot.domain.items import SectionKey
from bot.domain.notices import NoticeKind
from bot.storage.tables import outbox
from bot.views.ids import ActionId
from bot.views.payload import Ref
from tests.builders import Deal, assigned, posted, signed
from tests.flows.app import App, Reply
from tests.flows.test_debrief import answer, handoff_of, opened, updated, written
from tests.flows.test_ledger import entries
from tests.flows.test_rights import cancelled

AE, CSM, OTHER = "UAE", "UCSM", "UOUTSIDER"
DM = "D0AE"
_TIMES = itertools.count(1000)


def stamp() -> str:
    """When the next message is sent."""
    return f"1772620000.{next(_TIMES):06}"


class Thread:
    """A chat on the screen of its person, whose first message stands in their DM."""

    def __init__(self, app: App, handoff_id: int, about: About = About.DEBRIEF) -> None:
        self.app, self.handoff_id, self.about = app, handoff_id, about
        self.ts = stamp()
        action = ActionId.OPEN_DEBRIEF_CHAT if about is About.DEBRIEF else ActionId.OPEN_BRIEF_CHAT
        self.opens = action
        assert app.press(AE, action, Ref(handoff=handoff_id), channel=DM).body == {}
        with app.store.database.writing() as connection:
            kind = outbox.c.kind == NoticeKind.CHAT_OPENED.value
            root = (kind, outbox.c.ts.is_(None), outbox.c.state == "pending")
            stands = {"state": "sent", "ts": self.ts, "sent_channel": DM}
            connection.execute(update(outbox).where(*root).values(**stands))
            connection.commit()

    def write(self, text: str, *, ts: str = "", user: str = AE, **more: Any) -> str:
        at = ts or stamp()
        event = {"type": "message", "channel": DM, "channel_type": "im", "user": user, "text": text}
        reply = self.app.deliver(
            self.app.event_body(**event, ts=at, thread_ts=self.ts, event_ts=at, **more)
        )
        assert reply.status == 200
        return at

    def edit(self, ts: str, text: str) -> None:
        changed = {"type": "message", "user": AE, "text": text, "ts": ts, "thread_ts": self.ts}
        event = {"type": "message", "subtype": "message_changed", "channel": DM}
        self.app.deliver(self.app.event_body(**event, channel_type="im", message=changed))

    def delete(self, ts: str) -> None:
        before = {"type": "message", "user": AE, "text": "gone", "ts": ts, "thread_ts": self.ts}
        event = {"type": "message", "subtype": "message_deleted", "channel": DM}
        more = {"channel_type": "im", "deleted_ts": ts, "previous_message": before}
        self.app.deliver(self.app.event_body(**event, **more))

    def press(self, action: ActionId, *, item: str | None = None, user: str = AE) -> Reply:
        chat = self.chat
        at = item or chat.at.item
        ref = Ref(handoff=self.handoff_id, entry=chat.id, thing=at)
        return self.app.press(user, action, ref, channel=DM)

    @property
    def chat(self) -> Any:
        with self.app.store.read(self.app.team.workspace_id) as unit:
            found = unit.chats.of(self.handoff_id, self.app.team.ae.id, self.about)
        assert found is not None
        return found

    @property
    def said(self) -> list[tuple[str, str, int]]:
        """What the bot said in it: what, about which question, and how much it saved."""
        with self.app.store.database.reading() as connection:
            rows = connection.execute(
                select(outbox.c.facts)
                .where(outbox.c.kind == NoticeKind.CHAT_SAID.value)
                .order_by(outbox.c.id)
            ).scalars()
            told = [json.loads(one) for one in rows]
        mine = [one for one in told if one["chat"] == self.chat.id]
        return [(one["says"], one["item"], one["saved"]) for one in mine]


def says(thread: Thread) -> str:
    """What kind of thing the bot said last."""
    return thread.said[-1][0]


def words(app: App, handoff_id: int, question: Question) -> str:
    return written(app, handoff_id).answer(question).words


def test_messages_are_collected_until_next_and_become_one_answer(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    assert thread.said == [(Says.QUESTION, "bought", 0)]
    later, earlier = stamp(), stamp()
    thread.write("and the new one opens half automated", ts=earlier)
    thread.write("Their lease ends on 30 June", ts=later)
    assert words(app, handoff_id, Question.BOUGHT) == ""
    thread.write("Next")
    told = "Their lease ends on 30 June\nand the new one opens half automated"
    assert words(app, handoff_id, Question.BOUGHT) == told
    assert thread.said[-1] == (Says.QUESTION, "champion", 2)
    thread.write("Ilse Brandt, Head of Fulfilment")
    assert thread.press(ActionId.CHAT_NEXT).body == {}
    assert thread.said[-1] == (Says.QUESTION, "nearly", 1)
    standing = handoff_of(app, handoff_id).debrief.standing
    assert standing(Question.CHAMPION) is Standing.ANSWERED


def test_skip_back_and_stop_do_what_they_say_and_a_reply_goes_on_days_later(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    thread.write("skip")
    assert thread.said[-1] == (Says.QUESTION, "champion", 0)
    thread.write(" back. ")
    assert thread.said[-1] == (Says.QUESTION, "bought", 0)
    thread.write("STOP")
    assert (thread.said[-1][0], thread.chat.state) == (Says.STOPPED, ChatState.STOPPED)
    thread.write("The lease ends on 30 June")
    assert thread.chat.state is ChatState.OPEN
    thread.write("next")
    assert words(app, handoff_id, Question.BOUGHT) == "The lease ends on 30 June"
    thread.write("stop")
    # The button goes on where it was left, in the same thread.
    assert app.press(AE, thread.opens, Ref(handoff=handoff_id), channel=DM).body == {}
    assert thread.said[-1] == (Says.QUESTION, "champion", 0)


def test_a_vague_answer_is_asked_about_once_and_kept_either_way(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    thread.write("They want it soon")
    thread.write("next")
    assert thread.said[-1] == (Says.FOLLOW_UP, "bought", 1)
    assert words(app, handoff_id, Question.BOUGHT) == "They want it soon"
    thread.write("Some time in autumn, asap")
    thread.write("next")
    assert thread.said[-1] == (Says.QUESTION, "champion", 1)
    told = "They want it soon\nSome time in autumn, asap"
    assert words(app, handoff_id, Question.BOUGHT) == told


def test_edits_and_deletions_of_a_reply_are_followed(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    first = thread.write("The lease ends in June")
    second = thread.write("Ilse pushed for it")
    thread.edit(first, "The lease ends on 30 June")
    thread.write("next")
    assert words(app, handoff_id, Question.BOUGHT).startswith("The lease ends on 30 June\n")
    thread.edit(second, "Ilse Brandt pushed for it")
    told = "The lease ends on 30 June\nIlse Brandt pushed for it"
    assert words(app, handoff_id, Question.BOUGHT) == told
    assert thread.said[-1] == (Says.FOLLOWED, "bought", 0)
    thread.delete(second)
    assert words(app, handoff_id, Question.BOUGHT) == "The lease ends on 30 June"
    # The question that is asked now is still the next one.
    thread.write("Ilse Brandt")
    thread.write("next")
    assert words(app, handoff_id, Question.CHAMPION) == "Ilse Brandt"
    # What was changed elsewhere is nobody's message any more.
    answer(app, CSM, handoff_id, Question.BOUGHT, answer="As the CSM heard it")
    thread.edit(first, "The lease ended")
    assert words(app, handoff_id, Question.BOUGHT) == "As the CSM heard it"
    assert says(thread) == Says.NOT_FOLLOWED


def test_what_stands_there_already_is_added_to_and_not_overwritten(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    thread.write("The lease")
    thread.write("next")
    answer(app, CSM, handoff_id, Question.BOUGHT, answer="The lease, said Maya")
    thread.write("back")
    thread.write("It ends on 30 June")
    thread.write("next")
    told = "The lease, said Maya\nIt ends on 30 June"
    assert words(app, handoff_id, Question.BOUGHT) == told


def test_several_chats_side_by_side_never_mix(app: App) -> None:
    one, other = assigned(app.store, app.team), assigned(app.store, app.team)
    first, second = Thread(app, one), Thread(app, other)
    brief = Thread(app, signed(app.store, app.team), About.BRIEF)
    first.write("For the first")
    second.write("For the second")
    brief.write("For the brief")
    for thread in (second, brief, first):
        thread.write("next")
    assert words(app, one, Question.BOUGHT) == "For the first"
    assert words(app, other, Question.BOUGHT) == "For the second"
    with app.store.read(app.team.workspace_id) as unit:
        why = unit.brief.load(brief.handoff_id, audiences=EVERY).section(SectionKey.WHY)
    assert dict(why)["trigger"] == "For the brief"


def test_files_and_what_is_written_beside_the_thread_get_one_sentence(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    thread.write("", subtype="file_share", files=[{"id": "F1", "mimetype": "audio/mp4"}])
    assert thread.said[-1][0] == Says.FILES
    thread.write("In short: the lease", subtype="file_share", files=[{"id": "F2"}])
    thread.write("next")
    assert words(app, handoff_id, Question.BOUGHT) == "In short: the lease"
    before = words(app, handoff_id, Question.CHAMPION)
    event = {"type": "message", "channel": DM, "channel_type": "im", "user": AE, "text": "Ilse"}
    body = app.event_body(**event, ts="1772620001.000001")
    for _ in range(2):
        assert app.deliver(body).status == 200
    with app.store.database.reading() as connection:
        kind = outbox.c.kind == NoticeKind.CHAT_ELSEWHERE.value
        assert len(connection.execute(select(outbox.c.id).where(kind)).all()) == 1
    assert words(app, handoff_id, Question.CHAMPION) == before


def test_nobody_else_and_nothing_else_is_taken_for_an_answer(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    rows = app.rows()
    thread.write("Not mine", user=OTHER)
    thread.write("A bot", bot_id="B1")
    thread.write("joined", subtype="channel_join")
    event = {"type": "message", "channel": "C0DEAL", "channel_type": "channel", "user": AE}
    app.deliver(app.event_body(**event, text="next", ts="1.2", thread_ts=thread.ts))
    after = app.rows()
    assert {name: rows[name] for name in rows if name != "received"} == {
        name: after[name] for name in after if name != "received"
    }
    assert "wrote" not in thread.press(ActionId.CHAT_NEXT, user=OTHER).sentence


def test_a_button_of_an_earlier_question_is_refused(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    thread.write("skip")
    stale = thread.press(ActionId.CHAT_NEXT, item="bought")
    assert "The chat went on since" in stale.sentence
    assert thread.said[-1] == (Says.QUESTION, "champion", 0)


def test_a_reply_before_it_is_known_where_the_thread_is_comes_again(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    app.press(AE, ActionId.OPEN_DEBRIEF_CHAT, Ref(handoff=handoff_id), channel=DM)
    with app.store.database.writing() as connection:
        root = outbox.c.kind == NoticeKind.CHAT_OPENED.value
        connection.execute(update(outbox).where(root).values(maybe_sent=True))
        connection.commit()
    event = {"type": "message", "channel": DM, "channel_type": "im", "user": AE, "text": "Ilse"}
    body = app.event_body(**event, ts="1772620002.000001", thread_ts="1772620001.000009")
    assert app.deliver(body).status == 500
    with app.store.database.writing() as connection:
        stands = {"state": "sent", "ts": "1772620001.000009", "sent_channel": DM}
        connection.execute(update(outbox).where(root).values(**stands))
        connection.commit()
    assert app.deliver(body).status == 200
    with app.store.read(app.team.workspace_id) as unit:
        chat = unit.chats.of(handoff_id, app.team.ae.id, About.DEBRIEF)
        assert chat is not None
        assert [one.words for one in unit.chats.messages(chat.id, chat.at)] == ["Ilse"]


def test_the_last_question_ends_it_and_says_what_is_open(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    for number in range(7):
        thread.write("skip" if number == 2 else f"Answer {number} on 3 May")
        if number != 2:
            thread.write("next")
    assert thread.said[-1] == (Says.DONE, "year", 1)
    assert thread.chat.state is ChatState.DONE
    assert handoff_of(app, handoff_id).debrief.unanswered == (Question.NEARLY,)
    app.press(AE, thread.opens, Ref(handoff=handoff_id), channel=DM)
    thread.write("The discount")
    thread.write("next")
    assert handoff_of(app, handoff_id).debrief.unanswered == ()
    refused = app.press(AE, thread.opens, Ref(handoff=handoff_id), channel=DM)
    assert "Nothing is left to ask in a chat." in refused.sentence


def test_a_day_of_the_brief_is_understood_or_asked_for_again(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    thread = Thread(app, handoff_id, About.BRIEF)
    while thread.chat.at.item != "runs_on":
        thread.write("skip")
    thread.write("when the lease ends")
    thread.write("next")
    assert thread.said[-1] == (Says.BAD_DAY, "runs_on", 0)
    before = thread.said[-1]
    thread.write("30 June 2026")
    thread.write("next")
    with app.store.read(app.team.workspace_id) as unit:
        why = unit.brief.load(handoff_id, audiences=EVERY).section(SectionKey.WHY)
    assert str(dict(why)["runs_on"]) == "2026-06-30"
    assert thread.said[-1] != before


def test_a_chat_of_what_is_over_says_so_and_keeps_nothing(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    form = app.modal(app.press(AE, ActionId.OPEN_CANCEL, Ref(handoff=handoff_id)))
    app.submit(AE, form.type(reason="They withdrew"))
    thread.write("The lease")
    assert thread.said[-1][0] == Says.REFUSED
    gone = cancelled(app.store, app.team)
    refused = app.press(AE, ActionId.OPEN_DEBRIEF_CHAT, Ref(handoff=gone), channel=DM)
    assert "cancelled" in refused.sentence


@pytest.mark.parametrize("user", [CSM, "UCS_MANAGER", "UREVOPS", OTHER])
def test_only_the_ae_answers_in_chat(app: App, user: str) -> None:
    handoff_id = assigned(app.store, app.team)
    before = app.rows()
    for action in (ActionId.OPEN_DEBRIEF_CHAT, ActionId.OPEN_BRIEF_CHAT):
        told = app.press(user, action, Ref(handoff=handoff_id), channel=DM).sentence
        assert "is up to Maya." in told
    assert app.rows() == before


def test_from_a_window_it_says_where_it_goes_on(app: App) -> None:
    handoff_id = posted(app.store, app.team, Deal())
    form = opened(app, AE, handoff_id)
    app.press(AE, ActionId.OPEN_DEBRIEF_CHAT, Ref(handoff=handoff_id), modal=form)
    assert "It goes on in your direct messages with the bot" in updated(app).words


def test_what_was_promised_goes_on_to_the_ledger_line_by_line(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    for _ in range(3):
        thread.write("skip")
    thread.write("Training for ten people by 3 May")
    thread.write("A named contact on 4 May")
    thread.write("next")
    with app.store.database.reading() as connection:
        kind = outbox.c.kind == NoticeKind.CHAT_SAID.value
        facts = connection.execute(select(outbox.c.facts).where(kind)).scalars().all()
    assert [json.loads(one)["promised"] for one in facts][-2:] == [0, 1]
    for number, told in ((2, "Training for ten people by 3 May"), (3, "A named contact on 4 May")):
        ref = Ref(handoff=handoff_id)
        editor = app.modal(app.press(AE, ActionId.DEBRIEF_PROMISE, ref, channel=DM))
        assert editor.holds("words") == told
        assert not app.submit(AE, editor).errors
        assert len(entries(app, handoff_id)) == number


def test_a_thread_that_slack_never_took_is_begun_anew_by_the_button(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    app.press(AE, ActionId.OPEN_DEBRIEF_CHAT, Ref(handoff=handoff_id), channel=DM)
    with app.store.database.writing() as connection:
        root = outbox.c.kind == NoticeKind.CHAT_OPENED.value
        connection.execute(update(outbox).where(root).values(state="dead", reason="gone"))
        connection.commit()
    thread = Thread(app, handoff_id)
    thread.write("The lease ends on 30 June")
    thread.write("next")
    assert words(app, handoff_id, Question.BOUGHT) == "The lease ends on 30 June"
