"""*Red flags*, on the card: for those they are for; all others are told who that is."""

from bot.domain import access
from bot.domain.access import Audience
from bot.domain.errors import NotAllowed, Problem
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
    """What is behind the lock, or who may look.

    Raises NotAllowed for who does not even see the card the button stands on.
    """
    here = unit.channels.by_slack_id(asked.channel) if asked.channel else None
    bundle = unit.bundle(asked.handoff_id, viewer=actor, from_channel=here.id if here else None)
    handoff = bundle.handoff
    if Audience.RED_FLAGS in bundle.audiences:
        flags = bundle.brief.red_flags
        page = RedFlagsPage(handoff.id, handoff.account, SectionKey.RED_FLAGS, flags)
        return Open(red_flags_view(page))
    if Audience.CHANNEL not in bundle.audiences and not access.given(actor, handoff):
        raise NotAllowed(Problem.PRIVATE_CHANNEL, whose=(handoff.ae_id,))
    ids = access.readers(Audience.RED_FLAGS, handoff)
    readers = [one for one in (named(each, bundle.people) for each in ids) if one is not None]
    return Open(red_flags_closed_view(handoff.id, handoff.account, readers))


def register(listeners: Listeners) -> None:
    """The button, wherever it stands."""
    listeners.opens(ActionId.OPEN_RED_FLAGS, open_red_flags)
