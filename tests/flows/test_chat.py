"""Answering in chat: threads, words, several at once, edits, and what is written elsewhere."""

import itertools
import json
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.domain.access import EVERY
from bot.domain.chat import About, ChatState, Says
from bot.domain.debrief import LONGEST_ANSWER, Outlook, Question, Standing
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


def at(body: dict[str, Any], ts: str = "") -> dict[str, Any]:
    """A press at the time the next message would be sent, or at another."""
    body["actions"][0]["action_ts"] = ts or stamp()
    return body


class Thread:
    """A chat on the screen of its person, whose first message stands in their DM."""

    def __init__(self, app: App, handoff_id: int, about: About = About.DEBRIEF) -> None:
        self.app, self.handoff_id, self.about = app, handoff_id, about
        self.ts = stamp()
        action = ActionId.OPEN_DEBRIEF_CHAT if about is About.DEBRIEF else ActionId.OPEN_BRIEF_CHAT
        self.opens = action
        assert self.open().body == {}
        with app.store.database.writing() as connection:
            kind = outbox.c.kind == NoticeKind.CHAT_OPENED.value
            root = (kind, outbox.c.ts.is_(None), outbox.c.state == "pending")
            stands = {"state": "sent", "ts": self.ts, "sent_channel": DM}
            connection.execute(update(outbox).where(*root).values(**stands))
            connection.commit()

    def open(self) -> Reply:
        """Press *Answer in chat*."""
        ref = Ref(handoff=self.handoff_id)
        return self.app.deliver(at(self.app.press_body(AE, self.opens, ref, channel=DM)))

    def write(self, text: str, *, ts: str = "", user: str = AE, **more: Any) -> str:
        when = ts or stamp()
        event = {"type": "message", "channel": DM, "channel_type": "im", "user": user, "text": text}
        reply = self.app.deliver(
            self.app.event_body(**event, ts=when, thread_ts=self.ts, event_ts=when, **more)
        )
        assert reply.status == 200
        return when

    def edit(self, ts: str, text: str, *, at: str = "") -> None:
        """Say that a message was edited, just now or at another time."""
        assert self.app.deliver(self.edited(ts, text, at=at)).status == 200

    def edited(self, ts: str, text: str, *, at: str = "") -> dict[str, Any]:
        """An edit as Slack delivers it."""
        place = {"ts": ts, "thread_ts": self.ts}
        edited = {"user": AE, "ts": at or stamp()}
        changed = {"type": "message", "user": AE, "text": text, "edited": edited, **place}
        event = {"type": "message", "subtype": "message_changed", "channel": DM}
        return self.app.event_body(**event, channel_type="im", message=changed)

    def delete(self, ts: str) -> None:
        assert self.app.deliver(self.deleted(ts)).status == 200

    def deleted(self, ts: str) -> dict[str, Any]:
        """A deletion as Slack delivers it."""
        before = {"type": "message", "user": AE, "text": "gone", "ts": ts, "thread_ts": self.ts}
        event = {"type": "message", "subtype": "message_deleted", "channel": DM}
        more = {"channel_type": "im", "deleted_ts": ts, "previous_message": before}
        return self.app.event_body(**event, **more)

    def press(self, action: ActionId, *, turn: int | None = None, user: str = AE) -> Reply:
        chat = self.chat
        asked = chat.asked if turn is None else turn
        ref = Ref(handoff=self.handoff_id, entry=chat.id, thing=chat.at.item, revision=asked)
        return self.app.deliver(at(self.app.press_body(user, action, ref, channel=DM)))

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
    assert thread.open().body == {}
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
    stale = thread.press(ActionId.CHAT_NEXT, turn=1)
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
    place = {"ts": "1772620002.000001", "thread_ts": "1772620001.000009"}
    body = app.event_body(**event, **place)
    said = {"user": AE, "text": "Ilse Brandt", "edited": {"ts": "1772620003.000001"}, **place}
    edit = {**event, "subtype": "message_changed", "message": {"type": "message", **said}}
    edited = app.event_body(**edit)
    for each in (body, edited):
        assert app.deliver(each).status == 500
    with app.store.database.writing() as connection:
        stands = {"state": "sent", "ts": "1772620001.000009", "sent_channel": DM}
        connection.execute(update(outbox).where(root).values(**stands))
        connection.commit()
    for each in (body, edited):
        assert app.deliver(each).status == 200
    with app.store.read(app.team.workspace_id) as unit:
        chat = unit.chats.of(handoff_id, app.team.ae.id, About.DEBRIEF)
        assert chat is not None
        assert [one.words for one in unit.chats.messages(chat.id, chat.at)] == ["Ilse Brandt"]


def test_the_last_question_ends_it_and_says_what_is_open(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    for number in range(7):
        thread.write("skip" if number == 2 else f"Answer {number} on 3 May")
        if number != 2:
            thread.write("next")
    assert thread.said[-1] == (Says.TAG, "year", 1)
    assert thread.press(ActionId.CHAT_WORRIED).body == {}
    assert written(app, handoff_id).answer(Question.YEAR).outlook is Outlook.WORRIED
    assert words(app, handoff_id, Question.YEAR) == "Answer 6 on 3 May"
    assert thread.said[-1] == (Says.DONE, "year", 0)
    assert thread.chat.state is ChatState.DONE
    assert handoff_of(app, handoff_id).debrief.unanswered == (Question.NEARLY,)
    thread.open()
    thread.write("The discount")
    thread.write("next")
    assert handoff_of(app, handoff_id).debrief.unanswered == ()
    refused = thread.open()
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


def test_the_word_besides_the_last_question_can_be_left_out(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    for _ in range(6):
        thread.write("skip")
    thread.write("A third warehouse")
    thread.write("next")
    assert says(thread) == Says.TAG
    thread.write("And a fourth on 3 May")
    thread.write("next")
    assert says(thread) == Says.DONE
    answered = written(app, handoff_id).answer(Question.YEAR)
    assert answered.words == "A third warehouse\nAnd a fourth on 3 May"
    assert answered.outlook is None


def test_a_message_that_slack_delivers_late_goes_where_it_was_written(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    late = stamp()
    thread.write("next")
    thread.write("Ilse Brandt")
    thread.write("The lease ends on 30 June", ts=late)
    assert words(app, handoff_id, Question.BOUGHT) == "The lease ends on 30 June"
    assert thread.said[-1] == (Says.ADDED, "bought", 0)
    thread.write("next")
    assert words(app, handoff_id, Question.CHAMPION) == "Ilse Brandt"
    assert words(app, handoff_id, Question.BOUGHT) == "The lease ends on 30 June"


def test_what_was_written_after_a_word_goes_with_it_though_it_came_before(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    thread.write("The lease ends on 30 June")
    word = stamp()
    thread.write("Ilse Brandt")
    thread.write("next", ts=word)
    assert words(app, handoff_id, Question.BOUGHT) == "The lease ends on 30 June"
    assert thread.said[-1] == (Says.QUESTION, "champion", 1)
    thread.write("next")
    assert words(app, handoff_id, Question.CHAMPION) == "Ilse Brandt"


def test_an_edit_that_slack_tells_of_before_the_message_counts(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    ts = stamp()
    thread.edit(ts, "The lease ends on 30 June")
    thread.write("The lease", ts=ts)
    thread.write("next")
    assert words(app, handoff_id, Question.BOUGHT) == "The lease ends on 30 June"


@pytest.mark.parametrize("saved", [False, True])
def test_of_edits_that_come_in_the_wrong_order_the_last_one_counts(app: App, saved: bool) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    ts = thread.write("The lease")
    if saved:
        thread.write("next")
    earlier, later = stamp(), stamp()
    thread.edit(ts, "The lease ends on 30 June", at=later)
    said = thread.said
    thread.edit(ts, "The lease ends in June", at=earlier)
    assert thread.said == said
    if not saved:
        thread.write("next")
    assert words(app, handoff_id, Question.BOUGHT) == "The lease ends on 30 June"
    thread.edit(ts, "The lease ends on 1 July")
    assert words(app, handoff_id, Question.BOUGHT) == "The lease ends on 1 July"


def test_an_edit_that_was_taken_back_stays_so_though_slack_tells_of_it_last(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    ts = thread.write("The lease")
    thread.write("next")
    earlier, later = stamp(), stamp()
    thread.edit(ts, "The lease", at=later)
    thread.edit(ts, "The rent", at=earlier)
    assert words(app, handoff_id, Question.BOUGHT) == "The lease"


def test_a_day_that_is_none_is_not_replaced_by_the_one_before_it(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    thread = Thread(app, handoff_id, About.BRIEF)
    while thread.chat.at.item != "runs_on":
        thread.write("skip")
    ts = thread.write("30 June 2026")
    thread.write("next")
    earlier, later = stamp(), stamp()
    thread.edit(ts, "some time in July", at=later)
    told = thread.said
    assert told[-1] == (Says.BAD_DAY, "runs_on", 0)
    thread.edit(ts, "1 July 2026", at=earlier)
    assert thread.said == told
    with app.store.read(app.team.workspace_id) as unit:
        why = unit.brief.load(handoff_id, audiences=EVERY).section(SectionKey.WHY)
    assert str(dict(why)["runs_on"]) == "2026-06-30"


@pytest.mark.parametrize("saved", [False, True])
def test_what_was_deleted_does_not_come_back_with_an_edit_from_before(
    app: App, saved: bool
) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    ts = thread.write("Ilse drinks")
    thread.write("The lease ends on 30 June")
    if saved:
        thread.write("next")
    before = stamp()
    thread.delete(ts)
    said = thread.said
    # Each comes once more after days, too, when its key is forgotten.
    for _ in range(2):
        thread.edit(ts, "Ilse drinks a lot", at=before)
        thread.delete(ts)
    assert thread.said == said
    if not saved:
        thread.write("next")
    assert words(app, handoff_id, Question.BOUGHT) == "The lease ends on 30 June"


def test_what_was_deleted_before_it_came_is_no_answer(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    early, ts = stamp(), stamp()
    thread.delete(ts)
    thread.edit(ts, "Ilse drinks a lot")
    thread.write("Ilse drinks", ts=ts)
    thread.write("stop")
    thread.delete(early)
    thread.write("Ilse sings", ts=early)
    assert thread.chat.state is ChatState.STOPPED
    assert words(app, handoff_id, Question.BOUGHT) == ""
    assert [says for says, _, _ in thread.said] == [Says.QUESTION, Says.STOPPED]


def test_edits_in_the_wrong_order_before_the_message_count_by_their_own(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    ts, earlier, later = stamp(), stamp(), stamp()
    thread.edit(ts, "The lease ends on 30 June", at=later)
    thread.edit(ts, "The lease ends in June", at=earlier)
    thread.write("next")
    assert words(app, handoff_id, Question.BOUGHT) == "The lease ends on 30 June"
    said = thread.said
    # By now it is late, and all that it says is saved.
    thread.write("The lease", ts=ts)
    assert words(app, handoff_id, Question.BOUGHT) == "The lease ends on 30 June"
    assert thread.said == said


def test_a_link_that_slack_unfolds_does_not_undo_an_edit(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    ts = thread.write("The plan")
    thread.edit(ts, "The plan of May")
    unfolded = thread.edited(ts, "The plan")
    del unfolded["event"]["message"]["edited"]
    assert app.deliver(unfolded).status == 200
    thread.write("next")
    assert words(app, handoff_id, Question.BOUGHT) == "The plan of May"


def test_words_are_kept_as_they_were_typed_without_slacks_signs(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    thread.write("R&amp;D &lt;pays&gt;, said <@UCSM>, see <https://example.com/a|the plan>")
    thread.write("next")
    told = words(app, handoff_id, Question.BOUGHT)
    assert told.startswith("R&D <pays>, said @Jonas")
    assert "https://example.com/a" in told
    assert "<@" not in told
    # Once more, and it is still one answer and not two.
    thread.write("back")
    thread.write("By 30 June")
    thread.write("next")
    assert words(app, handoff_id, Question.BOUGHT) == f"{told}\nBy 30 June"


def test_a_day_that_was_edited_is_followed_and_a_bad_one_is_tried_again(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    thread = Thread(app, handoff_id, About.BRIEF)

    def runs_on() -> str:
        with app.store.read(app.team.workspace_id) as unit:
            why = unit.brief.load(handoff_id, audiences=EVERY).section(SectionKey.WHY)
        return str(dict(why)["runs_on"])

    while thread.chat.at.item != "runs_on":
        thread.write("skip")
    ts = thread.write("30 June 2026")
    thread.write("next")
    thread.edit(ts, "1 July 2026")
    assert (runs_on(), thread.said[-1]) == ("2026-07-01", (Says.FOLLOWED, "runs_on", 0))
    thread.edit(ts, "some time in July")
    assert (runs_on(), thread.said[-1]) == ("2026-07-01", (Says.BAD_DAY, "runs_on", 0))
    thread.edit(ts, "2 July 2026")
    assert (runs_on(), thread.said[-1]) == ("2026-07-02", (Says.FOLLOWED, "runs_on", 0))


def test_what_is_too_long_is_said_and_can_be_made_shorter(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    ts = thread.write("x" * (LONGEST_ANSWER + 1))
    thread.write("next")
    assert thread.said[-1] == (Says.TOO_LONG, "bought", 0)
    assert words(app, handoff_id, Question.BOUGHT) == ""
    thread.edit(ts, "The lease ends on 30 June")
    assert thread.press(ActionId.CHAT_NEXT).body == {}
    assert thread.said[-1] == (Says.QUESTION, "champion", 1)
    assert words(app, handoff_id, Question.BOUGHT) == "The lease ends on 30 June"


@pytest.mark.parametrize("word", ["skip", "back", "stop"])
def test_whatever_steers_it_saves_first(app: App, word: str) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    thread.write("The lease ends on 30 June")
    thread.write(word)
    assert words(app, handoff_id, Question.BOUGHT) == "The lease ends on 30 June"
    assert thread.said[-1][2] == 1


def test_next_pressed_twice_goes_on_once(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    thread.write("They want it soon")
    turn = thread.chat.asked
    assert thread.press(ActionId.CHAT_NEXT, turn=turn).body == {}
    again = thread.press(ActionId.CHAT_NEXT, turn=turn)
    assert "The chat went on since" in again.sentence
    assert thread.said[-1] == (Says.FOLLOW_UP, "bought", 1)


def test_what_is_written_after_the_end_is_answered_once(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    for _ in range(7):
        thread.write("skip")
    assert says(thread) == Says.DONE
    for _ in range(3):
        thread.write("One thing more")
    assert [one for one, _, _ in thread.said].count(Says.OVER) == 1
    assert thread.said[-1] == (Says.OVER, "year", 0)


def test_what_was_typed_in_the_form_is_kept_when_the_chat_is_opened_from_it(app: App) -> None:
    handoff_id = posted(app.store, app.team, Deal())
    form = opened(app, AE, handoff_id)
    typed = form.type(answer="The lease ends on 30 June")
    app.press(AE, ActionId.OPEN_DEBRIEF_CHAT, Ref(handoff=handoff_id), modal=typed)
    assert words(app, handoff_id, Question.BOUGHT) == "The lease ends on 30 June"
    with app.store.read(app.team.workspace_id) as unit:
        chat = unit.chats.of(handoff_id, app.team.ae.id, About.DEBRIEF)
    assert chat is not None
    assert chat.at.item == Question.CHAMPION.value


def test_pressing_the_button_again_asks_nothing_twice(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    thread = Thread(app, handoff_id)
    assert thread.open().body == {}
    assert len(thread.said) == 1
