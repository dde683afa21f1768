"""*Open handoff*: the whole page in a modal, as the person who asked may see it."""

from bot.domain.people import Person
from bot.flows.answers import Answer, Open, Update
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.showing import whole_of
from bot.storage.unit_of_work import ReadUnit
from bot.views.ids import ActionId
from bot.views.whole import whole_view


def open_handoff(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """The page, by sections; its own buttons turn it."""
    here = unit.channels.by_slack_id(asked.channel) if asked.channel else None
    from_channel = here.id if here else asked.ref.channel
    whole = whole_of(unit, asked.handoff_id, actor, from_channel=from_channel)
    view = whole_view(whole, page=asked.ref.page or 0, from_channel=from_channel)
    return Open(view) if asked.ref.page is None else Update(view)


def register(listeners: Listeners) -> None:
    """The button, wherever it stands."""
    listeners.opens(ActionId.OPEN_HANDOFF, open_handoff)
