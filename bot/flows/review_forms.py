"""How every form of day 30, 60 and 90 is opened and kept."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.domain import access, reviewing
from bot.domain.errors import Conflict, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Fact
from bot.domain.people import Person
from bot.domain.review_pages import FormHead
from bot.domain.reviews import ReviewKind, act_of, side_of
from bot.domain.verification import Record
from bot.flows.answers import Answer, Done
from bot.flows.asked import Asked
from bot.flows.reasons import reason_in
from bot.storage.unit_of_work import Bundle, ReadUnit, WriteUnit
from bot.views.ids import Field

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Opening:
    """A form about to be drawn for one who may send it."""

    handoff: Handoff
    bundle: Bundle
    head: FormHead


def begin(handoff_id: int, unit: ReadUnit, actor: Person, kind: ReviewKind) -> Opening:
    """What a form carries; raises NotAllowed or Invalid for who could not send it."""
    bundle = unit.bundle(handoff_id, viewer=actor)
    reviewing.require(kind, actor, bundle.handoff)
    return Opening(bundle.handoff, bundle, head_of(bundle.handoff, unit, actor, kind))


def head_of(handoff: Handoff, unit: ReadUnit, actor: Person, kind: ReviewKind) -> FormHead:
    """The same of a handoff that was read."""
    return FormHead(
        handoff.id,
        handoff.account,
        kind,
        unit.reviews.revision(handoff.id, kind),
        asks_why=access.owes_a_reason(act_of(kind), actor, handoff),
        side=side_of(kind),
    )


def written(unit: ReadUnit, opening: Opening, of: type[R]) -> R | None:
    """What stands there, as far as whoever opens the form may read it."""
    return unit.reviews.one(
        opening.handoff.id, opening.head.kind, of, audiences=opening.bundle.audiences
    )


def locked(
    asked: Asked, unit: WriteUnit, actor: Person, kind: ReviewKind, *, field: Field
) -> Handoff:
    """The handoff to record something in, unless somebody did since the form was opened."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    reviewing.require(kind, actor, handoff)
    if unit.reviews.revision(handoff.id, kind) != (asked.ref.revision or 0):
        found = unit.reviews.load(handoff.id, audiences=access.EVERY).get(kind)
        whose = (found.by,) if found is not None and found.by is not None else ()
        raise Conflict(Problem.CHANGED_MEANWHILE, field=field, whose=whose)
    return handoff


def keep(
    asked: Asked,
    unit: WriteUnit,
    actor: Person,
    kind: ReviewKind,
    make: Callable[[Handoff], Record],
    *,
    field: Field,
    facts: dict[str, Fact] | None = None,
) -> Answer:
    """Record what was submitted; `field` is where a record made meanwhile is told of."""
    handoff = locked(asked, unit, actor, kind, field=field)
    record = make(handoff)
    reviewing.record(
        handoff,
        kind,
        revision=unit.reviews.save(handoff.id, kind, record, by=actor.id, at=unit.now),
        by=actor,
        at=unit.now,
        reason=reason_in(asked, act_of(kind), actor, handoff),
        facts=facts,
    )
    unit.save(handoff, actor_id=actor.id)
    return Done()
