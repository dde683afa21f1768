"""Day 90: defined done line by line, the closing with its outcome, and taking that back."""

from slack_sdk.models.views import View

from bot.domain import closing, reviewing
from bot.domain.access import Act
from bot.domain.closing import Closing, Unfinished, unfinished
from bot.domain.defined_done import (
    DefinedDone,
    DoneLine,
    Met,
    met_field,
    note_field,
    written_lines,
)
from bot.domain.errors import Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.ledger import undecided
from bot.domain.people import Person
from bot.domain.plan import MilestoneState
from bot.domain.review_pages import ClosingForm, DefinedDoneForm
from bot.domain.reviews import Outcome, ReviewDay, ReviewKind, act_of
from bot.flows.answers import Answer, Done, Push, Refresh, Update
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.reasons import reason_in
from bot.flows.review_forms import Opening, begin, head_of, locked, written
from bot.storage.unit_of_work import Bundle, ReadUnit, WriteUnit
from bot.views.closing import closing_view, defined_done_view
from bot.views.ids import ActionId, Field, ViewId
from bot.views.payload import Ref

DONE, CLOSE = ReviewKind.DEFINED_DONE, ReviewKind.CLOSING
FROM_CLOSING = 1
"""A form of defined done that lies on top of the one that closes."""


def open_done(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Review defined done*: every line that the brief has."""
    opening = begin(asked.handoff_id, unit, actor, DONE)
    on_top = asked.view is not None and asked.view.get("callback_id") == ViewId.CLOSING.value
    return Push(_done_view(unit, opening, page=FROM_CLOSING if on_top else None))


def _done_view(unit: ReadUnit, opening: Opening, *, page: int | None) -> View:
    lines = written_lines(opening.bundle.brief.first_days)
    if not lines:
        raise Invalid(Problem.NO_DEFINED_DONE)
    record = written(unit, opening, DefinedDone)
    return defined_done_view(DefinedDoneForm(opening.head, lines, record), page=page)


def save_done(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """What became of each line; then whoever closes goes on to that."""
    handoff = locked(asked, unit, actor, DONE, field=Field.NOTE_LIVE_BY)
    bundle = unit.bundle(handoff.id, viewer=actor)
    record = _judged(asked).checked(written_lines(bundle.brief.first_days))
    reviewing.record(
        handoff,
        DONE,
        revision=unit.reviews.save(handoff.id, DONE, record, by=actor.id, at=unit.now),
        by=actor,
        at=unit.now,
        reason=reason_in(asked, act_of(DONE), actor, handoff),
    )
    unit.save(handoff, actor_id=actor.id)
    if not closing.may_close(actor, handoff):
        return Done()
    view = _closing_view(unit, handoff, actor)
    below = (asked.view or {}).get("previous_view_id")
    if asked.ref.page == FROM_CLOSING and below:
        return Done(Refresh(below, view))
    return Update(view)


def _judged(asked: Asked) -> DefinedDone:
    met: dict[DoneLine, Met] = {}
    notes: dict[DoneLine, str] = {}
    for line in DoneLine:
        chosen = asked.typed.one_of(Met, Field(met_field(line)))
        if chosen is not None:
            met[line] = chosen
        notes[line] = asked.typed.text(Field(note_field(line)))
    return DefinedDone(met=met, notes=notes)


def open_closing(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Close handoff*: defined done first, where it was written and nobody reviewed it."""
    opening = begin(asked.handoff_id, unit, actor, CLOSE)
    handoff, bundle = opening.handoff, opening.bundle
    left = _left(unit, handoff, bundle)
    if left.defined_done and reviewing.day_now(bundle.deadlines) is ReviewDay.LAST:
        return Push(_done_view(unit, begin(handoff.id, unit, actor, DONE), page=None))
    return Push(_closing_view(unit, handoff, actor))


def _left(unit: ReadUnit, handoff: Handoff, bundle: Bundle) -> Unfinished:
    milestones = unit.plans.milestones(handoff.id, audiences=bundle.audiences)
    return unfinished(
        handoff,
        bundle.deadlines,
        promises=len(undecided(unit.ledger.entries(handoff.id))),
        milestones=sum(one.state is MilestoneState.OPEN for one in milestones),
        lines=len(written_lines(bundle.brief.first_days)),
    )


def _closing_view(unit: ReadUnit, handoff: Handoff, actor: Person) -> View:
    bundle = unit.bundle(handoff.id, viewer=actor)
    early = reviewing.day_now(bundle.deadlines) is not ReviewDay.LAST
    return closing_view(
        ClosingForm(
            head_of(handoff, unit, actor, CLOSE),
            _left(unit, handoff, bundle),
            early=early,
            lines=bool(written_lines(bundle.brief.first_days)),
        )
    )


def save_closing(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted outcome: the handoff is over."""
    handoff = locked(asked, unit, actor, CLOSE, field=Field.CLOSING_LINE)
    outcome = asked.typed.one_of(Outcome, Field.CLOSING_OUTCOME)
    if outcome is None:
        raise Invalid(Problem.CHOOSE, field=Field.CLOSING_OUTCOME)
    said = Closing(
        outcome=outcome,
        line=asked.typed.text(Field.CLOSING_LINE),
    ).checked()
    bundle = unit.bundle(handoff.id, viewer=actor)
    closing.close(
        handoff,
        said,
        left=_left(unit, handoff, bundle),
        owed=bundle.deadlines,
        revision=unit.reviews.save(handoff.id, CLOSE, said, by=actor.id, at=unit.now),
        by=actor,
        at=unit.now,
    )
    unit.save(handoff, actor_id=actor.id)
    return Done()


def undo(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Undo closing*: open again, with every clock as it was."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    closing.undo_close(handoff, by=actor, at=unit.now, policy=unit.policy)
    unit.save(handoff, actor_id=actor.id)
    return Done(spent=True)


def _once_more(_: Asked, ref: Ref, unit: ReadUnit, actor: Person) -> View:
    return _closing_view(unit, unit.handoffs.get(ref.handoff or 0), actor)


def register(listeners: Listeners) -> None:
    """The buttons, their forms, and the undo."""
    listeners.opens(ActionId.OPEN_DEFINED_DONE, open_done, act=Act.RECORD_CSM_STEP)
    listeners.submits(ViewId.DEFINED_DONE, save_done)
    listeners.opens(ActionId.OPEN_CLOSING, open_closing, act=Act.CLOSE)
    listeners.submits(ViewId.CLOSING, save_closing)
    listeners.redraw(ViewId.CLOSING, _once_more)
    # Days later it would undo another closing, within the minutes of that one.
    listeners.acts(ActionId.UNDO_CLOSING, undo, once_for_good=True)
