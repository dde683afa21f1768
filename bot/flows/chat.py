"""Answering in chat: questions of the debrief and open fields of the brief, one at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot.domain import access, debriefing
from bot.domain.access import Act
from bot.domain.chat import (
    ASKS,
    DEBRIEF,
    About,
    Chat,
    ChatMessage,
    ChatState,
    Says,
    Spot,
    Word,
    day_in,
    joined,
    time_of,
    vague,
    word_of,
)
from bot.domain.debrief import Answer as DebriefAnswer
from bot.domain.debrief import Outlook, Question
from bot.domain.errors import Conflict, HandoffError, Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.items import SectionKey
from bot.domain.notices import chat_elsewhere, chat_opened, chat_said
from bot.domain.people import Person
from bot.flows import debrief
from bot.flows.answers import Answer, Done, Update
from bot.flows.asked import Asked
from bot.flows.brief import counted_items, save_field
from bot.flows.listeners import Listeners
from bot.flows.message_text import words_of
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.brief_form import FORMS, FormField, Input
from bot.views.chat import TAGS
from bot.views.ids import ActionId, Field, ViewId
from bot.views.problem import problem_view
from bot.views.sentences.chat import GOES_ON

_BY_FORM = frozenset({Field.PRIVATE_NOTE})
"""Kept encrypted, and so not written in a chat."""
_YEAR = Spot(DEBRIEF, Question.YEAR.value)
"""The question that asks for a word besides."""
_TYPED = (None, "file_share", "thread_broadcast")
"""Kinds of messages that a person wrote."""


# --- What is asked


def _fields(unit: ReadUnit, handoff: Handoff, person: Person) -> dict[Spot, FormField]:
    """The fields of the brief that a person may fill with words, as far as the deal counts them."""
    return {
        Spot(key.value, one.field.value): one
        for key, items in counted_items(handoff, person, unit).items()
        for one in FORMS[key]
        if one.kind is not Input.TICK and one.counts(items) and one.field not in _BY_FORM
    }


def _order(unit: ReadUnit, handoff: Handoff, person: Person, about: About) -> list[Spot]:
    if about is About.DEBRIEF:
        return [Spot(DEBRIEF, one.value) for one in Question]
    return list(_fields(unit, handoff, person))


def _open(unit: ReadUnit, handoff: Handoff, person: Person, about: About) -> list[Spot]:
    """What is not answered yet, in the order in which it is asked."""
    if about is About.DEBRIEF:
        return [Spot(DEBRIEF, one.value) for one in handoff.debrief.unanswered]
    brief = unit.brief.load(handoff.id, audiences=access.EVERY)
    wanted = {one.item for one in handoff.completeness.open}
    return [
        spot
        for spot, one in _fields(unit, handoff, person).items()
        if one.counts(wanted) and not getattr(brief.section(SectionKey(spot.section)), spot.item)
    ]


def _require(about: About, person: Person, handoff: Handoff) -> None:
    if about is About.DEBRIEF:
        debriefing.require(Act.CHAT_DEBRIEF, person, handoff)
        return
    access.require(Act.EDIT_BRIEF, person, handoff)
    if not handoff.open:
        raise Invalid(handoff.why_over)


# --- Opening one


def open_debrief_chat(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Answer in chat*, of the debrief."""
    return _begin(asked, unit, actor, About.DEBRIEF)


def open_brief_chat(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Answer in chat*, of the brief."""
    return _begin(asked, unit, actor, About.BRIEF)


def _begin(asked: Asked, unit: WriteUnit, actor: Person, about: About) -> Answer:
    """A new thread with its first question, or the old one where it was left.

    What was typed in the form it is opened from is saved first.
    """
    handoff = unit.handoffs.lock(asked.handoff_id)
    _require(about, actor, handoff)
    if asked.in_modal and asked.view is not None and asked.view["callback_id"] == ViewId.DEBRIEF:
        saved = debrief.save(asked, unit, actor)
        handoff = saved.handoff
        if saved.stays:
            return Update(debrief.step(unit, handoff, saved.question, actor, saved))
    left = _open(unit, handoff, actor, about)
    if not left:
        raise Conflict(Problem.NOTHING_LEFT)
    since = asked.acted_ts or ""
    chat = unit.chats.of(handoff.id, actor.id, about)
    if chat is None:
        chat = unit.chats.begin(handoff.id, actor.id, about, left[0], since=since, at=unit.now)
        _hang(unit, chat)
        _say(unit, chat, Says.QUESTION)
    else:
        root = unit.chats.root(chat.id)
        lost = root.thread is None and not root.awaited
        if lost:
            _hang(unit, chat)  # Slack never took the first one.
        waits = chat.state is ChatState.OPEN and chat.at in left and chat.asked == chat.turn
        if lost or not waits:
            spot = chat.at if chat.at in left else left[0]
            _say(unit, chat.going_to(spot, since), Says.QUESTION)
    # In a window nothing else would tell where it goes on.
    return Update(problem_view(GOES_ON)) if asked.in_modal else Done()


def _hang(unit: WriteUnit, chat: Chat) -> None:
    """Say the message on which a chat's thread hangs."""
    root = chat_opened(chat)
    unit.outbox.add(root)
    unit.chats.hangs_on(chat.id, root.key)


# --- What a person writes


def heard(asked: Asked, unit: WriteUnit, actor: Person | None) -> Answer:
    """A message in the bot's direct messages: collected where it is in the thread of a chat."""
    event = asked.event
    if event.get("channel_type") != "im" or event.get("bot_id"):
        return Done()
    kind, channel = event.get("subtype"), event["channel"]
    before = _part(event, "previous_message")
    if kind == "message_changed":
        return _followed(unit, channel, _part(event, "message"), before)
    if kind == "message_deleted":
        gone = {**before, "ts": event.get("deleted_ts"), "text": ""}
        return _followed(unit, channel, gone, before, deleted=True)
    ts, thread_ts = event.get("ts"), event.get("thread_ts")
    if kind not in _TYPED or actor is None or not isinstance(ts, str):
        return Done()
    if not isinstance(thread_ts, str):
        return _outside(unit, actor, ts)
    found = unit.chats.at(channel, thread_ts)
    if found is None and unit.chats.on_its_way(actor.id):
        # Slack delivers it again, and by then it is known which thread this is.
        raise Conflict(Problem.BUSY)
    if found is None or found.person_id != actor.id:
        return Done()
    handoff = unit.handoffs.lock(found.handoff_id)
    return _in_chat(unit, handoff, unit.chats.get(found.id), actor, event)


def _part(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = event.get(name)
    return part if isinstance(part, Mapping) else {}


def _outside(unit: WriteUnit, actor: Person, ts: str) -> Answer:
    """Beside the threads nothing is collected: whoever is asked something is shown where."""
    if unit.chats.listening(actor.id):
        unit.outbox.add(chat_elsewhere(actor.id, ts))
    return Done()


def _words(unit: ReadUnit, message: Mapping[str, Any]) -> str:
    """What a person wrote, without Slack's own signs in it."""

    def name_of(slack_id: str) -> str | None:
        known = unit.people.by_slack_id(slack_id)
        return known.name if known is not None else None

    return words_of({"text": message.get("text")}, name_of).strip()


def _in_chat(
    unit: WriteUnit, handoff: Handoff, chat: Chat, actor: Person, event: Mapping[str, Any]
) -> Answer:
    words = _words(unit, event)
    try:
        _require(chat.about, actor, handoff)
    except HandoffError:
        if chat.state is not ChatState.OVER:  # Said once, however much is written after it.
            _say(unit, replace(chat, state=ChatState.OVER), Says.REFUSED)
        return Done()
    ts, spot = event["ts"], chat.spot_at(event["ts"])
    late = spot != chat.at
    if chat.state in (ChatState.DONE, ChatState.OVER) and not late:
        if chat.state is ChatState.DONE:
            _say(unit, replace(chat, state=ChatState.OVER), Says.OVER)
        return Done()
    if event.get("files"):
        chat = _say(unit, chat, Says.FILES)
    word = word_of(words)
    if word is not None:
        return _steer(unit, handoff, chat, actor, word, since=ts)
    if not words:
        return Done()
    known = unit.chats.message(chat.id, ts)
    if known is not None and known.deleted:
        return Done()
    if chat.state is ChatState.STOPPED:
        chat = replace(chat, state=ChatState.OPEN)
        unit.chats.change(chat)
    unit.chats.collect(chat.id, spot, ts, words)
    if late:
        _attach(unit, handoff, chat, spot, actor)
    return Done()


def _attach(unit: WriteUnit, handoff: Handoff, chat: Chat, spot: Spot, actor: Person) -> None:
    """A message that was written for a question which the chat has left goes there, and no other.

    Slack may deliver it after what was written or pressed later.
    """
    fresh, problem = _save_fresh(unit, handoff, chat, spot, actor)
    if fresh:  # Else an edit of it came first, and was saved.
        _say(unit, chat, problem or Says.ADDED, spot=spot)


def pressed(word: Word) -> Any:
    """A button below a question, which does what the word does."""

    def press(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
        handoff, chat = _pressed_in(asked, unit, actor)
        return _steer(unit, handoff, chat, actor, word, since=asked.acted_ts or "")

    return press


def _pressed_in(asked: Asked, unit: WriteUnit, actor: Person) -> tuple[Handoff, Chat]:
    """The chat of a button, where it is the one that steers it now."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    chat = unit.chats.get(asked.ref.entry or 0)
    if chat.handoff_id != handoff.id:
        raise Invalid(Problem.STALE_BUTTON)
    _require(chat.about, actor, handoff)
    if chat.person_id != actor.id:
        raise Invalid(Problem.STALE_BUTTON)
    if chat.asked != asked.ref.revision or chat.state is not ChatState.OPEN:
        raise Conflict(Problem.CHAT_WENT_ON)
    return handoff, chat


def tagged(action: ActionId) -> Any:
    """One of the words that the last question asks for besides."""

    def press(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
        handoff, chat = _pressed_in(asked, unit, actor)
        _save_tag(unit, handoff, TAGS[action], actor)
        _end(unit, handoff, chat, actor)
        return Done()

    return press


def _steer(
    unit: WriteUnit, handoff: Handoff, chat: Chat, actor: Person, word: Word, *, since: str
) -> Answer:
    """Save what was collected, then go where the word says; a vague answer is asked about once."""
    fresh, problem = _save_fresh(unit, handoff, chat, chat.at, actor, until=since)
    if problem is not None:
        _say(unit, chat, problem)
        return Done()
    saved = len(fresh)
    if word is Word.STOP:
        _say(unit, replace(chat, state=ChatState.STOPPED), Says.STOPPED, saved=saved)
        return Done()
    if word is Word.BACK:
        order = _order(unit, handoff, actor, chat.about)
        place = order.index(chat.at) if chat.at in order else 0
        if order:
            there = _move(unit, chat, order[max(place - 1, 0)], since)
            _say(unit, there, Says.QUESTION, saved=saved, before=chat.at)
        return Done()
    hint = vague(joined(fresh)) if word is Word.NEXT else None
    if hint is not None and not chat.asked_more:
        asks_more = replace(chat, asked_more=True)
        _say(unit, asks_more, Says.FOLLOW_UP, saved=saved, hint=hint.value)
        return Done()
    _go_on(unit, handoff, chat, actor, since=since, saved=saved)
    return Done()


def _move(unit: WriteUnit, chat: Chat, spot: Spot, since: str) -> Chat:
    """To another question; what was written after the word that led there goes with it."""
    there = chat.going_to(spot, since)
    for one in _behind(unit.chats.messages(chat.id, chat.at), since):
        unit.chats.move(chat.id, one.ts, spot)
    return there


def _behind(messages: Sequence[ChatMessage], since: str) -> list[ChatMessage]:
    """What is not saved and was sent after a time of Slack's, though it may have come before."""
    return [one for one in messages if not one.saved and time_of(one.ts) > time_of(since)]


def _save_fresh(
    unit: WriteUnit, handoff: Handoff, chat: Chat, spot: Spot, actor: Person, *, until: str = ""
) -> tuple[list[ChatMessage], Says | None]:
    """Save what was written to a question and is not saved yet; gives it, or why it cannot be.

    What was sent after `until` is not part of it.
    """
    found = unit.chats.messages(chat.id, spot)
    later = {one.ts for one in _behind(found, until)} if until else set()
    messages = [one for one in found if one.ts not in later]
    fresh = [one for one in messages if not one.saved and one.words.strip()]
    if not fresh:
        return [], None
    words = _written(spot, _current(unit, handoff, spot), messages)
    problem = _save(unit, handoff, spot, actor, words)
    if problem is None:
        unit.chats.keep(chat.id, [one.ts for one in messages])
    return fresh, problem


def _go_on(
    unit: WriteUnit, handoff: Handoff, chat: Chat, actor: Person, *, since: str, saved: int = 0
) -> None:
    """To the first open question behind this one; where none is, it is done."""
    order = _order(unit, handoff, actor, chat.about)
    left = _open(unit, handoff, actor, chat.about)
    place = order.index(chat.at) if chat.at in order else -1
    behind = [spot for spot in order[place + 1 :] if spot in left]
    if behind:
        there = _move(unit, chat, behind[0], since)
        _say(unit, there, Says.QUESTION, saved=saved, before=chat.at)
    elif _lacks_tag(unit, handoff, chat):
        _say(unit, replace(chat, tag_asked=True), Says.TAG, saved=saved)
    else:
        _end(unit, handoff, chat, actor, saved=saved)


def _end(unit: WriteUnit, handoff: Handoff, chat: Chat, actor: Person, *, saved: int = 0) -> None:
    left = _open(unit, handoff, actor, chat.about)
    done = replace(chat, state=ChatState.DONE)
    _say(unit, done, Says.DONE, saved=saved, left=len(left), before=chat.at)


def _lacks_tag(unit: ReadUnit, handoff: Handoff, chat: Chat) -> bool:
    """Whether the last question was answered without its word, which was not asked for yet."""
    if chat.at != _YEAR or chat.tag_asked:
        return False
    found = unit.debriefs.load(handoff.id, audiences=access.EVERY)
    answer = found.answer(Question.YEAR)
    return answer.given and answer.outlook is None


# --- What becomes of it


def _written(spot: Spot, current: str, messages: Sequence[ChatMessage]) -> str:
    """All of a question's messages, or behind what somebody wrote to it elsewhere the new ones."""
    kept = [one for one in messages if one.saved]
    if current.strip() == _as_saved(spot, joined(kept)):
        return joined(messages)
    fresh = joined(one for one in messages if not one.saved)
    return f"{current.rstrip()}\n{fresh}" if current.strip() else fresh


def _kind(spot: Spot) -> Input:
    """How an answer is filled in; the debrief's are texts."""
    if spot.section == DEBRIEF:
        return Input.TEXT
    fields = FORMS[SectionKey(spot.section)]
    return next(one.kind for one in fields if one.field.value == spot.item)


def _as_saved(spot: Spot, words: str) -> str:
    """What messages stand as once they are saved, as text."""
    kind = _kind(spot)
    if kind is Input.LINE:
        return " ".join(words.split())
    if kind is Input.DAY:
        day = day_in(words.splitlines()[-1]) if words else None
        return day.isoformat() if day is not None else ""
    return words.strip()


def _current(unit: ReadUnit, handoff: Handoff, spot: Spot) -> str:
    """What stands there now, as text."""
    if spot.section == DEBRIEF:
        found = unit.debriefs.load(handoff.id, audiences=access.EVERY)
        return found.answer(Question(spot.item)).words
    brief = unit.brief.load(handoff.id, audiences=access.EVERY)
    value = getattr(brief.section(SectionKey(spot.section)), spot.item)
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _save(unit: WriteUnit, handoff: Handoff, spot: Spot, actor: Person, words: str) -> Says | None:
    """Save an answer; gives what is to be said where it cannot be saved as it is."""
    try:
        if spot.section == DEBRIEF:
            _save_answer(unit, handoff, Question(spot.item), actor, words)
            return None
        value: str | date | None = words
        if _kind(spot) is Input.LINE:
            value = _as_saved(spot, words)
        elif _kind(spot) is Input.DAY:
            value = day_in(words.splitlines()[-1]) if words else None
            if words and value is None:
                return Says.BAD_DAY
        save_field(unit, handoff, SectionKey(spot.section), spot.item, value, actor)
    except NotAllowed:
        return Says.REFUSED
    except Invalid as refused:
        return Says.TOO_LONG if refused.problem is Problem.TOO_LONG else Says.NOT_SAVED
    return None


def _save_tag(unit: WriteUnit, handoff: Handoff, outlook: Outlook, actor: Person) -> None:
    question = Question.YEAR
    before = unit.debriefs.load(handoff.id, audiences=access.EVERY).answer(question)
    _keep_answer(
        unit, handoff, question, actor, before, before.model_copy(update={"outlook": outlook})
    )


def _save_answer(
    unit: WriteUnit, handoff: Handoff, question: Question, actor: Person, words: str
) -> None:
    before = unit.debriefs.load(handoff.id, audiences=access.EVERY).answer(question)
    _keep_answer(unit, handoff, question, actor, before, before.model_copy(update={"words": words}))


def _keep_answer(
    unit: WriteUnit,
    handoff: Handoff,
    question: Question,
    actor: Person,
    before: DebriefAnswer,
    after: DebriefAnswer,
) -> None:
    kept = after.checked(question)
    if kept == before:
        return
    revision = unit.debriefs.save_answer(handoff.id, question, kept, by=actor.id, at=unit.now)
    debriefing.save_answer(
        handoff, question, before=before, after=kept, revision=revision, by=actor, at=unit.now
    )
    unit.save(handoff, actor_id=actor.id)


def _followed(
    unit: WriteUnit,
    channel: str,
    message: Mapping[str, Any],
    before: Mapping[str, Any],
    *,
    deleted: bool = False,
) -> Answer:
    """A message that was collected reads differently now, or is gone for good.

    Slack may tell of an edit after it told of a later one, or of the deletion.
    """
    ts, thread_ts = message.get("ts"), message.get("thread_ts")
    if not isinstance(ts, str) or not isinstance(thread_ts, str):
        return Done()
    found = unit.chats.at(channel, thread_ts)
    if found is None:
        author = unit.people.by_slack_id(str(message.get("user")))
        if author is not None and unit.chats.on_its_way(author.id):
            # As the message itself, which would else come back as it was.
            raise Conflict(Problem.BUSY)
        return Done()
    handoff = unit.handoffs.lock(found.handoff_id)
    chat, actor = unit.chats.get(found.id), unit.people.get(found.person_id)
    known, words, edited = unit.chats.message(chat.id, ts), _words(unit, message), _edited(message)
    if known is None:
        # Slack may tell of an edit, or of the deletion, before it tells of the message.
        steered = word_of(_words(unit, before)) is not None
        if (words or deleted) and message.get("user") == actor.slack_id and not steered:
            spot = chat.spot_at(ts)
            unit.chats.collect(chat.id, spot, ts, words, edited=edited, deleted=deleted)
        return Done()
    if known.deleted or (known.edited_after(edited) and not deleted):
        return Done()
    # Also where what it says now is not followed: then an older edit is not, either.
    unit.chats.told(chat.id, ts, edited=edited, deleted=deleted)
    if words == known.words:
        return Done()
    if not known.saved:
        unit.chats.reword(chat.id, ts, words)
        return Done()
    try:
        _require(chat.about, actor, handoff)
    except HandoffError:
        return Done()
    kept = [one for one in unit.chats.messages(chat.id, known.at) if one.saved]
    if _current(unit, handoff, known.at).strip() != _as_saved(known.at, joined(kept)):
        _say(unit, chat, Says.NOT_FOLLOWED, spot=known.at)
        return Done()
    now = joined(replace(one, words=words) if one.ts == ts else one for one in kept)
    problem = _save(unit, handoff, known.at, actor, now)
    if problem is None:
        # What could not be saved stays as it was, so that the next edit is tried again.
        unit.chats.reword(chat.id, ts, words)
    _say(unit, chat, problem or Says.FOLLOWED, spot=known.at)
    return Done()


def _edited(message: Mapping[str, Any]) -> str:
    """Slack's time of a message's last edit; empty where it reads as it was sent."""
    edited = _part(message, "edited").get("ts")
    return edited if isinstance(edited, str) else ""


def _say(
    unit: WriteUnit,
    chat: Chat,
    says: Says,
    *,
    spot: Spot | None = None,
    saved: int = 0,
    hint: str = "",
    left: int = 0,
    before: Spot | None = None,
) -> Chat:
    """Keep where a chat is, and say one thing in its thread.

    `before` is the question that was answered just now: what was promised goes to the ledger.
    """
    turn = chat.turn + 1
    asked = turn if says in ASKS else chat.asked
    after = replace(chat, turn=turn, asked=asked)
    unit.chats.change(after)
    promised = saved > 0 and (before or after.at) == Spot(DEBRIEF, Question.PROMISED.value)
    told = chat_said(
        after,
        says,
        spot=spot or after.at,
        saved=saved,
        hint=hint,
        left=left,
        promised=promised,
    )
    unit.outbox.add(told)
    return after


def register(listeners: Listeners) -> None:
    """The buttons, and what is written in the bot's direct messages."""
    listeners.acts(ActionId.OPEN_DEBRIEF_CHAT, open_debrief_chat)
    listeners.acts(ActionId.OPEN_BRIEF_CHAT, open_brief_chat)
    listeners.acts(ActionId.CHAT_NEXT, pressed(Word.NEXT))
    listeners.acts(ActionId.CHAT_SKIP, pressed(Word.SKIP))
    listeners.acts(ActionId.CHAT_BACK, pressed(Word.BACK))
    listeners.acts(ActionId.CHAT_STOP, pressed(Word.STOP))
    for action in TAGS:
        listeners.acts(action, tagged(action))
    listeners.event("message", heard, subscribed_as="message.im", scopes=("im:history",))
