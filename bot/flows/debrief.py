"""The won-deal debrief: live, question by question, or answered ahead by the AE."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from slack_sdk.models.views import View

from bot.domain import access, debriefing
from bot.domain.access import Act
from bot.domain.debrief import (
    OWN_PART,
    SETTLED,
    Answer,
    Ask,
    OwnPart,
    Question,
    Standing,
    Talk,
)
from bot.domain.debrief_pages import AskShown
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.ledger import surfaces_late
from bot.domain.merging import FieldConflict, merge_fields
from bot.domain.people import Person
from bot.domain.read_models import Clash, DebriefStep, Writer
from bot.flows.answers import Answer as Shown
from bot.flows.answers import Done, Push, Refresh, Update
from bot.flows.asked import Asked
from bot.flows.inputs import answer_of, minutes_of, own_part_of
from bot.flows.listeners import Listeners
from bot.flows.reasons import reason_in
from bot.flows.showing import debrief_page, name_of
from bot.storage.debriefs import OWN
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.debrief import (
    ASK_AE,
    CLEAR,
    IN_LEDGER,
    LATER,
    NOT_KNOWN,
    all_questions_view,
    debrief_view,
    listener_view,
    next_line,
    own_part_view,
    reply_view,
    talk_view,
)
from bot.views.entries import promise_view
from bot.views.ids import ActionId, Field, ViewId
from bot.views.payload import Ref

_MARKS = {CLEAR: Standing.CLEAR, NOT_KNOWN: Standing.NOT_KNOWN, LATER: Standing.ANSWERED}
_SETTLING = (CLEAR, NOT_KNOWN)
"""Marks that say the answer as it was read counts."""


@dataclass(frozen=True)
class Saved:
    """What became of one submitted question."""

    handoff: Handoff
    question: Question
    revision: int
    kept: Answer
    conflicts: tuple[FieldConflict, ...] = ()
    unseen: bool = False
    """Whether it was not marked, because somebody changed it under the mark."""

    @property
    def stays(self) -> bool:
        """Whether the form has something to say before it may go on."""
        return bool(self.conflicts) or self.unseen


def question_named(thing: str | None) -> Question:
    """The question a form or button is about; raises Invalid for one of an older version."""
    if thing not in set(Question):
        raise Invalid(Problem.STALE_BUTTON)
    return Question(thing)


def step(
    unit: ReadUnit, handoff: Handoff, question: Question, viewer: Person, saved: Saved | None = None
) -> View:
    """The form of one question as it stands now; `saved` is the save that it goes on from."""
    return debrief_view(_step(unit, handoff, question, viewer, saved))


def _step(
    unit: ReadUnit, handoff: Handoff, question: Question, viewer: Person, saved: Saved | None = None
) -> DebriefStep:
    audiences = access.audiences(viewer, handoff, in_channel=False)
    found = unit.debriefs.load(handoff.id, audiences=audiences)
    ae = name_of(unit, handoff.ae_id)
    if ae is None:
        raise KeyError(handoff.ae_id)
    brief = unit.brief.load(handoff.id, audiences=audiences)
    here = saved if saved is not None and saved.question is question else None
    return DebriefStep(
        handoff_id=handoff.id,
        account=handoff.account,
        question=question,
        revision=found.revision(question),
        answer=found.answer(question),
        debrief=handoff.debrief,
        leads=handoff.csm_id is not None and debriefing.leads(viewer, handoff),
        marks=debriefing.marks(viewer, handoff),
        ae=ae,
        brief=brief,
        asks=found.about(question),
        promises=brief.entries if question is Question.PROMISED else (),
        wordings=unit.ledger.every_words(handoff.id)
        if question is Question.PROMISED
        else frozenset(),
        clash=_clash(unit, here, viewer) if here is not None and here.conflicts else None,
        unseen=here is not None and here.unseen,
    )


def _clash(unit: ReadUnit, saved: Saved, viewer: Person) -> Clash:
    """Who wrote what this person runs into; an answer has one writer a revision."""
    found = unit.debriefs.load(saved.handoff.id, audiences=access.EVERY)
    kept = found.answers.get(saved.question)
    writers: dict[str, Writer] = {}
    if kept is not None:
        by = name_of(unit, kept.by)
        writers = {
            one.field: Writer(by, kept.at, own=kept.by == viewer.id) for one in saved.conflicts
        }
    return Clash(saved.conflicts, writers)


def first_view(unit: ReadUnit, handoff: Handoff, viewer: Person) -> View:
    """Where to go on: for the CSM the first answer that does not count, for others the first that
    is not given; the list of all where there is none."""
    left = handoff.debrief.unanswered
    if debriefing.marks(viewer, handoff):
        left = handoff.debrief.unsettled
    if left:
        return step(unit, handoff, left[0], viewer)
    return all_view(unit, handoff, viewer)


def all_view(unit: ReadUnit, handoff: Handoff, viewer: Person) -> View:
    """How far each question is."""
    bundle = replace(unit.bundle(handoff.id, viewer=viewer), handoff=handoff)
    return all_questions_view(debrief_page(unit, bundle, viewer))


def open_debrief(asked: Asked, unit: ReadUnit, actor: Person) -> Shown:
    """*Open debrief*: where it was left, whoever left it there."""
    handoff = unit.handoffs.get(asked.handoff_id)
    debriefing.require(Act.ANSWER_DEBRIEF, actor, handoff)
    return Push(first_view(unit, handoff, actor))


def save(asked: Asked, unit: WriteUnit, actor: Person) -> Saved:
    """Save the question the person is in, merged with what was saved since they opened it."""
    question, form = question_named(asked.form.thing), asked.form
    handoff = unit.handoffs.lock(form.handoff or 0)
    debriefing.require(Act.ANSWER_DEBRIEF, actor, handoff)
    found = unit.debriefs.load(handoff.id, audiences=access.EVERY)
    current, revision = found.answer(question), found.revision(question)
    base = current
    if form.revision != revision:
        base = unit.debriefs.answer_at(handoff.id, question, form.revision or 0)
    typed = answer_of(asked.typed, question, base)
    fields, conflicts = merge_fields(base=dict(base), current=dict(current), submitted=dict(typed))
    kept = Answer(**fields)
    marks = asked.typed.option(Field.MARK) if asked.typed.shown(Field.MARK) else None
    # Nobody marks what they have not seen: of what others changed under it the mark says nothing.
    unseen = current != base
    settles = marks in _SETTLING and not unseen
    if kept != current:
        revision = unit.debriefs.save_answer(handoff.id, question, kept, by=actor.id, at=unit.now)
        debriefing.save_answer(
            handoff,
            question,
            before=current,
            after=kept,
            revision=revision,
            by=actor,
            at=unit.now,
            marked=settles,
        )
    asks = _asks(asked, unit, handoff, question, marks, actor)
    if not asks and (settles or marks not in _SETTLING):
        _mark(unit, handoff, question, kept, marks, revision=revision, actor=actor)
    unit.save(handoff, actor_id=actor.id)
    unmarked = unseen and marks in _SETTLING
    return Saved(handoff, question, revision, kept, conflicts, unseen=unmarked)


def _asks(
    asked: Asked,
    unit: WriteUnit,
    handoff: Handoff,
    question: Question,
    chosen: str | None,
    actor: Person,
) -> bool:
    """Whether the AE is asked about the answer; that may be about words which were not seen."""
    text = asked.typed.text(Field.ASK).strip()
    if chosen != ASK_AE and not text:
        return False
    if chosen in _SETTLING:
        # Neither is taken for a mistake: what is asked about does not count yet.
        raise Invalid(Problem.ASK_OR_MARK, field=Field.ASK.value)
    _ask(unit, handoff, question, text, actor)
    return True


def _mark(
    unit: WriteUnit,
    handoff: Handoff,
    question: Question,
    kept: Answer,
    chosen: str | None,
    *,
    revision: int,
    actor: Person,
) -> None:
    if chosen is None:
        return
    if chosen not in _MARKS:
        raise Invalid(Problem.STALE_BUTTON, field=Field.MARK.value)
    debriefing.mark(
        handoff, question, _MARKS[chosen], kept, revision=revision, by=actor, at=unit.now
    )


def _ask(
    unit: WriteUnit, handoff: Handoff, question: Question | None, text: str, actor: Person
) -> None:
    debriefing.require(Act.MARK_DEBRIEF, actor, handoff)
    asked = len(unit.debriefs.load(handoff.id, audiences=access.EVERY).asks)
    line = debriefing.checked_ask(text, asked=asked)
    one = unit.debriefs.add_ask(handoff.id, question, line, by=actor.id, at=unit.now)
    debriefing.ask(handoff, one, by=actor, at=unit.now)


def save_and_next(asked: Asked, unit: WriteUnit, actor: Person) -> Shown:
    """The submitted question: saved, then the next one; after the last the list of all."""
    saved = save(asked, unit, actor)
    if saved.stays:
        return Update(step(unit, saved.handoff, saved.question, actor, saved))
    order = list(Question)
    if saved.question is order[-1]:
        return Update(all_view(unit, saved.handoff, actor))
    return Update(step(unit, saved.handoff, order[saved.question.number], actor))


def go_back(asked: Asked, unit: WriteUnit, actor: Person) -> Shown:
    """*Back*: saved first, then the question before it."""
    saved = save(asked, unit, actor)
    if saved.stays:
        return Update(step(unit, saved.handoff, saved.question, actor, saved))
    before = list(Question)[max(saved.question.number - 2, 0)]
    return Update(step(unit, saved.handoff, before, actor))


def all_questions(asked: Asked, unit: WriteUnit, actor: Person) -> Shown:
    """*All questions*: saved first, then the list."""
    saved = save(asked, unit, actor)
    if saved.stays:
        return Update(step(unit, saved.handoff, saved.question, actor, saved))
    return Update(all_view(unit, saved.handoff, actor))


def go_to(asked: Asked, unit: ReadUnit, actor: Person) -> Shown:
    """One question chosen from the list."""
    handoff = unit.handoffs.get(asked.handoff_id)
    debriefing.require(Act.ANSWER_DEBRIEF, actor, handoff)
    return Update(step(unit, handoff, question_named(asked.ref.thing), actor))


def add_to_ledger(asked: Asked, unit: WriteUnit, actor: Person) -> Shown:
    """*Add to ledger*: saved first, then the editor of one promise with the next line in it.

    In a chat it is saved already.
    """
    if asked.view is None:
        handoff = unit.handoffs.get(asked.handoff_id)
        debriefing.require(Act.ANSWER_DEBRIEF, actor, handoff)
        here = _step(unit, handoff, Question.PROMISED, actor)
        return Push(_promise(unit, handoff, next_line(here.answer.words, here)))
    saved = save(asked, unit, actor)
    here = _step(unit, saved.handoff, saved.question, actor, saved)
    if saved.stays:
        return Update(debrief_view(here))
    line = next_line(saved.kept.words, here)
    view = _promise(unit, saved.handoff, line, opened_from=IN_LEDGER)
    return Push(view, Refresh(asked.view["id"], debrief_view(here)))


def _promise(
    unit: ReadUnit, handoff: Handoff, words: str, *, opened_from: str | None = None
) -> View:
    """The editor of a new promise that begins with a line of the answer."""
    late = surfaces_late(handoff, unit.ledger.entries(handoff.id))
    return promise_view(handoff.id, words=words, opened_from=opened_from, late=late)


# --- The talk itself


def open_talk(asked: Asked, unit: ReadUnit, actor: Person) -> Shown:
    """*Record debrief*: as it was recorded, else now with the people of the handoff."""
    handoff = unit.handoffs.get(asked.handoff_id)
    debriefing.require(Act.LEAD_DEBRIEF, actor, handoff)
    found = unit.debriefs.load(handoff.id, audiences=access.EVERY).talk
    # What an earlier CSM recorded is not what is recorded now.
    talk = found.talk if found and handoff.debrief.recorded_at is not None else None
    parts = (handoff.ae_id, handoff.csm_id, handoff.listener_id)
    there = talk.there if talk else tuple(one for one in parts if one is not None)
    view = talk_view(
        handoff.id,
        handoff.account,
        revision=found.revision if found else 0,
        held_at=talk.held_at if talk else _likely(handoff, unit.now),
        minutes=talk.minutes if talk else None,
        there=[one for person in there if (one := name_of(unit, person)) is not None],
        asks_why=access.owes_a_reason(Act.LEAD_DEBRIEF, actor, handoff),
    )
    return Push(view)


def _likely(handoff: Handoff, now: datetime) -> datetime:
    """When it was held, where nobody said so yet: as arranged, once that has come."""
    arranged = handoff.debrief_talk.agreed_at
    if arranged is not None and arranged <= now:
        return arranged
    return now.replace(second=0, microsecond=0)


def who_was_there(asked: Asked) -> Sequence[str]:
    """Everybody who was chosen as having been there."""
    return asked.typed.users(Field.THERE) if asked.view is not None else ()


def save_talk(asked: Asked, unit: WriteUnit, actor: Person) -> Shown:
    """The submitted record; one that was written meanwhile is not overwritten unseen."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    debriefing.require(Act.LEAD_DEBRIEF, actor, handoff)
    held_at = asked.typed.instant(Field.HELD_AT)
    if held_at is None:
        raise Invalid(Problem.DATE_NEEDED, field=Field.HELD_AT.value)
    found = unit.debriefs.load(handoff.id, audiences=access.EVERY).talk
    if (found.revision if found else 0) != (asked.ref.revision or 0):
        raise Conflict(Problem.CHANGED_MEANWHILE, field=Field.MINUTES)
    there = [unit.people.by_slack_id(one) for one in who_was_there(asked)]
    if any(one is None or not one.full_member for one in there):
        raise Invalid(Problem.NOT_A_COLLEAGUE, field=Field.THERE.value)
    ids = tuple(one.id for one in there if one is not None)
    talk = debriefing.checked_talk(
        Talk(held_at=held_at, minutes=minutes_of(asked.typed), there=ids), handoff, at=unit.now
    )
    debriefing.record_talk(
        handoff,
        talk,
        revision=unit.debriefs.save_talk(handoff.id, talk, by=actor.id, at=unit.now),
        by=actor,
        at=unit.now,
        reason=reason_in(asked, Act.LEAD_DEBRIEF, actor, handoff),
    )
    unit.save(handoff, actor_id=actor.id)
    return _back_to_list(asked, unit, handoff, actor)


def _back_to_list(asked: Asked, unit: ReadUnit, handoff: Handoff, actor: Person) -> Shown:
    """The form closes, and the list below it shows what was saved."""
    below = (asked.view or {}).get("previous_view_id")
    return Done(Refresh(below, all_view(unit, handoff, actor)) if below else None)


# --- What the CSM adds, and what they ask


def open_own_part(asked: Asked, unit: ReadUnit, actor: Person) -> Shown:
    """*Add your part*: as it stands, with what the AE was asked besides."""
    handoff = unit.handoffs.get(asked.handoff_id)
    debriefing.require(Act.MARK_DEBRIEF, actor, handoff)
    found = unit.debriefs.load(handoff.id, audiences=frozenset({OWN_PART}))
    own = found.own
    view = own_part_view(
        handoff.id,
        handoff.account,
        own.own if own else OwnPart(),
        found.about(None),
        revision=own.revision if own else 0,
    )
    return Push(view)


def save_own_part(asked: Asked, unit: WriteUnit, actor: Person) -> Shown:
    """The submitted part; each line of new questions is one."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    debriefing.require(Act.MARK_DEBRIEF, actor, handoff)
    own = own_part_of(asked.typed)
    if unit.debriefs.revision(handoff.id, OWN) != (asked.ref.revision or 0):
        raise Conflict(Problem.CHANGED_MEANWHILE, field=Field.FLAGS)
    before = unit.debriefs.load(handoff.id, audiences=access.EVERY).own
    if own != (before.own if before else OwnPart()):
        revision = unit.debriefs.save_own_part(handoff.id, own, by=actor.id, at=unit.now)
        debriefing.save_own_part(handoff, own, revision=revision, by=actor, at=unit.now)
    for line in asked.typed.text(Field.ASKS).splitlines():
        if line.strip():
            try:
                _ask(unit, handoff, None, line, actor)
            except Invalid as refused:
                raise Invalid(refused.problem, field=Field.ASKS, facts=refused.facts) from refused
    unit.save(handoff, actor_id=actor.id)
    return _back_to_list(asked, unit, handoff, actor)


# --- What the AE says to it


def _waiting(unit: ReadUnit, handoff: Handoff) -> list[Ask]:
    return [one for one in unit.debriefs.load(handoff.id, audiences=access.EVERY).asks if one.open]


def open_reply(asked: Asked, unit: ReadUnit, actor: Person) -> Shown:
    """*Answer questions*: the first that waits."""
    handoff = unit.handoffs.get(asked.handoff_id)
    debriefing.require(Act.REPLY_DEBRIEF, actor, handoff)
    waiting = _waiting(unit, handoff)
    if not waiting:
        raise Conflict(Problem.ALREADY_DONE)
    return Push(_reply(unit, handoff, waiting, 0))


def _reply(unit: ReadUnit, handoff: Handoff, waiting: Sequence[Ask], at: int) -> View:
    one = waiting[at]
    found = unit.debriefs.load(handoff.id, audiences=access.EVERY)
    answer = found.answer(one.question).words if one.question is not None else ""
    shown = AskShown(one, name_of(unit, one.asked_by), None)
    return reply_view(
        handoff.id, handoff.account, shown, answer=answer, number=at + 1, count=len(waiting)
    )


def save_reply(asked: Asked, unit: WriteUnit, actor: Person) -> Shown:
    """The submitted reply; the next question that waits follows in the same window."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    debriefing.require(Act.REPLY_DEBRIEF, actor, handoff)
    words = debriefing.checked_reply(asked.typed.text(Field.REPLY))
    waiting = _waiting(unit, handoff)
    one = unit.debriefs.ask(handoff.id, asked.ref.entry or 0)
    others = [ask for ask in waiting if ask.id != one.id]
    debriefing.reply(handoff, one, words, others=others, by=actor, at=unit.now)
    unit.debriefs.reply(handoff.id, one.id, words, by=actor.id, at=unit.now)
    unit.save(handoff, actor_id=actor.id)
    return Update(_reply(unit, handoff, others, 0)) if others else Done()


# --- The second listener


def open_listener(asked: Asked, unit: ReadUnit, actor: Person) -> Shown:
    """*Second listener*: who it is."""
    handoff = unit.handoffs.get(asked.handoff_id)
    debriefing.require(Act.NAME_LISTENER, actor, handoff)
    listener = name_of(unit, handoff.listener_id)
    return Push(listener_view(handoff.id, handoff.account, listener))


def who_listens(asked: Asked) -> Sequence[str]:
    """Whoever was chosen to listen."""
    chosen = asked.typed.user(Field.PERSON) if asked.view is not None else None
    return [chosen] if chosen else []


def save_listener(asked: Asked, unit: WriteUnit, actor: Person) -> Shown:
    """The chosen one, who is the CS manager or of RevOps."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    debriefing.require(Act.NAME_LISTENER, actor, handoff)
    chosen = asked.typed.user(Field.PERSON)
    person = unit.people.by_slack_id(chosen) if chosen else None
    if chosen and (person is None or not access.may_listen(person, handoff)):
        raise Invalid(Problem.NO_LISTENER, field=Field.PERSON.value)
    listens, wanted = handoff.listener_id or 0, person.id if person else 0
    if listens not in (asked.ref.entry or 0, wanted):
        now = name_of(unit, handoff.listener_id)
        facts = {"name": now.name} if now is not None else {}
        raise Conflict(Problem.CHANGED_MEANWHILE, field=Field.PERSON, facts=facts)
    handoff.listen(person.id if person else None, by=actor, at=unit.now)
    unit.save(handoff, actor_id=actor.id)
    return _back_to_list(asked, unit, handoff, actor)


# --- Delivered once more


def _once_more(asked: Asked, ref: Ref, unit: ReadUnit, actor: Person) -> View:
    """The question that a submitted one led to, the same where something was in conflict."""
    handoff = unit.handoffs.get(ref.handoff or 0)
    debriefing.require(Act.ANSWER_DEBRIEF, actor, handoff)
    question = question_named(ref.thing)
    if asked.form.thing != ref.thing:
        return step(unit, handoff, question, actor)
    found = unit.debriefs.load(handoff.id, audiences=access.EVERY)
    base = unit.debriefs.answer_at(handoff.id, question, asked.form.revision or 0)
    typed = answer_of(asked.typed, question, base)
    current = found.answer(question)
    _, conflicts = merge_fields(base=dict(base), current=dict(current), submitted=dict(typed))
    marks = asked.typed.option(Field.MARK) if asked.typed.shown(Field.MARK) else None
    unmarked = marks in _SETTLING and handoff.debrief.standing(question) not in SETTLED
    saved = Saved(handoff, question, ref.revision or 0, current, conflicts, unseen=unmarked)
    return step(unit, handoff, question, actor, saved)


def _all_once_more(_: Asked, ref: Ref, unit: ReadUnit, actor: Person) -> View:
    handoff = unit.handoffs.get(ref.handoff or 0)
    debriefing.require(Act.ANSWER_DEBRIEF, actor, handoff)
    return all_view(unit, handoff, actor)


def _reply_once_more(_: Asked, ref: Ref, unit: ReadUnit, actor: Person) -> View:
    handoff = unit.handoffs.get(ref.handoff or 0)
    debriefing.require(Act.REPLY_DEBRIEF, actor, handoff)
    waiting = _waiting(unit, handoff)
    return _reply(unit, handoff, waiting, 0) if waiting else all_view(unit, handoff, actor)


def register(listeners: Listeners) -> None:
    """Buttons and forms."""
    listeners.opens(ActionId.OPEN_DEBRIEF, open_debrief)
    listeners.submits(ViewId.DEBRIEF, save_and_next)
    listeners.acts(ActionId.DEBRIEF_BACK, go_back)
    listeners.acts(ActionId.DEBRIEF_ALL, all_questions)
    listeners.opens(ActionId.DEBRIEF_GO, go_to)
    listeners.acts(ActionId.DEBRIEF_PROMISE, add_to_ledger)
    listeners.opens(ActionId.DEBRIEF_TALK, open_talk)
    listeners.submits(ViewId.DEBRIEF_TALK, save_talk, named=who_was_there)
    listeners.opens(ActionId.DEBRIEF_OWN, open_own_part)
    listeners.submits(ViewId.DEBRIEF_OWN, save_own_part)
    listeners.opens(ActionId.DEBRIEF_REPLY, open_reply)
    listeners.submits(ViewId.DEBRIEF_REPLY, save_reply)
    listeners.opens(ActionId.OPEN_LISTENER, open_listener)
    listeners.submits(ViewId.LISTENER, save_listener, named=who_listens)
    listeners.redraw(ViewId.DEBRIEF, _once_more)
    listeners.redraw(ViewId.DEBRIEF_ALL, _all_once_more)
    listeners.redraw(ViewId.DEBRIEF_REPLY, _reply_once_more)
