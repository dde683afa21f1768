"""The AE's check-in note: written, looked at, and marked as sent."""

from dataclasses import replace

from slack_sdk.models.views import View

from bot.domain import reviewing
from bot.domain.access import Act, Audience
from bot.domain.check_in import CheckIn, NoteLook, look
from bot.domain.handoff import Handoff
from bot.domain.people import Person
from bot.domain.review_pages import CheckInForm
from bot.domain.reviews import ReviewKind, act_of
from bot.flows.answers import Answer, Done, Push, Update
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.reasons import reason_in
from bot.flows.review_forms import begin, head_of, locked, written
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.check_in import check_in_view
from bot.views.ids import ActionId, Field, ViewId
from bot.views.payload import Ref

KIND = ReviewKind.CHECK_IN


def open_note(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Write check-in*: the note as it stands."""
    return Push(_as_it_stands(asked.handoff_id, unit, actor))


def _as_it_stands(handoff_id: int, unit: ReadUnit, actor: Person) -> View:
    opening = begin(handoff_id, unit, actor, KIND)
    return check_in_view(CheckInForm(opening.head, written(unit, opening, CheckIn)))


def check_note(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Check words*: what there is to point out in what is typed; nothing is saved."""
    opening = begin(asked.handoff_id, unit, actor, KIND)
    note = _typed(asked)
    found = _look(unit, opening.handoff, note.words)
    # What is typed stays about the note that the form was filled from.
    head = replace(opening.head, revision=asked.form.revision or 0)
    return Update(check_in_view(CheckInForm(head, note, found)), acted=False)


def save_note(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted note: a draft, or sent; what is pointed out in it is shown once it is kept."""
    handoff = locked(asked, unit, actor, KIND, field=Field.NOTE)
    note = _typed(asked).checked()
    revision = unit.reviews.save(handoff.id, KIND, note, by=actor.id, at=unit.now)
    reason = reason_in(asked, act_of(KIND), actor, handoff)
    if note.sent_at is None:
        reviewing.draft_check_in(handoff, revision=revision, by=actor, at=unit.now, reason=reason)
    else:
        reviewing.send_check_in(
            handoff, note.sent_at, revision=revision, by=actor, at=unit.now, reason=reason
        )
    unit.save(handoff, actor_id=actor.id)
    found = _look(unit, handoff, note.words)
    if note.sent_at is not None and found.fine:
        return Done()
    head = head_of(handoff, unit, actor, KIND)
    return Update(check_in_view(CheckInForm(head, note, found, saved=True)))


def _typed(asked: Asked) -> CheckIn:
    return CheckIn(
        words=asked.typed.text(Field.NOTE), sent_at=asked.typed.instant(Field.NOTE_SENT_AT)
    )


def _look(unit: ReadUnit, handoff: Handoff, words: str) -> NoteLook:
    brief = unit.brief.load(handoff.id, audiences=frozenset({Audience.CHANNEL}))
    return look(words, people=[one.name for one in brief.people.contacts])


def _once_more(_: Asked, ref: Ref, unit: ReadUnit, actor: Person) -> View:
    return _as_it_stands(ref.handoff or 0, unit, actor)


def register(listeners: Listeners) -> None:
    """The button, the form, and the look at its words."""
    listeners.opens(ActionId.OPEN_CHECK_IN, open_note, act=Act.RECORD_AE_STEP)
    listeners.opens(ActionId.CHECK_NOTE, check_note, act=Act.RECORD_AE_STEP)
    listeners.submits(ViewId.CHECK_IN, save_note)
    listeners.redraw(ViewId.CHECK_IN, _once_more)
