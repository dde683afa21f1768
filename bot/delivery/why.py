"""What makes somebody the one who is told, as a message says it."""

from bot.domain.access import Capacity
from bot.domain.handoff import Handoff
from bot.domain.managers import Told
from bot.domain.read_models import WhyTold, named
from bot.storage.unit_of_work import ReadUnit


def why_told(unit: ReadUnit, handoff: Handoff, told: Told) -> WhyTold:
    """Why just they; each named as a reader sees them."""
    people = unit.people.many([told.of, told.instead_of])
    gone = unit.people.away().get(told.instead_of or 0)
    first = told.instead_of if told.stands_in else told.person_id
    return WhyTold(
        by=told.by,
        role=_role(handoff, told.of, first),
        of=named(told.of, people),
        instead_of=named(told.instead_of, people),
        until=gone.until if gone is not None else None,
        stands_in=told.stands_in,
    )


def _role(handoff: Handoff, of: int, manager: int | None) -> Capacity | None:
    """The part of a manager who is one in the handoff itself, for the side of whom they manage."""
    of_ae = of == handoff.ae_id
    if of_ae and manager == handoff.ae_manager_id:
        return Capacity.AE_MANAGER
    return Capacity.CS_MANAGER if not of_ae and manager == handoff.cs_manager_id else None
