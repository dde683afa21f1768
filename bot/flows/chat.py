"""Answering in chat: questions of the debrief and open fields of the brief, one at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot.domain import access, debriefing
from bot.domain.access import Act
from bot.domain.chat import (
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
    vague,
    word_of,
)
from bot.domain.debrief import Answer as DebriefAnswer
from bot.domain.debrief import Question
from bot.domain.errors import Conflict, HandoffError, Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.items import SectionKey
from bot.domain.notices import chat_elsewhere, chat_opened, chat_said
from bot.domain.people import Person
from bot.flows.answers import Answer, Done, Update
from bot.flows.asked import Asked
from bot.flows.brief import counted_items, save_field
from bot.flows.listeners import Listeners
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.brief_form import FORMS, FormField, Input
from bot.views.ids import ActionId, Field
from bot.views.problem import problem_view
from bot.views.sentences.chat import GOES_ON

_BY_FORM = frozenset({Field.PRIVATE_NOTE})
"""Kept encrypted, and so not written in a chat."""
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
        raise Invalid(Problem.HANDOFF_CANCELLED)


# --- Opening one


def open_debrief_chat(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Answer in chat*, of the debrief."""
    return _begin(asked, unit, actor, About.DEBRIEF)


def open_brief_chat(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Answer in chat*, of the brief."""
    return _begin(asked, unit, actor, About.BRIEF)


def _begin(asked: Asked, unit: WriteUnit, actor: Person, about: About) -> Answer:
    """A new thread with its first question, or the old one where it was left."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    _require(about, actor, handoff)
    left = _open(unit, handoff, actor, about)
    if not left:
        raise Conflict(Problem.NOTHING_LEFT)
    chat = unit.chats.of(handoff.id, actor.id, about)
    if chat is None:
        chat = unit.chats.begin(handoff.id, actor.id, about, left[0], at=unit.now)
        _hang(unit, chat)
    else:
        chat = chat.going_to(chat.at if chat.at in left else left[0])
        root = unit.chats.root(chat.id)
        if root.thread is None and not root.awaited:
            _hang(unit, chat)  # Slack never took the first one.
    _say(unit, chat, Says.QUESTION)
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
    if kind == "message_changed":
        return _followed(unit, channel, _part(event, "message"), deleted=False)
    if kind == "message_deleted":
        gone = {**_part(event, "previous_message"), "ts": event.get("deleted_ts")}
        return _followed(unit, channel, gone, deleted=True)
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
    threads = [thread for _, thread in unit.chats.listening(actor.id)]
    if threads:
        unit.outbox.add(chat_elsewhere(actor.id, ts))
    return Done()


def _in_chat(
    unit: WriteUnit, handoff: Handoff, chat: Chat, actor: Person, event: Mapping[str, Any]
) -> Answer:
    text = event.get("text")
    words = text.strip() if isinstance(text, str) else ""
    try:
        _require(chat.about, actor, handoff)
    except HandoffError:
        if chat.state is not ChatState.DONE:  # Said once, however much is written after it.
            _say(unit, replace(chat, state=ChatState.DONE), Says.REFUSED)
        return Done()
    if event.get("files"):
        chat = _say(unit, chat, Says.FILES)
    word = word_of(words)
    if word is not None:
        return _steer(unit, handoff, chat, actor, word)
    if words:
        unit.chats.collect(chat.id, chat.at, event["ts"], words)
        if chat.state is not ChatState.OPEN:
            unit.chats.change(replace(chat, state=ChatState.OPEN))
    return Done()


def pressed(word: Word) -> Any:
    """A button below a question, which does what the word does."""

    def press(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
        handoff = unit.handoffs.lock(asked.handoff_id)
        chat = unit.chats.get(asked.ref.entry or 0)
        if chat.handoff_id != handoff.id:
            raise Invalid(Problem.STALE_BUTTON)
        _require(chat.about, actor, handoff)
        if chat.person_id != actor.id:
            raise Invalid(Problem.STALE_BUTTON)
        if chat.at.item != asked.ref.thing or chat.state is not ChatState.OPEN:
            raise Conflict(Problem.CHAT_WENT_ON)
        return _steer(unit, handoff, chat, actor, word)

    return press


def _steer(unit: WriteUnit, handoff: Handoff, chat: Chat, actor: Person, word: Word) -> Answer:
    if word is Word.NEXT:
        return _next(unit, handoff, chat, actor)
    if word is Word.STOP:
        _say(unit, replace(chat, state=ChatState.STOPPED), Says.STOPPED)
        return Done()
    if word is Word.SKIP:
        _go_on(unit, handoff, chat, actor)
        return Done()
    order = _order(unit, handoff, actor, chat.about)
    place = order.index(chat.at) if chat.at in order else 0
    if order:
        _say(unit, chat.going_to(order[max(place - 1, 0)]), Says.QUESTION)
    return Done()


def _next(unit: WriteUnit, handoff: Handoff, chat: Chat, actor: Person) -> Answer:
    """Save what was collected; a vague answer is asked about once, else the next question."""
    messages = unit.chats.messages(chat.id, chat.at)
    fresh = [one for one in messages if not one.saved and one.words.strip()]
    if not fresh:
        _go_on(unit, handoff, chat, actor)
        return Done()
    current = _current(unit, handoff, chat.at)
    problem = _save(unit, handoff, chat.at, actor, _written(current, messages))
    if problem is not None:
        _say(unit, chat, problem)
        return Done()
    unit.chats.keep(chat.id, chat.at)
    hint = vague(joined(fresh))
    if hint is not None and not chat.pressed:
        _say(unit, replace(chat, pressed=True), Says.FOLLOW_UP, saved=len(fresh), hint=hint.value)
        return Done()
    _go_on(unit, handoff, chat, actor, saved=len(fresh))
    return Done()


def _go_on(unit: WriteUnit, handoff: Handoff, chat: Chat, actor: Person, *, saved: int = 0) -> None:
    """To the first open question behind this one; where none is, it is done."""
    order = _order(unit, handoff, actor, chat.about)
    left = _open(unit, handoff, actor, chat.about)
    place = order.index(chat.at) if chat.at in order else -1
    behind = [spot for spot in order[place + 1 :] if spot in left]
    if behind:
        _say(unit, chat.going_to(behind[0]), Says.QUESTION, saved=saved, before=chat.at)
    else:
        done = replace(chat, state=ChatState.DONE)
        _say(unit, done, Says.DONE, saved=saved, left=len(left), before=chat.at)


# --- What becomes of it


def _written(current: str, messages: Sequence[ChatMessage]) -> str:
    """All of a question's messages, behind what somebody wrote to it elsewhere."""
    kept = joined(one for one in messages if one.saved)
    if current.strip() in ("", kept):
        return joined(messages)
    return f"{current.rstrip()}\n{joined(one for one in messages if not one.saved)}"


def _current(unit: ReadUnit, handoff: Handoff, spot: Spot) -> str:
    """What stands there now, as text."""
    if spot.section == DEBRIEF:
        found = unit.debriefs.load(handoff.id, audiences=access.EVERY)
        return found.answer(Question(spot.item)).words
    brief = unit.brief.load(handoff.id, audiences=access.EVERY)
    value = getattr(brief.section(SectionKey(spot.section)), spot.item)
    return "" if value is None or isinstance(value, date) else str(value)


def _save(unit: WriteUnit, handoff: Handoff, spot: Spot, actor: Person, words: str) -> Says | None:
    """Save an answer; gives what is to be said where it cannot be saved as it is."""
    try:
        if spot.section == DEBRIEF:
            _save_answer(unit, handoff, Question(spot.item), actor, words)
        else:
            section = SectionKey(spot.section)
            kind = next(one.kind for one in FORMS[section] if one.field.value == spot.item)
            value: str | date | None = words
            if kind is Input.LINE:
                value = " ".join(words.split())
            elif kind is Input.DAY:
                value = day_in(words.splitlines()[-1]) if words else None
                if words and value is None:
                    return Says.BAD_DAY
            save_field(unit, handoff, section, spot.item, value, actor)
    except Invalid as refused:
        return Says.TOO_LONG if refused.problem is Problem.TOO_LONG else Says.NOT_SAVED
    return None


def _save_answer(
    unit: WriteUnit, handoff: Handoff, question: Question, actor: Person, words: str
) -> None:
    before = unit.debriefs.load(handoff.id, audiences=access.EVERY).answer(question)
    after = DebriefAnswer(words=words, short=before.short, outlook=before.outlook)
    kept = after.checked(question)
    if kept == before:
        return
    revision = unit.debriefs.save_answer(handoff.id, question, kept, by=actor.id, at=unit.now)
    debriefing.save_answer(
        handoff, question, before=before, after=kept, revision=revision, by=actor, at=unit.now
    )
    unit.save(handoff, actor_id=actor.id)


def _followed(
    unit: WriteUnit, channel: str, message: Mapping[str, Any], *, deleted: bool
) -> Answer:
    """A message that was collected reads differently now, or is gone."""
    ts, thread_ts = message.get("ts"), message.get("thread_ts")
    if not isinstance(ts, str) or not isinstance(thread_ts, str):
        return Done()
    found = unit.chats.at(channel, thread_ts)
    known = unit.chats.message(found.id, ts) if found is not None else None
    if found is None or known is None:
        return Done()
    handoff = unit.handoffs.lock(found.handoff_id)
    chat, actor = unit.chats.get(found.id), unit.people.get(found.person_id)
    text = message.get("text")
    words = text.strip() if isinstance(text, str) and not deleted else ""
    if words == known.words:
        return Done()
    kept = [one for one in unit.chats.messages(chat.id, known.at) if one.saved]
    unit.chats.reword(chat.id, ts, words)
    if not known.saved:
        return Done()
    try:
        _require(chat.about, actor, handoff)
    except HandoffError:
        return Done()
    if _current(unit, handoff, known.at).strip() != joined(kept):
        _say(unit, chat, Says.NOT_FOLLOWED, spot=known.at)
        return Done()
    now = joined(replace(one, words=words) if one.ts == ts else one for one in kept)
    problem = _save(unit, handoff, known.at, actor, now)
    _say(unit, chat, problem or Says.FOLLOWED, spot=known.at)
    return Done()


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
    after = replace(chat, turn=chat.turn + 1)
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
    listeners.event("message", heard, subscribed_as="message.im", scopes=("im:history",))
