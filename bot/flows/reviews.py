"""Milestones, NPS, what is still true, and first value, as the CSM records them."""

from collections.abc import Iterable

from bot.domain import access, planning, reviewing
from bot.domain.access import Act, Audience
from bot.domain.debrief import Question
from bot.domain.errors import Invalid, Problem
from bot.domain.first_value import Engagement, FirstValue
from bot.domain.handoff import Handoff
from bot.domain.milestone_review import MilestoneReview, reviewed
from bot.domain.nps import Nps, recorded
from bot.domain.people import Person
from bot.domain.plan import Milestone, MilestoneState
from bot.domain.review_pages import FirstValueForm, MilestoneForm, NpsForm, StillTrueForm
from bot.domain.reviews import STILL_TRUE, ReviewDay, ReviewKind
from bot.domain.still_true import (
    ASKED_AGAIN,
    Holds,
    StillTrue,
    changed_field,
    holds_field,
)
from bot.flows.answers import Answer, Push
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.review_forms import begin, keep, written
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.nps import NOBODY, nps_view
from bot.views.reviews import first_value_view, milestone_view, still_true_view

_DAYS = {kind: day for day, kind in STILL_TRUE.items()}


def open_milestones(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Review milestones*: the shared ones."""
    opening = begin(asked.handoff_id, unit, actor, ReviewKind.MILESTONES)
    record = written(unit, opening, MilestoneReview)
    shared = _shared(unit, asked.handoff_id)
    named = tuple((one.number, one.text.words) for one in shared)
    return Push(milestone_view(MilestoneForm(opening.head, named, record, _done(shared))))


def _shared(unit: ReadUnit, handoff_id: int) -> list[Milestone]:
    """The milestones that the customer knows of, as far as they are in the plan."""
    found = unit.plans.milestones(handoff_id, audiences={Audience.SHARED_MILESTONES})
    return [one for one in found if one.in_force]


def _done(shared: Iterable[Milestone]) -> frozenset[int]:
    return frozenset(one.number for one in shared if one.state is MilestoneState.DONE)


def save_milestones(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted review, of the milestones that there are now.

    What is done in the plan is done here; and what is ticked as done nobody is reminded of any
    more, where whoever says so may mark it in the plan.
    """

    def make(handoff: Handoff) -> MilestoneReview:
        ticked, behind = (
            {int(one) for one in asked.typed.options(field)}
            for field in (Field.MILESTONES_DONE, Field.MILESTONES_BEHIND)
        )
        shared = _shared(unit, handoff.id)
        record = reviewed(
            [one.number for one in shared],
            done=ticked | _done(shared),
            behind=behind,
            notes=asked.typed.text(Field.MILESTONE_NOTES),
        )
        if access.may(Act.CONCLUDE_MILESTONE, actor, handoff):
            for one in shared:
                if one.number in ticked and one.state is MilestoneState.OPEN:
                    _reach(unit, handoff, one, actor)
        return record

    kind, field = ReviewKind.MILESTONES, Field.MILESTONE_NOTES
    return keep(asked, unit, actor, kind, make, field=field)


def _reach(unit: WriteUnit, handoff: Handoff, one: Milestone, actor: Person) -> None:
    done = MilestoneState.DONE
    unit.plans.conclude(handoff.id, one, done, by=actor, at=unit.now)
    everything = unit.plans.all_of(handoff.id)
    planning.conclude(handoff, one, done, everything, by=actor, version=one.version, at=unit.now)


def open_nps(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Record NPS*: the answers so far."""
    opening = begin(asked.handoff_id, unit, actor, ReviewKind.NPS)
    return Push(nps_view(NpsForm(opening.head, written(unit, opening, Nps))))


def save_nps(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted answers, all of them; a row that is none keeps the form as it is."""

    def make(handoff: Handoff) -> Nps:
        today = unit.people.calendar(actor.id).local_date(unit.now)
        return recorded(
            asked.typed.text(Field.NPS),
            nobody=NOBODY in asked.typed.options(Field.NPS_NOBODY),
            asked_on=asked.typed.date(Field.ASKED_ON),
            day0=handoff.day0 or today,
            today=today,
        )

    return keep(asked, unit, actor, ReviewKind.NPS, make, field=Field.NPS)


def open_still_true(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Still true?*: the answers of the debrief, for the last day that can be reviewed."""
    day = reviewing.day_now(unit.deadlines.of(asked.handoff_id))
    opening = begin(asked.handoff_id, unit, actor, STILL_TRUE[day or ReviewDay.FIRST])
    if day is None:
        raise Invalid(Problem.TOO_EARLY)
    audiences = opening.bundle.audiences
    found = unit.debriefs.load(asked.handoff_id, audiences=audiences).answers
    answers = {question: found[question].answer for question in ASKED_AGAIN if question in found}
    record = written(unit, opening, StillTrue)
    return Push(still_true_view(StillTrueForm(opening.head, day, answers, record)))


def save_still_true(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """What was submitted about the day that the form was opened for."""
    kind = _kind(asked)

    def make(_: Handoff) -> StillTrue:
        holds: dict[Question, Holds] = {}
        changed: dict[Question, str] = {}
        for question in ASKED_AGAIN:
            field = Field(holds_field(question))
            chosen = asked.typed.one_of(Holds, field)
            if chosen is not None:
                holds[question] = chosen
            changed[question] = asked.typed.text(Field(changed_field(question)))
        return StillTrue(holds=holds, changed=changed).checked()

    return keep(asked, unit, actor, kind, make, field=Field.CHANGED_CHAMPION)


def _kind(asked: Asked) -> ReviewKind:
    """Which of the days the form is about."""
    found = next((kind for kind in _DAYS if kind.value == asked.ref.thing), None)
    if found is None:
        raise Invalid(Problem.STALE_BUTTON)
    return found


def open_first_value(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*First value*: any time after the kickoff."""
    opening = begin(asked.handoff_id, unit, actor, ReviewKind.FIRST_VALUE)
    record = written(unit, opening, FirstValue)
    return Push(first_value_view(FirstValueForm(opening.head, record)))


def save_first_value(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted day and colour."""

    def make(handoff: Handoff) -> FirstValue:
        today = unit.people.calendar(actor.id).local_date(unit.now)
        value = FirstValue(
            reached_on=asked.typed.date(Field.FIRST_VALUE_ON),
            engagement=asked.typed.one_of(Engagement, Field.ENGAGEMENT),
        )
        return value.checked(day0=handoff.day0 or today, today=today)

    kind, field = ReviewKind.FIRST_VALUE, Field.FIRST_VALUE_ON
    return keep(asked, unit, actor, kind, make, field=field)


def register(listeners: Listeners) -> None:
    """The buttons and their forms."""
    act = Act.RECORD_CSM_STEP
    listeners.opens(ActionId.OPEN_MILESTONE_REVIEW, open_milestones, act=act)
    listeners.submits(ViewId.MILESTONE_REVIEW, save_milestones)
    listeners.opens(ActionId.OPEN_NPS, open_nps, act=act)
    listeners.submits(ViewId.NPS, save_nps)
    listeners.opens(ActionId.OPEN_STILL_TRUE, open_still_true, act=act)
    listeners.submits(ViewId.STILL_TRUE, save_still_true)
    listeners.opens(ActionId.OPEN_FIRST_VALUE, open_first_value, act=act)
    listeners.submits(ViewId.FIRST_VALUE, save_first_value)
