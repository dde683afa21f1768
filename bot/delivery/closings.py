"""What is told of a closed handoff, once it cannot be taken back any more."""

from bot.delivery.plans import Cancel
from bot.domain import access, read_models
from bot.domain.closing import thanks, together
from bot.domain.handoff import Handoff
from bot.domain.history import instant_text
from bot.domain.notices import Notice, NoticeKind
from bot.domain.people import Person
from bot.domain.read_models import named
from bot.storage.unit_of_work import Bundle, ReadUnit
from bot.views.closing import ae_leaves_message, closed_message
from bot.views.message import Message

OF_A_CLOSING = frozenset({NoticeKind.HANDOFF_CLOSED, NoticeKind.AE_LEAVES})


def still_closed(handoff: Handoff, notice: Notice) -> bool:
    """Whether the closing that a notice tells of was not taken back."""
    at = handoff.reviews.closed_at
    return at is not None and instant_text(at) == notice.facts.get("closed")


def closing_told(
    unit: ReadUnit, bundle: Bundle, notice: Notice, reader: Person
) -> Message | Cancel:
    """To AE and CSM each, that it is over and that the AE leaves."""
    handoff = bundle.handoff
    outcome = handoff.reviews.outcome
    if outcome is None or not still_closed(handoff, notice):
        return Cancel("closing_undone")
    sides = (handoff.ae_id, handoff.csm_id)
    if not any(access.acts_as(reader.id, one, handoff) for one in sides):
        return Cancel("no_part")
    return ae_leaves_message(_card(unit, bundle), outcome, _by(unit, notice))


def closing_in_thread(unit: ReadUnit, bundle: Bundle, notice: Notice) -> Message | Cancel:
    """The summary: outcome, who leaves, and who is thanked for what was done in time."""
    handoff = bundle.handoff
    outcome = handoff.reviews.outcome
    if outcome is None or not still_closed(handoff, notice):
        return Cancel("closing_undone")
    thanked = thanks(handoff, bundle.deadlines)
    people = unit.people.many([one.person_id for one in thanked])
    told = [
        (person, together(one.steps))
        for one in thanked
        if (person := named(one.person_id, people)) is not None
    ]
    return closed_message(_card(unit, bundle), outcome, _by(unit, notice), told)


def _by(unit: ReadUnit, notice: Notice) -> read_models.NamedPerson | None:
    actor = int(notice.facts["actor"])
    return named(actor, unit.people.many([actor])) if actor else None


def _card(unit: ReadUnit, bundle: Bundle) -> read_models.Card:
    return read_models.card(
        bundle.handoff, bundle.brief, bundle.deadlines, bundle.people, as_of=unit.now
    )
