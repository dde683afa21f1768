"""*Red flags*, on the card: for those they are for; all others are told who that is."""

from bot.domain import access
from bot.domain.access import Audience
from bot.domain.items import SectionKey
from bot.domain.people import Person
from bot.domain.read_models import RedFlagsPage, named
from bot.flows.answers import Answer, Open
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.storage.unit_of_work import ReadUnit
from bot.views.ids import ActionId
from bot.views.red_flags import red_flags_closed_view, red_flags_view


def open_red_flags(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """What is behind the lock, or who may look."""
    handoff = unit.handoffs.get(asked.handoff_id)
    audiences = access.audiences(actor, handoff, in_channel=False)
    if Audience.RED_FLAGS not in audiences:
        ids = access.readers(Audience.RED_FLAGS, handoff)
        people = unit.people.many(ids)
        readers = [one for one in (named(each, people) for each in ids) if one is not None]
        return Open(red_flags_closed_view(handoff.id, handoff.account, readers))
    wanted = {Audience.RED_FLAGS, Audience.PRIVATE_NOTE} & audiences
    brief = unit.brief.load(handoff.id, audiences=wanted)
    page = RedFlagsPage(handoff.id, handoff.account, SectionKey.RED_FLAGS, brief.red_flags)
    return Open(red_flags_view(page))


def register(listeners: Listeners) -> None:
    """The button, wherever it stands."""
    listeners.opens(ActionId.OPEN_RED_FLAGS, open_red_flags)
