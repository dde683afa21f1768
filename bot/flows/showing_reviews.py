"""What of the reviews of day 30, 60 and 90 one viewer is shown, and may record now."""

from collections.abc import Iterator

from bot.domain import access, reviewing
from bot.domain.deadlines import OWED_STATES, DeadlineState, Step
from bot.domain.people import Person
from bot.domain.read_models import named
from bot.domain.review_pages import ReviewOffer, ReviewPage, ReviewShown
from bot.domain.reviews import STILL_TRUE, ReviewDay, ReviewKind, act_of
from bot.storage.unit_of_work import Bundle, ReadUnit

_STEPS = {
    ReviewKind.CHECK_IN: Step.CHECK_IN,
    ReviewKind.MILESTONES: Step.MILESTONES,
    ReviewKind.NPS: Step.NPS,
    ReviewKind.EXPANSION: Step.EXPANSION,
    ReviewKind.EXPANSION_AE: Step.EXPANSION_AE,
    ReviewKind.SCORE: Step.SCORE,
    ReviewKind.SCORE_AE: Step.SCORE_AE,
}
_BEGUN = OWED_STATES | {DeadlineState.DONE}


def review_page(unit: ReadUnit, bundle: Bundle, viewer: Person) -> ReviewPage:
    """All of it that this viewer may read or do."""
    handoff = bundle.handoff
    found = unit.reviews.load(handoff.id, audiences=bundle.audiences, reader=viewer.id)
    writers = unit.people.many([one.by for one in found.values() if one.by is not None])
    # What was written of a closing that was taken back is no closing.
    shown = [
        kind
        for kind in ReviewKind
        if kind in found
        and (kind is not ReviewKind.CLOSING or handoff.reviews.closed_at is not None)
    ]
    reviewed = ReviewKind.MILESTONES in found
    return ReviewPage(
        shown=tuple(
            ReviewShown(kind, found[kind].record, named(found[kind].by, writers), found[kind].at)
            for kind in shown
        ),
        offers=tuple(_offers(bundle, viewer)),
        outcome=handoff.reviews.outcome,
        closed_at=handoff.reviews.closed_at,
        milestones=unit.plans.shared(handoff.id, dropped=True) if reviewed else {},
    )


def _offers(bundle: Bundle, viewer: Person) -> Iterator[ReviewOffer]:
    """What the viewer may record now, in the order of the days."""
    handoff = bundle.handoff
    if handoff.kickoff_held_at is None or handoff.csm_id is None:
        return
    for kind in ReviewKind:
        act, takes = act_of(kind), reviewing.takes(kind, handoff)
        if takes and access.may(act, viewer, handoff) and _now(kind, bundle):
            for_other = access.owes_a_reason(act, viewer, handoff)
            yield ReviewOffer(kind, for_other, again=handoff.reviews.at(kind) is not None)


def _now(kind: ReviewKind, bundle: Bundle) -> bool:
    """Whether something is offered by now: from when its day can be reviewed on."""
    day = reviewing.day_now(bundle.deadlines)
    if kind in STILL_TRUE.values():
        return day is not None and STILL_TRUE[day] is kind
    if kind is ReviewKind.DEFINED_DONE:
        return day is ReviewDay.LAST
    step = _STEPS.get(kind)
    # First value may be known any day, and a customer may be lost any day.
    return step is None or any(one.step is step and one.state in _BEGUN for one in bundle.deadlines)
