"""A person's own times: their region, quiet hours, summary and leave, set from the Home tab."""

from collections.abc import Sequence

from bot.domain.errors import Invalid, Problem
from bot.domain.people import Person, RegionBy
from bot.domain.times import OwnTimes
from bot.flows.answers import Answer, Done, Open
from bot.flows.asked import Asked
from bot.flows.inputs import Typed
from bot.flows.listeners import Listeners
from bot.flows.people import set_leave
from bot.storage.holidays import find_region, parts_of, region_name
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.times import NO_REGION, TimesForm, times_view


def open_form(unit: ReadUnit, actor: Person) -> Answer:
    """What holds for the person who asked, in a form that changes it."""
    you = unit.people.you(actor.id)
    usual, by = unit.people.usual_region(actor.id)
    return Open(
        times_view(
            TimesForm(
                you=you,
                own=actor.times,
                region=actor.region,
                without=(region_name(usual) if usual else "", by),
                regions=_regions(actor.region, usual),
                leave_until=you.leave_until,
                stand_in=you.stand_in,
            )
        )
    )


def _regions(own: str, usual: str) -> list[tuple[str, str]]:
    """What is likely: the country they are in, its parts, and the one they have."""
    country = (own or usual).partition("-")[0]
    if not country:
        return []
    codes = dict.fromkeys((own or country, country, *(code for code, _ in parts_of(country))))
    return [(code, region_name(code)) for code in codes]


def named_people(asked: Asked) -> Sequence[str]:
    """Who stands in."""
    chosen = asked.typed.user(Field.STAND_IN)
    return [chosen] if chosen else []


def save(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The submitted form: clocks and what the clock says follow from it at once."""
    typed, people = asked.typed, unit.people
    changed = people.set_part(
        actor.id, region=_region(typed, actor.region), region_by=RegionBy.SELF
    )
    changed = people.set_times(
        actor.id,
        OwnTimes(
            quiet_begin=typed.time(Field.QUIET_BEGIN),
            quiet_end=typed.time(Field.QUIET_END),
            summary=typed.time(Field.SUMMARY_AT),
        ),
    )
    if (changed.region, changed.times) != (actor.region, actor.times):
        unit.bring_in_line(actor.id)
        unit.digests.move(actor.id, people.calendar(actor.id))
    set_leave(typed, unit, actor.id, by=actor)
    unit.surfaces.open_home(actor.id)
    return Done()


def _region(typed: Typed, own: str) -> str:
    """The region that was typed, else the one that was chosen; empty for none of their own."""
    other = typed.text(Field.OTHER_REGION).strip()
    if other:
        found = find_region(other)
        if found is None:
            raise Invalid(Problem.UNKNOWN_REGION, field=Field.OTHER_REGION)
        return found
    chosen = typed.option(Field.REGION)
    if chosen is None or chosen == NO_REGION:
        return ""
    if chosen != own and find_region(chosen) != chosen:
        # The policy's may be one that the library does not know.
        raise Invalid(Problem.UNKNOWN_REGION, field=Field.REGION)
    return chosen


def register(listeners: Listeners) -> None:
    """The button of the Home tab and the form."""
    listeners.opens(ActionId.OPEN_TIMES, open_form)
    listeners.submits(ViewId.TIMES, save, named=named_people)
