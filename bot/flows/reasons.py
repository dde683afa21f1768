"""Why a person records the step of somebody else of their side, out of a form."""

from bot.domain import access
from bot.domain.access import Act
from bot.domain.errors import Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.people import Person
from bot.flows.asked import Asked
from bot.views.ids import Field


def reason_in(asked: Asked, act: Act, actor: Person, handoff: Handoff) -> str:
    """What was typed as the reason; empty in the owner's own form, which does not ask for one.

    Raises Invalid where the form was opened as the owner's, and is not theirs any more.
    """
    owes = access.may(act, actor, handoff) and access.owes_a_reason(act, actor, handoff)
    if owes and not asked.typed.shown(Field.REASON):
        raise Invalid(Problem.ASKED_WHY_NOW)
    return asked.typed.text(Field.REASON)
