"""The owner of a step says that it is not theirs; who may name somebody else is asked to."""

from bot.domain.access import Capacity
from bot.domain.deadlines import Deadline, Step, holder_of
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.people import Person
from bot.flows import decline
from bot.flows.answers import Answer, Done, Open
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.snooze import owed_step
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.not_mine import not_mine_view


def open_form(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """The form; a CSM's own step has a better one, which gives the handoff back."""
    deadline = owed_step(asked, unit, actor)
    handoff = unit.handoffs.get(asked.handoff_id)
    if actor.id == handoff.csm_id and _holder(unit, handoff, deadline.step) == actor.id:
        return decline.open_form(asked, unit)
    _require_first(unit, handoff, deadline.step, actor)
    return Open(not_mine_view(handoff.id, handoff.account, deadline.step))


def say_so(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form: it is told once, and the step stays owned until reassigned."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    deadline: Deadline = owed_step(asked, unit, actor)
    _require_first(unit, handoff, deadline.step, actor)
    told = unit.reassigns(handoff, _part(unit, handoff, deadline.step), but=actor.id)
    if told is None:
        raise Invalid(Problem.NOBODY_TO_ASK, field=Field.REASON)
    handoff.not_mine(
        deadline.step.value,
        asked.typed.text(Field.REASON),
        asked=told.person_id,
        by=actor,
        at=unit.now,
    )
    unit.save(handoff, actor_id=actor.id)
    return Done()


def _holder(unit: ReadUnit, handoff: Handoff, step: Step) -> int | None:
    return holder_of(step, handoff, handoff.size(unit.policy))


def _part(unit: ReadUnit, handoff: Handoff, step: Step) -> Capacity:
    """The part whose holder would have to be another one."""
    holder = _holder(unit, handoff, step)
    if holder == handoff.ae_id:
        return Capacity.AE
    return Capacity.CSM if holder == handoff.csm_id else Capacity.CS_MANAGER


def _require_first(unit: ReadUnit, handoff: Handoff, step: Step, actor: Person) -> None:
    for facts in unit.history.facts_of(handoff.id, Tag.NOT_MINE, actor.id):
        if facts["step"] == step.value:
            whose = (int(facts["asked"]),)
            raise Conflict(Problem.SAID_ALREADY, field=Field.REASON, whose=whose)


def register(listeners: Listeners) -> None:
    """The menu's entry and the form."""
    listeners.opens(ActionId.OPEN_NOT_MINE, open_form)
    listeners.submits(ViewId.NOT_MINE, say_so)
