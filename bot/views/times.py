"""The form of a person's own times: region, quiet hours, summary and leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from slack_sdk.models.views import View

from bot.domain.people import RegionBy
from bot.domain.read_models import NamedPerson, You
from bot.domain.times import OwnTimes
from bot.views import sentences as said
from bot.views.blocks import (
    Place,
    choice_input,
    date_input,
    form,
    option,
    person_input,
    text_input,
    time_input,
)
from bot.views.ids import Field, ViewId
from bot.views.limits import SELECT_OPTIONS
from bot.views.message import plain_section
from bot.views.payload import Ref

NO_REGION: Final = "-"
"""The choice of no region of one's own; codes of countries begin with letters."""
LONGEST_REGION: Final = 60


@dataclass(frozen=True)
class TimesForm:
    """What the form begins with, and which regions it offers."""

    you: You
    own: OwnTimes
    region: str
    """Their own, as a code; empty for none."""
    without: tuple[str, RegionBy]
    """The region they would have without one of their own, by name, and where it comes from."""
    regions: Sequence[tuple[str, str]]
    """Code and name."""
    leave_until: date | None
    stand_in: NamedPerson | None


def times_view(shown: TimesForm) -> View:
    """The form, filled with what holds now; what is the policy's stays empty."""
    place, you = Place("times"), shown.you
    usual = said.times.as_guessed(*shown.without)
    regions = [
        option(NO_REGION, usual),
        *(option(code, name) for code, name in shown.regions[: SELECT_OPTIONS - 1]),
    ]
    return form(
        ViewId.TIMES,
        Ref(),
        [
            plain_section(said.times.times_mean(you.zone)),
            choice_input(
                place,
                Field.REGION,
                regions,
                shown.region or NO_REGION,
                hint=said.times.region_told(you.region, you.region_by, you.zone),
            ),
            text_input(place, Field.OTHER_REGION, optional=True, longest=LONGEST_REGION),
            time_input(place, Field.QUIET_BEGIN, shown.own.quiet_begin),
            time_input(place, Field.QUIET_END, shown.own.quiet_end),
            time_input(place, Field.SUMMARY_AT, shown.own.summary),
            date_input(place, Field.UNTIL, shown.leave_until, words=said.forms.AWAY_UNTIL),
            person_input(
                place,
                Field.STAND_IN,
                shown.stand_in.slack_id if shown.stand_in else None,
                optional=True,
            ),
        ],
        title=said.forms.FORM_TITLES[ViewId.TIMES],
        submit=said.forms.FORM_SUBMITS[ViewId.TIMES],
        close=said.forms.CLOSE,
    )
