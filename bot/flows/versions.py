"""*Earlier versions*, on the page of the whole handoff: what a section said before."""

from dataclasses import replace

from bot.domain.people import Person
from bot.domain.read_models import VersionPage
from bot.flows.answers import Answer, Push, Update
from bot.flows.asked import Asked
from bot.flows.brief import section_named
from bot.flows.listeners import Listeners
from bot.flows.showing import asker_names, name_of, whole_of
from bot.storage.unit_of_work import ReadUnit
from bot.views.ids import ActionId
from bot.views.versions import versions_view


def open_versions(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """The newest version on top of the page; its own buttons lead to older ones."""
    section = section_named(asked.ref.thing)
    here = unit.channels.by_slack_id(asked.channel) if asked.channel else None
    from_channel = here.id if here else asked.ref.channel
    whole = whole_of(unit, asked.handoff_id, actor, from_channel=from_channel)
    found = unit.brief.versions(
        asked.handoff_id, section, audiences=whole.audiences, given=whole.given
    )
    # A version saved meanwhile moves the others on by one, which is no harm.
    place = min(max(asked.ref.revision or 0, 0), max(len(found) - 1, 0))
    chosen = found[-1 - place] if found else None
    if chosen is not None:
        card = replace(whole.card, brief=chosen.brief)
        handoff = unit.handoffs.get(asked.handoff_id)
        whole = replace(
            whole,
            card=card,
            promises=chosen.brief.entries,
            added=frozenset(),
            copied=(),
            askers=asker_names(unit, handoff, chosen.brief),
        )
    shown = VersionPage(
        whole=whole,
        section=section,
        place=place,
        count=len(found),
        by=name_of(unit, chosen.by) if chosen else None,
        at=chosen.at if chosen else None,
    )
    view = versions_view(shown, page=asked.ref.page or 0, from_channel=from_channel)
    return Push(view) if asked.ref.page is None else Update(view)


def register(listeners: Listeners) -> None:
    """The button, and those inside that turn to another version."""
    listeners.opens(ActionId.OPEN_VERSIONS, open_versions)
