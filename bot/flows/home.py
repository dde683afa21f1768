"""The Home tab: published when it is opened, by delivery."""

from collections.abc import Sequence

from bot.domain.notices import FirstWord
from bot.domain.people import Person
from bot.flows.answers import Answer, Done
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.storage.unit_of_work import WriteUnit


def opened(asked: Asked, unit: WriteUnit, actor: Person | None) -> Answer:
    """Somebody looks at the app: the Home tab is shown, the DM is greeted once."""
    if actor is None or not actor.full_member:
        return Done()
    if asked.event.get("tab") == "home":
        unit.surfaces.open_home(actor.id)
    else:
        unit.outbox.greet(FirstWord(actor.id))
    return Done()


def who_looks(asked: Asked) -> Sequence[str]:
    """Whoever opened it: an admin's first step is the Home tab, before the bot ever met them."""
    return [asked.slack_user] if asked.slack_user else []


def register(listeners: Listeners) -> None:
    """The one event."""
    listeners.event("app_home_opened", opened, named=who_looks)
