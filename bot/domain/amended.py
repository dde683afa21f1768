"""An amended contract: the same account signed once more, and its handoff begins with what the
first one knows."""

from collections.abc import Collection

from bot.domain.brief import Section
from bot.domain.errors import Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.items import SectionKey
from bot.domain.people import Person

OFFERED = (SectionKey.WHY, SectionKey.PEOPLE)
"""Sections that may be copied: people stay, and why they bought. The rest is of each contract."""


def require_to_take_along(sections: Collection[SectionKey], new: Handoff, *, by: Person) -> None:
    """Raise Invalid unless these may be copied into the new brief by this person.

    Only the AE writes there, and nobody is to read in their name what they did not write.
    """
    if not set(sections) <= set(OFFERED):
        raise Invalid(Problem.STALE_BUTTON, field="take_along")
    if sections and new.ae_id != by.id:
        raise Invalid(Problem.ONLY_AE_TAKES_ALONG, field="take_along")


def taken_along(section: Section) -> Section:
    """A section as it begins in the new brief: what was to be confirmed there is asked anew."""
    return section.model_copy(update={"must_confirm": (), "asker": None})
