"""An owner wants to hear of a step again later; no deadline moves and nobody else is silenced."""

from datetime import timedelta

from bot.domain.deadlines import OWED_STATES, REMINDED, Deadline, Step
from bot.domain.deadlines import snooze as snoozed
from bot.domain.errors import Invalid, NotAllowed, Problem
from bot.domain.people import Person
from bot.domain.read_models import step_line
from bot.flows.answers import Answer, Done, Open
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.payload import Ref
from bot.views.snooze import snooze_view


def owed_step(asked: Asked, unit: ReadUnit, actor: Person) -> Deadline:
    """The step the button names, else the actor's next one; it must be theirs and open."""
    owed = [
        deadline
        for deadline in unit.deadlines.of(asked.handoff_id)
        if deadline.state in OWED_STATES
    ]
    if asked.ref.thing in set(Step):
        key = (asked.ref.thing, asked.ref.entry or 0)
        owed = [deadline for deadline in owed if deadline.key == key]
    else:
        # What is owed about a promise has buttons of its own.
        owed = [deadline for deadline in owed if not deadline.subject]
    mine = [deadline for deadline in owed if deadline.owner_id == actor.id]
    if not owed:
        raise Invalid(Problem.ALREADY_DONE)
    if not mine:
        # One person may owe several steps, and is named once.
        owners = dict.fromkeys(d.owner_id for d in owed if d.owner_id is not None)
        raise NotAllowed(Problem.NOT_YOUR_TURN, whose=tuple(owners))
    return min(mine, key=lambda deadline: deadline.due_at)


def _reminded_step(asked: Asked, unit: ReadUnit, actor: Person) -> Deadline:
    """The same, of which the actor is reminded at all."""
    deadline = owed_step(asked, unit, actor)
    if deadline.state not in REMINDED:
        raise Invalid(Problem.NO_REMINDERS)
    return deadline


def open_form(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """The form, with the next working morning filled in."""
    deadline = _reminded_step(asked, unit, actor)
    handoff = unit.handoffs.get(asked.handoff_id)
    calendar = unit.people.calendar(actor.id)
    people = {actor.id: actor}
    line = step_line(deadline, people, as_of=unit.now, done=None)
    about = deadline.subject or None
    ref = Ref(handoff=handoff.id, thing=deadline.step.value, entry=about)
    until = calendar.first_opening(unit.now + timedelta(minutes=1))
    return Open(snooze_view(account=handoff.account, line=line, until=until, ref=ref))


def snooze(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form: a reason, and a time in the owner's working hours."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    deadline = _reminded_step(asked, unit, actor)
    until = asked.typed.instant(Field.UNTIL)
    if until is None:
        raise Invalid(Problem.DATE_NEEDED, field=Field.UNTIL)
    if until <= unit.now:
        raise Invalid(Problem.TIME_PAST, field=Field.UNTIL)
    calendar = unit.people.calendar(actor.id)
    if calendar.working_between(until, until + timedelta(minutes=1)) == timedelta(0):
        raise Invalid(Problem.NOT_WORKING_TIME, field=Field.UNTIL)
    if until == deadline.snoozed_until:
        return Done()  # The same form once more, after its key was forgotten.
    reason = asked.typed.text(Field.REASON)
    handoff.snoozed(
        deadline.step.value,
        until=until,
        reason=reason,
        by=actor,
        at=unit.now,
        number=deadline.subject,
    )
    # First the deadline: saving takes note when the guide that names the snooze has to change.
    unit.deadlines.keep(handoff.id, snoozed(deadline, until))
    unit.save(handoff, actor_id=actor.id)
    return Done()


def register(listeners: Listeners) -> None:
    """The button and the form."""
    listeners.opens(ActionId.OPEN_SNOOZE, open_form)
    listeners.submits(ViewId.SNOOZE, snooze)
